"""What a PDF says about its own page: type sizes, line widths, resolution of its pictures, notes and fields.

Asked of PDFium's page objects, inside form objects too, so it is exact where a picture of the page could only
be guessed at. Places are shares of the page as PDFium shows it, before the fax turns or fits it. Invisible
text (under a scan), white lines and what lies off the page do not count. The caller guards PDFium. Runs in
the page worker. Read next: doctor.py, type_size.py (pages without text objects).
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from rcdesk.core.fax.paper import Area

POINTS_PER_INCH = 72
_MAX_OBJECTS = 12_000
_MAX_DEPTH = 8
_SHARES = 100_000
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_INVISIBLE = (3, 7)
_LINK, _POPUP = 2, 16
_HIDDEN = 2 | 32
_WHITE_FROM = 225
_LEAST_LINE_POINTS = 10.0
_LEAST_IMAGE_PX = 48
_MOST_CHARACTERS = 5000
_STAND_IN = re.compile(r"Chrome? .*MM$")
"""PDFium's two fonts for what it does not find; Helvetica, Times and Courier have ones as good as these."""

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Text(Struct, frozen=True):
    """A text object: its place, its size in points, and the letters and digits in it."""

    place: Area
    points: float
    characters: int


class Stroke(Struct, frozen=True):
    """A line or an outline: its width in points; runs says which way: "across", "down" or "both"."""

    place: Area
    points: float
    runs: str


class Scan(Struct, frozen=True):
    """A picture on the page: its dots an inch as placed there, and its share of the page's area."""

    place: Area
    dpi: float
    area: float


class PdfFacts(Struct):
    """What one page holds. small: text up to the size asked for; thin: lines up to the width asked for."""

    small: list[Text] = field(default_factory=list)
    thin: list[Stroke] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    notes: list[Area] = field(default_factory=list)
    text_objects: int = 0
    missing_fonts: tuple[str, ...] = ()
    """Names of fonts that are neither in the file nor here."""

    @property
    def is_scan(self) -> bool:
        """True when pictures cover half of the page."""
        return sum(scan.area for scan in self.scans) >= 0.5


def pdf_facts(page: Any, *, small_points: float, thin_points: float, points_a_unit: float = 1.0) -> PdfFacts:
    """Look through an open pypdfium2 page for text up to small_points and lines up to thin_points.

    points_a_unit: the page's own unit.
    """
    facts = PdfFacts()
    _PageReading(page, facts, small_points, thin_points, points_a_unit).all()
    return facts


def has_letters(page: Any) -> bool:
    """True when an open pypdfium2 page has text, not of spaces only nor white; what has no Unicode counts."""
    import pypdfium2.raw as pdfium

    text_page = pdfium.FPDFText_LoadPage(page.raw)
    if not text_page:
        return False
    try:
        count = min(_MOST_CHARACTERS, pdfium.FPDFText_CountChars(text_page))
        return any(_is_letter(text_page, number) for number in range(count))
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _is_letter(text_page: Any, number: int) -> bool:
    import pypdfium2.raw as pdfium

    if chr(pdfium.FPDFText_GetUnicode(text_page, number) & 0xFFFF).isspace():
        return False
    red, green, blue, alpha = parts = tuple(ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFText_GetFillColor(text_page, number, *map(ctypes.byref, parts)):
        return True
    return not _is_pale(red.value, green.value, blue.value, alpha.value)


def _is_pale(red: int, green: int, blue: int, alpha: int) -> bool:
    return alpha < 20 or 0.299 * red + 0.587 * green + 0.114 * blue >= _WHITE_FROM


class _PageReading:
    """One walk through a page's objects."""

    def __init__(
        self, page: Any, facts: PdfFacts, small_points: float, thin_points: float, unit: float
    ) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium: Any = pdfium
        self._page = page
        self._raw = page.raw
        self._facts = facts
        self._small_points = small_points
        self._thin_points = thin_points
        self._unit = unit
        self._fonts: dict[int, str] = {}
        self._seen = 0
        self._texts: list[tuple[Any, float, Area]] = []
        self._area = max(1.0, page.get_width() * page.get_height())

    def all(self) -> None:
        """Objects, then the characters of small text, then notes and fields."""
        pdfium = self._pdfium
        for n in range(pdfium.FPDFPage_CountObjects(self._raw)):
            self._object(pdfium.FPDFPage_GetObject(self._raw, n), _SAME, 0)
            if self._seen > _MAX_OBJECTS:
                break
        if self._texts:
            self._count_characters()
        self._facts.missing_fonts = tuple(sorted({name for name in self._fonts.values() if name}))
        self._notes()

    def _object(self, found: Any, outer: Matrix, depth: int) -> None:
        self._seen += 1
        pdfium = self._pdfium
        match pdfium.FPDFPageObj_GetType(found):
            case kind if kind == _TEXT:
                self._text(found, outer)
            case kind if kind == _PATH:
                self._path(found, outer)
            case kind if kind == _IMAGE:
                self._image(found, outer)
            case kind if kind == _FORM and depth < _MAX_DEPTH:
                inner = _times(self._matrix(found), outer)
                for n in range(pdfium.FPDFFormObj_CountObjects(found)):
                    self._object(pdfium.FPDFFormObj_GetObject(found, n), inner, depth + 1)
                    if self._seen > _MAX_OBJECTS:
                        return
            case _:
                pass

    def _text(self, found: Any, outer: Matrix) -> None:
        pdfium = self._pdfium
        size = ctypes.c_float()
        if not pdfium.FPDFTextObj_GetFontSize(found, ctypes.byref(size)):
            return
        if pdfium.FPDFTextObj_GetTextRenderMode(found) in _INVISIBLE:
            return
        self._facts.text_objects += 1
        self._font(found)
        _a, _b, c, d, _e, _f = _times(self._matrix(found), outer)
        points = abs(size.value) * math.hypot(c, d) * self._unit
        if not 0.5 < points < self._small_points:
            return
        box = self._bounds(found, outer)
        if box is None or min(box[2] - box[0], box[3] - box[1]) * self._unit > 1.7 * self._small_points:
            return
        if (place := self._place(box)) is not None:
            self._texts.append((found, points, place))

    def _font(self, found: Any) -> None:
        """Note the name of a text's font when PDFium has put one of its own in its place."""
        pdfium = self._pdfium
        font = pdfium.FPDFTextObj_GetFont(found)
        if not font:
            return
        key = ctypes.addressof(font.contents)
        if key not in self._fonts:
            is_there = pdfium.FPDFFont_GetIsEmbedded(font) != 0
            is_there = is_there or not _STAND_IN.match(_name(pdfium.FPDFFont_GetFamilyName, font))
            self._fonts[key] = "" if is_there else _plain_name(_name(pdfium.FPDFFont_GetBaseFontName, font))

    def _count_characters(self) -> None:
        pdfium = self._pdfium
        text_page = pdfium.FPDFText_LoadPage(self._raw)
        if not text_page:
            return
        try:
            for found, points, place in self._texts:
                length = pdfium.FPDFTextObj_GetText(found, text_page, None, 0)
                held = (ctypes.c_ushort * (length // 2 + 1))()
                pdfium.FPDFTextObj_GetText(found, text_page, held, length)
                text = bytes(held)[:length].decode("utf-16-le", errors="ignore")
                characters = sum(character.isalnum() for character in text)
                if characters:
                    self._facts.small.append(Text(place, points, characters))
        finally:
            pdfium.FPDFText_ClosePage(text_page)

    def _path(self, found: Any, outer: Matrix) -> None:
        pdfium = self._pdfium
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if not pdfium.FPDFPath_GetDrawMode(found, ctypes.byref(fill), ctypes.byref(stroke)):
            return
        box = self._bounds(found, outer)
        if box is None:
            return
        width, height = box[2] - box[0], box[3] - box[1]
        if max(width, height) < _LEAST_LINE_POINTS:
            return
        if stroke.value and not self._is_white(found, pdfium.FPDFPageObj_GetStrokeColor):
            a, b, c, d, _e, _f = _times(self._matrix(found), outer)
            line = ctypes.c_float()
            pdfium.FPDFPageObj_GetStrokeWidth(found, ctypes.byref(line))
            points = line.value * math.sqrt(abs(a * d - b * c))
            flat = points + 1.5
            runs = "across" if height <= flat else "down" if width <= flat else "both"
        elif fill.value and not self._is_white(found, pdfium.FPDFPageObj_GetFillColor):
            points, runs = min(width, height), "across" if height < width else "down"
        else:
            return
        points *= self._unit
        if points < self._thin_points and (place := self._place(box)) is not None:
            self._facts.thin.append(Stroke(place, points, runs))

    def _is_white(self, found: Any, colour: Any) -> bool:
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not colour(found, *(ctypes.byref(part) for part in (red, green, blue, alpha))):
            return False
        return _is_pale(red.value, green.value, blue.value, alpha.value)

    def _image(self, found: Any, outer: Matrix) -> None:
        across, down = ctypes.c_uint(), ctypes.c_uint()
        if not self._pdfium.FPDFImageObj_GetImagePixelSize(found, ctypes.byref(across), ctypes.byref(down)):
            return
        a, b, c, d, _e, _f = _times(self._matrix(found), outer)
        wide, high = math.hypot(a, b), math.hypot(c, d)
        box = self._bounds(found, outer)
        if box is None or wide < 1 or high < 1 or (place := self._place(box)) is None:
            return
        if across.value < _LEAST_IMAGE_PX and down.value < _LEAST_IMAGE_PX:
            return
        dpi = min(across.value / wide, down.value / high) * POINTS_PER_INCH / self._unit
        self._facts.scans.append(Scan(place, dpi, min(1.0, place.width * place.height)))

    def _notes(self) -> None:
        pdfium = self._pdfium
        for n in range(min(2000, pdfium.FPDFPage_GetAnnotCount(self._raw))):
            note = pdfium.FPDFPage_GetAnnot(self._raw, n)
            if not note:
                continue
            try:
                rectangle = pdfium.FS_RECTF()
                if (
                    pdfium.FPDFAnnot_GetSubtype(note) in (_LINK, _POPUP)
                    or pdfium.FPDFAnnot_GetFlags(note) & _HIDDEN
                    or not pdfium.FPDFAnnot_GetRect(note, ctypes.byref(rectangle))
                ):
                    continue
                box = (
                    min(rectangle.left, rectangle.right),
                    min(rectangle.bottom, rectangle.top),
                    max(rectangle.left, rectangle.right),
                    max(rectangle.bottom, rectangle.top),
                )
                if (place := self._place(box)) is not None:
                    self._facts.notes.append(place)
            finally:
                pdfium.FPDFPage_CloseAnnot(note)

    def _matrix(self, found: Any) -> Matrix:
        matrix = self._pdfium.FS_MATRIX()
        if not self._pdfium.FPDFPageObj_GetMatrix(found, ctypes.byref(matrix)):
            return _SAME
        return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f

    def _bounds(self, found: Any, outer: Matrix) -> tuple[float, float, float, float] | None:
        sides = tuple(ctypes.c_float() for _ in range(4))
        if not self._pdfium.FPDFPageObj_GetBounds(found, *(ctypes.byref(side) for side in sides)):
            return None
        left, bottom, right, top = (side.value for side in sides)
        if outer == _SAME:
            return left, bottom, right, top
        a, b, c, d, e, f = outer
        corners = [(x * a + y * c + e, x * b + y * d + f) for x in (left, right) for y in (bottom, top)]
        xs, ys = [x for x, _y in corners], [y for _x, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    def _place(self, box: tuple[float, float, float, float]) -> Area | None:
        """The box in points as a place on the shown page, None when it lies off it."""
        corners = []
        for x, y in ((box[0], box[1]), (box[2], box[3])):
            across, down = ctypes.c_int(), ctypes.c_int()
            self._pdfium.FPDF_PageToDevice(
                self._raw, 0, 0, _SHARES, _SHARES, 0, x, y, ctypes.byref(across), ctypes.byref(down)
            )
            corners.append((across.value / _SHARES, down.value / _SHARES))
        (x0, y0), (x1, y1) = corners
        left, right = max(0.0, min(x0, x1)), min(1.0, max(x0, x1))
        top, bottom = max(0.0, min(y0, y1)), min(1.0, max(y0, y1))
        if left > right or top > bottom:
            return None
        return Area(x=left, y=top, width=right - left, height=bottom - top)


def _name(asked: Any, font: Any) -> str:
    length = asked(font, None, 0)
    if length < 1:
        return ""
    held = ctypes.create_string_buffer(length)
    asked(font, held, length)
    return held.value.decode("utf-8", "replace")


def _plain_name(base: str) -> str:
    """A font's name as people know it: without the tag of a part of it."""
    name = "".join(character for character in base.split("+", 1)[-1] if character.isprintable())[:40]
    return name or "of some text"


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    """First inner, then outer."""
    a, b, c, d, e, f = inner
    m, n, o, p, q, r = outer
    return a * m + b * o, a * n + b * p, c * m + d * o, c * n + d * p, e * m + f * o + q, e * n + f * p + r


def readable_runs(texts: list[Text]) -> Iterator[tuple[Area, float, int]]:
    """Small text put together to runs on one line: place, smallest points, letters and digits."""
    run: list[Text] = []
    for text in texts:
        if run and not _follows(run[-1], text):
            yield _joined(run)
            run = []
        run.append(text)
    if run:
        yield _joined(run)


def _follows(before: Text, text: Text) -> bool:
    one, other = before.place, text.place
    high = max(one.height, other.height, 1e-4)
    on_line = abs((one.y + one.height / 2) - (other.y + other.height / 2)) < high
    # a share of the width is about 0.77 of one of the height on a portrait page: near enough for a gap
    return on_line and -high <= other.x - (one.x + one.width) < 2 * high


def _joined(run: list[Text]) -> tuple[Area, float, int]:
    x, y = min(t.place.x for t in run), min(t.place.y for t in run)
    right = max(t.place.x + t.place.width for t in run)
    bottom = max(t.place.y + t.place.height for t in run)
    place = Area(x=x, y=y, width=right - x, height=bottom - y)
    return place, min(t.points for t in run), sum(t.characters for t in run)
