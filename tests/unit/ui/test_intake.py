"""Dropping and pasting into the window, the watched folder's bar and its row in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QPushButton

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.fax.fax import FaxState
from rcdesk.core.fax.incoming import ClipKind
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.shell.settings_dialog import SettingsDialog
from tests.patient_bot import QtBot
from tests.unit.ui.stage import Stage, checked, document, job, shoot

pytestmark = pytest.mark.filterwarnings("ignore:.*QDragEnterEvent:DeprecationWarning")
KEYS, BUTTONS = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, stage: Stage) -> Iterator[MainWindow]:
    """A window on the stage with an empty clipboard."""
    QGuiApplication.clipboard().clear()
    made = MainWindow(stage.desk)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    QGuiApplication.clipboard().clear()


def _drop(
    window: MainWindow, data: QMimeData, action: Qt.DropAction = Qt.DropAction.CopyAction
) -> QDropEvent:
    enter = QDragEnterEvent(QPoint(5, 5), action, data, BUTTONS, KEYS)
    QApplication.sendEvent(window, enter)
    drop = QDropEvent(QPointF(5, 5), action, data, BUTTONS, KEYS)
    QApplication.sendEvent(window, drop)
    return drop


def _press_paste(qtbot: QtBot, window: MainWindow) -> None:
    target = QApplication.focusWidget() or window
    qtbot.keyClick(target, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def _copy_files(*paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    QGuiApplication.clipboard().setMimeData(data)


def _problem(window: MainWindow) -> str:
    words = window.findChild(QLabel, "intakeProblem")
    assert words is not None
    return words.text() if words.isVisible() else ""


# Dropping


def test_dropped_text_becomes_a_document(window: MainWindow, stage: Stage, tmp_path: Path) -> None:
    data = QMimeData()
    data.setText("A few lines\nof text")
    assert _drop(window, data).isAccepted()
    assert [clip.kind for clip in stage.pasted.clips] == [ClipKind.TEXT]
    assert stage.preferences.value.page == "fax" and stage.faxes.checks == []
    assert stage.pasted.answer is not None
    stage.pasted.answer((tmp_path / "Pasted text.txt",))
    assert stage.faxes.checks == [(tmp_path / "Pasted text.txt",)]


def test_files_are_never_moved_here(window: MainWindow, stage: Stage, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.pdf"))])
    both = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    assert _drop(window, data, both).dropAction() is Qt.DropAction.CopyAction
    assert _drop(window, data, Qt.DropAction.MoveAction).dropAction() is Qt.DropAction.IgnoreAction
    assert [len(paths) for paths in stage.faxes.checks] == [1, 1]


def test_a_dropped_link_to_the_web_says_why_not(window: MainWindow, stage: Stage) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.com/form.pdf")])
    _drop(window, data)
    assert "fetches nothing" in _problem(window)
    assert stage.faxes.checks == [] and stage.pasted.clips == []
    data.setUrls([QUrl.fromLocalFile("/tmp/a.pdf")])
    _drop(window, data)
    assert _problem(window) == ""


def test_what_is_nothing_for_a_fax_is_not_accepted(window: MainWindow, stage: Stage) -> None:
    data = QMimeData()
    data.setData("application/x-something-else", b"1")
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, BUTTONS, KEYS)
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()
    assert stage.preferences.value.page == "phone"


def test_hundreds_of_files_are_capped(window: MainWindow, stage: Stage, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / f"{n}.pdf")) for n in range(300)])
    _drop(window, data)
    assert [len(paths) for paths in stage.faxes.checks] == [200]
    assert _problem(window).startswith("300 files are too many at once")


# Pasting


@pytest.mark.parametrize("page", ["phone", "fax", "queue", "received"])
def test_files_are_pasted_on_every_page(
    qtbot: QtBot, window: MainWindow, stage: Stage, tmp_path: Path, page: str
) -> None:
    window.show_page(page)
    _copy_files(tmp_path / "a.pdf", tmp_path / "b.pdf")
    window.setFocus()
    _press_paste(qtbot, window)
    assert stage.faxes.checks == [(tmp_path / "a.pdf", tmp_path / "b.pdf")]
    assert stage.preferences.value.page == "fax"


def test_a_picture_is_pasted_also_while_a_field_has_the_focus(
    qtbot: QtBot, window: MainWindow, stage: Stage
) -> None:
    window.new_fax()
    field = window.composer.recipients.line
    qtbot.waitUntil(field.hasFocus)
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    QGuiApplication.clipboard().setImage(image)
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [clip.kind for clip in stage.pasted.clips] == [ClipKind.IMAGE]
    assert field.text() == ""


def test_text_pasted_into_a_field_stays_there(qtbot: QtBot, window: MainWindow, stage: Stage) -> None:
    window.new_fax()
    window.composer.note.setFocus()
    QGuiApplication.clipboard().setText("As discussed")
    qtbot.keyClick(window.composer.note, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.composer.note.toPlainText() == "As discussed"
    assert stage.pasted.clips == []


def test_a_number_pasted_on_the_phones_page_is_one_to_call(
    qtbot: QtBot, window: MainWindow, stage: Stage
) -> None:
    window.show_page("phone")
    window.setFocus()
    QGuiApplication.clipboard().setText(" (650) 555-0119 ")
    _press_paste(qtbot, window)
    field = window.findChild(QLineEdit, "numberField")
    assert field is not None and "555" in field.text()
    assert stage.pasted.clips == [] and stage.preferences.value.page == "phone"


def test_an_empty_clipboard_is_said_so(window: MainWindow) -> None:
    window.show_page("fax")
    window.paste()
    assert _problem(window).startswith("There is nothing in it")


def test_nothing_is_pasted_before_somebody_signed_in(
    window: MainWindow, stage: Stage, tmp_path: Path
) -> None:
    stage.session.become(SessionState.SIGNED_OUT, None)
    _copy_files(tmp_path / "a.pdf")
    window.paste()
    assert stage.faxes.checks == []


def test_the_drop_zone_has_paste_in_its_menu(
    qtbot: QtBot, window: MainWindow, stage: Stage, tmp_path: Path
) -> None:
    window.show_page("fax")
    _copy_files(tmp_path / "a.pdf")
    zone = window.composer.attachments.drop_zone
    assert "paste" in zone.text()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), zone.mapToGlobal(QPoint(5, 5)))
    QApplication.sendEvent(zone, event)
    menu = zone.findChild(QMenu, "dropZoneMenu")
    assert menu is not None
    choose, paste = menu.actions()
    assert (choose.text(), paste.text().split("\t")[0]) == ("Choose files…", "Paste")
    paste.trigger()
    menu.close()
    assert stage.faxes.checks == [(tmp_path / "a.pdf",)]


def test_what_could_not_be_kept_is_said(window: MainWindow, stage: Stage) -> None:
    stage.pasted.problem.emit("The pasted picture is damaged.")
    assert _problem(window) == "The pasted picture is damaged."


def test_pasted_files_are_let_go_when_the_fax_is_safe_or_they_are_taken_out(
    window: MainWindow, stage: Stage
) -> None:
    kept, out = document("Pasted text 1.txt"), document("Pasted text 2.txt")
    window.show_page("fax")
    stage.faxes.checked.emit(checked(kept, out))
    removes = window.findChildren(QAbstractButton, "removeAttachment")
    removes[1].click()
    assert stage.pasted.gone == [out.path]
    window.composer.add_recipient("(650) 555-0110")
    window.composer.send()
    assert len(stage.faxes.drafts) == 1
    assert stage.pasted.gone == [out.path]
    stage.faxes.queued.emit((job(110, FaxState.HELD),))
    assert stage.pasted.gone == [out.path, kept.path]


# The watched folder


def _bar(window: MainWindow) -> tuple[str, list[str]]:
    bar = window.desk_side.watched_bar
    words = bar.findChild(QLabel, "watchedWords")
    assert words is not None
    buttons = [b.text() for b in bar.findChildren(QPushButton) if b.isVisible()]
    return (words.text(), buttons) if bar.isVisible() else ("", [])


def _press(window: MainWindow, name: str) -> None:
    button = window.findChild(QPushButton, name)
    assert button is not None and button.isVisible()
    button.click()


def test_files_that_wait_are_offered_and_put_into_a_fax(
    window: MainWindow, stage: Stage, tmp_path: Path
) -> None:
    assert _bar(window) == ("", [])
    folder = tmp_path / "Scans"
    stage.watched.show(*(folder / name for name in ("a.pdf", "b.pdf", "c.pdf")))
    assert _bar(window) == ("3 files from Scans wait.", ["Put them into a fax", "Ignore"])
    _press(window, "watchedPut")
    assert stage.faxes.checks == [(folder / "a.pdf", folder / "b.pdf", folder / "c.pdf")]
    assert stage.faxes.drafts == [] and stage.preferences.value.page == "fax"
    assert _bar(window) == ("", [])


def test_files_that_wait_are_ignored(window: MainWindow, stage: Stage, tmp_path: Path) -> None:
    stage.watched.show(tmp_path / "Scans" / "a.pdf")
    assert _bar(window) == ("1 file from Scans waits.", ["Put it into a fax", "Ignore"])
    _press(window, "watchedIgnore")
    assert stage.watched.ignored == [tmp_path / "Scans" / "a.pdf"]
    assert stage.faxes.checks == [] and _bar(window) == ("", [])


def test_more_than_a_fax_takes_go_on_waiting(window: MainWindow, stage: Stage, tmp_path: Path) -> None:
    stage.watched.show(*(tmp_path / f"{n:03}.pdf" for n in range(250)))
    _press(window, "watchedPut")
    assert len(stage.faxes.checks[0]) == 200
    assert _bar(window)[0].startswith("50 files from")


def test_a_lost_folder_is_told_until_it_is_read_or_back(window: MainWindow, stage: Stage) -> None:
    stage.watched.lost.emit("The watched folder Scans cannot be read any more.")
    assert _bar(window) == ("The watched folder Scans cannot be read any more.", ["Close"])
    _press(window, "watchedIgnore")
    assert _bar(window) == ("", [])
    stage.watched.lost.emit("Lost again.")
    stage.watched.found.emit()
    assert _bar(window) == ("", [])


def test_coming_to_the_front_looks_into_the_folder(qtbot: QtBot, window: MainWindow, stage: Stage) -> None:
    assert stage.watched.looks > 0


def test_the_folder_is_chosen_in_the_settings(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    dialog = SettingsDialog(stage.desk)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    choose, nothing = (
        dialog.findChild(QPushButton, "watchedFolder"),
        dialog.findChild(QAbstractButton, "watchNothing"),
    )
    assert choose is not None and nothing is not None
    assert choose.text() == "Choose…" and not nothing.isVisible()
    dialog.watch(str(tmp_path / "Scans"))
    assert stage.preferences.value.watched_folder == str(tmp_path / "Scans")
    assert choose.text() == "Scans" and nothing.isVisible()
    assert "Scans" in choose.accessibleName()
    nothing.click()
    assert stage.preferences.value.watched_folder == ""
    assert choose.text() == "Choose…"


def test_pictures(qtbot: QtBot, scheme: str, tmp_path: Path) -> None:
    stage = Stage()
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    window.show()
    window.show_page("fax")
    stage.watched.show(*(tmp_path / "Scans" / name for name in ("a.pdf", "b.pdf", "c.pdf")))
    data = QMimeData()
    data.setUrls([QUrl("https://example.com/form.pdf")])
    _drop(window, data)
    shoot(window, f"intake-{scheme}")
    stage.preferences.update(watched_folder=str(tmp_path / "Scans"))
    dialog = SettingsDialog(stage.desk)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    shoot(dialog, f"intake-settings-{scheme}")
    assert _problem(window) and _bar(window)[1]
