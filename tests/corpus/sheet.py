"""A small PDF writer: text in the standard fonts, lines, boxes, curves, pictures, notes and form fields.

Points from the top left corner, as people think of a page. Nothing is compressed but pictures.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

LETTER = (612.0, 792.0)
LEGAL = (612.0, 1008.0)
A4 = (595.276, 841.89)
FONTS = {
    "sans": "Helvetica",
    "sans bold": "Helvetica-Bold",
    "serif": "Times-Roman",
    "serif bold": "Times-Bold",
    "serif italic": "Times-Italic",
    "mono": "Courier",
    "mono bold": "Courier-Bold",
}
Colour = float | tuple[float, float, float]


class Sheet:
    """One page being drawn; colours are 0 (black) to 1 (white), or red, green and blue."""

    def __init__(self, size: tuple[float, float] = LETTER, turned: int = 0) -> None:
        self.width, self.height = size
        self.turned = turned
        self.content: list[str] = []
        self.pictures: list[Image.Image] = []
        self.notes: list[str] = []
        self.fields: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 11,
        font: str = "sans",
        colour: Colour = 0.0,
        mode: int = 0,
        slant: tuple[float, float, float, float] = (1, 0, 0, 1),
    ) -> None:
        """Text whose base line is at y."""
        escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        a, b, c, d = slant
        name = "F" + str(list(FONTS).index(font))
        self.content.append(
            f"BT {_colour(colour, 'fill')} {mode} Tr /{name} {size:.3f} Tf "
            f"{a:.4f} {b:.4f} {c:.4f} {d:.4f} {x:.3f} {self.height - y:.3f} Tm ({escaped}) Tj ET"
        )

    def lines(
        self,
        x: float,
        y: float,
        words: Sequence[str],
        size: float = 11,
        font: str = "sans",
        lead: float = 1.25,
        colour: Colour = 0.0,
    ) -> float:
        """Lines of text one below the other; returns where the next would stand."""
        for line in words:
            self.text(x, y, line, size, font, colour)
            y += size * lead
        return y

    def line(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        width: float = 1,
        colour: Colour = 0.0,
        dash: str = "[] 0",
    ) -> None:
        """A stroke."""
        self.content.append(
            f"q {_colour(colour, 'stroke')} {width:.3f} w {dash} d {x0:.3f} {self.height - y0:.3f} m "
            f"{x1:.3f} {self.height - y1:.3f} l S Q"
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: Colour | None = None,
        line: float | None = 1,
        colour: Colour = 0.0,
    ) -> None:
        """A rectangle, filled, outlined or both."""
        rectangle = f"{x:.3f} {self.height - y - height:.3f} {width:.3f} {height:.3f} re"
        if fill is not None:
            self.content.append(f"q {_colour(fill, 'fill')} {rectangle} f Q")
        if line is not None:
            self.content.append(f"q {_colour(colour, 'stroke')} {line:.3f} w {rectangle} S Q")

    def curve(
        self,
        points: Sequence[tuple[float, float]],
        width: float = 1.2,
        colour: Colour = 0.0,
        fill: bool = False,
    ) -> None:
        """A Bézier curve: a start and three points for each piece; filled when fill."""
        first, *rest = [f"{x:.3f} {self.height - y:.3f}" for x, y in points]
        pieces = " ".join(f"{' '.join(rest[n : n + 3])} c" for n in range(0, len(rest) - 2, 3))
        paint = f"{_colour(colour, 'fill')} {first} m {pieces} f" if fill else f"{first} m {pieces} S"
        self.content.append(f"q {_colour(colour, 'stroke')} {width:.3f} w 1 J 1 j {paint} Q")

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        colour: Colour = 0.0,
        fill: bool = True,
        width: float = 1.5,
    ) -> None:
        """A circle, filled or drawn."""
        k = 0.5523 * radius
        r = radius
        quarter = [
            (r, k),
            (k, r),
            (0, r),
            (-k, r),
            (-r, k),
            (-r, 0),
            (-r, -k),
            (-k, -r),
            (0, -r),
            (k, -r),
            (r, -k),
        ]
        points = [(x + dx, y + dy) for dx, dy in ((r, 0), *quarter, (r, 0))]
        self.curve(points, width, colour, fill)

    def picture(self, x: float, y: float, width: float, height: float, image: Image.Image) -> None:
        """A picture of modes "1", "L" or "RGB"."""
        self.pictures.append(image)
        name = f"I{len(self.pictures) - 1}"
        where = f"{width:.3f} 0 0 {height:.3f} {x:.3f} {self.height - y - height:.3f}"
        self.content.append(f"q {where} cm /{name} Do Q")

    def note(self, x: float, y: float, width: float, height: float, kind: str = "Square") -> None:
        """A note on the page: Square, Circle, FreeText, Highlight, Text, Link."""
        box = f"[{x:.2f} {self.height - y - height:.2f} {x + width:.2f} {self.height - y:.2f}]"
        extra = {
            "FreeText": "/DA (/Helv 12 Tf 0 g) /Contents (Please sign here)",
            "Highlight": f"/C [1 0.9 0] /QuadPoints [{x:.2f} {self.height - y:.2f} {x + width:.2f} "
            f"{self.height - y:.2f} {x:.2f} {self.height - y - height:.2f} {x + width:.2f} "
            f"{self.height - y - height:.2f}]",
            "Link": "/Border [0 0 0] /A << /S /URI /URI (https://example.org) >>",
            "Text": "/Contents (Look at this) /Name /Note",
        }.get(kind, "/C [1 0 0]")
        self.notes.append(f"<< /Type /Annot /Subtype /{kind} /Rect {box} /F 4 {extra} >>")

    def field(self, x: float, y: float, width: float, height: float, name: str, kind: str = "Tx") -> None:
        """A form field: Tx text, Btn check box, Ch choice."""
        box = f"[{x:.2f} {self.height - y - height:.2f} {x + width:.2f} {self.height - y:.2f}]"
        value = {"Tx": "/V (Filled in)", "Btn": "/V /Off", "Ch": "/V (One) /Opt [(One) (Two)]"}[kind]
        self.fields.append(
            f"<< /Type /Annot /Subtype /Widget /FT /{kind} /T ({name}) /Rect {box} /F 4 "
            f"/DA (/Helv 11 Tf 0 g) {value} >>"
        )


def write_pdf(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write the sheets as one PDF."""
    objects: list[bytes] = [b"", b""]

    def add(data: bytes | str) -> int:
        objects.append(data.encode("latin-1") if isinstance(data, str) else data)
        return len(objects)

    fonts = " ".join(
        f"/F{n} {add(f'<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>')} 0 R"
        for n, name in enumerate(FONTS.values())
    )
    kids, fields = [], []
    for sheet in sheets:
        pictures = [f"/I{n} {add(_picture(image))} 0 R" for n, image in enumerate(sheet.pictures)]
        content = add(_stream("\n".join(sheet.content).encode("latin-1")))
        fields_here = [add(field) for field in sheet.fields]
        fields.extend(fields_here)
        notes = [*(add(note) for note in sheet.notes), *fields_here]
        page = add(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {sheet.width:.3f} {sheet.height:.3f}] "
            f"/Rotate {sheet.turned} /Contents {content} 0 R "
            f"/Resources << /Font << {fonts} >> /XObject << {' '.join(pictures)} >> >> "
            f"/Annots [{' '.join(f'{note} 0 R' for note in notes)}] >>"
        )
        kids.append(page)
    form = ""
    if fields:
        helv = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
        listed = " ".join(f"{field} 0 R" for field in fields)
        form = (
            f"/AcroForm << /Fields [{listed}] /DR << /Font << /Helv {helv} 0 R >> >> /NeedAppearances true >>"
        )
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {form} >>".encode("latin-1")
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode("latin-1")
    path.write_bytes(_file(objects))
    return path


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.6\n")
    starts = []
    for number, data in enumerate(objects, start=1):
        starts.append(len(out))
        out += f"{number} 0 obj\n".encode() + data + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for start in starts:
        out += f"{start:010d} 00000 n \n".encode()
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def _stream(data: bytes, extra: str = "") -> bytes:
    return f"<< /Length {len(data)} {extra} >>\nstream\n".encode() + data + b"\nendstream"


def _picture(image: Image.Image) -> bytes:
    space = "/DeviceRGB" if image.mode == "RGB" else "/DeviceGray"
    bits = 1 if image.mode == "1" else 8
    extra = (
        f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} /ColorSpace {space} "
        f"/BitsPerComponent {bits} /Filter /FlateDecode"
    )
    return _stream(zlib.compress(image.tobytes(), 1), extra)


def _colour(colour: Colour, what: str) -> str:
    if isinstance(colour, tuple):
        return f"{colour[0]:.3f} {colour[1]:.3f} {colour[2]:.3f} {'rg' if what == 'fill' else 'RG'}"
    return f"{colour:.3f} {'g' if what == 'fill' else 'G'}"
