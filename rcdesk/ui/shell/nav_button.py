"""NavButton: one entry of the side bar, a page with its icon and the count of what waits there as a pill.

Painted from the tokens; narrow it is the icon alone. GUI thread. Read next: side_bar.py.
"""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton

from rcdesk.ui.kit.look import color, font_of, glyph, named, smooth


class NavPlace(Struct, frozen=True, kw_only=True):
    """An entry of the side bar; name is the page's name, keys open it."""

    name: str
    words: str
    icon_name: str
    keys: str


class NavButton(QAbstractButton):
    """One entry with its count as a pill."""

    def __init__(self, place: NavPlace) -> None:
        super().__init__()
        self.place = place
        self._count = 0
        self._tone = ""
        self._is_narrow = False
        named(self, f"nav_{place.name}", place.words)
        self.setText(place.words)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(max(36, self.fontMetrics().height() + 16))
        self._retip()

    def sizeHint(self) -> QSize:
        return QSize(184, 36)

    def set_count(self, count: int, tone: str = "", note: str = "") -> None:
        """Show a number, nothing for 0. tone: "" calm, wait or bad; note says for screen readers why."""
        self._count, self._tone = count, tone
        parts = [self.text(), str(count) if count else "", note if count else ""]
        self.setAccessibleName(", ".join(filter(None, parts)))
        self._retip()
        self.update()

    def set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self._retip()
        self.update()

    def set_narrow(self, is_narrow: bool) -> None:
        """Only the icon, with a tooltip."""
        self._is_narrow = is_narrow
        self._retip()
        self.update()

    def _retip(self) -> None:
        """The words of an icon alone or of a coloured pill, and the keys."""
        words = self.accessibleName() if self._is_narrow or self._tone else self.text()
        keys = QKeySequence(self.place.keys).toString(QKeySequence.SequenceFormat.NativeText)
        self.setToolTip(f"{words} · {keys}")

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
        rect = QRectF(self.rect())
        is_on = self.isChecked()
        if is_on or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("navsel" if is_on else "press"))
            painter.drawRoundedRect(rect, 8, 8)
        if self.hasFocus() and self.property("keyboardFocus"):
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 8, 8)
        token = "ink" if is_on else "ink2"
        x = (self.width() - 20) // 2 if self._is_narrow else 12
        sign = glyph(self.place.icon_name, token, 20, self.devicePixelRatioF())
        painter.drawPixmap(x, (self.height() - 20) // 2, sign)
        if not self._is_narrow:
            font = QFont(self.font())
            font.setWeight(QFont.Weight.DemiBold if is_on else QFont.Weight.Medium)
            painter.setFont(font)
            painter.setPen(color(token))
            painter.drawText(self.rect().adjusted(42, 0, -40, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._count:
            self._pill(painter)

    def _pill(self, painter: QPainter) -> None:
        back, ink = {
            "bad": ("bad", "onaccent"),
            "wait": ("wait", "onwait"),
        }.get(self._tone, ("press", "ink2"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(back))
        if self._is_narrow:
            self._badge(painter)
            return
        size = max(11, painter.fontMetrics().height() - 5)
        painter.setFont(font_of(self.font(), size, QFont.Weight.DemiBold))
        words = str(self._count) if self._count < 1000 else "999+"
        width = max(24, painter.fontMetrics().horizontalAdvance(words) + 14)
        pill = QRectF(self.width() - 8 - width, (self.height() - 20) / 2, width, 20)
        painter.drawRoundedRect(pill, 10, 10)
        painter.setPen(color(ink))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)

    def _badge(self, painter: QPainter) -> None:
        """The number at the corner of the icon."""
        painter.setFont(font_of(self.font(), 10, QFont.Weight.Bold))
        words = str(self._count) if self._count < 100 else "99+"
        width = max(17, painter.fontMetrics().horizontalAdvance(words) + 8)
        badge = QRectF(self.width() - width, 0, width, 17)
        painter.setBrush(color(self._tone or "ink2"))
        painter.drawRoundedRect(badge, 8.5, 8.5)
        painter.setPen(color({"bad": "onaccent", "wait": "onwait"}.get(self._tone, "sidebar")))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
