"""PresenceButton: the line at the foot of the side bar that says whether calls are taken, and its menu.

A dot with a shape of its own for each state, and the words; while the session is not in order it says that
instead. Clicking opens the choices. GUI thread. Read next: presence_menu.py, side_bar.py.
"""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton

from rcdesk.bridge.account.presence_desk import PresenceDesk
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.ui.account.presence_menu import presence_entries, presence_words
from rcdesk.ui.kit.look import color, named, smooth
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.kit.value_menu import TrayMenu

NARROW_PX = 40
_DOT_PX = 8
_LEAST_PX = 60
_WRAPPED = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


class PresenceButton(QAbstractButton):
    """follow() gives it the presence, show_session() the words for what is more serious or all there is."""

    def __init__(self) -> None:
        super().__init__()
        self._presence: PresenceDesk | None = None
        self._session_words = ""
        self._lack = ""
        self._state = SessionState.SIGNED_OUT
        self._token = ""
        self._is_narrow = False
        self.menu: TrayMenu | None = None
        """The choices once they were opened."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._minute = single_shot(self, self._refresh)
        self._minute.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self.clicked.connect(self.open_menu)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.update)

    def follow(self, presence: PresenceDesk) -> None:
        self._presence = presence
        presence.changed.connect(self._refresh)
        self._refresh()

    def show_session(self, words: str, state: SessionState) -> None:
        """What to say while presence is not known or cannot be asked for."""
        self._session_words, self._state = words, state
        self._refresh()

    def show_lack(self, reason: str) -> None:
        """Why nothing can be chosen here, "" when it can."""
        self._lack = reason
        self._refresh()

    def set_narrow(self, is_narrow: bool) -> None:
        self._is_narrow = is_narrow
        self._refresh()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """A small line, two where one does not hold the words, or room for the dot."""
        if self._is_narrow:
            return QSize(NARROW_PX, 28)
        more = (self._lines() - 1) * QFontMetrics(self._font()).lineSpacing()
        return QSize(60, self._font().pixelSize() + 8 + more)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.sizeHint().height())

    @Slot()
    def open_menu(self) -> None:
        """The choices, above the line; nothing while there is nothing to choose."""
        desk = self._presence
        if desk is None or self._state is not SessionState.SIGNED_IN:
            return
        if self.menu is None:
            self.menu = named(TrayMenu(self), "presenceMenu")
        self.menu.show_entries(presence_entries(desk, datetime.now(UTC), self._lack))
        corner = self.mapToGlobal(QPoint(-8, 0))
        self.menu.popup(corner - QPoint(0, self.menu.sizeHint().height() + 4))

    @Slot()
    def _refresh(self) -> None:
        words, token = self._session_words, ""
        if self._presence is not None and self._state is SessionState.SIGNED_IN:
            now = datetime.now(UTC)
            said, token = presence_words(self._presence.presence, now)
            words = said or words
            has_end = self._presence.presence is not None and self._presence.presence.until is not None
            if has_end and not self._minute.isActive():
                self._minute.start(30 * 60_000)
        self._token = token
        self.setText(words)
        self.setAccessibleName(self.tr("{0}. Change").format(words) if token and not self._lack else words)
        self.setAccessibleDescription(self._lack)
        self.setToolTip(self._lack or words)
        self.setVisible(bool(words) and (not self._is_narrow or bool(token)))
        if self.menu is not None and self._presence is not None and self.menu.isVisible():
            self.menu.show_entries(presence_entries(self._presence, datetime.now(UTC), self._lack))
        self.updateGeometry()
        self.update()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(round(12 * theme().scale))
        return font

    def _lines(self) -> int:
        """How many lines the words take at this width, two at most."""
        if self._is_narrow or self.width() <= _LEAST_PX:
            return 1
        metrics = QFontMetrics(self._font())
        room = QRect(0, 0, self.width() - _DOT_PX - 6, 1000)
        height = metrics.boundingRect(room, _WRAPPED, self.text()).height()
        return min(2, max(1, round(height / metrics.lineSpacing())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may want another number of lines."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = smooth(self)
        middle = self.height() / 2 / (1 if self._is_narrow else self._lines())
        left = 0.0
        if self._token:
            left = (self.width() - _DOT_PX) / 2 if self._is_narrow else 0.5
            self._paint_dot(painter, QRectF(left, middle - _DOT_PX / 2, _DOT_PX, _DOT_PX))
            left += _DOT_PX + 6
        if not self._is_narrow:
            font = self._font()
            font.setUnderline(self.underMouse() and bool(self._token))
            painter.setFont(font)
            painter.setPen(color("ink2"))
            area = self.rect().adjusted(round(left), 0, 0, 0)
            if self._lines() > 1:
                painter.drawText(area, _WRAPPED, self.text())
            else:
                elided = painter.fontMetrics().elidedText(
                    self.text(), Qt.TextElideMode.ElideRight, area.width()
                )
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, elided)
        if self.hasFocus() and self.property("keyboardFocus"):
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_dot(self, painter: QPainter, place: QRectF) -> None:
        """Full for taking calls, with a bar for none, a ring for some: told apart without colours."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._token))
        painter.drawEllipse(place)
        if self._token == "bad":
            painter.setPen(QPen(color("sidebar"), 1.6))
            half = QPointF(2.2, 0)
            painter.drawLine(place.center() - half, place.center() + half)
        elif self._token != "good":
            painter.setBrush(color("sidebar"))
            painter.drawEllipse(place.adjusted(2, 2, -2, -2))
