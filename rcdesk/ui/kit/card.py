"""Card: the white sheet everything lies on, with rounded corners, a hairline and a soft shadow in light.

The shadow is painted by the card itself into its own margin, which costs nothing when children repaint (a
graphics effect would redraw the whole card each time). GUI thread.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rcdesk.ui.kit.look import fill, smooth
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.theme import current, theme
from rcdesk.ui.kit.tokens import ColorTokens

RADIUS = 12
SHADOW = 4
EDGE = RADIUS + SHADOW
"""So far from its border a card is one plain colour."""


class Card(QWidget):
    """A sheet with a vertical layout, `body`, and an optional title label, `title`.

    padding: pixels between the edge and the content.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None, *, padding: int = 24) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        fill(self.body, margins=(padding, padding - 6, padding, padding - 4 + SHADOW), spacing=8)
        self.title: PlainLabel | None = None
        if title:
            self.title = PlainLabel(title, self, role="cardTitle")
            self.body.addWidget(self.title)
            self.setAccessibleName(title)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shadow, sheet and hairline. What is below the children is one plain rectangle: they repaint often.

        The edge is drawn once for all cards and then copied, corners as they are and sides stretched.
        """
        painter = QPainter(self)
        inner = self.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        painter.fillRect(inner & event.rect(), QColor(current().surface))
        if not inner.contains(event.rect()):
            self._paint_edge(painter, inner)

    def _paint_edge(self, painter: QPainter, inner: QRect) -> None:
        ratio = self.devicePixelRatioF()
        frame = _frame(current(), ratio)
        width, height = self.width(), self.height()
        across = ((0, EDGE, 0, EDGE), (EDGE, width - 2 * EDGE, EDGE, 1), (width - EDGE, EDGE, EDGE + 1, EDGE))
        down = ((0, EDGE, 0, EDGE), (EDGE, height - 2 * EDGE, EDGE, 1), (height - EDGE, EDGE, EDGE + 1, EDGE))
        for x, w, from_x, from_w in across:
            for y, h, from_y, from_h in down:
                target = QRectF(x, y, w, h)
                if not target.toAlignedRect().intersects(inner):
                    source = QRectF(from_x * ratio, from_y * ratio, from_w * ratio, from_h * ratio)
                    painter.drawPixmap(target, frame, source)


@lru_cache(maxsize=8)
def _frame(tokens: ColorTokens, ratio: float) -> QPixmap:
    """The smallest card: its corners, with one pixel between them."""
    size = 2 * EDGE + 1
    frame = QPixmap(round(size * ratio), round(size * ratio))
    frame.setDevicePixelRatio(ratio)
    frame.fill(Qt.GlobalColor.transparent)
    painter = smooth(frame)
    sheet = QRectF(0, 0, size, size).adjusted(0.5, 0.5, -0.5, -0.5 - SHADOW)
    painter.setPen(Qt.PenStyle.NoPen)
    for step in range(SHADOW, 0, -1):
        shade = QColor(tokens.shadow)
        shade.setAlpha(26 if tokens.is_dark else 9)
        painter.setBrush(shade)
        painter.drawRoundedRect(sheet.adjusted(0, step * 0.5, 0, step * 0.9), RADIUS, RADIUS)
    painter.setBrush(QColor(tokens.surface))
    painter.setPen(QPen(QColor(tokens.hairline), 1))
    painter.drawRoundedRect(sheet, RADIUS, RADIUS)
    painter.end()
    return frame
