"""The pages of a PDF, by PDFium: forms and annotations are drawn as they would be printed.

PDFium is not safe on two threads and can be brought down by a hostile file: pdfium_lock guards it, and the
renderer around it is a process of its own. Read next: pages.py.
"""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import DPI_X, FAX_WIDTH, MM_PER_INCH, Area, PasswordNeeded
from rcdesk.core.file_name import readable
from rcdesk.core.regular_file import reading
from rcdesk.documents.inspect import pdfium_lock
from rcdesk.documents.pages import MAX_DRAWN_PX, WHOLE, NotShown, Pages, sane_mm
from rcdesk.documents.pdf_marks import PdfMarks

if TYPE_CHECKING:
    from PIL.Image import Image

POINTS_PER_INCH = 72.0
_WHITE = (255, 255, 255, 255)
_ALMOST = 0.02

_Picture = tuple[tuple[int, int], tuple[float, float], int]
"""Dots across and down, points across and down, bits a dot."""


class PdfPages(Pages):
    """An open PDF; see Pages."""

    def __init__(self, path: Path, password: str | None = None) -> None:
        with pdfium_lock:
            self._document = _opened(path, password)
            try:
                _prepare_forms(self._document)
                self._count = len(self._document)
            except BaseException:
                self._document.close()
                raise
            if self._count == 0:
                self._document.close()
                raise UserError("This PDF has no pages. Choose another.")
        self._held: tuple[int, Any] | None = None
        self._sizes: dict[int, tuple[float, float]] = {}
        self._pictures: dict[int, _Picture | None] = {}
        self._marks = PdfMarks(path, password)

    @property
    def count(self) -> int:
        return self._count

    def size_mm(self, page: int) -> tuple[float, float]:
        if page not in self._sizes:
            with self.pdf_page(page) as found:
                width_pt, height_pt = found.get_size()
            points_mm = MM_PER_INCH / POINTS_PER_INCH * self.points_a_unit(page)
            self._sizes[page] = sane_mm(width_pt * points_mm, height_pt * points_mm)
        return self._sizes[page]

    def drawn(self, page: int, size_px: tuple[int, int], turn: int = 0, crop: Area = WHOLE) -> Image:
        import pypdfium2
        import pypdfium2.raw as pdfium

        width, height = size_px
        full_width, full_height = _whole_size(size_px, crop)
        left, top = -round(crop.x * full_width), -round(crop.y * full_height)
        flags = ctypes.c_int(pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE | pdfium.FPDF_PRINTING).value
        with self.pdf_page(page) as found:
            bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_Gray)
            try:
                bitmap.fill_rect(_WHITE, 0, 0, width, height)
                where = (bitmap, found, left, top, full_width, full_height, turn // 90 % 4, flags)
                pdfium.FPDF_RenderPageBitmap(*where)
                if self._document.formenv:
                    pdfium.FPDF_FFLDraw(self._document.formenv, *where)
                picture: Image = bitmap.to_pil().copy()
            finally:
                bitmap.close()
        return picture

    def scan_dpi(self, page: int) -> tuple[float, float] | None:
        found = self._only_picture(page)
        if found is None:
            return None
        unit = self.points_a_unit(page)
        (width_px, height_px), (width, height), _ = found
        width_pt, height_pt = width * unit, height * unit
        return width_px / width_pt * POINTS_PER_INCH, height_px / height_pt * POINTS_PER_INCH

    def fax_lines_per_inch(self, page: int) -> int | None:
        found = self._only_picture(page)
        if found is None:
            return None
        (width_px, _), _, bits = found
        dpi = self.scan_dpi(page)
        return None if bits != 1 or width_px != FAX_WIDTH or dpi is None else nominal_lines(*dpi)

    def is_one_bit(self, page: int) -> bool:
        found = self._only_picture(page)
        return found is not None and found[2] == 1

    def points_a_unit(self, page: int) -> float:
        return self._marks.unit(page)

    def not_shown(self) -> NotShown | None:
        import pypdfium2.raw as pdfium

        with pdfium_lock:
            packets = pdfium.FPDF_GetXFAPacketCount(self._document)
            is_only_a_form = pdfium.FPDF_GetFormType(self._document) == pdfium.FORMTYPE_XFA_FULL
            has_files = pdfium.FPDFDoc_GetAttachmentCount(self._document) > 0
        if packets > 0 and (is_only_a_form or self._asks_to_wait()):
            return NotShown.FORM
        return NotShown.FILES_INSIDE if has_files and self._marks.is_portfolio else None

    def _asks_to_wait(self) -> bool:
        """True for the one page such a form has for programs that cannot show it, in any language.

        It names Adobe's program; a form that is drawn has its fields on the page.
        """
        import pypdfium2.raw as pdfium

        if self._count != 1:
            return False
        with self.pdf_page(0) as page:
            has_fields = pdfium.FPDFPage_GetAnnotCount(page.raw) > 0
            text = page.get_textpage()
            try:
                said = text.get_text_range()
            finally:
                text.close()
        return "Please wait" in said or ("Adobe" in said and not has_fields)

    @contextmanager
    def pdf_page(self, page: int) -> Iterator[Any]:
        import pypdfium2

        self.check(page)
        with pdfium_lock:
            try:
                if self._held is None or self._held[0] != page:
                    self._let_go()
                    self._held = (page, self._document[page])
                yield self._held[1]
            except (pypdfium2.PdfiumError, ctypes.ArgumentError, MemoryError) as exc:
                raise UserError(
                    f"Page {page + 1} of this PDF is damaged and cannot be drawn. "
                    "Remove the page or choose another file."
                ) from exc

    def close(self) -> None:
        with pdfium_lock:
            self._let_go()
            self._document.close()

    def _let_go(self) -> None:
        """Close the page that is held; one at a time is."""
        if self._held is not None:
            held, self._held = self._held, None
            held[1].close()

    def _only_picture(self, page: int) -> _Picture | None:
        """Dots, points and bits a dot of the one picture that is the whole page; None when there is more."""
        if page not in self._pictures:
            with self.pdf_page(page) as found:
                self._pictures[page] = _picture_of(found)
        return self._pictures[page]


def count_pdf_pages(path: Path, password: str | None = None) -> int:
    """How many pages a PDF has. Raises PasswordNeeded, UserError.

    Straight by PDFium: of a count that takes 0.1 ms the objects around a document are a fifth.
    """
    import pypdfium2.raw as pdfium

    with pdfium_lock:
        pages = 0
        if os.path.isfile(path):
            secret = None if password is None else f"{password}\0".encode()
            raw = pdfium.FPDF_LoadDocument(os.fsencode(path) + b"\0", secret)
            if raw:
                pages = pdfium.FPDF_GetPageCount(raw)
                pdfium.FPDF_CloseDocument(raw)
        if pages < 1:
            # What is wrong is said here; a file that PDFium opens but finds empty is no document either.
            _opened(path, password).close()
            raise UserError("This PDF has no pages. Choose another.")
    return pages


def _picture_of(found: Any) -> _Picture | None:
    import pypdfium2.raw as pdfium

    if pdfium.FPDFPage_CountObjects(found) != 1 or pdfium.FPDFPage_GetAnnotCount(found) > 0:
        return None
    thing = pdfium.FPDFPage_GetObject(found, 0)
    if pdfium.FPDFPageObj_GetType(thing) != pdfium.FPDF_PAGEOBJ_IMAGE:
        return None
    facts = pdfium.FPDF_IMAGEOBJ_METADATA()
    if not pdfium.FPDFImageObj_GetImageMetadata(thing, found, facts):
        return None
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return None
    covered = abs(right.value - left.value), abs(top.value - bottom.value)
    box = found.get_size()
    if found.get_rotation() % 180:
        return None
    if facts.width < 1 or facts.height < 1 or not all(math.isfinite(c) and c > 1 for c in covered):
        return None
    if any(abs(part / max(1.0, whole) - 1) > _ALMOST for part, whole in zip(covered, box, strict=True)):
        return None
    return (facts.width, facts.height), covered, facts.bits_per_pixel


def nominal_lines(across: float, down: float) -> int | None:
    """98, 196 or 391 when these dots an inch are a fax machine's (204x196, 203x98, 200x200), else None."""
    if abs(across - DPI_X) > 7:
        return None
    return next((lines for lines in (98, 196, 391) if abs(down / lines - 1) <= 0.08), None)


def _whole_size(size_px: tuple[int, int], crop: Area) -> tuple[int, int]:
    """How large the whole page is when the cropped part has size_px."""
    most = MAX_DRAWN_PX * 4
    return (
        max(1, min(round(size_px[0] / max(crop.width, 1e-3)), most)),
        max(1, min(round(size_px[1] / max(crop.height, 1e-3)), most)),
    )


def pdf_source(path: Path) -> Path | bytes:
    """What pypdfium2 is to open: it takes names that are text only, so others are read for it."""
    return path if str(path).isascii() or readable(str(path)) == str(path) else path.read_bytes()


def _opened(path: Path, password: str | None) -> Any:
    import pypdfium2

    try:
        with reading():
            return pypdfium2.PdfDocument(pdf_source(path), password=password)
    except pypdfium2.PdfiumError as exc:
        if "password" in str(exc).lower():
            if password:
                raise PasswordNeeded("This is not the PDF's password. Try again.", was_wrong=True) from exc
            raise PasswordNeeded(
                "This PDF is protected with a password. Enter it to see and fax its pages."
            ) from exc
        raise UserError("This PDF is damaged and cannot be opened. Choose another.") from exc


def _prepare_forms(document: Any) -> None:
    """Make form fields drawable; a form PDFium cannot handle is drawn without its fields."""
    import warnings

    import pypdfium2

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document.init_forms()
    except pypdfium2.PdfiumError:
        return
