"""Badge: a small fully round pill with a word in it, coloured by what it means; Initials: letters in a disc.

Kinds: good, wait, bad, accent, plain, and count (a number in the side bar). GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rcdesk.ui.kit.look import color, font_of, scaled, smooth
from rcdesk.ui.kit.theme import current, theme
from rcdesk.ui.kit.tokens import ColorTokens

HEIGHT = 22


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


def badge_colors(tokens: ColorTokens, kind: str) -> tuple[str, str]:
    """(background, text) of a kind; unknown kinds look plain. Delegates paint with these too."""
    return {
        "good": (tokens.good_tint, tokens.good_ink),
        "wait": (tokens.wait_tint, tokens.wait_ink),
        "bad": (tokens.bad_tint, tokens.bad_ink),
        "accent": (tokens.accent_tint, tokens.accent_ink),
        "count": (tokens.press, tokens.ink2),
        "alarm": (tokens.bad, tokens.onaccent),
    }.get(kind, (tokens.well, tokens.ink2))


class Badge(QWidget):
    """Shows text(); an empty text hides the badge."""

    def __init__(self, text: str = "", kind: str = "plain", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._kind = kind
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(text, kind)
        theme().changed.connect(self._relook)

    def text(self) -> str:
        return self._text

    def kind(self) -> str:
        return self._kind

    def set(self, text: str, kind: str | None = None) -> None:
        """Show another word, perhaps of another kind."""
        self._text = text
        self._kind = kind if kind is not None else self._kind
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self._relook()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self._font()).horizontalAdvance(self._text) + 18
        height = max(HEIGHT, QFontMetrics(self._font()).height() + 6)
        return QSize(max(width, height), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        back, ink = badge_colors(current(), self._kind)
        painter = smooth(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(back))
        area = QRectF(self.rect())
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        painter.setPen(QColor(ink))
        painter.setFont(self._font())
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._text)

    def _font(self) -> QFont:
        return font_of(self.font(), scaled(12), QFont.Weight.DemiBold)

    def _relook(self) -> None:
        self.updateGeometry()
        self.update()
