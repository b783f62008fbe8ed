"""The kinds of files the service can turn into fax pages, and how their first bytes look.

The list is the service's own (developer guide, wire-contract 1.5). Content decides before the name does: a
program that is called report.pdf is refused, a PDF without an ending is taken. Pure; any thread.
Read next: inspect.py.
"""

from __future__ import annotations

PDF = "application/pdf"
TIFF = "image/tiff"
TEXT = "text/plain"
HTML = "text/html"
PSD = "image/vnd.adobe.photoshop"
HEIC = "image/heic"
DCX = "image/x-dcx"

MEDIA_TYPES: dict[str, str] = {
    "pdf": PDF,
    "psd": PSD,
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "dot": "application/msword",
    "mcw": "application/msword",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "vsd": "application/vnd.visio",
    "vdx": "application/vnd.visio",
    "pub": "application/x-mspublisher",
    "wps": "application/vnd.ms-works",
    "wri": "application/x-mswrite",
    "awd": "application/octet-stream",
    "tif": TIFF,
    "tiff": TIFF,
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "bmp": "image/bmp",
    "png": "image/png",
    "pcx": "image/x-pcx",
    "tga": "image/x-tga",
    "rtf": "application/rtf",
    "txt": TEXT,
    "log": TEXT,
    "h": TEXT,
    "cpp": TEXT,
    "c": TEXT,
    "err": TEXT,
    "hpp": TEXT,
    "wk1": "application/vnd.lotus-1-2-3",
    "wk3": "application/vnd.lotus-1-2-3",
    "wk4": "application/vnd.lotus-1-2-3",
    "wq1": "application/x-quattro-pro",
    "xml": "text/xml",
    "html": HTML,
    "htm": HTML,
    "csv": "text/csv",
}

PLAIN_TEXT = frozenset({"txt", "log", "h", "cpp", "c", "err", "hpp", "csv"})
"""Endings whose pages are their lines."""

MARKUP = frozenset({"xml", "html", "htm", "vdx"})

_ZIPPED = frozenset({"docx", "xlsx", "xlsb", "pptx"})
_COMPOUND = frozenset({"doc", "dot", "xls", "ppt", "vsd", "pub", "wps", "awd"})

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"II+\x00", "tif"),
    (b"MM\x00+", "tif"),
    (b"8BPS", "psd"),
    (b"{\\rtf", "rtf"),
)
_BITMAP_HEADS = frozenset({12, 40, 52, 56, 64, 108, 124})
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")


def kind_of(head: bytes, ending: str) -> str | None:
    """The kind (an ending of MEDIA_TYPES) of a file by its first bytes and its ending, None when unsupported.

    head: at least the first 1024 bytes, or all there are. ending: lower case without the dot.
    """
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for start, kind in _PICTURES:
        if head.startswith(start):
            return kind
    if head.startswith(_PROGRAMS):
        return None
    if head.startswith(b"BM") and (ending in ("bmp", "") or _is_bitmap(head)):
        return "bmp"
    if head.startswith(b"PK\x03\x04"):
        return ending if ending in _ZIPPED else _zipped_kind(head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return ending if ending in _COMPOUND else None
    if ending in PLAIN_TEXT or ending in MARKUP:
        return ending if is_text(head) else None
    if (
        ending in ("pdf", "psd", "png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "rtf")
        or ending in _ZIPPED
    ):
        return None
    return ending if ending in MEDIA_TYPES else None


def _is_bitmap(head: bytes) -> bool:
    """True when what follows "BM" is a bitmap's header: nothing reserved, a known length of what comes."""
    return head[6:10] == bytes(4) and int.from_bytes(head[14:18], "little") in _BITMAP_HEADS


def is_text(head: bytes) -> bool:
    """True when the bytes can be text: no zero bytes, unless a byte order mark says UTF-16."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" not in head


def _zipped_kind(head: bytes) -> str | None:
    """An Office file whose ending is missing or wrong, by the folder names of its first entries."""
    for folder, kind in ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx")):
        if folder in head:
            return kind
    return None
