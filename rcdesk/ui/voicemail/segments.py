"""Segments: one of a few choices side by side in one frame, as Voicemail | Recordings and the speeds.

GUI thread. Read next: voicemail_page.py, player_bar.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton

from rcdesk.ui.kit.look import across, dress, named

_SHEET = """
#segments { background: $well; border: 1px solid $hairline; border-radius: 9px; }
#segments QPushButton { background: transparent; border: 1px solid transparent; border-radius: 7px;
    padding: $PADDING; color: $ink2; font-weight: 500; min-height: 18px; }
#segments QPushButton:hover { color: $ink; }
#segments QPushButton:checked { background: $surface; color: $ink; border-color: $hairline;
    font-weight: 600; }
#segments QPushButton:disabled { color: $ink3; }
#segments QPushButton[keyboardFocus="true"] { border: 2px solid $accent; }
"""


class _Segment(QPushButton):
    """As wide as it is when it is chosen, with bold letters: its neighbours stay where they are."""

    def __init__(self, words: str, padding: int) -> None:
        super().__init__(words)
        self._padding = padding
        self.setCheckable(True)
        self.setAutoDefault(False)

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        width = QFontMetrics(font).horizontalAdvance(self.text()) + 2 * self._padding + 4
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class Segments(QFrame):
    """chosen(value). Choices are (object name, words, value); the first is on."""

    chosen = Signal(object)

    def __init__(
        self, spoken: str, choices: Iterable[tuple[str, str, object]], *, is_small: bool = False
    ) -> None:
        super().__init__()
        named(self, "segments", spoken)
        sides = 6 if is_small else 16
        size = "font-size: 12px;" if is_small else ""
        dress(self, _SHEET.replace("$PADDING", f"{3 if is_small else 6}px {sides}px; {size}"))
        self._group = QButtonGroup(self)
        self._buttons: dict[object, QPushButton] = {}
        row = across(of=self, margins=2, spacing=0)
        for name, words, value in choices:
            button = named(_Segment(words, sides), name, f"{spoken}: {words}")
            button.setChecked(not self._buttons)
            button.clicked.connect(partial(self._press, value))
            self._group.addButton(button)
            self._buttons[value] = button
            row.addWidget(button)

    def choose(self, value: object) -> None:
        """Show this one as the chosen one."""
        if value in self._buttons:
            self._buttons[value].setChecked(True)

    def _press(self, value: object, _is_checked: bool = True) -> None:
        self.chosen.emit(value)
