"""Keypad: twelve keys with their letters, for people who dial with the mouse.

One stop for Tab, the arrow keys move inside. Clicking keeps the focus in the number field. Holding 0 types +.
GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from rcdesk.ui.kit.look import font_of, named, scaled
from rcdesk.ui.kit.theme import current

KEY_HEIGHT = 46
SHORTEST_KEY = 36
TALLEST_KEY = 60
HOLD_MS = 500
KEYS = (
    ("1", ""),
    ("2", "ABC"),
    ("3", "DEF"),
    ("4", "GHI"),
    ("5", "JKL"),
    ("6", "MNO"),
    ("7", "PQRS"),
    ("8", "TUV"),
    ("9", "WXYZ"),
    ("*", ""),
    ("0", "+"),
    ("#", ""),
)


class Key(QPushButton):
    """One key: the style sheet paints the plate, the key paints its two lines."""

    def __init__(self, digit: str, letters: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.digit = digit
        self._letters = letters
        self.setProperty("kind", "key")
        named(self, f"key_{ {'*': 'star', '#': 'hash'}.get(digit, digit) }", digit)
        self.setMinimumHeight(SHORTEST_KEY)
        self.setMaximumHeight(TALLEST_KEY)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        """Touchable; grows with the card, and gives way to a reason of three lines above it."""
        return QSize(80, KEY_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(font_of(self.font(), scaled(18), QFont.Weight.DemiBold))
        painter.setPen(QColor(current().ink))
        area = self.rect()
        middle = area.height() // 2
        upper = QRect(0, middle - 23, area.width(), 34 if self._letters else 46)
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, self.digit)
        if self._letters:
            painter.setFont(font_of(self.font(), scaled(9), QFont.Weight.DemiBold))
            painter.setPen(QColor(current().ink2))
            lower = QRect(0, middle + 4, area.width(), 13)
            painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, self._letters)


class Keypad(QWidget):
    """typed(str) gives the character of the key."""

    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "keypad", self.tr("Keypad"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        self.setMaximumHeight(4 * TALLEST_KEY + 3 * 8)
        self._keys = [Key(digit, letters, self) for digit, letters in KEYS]
        for index, key in enumerate(self._keys):
            grid.addWidget(key, index // 3, index % 3)
            key.clicked.connect(self._clicked)
            key.pressed.connect(self._pressed)
        self._keys[0].setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._held = QElapsedTimer()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -3, Qt.Key.Key_Down: 3}
        step = steps.get(Qt.Key(event.key()))
        here = next((i for i, key in enumerate(self._keys) if key.hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
        elif 0 <= here + step < len(self._keys):
            self._keys[here + step].setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def _pressed(self) -> None:
        self._held.start()

    @Slot()
    def _clicked(self) -> None:
        key = self.sender()
        if isinstance(key, Key):
            is_held = key.digit == "0" and self._held.isValid() and self._held.elapsed() > HOLD_MS
            self.typed.emit("+" if is_held else key.digit)
