"""How large the print on a page picture is, by the heights of its lines, where no text can be asked.

The page is cut in strips a quarter of an inch wide; what carries ink in a strip without a gap is a piece of a
line of text. Pieces side by side are one line. A line with descenders is 0.92 of its type size high, one of
capitals or digits 0.70 (measured over the common typefaces). Runs in the page worker. Read next:
view.py, pdf.py (which asks the PDF).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from PIL import Image

from rcdesk.core.fax.paper import DPI_X, Area
from rcdesk.documents.doctor.view import PageView, without

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

POINTS_PER_INCH = 72
_STRIP = 48
"""Dots across a strip."""
_WITH_DESCENDERS = 0.92
_CAPITALS = 0.70
_LEAST_PIECES = 4
_SMALL = 7.4
_SMALL_ALONE = 6.4
_LEAST_ALONE = 6 * _STRIP
_LINES_LIKE_IT = 4
_LEAST_INCHES, _MOST_INCHES = 0.036, 0.4
_PIECE = re.compile(rb"[\x0a-\xff]+")


class _Pieces(Struct):
    """Pieces of one line of text: (column, top, bottom), and the ink low in them over that in the middle."""

    pieces: list[tuple[int, int, int]] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)


class _Line(Struct, frozen=True, kw_only=True):
    """One line of text: its box in dots and lines, and its type size in points."""

    left: float
    top: float
    right: float
    bottom: float
    points: float


def small_print(view: PageView) -> tuple[tuple[Area, float], ...]:
    """Where lines of small type are, and their sizes, in points as printed.

    Text that stands sideways is measured across; text on tints is not measured.
    """
    black = without(view.black, view.around_areas)
    strip = round(_STRIP * view.lines_per_inch / DPI_X)
    upright = list(_text_lines(black, _STRIP, view.lines_per_inch))
    if not _small_of(upright):
        return ()
    sideways = list(_text_lines(black.transpose(Image.Transpose.TRANSPOSE), strip, DPI_X))
    if _length(sideways) > _length(upright):
        return tuple(
            (view.place(line.top, line.left, line.bottom, line.right), line.points)
            for line in _small_of(sideways)
        )
    return tuple(
        (view.place(line.left, line.top, line.right, line.bottom), line.points) for line in _small_of(upright)
    )


def _small_of(lines: Sequence[_Line]) -> list[_Line]:
    """The lines that are small beyond doubt, or small as those around them are.

    One line measures up to a seventh too small (no tall letters in it, thin strokes lost), several do not.
    """
    found = []
    for line in lines:
        if line.points >= _SMALL:
            continue
        like = sorted(other.points for other in lines if _is_beside(line, other))
        is_sure = line.points < _SMALL_ALONE and line.right - line.left >= _LEAST_ALONE
        if is_sure or (len(like) >= _LINES_LIKE_IT and like[len(like) // 2] < _SMALL):
            found.append(line)
    return found


def _is_beside(line: _Line, other: _Line) -> bool:
    """True for lines of about the same size just above, below or beside, and for the line itself."""
    high = max(line.bottom - line.top, 1.0)
    gap = max(line.top - other.bottom, other.top - line.bottom)
    return gap < 4 * high and 0.6 < other.points / line.points < 1.35


def _length(lines: Sequence[_Line]) -> float:
    """How much connected text there is: long lines count more than many short ones."""
    return float(sum((line.right - line.left) ** 1.5 for line in lines))


def _text_lines(black: Picture, strip: int, lines_per_inch: int) -> Iterator[_Line]:
    """The lines of text of some length in a mask of what is black; strip: dots across one piece."""
    for pieces in _chains(black, strip, lines_per_inch):
        if len(pieces.pieces) < _LEAST_PIECES:
            continue
        columns = [column for column, _top, _bottom in pieces.pieces]
        yield _Line(
            left=min(columns) * strip,
            top=min(top for _column, top, _bottom in pieces.pieces),
            right=(max(columns) + 1) * strip,
            bottom=max(bottom for _column, _top, bottom in pieces.pieces),
            points=_type_size(pieces) * POINTS_PER_INCH / lines_per_inch,
        )


def _chains(black: Picture, strip: int, lines_per_inch: int) -> Iterator[_Pieces]:
    """Pieces of text put together from strip to strip."""
    strips = black.reduce((strip, 1))
    height = strips.height
    data = strips.transpose(Image.Transpose.TRANSPOSE).tobytes()
    least, most = round(_LEAST_INCHES * lines_per_inch), round(_MOST_INCHES * lines_per_inch)
    open_lines: list[_Pieces] = []
    for column in range(strips.width):
        base = column * height
        still_open: list[_Pieces] = []
        for match in _PIECE.finditer(data, base, base + height):
            top, bottom = match.start() - base, match.end() - base
            ink = match.group()
            if not least <= len(ink) <= most or not _is_text(ink):
                continue
            line = next((line for line in open_lines if _goes_on(line, top, bottom)), None)
            if line is None:
                line = _Pieces()
            else:
                open_lines.remove(line)
            line.pieces.append((column, top, bottom))
            line.lows.append(_low_ink(ink))
            still_open.append(line)
        yield from open_lines
        open_lines = still_open
    yield from open_lines


def _is_text(ink: bytes) -> bool:
    """A piece of text is neither solid nor nearly empty."""
    return 18 <= sum(ink) / len(ink) <= 170


def _goes_on(line: _Pieces, top: int, bottom: int) -> bool:
    _last, other_top, other_bottom = line.pieces[-1]
    overlap = min(bottom, other_bottom) - max(top, other_top)
    return overlap >= 0.6 * min(bottom - top, other_bottom - other_top)


def _low_ink(ink: bytes) -> float:
    """Ink in the lowest fifth over the ink in the middle: small where only descenders reach down."""
    low = ink[-max(1, len(ink) // 5) :]
    middle = ink[len(ink) * 2 // 5 : max(len(ink) * 3 // 5, len(ink) * 2 // 5 + 1)]
    return (sum(low) / len(low)) / max(1.0, sum(middle) / len(middle))


def _type_size(line: _Pieces) -> float:
    """The type size in lines of the fax: from the tallest letter's top to the lowest one's foot.

    No single piece may have both, so tops and feet are taken over the whole line, its slope taken out.
    """
    slope = _slope(line.pieces)
    tops = sorted(top - slope * column for column, top, _bottom in line.pieces)
    feet = sorted(bottom - slope * column for column, _top, bottom in line.pieces)
    stray = 1 if len(tops) >= 8 else 0
    top, foot = tops[stray], feet[-1 - stray]
    tall = max(1.0, foot - top)
    base = feet[len(feet) // 3]
    has_descenders = foot - base >= max(1.5, 0.13 * tall) or sorted(line.lows)[len(line.lows) // 2] < 0.3
    return tall / (_WITH_DESCENDERS if has_descenders else _CAPITALS)


def _slope(pieces: list[tuple[int, int, int]]) -> float:
    """Lines down for every piece to the right."""
    middles = [(column, (top + bottom) / 2) for column, top, bottom in pieces]
    column_mean = sum(column for column, _middle in middles) / len(middles)
    middle_mean = sum(middle for _column, middle in middles) / len(middles)
    spread = sum((column - column_mean) ** 2 for column, _middle in middles)
    if not spread:
        return 0.0
    return sum((column - column_mean) * (middle - middle_mean) for column, middle in middles) / spread
