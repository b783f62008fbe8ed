"""Card: the white sheet everything lies on, with rounded corners, a hairline and a soft shadow in light.

The shadow is painted by the card itself into its own margin, which costs nothing when children repaint (a
graphics effect would redraw the whole card each time). GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from rcdesk.ui.theme import current, theme

RADIUS = 12
SHADOW = 4


class Card(QWidget):
    """A sheet with a vertical layout, `body`, and an optional title label, `title`.

    padding: pixels between the edge and the content.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None, *, padding: int = 24) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding - 6, padding, padding - 4 + SHADOW)
        self.body.setSpacing(8)
        self.title: QLabel | None = None
        if title:
            self.title = QLabel(title, self)
            self.title.setProperty("role", "cardTitle")
            self.body.addWidget(self.title)
            self.setAccessibleName(title)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shadow, sheet and hairline. What is below the children is a plain rectangle: they repaint often."""
        tokens = current()
        painter = QPainter(self)
        inner = self.rect().adjusted(RADIUS, RADIUS, -RADIUS, -RADIUS - SHADOW)
        painter.fillRect(inner & event.rect(), QColor(tokens.surface))
        if inner.contains(event.rect()):
            painter.end()
            return
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(inner)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5 - SHADOW)
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(SHADOW, 0, -1):
            shade = QColor(tokens.shadow)
            shade.setAlpha(26 if tokens.is_dark else 9)
            painter.setBrush(shade)
            painter.drawRoundedRect(sheet.adjusted(0, step * 0.5, 0, step * 0.9), RADIUS, RADIUS)
        painter.setBrush(QColor(tokens.surface))
        painter.setPen(QPen(QColor(tokens.hairline), 1))
        painter.drawRoundedRect(sheet, RADIUS, RADIUS)
