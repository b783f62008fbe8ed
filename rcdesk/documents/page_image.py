"""Fax pages as pictures: how many a file has, and one page drawn at the width somebody wants.

A fax pixel is not square (204x196 or 204x98 dots an inch): pictures here have the shape of the paper. One
page is in memory at a time. PDFium is guarded by pdfium_lock, page by page. Disk lane. Read next: convert.py.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import NotDrawnHere
from rcdesk.documents.inspect import pdfium_lock
from rcdesk.documents.kinds import PDF

if TYPE_CHECKING:
    from PIL.Image import Image

    from rcdesk.documents.pages import Pages

MAX_WIDTH_PX = 8000
_MAX_HEIGHT_PX = 4 * MAX_WIDTH_PX
_NOT_THERE = "The pages are not there any more. Fetch or add them again."
_DAMAGED = "The pages are damaged and cannot be opened. Fetch or add them again."
_UNKNOWN = "The pages are damaged, or of a kind that cannot be opened here."
_NO_PICTURE = "Files of this kind are drawn by RingCentral only; there is no picture of their pages here."


def page_count(path: Path, media_type: str) -> int:
    """How many pages a PDF or a picture has. Raises UserError when it cannot be opened."""
    with open_drawn(path, media_type) as pages:
        return pages.count


def page_png(path: Path, media_type: str, page: int, width_px: int) -> bytes:
    """Page number page (from 0) as a PNG width_px wide, as high as the paper asks.

    Raises UserError when the file cannot be opened or has no such page.
    """
    width_px = max(1, min(width_px, MAX_WIDTH_PX))
    if media_type == PDF:
        drawn = _pdf_page(path, page, width_px)
    else:
        drawn = _picture_page(path, media_type, page, width_px)
    png = io.BytesIO()
    drawn.save(png, "PNG", compress_level=1)
    return png.getvalue()


@contextmanager
def open_pdf(path: Path | bytes) -> Iterator[Any]:
    """A pypdfium2 document, closed on leaving; pdfium_lock is held meanwhile. Raises UserError."""
    import pypdfium2

    from rcdesk.documents.pdf_pages import pdf_source

    with pdfium_lock:
        try:
            document = pypdfium2.PdfDocument(path if isinstance(path, bytes) else pdf_source(path))
            try:
                yield document
            finally:
                document.close()
        except pypdfium2.PdfiumError as exc:
            raise UserError(_DAMAGED) from exc
        except FileNotFoundError as exc:
            raise UserError(_NOT_THERE) from exc


@contextmanager
def open_drawn(path: Path, media_type: str) -> Iterator[Pages]:
    """The pages of a PDF or a picture as the composer draws them, closed on leaving. Raises UserError."""
    from rcdesk.documents.pages import open_pages

    if media_type != PDF and not media_type.startswith("image/"):
        raise UserError(_NO_PICTURE)
    if not path.exists():
        raise UserError(_NOT_THERE)
    try:
        pages = open_pages(path, media_type)
    except NotDrawnHere as exc:
        raise UserError(_UNKNOWN) from exc
    except UserError as exc:
        raise UserError(_DAMAGED) from exc
    with pages:
        yield pages


def _pdf_page(path: Path, page: int, width_px: int) -> Image:
    with open_pdf(path) as document:
        if not 0 <= page < len(document):
            raise UserError(f"There is no page {page + 1} in this file.")
        found = document[page]
        try:
            scale = width_px / max(1.0, found.get_width())
            scale = min(scale, _MAX_HEIGHT_PX / max(1.0, found.get_height()))
            bitmap = found.render(scale=scale, rev_byteorder=True)
            drawn: Image = bitmap.to_pil().copy()
            bitmap.close()
        finally:
            found.close()
    return drawn


def _picture_page(path: Path, media_type: str, page: int, width_px: int) -> Image:
    with open_drawn(path, media_type) as pages:
        width_mm, height_mm = pages.size_mm(page)
        height_px = max(1, min(round(width_px * height_mm / width_mm), _MAX_HEIGHT_PX))
        return pages.drawn(page, (width_px, height_px))
