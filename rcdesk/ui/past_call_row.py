"""A past call as a row: icon by direction and outcome, name over number, outcome and time at the right.

Used by the recents of the phone page, the Calls page and a person's timeline; the rows come from any model
that gives a PastCall under PAST_CALL_ROLE. Painted on the GUI thread. Read next: recents.py, calls_page.py.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from rcdesk.bridge.past_calls_model import PAST_CALL_ROLE
from rcdesk.core.clock import Clock
from rcdesk.core.past_call import PastCall
from rcdesk.core.phone_number import pretty
from rcdesk.ui import words
from rcdesk.ui.icons import pixmap
from rcdesk.ui.theme import current, theme

ROW_HEIGHT = 56
Index = QModelIndex | QPersistentModelIndex


def call_sentence(call: PastCall, region: str, clock: Clock) -> str:
    """A whole sentence for screen readers and for reading the list as text."""
    who = call.name or number_words(call, region)
    return f"{who}, {words.outcome(call)[0]}, {words.when(call.at, clock.now())}"


def number_words(call: PastCall, region: str) -> str:
    """The other party's number as people write it, or that it was withheld."""
    if not call.number:
        return words.withheld()
    shown = pretty(call.number, region)
    return f"{shown} ×{call.extension}" if call.extension else shown


class PastCallDelegate(QStyledItemDelegate):
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
        call = index.data(PAST_CALL_ROLE)
        if not isinstance(call, PastCall):
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
        self._paint_words(painter, area.adjusted(8, 0, -10, 0), call)
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRect, call: PastCall) -> None:
        tokens = current()
        outcome, kind = words.outcome(call)
        ink = {"wait": tokens.wait_ink, "bad": tokens.bad_ink}.get(kind, tokens.ink2)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(area.left(), area.center().y() - 10, pixmap(words.call_icon(call), ink, 20, ratio))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        at = words.when(call.at, self._clock.now())
        times_width = 76 if area.width() > 400 else self._width(painter, at, 12) + 12
        times = QRect(area.right() - times_width, area.top(), times_width, area.height())
        self._write(painter, times, at, 12, tokens.ink2, right)
        outcome_width = min(self._width(painter, outcome, 13, is_bold=True) + 4, area.width() // 2)
        ends = QRect(times.left() - outcome_width, area.top(), outcome_width, area.height())
        self._write(painter, ends, outcome, 13, ink, right, is_bold=True)
        text = QRect(area.left() + 34, area.top(), ends.left() - area.left() - 40, area.height())
        shown = number_words(call, self._region())
        if call.name:
            upper = QRect(text.left(), text.top() + 8, text.width(), 20)
            lower = QRect(text.left(), text.top() + 29, text.width(), 18)
            self._write(
                painter, upper, call.name, 14, tokens.ink, Qt.AlignmentFlag.AlignVCenter, is_bold=True
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
