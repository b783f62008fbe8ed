"""Recents: the calls this desk placed, searchable, called again by double click or Enter.

A list model of RecentCall values, a delegate that paints them, and the card around both. GUI thread. Read
next: core/recents.py, words.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.phone_number import pretty
from rcdesk.core.recents import RecentCall
from rcdesk.ui import words
from rcdesk.ui.card import Card
from rcdesk.ui.icons import icon, pixmap
from rcdesk.ui.theme import current, theme

ROW_HEIGHT = 56
SEARCH_PAUSE_MS = 150
RECENT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


class RecentsModel(QAbstractListModel):
    """Rows of RecentCall under RECENT_ROLE; the display text is a whole sentence for screen readers."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._rows: tuple[RecentCall, ...] = ()
        self.region = "US"

    def show_calls(self, rows: tuple[RecentCall, ...]) -> None:
        """Replace the rows when they differ."""
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """A flat list."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The RecentCall, or words about it."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        recent = self._rows[index.row()]
        if role == RECENT_ROLE:
            return recent
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            who = recent.name or pretty(recent.number, self.region)
            outcome = words.recent_outcome(recent)[0]
            return f"{who}, {outcome}, {words.when(recent.at, self._clock.now())}"
        return None


class RecentsDelegate(QStyledItemDelegate):
    """Icon by outcome; name over number; outcome and time at the right."""

    def __init__(self, clock: Clock, region: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._region = region

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows of 56."""
        return QSize(240, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        recent = index.data(RECENT_ROLE)
        if not isinstance(recent, RecentCall):
            return
        tokens = current()
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_tint if is_selected else tokens.hover))
            painter.drawRoundedRect(area.adjusted(0, 2, 0, -3), 8, 8)
        elif index.row() + 1 < index.model().rowCount():
            painter.setPen(QColor(tokens.hairline))
            painter.drawLine(area.left(), area.bottom(), area.right(), area.bottom())
        self._paint_words(painter, area.adjusted(8, 0, -10, 0), recent)
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRect, recent: RecentCall) -> None:
        tokens = current()
        outcome, kind = words.recent_outcome(recent)
        ink = {"wait": tokens.wait_ink, "bad": tokens.bad_ink}.get(kind, tokens.ink2)
        name = "phone-missed" if kind == "bad" else "phone-out"
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(area.left(), area.center().y() - 10, pixmap(name, ink, 20, ratio))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        at = words.when(recent.at, self._clock.now())
        times_width = 76 if area.width() > 400 else self._width(painter, at, 12) + 12
        times = QRect(area.right() - times_width, area.top(), times_width, area.height())
        self._write(painter, times, at, 12, tokens.ink2, right)
        outcome_width = min(self._width(painter, outcome, 13, is_bold=True) + 4, area.width() // 2)
        ends = QRect(times.left() - outcome_width, area.top(), outcome_width, area.height())
        self._write(painter, ends, outcome, 13, ink, right, is_bold=True)
        text = QRect(area.left() + 34, area.top(), ends.left() - area.left() - 40, area.height())
        shown = pretty(recent.number, self._region())
        if recent.name:
            upper = QRect(text.left(), text.top() + 8, text.width(), 20)
            lower = QRect(text.left(), text.top() + 29, text.width(), 18)
            self._write(
                painter, upper, recent.name, 14, tokens.ink, Qt.AlignmentFlag.AlignVCenter, is_bold=True
            )
            self._write(painter, lower, shown, 12, tokens.ink2, Qt.AlignmentFlag.AlignVCenter)
        else:
            self._write(painter, text, shown, 14, tokens.ink, Qt.AlignmentFlag.AlignVCenter, is_bold=True)

    def _width(self, painter: QPainter, text: str, size: int, *, is_bold: bool = False) -> int:
        self._choose_font(painter, size, is_bold=is_bold)
        return painter.fontMetrics().horizontalAdvance(text)

    def _choose_font(self, painter: QPainter, size: int, *, is_bold: bool) -> None:
        font = QFont(painter.font())
        font.setPixelSize(round(size * theme().scale))
        font.setWeight(QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal)
        painter.setFont(font)

    def _write(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        size: int,
        ink: str,
        align: Qt.AlignmentFlag,
        *,
        is_bold: bool = False,
    ) -> None:
        self._choose_font(painter, size, is_bold=is_bold)
        painter.setPen(QColor(ink))
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, align, elided)


class RecentsList(QListView):
    """chosen(RecentCall) on double click or Enter."""

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
        recent = index.data(RECENT_ROLE)
        if isinstance(recent, RecentCall):
            self.chosen.emit(recent)


class Recents(Card):
    """The card; chosen(RecentCall) asks to call again."""

    chosen = Signal(object)

    def __init__(self, desk: Desk, clock: Clock | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(self.tr("Recents"))
        self._desk = desk
        clock = clock or SystemClock()
        self.model = RecentsModel(clock, self)
        self._build()
        self.list.setModel(self.model)
        self.list.setItemDelegate(RecentsDelegate(clock, lambda: self.model.region, self.list))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(self._search_changed)
        self.list.chosen.connect(self.chosen)
        desk.calls.recents_changed.connect(self._show)
        theme().changed.connect(self._relook)
        self._relook()
        self._show(desk.calls.recents)

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
    def _show(self, recents: tuple[RecentCall, ...]) -> None:
        account = self._desk.session.account
        self.model.region = account.home_country if account else "US"
        self.model.show_calls(tuple(recents))
        text = self.search.text().strip()
        nothing = self.tr("No calls yet. The numbers you call appear here.")
        not_found = self.tr("No call matches “{0}”.").replace("{0}", text)
        self.empty.setText(not_found if text else nothing)
        self.empty.setVisible(not recents)

    @Slot()
    def _search_changed(self) -> None:
        self._pause.start()

    @Slot()
    def _ask(self) -> None:
        self._desk.calls.search_recents(self.search.text().strip())

    @Slot()
    def _relook(self) -> None:
        self._glass.setIcon(icon("search", "ink2"))
        self.list.viewport().update()
