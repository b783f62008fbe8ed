"""Settings: every control changes the preference it names, at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QSpinBox, QWidget

from rcdesk.ui.kit.sounds import Player
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.people.favourites_list import FavouritesList
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.shell.settings_dialog import SettingsDialog
from tests.patient_bot import QtBot
from tests.unit.ui.kit.test_value_menu import FAVOURITES
from tests.unit.ui.stage import Stage, shoot


@pytest.fixture
def dialog(qtbot: QtBot, stage: Stage) -> SettingsDialog:
    """The settings on the stage."""
    made = SettingsDialog(stage.desk)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def test_numbers_stay_in_their_bounds(dialog: SettingsDialog, stage: Stage) -> None:
    undo = dialog.findChild(QSpinBox, "undoSeconds")
    days = dialog.findChild(QSpinBox, "keepFilesDays")
    assert undo is not None and days is not None
    assert (undo.value(), days.value()) == (10, 30)
    undo.setValue(99)
    assert stage.preferences.value.undo_s == 60
    undo.setValue(0)
    assert stage.preferences.value.undo_s == 0 and undo.text() == "None"
    days.setValue(7)
    assert stage.preferences.value.keep_files_days == 7


@pytest.mark.parametrize(
    ("control", "field"),
    [
        ("dialLinks", "dials_links_at_once"),
        ("globalShortcut", "global_shortcut"),
        ("notifyMissed", "notify_missed_calls"),
        ("hasSounds", "has_sounds"),
        ("startHidden", "start_hidden"),
        ("notifyFailures", "notify_failures"),
        ("notifySuccesses", "notify_successes"),
        ("closeToTray", "close_to_tray"),
    ],
)
def test_switches(qtbot: QtBot, dialog: SettingsDialog, stage: Stage, control: str, field: str) -> None:
    switch = dialog.findChild(QAbstractButton, control)
    assert switch is not None
    before = getattr(stage.preferences.value, field)
    assert switch.isChecked() is before
    for name in ("faxes", "calls", "notices", "window"):
        if not switch.isVisible():
            dialog.show_section(name)
    assert switch.isVisible()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert getattr(stage.preferences.value, field) is not before


def test_colours_change_at_once(dialog: SettingsDialog, stage: Stage) -> None:
    scheme = dialog.findChild(QComboBox, "colorScheme")
    assert scheme is not None
    scheme.setCurrentIndex(2)
    assert stage.preferences.value.color_scheme == "dark" and theme().tokens.is_dark
    scheme.setCurrentIndex(1)
    assert stage.preferences.value.color_scheme == "light" and not theme().tokens.is_dark


def test_settings_that_cannot_be_kept_say_so(dialog: SettingsDialog, stage: Stage) -> None:
    stage.preferences.problem.emit("The disk is full. The settings are not kept.")
    said = dialog.findChild(QLabel, "settingsProblem")
    assert said is not None and said.text() == "The disk is full. The settings are not kept."


def test_every_control_has_a_name(dialog: SettingsDialog) -> None:
    focusable: set[QWidget] = set()
    for name in ("faxes", "calls", "notices", "window"):
        dialog.show_section(name)
        focusable |= {
            w
            for w in dialog.findChildren(QWidget)
            if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible() and not w.focusProxy()
        }
    assert len(focusable) >= 14
    assert [w.objectName() for w in focusable if not w.accessibleName()] == []


def test_favourites_are_ordered_by_keys_and_taken_away(qtbot: QtBot, stage: Stage) -> None:
    stage.people.set_favourites(FAVOURITES)
    shown = FavouritesList(stage.desk)
    qtbot.addWidget(shown)
    shown.show()
    shown.setCurrentRow(2)
    qtbot.keyClick(shown, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [f.name for f in stage.people.favourites][:3] == [
        "Valley Imaging Center",
        "Okafor & Lee, LLP",
        "Pine Street Pharmacy",
    ]
    assert shown.currentRow() == 1
    qtbot.keyClick(shown, Qt.Key.Key_Delete)
    assert [f.name for f in stage.people.favourites] == [
        "Valley Imaging Center",
        "Pine Street Pharmacy",
        "County Records",
    ]
    stage.people.toggle_favourite("+16505550142", "Dr. Lena Ortiz")
    assert shown.count() == 4, "one starred elsewhere comes in at once"
    assert shown.item(2).text() == "County Records · (650) 555-4000 · fax"


def test_favourites_are_ordered_by_dragging(qtbot: QtBot, stage: Stage) -> None:
    stage.people.set_favourites(FAVOURITES)
    shown = FavouritesList(stage.desk)
    qtbot.addWidget(shown)
    shown.resize(400, 220)
    shown.show()
    shown.setCurrentRow(0)
    data = shown.mimeData(shown.selectedItems())
    below = shown.visualItemRect(shown.item(1)).bottomLeft()
    place = QPointF(below.x() + 40, below.y() - 1)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place.toPoint(), Qt.DropAction.MoveAction, data, left, none)
    shown.dragEnterEvent(enter)
    shown.dragMoveEvent(QDragMoveEvent(place.toPoint(), Qt.DropAction.MoveAction, data, left, none))
    shown.take_drop(shown.drop_row(place.toPoint()))
    assert [f.name for f in stage.people.favourites][:2] == ["Pine Street Pharmacy", "Valley Imaging Center"]


def test_listening_plays_one_after_the_other(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rcdesk.ui.shell.settings_dialog.can_play", lambda: True)
    heard: list[str] = []

    def hear(self: Player, name: str) -> bool:
        heard.append(name)
        return True

    monkeypatch.setattr(Player, "play", hear)
    dialog = SettingsDialog(stage.desk)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_section("notices")
    listen = dialog.findChild(QAbstractButton, "listen")
    assert listen is not None
    for _ in range(3):
        qtbot.mouseClick(listen, Qt.MouseButton.LeftButton)
    assert heard == ["ringing", "connected", "missed"]


def test_the_key_opens_it_once(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    window.side_bar.settings_asked.emit()
    (shown,) = window.findChildren(SettingsDialog)
    assert shown.isVisible()
    shown.close()


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    stage.people.set_favourites(FAVOURITES)
    dialog = SettingsDialog(stage.desk)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    for name in ("faxes", "calls", "notices", "window"):
        dialog.show_section(name)
        shoot(dialog, f"settings-{name}-{scheme}")
    assert dialog.isVisible()
