"""The faces of what calls need on the stage: past calls, people with favourites, presence.

Like stage.py: signals and methods of the real desks, answered at once with what the test put here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from rcdesk.core.account.presence import Dnd, Presence, QueueStatus, next_morning
from rcdesk.core.calls.past_call import CallOutcome, Direction, OnlyCalls, PastCall, PastCallQuery
from rcdesk.core.errors import RcdeskError
from rcdesk.core.people.people import (
    Caller,
    DeletedPerson,
    DialChoice,
    Favourite,
    Person,
    PersonForm,
    PersonNumber,
    PersonSource,
    TimelineItem,
)

QUEUES = (
    QueueStatus(id="q1", name="Front desk", is_on=True),
    QueueStatus(id="q2", name="Billing", is_on=False, can_change=False),
)


class StageHistory(QObject):
    """HistoryDesk's face."""

    recents_changed = Signal(object)
    missed_count_changed = Signal(int)
    missed = Signal(object)
    changed = Signal()
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.recents: tuple[PastCall, ...] = ()
        self.missed_count = 0
        self.owner_id = "1"
        self.searched: list[str] = []
        self.seen = 0
        self.looks = 0

    def has_talked(self, number: str) -> bool:
        """As in HistoryDesk."""
        return any(c.number == number and c.outcome is CallOutcome.TALKED for c in self.recents)

    def have(self, *calls: PastCall) -> None:
        """These are the past calls now, newest first."""
        self.recents = calls
        self.missed_count = sum(1 for call in calls if call.outcome.is_missed and not call.is_seen)
        self.recents_changed.emit(calls)
        self.missed_count_changed.emit(self.missed_count)
        self.changed.emit()

    def page(
        self,
        query: PastCallQuery,
        before: tuple[datetime, str] | None,
        limit: int,
        done: Callable[[tuple[PastCall, ...]], None],
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Those the query's filter lets through, whose name or number holds its text."""
        found = [c for c in self.recents if _is_wanted(c, query)]
        after = [c for c in found if before is None or (c.at, c.id) < before]
        done(tuple(after[:limit]))

    def search_recents(self, text: str) -> None:
        """Keep the words, answer with what is there."""
        self.searched.append(text)
        self.recents_changed.emit(self.recents)

    def mark_seen(self) -> None:
        """All were looked at."""
        self.seen += 1
        self.have(*(replace(call, is_seen=True) for call in self.recents))

    def refresh(self) -> None:
        """Count."""
        self.looks += 1

    def touch(self) -> None:
        """Count."""
        self.looks += 1


def _is_wanted(call: PastCall, query: PastCallQuery) -> bool:
    is_kind = {
        OnlyCalls.ALL: True,
        OnlyCalls.MISSED: call.outcome.is_missed,
        OnlyCalls.OUT: call.direction is Direction.OUT,
        OnlyCalls.IN: call.direction is Direction.IN,
    }[query.only]
    return is_kind and query.text.lower() in f"{call.name} {call.number}".lower()


class StageCallPeople(QObject):
    """What PeopleDesk has for calls."""

    favourites_changed = Signal()
    people_changed = Signal()
    said = Signal(str)
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.favourites: tuple[Favourite, ...] = ()
        self.choices: dict[str, DialChoice] = {}
        self.callers_known: dict[str, Caller] = {}
        self.book: tuple[Person, ...] = ()
        self.happened: tuple[TimelineItem, ...] = ()
        self.saved: list[tuple[PersonForm, PersonForm | None]] = []
        self.save_answer: RcdeskError | str | None = None
        self.restored: list[DeletedPerson] = []
        self.imported: list[tuple[Any, ...]] = []
        self.asked_timelines: list[tuple[str, ...]] = []

    def set_favourites(self, favourites: Sequence[Favourite]) -> None:
        """Take them in this order and tell."""
        self.favourites = tuple(favourites)
        self.favourites_changed.emit()

    def is_favourite(self, number: str) -> bool:
        """Looked up here."""
        return any(f.number == number for f in self.favourites)

    def toggle_favourite(self, number: str, name: str, is_fax: bool = False) -> None:
        """Add or take away."""
        kept = tuple(f for f in self.favourites if f.number != number)
        if len(kept) == len(self.favourites):
            kept = (*kept, Favourite(number=number, name=name, is_fax=is_fax))
        self.set_favourites(kept)

    def choice_of(self, number: str) -> DialChoice:
        """What is remembered."""
        return self.choices.get(number, DialChoice())

    def set_choice(self, number: str, choice: DialChoice) -> None:
        """Remember it."""
        self.choices[number] = choice

    def list_people(self, text: str, done: Callable[[tuple[Person, ...]], None]) -> None:
        """Those whose name holds the text."""
        done(tuple(person for person in self.book if text.lower() in person.name.lower()))

    def timeline(self, numbers: Sequence[str], done: Callable[[tuple[TimelineItem, ...]], None]) -> None:
        """What the test set."""
        self.asked_timelines.append(tuple(numbers))
        done(self.happened)

    def person(self, number: str, done: Callable[[Person], None]) -> None:
        """Who of the book has this number, else the number alone."""
        caller = self.callers_known.get(number, Caller(number=number))
        only = Person(
            key=number,
            name=caller.name,
            company=caller.company,
            numbers=(PersonNumber(number=number, label=caller.label),),
            source=PersonSource.RECENT,
        )
        done(next((p for p in self.book if any(n.number == number for n in p.numbers)), only))

    def caller(self, number: str, done: Callable[[Caller], None]) -> None:
        """Known or only a number."""
        done(self.callers_known.get(number, Caller(number=number)))

    def callers(self, numbers: Sequence[str], done: Callable[[Mapping[str, Caller]], None]) -> None:
        """The same for many."""
        done({n: self.callers_known.get(n, Caller(number=n)) for n in numbers})

    def suggest_calls(self, text: str, done: Callable[[tuple[Any, ...]], None]) -> None:
        """Nobody."""
        done(())

    def import_people(self, lines: Sequence[Any], done: Callable[[int], None]) -> None:
        """Keep what was asked; everybody is taken."""
        self.imported.append(tuple(lines))
        done(len(lines))

    def edit(self, key: str, done: Callable[[PersonForm], None]) -> None:
        """Who of the book has this key, as written down."""
        person = next(p for p in self.book if p.key == key)
        done(
            PersonForm(
                key=key,
                source=person.source,
                name=person.name,
                company=person.company,
                numbers=person.numbers,
            )
        )

    def save_person(
        self,
        form: PersonForm,
        before: PersonForm | None,
        done: Callable[[], None],
        failed: Callable[[RcdeskError], None],
    ) -> None:
        """Keep what was asked; answer as the test set: None is done, an error why not, "" not yet."""
        self.saved.append((form, before))
        if self.save_answer is None:
            done()
        elif isinstance(self.save_answer, RcdeskError):
            failed(self.save_answer)

    def delete_person(self, person: Person, done: Callable[[DeletedPerson], None]) -> None:
        """Take them out of the book and tell."""
        self.book = tuple(one for one in self.book if one.key != person.key)
        self.people_changed.emit()
        form = PersonForm(key=person.key, source=person.source, name=person.name)
        done(DeletedPerson(form=form, fields={}))

    def restore_person(self, deleted: DeletedPerson) -> None:
        """Keep what was asked."""
        self.restored.append(deleted)


class StageNumbers(QObject):
    """NumbersDesk's face: everything is imported; places are what the test put here."""

    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_ready = True
        self.places: dict[str, str] = {}

    def place(self, e164: str, done: Callable[[str], None]) -> None:
        """Known or nothing."""
        done(self.places.get(e164, ""))


class StageNews(QObject):
    """NewsDesk's face."""

    late_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_late = False

    def be_late(self, is_late: bool) -> None:
        """Become so and tell."""
        self.is_late = is_late
        self.late_changed.emit()


class StagePresence(QObject):
    """PresenceDesk's face: every change is true at once."""

    changed = Signal()
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.presence: Presence | None = Presence(dnd=Dnd.TAKE_ALL, queues=QUEUES)
        self.queues_until: datetime | None = None
        self.reason = ""
        self.is_changing = False
        self.is_active: bool | None = None
        self.asked: list[tuple[Any, ...]] = []

    def show(self, presence: Presence | None, *, queues_until: datetime | None = None) -> None:
        """Become this and tell."""
        self.presence, self.queues_until = presence, queues_until
        self.changed.emit()

    def for_a_while(self) -> datetime:
        """As the real one."""
        return datetime.now(UTC) + timedelta(minutes=30)

    def until_morning(self) -> datetime:
        """As the real one."""
        return next_morning(datetime.now(UTC).astimezone())

    def set_dnd(self, takes_calls: bool, until: datetime | None = None) -> None:
        """Keep what was asked and do it."""
        self.asked.append(("dnd", takes_calls, until))
        if self.presence is not None:
            dnd = Dnd.TAKE_ALL if takes_calls else Dnd.TAKE_NONE
            self.show(replace(self.presence, dnd=dnd, until=until), queues_until=self.queues_until)

    def set_queue_calls(self, is_on: bool, until: datetime | None = None) -> None:
        """Keep what was asked and do it."""
        self.asked.append(("queues", is_on, until))
        if self.presence is not None:
            dnd = Dnd.of(self.presence.dnd.is_disturbable, is_on)
            self.show(replace(self.presence, dnd=dnd), queues_until=until)

    def set_queue(self, queue_id: str, is_on: bool) -> None:
        """Keep what was asked and do it."""
        self.asked.append(("queue", queue_id, is_on))
        if self.presence is not None:
            queues = tuple(replace(q, is_on=is_on) if q.id == queue_id else q for q in self.presence.queues)
            self.show(replace(self.presence, queues=queues), queues_until=self.queues_until)

    def set_active(self, is_active: bool) -> None:
        """Keep it."""
        self.is_active = is_active

    def refresh(self) -> None:
        """Nothing to ask."""
