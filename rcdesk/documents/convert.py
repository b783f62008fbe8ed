"""Fax pages from one kind of file to another: PDF to TIFF and back, for saving and printing; and proof packs.

TIFF pages keep their pixels and their resolution inside a PDF; PDF pages become what a fax machine prints:
1 bit, 204x196 dots an inch, group 4. One page at a time is in memory, however many there are. Disk lane.
Read next: page_image.py, services/fax/proof.py.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.regular_file import open_regular
from rcdesk.documents.fresh_file import fresh_file
from rcdesk.documents.inspect import pdfium_lock
from rcdesk.documents.kinds import PDF
from rcdesk.documents.page_image import open_drawn, open_pdf

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.TiffImagePlugin import AppendingTiffWriter

    from rcdesk.documents.pages import Pages

Kind = Literal["pdf", "tiff"]

FAX_WIDTH_PX = 1728
FAX_DPI = (204.0, 196.0)
_MAX_FAX_HEIGHT_PX = 20_000
_WHITE_FROM = 128


def save_as(
    source: Path, media_type: str, target: Path, kind: Kind, token: CancelToken | None = None
) -> None:
    """Write the pages of source (a PDF or a picture) to target as kind; the same kind is copied as it is.

    Raises UserError when source cannot be read, StoreUnavailable when target cannot be written, Cancelled
    between pages. target is complete or untouched.
    """
    token = token or CancelToken()
    with fresh_file(target) as unfinished:
        match media_type, kind:
            case ("application/pdf", "pdf") | ("image/tiff", "tiff"):
                _copy(source, unfinished)
            case _, "pdf":
                with _new_pdf(unfinished) as document:
                    _append_pages(document, source, media_type, token)
            case _:
                _to_tiff(source, media_type, unfinished, token)


def bind(
    report_pdf: bytes, pages: Path | None, media_type: str, target: Path, token: CancelToken | None = None
) -> None:
    """Write a proof pack: report_pdf followed by pages (a PDF or a picture of media_type), which may be None.

    Raises as save_as(); target is complete or untouched.
    """
    with fresh_file(target) as unfinished, _new_pdf(unfinished) as document:
        with open_pdf(report_pdf) as report:
            document.import_pages(report)
        if pages is not None:
            _append_pages(document, pages, media_type, token or CancelToken())


def _one_page_pdf(pages: Pages, page: int) -> bytes:
    """A page of a picture as a PDF in its own size on paper, dot for dot; 1-bit pages stay group 4."""
    dpi = pages.scan_dpi(page) or FAX_DPI
    picture = pages.grey(page, *dpi)
    drawn = io.BytesIO()
    (_one_bit(picture) if pages.is_one_bit(page) else picture).save(drawn, "PDF", dpi=dpi, title="")
    return drawn.getvalue()


def _append_pages(document: Any, source: Path, media_type: str, token: CancelToken) -> None:
    """Takes pdfium_lock by itself, page by page. Raises UserError when source cannot be read."""
    if media_type == PDF:
        token.check()
        with open_pdf(source) as pages:
            document.import_pages(pages)
        return
    with open_drawn(source, media_type) as pages:
        for page in range(pages.count):
            token.check()
            with open_pdf(_one_page_pdf(pages, page)) as single:
                document.import_pages(single)


def _save_pdf(document: Any, target: Path) -> None:
    """Raises OSError when target cannot be written.

    PDFium calls back for each piece and cannot carry an exception, so it is kept and raised afterwards.
    """
    problem: OSError | None = None
    with target.open("wb") as file, pdfium_lock:

        class Pieces:
            def write(self, piece: bytes) -> int:
                nonlocal problem
                if problem is None:
                    try:
                        return file.write(piece)
                    except OSError as exc:
                        problem = exc
                return 0

        document.save(Pieces())
        if problem is not None:
            raise problem
        file.flush()


@contextmanager
def _new_pdf(target: Path) -> Iterator[Any]:
    """A pypdfium2 document to add pages to, which is written to target when nothing was raised."""
    import pypdfium2

    with pdfium_lock:
        document = pypdfium2.PdfDocument.new()
    try:
        yield document
        _save_pdf(document, target)
    finally:
        with pdfium_lock:
            document.close()


def _to_tiff(source: Path, media_type: str, target: Path, token: CancelToken) -> None:
    with tiff_writer(target) as tiff:
        for page in _fax_pages(source, media_type):
            token.check()
            page.save(tiff, "TIFF", compression="group4", dpi=FAX_DPI)
            tiff.newFrame()


@contextmanager
def tiff_writer(target: Path) -> Iterator[AppendingTiffWriter]:
    """Pillow's writer of TIFFs page by page: save() a page to it, then newFrame()."""
    from PIL.TiffImagePlugin import AppendingTiffWriter

    writer = AppendingTiffWriter(str(target), new=True)
    writer.name = "pages.tiff"  # libtiff is told the name, and takes text only
    try:
        with writer:
            yield writer
    finally:
        # Pillow closes its file and not itself: the collector would do that, and find the file closed.
        io.BytesIO.close(writer)


def _fax_pages(source: Path, media_type: str) -> Iterator[Image]:
    """Each page as a machine would print it: white paper, one bit, its height by the other resolution."""
    with open_drawn(source, media_type) as pages:
        for page in range(pages.count):
            width_mm, height_mm = pages.size_mm(page)
            height_px = round(FAX_WIDTH_PX * height_mm / width_mm * FAX_DPI[1] / FAX_DPI[0])
            yield _one_bit(pages.drawn(page, (FAX_WIDTH_PX, max(1, min(height_px, _MAX_FAX_HEIGHT_PX)))))


def _one_bit(page: Image) -> Image:
    table = [0] * _WHITE_FROM + [255] * (256 - _WHITE_FROM)
    return page.convert("L").point(table, "1")


def _copy(source: Path, target: Path) -> None:
    try:
        opened = open_regular(source)
    except OSError as exc:
        raise UserError(f"The pages cannot be read ({exc.strerror}). Nothing was saved.") from exc
    with opened, target.open("wb") as written:
        shutil.copyfileobj(opened, written, 1024 * 1024)
