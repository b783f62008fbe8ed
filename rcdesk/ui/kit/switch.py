"""Switch: an on/off control with a sliding knob, for settings that take effect at once.

A QAbstractButton, so Space, click, toggled() and screen readers work as for a check box. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from rcdesk.ui.kit.look import smooth
from rcdesk.ui.kit.theme import current, theme

TRACK_WIDTH = 44
TRACK_HEIGHT = 24
RING = 4


class Switch(QAbstractButton):
    """toggled(bool) follows isChecked(); name is what a screen reader says."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The track and room for the focus ring, in a target of at least 32."""
        return QSize(TRACK_WIDTH + 2 * RING, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current()
        painter = smooth(self)
        track = QRectF(
            (self.width() - TRACK_WIDTH) / 2, (self.height() - TRACK_HEIGHT) / 2, TRACK_WIDTH, TRACK_HEIGHT
        )
        if self.hasFocus() and self.property("keyboardFocus"):
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-3, -3, 3, 3), 15, 15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent if self.isChecked() else tokens.switch_off))
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        painter.drawRoundedRect(track, TRACK_HEIGHT / 2, TRACK_HEIGHT / 2)
        left = track.right() - TRACK_HEIGHT + 3 if self.isChecked() else track.left() + 3
        painter.setBrush(QColor(tokens.onaccent))
        painter.drawEllipse(QRectF(left, track.top() + 3, TRACK_HEIGHT - 6, TRACK_HEIGHT - 6))
