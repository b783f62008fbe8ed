"""The own cover of the fax that is written, drawn again a moment after something on it changed.

Drawing runs on the pages lane; plan is the page drawn last. GUI thread. Read next: own_covers.py.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.cover import CoverChoice, CoverFields, CoverTemplate
from rcdesk.core.fax.paper import PagePlan, PageRef, PaperSize
from rcdesk.render.own_covers import write_cover

DRAW_MS = 200


class CoverDrawing(QObject):
    """changed(): plan is another page now."""

    changed = Signal()

    def __init__(self, desk: PagesDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted: tuple[CoverTemplate, CoverFields, PaperSize] | None = None
        self._soon = single_shot(self, self._draw, DRAW_MS)
        self.plan: PagePlan | None = None

    @property
    def is_waiting(self) -> bool:
        """True while a change is about to be drawn."""
        return self._soon.isActive()

    def want(self, cover: CoverChoice, fields: CoverFields, paper: PaperSize) -> None:
        """Draw this cover; any other than an own one needs no drawing."""
        wanted = (cover, fields, paper) if isinstance(cover, CoverTemplate) else None
        if wanted == self._wanted:
            return
        is_other = wanted is None or self._wanted is None or wanted[0] != self._wanted[0]
        self._wanted = wanted
        if is_other:
            self.plan = None
        if wanted is None:
            self._soon.stop()
        else:
            self._soon.start()

    @Slot()
    def _draw(self) -> None:
        if self._wanted is not None:
            cover, fields, paper = self._wanted
            folder = self._desk.exact_dir
            self._desk.draw("cover", lambda: write_cover(cover, fields, paper, folder), self._drawn)

    def _drawn(self, ref: PageRef) -> None:
        plan = PagePlan(source=ref)
        if self._wanted is not None and plan != self.plan:
            self.plan = plan
            self.changed.emit()
