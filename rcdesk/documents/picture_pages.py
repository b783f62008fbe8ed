"""The pages of a picture: TIFF with its frames (G3, G4, turned by its tag), photos, screenshots, drawings.

Transparent is paper, colour becomes grey. A picture says how large it is in dots an inch; one that does not,
or is a photo and says nonsense, is fitted to the page; a fax page that does not is known by its width. Its
size is looked at before anything is decoded. Runs in the renderer. Read next: pages.py, tiff_frames.py.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import FAX_WIDTH, MM_PER_INCH, Area, NotDrawnHere
from rcdesk.core.regular_file import open_regular
from rcdesk.documents.inspect import BROKEN_PICTURE
from rcdesk.documents.kinds import DCX, HEIC, PSD, TIFF
from rcdesk.documents.pages import WHOLE, Pages, sane_mm
from rcdesk.documents.pdf_pages import nominal_lines
from rcdesk.documents.tiff_frames import (
    colours_of,
    grey_of,
    has_own_range,
    has_unnamed_sample,
    is_misread,
    page_frames,
    reopened,
)

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 120_000_000
"""A3 in colour at 800 dots an inch; decoded, it takes 360 MB."""
_PAGE_INCHES = (8.47, 11.0)
_LEAST_DPI, _MOST_DPI = 50.0, 4800.0
_SMALL_PICTURE_DPI = 72.0
_LARGEST_PAGE_INCHES = (8.7, 14.2)
_SCREEN_DPI = 110.0
_LEAST_FAX_DPI = 150.0
_USUAL_INCHES = 11.7
_R8, _R16 = (204.0, (98.0, 196.0, 391.0)), (408.0, (391.0, 196.0))
_FAX_DPI: dict[int, tuple[float, tuple[float, ...]]] = {
    **dict.fromkeys((FAX_WIDTH, 2048, 2432), _R8),
    **dict.fromkeys((3456, 4096, 4864), _R16),
    **dict.fromkeys((2592, 3072, 3648), (300.0, (300.0,))),
}
"""Widths of fax pages (ITU-T T.4, T.30: A4, B4 and A3): dots an inch across, and lines an inch there are."""
_ORIENTATION, _EXIF, _EXPOSURE = 274, 0x8769, 0x829A
_TURNED_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
_UPRIGHT = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""Orientation → the number of Pillow's Transpose that mends it."""
_FORMATS = {
    TIFF: ("TIFF",),
    PSD: ("PSD",),
    HEIC: ("HEIF",),
    DCX: ("DCX",),
    "image/png": ("PNG",),
    "image/jpeg": ("JPEG", "MPO"),
    "image/gif": ("GIF",),
    "image/bmp": ("BMP", "DIB"),
    "image/x-pcx": ("PCX", "DCX"),
    "image/x-tga": ("TGA",),
    "image/webp": ("WEBP",),
    "image/avif": ("AVIF",),
    "image/jp2": ("JPEG2000",),
}
_PSD_SHAPES = frozenset({(1, 0), *((8, mode) for mode in (0, 1, 2, 3, 4, 7, 8, 9))})
_PSD_NOT_DRAWN = (
    "This kind of Photoshop file cannot be shown here. The file can be faxed as it is: RingCentral draws it, "
    "pages counted by RingCentral."
)
_DAMAGED = "This picture is damaged and cannot be opened. Choose another."
_TOO_LARGE = "This picture is too large to be faxed ({} x {} dots). Make it smaller and add that."


class PicturePages(Pages):
    """An open picture; see Pages."""

    def __init__(self, path: Path, media_type: str) -> None:
        from PIL import Image

        self._path = path
        self._media_type = media_type
        self._picture: Image.Image = Image.new("1", (1, 1))
        self._is_spent = True
        self._is_inverted = False
        self._orientation: int | None = None
        with picture_damage():
            try:
                self._frames = page_frames(path) if media_type == TIFF else (0,)
                self._stand_at(self._frames[0])
                if media_type == DCX:
                    self._frames = tuple(range(max(1, int(getattr(self._picture, "n_frames", 1)))))
            except FileNotFoundError as exc:
                raise UserError("This file is not there any more. Choose another.") from exc
        try:
            self._check_size()
        except BaseException:
            self._picture.close()
            raise
        self._grey: tuple[int, Image.Image] | None = None
        self._facts: dict[int, tuple[tuple[int, int], tuple[float, float] | None, bool]] = {}

    @property
    def count(self) -> int:
        return len(self._frames)

    def size_mm(self, page: int) -> tuple[float, float]:
        (width, height), dpi, is_one_bit = self._look(page)
        across, down = dpi or _fitting_dpi(width, height, is_one_bit)
        return sane_mm(width / across * MM_PER_INCH, height / down * MM_PER_INCH)

    def scan_dpi(self, page: int) -> tuple[float, float] | None:
        (width, height), dpi, is_one_bit = self._look(page)
        return dpi or _fitting_dpi(width, height, is_one_bit)

    def is_one_bit(self, page: int) -> bool:
        return self._look(page)[2]

    def fax_lines_per_inch(self, page: int) -> int | None:
        (width, height), dpi, is_one_bit = self._look(page)
        if not is_one_bit or width != FAX_WIDTH:
            return None
        return nominal_lines(*(dpi or _fitting_dpi(width, height, is_one_bit)))

    def drawn(self, page: int, size_px: tuple[int, int], turn: int = 0, crop: Area = WHOLE) -> Image:
        from PIL import Image

        grey = self._grey_of(page, size_px if crop == WHOLE and turn % 180 == 0 else None)
        with picture_damage():
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
        """Stand at the frame of a page and note its facts, nothing decoded yet."""
        self.check(page)
        with picture_damage():
            try:
                self._stand_at(self._frames[page])
            except EOFError as exc:
                raise UserError(f"Page {page + 1} of this picture is damaged. Choose another.") from exc
        self._check_size()
        if page not in self._facts:
            with picture_damage():
                self._facts[page] = _facts_of(self._picture, self._orientation)

    def _stand_at(self, frame: int) -> None:
        """A frame Pillow refuses is opened in another form; such a one is not gone on from."""
        from PIL import UnidentifiedImageError

        try:
            if self._is_spent:
                self._picture.close()
                self._picture = open_picture(self._path, self._media_type)
                self._is_spent, self._is_inverted, self._orientation = False, False, None
            if len(self._frames) > 1 or frame:
                self._picture.seek(frame)
            is_known = not is_misread(self._picture)
        except (UnidentifiedImageError, SyntaxError, KeyError):
            if self._media_type != TIFF:
                raise
            is_known = False
        if not is_known:
            found = reopened(self._path, frame)
            self._picture.close()
            self._picture, self._is_spent = found.picture, True
            self._is_inverted, self._orientation = found.is_inverted, found.orientation

    def _grey_of(self, page: int, wanted: tuple[int, int] | None) -> Image:
        """The page in grey, as it is read; kept until another page is asked for."""
        from PIL import Image

        if self._grey is not None and self._grey[0] == page:
            return self._grey[1]
        self._grey = None
        self._go_to(page)
        with picture_damage():
            is_draft = wanted is not None and _is_jpeg_to_shrink(self._picture, wanted)
            if is_draft and wanted is not None:
                self._picture.draft("L", wanted)
                self._is_spent = True
            self._picture.load()
            # Pillow turns some kinds while it loads them; then nothing is said any more.
            turn = _UPRIGHT.get(self._orientation or self._picture.getexif().get(_ORIENTATION, 1))
            grey = _on_paper(self._picture, is_inverted=self._is_inverted)
            if turn is not None:
                grey = grey.transpose(Image.Transpose(turn))
        if not is_draft:
            self._grey = (page, grey)
        return grey

    def _check_size(self) -> None:
        width, height = self._picture.size
        if width * height > MAX_PIXELS:
            raise UserError(_TOO_LARGE.format(width, height))
        if width < 1 or height < 1:
            raise UserError(_DAMAGED)


@contextmanager
def picture_damage() -> Iterator[None]:
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


def open_picture(path: Path, media_type: str) -> Image:
    """By the kind the file is and no other: some of Pillow's readers start programs. Raises as Pillow."""
    from PIL import Image

    if media_type == HEIC:
        import pi_heif

        pi_heif.register_heif_opener()
    if media_type == PSD and _psd_shape(path) not in _PSD_SHAPES:
        raise NotDrawnHere(_PSD_NOT_DRAWN)
    opened = Image.open(path, formats=_FORMATS.get(media_type))
    # Unpacked pictures are mapped by their name, in the wrong shape when they lie on their side.
    opened.filename = ""
    return opened


def _psd_shape(path: Path) -> tuple[int, int]:
    """Bits a sample and colour mode."""
    with open_regular(path) as file:
        head = file.read(26)
    return int.from_bytes(head[22:24]), int.from_bytes(head[24:26])


def _facts_of(
    picture: Image, orientation: int | None
) -> tuple[tuple[int, int], tuple[float, float] | None, bool]:
    from PIL.TiffImagePlugin import BITSPERSAMPLE, IMAGELENGTH, IMAGEWIDTH, TiffImageFile

    width, height = picture.size
    is_one_bit = picture.mode == "1"
    if isinstance(picture, TiffImageFile):
        # Pillow turns a TIFF's size when it opens it or when it loads it, by version.
        width, height = picture.tag_v2.get(IMAGEWIDTH, width), picture.tag_v2.get(IMAGELENGTH, height)
        is_one_bit = is_one_bit or picture.tag_v2.get(BITSPERSAMPLE) == (1,)
    dpi = _said_dpi(picture)
    if (orientation or picture.getexif().get(_ORIENTATION)) in _TURNED_ON_ITS_SIDE:
        width, height = height, width
        dpi = None if dpi is None else (dpi[1], dpi[0])
    if dpi is not None and _is_nonsense(picture, width, height, dpi, is_one_bit=is_one_bit):
        dpi = None
    return (width, height), dpi, is_one_bit


def _said_dpi(picture: Image) -> tuple[float, float] | None:
    said = picture.info.get("dpi")
    if picture.format == "TIFF" and picture.info.get("resolution") is not None:
        said = picture.info["resolution"]  # without a unit; a fax is known by its numbers all the same
    try:
        across, down = (float(value) for value in said or (0, 0))
    except (TypeError, ValueError, ArithmeticError):
        return None
    is_sane = _LEAST_DPI <= across <= _MOST_DPI and _LEAST_DPI <= down <= _MOST_DPI
    return (across, down) if is_sane and 1 / 4.5 < across / down < 4.5 else None


def _is_nonsense(
    picture: Image, width: int, height: int, dpi: tuple[float, float], *, is_one_bit: bool
) -> bool:
    """True when what is said is no paper's size: a fax's dots at a screen's number, or a camera's photo."""
    short, long = sorted((width / dpi[0], height / dpi[1]))
    if short <= _LARGEST_PAGE_INCHES[0] and long <= _LARGEST_PAGE_INCHES[1]:
        return False
    if is_one_bit and width in _FAX_DPI:
        return dpi[0] < _LEAST_FAX_DPI
    if min(dpi) <= _SCREEN_DPI:
        return True
    exif = picture.getexif()
    return exif.get(_ORIENTATION, 1) != 1 or _EXPOSURE in exif.get_ifd(_EXIF)


def _fitting_dpi(width: int, height: int, is_one_bit: bool = False) -> tuple[float, float]:
    """A picture that does not say how large it is fills the page, but small ones are not blown up.

    A fax page is known by its width: 204 or 408 dots an inch, and as many lines as give a sheet of paper.
    """
    if width in _FAX_DPI and (is_one_bit or (width == FAX_WIDTH and height > FAX_WIDTH)):
        across, usual = _FAX_DPI[width]
        return across, min(usual, key=lambda lines: abs(math.log(height / lines / _USUAL_INCHES)))
    across, down = _PAGE_INCHES if width <= height else _PAGE_INCHES[::-1]
    return (max(_SMALL_PICTURE_DPI, width / across, height / down),) * 2


def _is_jpeg_to_shrink(picture: Image, wanted: tuple[int, int]) -> bool:
    """True when a JPEG is at least twice as large as wanted: decoding it smaller saves time and memory."""
    if picture.format != "JPEG":
        return False
    short, long = sorted(picture.size)
    return short >= 2 * max(wanted) or (long >= 2 * max(wanted) and short >= 2 * min(wanted))


def _on_paper(picture: Image, *, is_inverted: bool = False) -> Image:
    """Any mode as "L"; what is transparent shows the white paper."""
    from PIL import Image, ImageChops

    if picture.format == "PSD":
        # Its picture of all layers lies on white already; what is told apart besides is no transparency.
        grey = picture.convert("RGB").convert("L")
        return ImageChops.invert(grey) if picture.mode == "1" else grey
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F") or has_own_range(picture):
        return grey_of(picture, is_inverted=is_inverted)
    if is_inverted and picture.mode == "LA":
        level, alpha = picture.split()
        return _laid_down(Image.merge("LA", (ImageChops.invert(level), alpha)))
    if has_unnamed_sample(picture):
        picture = picture.convert("RGB")
    grey = _as_grey(colours_of(picture))
    return ImageChops.invert(grey) if is_inverted else grey


def _as_grey(picture: Image) -> Image:
    from PIL import Image

    if picture.mode in ("1", "L"):
        return picture.convert("L") if "transparency" not in picture.info else _laid_down(picture)
    if picture.mode == "LAB":
        return picture.getchannel(0)
    if "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info:
        return _laid_down(picture)
    if picture.mode == "HSV":
        picture = picture.convert("RGB")
    return picture if picture.mode == "L" else Image.Image.convert(picture, "L")


def _laid_down(picture: Image) -> Image:
    from PIL import Image

    both = picture.convert("LA") if picture.mode in ("L", "1", "La", "LA") else picture.convert("RGBA")
    paper = Image.new("L", both.size, 255)
    paper.paste(both.convert("L"), mask=both.getchannel("A"))
    return paper
