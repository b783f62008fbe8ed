"""Recents: the last calls, made here or elsewhere, searchable, called again by double click or Enter.

A small list model of PastCall values and the card around it; all calls are on the Calls page. GUI thread.
Read next: core/calls/past_call.py, past_call_row.py, calls_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.look import across, named, scaled
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.row_list import ITEM_ROLE, RowList, RowModel
from rcdesk.ui.kit.search_line import SearchLine
from rcdesk.ui.phone.past_call_row import PastCallDelegate, call_sentence, key_of_call
from rcdesk.ui.phone.placing import region_of


class RecentsModel(RowModel):
    """PastCall; the words are a whole sentence."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock

    def spoken(self, item: PastCall) -> str:
        return call_sentence(item, self.region, self._clock)


class RecentsList(RowList):
    """chosen(PastCall) on double click or Enter."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("recentsList", key_of_call, parent)
        self.setAccessibleName(self.tr("Recent calls"))
        self.setAccessibleDescription(self.tr("Enter or double click calls the number again."))
        self.doubleClicked.connect(self._choose)

    def minimumSizeHint(self) -> QSize:
        """Two rows: with less the page scrolls."""
        return QSize(120, 2 * scaled(PastCallDelegate.height_px))

    def sizeHint(self) -> QSize:
        """No more is asked for; the layout gives all that is free."""
        return QSize(256, 2 * scaled(PastCallDelegate.height_px))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter calls, once however long it is held."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            if not event.isAutoRepeat():
                self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        call = index.data(ITEM_ROLE)
        if isinstance(call, PastCall) and call.number:
            self.chosen.emit(call)


class Recents(Card):
    """The card; chosen(PastCall) asks to call again."""

    chosen = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(self.tr("Recents"))
        self._desk = desk
        clock = SystemClock()
        self.model = RecentsModel(clock, self)
        self._build()
        self.list.setModel(self.model)
        self.list.follow_model()
        self.list.setItemDelegate(PastCallDelegate(clock, lambda: self.model.region, self.list))
        self.search.asked.connect(self._ask)
        self.list.chosen.connect(self.chosen)
        desk.history.recents_changed.connect(self._show)
        self._show(desk.history.recents)

    def _build(self) -> None:
        title = PlainLabel(self.tr("Recents"), self, role="section")
        self.search = SearchLine("recentsSearch", self.tr("Search recent calls"), self)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(230)
        self.body.addLayout(across(title, ..., (self.search, 2)))
        self.empty = named(PlainLabel("", self, role="muted"), "recentsEmpty")
        self.empty.setWordWrap(True)
        self.body.addWidget(self.empty)
        self.list = RecentsList(self)
        self.body.addWidget(self.list, 1)
        self.body.addStretch(0)

    @Slot(object)
    def _show(self, recents: tuple[PastCall, ...]) -> None:
        self.model.region = region_of(self._desk)
        self.model.show_rows(tuple(recents))
        text = self.search.words
        nothing = self.tr("No calls yet. Those you make and those you get appear here.")
        not_found = self.tr("No call matches “{0}”.").replace("{0}", text)
        self.empty.setText(not_found if text else nothing)
        self.empty.setVisible(not recents)

    @Slot()
    def _ask(self) -> None:
        self._desk.history.search_recents(self.search.words)
