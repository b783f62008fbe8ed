"""A person's timeline: calls and faxes with them in one list, newest first.

Each row says what happened in one line and how it went in the next, with an icon and the time. Enter or a
double click on a fax opens it in its folder. GUI thread. Read next: person_view.py, core/people.py.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.fax import FaxJob
from rcdesk.core.folder import ReceivedFax
from rcdesk.core.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.people import TimelineItem
from rcdesk.ui import fax_words, words
from rcdesk.ui.icons import pixmap
from rcdesk.ui.theme import current, theme

ROW_HEIGHT = 52
ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


def _tr(text: str) -> str:
    return QCoreApplication.translate("Timeline", text)


def item_words(item: TimelineItem) -> tuple[str, str]:
    """(what happened, how it went) for one thing of the timeline."""
    what = item.what
    if isinstance(what, PastCall):
        if what.outcome is CallOutcome.MISSED:
            return _tr("Missed call"), _tr("They called, nobody answered")
        if what.outcome is CallOutcome.VOICEMAIL:
            return _tr("Missed call"), _tr("They left a voicemail")
        title = _tr("They called") if what.direction is Direction.IN else _tr("You called")
        told = words.outcome(what)[0]
        talked = what.outcome is CallOutcome.TALKED and what.talked_s > 0
        return title, _tr("Talked {0}").format(told) if talked else told
    if isinstance(what, ReceivedFax):
        return _tr("Fax from them"), fax_words.pages_words(what.pages) or fax_words.sentence(what)
    state = fax_words.badge_of(what)[0]
    return _tr("Fax to them"), " · ".join(filter(None, [state, what.title]))


def item_icon(item: TimelineItem) -> tuple[str, str]:
    """(icon name, colour token) for one thing of the timeline."""
    what = item.what
    if isinstance(what, PastCall):
        kind = words.outcome(what)[1]
        return words.call_icon(what), {"bad": "bad_ink", "wait": "wait_ink"}.get(kind, "ink2")
    if isinstance(what, ReceivedFax):
        return "inbox", "ink2"
    family = fax_words.badge_of(what)[1]
    return "fax", "bad_ink" if family == "bad" else "wait_ink" if family == "wait" else "ink2"


class TimelineModel(QAbstractListModel):
    """TimelineItem under ITEM_ROLE; the display text is a whole sentence."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._items: tuple[TimelineItem, ...] = ()

    def show_items(self, items: tuple[TimelineItem, ...]) -> None:
        """Replace the rows when they differ."""
        if items != self._items:
            self.beginResetModel()
            self._items = items
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """A flat list."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The item, or words about it."""
        if not index.isValid() or not 0 <= index.row() < len(self._items):
            return None
        item = self._items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            title, detail = item_words(item)
            return f"{title}, {detail}, {words.when(item.at, self._clock.now())}"
        return None


class TimelineDelegate(QStyledItemDelegate):
    """Icon, what, how, when."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows of 52."""
        return QSize(220, round(ROW_HEIGHT * theme().scale))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        item = index.data(ITEM_ROLE)
        if not isinstance(item, TimelineItem):
            return
        tokens, area, state = current(), QRect(option.rect), option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_tint if is_selected else tokens.hover))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -2), 8, 8)
        name, token = item_icon(item)
        sign = pixmap(name, getattr(tokens, token), 20, painter.device().devicePixelRatio())
        painter.drawPixmap(area.left() + 8, area.center().y() - 10, sign)
        title, detail = item_words(item)
        half = area.height() // 2
        at = words.when(item.at, self._clock.now())
        width = self._write(painter, QRect(), at, 12, tokens.ink2) + 12
        times = QRect(area.right() - width - 6, area.top(), width, area.height())
        self._write(painter, times, at, 12, tokens.ink2, is_right=True)
        left, room = area.left() + 40, times.left() - area.left() - 46
        upper = QRect(left, area.top() + half - 20, room, 20)
        self._write(painter, upper, title, 14, tokens.ink, is_bold=True)
        self._write(painter, QRect(left, area.top() + half, room, 18), detail, 12, tokens.ink2)
        painter.restore()

    def _write(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        size: int,
        ink: str,
        *,
        is_bold: bool = False,
        is_right: bool = False,
    ) -> int:
        """Write into the area unless it is empty; returns the text's width in px."""
        font = QFont(painter.font())
        font.setPixelSize(round(size * theme().scale))
        font.setWeight(QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        if not area.isEmpty():
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | side, shown)
        return painter.fontMetrics().horizontalAdvance(text)


class Timeline(QListView):
    """fax_chosen(FaxJob | ReceivedFax) on Enter or double click."""

    fax_chosen = Signal(object)

    def __init__(self, clock: Clock | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        clock = clock or SystemClock()
        self.setObjectName("timeline")
        self.setAccessibleName(self.tr("Calls and faxes with them"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows = TimelineModel(clock, self)
        self.setModel(self.rows)
        self.setItemDelegate(TimelineDelegate(clock, self))
        self.doubleClicked.connect(self._choose)
        theme().changed.connect(self.viewport().update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens a fax."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        item = index.data(ITEM_ROLE)
        if isinstance(item, TimelineItem) and isinstance(item.what, FaxJob | ReceivedFax):
            self.fax_chosen.emit(item.what)
