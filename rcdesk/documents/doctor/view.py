"""What the page doctor sees of one page: how white its paper is, how black its ink, and where which is.

A view is made once per page, out of the grey page at fax dots (1728 across, 196 or 98 lines an inch), and
asked by every check. Masks are "L" pictures of 0 and 255; a cell is a square of paper, 2 mm wide, whatever
the resolution. Plain Pillow: shifts, table look-ups and block means cost a millisecond each, rank filters
a hundred. Runs in the page worker.
Read next: grey.py, lines.py, type_size.py, skew.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Area, lines_per_inch

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

HEAVY_FROM = 0.40
"""More black than this is heavy: slow to send, and toner."""
CELL = 16
"""Dots across one cell; 16 or 8 lines down, so that it is about 2 mm by 2 mm."""
_BLOCK = 4
"""Dots across a block; 4 or 2 lines down: half a millimetre."""
_PAPER_SHARE = 0.15
"""More paper than this in a block, and it is no area."""
_LEAST_BLOCKS = 5
_WHITE = 255
_MANY_PLACES = 400
_PAPER_FROM = 229
"""Paper darker than this is a tint and no paper."""
_CLEAN_WHITE_SHARE = 0.85
_DIGITAL_CONTRAST = 10
_SCANNED_CONTRAST = 26
DARK_DIGITAL = 72
_DARK_MAX = 110


class PageView:
    """One grey page at fax dots, with what every check asks about it. Not to be changed afterwards."""

    def __init__(self, grey: Picture, resolution: Resolution) -> None:
        self.grey = grey
        self.resolution = resolution
        self.lines_per_inch = lines_per_inch(resolution)
        self.lines_a_cell = CELL if resolution is Resolution.FINE else CELL // 2
        histogram = grey.histogram()
        self._histogram = histogram
        dots = max(1, grey.width * grey.height)
        self.paper = _paper_level(histogram, dots)
        white = sum(histogram[246:])
        is_digital = white > 0.2 * dots and histogram[_WHITE] > _CLEAN_WHITE_SHARE * white
        self.contrast = _DIGITAL_CONTRAST if is_digital else _SCANNED_CONTRAST
        """How much darker than the paper anything is that is printed on it."""
        self.dark = _dark_level(histogram, dots)
        """Levels up to this one arrive as solid black."""

    @property
    def width(self) -> int:
        """Dots across."""
        return self.grey.width

    @property
    def height(self) -> int:
        """Lines down."""
        return self.grey.height

    @cached_property
    def ink(self) -> Picture:
        """How much ink is where: 0 for paper and what is hardly darker, 255 for black."""
        edge = self.paper - self.contrast
        return self.grey.point([(_WHITE - v) if v <= edge else 0 for v in range(256)])

    def where(self, wanted: Callable[[int], bool]) -> Picture:
        """The mask of the dots whose level is wanted."""
        return self.grey.point([_WHITE if wanted(v) else 0 for v in range(256)])

    @cached_property
    def not_paper(self) -> Picture:
        """The mask of all that is darker than the paper."""
        edge = self.paper - self.contrast
        return self.where(lambda v: v <= edge)

    @cached_property
    def mid(self) -> Picture:
        """The mask of what is neither paper nor black."""
        edge, dark = self.paper - self.contrast, self.dark
        return self.where(lambda v: dark < v <= edge)

    @cached_property
    def black(self) -> Picture:
        """The mask of what a threshold between paper and black would print."""
        edge = min(self.paper * 0.62, 150)
        return self.where(lambda v: v <= edge)

    @cached_property
    def solid_blocks(self) -> Picture:
        """The mask, at a dot a block, of areas without paper: tints, pictures and solid black."""
        part = self.not_paper.reduce((_BLOCK, _BLOCK * self.lines_a_cell // CELL))
        least = 255 * (1 - _PAPER_SHARE)
        return opened(
            part.point([255 if v >= least else 0 for v in range(256)]), _LEAST_BLOCKS, _LEAST_BLOCKS
        )

    @cached_property
    def area_cells(self) -> Picture:
        """The mask, at a dot a cell, of areas without paper."""
        return self.solid_blocks.reduce(CELL // _BLOCK).point([0] * 20 + [255] * 236)

    @cached_property
    def around_areas(self) -> Picture:
        """The areas without paper and the cells next to them."""
        return opened_out(self.area_cells)

    def per_cell(self, mask: Picture) -> Picture:
        """The mean of a mask in every cell, 0..255."""
        return mask.reduce((CELL, self.lines_a_cell))

    def coverage(self, is_cut: bool) -> float:
        """The share of the page that arrives black: cut at half white when is_cut, in dots otherwise."""
        dots = max(1, self.width * self.height)
        if is_cut:
            return sum(self._histogram[:128]) / dots
        edge = self.paper - self.contrast
        ink = sum(count * (_WHITE - v) for v, count in enumerate(self._histogram[: edge + 1]))
        return ink / (_WHITE * dots)

    @property
    def coverage_outside_areas(self) -> float:
        """The share of the page that would arrive black if tints and black areas were white."""
        histogram = without(self.ink, self.area_cells).histogram()
        return sum(v * count for v, count in enumerate(histogram)) / (
            _WHITE * max(1, self.width * self.height)
        )

    def place(self, left: float, top: float, right: float, bottom: float) -> Area:
        """A rectangle in dots and lines as a place on the page."""
        left, right = max(0.0, left / self.width), min(1.0, right / self.width)
        top, bottom = max(0.0, top / self.height), min(1.0, bottom / self.height)
        return Area(x=left, y=top, width=max(0.0, right - left), height=max(0.0, bottom - top))


class Patch:
    """Cells that touch: cell number n is in row n // width, column n % width."""

    def __init__(self, cells: list[int], width: int) -> None:
        self.cells = cells
        self.width = width

    @cached_property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in cells; right and bottom are one past the last."""
        columns = [cell % self.width for cell in self.cells]
        rows = [cell // self.width for cell in self.cells]
        return min(columns), min(rows), max(columns) + 1, max(rows) + 1

    def mask(self) -> Picture:
        """The patch as a mask, a dot a cell, of the size of its bounds."""
        left, top, right, bottom = self.bounds
        width = right - left
        dots = bytearray(width * (bottom - top))
        for cell in self.cells:
            dots[(cell // self.width - top) * width + cell % self.width - left] = _WHITE
        return Image.frombytes("L", (width, bottom - top), bytes(dots))


def patches(grid: Picture, least: int = 1) -> Iterator[Patch]:
    """The groups of cells above zero that touch, also at corners, in a small "L" picture.

    least: groups of fewer cells are left out.
    """
    # a column of nothing at the right keeps the ends of rows apart
    width = grid.width + 1
    padded = Image.new("L", (width, grid.height), 0)
    padded.paste(grid, (0, 0))
    waiting = {cell for cell, value in enumerate(padded.tobytes()) if value}
    around = (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1)
    while waiting:
        edge = [waiting.pop()]
        found: list[int] = []
        while edge:
            cell = edge.pop()
            found.append(cell)
            near = [cell + step for step in around if cell + step in waiting]
            waiting.difference_update(near)
            edge.extend(near)
        if len(found) >= least:
            yield Patch(found, width)


def shifted(picture: Picture, right: int, down: int) -> Picture:
    """The picture moved; what comes in is 0."""
    moved = Image.new("L", picture.size, 0)
    moved.paste(picture, (right, down))
    return moved


def least_of_run(picture: Picture, across: int, down: int) -> Picture:
    """Every dot becomes the least of the run that starts there: across dots right, down dots down."""
    return _run(picture, across, down, ImageChops.darker)


def most_of_run(picture: Picture, across: int, down: int) -> Picture:
    """Every dot becomes the most of the run that ends there: across dots from the left, down from above."""
    return _run(picture, -across, -down, ImageChops.lighter)


def _run(picture: Picture, across: int, down: int, combine: Callable[[Picture, Picture], Picture]) -> Picture:
    """Doubling shifts: a run of n dots costs log2(n) steps. A negative length runs the other way."""
    for length, x, y in ((abs(across), 1 if across > 0 else -1, 0), (abs(down), 0, 1 if down > 0 else -1)):
        done = 1
        while done < length:
            step = min(done, length - done)
            picture = combine(picture, shifted(picture, -x * step, -y * step))
            done += step
    return picture


def opened(mask: Picture, across: int, down: int) -> Picture:
    """What of a mask is at least across dots wide and down lines high, in its own place."""
    return most_of_run(least_of_run(mask, across, down), across, down)


def opened_out(grid: Picture) -> Picture:
    """A mask grown by one dot to every side, corners too."""
    grown = most_of_run(grid, 3, 3)
    return ImageChops.lighter(grown, shifted(grown, -1, -1))


def without(picture: Picture, cells: Picture) -> Picture:
    """The picture with 0 wherever a mask, at a dot a cell, is set."""
    if cells.getbbox() is None:
        return picture
    return Image.composite(
        Image.new("L", picture.size, 0), picture, cells.resize(picture.size, Image.Resampling.NEAREST)
    )


def merged(places: Iterable[Area], gap: float, most: int) -> tuple[Area, ...]:
    """Places closer than gap (a share of the page) as one, from the top; more than most become one."""
    places = tuple(places)
    if len(places) > _MANY_PLACES:
        return (around(places),)
    found: list[Area] = []
    for place in places:
        while near := next((other for other in found if _are_near(place, other, gap)), None):
            found.remove(near)
            place = around((place, near))
        found.append(place)
    if len(found) > most:
        return (around(found),)
    return tuple(sorted(found, key=lambda place: (place.y, place.x)))


def around(places: Iterable[Area]) -> Area:
    """The smallest place that holds all these (at least one)."""
    places = tuple(places)
    x, y = min(p.x for p in places), min(p.y for p in places)
    right, bottom = max(p.x + p.width for p in places), max(p.y + p.height for p in places)
    return Area(x=x, y=y, width=right - x, height=bottom - y)


def _are_near(one: Area, other: Area, gap: float) -> bool:
    return (
        one.x <= other.x + other.width + gap
        and other.x <= one.x + one.width + gap
        and one.y <= other.y + other.height + gap
        and other.y <= one.y + one.height + gap
    )


def _paper_level(histogram: list[int], dots: int) -> int:
    """The level of the bare paper: white where there is any amount of it, else the commonest light level."""
    if sum(histogram[250:]) >= 0.2 * dots:
        return _WHITE
    best = max(range(_PAPER_FROM, 256), key=lambda v: sum(histogram[max(0, v - 2) : v + 3]))
    if sum(histogram[_PAPER_FROM - 10 :]) >= 0.2 * dots:
        return best
    return _WHITE


def _dark_level(histogram: list[int], dots: int) -> int:
    """Levels that are black on this page: a little lighter than its darkest half percent."""
    seen = 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= 0.005 * dots:
            return max(DARK_DIGITAL, min(_DARK_MAX, level + 36))
    return DARK_DIGITAL
