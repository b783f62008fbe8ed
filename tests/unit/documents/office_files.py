"""Self-made office files: their XML is written here, the old kinds are turned into by LibreOffice itself.

Used by the tests of conversion.py where LibreOffice is installed. No test is in here.
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument."
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHOW = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def _types(parts: dict[str, str]) -> str:
    named = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPE}{kind}+xml"/>' for part, kind in parts.items()
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{named}</Types>'
    )


def _links(*links: tuple[str, str]) -> str:
    """(kind, target): rId1, rId2…; a target with a scheme is outside the file."""
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if '://' in target else ''}/>"
        for number, (kind, target) in enumerate(links, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _pack(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def docx(path: Path, pages: int = 1, body: str = "", links: tuple[tuple[str, str], ...] = ()) -> Path:
    """A letter: "Page n" on each page. body: more of its XML, with links as rId2, rId3…"""
    turn = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    text = turn.join(f"<w:p><w:r><w:t>Page {page + 1}</w:t></w:r></w:p>" for page in range(pages))
    settings = (
        f'<w:settings xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"><w:attachedTemplate r:id="rId1"/></w:settings>'
    )
    outside = next((target for _, target in links), "file:///nowhere/letter.dotm").rsplit("/", 1)[0]
    document = f'<w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"><w:body>{text}{body}</w:body></w:document>'
    kinds = {"word/document.xml": "document.main", "word/settings.xml": "settings"}
    return _pack(
        path,
        {
            "[Content_Types].xml": _types({part: f"wordprocessingml.{kind}" for part, kind in kinds.items()}),
            "_rels/.rels": _links(("officeDocument", "word/document.xml")),
            "word/_rels/document.xml.rels": _links(("settings", "settings.xml"), *links),
            "word/_rels/settings.xml.rels": _links(("attachedTemplate", f"{outside}/letter.dotm")),
            "word/settings.xml": _XML + settings,
            "word/document.xml": _XML + document,
        },
    )


def word_picture(link: str) -> str:
    """A picture in a letter that lies where a link points to."""
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing">'
        f'<wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="p"/>'
        f'<a:graphic xmlns:a="{_DRAWING}/main">'
        f'<a:graphicData uri="{_DRAWING}/picture"><pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr>'
        f'<pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="{link}"/>'
        f"<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x='0' y='0'/>"
        f'<a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic>'
        f"</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def word_field(instruction: str) -> str:
    """A field of a letter, such as INCLUDETEXT."""
    part = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    said = f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
    shown = f"{part.format('separate')}<w:r><w:t>x</w:t></w:r>{part.format('end')}"
    return f"<w:p>{part.format('begin')}{said}{shown}</w:p>"


def xlsx(path: Path, sheets: int = 1, formula: str = "SUM(A1:A2)") -> Path:
    """Sheets of one page, each with two numbers and a formula."""
    names = {f"xl/worksheets/sheet{number + 1}.xml": "worksheet" for number in range(sheets)}
    rows = "".join(
        f'<sheet name="S{number + 1}" sheetId="{number + 1}" r:id="rId{number + 1}"/>'
        for number in range(sheets)
    )
    sheet = (
        f'{_XML}<worksheet xmlns="{_SHEET}"><sheetData><row r="1"><c r="A1"><v>3</v></c></row><row r="2">'
        f'<c r="A2"><v>4</v></c><c r="B2"><f>{formula}</f></c></row></sheetData></worksheet>'
    )
    kinds = {"xl/workbook.xml": "sheet.main", **names}
    return _pack(
        path,
        {
            "[Content_Types].xml": _types({part: f"spreadsheetml.{kind}" for part, kind in kinds.items()}),
            "_rels/.rels": _links(("officeDocument", "xl/workbook.xml")),
            "xl/_rels/workbook.xml.rels": _links(
                *(("worksheet", name.removeprefix("xl/")) for name in names)
            ),
            "xl/workbook.xml": f'{_XML}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{rows}</sheets>'
            "</workbook>",
            **dict.fromkeys(names, sheet),
        },
    )


def odt(path: Path, body: str) -> Path:
    """An OpenDocument text with this body."""
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    names = "".join(f' xmlns:{name}="{urn}:{name}:1.0"' for name in ("office", "text"))
    names += f' xmlns:draw="{urn}:drawing:1.0" xmlns:svg="{urn}:svg-compatible:1.0"'
    names += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    kind = "application/vnd.oasis.opendocument.text"
    entries = (("/", kind), ("content.xml", "text/xml"))
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{part}" manifest:media-type="{what}"/>'
        for part, what in entries
    )
    return _pack(
        path,
        {
            "mimetype": kind,
            "META-INF/manifest.xml": f'{_XML}<manifest:manifest xmlns:manifest="{urn}:manifest:1.0">{listed}'
            "</manifest:manifest>",
            "content.xml": f'{_XML}<office:document-content{names} office:version="1.2"><office:body>'
            f"<office:text>{body}</office:text></office:body></office:document-content>",
        },
    )


def rtf(path: Path, pages: int = 1, more: str = "") -> Path:
    """A letter of so many pages."""
    text = r"\page ".join(f"Page {page + 1}" for page in range(pages))
    path.write_bytes(rf"{{\rtf1\ansi {text}{more}\par}}".encode("ascii"))
    return path


def locked_package(path: Path) -> Path:
    """How a .docx with a password looks from outside (MS-CFB, MS-OFFCRYPTO): two streams, both unreadable."""
    sector = 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    content = b"\x5a" * 4096 * 2
    per_stream = 4096 // sector
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096),
        *(end, 0, end, 0),
    )
    head += struct.pack("<109I", 0, *[free] * 108)
    table = [0xFFFFFFFD, end]
    for stream in range(2):
        first = 2 + stream * per_stream
        table += [*range(first + 1, first + per_stream), end]
    fat = struct.pack("<128I", *table, *[free] * (128 - len(table)))

    def entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        said = name.encode("utf-16-le") + b"\0\0"
        return struct.pack(
            "<64sHBBIII16sI8x8xIQ", said, len(said), kind, 1, free, right, child, bytes(16), 0, start, size
        )

    folder = entry("Root Entry", 5, 1, free, end, 0) + entry("EncryptionInfo", 2, free, 2, 2, 4096)
    folder += entry("EncryptedPackage", 2, free, free, 2 + per_stream, 4096) + bytes(128)
    path.write_bytes(head + fat + folder + content)
    return path


def lock_word(path: Path) -> Path:
    """Say in a .doc that it is encrypted: fEncrypted of its FIB (MS-DOC 2.5.2)."""
    content = bytearray(path.read_bytes())
    content[content.index(b"\xec\xa5") + 11] |= 1
    path.write_bytes(content)
    return path


def lock_book(path: Path) -> Path:
    """Say in an .xls that it is encrypted: FilePass behind its first record (MS-XLS 2.4.117)."""
    content = bytearray(path.read_bytes())
    place = content.index(bytes.fromhex("0908100000060500")) + 4 + 16
    content[place : place + 2] = b"\x2f\x00"
    path.write_bytes(content)
    return path
