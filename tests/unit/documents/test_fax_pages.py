"""Pages on paper: size, turning, fitting, dots kept, the choice of dither.

Real files of every kind are drawn as the renderer draws them, and looked at dot by dot.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Area, Dither, Fix, PaperSize
from rcdesk.documents.pages import count_pages, open_pages
from rcdesk.documents.raster import chosen_dither, fax_page, grey_page, ink_place, placement
from tests.unit.documents.one_page import ink, page_of, plan_of, same
from tests.unit.documents.sample_files import (
    MAKERS,
    PDF,
    TIFF,
    drawn_page,
    fax_tiff,
    form_pdf,
    make,
    photo,
    screenshot,
    text_pdf,
)

FINE, STANDARD = Resolution.FINE, Resolution.STANDARD
LETTER, LEGAL, A4 = PaperSize.LETTER, PaperSize.LEGAL, PaperSize.A4


@pytest.mark.parametrize(
    ("size", "paper", "fixes", "wanted"),
    [
        ((612, 792), LETTER, (), ((1728, 2156), 0)),
        ((612, 792), LEGAL, (), ((1728, 2744), 0)),
        ((612, 792), A4, (), ((1728, 2292), 0)),
        ((595.28, 841.89), A4, (), ((1728, 2292), 0)),
        ((595.28, 841.89), LETTER, (), ((1728, 2156), 0)),
        ((612, 1008), LETTER, (), ((1728, 2735), 0)),
        ((612, 1008), LEGAL, (), ((1728, 2744), 0)),
        ((612, 1008), LETTER, (Fix.SHRINK_TO_PAPER,), ((1728, 2156), 0)),
        ((792, 612), LETTER, (), ((1728, 2156), 90)),
        ((792, 612), LETTER, (Fix.ROTATE,), ((1728, 2156), 0)),
        ((1224, 792), LETTER, (), ((1728, 2156), 90)),
        ((2384, 3370), LETTER, (), ((1728, 2156), 0)),
        ((420, 298), LETTER, (), ((1728, 2156), 0)),
        ((612, 20_000), LETTER, (), ((1728, 5488), 0)),
    ],
)
def test_each_paper_has_its_rule(
    tmp_path: Path,
    size: tuple[float, float],
    paper: PaperSize,
    fixes: tuple[Fix, ...],
    wanted: tuple[tuple[int, int], int],
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(text_pdf(1, size))
    plan = plan_of(path, PDF, fixes=frozenset(fixes))
    with open_pages(path, PDF) as pages:
        place = placement(pages, 0, plan, FINE, paper)
        assert (place.canvas, place.turn) == wanted
        half = placement(pages, 0, plan, STANDARD, paper)
        assert abs(half.canvas[1] * 2 - place.canvas[1]) <= 1
        assert fax_page(pages, 0, plan, FINE, paper).size == place.canvas
    x, y, width, height = place.box
    assert y == 0 and x == (1728 - width) // 2 and width <= 1728 and height <= place.canvas[1]


def test_a4_is_true_to_scale_on_its_own_paper_and_94_percent_on_letter(tmp_path: Path) -> None:
    path, _ = make("a4.pdf", tmp_path)
    with open_pages(path, PDF) as pages:
        assert placement(pages, 0, plan_of(path, PDF), FINE, A4).scale == pytest.approx(1.0, abs=1e-5)
        assert placement(pages, 0, plan_of(path, PDF), FINE, LETTER).scale == pytest.approx(0.94, abs=0.002)


def test_turning_by_hand_adds_to_turning_by_itself(tmp_path: Path) -> None:
    path, _ = make("landscape.pdf", tmp_path)
    turns = []
    with open_pages(path, PDF) as pages:
        for rotate in (0, 90, 180, 270):
            turns.append(placement(pages, 0, plan_of(path, PDF, rotate=rotate), FINE, LETTER).turn)
        upright = placement(pages, 0, plan_of(path, PDF, rotate=270), FINE, LETTER)
    assert turns == [90, 180, 270, 0]
    assert upright.box[3] < upright.canvas[1] * 0.65, "it is shrunk to the width"


@pytest.mark.parametrize("name", ["letter.pdf", "window.png", "letter.txt", "scan.tif"])
def test_turned_by_180_is_the_page_upside_down(tmp_path: Path, name: str) -> None:
    path, media_type = make(name, tmp_path)
    with open_pages(path, media_type) as pages:
        straight = grey_page(pages, 0, plan_of(path, media_type), FINE, LETTER)
        turned = grey_page(pages, 0, plan_of(path, media_type, rotate=180), FINE, LETTER)
        height = placement(pages, 0, plan_of(path, media_type), FINE, LETTER).box[3]
    straight, turned = (page.crop((0, 0, 1728, height)) for page in (straight, turned))
    back = turned.transpose(Image.Transpose.ROTATE_180)
    wrong = sum(ImageChops.difference(straight, back).point([0] * 128 + [1] * 128).histogram()[1:2])
    assert wrong < straight.width * straight.height * 0.004


@pytest.mark.parametrize("compression", ["group3", "group4", "raw", "packbits", "tiff_lzw"])
def test_a_fax_keeps_every_dot(tmp_path: Path, compression: str) -> None:
    path = fax_tiff(tmp_path / "a.tif", 3, 196, compression)
    for page in range(3):
        assert same(page_of(path, TIFF, page=page), drawn_page(page))
        on_legal = page_of(path, TIFF, FINE, LEGAL, page)
        assert on_legal.size == (1728, 2744)
        assert same(on_legal.crop((0, 0, 1728, 2156)), drawn_page(page))


def test_a_standard_fax_is_doubled_and_a_fine_one_halved_without_losing_lines(tmp_path: Path) -> None:
    standard = fax_tiff(tmp_path / "standard.tif", 1, 98)
    doubled = page_of(standard, TIFF, FINE)
    assert same(doubled, drawn_page(0, (1728, 1078)).resize((1728, 2156), Image.Resampling.NEAREST))
    lines = Image.new("1", (1728, 2156), 1)
    pen = ImageDraw.Draw(lines)
    for y in range(101, 2000, 50):
        pen.line((100, y, 1600, y), fill=0)
    lines.save(tmp_path / "lines.tif", compression="group4", dpi=(204, 196))
    halved = page_of(tmp_path / "lines.tif", TIFF, STANDARD)
    assert halved.size == (1728, 1078)
    column = [halved.getpixel((800, y)) for y in range(1078)]
    assert column.count(0) == len(range(101, 2000, 50))


def test_a_fax_of_another_height_is_padded_with_paper(tmp_path: Path) -> None:
    drawn_page(1, (1728, 1500)).save(tmp_path / "short.tif", compression="group4", dpi=(204, 196))
    page = page_of(tmp_path / "short.tif", TIFF)
    assert page.size == (1728, 2156)
    assert same(page.crop((0, 0, 1728, 1500)), drawn_page(1, (1728, 1500)))
    assert page.crop((0, 1500, 1728, 2156)).getextrema() == (255, 255)
    drawn_page(1, (1728, 2292)).save(tmp_path / "a4.tif", compression="group4", dpi=(203, 196))
    assert same(page_of(tmp_path / "a4.tif", TIFF), drawn_page(1, (1728, 2292)))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["TIFF", "TIFF unpacked", "JPEG"])
def test_every_orientation_tag_is_obeyed(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = drawn_page(3, (850, 1100)).convert("L")
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    path = tmp_path / "a.bin"
    exif = Image.Exif()
    exif[274] = orientation
    if kind == "TIFF":
        stored.convert("1").save(
            path, kind, compression="group4", dpi=(100, 100), tiffinfo={274: orientation}
        )
    elif kind == "TIFF unpacked":
        stored.save(path, "TIFF", dpi=(100, 100), tiffinfo={274: orientation})
    else:
        stored.save(path, kind, quality=95, dpi=(100, 100), exif=exif)
    media_type = "image/jpeg" if kind == "JPEG" else TIFF
    upright.convert("1").save(tmp_path / "plain.png", dpi=(100, 100))
    with open_pages(path, media_type) as pages:
        assert pages.size_mm(0) == pytest.approx((215.9, 279.4), abs=0.1)
    wanted = page_of(tmp_path / "plain.png", "image/png")
    found = page_of(path, media_type)
    wrong = ImageChops.logical_xor(found, wanted).histogram()[255]
    assert wrong < 1728 * 2156 * 0.003


def test_forms_and_notes_are_on_the_page(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    path.write_bytes(form_pdf())
    page = page_of(path, PDF)
    field = page.crop((280, 440, 850, 540))
    note = page.crop((280, 930, 570, 1080))
    assert field.histogram()[0] > 500
    assert note.histogram()[0] > 1000


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("letter.pdf", Dither.THRESHOLD),
        ("form.pdf", Dither.THRESHOLD),
        ("fine.tif", Dither.THRESHOLD),
        ("scan.tif", Dither.THRESHOLD),
        ("window.png", Dither.THRESHOLD),
        ("window.bmp", Dither.THRESHOLD),
        ("letter.txt", Dither.THRESHOLD),
        ("photo.jpg", Dither.DIFFUSE),
    ],
)
def test_the_dither_is_chosen_by_what_is_on_the_page(tmp_path: Path, name: str, wanted: Dither) -> None:
    path, media_type = make(name, tmp_path)
    for resolution in Resolution:
        with open_pages(path, media_type) as pages:
            grey = grey_page(pages, 0, plan_of(path, media_type), resolution, LETTER)
        assert chosen_dither(grey) is wanted
        auto = page_of(path, media_type, resolution)
        assert same(auto, page_of(path, media_type, resolution, dither=wanted))


def test_a_photo_in_a_letter_is_dotted_and_a_tint_is_not(tmp_path: Path) -> None:
    letter = Image.new("L", (1700, 2200), 255)
    pen = ImageDraw.Draw(letter)
    for row in range(200, 2000, 40):
        pen.text((200, row), "words of a letter " * 6, fill=0, font_size=28)
    tinted = letter.copy()
    ImageDraw.Draw(tinted).rectangle((200, 300, 1400, 700), fill=190)
    with_photo = letter.copy()
    with_photo.paste(photo((900, 700)).convert("L"), (300, 900))
    for picture, wanted in (
        (letter, Dither.THRESHOLD),
        (tinted, Dither.THRESHOLD),
        (with_photo, Dither.DIFFUSE),
    ):
        picture.save(tmp_path / "a.png", dpi=(200, 200))
        with open_pages(tmp_path / "a.png", "image/png") as pages:
            plan = plan_of(tmp_path / "a.png", "image/png")
            assert chosen_dither(grey_page(pages, 0, plan, FINE, LETTER)) is wanted


def test_small_print_is_enlarged_to_the_width(tmp_path: Path) -> None:
    small = Image.new("L", (1700, 2200), 255)
    small.paste(drawn_page(1, (600, 500)), (500, 700))
    path = tmp_path / "a.png"
    small.save(path, dpi=(200, 200))
    before, after = (
        ink(page_of(path, "image/png", fixes=fixes)) for fixes in (frozenset(), frozenset({Fix.ENLARGE}))
    )
    assert after[2] - after[0] > 1.9 * (before[2] - before[0])
    assert after[2] - after[0] > 1400
    with open_pages(path, "image/png") as pages:
        place = ink_place(pages, 0, 0)
    assert place.x == pytest.approx(500 / 1700, abs=0.03) and place.height == pytest.approx(0.23, abs=0.03)


def test_enlarging_cuts_off_nothing_that_is_faint(tmp_path: Path) -> None:
    page = Image.new("L", (850, 1100), 255)
    pen = ImageDraw.Draw(page)
    pen.rectangle((300, 300, 500, 400), fill=0)
    pen.rectangle((200, 600, 600, 700), fill=230)
    page.save(tmp_path / "a.png", dpi=(100, 100))
    with open_pages(tmp_path / "a.png", "image/png") as pages:
        place = ink_place(pages, 0, 0)
    assert place.x < 200 / 850 and place.x + place.width > 600 / 850
    assert place.y < 300 / 1100 and place.y + place.height > 700 / 1100


def test_a_blank_page_cannot_be_enlarged_and_does_not_mind(tmp_path: Path) -> None:
    Image.new("L", (850, 1100), 255).save(tmp_path / "a.png", dpi=(100, 100))
    page = page_of(tmp_path / "a.png", "image/png", fixes=frozenset({Fix.ENLARGE}))
    assert page.getextrema() == (255, 255)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr", "LAB"]
)
def test_every_mode_of_a_picture_becomes_grey_on_white_paper(tmp_path: Path, mode: str) -> None:
    picture = screenshot("L")
    if mode in ("I;16", "I", "F"):
        wide = picture.convert("I").point(lambda value: value * 257)
        picture = wide.convert(mode)
    elif mode == "LAB":
        from PIL import ImageCms

        change = ImageCms.buildTransform(
            ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
        )
        changed = ImageCms.applyTransform(picture.convert("RGB"), change)
        assert changed is not None
        picture = changed
    else:
        picture = picture.convert(mode)
    picture.save(tmp_path / "a.tif", dpi=(100, 100))
    page = page_of(tmp_path / "a.tif", TIFF, dither=Dither.THRESHOLD)
    left, top, right, bottom = ink(page)
    black = page.histogram()[0] / (1728 * 2156)
    assert right - left == pytest.approx(560 * 2.04, abs=12) and bottom - top == pytest.approx(
        321 * 1.96, abs=12
    )
    assert 0.025 < black < 0.045


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ImageDraw.Draw(clear).rectangle((100, 100, 200, 200), fill=(0, 0, 0, 255))
    clear.save(tmp_path / "a.png", dpi=(100, 100))
    clear.convert("P").save(tmp_path / "a.gif", transparency=0)
    for name, kind in (("a.png", "image/png"), ("a.gif", "image/gif")):
        assert page_of(tmp_path / name, kind).histogram()[0] < 1728 * 2156 * 0.1


@pytest.mark.parametrize("name", MAKERS)
def test_the_quick_count_is_the_count(tmp_path: Path, name: str) -> None:
    path, media_type = make(name, tmp_path)
    with open_pages(path, media_type) as pages:
        assert count_pages(path, media_type) == pages.count
        for page in range(pages.count):
            width, height = pages.size_mm(page)
            grey = pages.grey(page, 40, 20)
            assert grey.mode == "L"
            assert grey.size == (round(width / 25.4 * 40), round(height / 25.4 * 20))
        with pytest.raises(UserError, match="There is no page"):
            pages.size_mm(pages.count)


def test_a_cropped_page_is_the_part_of_the_whole(tmp_path: Path) -> None:
    for name in ("letter.pdf", "photo.jpg", "letter.txt"):
        path, media_type = make(name, tmp_path)
        with open_pages(path, media_type) as pages:
            whole = pages.drawn(0, (800, 1000))
            part = pages.drawn(0, (400, 250), 0, Area(x=0.25, y=0.25, width=0.5, height=0.25))
        difference = ImageChops.difference(part, whole.crop((200, 250, 600, 500)))
        assert sum(difference.histogram()[64:]) < 400 * 250 * 0.02
