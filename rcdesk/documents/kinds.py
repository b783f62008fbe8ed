"""The kinds of file the service renders: their extensions, media types and first bytes.

The list is the service's own (developer guide, fax file types; wire-contract 1.5). Content is believed before
the name. Pure data and one function; any thread. Read next: inspect.py.
"""

from __future__ import annotations

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "psd": "image/vnd.adobe.photoshop",
    "doc": "application/msword",
    "dot": "application/msword",
    "mcw": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "vsd": "application/vnd.visio",
    "vdx": "application/vnd.visio",
    "pub": "application/vnd.ms-publisher",
    "wps": "application/vnd.ms-works",
    "wri": "application/x-mswrite",
    "awd": "application/x-awd",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "bmp": "image/bmp",
    "png": "image/png",
    "pcx": "image/x-pcx",
    "tga": "image/x-tga",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "log": "text/plain",
    "h": "text/plain",
    "cpp": "text/plain",
    "c": "text/plain",
    "err": "text/plain",
    "hpp": "text/plain",
    "wk1": "application/vnd.lotus-1-2-3",
    "wk3": "application/vnd.lotus-1-2-3",
    "wk4": "application/vnd.lotus-1-2-3",
    "wq1": "application/x-quattro-pro",
    "xml": "text/xml",
    "html": "text/html",
    "htm": "text/html",
    "csv": "text/csv",
}

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"{\\rtf", "application/rtf"),
)
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)
_ZIP = b"PK\x03\x04"


def media_type(name: str, head: bytes) -> str:
    """The media type by the first 64 bytes, then by the name; "" when the file cannot be faxed."""
    if head.startswith(_PROGRAMS):
        return ""
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    named = MEDIA_TYPES.get(extension, "")
    if head.startswith(_ZIP):
        return named if extension in ("docx", "xlsx", "xlsb", "pptx") else ""
    if named in ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/tiff"):
        # Its first bytes say that it is none of these, whatever it is called.
        return ""
    if not named and not extension and b"\x00" not in head:
        return "text/plain"
    return named
