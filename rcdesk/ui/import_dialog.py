"""Import recipients from a CSV or vCard file: a look at the first rows, the choice of columns, then Add.

Every line is read before anything is added: how many numbers are good, and why the others are not. The file
is read by PeopleDesk off the GUI thread. GUI thread. Read next: recipient_field.py, core/people.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.people import ImportedLine, ImportTable
from rcdesk.ui.boxes import ChoiceBox
from rcdesk.ui.fit import fit_to_screen
from rcdesk.ui.look import Button, dress, label
from rcdesk.ui.recipient_field import RecipientField

PREVIEW_ROWS = 6
_BAD_SHOWN = 200
NO_COLUMN = -1


class ImportDialog(QDialog):
    """added(tuple[Recipient, ...]) when the user takes the good ones."""

    added = Signal(object)

    def __init__(self, desk: Desk, table: ImportTable, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._table = desk, table
        self._lines: tuple[ImportedLine, ...] = ()
        self._asked = 0
        self.setObjectName("importDialog")
        self.setWindowTitle(self.tr("Import recipients"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 560)
        fit_to_screen(self)
        self._names = ChoiceBox("importNameColumn", self.tr("Column with the names"))
        self._numbers = ChoiceBox("importNumberColumn", self.tr("Column with the numbers"))
        for box in (self._names, self._numbers):
            box.setMinimumWidth(240)
        self._fill_combos()
        self._preview = self._make_preview()
        self._good = label("", "good")
        self._good.setObjectName("importGood")
        self._bad = label("", "wait")
        self._bad.setObjectName("importBad")
        self._reasons = self._make_reasons()
        self._build(name)
        self._names.currentIndexChanged.connect(self._read)
        self._numbers.currentIndexChanged.connect(self._read)
        self._numbers.setFocus(Qt.FocusReason.OtherFocusReason)
        self._read()

    @property
    def columns(self) -> tuple[int | None, int]:
        """The chosen columns of names (None: no name) and of numbers, counted from 0."""
        name_column = int(self._names.currentData())
        return (None if name_column == NO_COLUMN else name_column), int(self._numbers.currentData())

    def _fill_combos(self) -> None:
        self._names.addItem(self.tr("No name"), NO_COLUMN)
        self._numbers.addItem(self.tr("Choose a column…"), NO_COLUMN)
        for column, title in enumerate(self._table.columns):
            words = title.strip() or self.tr("Column {0}").format(column + 1)
            self._names.addItem(words, column)
            self._numbers.addItem(words, column)
        for combo, guess in (
            (self._names, self._table.name_column),
            (self._numbers, self._table.number_column),
        ):
            combo.setCurrentIndex(0 if guess is None else guess + 1)

    def _make_preview(self) -> QTableWidget:
        rows = self._table.rows[:PREVIEW_ROWS]
        preview = QTableWidget(len(rows), len(self._table.columns))
        preview.setObjectName("importPreview")
        preview.setAccessibleName(self.tr("The first rows of the file"))
        preview.setHorizontalHeaderLabels([c.strip() or "–" for c in self._table.columns])
        preview.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        preview.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        preview.verticalHeader().hide()
        preview.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        preview.horizontalHeader().setStretchLastSection(True)
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells[: len(self._table.columns)]):
                preview.setItem(row, column, QTableWidgetItem(text))
        dress(
            preview,
            "QTableWidget { background: $surface; border: 1px solid $hairline; border-radius: 8px;"
            " gridline-color: $hairline; }"
            " QTableWidget::item { padding: 2px 8px; } QHeaderView::section { background: $well;"
            " color: $ink2; border: none; border-bottom: 1px solid $hairline; padding: 6px 8px;"
            " font-weight: 600; }",
        )
        return preview

    def _make_reasons(self) -> QPlainTextEdit:
        reasons = QPlainTextEdit()
        reasons.setObjectName("importReasons")
        reasons.setAccessibleName(self.tr("Lines that cannot be added, with their reasons"))
        reasons.setReadOnly(True)
        reasons.setTabChangesFocus(True)
        reasons.setMaximumHeight(120)
        return reasons

    def _build(self, name: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        count = len(self._table.rows)
        title = self.tr("1 line in {1}") if count == 1 else self.tr("{0} lines in {1}")
        layout.addWidget(label(title.format(f"{count:,}", name), "section"))
        columns = QGridLayout()
        columns.setHorizontalSpacing(12)
        for row, (words, combo) in enumerate(
            ((self.tr("&Numbers are in"), self._numbers), (self.tr("N&ames are in"), self._names))
        ):
            caption = label(words, "label")
            caption.setBuddy(combo)
            columns.addWidget(caption, row, 0)
            columns.addWidget(combo, row, 1)
        columns.setColumnStretch(2, 1)
        layout.addLayout(columns)
        layout.addWidget(self._preview, 1)
        layout.addWidget(self._good)
        layout.addWidget(self._bad)
        layout.addWidget(self._reasons)
        layout.addLayout(self._make_foot())

    def _make_foot(self) -> QHBoxLayout:
        self._add = Button(self.tr("Add"), kind="primary")
        self._add.setObjectName("importButton")
        self._add.setDefault(True)
        self._add.clicked.connect(self._take)
        cancel = Button(self.tr("Cancel"))
        cancel.setObjectName("importCancel")
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self._add)
        return foot

    @Slot()
    def _read(self) -> None:
        """Read every line with the columns chosen now."""
        self._lines = ()
        self._asked += 1
        number_column = int(self._numbers.currentData())
        if number_column == NO_COLUMN:
            self._show(self.tr("Choose the column that holds the fax numbers."))
            return
        name_column = int(self._names.currentData())
        asked = self._asked

        def done(lines: tuple[ImportedLine, ...]) -> None:
            if asked == self._asked:
                self._lines = lines
                self._show("")

        self._show(self.tr("Reading the numbers…"))
        chosen = None if name_column == NO_COLUMN else name_column
        self._desk.people.recipients_of(self._table, chosen, number_column, done)

    def _show(self, waiting: str) -> None:
        good = sum(1 for line in self._lines if line.recipient is not None)
        bad = [line for line in self._lines if line.recipient is None]
        if waiting:
            self._good.setText(waiting)
        elif good == 1:
            self._good.setText(self.tr("1 number can be added."))
        else:
            self._good.setText(self.tr("{0} numbers can be added.").format(f"{good:,}"))
        skipped = self._table.skipped
        words = [
            self.tr("{0} lines cannot: they stay out.").format(len(bad)) if len(bad) > 1 else "",
            self.tr("1 line cannot: it stays out.") if len(bad) == 1 else "",
            self.tr("1 empty line was left out.") if skipped == 1 else "",
            self.tr("{0} empty lines were left out.").format(skipped) if skipped > 1 else "",
        ]
        self._bad.setText(" ".join(w for w in words if w))
        self._bad.setVisible(bool(self._bad.text()))
        reasons = [self.tr("Line {0}, {1}: {2}").format(b.line, b.text, b.problem) for b in bad[:_BAD_SHOWN]]
        if len(bad) > _BAD_SHOWN:
            reasons.append(self.tr("and {0} more").format(len(bad) - _BAD_SHOWN))
        self._reasons.setPlainText("\n".join(reasons))
        self._reasons.setVisible(bool(bad))
        self._add.setText(self.tr("Add {0}").format(f"{good:,}") if good else self.tr("Add"))
        self._add.setEnabled(good > 0)

    @Slot()
    def _take(self) -> None:
        self.added.emit(tuple(line.recipient for line in self._lines if line.recipient is not None))
        self.accept()


class ImportRecipients(QObject):
    """The button Import… and what follows it: file dialog, reading, column check, chips."""

    def __init__(self, desk: Desk, field: RecipientField) -> None:
        super().__init__(field)
        self._desk, self._field = desk, field
        self.button = Button(self.tr("Import…"), kind="link")
        self.button.setObjectName("importRecipientsButton")
        self.button.setToolTip(self.tr("Add recipients from a CSV or vCard file"))
        self.button.clicked.connect(self.choose_file)
        self.problem = label("", "bad", wraps=True)
        self.problem.setObjectName("importProblem")
        self.problem.hide()

    @Slot()
    def choose_file(self) -> None:
        """Ask for the file with the system's dialog."""
        dialog = QFileDialog(self._field, self.tr("Import recipients"))
        dialog.setObjectName("importFileDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [self.tr("Lists and address cards (*.csv *.txt *.tsv *.vcf)"), self.tr("All files (*)")]
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._chosen)
        dialog.open()

    def read(self, path: Path) -> None:
        """Read this file, then show it for checking."""
        self._say("")

        def done(table: ImportTable) -> None:
            self._check(table, path.name)

        self._desk.people.read_import(path, done)

    @Slot(list)
    def _chosen(self, names: Sequence[str]) -> None:
        if names:
            self.read(Path(names[0]))

    def _check(self, table: ImportTable, name: str) -> None:
        if not table.rows:
            self._say(self.tr("No lines were found in {0}. Nothing was added.").format(name))
            return
        dialog = ImportDialog(self._desk, table, name, self._field.window())
        dialog.added.connect(self._field.add_recipients)
        dialog.open()

    def _say(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
