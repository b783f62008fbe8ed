"""The pages of a picture: TIFF with its many frames (G3, G4, turned by its tag), PNG, JPEG, GIF, BMP.

Transparent is paper, colour becomes grey. A picture says how large it is in dots an inch; one that does not
is fitted to the page. Its size is looked at before anything is decoded. Runs in the page room.
Read next: pages.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.errors import UserError
from rcdesk.core.paper import FAX_WIDTH, MM_PER_INCH, Place
from rcdesk.documents.inspect import BROKEN_PICTURE
from rcdesk.documents.kinds import TIFF
from rcdesk.documents.pages import WHOLE, Pages, sane_mm
from rcdesk.documents.pdf_pages import nominal_lines

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 120_000_000
"""A3 in colour at 800 dots an inch; decoded, it takes 360 MB."""
_PAGE_INCHES = (8.47, 11.0)
_LEAST_DPI, _MOST_DPI = 50.0, 4800.0
_SMALL_PICTURE_DPI = 72.0
_ORIENTATION = 274
_TURNED_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
_DAMAGED = "This picture is damaged and cannot be opened. Choose another."
_TOO_LARGE = "This picture is too large to be faxed ({} x {} dots). Make it smaller and add that."


class PicturePages(Pages):
    """An open picture; see Pages."""

    def __init__(self, path: Path, media_type: str) -> None:
        from PIL import Image

        with _as_damage():
            try:
                self._picture = Image.open(path)
            except FileNotFoundError as exc:
                raise UserError("This file is not there any more. Choose another.") from exc
        try:
            self._check_size()
            with _as_damage():
                frames = int(getattr(self._picture, "n_frames", 1)) if media_type == TIFF else 1
        except BaseException:
            self._picture.close()
            raise
        self._count = max(1, frames)
        self._path = path
        self._grey: tuple[int, Image.Image] | None = None
        self._facts: dict[int, tuple[tuple[int, int], tuple[float, float] | None, bool]] = {}
        self._is_spent = False

    @property
    def count(self) -> int:
        return self._count

    def size_mm(self, page: int) -> tuple[float, float]:
        (width, height), dpi, _ = self._look(page)
        across, down = dpi or _fitting_dpi(width, height)
        return sane_mm(width / across * MM_PER_INCH, height / down * MM_PER_INCH)

    def scan_dpi(self, page: int) -> tuple[float, float] | None:
        (width, height), dpi, _ = self._look(page)
        return dpi or _fitting_dpi(width, height)

    def is_one_bit(self, page: int) -> bool:
        return self._look(page)[2]

    def fax_lines_per_inch(self, page: int) -> int | None:
        (width, height), dpi, is_one_bit = self._look(page)
        if not is_one_bit or width != FAX_WIDTH:
            return None
        if dpi is None:
            return 98 if height < FAX_WIDTH else 196
        return nominal_lines(*dpi)

    def drawn(self, page: int, size_px: tuple[int, int], turn: int = 0, crop: Place = WHOLE) -> Image:
        from PIL import Image

        grey = self._grey_of(page, size_px if crop == WHOLE and turn % 180 == 0 else None)
        with _as_damage():
            if turn % 360:
                turns = {
                    90: Image.Transpose.ROTATE_270,
                    180: Image.Transpose.ROTATE_180,
                    270: Image.Transpose.ROTATE_90,
                }
                grey = grey.transpose(turns[turn % 360])
            if crop == WHOLE and grey.size == size_px:
                return grey.copy()
            width, height = grey.size
            box = (
                crop.x * width,
                crop.y * height,
                min(width, (crop.x + crop.width) * width),
                min(height, (crop.y + crop.height) * height),
            )
            is_enlarged = size_px[0] > box[2] - box[0] and size_px[1] > box[3] - box[1]
            smooth = is_enlarged and not self.is_one_bit(page)
            how = Image.Resampling.BICUBIC if smooth else Image.Resampling.BOX
            return grey.resize(size_px, how, box=box)

    def close(self) -> None:
        self._grey = None
        self._picture.close()

    def _look(self, page: int) -> tuple[tuple[int, int], tuple[float, float] | None, bool]:
        """Size in dots as the page is read, dots an inch if it says them, whether it has one bit a dot."""
        known = self._facts.get(page)
        if known is None:
            self._go_to(page)
            known = self._facts[page]
        return known

    def _go_to(self, page: int) -> None:
        """Stand at a frame and note its facts, nothing decoded yet."""
        self.check(page)
        self._fresh()
        with _as_damage():
            try:
                self._picture.seek(page)
            except EOFError as exc:
                raise UserError(f"Page {page + 1} of this picture is damaged. Choose another.") from exc
        self._check_size()
        if page not in self._facts:
            with _as_damage():
                self._facts[page] = _facts_of(self._picture)

    def _grey_of(self, page: int, wanted: tuple[int, int] | None) -> Image:
        """The page in grey, as it is read; kept until another page is asked for."""
        from PIL import ImageOps

        if self._grey is not None and self._grey[0] == page:
            return self._grey[1]
        self._grey = None
        self._go_to(page)
        with _as_damage():
            is_draft = wanted is not None and _is_jpeg_to_shrink(self._picture, wanted)
            if is_draft and wanted is not None:
                self._picture.draft("L", wanted)
                self._is_spent = True
            self._picture.load()
            upright = ImageOps.exif_transpose(self._picture)
            grey = _on_paper(upright)
        if not is_draft:
            self._grey = (page, grey)
        return grey

    def _fresh(self) -> None:
        """Open it again when it was decoded at a smaller size."""
        from PIL import Image

        if self._is_spent:
            with _as_damage():
                self._picture.close()
                self._picture = Image.open(self._path)
            self._is_spent = False

    def _check_size(self) -> None:
        width, height = self._picture.size
        if width * height > MAX_PIXELS:
            raise UserError(_TOO_LARGE.format(width, height))
        if width < 1 or height < 1:
            raise UserError(_DAMAGED)


@contextmanager
def _as_damage() -> Iterator[None]:
    """Pillow's many ways to say that a file is broken, as one sentence; its warnings say the same again."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as exc:
        raise UserError("This picture is too large to be faxed. Make it smaller and add that.") from exc
    except MemoryError as exc:
        raise UserError(
            "This picture needs too much memory to be drawn. Make it smaller and add that."
        ) from exc
    except (*BROKEN_PICTURE, AttributeError, ArithmeticError, AssertionError, RuntimeError) as exc:
        raise UserError(_DAMAGED) from exc


def _facts_of(picture: Image) -> tuple[tuple[int, int], tuple[float, float] | None, bool]:
    from PIL.TiffImagePlugin import IMAGELENGTH, IMAGEWIDTH, TiffImageFile

    width, height = picture.size
    if isinstance(picture, TiffImageFile):
        # Pillow turns a TIFF's size when it opens it or when it loads it, by version.
        width, height = picture.tag_v2.get(IMAGEWIDTH, width), picture.tag_v2.get(IMAGELENGTH, height)
    dpi = _said_dpi(picture)
    if picture.getexif().get(_ORIENTATION) in _TURNED_ON_ITS_SIDE:
        width, height = height, width
        dpi = None if dpi is None else (dpi[1], dpi[0])
    return (width, height), dpi, picture.mode == "1"


def _said_dpi(picture: Image) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in picture.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ArithmeticError):
        return None
    is_sane = _LEAST_DPI <= across <= _MOST_DPI and _LEAST_DPI <= down <= _MOST_DPI
    return (across, down) if is_sane and 1 / 3 < across / down < 3 else None


def _fitting_dpi(width: int, height: int) -> tuple[float, float]:
    """A picture that does not say how large it is fills the page, but small ones are not blown up."""
    if width == FAX_WIDTH and height > FAX_WIDTH:
        return 204.0, 196.0
    across, down = _PAGE_INCHES if width <= height else _PAGE_INCHES[::-1]
    return (max(_SMALL_PICTURE_DPI, width / across, height / down),) * 2


def _is_jpeg_to_shrink(picture: Image, wanted: tuple[int, int]) -> bool:
    """True when a JPEG is at least twice as large as wanted: decoding it smaller saves time and memory."""
    if picture.format != "JPEG":
        return False
    short, long = sorted(picture.size)
    return short >= 2 * max(wanted) or (long >= 2 * max(wanted) and short >= 2 * min(wanted))


def _on_paper(picture: Image) -> Image:
    """Any mode as "L"; what is transparent shows the white paper."""
    from PIL import Image

    if picture.mode in ("1", "L"):
        return picture.convert("L") if "transparency" not in picture.info else _laid_down(picture)
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        return _sixteen_bit(picture)
    if "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info:
        return _laid_down(picture)
    if picture.mode in ("LAB", "HSV"):
        picture = picture.convert("RGB") if picture.mode == "HSV" else picture.getchannel(0)
    return picture if picture.mode == "L" else Image.Image.convert(picture, "L")


def _laid_down(picture: Image) -> Image:
    from PIL import Image

    both = picture.convert("LA") if picture.mode in ("L", "1", "La", "LA") else picture.convert("RGBA")
    paper = Image.new("L", both.size, 255)
    paper.paste(both.convert("L"), mask=both.getchannel("A"))
    return paper


def _sixteen_bit(picture: Image) -> Image:
    wide = picture.convert("F")
    low, high = wide.getextrema()
    assert isinstance(low, float) and isinstance(high, float)
    top = 255.0 if high <= 255 else 65535.0
    return wide.point(lambda value: value * (255.0 / top)).convert("L")
