"""The card "Going out now" beside the composer: the latest faxes, each with its state and progress.

GUI thread. Read next: fax_row.py for the rows' looks.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QStackedWidget, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.folder_model import ROW_ROLE
from rcdesk.core.fax import FaxJob, FaxState
from rcdesk.ui.card import Card
from rcdesk.ui.fax_list import FaxListModel
from rcdesk.ui.fax_row import FaxDelegate
from rcdesk.ui.look import Button, label
from rcdesk.ui.theme import theme

SHOWN = 12


def _anything(_job: FaxJob) -> bool:
    return True


class GoingOut(Card):
    """opened(job) when a row is activated, queue_asked() on the link."""

    opened = Signal(object)
    queue_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("goingOut")
        self.model = FaxListModel(_anything, self)
        self._view = QListView()
        self._view.setObjectName("goingOutList")
        self._view.setAccessibleName(self.tr("Latest faxes"))
        self._view.setModel(self.model)
        self._view.setItemDelegate(FaxDelegate(self._view))
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setMouseTracking(True)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._view.activated.connect(self._activated)
        self._view.clicked.connect(self._activated)
        theme().changed.connect(self._view.viewport().update)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._view)
        self._stack.addWidget(self._make_empty())
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 8, 0)
        head.addWidget(label(self.tr("Going out now"), "section"), 1)
        link = Button(self.tr("Show the queue"), kind="link")
        link.clicked.connect(self.queue_asked)
        head.addWidget(link)
        layout = self.body
        layout.setContentsMargins(8, 14, 8, 16)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self._desk = desk
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._view.viewport().update)
        desk.faxes.jobs_changed.connect(self._jobs_changed)
        desk.faxes.job_changed.connect(self.model.update_job)
        self._jobs_changed(desk.faxes.jobs)

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        layout = QVBoxLayout(empty)
        layout.addStretch(1)
        for words, role in (
            (self.tr("No faxes yet"), "rowTitle"),
            (
                self.tr("A fax you send appears here at once\nand stays until it is sent or has failed."),
                "muted",
            ),
        ):
            line = label(words, role)
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(line)
        layout.addStretch(2)
        return empty

    @Slot(object)
    def _jobs_changed(self, jobs: tuple[FaxJob, ...]) -> None:
        live = [j for j in jobs if not j.state.is_final]
        over = [j for j in jobs if j.state.is_final]
        chosen = {j.id for j in (*live, *over[: max(0, SHOWN - len(live))])}
        self.model.set_jobs(tuple(j for j in jobs if j.id in chosen))
        self._stack.setCurrentIndex(0 if self.model.rowCount() else 1)
        self._watch_held()

    def showEvent(self, event: QShowEvent) -> None:
        """Count seconds only while somebody can see them."""
        super().showEvent(event)
        self._watch_held()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._second.stop()

    def _watch_held(self) -> None:
        """Count the seconds down while a fax can be taken back."""
        if self.isVisible() and any(job.state is FaxState.HELD for job in self._desk.faxes.jobs):
            self._second.start()
        else:
            self._second.stop()

    @Slot(QModelIndex)
    def _activated(self, index: QModelIndex) -> None:
        job = index.data(ROW_ROLE)
        if isinstance(job, FaxJob):
            self.opened.emit(job)
