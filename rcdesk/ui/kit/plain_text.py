"""Foreign text is plain text: the names of people, files, groups and servers are shown, never rendered.

Qt takes a string that looks like HTML for HTML, in labels, tool tips and message boxes, lays it out on the
GUI thread and opens what its pictures name. So every label of the desk is a PlainLabel, and the theme's
style sheet makes Qt's own labels (tool tips, message boxes) plain before they get a text. What leaves for
the desktop goes through without_tags(): who shows it may know markup. GUI thread. Read next: theme.py.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

PLAIN = "QToolTip, QMessageBox QLabel { qproperty-textFormat: PlainText; }"
"""Qt sets it when it makes the label, before the label has a text."""

_MOST = 4_000
"""Characters of one label or tip; more cannot be read there, and laying it out would hold up the window."""
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")
_BREAKS = re.compile("[\t\r\n]+")


LEAST_WIDTH = 24


def plain(text: str) -> str:
    """The text without control characters and turned writing directions, cut where nobody reads on."""
    if len(text) > _MOST:
        text = f"{text[:_MOST]}…"
    return _UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """plain(), with the breaks of lines as spaces."""
    return plain(_BREAKS.sub(" ", text[: _MOST + 1]))


def without_tags(text: str) -> str:
    """plain() for the desktop's own bubbles and tips, which may or may not know markup: none is left."""
    return plain(text).replace("<", "‹").replace(">", "›")


def menu_words(text: str) -> str:
    """A name as the words of a menu or a button: its & is no shortcut, its tab no second column."""
    return one_line(text).replace("&", "&&")


class PlainLabel(QLabel):
    """A label that shows its text letter by letter, whatever it is."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, role: str = "") -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        if text:
            self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(plain(text))


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
