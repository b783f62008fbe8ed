"""Fields with something to click: a choice, a number with painted arrows; a radio button, a switch.

The style sheet takes Qt's own arrows away, because they cannot follow the scheme; these paint them from the
tokens. GUI thread. Read next: theme.py, moment_box.py.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QRadioButton, QSizePolicy, QSpinBox, QWidget

from rcdesk.ui.kit.look import color, dress, named, smooth
from rcdesk.ui.kit.theme import current, theme

_SHEET = """
$KIND { background: $surface; color: $ink; border: 1px solid $border; border-radius: 8px;
    padding: 0 2px 0 10px; min-height: 36px; max-height: 36px;
    selection-background-color: $accent; selection-color: $onaccent; }
$KIND:focus { border: 2px solid $accent; padding: 0 1px 0 9px; min-height: 34px; max-height: 34px; }
$KIND:disabled { color: $ink3; background: $well; border-color: $hairline; }
$KIND QLineEdit { background: transparent; border: none; padding: 0; border-radius: 0; }
$KIND::up-button, $KIND::down-button { background: transparent; border: none; width: 28px; }
$KIND::drop-down { background: transparent; border: none; width: 28px; }
$KIND::up-arrow, $KIND::down-arrow { image: none; width: 0; height: 0; }
"""

_RADIO = """
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $border; border-radius: 9px;
    background: $surface; }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid $accent; background: $onaccent; }
QRadioButton:focus { color: $accent_ink; }
QRadioButton:disabled { color: $ink3; }
"""


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


def draw_chevron(widget: QWidget, y: float, *, is_up: bool = False) -> None:
    """The arrow at the right end of a box."""
    painter = smooth(widget)
    painter.setPen(QPen(color("ink2" if widget.isEnabled() else "ink3"), 1.6))
    middle = QPointF(widget.width() - 17, y)
    rise = -2.2 if is_up else 2.2
    wing = QRectF(middle.x() - 4, middle.y(), 8, 0)
    painter.drawLine(QPointF(wing.left(), middle.y() - rise), QPointF(middle.x(), middle.y() + rise))
    painter.drawLine(QPointF(middle.x(), middle.y() + rise), QPointF(wing.right(), middle.y() - rise))
    painter.end()


def wear_box(widget: QWidget, kind: str, name: str, spoken: str) -> None:
    """The looks of a box; kind is its class in Qt."""
    named(widget, name, spoken)
    dress(widget, _SHEET.replace("$KIND", kind))
    theme().changed.connect(widget.update)


class ChoiceBox(QComboBox):
    """One of several. The wheel only works while it has the focus, so that scrolling changes nothing."""

    def __init__(self, name: str, spoken: str) -> None:
        super().__init__()
        wear_box(self, "QComboBox", name, spoken)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw_chevron(self, self.height() / 2)


class NumberBox(QSpinBox):
    """A whole number between least and most."""

    def __init__(self, name: str, spoken: str, *, least: int, most: int, value: int) -> None:
        super().__init__()
        wear_box(self, "QSpinBox", name, spoken)
        self.lineEdit().setTextMargins(8, 0, 0, 0)
        self.setRange(least, most)
        self.setValue(value)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw_chevron(self, self.height() / 2 - 6, is_up=True)
        draw_chevron(self, self.height() / 2 + 6)


class RadioChoice(QRadioButton):
    """One of several, all of which are seen; hint is a small line that screen readers say too."""

    def __init__(self, name: str, words: str, hint: str) -> None:
        super().__init__(words)
        self.setObjectName(name)
        self.setAccessibleDescription(hint)
        dress(self, _RADIO)
