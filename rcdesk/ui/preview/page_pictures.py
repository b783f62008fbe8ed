"""What is known about pages, ready to be painted: pictures decoded once, thumbnails turned, findings.

Nothing here waits: what is not known yet is None and comes later through PagesDesk.answered. Pictures come at
the size they are shown, so decoding one takes a few milliseconds. GUI thread. Read next: preview_pane.py,
page_questions.py.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QImage, QPixmap, QTransform

from rcdesk.bridge.fax.page_requests import PageRefusal, PageRequest, RequestKind, count_request
from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import DPI_X, Finding, PagePlan, lines_per_inch
from rcdesk.ui.preview.page_list import ref_of
from rcdesk.ui.preview.page_questions import Viewing

IMAGES_KEPT = 5
THUMBNAILS_KEPT = 600


class PagePictures:
    """Looks up what PagesDesk knows."""

    def __init__(self, desk: PagesDesk) -> None:
        self._desk = desk
        self._images: dict[PageRequest, QImage] = {}
        self._thumbnails: dict[tuple[PageRequest, int], QPixmap] = {}

    def picture(self, plan: PagePlan, looking: Viewing) -> tuple[QImage, float] | None:
        """The page as it will arrive and its shape (height by width of the paper)."""
        ask = looking.preview(plan)
        image = self._images.pop(ask, None)
        if image is None:
            image = self._known(ask)
            if image is None:
                return None
            if image.depth() == 1:
                # Fifteen times quicker than to grey, and quicker to paint.
                image = image.convertToFormat(QImage.Format.Format_RGB32)
        self._images[ask] = image
        while len(self._images) > IMAGES_KEPT:
            del self._images[next(iter(self._images))]
        if ask.width_px is not None:
            return image, image.height() / max(1, image.width())
        inches = image.height() / lines_per_inch(looking.resolution)
        return image, inches / max(0.1, image.width() / DPI_X)

    def _known(self, ask: PageRequest) -> QImage | None:
        png = self._desk.known(ask)
        image = QImage.fromData(png) if isinstance(png, bytes) else QImage()
        return None if image.isNull() else image

    def thumbnail(self, plan: PagePlan | Document | None, looking: Viewing) -> QPixmap | None:
        """The page small, turned as the user turned it; None for a whole file."""
        if not isinstance(plan, PagePlan):
            return None
        ask = looking.thumbnail(plan)
        turn = plan.rotate if ask.kind is RequestKind.THUMBNAIL else 0
        key = (ask, turn)
        found = self._thumbnails.get(key)
        if found is None:
            image = self._known(ask)
            if image is None:
                return None
            if turn:
                image = image.transformed(QTransform().rotate(turn))
            found = QPixmap.fromImage(image)
            if len(self._thumbnails) >= THUMBNAILS_KEPT:
                del self._thumbnails[next(iter(self._thumbnails))]
            self._thumbnails[key] = found
        return found

    def findings(self, plan: PagePlan | Document, looking: Viewing) -> tuple[Finding, ...]:
        """What is known to be wrong with the page; nothing while nobody has looked."""
        if isinstance(plan, Document):
            return ()
        found = self._desk.known(looking.findings(plan))
        return found if isinstance(found, tuple) else ()

    def refusal(self, page: PagePlan | Document | None, looking: Viewing) -> PageRefusal | None:
        """Why the page or the file cannot be shown, None when it can or nobody has tried."""
        if page is None:
            return None
        ask = count_request(ref_of(page)) if isinstance(page, Document) else looking.preview(page)
        found = self._desk.known(ask)
        return found if isinstance(found, PageRefusal) else None

    def drawn_elsewhere(self, files: Iterable[Document], looking: Viewing) -> list[str]:
        """The names of those that only the service can draw; one that needs its password is none of them."""
        found = ((document.name, self.refusal(document, looking)) for document in files)
        return [name for name, refusal in found if refusal is None or not refusal.needs_password]

    def transmission_s(self, plans: Iterable[PagePlan], looking: Viewing) -> float | None:
        """About how long these pages take on the line, None while not all are known."""
        total = 0.0
        for plan in plans:
            found = self._desk.known(looking.seconds(plan))
            if not isinstance(found, int | float):
                return None
            total += found
        return total
