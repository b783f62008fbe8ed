"""The tray icon: open the desk, dial again, type a number, send a fax, quit; and what it tells meanwhile.

A fax that failed or needs the user is told by the desktop, several at once as one message; a click opens it.
Nothing takes the focus. Where the desktop has no tray nothing is lost: the task bar marks the window, the
badges of the side bar stay until the faxes were seen, and closing the window quits. GUI thread.
Read next: main_window.py, quick_dial.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.notices import Notice, NoticeKind
from rcdesk.core.fax import FaxJob, FaxState
from rcdesk.core.recents import RecentCall
from rcdesk.ui.fax_words import folder_of, pages_words, sentence, who
from rcdesk.ui.icons import icon
from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.quick_dial import QuickDial
from rcdesk.ui.theme import theme

RECENTS_SHOWN = 5
GATHER_MS = 800


class Tray(QObject):
    """The icon and its menu; is_available says whether there is one."""

    def __init__(self, desk: Desk, window: MainWindow) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._is_available = QSystemTrayIcon.isSystemTrayAvailable()
        self._quick_dial: QuickDial | None = None
        self._ended: list[FaxJob] = []
        self._told: tuple[FaxJob, ...] = ()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._tell_ended)
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
        desk.faxes.counts_changed.connect(self._rebuild)
        desk.faxes.ended.connect(self._fax_ended)
        self._icon.messageClicked.connect(self._message_clicked)
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

    @property
    def is_telling(self) -> bool:
        """True while something that ended has not been told yet."""
        return bool(self._ended)

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
        counts = self._desk.faxes.counts
        queue = self.tr("Queue ({0} going out)").format(counts.queue) if counts.queue else self.tr("Queue")
        menu.addAction(icon("queue"), queue).triggered.connect(partial(self._show, "queue"))
        if counts.failed_unseen:
            words = self.tr("Failed ({0} new)").format(counts.failed_unseen)
            menu.addAction(icon("failed", "bad"), words).triggered.connect(partial(self._show, "failed"))
        if counts.received_unread:
            words = self.tr("Received ({0} unread)").format(counts.received_unread)
            menu.addAction(icon("inbox"), words).triggered.connect(partial(self._show, "received"))
        menu.addSeparator()
        menu.addAction(icon("window"), self.tr("Open rcdesk")).triggered.connect(self._window.bring_up)
        menu.addAction(icon("quit"), self.tr("Quit")).triggered.connect(self._window.quit_requested)

    def _dial(self, number: str, _is_checked: bool = False) -> None:
        self._window.dial(number)

    @Slot()
    def _send_fax(self) -> None:
        self._window.new_fax()

    def _show(self, page: str, _is_checked: bool = False) -> None:
        self._window.bring_up()
        self._window.show_page(page)

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
    def _fax_ended(self, job: FaxJob) -> None:
        """Gather what ends together, so that a broadcast tells its failures once."""
        kept = self._desk.preferences.value
        is_wanted = kept.notify_successes if job.state is FaxState.SENT else kept.notify_failures
        if is_wanted:
            self._ended.append(job)
            if not self._gather.isActive():
                self._gather.start()

    @Slot()
    def _tell_ended(self) -> None:
        ended, self._ended = tuple(self._ended), []
        bad = tuple(job for job in ended if job.state is not FaxState.SENT)
        good = tuple(job for job in ended if job.state is FaxState.SENT)
        if bad:
            # Marks the window in the task bar; it does not come to the front.
            QApplication.alert(self._window)
        for jobs in (good, bad):
            if not jobs or not self._is_available:
                continue
            self._told = jobs
            title, words = ended_words(jobs)
            is_bad = jobs is bad
            sign = QSystemTrayIcon.MessageIcon.Warning if is_bad else QSystemTrayIcon.MessageIcon.Information
            self._icon.showMessage(title, words, sign)

    @Slot()
    def _message_clicked(self) -> None:
        """Open what the last message was about; a message about nothing in particular opens the desk."""
        told, self._told = self._told, ()
        self._window.bring_up()
        if len(told) == 1:
            self._window.desk_side.open_fax(told[0])
        elif told:
            self._window.show_page(folder_of(told[0]).value)

    @Slot(object)
    def _posted(self, notice: Notice) -> None:
        if self._is_available and not self._window.isActiveWindow():
            is_bad = notice.kind in (NoticeKind.ERROR, NoticeKind.WARNING)
            sign = QSystemTrayIcon.MessageIcon.Warning if is_bad else QSystemTrayIcon.MessageIcon.Information
            self._told = ()
            self._icon.showMessage(notice.title, notice.text, sign)


def ended_words(jobs: Sequence[FaxJob]) -> tuple[str, str]:
    """Title and sentence for faxes that ended together, all well or none; by name."""
    first = jobs[0]
    if len(jobs) == 1:
        if first.state is FaxState.SENT:
            return _tr("Accepted by {0}’s machine").format(who(first)), pages_words(
                first.server_pages or first.pages
            )
        if first.state is FaxState.NEEDS_YOU:
            return _tr("Fax to {0} needs you").format(who(first)), sentence(first)
        return _tr("Fax to {0} failed").format(who(first)), sentence(first)
    names = ", ".join(who(job) for job in jobs[:3]) + ("…" if len(jobs) > 3 else "")
    if first.state is FaxState.SENT:
        return _tr("{0} faxes were accepted").format(len(jobs)), names
    need = sum(1 for job in jobs if job.state is FaxState.NEEDS_YOU)
    if need == len(jobs):
        return _tr("{0} faxes need you").format(need), names
    if need:
        return _tr("Faxes: {0} failed, {1} waiting for your answer").format(len(jobs) - need, need), names
    return _tr("{0} faxes failed").format(len(jobs)), names


def _tr(text: str) -> str:
    return QCoreApplication.translate("Tray", text)


def _recent_words(recent: RecentCall) -> str:
    from rcdesk.core.phone_number import pretty

    return recent.name or pretty(recent.number)
