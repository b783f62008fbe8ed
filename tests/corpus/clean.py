"""Clean pages: what offices fax every day, with nothing wrong. The page doctor must have nothing to say.

Letters, contracts, forms, tables, logos, bar codes, drawings, ruled paper, text files, faxes and good scans.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Dither, PaperSize
from tests.corpus.case import JPEG, PDF, PNG, TEXT, TIFF, Case, Make, pdf, picture
from tests.corpus.scanner import drawn, page_of, scan, shaded
from tests.corpus.sheet import A4, LEGAL, LETTER, Sheet, write_pdf

WORDS = """
    the patient was seen again on Monday and the findings were discussed with both parties hereto agree that
    payment shall be made within thirty days of receipt unless otherwise provided in writing by the licensee
    who keeps records for a period of seven years and gives notice of any change to the address given above
""".split()  # noqa: SIM905


def prose(lines: int, letters: int, seed: int = 1) -> list[str]:
    """Lines of about so many letters."""
    chance = random.Random(seed)
    found = []
    for _ in range(lines):
        line = chance.choice(WORDS).capitalize()
        while len(line) < letters:
            line += " " + chance.choice(WORDS)
        found.append(line[: letters + 4].strip() + chance.choice((".", ",", "")))
    return found


def letter(font: str = "serif", size: float = 11, page: tuple[float, float] = LETTER, seed: int = 1) -> Sheet:
    """A business letter."""
    sheet = Sheet(page)
    sheet.text(72, 80, "Hale & Okafor, Attorneys at Law", 16, f"{font} bold")
    sheet.lines(72, 100, ("1200 Main Street, Suite 4", "Springfield, IL 62701"), size, font)
    sheet.line(72, 125, page[0] - 72, 125, 1)
    sheet.text(72, 150, "November 22, 2026", size, font)
    letters = int((page[0] - 144) / size / (0.6 if font == "mono" else 0.47))
    y = 180.0
    for paragraph in range(4):
        y = sheet.lines(72, y, prose(7, letters, seed * 10 + paragraph), size, font) + size
    sheet.text(72, y, "Sincerely,", size, font)
    signature(sheet, 72, y + 30)
    sheet.text(72, y + 60, "Mara Okafor", size, font)
    return sheet


def signature(sheet: Sheet, x: float, y: float, width: float = 1.3) -> None:
    """A name nobody can read."""
    points = [(x, y)]
    for n in range(8):
        points += [(x + 12 * n + 6, y - 22), (x + 12 * n + 2, y + 14), (x + 12 * n + 14, y - 4 + 5 * (n % 3))]
    sheet.curve(points, width)
    sheet.curve([(x - 4, y + 12), (x + 40, y + 2), (x + 80, y + 16), (x + 130, y + 4)], width)


def contract(
    size: float = 10, columns: int = 1, font: str = "serif", page: tuple[float, float] = LETTER
) -> Sheet:
    """A page full of clauses."""
    sheet = Sheet(page)
    sheet.text(54, 60, "MASTER SERVICES AGREEMENT", 12, f"{font} bold")
    width = (page[0] - 108 - 18 * (columns - 1)) / columns
    letters = int(width / size / (0.62 if font == "mono" else 0.48))
    for column in range(columns):
        y = 84.0
        number = 1
        while y < page[1] - 90:
            x = 54 + column * (width + 18)
            sheet.text(x, y, f"{number}. DEFINITIONS AND TERM", size, f"{font} bold")
            y = sheet.lines(x, y + size * 1.15, prose(6, letters, number + 31 * column), size, font, 1.15)
            number += 1
    sheet.text(page[0] / 2, page[1] - 40, "Page 3 of 12", 9, font)
    return sheet


def form(line: float = 0.75, size: float = 10, page: tuple[float, float] = LETTER) -> Sheet:
    """Boxes with labels and entries, and boxes to tick."""
    sheet = Sheet(page)
    sheet.text(54, 70, "Imaging request", 18, "sans bold")
    labels = ("Patient name", "Date of birth", "Referring physician", "Insurance", "Examination", "Reason")
    y = 95.0
    for n, label in enumerate(labels):
        sheet.box(54, y, page[0] - 108, 38, line=line)
        sheet.text(60, y + 12, label, max(8.5, size - 1), "sans")
        sheet.text(60, y + 30, prose(1, 40, n)[0], size + 1, "mono")
        y += 46
    for n in range(8):
        sheet.box(54 + 130 * (n % 4), y + 20 * (n // 4), 10, 10, line=line)
        if n % 3 == 0:
            sheet.line(54 + 130 * (n % 4), y + 20 * (n // 4), 64 + 130 * (n % 4), y + 10 + 20 * (n // 4), 1.2)
            sheet.line(64 + 130 * (n % 4), y + 20 * (n // 4), 54 + 130 * (n % 4), y + 10 + 20 * (n // 4), 1.2)
        sheet.text(70 + 130 * (n % 4), y + 9 + 20 * (n // 4), ("X-ray", "CT", "MRI", "Other")[n % 4], size)
    y += 80
    sheet.line(54, y, 300, y, max(line, 0.5))
    signature(sheet, 70, y - 8)
    sheet.text(54, y + 14, "Signature of the physician", max(8.5, size - 1))
    return sheet


def table(rows: int = 24, line: float = 0.5, size: float = 10, has_black_head: bool = False) -> Sheet:
    """Figures in rows and columns."""
    sheet = Sheet()
    left, right, step = 54.0, 558.0, 24.0
    widths = (0, 180, 270, 360, 504)
    if has_black_head:
        sheet.box(left, 72, 504, step, fill=0.0, line=None)
    for n, head in enumerate(("Item", "Quantity", "Price", "Total")):
        sheet.text(left + widths[n] + 5, 88, head, size, "sans bold", 1.0 if has_black_head else 0.0)
    for row in range(rows + 2):
        sheet.line(left, 72 + row * step, right, 72 + row * step, line)
    for x in widths:
        sheet.line(left + x, 72, left + x, 72 + (rows + 1) * step, line)
    chance = random.Random(rows)
    for row in range(1, rows + 1):
        y = 88 + row * step
        sheet.text(left + 5, y, prose(1, 24, row)[0][:26], size)
        for n in (1, 2, 3):
            sheet.text(left + widths[n] + 5, y, f"{chance.randrange(10, 99999) / 100:,.2f}", size)
    return sheet


def logo(kind: int) -> Sheet:
    """A letterhead in black with solid shapes."""
    sheet = letter("sans", 11, seed=kind)
    if kind == 0:
        sheet.disc(520, 70, 28)
        sheet.text(506, 76, "HO", 18, "sans bold", 1.0)
    elif kind == 1:
        sheet.box(480, 44, 60, 60, fill=0.0, line=None)
        sheet.disc(510, 74, 20, 1.0)
        sheet.disc(510, 74, 12)
    elif kind == 2:
        for n in range(6):
            sheet.line(480 + 10 * n, 100, 500 + 10 * n, 50, 4)
    elif kind == 3:
        sheet.text(440, 100, "R&Co", 48, "serif bold")
    else:
        sheet.curve(
            [(470, 100), (480, 30), (540, 30), (550, 100), (530, 60), (490, 60), (470, 100)], fill=True
        )
        sheet.disc(510, 70, 34, fill=False, width=2)
    return sheet


def barcode(module: float, height: float, seed: int = 3) -> Sheet:
    """Bars of one to four modules, with a number in readable type below."""
    sheet = letter("sans", 11, seed=seed)
    chance = random.Random(seed)
    x = 330.0
    while x < 540:
        width = module * chance.choice((1, 1, 2, 3))
        sheet.box(x, 36, width, height, fill=0.0, line=None)
        x += width + module * chance.choice((1, 1, 2, 3))
    sheet.text(360, 48 + height, "0 12345 67890 5", 10, "mono")
    return sheet


def squares(module: float, seed: int = 5) -> Sheet:
    """A two-dimensional code."""
    sheet = letter("serif", 11, seed=seed)
    chance = random.Random(seed)
    for row in range(25):
        for column in range(25):
            if chance.random() < 0.5:
                sheet.box(470 + column * module, 30 + row * module, module, module, fill=0.0, line=None)
    for x, y in ((0, 0), (18, 0), (0, 18)):
        sheet.box(470 + x * module, 30 + y * module, 7 * module, 7 * module, fill=0.0, line=None)
        sheet.box(470 + (x + 1) * module, 30 + (y + 1) * module, 5 * module, 5 * module, fill=1.0, line=None)
        sheet.box(470 + (x + 2) * module, 30 + (y + 2) * module, 3 * module, 3 * module, fill=0.0, line=None)
    return sheet


def ruled(step: float, line: float = 0.5, is_squared: bool = False, written: bool = True) -> Sheet:
    """Writing paper with a line of handwriting here and there."""
    sheet = Sheet()
    y = 72.0
    while y < 740:
        sheet.line(36, y, 576, y, line)
        y += step
    if is_squared:
        x = 36.0
        while x < 577:
            sheet.line(x, 72, x, y - step, line)
            x += step
    if written:
        for n in range(5):
            signature(sheet, 60 + 20 * n, 72 + step * (3 * n + 2) - 3)
    return sheet


def contents() -> Sheet:
    """A table of contents with leaders of dots."""
    sheet = Sheet()
    sheet.text(72, 80, "Contents", 20, "serif bold")
    for n in range(24):
        title = prose(1, 18 + n % 9, n)[0].rstrip(".,")
        sheet.text(72, 120 + 22 * n, f"{n + 1}  {title} {'.' * (78 - len(title))} {3 * n + 1}", 11, "serif")
    return sheet


def notes_page() -> Sheet:
    """Superscripts, underlined, struck and turned text, rules and a large heading."""
    sheet = Sheet()
    sheet.text(72, 110, "NOTICE", 54, "sans bold")
    y = 160.0
    for n, line in enumerate(prose(16, 80, 4)):
        sheet.text(72, y, line, 11, "serif")
        if n % 4 == 1:
            sheet.text(72 + 4.9 * len(line), y - 4, str(n), 6, "serif")
            sheet.line(72, y + 2, 300, y + 2, 0.6)
        if n % 5 == 2:
            sheet.line(72, y - 3, 260, y - 3, 0.8)
        y += 18
    sheet.line(72, y, 216, y, 0.5)
    sheet.lines(72, y + 14, prose(4, 90, 8), 9, "serif")
    sheet.text(40, 600, "Copy for the file", 11, "sans", slant=(0, 1, -1, 0))
    sheet.text(380, 640, "Stamp here", 12, "sans bold", slant=(0.97, 0.25, -0.25, 0.97))
    sheet.disc(420, 640, 60, fill=False, width=2)
    return sheet


def drawing(kind: int) -> Sheet:
    """A plan, a chart, a crossword or an organisation chart, in black lines."""
    sheet = Sheet()
    sheet.text(
        72, 72, ("Floor plan", "Results by month", "Puzzle", "Who reports to whom")[kind], 16, "sans bold"
    )
    if kind == 0:
        for x, y, w, h in (
            (80, 100, 400, 300),
            (80, 100, 180, 140),
            (260, 100, 220, 90),
            (80, 240, 120, 160),
        ):
            sheet.box(x, y, w, h, line=2.5)
        sheet.curve([(260, 190), (290, 190), (300, 210), (300, 240)], 1)
        for n in range(12):
            sheet.line(300 + 8 * n, 300, 300 + 8 * n, 380, 0.8)
        sheet.text(100, 180, "Office 12 m2", 11)
    elif kind == 1:
        sheet.line(80, 400, 520, 400, 1)
        sheet.line(80, 100, 80, 400, 1)
        points = [(80 + 36 * n, 400 - 22 * ((n * 7) % 11)) for n in range(13)]
        for (x0, y0), (x1, y1) in pairwise(points):
            sheet.line(x0, y0, x1, y1, 1.4)
            sheet.disc(x1, y1, 3)
        for n in range(12):
            sheet.text(84 + 36 * n, 414, ("Jan", "Feb", "Mar", "Apr", "May", "Jun")[n % 6], 9)
            sheet.box(90 + 36 * n, 620 - 9 * (n % 7 + 1), 20, 9 * (n % 7 + 1), fill=0.0, line=None)
    elif kind == 2:
        chance = random.Random(9)
        for row in range(13):
            for column in range(13):
                is_black = chance.random() < 0.2
                sheet.box(110 + 28 * column, 110 + 28 * row, 28, 28, fill=0.0 if is_black else None, line=1)
                if not is_black and chance.random() < 0.2:
                    sheet.text(112 + 28 * column, 121 + 28 * row, str(row + column), 8.5)
    else:
        for row in range(4):
            for n in range(row + 1):
                x, y = 306 - 65 * row + 130 * n, 110 + 120 * row
                sheet.box(x - 50, y, 100, 44, line=1.2)
                sheet.text(x - 40, y + 26, ("Partner", "Associate", "Clerk", "Assistant")[row], 11)
                if row:
                    sheet.line(x, y - 76, x, y, 0.9)
    return sheet


def sparse(kind: int) -> Sheet:
    """Hardly anything on the page, but not nothing."""
    sheet = Sheet()
    if kind == 0:
        sheet.text(306, 760, "3", 11, "serif")
    elif kind == 1:
        sheet.text(170, 400, "This page intentionally left blank", 12, "serif italic")
    elif kind == 2:
        signature(sheet, 240, 500)
    else:
        sheet.text(72, 90, "See attached.", 12, "mono")
    return sheet


def _digital() -> Iterator[tuple[str, Callable[[], Sheet]]]:
    for font, size in (("serif", 11), ("sans", 10), ("mono", 11), ("serif", 12), ("sans", 12), ("serif", 9)):
        yield f"letter {font} {size}", partial(letter, font, size)
    pages = (
        (10, 1, "serif"),
        (10, 1, "sans"),
        (10, 2, "serif"),
        (9, 2, "sans"),
        (8.5, 1, "serif"),
        (10, 1, "mono"),
    )
    for width, columns, font in pages:
        yield f"contract {font} {width} in {columns}", partial(contract, width, columns, font)
    for line in (0.5, 0.75, 1.0, 2.0):
        yield f"form lines {line}", partial(form, line)
    for rows, line, black in ((24, 0.5, False), (20, 0.75, True), (12, 1.0, False), (26, 1.5, True)):
        yield f"table {rows} lines {line}", partial(table, rows, line, has_black_head=black)
    for kind in range(5):
        yield f"logo {kind}", partial(logo, kind)
    for module, height in ((0.9, 30), (1.2, 45), (2.0, 60)):
        yield f"barcode {module}", partial(barcode, module, height)
    for module in (1.4, 2.2, 3.5):
        yield f"squares {module}", partial(squares, module)
    for step, squared in ((24, False), (18, False), (14.2, True)):
        yield f"ruled {step} {squared}", partial(ruled, step, is_squared=squared)
    yield "ruled and empty but for its lines", lambda: ruled(22, written=False)
    yield "contents", contents
    yield "notes", notes_page
    for kind in range(4):
        yield f"drawing {kind}", partial(drawing, kind)
        yield f"sparse {kind}", partial(sparse, kind)


_SCANNED: tuple[tuple[str, Callable[[], Sheet]], ...] = (
    ("letter", lambda: letter("serif", 11)),
    ("letter sans", lambda: letter("sans", 10)),
    ("contract", lambda: contract(10)),
    ("two columns", lambda: contract(10, 2)),
    ("form", lambda: form(0.75)),
    ("table", lambda: table(20, 0.75)),
    ("logo", lambda: logo(1)),
    ("barcode", lambda: barcode(1.2, 45)),
    ("squares", lambda: squares(2.2)),
    ("drawing", lambda: drawing(0)),
    ("chart", lambda: drawing(1)),
    ("ruled", lambda: ruled(24, 0.75)),
    ("typewriter", lambda: letter("mono", 12)),
    ("notes", notes_page),
)


def _scans() -> Iterator[tuple[str, Make]]:
    """Good scans: 200 to 300 dots an inch, straight, legible; grey, one bit, in a picture or a PDF."""
    looks = (
        {"dpi": 200, "paper": 246, "noise": 3.0},
        {"dpi": 300, "paper": 250, "noise": 2.0, "degrees": 0.3},
        {"dpi": 200, "paper": 236, "noise": 4.0, "dust": 60},
        {"dpi": 300, "paper": 255, "noise": 0.0, "blur": 0.8},
        {"dpi": 150, "paper": 242, "noise": 3.0, "degrees": -0.4, "ink": 45},
    )
    for n, (name, sheet) in enumerate(_SCANNED):
        look = looks[n % len(looks)]
        title = f"scan of {name}"

        def made(folder: Path, sheet=sheet, look=look, title=title) -> Image.Image:  # type: ignore[no-untyped-def]
            return scan(sheet(), folder, title, **look)

        match n % 4:
            case 0:
                yield title, picture(title, made, PNG, look["dpi"])
            case 1:
                yield title, picture(title, made, JPEG, look["dpi"])
            case 2:
                yield title, _scan_in_pdf(title, made)
            case _:
                bits = lambda folder, made=made: made(folder).point([0] * 140 + [255] * 116, "1")  # noqa: E731
                yield title, picture(title, bits, TIFF, look["dpi"])
    dim = lambda folder: shaded(scan(letter("serif", 12), folder, "lid", paper=248), 12)  # noqa: E731
    yield "scan under an open lid", picture("lid", dim, PNG, 200)


def _scan_in_pdf(title: str, made: Callable[[Path], Image.Image]) -> Make:
    """A scan in a PDF, with the invisible text of a recogniser below it."""

    def make(folder: Path) -> tuple[Path, str]:
        sheet = Sheet()
        for n, line in enumerate(prose(30, 70)):
            sheet.text(72, 100 + 18 * n, line, 6, mode=3)
        sheet.picture(0, 0, *LETTER, made(folder))
        return write_pdf(folder / f"{title}.pdf", [sheet]), PDF

    return make


def text_file(name: str, text: str) -> Make:
    def make(folder: Path) -> tuple[Path, str]:
        path = folder / f"{name}.txt"
        path.write_text(text, "utf-8")
        return path, TEXT

    return make


def _fax(lines_an_inch: int) -> Make:
    """A fax that was received and goes on to somebody else."""

    def made(folder: Path) -> tuple[Path, str]:
        grey = drawn(letter("sans", 12), folder / "fax.pdf", 204)
        page = Image.new("L", (1728, lines_an_inch * 11), 255)
        page.paste(grey.resize((1728, page.height), Image.Resampling.BOX), (0, 0))
        path = folder / f"fax{lines_an_inch}.tiff"
        page.point([0] * 128 + [255] * 128, "1").save(path, compression="group4", dpi=(204, lines_an_inch))
        return path, TIFF

    return made


def _handwriting() -> Image.Image:
    """A note written with a broad pen, photographed flat: no size on paper is said."""
    image = Image.new("L", (1700, 2200), 255)
    draw = ImageDraw.Draw(image)
    for line in range(12):
        points = [
            (150 + n * 7, 220 + line * 150 + 40 * math.sin(n * 0.45 + line) * math.sin(n * 0.13))
            for n in range(190)
        ]
        draw.line(points, fill=0, width=7, joint="curve")
    return image


def _cases() -> Iterator[Case]:
    for name, sheet in _digital():
        yield Case(name=name, make=pdf(name, sheet))
    for name, make in _scans():
        yield Case(name=name, make=make)
    yield Case(name="letter on A4", make=pdf("a4", lambda: letter("sans", 11, A4)), paper=PaperSize.A4)
    yield Case(name="A4 on letter paper", make=pdf("a4l", lambda: letter("serif", 11, A4)))
    legal = pdf("leg", lambda: contract(10, page=LEGAL))
    yield Case(name="legal contract on legal", make=legal, paper=PaperSize.LEGAL)
    yield Case(name="letter on legal", make=pdf("ll", lambda: letter("serif", 12)), paper=PaperSize.LEGAL)
    yield Case(name="text file", make=text_file("plain", "\n".join(prose(55, 70))))
    yield Case(name="short text file", make=text_file("short", "Please call back.\nMara"))
    yield Case(name="text file of capitals", make=text_file("caps", "\n".join(prose(40, 60)).upper()))
    yield Case(name="fax at Fine", make=_fax(196))
    yield Case(name="fax at Standard", make=_fax(98), resolution=Resolution.STANDARD)
    yield Case(name="handwriting", make=picture("hand", lambda _folder: _handwriting(), PNG, None))
    yield Case(name="links only", make=pdf("links", _with_links))
    at_standard = partial(Case, resolution=Resolution.STANDARD)
    yield at_standard(name="letter at Standard", make=pdf("s1", lambda: letter("serif", 12)))
    yield at_standard(name="contract at Standard", make=pdf("s2", lambda: contract(10)))
    yield at_standard(name="form at Standard", make=pdf("s3", lambda: form(1.0)))
    yield at_standard(name="table at Standard", make=pdf("s4", lambda: table(20, 1.0, 11)))
    yield at_standard(name="logo at Standard", make=pdf("s5", lambda: logo(0)))
    s6 = picture("s6", lambda folder: scan(letter("serif", 12), folder, "s6"), PNG, 200)
    yield at_standard(name="scan at Standard", make=s6)
    s7 = picture("s7", lambda folder: scan(contract(11), folder, "s7", dpi=300), PNG, 300)
    yield at_standard(name="scanned contract at Standard", make=s7)
    yield Case(name="light tint, cut", make=pdf("cut", _with_light_tint), dither=Dither.THRESHOLD)
    turned = lambda folder: scan(letter("sans", 11), folder, "wide")  # noqa: E731
    yield Case(name="scan in a turned PDF", make=_turned_scan("turned", turned))


def _with_links() -> Sheet:
    sheet = letter()
    sheet.note(72, 90, 120, 14, "Link")
    return sheet


def _with_light_tint() -> Sheet:
    sheet = form()
    sheet.content.insert(0, "q 0.88 g 54 600 400 40 re f Q")
    return sheet


def _turned_scan(name: str, made: Callable[[Path], Image.Image]) -> Make:
    def make(folder: Path) -> tuple[Path, str]:
        sheet = page_of(made(folder).transpose(Image.Transpose.ROTATE_90), (LETTER[1], LETTER[0]))
        sheet.turned = 90
        return write_pdf(folder / f"{name}.pdf", [sheet]), PDF

    return make


CLEAN: tuple[Case, ...] = tuple(_cases())
