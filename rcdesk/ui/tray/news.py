"""What the desktop is told while one looks elsewhere: faxes that ended, missed calls, calls that fail.

What comes together is gathered for a moment and told once, by name. A click opens what it was about. Nothing
takes the focus: the window is only marked in the task bar, and where the desktop has no tray the badges of
the side bar stay until the news was seen. GUI thread. Read next: tray.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from rcdesk.bridge.account.notices import Notice, NoticeKind
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core import spoken_time
from rcdesk.core.calls.call import Call, CallState
from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.plain_text import one_line, plain
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.words import call_words
from rcdesk.ui.words.fax_words import folder_of, pages_words, sentence, who

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage

_tr = partial(QCoreApplication.translate, "Tray")

GATHER_MS = 800
_WARNING = QSystemTrayIcon.MessageIcon.Warning
_INFORMATION = QSystemTrayIcon.MessageIcon.Information


_BUS = "org.freedesktop.DBus"
_NOTIFICATIONS = "org.freedesktop.Notifications"
_TRAY = "org.kde.StatusNotifierWatcher"
_MARKUP = "body-markup"
_TIMEOUT_MS = 5000
_HARMLESS = str.maketrans({"<": "\u2039", ">": "\u203a", "&": "+"})


class NoteText(QObject):
    """text() makes a sentence fit for the desktop; ask() finds out who shows it.

    A notification daemon with "body-markup" reads tags in the text (Desktop Notifications Specification), and
    Qt hands it the text as it is; its own balloon shows plain text. Until it is known who shows it, the text
    is written so that nobody finds a tag in it.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reads_markup: bool | None = None
        self._asked: list[QObject] = []

    @property
    def is_known(self) -> bool:
        return self._reads_markup is not None

    def ask(self) -> None:
        """Ask on the session's bus, if there is one. Nothing waits for the answer."""
        if not sys.platform.startswith("linux"):
            self._reads_markup = False
            return
        try:
            from PySide6.QtDBus import QDBusMessage
        except ImportError:
            return
        has_owner = QDBusMessage.createMethodCall(_BUS, f"/{_BUS.replace('.', '/')}", _BUS, "NameHasOwner")
        has_owner.setArguments([_TRAY])
        self._call(has_owner)

    def text(self, words: str) -> str:
        """The sentence, in which every sign means itself."""
        if self._reads_markup is None:
            return words.translate(_HARMLESS)
        if not self._reads_markup:
            return words
        from html import escape

        return escape(words, quote=False)

    def _call(self, message: QDBusMessage) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if bus.isConnected():
            watcher = QDBusPendingCallWatcher(bus.asyncCall(message, _TIMEOUT_MS), self)
            watcher.finished.connect(self._heard)
            self._asked.append(watcher)

    @Slot("QDBusPendingCallWatcher*")
    def _heard(self, watcher: Any) -> None:
        from PySide6.QtDBus import QDBusMessage

        answer = next(iter(watcher.reply().arguments()), None)
        if answer is True:
            path = f"/{_NOTIFICATIONS.replace('.', '/')}"
            self._call(QDBusMessage.createMethodCall(_NOTIFICATIONS, path, _NOTIFICATIONS, "GetCapabilities"))
        elif answer is False:
            # No tray on D-Bus: Qt shows the message itself, as plain text.
            self._reads_markup = False
        elif isinstance(answer, list):
            self._reads_markup = _MARKUP in answer


class TrayNews(QObject):
    """Gathers and tells through the icon; is_telling while something gathered has not been told yet."""

    def __init__(self, desk: Desk, window: MainWindow, sign: QSystemTrayIcon, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = window
        self._icon = sign
        self.is_available = False
        self._ended: list[FaxJob] = []
        self._missed: list[PastCall] = []
        self._coached: set[str] = set()
        self._open: Callable[[], None] | None = None
        self._note = NoteText(self)
        self._note.ask()
        self._gather = single_shot(self, self._tell_gathered, GATHER_MS)
        self._click = single_shot(self, self._open_told)
        desk.notices.posted.connect(self._posted)
        sign.messageClicked.connect(self._click.start)
        sign.activated.connect(self._click.stop)

    def follow(self) -> None:
        """Hear of faxes and calls from now on."""
        self._desk.faxes.ended.connect(self._fax_ended)
        self._desk.history.missed.connect(self._calls_missed)
        self._desk.calls.call_changed.connect(self._call_changed)

    @property
    def is_telling(self) -> bool:
        """True while something that ended has not been told yet."""
        return bool(self._ended or self._missed)

    def say_hidden(self) -> None:
        """The window was closed for the first time and went into the tray."""
        text = self.tr(
            "rcdesk stays in the tray: faxes keep going out, and you hear of missed calls. Quit it from the "
            "icon’s menu; to turn this off, look in Settings, Window."
        )
        self._tell("rcdesk", text, None, is_bad=False)

    def stop(self) -> None:
        self._gather.stop()
        self._click.stop()

    def _tell(self, title: str, text: str, then: Callable[[], None] | None, *, is_bad: bool) -> None:
        if self.is_available:
            self._open = then
            title, text = one_line(title), self._note.text(plain(text))
            if title == "rcdesk":
                self._icon.showMessage(title, text, icon("rcdesk"))
            else:
                self._icon.showMessage(title, text, _WARNING if is_bad else _INFORMATION)

    @Slot(object)
    def _fax_ended(self, job: FaxJob) -> None:
        kept = self._desk.preferences.value
        if kept.notify_successes if job.state is FaxState.SENT else kept.notify_failures:
            self._ended.append(job)
            self._tell_soon()

    @Slot(object)
    def _calls_missed(self, calls: tuple[PastCall, ...]) -> None:
        if self._desk.preferences.value.notify_missed_calls and calls:
            self._missed.extend(calls)
            self._tell_soon()

    def _tell_soon(self) -> None:
        if not self._gather.isActive():
            self._gather.start()

    @Slot()
    def _tell_gathered(self) -> None:
        ended, self._ended = tuple(self._ended), []
        missed, self._missed = tuple(self._missed), []
        bad = tuple(job for job in ended if job.state is not FaxState.SENT)
        good = tuple(job for job in ended if job.state is FaxState.SENT)
        if bad or missed:
            # Marks the window in the task bar; it does not come to the front.
            QApplication.alert(self._window)
        for jobs in (good, bad):
            if jobs:
                title, text = ended_words(jobs)
                self._tell(title, text, partial(self._open_faxes, jobs), is_bad=jobs is bad)
        if missed:
            account = self._desk.session.account
            title, text = missed_words(missed, account.home_country if account is not None else "US")
            self._tell(title, text, partial(self._open_page, "calls"), is_bad=False)

    @Slot(object)
    def _call_changed(self, call: Call) -> None:
        """Behind other windows one must hear that a phone rings, and why a call did not happen."""
        is_ringing = call.state is CallState.RINGING_YOU and call.id not in self._coached
        is_over = call.state in (CallState.FAILED, CallState.ENDED_UNKNOWN)
        if not (is_ringing or is_over):
            return
        if is_over:
            if call.id + "!" in self._coached:
                return
            # Of calls that are no longer listed nothing will be heard.
            known = {one.id for one in self._desk.calls.calls}
            self._coached = {key for key in self._coached if key.rstrip("!") in known}
            self._coached.add(call.id + "!")
        self._coached.add(call.id)
        if self._window.isActiveWindow():
            return
        if is_over:
            QApplication.alert(self._window)
        account = self._desk.session.account
        name = call.request.to_name or _pretty(
            call.request.to_number, account.home_country if account is not None else "US"
        )
        pattern = self.tr("The call to {0} failed") if is_over else self.tr("Calling {0}")
        if call.state is CallState.ENDED_UNKNOWN:
            pattern = self.tr("The call to {0} is over")
        self._tell(
            pattern.format(name), call_words.coach(call), partial(self._open_page, "phone"), is_bad=is_over
        )

    @Slot(object)
    def _posted(self, notice: Notice) -> None:
        if not self._window.isActiveWindow():
            is_bad = notice.kind in (NoticeKind.ERROR, NoticeKind.WARNING)
            self._tell(notice.title, notice.text, None, is_bad=is_bad)

    @Slot()
    def _open_told(self) -> None:
        """Open what the last message was about; a message about nothing in particular opens the desk.

        A click on the icon itself takes a message away and is told as one on it: those are not listened to.
        """
        then, self._open = self._open, None
        self._window.bring_up()
        if then is not None:
            then()

    def _open_page(self, page: str) -> None:
        self._window.show_page(page)

    def _open_faxes(self, jobs: tuple[FaxJob, ...]) -> None:
        if len(jobs) == 1:
            self._window.desk_side.open_fax(jobs[0])
        else:
            self._window.show_page(folder_of(jobs[0]).value)


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


def missed_words(calls: Sequence[PastCall], region: str) -> tuple[str, str]:
    """Title and sentence for missed calls that came together, newest first; by name."""
    ordered = sorted(calls, key=lambda call: call.at, reverse=True)
    names = list(dict.fromkeys(_caller(call, region) for call in ordered))
    if len(ordered) == 1:
        (call,) = ordered
        number = _pretty(call.number, region) if call.name and call.number else ""
        parts = [spoken_time.clock(call.at), number, call_words.outcome(call)[0]]
        return _tr("Missed call from {0}").format(names[0]), " · ".join(filter(None, parts))
    shown = ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
    return _tr("{0} missed calls").format(len(ordered)), shown


def _caller(call: PastCall, region: str) -> str:
    return call.name or (_pretty(call.number, region) if call.number else _tr("a hidden number"))


def _pretty(number: str, region: str) -> str:
    from rcdesk.core.numbers.phone_number import pretty

    return pretty(number, region)
