"""LampPair: the two legs of a call as two lamps joined by a line.

Idle is a well, ringing a wait tint with two soft rings that breathe (1.6 s, still under reduced motion),
answered solid good, failed a bad tint with a cross. The breathing timer runs only while a lamp rings and
is visible. GUI thread. Read next: call_panel.py.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from rcdesk.bridge.runtime.timers import ticking
from rcdesk.core.calls.call import Leg
from rcdesk.ui.kit.icons import pixmap
from rcdesk.ui.kit.look import smooth
from rcdesk.ui.kit.theme import current, theme
from rcdesk.ui.kit.tokens import ColorTokens

DIAMETER = 52
RINGS = 14
BREATH_MS = 1600
FRAME_MS = 50


class LampPair(QWidget):
    """Your phone left, them right, centred on the quarters of the width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._yours = Leg.WAITING
        self._theirs = Leg.WAITING
        self._icon = "deskphone"
        self._is_over = False
        self._clock = QElapsedTimer()
        self._timer = ticking(self, self._breathe, FRAME_MS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    @property
    def is_breathing(self) -> bool:
        """True while the animation timer runs."""
        return self._timer.isActive()

    def set_legs(self, yours: Leg, theirs: Leg, icon: str, *, is_over: bool) -> None:
        """Show these states; icon is the picture of your phone, is_over stills everything."""
        self._yours, self._theirs, self._icon, self._is_over = yours, theirs, icon, is_over
        self._follow()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, DIAMETER + 2 * RINGS + 4)

    def showEvent(self, event: QShowEvent) -> None:
        """Start breathing when there is something to see."""
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing moves while nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current()
        painter = smooth(self)
        left = QPointF(self.width() * 0.25, self.height() / 2)
        right = QPointF(self.width() * 0.75, self.height() / 2)
        self._paint_line(painter, tokens, left, right)
        self._paint_lamp(painter, tokens, left, self._yours, self._icon)
        self._paint_lamp(painter, tokens, right, self._theirs, "person")

    @Slot()
    def _breathe(self) -> None:
        self.update()

    def _follow(self) -> None:
        is_ringing = not self._is_over and Leg.RINGING in (self._yours, self._theirs)
        hint = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)
        if is_ringing and self.isVisible() and hint > 0:
            if not self._timer.isActive():
                self._clock.start()
                self._timer.start()
        else:
            self._timer.stop()

    def _paint_line(self, painter: QPainter, tokens: ColorTokens, left: QPointF, right: QPointF) -> None:
        gap = DIAMETER / 2 + 7
        y, middle = left.y(), (left.x() + right.x()) / 2
        start, end = left.x() + gap, right.x() - gap - (RINGS if self._rings(self._theirs) else 0)
        join = 0 if self._yours is self._theirs else 3
        for x0, x1, leg in ((start, middle - join, self._yours), (middle + join, end, self._theirs)):
            pen = QPen(QColor(_line_color(tokens, leg)), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            if leg is not Leg.ANSWERED:
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([1.6, 1.4])
            painter.setPen(pen)
            painter.drawLine(QPointF(x0, y), QPointF(x1, y))

    def _rings(self, leg: Leg) -> bool:
        return leg is Leg.RINGING and not self._is_over

    def _paint_lamp(
        self, painter: QPainter, tokens: ColorTokens, centre: QPointF, leg: Leg, icon: str
    ) -> None:
        radius = DIAMETER / 2
        fill, edge, ink = _lamp_colors(tokens, leg)
        if self._rings(leg):
            self._paint_rings(painter, QColor(tokens.wait), centre)
        painter.setPen(QPen(QColor(edge), 2))
        painter.setBrush(QColor(fill))
        painter.drawEllipse(centre, radius - 1, radius - 1)
        size = 24
        name = "x" if leg.is_failed else icon
        picture = pixmap(name, ink, size, self.devicePixelRatioF())
        painter.drawPixmap(
            QRectF(centre.x() - size / 2, centre.y() - size / 2, size, size), picture, QRectF(picture.rect())
        )

    def _paint_rings(self, painter: QPainter, color: QColor, centre: QPointF) -> None:
        breath = 1.0
        if self._timer.isActive():
            turn = (self._clock.elapsed() % BREATH_MS) / BREATH_MS
            breath = 0.5 + 0.5 * math.sin(2 * math.pi * turn)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for step, alpha in ((6, 130), (12, 70)):
            color.setAlpha(round(alpha * (0.45 + 0.55 * breath)))
            painter.setPen(QPen(color, 1.5))
            reach = DIAMETER / 2 + step * (0.75 + 0.25 * breath)
            painter.drawEllipse(centre, reach, reach)


def _line_color(tokens: ColorTokens, leg: Leg) -> str:
    if leg.is_failed:
        return tokens.bad
    match leg:
        case Leg.ANSWERED:
            return tokens.good
        case Leg.RINGING:
            return tokens.wait
        case _:
            return tokens.hairline


def _lamp_colors(tokens: ColorTokens, leg: Leg) -> tuple[str, str, str]:
    """(fill, edge, ink) of a lamp."""
    if leg.is_failed:
        return tokens.bad_tint, tokens.bad, tokens.bad_ink
    match leg:
        case Leg.ANSWERED:
            return tokens.good, tokens.good, tokens.ongood
        case Leg.RINGING:
            return tokens.wait_tint, tokens.wait, tokens.wait_ink
        case _:
            return tokens.well, tokens.hairline, tokens.ink3
