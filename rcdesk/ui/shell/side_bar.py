"""The side bar: pages with counts, and who is signed in at the bottom.

208 px wide, or 64 with only icons (set_narrow). At the foot one sees whether calls are taken, and a click
changes it (follow). GUI thread. Read next: nav_button.py, presence_button.py, desk_side.py.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QMenu,
    QVBoxLayout,
)

from rcdesk.bridge.account.presence_desk import PresenceDesk
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Account
from rcdesk.core.fax.folder import FolderCounts
from rcdesk.core.messages.conversation import TextCounts
from rcdesk.ui.account.account_menu import AccountMenu
from rcdesk.ui.account.presence_button import PresenceButton
from rcdesk.ui.account.presence_menu import why_no_presence
from rcdesk.ui.kit.badge import Initials
from rcdesk.ui.kit.look import IconButton, across, color, down, dress, fill, glyph, hairline, label, named
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.shell.nav_button import NavButton, NavPlace
from rcdesk.ui.shell.places import KEYS

WIDE_PX = 208
NARROW_PX = 64
NARROW_BELOW_PX = 1000
LOW_BELOW_PX = 680


class SideBar(QFrame):
    """page_asked(name), sign_out_asked(), settings_asked(), scheme_asked("light" | "dark" | "system")."""

    page_asked = Signal(str)
    sign_out_asked = Signal()
    quit_asked = Signal()
    scheme_asked = Signal(str)
    settings_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "sideBar", self.tr("Pages"))
        dress(self, "#sideBar { background: $sidebar; border: none; border-right: 1px solid $hairline; }")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, NavButton] = {}
        self._name_label = label("", "rowTitle")
        self._accounts: AccountMenu | None = None
        self._state = named(PresenceButton(), "sessionState")
        self._late = named(label(self.tr("News come late"), "small"), "newsLate")
        self._late.setToolTip(
            self.tr("RingCentral's news do not get through. rcdesk asks every minute or two instead.")
        )
        self._late.hide()
        self._is_late = False
        self._initials = Initials()
        self._word = label("rcdesk", "rowTitle")
        self._logo = PlainLabel()
        self._faxes = label(self.tr("FAXES"), "label")
        dress(self._faxes, "font-size: 11px; font-weight: 600; color: $ink2; padding-left: 12px;")
        self._line = hairline()
        self._menu_button = IconButton("gear", self.tr("Account and settings"), size=18, act=self._open_menu)
        self._menu_button.setObjectName("accountMenuButton")
        self._build()
        self._paint_logo()
        theme().changed.connect(self._paint_logo)
        self.set_narrow(False)

    def _build(self) -> None:
        head = across(self._logo, (self._word, 1), margins=(6, 0, 0, 0), spacing=10)
        layout = self._rows = down(head, 24, of=self, margins=(12, 16, 12, 16), spacing=4)
        self._add(layout, "phone", self.tr("Phone"), "phone")
        self._add(layout, "messages", self.tr("Messages"), "message")
        self._add(layout, "voicemail", self.tr("Voicemail"), "voicemail")
        self._add(layout, "calls", self.tr("Calls"), "clock")
        self._add(layout, "people", self.tr("People"), "people")
        fill(layout, 8, self._faxes, self._line, 2)
        self._add(layout, "fax", self.tr("New fax"), "compose")
        self._add(layout, "received", self.tr("Received"), "inbox")
        self._add(layout, "queue", self.tr("Queue"), "queue")
        self._add(layout, "sent", self.tr("Sent"), "sent")
        self._add(layout, "failed", self.tr("Failed"), "failed")
        self._add(layout, "drafts", self.tr("Drafts"), "draft")
        fill(layout, ..., hairline(), 10)
        self._menu_button.setFixedWidth(28)
        words = down(self._name_label, self._state, self._late, spacing=1)
        self._foot = across(self._initials, (words, 1), self._menu_button, spacing=8)
        layout.addLayout(self._foot)

    def _add(self, layout: QVBoxLayout, name: str, words: str, icon_name: str) -> None:
        button = NavButton(NavPlace(name=name, words=words, icon_name=icon_name, keys=KEYS[name]))
        self._group.addButton(button)
        self._buttons[name] = button
        layout.addWidget(button)
        button.clicked.connect(self._clicked)

    def set_narrow(self, is_narrow: bool) -> None:
        """64 px with icons, or 208 px with words."""
        self.setFixedWidth(NARROW_PX if is_narrow else WIDE_PX)
        for part in (self._word, self._faxes, self._name_label, self._initials):
            part.setVisible(not is_narrow)
        self._line.setVisible(is_narrow)
        self._late.setVisible(self._is_late and not is_narrow)
        self._state.set_narrow(is_narrow)
        # One above the other where there is no room beside it.
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._foot.setDirection(down if is_narrow else right)
        middle = Qt.AlignmentFlag.AlignHCenter if is_narrow else Qt.AlignmentFlag.AlignVCenter
        self._foot.setAlignment(self._menu_button, middle)
        for button in self._buttons.values():
            button.set_narrow(is_narrow)

    def fit(self, window: QSize) -> None:
        """Narrow in a narrow window, and with the rows closer together in a low one."""
        self.set_narrow(window.width() < NARROW_BELOW_PX)
        self._rows.setSpacing(0 if window.height() < LOW_BELOW_PX else 4)

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

    def set_drafts(self, count: int) -> None:
        """Faxes that were begun and not sent."""
        self._buttons["drafts"].set_count(count)

    @Slot(bool)
    def set_fax_open(self, is_open: bool) -> None:
        """The composer holds a fax: its entry leads back to that one, and does not begin a new one."""
        self._buttons["fax"].set_words(self.tr("Open fax") if is_open else self.tr("New fax"))

    @Slot(int)
    def set_voicemails(self, count: int) -> None:
        """Voicemails nobody has heard."""
        self._buttons["voicemail"].set_count(count, "", self.tr("new"))

    def set_missed(self, count: int) -> None:
        """Missed calls nobody has looked at."""
        self._buttons["calls"].set_count(count, "bad", self.tr("missed"))

    def set_texts(self, counts: TextCounts) -> None:
        """Texts nobody has read."""
        self._buttons["messages"].set_count(counts.unread, "", self.tr("unread"))

    def follow(self, presence: PresenceDesk) -> None:
        """Show this presence at the foot, with its menu."""
        self._state.follow(presence)

    def show_late(self, is_late: bool) -> None:
        """Say that what is shown may be a minute or two old, or no longer."""
        self._is_late = is_late
        self._late.setVisible(is_late and self.width() == WIDE_PX)

    def offer_accounts(self, accounts: AccountMenu) -> None:
        """Put these accounts into the menu at the foot."""
        self._accounts = accounts

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
        self._state.show_session(words if name else "", state)
        self._state.show_lack(why_no_presence(account))
        self._menu_button.setToolTip(f"{name}: {words}" if name else words)

    @Slot()
    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, NavButton):
            self.page_asked.emit(button.place.name)

    @Slot()
    def _open_menu(self) -> None:
        menu = named(QMenu(self), "accountMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._accounts is not None:
            self._accounts.add_to(menu)
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
