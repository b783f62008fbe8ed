"""Line: a label of one line that gives way when there is little room, ending in an ellipsis.

A plain QLabel insists on the width of its text and would push the page wider than the window. The whole
text stays readable as tool tip and for screen readers. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from rcdesk.ui.kit.plain_text import PlainLabel, one_line

LEAST_WIDTH = 24


class Line(PlainLabel):
    """text() is always the whole text; only the picture is shortened."""

    def __init__(self, role: str, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__("", parent, role=role)
        self.setObjectName(name)

    def setText(self, text: str) -> None:
        """What comes on several lines stands on one."""
        super().setText(one_line(text))

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The tool tip has what does not fit."""
        super().resizeEvent(event)
        self.setToolTip("" if self._fits() else self.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._fits():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        area = self.contentsRect()
        elided = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, self.alignment(), elided)

    def _fits(self) -> bool:
        return QFontMetrics(self.font()).horizontalAdvance(self.text()) <= self.contentsRect().width()
