"""Pictures of every kind and depth: upright, in their own range, on the right paper; and what is sent."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import (
    AS_FAX_PAGES,
    AS_PDF,
    Dither,
    FindingKind,
    NotDrawnHere,
    PagePlan,
    PageRef,
    PaperSize,
)
from rcdesk.documents.convert import tiff_writer
from rcdesk.documents.doctor.doctor import examine
from rcdesk.documents.inspect import inspect
from rcdesk.documents.kinds import DRAWN_HERE, HEIC, MEDIA_TYPES, PSD, TIFF
from rcdesk.documents.pages import count_pages, open_pages
from rcdesk.documents.raster import placement
from rcdesk.documents.worker.worker import PageWorker
from tests.unit.documents.one_page import page_of, plan_of, same
from tests.unit.documents.sample_files import drawn_page

FINE, STANDARD, LETTER = Resolution.FINE, Resolution.STANDARD, PaperSize.LETTER
WIDTH, HEIGHT = 85, 110
PAPER, BLACK, GREY = (5, 5), (20, 20), (50, 20)


def level_at(x: int, y: int) -> float:
    """A page: white is 1; a black and a half grey square."""
    if 10 <= y < 40 and 10 <= x < 30:
        return 0.0
    return 0.5 if 10 <= y < 40 and 40 <= x < 60 else 1.0


def tiff(
    path: Path,
    kind: str,
    value: Callable[[float], float],
    tags: dict[int, tuple[int, ...]] | None = None,
    *,
    samples: int = 1,
    order: str = "<",
    deflated: bool = False,
) -> Path:
    """A TIFF of one sample type (a letter of struct), each level written as value says."""
    rows = []
    for y in range(HEIGHT):
        numbers = [value(level_at(x, y)) for x in range(WIDTH) for _ in range(samples)]
        rows.append(
            struct.pack(f"{order}{len(numbers)}{kind}", *(n if kind in "efd" else int(n) for n in numbers))
        )
    strips = [b"".join(rows[y : y + 16]) for y in range(0, HEIGHT, 16)]
    strips = [zlib.compress(strip) for strip in strips] if deflated else strips
    sample_format = 3 if kind in "efd" else 2 if kind in "bhi" else 1
    fields = {
        256: (WIDTH,),
        257: (HEIGHT,),
        258: (8 * struct.calcsize(kind),) * samples,
        259: (8 if deflated else 1,),
        262: (1 if samples == 1 else 2,),
        273: (0,) * len(strips),
        277: (samples,),
        278: (16,),
        279: tuple(map(len, strips)),
        284: (1,),
        339: (sample_format,) * samples,
        **(tags or {}),
    }
    start = 8 + 2 + 12 * len(fields) + 4
    places = start + 4 * sum(len(values) for values in fields.values() if len(values) > 1)
    fields[273] = tuple(places + sum(map(len, strips[:n])) for n in range(len(strips)))
    entries, beyond = b"", b""
    for tag, values in sorted(fields.items()):
        packed = struct.pack(f"{order}{len(values)}I", *values)
        held = packed if len(values) == 1 else struct.pack(f"{order}I", start + len(beyond))
        beyond += packed if len(values) > 1 else b""
        entries += struct.pack(f"{order}HHI", tag, 4, len(values)) + held
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(fields))
    path.write_bytes(head + entries + bytes(4) + beyond + b"".join(strips))
    return path


def greys_of(path: Path, media_type: str = TIFF) -> list[int]:
    with open_pages(path, media_type) as pages:
        drawn = pages.drawn(0, (WIDTH, HEIGHT))
    levels: Any = [drawn.getpixel(place) for place in (PAPER, BLACK, GREY)]
    return list(levels)


WHITE_IS_ZERO = {262: (0,)}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize(
    ("kind", "value", "tags", "samples"),
    [
        *((("H"), (lambda level, bits=bits: level * (2**bits - 1)), {}, 1) for bits in (10, 12, 14, 16)),
        *(
            (("H"), (lambda level, bits=bits: (1 - level) * (2**bits - 1)), WHITE_IS_ZERO, 1)
            for bits in (8, 12, 16)
        ),
        ("H", lambda level: level * 700, {280: (0,), 281: (700,)}, 1),
        ("I", lambda level: level * (2**32 - 1), {}, 1),
        ("I", lambda level: (1 - level) * (2**32 - 1), WHITE_IS_ZERO, 1),
        ("b", lambda level: level * 255 - 128, {}, 1),
        ("h", lambda level: level * 2000 - 1000, {}, 1),
        ("h", lambda level: level * 32767, {}, 1),
        ("h", lambda level: (1 - level) * 65535 - 32768, WHITE_IS_ZERO, 1),
        ("i", lambda level: level * (2**31 - 1), {}, 1),
        ("e", lambda level: level, {}, 1),
        ("f", lambda level: level, {}, 1),
        ("f", lambda level: 1 - level, WHITE_IS_ZERO, 1),
        ("f", lambda level: level * 255, {}, 1),
        ("f", lambda level: level * 2 - 1, {}, 1),
        ("d", lambda level: level, {}, 1),
        ("H", lambda level: level * 65535, {}, 3),
        ("H", lambda level: level * 4095, {}, 3),
        ("f", lambda level: level, {}, 3),
        ("B", lambda level: (1 - level) * 255, {262: (5,), 277: (4,)}, 4),
        ("B", lambda level: level * 255, {}, 4),
        ("B", lambda level: level * 63 + 10, {280: (10,), 281: (73,)}, 1),
        ("B", lambda level: (1 - level) * 63 + 10, {262: (0,), 280: (10,), 281: (73,)}, 1),
    ],
)
def test_samples_of_every_kind_have_their_own_range(
    tmp_path: Path,
    kind: str,
    value: Callable[[float], float],
    tags: dict[int, tuple[int, ...]],
    samples: int,
    deflated: bool,
    order: str,
) -> None:
    path = tiff(tmp_path / "a.tif", kind, value, tags, samples=samples, order=order, deflated=deflated)
    paper, black, grey = greys_of(path)
    is_ink = samples == 4
    assert paper >= 250 and black <= 5
    assert 100 <= grey <= 160 or (is_ink and grey < 160)


def test_what_pillow_cannot_read_is_left_to_the_service(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", "H", lambda level: level * 1023, {258: (10,)})
    with pytest.raises(NotDrawnHere):
        count_pages(path, TIFF)


def test_thumbnails_and_masks_are_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    frames = [drawn_page(0), drawn_page(1).resize((200, 250)), drawn_page(2), drawn_page(3)]
    kinds = [{254: 2}, {254: 1}, {254: 4}, {255: 3}]
    with tiff_writer(path) as written:
        for frame, kind in zip(frames, kinds, strict=True):
            frame.save(written, "TIFF", compression="group4", dpi=(204, 196), tiffinfo=kind)
            written.newFrame()
    assert count_pages(path, TIFF) == 2
    assert same(page_of(path, TIFF, page=1), drawn_page(3))


@pytest.mark.parametrize("said", [{}, {"dpi": (72, 72)}, {"dpi": (1, 1)}])
@pytest.mark.parametrize(("lines", "resolution"), [(98, STANDARD), (196, FINE)])
def test_a_fax_that_does_not_say_its_size_is_known_by_its_width(
    tmp_path: Path, said: dict[str, Any], lines: int, resolution: Resolution
) -> None:
    page = drawn_page(2, (1728, 11 * lines))
    page.save(tmp_path / "a.tif", compression="group4", **said)
    assert same(page_of(tmp_path / "a.tif", TIFF, resolution), page)


@pytest.mark.parametrize(
    "dpi", [(204, 98), (200, 100), (203, 98), (204, 196), (200, 200), (204, 391), (200, 400)]
)
@pytest.mark.parametrize("inches", [0.5, 4, 11, 14])
def test_a_fax_of_any_length_stands_upright_and_keeps_its_width(
    tmp_path: Path, dpi: tuple[int, int], inches: float
) -> None:
    lines = min((98, 196, 391), key=lambda nominal: abs(nominal - dpi[1]))
    page = drawn_page(1, (1728, round(lines * inches)))
    page.save(tmp_path / "a.tif", compression="group4", dpi=dpi)
    with open_pages(tmp_path / "a.tif", TIFF) as pages:
        place = placement(pages, 0, plan_of(tmp_path / "a.tif", TIFF), FINE, LETTER)
    assert place.is_exact and place.turn == 0
    assert place.box == (0, 0, 1728, round(page.height * 196 / lines))


@pytest.mark.parametrize("size", [(3456, 4312), (2048, 2156), (2432, 3233), (2592, 3300)])
def test_wider_fax_pages_fill_the_sheet_upright(tmp_path: Path, size: tuple[int, int]) -> None:
    drawn_page(1, size).save(tmp_path / "a.tif", compression="group4")
    with open_pages(tmp_path / "a.tif", TIFF) as pages:
        place = placement(pages, 0, plan_of(tmp_path / "a.tif", TIFF), FINE, LETTER)
    assert place.turn == 0 and place.box[2] > 1600


def psd(mode: int, depth: int, channels: Sequence[bytes]) -> bytes:
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, len(channels), HEIGHT, WIDTH, depth, mode)
    return head + bytes(12) + struct.pack(">H", 0) + b"".join(channels)


def channel(value: Callable[[float], float]) -> bytes:
    return bytes(int(value(level_at(x, y))) for y in range(HEIGHT) for x in range(WIDTH))


@pytest.mark.parametrize(
    ("mode", "channels"),
    [
        (1, [channel(lambda level: level * 255)]),
        (3, [channel(lambda level: level * 255)] * 3),
        (3, [*[channel(lambda level: level * 255)] * 3, bytes(WIDTH * HEIGHT)]),
        (4, [b"\xff" * (WIDTH * HEIGHT)] * 3 + [channel(lambda level: level * 255)]),
    ],
)
def test_photoshop_files_are_drawn_by_their_composite(
    tmp_path: Path, mode: int, channels: list[bytes]
) -> None:
    (tmp_path / "a.psd").write_bytes(psd(mode, 8, channels))
    assert inspect(tmp_path / "a.psd").media_type == PSD
    paper, black, grey = greys_of(tmp_path / "a.psd", PSD)
    assert paper >= 250 and black <= 5 and 100 <= grey <= 160


def test_a_photoshop_bitmap_is_black_where_it_says_so(tmp_path: Path) -> None:
    page = Image.new("1", (WIDTH, HEIGHT), 255)
    ImageDraw.Draw(page).rectangle((10, 10, 29, 39), fill=0)
    (tmp_path / "a.psd").write_bytes(psd(0, 1, [ImageChops.invert(page).tobytes()]))
    assert greys_of(tmp_path / "a.psd", PSD)[:2] == [255, 0]


def test_a_photoshop_file_of_more_bits_is_left_to_the_service(tmp_path: Path) -> None:
    (tmp_path / "a.psd").write_bytes(psd(1, 16, [bytes(2 * WIDTH * HEIGHT)]))
    with pytest.raises(NotDrawnHere):
        count_pages(tmp_path / "a.psd", PSD)


def photo(size: tuple[int, int] = (1200, 1600)) -> Image.Image:
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0], size[1] // 8), fill="black")
    return picture


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[274] = orientation
    return made


STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera stores a picture of this orientation."""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("ending", "options"),
    [("jpg", {"dpi": (72, 72), "quality": 90}), ("webp", {}), ("png", {}), ("avif", {})],
)
def test_a_phone_photo_stands_as_it_was_held_and_fits_the_page(
    tmp_path: Path, ending: str, options: dict[str, Any], orientation: int
) -> None:
    picture = photo((2400, 3200))
    if orientation in STORED:
        picture = picture.transpose(STORED[orientation])
    path = tmp_path / f"a.{ending}"
    picture.save(path, exif=exif(orientation), **options)
    media_type = {**MEDIA_TYPES, **DRAWN_HERE}[ending]
    with open_pages(path, media_type) as pages:
        place = placement(pages, 0, plan_of(path, media_type), FINE, LETTER)
        found = examine(pages, 0, plan_of(path, media_type), FINE, LETTER)
        drawn = pages.drawn(0, (60, 80))
    assert place.turn == 0 and place.box[2] > 1600
    assert not {FindingKind.TOO_LARGE, FindingKind.LOW_SCAN} & {finding.kind for finding in found}
    assert max(drawn.crop((0, 0, 60, 8)).tobytes()) < 60


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[PageWorker]:
    made = PageWorker(tmp_path / "cache")
    yield made
    made.close()


HEIC_BYTES = bytes.fromhex("00000018667479706d696631000000006d69663168656963")


@pytest.mark.parametrize("ending", ["webp", "avif", "jp2", "dcx"])
def test_what_the_service_does_not_take_goes_as_the_pages_that_are_shown(
    tmp_path: Path, worker: PageWorker, ending: str
) -> None:
    path = tmp_path / f"photo.{ending}"
    if ending == "dcx":
        pcx = tmp_path / "one.pcx"
        photo().convert("L").save(pcx)
        content = pcx.read_bytes()
        path.write_bytes(struct.pack("<4I", 0x3ADE68B1, 16, 16 + len(content), 0) + content * 2)
    else:
        photo().save(path)
    document = inspect(path, count=worker.count)
    assert document.media_type in AS_FAX_PAGES and document.media_type not in MEDIA_TYPES.values()
    ref = PageRef(path=path, media_type=document.media_type)
    sent = worker.sent_as(ref, FINE, LETTER)
    assert sent.media_type == TIFF and worker.count(sent) == document.pages == (2 if ending == "dcx" else 1)
    shown = Image.open(io.BytesIO(worker.fax_preview(PagePlan(source=ref), FINE, LETTER)))
    assert same(page_of(sent.path, TIFF, dither=Dither.THRESHOLD), shown.convert("1"))


def test_a_heic_photo_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    """There is no free encoder to make a whole one with; a broken one is refused as every picture is."""
    (tmp_path / "photo.jpg").write_bytes(HEIC_BYTES + bytes(400))
    with pytest.raises(UserError, match="damaged"):
        inspect(tmp_path / "photo.jpg")
    assert HEIC in AS_FAX_PAGES


def test_every_kind_the_service_takes_goes_as_it_is() -> None:
    assert not AS_FAX_PAGES & set(MEDIA_TYPES.values())
    assert AS_PDF & set(MEDIA_TYPES.values()) == {"text/html"}
    assert set(DRAWN_HERE.values()) <= AS_PDF | AS_FAX_PAGES
