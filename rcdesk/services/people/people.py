"""Who can be called and faxed: suggestions while typing, people, favourites, groups, address book, imports.

What was faxed and called, the account's address book, the company directory, own imports and groups are
merged: never two lines for one number. Address book and directory are copied into the archive at most hourly,
for the service counts them as heavy; everything else reads only the archive. Blocking: reading on the archive
lane, refresh() and book on the downloads lane. Read next: persons.py, contact_book.py,
store/people/people.py, imports.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import NotAllowed, Rejected, UserError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.numbers.phone_number import parse
from rcdesk.core.people.people import (
    Caller,
    DialChoice,
    Favourite,
    Group,
    ImportedLine,
    ImportTable,
    Person,
    PersonNumber,
    PersonSource,
    Suggestion,
    TimelineItem,
)
from rcdesk.services.people.contact_book import ContactBook
from rcdesk.services.people.imports import contacts_of, people_of, recipients_of
from rcdesk.services.people.persons import callers_of, calls_suggested, is_found, persons_of
from rcdesk.store.people.people import People, PersonRecord

if TYPE_CHECKING:
    from rcdesk.api.rest.contacts import Contact
    from rcdesk.services.account.connection import Connection

REFRESH_EVERY = timedelta(hours=1)
MAX_GROUP_NAME_CHARACTERS = 80
MOST_OWNERS = 50
"""Of how many people with the same number one is chosen."""

_MORE = 4
"""How many times more lines are asked of the archive than shown: merging drops some."""


class PeopleService:
    """The people of one archive, kept up to date by whoever is signed in."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        people: People,
        clock: Clock | None = None,
        read_list: Callable[[Path, CancelToken], ImportTable] | None = None,
    ) -> None:
        """read_list: how a file is read, in a renderer where there is one."""
        self._connection = connection
        self._read_list = read_list or _read_here
        self._people = people
        self.book = ContactBook(connection, people)
        self._clock: Clock = clock or SystemClock()

    def suggest(
        self, owner_id: str, text: str, limit: int, *, for_calls: bool = False
    ) -> tuple[Suggestion, ...]:
        """Who may be meant by what was typed: a part of a name, a company, a number or a group's name.

        Groups that fit come first, then known fax numbers, then other numbers; "" gives those faxed last,
        then the groups. for_calls: favourites, those called last, then phones and extensions before faxes.
        """
        if for_calls:
            return self._suggest_calls(owner_id, text, limit)
        found = self._people.suggest(owner_id, text, limit * _MORE)
        persons = sorted(found, key=_rank)
        groups = [_of_group(g) for g in self._people.groups(owner_id) if g.members and _begins(text, g.name)]
        lines = [*groups, *persons] if text.strip() else [*persons, *groups]
        return tuple(lines[: max(0, limit)])

    def refresh(self, owner_id: str, token: CancelToken, *, region: str = "US") -> bool:
        """Copy address book and directory when that is an hour ago; True when something was fetched.

        Numbers without a country are read as in region. What this user may not read counts as empty. Raises
        the errors of a request; what was fetched before it failed stays.
        """
        from rcdesk.api.rest import contacts
        from rcdesk.services.account.connection import session_of

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
            self._people.replace(owner_id, source, tuple(records_of(found, region)), now)
            is_fetched = True
        return is_fetched

    def people(
        self, owner_id: str, text: str, limit: int, favourites: Sequence[Favourite] | None = None
    ) -> tuple[Person, ...]:
        """Everybody the text finds ("" finds all), each once: favourites first, then by name.

        favourites: those to go by while they are still being written; None reads them.
        """
        liked = self.favourites(owner_id) if favourites is None else favourites
        own = self._people.of_numbers(owner_id, [f.number for f in liked if is_found(text, f.name, f.number)])
        known = dict.fromkeys((*own, *self._people.persons(owner_id, text, limit)))
        return persons_of(known, liked, text, limit)

    def person(self, owner_id: str, number: str) -> Person:
        """Who has this number (E.164 or a short extension), with all their numbers."""
        liked, caller = self.favourites(owner_id), self.caller(owner_id, number)
        found = persons_of(self._people.of_numbers(owner_id, (number,)), liked, number, MOST_OWNERS)
        owners = [person for person in found if any(one.number == number for one in person.numbers)]
        named = [person for person in owners if person.name == caller.name]
        if person := next(iter(named or owners), None):
            return person if person.name else replace(person, name=caller.name)
        only = PersonNumber(number=number, label=caller.label)
        return Person(
            key=f"number:{number}",
            name=caller.name,
            company=caller.company,
            numbers=(only,),
            source=PersonSource.RECENT,
            is_favourite=caller.is_favourite,
        )

    def caller(self, owner_id: str, number: str) -> Caller:
        """Who a number (E.164 or a short extension) belongs to, as far as anybody knows."""
        return self.callers(owner_id, (number,))[number]

    def callers(self, owner_id: str, numbers: Sequence[str]) -> dict[str, Caller]:
        return callers_of(
            numbers,
            self._people.known(owner_id, numbers),
            self.favourites(owner_id),
            self._people.last_calls(owner_id, numbers),
        )

    def timeline(self, owner_id: str, numbers: Sequence[str], limit: int) -> tuple[TimelineItem, ...]:
        """The newest calls and faxes with any of these numbers, newest first."""
        return self._people.timeline(owner_id, numbers, limit)

    def favourites(self, owner_id: str) -> tuple[Favourite, ...]:
        return self._people.favourites.list(owner_id)

    def set_favourites(self, owner_id: str, favourites: Sequence[Favourite]) -> None:
        self._people.favourites.replace(owner_id, favourites)

    def choices(self, owner_id: str) -> Mapping[str, DialChoice]:
        """How each number is called, of those for which something was chosen."""
        return self._people.favourites.choices(owner_id)

    def set_choice(self, owner_id: str, number: str, choice: DialChoice) -> None:
        self._people.favourites.set_choice(owner_id, number, choice)

    def import_people(self, owner_id: str, lines: Sequence[ImportedLine]) -> int:
        """Take what contacts_of() read into this desk's own people; how many people there were.

        Raises UserError when there is nobody.
        """
        records = people_of(lines)
        if not records:
            raise UserError("There is no number in this list that can be called. Choose another column.")
        self._people.add(owner_id, PersonSource.IMPORT, records)
        return len({record.source_id for record in records})

    def groups(self, owner_id: str) -> tuple[Group, ...]:
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
        self._people.delete_group(group_id)

    def read_import(self, path: Path, token: CancelToken) -> ImportTable:
        """Read a CSV or vCard file, see documents/lists/address_list.py. Raises UserError."""
        return self._read_list(path, token)

    def recipients_of(
        self, table: ImportTable, name_column: int | None, number_column: int, region: str
    ) -> tuple[ImportedLine, ...]:
        """Whom a fax reaches of an imported list, see imports.py."""
        return recipients_of(table, name_column, number_column, region)

    def contacts_of(
        self, table: ImportTable, name_column: int | None, number_column: int | None, region: str
    ) -> tuple[ImportedLine, ...]:
        """Who of an imported list becomes a person of this desk, see imports.py."""
        return contacts_of(table, name_column, number_column, region)

    def _suggest_calls(self, owner_id: str, text: str, limit: int) -> tuple[Suggestion, ...]:
        favourites = self.favourites(owner_id)
        called = self._people.called(owner_id, text, limit)
        numbers = [*(f.number for f in favourites), *(c.number for c in called)]
        known = self._people.persons(owner_id, text, limit * _MORE) if text.strip() else ()
        callers = callers_of(numbers, self._people.known(owner_id, numbers), favourites, {})
        return calls_suggested(text, favourites, called, known, callers, limit)


def _is_due(fetched_at: datetime | None, now: datetime) -> bool:
    """Also when the clock went back behind the last time."""
    return fetched_at is None or not fetched_at <= now < fetched_at + REFRESH_EVERY


def records_of(found: Iterable[Contact], region: str) -> Iterator[PersonRecord]:
    """One record for each number that can be called; broken ones are left out."""
    for contact in found:
        for label, number, is_fax in _readable(contact.numbers, region):
            yield _record(contact, label, number, is_fax)
        if contact.extension:
            yield _record(contact, "Extension", contact.extension, False)


def _readable(numbers: Iterable[tuple[str, str, bool]], region: str) -> Iterator[tuple[str, str, bool]]:
    for label, text, is_fax in numbers:
        try:
            number = parse(text, region)
        except UserError:
            continue
        ending = f";ext={number.extension}" if number.extension else ""
        yield label, number.e164 + ending, is_fax


def _record(contact: Contact, label: str, number: str, is_fax: bool) -> PersonRecord:
    return PersonRecord(
        source_id=contact.id,
        name=contact.name or contact.company,
        company=contact.company,
        number=number,
        label=label,
        is_fax=is_fax,
    )


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


def _read_here(path: Path, token: CancelToken) -> ImportTable:
    from rcdesk.documents.lists.address_list import read_address_list

    return read_address_list(path, token)
