"""Plain text laid out on letter paper: 60 lines of 84 characters in one readable font that comes along.

UTF-8 and UTF-16 by their marks, else UTF-8 when it is that, else Western European. Long lines are wrapped at
words, a form feed begins a page. The number of pages is counted without drawing. Runs in the renderer.
Read next: pages.py.
"""

from __future__ import annotations

import codecs
import functools
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import Area
from rcdesk.core.regular_file import open_regular, reading
from rcdesk.documents.pages import WHOLE, Pages

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

LINES_PER_PAGE = 60
COLUMNS = 84
MAX_TEXT_BYTES = 8_000_000
"""More than three thousand pages of text: no fax is that long."""
MAX_FORM_FEEDS = 3000
_TOO_LONG = "This text has thousands of pages: more than a fax can hold. Send a part of it."
SIZE_MM = (215.9, 279.4)
_FONT = Path(__file__).parent / "fonts" / "DejaVuSansMono.ttf"
_DRAWN_DPI = 408
_SHEET_PX = (8 * _DRAWN_DPI + _DRAWN_DPI // 2, 11 * _DRAWN_DPI)
_CELL_PX = (36, 68)
_FONT_PX = 59.8
_LEFT_PX = (_SHEET_PX[0] - COLUMNS * _CELL_PX[0]) // 2
_TOP_PX = (_SHEET_PX[1] - LINES_PER_PAGE * _CELL_PX[1]) // 2
_TAB = 8
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TextPages(Pages):
    """A text laid out; see Pages."""

    def __init__(self, path: Path) -> None:
        text = read_text(path)
        if text.count("\f") > MAX_FORM_FEEDS:
            raise UserError(_TOO_LONG)
        self._lines = laid_out(text)
        self._starts = page_starts(self._lines)

    @property
    def count(self) -> int:
        return len(self._starts) - 1

    def size_mm(self, page: int) -> tuple[float, float]:
        self.check(page)
        return SIZE_MM

    def lines(self, page: int) -> tuple[str, ...]:
        self.check(page)
        first, end = self._starts[page], self._starts[page + 1]
        return tuple(line for line in self._lines[first:end] if line != "\f")

    def drawn(self, page: int, size_px: tuple[int, int], turn: int = 0, crop: Area = WHOLE) -> Image:
        from PIL import Image, ImageDraw

        sheet = Image.new("L", _SHEET_PX, 255)
        pen = ImageDraw.Draw(sheet)
        for row, line in enumerate(self.lines(page)):
            if line.strip():
                place = (_LEFT_PX, _TOP_PX + row * _CELL_PX[1])
                pen.text(place, line, fill=0, font=_font(_needs_shaping(line)))
        if turn % 360:
            sheet = sheet.rotate(-turn, expand=True)
        width, height = sheet.size
        box = (
            crop.x * width,
            crop.y * height,
            min(width, (crop.x + crop.width) * width),
            min(height, (crop.y + crop.height) * height),
        )
        return sheet.resize(size_px, Image.Resampling.BOX, box=box)

    def undrawn_letters(self, page: int) -> int:
        text = "".join(self.lines(page))
        missing = missing_letters(text)
        return sum(1 for letter in text if letter in missing) if missing else 0

    def close(self) -> None:
        self._lines = []


def read_text(path: Path) -> str:
    """A text file decoded by what is in it. Raises UserError when it is too long or cannot be read."""
    with reading(), open_regular(path) as file:
        raw = file.read(MAX_TEXT_BYTES + 1)
    if len(raw) > MAX_TEXT_BYTES:
        raise UserError(_TOO_LONG)
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def laid_out(text: str) -> list[str]:
    """The lines as they stand on the pages; a line of its own that is "\\f" ends a page."""
    lines: list[str] = []
    blocks = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    for number, block in enumerate(blocks):
        if number:
            lines.append("\f")
        rows = block.split("\n")
        if rows and rows[-1] == "" and (number < len(blocks) - 1 or len(rows) > 1):
            rows.pop()
        for row in rows:
            lines.extend(_wrapped(row))
    return lines


def page_starts(lines: list[str]) -> list[int]:
    """At which line each page begins, and the end of the last; one page at least."""
    starts = [0]
    on_page = 0
    for number, line in enumerate(lines):
        if line == "\f":
            starts.append(number + 1)
            on_page = 0
            continue
        if on_page == LINES_PER_PAGE:
            starts.append(number)
            on_page = 0
        on_page += 1
    if len(starts) > 1 and starts[-1] == len(lines):
        starts.pop()
    return [*starts, len(lines)]


def _wrapped(row: str) -> list[str]:
    if not row.isprintable():
        row = "".join(c for c in row.expandtabs(_TAB) if c.isprintable() or unicodedata.category(c) == "Cf")
    if row.isascii() and len(row) <= COLUMNS:
        return [row]
    wrapped = []
    start = 0
    while start < len(row):
        end = start + _cells_end(row[start : start + COLUMNS * 8])
        if end < len(row):
            space = row.rfind(" ", start + 1, end + 1)
            if space > start + COLUMNS // 3:
                end = space
        wrapped.append(row[start:end].rstrip())
        start = end + (end < len(row) and row[end] == " ")
    return wrapped or [""]


def _cells_end(row: str) -> int:
    """How many of these characters fill one line; wide ones take two places, marks on letters none."""
    if row.isascii() or len(row) * 2 <= COLUMNS:
        return min(len(row), COLUMNS)
    cells = 0
    for position, character in enumerate(row):
        if unicodedata.combining(character):
            continue
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if cells > COLUMNS:
            return max(1, position)
    return len(row)


def _needs_shaping(line: str) -> bool:
    """True for scripts written from the right or with joined letters."""
    return not line.isascii() and any(0x0590 <= ord(c) <= 0x109F for c in line)


@functools.cache
def _font(is_shaped: bool) -> FreeTypeFont:
    from PIL import ImageFont, features

    can_shape = is_shaped and bool(features.check("raqm"))
    how = ImageFont.Layout.RAQM if can_shape else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(_FONT), _FONT_PX, layout_engine=how)


def missing_letters(text: str) -> frozenset[str]:
    """The characters of a text the font has no picture for: they arrive as empty boxes."""
    font = _font(False)
    nothing = bytes(font.getmask("\U0010fffd"))
    seen = {c for c in text if not c.isascii() and not unicodedata.category(c).startswith(("Z", "C", "M"))}
    return frozenset(c for c in seen if bytes(font.getmask(c)) == nothing)
