"""Who is signed in, as the window sees it: state, account, and the way back after a network loss.

GUI thread. All talking is done by services.connection.Connection on the calls lane; the connection object is
the one thing besides values that is handed across, because it is safe from every thread. Other desks tell
their errors to heard_error() so that one place decides "offline" or "sign in again". Read next: call_desk.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from rcdesk.bridge.lane import Lane, Task
from rcdesk.core.account import Account, Credentials, ServerProfile
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
    """Where the sign-in stands. OFFLINE keeps the tokens and tries again by itself."""

    SIGNED_OUT = "signed out"
    SIGNING_IN = "signing in"
    SIGNED_IN = "signed in"
    OFFLINE = "offline"
    NEEDS_SIGN_IN = "needs sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    account: Account | None
    is_persistent: bool


class SessionDesk(QObject):
    """The session of one account.

    Signals: state_changed(SessionState); account_changed(Account | None); failed(str) is one sentence for the
    sign-in page; rate_limited(float) says for how many seconds the service asked to wait.
    """

    state_changed = Signal(object)
    account_changed = Signal(object)
    failed = Signal(str)
    rate_limited = Signal(float)

    def __init__(
        self, lane_calls: Lane, connect: Callable[[ServerProfile], Connection], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._lane = lane_calls
        self._connect = connect
        self._state = SessionState.SIGNED_OUT
        self._account: Account | None = None
        self._profile: ServerProfile | None = None
        self._connection: Connection | None = None
        self._is_persistent = False
        self._task: Task[_Answer] | None = None
        self._retries = 0
        self._round = 0
        self._retry_timer = QTimer(self)
        self._retry_timer.setSingleShot(True)
        self._retry_timer.timeout.connect(self._retry)

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

    def resume(self, profile: ServerProfile) -> None:
        """Go on with the sign-in that was saved for this server; SIGNED_OUT when there is none."""
        self._open(profile, lambda: self._ask_resume(is_quiet=False))

    def sign_in_jwt(self, profile: ServerProfile, credentials: Credentials) -> None:
        """Sign in with a JWT; failed() says why not."""
        self._open(profile, lambda: self._ask_sign_in(credentials))

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
        if connection is not None:

            def leave(connection: Connection = connection) -> None:
                self._lane.submit(
                    lambda token, report: _leave(connection, token),
                    done=_ignore,
                    failed=self._log_error,
                    is_kept=True,
                )

            leave()
        self._set(SessionState.SIGNED_OUT, None)

    def heard_error(self, error: RcdeskError) -> None:
        """Another desk met this error: decide whether the whole session is offline or must sign in again."""
        if self._connection is None:
            return
        match error:
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

    def stop(self) -> None:
        """Stop the timer; part of shutdown."""
        self._retry_timer.stop()

    def _open(self, profile: ServerProfile, then: Callable[[], None]) -> None:
        """Make the connection on the lane (its imports are slow), then go on."""
        self._retry_timer.stop()
        self._drop_task()
        self._retries = 0
        had_account = self._account if self._profile == profile else None
        self._set(SessionState.SIGNING_IN, had_account)
        if self._connection is not None and self._profile == profile:
            then()
            return
        old, self._connection = self._connection, None
        self._profile = profile
        round_ = self._round
        connect = self._connect

        def opened(connection: Connection) -> None:
            if round_ == self._round:
                self._connection = connection
                then()
            else:
                self._lane.submit(lambda t, r: connection.close(), done=_ignore, failed=self._log_error)

        def failed(error: RcdeskError) -> None:
            if round_ == self._round:
                self._sign_in_failed(error)

        def work() -> Connection:
            if old is not None:
                old.close()
            return connect(profile)

        self._lane.submit(lambda token, report: work(), done=opened, failed=failed)

    def _ask_resume(self, *, is_quiet: bool) -> None:
        connection = self._connection
        if connection is None:
            return
        round_ = self._round

        def done(answer: _Answer) -> None:
            if round_ == self._round:
                self._task = None
                self._resumed(answer)

        def failed(error: RcdeskError) -> None:
            if round_ == self._round:
                self._task = None
                self._resume_failed(error, is_quiet=is_quiet)

        self._task = self._lane.submit(
            lambda token, report: _answer(connection.resume(token), connection), done=done, failed=failed
        )

    def _ask_sign_in(self, credentials: Credentials) -> None:
        connection = self._connection
        if connection is None:
            return
        round_ = self._round

        def done(answer: _Answer) -> None:
            if round_ == self._round:
                self._task = None
                self._resumed(answer)

        def failed(error: RcdeskError) -> None:
            if round_ == self._round:
                self._task = None
                self._sign_in_failed(error)

        self._task = self._lane.submit(
            lambda token, report: _answer(connection.sign_in_jwt(credentials, token), connection),
            done=done,
            failed=failed,
        )

    def _resumed(self, answer: _Answer) -> None:
        account = answer.account
        self._retries = 0
        self._is_persistent = answer.is_persistent
        self._set(SessionState.SIGNED_OUT if account is None else SessionState.SIGNED_IN, account)

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
                self._set(SessionState.NEEDS_SIGN_IN, None)
            case NotAllowed() if self._account is not None:
                pass
            case _:
                if not (is_quiet and self._account is not None):
                    self._set(SessionState.SIGNED_OUT, None)
        self.failed.emit(str(error))

    def _sign_in_failed(self, error: RcdeskError) -> None:
        self._set(SessionState.SIGNED_OUT, None)
        if isinstance(error, RateLimited):
            self.rate_limited.emit(error.retry_after_s)
        if not isinstance(error, Cancelled):
            self.failed.emit(str(error))

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


def _answer(account: Account | None, connection: Connection) -> _Answer:
    """On the lane: asking for the keyring may import it, which takes a fifth of a second."""
    return _Answer(account=account, is_persistent=connection.is_persistent)


def _leave(connection: Connection, token: CancelToken) -> None:
    try:
        connection.sign_out(token)
    finally:
        connection.close()


def _ignore(_value: object) -> None:
    """For work whose answer nobody needs."""
