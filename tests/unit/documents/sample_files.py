"""Self-made documents of every kind the desk can draw, small and different on every page.

Used by the tests of the renderer, by the benchmarks and by the run of hostile files. No test is in here.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

PDF, TIFF, TEXT = "application/pdf", "image/tiff", "text/plain"
WORDS = (
    "the patient was seen again in clinic today and feels well no fever no cough sleeping through the night "
    "please find enclosed the signed authorisation and return one copy by fax before noon on Thursday"
)


def sentence(rng: random.Random, words: int = 12) -> str:
    """Some words of an office."""
    return " ".join(rng.choices(WORDS.split(), k=words))


def raw_pdf(objects: Iterable[bytes]) -> bytes:
    """A PDF of these object bodies, the first being the catalogue."""
    written = io.BytesIO()
    written.write(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = written.tell()
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + rows)
    written.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start))
    return written.getvalue()


def text_pdf(pages: int, size: tuple[float, float] = (612, 792), lines: int = 40, seed: int = 1) -> bytes:
    """A PDF of typed letters with a rule and a grey box, each page its own."""
    rng = random.Random(seed)
    width, height = size
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    ]
    kids = []
    for page in range(pages):
        rows = "\n".join(f"({sentence(rng)}) Tj T*" for _ in range(lines))
        drawing = (
            f"BT /F1 12 Tf 14 TL 72 {height - 90:.0f} Td (Page {page + 1}) Tj T* {rows} ET\n"
            f"0.8 w 72 {height - 60:.0f} m {width - 72:.0f} {height - 60:.0f} l S\n"
            f"0.9 g 72 60 {40 + page % 200} 20 re f"
        ).encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (width, height, len(objects))
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        pages,
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    return raw_pdf(objects)


def form_pdf() -> bytes:
    """One page with a text field that is filled in and a note."""
    look = b"q 0 0 0 rg BT /Helv 14 Tf 4 6 Td (FILLED IN) Tj ET Q"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /DR << /Font << /Helv 4 0 R >> >> "
            b"/DA (/Helv 14 Tf 0 g) >> >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Annots [5 0 R 7 0 R] "
            b"/Resources << /Font << /Helv 4 0 R >> >> >>",
            font,
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (FILLED IN) /Rect [100 600 300 630] /F 4 "
            b"/DA (/Helv 14 Tf 0 g) /P 3 0 R /AP << /N 6 0 R >> >>",
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 30] /Resources << /Font << /Helv 4 0 R >> >> "
            b"/Length %d >>\nstream\n%s\nendstream" % (len(look), look),
            b"<< /Type /Annot /Subtype /Square /Rect [100 400 200 450] /C [0 0 0] /F 4 /BS << /W 3 >> >>",
        ]
    )


def drawn_page(number: int, size: tuple[int, int] = (1728, 2156)) -> Image.Image:
    """A 1-bit page: a frame, a bar at a place of its own, a slanted line and a triangle in one corner."""
    width, height = size
    page = Image.new("1", size, 1)
    pen = ImageDraw.Draw(page)
    pen.rectangle((20, 20, width - 21, height - 21), outline=0, width=4)
    pen.rectangle((100, 100 + 37 * number, width - 200, 112 + 37 * number), fill=0)
    pen.line((60, height - 60, width - 60, height // 2), fill=0, width=2)
    pen.polygon(((60, 40), (160, 40), (60, 90)), fill=0)
    return page


def fax_tiff(path: Path, pages: int = 3, lines: int = 196, compression: str = "group4") -> Path:
    """A TIFF as a fax server writes it."""
    drawn = [drawn_page(number, (1728, 11 * lines)) for number in range(pages)]
    drawn[0].save(
        path, "TIFF", save_all=True, append_images=drawn[1:], compression=compression, dpi=(204, lines)
    )
    return path


def photo(size: tuple[int, int] = (800, 600)) -> Image.Image:
    """A picture with all greys: smooth shades and something round in it."""
    shade = Image.linear_gradient("L").resize(size)
    other = ImageOps.mirror(Image.radial_gradient("L").resize(size))
    return Image.merge("RGB", (shade, other, Image.blend(shade, other, 0.5)))


def screenshot(mode: str = "RGB", size: tuple[int, int] = (640, 400)) -> Image.Image:
    """Flat colours and lines, as a window looks."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((40, 40, 300, 120), fill=(30, 60, 160))
    pen.rectangle((40, 160, 600, 360), outline=(0, 0, 0), width=3)
    pen.ellipse((380, 180, 560, 340), fill=(230, 230, 230), outline=(200, 0, 0), width=5)
    return picture.convert(mode)


def _saved(path: Path, picture: Image.Image, kind: str, **options: object) -> Path:
    picture.save(path, kind, **options)
    return path


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


LETTER_TEXT = (
    "Grüße aus Straßburg – déjà vu\nΑθήνα και Θεσσαλονίκη\nМосква и Київ\n\tindented\n" + "word " * 60
)

MAKERS: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "letter.pdf": (PDF, lambda path: _bytes(path, text_pdf(2))),
    "a4.pdf": (PDF, lambda path: _bytes(path, text_pdf(1, (595.28, 841.89)))),
    "legal.pdf": (PDF, lambda path: _bytes(path, text_pdf(1, (612, 1008)))),
    "landscape.pdf": (PDF, lambda path: _bytes(path, text_pdf(1, (792, 612), lines=25))),
    "form.pdf": (PDF, lambda path: _bytes(path, form_pdf())),
    "fine.tif": (TIFF, lambda path: fax_tiff(path)),
    "standard.tif": (TIFF, lambda path: fax_tiff(path, 2, 98)),
    "g3.tif": (TIFF, lambda path: fax_tiff(path, 2, 196, "group3")),
    "scan.tif": (
        TIFF,
        lambda path: _saved(path, drawn_page(4, (2550, 3300)), "TIFF", compression="group4", dpi=(300, 300)),
    ),
    "turned.tif": (
        TIFF,
        lambda path: _saved(
            path, drawn_page(2, (2200, 1700)), "TIFF", compression="group4", dpi=(200, 200), tiffinfo={274: 6}
        ),
    ),
    "window.png": ("image/png", lambda path: _saved(path, screenshot("RGBA"), "PNG")),
    "one-bit.png": ("image/png", lambda path: _saved(path, screenshot("1"), "PNG", dpi=(200, 200))),
    "photo.jpg": ("image/jpeg", lambda path: _saved(path, photo(), "JPEG", quality=88, dpi=(150, 150))),
    "window.gif": ("image/gif", lambda path: _saved(path, screenshot("P"), "GIF")),
    "window.bmp": ("image/bmp", lambda path: _saved(path, screenshot("RGB"), "BMP")),
    "letter.txt": (TEXT, lambda path: _bytes(path, LETTER_TEXT.encode())),
    "utf16.txt": (TEXT, lambda path: _bytes(path, LETTER_TEXT.encode("utf-16"))),
    "latin.txt": (TEXT, lambda path: _bytes(path, "Grüße, déjà vu\n".encode("latin-1") * 70)),
    "table.csv": ("text/csv", lambda path: _bytes(path, b"name,number\n" * 61)),
}
"""Name → (kind, what writes it)."""


def make(name: str, folder: Path) -> tuple[Path, str]:
    """Write one of MAKERS into a folder; its path and kind."""
    media_type, maker = MAKERS[name]
    return maker(folder / name), media_type
