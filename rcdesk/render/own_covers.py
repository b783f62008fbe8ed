"""Covers of one's own as pages: the template filled in and laid out by Qt's rich text, written as a PDF.

The functions here are plain and may run on a lane: QTextDocument, QPdfWriter and QImage live where they are
made. Nothing outside the template is ever loaded: no file, no address, only pictures that are part of it.
Units are points unless a name says otherwise. Read next: core/fax/cover.py, cover_editor.py, preview_pane.py.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QLocale, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QTextDocument

from rcdesk.core.errors import StoreUnavailable, UserError
from rcdesk.core.fax.cover import CoverFields, CoverTemplate, filled
from rcdesk.core.fax.paper import MM_PER_INCH, PageRef, PaperSize, paper_of
from rcdesk.render.rich_text import PdfSheets, draw, paper_text, points_as_pixels

EDGE_INCHES = 0.75
MAX_PICTURE_PX = 1200
PDF = "application/pdf"


def usual_paper(country: str = "") -> PaperSize:
    """The paper of a country (ISO 3166), "" for the one this computer is set up for."""
    if country:
        return paper_of(country)
    is_us = QLocale().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem
    return PaperSize.LETTER if is_us else PaperSize.A4


def confidentiality_words() -> str:
    """What the field {confidentiality} says."""
    return QCoreApplication.translate(
        "CoverEditor",
        "This fax is confidential and meant for the person named above only. If it reached you by mistake, "
        "please call the sender and destroy it.",
    )


def size_inches(paper: PaperSize) -> tuple[float, float]:
    """Width and height of the sheet."""
    width, height = paper.size_mm
    return width / MM_PER_INCH, height / MM_PER_INCH


def page_count(template: CoverTemplate, fields: CoverFields, paper: PaperSize) -> int:
    """How many sheets the text would fill; a cover is drawn on one, the rest is cut."""
    return _laid_out(template, fields, paper, 72.0).pageCount()


def cover_image(template: CoverTemplate, fields: CoverFields, paper: PaperSize, width_px: int) -> QImage:
    """The cover as a picture of this width, to look at."""
    wide, high = size_inches(paper)
    image = QImage(width_px, max(1, round(width_px * high / wide)), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    scale = width_px / (wide * 72.0)
    painter.scale(scale, scale)
    _draw(_laid_out(template, fields, paper, 72.0), painter, paper, 72.0)
    painter.end()
    return image


def cover_pdf(template: CoverTemplate, fields: CoverFields, paper: PaperSize) -> bytes:
    """The cover as a PDF of one page."""
    sheets = PdfSheets(*size_inches(paper))
    _draw(_laid_out(template, fields, paper, 72.0), sheets.painter, paper, 72.0)
    return sheets.end()


def write_cover(template: CoverTemplate, fields: CoverFields, paper: PaperSize, folder: Path) -> PageRef:
    """Write the cover as a PDF named after what it says, so the same cover is one file; give back its page.

    Raises StoreUnavailable when it cannot be written, UserError when it cannot be drawn.
    """
    content = cover_pdf(template, fields, paper)
    if not content:
        raise UserError("The cover page cannot be drawn. Choose another one, or none.")
    import hashlib

    said = "\0".join((paper.value, template.html, *fields.by_name.values()))
    target = folder / f"cover-{hashlib.sha256(said.encode()).hexdigest()[:32]}.pdf"
    unfinished = target.with_name(target.name + ".new")
    try:
        if not target.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            os.replace(unfinished, target)
    except OSError as exc:
        raise StoreUnavailable(
            f"The cover page could not be written ({exc.strerror}). The fax is not sent yet: make room, then "
            "send again."
        ) from exc
    return PageRef(path=target, media_type=PDF, page=0)


def _laid_out(template: CoverTemplate, fields: CoverFields, paper: PaperSize, dpi: float) -> QTextDocument:
    wide, high = size_inches(paper)
    edge = EDGE_INCHES * dpi
    # The layout must not depend on a screen: a point is a pixel here, and the painter is scaled.
    document = paper_text(filled(points_as_pixels(template.html), fields))
    document.setPageSize(QSizeF(wide * dpi - 2 * edge, high * dpi - 2 * edge))
    return document


def _draw(document: QTextDocument, painter: QPainter, paper: PaperSize, dpi: float) -> None:
    edge = EDGE_INCHES * dpi
    size = document.pageSize()
    painter.translate(edge, edge)
    draw(document, painter, QRectF(0, 0, size.width(), size.height()))


def cover_png(template: CoverTemplate, fields: CoverFields, paper: PaperSize, width_px: int) -> bytes:
    """The same picture as PNG, which may go from a lane to the window."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    cover_image(template, fields, paper, width_px).save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return bytes(data.data())


def picture_html(path: Path) -> str:
    """A picture file as a tag that carries the picture itself, at most MAX_PICTURE_PX wide.

    Raises UserError when it is no picture that Qt reads.
    """
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.width() > MAX_PICTURE_PX:
        reader.setScaledSize(size.scaled(MAX_PICTURE_PX, 10**6, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise UserError("This picture cannot be read. Choose a PNG or JPEG file.")
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    content = base64.b64encode(bytes(data.data())).decode("ascii")
    return f'<img src="data:image/png;base64,{content}" width="{min(200, image.width())}"/>'
