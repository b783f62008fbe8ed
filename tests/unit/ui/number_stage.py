"""What a number field asks a desk for, answered by the test: people, the calls made last, places.

Used where the field and its hint alone are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.desk import Desk
from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.people.people import PersonSource, Suggestion
from tests.unit.ui.call_stage import StageCallPeople, StageHistory

LENA = "+16505550142"


def person(
    name: str, number: str, label: str = "", source: PersonSource = PersonSource.CONTACT
) -> Suggestion:
    """One line of the list."""
    to = (Recipient(number=number, name=name),)
    return Suggestion(name=name, number=number, label=label, source=source, recipients=to)


def past(number: str, direction: Direction = Direction.OUT, extension: str = "") -> PastCall:
    """A call that is over."""
    return PastCall(
        id=f"{direction.value} {number}",
        direction=direction,
        number=number,
        name="",
        at=datetime(2026, 3, 4, 12, 0, tzinfo=UTC),
        outcome=CallOutcome.TALKED,
        extension=extension,
    )


class PeopleOnStage(StageCallPeople):
    """Suggests at once who fits."""

    def __init__(self) -> None:
        super().__init__()
        self.known: tuple[Suggestion, ...] = ()
        self.asked: list[str] = []

    def suggest_calls(self, text: str, done: Callable[[tuple[Suggestion, ...]], None]) -> None:
        """Those whose name or number has the text."""
        self.asked.append(text)
        done(tuple(s for s in self.known if text.lower() in f"{s.name} {s.number}".lower()))


class NumbersOnStage(QObject):
    """Ready unless the test says otherwise; places come when place_comes() is called."""

    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_ready = True
        self.asked: list[tuple[str, Callable[[str], None]]] = []

    def place(self, e164: str, done: Callable[[str], None]) -> None:
        """Keep the question."""
        self.asked.append((e164, done))

    def become_ready(self) -> None:
        """The import is done."""
        self.is_ready = True
        self.ready.emit()


class NumberStage:
    """The three desks a number field uses."""

    def __init__(self) -> None:
        self.people = PeopleOnStage()
        self.history = StageHistory()
        self.numbers = NumbersOnStage()

    @property
    def desk(self) -> Desk:
        """What the field takes."""
        return cast(Desk, self)
