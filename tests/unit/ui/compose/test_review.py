"""The misdial brake: one press when nothing is odd, one question otherwise, and never by accident."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from rcdesk.core.fax.fax import FaxState, Recipient
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.compose.review_dialog import ReviewDialog, ReviewPage
from tests.patient_bot import QtBot
from tests.unit.ui.stage import NOW, Stage, checked, document, job, shoot

KNOWN = Recipient(number="+16505550110", name="Valley Imaging Center")
NEW = Recipient(number="+16505550111")
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> FaxPage:
    """A composer with a document."""
    made = FaxPage(stage.desk)
    qtbot.addWidget(made)
    made.resize(1072, 760)
    made.show()
    stage.faxes.checked.emit(checked(document()))
    return made


def _review() -> ReviewDialog | None:
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, ReviewDialog) and w.isVisible()]
    assert len(found) <= 1
    return found[0] if found else None


def _asked(qtbot: QtBot, page: FaxPage, *recipients: Recipient) -> ReviewDialog:
    page.recipients.add_recipients(recipients)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.note, Qt.Key.Key_Return, CTRL)
    dialog = _review()
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def _near(stage: Stage) -> None:
    stage.faxes.facts[NEW.number] = RecipientFacts(recipient=NEW, is_known=False, near=KNOWN)


def _press(qtbot: QtBot, widget: QWidget, name: str) -> None:
    button = widget.findChild(QPushButton, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_odd_goes_with_one_press(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    page.recipients.add_recipients((KNOWN,))
    qtbot.keyClick(page.note, Qt.Key.Key_Return, CTRL)
    assert _review() is None
    assert [d.recipients for d in stage.faxes.drafts] == [(KNOWN,)]
    assert stage.faxes.drafts[0].undo_s == 10


@pytest.mark.parametrize(
    ("facts", "said", "needs_key"),
    [
        (RecipientFacts(recipient=NEW, is_known=False), "first fax", True),
        (RecipientFacts(recipient=NEW, is_known=False, near=KNOWN), "one digit from Valley Imaging", True),
        (RecipientFacts(recipient=NEW, is_known=True, duplicate_at=NOW), "same pages", True),
        (
            RecipientFacts(recipient=NEW, is_known=True, failed_at=NOW, failed_why="No answer."),
            "failed today: No answer.",
            False,
        ),
    ],
)
def test_what_is_odd_is_said_and_the_focus_is_safe(
    qtbot: QtBot, page: FaxPage, stage: Stage, facts: RecipientFacts, said: str, needs_key: bool
) -> None:
    stage.faxes.facts[NEW.number] = facts
    dialog = _asked(qtbot, page, NEW)
    what = dialog.findChild(QLabel, "reviewWhat")
    number = dialog.findChild(QWidget, "reviewNumber")
    assert what is not None and said in what.text()
    assert number is not None and number.accessibleName() == "(650) 555-0111"
    assert stage.faxes.drafts == []
    assert dialog.focusWidget() is (dialog.correct if needs_key else dialog.confirm)
    dialog.close()


def test_enter_on_a_new_number_does_not_send_but_ctrl_enter_does(
    qtbot: QtBot, page: FaxPage, stage: Stage
) -> None:
    _near(stage)
    dialog = _asked(qtbot, page, NEW)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert stage.faxes.drafts == []
    assert page.recipients.line.text() == NEW.number
    assert page.recipients.recipients == ()
    dialog = _asked(qtbot, page)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    assert len(stage.faxes.drafts) == 1
    assert _review() is None


def test_cancel_and_escape_leave_everything_as_it_was(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    _near(stage)
    dialog = _asked(qtbot, page, NEW)
    _press(qtbot, dialog, "reviewCancel")
    assert page.recipients.recipients == (NEW,) and page.bar.send.isEnabled()
    dialog = _asked(qtbot, page)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert page.recipients.recipients == (NEW,) and page.bar.send.isEnabled()
    assert stage.faxes.drafts == []


def test_many_odd_recipients_are_one_question(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    many = tuple(Recipient(number=f"+1415555{i:04}") for i in range(80))
    stage.faxes.facts = {r.number: RecipientFacts(recipient=r, is_known=False) for r in many}
    twice = RecipientFacts(recipient=many[7], is_known=True, duplicate_at=NOW - timedelta(hours=1))
    stage.faxes.facts[many[7].number] = twice
    dialog = _asked(qtbot, page, KNOWN, *many)
    number = dialog.findChild(QWidget, "reviewNumber")
    more = dialog.findChild(QWidget, "reviewMore")
    assert number is not None and number.accessibleName() == "(415) 555-0007"
    assert more is not None and more.accessibleName() == "79 more to look at"
    assert dialog.confirm.text() == "Send to all 81 anyway"
    _press(qtbot, dialog, "reviewConfirm")
    assert len(stage.faxes.drafts) == 1
    assert len(stage.faxes.drafts[0].recipients) == 81
    assert _review() is None


def test_the_first_page_is_shown_when_it_can_be_drawn(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    image = QImage(20, 26, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    stage.proofs.png = bytes(data.data())
    _near(stage)
    dialog = _asked(qtbot, page, NEW)
    shown = dialog.findChild(ReviewPage)
    assert stage.proofs.pages_asked == [Path("/nowhere/Referral letter.pdf")]
    assert shown is not None and shown.has_picture
    dialog.close()


def test_a_fax_changed_while_it_is_looked_at_is_not_sent(page: FaxPage, stage: Stage) -> None:
    stage.faxes.answers_facts = False
    page.recipients.add_recipients((KNOWN,))
    page.send()
    asked = stage.faxes.fact_questions[-1]
    assert not page.bar.send.isEnabled()
    page.note.setPlainText("One more word")
    page.sending._facts_here(page.sending._asked or asked, (RecipientFacts(recipient=KNOWN, is_known=True),))
    assert stage.faxes.drafts == []
    assert page.bar.send.isEnabled()
    assert "Press Send again" in page.bar.problem.text()


def test_trouble_while_asking_lets_go(page: FaxPage, stage: Stage) -> None:
    stage.faxes.answers_facts = False
    page.recipients.add_recipients((KNOWN,))
    page.send()
    stage.faxes.problem.emit("The disk is full. Nothing was sent.")
    assert page.bar.send.isEnabled()
    assert page.bar.problem.text() == "The disk is full. Nothing was sent."
    assert page.recipients.recipients == (KNOWN,)
    stage.faxes.answers_facts = True
    page.send()
    assert len(stage.faxes.drafts) == 1


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    page = FaxPage(stage.desk)
    qtbot.addWidget(page)
    page.resize(1072, 760)
    page.show()
    stage.faxes.checked.emit(checked(document()))
    _near(stage)
    page.recipients.add_recipients((NEW,))
    page.send()
    dialog = _review()
    assert dialog is not None
    shoot(dialog, f"review-{scheme}")
    dialog.confirm.click()
    stage.faxes.queued.emit((job(1, FaxState.HELD),))
    shoot(page, f"fax-undo-{scheme}")
    assert page.bar.undo.isVisible()
