"""Pages with one fault planted in each: every kind in many places, sizes and strengths, in PDFs and scans."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Area, Dither, FindingKind, PaperSize
from tests.corpus.case import JPEG, PDF, PNG, TIFF, Case, Make, pdf, picture, share
from tests.corpus.clean import contract, form, letter, prose, ruled, table, text_file
from tests.corpus.scanner import page_of, scan, shaded, with_noise
from tests.corpus.sheet import A4, LEGAL, LETTER, Colour, Sheet, write_pdf

STANDARD = Resolution.STANDARD
GREY = frozenset({FindingKind.GREY})
TOO_LARGE = frozenset({FindingKind.TOO_LARGE})


def _grey() -> Iterator[Case]:
    kind = FindingKind.GREY
    tints: tuple[tuple[float, float, float, float, Colour], ...] = (
        (54, 95, 504, 38, 0.85),
        (54, 141, 504, 38, 0.95),
        (54, 233, 250, 38, 0.5),
        (300, 300, 60, 20, 0.7),
        (400, 560, 150, 150, 0.6),
        (30, 600, 200, 12, 0.8),
        (54, 480, 504, 250, 0.9),
        (500, 30, 80, 40, (0.2, 0.55, 0.9)),
        (54, 600, 300, 60, (1.0, 0.85, 0.3)),
        (100, 500, 40, 220, (0.8, 0.2, 0.2)),
        (54, 700, 504, 24, 0.35),
    )
    for n, (x, y, width, height, colour) in enumerate(tints):

        def tinted(x=x, y=y, width=width, height=height, colour=colour) -> Sheet:  # type: ignore[no-untyped-def]
            sheet = Sheet()
            sheet.box(x, y, width, height, fill=colour, line=None)
            over = form()
            over.content[:0] = sheet.content
            return over

        where = share(Sheet(), x, y, width, height)
        for resolution in (Resolution.FINE, STANDARD) if n % 2 == 0 else (Resolution.FINE,):
            title = f"tint {n} {resolution.name}"
            yield Case(
                name=title, make=pdf(f"grey{n}", tinted), kind=kind, place=where, resolution=resolution
            )
        if n in (0, 2, 4, 8):
            made = lambda folder, tinted=tinted, n=n: scan(tinted(), folder, f"gs{n}", seed=n)  # noqa: E731
            yield Case(
                name=f"tint {n} scanned", make=picture(f"gs{n}", made, PNG, 200), kind=kind, place=where
            )
    where = share(Sheet(), 72, 260, 460, 260)
    for n, media_type in enumerate((PNG, JPEG)):
        photo = partial(_photo_of, n)
        yield Case(
            name=f"photo {media_type}", make=picture(f"ph{n}", photo, media_type, 200), kind=kind, place=where
        )
    yield Case(
        name="gradient", make=pdf("gradient", _gradient), kind=kind, place=share(Sheet(), 54, 560, 500, 60)
    )
    yield Case(
        name="white on blue",
        make=pdf("wob", _white_on_blue),
        kind=kind,
        place=share(Sheet(), 54, 72, 504, 24),
    )
    yield Case(
        name="striped table", make=pdf("striped", _striped), kind=kind, place=share(Sheet(), 54, 96, 504, 500)
    )
    for n, (size, level) in enumerate(((11, 0.6), (9, 0.7), (14, 0.55), (24, 0.75))):
        pale = lambda size=size, level=level: _pale_text(size, level)  # noqa: E731
        where = share(Sheet(), 72, 500, 400, 60)
        yield Case(name=f"pale text {size}", make=pdf(f"pale{n}", pale), kind=kind, place=where)
    yield Case(
        name="watermark", make=pdf("wm", _watermark), kind=kind, place=share(Sheet(), 120, 250, 380, 320)
    )
    yield Case(
        name="coloured paper",
        make=picture("paper", lambda folder: scan(letter(), folder, "cp", paper=200), PNG, 200),
        kind=kind,
        place=Area(x=0, y=0, width=1, height=1),
    )
    yield Case(
        name="dark tint, cut",
        make=pdf("darkcut", _dark_tint),
        kind=kind,
        place=share(Sheet(), 54, 560, 300, 40),
        dither=Dither.THRESHOLD,
    )


def _photo_of(seed: int, _folder: Path) -> Image.Image:
    return _with_photo(seed)


def _with_photo(seed: int) -> Image.Image:
    """A letter's page with something like a photograph on it."""
    chance = random.Random(seed)
    small = Image.new("L", (46, 26))
    small.putdata([min(250, max(5, round(chance.gauss(125, 70)))) for _ in range(46 * 26)])
    photo = small.resize((1278, 722), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(6))
    page = Image.new("L", (1700, 2200), 255)
    page.paste(with_noise(photo, 6), (200, 722))
    return page


def _gradient() -> Sheet:
    sheet = form()
    sheet.picture(
        54, 560, 500, 60, Image.linear_gradient("L").rotate(90).point([90 + v // 2 for v in range(256)])
    )
    return sheet


def _white_on_blue() -> Sheet:
    sheet = table(10, 1.0)
    sheet.box(54, 72, 504, 24, fill=(0.15, 0.4, 0.7), line=None)
    for n in range(4):
        sheet.text(60 + 120 * n, 88, ("Item", "Quantity", "Price", "Total")[n], 11, "sans bold", 1.0)
    return sheet


def _striped() -> Sheet:
    over = table(20, 0.75)
    under = Sheet()
    for row in range(1, 21, 2):
        under.box(54, 72 + 24 * row, 504, 24, fill=0.9, line=None)
    over.content[:0] = under.content
    return over


def _pale_text(size: float, level: float) -> Sheet:
    sheet = form()
    sheet.lines(72, 510, prose(3, round(780 / size), 3), size, "sans", colour=level)
    return sheet


def _watermark() -> Sheet:
    sheet = letter("serif", 12)
    under = Sheet()
    under.text(130, 560, "DRAFT", 120, "sans bold", 0.85, slant=(0.707, 0.707, -0.707, 0.707))
    sheet.content[:0] = under.content
    return sheet


def _dark_tint() -> Sheet:
    sheet = form()
    sheet.box(54, 560, 300, 40, fill=0.4, line=None)
    sheet.text(60, 584, "Read this first", 12)
    return sheet


def _hairline() -> Iterator[Case]:
    kind = FindingKind.HAIRLINE
    lines = (
        (72, 620, 540, 620, 0.1),
        (72, 650, 540, 650, 0.25),
        (72, 700, 200, 700, 0.0),
        (400, 90, 400, 200, 0.2),
        (560, 60, 560, 740, 0.3),
        (60, 740, 550, 740, 0.28),
        (72, 620, 300, 720, 0.15),
        (40, 40, 572, 40, 0.2),
        (300, 30, 380, 30, 0.25),
    )
    for n, (x0, y0, x1, y1, width) in enumerate(lines):

        def lined(x0=x0, y0=y0, x1=x1, y1=y1, width=width) -> Sheet:  # type: ignore[no-untyped-def]
            sheet = form(1.0)
            sheet.line(x0, y0, x1, y1, width)
            return sheet

        where = share(Sheet(), x0, y0, x1 - x0, y1 - y0)
        yield Case(name=f"line of {width} pt", make=pdf(f"hair{n}", lined), kind=kind, place=where)
    boxes = ((72, 620, 400, 0.2), (72, 660, 300, 0.24), (500, 600, 60, 0.15))
    for n, (x, y, length, thickness) in enumerate(boxes):

        def ruled_off(x=x, y=y, length=length, thickness=thickness) -> Sheet:  # type: ignore[no-untyped-def]
            sheet = form(1.0)
            sheet.box(x, y, length, thickness, fill=0.0, line=None)
            return sheet

        where = share(Sheet(), x, y, length, thickness)
        yield Case(name=f"bar of {thickness} pt", make=pdf(f"bar{n}", ruled_off), kind=kind, place=where)
    dots = (
        (1800, 1200, 1800, 1900, 300, 60),
        (300, 2800, 2200, 2800, 300, 40),
        (900, 100, 900, 700, 300, 120),
        (200, 1900, 1500, 1900, 200, 130),
        (120, 1500, 120, 2100, 240, 110),
        (300, 3150, 1200, 3150, 300, 90),
    )
    for n, (left, top, right, bottom, dpi, level) in enumerate(dots):

        def drawn_in(folder: Path, n=n, line=(left, top, right, bottom), dpi=dpi, level=level) -> Image.Image:  # type: ignore[no-untyped-def]
            page = scan(form(1.0), folder, f"hd{n}", dpi=dpi, noise=2.0)
            ImageDraw.Draw(page).line(line, fill=level, width=1)
            return page

        where = share(
            Sheet(), left * 72 / dpi, top * 72 / dpi, (right - left) * 72 / dpi, (bottom - top) * 72 / dpi
        )
        make = picture(f"hd{n}", drawn_in, PNG, dpi)
        yield Case(name=f"line {n} in a scan at {dpi}", make=make, kind=kind, place=where)
    where = share(Sheet(), 54, 72, 504, 500)
    yield Case(name="table of hairlines", make=pdf("ht", lambda: table(20, 0.2)), kind=kind, place=where)
    yield Case(
        name="table at Standard",
        make=pdf("hs", lambda: table(20, 0.5)),
        kind=kind,
        place=where,
        resolution=STANDARD,
    )
    where = share(Sheet(), 54, 95, 504, 300)
    yield Case(name="form of hairlines", make=pdf("hf", lambda: form(0.25)), kind=kind, place=where)
    yield Case(
        name="form at Standard",
        make=pdf("hfs", lambda: form(0.5)),
        kind=kind,
        place=where,
        resolution=STANDARD,
    )


def _small_type() -> Iterator[Case]:
    kind = FindingKind.SMALL_TYPE
    variants = (
        ("serif", 7.0, 72, 700, 3, 90),
        ("sans", 6.0, 72, 60, 2, 70),
        ("sans", 7.4, 300, 560, 5, 50),
        ("serif", 5.0, 72, 600, 10, 120),
        ("mono", 6.5, 60, 740, 1, 40),
        ("serif italic", 6.0, 400, 640, 1, 20),
        ("sans bold", 4.0, 72, 720, 2, 150),
        ("sans", 7.0, 72, 770, 1, 100),
    )
    for n, (font, size, x, y, rows, letters) in enumerate(variants):

        def printed(font=font, size=size, x=x, y=y, rows=rows, letters=letters) -> Sheet:  # type: ignore[no-untyped-def]
            sheet = form(1.0)
            sheet.lines(x, y, prose(rows, letters, size), size, font)
            return sheet

        where = share(Sheet(), x, y - size, letters * size * 0.45, rows * size * 1.25)
        for resolution in (Resolution.FINE, STANDARD) if n % 2 else (Resolution.FINE,):
            title = f"{size} pt {font} {resolution.name}"
            make = pdf(f"small{n}", printed)
            yield Case(name=title, make=make, kind=kind, place=where, resolution=resolution)
    wide = lambda: _small_in_the_middle(7.0)  # noqa: E731
    where = share(Sheet(), 150, 200, 300, 300)
    yield Case(name="7 pt with room around", make=pdf("room", wide), kind=kind, place=where)
    looks = ((7.0, 300, 0.0), (6.0, 200, 0.3), (6.5, 300, -0.4), (5.0, 300, 0.0), (7.0, 200, 0.0))
    for n, (size, dpi, degrees) in enumerate(looks):
        fine_print = lambda folder, size=size, dpi=dpi, degrees=degrees: scan(  # noqa: E731
            _fine_print(size), folder, f"sp{size}", dpi=dpi, degrees=degrees
        )
        where = share(Sheet(), 72, 560, 460, 150)
        make = picture(f"sp{n}", fine_print, PNG if n % 2 else TIFF, dpi)
        yield Case(name=f"{size} pt scanned at {dpi}", make=make, kind=kind, place=where)
    shrunk = pdf("wide", lambda: _a3_letter())
    yield Case(
        name="A3 shrunk",
        make=shrunk,
        kind=kind,
        place=Area(x=0.1, y=0.1, width=0.8, height=0.6),
        also=TOO_LARGE,
    )


def _small_in_the_middle(size: float) -> Sheet:
    sheet = Sheet()
    sheet.lines(150, 200, prose(30, round(300 / size / 0.47), 2), size, "serif")
    return sheet


def _fine_print(size: float) -> Sheet:
    sheet = Sheet()
    sheet.lines(72, 90, prose(28, 85, 2), 11, "serif")
    sheet.lines(72, 560, prose(round(150 / size / 1.25), round(460 / size / 0.47), 5), size, "sans")
    return sheet


def _a3_letter() -> Sheet:
    sheet = Sheet((842, 1191))
    sheet.lines(90, 120, prose(60, 130, 2), 10, "serif")
    return sheet


def _heavy() -> Iterator[Case]:
    kind = FindingKind.HEAVY
    boxes: tuple[tuple[float, float, float, float, Colour], ...] = (
        (0, 0, 612, 792, 0.0),
        (0, 0, 612, 400, 0.0),
        (0, 300, 612, 492, 0.0),
        (60, 60, 492, 480, 0.0),
        (0, 0, 300, 792, 0.0),
        (306, 0, 306, 792, 0.0),
        (0, 0, 612, 792, 0.2),
        (0, 0, 612, 792, (0.05, 0.1, 0.4)),
        (0, 0, 612, 792, 0.5),
        (20, 20, 572, 600, (0.7, 0.0, 0.1)),
    )
    for n, (x, y, width, height, colour) in enumerate(boxes):

        def covered(x=x, y=y, width=width, height=height, colour=colour) -> Sheet:  # type: ignore[no-untyped-def]
            sheet = Sheet()
            sheet.box(x, y, width, height, fill=colour, line=None)
            sheet.text(80, 380, "Thank you", 40, "sans bold", 1.0)
            return sheet

        resolution = STANDARD if n % 3 == 0 else Resolution.FINE
        yield Case(
            name=f"black {n}", make=pdf(f"heavy{n}", covered), kind=kind, resolution=resolution, also=GREY
        )
    dark = lambda _folder: with_noise(Image.new("L", (1700, 2200), 60), 25)  # noqa: E731
    yield Case(name="dark photo", make=picture("dark", dark, JPEG, 200), kind=kind, also=GREY)
    lid = lambda _folder: _copied_book()  # noqa: E731
    yield Case(name="book copied with its surroundings", make=picture("book", lid, PNG, 200), kind=kind)


def _copied_book() -> Image.Image:
    page = Image.new("L", (1700, 2200), 8)
    inner = Image.new("L", (1200, 1500), 245)
    draw = ImageDraw.Draw(inner)
    for line in range(40):
        draw.rectangle((100, 100 + 32 * line, 1050, 108 + 32 * line), fill=40)
    page.paste(inner, (250, 350))
    return page


def _blank() -> Iterator[Case]:
    kind = FindingKind.BLANK
    yield Case(name="blank PDF", make=pdf("blank", Sheet), kind=kind)
    yield Case(name="blank A4", make=pdf("blanka4", lambda: Sheet(A4)), kind=kind, paper=PaperSize.A4)
    yield Case(name="blank at Standard", make=pdf("blanks", Sheet), kind=kind, resolution=STANDARD)
    yield Case(name="white text", make=pdf("white", _white_text), kind=kind)
    yield Case(name="link only", make=pdf("blanklink", _blank_with_link), kind=kind)
    looks = (
        {"paper": 250, "noise": 2.0},
        {"paper": 235, "noise": 5.0},
        {"paper": 246, "noise": 3.0, "dust": 150},
        {"paper": 242, "noise": 4.0, "dust": 40, "degrees": 1.5},
        {"paper": 255, "noise": 0.0, "dust": 20},
    )
    for n, look in enumerate(looks):
        made = lambda folder, look=look, n=n: scan(Sheet(), folder, f"bl{n}", seed=n, **look)  # noqa: E731
        yield Case(name=f"blank scan {n}", make=picture(f"bl{n}", made, PNG, 200), kind=kind)
    shadow = lambda folder: _with_shadow(scan(Sheet(), folder, "sh"))  # noqa: E731
    yield Case(name="blank with a shadow", make=picture("sh", shadow, JPEG, 200), kind=kind)
    holes = lambda folder: _with_holes(scan(Sheet(), folder, "ho"))  # noqa: E731
    yield Case(name="blank with punch holes", make=picture("ho", holes, PNG, 200), kind=kind)
    through = lambda folder: scan(_showing_through(), folder, "st")  # noqa: E731
    yield Case(name="back showing through", make=picture("st", through, PNG, 200), kind=kind)
    lid = lambda folder: shaded(scan(Sheet(), folder, "lid"), 14)  # noqa: E731
    yield Case(name="blank under an open lid", make=picture("lid", lid, PNG, 200), kind=kind)
    bits = lambda _folder: Image.new("1", (1728, 2156), 1)  # noqa: E731
    yield Case(name="blank fax", make=picture("bits", bits, TIFF, None), kind=kind)


def _white_text() -> Sheet:
    sheet = Sheet()
    sheet.lines(72, 90, prose(20, 80), 11, "serif", colour=1.0)
    return sheet


def _blank_with_link() -> Sheet:
    sheet = Sheet()
    sheet.note(100, 100, 200, 20, "Link")
    return sheet


def _with_shadow(page: Image.Image) -> Image.Image:
    draw = ImageDraw.Draw(page)
    draw.rectangle((page.width - 14, 0, page.width, page.height), fill=70)
    draw.rectangle((0, 0, page.width, 10), fill=90)
    return page


def _with_holes(page: Image.Image) -> Image.Image:
    draw = ImageDraw.Draw(page)
    for y in (660, 1540):
        draw.ellipse((70, y, 116, y + 46), fill=45)
    return page


def _showing_through() -> Sheet:
    sheet = Sheet()
    sheet.lines(72, 90, prose(40, 80), 11, "serif", colour=0.95)
    return sheet


def _landscape() -> Iterator[Case]:
    kind = FindingKind.LANDSCAPE
    wide = (LETTER[1], LETTER[0])
    for n, size in enumerate(
        (wide, (A4[1], A4[0]), (LEGAL[1], LEGAL[0]), (960, 540), (720, 540), (842, 595))
    ):
        drawn = lambda size=size: _slide(size)  # noqa: E731
        yield Case(name=f"wide page {n}", make=pdf(f"wide{n}", drawn), kind=kind, paper=PaperSize.LEGAL)
        if n < 3:
            make = pdf(f"wides{n}", drawn)
            yield Case(
                name=f"wide page {n} at Standard",
                make=make,
                kind=kind,
                paper=PaperSize.LEGAL,
                resolution=STANDARD,
            )
    yield Case(name="turned by the PDF", make=pdf("turned", _turned_page), kind=kind)
    for n, (dpi, media_type) in enumerate(((200, PNG), (300, JPEG), (200, TIFF))):
        made = lambda folder, dpi=dpi: scan(_slide(wide), folder, f"ls{dpi}", dpi=dpi)  # noqa: E731
        yield Case(name=f"wide scan {n}", make=picture(f"ls{n}", made, media_type, dpi), kind=kind)


def _slide(size: tuple[float, float]) -> Sheet:
    sheet = Sheet(size)
    sheet.text(60, 90, "Plan for the year", 28, "sans bold")
    sheet.lines(60, 140, prose(10, 50), 16)
    return sheet


def _turned_page() -> Sheet:
    sheet = letter()
    sheet.turned = 90
    return sheet


def _too_large() -> Iterator[Case]:
    kind = FindingKind.TOO_LARGE
    for n, (size, paper) in enumerate(
        (
            (LEGAL, PaperSize.LETTER),
            (LEGAL, PaperSize.A4),
            ((612, 936), PaperSize.LETTER),
            ((612, 1400), PaperSize.LEGAL),
            ((842, 1191), PaperSize.A4),
            ((842, 1191), PaperSize.LETTER),
            ((792, 1224), PaperSize.LETTER),
            ((1684, 2384), PaperSize.A4),
            ((612, 880), PaperSize.LETTER),
        )
    ):
        drawn = lambda size=size: _poster(size)  # noqa: E731
        resolution = STANDARD if n % 3 == 0 else Resolution.FINE
        make = pdf(f"large{n}", drawn)
        yield Case(
            name=f"page of {size[0]} x {size[1]}", make=make, kind=kind, paper=paper, resolution=resolution
        )
    for n, dpi in enumerate((200, 300)):
        made = lambda folder, dpi=dpi: scan(contract(11, page=LEGAL), folder, f"ll{dpi}", dpi=dpi)  # noqa: E731
        yield Case(name=f"legal scan at {dpi}", make=picture(f"ll{n}", made, PNG, dpi), kind=kind)
    yield Case(name="till receipt", make=pdf("till", lambda: _poster((220, 1500))), kind=kind)


def _poster(size: tuple[float, float]) -> Sheet:
    sheet = Sheet(size)
    sheet.lines(40, 80, prose(int(size[1] / 60), int(size[0] / 26)), 36 if size[0] > 300 else 14, "sans")
    return sheet


def _forms() -> Iterator[Case]:
    kind = FindingKind.FORM
    notes = (
        ("FreeText", 300, 600, 160, 40),
        ("Square", 60, 90, 200, 50),
        ("Circle", 400, 500, 90, 90),
        ("Highlight", 60, 150, 300, 16),
        ("Text", 560, 40, 20, 20),
    )
    for n, (what, x, y, width, height) in enumerate(notes):

        def noted(what=what, x=x, y=y, width=width, height=height) -> Sheet:  # type: ignore[no-untyped-def]
            sheet = form(1.0)
            sheet.note(x, y, width, height, what)
            return sheet

        where = share(Sheet(), x, y, width, height)
        yield Case(name=f"note {what}", make=pdf(f"note{n}", noted), kind=kind, place=where, also=GREY)
    fields = (
        ("Tx", 200, 110, 200, 20),
        ("Btn", 54, 450, 14, 14),
        ("Ch", 300, 200, 150, 20),
        ("Tx", 54, 700, 500, 60),
        ("Tx", 500, 20, 60, 16),
    )
    for n, (what, x, y, width, height) in enumerate(fields):

        def asked(what=what, x=x, y=y, width=width, height=height) -> Sheet:  # type: ignore[no-untyped-def]
            sheet = form(1.0)
            sheet.field(x, y, width, height, f"field{x}", what)
            return sheet

        where = share(Sheet(), x, y, width, height)
        resolution = STANDARD if n == 0 else Resolution.FINE
        yield Case(
            name=f"field {what} {n}",
            make=pdf(f"field{n}", asked),
            kind=kind,
            place=where,
            resolution=resolution,
        )
    yield Case(
        name="field on an empty page",
        make=pdf("lone", _lone_field),
        kind=kind,
        place=share(Sheet(), 100, 100, 200, 20),
    )
    yield Case(name="field on a turned page", make=pdf("turnedfield", _turned_field), kind=kind, place=None)


def _lone_field() -> Sheet:
    sheet = Sheet()
    sheet.field(100, 100, 200, 20, "only")
    return sheet


def _turned_field() -> Sheet:
    sheet = form(1.0)
    sheet.turned = 180
    sheet.field(100, 100, 200, 20, "turned")
    return sheet


def _low_scans() -> Iterator[Case]:
    kind = FindingKind.LOW_SCAN
    for n, (dpi, media_type) in enumerate(
        ((72, PNG), (75, JPEG), (96, PNG), (100, TIFF), (110, JPEG), (90, PNG))
    ):
        made = lambda folder, dpi=dpi: scan(letter("serif", 14), folder, f"lo{dpi}", dpi=dpi, blur=0.0)  # noqa: E731
        yield Case(name=f"scan at {dpi}", make=picture(f"lo{n}", made, media_type, dpi), kind=kind)
    for n, dpi in enumerate((60, 80, 100, 115)):
        made = lambda folder, dpi=dpi: scan(letter("serif", 14), folder, f"lp{dpi}", dpi=dpi, blur=0.0)  # noqa: E731
        resolution = STANDARD if n == 1 else Resolution.FINE
        make = _picture_pdf(f"lp{n}", made)
        yield Case(name=f"scan at {dpi} in a PDF", make=make, kind=kind, resolution=resolution)
    part = pdf("part", lambda: _with_coarse_picture(150, 90))
    yield Case(
        name="coarse picture in a letter", make=part, kind=kind, place=share(Sheet(), 72, 450, 400, 240)
    )
    shot = picture("shot", lambda folder: scan(letter("sans", 14), folder, "shot", dpi=85, blur=0), PNG, None)
    yield Case(name="screenshot", make=shot, kind=kind)


def _picture_pdf(name: str, made: Callable[[Path], Image.Image]) -> Make:
    return lambda folder: (write_pdf(folder / f"{name}.pdf", [page_of(made(folder))]), PDF)


def _with_coarse_picture(width: int, height: int) -> Sheet:
    sheet = form(1.0)
    image = Image.new("1", (width, height), 1)
    draw = ImageDraw.Draw(image)
    for x in range(5, width, 12):
        draw.line((x, 5, x + 20, height - 5), fill=0, width=3)
    sheet.picture(72, 450, 400, 240, image)
    return sheet


def _skew() -> Iterator[Case]:
    kind = FindingKind.SKEW
    looks: tuple[tuple[str, Callable[[], Sheet], float, int], ...] = (
        ("letter", lambda: letter("serif", 11), 1.5, 200),
        ("letter left", lambda: letter("sans", 11), -2.0, 200),
        ("contract", lambda: contract(10), 1.2, 300),
        ("contract left", lambda: contract(10, 2), -3.0, 200),
        ("form", lambda: form(1.0), 2.5, 200),
        ("table", lambda: table(20, 1.0), -1.5, 200),
        ("typewriter", lambda: letter("mono", 12), 4.0, 200),
        ("much", lambda: letter("serif", 12), 7.0, 200),
        ("much left", lambda: letter("sans", 12), -9.0, 200),
        ("ruled", lambda: ruled(24, 1.0), 2.0, 200),
        ("few lines", lambda: _few_lines(), -2.5, 200),
        ("fine", lambda: contract(9, 2), 1.0, 300),
    )
    for n, (name, sheet, degrees, dpi) in enumerate(looks):
        made = lambda folder, sheet=sheet, degrees=degrees, dpi=dpi, n=n: scan(  # noqa: E731
            sheet(), folder, f"sk{n}", degrees=degrees, dpi=dpi
        )
        title = f"{name} by {degrees}"
        if n % 3 == 2:
            yield Case(name=f"{title} in a PDF", make=_picture_pdf(f"sk{n}", made), kind=kind)
        else:
            yield Case(name=title, make=picture(f"sk{n}", made, PNG if n % 2 else JPEG, dpi), kind=kind)
        if n % 4 == 0:
            make = picture(f"sks{n}", made, PNG, dpi)
            yield Case(name=f"{title} at Standard", make=make, kind=kind, resolution=STANDARD)


def _few_lines() -> Sheet:
    sheet = Sheet()
    sheet.lines(72, 90, prose(5, 80), 12, "serif")
    return sheet


def _letters() -> Iterator[Case]:
    latin = "\n".join(prose(20, 70))
    scripts = {
        "Chinese": "请在星期五之前把这份文件寄回来",
        "Japanese": "金曜日までにこの書類を返送してください",
        "Korean": "금요일까지 이 서류를 보내 주십시오",
        "Hindi": "कृपया यह कागज शुक्रवार तक वापस भेजें",
        "Bengali": "অনুগ্রহ করে কাগজটি ফেরত পাঠান",
        "Tamil": "தயவுசெய்து காகிதத்தை திருப்பி அனுப்பவும்",
        "Telugu": "దయచేసి కాగితం తిరిగి పంపండి",
        "Thai": "กรุณาส่งเอกสารคืนภายในวันศุกร์",
        "Hebrew": "נא להחזיר את המסמך עד יום שישי",
        "Amharic": "እባክዎን ሰነዱን እስከ አርብ ይመልሱ",
        "Khmer": "សូមផ្ញើឯកសារមកវិញ",
        "one letter": "The sign 漢 is the only one.",
    }
    for name, line in scripts.items():
        for_name = f"letters {name}"
        yield Case(
            name=for_name, make=text_file(for_name, f"{latin}\n{line}\n{latin}\n"), kind=FindingKind.LETTERS
        )


def _cases() -> Iterator[Case]:
    for made in (
        _grey,
        _hairline,
        _small_type,
        _heavy,
        _blank,
        _landscape,
        _too_large,
        _forms,
        _low_scans,
        _skew,
        _letters,
    ):
        yield from made()


PLANTED: tuple[Case, ...] = tuple(_cases())
