"""What the preview asks PagesDesk, most urgent first: the page shown, what is wrong with it, what is seen.

Then the neighbours and the other resolution, so that turning a page or flipping Fine and Standard shows the
new page at once; last what concerns the whole fax: trouble on other pages and how long each takes. Pure.
Read next: preview_pane.py, bridge/fax/page_requests.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.bridge.fax.page_requests import PageRequest, RequestKind, count_request, thumbnail_request
from rcdesk.core.fax.fax import Document, Resolution
from rcdesk.core.fax.paper import AS_FAX_PAGES, FAX_WIDTH, Dither, PagePlan, PaperSize
from rcdesk.ui.preview.page_list import ref_of

THUMBNAIL_PX = 56
LARGEST_SCALED_PX = FAX_WIDTH
"""A wider picture has no more to show than the very dots that are sent."""
_STEP_PX = 8


def paper_ratio(paper: PaperSize) -> float:
    """Height by width of a sheet."""
    width, height = paper.size_mm
    return height / width


class Viewing(Struct, frozen=True, kw_only=True):
    """How pages are looked at: on which paper, at which resolution, how wide in device pixels.

    is_exact: our own dots are sent. Otherwise the service draws the files, and it draws grey in dots.
    """

    resolution: Resolution
    paper: PaperSize
    width_px: int
    ratio: float = 1.0
    is_exact: bool = False

    def preview(self, plan: PagePlan) -> PageRequest:
        exact = None if self.width_px > LARGEST_SCALED_PX else self.width_px // _STEP_PX * _STEP_PX
        return self._ask(RequestKind.PREVIEW, plan, exact)

    def findings(self, plan: PagePlan) -> PageRequest:
        return self._ask(RequestKind.FINDINGS, plan)

    def seconds(self, plan: PagePlan) -> PageRequest:
        return self._ask(RequestKind.SECONDS, plan)

    def thumbnail(self, plan: PagePlan) -> PageRequest:
        """The page small: as it is in its file, or as it will arrive when something was done to it."""
        width_px = round(THUMBNAIL_PX * self.ratio)
        if replace(plan, is_removed=False, rotate=0) == PagePlan(source=plan.source):
            return thumbnail_request(plan.source, width_px)
        return self._ask(RequestKind.PREVIEW, plan, width_px)

    def _ask(self, kind: RequestKind, plan: PagePlan, width_px: int | None = None) -> PageRequest:
        is_ours = self.is_exact or plan.source.media_type in AS_FAX_PAGES
        is_dotted = not is_ours and plan.dither is Dither.AUTO
        plan = replace(plan, is_removed=False, dither=Dither.DIFFUSE if is_dotted else plan.dither)
        return PageRequest(
            kind=kind, plan=plan, resolution=self.resolution, paper=self.paper, width_px=width_px
        )


def first_questions(
    rows: Sequence[PagePlan | Document],
    current: PagePlan | None,
    cover: PagePlan | None,
    seen: Iterable[int],
    looking: Viewing,
) -> list[PageRequest]:
    """What is seen: current is shown, cover is an own one, seen rows have thumbnails in sight."""
    asks: list[PageRequest] = []
    if current is not None:
        asks += [looking.preview(current), looking.findings(current)]
    asks += [count_request(ref_of(row)) for row in rows if isinstance(row, Document)]
    if cover is not None:
        asks.append(looking.thumbnail(cover))
    in_sight = [rows[i] for i in seen if 0 <= i < len(rows)]
    asks += [looking.thumbnail(row) for row in in_sight if isinstance(row, PagePlan)]
    if current is not None and current in rows:
        place = rows.index(current)
        near = (*rows[place + 1 : place + 2], *rows[:place][-1:])
        asks += [looking.preview(plan) for plan in near if isinstance(plan, PagePlan)]
        other = Resolution.STANDARD if looking.resolution is Resolution.FINE else Resolution.FINE
        asks.append(replace(looking, resolution=other).preview(current))
    return asks


def further_questions(rows: Sequence[PagePlan | Document], looking: Viewing) -> list[PageRequest]:
    """What concerns the whole fax: trouble on every page that is sent, and how long each takes."""
    sent = [row for row in rows if isinstance(row, PagePlan) and row.is_sent]
    return [looking.findings(plan) for plan in sent] + [looking.seconds(plan) for plan in sent]
