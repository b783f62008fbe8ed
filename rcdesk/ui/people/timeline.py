"""A person's timeline: calls and faxes with them in one list, newest first.

Each row says what happened in one line and how it went in the next, with an icon and the time. Enter or a
double click on a fax opens it in its folder. GUI thread. Read next: person_view.py, core/people/people.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, QModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.fax.fax import FaxJob
from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.core.people.people import TimelineItem
from rcdesk.ui.kit import moments
from rcdesk.ui.kit.look import glyph
from rcdesk.ui.kit.row_list import (
    ITEM_ROLE,
    RIGHT,
    Index,
    RowDelegate,
    RowList,
    RowModel,
    width_of,
    write,
    write_two,
)
from rcdesk.ui.words import call_words, fax_words

_tr = partial(QCoreApplication.translate, "Timeline")


def item_words(item: TimelineItem) -> tuple[str, str]:
    """(what happened, how it went) for one thing of the timeline."""
    what = item.what
    if isinstance(what, PastCall):
        if what.outcome is CallOutcome.MISSED:
            return _tr("Missed call"), _tr("Nobody answered")
        if what.outcome is CallOutcome.VOICEMAIL:
            return _tr("Missed call"), _tr("They left a voicemail")
        title = _tr("They called") if what.direction is Direction.IN else _tr("You called")
        told = call_words.outcome(what)[0]
        talked = what.outcome is CallOutcome.TALKED and what.talked_s > 0
        return title, _tr("Talked {0}").replace("{0}", told) if talked else told
    if isinstance(what, ReceivedFax):
        return _tr("Fax from them"), fax_words.pages_words(what.pages) or fax_words.sentence(what)
    state = fax_words.badge_of(what)[0]
    return _tr("Fax to them"), " · ".join(filter(None, [state, what.title]))


def item_icon(item: TimelineItem) -> tuple[str, str]:
    """(icon name, colour token) for one thing of the timeline."""
    what = item.what
    if isinstance(what, PastCall):
        kind = call_words.outcome(what)[1]
        return call_words.call_icon(what), {"bad": "bad_ink", "wait": "wait_ink"}.get(kind, "ink2")
    if isinstance(what, ReceivedFax):
        return "inbox", "ink2"
    family = fax_words.badge_of(what)[1]
    return "fax", "bad_ink" if family == "bad" else "wait_ink" if family == "wait" else "ink2"


class TimelineModel(RowModel):
    """TimelineItem; the words are a whole sentence."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock

    def spoken(self, item: TimelineItem) -> str:
        when = moments.recent(item.at, self._clock.now())
        return ", ".join(filter(None, [*item_words(item), when]))


def key_of_item(item: object) -> object:
    """What tells the things that happened apart."""
    return (type(item.what), item.what.id) if isinstance(item, TimelineItem) else None


class TimelineDelegate(RowDelegate):
    """Icon, what, how, when."""

    draws = TimelineItem
    height_px = 52

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock

    def draw(self, painter: QPainter, area: QRect, item: TimelineItem, index: Index, is_chosen: bool) -> None:
        name, token = item_icon(item)
        sign = glyph(name, token, 20, painter.device().devicePixelRatio())
        painter.drawPixmap(area.left() + 8, area.center().y() - 10, sign)
        at = moments.recent(item.at, self._clock.now())
        width = width_of(painter, at, 12) + 12
        times = QRect(area.right() - width - 6, area.top(), width, area.height())
        write(painter, times, at, 12, "ink2", RIGHT)
        left = area.left() + 40
        write_two(painter, QRect(left, area.top(), times.left() - left, area.height()), *item_words(item))


class PersonTimeline(RowList):
    """fax_chosen(FaxJob | ReceivedFax) on Enter or double click."""

    fax_chosen = Signal(object)

    def __init__(self, clock: Clock | None = None, parent: QWidget | None = None) -> None:
        super().__init__("timeline", key_of_item, parent)
        self.setAccessibleName(self.tr("Calls and faxes with them"))
        self.setAccessibleDescription(self.tr("Enter opens a fax."))
        clock = clock or SystemClock()
        self.rows = TimelineModel(clock, self)
        self.setModel(self.rows)
        self.follow_model()
        self.setItemDelegate(TimelineDelegate(clock, self))
        self.doubleClicked.connect(self._choose)

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
