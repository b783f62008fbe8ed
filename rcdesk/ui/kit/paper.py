"""Little sheets of paper, painted: what a document or a cover page looks like from far away.

Pure painting with the colours of the theme, crisp at every scale. Used by the attachments, the cover picker
and the fax lists. GUI thread. Read next: cover_picker.py.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from rcdesk.ui.kit.look import color

_LINES = (0.55, 0.9, 0.82, 0.9, 0.7, 0.0, 0.9, 0.86, 0.62, 0.0, 0.9, 0.78, 0.4)


def paint_sheet(painter: QPainter, rect: QRectF) -> None:
    """An empty sheet with a fine edge."""
    painter.setPen(QPen(color("hairline"), 1))
    painter.setBrush(color("paper"))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)


def paint_page(painter: QPainter, rect: QRectF, *, is_form: bool = False) -> None:
    """A sheet with lines of text, or with boxes when is_form."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_sheet(painter, rect)
    ink = QColor(color("paperink"))
    ink.setAlphaF(0.62)
    inner = rect.adjusted(
        rect.width() * 0.16, rect.height() * 0.12, -rect.width() * 0.16, -rect.height() * 0.1
    )
    if is_form:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1))
        step = inner.height() / 6
        for row in range(6):
            painter.drawRect(QRectF(inner.x(), inner.y() + row * step, inner.width(), step * 0.55))
    else:
        painter.setPen(QPen(ink, 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        step = inner.height() / len(_LINES)
        for row, length in enumerate(_LINES):
            if length:
                y = inner.y() + row * step
                painter.drawLine(QPointF(inner.x(), y), QPointF(inner.x() + inner.width() * length, y))
    painter.restore()


def paint_cover(painter: QPainter, rect: QRectF, style: int) -> None:
    """A cover sheet; style varies the arrangement so that neighbours can be told apart."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_sheet(painter, rect)
    ink = color("paperink")
    inner = rect.adjusted(5, 4, -5, -4)
    font = QFont(painter.font())
    font.setPixelSize(max(6, int(rect.height() * 0.15)))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(ink)
    title = QRectF(inner.x(), inner.y(), inner.width(), rect.height() * 0.18)
    is_banner = style % 3 == 1
    if is_banner:
        painter.fillRect(title.adjusted(-1, 0, 1, 1), ink)
        painter.setPen(color("paper"))
    side = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)[style % 3]
    painter.drawText(title, side | Qt.AlignmentFlag.AlignVCenter, "FAX")
    faint = QColor(ink)
    faint.setAlphaF(0.6)
    painter.setPen(QPen(faint, 1.2))
    top = title.bottom() + 4
    step = (inner.bottom() - top) / 7
    for row in range(7):
        y = top + row * step
        if row == (4 if style % 2 else 3):
            continue
        start = inner.x() if row > 3 else inner.x() + (style % 2) * 3
        length = inner.width() * (0.8, 0.55, 0.7, 0.4, 0.9, 0.95, 0.5)[(row + style) % 7]
        painter.drawLine(QPointF(start, y), QPointF(min(start + length, inner.right()), y))
    painter.restore()


def paint_picture(painter: QPainter, rect: QRectF, picture: QPixmap) -> None:
    """A page's own picture as large as rect allows, on paper with a fine edge."""
    size = QSizeF(picture.size()).scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
    inner = QRectF(rect.center().x() - size.width() / 2, rect.center().y() - size.height() / 2, 0, 0)
    inner.setSize(size)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.fillRect(inner, color("paper"))
    painter.drawPixmap(inner, picture, QRectF(picture.rect()))
    painter.setPen(QPen(color("hairline"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(inner.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.restore()


class PageGlyph(QWidget):
    """A small sheet as a widget; decoration only, so it takes no focus and has no name."""

    def __init__(self, *, is_form: bool = False) -> None:
        super().__init__()
        self._is_form = is_form
        self._picture = QPixmap()
        self.setFixedSize(36, 46)

    @property
    def has_picture(self) -> bool:
        return not self._picture.isNull()

    def show_picture(self, picture: QPixmap) -> None:
        self._picture = picture
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        if self._picture.isNull():
            paint_page(painter, QRectF(self.rect()), is_form=self._is_form)
        else:
            paint_picture(painter, QRectF(self.rect()), self._picture)
