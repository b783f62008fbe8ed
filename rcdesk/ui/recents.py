"""Recents: the last calls, made here or elsewhere, searchable, called again by double click or Enter.

A small list model of PastCall values and the card around it; all calls are on the Calls page. GUI thread.
Read next: core/past_call.py, past_call_row.py, calls_page.py.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.past_calls_model import PAST_CALL_ROLE
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.past_call import PastCall
from rcdesk.ui.card import Card
from rcdesk.ui.icons import icon
from rcdesk.ui.past_call_row import ROW_HEIGHT, PastCallDelegate, call_sentence
from rcdesk.ui.theme import theme

SEARCH_PAUSE_MS = 150
Index = QModelIndex | QPersistentModelIndex


class RecentsModel(QAbstractListModel):
    """Rows of PastCall under PAST_CALL_ROLE; the display text is a whole sentence for screen readers."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._rows: tuple[PastCall, ...] = ()
        self.region = "US"

    def show_calls(self, rows: tuple[PastCall, ...]) -> None:
        """Replace the rows when they differ."""
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """A flat list."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The PastCall, or words about it."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        call = self._rows[index.row()]
        if role == PAST_CALL_ROLE:
            return call
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return call_sentence(call, self.region, self._clock)
        return None


class RecentsList(QListView):
    """chosen(PastCall) on double click or Enter."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recentsList")
        self.setAccessibleName(self.tr("Recent calls"))
        self.setAccessibleDescription(self.tr("Enter or double click calls the number again."))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(ROW_HEIGHT)
        self.doubleClicked.connect(self._choose)

    def sizeHint(self) -> QSize:
        """Two rows are enough before the page scrolls; the layout gives all that is free."""
        return QSize(256, 2 * ROW_HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter calls."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        call = index.data(PAST_CALL_ROLE)
        if isinstance(call, PastCall) and call.number:
            self.chosen.emit(call)


class Recents(Card):
    """The card; chosen(PastCall) asks to call again."""

    chosen = Signal(object)

    def __init__(self, desk: Desk, clock: Clock | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(self.tr("Recents"))
        self._desk = desk
        clock = clock or SystemClock()
        self.model = RecentsModel(clock, self)
        self._build()
        self.list.setModel(self.model)
        self.list.setItemDelegate(PastCallDelegate(clock, lambda: self.model.region, self.list))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(self._search_changed)
        self.list.chosen.connect(self.chosen)
        desk.history.recents_changed.connect(self._show)
        theme().changed.connect(self._relook)
        self._relook()
        self._show(desk.history.recents)

    def _build(self) -> None:
        title = QLabel(self.tr("Recents"), self)
        title.setProperty("role", "section")
        self.search = QLineEdit(self)
        self.search.setObjectName("recentsSearch")
        self.search.setProperty("kind", "search")
        self.search.setPlaceholderText(self.tr("Search people, numbers"))
        self.search.setAccessibleName(self.tr("Search recent calls"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(230)
        self._glass = QAction(self)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        row = QHBoxLayout()
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(self.search, 2)
        self.body.addLayout(row)
        self.empty = QLabel(self)
        self.empty.setObjectName("recentsEmpty")
        self.empty.setProperty("role", "muted")
        self.empty.setWordWrap(True)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.body.addWidget(self.empty)
        self.list = RecentsList(self)
        self.body.addWidget(self.list, 1)
        self.body.addStretch(0)

    @Slot(object)
    def _show(self, recents: tuple[PastCall, ...]) -> None:
        account = self._desk.session.account
        self.model.region = account.home_country if account else "US"
        self.model.show_calls(tuple(recents))
        text = self.search.text().strip()
        nothing = self.tr("No calls yet. Those you make and those you get appear here.")
        not_found = self.tr("No call matches “{0}”.").replace("{0}", text)
        self.empty.setText(not_found if text else nothing)
        self.empty.setVisible(not recents)

    @Slot()
    def _search_changed(self) -> None:
        self._pause.start()

    @Slot()
    def _ask(self) -> None:
        self._desk.history.search_recents(self.search.text().strip())

    @Slot()
    def _relook(self) -> None:
        self._glass.setIcon(icon("search", "ink2"))
        self.list.viewport().update()
