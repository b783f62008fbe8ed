"""What stands in the page strip: the cover first when there is one, then the rows of the page list.

Pure but for pictures that are looked up. GUI thread. Read next: strip_model.py, preview_pane.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from rcdesk.core.fax.cover import CoverChoice
from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import PagePlan, PageRef
from rcdesk.ui.preview.page_pictures import PagePictures
from rcdesk.ui.preview.page_questions import Viewing
from rcdesk.ui.preview.strip_model import Place, StripModel, cover_item, page_item


class StripPlaces(Struct, frozen=True, kw_only=True):
    """cover_plan is the page of an own cover once it is drawn."""

    cover: CoverChoice
    cover_plan: PagePlan | None
    rows: tuple[PagePlan | Document, ...]

    def fill(self, model: StripModel, pictures: PagePictures, looking: Viewing) -> None:
        """Show all of them."""
        pages = self._pages
        model.set_places(len(pages), partial(self._place, pages, pictures, looking))

    def fill_one(self, model: StripModel, ref: PageRef, pictures: PagePictures, looking: Viewing) -> None:
        """Something became known about this page."""
        pages = self._pages
        make = partial(self._place, pages, pictures, looking)
        for place, page in enumerate(pages):
            if isinstance(page, PagePlan) and page.source.page == ref.page and page.source == ref:
                model.renew(place, make)

    @property
    def _pages(self) -> tuple[PagePlan | Document | None, ...]:
        """None is a cover without a picture."""
        return (self.cover_plan, *self.rows) if self.cover is not None else self.rows

    def _place(
        self,
        pages: Sequence[PagePlan | Document | None],
        pictures: PagePictures,
        looking: Viewing,
        place: int,
    ) -> Place:
        page = pages[place]
        picture = pictures.thumbnail(page, looking)
        if self.cover is not None and place == 0:
            return cover_item(self.cover, is_drawn=page is not None), picture
        assert page is not None
        return page_item(place + 1, page, pictures.findings(page, looking)), picture
