"""One-click fixes on real pages: what they change, what they keep, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image, ImageChops

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Dither, FindingKind, Fix, PagePlan, PageRef, PaperSize
from rcdesk.documents.doctor import fixes
from rcdesk.documents.doctor.doctor import examine
from rcdesk.documents.doctor.skew import skew_degrees
from rcdesk.documents.doctor.view import PageView
from rcdesk.documents.pages import open_pages
from rcdesk.documents.raster import fax_page, grey_page
from tests.corpus.case import PDF
from tests.corpus.clean import contract, form, letter
from tests.corpus.scanner import page_of, scan
from tests.corpus.sheet import Sheet, write_pdf

BOTH = pytest.mark.parametrize("resolution", list(Resolution), ids=lambda resolution: resolution.name)
FINE = Resolution.FINE


def plan_of(path: Path, *chosen: Fix) -> PagePlan:
    return PagePlan(source=PageRef(path=path, media_type=PDF), fixes=frozenset(chosen))


def grey(sheet: Sheet, folder: Path, resolution: Resolution = FINE) -> Image.Image:
    path = write_pdf(folder / "page.pdf", [sheet])
    with open_pages(path, PDF) as pages:
        return grey_page(pages, 0, plan_of(path), resolution, PaperSize.LETTER)


def faxed(sheet: Sheet, folder: Path, resolution: Resolution = FINE, *chosen: Fix) -> Image.Image:
    path = write_pdf(folder / "page.pdf", [sheet])
    with open_pages(path, PDF) as pages:
        return fax_page(pages, 0, plan_of(path, *chosen), resolution, PaperSize.LETTER)


def black_dots(page: Image.Image) -> int:
    return page.convert("L").histogram()[0]


def difference(one: Image.Image, other: Image.Image) -> int:
    return ImageChops.difference(one.convert("L"), other.convert("L")).histogram()[255]


@BOTH
@pytest.mark.parametrize("tint", [0.92, 0.8, 0.6])
def test_text_on_a_tint_stays_and_the_tint_goes(tint: float, resolution: Resolution, tmp_path: Path) -> None:
    plain = letter("sans", 11)
    tinted = letter("sans", 11)
    under = Sheet()
    under.box(54, 130, 504, 300, fill=tint, line=None)
    tinted.content[:0] = under.content
    wanted = faxed(plain, tmp_path, resolution)
    mended = faxed(tinted, tmp_path, resolution, Fix.WHITEN_GREY)
    # the edges of letters come out a little fuller on a tint
    assert difference(wanted, mended) < 0.25 * black_dots(wanted)
    lost = ImageChops.subtract(ImageChops.invert(wanted.convert("L")), ImageChops.invert(mended.convert("L")))
    assert lost.histogram()[255] < 0.02 * black_dots(wanted)


def test_white_print_on_a_dark_tint_becomes_black_on_white(tmp_path: Path) -> None:
    reversed_out, plain = form(1.0), form(1.0)
    reversed_out.box(54, 600, 504, 30, fill=(0.15, 0.4, 0.7), line=None)
    for sheet, colour in ((reversed_out, 1.0), (plain, 0.0)):
        sheet.text(60, 620, "Quantity and price of every item", 14, "sans bold", colour)
    wanted = faxed(plain, tmp_path)
    mended = faxed(reversed_out, tmp_path, FINE, Fix.WHITEN_GREY)
    words = (150, 1630, 900, 1720)
    assert difference(wanted.crop(words), mended.crop(words)) < 0.3 * black_dots(wanted.crop(words))
    assert black_dots(mended.crop((1000, 1640, 1550, 1700))) == 0


def test_pale_print_becomes_black(tmp_path: Path) -> None:
    pale = form(1.0)
    pale.lines(72, 600, ("This was printed with an empty cartridge, twice.",) * 3, 11, "sans", colour=0.65)
    words = (200, 1600, 1000, 1760)
    assert black_dots(faxed(pale, tmp_path).crop(words)) == 0
    assert black_dots(faxed(pale, tmp_path, FINE, Fix.WHITEN_GREY).crop(words)) > 2000


@BOTH
def test_black_and_white_pages_stay_as_they_are_when_whitened(resolution: Resolution, tmp_path: Path) -> None:
    for sheet in (letter(), form(), contract(10)):
        page = grey(sheet, tmp_path, resolution)
        assert fixes.apply(page, frozenset({Fix.WHITEN_GREY}), resolution).tobytes() == page.tobytes()


def test_solid_black_stays_black_beside_a_tint(tmp_path: Path) -> None:
    sheet = form(1.0)
    sheet.box(54, 600, 200, 80, fill=0.8, line=None)
    sheet.box(300, 600, 200, 80, fill=0.0, line=None)
    mended = faxed(sheet, tmp_path, FINE, Fix.WHITEN_GREY)
    assert black_dots(mended.crop((870, 1650, 1390, 1840))) == 520 * 190
    assert black_dots(mended.crop((180, 1650, 680, 1840))) == 0


@BOTH
def test_thin_lines_become_two_dots_wide(resolution: Resolution, tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.box(72, 300, 400, 0.15, fill=0.0, line=None)
    sheet.box(300, 350, 0.15, 200, fill=0.0, line=None)
    before = grey(sheet, tmp_path, resolution)
    after = fixes.apply(before, frozenset({Fix.THICKEN_LINES}), resolution)
    lines = PaperSize.LETTER.fax_size(resolution)[1] / 792
    across = after.crop((700, round(300 * lines) - 6, 701, round(300 * lines) + 6))
    down = after.crop(
        (round(300 * 1728 / 612) - 8, round(450 * lines), round(300 * 1728 / 612) + 8, round(450 * lines) + 1)
    )
    assert across.histogram()[0] >= (2 if resolution is FINE else 1)
    assert 2 <= down.histogram()[0] <= 3


def test_a_slanting_pale_line_becomes_black(tmp_path: Path) -> None:
    page = Image.new("L", (1728, 2156), 255)
    for x in range(200, 1200):
        page.putpixel((x, 400 + x // 3), 170)
    after = fixes.apply(page, frozenset({Fix.THICKEN_LINES}), FINE)
    assert after.histogram()[0] >= 1000


@BOTH
@pytest.mark.parametrize("degrees", [1.5, -3.0, 6.0])
def test_a_slanted_scan_is_straightened(degrees: float, resolution: Resolution, tmp_path: Path) -> None:
    page = grey(
        page_of(scan(letter("serif", 11), tmp_path, "slanted", degrees=degrees)), tmp_path, resolution
    )
    assert skew_degrees(PageView(page, resolution)) == pytest.approx(degrees, abs=0.25)
    straight = fixes.apply(page, frozenset({Fix.DESKEW}), resolution)
    assert straight.size == page.size
    assert skew_degrees(PageView(straight, resolution)) == 0.0


def test_a_straight_scan_is_left_alone(tmp_path: Path) -> None:
    page = grey(page_of(scan(letter("serif", 11), tmp_path, "straight")), tmp_path)
    assert fixes.apply(page, frozenset({Fix.DESKEW}), FINE).tobytes() == page.tobytes()


def test_fixes_do_not_change_what_they_are_given(tmp_path: Path) -> None:
    sheet = form(0.2)
    sheet.box(54, 600, 200, 80, fill=0.4, line=None)
    page = grey(page_of(scan(sheet, tmp_path, "given", degrees=2)), tmp_path)
    before = page.tobytes()
    after = fixes.apply(page, frozenset(Fix), FINE)
    assert page.tobytes() == before
    assert after.size == page.size and after.mode == "L" and after.tobytes() != before


def test_no_fix_gives_the_page_back(tmp_path: Path) -> None:
    page = grey(form(), tmp_path)
    assert fixes.apply(page, frozenset(), FINE).tobytes() == page.tobytes()


@pytest.mark.parametrize("size", [(1728, 1), (1728, 9), (40, 40), (1728, 2800)])
@BOTH
def test_odd_sizes_do_no_harm(size: tuple[int, int], resolution: Resolution) -> None:
    for level in (0, 90, 200, 255):
        page = Image.new("L", size, level)
        assert fixes.apply(page, frozenset(Fix), resolution).size == size


def test_flattened_fields_are_found_no_more(tmp_path: Path) -> None:
    sheet = form(1.0)
    sheet.field(100, 600, 200, 20, "name")
    sheet.note(300, 650, 100, 40, "Square")
    path = write_pdf(tmp_path / "form.pdf", [sheet])
    assert FindingKind.FORM in kinds(path)
    assert FindingKind.FORM not in kinds(path, Fix.FLATTEN)


@pytest.mark.parametrize("note", ["Square", "FreeText", "Highlight"])
def test_a_flattened_page_goes_out_with_its_fields_and_notes(tmp_path: Path, note: str) -> None:
    def drawn(name: str, *, is_marked: bool) -> Image.Image:
        sheet = letter()
        if is_marked:
            sheet.field(100, 600, 200, 20, "name")
            sheet.note(300, 650, 100, 40, note)
        path = write_pdf(tmp_path / f"{name}.pdf", [sheet])
        plan = replace(plan_of(path, Fix.FLATTEN), dither=Dither.DIFFUSE)
        with open_pages(path, PDF) as pages:
            return fax_page(pages, 0, plan, FINE, PaperSize.LETTER).convert("L")

    more = ImageChops.difference(drawn("marked", is_marked=True), drawn("plain", is_marked=False))
    across, down = 1728 / 609.9, 196 / 72
    for left, top, width, height in ((100, 600, 200, 20), (300, 650, 100, 40)):
        right, bottom = round((left + width) * across), round((top + height) * down)
        ink = more.crop((round(left * across), round(top * down), right, bottom)).histogram()[255]
        assert 100 < ink < width * height * across * down / 2, "the value, not a filled box"


def test_a_page_without_fields_has_nothing_to_flatten(tmp_path: Path) -> None:
    assert FindingKind.FORM not in kinds(write_pdf(tmp_path / "plain.pdf", [letter()]))


def test_two_fixes_go_together(tmp_path: Path) -> None:
    sheet = form(0.2)
    sheet.box(54, 600, 300, 60, fill=0.85, line=None)
    path = write_pdf(tmp_path / "both.pdf", [sheet])
    found = kinds(path)
    assert {FindingKind.GREY, FindingKind.HAIRLINE} <= found
    assert kinds(path, Fix.WHITEN_GREY, Fix.THICKEN_LINES) == set()


def kinds(path: Path, *chosen: Fix) -> set[FindingKind]:
    plan = replace(plan_of(path), fixes=frozenset(chosen), dither=Dither.DIFFUSE)
    with open_pages(path, PDF) as pages:
        return {finding.kind for finding in examine(pages, 0, plan, FINE, PaperSize.LETTER)}


@pytest.mark.parametrize("size", [(1728, 2156), (1200, 1000), (1500, 200)])
@pytest.mark.parametrize(("darkest", "lightest"), [(80, 200), (76, 160), (90, 230), (76, 120)])
@pytest.mark.parametrize("kind", ["linear", "radial"])
def test_a_smooth_shade_is_never_made_black(
    kind: str, darkest: int, lightest: int, size: tuple[int, int]
) -> None:
    shade = Image.linear_gradient("L").rotate(90) if kind == "linear" else Image.radial_gradient("L")
    shade = shade.point([darkest + v * (lightest - darkest) // 255 for v in range(256)]).resize(size)
    page = Image.new("L", (1728, 2156), 255)
    page.paste(shade, ((1728 - size[0]) // 2, (2156 - size[1]) // 2))
    mended = fixes.apply(page, frozenset({Fix.WHITEN_GREY}), Resolution.FINE)
    black = sum(mended.histogram()[:128]) / (size[0] * size[1])
    assert black < 0.05
