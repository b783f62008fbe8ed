"""Importing recipients: nothing is added before the columns were checked and the lines counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
)

from rcdesk.core.fax.fax import Recipient
from rcdesk.core.people.people import ImportedLine, ImportTable, ListedPerson
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.compose.import_dialog import PREVIEW_ROWS, ImportDialog, ListReading
from tests.patient_bot import QtBot
from tests.unit.ui.stage import Stage, shoot

TABLE = ImportTable(
    columns=("Practice", "Phone", "Fax"),
    rows=tuple((f"Practice {i}", "555", f"650 555 {i:04}") for i in range(9)),
    name_column=0,
    number_column=2,
)
LINES = (
    *(
        ImportedLine(
            line=i + 1,
            text=f"650 555 {i:04}",
            recipient=Recipient(number=f"+1650555{i:04}", name=f"Practice {i}"),
        )
        for i in range(7)
    ),
    ImportedLine(line=8, text="555-01", recipient=None, problem="This number is too short."),
)


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> FaxPage:
    """A composer; reading a file brings TABLE and LINES."""
    stage.people.table, stage.people.lines = TABLE, LINES
    made = FaxPage(stage.desk)
    qtbot.addWidget(made)
    made.show()
    return made


def _open(page: FaxPage) -> ImportDialog:
    page.card.importing.read(Path("/nowhere/practices.csv"))
    (dialog,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, ImportDialog) and w.isVisible()]
    return dialog


def _label(dialog: ImportDialog, name: str) -> str:
    found = dialog.findChild(QLabel, name)
    assert found is not None
    return found.text()


def _button(dialog: ImportDialog, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert found is not None
    return found


def test_rows_columns_and_counts_are_shown_before_adding(page: FaxPage, stage: Stage) -> None:
    dialog = _open(page)
    preview = dialog.findChild(QTableWidget, "importPreview")
    reasons = dialog.findChild(QPlainTextEdit, "importReasons")
    assert preview is not None and preview.rowCount() == PREVIEW_ROWS
    assert stage.people.columns == [(0, 2)]
    assert _label(dialog, "importGood") == "7 numbers can be added."
    assert _label(dialog, "importBad") == "1 number is left out."
    assert reasons is not None and reasons.toPlainText() == "Row 8, 555-01: This number is too short."
    assert page.recipients.recipients == ()
    dialog.close()


def test_add_takes_the_good_ones(qtbot: QtBot, page: FaxPage) -> None:
    dialog = _open(page)
    add = _button(dialog, "importButton")
    assert add.text() == "Add 7"
    qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    assert len(page.recipients.recipients) == 7
    assert page.recipients.recipients[0].name == "Practice 0"
    assert page.recipients.problems == ()


def test_another_column_is_read_anew(page: FaxPage, stage: Stage) -> None:
    dialog = _open(page)
    numbers = dialog.findChild(QComboBox, "importNumberColumn")
    names = dialog.findChild(QComboBox, "importNameColumn")
    assert numbers is not None and names is not None
    numbers.setCurrentIndex(2)
    names.setCurrentIndex(0)
    assert stage.people.columns == [(0, 2), (0, 1), (None, 1)]
    dialog.close()


def test_a_file_whose_numbers_are_not_found_asks_for_the_column(page: FaxPage, stage: Stage) -> None:
    stage.people.table = ImportTable(
        columns=("A", ""), rows=(("x", "y"),), name_column=None, number_column=None
    )
    dialog = _open(page)
    assert "Choose the column" in _label(dialog, "importGood")
    assert not _button(dialog, "importButton").isEnabled()
    numbers = dialog.findChild(QComboBox, "importNumberColumn")
    assert numbers is not None and numbers.itemText(2) == "Column 2"
    assert stage.people.columns == []
    dialog.close()


def test_an_empty_file_says_so_and_opens_nothing(page: FaxPage, stage: Stage) -> None:
    stage.people.table = ImportTable(columns=(), rows=(), name_column=None, number_column=None)
    page.card.importing.read(Path("/nowhere/empty.csv"))
    assert "empty.csv" in page.card.importing.problem.text()
    assert page.card.importing.problem.isVisible()
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, ImportDialog) and w.isVisible()]


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    stage.people.lines = LINES
    dialog = ImportDialog(stage.desk, TABLE, "practices.csv")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    shoot(dialog, f"import-{scheme}")
    assert _button(dialog, "importButton").isEnabled()


def test_a_list_that_is_long_in_reading_can_be_cancelled(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    stage.people.table = None
    page.card.importing.read(Path("/nowhere/<b>large.vcf"))
    (reading,) = page.window().findChildren(ListReading)
    words = reading.findChild(QLabel)
    assert words is not None and words.text() == "Reading <b>large.vcf…"
    assert words.textFormat() is Qt.TextFormat.PlainText
    qtbot.waitUntil(reading.isVisible)
    reading.canceled.emit()
    assert stage.people.reading.is_cancelled
    reading._end()
    assert not reading.isVisible()


def test_what_is_left_out_is_said_for_what_it_is(qtbot: QtBot, stage: Stage) -> None:
    person = ListedPerson(line=1, name="Ann")
    left_out = (ImportedLine(line=4, text="", recipient=None, problem="This card holds nothing."),)
    table = ImportTable(
        columns=("Name", "Fax"),
        rows=(("Ann", "1"),) * 3,
        name_column=0,
        number_column=1,
        people=(person,) * 3,
        left_out=left_out,
        is_cards=True,
    )
    stage.people.lines = (
        ImportedLine(line=1, text="Ann", recipient=Recipient(number="+16505550142"), is_fax=True),
        ImportedLine(line=2, text="Bob", recipient=Recipient(number="+16505550143")),
        ImportedLine(line=3, text="Cid", recipient=None, problem="There is no number.", is_without=True),
        *left_out,
    )
    dialog = ImportDialog(stage.desk, table, "a.vcf")
    qtbot.addWidget(dialog)
    dialog.show()
    assert _label(dialog, "importBad") == (
        "1 person has no number. 1 card cannot be read. "
        "1 person has no fax number: it goes to their telephone."
    )
    stage.people.columns.clear()
    kept = ImportDialog(stage.desk, table, "a.vcf", is_for_people=True)
    qtbot.addWidget(kept)
    kept.show()
    assert stage.people.columns == [(0, None)]
    assert _label(kept, "importGood") == "2 people with 2 numbers can be added."
    assert _label(kept, "importBad") == "1 person has no number. 1 card cannot be read."


def test_numbers_that_may_not_exist_are_marked(page: FaxPage, stage: Stage) -> None:
    doubtful = replace(LINES[0], doubt="As far as is known, nobody has this number.")
    stage.people.lines = (doubtful, *LINES[1:7])
    dialog = _open(page)
    assert _label(dialog, "importGood") == "7 numbers can be added."
    assert _label(dialog, "importBad") == "1 number may not exist."
    reasons = dialog.findChild(QPlainTextEdit, "importReasons")
    assert reasons is not None and "nobody has this number" in reasons.toPlainText()
    dialog.close()
