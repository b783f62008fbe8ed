"""How crooked a scanned page is, by the rows of its text: they are sharpest when the page is straight.

The page, made small, is sheared by many small angles; the angle at which the row sums
differ most is the page's. Positive angles lean clockwise: the right end of a line is lower. Runs in the page
worker. Read next: view.py, fixes.py.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from PIL import Image

from rcdesk.core.fax.paper import DPI_X
from rcdesk.documents.doctor.view import CELL, PageView

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

LEAST_DEGREES = 0.8
"""Less than this nobody sees."""
_DOTS_ACROSS = 16
_MOST_DEGREES = 12.0
_LEAST_GAIN = 1.12
"""How much sharper the rows must be than those of the page as it is."""
_LEAST_INK = 0.002


def skew_degrees(view: PageView) -> float:
    """The page's slant, clockwise, in degrees; 0.0 when it is straight or there is nothing to tell by."""
    lines_down = 4 if view.lines_a_cell == CELL else 2
    small = _without_edges(view.black.reduce((_DOTS_ACROSS, lines_down)))
    ink = sum(v * n for v, n in enumerate(small.histogram()))
    if ink < 255 * _LEAST_INK * small.width * small.height:
        return 0.0
    # a slant on paper is another one in a picture whose dots are not square
    stretch = (view.lines_per_inch / lines_down) / (DPI_X / _DOTS_ACROSS)
    scores: dict[float, float] = {}

    def score(degrees: float) -> float:
        if degrees not in scores:
            scores[degrees] = _sharpness(small, math.tan(math.radians(degrees)) * stretch)
        return scores[degrees]

    best = max((n * 0.5 for n in range(int(-_MOST_DEGREES * 2), int(_MOST_DEGREES * 2) + 1)), key=score)
    for step in (0.25, 0.1):
        best = max((best - step, best, best + step), key=score)
    if abs(best) < LEAST_DEGREES or score(best) < _LEAST_GAIN * score(0.0):
        return 0.0
    return round(best, 2)


def _without_edges(small: Picture) -> Picture:
    """The page without its outermost five millimetres, where scanners leave shadows."""
    across, down = 3, 10
    if small.width < 8 * across or small.height < 8 * down:
        return small
    return small.crop((across, down, small.width - across, small.height - down))


def _sharpness(small: Picture, slope: float) -> float:
    """The sum of the squared differences between neighbouring rows after shearing by slope."""
    width, height = small.size
    sheared = small.transform(
        small.size, Image.Transform.AFFINE, (1, 0, 0, slope, 1, -slope * width / 2), Image.Resampling.BILINEAR
    )
    rows = sheared.convert("F").resize((1, height), Image.Resampling.BOX).tobytes()
    sums = memoryview(rows).cast("f").tolist()
    return sum((a - b) ** 2 for a, b in pairwise(sums)) + 1e-9
