"""A past call as a row: icon by direction and outcome, name over number, outcome and time at the right.

Used by the recents of the phone page and by the Calls page; the rows come from any model that gives a
PastCall under ITEM_ROLE. Painted on the GUI thread. Read next: row_list.py, phone_page.py, calls_page.py.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.clock import Clock
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.kit import moments
from rcdesk.ui.kit.look import color, glyph, scaled
from rcdesk.ui.kit.row_list import RIGHT, Index, RowDelegate, width_of, write, write_two
from rcdesk.ui.words import call_words

WIDE_PX = 400
"""From this width on at 100 %, the times stand in a column of their own."""


def call_sentence(call: PastCall, region: str, clock: Clock) -> str:
    """A whole sentence for screen readers and for reading the list as text."""
    who = call.name or number_words(call, region)
    number = number_words(call, region) if call.name and call.number else ""
    parts = (who, number, call_words.what_happened(call), moments.recent(call.at, clock.now()))
    return ", ".join(filter(None, parts))


def number_words(call: PastCall, region: str) -> str:
    """The other party's number as people write it, or that it was withheld."""
    if not call.number:
        return call_words.withheld()
    shown = pretty(call.number, region)
    return f"{shown} ×{call.extension}" if call.extension else shown


def dialled(call: PastCall) -> str:
    """What to type to call them back: the number, with its extension as RFC 3966 writes it."""
    return f"{call.number};ext={call.extension}" if call.extension else call.number


class PastCallDelegate(RowDelegate):
    """Icon by outcome; name over number; outcome and time at the right."""

    draws = PastCall

    def __init__(self, clock: Clock, region: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._region = region

    def draw(self, painter: QPainter, area: QRect, item: PastCall, index: Index, is_chosen: bool) -> None:
        if not is_chosen and index.row() + 1 < index.model().rowCount():
            painter.setPen(color("hairline"))
            painter.drawLine(area.left(), area.bottom(), area.right(), area.bottom())
        self._paint_words(painter, area.adjusted(8, 0, -10, 0), item)

    def _paint_words(self, painter: QPainter, area: QRect, call: PastCall) -> None:
        outcome, kind = call_words.outcome(call)
        ink = {"wait": "wait_ink", "bad": "bad_ink"}.get(kind, "ink2")
        sign = glyph(call_words.call_icon(call), ink, 20, painter.device().devicePixelRatio())
        painter.drawPixmap(area.left(), area.center().y() - 10, sign)
        at = moments.recent(call.at, self._clock.now())
        is_wide = area.width() > scaled(WIDE_PX)
        at_width = max(scaled(76) if is_wide else 0, width_of(painter, at, 12) + 14)
        times = QRect(area.right() - at_width, area.top(), at_width, area.height())
        write(painter, times, at, 12, "ink2", RIGHT)
        end_width = min(width_of(painter, outcome, 13, is_bold=True) + 4, area.width() // 2)
        ends = QRect(times.left() - end_width, area.top(), end_width, area.height())
        write(painter, ends, outcome, 13, ink, RIGHT, is_bold=True)
        text = QRect(area.left() + 34, area.top(), ends.left() - area.left() - 42, area.height())
        number = number_words(call, self._region())
        write_two(painter, text, call.name or number, number if call.name else "")


def key_of_call(item: object) -> object:
    """What tells calls apart in a list."""
    return item.id if isinstance(item, PastCall) else None
