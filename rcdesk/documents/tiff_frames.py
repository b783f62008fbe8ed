"""TIFFs beyond what Pillow takes for granted: which frames are pages, and samples of every depth and range.

Scanners and laboratories write 12 bits in 16, signed numbers, fractions, white as zero. What Pillow reads but
leaves in the file's own range becomes grey by that range; what it refuses is offered to it again under a
directory it understands, at the end of a copy in memory. Runs in the renderer. Read next: picture_pages.py.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from rcdesk.core.fax.paper import NotDrawnHere
from rcdesk.core.regular_file import open_regular

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

_KIND, _OLD_KIND = 254, 255
_REDUCED_OR_MASK, _OLD_REDUCED = 1 | 4, 2
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIPS, _STRIP_BYTES, _SAMPLES, _PLANAR = 273, 279, 277, 284
_PREDICTOR, _TILE_WIDTH, _TILES, _TILE_BYTES, _EXTRA, _FORMAT = 317, 322, 324, 325, 338, 339
_ORIENTATION = 274
_FRACTIONS = (282, 283)
_LEAST, _MOST, _LEAST_EXACT, _MOST_EXACT = 280, 281, 340, 341
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _LAB, _OTHER_LABS = 0, 1, 2, 8, (9, 10)
_COPIED = (
    *(
        _WIDTH,
        _HEIGHT,
        _BITS,
        _COMPRESSION,
        _PHOTOMETRIC,
        266,
        _STRIPS,
        _ORIENTATION,
        _SAMPLES,
        278,
        _STRIP_BYTES,
    ),
    *(282, 283, _PLANAR, 292, 293, 296, _PREDICTOR, 320, _TILE_WIDTH, 323, _TILES, _TILE_BYTES, _EXTRA),
    *(_FORMAT, 347, 530, 532),
)
_SAMPLES_ARE = "sample format"
_MOST_FRAMES = 10_000
_TOPS = (1, 255, 1023, 4095, 16383)
_NOT_DRAWN = (
    "Pages of this kind of TIFF cannot be shown here. The file can be faxed as it is: RingCentral draws it."
)


class Opened(Struct, frozen=True, kw_only=True):
    """A frame Pillow can load. is_inverted and orientation are what it then does not know."""

    picture: Image
    is_inverted: bool = False
    orientation: int | None = None


def page_frames(path: Path) -> tuple[int, ...]:
    """The numbers of the frames that are pages: no thumbnails, no masks. Raises what Pillow raises."""
    kinds = [
        bool(_number(tags, _KIND) & _REDUCED_OR_MASK) or _number(tags, _OLD_KIND) == _OLD_REDUCED
        for tags in _directories(path)
    ]
    pages = tuple(number for number, is_aside in enumerate(kinds) if not is_aside)
    return pages or tuple(range(max(1, len(kinds))))


def is_misread(picture: Image) -> bool:
    """True for what Pillow opens and mixes up: wide samples in planes, or packed upper byte first."""
    tags = getattr(picture, "tag_v2", {})
    if _bits(tags) <= 8:
        return False
    is_swapped = getattr(tags, "prefix", b"II") == b"MM" and picture.mode in ("I", "F")
    return _is_planar(tags) or (is_swapped and _number(tags, _COMPRESSION, 1) != 1)


def _is_planar(tags: Any) -> bool:
    return _number(tags, _PLANAR) == 2 and _number(tags, _SAMPLES) > 1


def reopened(path: Path, frame: int) -> Opened:
    """A frame Pillow refuses, in a form it reads. Raises NotDrawnHere, and what Pillow raises."""
    from PIL import Image, UnidentifiedImageError

    content = path.read_bytes()
    tags = _directory(path, frame)
    changed: dict[int, Any] = {}
    is_inverted = _number(tags, _PHOTOMETRIC, 1) == _WHITE_IS_ZERO
    if is_inverted:
        changed[_PHOTOMETRIC] = _BLACK_IS_ZERO
    elif _number(tags, _PHOTOMETRIC) in _OTHER_LABS:
        changed[_PHOTOMETRIC] = _LAB
    if _is_planar(tags):
        changed |= _one_plane(tags)
    try:
        picture: Image.Image = Image.open(_with_directory(content, tags, changed), formats=["TIFF"])
        if is_misread(picture):
            raise SyntaxError
    except (UnidentifiedImageError, SyntaxError, KeyError):
        picture = _samples(content, tags)
    return Opened(picture=picture, is_inverted=is_inverted)


def grey_of(picture: Image, *, is_inverted: bool = False) -> Image:
    """Samples of more than 8 bits, or signed ones, as "L": by the range the file says or shows."""
    from PIL import ImageChops

    tags = getattr(picture, "tag_v2", {})
    sample_format = picture.info.get(_SAMPLES_ARE) or _number(tags, _FORMAT, _UNSIGNED)
    if picture.mode == "L" and sample_format == _SIGNED:
        grey = picture.point([value ^ 0x80 for value in range(256)])
    elif picture.mode == "L":
        bottom, top = _said_range(picture)
        grey = picture.point(
            [round(255 * (min(max(v, bottom), top) - bottom) / (top - bottom)) for v in range(256)]
        )
    else:
        is_inverted = is_inverted or _number(tags, _PHOTOMETRIC, 1) == _WHITE_IS_ZERO
        grey = _by_range(picture, tags, sample_format)
    return ImageChops.invert(grey) if is_inverted else grey


def colours_of(picture: Image) -> Image:
    """16-bit colours, of which Pillow keeps the upper 8 bits: brighter when the file fills the lower ones."""
    tags = getattr(picture, "tag_v2", {})
    if _bits(tags) <= 8 or picture.mode != "RGB":
        return picture
    brightest = max(high for _low, high in picture.getextrema())  # type: ignore[misc]
    top = next((top >> 8 for top in (4095, 16383) if brightest <= top >> 8), 0)
    return picture.point([min(255, value * 255 // top) for value in range(256)] * 3) if top else picture


def has_own_range(picture: Image) -> bool:
    """True for 8-bit samples below and above zero, or between a black and a white of their own."""
    tags = getattr(picture, "tag_v2", {})
    is_signed = _number(tags, _FORMAT, _UNSIGNED) == _SIGNED
    return picture.mode == "L" and (is_signed or _said_range(picture) != (0, 255))


def has_unnamed_sample(picture: Image) -> bool:
    """True for colours with a fourth sample of which the file does not say that it is transparency."""
    tags = getattr(picture, "tag_v2", None)
    return tags is not None and picture.mode == "RGBA" and _number(tags, _EXTRA) == 0


def _said_range(picture: Image) -> tuple[int, int]:
    """Which 8-bit samples are black and white, as Pillow has them, where the file says so truly."""
    tags = getattr(picture, "tag_v2", {})
    bottom, top = _number(tags, _LEAST, 0), _number(tags, _MOST, 255)
    if not 0 <= bottom < top <= 255 or (bottom, top) == (0, 255) or _bits(tags) != 8:
        return 0, 255
    if _number(tags, _PHOTOMETRIC, 1) == _WHITE_IS_ZERO:
        bottom, top = 255 - top, 255 - bottom
    low, high = picture.getextrema()
    return (bottom, top) if bottom <= low and high <= top else (0, 255)  # type: ignore[operator]


def _by_range(picture: Image, tags: Any, sample_format: int) -> Image:
    from PIL import Image

    wide = picture.convert("F")
    low, high = _extrema(wide)
    if picture.mode == "I" and sample_format == _UNSIGNED and low < 0:
        return Image.frombytes("L", picture.size, picture.tobytes()[3::4])  # more than 31 bits
    bottom, top = _range(low, high, tags, sample_format, is_whole=picture.mode != "F")
    scale = 255.0 / (top - bottom)
    return wide.point(lambda value: value * scale + (0.5 - bottom * scale)).convert("L")


def _range(low: float, high: float, tags: Any, sample_format: int, *, is_whole: bool) -> tuple[float, float]:
    """Which samples are black and white."""
    for least, most in ((_LEAST_EXACT, _MOST_EXACT), (_LEAST, _MOST)):
        bottom, top = _fraction(tags, least), _fraction(tags, most)
        if bottom is not None and top is not None and bottom < top and bottom <= low and high <= top:
            return bottom, top
    if low < 0:
        return low, max(high, low + 1)
    whole = (*_TOPS, *([32767] if sample_format == _SIGNED else []), 65535, 2**24 - 1, 2**31 - 1)
    tops = whole if is_whole else (1.001, 255, 65535)
    return 0.0, next((float(top) for top in tops if high <= top), max(1.0, high))


def _extrema(wide: Image) -> tuple[float, float]:
    """The least and the greatest number; one that is none hides them where it stands first."""
    width, height = wide.size
    for box in (
        (0, 0),
        (width // 2, 0),
        (0, height // 2),
        (width // 2, height // 2),
        (width // 3, height // 3),
    ):
        low, high = wide.crop((*box, width, height)).getextrema()
        assert isinstance(low, float) and isinstance(high, float)
        if math.isfinite(low) and math.isfinite(high):
            return low, high
    return 0.0, 1.0


def _one_plane(tags: ImageFileDirectory_v2) -> dict[int, Any]:
    """The second of three planes alone, which is the green one; the first of others."""
    samples = _number(tags, _SAMPLES)
    plane = 1 if samples >= 3 and _number(tags, _PHOTOMETRIC) == _RGB else 0
    changed: dict[int, Any] = {
        _SAMPLES: 1,
        _PLANAR: 1,
        _PHOTOMETRIC: _BLACK_IS_ZERO,
        _BITS: (_bits(tags),),
        _FORMAT: (_number(tags, _FORMAT, _UNSIGNED),),
        _EXTRA: None,
    }
    for tag in (_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES):
        if tag in tags:
            values = tags[tag]
            share = len(values) // samples
            changed[tag] = tuple(values[plane * share : (plane + 1) * share])
    return changed


def _samples(content: bytes, tags: ImageFileDirectory_v2) -> Image:
    """A frame read as bytes, however they are packed, and its samples put together here."""
    from PIL import Image, UnidentifiedImageError

    width, samples, bits = _number(tags, _WIDTH), max(1, _number(tags, _SAMPLES, 1)), _bits(tags)
    sample_format = _number(tags, _FORMAT, _UNSIGNED)
    is_known = bits in (16, 32) or (sample_format == _FLOAT and bits == 64)
    if not is_known or _number(tags, _PREDICTOR, 1) != 1 or _number(tags, _PLANAR, 1) != 1:
        raise NotDrawnHere(_NOT_DRAWN)
    pixel = samples * bits // 8
    changed: dict[int, Any] = {
        _BITS: (8,),
        _SAMPLES: 1,
        _WIDTH: width * pixel,
        _PHOTOMETRIC: _BLACK_IS_ZERO,
        **dict.fromkeys((_FORMAT, _EXTRA, _PREDICTOR, _ORIENTATION)),
    }
    if _TILE_WIDTH in tags:
        changed[_TILE_WIDTH] = _number(tags, _TILE_WIDTH) * pixel
    try:
        with Image.open(_with_directory(content, tags, changed), formats=["TIFF"]) as packed:
            raw, size, dpi = packed.tobytes(), (width, packed.height), packed.info.get("dpi")
    except (UnidentifiedImageError, KeyError) as exc:
        raise NotDrawnHere(_NOT_DRAWN) from exc
    is_little = content[:2] == b"II"
    shown = 1 if samples >= 3 and _number(tags, _PHOTOMETRIC) == _RGB else 0
    drawn = _channel(raw, shown, samples, size, bits, sample_format, is_little=is_little)
    if samples in (2, 4) and _number(tags, _EXTRA) in (1, 2):
        alpha = _channel(raw, samples - 1, samples, size, bits, sample_format, is_little=is_little)
        drawn = Image.merge("LA", (grey_of(drawn), grey_of(alpha)))
    drawn.info.update({"dpi": dpi or (0, 0), _SAMPLES_ARE: sample_format})
    return drawn


def _channel(
    raw: bytes,
    number: int,
    samples: int,
    size: tuple[int, int],
    bits: int,
    sample_format: int,
    *,
    is_little: bool,
) -> Image:
    from PIL import Image

    one = bits // 8
    picked = bytearray(size[0] * size[1] * one)
    for byte in range(one):
        picked[byte::one] = raw[number * one + byte :: samples * one]
    order = "" if is_little else "B"
    if sample_format == _FLOAT and bits == 16:
        numbers = struct.unpack(f"{'<' if is_little else '>'}{size[0] * size[1]}e", picked)
        picked, bits, order = bytearray(struct.pack(f"<{len(numbers)}f", *numbers)), 32, ""
    if sample_format == _FLOAT:
        return Image.frombytes("F", size, bytes(picked), "raw", f"F;{bits}{order}F")
    is_wide = bits == 32 or sample_format == _SIGNED
    packing = f"I;{bits}{order}{'S' if sample_format == _SIGNED or bits == 32 else ''}"
    return Image.frombytes("I" if is_wide else "I;16", size, bytes(picked), "raw", packing)


def _with_directory(content: bytes, tags: ImageFileDirectory_v2, changed: dict[int, Any]) -> io.BytesIO:
    """The file with one directory alone, at its end: tags as changed says, None leaves one out."""
    order, is_big = "<" if content[:2] == b"II" else ">", _is_big(content)
    place = struct.Struct(f"{order}{'Q' if is_big else 'I'}")
    start = len(content) + len(content) % 2
    said = {tag: changed[tag] if tag in changed else tags.get(tag) for tag in sorted(_COPIED)}
    fields = [_field(order, is_big, tag, value) for tag, value in said.items() if value is not None]
    count = struct.pack(f"{order}{'Q' if is_big else 'H'}", len(fields))
    beyond = start + len(count) + len(fields) * (20 if is_big else 12) + place.size
    entries, values = [count], []
    for head, value in fields:
        if len(value) <= place.size:
            entries.append(head + value.ljust(place.size, b"\0"))
            continue
        entries.append(head + place.pack(beyond))
        values.append(value + bytes(len(value) % 2))
        beyond += len(values[-1])
    at = 8 if is_big else 4
    first = content[:at] + place.pack(start) + content[at + place.size :]
    directory = b"".join((*entries, place.pack(0), *values))
    return io.BytesIO(first + bytes(start - len(content)) + directory)


def _field(order: str, is_big: bool, tag: int, value: Any) -> tuple[bytes, bytes]:
    """A tag, its type and count, and its values: bytes, fractions of dots an inch, or whole numbers."""
    if isinstance(value, bytes):
        kind, count, packed = 7, len(value), value
    elif tag in _FRACTIONS:
        kind, count, packed = 5, 1, struct.pack(f"{order}II", round(float(value) * 1000), 1000)
    else:
        numbers = [int(number) for number in (value if isinstance(value, tuple | list) else (value,))]
        kind, count = 16 if is_big else 4, len(numbers)
        packed = struct.pack(f"{order}{count}{'Q' if is_big else 'I'}", *numbers)
    return struct.pack(f"{order}HH{'Q' if is_big else 'I'}", tag, kind, count), packed


def _is_big(content: bytes) -> bool:
    return content[2:4] in (b"+\x00", b"\x00+")


def _directory(path: Path, frame: int) -> ImageFileDirectory_v2:
    for number, tags in enumerate(_directories(path)):
        if number == frame:
            return tags
    raise EOFError


def _directories(path: Path) -> Iterator[ImageFileDirectory_v2]:
    """Every directory of a file, one after the other; a ring of them is gone round once."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    seen: set[int] = set()
    with open_regular(path) as file:
        head = file.read(16)
        following = ImageFileDirectory_v2(head if _is_big(head) else head[:8]).next
        while following and following not in seen and len(seen) < _MOST_FRAMES:
            seen.add(following)
            file.seek(following)
            tags = ImageFileDirectory_v2(head if _is_big(head) else head[:8])
            tags.load(file)
            yield tags
            following = tags.next


def _bits(tags: Any) -> int:
    return _number(tags, _BITS, 1)


def _number(tags: Any, tag: int, usual: int = 0) -> int:
    """A tag's first value as a whole number."""
    found = _fraction(tags, tag)
    return usual if found is None else int(found)


def _fraction(tags: Any, tag: int) -> float | None:
    try:
        value = tags.get(tag)
        number = float(value[0] if isinstance(value, tuple | list) else value)
    except (TypeError, ValueError, LookupError, ArithmeticError):
        return None
    return number if math.isfinite(number) else None
