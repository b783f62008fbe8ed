"""Files made to bring a program down: small outside, endless inside. Written by hand, each tiny or sparse.

Used by tests/endurance/hostile_files.py and the page worker's own tests. No test is in here.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.unit.documents.sample_files import PDF, TEXT, TIFF, raw_pdf

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, rows: bytes, *, bits: int = 8, colour: int = 0) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _zeros(count: int) -> bytes:
    """So many zero bytes, deflated (zlib, RFC 1950): one block of a million, said again and again."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeezer.compress(bytes(1_000_000)) + squeezer.flush(zlib.Z_FULL_FLUSH)
    checksum = struct.pack(">HH", count % 65521, 1)  # adler32 of zeros
    return b"\x78\xda" + block * (count // 1_000_000) + b"\x03\x00" + checksum


def huge_png(path: Path) -> None:
    """Says it has 100,000 x 100,000 dots."""
    path.write_bytes(_png(100_000, 100_000, _zeros(10_000_000), bits=1))


def large_png(path: Path) -> None:
    """Just below what is accepted, in 16-bit colour with transparency: 950 MB when decoded as it is."""
    path.write_bytes(_png(10_900, 10_900, _zeros(40_000_000), bits=16, colour=6))


def text_in_png(path: Path) -> None:
    """A comment that unpacks to 500 MB."""
    body = b"Comment\x00\x00" + _zeros(500_000_000)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"zTXt", body) + _png(8, 8, zlib.compress(bytes(72)))[8:])


def huge_text(path: Path) -> None:
    """2 GB of nothing but zeros after a line, a sparse file."""
    with path.open("wb") as file:
        file.write(b"A line.\n")
        file.truncate(2_000_000_000)


def long_line(path: Path) -> None:
    """Seven million letters without an end of line."""
    path.write_bytes(b"word" * 1_750_000)


def form_feeds(path: Path) -> None:
    """Seven million pages."""
    path.write_bytes(b"\f" * 7_000_000)


def looping_tiff(path: Path) -> None:
    """The directory of the first page says that it is followed by itself."""
    written = io.BytesIO()
    Image.new("1", (64, 64)).save(written, "TIFF")
    content = bytearray(written.getvalue())
    (directory,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, directory)
    struct.pack_into("<I", content, directory + 2 + 12 * entries, directory)
    path.write_bytes(content)


def many_frames(path: Path) -> None:
    """A TIFF of 60,000 pages that share one picture."""
    fields = ((256, 3, 8), (257, 3, 8), (258, 3, 1), (259, 3, 1), (262, 3, 0), (273, 4, 8), (279, 4, 8))
    content = bytearray(b"II*\x00" + struct.pack("<I", 16) + bytes(8))
    size = 2 + 12 * len(fields) + 4
    for number in range(60_000):
        content += struct.pack("<H", len(fields))
        for tag, kind, value in fields:
            content += struct.pack("<HHII", tag, kind, 1, value)
        content += struct.pack("<I", 16 + size * (number + 1) if number < 59_999 else 0)
    path.write_bytes(content)


def _page(content: bytes, more: bytes = b"", box: bytes = b"0 0 612 792") -> list[bytes]:
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R %s >>" % (box, more),
        content,
    ]


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def vast_page(path: Path) -> None:
    """A page as large as a country."""
    path.write_bytes(raw_pdf(_page(_stream(b"0 0 m 9 9 l S"), box=b"0 0 99999999999 99999999999")))


def no_page_size(path: Path) -> None:
    """A page of no size at all."""
    path.write_bytes(raw_pdf(_page(_stream(b"0 0 m 9 9 l S"), box=b"0 0 0 0")))


def deflate_pdf(path: Path) -> None:
    """A page whose drawing unpacks to a gigabyte."""
    path.write_bytes(raw_pdf(_page(_stream(_zeros(1_000_000_000), b"/Filter /FlateDecode"))))


def twice_deflated_pdf(path: Path) -> None:
    """A drawing deflated twice: a few kilobytes that become four gigabytes."""
    inner = _zeros(4_000_000_000)
    path.write_bytes(raw_pdf(_page(_stream(zlib.compress(inner, 9), b"/Filter [/FlateDecode /FlateDecode]"))))


def endless_drawing(path: Path) -> None:
    """Forms that draw each other ten times each, ten deep: ten thousand million squares."""
    objects = _page(_stream(b"/F0 Do"), b"/Resources << /XObject << /F0 5 0 R >> >>")
    for depth in range(10):
        if depth < 9:
            body, more = b"/F0 Do " * 10, b"/Resources << /XObject << /F0 %d 0 R >> >>" % (6 + depth)
        else:
            body, more = b"0 0 500 500 re f " * 10, b""
        objects.append(_stream(body, b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] " + more))
    path.write_bytes(raw_pdf(objects))


def endless_shading(path: Path) -> None:
    """A page shaded all over, a hundred thousand times."""
    shading = (
        b"/Resources << /Shading << /S0 << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 612 792] "
        b"/Extend [true true] /Function << /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1.7 >> "
        b">> >> >>"
    )
    path.write_bytes(raw_pdf(_page(_stream(b"/S0 sh\n" * 100_000), shading)))


def own_parent(path: Path) -> None:
    """A list of pages that contains itself, and a million pages that are not there."""
    path.write_bytes(
        raw_pdf(
            [
                b"<< /Type /Catalog /Pages 2 0 R >>",
                b"<< /Type /Pages /Count 1000000 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>",
            ]
        )
    )


def deep_arrays(path: Path) -> None:
    """Brackets in brackets, a million deep."""
    objects = _page(_stream(b"0 0 m 9 9 l S"), b"/Deep " + b"[" * 1_000_000 + b"]" * 1_000_000)
    path.write_bytes(raw_pdf(objects))


def huge_picture_pdf(path: Path) -> None:
    """A page with a picture of 60,000 x 60,000 dots."""
    picture = _stream(
        _zeros(30_000_000),
        b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB "
        b"/BitsPerComponent 8 /Filter /FlateDecode",
    )
    more = b"/Resources << /XObject << /I0 5 0 R >> >>"
    path.write_bytes(raw_pdf([*_page(_stream(b"600 0 0 700 0 0 cm /I0 Do"), more), picture]))


def zip_bomb(path: Path) -> None:
    """A Word file that unpacks to a gigabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        with packed.open("word/document.xml", "w", force_zip64=True) as entry:
            block = bytes(10_000_000)
            for _ in range(100):
                entry.write(block)


def huge_jpeg(path: Path) -> None:
    """Says it has 65,000 x 65,000 dots and has none."""
    written = io.BytesIO()
    Image.new("RGB", (16, 16)).save(written, "JPEG")
    content = bytearray(written.getvalue())
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    path.write_bytes(content)


def huge_gif(path: Path) -> None:
    """A window of 65,535 x 65,535 dots."""
    written = io.BytesIO()
    Image.new("P", (16, 16)).save(written, "GIF")
    content = bytearray(written.getvalue())
    content[6:10] = struct.pack("<HH", 65_535, 65_535)
    path.write_bytes(content)


BOMBS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "huge.png": ("image/png", huge_png),
    "large.png": ("image/png", large_png),
    "text.png": ("image/png", text_in_png),
    "huge.txt": (TEXT, huge_text),
    "line.txt": (TEXT, long_line),
    "feeds.txt": (TEXT, form_feeds),
    "loop.tif": (TIFF, looping_tiff),
    "frames.tif": (TIFF, many_frames),
    "vast.pdf": (PDF, vast_page),
    "nothing.pdf": (PDF, no_page_size),
    "deflate.pdf": (PDF, deflate_pdf),
    "twice.pdf": (PDF, twice_deflated_pdf),
    "drawing.pdf": (PDF, endless_drawing),
    "shading.pdf": (PDF, endless_shading),
    "parent.pdf": (PDF, own_parent),
    "deep.pdf": (PDF, deep_arrays),
    "picture.pdf": (PDF, huge_picture_pdf),
    "bomb.docx": (DOCX, zip_bomb),
    "huge.jpg": ("image/jpeg", huge_jpeg),
    "huge.gif": ("image/gif", huge_gif),
}
"""Name → (kind, what writes it)."""
