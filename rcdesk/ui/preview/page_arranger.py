"""What is done to the pages of a fax: moved, turned, left out, mended, and taken back again.

The arranger holds the PageList and the way back; the strip says which pages are meant. Places of the strip
count the cover, rows of the list do not: offset is the difference. GUI thread. Read next: page_list.py.
"""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import Dither, Fix, PagePlan
from rcdesk.ui.preview.page_list import BadRange, PageList, range_words, read_ranges
from rcdesk.ui.preview.page_strip import PageStrip

UNDO_KEPT = 50


class PageArranger(QObject):
    """changed(): the pages are others now. refused(str): a sentence about a page range."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, strip: PageStrip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._strip = strip
        self._undo: list[PageList] = []
        self.pages = PageList()
        self.offset = 0
        strip.moved.connect(self.move)
        strip.removal_asked.connect(self.remove)
        strip.turn_asked.connect(self.turn_rows)
        strip.undo_asked.connect(self.undo)

    @property
    def can_undo(self) -> bool:
        """True when something was done to the pages since they were put here."""
        return bool(self._undo)

    def put(self, pages: PageList) -> None:
        """Other pages, without a way back and without telling."""
        self.pages = pages
        self._undo.clear()

    def arrange(self, pages: PageList) -> None:
        """Another arrangement, which can be taken back."""
        if pages != self.pages:
            self._undo = [*self._undo, self.pages][-UNDO_KEPT:]
            self.pages = pages
            self.changed.emit()

    @Slot()
    def undo(self) -> None:
        if self._undo:
            self.pages = self._undo.pop()
            self.changed.emit()

    @property
    def chosen(self) -> tuple[int, ...]:
        return self._rows(self._strip.selected_rows)

    @property
    def current(self) -> PagePlan | Document | None:
        """What is shown, None for the cover or nothing."""
        row = self._strip.current_row - self.offset
        return self.pages.rows[row] if 0 <= row < len(self.pages.rows) else None

    def _rows(self, places: Collection[int]) -> tuple[int, ...]:
        return tuple(p - self.offset for p in places if 0 <= p - self.offset < len(self.pages.rows))

    @Slot(object, int)
    def move(self, places: Collection[int], before: int) -> None:
        """Put the pages of these places in front of another place."""
        rows = self._rows(places)
        at = max(0, before - self.offset)
        moved = self.pages.moved(rows, at)
        if rows and moved != self.pages:
            first = at - sum(1 for row in rows if row < at) + self.offset
            self.arrange(moved)
            self._strip.choose_all(range(first, first + len(rows)))

    @Slot(object)
    def remove(self, places: Collection[int]) -> None:
        """Leave pages out; when all of them are out already, put them back."""
        rows = self._rows(places)
        plans = [p for p in (self.pages.rows[row] for row in rows) if isinstance(p, PagePlan)]
        self.arrange(self.pages.removed(rows, any(plan.is_sent for plan in plans)))

    @Slot()
    def remove_chosen(self) -> None:
        """Leave the chosen pages out, or put them back."""
        self.remove(self._strip.selected_rows)

    @Slot(object, int)
    def turn_rows(self, places: Collection[int], degrees: int) -> None:
        """Turn the pages of these places clockwise."""
        self.arrange(self.pages.turned(self._rows(places), degrees))

    @Slot(int)
    def turn(self, degrees: int) -> None:
        """Turn the chosen pages clockwise."""
        self.arrange(self.pages.turned(self.chosen, degrees))

    @Slot(object)
    def dither(self, dither: Dither) -> None:
        """How grey becomes black and white on the chosen pages."""
        self.arrange(self.pages.dithered(self.chosen, dither))

    @Slot(object)
    def fix(self, fix: Fix) -> None:
        self.arrange(self.pages.fixed(self._strip.current_row - self.offset, fix))

    @Slot(object)
    def unfix(self, fix: Fix) -> None:
        self.arrange(self.pages.fixed(self._strip.current_row - self.offset, fix, is_on=False))

    @Slot(str)
    def keep_ranges(self, text: str) -> None:
        """Send exactly these pages, by the numbers the strip shows; none given sends all."""
        first, last = 1 + self.offset, len(self.pages.rows) + self.offset
        try:
            numbers = read_ranges(text, first, last) or frozenset(range(first, last + 1))
        except BadRange as exc:
            words = self.tr("“{0}” is no page of this fax. It has pages {1} to {2}.")
            self.refused.emit(words.format(exc.part, first, last))
            return
        if text.strip() != self.ranges:
            self.arrange(self.pages.only([number - first for number in numbers]))

    @property
    def ranges(self) -> str:
        """The numbers of the pages that are sent, "" for all."""
        rows = [i for i, r in enumerate(self.pages.rows) if isinstance(r, Document) or r.is_sent]
        if len(rows) == len(self.pages.rows):
            return ""
        return range_words(row + 1 + self.offset for row in rows)
