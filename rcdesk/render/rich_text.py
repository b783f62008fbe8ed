"""Qt's rich text on white paper: nothing is loaded from outside, black ink, the same on every screen.

Covers of one's own and HTML documents are drawn with it. Pictures come from data: addresses only; no file and
no address is ever opened. Units are points: a pixel of the layout is a point, so that no screen has a say.
QTextDocument and QPainter live on the thread that makes them. Read next: own_covers.py, html.py.
"""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QImage,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextDocument,
)

DPI = 300
POINTS_PER_INCH = 72.0
_MARKUP = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_POINTS = re.compile(r"(?<=[\d.])\s*pt\b")
_DATE = re.compile(rb"((?:Date \(D:|Date=\"))(\d{14}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")
_NUMBER = re.compile(rb"DocumentID=\"uuid:([0-9a-f-]{36})\"")


class ClosedText(QTextDocument):
    """Rich text that loads nothing from outside, on paper that is white whatever the desk's colours are."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Pictures inside the text only (data: addresses)."""
        if QUrl(name).scheme() == "data":
            return super().loadResource(kind, name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return None
        # None would make Qt open the file of that name itself.
        nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        nothing.fill(0)
        return nothing


def paper_text(html: str) -> ClosedText:
    """A document to be drawn: 12 points when nothing else is said, no margin of its own."""
    document = ClosedText()
    document.setUndoRedoEnabled(False)
    font = QFont("sans-serif")
    font.setPixelSize(12)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    document.setHtml(html)
    return document


def points_as_pixels(html: str) -> str:
    """Sizes in points would be scaled by the screen's dots an inch; one point is one unit of ours."""
    return _MARKUP.sub(lambda found: _POINTS.sub("px", found.group()), html)


class PdfSheets:
    """A PDF in memory, its sheets alike: paint on `painter` in points, next() for a new sheet, then end()."""

    def __init__(self, wide_inches: float, high_inches: float) -> None:
        self._data = QByteArray()
        self._buffer = QBuffer(self._data)
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setResolution(DPI)
        size = QSizeF(wide_inches, high_inches)
        exactly = QPageSize.SizeMatchPolicy.ExactMatch
        self._writer.setPageSize(QPageSize(size, QPageSize.Unit.Inch, "", exactly))
        self._writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        self._writer.setCreator("rcdesk")
        self.painter = QPainter(self._writer)
        self.painter.scale(DPI / POINTS_PER_INCH, DPI / POINTS_PER_INCH)

    def next(self) -> None:
        self._writer.newPage()

    def end(self) -> bytes:
        """The whole PDF, without a date or number of its own: what is drawn the same has the same bytes."""
        self.painter.end()
        self._buffer.close()
        return _undated(bytes(self._data.data()))


def _undated(pdf: bytes) -> bytes:
    """With one date and one number in place of today's, each as long as it was."""
    pdf = _DATE.sub(lambda found: found[1] + _day(found[2]), pdf)
    number = _NUMBER.search(pdf)
    if number is None:
        return pdf
    none = b"0" * len(number[1])
    return pdf.replace(number[1], none).replace(number[1].hex().encode(), none.hex().encode())


def _day(date: bytes) -> bytes:
    """The first second of 2000 as it was written."""
    return b"20000101000000"[: len(date)] if date.isdigit() else b"2000-01-01T00:00:00"


def draw(document: QTextDocument, painter: QPainter, clip: QRectF) -> None:
    """Draw the part of a document that clip names, where it stands, in black unless it says otherwise."""
    painter.setClipRect(clip)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = clip
    palette = QPalette(context.palette)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.Dark):
        palette.setColor(role, QColor(Qt.GlobalColor.black))
    context.palette = palette
    document.documentLayout().draw(painter, context)
