"""The timeline: words and icons for each thing that happened, and what Enter opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt

from rcdesk.core.calls.past_call import CallOutcome, Direction
from rcdesk.core.fax.fax import FaxState
from rcdesk.core.people.people import TimelineItem
from rcdesk.ui.people.timeline import PersonTimeline, TimelineModel, item_icon, item_words
from tests.patient_bot import ModelTester, QtBot
from tests.unit.ui.desk_stand_in import FixedClock
from tests.unit.ui.folder_stage import received_fax
from tests.unit.ui.people_stage import LENA, NOW, missed_call, open_page, past_call
from tests.unit.ui.stage import Stage, job


def item(what: Any) -> TimelineItem:
    """Something that happened now."""
    return TimelineItem(at=NOW, what=what)


def test_the_model_is_a_good_model(qtmodeltester: ModelTester) -> None:
    model = TimelineModel(FixedClock())
    model.show_rows((item(past_call(LENA)), item(job(1, FaxState.SENT)), item(missed_call(LENA))))
    qtmodeltester.check(model)
    said = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("You called, Talked 2:13, ")


@pytest.mark.parametrize(
    ("what", "words", "sign"),
    [
        (past_call(LENA), ("You called", "Talked 2:13"), ("phone-out", "ink2")),
        (
            past_call(LENA, direction=Direction.IN, talked_s=0.0),
            ("They called", "Talked"),
            ("phone-in", "ink2"),
        ),
        (
            past_call(LENA, outcome=CallOutcome.BUSY, talked_s=0.0),
            ("You called", "Busy"),
            ("phone-out", "wait_ink"),
        ),
        (missed_call(LENA), ("Missed call", "Nobody answered"), ("phone-missed", "bad_ink")),
        (
            missed_call(LENA, outcome=CallOutcome.VOICEMAIL),
            ("Missed call", "They left a voicemail"),
            ("phone-missed", "bad_ink"),
        ),
    ],
)
def test_calls(stage: Stage, what: Any, words: tuple[str, str], sign: tuple[str, str]) -> None:
    assert item_words(item(what)) == words
    assert item_icon(item(what)) == sign


def test_faxes(stage: Stage) -> None:
    title, detail = item_words(item(job(1, FaxState.FAILED)))
    assert title == "Fax to them"
    assert detail.startswith("Failed")
    assert item_icon(item(job(1, FaxState.FAILED))) == ("fax", "bad_ink")
    assert item_icon(item(job(1, FaxState.SENT))) == ("fax", "ink2")
    came = item(received_fax(7, pages=3))
    assert item_words(came) == ("Fax from them", "3 pages")
    assert item_icon(came) == ("inbox", "ink2")


def test_enter_opens_a_fax_and_nothing_else(qtbot: QtBot, stage: Stage) -> None:
    view = open_page(qtbot, PersonTimeline(FixedClock()), 300, 400)
    fax = job(1, FaxState.SENT)
    view.rows.show_rows((item(past_call(LENA)), item(fax)))
    chosen: list[Any] = []
    view.fax_chosen.connect(chosen.append)
    view.choose_first()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert chosen == []
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    place = view.visualRect(view.rows.index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [fax, fax]


def test_news_keep_the_chosen_row(qtbot: QtBot, stage: Stage) -> None:
    view = open_page(qtbot, PersonTimeline(FixedClock()), 300, 400)
    fax = job(1, FaxState.SENDING)
    view.rows.show_rows((item(past_call(LENA)), item(fax)))
    view.setCurrentIndex(view.rows.index(1, 0))
    sent = job(1, FaxState.SENT, changed_at=NOW + timedelta(minutes=1))
    view.rows.show_rows((item(missed_call(LENA, 0)), item(past_call(LENA)), item(sent)))
    assert view.currentIndex().row() == 2, "a fax in another state is the same fax"
