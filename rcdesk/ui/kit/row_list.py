"""RowList: a list of painted rows, and what its delegates have in common: ground, focus ring, words.

The lists of calls, people and what happened look alike and keep what is chosen when their model is read anew:
Qt forgets it at every reset. The models give each row's value under ITEM_ROLE. GUI thread. Read next:
past_call_row.py, people_list.py, timeline.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from rcdesk.bridge.calls.past_calls_model import PAST_CALL_ROLE
from rcdesk.ui.kit.look import color, font_of, scaled
from rcdesk.ui.kit.theme import theme

ITEM_ROLE = PAST_CALL_ROLE
"""Brings the value of a row: the same for all lists, so that what is said here fits each of them."""

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignCenter
_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
Index = QModelIndex | QPersistentModelIndex


def sized(font: QFont, px: int, *, is_bold: bool = False) -> QFont:
    """The same family at px pixels of the design."""
    return font_of(font, scaled(px), QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal)


def width_of(painter: QPainter, text: str, px: int, *, is_bold: bool = False) -> int:
    """How wide a text is at px pixels of the design, in px of the screen."""
    return QFontMetrics(sized(painter.font(), px, is_bold=is_bold)).horizontalAdvance(text)


def write(
    painter: QPainter,
    area: QRect,
    text: str,
    px: int,
    token: str,
    align: Qt.AlignmentFlag = LEFT,
    *,
    is_bold: bool = False,
) -> None:
    """Write one line in the colour of a token, ending in an ellipsis where it does not fit."""
    painter.setFont(sized(painter.font(), px, is_bold=is_bold))
    painter.setPen(color(token))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, align, shown)


def write_two(painter: QPainter, area: QRect, upper: str, lower: str) -> None:
    """A row's two lines, title over detail, in the middle of the area; without detail the title alone."""
    if not lower:
        write(painter, area, upper, 14, "ink", is_bold=True)
        return
    half = area.height() // 2
    over, under = scaled(21), scaled(18)
    top = QRect(area.left(), area.top() + half - over, area.width(), over)
    write(painter, top, upper, 14, "ink", is_bold=True)
    write(painter, QRect(area.left(), area.top() + half, area.width(), under), lower, 12, "ink2")


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> bool:
    """The tint of a chosen or hovered row and the focus ring; True when the row is chosen."""
    area, state = QRectF(option.rect).adjusted(0.5, 1.5, -0.5, -2.5), option.state
    is_selected = bool(state & QStyle.StateFlag.State_Selected)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if is_selected or state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent_tint" if is_selected else "hover"))
        painter.drawRoundedRect(area, 8, 8)
    view = option.widget
    if isinstance(view, RowList) and view.has_ring and state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 8, 8)
    return is_selected


class RowModel(QAbstractListModel):
    """The values of a list, from the top; each kind of list says their words. region reads their numbers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Any, ...] = ()
        self.region = "US"

    def show_rows(self, rows: tuple[Any, ...]) -> None:
        """Replace the rows when they differ."""
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def words(self, item: Any) -> str:
        return self.spoken(item)

    def spoken(self, item: Any) -> str:
        """All of a row, for screen readers."""
        raise NotImplementedError

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self.rows):
            return None
        item = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(item)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.spoken(item)
        return item if role == ITEM_ROLE else None


class RowDelegate(QStyledItemDelegate):
    """Paints the ground of a row; each kind of list draws what it holds, of the class `draws`."""

    draws: type | tuple[type, ...] = object
    height_px = 56

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(240, scaled(self.height_px))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(ITEM_ROLE)
        if isinstance(item, self.draws):
            painter.save()
            is_chosen = paint_ground(painter, option)
            self.draw(painter, QRect(option.rect), item, index, is_chosen)
            painter.restore()

    def draw(self, painter: QPainter, area: QRect, item: Any, index: Index, is_chosen: bool) -> None:
        """The words and signs of one row; the painter may be left as it is."""
        raise NotImplementedError


class RowList(QListView):
    """chosen_changed() when another row is current, none, or the same one has other words now.

    key tells the rows apart: when the model is reset, the row with the same key is chosen again.
    """

    chosen_changed = Signal()

    def __init__(self, name: str, key: Callable[[object], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._kept: object = None
        self._is_resetting = False
        self.has_ring = False
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme().changed.connect(self._relook)

    def follow_model(self) -> None:
        """Keep what is chosen from now on; after setModel()."""
        self.model().modelAboutToBeReset.connect(self._remember)
        self.model().modelReset.connect(self._choose_again)

    def item(self) -> object:
        return self.currentIndex().data(ITEM_ROLE) if self.currentIndex().isValid() else None

    def choose_first(self) -> None:
        """Choose the first row when none is chosen; one that Qt gave the keyboard only, is not yet."""
        if not self.selectionModel().hasSelection() and self.model().rowCount():
            current = self.currentIndex()
            self.setCurrentIndex(current if current.isValid() else self.model().index(0, 0))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if not self._is_resetting:
            self.chosen_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys bring the focus ring."""
        self._show_ring(True)
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The mouse needs no focus ring."""
        self._show_ring(False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Only a focus that keys brought has a ring."""
        self._show_ring(event.reason() in _BY_KEY)
        super().focusInEvent(event)

    def _show_ring(self, has_ring: bool) -> None:
        if has_ring != self.has_ring:
            self.has_ring = has_ring
            self.viewport().update()

    @Slot()
    def _remember(self) -> None:
        self._is_resetting = True
        item = self.item()
        self._kept = None if item is None else self._key(item)

    @Slot()
    def _choose_again(self) -> None:
        model, kept = self.model(), self._kept
        rows = range(model.rowCount()) if kept is not None else range(0)
        row = next((r for r in rows if self._key(model.index(r, 0).data(ITEM_ROLE)) == kept), None)
        if row is not None:
            self.setCurrentIndex(model.index(row, 0))
        self._is_resetting = False
        self.chosen_changed.emit()

    @Slot()
    def _relook(self) -> None:
        """Other colours, and rows of another height when the font is another."""
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
