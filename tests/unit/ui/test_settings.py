"""Settings: every control changes the preference it names, at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.settings_dialog import SettingsDialog
from rcdesk.ui.theme import theme

from .stage import Stage, shoot


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
    focusable = [
        w
        for w in dialog.findChildren(QWidget)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible() and not w.focusProxy()
    ]
    assert len(focusable) >= 7
    assert [w.objectName() for w in focusable if not w.accessibleName()] == []


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
    dialog = SettingsDialog(Stage().desk)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    shoot(dialog, f"settings-{scheme}")
    assert dialog.isVisible()
