"""One-click fixes of a fax page's grey picture, before it becomes black and white.

Each takes and returns an "L" picture at fax dots of the same size; none changes its argument. What a fix
mends, the page doctor no longer finds. Fields and notes are drawn with every page. Turning, enlarging,
shrinking and leaving out belong to the page's plan and to raster.py. Runs in the page worker.
Read next: view.py, raster.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import DPI_X, Fix, lines_per_inch
from rcdesk.documents.doctor.grey import GreyArea, black_areas, faint_cells, grey_areas
from rcdesk.documents.doctor.skew import skew_degrees
from rcdesk.documents.doctor.view import (
    DARK_DIGITAL,
    HEAVY_FROM,
    PageView,
    least_of_run,
    most_of_run,
    opened,
    opened_out,
    shifted,
)

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_DARK_TINT_BELOW = 150
"""On a tint darker than this, what is lighter than the tint is print."""
_LIGHTER = 40
_WIDEST_STROKE = 32
_SHADED = 16
"""Levels between the dark and the light tenth of a shade; a scanned bar has fewer."""
_STAND_OUT = 26
"""How much darker than what is around it a dot on a tint must be to be kept."""


def apply(page: Picture, fixes: frozenset[Fix], resolution: Resolution) -> Picture:
    """The page with these fixes made; those that are not made on a picture are passed over."""
    if Fix.DESKEW in fixes:
        page = deskewed(page, resolution)
    if Fix.WHITEN_GREY in fixes:
        page = whitened(page, resolution)
    if Fix.THICKEN_LINES in fixes:
        page = thickened(page, resolution)
    return page


def deskewed(page: Picture, resolution: Resolution) -> Picture:
    """The page turned straight; as it is when it is."""
    degrees = skew_degrees(PageView(page, resolution))
    if not degrees:
        return page
    turn = math.radians(degrees)
    # dots are not square: turn in inches
    stretch = lines_per_inch(resolution) / DPI_X
    middle_x, middle_y = page.width / 2, page.height / 2
    across = (math.cos(turn), -math.sin(turn) / stretch)
    down = (math.sin(turn) * stretch, math.cos(turn))
    matrix = (
        *across,
        middle_x - across[0] * middle_x - across[1] * middle_y,
        *down,
        middle_y - down[0] * middle_x - down[1] * middle_y,
    )
    paper = PageView(page, resolution).paper
    return page.transform(
        page.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=paper
    )


def whitened(page: Picture, resolution: Resolution) -> Picture:
    """Grey areas white with their text and lines kept in black; faint print black; the rest as it is.

    Where black covers most of the page, its large black areas are whitened too.
    """
    view = PageView(page, resolution)
    if view.area_cells.getbbox() is not None:
        is_heavy = view.coverage(is_cut=False) > HEAVY_FROM
        page = _tints_whitened(view)
        for area in black_areas(view) if is_heavy else ():
            _print_inverted(view, area, page)
        view = PageView(page, resolution)
    faint = faint_cells(view)
    if faint.getbbox() is not None:
        page = _faint_blackened(page, view, opened_out(faint))
    return page


def thickened(page: Picture, resolution: Resolution) -> Picture:
    """Thin lines black and two dots wide (one line high at Standard), pale strokes black."""
    view = PageView(page, resolution)
    is_fine = resolution is Resolution.FINE
    run_down = 32 if is_fine else 16
    inked = view.ink.point([255 if v >= 20 else 0 for v in range(256)])
    across = _thin(inked, (32, 1), (1, 4))
    down = _thin(inked, (1, run_down), (4, 1))
    if is_fine:
        across = _doubled(across, (1, 2))
    lines = ImageChops.lighter(across, _doubled(down, (2, 1)))
    lines = ImageChops.lighter(lines, _pale_strokes(view))
    if lines.getbbox() is None:
        return page
    return Image.composite(Image.new("L", page.size, 0), page, lines)


def _thin(inked: Picture, run: tuple[int, int], thick: tuple[int, int]) -> Picture:
    """Runs of ink as long as run, without those that are as thick as thick."""
    runs = opened(inked, *run)
    return ImageChops.subtract(runs, opened(runs, *thick))


def _doubled(lines: Picture, two: tuple[int, int]) -> Picture:
    """Lines of one dot are two dots wide, the others as they are."""
    single = ImageChops.subtract(lines, opened(lines, *two))
    return ImageChops.lighter(lines, most_of_run(single, *two))


def _pale_strokes(view: PageView) -> Picture:
    """The mask of strokes of any direction that have no black core; areas are none."""
    cored = most_of_run(view.ink.point([255 if v >= 170 else 0 for v in range(256)]), 5, 5)
    cored = shifted(cored, -2, -2)
    solid = view.around_areas.resize(view.grey.size, Image.Resampling.NEAREST)
    pale = view.ink.point([255 if v >= 60 else 0 for v in range(256)])
    return ImageChops.subtract(ImageChops.subtract(pale, cored), solid)


def _tints_whitened(view: PageView) -> Picture:
    """Every dot of a grey area is compared with the mean of the grey around it; black stays black."""
    page = view.grey
    blocks = opened_out(opened_out(view.solid_blocks)).resize(page.size, Image.Resampling.NEAREST)
    inside = ImageChops.darker(blocks, view.not_paper)
    around = _mean_around(page, ImageChops.darker(inside, view.mid))
    darker = ImageChops.subtract(around, page)
    kept = darker.point([view.paper - min(view.paper, max(0, (v - _STAND_OUT) * 5)) for v in range(256)])
    black = page.point([0 if v <= view.dark else 255 for v in range(256)])
    black = ImageChops.lighter(black, _dark_end_of_shades(view))
    mended = Image.composite(ImageChops.darker(kept, black), page, inside)
    for area in grey_areas(view):
        if area.level < _DARK_TINT_BELOW and not area.is_faint and not area.is_picture:
            _print_inverted(view, area, mended)
    return mended


def _dark_end_of_shades(view: PageView) -> Picture:
    """The mask of dark grey that is no print and no bar: broad, and getting darker from place to place."""
    soft = view.where(lambda level: DARK_DIGITAL < level <= view.dark)
    broad = opened(soft, _WIDEST_STROKE + 1, (_WIDEST_STROKE + 1) * view.lines_a_cell // 16)
    counts = view.grey.histogram(broad)[: view.dark + 1]
    tenth, seen = sum(counts) / 10, 0
    marks: list[int] = []
    for level, count in enumerate(counts):
        seen += count
        if seen > tenth * (1 if not marks else 9):
            marks.append(level)
    is_shaded = len(marks) > 1 and marks[1] - marks[0] >= _SHADED
    return broad if is_shaded else Image.new("L", view.grey.size, 0)


def _print_inverted(view: PageView, area: GreyArea, mended: Picture) -> None:
    """White print on a dark tint becomes black on white. Changes mended, which the caller made."""
    page, room = view.grey, 8 * 16
    left, top = round(area.place.x * page.width), round(area.place.y * page.height)
    right = left + round(area.place.width * page.width)
    bottom = top + round(area.place.height * page.height)
    box = (
        max(0, left - room),
        max(0, top - room),
        min(page.width, right + room),
        min(page.height, bottom + room),
    )
    part = page.crop(box)
    # edges of letters have the tint's level too, but are never three dots wide
    tint = opened(part.point([255 if abs(v - area.level) <= 30 else 0 for v in range(256)]), 3, 3)
    gap = (_WIDEST_STROKE, _WIDEST_STROKE * view.lines_a_cell // 16)
    closed = _closed(tint, *gap)
    is_light = part.point([255 if v > area.level + _LIGHTER else 0 for v in range(256)])
    is_dark = part.point([255 if v < area.level - _LIGHTER else 0 for v in range(256)])
    white = Image.new("L", part.size, view.paper)
    black = Image.new("L", part.size, 0)
    now = Image.composite(white, mended.crop(box), closed)
    now = Image.composite(black, now, ImageChops.darker(closed, ImageChops.lighter(is_light, is_dark)))
    mended.paste(now, box[:2])


def _closed(mask: Picture, across: int, down: int) -> Picture:
    """The mask with gaps filled that are narrower than across dots and down lines.

    Beyond its right and lower edges it goes on as it ends there.
    """
    width, height = mask.size
    beyond = Image.new("L", (width + across, height + down), 0)
    beyond.paste(mask, (0, 0))
    beyond.paste(beyond.crop((width - 1, 0, width, height)).resize((across, height)), (width, 0))
    beyond.paste(
        beyond.crop((0, height - 1, width + across, height)).resize((width + across, down)), (0, height)
    )
    return least_of_run(most_of_run(beyond, across, down), across, down).crop((0, 0, width, height))


def _mean_around(page: Picture, tint: Picture) -> Picture:
    """The mean level of the tint near every dot; 0 (nothing is darker) far from any."""
    small = (max(1, page.width // 8), max(1, page.height // 8))
    levels = Image.composite(page, Image.new("L", page.size, 0), tint).resize(small, Image.Resampling.BOX)
    share = tint.resize(small, Image.Resampling.BOX)
    blur = ImageFilter.BoxBlur(5)
    levels, share = levels.filter(blur), share.filter(blur)
    mean = [
        min(255, level * 255 // part) if part > 2 else 0
        for level, part in zip(levels.tobytes(), share.tobytes(), strict=True)
    ]
    found = Image.frombytes("L", small, bytes(mean))
    return found.resize(page.size, Image.Resampling.BILINEAR)


def _faint_blackened(page: Picture, view: PageView, cells: Picture) -> Picture:
    """Faint print cut half way between itself and the paper."""
    inside = cells.resize(page.size, Image.Resampling.NEAREST)
    edge = view.paper - max(view.contrast, 40) // 2
    cut = page.point(
        [0 if v < edge - 8 else 255 if v > edge + 8 else (v - edge + 8) * 15 for v in range(256)]
    )
    return Image.composite(cut, page, inside)
