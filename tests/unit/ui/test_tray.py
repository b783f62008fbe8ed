"""The tray's menu and quick dial."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from rcdesk.core.call import CallState, Leg
from rcdesk.core.fax import FaxState
from rcdesk.core.folder import FolderCounts
from rcdesk.core.recents import RecentCall
from rcdesk.ui.quick_dial import QuickDial

from .stage import NOW, Stage, job, shoot

pytest.importorskip("rcdesk.ui.phone_page")

from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.tray import Tray, ended_words


def _recent(number: str) -> RecentCall:
    return RecentCall(
        id=number,
        number=number,
        name="",
        at=NOW,
        state=CallState.ENDED,
        them=Leg.HUNG_UP,
        your_phone=Leg.HUNG_UP,
    )


def test_menu_offers_recents_and_the_rest(qtbot: QtBot, stage: Stage) -> None:
    stage.calls.recents = (_recent("+16505550119"),)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    words = [a.text() for a in tray.menu.actions() if not a.isSeparator()]
    assert words == [
        "Mara Okafor",
        "Type a number…",
        "(650) 555-0119",
        "Send a fax…",
        "Queue",
        "Open rcdesk",
        "Quit",
    ]
    assert window.has_tray == tray.is_available
    with qtbot.waitSignal(window.quit_requested):
        tray.menu.actions()[-1].trigger()


def test_menu_counts_what_is_new(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    stage.faxes.counts = FolderCounts(queue=2, failed_unseen=1, received_unread=3)
    stage.faxes.counts_changed.emit(stage.faxes.counts)
    words = [a.text() for a in tray.menu.actions()]
    assert {"Queue (2 going out)", "Failed (1 new)", "Received (3 unread)"} <= set(words)
    next(a for a in tray.menu.actions() if a.text() == "Received (3 unread)").trigger()
    assert stage.preferences.value.page == "received"


class _Told:
    """What the desktop was asked to show."""

    def __init__(self, tray: Tray) -> None:
        self.messages: list[tuple[str, str]] = []
        self._tray = tray
        tray._is_available = True
        tray._icon.showMessage = self._show  # type: ignore[method-assign, assignment]

    def _show(self, title: str, words: str, _sign: object = None) -> None:
        self.messages.append((title, words))

    def gather(self) -> None:
        """The moment is over in which endings are gathered."""
        if self._tray._gather.isActive():
            self._tray._gather.stop()
            self._tray._gather.timeout.emit()


def test_a_failure_is_told_and_a_click_opens_it(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    failed = job(7, FaxState.FAILED, "County Records", detail="Their line stayed busy for 5 tries.")
    stage.faxes.have(failed)
    stage.faxes.ended.emit(failed)
    told.gather()
    assert told.messages == [("Fax to County Records failed", "Their line stayed busy for 5 tries.")]
    assert not window.isVisible(), "telling takes no focus"
    tray._icon.messageClicked.emit()
    assert window.isVisible()
    assert stage.preferences.value.page == "failed"
    assert window.desk_side.folders["failed"].story.job_id == 7


def test_a_failure_marks_the_window_in_the_task_bar_and_a_success_does_not(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    marked: list[object] = []
    monkeypatch.setattr("rcdesk.ui.tray.QApplication.alert", marked.append)
    stage.preferences.update(notify_successes=True)
    stage.faxes.ended.emit(job(1, FaxState.SENT))
    qtbot.waitUntil(lambda: not tray.is_telling)
    assert marked == []
    stage.faxes.ended.emit(job(2, FaxState.FAILED))
    qtbot.waitUntil(lambda: marked == [window])


def test_failures_that_come_together_are_told_once(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    for number in range(1, 31):
        stage.faxes.ended.emit(job(number, FaxState.FAILED, f"Clinic {number}"))
    told.gather()
    assert told.messages == [("30 faxes failed", "Clinic 1, Clinic 2, Clinic 3…")]


@pytest.mark.parametrize("is_wanted", [True, False])
def test_successes_are_told_when_wanted(qtbot: QtBot, stage: Stage, is_wanted: bool) -> None:
    stage.preferences.update(notify_successes=is_wanted, notify_failures=not is_wanted)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    stage.faxes.ended.emit(job(7, FaxState.SENT, server_pages=5))
    stage.faxes.ended.emit(job(8, FaxState.NEEDS_YOU))
    told.gather()
    titles = [title for title, _ in told.messages]
    if is_wanted:
        assert titles == ["Accepted by Valley Imaging Center’s machine"]
    else:
        assert titles == ["Fax to Valley Imaging Center needs you"]


def test_words_for_endings() -> None:
    failed, needs = job(1, FaxState.FAILED, "A"), job(2, FaxState.NEEDS_YOU, "B")
    assert ended_words([failed, failed, needs])[0] == "Faxes: 2 failed, 1 waiting for your answer"
    assert ended_words([needs, needs])[0] == "2 faxes need you"
    assert ended_words([job(3, FaxState.SENT), job(4, FaxState.SENT)])[0] == "2 faxes were accepted"


def test_quick_dial_takes_a_number_from_the_clipboard(qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("(650) 555-0119")
    dialog = QuickDial("US")
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    assert dialog.field.text() == "(650) 555-0119"
    shoot(dialog, "quick-dial")
    with qtbot.waitSignal(dialog.call_asked) as asked:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert asked.args == ["+16505550119"]


def test_quick_dial_leaves_other_text_alone(qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("meeting at noon")
    dialog = QuickDial("US")
    qtbot.addWidget(dialog)
    assert dialog.field.text() == ""
    assert not dialog.call.isEnabled()
