"""The row that says files are being looked at: there when it takes a while, and no fax goes without them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from rcdesk.ui.compose.fax_page import FaxPage
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.ui.stage import Stage, checked, document

SLOW = (Path("Quarter.xlsx"),)


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> FaxPage:
    """A composer with a recipient and one file, so that it could go."""
    made = FaxPage(stage.desk)
    qtbot.addWidget(made)
    made.resize(1072, 760)
    made.show()
    made.recipients.add_text("650 555 0110")
    stage.faxes.checked.emit(checked(document()))
    return made


def test_a_long_look_is_shown_and_a_short_one_is_not(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    page.add_files(SLOW)
    assert now(page.looks.is_busy) and not page.looks.isVisible()
    stage.faxes.checked.emit(checked(document("Quarter.xlsx")))
    assert not page.looks.is_busy and not page.looks._moment.isActive()
    page.add_files(SLOW)
    qtbot.waitUntil(page.looks.isVisible, timeout=5000)
    assert "Looking at Quarter.xlsx…" in [label.text() for label in page.looks.findChildren(QLabel)]
    page.add_files((Path("a.docx"), Path("b.docx")))
    assert "Looking at 3 files…" in [label.text() for label in page.looks.findChildren(QLabel)]
    stage.faxes.checked.emit(checked(document("Quarter.xlsx")))
    assert page.looks.isVisible(), "two are still looked at"
    stage.faxes.checked.emit(checked(document("a.docx"), document("b.docx")))
    assert not page.looks.isVisible()


def test_the_fax_does_not_go_without_the_file(page: FaxPage, stage: Stage) -> None:
    page.add_files(SLOW)
    page.send()
    assert not stage.faxes.drafts
    assert "still being looked at" in page.bar.problem.text()
    stage.faxes.checked.emit(checked(document("Quarter.xlsx")))
    assert not page.bar.problem.text()
    page.send()
    (draft,) = stage.faxes.drafts
    assert [file.name for file in draft.documents] == ["Referral letter.pdf", "Quarter.xlsx"]


def test_it_can_be_stopped(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    page.add_files(SLOW)
    qtbot.waitUntil(page.looks.isVisible, timeout=5000)
    button = page.looks.findChild(QPushButton, "stopLooksButton")
    assert button is not None
    button.click()
    assert not stage.faxes.checks and not page.looks.isVisible()
    page.send()
    (draft,) = stage.faxes.drafts
    assert [file.name for file in draft.documents] == ["Referral letter.pdf"]


def test_a_problem_ends_the_wait(page: FaxPage, stage: Stage) -> None:
    page.add_files(SLOW)
    stage.faxes.problem.emit("The disk is full.")
    assert not page.looks.is_busy
    assert page.bar.problem.text() == "The disk is full."
