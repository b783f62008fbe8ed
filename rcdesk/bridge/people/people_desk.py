"""Who can be called and faxed, for the window: suggestions, people, favourites, choices, groups, imports.

GUI thread. Suggestions and people are read on the archive lane; of suggestions only the newest question is
answered. Address book and directory are fetched on the downloads lane. What the user made here (favourites,
dial choices, groups) is held and written by own_people.py. Read next: own_people.py,
services/people/people.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.people.own_people import OwnPeople
from rcdesk.bridge.runtime.lane import Lane, Task
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RcdeskError, UserError
from rcdesk.core.people.people import (
    Caller,
    DeletedPerson,
    DialChoice,
    Favourite,
    ImportedLine,
    ImportTable,
    Person,
    PersonForm,
    PersonSource,
    Suggestion,
    TimelineItem,
)

if TYPE_CHECKING:
    from rcdesk.services.people.people import PeopleService

T = TypeVar("T")

MOST_SUGGESTIONS = 8
MOST_PEOPLE = 2000
MOST_TIMELINE = 200


class PeopleDesk(OwnPeople):
    """Who is known, and what the user made of them. people_changed() when who is known, or by which name, may
    be other; said(str), one sentence.
    """

    people_changed = Signal()
    said = Signal(str)

    def __init__(self, lanes: Mapping[str, Lane], session: SessionDesk, people: PeopleService) -> None:
        super().__init__(lanes["disk"], people)
        self._archive = lanes["archive"]
        self._files = lanes["files"]
        self._downloads = lanes["downloads"]
        self._session = session
        self._owner = AccountGuard(session)
        self._asked = {False: 0, True: 0}
        self._is_fetching = False
        self._is_started = False
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(self._session_changed)

    def start(self) -> None:
        """Read the groups and fetch the address book, as soon as somebody is signed in."""
        self._is_started = True
        self._session_changed()

    def stop(self) -> None:
        self._is_started = False

    def suggest(
        self, text: str, done: Callable[[tuple[Suggestion, ...]], None], *, for_calls: bool = False
    ) -> None:
        """Who may be meant; an answer that a later question has overtaken is dropped."""
        service, owner_id = self._service, self._owner.id
        self._asked[for_calls] += 1
        asked = self._asked[for_calls]

        def heard(found: tuple[Suggestion, ...]) -> None:
            if asked == self._asked[for_calls]:
                done(found)

        def work() -> tuple[Suggestion, ...]:
            return service.suggest(owner_id, text, MOST_SUGGESTIONS, for_calls=for_calls) if owner_id else ()

        self._ask(work, heard)

    def suggest_calls(self, text: str, done: Callable[[tuple[Suggestion, ...]], None]) -> None:
        """Who may be called, as suggest()."""
        self.suggest(text, done, for_calls=True)

    def list_people(self, text: str, done: Callable[[tuple[Person, ...]], None]) -> None:
        """Everybody the text finds: favourites first, then by name."""
        service, owner_id, liked = self._service, self._owner.id, self.favourites
        self._ask(lambda: service.people(owner_id, text, MOST_PEOPLE, liked) if owner_id else (), done)

    def person(self, number: str, done: Callable[[Person], None]) -> None:
        """Who has this number (E.164 or a short extension), with all their numbers."""
        service, owner_id = self._service, self._owner.id
        self._ask(lambda: service.person(owner_id, number), done)

    def timeline(self, numbers: Sequence[str], done: Callable[[tuple[TimelineItem, ...]], None]) -> None:
        """The newest calls and faxes with these numbers, newest first."""
        service, owner_id, wanted = self._service, self._owner.id, tuple(numbers)
        self._ask(lambda: service.timeline(owner_id, wanted, MOST_TIMELINE) if owner_id else (), done)

    def caller(self, number: str, done: Callable[[Caller], None]) -> None:
        """Who a number (E.164 or a short extension) belongs to."""
        service, owner_id = self._service, self._owner.id
        self._ask(lambda: service.caller(owner_id, number) if owner_id else Caller(number=number), done)

    def callers(self, numbers: Sequence[str], done: Callable[[Mapping[str, Caller]], None]) -> None:
        service, owner_id, wanted = self._service, self._owner.id, tuple(numbers)
        nobody = {number: Caller(number=number) for number in wanted}
        self._ask(lambda: service.callers(owner_id, wanted) if owner_id else nobody, done)

    def is_favourite(self, number: str) -> bool:
        """True when this number is one of the favourites, as a phone or a fax."""
        return any(one.number == number for one in self.favourites)

    def toggle_favourite(self, number: str, name: str, is_fax: bool = False) -> None:
        """Make a number the last of the favourites, or none any more."""
        others = tuple(one for one in self.favourites if (one.number, one.is_fax) != (number, is_fax))
        if len(others) == len(self.favourites):
            others = (*others, Favourite(number=number, name=name, is_fax=is_fax))
        self.set_favourites(others)

    def choice_of(self, number: str) -> DialChoice:
        """How this number is called; DialChoice() when nothing was chosen for it."""
        return self.choices.get(number, DialChoice())

    def import_people(self, lines: Sequence[ImportedLine], done: Callable[[int], None]) -> None:
        """Take what contacts_of() read into this desk's own people; done brings how many people there are."""
        service, owner_id, taken = self._service, self._owner.id, tuple(lines)

        def imported(count: int) -> None:
            self.people_changed.emit()
            done(count)

        self._disk.keep(lambda: service.import_people(owner_id, taken), imported, self._tell)

    def edit(self, key: str, done: Callable[[PersonForm], None]) -> None:
        """Bring somebody of list_people() as they are written down; problem() when they cannot be changed."""
        service, owner_id = self._service, self._owner.id
        self._ask(lambda: service.book.form(owner_id, key), done)

    def save_person(
        self,
        form: PersonForm,
        before: PersonForm | None,
        done: Callable[[], None],
        failed: Callable[[RcdeskError], None],
    ) -> None:
        """Make or change somebody; failed (or problem()) brings why they could not be kept."""
        service, owner_id, region = self._service, self._owner.id, self._owner.region
        name = " ".join((form.name or form.company).split())
        said = self.tr("{0} was saved.") if form.key else self.tr("{0} was added.")

        def saved(_: str) -> None:
            self.people_changed.emit()
            self.said.emit(said.replace("{0}", name))
            done()

        self._change(
            form.source,
            lambda token: service.book.save(owner_id, form, before, region, token),
            saved,
            failed,
        )

    def delete_person(self, person: Person, done: Callable[[DeletedPerson], None]) -> None:
        """Delete somebody; done brings what restore_person() needs."""
        service, owner_id, key = self._service, self._owner.id, person.key

        def deleted(found: DeletedPerson) -> None:
            self.people_changed.emit()
            done(found)

        self._change(
            person.source, lambda token: service.book.delete(owner_id, key, token), deleted, self._tell
        )

    def restore_person(self, deleted: DeletedPerson) -> None:
        service, owner_id, region = self._service, self._owner.id, self._owner.region

        def restored(_: object) -> None:
            self.people_changed.emit()
            self.said.emit(self.tr("{0} is back.").replace("{0}", deleted.form.name))

        self._change(
            deleted.form.source,
            lambda token: service.book.restore(owner_id, deleted, region, token),
            restored,
            self._tell,
        )

    def _change(
        self,
        source: PersonSource,
        ask: Callable[[CancelToken], T],
        done: Callable[[T], None],
        failed: Callable[[RcdeskError], None],
    ) -> None:
        """Change a contact on the downloads lane, one's own people on the disk lane."""
        is_contact = source is PersonSource.CONTACT

        def changed(value: T) -> None:
            if is_contact:
                self._session.heard_answer()
            done(value)

        def not_changed(error: RcdeskError) -> None:
            if isinstance(error, Cancelled):
                # A dialog waits for an answer: it keeps what was typed.
                error = UserError(self.tr("You are signed out, or somebody else is signed in now."))
            elif is_contact:
                self._session.heard_error(error)
            failed(error)

        lane = self._downloads if is_contact else self._disk
        lane.submit(self._owner.in_own_name(ask), done=changed, failed=not_changed)

    @Slot()
    def refresh(self) -> None:
        """Fetch address book and directory when they were not lately; a failure is no news to the user."""
        service, owner_id, region = self._service, self._owner.id, self._owner.region
        if self._is_fetching or not owner_id or not self._session.is_signed_in:
            return
        self._is_fetching = True

        def fetched(is_other: bool) -> None:
            self._is_fetching = False
            if owner_id != self._owner.id:
                self.refresh()
            elif is_other:
                self.people_changed.emit()

        def failed(error: RcdeskError) -> None:
            self._is_fetching = False
            if not isinstance(error, Cancelled):
                self._session.heard_error(error)
            if owner_id != self._owner.id:
                self.refresh()

        ask = self._owner.in_own_name(lambda token: service.refresh(owner_id, token, region=region))
        self._downloads.submit(ask, done=fetched, failed=failed)

    def read_import(
        self, path: Path, done: Callable[[ImportTable], None], ended: Callable[[], None]
    ) -> Task[ImportTable]:
        """Read a CSV or vCard file as a table whose columns the user checks.

        ended: there is no table, because of a problem() or because the task was cancelled.
        """
        service = self._service

        def failed(error: RcdeskError) -> None:
            ended()
            self._tell(error)

        return self._files.submit(
            lambda token, report: service.read_import(path, token), done=done, failed=failed
        )

    def recipients_of(
        self,
        table: ImportTable,
        name_column: int | None,
        number_column: int,
        done: Callable[[tuple[ImportedLine, ...]], None],
    ) -> None:
        """Whom a fax reaches of a table, number by number."""
        service, region = self._service, self._owner.region
        self._disk.ask(
            lambda: service.recipients_of(table, name_column, number_column, region), done, self._tell
        )

    def contacts_of(
        self,
        table: ImportTable,
        name_column: int | None,
        number_column: int | None,
        done: Callable[[tuple[ImportedLine, ...]], None],
    ) -> None:
        """Who of a table becomes a person of this desk, number by number; None takes all their numbers."""
        service, region = self._service, self._owner.region
        self._disk.ask(
            lambda: service.contacts_of(table, name_column, number_column, region), done, self._tell
        )

    def _ask(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Read on the archive lane."""
        self._archive.ask(work, done, self._tell)

    @Slot()
    def _session_changed(self) -> None:
        if not self._is_started:
            return
        if self._owner.look():
            self.set_owner(self._owner.id)
            self.people_changed.emit()
        if self._session.state is SessionState.SIGNED_IN:
            self.refresh()
