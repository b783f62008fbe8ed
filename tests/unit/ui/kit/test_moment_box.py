"""Times are typed as the wall shows them: what does not exist is refused, what comes twice asked about."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QLabel, QPushButton

from rcdesk.core.fax.fax import SendBy
from rcdesk.core.spoken_time import TimeStyle, write_like
from rcdesk.ui.compose.send_later import AT_ONCE, SendLaterDialog, SendTime
from rcdesk.ui.folders.time_dialog import TimeDialog
from tests.patient_bot import QtBot

YEAR = datetime.now(UTC).year + 1
SKIPPED = {2026: 8, 2027: 14, 2028: 12, 2029: 11, 2030: 10, 2031: 9}.get(YEAR, 14)
DOUBLED = {2026: 1, 2027: 7, 2028: 5, 2029: 4, 2030: 3, 2031: 2}.get(YEAR, 7)


@pytest.fixture(autouse=True)
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def later(qtbot: QtBot) -> SendLaterDialog:
    made = SendLaterDialog(AT_ONCE)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def _problem(dialog: SendLaterDialog) -> tuple[str, bool]:
    """What is said, and whether the time can be set."""
    label = dialog.findChild(QLabel, "sendLaterProblem")
    confirm = dialog.findChild(QPushButton, "sendLaterConfirm")
    assert label is not None and confirm is not None
    return label.text(), confirm.isEnabled()


@pytest.mark.parametrize("name", ["_at", "_until"])
def test_a_time_that_does_not_exist_is_refused_with_both_readings(
    later: SendLaterDialog, qtbot: QtBot, name: str
) -> None:
    box = getattr(later, name)
    box.set_wall(datetime(YEAR, 3, SKIPPED, 2, 30))
    assert box.wall == datetime(YEAR, 3, SKIPPED, 2, 30), "it is not moved without a word"
    words, can_set = _problem(later)
    assert "does not exist" in words and not can_set
    assert "01:30 (UTC-05:00)" in words and "03:30 (UTC-04:00)" in words
    box.set_wall(datetime(YEAR, 3, SKIPPED, 3, 30))
    assert "does not exist" not in _problem(later)[0]


def test_a_time_that_comes_twice_is_asked_about(later: SendLaterDialog, qtbot: QtBot) -> None:
    later._at.set_wall(datetime(YEAR, 11, DOUBLED, 1, 45))
    words, can_set = _problem(later)
    assert "comes twice" in words and not can_set
    which = later._which_at
    assert which.isVisible() and "01:45 (UTC-04:00)" in which.first.text()
    assert "01:45 (UTC-05:00)" in which.second.text()
    for choice, hour in ((which.second, 6), (which.first, 5)):
        choice.click()
        assert _problem(later) == ("", True)
        assert later.time.at == datetime(YEAR, 11, DOUBLED, hour, 45, tzinfo=UTC)
    later._at.set_wall(datetime(YEAR, 11, DOUBLED, 1, 50))
    assert not _problem(later)[1], "another time of that hour is asked about anew"
    later._at.set_wall(datetime(YEAR, 11, DOUBLED, 2, 0))
    assert _problem(later) == ("", True) and not which.isVisible()


@pytest.mark.parametrize("hour", [5, 6])
def test_a_time_that_was_chosen_before_keeps_its_reading(qtbot: QtBot, hour: int) -> None:
    at = datetime(YEAR, 11, DOUBLED, hour, 45, tzinfo=UTC)
    dialog = SendLaterDialog(SendTime(at=at, by=SendBy.DESK))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert dialog.time.at == at


def test_the_small_question_asks_and_refuses_too(qtbot: QtBot) -> None:
    dialog = TimeDialog("Change time", "When?", at=None, without_words="Now")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    confirm = dialog.findChild(QPushButton, "timeConfirm")
    assert confirm is not None
    heard: list[datetime] = []
    dialog.chosen.connect(lambda at, by: heard.append(at))
    for wall, said in (
        (datetime(YEAR, 3, SKIPPED, 2, 30), "does not exist"),
        (datetime(YEAR, 11, DOUBLED, 1, 30), "comes twice"),
        (datetime(YEAR - 2, 1, 1, 8, 0), "is over"),
    ):
        dialog.edit.set_wall(wall)
        confirm.click()
        assert dialog.isVisible() and said in dialog._problem.text() and not heard
    dialog.edit.set_wall(datetime(YEAR, 11, DOUBLED, 1, 30))
    dialog.which.second.click()
    confirm.click()
    assert heard == [datetime(YEAR, 11, DOUBLED, 6, 30, tzinfo=UTC)]


def test_the_box_writes_as_the_region_does(qtbot: QtBot, later: SendLaterDialog) -> None:
    write_like(TimeStyle(is_12_hour=True, pads_hour=False, is_month_first=True))
    try:
        dialog = SendLaterDialog(AT_ONCE)
        qtbot.addWidget(dialog)
        dialog._at.set_wall(datetime(YEAR, 11, 26, 16, 5))
        assert f"Nov 26, {YEAR}  4:05 PM" in dialog._at.text()
    finally:
        write_like(TimeStyle())
    at = QDateTime.fromSecsSinceEpoch(int(datetime(YEAR, 6, 1, 12, 0, tzinfo=UTC).timestamp()))
    later._at.setDateTime(at)
    assert later._at.wall == datetime(YEAR, 6, 1, 8, 0)
