"""Send later: the time with its zone, who keeps it, until when it is tried, and what the bar says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QApplication, QDateTimeEdit, QLabel, QPushButton, QRadioButton, QToolButton

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.capability import legacy_lacks
from rcdesk.core.fax.fax import Recipient, SendBy
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.compose.send_later import AT_ONCE, SendLaterDialog, SendTime, time_words
from rcdesk.ui.kit.moments import coming, zone_words
from tests.patient_bot import QtBot
from tests.unit.ui.stage import ACCOUNT, Stage, shoot


def _in(hours: float) -> datetime:
    return (datetime.now(UTC) + timedelta(hours=hours)).replace(second=0, microsecond=0)


def _qt(at: datetime) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(int(at.timestamp()))


def _edit(dialog: SendLaterDialog, name: str) -> QDateTimeEdit:
    found = dialog.findChild(QDateTimeEdit, name)
    assert found is not None
    return found


@pytest.fixture
def dialog(qtbot: QtBot, stage: Stage) -> SendLaterDialog:
    """The dialog as it opens for a fax without a time."""
    made = SendLaterDialog(AT_ONCE)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_proposes_a_time_to_come_and_names_the_zone(dialog: SendLaterDialog) -> None:
    at = dialog.time.at
    assert at is not None and at > datetime.now(UTC)
    assert dialog.time.by is SendBy.DESK and dialog.time.until is None
    zone = dialog.findChild(QLabel, "timeZone")
    assert zone is not None and zone_words(at) in zone.text()


def test_what_is_chosen_comes_back_as_aware_utc(qtbot: QtBot, dialog: SendLaterDialog) -> None:
    at, until = _in(30), _in(33)
    _edit(dialog, "sendAtEdit").setDateTime(_qt(at))
    _edit(dialog, "keepTryingEdit").setDateTime(_qt(until))
    service = dialog.findChild(QRadioButton, "sendByService")
    assert service is not None
    service.setChecked(True)
    with qtbot.waitSignal(dialog.decided) as decided:
        qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert decided.args == [SendTime(at=at, by=SendBy.SERVICE, until=until)]
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("at_h", "until_h", "said"),
    [(-0.1, None, "has passed"), (5, 4, "must come after"), (5, 5, "must come after"), (5, 6, "")],
)
def test_times_that_cannot_be_are_refused_in_place(
    dialog: SendLaterDialog, at_h: float, until_h: float | None, said: str
) -> None:
    edit = _edit(dialog, "sendAtEdit")
    edit.setDateTime(_qt(_in(at_h)))
    if until_h is not None:
        _edit(dialog, "keepTryingEdit").setDateTime(_qt(_in(until_h)))
    problem = dialog.findChild(QLabel, "sendLaterProblem")
    confirm = dialog.findChild(QPushButton, "sendLaterConfirm")
    assert problem is not None and confirm is not None
    assert said in problem.text() and bool(problem.text()) is bool(said)
    assert confirm.isEnabled() is not bool(said)


def _no_way_back(page: FaxPage) -> str:
    """What the dialog of this page says of a fax that the service keeps, "" for nothing."""
    page.choose_time()
    (dialog,) = [
        w for w in QApplication.topLevelWidgets() if isinstance(w, SendLaterDialog) and w.isVisible()
    ]
    line = dialog.findChild(QLabel, "noWayBack")
    choice = dialog.findChild(QRadioButton, "sendByService")
    assert choice is not None and (line is None or line.text() in choice.accessibleDescription())
    words = line.text() if line is not None and line.isVisible() else ""
    dialog.reject()
    return words


def test_where_nothing_can_be_taken_back_it_is_said(page: FaxPage, stage: Stage) -> None:
    assert _no_way_back(page) == ""
    older = replace(ACCOUNT, lacks=legacy_lacks())
    stage.session.become(SessionState.SIGNED_IN, older)
    assert "neither changed nor cancelled" in _no_way_back(page)


def test_words() -> None:
    now = datetime.now().astimezone()
    tomorrow = (now + timedelta(days=1)).replace(hour=8, minute=0)
    assert coming(tomorrow) == "Tomorrow 08:00"
    assert coming(now) == f"Today {now:%H:%M}"
    assert time_words(AT_ONCE) == ""
    assert time_words(SendTime(until=now)) == f"Try until {now:%H:%M}"
    assert time_words(SendTime(at=tomorrow, until=tomorrow)) == "Tomorrow 08:00"


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> FaxPage:
    """A composer with somebody and a note."""
    made = FaxPage(stage.desk)
    qtbot.addWidget(made)
    made.resize(1072, 760)
    made.show()
    made.recipients.add_recipients((Recipient(number="+16505550110"),))
    made.note.setPlainText("Hello")
    return made


def test_the_bar_says_when_and_the_draft_carries_it(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    at, until = _in(24), _in(26)
    qtbot.mouseClick(page.bar.later, Qt.MouseButton.LeftButton)
    (dialog,) = [
        w for w in QApplication.topLevelWidgets() if isinstance(w, SendLaterDialog) and w.isVisible()
    ]
    _edit(dialog, "sendAtEdit").setDateTime(_qt(at))
    _edit(dialog, "keepTryingEdit").setDateTime(_qt(until))
    confirm = dialog.findChild(QPushButton, "sendLaterConfirm")
    assert confirm is not None
    qtbot.mouseClick(confirm, Qt.MouseButton.LeftButton)
    assert page.bar.later.text() == coming(at)
    assert page.bar.send.text() == "Review && schedule"
    page.send()
    (draft,) = stage.faxes.drafts
    assert (draft.send_at, draft.send_by, draft.keep_trying_until) == (at, SendBy.DESK, until)


def test_a_time_can_be_cleared(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    clear = page.findChild(QToolButton, "sendNowButton")
    assert clear is not None and not clear.isVisible()
    page._time_decided(SendTime(at=_in(24), by=SendBy.SERVICE))
    assert clear.isVisible()
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert page.bar.later.text() == "Send later…" and not clear.isVisible()
    page.send()
    assert stage.faxes.drafts[0].send_at is None


def test_a_time_that_passed_meanwhile_is_not_sent_at_once(page: FaxPage, stage: Stage) -> None:
    page._time_decided(SendTime(at=_in(-1)))
    page.send()
    assert stage.faxes.drafts == []
    assert "has passed" in page.bar.problem.text()


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    dialog = SendLaterDialog(SendTime(at=_in(24), by=SendBy.SERVICE, until=_in(28)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    shoot(dialog, f"send-later-{scheme}")
    assert dialog.time.by is SendBy.SERVICE
