"""The tray icon: open the desk, dial again, type a number, send a fax, quit.

Where the desktop has no tray nothing is shown, and closing the window quits. GUI thread. Read next:
main_window.py, quick_dial.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.notices import Notice, NoticeKind
from rcdesk.core.recents import RecentCall
from rcdesk.ui.icons import icon
from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.quick_dial import QuickDial
from rcdesk.ui.theme import theme

RECENTS_SHOWN = 5


class Tray(QObject):
    """The icon and its menu; is_available says whether there is one."""

    def __init__(self, desk: Desk, window: MainWindow) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._is_available = QSystemTrayIcon.isSystemTrayAvailable()
        self._quick_dial: QuickDial | None = None
        self.menu = QMenu(window)
        self.menu.setObjectName("trayMenu")
        self._icon = QSystemTrayIcon(self)
        self._icon.setToolTip("rcdesk")
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._activated)
        self._recolor()
        self._rebuild()
        theme().changed.connect(self._recolor)
        desk.calls.recents_changed.connect(self._rebuild)
        desk.faxes.jobs_changed.connect(self._rebuild)
        desk.session.account_changed.connect(self._rebuild)
        desk.notices.posted.connect(self._posted)
        window.hidden_to_tray.connect(self._say_once)
        window.has_tray = self._is_available
        if self._is_available:
            self._icon.show()

    @property
    def is_available(self) -> bool:
        """True when the desktop shows tray icons."""
        return self._is_available

    def hide(self) -> None:
        """Take the icon away; part of shutdown."""
        self._icon.hide()

    @Slot()
    def open_quick_dial(self) -> None:
        """Show the small window for a number."""
        account = self._desk.session.account
        dialog = QuickDial(account.home_country if account is not None else "US", self._window)
        dialog.call_asked.connect(self._window.dial)
        dialog.fax_asked.connect(self._window.new_fax)
        self._quick_dial = dialog
        dialog.open()
        dialog.activateWindow()

    @Slot()
    def _rebuild(self) -> None:
        """Fill the menu again; it is small."""
        menu = self.menu
        menu.clear()
        account = self._desk.session.account
        if account is not None:
            menu.addAction(account.name).setEnabled(False)
            menu.addSeparator()
        menu.addAction(icon("hash"), self.tr("Type a number…")).triggered.connect(self.open_quick_dial)
        recents = self._desk.calls.recents[:RECENTS_SHOWN]
        if recents:
            menu.addSection(self.tr("Recent"))
        for recent in recents:
            action = menu.addAction(icon("phone-out"), _recent_words(recent))
            action.triggered.connect(partial(self._dial, recent.number))
        menu.addSeparator()
        menu.addAction(icon("compose"), self.tr("Send a fax…")).triggered.connect(self._send_fax)
        menu.addAction(icon("queue"), self._queue_words()).triggered.connect(self._show_queue)
        menu.addSeparator()
        menu.addAction(icon("window"), self.tr("Open rcdesk")).triggered.connect(self._window.bring_up)
        menu.addAction(icon("quit"), self.tr("Quit")).triggered.connect(self._window.quit_requested)

    def _queue_words(self) -> str:
        count = sum(1 for j in self._desk.faxes.jobs if not j.state.is_final)
        return self.tr("Queue ({0} going out)").format(count) if count else self.tr("Queue")

    def _dial(self, number: str, _is_checked: bool = False) -> None:
        self._window.dial(number)

    @Slot()
    def _send_fax(self) -> None:
        self._window.new_fax()

    @Slot()
    def _show_queue(self) -> None:
        self._window.bring_up()
        self._window.show_page("queue")

    @Slot(QSystemTrayIcon.ActivationReason)
    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        """A click opens the desk, or hides it when it is in front."""
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            if self._window.isActiveWindow():
                self._window.hide()
            else:
                self._window.bring_up()

    @Slot()
    def _recolor(self) -> None:
        self._icon.setIcon(icon("rcdesk"))

    @Slot()
    def _say_once(self) -> None:
        if self._desk.preferences.value.said_close_to_tray:
            return
        self._desk.preferences.update(said_close_to_tray=True)
        words = self.tr("rcdesk goes on in the tray: faxes keep going out. Quit it from the icon’s menu.")
        self._icon.showMessage("rcdesk", words, icon("rcdesk"))

    @Slot(object)
    def _posted(self, notice: Notice) -> None:
        if self._is_available and not self._window.isActiveWindow():
            is_bad = notice.kind in (NoticeKind.ERROR, NoticeKind.WARNING)
            sign = QSystemTrayIcon.MessageIcon.Warning if is_bad else QSystemTrayIcon.MessageIcon.Information
            self._icon.showMessage(notice.title, notice.text, sign)


def _recent_words(recent: RecentCall) -> str:
    from rcdesk.core.phone_number import pretty

    return recent.name or pretty(recent.number)
