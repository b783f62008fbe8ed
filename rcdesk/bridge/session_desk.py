"""Who is signed in, as the window sees it: state, account, and the way back after a network loss.

GUI thread. All talking is done by services.connection.Connection on the calls lane; the connection object is
the one thing besides values that is handed across, because it is safe from every thread. A sign-in in the
browser has a lane of its own, for it takes as long as the person does. Other desks tell their errors to
heard_error() so that one place decides "offline" or "sign in again". Read next: session_work.py,
profiles_desk.py, call_desk.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from rcdesk.bridge.lane import Lane, Report, Task
from rcdesk.bridge.profiles_desk import ProfilesDesk
from rcdesk.bridge.session_work import Answer, BrowserNews, answer_of, is_same_server, leave, sign_in_browser
from rcdesk.core.account import Account, Credentials, GrantKind, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import (
    Cancelled,
    NetworkError,
    NotAllowed,
    RateLimited,
    RcdeskError,
    ServerTrouble,
    SignInNeeded,
)

if TYPE_CHECKING:
    from rcdesk.services.connection import Connection

_log = logging.getLogger(__name__)

RETRY_S = (5, 10, 20, 30)


class SessionState(Enum):
    """Where the sign-in stands. OFFLINE keeps the tokens and tries again by itself; NEEDS_SIGN_IN keeps the
    account and all that was being done, and only the tokens are gone."""

    SIGNED_OUT = "signed out"
    SIGNING_IN = "signing in"
    SIGNED_IN = "signed in"
    OFFLINE = "offline"
    NEEDS_SIGN_IN = "needs sign-in"


class SessionDesk(QObject):
    """The session of one account.

    Signals: state_changed(SessionState); account_changed(Account | None); failed(str) is one sentence for the
    sign-in page; rate_limited(float) says for how many seconds the service asked to wait.
    browser_waiting(str): the browser was asked to open this address, and its answer is waited for;
    browser_noticed(str): a sentence to show meanwhile.
    lane_sign_in is where the browser is waited for, open_url opens an address in it (called on the GUI
    thread, False when it could not), profiles remembers where one signed in.
    """

    state_changed = Signal(object)
    account_changed = Signal(object)
    failed = Signal(str)
    rate_limited = Signal(float)
    browser_waiting = Signal(str)
    browser_noticed = Signal(str)

    def __init__(
        self,
        lane_calls: Lane,
        connect: Callable[[ServerProfile], Connection],
        parent: QObject | None = None,
        *,
        lane_sign_in: Lane | None = None,
        open_url: Callable[[str], bool] | None = None,
        profiles: ProfilesDesk | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane_calls
        self._lane_sign_in = lane_sign_in or lane_calls
        self._open_url = open_url
        self._profiles = profiles
        self._connect = connect
        self._before: tuple[SessionState, Account | None] = (SessionState.SIGNED_OUT, None)
        self._opened_url = ""
        self._state = SessionState.SIGNED_OUT
        self._account: Account | None = None
        self._profile: ServerProfile | None = None
        self._connection: Connection | None = None
        self._is_persistent = False
        self._task: Task[Answer] | None = None
        self._retries = 0
        self._round = 0
        self._retry_timer = QTimer(self)
        self._retry_timer.setSingleShot(True)
        self._retry_timer.timeout.connect(self._retry)
        if profiles is not None:
            profiles.removed.connect(self._profile_removed)

    @property
    def state(self) -> SessionState:
        """Where the sign-in stands."""
        return self._state

    @property
    def account(self) -> Account | None:
        """The signed-in account; kept while offline."""
        return self._account

    @property
    def profile(self) -> ServerProfile | None:
        """The server in use, None before the first sign-in or resume."""
        return self._profile

    @property
    def connection(self) -> Connection | None:
        """The connection in use, safe from every thread; None before the first sign-in or resume."""
        return self._connection

    @property
    def is_persistent(self) -> bool:
        """True when the sign-in survives a restart: there is a keyring to keep it in."""
        return self._is_persistent

    @property
    def is_signed_in(self) -> bool:
        """True when requests make sense: signed in, or offline with tokens and an account."""
        return self._account is not None and self._state in (SessionState.SIGNED_IN, SessionState.OFFLINE)

    def resume(self, profile: ServerProfile, *, is_news: bool = False) -> None:
        """Go on with the sign-in that was saved for this server; SIGNED_OUT when there is none.

        is_news: another program may have saved one since, of another person too.
        """
        self._open(profile, lambda: self._ask_resume(is_quiet=False), is_news=is_news)

    def sign_in(self, profile: ServerProfile, credentials: Credentials) -> None:
        """Sign in with a JWT, or with user name and password; failed() says why not."""
        self._open(self._known(profile), lambda: self._ask_sign_in(credentials))

    def sign_in_jwt(self, profile: ServerProfile, credentials: Credentials) -> None:
        """Sign in with a JWT; failed() says why not."""
        self.sign_in(profile, credentials)

    def sign_in_browser(self, profile: ServerProfile, client_secret: str = "") -> None:
        """Sign in on the service's own page: browser_waiting() follows, then the answer, or failed()."""
        self._open(self._known(profile), lambda: self._ask_browser(client_secret))

    def cancel_sign_in(self) -> None:
        """Give up the sign-in that is going on; everything is as it was before."""
        if self._state is SessionState.SIGNING_IN:
            self._drop_task()
            self._restore()

    def use(self, profile_id: str) -> None:
        """Switch to another saved profile and go on with its sign-in; nothing for one that is not known."""
        if self._profiles is None or (profile := self._profiles.value.find(profile_id)) is None:
            return
        self._profiles.activate(profile_id)
        if not (is_same_server(profile, self._profile) and self.is_signed_in):
            self.resume(profile)

    def reload(self) -> None:
        """Read the account again (numbers, cover pages)."""
        if self._connection is not None and self._task is None:
            self._ask_resume(is_quiet=True)

    def check(self) -> None:
        """Something did not get through: find out whether the session is offline or must sign in again."""
        if self._state is SessionState.SIGNED_IN:
            self.reload()

    def sign_out(self) -> None:
        """Forget the tokens here and tell the service; works without a network too."""
        self._retry_timer.stop()
        self._drop_task()
        connection, self._connection = self._connection, None
        profile, connect, profiles = self._profile, self._connect, self._profiles

        def failed(error: RcdeskError) -> None:
            self._log_error(error)
            if profile is not None and profiles is not None:
                # There can be no connection (its certificate file is gone): nothing stays kept all the same.
                profiles.forget_sign_in(profile)

        if profile is not None:
            # What is kept is wiped although there may be no connection yet.
            self._lane.submit(
                lambda token, report: leave(connection or connect(profile), token),
                done=_ignore,
                failed=failed,
                is_kept=True,
            )
        self._set(SessionState.SIGNED_OUT, None)

    @Slot(object)
    def _profile_removed(self, profile: ServerProfile) -> None:
        """A retry or a sign-in that is under way would keep what has just been wiped."""
        if self._profile is not None and self._profile.id == profile.id:
            self.sign_out()

    def heard_error(self, error: RcdeskError) -> None:
        """Another desk met this error: decide whether the whole session is offline or must sign in again."""
        if self._connection is None:
            return
        match error:
            case SignInNeeded() if self._state is SessionState.SIGNING_IN:
                self._before = (SessionState.NEEDS_SIGN_IN, self._account)
            case SignInNeeded():
                self._retry_timer.stop()
                self._set(SessionState.NEEDS_SIGN_IN, self._account)
            case RateLimited():
                self.rate_limited.emit(error.retry_after_s)
            case NetworkError() if self._state is SessionState.SIGNED_IN:
                self._go_offline()
            case _:
                pass

    def heard_answer(self) -> None:
        """Another desk got an answer: the network is back."""
        if self._state is SessionState.OFFLINE and self._account is not None:
            self._retry_timer.stop()
            self._retries = 0
            self._set(SessionState.SIGNED_IN, self._account)

    def check_owner(self, owner_id: str) -> None:
        """Raise Cancelled when it is not this person any more who is signed in; from any thread.

        What waits on a lane may outlive the sign-in it was asked under.
        """
        connection = self._connection
        if connection is None or connection.owner_id not in ("", owner_id):
            raise Cancelled()

    def stop(self) -> None:
        """Stop the timer; part of shutdown."""
        self._retry_timer.stop()

    def _open(self, profile: ServerProfile, then: Callable[[], None], *, is_news: bool = False) -> None:
        """Make the connection on the lane (its imports are slow), then go on."""
        self._retry_timer.stop()
        self._drop_task()
        self._retries = 0
        former, was = self._profile, self._before
        if self._state is not SessionState.SIGNING_IN:
            was = (self._state, self._account)
        is_same_person = former is not None and former.key == profile.key
        self._before = was if is_same_person else (SessionState.SIGNED_OUT, None)
        self._set(SessionState.SIGNING_IN, self._account if is_same_person else None)
        if self._connection is not None and not is_news and is_same_server(profile, former):
            self._profile = profile
            then()
            return
        old, self._connection = self._connection, None
        self._profile = profile
        round_ = self._round
        connect = self._connect

        def is_left_without() -> bool:
            """Given up meanwhile, and the account that is shown again has no connection yet."""
            return self._connection is None and self._profile is profile and self._account is not None

        def opened(connection: Connection) -> None:
            if round_ == self._round:
                self._connection = connection
                then()
            elif is_left_without():
                self._connection = connection
            else:
                self._let_go(connection)

        def failed(error: RcdeskError) -> None:
            if round_ != self._round and not is_left_without():
                self._let_go(old)
                return
            if round_ != self._round:
                self._connection, self._profile = old, former
                return
            if old is not None:
                # There is none to the new one, so the former one goes on.
                self._connection, self._profile, self._before = old, former, was
            self._sign_in_failed(error)

        def work() -> Connection:
            connection = connect(profile)
            if old is not None:
                old.close()
            return connection

        self._lane.submit(lambda token, report: work(), done=opened, failed=failed)

    def _let_go(self, connection: Connection | None) -> None:
        if connection is not None:
            self._lane.submit(lambda t, r: connection.close(), done=_ignore, failed=self._log_error)

    def _ask_resume(self, *, is_quiet: bool) -> None:
        """is_quiet: somebody was signed in, so tokens that are gone mean that they must sign in again."""
        self._ask(
            lambda connection, token, report: (
                connection.load_account(token) if is_quiet else connection.resume(token)
            ),
            lambda error: self._resume_failed(error, is_quiet=is_quiet),
        )

    def _ask_sign_in(self, credentials: Credentials) -> None:
        self._ask(
            lambda connection, token, report: connection.sign_in(credentials, token),
            self._sign_in_failed,
            is_sign_in=True,
        )

    def _ask_browser(self, client_secret: str) -> None:
        self._ask(
            lambda connection, token, report: sign_in_browser(connection, client_secret, token, report),
            self._sign_in_failed,
            self._lane_sign_in,
            is_sign_in=True,
        )

    def _ask(
        self,
        work: Callable[[Connection, CancelToken, Report], Account | None],
        on_error: Callable[[RcdeskError], None],
        lane: Lane | None = None,
        *,
        is_sign_in: bool = False,
    ) -> None:
        """Have the connection find out who is signed in; answers of an earlier round are not listened to."""
        connection = self._connection
        if connection is None:
            return
        round_ = self._round

        def done(answer: Answer) -> None:
            if round_ == self._round:
                self._task = None
                self._resumed(answer)
            elif is_sign_in and connection is self._connection:
                self._came_late(answer)

        def failed(error: RcdeskError) -> None:
            if round_ == self._round:
                self._task = None
                on_error(error)

        def heard(news: BrowserNews) -> None:
            if round_ == self._round:
                self._browser_news(news)

        self._task = (lane or self._lane).submit(
            lambda token, report: answer_of(work(connection, token, report), connection),
            done=done,
            failed=failed,
            progress=heard,
        )

    def _browser_news(self, news: BrowserNews) -> None:
        if news.url != self._opened_url:
            self._opened_url = news.url
            self.browser_waiting.emit(news.url)
            if self._open_url is None or not self._open_url(news.url):
                self.browser_noticed.emit(
                    self.tr("No browser could be opened. Copy the address and open it in your browser.")
                )
        if news.sentence:
            self.browser_noticed.emit(news.sentence)

    def _resumed(self, answer: Answer) -> None:
        account = answer.account
        self._retries = 0
        self._is_persistent = answer.is_persistent
        if account is not None and self._state is SessionState.SIGNING_IN:
            self._remember_profile(answer.grant)
        self._set(SessionState.SIGNED_OUT if account is None else SessionState.SIGNED_IN, account)

    def _came_late(self, answer: Answer) -> None:
        """Given up when it was done already: requests go out as this person, so the window says so."""
        if self._state is SessionState.SIGNING_IN:
            self._before = (SessionState.SIGNED_IN, answer.account)
            return
        self._is_persistent = answer.is_persistent
        self._remember_profile(answer.grant)
        self._set(SessionState.SIGNED_IN, answer.account)

    def _resume_failed(self, error: RcdeskError, *, is_quiet: bool) -> None:
        """Without a network the tokens are still good: offline, and try again."""
        match error:
            case Cancelled():
                return
            case RateLimited() if self._state is SessionState.SIGNED_IN:
                self.rate_limited.emit(error.retry_after_s)
                return
            case NetworkError() | ServerTrouble() | RateLimited():
                if isinstance(error, RateLimited):
                    self.rate_limited.emit(error.retry_after_s)
                self._go_offline()
                return
            case SignInNeeded():
                self._set(SessionState.NEEDS_SIGN_IN, self._account)
            case NotAllowed() if self._account is not None:
                pass
            case _:
                if not (is_quiet and self._account is not None):
                    self._set(SessionState.SIGNED_OUT, None)
        self.failed.emit(str(error))

    def _sign_in_failed(self, error: RcdeskError) -> None:
        self._restore()
        if isinstance(error, RateLimited):
            self.rate_limited.emit(error.retry_after_s)
        if not isinstance(error, Cancelled):
            self.failed.emit(str(error))

    def _restore(self) -> None:
        """As it was before the sign-in that did not work."""
        state, account = self._before
        self._set(state, account)
        if state is SessionState.OFFLINE:
            self._go_offline()

    def _known(self, profile: ServerProfile) -> ServerProfile:
        return profile if profile.is_demo or self._profiles is None else self._profiles.known(profile)

    def _remember_profile(self, grant: GrantKind) -> None:
        """The next start goes on with the profile that has just worked."""
        if self._profile is None or self._profiles is None or self._profile.is_demo:
            return
        self._profile = self._profiles.put(replace(self._profile, grant=grant))
        self._profiles.activate(self._profile.id)

    def _go_offline(self) -> None:
        delay_s = RETRY_S[min(self._retries, len(RETRY_S) - 1)]
        self._retries += 1
        self._retry_timer.start(delay_s * 1000)
        self._set(SessionState.OFFLINE, self._account)

    @Slot()
    def _retry(self) -> None:
        if self._state is SessionState.OFFLINE and self._task is None:
            self._ask_resume(is_quiet=True)

    def _drop_task(self) -> None:
        """Answers of an earlier round are not listened to any more."""
        self._round += 1
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _set(self, state: SessionState, account: Account | None) -> None:
        has_new_account = account != self._account
        has_new_state = state is not self._state
        self._state, self._account = state, account
        if has_new_account:
            self.account_changed.emit(account)
        if has_new_state:
            self.state_changed.emit(state)

    def _log_error(self, error: RcdeskError) -> None:
        _log.info("while leaving: %s", type(error).__name__)


def _ignore(_value: object) -> None:
    """For work whose answer nobody needs."""
