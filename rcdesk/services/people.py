"""Who can be faxed: suggestions while a name is typed, groups, address book and directory, imports.

What was faxed, the account's address book, the company directory and the groups are merged: fax numbers
first, never two lines for one number. Address book and directory are copied into the archive at most hourly,
for the service counts them as heavy; suggesting reads only the archive. Blocking: suggest() on the archive
lane, refresh() on the downloads lane. Read next: store/people.py, imports.py, documents/address_list.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import NotAllowed, Rejected, UserError
from rcdesk.core.fax import Recipient
from rcdesk.core.people import Group, ImportedLine, ImportTable, PersonSource, Suggestion
from rcdesk.core.phone_number import parse
from rcdesk.documents.address_list import read_address_list
from rcdesk.services.imports import recipients_of
from rcdesk.store.people import People, PersonRecord

if TYPE_CHECKING:
    from rcdesk.api.rest.contacts import Contact
    from rcdesk.services.connection import Connection

REFRESH_EVERY = timedelta(hours=1)
MAX_GROUP_NAME_CHARACTERS = 80
_MORE = 4
"""How many times more lines are asked of the archive than shown: merging drops some."""


class PeopleService:
    """The people of one archive, kept up to date by whoever is signed in."""

    def __init__(
        self, connection: Callable[[], Connection | None], people: People, clock: Clock | None = None
    ) -> None:
        self._connection = connection
        self._people = people
        self._clock: Clock = clock or SystemClock()

    def suggest(self, owner_id: str, text: str, limit: int) -> tuple[Suggestion, ...]:
        """Who may be meant by what was typed: a part of a name, a company, a number or a group's name.

        Groups that fit come first, then known fax numbers, then other numbers; "" gives those faxed last,
        then the groups.
        """
        found = self._people.suggest(owner_id, text, limit * _MORE)
        persons = sorted(_merged(s for s in found if s.source is not PersonSource.GROUP), key=_rank)
        groups = [_of_group(g) for g in self._people.groups(owner_id) if g.members and _begins(text, g.name)]
        lines = [*groups, *persons] if text.strip() else [*persons, *groups]
        return tuple(lines[: max(0, limit)])

    def refresh(self, owner_id: str, token: CancelToken, *, region: str = "US") -> bool:
        """Copy address book and directory when that is an hour ago; True when something was fetched.

        Numbers without a country are read as in region. What this user may not read counts as empty. Raises
        the errors of a request; what was fetched before it failed stays.
        """
        from rcdesk.api.rest import contacts
        from rcdesk.services.connection import session_of

        is_fetched = False
        for source, fetch in (
            (PersonSource.CONTACT, contacts.contacts),
            (PersonSource.DIRECTORY, contacts.directory),
        ):
            token.check()
            now = self._clock.now()
            if not _is_due(self._people.fetched_at(owner_id, source), now):
                continue
            session = session_of(self._connection())
            try:
                found = fetch(session, token)
            except (NotAllowed, Rejected):
                found = ()
            self._people.replace(owner_id, source, tuple(_records(found, region)), now)
            is_fetched = True
        return is_fetched

    def groups(self, owner_id: str) -> tuple[Group, ...]:
        """The saved groups, by name."""
        return self._people.groups(owner_id)

    def save_group(self, owner_id: str, name: str, recipients: Sequence[Recipient]) -> Group:
        """Save a group in the place of one with the same name; each number is kept once.

        Raises UserError without a name or without recipients.
        """
        members: dict[str, Recipient] = {}
        for recipient in recipients:
            members.setdefault(recipient.number, recipient)
        if not members:
            raise UserError("A group needs at least one recipient. Add somebody first.")
        return self._people.save_group(owner_id, _group_name(name), tuple(members.values()))

    def rename_group(self, group_id: int, name: str) -> None:
        """Give a group another name. Raises UserError when it is empty or taken."""
        self._people.rename_group(group_id, _group_name(name))

    def delete_group(self, group_id: int) -> None:
        """Forget a group; its members stay known."""
        self._people.delete_group(group_id)

    def read_import(self, path: Path, token: CancelToken) -> ImportTable:
        """Read a CSV or vCard file, see documents/address_list.py. Raises UserError."""
        return read_address_list(path, token)

    def recipients_of(
        self, table: ImportTable, name_column: int | None, number_column: int, region: str
    ) -> tuple[ImportedLine, ...]:
        """Read the numbers of an imported list, see imports.py."""
        return recipients_of(table, name_column, number_column, region)


def _is_due(fetched_at: datetime | None, now: datetime) -> bool:
    """Also when the clock went back behind the last time."""
    return fetched_at is None or not fetched_at <= now < fetched_at + REFRESH_EVERY


def _records(found: Iterable[Contact], region: str) -> Iterator[PersonRecord]:
    """One record for each number that can be faxed; short extensions and broken numbers are left out."""
    for contact in found:
        for label, text, is_fax in contact.numbers:
            try:
                number = parse(text, region)
            except UserError:
                continue
            if number.extension:
                continue
            yield PersonRecord(
                source_id=contact.id,
                name=contact.name or contact.company,
                company=contact.company,
                number=number.e164,
                label=label,
                is_fax=is_fax,
            )


def _merged(persons: Iterable[Suggestion]) -> list[Suggestion]:
    """One line for each number: what one source does not know about it another may."""
    best: dict[str, Suggestion] = {}
    for person in persons:
        known = best.get(person.number)
        if known is None:
            best[person.number] = person
            continue
        name = known.name or person.name
        best[person.number] = replace(
            known,
            name=name,
            label=known.label or person.label,
            is_fax=known.is_fax or person.is_fax,
            recipients=(Recipient(number=person.number, name=known.recipients[0].name or name),),
        )
    return list(best.values())


def _rank(person: Suggestion) -> int:
    """Sorting is stable: within a rank the archive's order, best match first, stays."""
    return 0 if person.is_fax or person.source is PersonSource.RECENT else 1


def _of_group(group: Group) -> Suggestion:
    return Suggestion(
        name=group.name, number="", label="", source=PersonSource.GROUP, recipients=group.members
    )


def _begins(text: str, name: str) -> bool:
    """True when every typed word begins a word of the name."""
    words = name.casefold().split()
    return all(any(word.startswith(typed) for word in words) for typed in text.casefold().split())


def _group_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise UserError("A group needs a name.")
    if len(name) > MAX_GROUP_NAME_CHARACTERS:
        raise UserError(f"This name is too long; {MAX_GROUP_NAME_CHARACTERS} characters are the most.")
    return name
