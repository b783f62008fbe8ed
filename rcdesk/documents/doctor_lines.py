"""Hairlines on a page picture: straight lines, across or down, with less ink than one dot.

A line is a run of at least six millimetres in which no dot is bare; its thickness is the ink found across it.
Many pale, even lines across the whole page are ruled paper, and no fault. Lines in a PDF are measured in the
PDF itself. Runs in the page worker. Read next: doctor_view.py, doctor_pdf.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from PIL import Image

from rcdesk.core.paper import Place
from rcdesk.documents.doctor_view import CELL, PageView, least_of_run, without

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_RUN = 32
"""Dots in a row that must carry ink."""
_LEAST_INK = 20
_MOST_DOTS = 0.9
_THIN = re.compile(rb"(?<![\x14-\xff])[\x14-\xff]{1,4}(?![\x14-\xff])")
_RULED_LINES = 8


@dataclass(frozen=True, slots=True)
class _Line:
    """A thin line: its position across itself, from and to along itself, in dots; ink 0..1 of a dot."""

    at: float
    start: int
    end: int
    ink: float


def hairlines(view: PageView) -> tuple[Place, ...]:
    """Where straight lines have less ink than one dot; in tints and pictures none are looked for."""
    ink = without(view.ink, view.around_areas)
    across = list(_thin_lines(ink, _RUN, CELL))
    ink_down = ink.transpose(Image.Transpose.TRANSPOSE)
    lines_run = _RUN * view.lines_a_cell // CELL
    down = list(_thin_lines(ink_down, lines_run, view.lines_a_cell))
    if len(down) <= 2 and _is_ruled(across, view.width):
        return ()
    places = [view.place(line.start, line.at - 3, line.end, line.at + 4) for line in across]
    places.extend(view.place(line.at - 3, line.start, line.at + 4, line.end) for line in down)
    return tuple(places)


def _thin_lines(ink: Picture, run: int, step: int) -> Iterator[_Line]:
    """The thin lines across a picture of ink; step: dots from one look to the next along the line."""
    width, height = ink.size
    columns = width // step
    if columns < 4 or height < 8:
        return
    along = least_of_run(ink, run, 0)
    seen = along.crop((0, 0, columns * step, height)).resize((columns, height), Image.Resampling.NEAREST)
    means = ink.reduce((step, 1)).crop((0, 0, columns, height))
    turned = seen.transpose(Image.Transpose.TRANSPOSE).tobytes()
    inks = means.transpose(Image.Transpose.TRANSPOSE).tobytes()
    if not any(turned):
        return
    open_lines: list[tuple[int, int, list[float], int]] = []
    for column in range(columns):
        base = column * height
        still_open = []
        rows = [
            (start - base, sum(inks[base + max(0, start - base - 1) : end + 1]) / 255)
            for start, end in (match.span() for match in _THIN.finditer(turned, base, base + height))
        ]
        for row, first, dots_seen, _last in open_lines:
            match_row = next((r for r in rows if abs(r[0] - row) <= 1), None)
            if match_row is None:
                if (line := _line(row, first, column, dots_seen, step)) is not None:
                    yield line
            else:
                rows.remove(match_row)
                still_open.append((match_row[0], first, [*dots_seen, match_row[1]], column))
        still_open.extend((row, column, [dots], column) for row, dots in rows)
        open_lines = still_open
    for row, first, dots_seen, _last in open_lines:
        if (line := _line(row, first, columns, dots_seen, step)) is not None:
            yield line


def _line(row: int, first: int, end: int, dots_seen: list[float], step: int) -> _Line | None:
    if len(dots_seen) < 2:
        return None
    ink = sorted(dots_seen)[len(dots_seen) // 2]
    return _Line(row, first * step, (end + 1) * step, ink) if ink < _MOST_DOTS else None


def _is_ruled(lines: list[_Line], width: int) -> bool:
    """True for writing paper: many long lines, evenly apart."""
    rows = sorted(line.at for line in lines if line.end - line.start > width * 0.5)
    gaps = sorted(b - a for a, b in pairwise(rows) if b - a > 6)
    if len(gaps) < _RULED_LINES:
        return False
    usual = gaps[len(gaps) // 2]
    return sum(abs(gap - usual) <= 3 for gap in gaps) >= 0.8 * len(gaps)
