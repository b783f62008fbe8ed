"""Lists of faxes: the view with its keys, and the small model of the faxes that are going out now.

The folders' own model pages through the archive and lives in bridge/fax/folder_model.py; both answer
ROW_ROLE. Rows change in place, so selection and scroll position stay. GUI thread. Read next: fax_row.py,
fax_pages.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from rcdesk.bridge.fax.folder_model import ROW_ROLE
from rcdesk.core.fax.fax import FaxJob
from rcdesk.ui.folders.fax_row import FaxDelegate, row_height
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.words.fax_words import spoken, who

_Index = QModelIndex | QPersistentModelIndex


class FaxListModel(QAbstractListModel):
    """The jobs in memory that belong to one list, newest first."""

    def __init__(self, belongs: Callable[[FaxJob], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._belongs = belongs
        self._jobs: list[FaxJob] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        """How many faxes; children have none."""
        return 0 if parent.isValid() else len(self._jobs)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The recipient for display, the whole row for screen readers, the job under ROW_ROLE."""
        if not index.isValid() or index.row() >= len(self._jobs):
            return None
        job = self._jobs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return who(job)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(job)
        return job if role == ROW_ROLE else None

    def set_jobs(self, jobs: tuple[FaxJob, ...]) -> None:
        """Show these; rows that stay are changed in place."""
        wanted = [j for j in jobs if self._belongs(j)]
        if [j.id for j in wanted] == [j.id for j in self._jobs]:
            for job in wanted:
                self.update_job(job)
            return
        ids = {j.id for j in wanted}
        for row in range(len(self._jobs) - 1, -1, -1):
            if self._jobs[row].id not in ids:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._jobs[row]
                self.endRemoveRows()
        known = {j.id for j in self._jobs}
        for row, job in enumerate(wanted):
            if job.id not in known:
                self.beginInsertRows(QModelIndex(), row, row)
                self._jobs.insert(row, job)
                self.endInsertRows()
        for job in wanted:
            self.update_job(job)

    @Slot(object)
    def update_job(self, job: FaxJob) -> None:
        """Change one row when it is here."""
        row = self.row_of(job.id)
        if row is not None and self._jobs[row] != job and self._belongs(job):
            self._jobs[row] = job
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def row_of(self, job_id: int) -> int | None:
        """The row of a job, None when it is not in this list."""
        return next((r for r, j in enumerate(self._jobs) if j.id == job_id), None)


class FaxListView(QTableView):
    """opened() for Enter and a double click (True for Enter), removed() for Del, left() for Esc, and
    story_asked() for Right.

    A table of one column, because a QListView lays out every row whenever one changes: 0.1 s for 100,000.
    """

    opened = Signal(QModelIndex, bool)
    removed = Signal()
    left = Signal()
    story_asked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        """The mouse needs no focus ring."""
        self.has_ring = False
        super().mousePressEvent(event)

    @Slot(QModelIndex)
    def _double_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(index, False)

    @Slot()
    def _relook(self) -> None:
        self.verticalHeader().setDefaultSectionSize(row_height())
        self.viewport().update()
