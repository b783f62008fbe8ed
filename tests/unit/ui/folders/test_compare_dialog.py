"""What needs the user: was it that one, with both pages shown; and what is late: send it now?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QWidget

from rcdesk.core.fax.fax import FaxJob, FaxState, SendBy, WaitReason
from rcdesk.ui.folders.actions import FaxActs
from rcdesk.ui.folders.compare_dialog import CompareDialog
from rcdesk.ui.folders.fax_steps import FaxStep, step_words, steps
from rcdesk.ui.kit.look import Button
from tests.patient_bot import QtBot
from tests.unit.ui.stage import Stage, job, shoot

ASKED = "Needs you: it may have been sent. RingCentral has a fax of 10:42 (1 page). Was it that one?"


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def asked() -> FaxJob:
    return job(5, FaxState.NEEDS_YOU, maybe_message_id="77", detail=ASKED)


def late() -> FaxJob:
    return job(
        6, FaxState.NEEDS_YOU, wait_reason=WaitReason.LATE, detail="Needs you: it was due. Send it now?"
    )


def picture() -> bytes:
    drawn, written = QPixmap(850, 1100), QByteArray()
    drawn.fill(QColor("#bbbbbb"))
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawn.save(buffer, "PNG")
    return bytes(written.data())


def opened(stage: Stage, parent: QWidget) -> CompareDialog:
    FaxActs(stage.desk, parent).take(FaxStep.COMPARE, [asked()])
    dialog = parent.findChild(CompareDialog)
    assert dialog is not None
    return dialog


def press(name: str) -> Callable[[QtBot, CompareDialog], None]:
    def act(qtbot: QtBot, dialog: CompareDialog) -> None:
        button = dialog.findChild(Button, name)
        assert button is not None
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    return act


def escape(qtbot: QtBot, dialog: CompareDialog) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_both_pages_are_shown(parent: QWidget) -> None:
    stage = Stage()
    stage.proofs.png, stage.proofs.other = picture(), Path("/theirs.pdf")
    dialog = opened(stage, parent)
    assert not dialog.ours.picture.pixmap().isNull()
    assert not dialog.theirs.picture.pixmap().isNull()
    assert stage.proofs.pages_asked == [Path("/theirs.pdf")]
    shoot(dialog, "compare")
    assert all(one.picture.accessibleName() for one in (dialog.ours, dialog.theirs))


def test_pages_that_cannot_be_had_are_said(parent: QWidget) -> None:
    dialog = opened(Stage(), parent)
    assert "no picture of your pages" in dialog.ours.picture.text()
    assert "has not drawn the pages yet" in dialog.theirs.picture.text()


@pytest.mark.parametrize(
    ("act", "answer"),
    [
        (press("compareYes"), [("sent", 5)]),
        (press("compareNo"), [("again", 5)]),
        (escape, []),
    ],
)
def test_the_answer_is_the_users(
    qtbot: QtBot, parent: QWidget, act: Callable[[QtBot, CompareDialog], None], answer: list[tuple[str, int]]
) -> None:
    stage = Stage()
    act(qtbot, opened(stage, parent))
    assert stage.faxes.steps == answer


def test_the_steps_of_one_that_may_be_there_say_what_they_mean() -> None:
    offered = steps(asked())
    assert offered[:3] == (FaxStep.COMPARE, FaxStep.IT_WAS_SENT, FaxStep.SEND_AGAIN)
    words = [step_words(step, 1, asked()) for step in offered[:3]]
    assert words == ["Compare the pages", "Yes, it was that one", "No, send again"]


def test_a_late_one_is_sent_now_or_given_another_time(parent: QWidget) -> None:
    assert steps(late())[:2] == (FaxStep.SEND_NOW, FaxStep.CHANGE_TIME)
    assert FaxStep.IT_WAS_SENT not in steps(late())
    stage = Stage()
    FaxActs(stage.desk, parent).take(FaxStep.SEND_NOW, [late()])
    assert stage.faxes.times == [((6,), None)]
    assert stage.faxes.steps[0][0] == f"reschedule by {SendBy.DESK.value}"
