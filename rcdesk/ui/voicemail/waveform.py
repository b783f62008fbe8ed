"""The waveform: bars as high as the sound is loud, coloured as far as it has been heard; a click goes there.

Painted from the tokens; screen readers hear the position. GUI thread. Read next: player_bar.py.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from rcdesk.ui.kit.look import color, named, smooth
from rcdesk.ui.kit.theme import theme

BAR_PX, GAP_PX = 3, 2
LEAST_PX = 3


class Waveform(QWidget):
    """seek_asked(share of the whole, 0 to 1)."""

    seek_asked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        named(self, "waveform")
        self._peaks: tuple[int, ...] = ()
        self._share = 0.0
        self.setFixedHeight(48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, 48)

    def show_sound(self, peaks: tuple[int, ...], share: float, spoken: str) -> None:
        """Show this sound, heard so far; spoken is the position in words."""
        self.setAccessibleName(spoken)
        self.setCursor(Qt.CursorShape.PointingHandCursor if peaks else Qt.CursorShape.ArrowCursor)
        if (peaks, share) != (self._peaks, self._share):
            self._peaks, self._share = peaks, share
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._peaks and event.button() is Qt.MouseButton.LeftButton and self.width():
            self.seek_asked.emit(min(1.0, max(0.0, event.position().x() / self.width())))

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, room = self.height() / 2, self.height() - 6
        count = max(1, self.width() // (BAR_PX + GAP_PX))
        reached = self._share * self.width()
        for bar in range(count):
            x = bar * (BAR_PX + GAP_PX)
            height = max(LEAST_PX, self._height(bar, count) * room / 255)
            painter.setBrush(color("accent" if x < reached else "switch_off"))
            painter.setOpacity(1.0 if x < reached or not self._peaks else 0.55)
            painter.drawRoundedRect(QRectF(x, middle - height / 2, BAR_PX, height), 1.5, 1.5)
        if self._peaks and 0 < self._share < 1:
            painter.setOpacity(1.0)
            painter.setPen(QPen(color("accent"), 2))
            painter.drawLine(int(reached), 0, int(reached), self.height())

    def _height(self, bar: int, count: int) -> int:
        """The loudest of what the bar stands for."""
        peaks = self._peaks
        if not peaks:
            return 0
        start = bar * len(peaks) // count
        return max(peaks[start : max(start + 1, (bar + 1) * len(peaks) // count)])
