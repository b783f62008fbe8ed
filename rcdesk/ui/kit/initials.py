"""Initials: the round sign of a person, with the first letters of their name. GUI thread.

Used by the side bar and by a person's view; the list of people writes the same letters.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from rcdesk.ui.kit.look import color, font_of, smooth


def letters_of(name: str) -> str:
    """The first letters of the first and the last word, "" when there is none."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper()


class Initials(QWidget):
    """The round sign of a person."""

    def __init__(self) -> None:
        super().__init__()
        self._letters = ""
        self.setFixedSize(36, 36)

    def set_name(self, name: str) -> None:
        """Show the letters of this name; "#" without one."""
        self._letters = letters_of(name) or "#"
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent_tint"))
        painter.drawEllipse(self.rect())
        painter.setFont(font_of(self.font(), 13, QFont.Weight.Bold))
        painter.setPen(color("accent_ink"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._letters)
