"""The side bar: pages with counts, and who is signed in at the bottom.

208 px wide, or 64 with only icons (set_narrow). GUI thread. Read next: main_window.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QFont, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.session_desk import SessionState
from rcdesk.core.account import Account
from rcdesk.core.folder import FolderCounts
from rcdesk.ui.initials import Initials
from rcdesk.ui.look import IconButton, color, dress, glyph, hairline, label
from rcdesk.ui.theme import theme

WIDE_PX = 208
NARROW_PX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entry of the side bar; name is the page's name."""

    name: str
    words: str
    icon_name: str


class NavButton(QAbstractButton):
    """One entry with its count as a pill."""

    def __init__(self, place: Place, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        self._count = 0
        self._tone = ""
        self._is_narrow = False
        self.setObjectName(f"nav_{place.name}")
        self.setText(place.words)
        self.setAccessibleName(place.words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(max(36, self.fontMetrics().height() + 16))

    def sizeHint(self) -> QSize:
        """A row of 36."""
        return QSize(184, 36)

    def set_count(self, count: int, tone: str = "", note: str = "") -> None:
        """Show a number, nothing for 0. tone: "" calm, wait or bad; note says for screen readers why."""
        self._count, self._tone = count, tone
        parts = [self.place.words, str(count) if count else "", note if count else ""]
        self.setAccessibleName(", ".join(filter(None, parts)))
        self._retip()
        self.update()

    def set_narrow(self, is_narrow: bool) -> None:
        """Only the icon, with a tooltip."""
        self._is_narrow = is_narrow
        self._retip()
        self.update()

    def _retip(self) -> None:
        """Words for an icon alone, and the reason for a coloured pill."""
        self.setToolTip(self.accessibleName() if self._is_narrow or self._tone else "")

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the hover colour."""
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Back to calm."""
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: object) -> None:
        """Icon, word and pill on the colour of the state."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
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
        painter.end()

    def _pill(self, painter: QPainter) -> None:
        back, ink = {
            "bad": ("bad", "onaccent"),
            "wait": ("wait", "onwait"),
        }.get(self._tone, ("press", "ink2"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(back))
        if self._is_narrow:
            painter.setBrush(color(self._tone or "accent"))
            painter.drawEllipse(QPointF(self.width() - 9, 9), 4, 4)
            return
        font = QFont(self.font())
        font.setPixelSize(max(11, painter.fontMetrics().height() - 5))
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        words = str(self._count) if self._count < 1000 else "999+"
        width = max(24, painter.fontMetrics().horizontalAdvance(words) + 14)
        pill = QRectF(self.width() - 8 - width, (self.height() - 20) / 2, width, 20)
        painter.drawRoundedRect(pill, 10, 10)
        painter.setPen(color(ink))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)


class SideBar(QFrame):
    """page_asked(name), sign_out_asked(), settings_asked(), scheme_asked("light" | "dark" | "system")."""

    page_asked = Signal(str)
    sign_out_asked = Signal()
    quit_asked = Signal()
    scheme_asked = Signal(str)
    settings_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sideBar")
        self.setAccessibleName(self.tr("Pages"))
        dress(self, "#sideBar { background: $sidebar; border: none; border-right: 1px solid $hairline; }")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, NavButton] = {}
        self._name_label = label("", "rowTitle")
        self._state_label = label("", "small")
        self._state_label.setObjectName("sessionState")
        self._initials = Initials()
        self._word = label("rcdesk", "rowTitle")
        self._logo = QLabel()
        self._section = label(self.tr("FAXES"), "label")
        dress(self._section, "font-size: 11px; font-weight: 600; color: $ink2; padding-left: 12px;")
        self._menu_button = IconButton("gear", self.tr("Account and settings"), size=18)
        self._menu_button.setObjectName("accountMenuButton")
        self._build()
        self._paint_logo()
        theme().changed.connect(self._paint_logo)
        self.set_narrow(False)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 16, 12, 16)
        layout.setSpacing(4)
        head = QHBoxLayout()
        head.setContentsMargins(6, 0, 0, 0)
        head.setSpacing(10)
        head.addWidget(self._logo)
        head.addWidget(self._word, 1)
        layout.addLayout(head)
        layout.addSpacing(24)
        self._add(layout, Place(name="phone", words=self.tr("Phone"), icon_name="phone"))
        self._add(layout, Place(name="fax", words=self.tr("New fax"), icon_name="compose"))
        layout.addSpacing(8)
        layout.addWidget(self._section)
        layout.addSpacing(2)
        self._add(layout, Place(name="queue", words=self.tr("Queue"), icon_name="queue"))
        self._add(layout, Place(name="sent", words=self.tr("Sent"), icon_name="sent"))
        self._add(layout, Place(name="failed", words=self.tr("Failed"), icon_name="failed"))
        self._add(layout, Place(name="received", words=self.tr("Received"), icon_name="inbox"))
        layout.addStretch(1)
        layout.addWidget(hairline())
        layout.addSpacing(10)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(8)
        self._menu_button.setFixedWidth(28)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._name_label)
        words.addWidget(self._state_label)
        self._foot.addWidget(self._initials)
        self._foot.addLayout(words, 1)
        self._foot.addWidget(self._menu_button)
        layout.addLayout(self._foot)
        self._menu_button.clicked.connect(self._open_menu)

    def _add(self, layout: QVBoxLayout, place: Place) -> None:
        button = NavButton(place)
        self._group.addButton(button)
        self._buttons[place.name] = button
        layout.addWidget(button)
        button.clicked.connect(self._clicked)

    def set_narrow(self, is_narrow: bool) -> None:
        """64 px with icons, or 208 px with words."""
        self.setFixedWidth(NARROW_PX if is_narrow else WIDE_PX)
        for part in (self._word, self._section, self._name_label, self._state_label, self._initials):
            part.setVisible(not is_narrow)
        for button in self._buttons.values():
            button.set_narrow(is_narrow)

    def mark(self, name: str) -> None:
        """Show which page is open."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)

    def set_counts(self, counts: FolderCounts) -> None:
        """The pills: what is in the queue, failures not seen, unread received faxes."""
        needs_you = (
            self.tr("{0} waiting for your answer").format(counts.needs_you) if counts.needs_you else ""
        )
        self._buttons["queue"].set_count(counts.queue, "wait" if counts.needs_you else "", needs_you)
        self._buttons["failed"].set_count(counts.failed_unseen, "bad", self.tr("not seen yet"))
        self._buttons["received"].set_count(counts.received_unread, "", self.tr("unread"))

    def show_person(self, account: Account | None, state: SessionState) -> None:
        """Who is signed in, and whether RingCentral can be reached."""
        name = account.name if account is not None else ""
        extension = account.extension_number if account is not None else ""
        words = {
            SessionState.SIGNED_OUT: self.tr("Signed out"),
            SessionState.SIGNING_IN: self.tr("Signing in…"),
            SessionState.SIGNED_IN: self.tr("Extension {0}").format(extension)
            if extension
            else self.tr("Signed in"),
            SessionState.OFFLINE: self.tr("No connection"),
            SessionState.NEEDS_SIGN_IN: self.tr("Sign in again"),
        }[state]
        self._initials.set_name(name)
        self._name_label.ensurePolished()
        metrics = self._name_label.fontMetrics()
        shown = metrics.elidedText(name or words, Qt.TextElideMode.ElideRight, 104)
        self._name_label.setText(shown)
        self._name_label.setToolTip(name)
        self._state_label.setText(words if name else "")
        self._menu_button.setToolTip(f"{name}: {words}" if name else words)

    @Slot()
    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, NavButton):
            self.page_asked.emit(button.place.name)

    @Slot()
    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        look = menu.addMenu(self.tr("Colours"))
        look.addAction(self.tr("Like the system")).triggered.connect(lambda: self.scheme_asked.emit("system"))
        look.addAction(self.tr("Light")).triggered.connect(lambda: self.scheme_asked.emit("light"))
        look.addAction(self.tr("Dark")).triggered.connect(lambda: self.scheme_asked.emit("dark"))
        settings = menu.addAction(self.tr("Settings…"))
        settings.setShortcut(QKeySequence("Ctrl+,"))
        settings.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        settings.triggered.connect(self.settings_asked)
        menu.addSeparator()
        menu.addAction(self.tr("Sign out")).triggered.connect(self.sign_out_asked)
        menu.addAction(self.tr("Quit rcdesk")).triggered.connect(self.quit_asked)
        corner = self._menu_button.mapToGlobal(self._menu_button.rect().topLeft())
        menu.popup(corner - QPoint(0, menu.sizeHint().height()))

    @Slot()
    def _paint_logo(self) -> None:
        dpr = self.devicePixelRatioF()
        sign = glyph("phone", "onaccent", 18, dpr)
        self._logo.setPixmap(sign)
        self._logo.setFixedSize(30, 30)
        self._logo.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._logo.setStyleSheet(f"background: {color('accent').name()}; border-radius: 8px;")
