"""One page of a file as the raster makes it, and how two of them are compared.

For the tests of pages, text and fax files. No test is in here.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import PagePlan, PageRef, PaperSize
from rcdesk.documents.pages import open_pages
from rcdesk.documents.raster import fax_page

FINE, LETTER = Resolution.FINE, PaperSize.LETTER


def plan_of(path: Path, media_type: str, page: int = 0, **options: object) -> PagePlan:
    source = PageRef(path=path, media_type=media_type, page=page)
    return PagePlan(source=source, **options)  # type: ignore[arg-type]


def page_of(
    path: Path,
    media_type: str,
    resolution: Resolution = FINE,
    paper: PaperSize = LETTER,
    page: int = 0,
    **options: object,
) -> Image.Image:
    with open_pages(path, media_type) as pages:
        return fax_page(pages, page, plan_of(path, media_type, page, **options), resolution, paper)


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.logical_xor(one, other).getbbox() is None


def ink(page: Image.Image) -> tuple[int, int, int, int]:
    found = ImageChops.invert(page).getbbox()
    assert found is not None
    return found
