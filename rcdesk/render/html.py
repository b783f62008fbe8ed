"""The HTML process: a child process that lays an HTML file out on letter paper and writes it as a PDF.

`python -m rcdesk.render.html SOURCE TARGET`, without a window. The file was made by others and may be
hostile: the process has a memory limit here and a time-out in the program that starts it. Nothing else is
read; what is wider than the paper is shrunk, at most to half. Read next: documents/html_pdf.py, rich_text.py.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QGuiApplication

from rcdesk.render.rich_text import POINTS_PER_INCH, PdfSheets, draw, paper_text, points_as_pixels

WIDE_INCHES, HIGH_INCHES = 8.5, 11.0
EDGE_INCHES = 0.6
MOST_SHEETS = 300
"""More is no fax; it is left to the service."""
FAILED_STATUS = 1
TOO_LONG_STATUS = 3
_ADDRESS_SPACE_BYTES = 2_000_000_000
_LEAST_SCALE = 0.5
_UNSEEN = re.compile(
    r"<(?:link|base|meta|source|track|embed)\b[^<>]*>"
    r"|<(script|template|noscript|svg|iframe|object)\b[^<>]*>.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
"""What Qt does not draw; some of it would swallow what follows."""
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class TooLong(Exception):
    """More sheets than a fax holds."""


def read_html(raw: bytes) -> str:
    """The text of an HTML file: by its mark, as UTF-8 when it is that, as it says, else Western European."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = _CHARSET.search(raw[:2048])
    name = found.group(1).decode("ascii") if found is not None else "cp1252"
    try:
        return raw.decode(name, "replace")
    except (LookupError, ValueError):
        return raw.decode("cp1252", "replace")


def html_pdf(html: str) -> bytes:
    """An HTML text as a PDF on letter paper. Raises TooLong."""
    edge = EDGE_INCHES * POINTS_PER_INCH
    wide = WIDE_INCHES * POINTS_PER_INCH - 2 * edge
    high = HIGH_INCHES * POINTS_PER_INCH - 2 * edge
    document = paper_text(points_as_pixels(_UNSEEN.sub("", html)))
    document.setPageSize(QSizeF(wide, high))
    scale = max(_LEAST_SCALE, min(1.0, wide / max(1.0, document.size().width())))
    if scale < 1.0:
        document.setPageSize(QSizeF(wide / scale, high / scale))
    count = document.pageCount()
    if count > MOST_SHEETS:
        raise TooLong()
    sheets = PdfSheets(WIDE_INCHES, HIGH_INCHES)
    for number in range(max(1, count)):
        if number:
            sheets.next()
        sheets.painter.save()
        sheets.painter.translate(edge, edge)
        sheets.painter.scale(scale, scale)
        sheets.painter.translate(0, -number * high / scale)
        draw(document, sheets.painter, QRectF(0, number * high / scale, wide / scale, high / scale))
        sheets.painter.restore()
    return sheets.end()


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw SOURCE as TARGET; 0 when TARGET is whole."""
    source, target = (Path(text) for text in (sys.argv[1:] if arguments is None else arguments)[-2:])
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _bound_memory()
    application = QGuiApplication([])
    try:
        content = html_pdf(read_html(source.read_bytes()))
        if not content:
            return FAILED_STATUS
        target.write_bytes(content)
    except TooLong:
        return TOO_LONG_STATUS
    except (OSError, MemoryError):
        return FAILED_STATUS
    finally:
        del application
    return 0


def _bound_memory() -> None:
    """An allocation fails before the computer suffers, where the system has such a limit."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
