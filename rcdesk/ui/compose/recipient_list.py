"""All recipients of a fax in one list: what is behind "+ 260 more" in the field.

Bad and odd ones stand first with their reasons; Delete removes the chosen ones. GUI thread. Read next:
recipient_field.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.ui.compose.chips import RecipientEntry, odd_words
from rcdesk.ui.kit.fit import fit_to_screen
from rcdesk.ui.kit.look import Button, across, color, down, dress, label, named

_ENTRY_ROLE = Qt.ItemDataRole.UserRole


class RecipientList(QDialog):
    """removed(tuple[Entry, ...]) when some were taken away."""

    removed = Signal(object)

    def __init__(
        self,
        entries: Sequence[RecipientEntry],
        facts: Mapping[str, RecipientFacts],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("recipientList")
        self.setWindowTitle(self.tr("Recipients"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 520)
        fit_to_screen(self)
        self._facts = facts
        self._count = label("", "section")
        self._search = QLineEdit()
        self._search.setPlaceholderText(self.tr("Find a name or number"))
        self._search.setAccessibleName(self.tr("Find a recipient"))
        self._search.textChanged.connect(self._filter)
        self._tree = self._make_tree()
        rows = sorted(entries, key=lambda e: (not e.problem, not self._words(e)))
        self._tree.addTopLevelItems([self._item(entry) for entry in rows])
        remove = Button(self.tr("Remove the chosen ones"), icon_name="trash", name="removeRecipients")
        remove.clicked.connect(self._remove)
        foot = across(remove, ..., Button(self.tr("Close"), kind="primary", act=self.accept))
        down(self._count, self._search, (self._tree, 1), foot, of=self, margins=(24, 20, 24, 20), spacing=12)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self._tree).activated.connect(self._remove)
        self._show_count()

    def _make_tree(self) -> QTreeWidget:
        tree = named(QTreeWidget(), "recipientRows", self.tr("Recipients"))
        tree.setHeaderLabels([self.tr("Recipient"), self.tr("What to look at")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        tree.setColumnWidth(0, 290)
        dress(
            tree,
            "QTreeWidget { background: $surface; border: 1px solid $hairline; border-radius: 8px; }"
            " QTreeWidget::item { padding: 6px 8px; }"
            " QTreeWidget::item:selected { background: $accent_tint; color: $ink; }"
            " QHeaderView::section { background: $well; color: $ink2; border: none; padding: 6px 8px;"
            " border-bottom: 1px solid $hairline; font-weight: 600; }",
        )
        return tree

    def _words(self, entry: RecipientEntry) -> str:
        from rcdesk.core.numbers.phone_number import pretty

        if entry.problem or entry.recipient is None:
            return entry.problem
        fact = self._facts.get(entry.recipient.number)
        return odd_words(fact, pretty) if fact is not None else ""

    def _item(self, entry: RecipientEntry) -> QTreeWidgetItem:
        words = self._words(entry)
        item = QTreeWidgetItem([entry.shown, words])
        item.setData(0, _ENTRY_ROLE, entry)
        item.setToolTip(1, words)
        if words:
            item.setForeground(1, color("bad_ink" if entry.problem else "wait_ink"))
        return item

    def _show_count(self) -> None:
        count = self._tree.topLevelItemCount()
        self._count.setText(self.tr("1 recipient") if count == 1 else self.tr("{0} recipients").format(count))

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        digits = "".join(c for c in wanted if c.isdigit())
        for row in range(self._tree.topLevelItemCount()):
            item = self._tree.topLevelItem(row)
            if item is not None:
                shown = item.text(0).casefold()
                has_digits = bool(digits) and digits in "".join(c for c in shown if c.isdigit())
                item.setHidden(not (wanted in shown or has_digits))

    @Slot()
    def _remove(self) -> None:
        gone: list[RecipientEntry] = []
        for item in self._tree.selectedItems():
            gone.append(item.data(0, _ENTRY_ROLE))
            self._tree.takeTopLevelItem(self._tree.indexOfTopLevelItem(item))
        if gone:
            self.removed.emit(tuple(gone))
            self._show_count()
