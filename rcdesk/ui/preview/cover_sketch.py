"""An honest sketch of a cover page of the service: what will stand on it, marked as not being the real one.

Only RingCentral knows how its covers look, so the sketch shows the words and says who draws the page. Painted
in units of a letter page of 816 x 1056. GUI thread. Read next: paper_view.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from rcdesk.core.fax.cover import CoverFields
from rcdesk.ui.kit.look import color, font_of

_tr = partial(QCoreApplication.translate, "CoverSketch")

WIDTH = 816.0
_EDGE = 84.0


def paint_cover_sketch(name: str, fields: CoverFields, painter: QPainter, paper: QRectF) -> None:
    """The sketch of the service's cover called name, on a page painted at paper."""
    painter.save()
    painter.translate(paper.topLeft())
    scale = paper.width() / WIDTH
    painter.scale(scale, scale)
    height = paper.height() / scale
    ink, faint = QColor(color("paperink")), QColor(color("paperink"))
    faint.setAlphaF(0.55)
    painter.setPen(ink)
    painter.setFont(font_of(painter.font(), 56, QFont.Weight.Bold))
    painter.drawText(QRectF(_EDGE, 70, 400, 76), Qt.AlignmentFlag.AlignVCenter, _tr("FAX"))
    painter.setFont(font_of(painter.font(), 22))
    painter.setPen(faint)
    side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRectF(_EDGE, 70, WIDTH - 2 * _EDGE, 76), side, name)
    painter.setPen(QPen(ink, 2))
    painter.drawLine(round(_EDGE), 160, round(WIDTH - _EDGE), 160)
    y = _paint_rows(painter, fields, ink, faint)
    painter.setPen(QPen(faint, 1))
    painter.drawLine(round(_EDGE), round(y), round(WIDTH - _EDGE), round(y))
    painter.setPen(ink)
    painter.setFont(font_of(painter.font(), 21))
    note = QRectF(_EDGE, y + 26, WIDTH - 2 * _EDGE, max(60.0, height - y - 200))
    painter.drawText(note, Qt.TextFlag.TextWordWrap, fields.note)
    _paint_stamp(painter, height)
    painter.restore()


def stamp_words() -> str:
    """What marks the sketch as one."""
    return _tr("Sketch: drawn by RingCentral when it is sent")


def _paint_rows(painter: QPainter, fields: CoverFields, ink: QColor, faint: QColor) -> float:
    y = 192.0
    rows = (
        (_tr("To"), fields.to),
        (_tr("From"), fields.sender),
        (_tr("Company"), fields.company),
        (_tr("Date"), fields.date),
        (_tr("Pages"), fields.pages),
    )
    for name, value in rows:
        painter.setFont(font_of(painter.font(), 20, QFont.Weight.Bold))
        painter.setPen(faint)
        painter.drawText(QRectF(_EDGE, y, 140, 30), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(font_of(painter.font(), 21))
        painter.setPen(ink)
        line = QRectF(_EDGE + 150, y, WIDTH - 2 * _EDGE - 150, 30)
        words = painter.fontMetrics().elidedText(
            value.replace("\n", ", "), Qt.TextElideMode.ElideRight, int(line.width())
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
        y += 42
    return y + 12


def _paint_stamp(painter: QPainter, height: float) -> None:
    words = stamp_words()
    painter.setFont(font_of(painter.font(), 24, QFont.Weight.DemiBold))
    width = painter.fontMetrics().horizontalAdvance(words) + 56
    rect = QRectF((WIDTH - width) / 2, height - 120, width, 56)
    painter.setPen(QPen(color("wait_line"), 2))
    painter.setBrush(color("wait_tint"))
    painter.drawRoundedRect(rect, 28, 28)
    painter.setPen(color("wait_ink"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)
