"""The pages Queue, Sent and Failed: one list each, and beside it the story of the chosen fax.

GUI thread. Read next: fax_list.py, fax_story.py.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import assert_never

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax import FaxJob
from rcdesk.ui.card import Card
from rcdesk.ui.fax_list import JOB_ROLE, FaxDelegate, FaxListModel
from rcdesk.ui.fax_story import FaxStory, take_step
from rcdesk.ui.fax_words import FaxStep, is_failed, is_in_queue, is_sent, steps
from rcdesk.ui.look import Button, glyph, label
from rcdesk.ui.theme import theme


class FaxFolder(Enum):
    """Which faxes a page shows; the value is the page's name."""

    QUEUE = "queue"
    SENT = "sent"
    FAILED = "failed"

    @property
    def belongs(self) -> Callable[[FaxJob], bool]:
        """Whether a fax is shown here."""
        match self:
            case FaxFolder.QUEUE:
                return is_in_queue
            case FaxFolder.SENT:
                return is_sent
            case FaxFolder.FAILED:
                return is_failed
            case _:
                assert_never(self)


class Reassurance(QFrame):
    """A quiet line with an icon at the foot of a list."""

    def __init__(self, icon_name: str, words: str) -> None:
        super().__init__()
        self.setProperty("surface", "well")
        self._icon_name = icon_name
        self._sign = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 11, 14, 11)
        layout.setSpacing(10)
        layout.addWidget(self._sign)
        layout.addWidget(label(words, "label", wraps=True), 1)
        self._recolor()
        theme().changed.connect(self._recolor)

    @Slot()
    def _recolor(self) -> None:
        self._sign.setPixmap(glyph(self._icon_name, "good_ink", 20, self.devicePixelRatioF()))


class FaxFolderPage(QWidget):
    """One folder. new_fax_asked() on its button."""

    new_fax_asked = Signal()

    def __init__(self, desk: Desk, folder: FaxFolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._folder = folder
        self.model = FaxListModel(folder.belongs, self)
        self.list = self._make_list()
        self.story = FaxStory(desk)
        self.story.setMinimumWidth(280)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._make_empty())
        body = QHBoxLayout()
        body.setSpacing(24)
        body.addWidget(self._make_card(), 66)
        body.addWidget(self.story, 34)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(16)
        layout.addLayout(self._make_head())
        layout.addLayout(body, 1)
        desk.faxes.jobs_changed.connect(self._jobs_changed)
        desk.faxes.job_changed.connect(self._job_changed)
        self._jobs_changed(desk.faxes.jobs)

    def select(self, job_id: int) -> None:
        """Choose a fax when it is on this page."""
        row = self.model.row_of(job_id)
        if row is not None:
            self.list.setCurrentIndex(self.model.index(row))

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.addWidget(label(self._title(), "pageTitle"), 1)
        new_fax = Button(self.tr("New fax"), kind="primary", icon_name="compose", token="onaccent")
        new_fax.clicked.connect(self.new_fax_asked)
        head.addWidget(new_fax)
        return head

    def _make_card(self) -> Card:
        card = Card()
        inside = card.body
        inside.setContentsMargins(8, 12, 8, 20)
        inside.setSpacing(8)
        inside.addWidget(self._stack, 1)
        if self._folder is FaxFolder.QUEUE:
            foot = QHBoxLayout()
            foot.setContentsMargins(12, 0, 12, 0)
            words = self.tr("Everything here is on disk. Closing the window loses nothing.")
            foot.addWidget(Reassurance("check-circle", words))
            inside.addLayout(foot)
        return card

    def _make_list(self) -> QListView:
        view = QListView()
        view.setObjectName("faxList")
        view.setAccessibleName(self._title())
        view.setModel(self.model)
        view.setItemDelegate(FaxDelegate(view))
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setMouseTracking(True)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.selectionModel().currentChanged.connect(self._chosen)
        view.activated.connect(self._activated)
        theme().changed.connect(view.viewport().update)
        return view

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        layout = QVBoxLayout(empty)
        layout.setSpacing(12)
        layout.addStretch(1)
        words = label(self._empty_words(), "muted", wraps=True)
        words.setObjectName("emptyWords")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(words)
        action = Button(self.tr("Write a new fax"), kind="link", icon_name="compose", token="accent_ink")
        action.clicked.connect(self.new_fax_asked)
        layout.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)
        return empty

    def _title(self) -> str:
        match self._folder:
            case FaxFolder.QUEUE:
                return self.tr("Queue")
            case FaxFolder.SENT:
                return self.tr("Sent")
            case FaxFolder.FAILED:
                return self.tr("Failed")
            case _:
                assert_never(self._folder)

    def _empty_words(self) -> str:
        match self._folder:
            case FaxFolder.QUEUE:
                return self.tr("Nothing is waiting to go out.")
            case FaxFolder.SENT:
                return self.tr("No fax has been sent yet.")
            case FaxFolder.FAILED:
                return self.tr("Nothing failed.")
            case _:
                assert_never(self._folder)

    @Slot(object)
    def _jobs_changed(self, jobs: tuple[FaxJob, ...]) -> None:
        self.model.set_jobs(jobs)
        self._stack.setCurrentIndex(0 if self.model.rowCount() else 1)
        chosen = self.list.currentIndex()
        if not chosen.isValid() and self.model.rowCount():
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(self.model.index(0), flag)
        elif not self.model.rowCount():
            self.story.clear()
        else:
            self._chosen(chosen, QModelIndex())

    @Slot(object)
    def _job_changed(self, job: FaxJob) -> None:
        self.model.update_job(job)
        if job.id == self.story.job_id and self._folder.belongs(job):
            self.story.show_job(job)

    @Slot(QModelIndex, QModelIndex)
    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        job = index.data(JOB_ROLE) if index.isValid() else None
        if isinstance(job, FaxJob):
            self.story.show_job(job)
        else:
            self.story.clear()

    @Slot(QModelIndex)
    def _activated(self, index: QModelIndex) -> None:
        """Enter does the obvious thing: try a failed fax again."""
        job = index.data(JOB_ROLE)
        if isinstance(job, FaxJob) and FaxStep.TRY_AGAIN in steps(job):
            take_step(self._desk, job, FaxStep.TRY_AGAIN)
