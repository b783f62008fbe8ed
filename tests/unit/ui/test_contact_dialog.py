"""Add to contacts: a name, what the number is, and a failure said in place with nothing lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from rcdesk.ui.contact_dialog import KINDS, ContactDialog

from .people_stage import LENA, part
from .stage import Stage


@pytest.fixture
def dialog(qtbot: QtBot, stage: Stage) -> ContactDialog:
    """The question about one number."""
    made = ContactDialog(stage.desk, LENA)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.open()
        made.activateWindow()
    return made


def said(dialog: ContactDialog) -> str:
    """The line in the dialog, "" while there is none."""
    line = part(dialog, QLabel, "contactSaid")
    return line.text() if line.isVisible() else ""


def test_it_asks_for_a_name_and_adds(qtbot: QtBot, dialog: ContactDialog, stage: Stage) -> None:
    name = part(dialog, QLineEdit, "contactName")
    assert name.hasFocus()
    assert any("(650) 555-0142" in label.text() for label in dialog.findChildren(QLabel))
    qtbot.keyClicks(name, "  Dr. Lena   Ortiz ")
    kinds = part(dialog, QComboBox, "contactKind")
    assert [kinds.itemData(n) for n in range(kinds.count())] == list(KINDS)
    kinds.setCurrentIndex(1)
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(name, Qt.Key.Key_Return)
    assert stage.people.added == [("Dr. Lena Ortiz", LENA, "Mobile")]


def test_without_a_name_it_says_so(qtbot: QtBot, dialog: ContactDialog, stage: Stage) -> None:
    part(dialog, QAbstractButton, "contactSave").click()
    assert said(dialog) == "Type a name first."
    assert stage.people.added == []


def test_a_failure_is_said_in_place_and_can_be_tried_again(
    qtbot: QtBot, dialog: ContactDialog, stage: Stage
) -> None:
    stage.people.add_answer = "No connection. Try again when it is back."
    name, save = part(dialog, QLineEdit, "contactName"), part(dialog, QAbstractButton, "contactSave")
    qtbot.keyClicks(name, "Lena")
    save.click()
    assert said(dialog) == "Not added. No connection. Try again when it is back."
    assert (name.text(), save.isEnabled(), dialog.isVisible()) == ("Lena", True, True)
    stage.people.add_answer = ""
    save.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert len(stage.people.added) == 2


def test_while_it_is_being_added_nothing_is_sent_twice(
    qtbot: QtBot, dialog: ContactDialog, stage: Stage
) -> None:
    stage.people.add_answer = None
    name = part(dialog, QLineEdit, "contactName")
    qtbot.keyClicks(name, "Lena")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert len(stage.people.added) == 1
    assert said(dialog).startswith("Adding")
    dialog.reject()
    dialog._failed("late")
    dialog._added()
    assert dialog.result() == QDialog.DialogCode.Rejected
