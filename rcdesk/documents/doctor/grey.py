"""Grey and colour on a page: tints, pictures and faint print that one bit cannot show; and an empty page.

A tint is an area, at least 2.5 mm both ways, without paper showing through, and not black; text may stand on
it. A picture is one whose levels vary. Faint print has no black core anywhere near. A page is blank when only
specks, shadows at the edges and punch holes are on it. Runs in the page worker. Read next: view.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from PIL import Image, ImageChops

from rcdesk.core.fax.paper import Area
from rcdesk.documents.doctor.view import CELL, PageView, Patch, opened, opened_out, patches

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_MID_SHARE = 0.3
"""How much of an area must be neither paper nor black."""
_FAINT_CELLS = 6
_LEAST_PICTURE_CELLS = 20
_LEAST_BLACK_CELLS = 160
_SWING = 60
_LINE_ART = 0.35
_CERTAINLY_PRINTED = 0.06
_FAINT_CONTRAST = 40
_FAINT_FROM = 130
_LIGHTEST_KEPT = 150
"""With a threshold, tints lighter than this become white and nothing is lost."""


class GreyArea(Struct, frozen=True, kw_only=True):
    """One grey area: where, its commonest level (0..255), and whether it is a picture or only faint print."""

    place: Area
    level: int
    is_picture: bool = False
    is_faint: bool = False


def grey_areas(view: PageView) -> tuple[GreyArea, ...]:
    """All tints and pictures of a page, and its faint print, in no order."""
    areas = [area for patch in patches(view.area_cells) if (area := _area(view, patch)) is not None]
    areas.extend(_faint(view))
    return tuple(areas)


def black_areas(view: PageView) -> tuple[GreyArea, ...]:
    """Large areas of solid black, a square inch or more."""
    found = []
    for patch in patches(view.area_cells, least=_LEAST_BLACK_CELLS):
        box = _dots_of(view, patch)
        inside = patch.mask().resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.NEAREST)
        histogram = view.grey.crop(box).histogram(inside)
        if sum(histogram[: view.dark + 1]) > 0.6 * sum(histogram):
            level = max(range(view.dark + 1), key=lambda v: histogram[v])
            found.append(GreyArea(place=view.place(*box), level=level))
    return tuple(found)


def is_lost_by_cutting(area: GreyArea) -> bool:
    """True when a threshold spoils this area: a tint that is light enough becomes clean white."""
    return area.is_picture or area.is_faint or area.level < _LIGHTEST_KEPT


def is_blank(view: PageView) -> bool:
    """True when nothing is printed on the page that anybody would miss."""
    edge = view.paper - max(view.contrast, 24)
    step = (8, view.lines_a_cell // 2)
    grid = view.where(lambda v: v <= edge).reduce(step).point([0] * 20 + [255] * 236)
    if grid.histogram()[255] > _CERTAINLY_PRINTED * grid.width * grid.height:
        return False
    margin = 4
    inner = Image.new("L", grid.size, 0)
    inside = (margin, margin, max(margin, grid.width - margin), max(margin, grid.height - margin))
    inner.paste(grid.crop(inside), inside[:2])
    return not any(_is_content(patch, inner.size) for patch in patches(inner, least=5))


def _is_content(patch: Patch, size: tuple[int, int]) -> bool:
    """False for what scanning leaves behind: shadows along an edge, and punch holes."""
    left, top, right, bottom = patch.bounds
    width, height = right - left, bottom - top
    at_side = left <= 6 or right >= size[0] - 6
    at_end = top <= 6 or bottom >= size[1] - 6
    if (at_side and width <= 6 and height > 12) or (at_end and height <= 6 and width > 12):
        return False
    is_round = 4 <= width <= 9 and 4 <= height <= 9 and len(patch.cells) > 0.65 * width * height
    near_edge = left <= 24 or right >= size[0] - 24 or top <= 24 or bottom >= size[1] - 24
    return not (is_round and near_edge and abs(width - height) <= 2)


def _area(view: PageView, patch: Patch) -> GreyArea | None:
    box = _dots_of(view, patch)
    inside = patch.mask().resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.NEAREST)
    grey = view.grey.crop(box)
    histogram = grey.histogram(inside)
    covered = sum(histogram[: view.paper - view.contrast + 1])
    mid = sum(histogram[view.dark + 1 : view.paper - view.contrast + 1])
    if covered == 0 or mid < _MID_SHARE * covered or mid < 20 * 20 * view.lines_a_cell / CELL:
        return None
    tones = range(view.dark + 1, view.paper - view.contrast + 1)
    level = max(tones, key=lambda v: sum(histogram[max(tones.start, v - 3) : min(tones.stop, v + 4)]))
    even = sum(histogram[max(tones.start, level - 8) : min(tones.stop, level + 9)])
    is_picture = even < 0.45 * mid and _roughness(grey, inside) > 0.2
    if is_picture and (len(patch.cells) < _LEAST_PICTURE_CELLS or _is_line_art(grey, inside)):
        return None
    return GreyArea(place=view.place(*box), level=level, is_picture=is_picture)


def _dots_of(view: PageView, patch: Patch) -> tuple[int, int, int, int]:
    """The bounds of a patch of cells in dots and lines."""
    left, top, right, bottom = patch.bounds
    return (
        left * CELL,
        top * view.lines_a_cell,
        min(view.width, right * CELL),
        min(view.height, bottom * view.lines_a_cell),
    )


def _is_line_art(grey: Picture, inside: Picture) -> bool:
    """True for bars and squares a scanner has blurred: black and white still swing every few dots."""
    for right, down in ((5, 0), (0, 5)):
        swing = ImageChops.difference(grey, ImageChops.offset(grey, right, down)).histogram(inside)
        if sum(swing[_SWING:]) > _LINE_ART * sum(swing):
            return True
    return False


def _roughness(grey: Picture, inside: Picture) -> float:
    """The share of the area where the level changes from one millimetre to the next."""
    small, mask = grey.reduce(4), inside.reduce(4)
    if small.width < 3 or small.height < 3:
        return 0.0
    change = ImageChops.difference(small, ImageChops.offset(small, 1, 1))
    histogram = change.histogram(mask.point([0] * 255 + [255]))
    return sum(histogram[7:]) / max(1, sum(histogram))


def faint_cells(view: PageView) -> Picture:
    """The mask, at a dot a cell, of print without any black in it, here or in the next cell."""
    edge = view.paper - max(view.contrast, _FAINT_CONTRAST)
    pale = view.where(lambda v: _FAINT_FROM < v <= edge)
    core = view.per_cell(view.where(lambda v: v <= _FAINT_FROM))
    taken = ImageChops.lighter(core.point([0] + [255] * 255), view.area_cells)
    free = opened_out(taken).point([255] + [0] * 255)
    found = _print_of(view, pale, free)
    if found.getbbox() is not None:
        run_down = 2 * view.lines_a_cell
        lines = ImageChops.lighter(opened(pale, 2 * CELL, 1), opened(pale, 1, run_down))
        found = _print_of(view, ImageChops.subtract(pale, lines), free)
    return found


def _print_of(view: PageView, pale: Picture, free: Picture) -> Picture:
    """The free cells with as much pale ink as print has, where several touch."""
    is_print = view.per_cell(pale).point([255 if 28 <= v <= 200 else 0 for v in range(256)])
    grid = ImageChops.darker(is_print, free)
    kept = Image.new("L", grid.size, 0)
    for patch in patches(grid, least=_FAINT_CELLS):
        left, top, right, bottom = patch.bounds
        if bottom - top < 2 or right - left < 3:
            continue
        mask = patch.mask()
        kept.paste(mask, patch.bounds[:2], mask)
    return kept


def _faint(view: PageView) -> list[GreyArea]:
    """Print that a threshold may lose and dots make ragged."""
    edge = view.paper - max(view.contrast, _FAINT_CONTRAST)
    found = []
    for patch in patches(faint_cells(view)):
        left, top, right, bottom = patch.bounds
        box = (left * CELL, top * view.lines_a_cell, right * CELL, bottom * view.lines_a_cell)
        found.append(GreyArea(place=view.place(*box), level=(_FAINT_FROM + edge) // 2, is_faint=True))
    return found
