"""Quick dial: the number of the clipboard, a call from the small window, what is missing said in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.people.people import Caller, DialChoice
from rcdesk.ui.phone.quick_dial import QuickDial, number_in
from tests.patient_bot import QtBot
from tests.unit.ui.stage import Stage, shoot


@pytest.fixture
def dial(qtbot: QtBot, stage: Stage) -> QuickDial:
    """The small window over the stage; the clipboard holds a number."""
    QGuiApplication.clipboard().setText("(650) 555-0119")
    made = QuickDial(stage.desk)
    qtbot.addWidget(made)
    return made


def test_the_clipboards_number_is_there_at_once_and_enter_calls_it(
    qtbot: QtBot, dial: QuickDial, stage: Stage
) -> None:
    dial.appear()
    assert dial.field.text() == "(650) 555-0119"
    assert dial.field.selectedText() == "(650) 555-0119", "typing replaces it"
    assert dial.origin == "from the clipboard"
    qtbot.keyClick(dial.field, Qt.Key.Key_Return)
    assert [(r.to_number, r.from_number) for r in stage.calls.placed] == [("+16505550119", "+16505550101")]
    assert not dial.isVisible()
    qtbot.keyClick(dial.field, Qt.Key.Key_Return)
    assert len(stage.calls.placed) == 1, "a second Enter in a hurry calls nobody"


def test_other_text_is_left_alone(dial: QuickDial, stage: Stage) -> None:
    QGuiApplication.clipboard().setText("meeting at noon, room 204")
    dial.appear()
    assert dial.field.text() == "" and dial.origin == ""
    assert not dial.fax.isEnabled()
    dial.dial()
    assert stage.calls.placed == [] and dial.isVisible(), "it says why not and stays"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("(650) 555-0119", "(650) 555-0119"),
        ("tel:+16505550119", "tel:+16505550119"),
        ("Please ring Pine Street, 650-555-0119, before 5", "650-555-0119"),
        ("Order 12 of 2026-11-22\n+44 20 7946 0958", "+44 20 7946 0958"),
        ("650 555 0119 ext. 204", "650 555 0119 ext. 204"),
        ("1-800-FLOWERS", "1-800-FLOWERS"),
        ("204", ""),
        ("911", ""),
        ("", ""),
        ("meeting at noon", ""),
        ("x" * 5000, ""),
    ],
)
def test_the_number_in_a_text(text: str, number: str) -> None:
    assert number_in(text, "US") == number


def test_a_reason_is_read_whole_and_typing_has_no_origin(dial: QuickDial, stage: Stage, qtbot: QtBot) -> None:
    dial.appear("(650) 555-0119")
    dial._origin.setText("from the clipboard")
    before = dial.height()
    dial.field.selectAll()
    qtbot.keyClicks(dial.field, "*67 650555")
    assert dial.origin == ""
    qtbot.keyClick(dial.field, Qt.Key.Key_Return)
    reason = dial.hint.left
    assert "*67" in reason.text() and stage.calls.placed == []
    qtbot.waitUntil(lambda: dial.height() > before)
    assert reason.height() >= reason.heightForWidth(reason.width()), "all of its lines"


def test_another_phone_rings_for_this_call_only(dial: QuickDial, stage: Stage) -> None:
    dial.appear()
    assert [dial.ring.itemText(at) for at in range(dial.ring.count())] == ["Desk phone", "Mobile"]
    dial.ring.setCurrentIndex(1)
    dial.ring.activated.emit(1)
    dial.dial()
    assert stage.calls.placed[0].from_number == "+16505550102"
    assert stage.preferences.value.ring_me_on == ""


def test_the_phone_remembered_for_this_number_is_chosen(dial: QuickDial, stage: Stage) -> None:
    stage.people.set_choice("+16505550119", DialChoice(ring_me_on="12"))
    dial.appear()
    assert dial.ring.currentText() == "Mobile"
    dial.field.setText("(650) 555-0142")
    assert dial.ring.currentText() == "Desk phone"


def test_escape_closes_even_with_a_number_in_it(qtbot: QtBot, dial: QuickDial, stage: Stage) -> None:
    dial.appear()
    qtbot.keyClick(dial.field, Qt.Key.Key_Escape)
    assert not dial.isVisible() and stage.calls.placed == []
    QGuiApplication.clipboard().setText("(650) 555-0142")
    dial.appear()
    assert dial.field.text() == "(650) 555-0142", "the next time it is filled again"


def test_fax_it(qtbot: QtBot, dial: QuickDial) -> None:
    dial.appear()
    with qtbot.waitSignal(dial.fax_asked) as asked:
        qtbot.mouseClick(dial.fax, Qt.MouseButton.LeftButton)
    assert asked.args == ["+16505550119"] and not dial.isVisible()


def test_fax_it_never_drops_an_extension(qtbot: QtBot, dial: QuickDial) -> None:
    dial.appear("650-555-0142 poste 9")
    with qtbot.assertNotEmitted(dial.fax_asked):
        qtbot.mouseClick(dial.fax, Qt.MouseButton.LeftButton)
    said = dial.findChild(QLabel, "numberReason")
    assert dial.isVisible() and said is not None and "has an extension" in said.text()


def test_a_number_that_nobody_can_have_is_asked_about(dial: QuickDial, stage: Stage) -> None:
    before = len(stage.calls.placed)
    dial.appear("+44 1632 960001")
    dial.dial()
    assert dial.isVisible() and len(stage.calls.placed) == before
    dial.dial()
    assert not dial.isVisible() and len(stage.calls.placed) == before + 1


def test_what_is_missing_is_said_in_it(dial: QuickDial, stage: Stage) -> None:
    dial.appear("650-555-0101")
    dial.dial()
    said = dial.findChild(QLabel, "numberReason")
    assert dial.isVisible() and said is not None and "phone that rings first" in said.text()
    stage.session.is_signed_in = False
    stage.session.become(SessionState.SIGNED_OUT, None)
    dial.field.setText("650-555-0142")
    dial.dial()
    assert "Sign in first" in said.text() and stage.calls.placed == []


def test_it_is_shown_again_without_losing_what_is_typed(dial: QuickDial) -> None:
    dial.appear()
    dial.field.setText("415")
    dial.appear()
    assert dial.field.text() == "415"
    dial.appear("650-555-0142")
    assert dial.field.text() == "650-555-0142"


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    stage.people.callers_known["+16505550119"] = Caller(
        number="+16505550119", name="Pine Street Pharmacy", label="Business"
    )
    QGuiApplication.clipboard().setText("+1 650-555-0119 ext. 204")
    dial = QuickDial(stage.desk)
    qtbot.addWidget(dial)
    dial.appear()
    shoot(dial, f"quick-dial-{scheme}")
    assert dial.isVisible()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Fax 650-555-0143 Tel 650-555-0142", "650-555-0142"),
        ("Call me at 650.555.0142 tomorrow", "650.555.0142"),
        ("514-555-0123 poste 12", "514-555-0123 ext. 12"),
        ("1-800-FLOWERS", "1-800-FLOWERS"),
        ("234-5678 fax", ""),
        ("meeting at noon 2026-11-28 10:00", ""),
    ],
)
def test_the_number_of_a_text_is_never_the_fax_or_a_word(text: str, number: str) -> None:
    assert number_in(text, "US") == number
