"""Fax pages as pictures: how many a file has, and one page drawn at the width somebody wants.

A fax pixel is not square (204x196 or 204x98 dots an inch): pictures here have the shape of the paper. One
page is in memory at a time. PDFium is guarded by pdfium_lock, page by page. Disk lane. Read next: convert.py.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rcdesk.core.errors import UserError
from rcdesk.documents.inspect import BROKEN_PICTURE, pdfium_lock
from rcdesk.documents.kinds import PDF

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_WIDTH_PX = 8000
_USUAL_DPI = (204.0, 196.0)
_MAX_HEIGHT_PX = 4 * MAX_WIDTH_PX
_NOT_THERE = "The pages are not there any more. Fetch or add them again."
_DAMAGED = "The pages are damaged and cannot be opened. Fetch or add them again."
_NO_PICTURE = "Files of this kind are drawn by RingCentral only; there is no picture of their pages here."


def page_count(path: Path, media_type: str) -> int:
    """How many pages a PDF or a picture has. Raises UserError when it cannot be opened."""
    if media_type == PDF:
        with open_pdf(path) as document:
            return len(document)
    with open_picture(path, media_type) as picture:
        return frame_count(picture)


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
def open_picture(path: Path, media_type: str) -> Iterator[Image]:
    """A Pillow image of one or many frames, closed on leaving. Raises UserError, also for a broken frame."""
    from PIL import Image

    if not media_type.startswith("image/"):
        raise UserError(_NO_PICTURE)
    with _as_damage():
        try:
            opened = Image.open(path)
        except FileNotFoundError as exc:
            raise UserError(_NOT_THERE) from exc
    with opened:
        yield opened


def frame_count(picture: Image) -> int:
    """How many frames it has. Raises UserError when they cannot be counted."""
    with _as_damage():
        return int(getattr(picture, "n_frames", 1))


def frames(picture: Image) -> Iterator[Image]:
    """The frames one after another, each valid until the next is asked for. Raises UserError when broken."""
    for page in range(frame_count(picture)):
        yield frame(picture, page)


def frame(picture: Image, page: int) -> Image:
    """The picture at frame number page (from 0), its pixels loaded. Raises UserError when there is none."""
    with _as_damage():
        try:
            picture.seek(page)
        except EOFError as exc:
            raise UserError(f"There is no page {page + 1} in this file.") from exc
        picture.load()
    return picture


@contextmanager
def _as_damage() -> Iterator[None]:
    """Pillow's many ways to say that a file is broken, as one sentence; its warnings say the same again."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (Image.DecompressionBombError, *BROKEN_PICTURE) as exc:
        raise UserError(_DAMAGED) from exc


def dpi_of(picture: Image) -> tuple[float, float]:
    """Dots an inch across and down; a picture of fax width that says none is a Fine fax page."""
    try:
        across, down = (float(value) for value in picture.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        across = down = 0.0
    if across >= 1 and down >= 1:
        return across, down
    return _USUAL_DPI if picture.width == 1728 else (max(1.0, picture.width / 8.5),) * 2


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
    from PIL import Image

    with open_picture(path, media_type) as picture:
        found = frame(picture, page)
        across, down = dpi_of(found)
        height_px = round(width_px * (found.height / down) / (found.width / across))
        mode = "L" if found.mode in ("1", "L") else "RGB"
        return found.convert(mode).resize(
            (width_px, max(1, min(height_px, _MAX_HEIGHT_PX))), Image.Resampling.BOX
        )
