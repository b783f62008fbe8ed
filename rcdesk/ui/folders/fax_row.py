"""How one fax looks in a list: first page, who, number · title, one plain sentence, badge, time, progress.

FaxDelegate paints sent and received faxes alike, and a grey skeleton for a row that is not loaded yet: after
150 ms, never before, so that a fast disk shows none. GUI thread. Read next: fax_words.py, fax_list.py.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from rcdesk.bridge.fax.folder_model import ROW_ROLE
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.core.fax.folder import FaxRow, ReceivedFax
from rcdesk.ui.folders.row_pictures import RowPictures
from rcdesk.ui.kit.look import color
from rcdesk.ui.kit.paper import paint_cover, paint_page, paint_sheet
from rcdesk.ui.kit.row_list import sized
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.words.fax_words import badge_of, is_new, percent, row_time, second_line, sentence, who

ROW_HEIGHT = 88
EDGE = 16
TEXT_X = 72
SHEET = QSize(40, 52)
SKELETON_AFTER_MS = 150

_Index = QModelIndex | QPersistentModelIndex


def row_height() -> int:
    """Pixels of one row; more with a large system font."""
    return round(ROW_HEIGHT * theme().scale)


def paint_badge(painter: QPainter, right: float, top: float, words: str, family: str) -> float:
    """A round badge whose right edge is at right; returns its left edge in px."""
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(words) + 20
    rect = QRectF(right - width, top, width, painter.fontMetrics().height() + 6)
    is_plain = family == "plain"
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("well" if is_plain else f"{family}_tint"))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setPen(color("ink2" if is_plain else f"{family}_ink"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)
    return rect.left()


def paint_progress(painter: QPainter, rect: QRectF, done_percent: int) -> None:
    """A thin bar; done_percent from 0 to 100."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("press"))
    painter.drawRoundedRect(rect, 3, 3)
    if done_percent:
        filled = QRectF(rect.x(), rect.y(), max(6.0, rect.width() * done_percent / 100), rect.height())
        painter.setBrush(color("accent"))
        painter.drawRoundedRect(filled, 3, 3)


def _line(painter: QPainter, font: QFont, token: str, rect: QRectF, text: str) -> None:
    painter.setFont(font)
    painter.setPen(color(token))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _paint_first_page(painter: QPainter, room: QRectF, picture: QPixmap) -> None:
    """The page as large as fits into the room, in its own shape, with a fine edge."""
    size = picture.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    sheet = QRectF(0, 0, size.width(), size.height())
    sheet.moveCenter(room.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(sheet, picture, QRectF(picture.rect()))
    painter.setPen(QPen(color("hairline"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(sheet)


class FaxDelegate(QStyledItemDelegate):
    """Paints the rows of one view; with show_pictures() the true first pages, without it a drawn sheet."""

    def __init__(self, view: QAbstractItemView, parent: QObject | None = None) -> None:
        super().__init__(parent or view)
        self._view = view
        self._pictures: RowPictures | None = None
        self._has_skeletons = False
        self._patience = single_shot(self, self._lose_patience, SKELETON_AFTER_MS)

    def show_pictures(self, pictures: RowPictures) -> None:
        """Paint the first pages from here."""
        self._pictures = pictures
        pictures.changed.connect(self._view.viewport().update)

    @Slot()
    def rows_loaded(self) -> None:
        """Rows have come: a later wait begins with patience again."""
        self._patience.stop()
        self._has_skeletons = False
        self._view.viewport().update()

    @Slot()
    def _lose_patience(self) -> None:
        self._has_skeletons = True
        self._view.viewport().update()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        row = index.data(ROW_ROLE)
        self._ground(painter, rect, option.state)
        if index.row() + 1 < index.model().rowCount():
            painter.setPen(QPen(color("hairline"), 1))
            painter.drawLine(rect.bottomLeft() + QPointF(EDGE, 0), rect.bottomRight() - QPointF(EDGE, 0))
        if isinstance(row, FaxJob | ReceivedFax):
            top = rect.y() + (rect.height() - SHEET.height()) / 2
            self._sheet(painter, QRectF(rect.x() + EDGE, top, SHEET.width(), SHEET.height()), row)
            self._words(painter, rect, row, QFont(option.font))
        elif self._has_skeletons:
            self._skeleton(painter, rect)
        elif not self._patience.isActive():
            self._patience.start()
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        back = rect.adjusted(0, 1, 0, -2)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        if is_chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("navsel" if is_chosen else "hover"))
            painter.drawRoundedRect(back, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus and getattr(self._view, "has_ring", True):
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(back.adjusted(1, 1, -1, -1), 8, 8)

    def _sheet(self, painter: QPainter, room: QRectF, row: FaxRow) -> None:
        """The first page; an empty sheet until it is known, a drawn one where there is no picture of it."""
        picture = self._pictures.picture(row) if self._pictures is not None else QPixmap()
        if picture is None:
            paint_sheet(painter, room)
        elif not picture.isNull():
            _paint_first_page(painter, room, picture)
        elif isinstance(row, FaxJob) and not row.files:
            paint_cover(painter, room, row.cover_index or 0)
        elif isinstance(row, ReceivedFax) and not row.is_here:
            paint_sheet(painter, room)
        else:
            paint_page(painter, room)

    def _words(self, painter: QPainter, rect: QRectF, row: FaxRow, font: QFont) -> None:
        small, badge_font = sized(font, 13), sized(font, 12)
        title = sized(font, 15, is_bold=not isinstance(row, ReceivedFax) or is_new(row))
        high, low = QFontMetricsF(title).height() + 2, QFontMetricsF(small).height() + 2
        y = rect.y() + (rect.height() - high - 2 * low) / 2
        x, right = rect.x() + TEXT_X, rect.right() - EDGE
        left_of_badge = right
        words, family = badge_of(row)
        if words:
            painter.setFont(badge_font)
            left_of_badge = paint_badge(painter, right, y, words, family)
        if is_new(row):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("bad" if isinstance(row, FaxJob) else "accent"))
            painter.drawEllipse(QPointF(x + 4, y + high / 2), 4, 4)
        indent = 16 if is_new(row) else 0
        name_width = left_of_badge - x - indent - 12
        _line(painter, title, "ink", QRectF(x + indent, y, name_width, high), who(row))
        time = row_time(row)
        time_width = QFontMetricsF(small).horizontalAdvance(time)
        below = y + high
        if time:
            _line(painter, small, "ink3", QRectF(right - time_width - 1, below, time_width + 2, low), time)
        _line(painter, small, "ink2", QRectF(x, below, right - x - time_width - 12, low), second_line(row))
        self._last_line(painter, QRectF(x, below + low, right - x, low), row, small)

    def _last_line(self, painter: QPainter, rect: QRectF, row: FaxRow, font: QFont) -> None:
        if not (isinstance(row, FaxJob) and row.state is FaxState.SENDING):
            _line(painter, font, "ink2", rect, sentence(row))
            return
        bar = min(180.0, rect.width() * 0.4)
        words = QRectF(rect.x(), rect.y(), rect.width() - bar - 16, rect.height())
        _line(painter, font, "ink2", words, sentence(row))
        middle = rect.y() + rect.height() / 2 - 3
        paint_progress(painter, QRectF(rect.right() - bar, middle, bar, 6), percent(row) or 0)

    def _skeleton(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("well"))
        painter.drawRoundedRect(QRectF(rect.x() + EDGE, rect.y() + 18, 40, 52), 3, 3)
        x, wide = rect.x() + TEXT_X, rect.width() - TEXT_X - EDGE
        for top, part in ((22, 0.34), (44, 0.5), (62, 0.42)):
            painter.drawRoundedRect(QRectF(x, rect.y() + top, wide * part, 9), 4.5, 4.5)
