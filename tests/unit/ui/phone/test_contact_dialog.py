"""New person and Edit person: what is wrong is said where it stands, and nothing that was typed is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLabel, QLineEdit

from rcdesk.core.errors import NetworkError
from rcdesk.core.people.people import NUMBER_KINDS, BadField, PersonForm, PersonNumber, PersonSource
from rcdesk.ui.phone.contact_dialog import OWN_KINDS, ContactDialog
from tests.patient_bot import QtBot
from tests.unit.ui.people_stage import LENA, LENA_FAX, part
from tests.unit.ui.stage import Stage, shoot

LENA_FORM = PersonForm(
    key="contact:7",
    source=PersonSource.CONTACT,
    name="Dr. Lena Ortiz",
    company="Ortiz Clinic",
    numbers=(
        PersonNumber(number=LENA, label="Mobile"),
        PersonNumber(number=LENA_FAX, label="Business fax", is_fax=True),
    ),
)
NEW = PersonForm(source=PersonSource.CONTACT, name="")


def opened(qtbot: QtBot, stage: Stage, form: PersonForm) -> ContactDialog:
    """The dialog with the keyboard in it."""
    made = ContactDialog(stage.desk, form)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.open()
        made.activateWindow()
    return made


def said(dialog: ContactDialog, name: str = "contactSaid") -> str:
    """The line in the dialog, "" while there is none."""
    line = part(dialog, QLabel, name)
    return line.text() if line.isVisible() else ""


def test_it_asks_who_and_adds(qtbot: QtBot, stage: Stage) -> None:
    dialog = opened(qtbot, stage, NEW)
    name = part(dialog, QLineEdit, "contactName")
    assert name.hasFocus()
    qtbot.keyClicks(name, "Lena")
    qtbot.keyClicks(part(dialog, QLineEdit, "contactCompany"), "Clinic")
    kinds = part(dialog, QComboBox, "contactKind_0")
    assert [kinds.itemData(n) for n in range(kinds.count())] == list(NUMBER_KINDS)
    kinds.setCurrentIndex(1)
    qtbot.keyClicks(part(dialog, QLineEdit, "contactNumber_0"), "650 555 0142")
    qtbot.mouseClick(part(dialog, QAbstractButton, "contactMore"), Qt.MouseButton.LeftButton)
    second = part(dialog, QLineEdit, "contactNumber_1")
    assert second.hasFocus()
    part(dialog, QComboBox, "contactKind_1").setCurrentIndex(2)
    qtbot.keyClicks(second, "650 555 0143")
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(second, Qt.Key.Key_Return)
    numbers = (
        PersonNumber(number="650 555 0142", label="Mobile"),
        PersonNumber(number="650 555 0143", label="Business fax", is_fax=True),
    )
    wanted = PersonForm(source=PersonSource.CONTACT, name="Lena", company="Clinic", numbers=numbers)
    assert stage.people.saved == [(wanted, None)]


def test_a_person_is_changed_and_a_number_taken_away(qtbot: QtBot, stage: Stage) -> None:
    dialog = opened(qtbot, stage, LENA_FORM)
    assert dialog.windowTitle() == "Edit person"
    assert part(dialog, QLineEdit, "contactNumber_0").text() == "(650) 555-0142"
    assert not part(dialog, QComboBox, "contactPlace").isEnabled()
    part(dialog, QAbstractButton, "contactRemove_0").click()
    part(dialog, QLineEdit, "contactName").setText("Lena Ortiz")
    part(dialog, QAbstractButton, "contactSave").click()
    ((form, before),) = stage.people.saved
    assert before == LENA_FORM
    assert (form.key, form.name, form.company) == ("contact:7", "Lena Ortiz", "Ortiz Clinic")
    assert [(n.number, n.label, n.is_fax) for n in form.numbers] == [("(650) 555-0143", "Business fax", True)]


def test_people_of_ones_own_keep_their_kinds(qtbot: QtBot, stage: Stage) -> None:
    numbers = (PersonNumber(number=LENA, label="Télécopie", is_fax=True),)
    own = PersonForm(key="import:a", source=PersonSource.IMPORT, name="Ann", numbers=numbers)
    dialog = opened(qtbot, stage, own)
    kinds = part(dialog, QComboBox, "contactKind_0")
    assert [kinds.itemData(n) for n in range(kinds.count())] == [*OWN_KINDS, "Télécopie"]
    part(dialog, QAbstractButton, "contactSave").click()
    ((form, _),) = stage.people.saved
    assert [(n.label, n.is_fax) for n in form.numbers] == [("Télécopie", True)]


def test_what_is_wrong_is_said_where_it_stands(qtbot: QtBot, stage: Stage) -> None:
    dialog = opened(qtbot, stage, LENA_FORM)
    stage.people.save_answer = BadField("This number is too long.", 1)
    part(dialog, QAbstractButton, "contactSave").click()
    assert said(dialog, "contactProblem_1") == "This number is too long."
    second = part(dialog, QLineEdit, "contactNumber_1")
    assert second.hasFocus() and second.accessibleDescription() == "This number is too long."
    assert said(dialog) == ""
    qtbot.keyClick(second, Qt.Key.Key_Backspace)
    assert said(dialog, "contactProblem_1") == ""
    stage.people.save_answer = BadField("Type a name first.", "name")
    part(dialog, QAbstractButton, "contactSave").click()
    assert said(dialog) == "Type a name first."
    assert part(dialog, QLineEdit, "contactName").hasFocus()


def test_a_failure_is_said_in_place_and_can_be_tried_again(qtbot: QtBot, stage: Stage) -> None:
    dialog = opened(qtbot, stage, LENA_FORM)
    stage.people.save_answer = NetworkError("No connection. Try again when it is back.")
    name, save = part(dialog, QLineEdit, "contactName"), part(dialog, QAbstractButton, "contactSave")
    name.setText("Lena")
    save.click()
    assert said(dialog) == "Not saved. No connection. Try again when it is back."
    assert (name.text(), save.isEnabled(), dialog.isVisible()) == ("Lena", True, True)
    stage.people.save_answer = None
    save.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert len(stage.people.saved) == 2


def test_while_it_is_being_saved_nothing_is_sent_twice(qtbot: QtBot, stage: Stage) -> None:
    dialog = opened(qtbot, stage, LENA_FORM)
    stage.people.save_answer = ""
    name = part(dialog, QLineEdit, "contactName")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert len(stage.people.saved) == 1
    assert said(dialog).startswith("Saving")
    dialog.reject()
    dialog._failed(NetworkError("late"))
    dialog._saved()
    assert dialog.result() == QDialog.DialogCode.Rejected


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    dialog = ContactDialog(stage.desk, LENA_FORM)
    qtbot.addWidget(dialog)
    dialog.show()
    stage.people.save_answer = BadField(
        "RingCentral keeps one number of this kind: Mobile. Choose another kind.", 1
    )
    part(dialog, QAbstractButton, "contactSave").click()
    shoot(dialog, f"contact-{scheme}")
    assert said(dialog, "contactProblem_1")
