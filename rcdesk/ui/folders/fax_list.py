"""Lists of faxes: the view with its keys.

The model pages through the archive and lives in bridge/fax/folder_model.py. GUI thread. Read next:
fax_row.py, fax_pages.py.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from rcdesk.ui.folders.fax_row import FaxDelegate, row_height
from rcdesk.ui.kit.theme import theme

_Index = QModelIndex | QPersistentModelIndex


class FaxListView(QTableView):
    """opened() for Enter and a double click (True for Enter), removed() for Del, left() for Esc, and
    story_asked() for Right.

    A table of one column, because a QListView lays out every row whenever one changes: 0.1 s for 100,000.
    """

    opened = Signal(QModelIndex, bool)
    removed = Signal()
    left = Signal()
    story_asked = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.has_ring = False
        self.fax_delegate = FaxDelegate(self)
        self.setItemDelegate(self.fax_delegate)
        self.doubleClicked.connect(self._double_clicked)
        theme().changed.connect(self._relook)
        self._relook()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Del removes, Esc leaves, Right goes on; the rest is the list's own."""
        self.has_ring = True
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex(), True)
        elif key == Qt.Key.Key_Delete:
            self.removed.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key == Qt.Key.Key_Right and not event.modifiers():
            self.story_asked.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.has_ring = False
        super().mousePressEvent(event)

    @Slot(QModelIndex)
    def _double_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(index, False)

    @Slot()
    def _relook(self) -> None:
        self.verticalHeader().setDefaultSectionSize(row_height())
        self.viewport().update()
