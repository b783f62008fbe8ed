"""Import recipients or people from a CSV or vCard file: the first rows, the choice of columns, then Add.

A fax goes to the fax number of each, to the telephone of who has none, or to the column that is chosen;
people of one's own keep all their numbers. Every line is read before anything is added: how many are good,
and why the others are not. The file is read by PeopleDesk off the GUI thread. GUI thread. Read next:
recipient_field.py, core/people/people.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    QProgressDialog,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.people.people import ImportedLine, ImportTable
from rcdesk.ui.compose.recipient_field import RecipientField
from rcdesk.ui.kit.boxes import ChoiceBox
from rcdesk.ui.kit.fit import fit_to_screen
from rcdesk.ui.kit.look import Button, across, down, dress, fill, label, named

PREVIEW_ROWS = 6
_BAD_SHOWN = 200
NO_COLUMN = -1
ALL_NUMBERS = -2
SHOWN_AFTER_MS = 600
"""How long a list may take before the window says that it is being read."""


class ImportDialog(QDialog):
    """taken(tuple[ImportedLine, ...]) when the user takes the good ones; added() with their recipients.

    is_for_people: they become people of this desk, with all their numbers unless a column is chosen.
    """

    taken = Signal(object)
    added = Signal(object)

    def __init__(
        self,
        desk: Desk,
        table: ImportTable,
        name: str,
        parent: QWidget | None = None,
        *,
        is_for_people: bool = False,
    ) -> None:
        super().__init__(parent)
        self._desk, self._table, self._is_for_people = desk, table, is_for_people
        self._lines: tuple[ImportedLine, ...] = ()
        self._asked = 0
        self.setObjectName("importDialog")
        self.setWindowTitle(self.tr("Import people") if is_for_people else self.tr("Import recipients"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 560)
        fit_to_screen(self)
        self._names = ChoiceBox("importNameColumn", self.tr("Column with the names"))
        self._numbers = ChoiceBox("importNumberColumn", self.tr("Column with the numbers"))
        for box in (self._names, self._numbers):
            box.setMinimumWidth(240)
        self._fill_combos()
        self._preview = self._make_preview()
        self._good = label("", "good", name="importGood")
        self._bad = label("", "wait", name="importBad")
        self._reasons = self._make_reasons()
        self._build(name)
        self._names.currentIndexChanged.connect(self._read)
        self._numbers.currentIndexChanged.connect(self._read)
        self._numbers.setFocus(Qt.FocusReason.OtherFocusReason)
        self._read()

    def _fill_combos(self) -> None:
        self._names.addItem(self.tr("No name"), NO_COLUMN)
        if self._is_for_people and self._table.people:
            self._numbers.addItem(self.tr("All numbers"), ALL_NUMBERS)
        else:
            self._numbers.addItem(self.tr("Choose a column…"), NO_COLUMN)
        for column, title in enumerate(self._table.columns):
            words = title.strip() or self.tr("Column {0}").format(column + 1)
            self._names.addItem(words, column)
            self._numbers.addItem(words, column)
        for combo, guess in (
            (self._names, self._table.name_column),
            (self._numbers, self._table.number_column),
        ):
            is_all = combo.itemData(0) == ALL_NUMBERS
            combo.setCurrentIndex(0 if guess is None or is_all else guess + 1)

    def _make_preview(self) -> QTableWidget:
        rows = self._table.rows[:PREVIEW_ROWS]
        preview = QTableWidget(len(rows), len(self._table.columns))
        named(preview, "importPreview", self.tr("The first rows of the file"))
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
        named(reasons, "importReasons", self.tr("Lines that cannot be added, with their reasons"))
        reasons.setReadOnly(True)
        reasons.setTabChangesFocus(True)
        reasons.setMaximumHeight(120)
        return reasons

    def _build(self, name: str) -> None:
        layout = down(label(self._title(name), "section"), of=self, margins=(24, 20, 24, 20), spacing=12)
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
        fill(layout, columns, (self._preview, 1), self._good, self._bad, self._reasons, self._make_foot())

    def _title(self, name: str) -> str:
        count = len(self._table.rows) + len(self._table.left_out)
        if self._table.is_cards:
            words = self.tr("1 card in {1}") if count == 1 else self.tr("{0} cards in {1}")
        else:
            words = self.tr("1 row in {1}") if count == 1 else self.tr("{0} rows in {1}")
        return words.replace("{0}", f"{count:,}").replace("{1}", name)

    def _make_foot(self) -> QHBoxLayout:
        self._add = Button(self.tr("Add"), kind="primary", name="importButton", act=self._take)
        self._add.setDefault(True)
        cancel = Button(self.tr("Cancel"), name="importCancel", act=self.reject)
        return across(..., cancel, self._add, spacing=10)

    @Slot()
    def _read(self) -> None:
        """Read every line with the columns chosen now."""
        self._lines = ()
        self._asked += 1
        number_column = int(self._numbers.currentData())
        if number_column == NO_COLUMN:
            words = self.tr("Choose the column with the fax numbers.")
            self._show(self.tr("Choose the column with the numbers.") if self._is_for_people else words)
            return
        name_column = int(self._names.currentData())
        asked = self._asked

        def done(lines: tuple[ImportedLine, ...]) -> None:
            if asked == self._asked:
                self._lines = lines
                self._show("")

        self._show(self.tr("Reading the numbers…"))
        chosen = None if name_column == NO_COLUMN else name_column
        if self._is_for_people:
            wanted = None if number_column == ALL_NUMBERS else number_column
            self._desk.people.contacts_of(self._table, chosen, wanted, done)
        else:
            self._desk.people.recipients_of(self._table, chosen, number_column, done)

    def _show(self, waiting: str) -> None:
        good = [line for line in self._lines if line.recipient is not None]
        bad = [line for line in self._lines if line.recipient is None]
        self._good.setText(waiting or self._good_words(good))
        self._bad.setText("" if waiting else self._bad_words(good, bad))
        self._bad.setVisible(bool(self._bad.text()))
        told = [*bad, *(line for line in good if line.doubt)]
        reasons = [self._reason(line) for line in told[:_BAD_SHOWN]]
        if len(told) > _BAD_SHOWN:
            reasons.append(self.tr("and {0} more").replace("{0}", f"{len(told) - _BAD_SHOWN:,}"))
        self._reasons.setPlainText("\n".join(reasons))
        self._reasons.setVisible(bool(told))
        count = len({line.line for line in good}) if self._is_for_people else len(good)
        self._add.setText(self.tr("Add {0}").replace("{0}", f"{count:,}") if good else self.tr("Add"))
        self._add.setEnabled(bool(good))

    def _good_words(self, good: Sequence[ImportedLine]) -> str:
        count, people = len(good), len({line.line for line in good})
        numbers = self.tr("1 number") if count == 1 else self.tr("{0} numbers").replace("{0}", f"{count:,}")
        if not self._is_for_people:
            return self.tr("{0} can be added.").replace("{0}", numbers)
        who = self.tr("1 person") if people == 1 else self.tr("{0} people").replace("{0}", f"{people:,}")
        return self.tr("{0} with {1} can be added.").replace("{0}", who).replace("{1}", numbers)

    def _bad_words(self, good: Sequence[ImportedLine], bad: Sequence[ImportedLine]) -> str:
        """What is left out, told for what it is, and who is faxed at a telephone for lack of a fax."""
        without, cards = sum(line.is_without for line in bad), len(self._table.left_out)
        others = len(bad) - without - cards
        further = sum(line.is_further for line in good)
        doubts = sum(bool(line.doubt) and not line.is_further for line in good)
        phones = 0
        if not self._is_for_people and any(line.is_fax for line in self._lines):
            phones = sum(not line.is_fax for line in good)
        return " ".join(
            few.replace("{0}", f"{count:,}") if count == 1 else many.replace("{0}", f"{count:,}")
            for count, few, many in (
                (without, self.tr("1 person has no number."), self.tr("{0} people have no number.")),
                (others, self.tr("1 number is left out."), self.tr("{0} numbers are left out.")),
                (cards, self.tr("1 card cannot be read."), self.tr("{0} cards cannot be read.")),
                (doubts, self.tr("1 number may not exist."), self.tr("{0} numbers may not exist.")),
                (
                    further,
                    self.tr("1 number is a second one of the same person."),
                    self.tr("{0} numbers are further ones of the same people."),
                ),
                (
                    phones,
                    self.tr("1 person has no fax number: it goes to their telephone."),
                    self.tr("{0} people have no fax number: it goes to their telephones."),
                ),
            )
            if count
        )

    def _reason(self, line: ImportedLine) -> str:
        """The row or card, who or what stands there, and why it is left out or should be looked at."""
        words = self.tr("Card {0}") if self._table.is_cards else self.tr("Row {0}")
        where = words.replace("{0}", f"{line.line:,}")
        return f"{', '.join(filter(None, (where, line.text)))}: {line.problem or line.doubt}"

    @Slot()
    def _take(self) -> None:
        good = tuple(line for line in self._lines if line.recipient is not None)
        self.taken.emit(good)
        self.added.emit(tuple(line.recipient for line in good))
        self.accept()


class ListReading(QProgressDialog):
    """Shows that a list is being read, when that takes a while, and lets it be cancelled."""

    def __init__(
        self, desk: Desk, path: Path, done: Callable[[ImportTable], None], parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("importReading")
        self.setWindowTitle(self.tr("Import"))
        self.setLabel(label(self.tr("Reading {0}…").replace("{0}", path.name)))
        self.setCancelButtonText(self.tr("Cancel"))
        self.setRange(0, 0)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumDuration(SHOWN_AFTER_MS)
        self._read = done
        self._task = desk.people.read_import(path, self._done, self._end)
        self.canceled.connect(self._cancel)

    @Slot()
    def _cancel(self) -> None:
        self._task.cancel()

    def _done(self, table: ImportTable) -> None:
        self._end()
        self._read(table)

    def _end(self) -> None:
        self.reset()
        self.deleteLater()


class ImportRecipients(QObject):
    """The button Import… and what follows it: file dialog, reading, column check, chips."""

    def __init__(self, desk: Desk, field: RecipientField) -> None:
        super().__init__(field)
        self._desk, self._field = desk, field
        self.button = Button(self.tr("Import…"), kind="link", name="importRecipientsButton")
        self.button.setToolTip(self.tr("Add recipients from a CSV or vCard file"))
        self.button.clicked.connect(self.choose_file)
        self.problem = label("", "bad", wraps=True, name="importProblem")
        self.problem.hide()

    @Slot()
    def choose_file(self) -> None:
        dialog = named(QFileDialog(self._field, self.tr("Import recipients")), "importFileDialog")
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

        ListReading(self._desk, path, done, self._field.window())

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
