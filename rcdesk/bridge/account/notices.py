"""What concerns the whole desk: passing notices, and the one bar across the window.

GUI thread. The bar is derived from the session (signed out, offline, demo), from the service's penalties, and
for a few seconds from a notice that something did not work; at most one is shown, the most serious. Read
next: ui/shell/notice_bar.py, ui/tray/news.py.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct
from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.keyring import KeyringState

PASSING_MS = 12_000


class NoticeKind(Enum):
    INFO = "info"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"


class Notice(Struct, frozen=True, kw_only=True):
    """Something that just happened. title may stand alone."""

    kind: NoticeKind
    title: str
    text: str = ""


class Bar(Struct, frozen=True, kw_only=True):
    """The bar across the window. name: sign-in, offline, signing-in, penalty, notice,
    session-only or demo."""

    kind: NoticeKind
    name: str
    text: str


class Notices(QObject):
    """posted(Notice) for passing news; bar_changed(Bar | None) when the bar must change."""

    posted = Signal(object)
    bar_changed = Signal(object)

    def __init__(self, session: SessionDesk) -> None:
        super().__init__()
        self._session = session
        self.bar: Bar | None = None
        self._penalty = single_shot(self, self._refresh)
        self._passing: Bar | None = None
        self._passing_timer = single_shot(self, self._pass, PASSING_MS)
        session.state_changed.connect(self._refresh)
        session.account_changed.connect(self._refresh)
        session.rate_limited.connect(self._limited)
        session.keyring_changed.connect(self._refresh)

    def post(self, kind: NoticeKind, title: str, text: str = "") -> None:
        """Tell the user something in passing; a warning or an error is also on the bar for a while."""
        if kind in (NoticeKind.WARNING, NoticeKind.ERROR):
            self._passing = Bar(kind=kind, name="notice", text=" ".join(filter(None, [title, text])))
            self._passing_timer.start()
            self._refresh()
        self.posted.emit(Notice(kind=kind, title=title, text=text))

    def stop(self) -> None:
        self._penalty.stop()
        self._passing_timer.stop()

    @Slot(float)
    def _limited(self, retry_after_s: float) -> None:
        self._penalty.start(max(1000, int(retry_after_s * 1000)))
        self._refresh()

    @Slot()
    def _pass(self) -> None:
        self._passing = None
        self._refresh()

    def _signing_in_words(self) -> str:
        if self._session.is_demo_coming:
            return self.tr("Starting the demo…")
        if self._session.keyring is KeyringState.WAITING:
            return self.tr(
                "Waiting for the keyring… Your desk is here; calls and faxes go out once it is open."
            )
        return self.tr("Signing in… Your desk is here; calls and faxes go out as soon as that is done.")

    @Slot()
    def _refresh(self) -> None:
        bar = self._wanted()
        if bar != self.bar:
            self.bar = bar
            self.bar_changed.emit(bar)

    def _wanted(self) -> Bar | None:
        session = self._session
        if session.state is SessionState.NEEDS_SIGN_IN:
            text = self.tr("RingCentral asks you to sign in again. Faxes wait until you do; nothing is lost.")
            return Bar(kind=NoticeKind.ERROR, name="sign-in", text=text)
        if session.state is SessionState.OFFLINE:
            text = self.tr(
                "No connection to RingCentral. Faxes wait and go out when it is back; calls cannot be made."
            )
            if session.offline_reason:
                waits = self.tr("Faxes wait and go out when that is mended; calls cannot be made.")
                text = f"{session.offline_reason} {waits}"
            return Bar(kind=NoticeKind.WARNING, name="offline", text=text)
        if session.state is SessionState.SIGNING_IN and (session.account or session.is_demo_coming):
            return Bar(kind=NoticeKind.INFO, name="signing-in", text=self._signing_in_words())
        if self._penalty.isActive():
            text = self.tr("RingCentral asked rcdesk to slow down. It goes on by itself in a moment.")
            return Bar(kind=NoticeKind.WARNING, name="penalty", text=text)
        if self._passing is not None:
            return self._passing
        if session.state is SessionState.SIGNED_IN and session.profile is not None:
            if session.profile.is_demo:
                text = self.tr("Demo: a simulated RingCentral inside rcdesk. Nothing leaves this computer.")
                return Bar(kind=NoticeKind.INFO, name="demo", text=text)
            if session.keyring.is_trouble:
                text = self.tr(
                    "{0}, so you will have to sign in again after a restart. rcdesk goes on without it."
                )
                text = text.replace("{0}", session.keyring.trouble)
                return Bar(kind=NoticeKind.WARNING, name="session-only", text=text)
            if not session.is_persistent:
                text = self.tr("There is no keyring here, so you will have to sign in again after a restart.")
                return Bar(kind=NoticeKind.INFO, name="session-only", text=text)
        return None
