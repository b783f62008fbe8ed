"""The kinds of files the service can turn into fax pages, and how their first bytes look.

MEDIA_TYPES is the service's own list (developer guide); DRAWN_HERE holds what it does not take and the desk
draws, so that pages go there instead (core/fax/paper.py: AS_PDF, AS_FAX_PAGES). Content decides before the
name does: a program that is called report.pdf is refused, a PDF without an ending is taken. Pure; any thread.
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

ODF = "application/vnd.oasis.opendocument."
DRAWN_HERE: dict[str, str] = {
    "heic": HEIC,
    "heif": HEIC,
    "avif": "image/avif",
    "webp": "image/webp",
    "jp2": "image/jp2",
    "dcx": DCX,
    "odt": f"{ODF}text",
    "ott": f"{ODF}text",
    "ods": f"{ODF}spreadsheet",
    "ots": f"{ODF}spreadsheet",
    "odp": f"{ODF}presentation",
    "otp": f"{ODF}presentation",
    "odg": f"{ODF}graphics",
}
ALL_TYPES = {**MEDIA_TYPES, **DRAWN_HERE}

PLAIN_TEXT = frozenset({"txt", "log", "h", "cpp", "c", "err", "hpp", "csv"})
"""Endings whose pages are their lines."""

MARKUP = frozenset({"xml", "html", "htm", "vdx"})

_OPEN_DOCUMENTS = tuple(kind for kind, media_type in DRAWN_HERE.items() if media_type.startswith(ODF))
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
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xffO\xffQ", "jp2"),
    (b"\xb1h\xde:", "dcx"),
    (b"{\\rtf", "rtf"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_BITMAP_HEADS = frozenset({12, 40, 52, 56, 64, 108, 124})
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")


def kind_of(head: bytes, ending: str) -> str | None:
    """The kind (an ending of ALL_TYPES) of a file by its first bytes and its ending, None when unsupported.

    head: at least the first 1024 bytes, or all there are. ending: lower case without the dot.
    """
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for start, kind in _PICTURES:
        if head.startswith(start):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _boxed_kind(head)
    if head.startswith(_PROGRAMS):
        return None
    if head.startswith(b"BM") and (ending in ("bmp", "") or _is_bitmap(head)):
        return "bmp"
    if head.startswith(b"PK\x03\x04"):
        return _open_document(head, ending) or (ending if ending in _ZIPPED else _zipped_kind(head))
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return ending if ending in _COMPOUND else None
    if ending in PLAIN_TEXT or ending in MARKUP:
        return ending if is_text(head) else None
    if (
        ending in ("pdf", "psd", "png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "rtf")
        or ending in _ZIPPED
        or ending in DRAWN_HERE
    ):
        return None
    return ending if ending in MEDIA_TYPES else None


def _boxed_kind(head: bytes) -> str | None:
    """A picture in boxes (ISO 14496-12), by its brand and those it is compatible with: no film."""
    brands = (head[8:12], *(head[at : at + 4] for at in range(16, int.from_bytes(head[:4]), 4)))
    if brands[0] in (b"avif", b"avis") or (brands[0] in (b"mif1", b"msf1") and b"avif" in brands):
        return "avif"
    return "heic" if brands[0] in _HEIC_BRANDS else None


def _open_document(head: bytes, ending: str) -> str | None:
    """The kind of an OpenDocument file, whose first entry is its media type as plain text."""
    said = head[38:120]
    if head[30:38] != b"mimetype" or not said.startswith(ODF.encode()):
        return None
    if ending in _OPEN_DOCUMENTS and said.startswith(DRAWN_HERE[ending].encode()):
        return ending
    return next((kind for kind in _OPEN_DOCUMENTS if said.startswith(DRAWN_HERE[kind].encode())), None)


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
