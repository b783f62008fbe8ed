"""People and calls for the tests of the People and Calls pages, and what finds the parts of these pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from PySide6.QtWidgets import QWidget

from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.people.people import Person, PersonNumber, PersonSource
from tests.patient_bot import QtBot

W = TypeVar("W", bound=QWidget)

NOW = datetime.now(UTC).replace(microsecond=0)
LENA, LENA_FAX, PINE, FRONT = "+16505550142", "+16505550143", "+16505550119", "102"


def person(name: str, *numbers: tuple[str, str], **changes: Any) -> Person:
    """Somebody with these numbers and what each is; one whose word ends in "fax" is a fax."""
    values: dict[str, Any] = {
        "key": f"contact:{name or numbers[0][0]}",
        "name": name,
        "company": "",
        "numbers": tuple(
            PersonNumber(number=number, label=label, is_fax=label.endswith("fax"))
            for number, label in numbers
        ),
        "source": PersonSource.CONTACT,
    }
    return Person(**(values | changes))


def past_call(number: str, minutes: int = 5, **changes: Any) -> PastCall:
    """A call that was made some minutes ago and answered."""
    values: dict[str, Any] = {
        "id": f"{number} {minutes}",
        "direction": Direction.OUT,
        "number": number,
        "name": "",
        "at": NOW - timedelta(minutes=minutes),
        "outcome": CallOutcome.TALKED,
        "talked_s": 133.0,
    }
    return PastCall(**(values | changes))


def missed_call(number: str, minutes: int = 5, **changes: Any) -> PastCall:
    """A call that came in and nobody answered or looked at."""
    missed: dict[str, Any] = {
        "direction": Direction.IN,
        "outcome": CallOutcome.MISSED,
        "talked_s": 0.0,
        "is_seen": False,
    }
    return past_call(number, minutes, **(missed | changes))


BOOK = (
    person("Dr. Lena Ortiz", (LENA, "Mobile"), (LENA_FAX, "Business fax"), company="Ortiz Clinic"),
    person("Front desk", (FRONT, "Extension")),
    person("Pine Street Pharmacy", (PINE, "Business")),
)


def part(page: QWidget, kind: type[W], name: str) -> W:
    """The part of a page with this name."""
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def open_page(qtbot: QtBot, page: W, width: int = 1072, height: int = 740) -> W:
    """Show a page in a window of its own that has the keyboard."""
    qtbot.addWidget(page)
    page.resize(width, height)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    return page
