"""The window: pages, keys, drops, bar, what it remembers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit

from rcdesk.bridge.account.notices import Bar, NoticeKind
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.fax.fax import FaxDraft, FaxState, Recipient
from rcdesk.core.fax.folder import FolderCounts
from tests.patient_bot import QtBot

pytest.importorskip("rcdesk.ui.phone.phone_page")

from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.shell.places import KEYS
from rcdesk.ui.shell.side_bar import NARROW_PX, WIDE_PX
from tests.unit.ui.stage import ACCOUNT, Stage, job, shoot


@pytest.fixture
def window(qtbot: QtBot, stage: Stage) -> MainWindow:
    """A window on the stage."""
    made = MainWindow(stage.desk)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize("name", KEYS)
def test_pages_by_key_and_remembered(qtbot: QtBot, window: MainWindow, stage: Stage, name: str) -> None:
    window.activateWindow()
    qtbot.keySequence(window, QKeySequence(KEYS[name]))
    assert stage.preferences.value.page == name
    assert stage.pages.is_warm is (name == "fax"), "pages are drawn for who opens the Fax page"


@pytest.mark.filterwarnings("ignore:.*QDragEnterEvent:DeprecationWarning")
def test_files_dropped_on_the_window_are_checked(window: MainWindow, stage: Stage, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.pdf")), QUrl.fromLocalFile(str(tmp_path))])
    keys, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert stage.preferences.value.page == "fax"
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(window, drop)
    assert stage.faxes.checks == [(tmp_path / "a.pdf", tmp_path)]


def test_signed_out_shows_the_sign_in_page(window: MainWindow, stage: Stage) -> None:
    assert not window.sign_in_page.isVisible()
    stage.session.become(SessionState.SIGNED_OUT, None)
    assert window.sign_in_page.isVisible()
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    assert not window.sign_in_page.isVisible()


def test_bar_says_demo_and_counts_a_penalty_down(window: MainWindow, stage: Stage) -> None:
    words = window.findChild(QLabel, "deskBarWords")
    assert words is not None
    assert not window.notice_bar.isVisible()
    stage.notices.show(Bar(kind=NoticeKind.INFO, name="demo", text=""))
    assert words.text() == "Demo desk: calls and faxes go to the simulator in this program."
    stage.session.rate_limited.emit(41.0)
    stage.notices.show(Bar(kind=NoticeKind.WARNING, name="penalty", text="Wait"))
    assert words.text() == "RingCentral asks us to wait 41 s. Nothing is lost."
    stage.notices.show(None)
    assert not window.notice_bar.isVisible()


def test_narrow_window_folds_the_side_bar(window: MainWindow) -> None:
    assert window.side_bar.width() == WIDE_PX
    window.resize(920, 620)
    assert window.side_bar.width() == NARROW_PX


def test_counts(window: MainWindow, stage: Stage) -> None:
    stage.faxes.counts_changed.emit(FolderCounts(queue=2, failed_unseen=1, received_unread=3, needs_you=1))
    names = [b.accessibleName() for b in window.side_bar._buttons.values()]
    assert names == [
        "Phone",
        "Messages",
        "Voicemail",
        "Calls",
        "People",
        "New fax",
        "Received, 3, unread",
        "Queue, 2, 1 waiting for your answer",
        "Sent",
        "Failed, 1, not seen yet",
        "Drafts",
    ]
    stage.faxes.counts_changed.emit(FolderCounts())
    names = [b.accessibleName() for b in window.side_bar._buttons.values()]
    assert names == [
        *("Phone", "Messages", "Voicemail", "Calls", "People"),
        *("New fax", "Received", "Queue", "Sent", "Failed", "Drafts"),
    ]
    stage.history.missed_count_changed.emit(2)
    assert window.side_bar._buttons["calls"].accessibleName() == "Calls, 2, missed"


def test_searching_from_any_page(qtbot: QtBot, window: MainWindow, stage: Stage) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for page, searched in (("received", "received"), ("fax", "sent")):
        window.show_page(page)
        qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert stage.preferences.value.page == searched
        assert window.desk_side.folders[searched].search.field.hasFocus()


def test_a_draft_leads_to_the_composer_and_a_number_to_the_phone(window: MainWindow, stage: Stage) -> None:
    draft = FaxDraft(recipients=(Recipient(number="+16505550119"),), documents=())
    window.desk_side.folders["failed"].edit_asked.emit(draft)
    assert stage.preferences.value.page == "fax"
    window.desk_side.folders["failed"].call_asked.emit("+16505550119")
    assert stage.preferences.value.page == "phone"
    field = window.findChild(QLineEdit, "numberField")
    assert field is not None
    assert "555" in field.text()
    stage.faxes.undone.emit(draft)
    assert stage.preferences.value.page == "fax"


def test_a_fax_opens_where_it_lies(window: MainWindow, stage: Stage) -> None:
    stage.faxes.have(job(1, FaxState.SENT), job(2, FaxState.SENT))
    window.desk_side.open_fax(job(2, FaxState.SENT))
    assert stage.preferences.value.page == "sent"
    assert window.desk_side.folders["sent"].story.job_id == 2


def test_closing_quits_without_a_tray_and_hides_with_one(
    qtbot: QtBot, window: MainWindow, stage: Stage
) -> None:
    window.has_tray = True
    with qtbot.waitSignal(window.hidden_to_tray):
        window.close()
    window.has_tray = False
    window.show()
    with qtbot.waitSignal(window.quit_requested):
        window.close()
    assert stage.preferences.value.geometry


def test_geometry_comes_back(qtbot: QtBot, window: MainWindow, stage: Stage) -> None:
    window.resize(900, 640)
    window.close()
    again = MainWindow(stage.desk)
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (900, 640)


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    stage.notices.bar = Bar(kind=NoticeKind.INFO, name="demo", text="")
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    window.show()
    stage.faxes.have(job(2, FaxState.QUEUED), job(1, FaxState.FAILED))
    for name in KEYS:
        window.show_page(name)
        shoot(window, f"window-{name}-{scheme}")
    stage.session.become(SessionState.SIGNED_OUT, None)
    shoot(window, f"window-sign-in-{scheme}")


def test_a_file_dropped_on_a_text_field_reaches_the_window(window: MainWindow) -> None:
    fields = [*window.findChildren(QLineEdit), *window.findChildren(QPlainTextEdit)]
    assert fields
    assert not [field.objectName() for field in fields if field.acceptDrops()]


def test_late_news_are_said(window: MainWindow, stage: Stage) -> None:
    window.show_page("phone")
    line = window.findChild(QLabel, "newsLate")
    assert line is not None and not line.isVisible()
    stage.news.be_late(True)
    assert line.isVisible() and "every minute" in line.toolTip()
    window.resize(920, 620)
    assert not line.isVisible()
    window.resize(1280, 800)
    assert line.isVisible()
    stage.news.be_late(False)
    assert not line.isVisible()
