"""Hairlines on a page picture: straight lines, across or down, with less ink than one dot.

A line is a run of at least eight millimetres in which no dot is bare; its thickness is the ink found across
it. Many pale, even lines across the whole page are ruled paper, and no fault. Lines in a PDF are measured in
the PDF itself. Runs in the page worker. Read next: view.py, pdf.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from PIL import Image

from rcdesk.core.fax.paper import Area
from rcdesk.documents.doctor.view import CELL, PageView, least_of_run

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_RUN = 32
"""Dots in a row that must carry ink."""
_MOST_DOTS = 0.76
_THIN = re.compile(rb"(?<![\x14-\xff])[\x14-\xff]{1,4}(?![\x14-\xff])")
_RULED_LINES = 8
_BARE = 10
_EVEN = 0.6
_LEAST_LOOKS = 3


class _Rule(Struct, frozen=True):
    """A thin line: its position across itself, from and to along itself, in dots."""

    at: int
    start: int
    end: int


class _OpenLine(Struct):
    """A line that may go on: its row now, its first column, the ink at every look."""

    row: int
    first: int
    inks: list[float]


def hairlines(view: PageView) -> tuple[Area, ...]:
    """Where straight lines have less ink than one dot; in tints and pictures none are looked for."""
    upright = Image.Transpose.TRANSPOSE
    across = list(_Search(view.ink, view.around_areas, _RUN, CELL).lines())
    run_down = _RUN * view.lines_a_cell // CELL
    turned = view.ink.transpose(upright), view.around_areas.transpose(upright)
    down = list(_Search(*turned, run_down, view.lines_a_cell).lines())
    if len(down) <= 2 and _is_ruled(across, view.width):
        return ()
    places = [view.place(line.start, line.at - 3, line.end, line.at + 4) for line in across]
    places.extend(view.place(line.at - 3, line.start, line.at + 4, line.end) for line in down)
    return tuple(places)


class _Search:
    """The search for thin lines across one picture of ink.

    taken: the cells of areas in which no line counts. run: dots of ink in a row that a line must have. step:
    dots from one look to the next along the line, a cell's width.
    """

    def __init__(self, ink: Picture, taken: Picture, run: int, step: int) -> None:
        self._step = step
        self._columns = ink.width // step
        self._height = ink.height
        size = (self._columns, self._height)
        along = least_of_run(ink, run, 0).crop((0, 0, self._columns * step, self._height))
        # turned, so that the dots of one look stand one behind the other
        turn = Image.Transpose.TRANSPOSE
        self._least = along.resize(size, Image.Resampling.NEAREST).transpose(turn).tobytes()
        self._inks = ink.reduce((step, 1)).crop((0, 0, *size)).transpose(turn).tobytes()
        self._taken = taken.resize((taken.width, self._height), Image.Resampling.NEAREST)

    def lines(self) -> Iterator[_Rule]:
        """The lines with less ink than a dot that are long enough."""
        if self._columns < 4 or self._height < 8 or not any(self._least):
            return
        open_lines: list[_OpenLine] = []
        for column in range(self._columns):
            rows = self._rows(column)
            still_open: list[_OpenLine] = []
            for line in open_lines:
                row = next((row for row in rows if abs(row - line.row) <= 1), None)
                if row is None:
                    yield from self._ended(line, column)
                else:
                    line.row = row
                    line.inks.append(rows.pop(row))
                    still_open.append(line)
            still_open.extend(_OpenLine(row, column, [ink]) for row, ink in rows.items())
            open_lines = still_open
        for line in open_lines:
            yield from self._ended(line, self._columns)

    def _rows(self, column: int) -> dict[int, float]:
        """Where something thin stands alone in this column of looks, and how much ink it has, in dots."""
        base = column * self._height
        found = {}
        for match in _THIN.finditer(self._least, base, base + self._height):
            start, end = match.span()
            if not (_stands_alone(self._inks, start, end) and _is_even(self._least, self._inks, start, end)):
                continue
            row = start - base
            if not self._taken.getpixel((min(column, self._taken.width - 1), row)):
                found[row] = sum(self._inks[base + max(0, row - 1) : end + 1]) / 255
        return found

    def _ended(self, line: _OpenLine, column: int) -> Iterator[_Rule]:
        if len(line.inks) >= _LEAST_LOOKS and sorted(line.inks)[len(line.inks) // 2] < _MOST_DOTS:
            yield _Rule(line.row, line.first * self._step, (column + 1) * self._step)


def _stands_alone(inks: bytes, start: int, end: int) -> bool:
    """True when there is paper above and below: the foot of a line of text looks like a line, too."""
    above, below = inks[max(0, start - 5) : max(0, start - 2)], inks[end + 2 : end + 5]
    return max(above, default=0) < _BARE and max(below, default=0) < _BARE


def _is_even(least: bytes, inks: bytes, start: int, end: int) -> bool:
    """True when the line is as dark all along: a row of dots is not."""
    return sum(least[start:end]) >= _EVEN * sum(inks[start:end])


def _is_ruled(lines: list[_Rule], width: int) -> bool:
    """True for writing paper: many long lines, evenly apart."""
    rows = sorted(line.at for line in lines if line.end - line.start > width * 0.5)
    gaps = sorted(b - a for a, b in pairwise(rows) if b - a > 6)
    if len(gaps) < _RULED_LINES:
        return False
    usual = gaps[len(gaps) // 2]
    return sum(abs(gap - usual) <= 3 for gap in gaps) >= 0.8 * len(gaps)
