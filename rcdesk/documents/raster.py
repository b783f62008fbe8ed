"""The fax page itself: a page of a file laid on the receiver's paper in dots, then made black and white.

Where a page stands (placement), its grey dots (grey_page) and its one bit (fax_page) are three steps, so that
the page doctor looks at exactly what is sent. A page that already is a fax page is kept dot for dot. Sideways
pages are turned to fill the paper; nothing is enlarged unless asked. Runs in the renderer.
Read next: core/fax/paper.py, fixes.py, fax_file.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import (
    DPI_X,
    FAX_WIDTH,
    MAX_FAX_LINES_INCHES,
    MM_PER_INCH,
    Area,
    Dither,
    Fix,
    PagePlan,
    PaperSize,
    lines_per_inch,
)
from rcdesk.documents.pages import WHOLE, Pages, dots

if TYPE_CHECKING:
    from PIL.Image import Image

LINE_MM = FAX_WIDTH / DPI_X * MM_PER_INCH
"""How wide 1728 dots are: 215.15 mm, a hair less than letter paper."""
SHRUNK_BY_ITSELF = 0.93
"""A page is shrunk to the sheet by itself down to this: A4 on letter paper is 94 %."""
PIXEL_FIXES = frozenset({Fix.WHITEN_GREY, Fix.THICKEN_LINES, Fix.DESKEW})
_TURN_GAINS = 1.05
_MOST_ENLARGED = 2.5
_INK_MARGIN_MM = 2.0
_INK_BELOW = 245
_TONE_FROM, _TONE_TO = 40, 215
_TONE_SHARE = 0.01
_FLAT_TONES = 4
_FLAT_SHARE = 0.8


class Placement(Struct, frozen=True, kw_only=True):
    """Where a page stands on the fax page.

    canvas: dots across and lines down of the fax page. box: x, y, width, height of what is drawn, in dots.
    turn: degrees clockwise in all. crop: the part of the turned page that is shown. scale: 1.0 is true size.
    is_exact: the page is a fax page already and keeps its dots.
    """

    canvas: tuple[int, int]
    box: tuple[int, int, int, int]
    turn: int
    crop: Area
    scale: float
    is_exact: bool = False


def placement(pages: Pages, page: int, plan: PagePlan, resolution: Resolution, paper: PaperSize) -> Placement:
    """Decide where a page stands. Raises UserError when its size cannot be read."""
    width_mm, height_mm = pages.size_mm(page)
    own_turn = 0 if pages.is_fax_page(page) else _own_turn(width_mm, height_mm, plan)
    turn = (own_turn + plan.rotate) % 360
    if _keeps_its_dots(pages, page, turn, plan):
        return _exact(pages, page, turn, resolution, paper)
    if turn % 180:
        width_mm, height_mm = height_mm, width_mm
    crop = WHOLE
    if Fix.ENLARGE in plan.fixes:
        crop = ink_place(pages, page, turn)
        width_mm, height_mm = width_mm * crop.width, height_mm * crop.height
        scale = min(LINE_MM / width_mm, paper.size_mm[1] / height_mm, _MOST_ENLARGED)
    else:
        scale = _scale(width_mm, height_mm, plan, paper)
    lines = lines_per_inch(resolution)
    width = min(dots(width_mm * scale / MM_PER_INCH * DPI_X), FAX_WIDTH)
    height = min(dots(height_mm * scale / MM_PER_INCH * lines), _most_lines(lines))
    sheet = paper.fax_size(resolution)[1]
    return Placement(
        canvas=(FAX_WIDTH, max(sheet, height)),
        box=((FAX_WIDTH - width) // 2, 0, width, height),
        turn=turn,
        crop=crop,
        scale=scale,
    )


def grey_page(
    pages: Pages,
    page: int,
    plan: PagePlan,
    resolution: Resolution,
    paper: PaperSize,
    place: Placement | None = None,
) -> Image:
    """The fax page in grey, before any fix of dots: an "L" picture 1728 dots wide."""
    place = place or placement(pages, page, plan, resolution, paper)
    x, y, width, height = place.box
    drawn = pages.drawn(page, (width, height), place.turn, place.crop)
    if drawn.size == place.canvas:
        return drawn
    from PIL import Image

    canvas = Image.new("L", place.canvas, 255)
    canvas.paste(drawn, (x, y))
    return canvas


def fax_page(pages: Pages, page: int, plan: PagePlan, resolution: Resolution, paper: PaperSize) -> Image:
    """The page exactly as it is sent: a "1" picture 1728 dots wide. Raises UserError."""
    grey = grey_page(pages, page, plan, resolution, paper)
    return black_and_white(grey, plan, resolution, pages.white_from(page))


def black_and_white(grey: Image, plan: PagePlan, resolution: Resolution, white_from: int = 128) -> Image:
    """A grey fax page with its fixes, one bit a dot, by the plan's dither."""
    fixes = plan.fixes & PIXEL_FIXES
    if fixes:
        from rcdesk.documents.doctor.fixes import apply

        grey = apply(grey, fixes, resolution)
    how = plan.dither
    if how is Dither.AUTO:
        how = chosen_dither(grey)
    if how is Dither.DIFFUSE:
        return grey.point(_CLEAN).convert("1")
    return grey.point([0] * white_from + [255] * (256 - white_from), "1")


def chosen_dither(grey: Image) -> Dither:
    """DIFFUSE for a page with pictures, THRESHOLD for type, lines and flat tints.

    Edges of type are grey too, but never a whole patch of dots: only patches count. A tint is one grey all
    over; a picture has many.
    """
    from PIL import Image

    small = grey.resize((grey.width // 2, max(1, grey.height // 2)), Image.Resampling.NEAREST)
    patches = small.point(_TONES).reduce(3).point([0] * 255 + [255])
    counted = patches.histogram()
    if counted[255] < sum(counted) * _TONE_SHARE:
        return Dither.THRESHOLD
    greys = small.reduce(3).histogram(patches)
    tones = [sum(greys[start : start + 8]) for start in range(0, 256, 8)]
    flat = sum(sorted(tones, reverse=True)[:_FLAT_TONES])
    return Dither.THRESHOLD if flat >= counted[255] * _FLAT_SHARE else Dither.DIFFUSE


def ink_place(pages: Pages, page: int, turn: int) -> Area:
    """The part of a turned page that has anything on it, with a small margin; all of it when it is blank."""
    width_mm, height_mm = pages.size_mm(page)
    if turn % 180:
        width_mm, height_mm = height_mm, width_mm
    small = 600 / max(width_mm, height_mm)
    size = dots(width_mm * small), dots(height_mm * small)
    found = pages.drawn(page, size, turn).point([255] * _INK_BELOW + [0] * (256 - _INK_BELOW)).getbbox()
    if found is None:
        return WHOLE
    margin = _INK_MARGIN_MM * small
    left, top = max(0.0, found[0] - margin), max(0.0, found[1] - margin)
    right, bottom = min(size[0], found[2] + margin), min(size[1], found[3] + margin)
    return Area(
        x=left / size[0],
        y=top / size[1],
        width=(right - left) / size[0],
        height=(bottom - top) / size[1],
    )


def _own_turn(width_mm: float, height_mm: float, plan: PagePlan) -> int:
    """A page wider than the paper is turned when more of it fits."""
    if Fix.ROTATE in plan.fixes or width_mm <= height_mm:
        return 0
    upright = min(1.0, LINE_MM / width_mm)
    turned = min(1.0, LINE_MM / height_mm)
    return 90 if turned > upright * _TURN_GAINS else 0


def _scale(width_mm: float, height_mm: float, plan: PagePlan, paper: PaperSize) -> float:
    sheet_mm = paper.size_mm[1]
    scale = min(1.0, LINE_MM / width_mm)
    to_sheet = min(scale, sheet_mm / height_mm)
    is_large = width_mm > LINE_MM * 1.03
    if Fix.SHRINK_TO_PAPER in plan.fixes or is_large or to_sheet >= SHRUNK_BY_ITSELF * scale:
        return to_sheet
    return min(scale, MAX_FAX_LINES_INCHES * MM_PER_INCH / height_mm)


def _most_lines(lines: int) -> int:
    return round(MAX_FAX_LINES_INCHES * lines)


def _keeps_its_dots(pages: Pages, page: int, turn: int, plan: PagePlan) -> bool:
    moved = plan.fixes & {Fix.ENLARGE, Fix.SHRINK_TO_PAPER}
    return turn in (0, 180) and not moved and pages.is_fax_page(page)


def _exact(pages: Pages, page: int, turn: int, resolution: Resolution, paper: PaperSize) -> Placement:
    """A fax page keeps its 1728 dots; its lines too, unless the other resolution is wanted."""
    own = pages.fax_lines_per_inch(page) or 196
    lines = lines_per_inch(resolution)
    height = max(1, min(round(_dots_down(pages, page, own) * lines / own), _most_lines(lines)))
    sheet = paper.fax_size(resolution)[1]
    return Placement(
        canvas=(FAX_WIDTH, max(sheet, height)),
        box=(0, 0, FAX_WIDTH, height),
        turn=turn,
        crop=WHOLE,
        scale=1.0,
        is_exact=True,
    )


def _dots_down(pages: Pages, page: int, own_lines: int) -> int:
    dpi = pages.scan_dpi(page)
    down = dpi[1] if dpi is not None else float(own_lines)
    return round(pages.size_mm(page)[1] / MM_PER_INCH * down)


_CLEAN = [0] * 16 + [round((value - 16) * 255 / 223) for value in range(16, 240)] + [255] * 16
_TONES = [0] * _TONE_FROM + [255] * (_TONE_TO - _TONE_FROM) + [0] * (256 - _TONE_TO)
