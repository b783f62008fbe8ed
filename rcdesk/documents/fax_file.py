"""Fax pages written as one file: TIFF (class F style, group 4) or PDF with group 4 pictures.

Pages come one at a time and leave memory as soon as they are coded; the file is whole or not there. Black is
coded as black runs (photometric "white is zero"), one strip a page, with the resolution a fax machine has, so
every decoder gives back the very dots. Runs in the renderer. Read next: raster.py.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import DPI_X, FaxFileFacts, lines_per_inch
from rcdesk.documents.fresh_file import fresh_file
from rcdesk.documents.kinds import PDF, TIFF

if TYPE_CHECKING:
    from PIL.Image import Image

_STRIP_OFFSETS, _STRIP_BYTE_COUNTS = 273, 279
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_POINTS_PER_INCH = 72.0


class CodedPage(Struct, frozen=True, kw_only=True):
    """One fax page in group 4 coding (ITU-T T.6): black runs are black."""

    width: int
    height: int
    data: bytes

    @property
    def seconds(self) -> float:
        """Estimated seconds on the line."""
        return page_seconds(len(self.data))


def coded(page: Image) -> CodedPage:
    """Code a "1" picture (0 is black). One strip, most significant bit first."""
    from PIL import ImageChops

    written = io.BytesIO()
    # T.6 codes set bits as black; Pillow hands its own bits over as they are, in which black is 0.
    strip_bytes = -(-page.width // 8) * page.height
    ImageChops.invert(page).save(written, "TIFF", compression="group4", strip_size=strip_bytes)
    return CodedPage(width=page.width, height=page.height, data=_only_strip(written.getvalue()))


def write_tiff(pages: Iterable[Image], target: Path, resolution: Resolution) -> FaxFileFacts:
    """Write fax pages as one TIFF. Raises UserError without pages, StoreUnavailable, what pages raises."""
    return _write(pages, target, resolution, TIFF, _tiff)


def write_pdf(pages: Iterable[Image], target: Path, resolution: Resolution) -> FaxFileFacts:
    """Write fax pages as one PDF of group 4 pictures, each page as large as its dots. Raises alike."""
    return _write(pages, target, resolution, PDF, _pdf)


class _Sheaf:
    """A file that is written front to back and hashed on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.position = 0

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._digest.update(piece)
        self.position += len(piece)

    @property
    def sha256(self) -> str:
        """Of everything written so far, hexadecimal."""
        return self._digest.hexdigest()


def _write(
    pages: Iterable[Image],
    target: Path,
    resolution: Resolution,
    media_type: str,
    how: Callable[[_Sheaf, Iterable[CodedPage], int], None],
) -> FaxFileFacts:
    seconds: list[float] = []

    def each() -> Iterable[CodedPage]:
        for page in pages:
            page_coded = coded(page)
            seconds.append(page_coded.seconds)
            yield page_coded

    with fresh_file(target) as unfinished:
        with unfinished.open("wb") as file:
            sheaf = _Sheaf(file)
            how(sheaf, each(), lines_per_inch(resolution))
            if not seconds:
                raise UserError("No page is left to be sent. Keep one page at least.")
    return FaxFileFacts(
        path=target,
        media_type=media_type,
        size_bytes=sheaf.position,
        page_s=tuple(seconds),
        sha256=sheaf.sha256,
    )


def _tiff(sheaf: _Sheaf, pages: Iterable[CodedPage], lines: int) -> None:
    """Each page is its directory, its two fractions and its strip; the last directory names no next one."""
    sheaf.write(b"II*\x00" + struct.pack("<I", 8))
    waiting: CodedPage | None = None
    number = 0
    for page in pages:
        if waiting is not None:
            sheaf.write(_tiff_page(waiting, sheaf.position, number, lines, is_last=False))
            number += 1
        waiting = page
    if waiting is not None:
        sheaf.write(_tiff_page(waiting, sheaf.position, number, lines, is_last=True))


def _tiff_page(page: CodedPage, position: int, number: int, lines: int, *, is_last: bool) -> bytes:
    entries = 16
    directory_bytes = 2 + entries * 12 + 4
    fractions = position + directory_bytes
    strip = fractions + 16
    padding = len(page.data) % 2
    following = 0 if is_last else strip + len(page.data) + padding
    fields = (
        (254, _LONG, 2),  # NewSubfileType: a page of many
        (256, _LONG, page.width),
        (257, _LONG, page.height),
        (258, _SHORT, 1),
        (259, _SHORT, 4),  # Compression: T.6
        (262, _SHORT, 0),  # PhotometricInterpretation: white is zero
        (266, _SHORT, 1),  # FillOrder: most significant bit first
        (_STRIP_OFFSETS, _LONG, strip),
        (274, _SHORT, 1),
        (277, _SHORT, 1),
        (278, _LONG, page.height),
        (_STRIP_BYTE_COUNTS, _LONG, len(page.data)),
        (282, _RATIONAL, fractions),
        (283, _RATIONAL, fractions + 8),
        (293, _LONG, 0),  # T6Options
        (296, _SHORT, 2),  # ResolutionUnit: inch
    )
    parts = [struct.pack("<H", len(fields))]
    for tag, kind, value in fields:
        parts.append(struct.pack("<HHII", tag, kind, 1, value))
    parts.append(struct.pack("<I", following))
    parts.append(struct.pack("<IIII", DPI_X, 1, lines, 1))
    parts.append(page.data + b"\x00" * padding)
    return b"".join(parts)


def _pdf(sheaf: _Sheaf, pages: Iterable[CodedPage], lines: int) -> None:
    """Objects 1 and 2 are the catalogue and the list of pages; a page has three: itself, drawing, picture."""
    places: dict[int, int] = {}

    def put(number: int, body: bytes) -> None:
        places[number] = sheaf.position
        sheaf.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")

    sheaf.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    kids: list[int] = []
    for page in pages:
        own = 3 + 3 * len(kids)
        kids.append(own)
        for number, body in _pdf_page(page, own, lines):
            put(number, body)
    put(1, b"<< /Type /Catalog /Pages 2 0 R >>")
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    put(2, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), listed))
    start = sheaf.position
    rows = b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    sheaf.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + rows)
    sheaf.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(places) + 1))
    sheaf.write(b"startxref\n%d\n%%%%EOF\n" % start)


def _pdf_page(page: CodedPage, own: int, lines: int) -> tuple[tuple[int, bytes], ...]:
    width = page.width / DPI_X * _POINTS_PER_INCH
    height = page.height / lines * _POINTS_PER_INCH
    box = b"%.5f %.5f" % (width, height)
    drawing = b"q %.5f 0 0 %.5f 0 0 cm /Im0 Do Q" % (width, height)
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 "
        b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns %d /Rows %d >> /Length %d >>\nstream\n"
        % (page.width, page.height, page.width, page.height, len(page.data))
    )
    return (
        (
            own,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s] /Contents %d 0 R "
            b"/Resources << /XObject << /Im0 %d 0 R >> >> >>" % (box, own + 1, own + 2),
        ),
        (own + 1, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing)),
        (own + 2, picture + page.data + b"\nendstream"),
    )


def _only_strip(tiff: bytes) -> bytes:
    """The one strip of a little-endian TIFF that Pillow has written."""
    (directory,) = struct.unpack_from("<I", tiff, 4)
    (entries,) = struct.unpack_from("<H", tiff, directory)
    found: dict[int, int] = {}
    for number in range(entries):
        tag, _kind, count, value = struct.unpack_from("<HHII", tiff, directory + 2 + 12 * number)
        if tag in (_STRIP_OFFSETS, _STRIP_BYTE_COUNTS):
            if count != 1:
                raise AssertionError("the page was not coded as one strip")
            found[tag] = value
    start = found[_STRIP_OFFSETS]
    return tiff[start : start + found[_STRIP_BYTE_COUNTS]]


LINE_BITS_PER_S = 9600.0
PAGE_OVERHEAD_S = 5.0
"""End of page, confirmation and turn-round between two pages."""


def page_seconds(coded_bytes: int) -> float:
    """Seconds on the line for a page whose group 4 coding has so many bytes."""
    return PAGE_OVERHEAD_S + max(0, coded_bytes) * 8 / LINE_BITS_PER_S
