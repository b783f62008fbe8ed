"""Who is signed in, as the window sees it: state, account, and the way back after a network loss.

GUI thread. All talking is done by services.connection.Connection on the calls lane; the connection object is
the one thing besides values that is handed across, because it is safe from every thread. Which one is in use
and whose answers still count is session_link.py's; what they mean is decided here. A sign-in in the browser
has a lane of its own, for it takes as long as the person does. Other desks tell their errors to heard_error()
so that one place decides "offline" or "sign in again". Read next: session_link.py, profiles_desk.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.kept_account import KeptAccountDesk
from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.account.session_link import SessionLink
from rcdesk.bridge.account.session_work import Answer, BrowserNews, is_same_server, sign_in_browser
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import NOT_TOLD, Account, AppSecret, Credentials, ServerProfile
from rcdesk.core.account.keyring import KeyringState
from rcdesk.core.errors import (
    Cancelled,
    KeyringUnavailable,
    NetworkError,
    NotAllowed,
    NoWayOut,
    RateLimited,
    RcdeskError,
    ServerTrouble,
    SignInNeeded,
)

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection

_log = logging.getLogger(__name__)

RETRY_S = (5, 10, 20, 30)
KEYRING_MS = 5_000


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
    keyring_told(KeyringState) is for the keyring, from any thread; keyring_changed(KeyringState) follows.
    left(str): a sign-out is over; a sentence on what of it could not be done, "" for nothing.
    lane_sign_in is where the browser is waited for, open_url opens an address in it (called on the GUI
    thread, False when it could not), profiles remembers where one signed in.
    """

    state_changed = Signal(object)
    account_changed = Signal(object)
    failed = Signal(str)
    rate_limited = Signal(float)
    browser_waiting = Signal(str)
    browser_noticed = Signal(str)
    keyring_told = Signal(object)
    keyring_changed = Signal(object)
    left = Signal(str)

    def __init__(
        self,
        lane_calls: Lane,
        connect: Callable[[ServerProfile], Connection],
        *,
        lane_sign_in: Lane | None = None,
        open_url: Callable[[str], bool] | None = None,
        profiles: ProfilesDesk | None = None,
        kept: KeptAccountDesk | None = None,
    ) -> None:
        super().__init__()
        self._link = SessionLink(lane_calls, connect)
        self._lane_sign_in = lane_sign_in or lane_calls
        self._open_url = open_url
        self._profiles = profiles
        self._kept = kept
        self.is_demo_coming = False
        """True from the wish for the demo until it is there, or is not."""
        self._before: tuple[SessionState, Account | None] = (SessionState.SIGNED_OUT, None)
        self._opened_url = ""
        self.state = SessionState.SIGNED_OUT
        self.account: Account | None = None
        """The signed-in account; kept while offline."""
        self.is_persistent = False
        """True when the sign-in survives a restart: there is a keyring to keep it in."""
        self._retries = 0
        self._retry_timer = single_shot(self, self._retry)
        self.keyring = KeyringState.FINE
        self._keyring_timer = single_shot(self, self._look_for_keyring, KEYRING_MS)
        self._waits_for_keyring = False
        self.offline_reason = ""
        """A sentence on what of this machine is why there is no connection, "" when nothing is known."""
        self.trouble: RcdeskError | None = None
        """Why the last question of who is signed in had no answer, None when it had one."""
        self._wanted: Credentials | None = None
        self.keyring_told.connect(self._keyring_told)
        if profiles is not None:
            profiles.removed.connect(self._profile_removed)

    @property
    def profile(self) -> ServerProfile | None:
        """The server in use, None before the first sign-in or resume."""
        return self._link.profile

    @property
    def connection(self) -> Connection | None:
        """The connection in use, safe from every thread; None before the first sign-in or resume."""
        return self._link.connection

    @property
    def is_signed_in(self) -> bool:
        """True when requests make sense: signed in, or offline with tokens and an account."""
        return self.account is not None and self.state in (SessionState.SIGNED_IN, SessionState.OFFLINE)

    def expect(self, profile: ServerProfile) -> None:
        """Be who signed in there last, if that sign-in is kept, until resume() knows: their desk is shown
        meanwhile."""
        account = self._kept.of(profile) if self._kept is not None else None
        if account is not None:
            self._before = (self.state, self.account)
            self._link.profile = profile
            self._set(SessionState.SIGNING_IN, account)

    def expect_demo(self) -> None:
        """The demo is being started: its desk is shown until sign_in_jwt() or demo_failed() follows."""
        if self.state is SessionState.SIGNED_OUT:
            self._before = (self.state, self.account)
            self.is_demo_coming = True
            self._set(SessionState.SIGNING_IN, None)

    def demo_failed(self, error: RcdeskError) -> None:
        self._sign_in_failed(error)

    def resume(self, profile: ServerProfile, *, is_news: bool = False) -> None:
        """Go on with the sign-in that was saved for this server; SIGNED_OUT when there is none.

        is_news: another program may have saved one since, of another person too.
        """
        self._open(profile, lambda: self._ask_resume(is_quiet=False), is_news=is_news)

    def sign_in(
        self, profile: ServerProfile, credentials: Credentials, *, keeps_trying: bool = False
    ) -> None:
        """Sign in with a JWT, or with user name and password; failed() says why not.

        keeps_trying: without a network it is tried again, as a sign-in that was kept is.
        """
        self._open(self._known(profile), lambda: self._ask_sign_in(credentials, keeps_trying=keeps_trying))

    def sign_in_jwt(self, profile: ServerProfile, credentials: Credentials) -> None:
        self.sign_in(profile, credentials)

    def sign_in_browser(self, profile: ServerProfile, client_secret: str = "") -> None:
        """Sign in on the service's own page: browser_waiting() follows, then the answer, or failed()."""
        self._open(self._known(profile), lambda: self._ask_browser(client_secret))

    def cancel_sign_in(self) -> None:
        """Give up the sign-in that is going on; everything is as it was before."""
        if self.state is SessionState.SIGNING_IN:
            self._link.begin_round()
            self._restore()

    def use(self, profile_id: str) -> None:
        """Switch to another saved profile and go on with its sign-in; nothing for one that is not known."""
        if self._profiles is None or (profile := self._profiles.value.find(profile_id)) is None:
            return
        self._profiles.activate(profile_id)
        if not (is_same_server(profile, self.profile) and self.is_signed_in):
            self.resume(profile)

    def assume(self, account: Account) -> None:
        """Nothing more can be learned now of who the kept sign-in is of: work is begun in their name."""
        if self.state is SessionState.OFFLINE and self.account is None:
            self._set(self.state, account)

    def reload(self) -> None:
        """Read the account again (numbers, cover pages)."""
        if not self._link.is_asking:
            self._ask_resume(is_quiet=True)

    def check(self) -> None:
        """Something did not get through: find out whether the session is offline or must sign in again."""
        if self.state is SessionState.SIGNED_IN:
            self.reload()

    def sign_out(self) -> None:
        """Forget the tokens here and tell the service; works without a network too."""
        self._retry_timer.stop()
        profile, profiles = self.profile, self._profiles

        def failed(error: RcdeskError) -> None:
            _log.info("while leaving: %s", type(error).__name__)
            if isinstance(error, KeyringUnavailable):
                self._tell_left(str(error))
                return
            if profile is not None and profiles is not None:
                # There can be no connection (its certificate file is gone): nothing stays kept all the same.
                profiles.forget_sign_in(profile)
            self._tell_left(NOT_TOLD)

        if not self._link.leave(lambda is_told: self._tell_left("" if is_told else NOT_TOLD), failed):
            self.left.emit("")
        if profile is not None:
            self._forget_account(profile)
            self._note_secret(profile.without_secret().app_secret)
        self._set(SessionState.SIGNED_OUT, None)

    def _tell_left(self, sentence: str) -> None:
        self.left.emit(sentence)
        if sentence and self.state is SessionState.SIGNED_OUT:
            self.failed.emit(sentence)

    @Slot(object)
    def _profile_removed(self, profile: ServerProfile) -> None:
        """A retry or a sign-in that is under way would keep what has just been wiped."""
        self._forget_account(profile)
        if self.profile is not None and self.profile.id == profile.id:
            self.sign_out()

    def heard_error(self, error: RcdeskError) -> None:
        """Another desk met this error: decide whether the whole session is offline or must sign in again."""
        if self.connection is None:
            return
        match error:
            case SignInNeeded() if self._is_of_nobody:
                # It was asked for somebody who has left: nobody is here whose sign-in is over.
                pass
            case SignInNeeded() if self.state is SessionState.SIGNING_IN:
                self._before = (SessionState.NEEDS_SIGN_IN, self.account)
            case SignInNeeded():
                self.trouble = error
                self._retry_timer.stop()
                self._set(SessionState.NEEDS_SIGN_IN, self.account)
            case RateLimited():
                self.rate_limited.emit(error.retry_after_s)
            case NetworkError() if self.state is SessionState.SIGNED_IN:
                self._go_offline(error)
            case _:
                pass

    @property
    def _is_of_nobody(self) -> bool:
        """Nobody is signed in, nor was before the sign-in that is under way."""
        state = self._before[0] if self.state is SessionState.SIGNING_IN else self.state
        return state is SessionState.SIGNED_OUT

    def heard_answer(self) -> None:
        """Another desk got an answer: the network is back."""
        if self.state is SessionState.OFFLINE and self.account is not None:
            self._retry_timer.stop()
            self._retries = 0
            self._set(SessionState.SIGNED_IN, self.account)

    def check_owner(self, owner_id: str) -> None:
        """Raise Cancelled when it is not this person any more who is signed in; from any thread.

        What waits on a lane may outlive the sign-in it was asked under.
        """
        connection = self.connection
        if connection is None or connection.owner_id not in ("", owner_id):
            raise Cancelled()

    def stop(self) -> None:
        self._retry_timer.stop()
        self._keyring_timer.stop()

    def _open(self, profile: ServerProfile, then: Callable[[], None], *, is_news: bool = False) -> None:
        """Have a connection to this server, then go on."""
        self._retry_timer.stop()
        self._link.begin_round()
        self._retries = 0
        self._wanted, self._waits_for_keyring = None, False
        former, was = self.profile, self._before
        if self.state is not SessionState.SIGNING_IN:
            was = (self.state, self.account)
        is_same_person = former is not None and former.key == profile.key
        self._before = was if is_same_person else (SessionState.SIGNED_OUT, None)
        self._set(SessionState.SIGNING_IN, self.account if is_same_person else None)
        if not is_news and self._link.serves(profile):
            self._link.profile = profile
            then()
            return
        has_former = self.connection is not None

        def failed(error: RcdeskError) -> None:
            if has_former:
                # The former connection goes on, and so does who was signed in with it.
                self._before = was
            self._sign_in_failed(error)

        self._link.change(profile, opened=then, failed=failed, has_account=lambda: self.account is not None)

    def _ask_resume(self, *, is_quiet: bool) -> None:
        """is_quiet: somebody was signed in, so tokens that are gone mean that they must sign in again."""
        self._link.ask(
            lambda connection, token, report: (
                connection.load_account(token) if is_quiet else connection.resume(token)
            ),
            done=self._resumed,
            failed=lambda error: self._resume_failed(error, is_quiet=is_quiet),
        )

    def _ask_sign_in(self, credentials: Credentials, *, keeps_trying: bool) -> None:
        def failed(error: RcdeskError) -> None:
            if keeps_trying and isinstance(error, NetworkError | ServerTrouble | RateLimited):
                self._wanted = credentials
                self._go_offline(error)
            else:
                self._sign_in_failed(error)

        self._link.ask(
            lambda connection, token, report: connection.sign_in(credentials, token),
            done=self._resumed,
            failed=failed,
            came_late=self._came_late,
        )

    def _ask_browser(self, client_secret: str) -> None:
        self._link.ask(
            lambda connection, token, report: sign_in_browser(connection, client_secret, token, report),
            done=self._resumed,
            failed=self._sign_in_failed,
            came_late=self._came_late,
            heard=self._browser_news,
            lane=self._lane_sign_in,
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
        self.trouble = None
        self._retries = 0
        self.is_persistent = answer.is_persistent
        was_wanted, self._wanted = self._wanted is not None, None
        if account is not None and (was_wanted or self.state is SessionState.SIGNING_IN):
            self._remember_profile(answer)
        self._note_secret(answer.app_secret)
        was_expected = account is None and self.account is not None
        self._set(SessionState.SIGNED_OUT if account is None else SessionState.SIGNED_IN, account)
        self._keep_account()
        if was_expected:
            self.failed.emit(
                self.tr(
                    "The sign-in kept on this computer is gone. Sign in again: nothing of your desk is lost."
                )
            )

    def _came_late(self, answer: Answer) -> None:
        """Given up when it was done already: requests go out as this person, so the window says so."""
        if self.state is SessionState.SIGNING_IN:
            self._before = (SessionState.SIGNED_IN, answer.account)
            return
        self.is_persistent = answer.is_persistent
        self._remember_profile(answer)
        self._set(SessionState.SIGNED_IN, answer.account)
        self._keep_account()

    def _keep_account(self) -> None:
        """The next start shows the desk at once of whoever the keyring can sign in."""
        profile, account = self.profile, self.account
        if self._kept is None or profile is None or profile.is_demo:
            return
        if account is not None and self.is_persistent and self.state is SessionState.SIGNED_IN:
            self._kept.keep(profile, account)
        else:
            self._kept.forget(profile)

    def _forget_account(self, profile: ServerProfile) -> None:
        if self._kept is not None:
            self._kept.forget(profile)

    def _resume_failed(self, error: RcdeskError, *, is_quiet: bool) -> None:
        """Without a network the tokens are still good: offline, and try again."""
        self.trouble = error
        match error:
            case Cancelled():
                return
            case RateLimited() if self.state is SessionState.SIGNED_IN:
                self.rate_limited.emit(error.retry_after_s)
                return
            case NetworkError() | ServerTrouble() | RateLimited():
                if isinstance(error, RateLimited):
                    self.rate_limited.emit(error.retry_after_s)
                self._go_offline(error)
                return
            case KeyringUnavailable():
                self._waits_for_keyring = True
                self._set(SessionState.SIGNED_OUT, None)
                self._say_waits_for_keyring()
                return
            case SignInNeeded():
                self._set(SessionState.NEEDS_SIGN_IN, self.account)
            case NotAllowed() if self.account is not None:
                pass
            case _:
                if not (is_quiet and self.account is not None):
                    self._set(SessionState.SIGNED_OUT, None)
        self.failed.emit(str(error))

    def _sign_in_failed(self, error: RcdeskError) -> None:
        self.trouble = error
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

    def _say_waits_for_keyring(self) -> None:
        self.failed.emit(
            self.tr(
                "{0}, so the sign-in that may be kept there cannot be used. rcdesk goes on by itself when "
                "that is over. Or sign in again here: that lasts until rcdesk ends."
            ).replace("{0}", self.keyring.trouble or self.tr("The keyring cannot be used"))
        )

    @Slot(object)
    def _keyring_told(self, state: KeyringState) -> None:
        """A keyring in trouble is looked for again and again: what it missed is kept as soon as it can be."""
        self.keyring = state
        if state.is_trouble:
            self.is_persistent = False
            self._keyring_timer.start()
        elif state is KeyringState.FINE:
            self.is_persistent = True
            if self.state is SessionState.SIGNED_IN:
                self._keep_account()
        self.keyring_changed.emit(state)

    @Slot()
    def _look_for_keyring(self) -> None:
        def looked(state: KeyringState) -> None:
            if state.is_trouble:
                self._keyring_timer.start()
                return
            is_waiting = self._waits_for_keyring and self.state is SessionState.SIGNED_OUT
            if is_waiting and self.profile is not None:
                self.resume(self.profile, is_news=True)

        self._link.look_for_keyring(looked)

    def _known(self, profile: ServerProfile) -> ServerProfile:
        return profile if profile.is_demo or self._profiles is None else self._profiles.known(profile)

    def _remember_profile(self, answer: Answer) -> None:
        """The next start goes on with the profile that has just worked."""
        profile = self.profile
        if profile is None or self._profiles is None or profile.is_demo:
            return
        saved = self._profiles.put(replace(profile, grant=answer.grant, app_secret=answer.app_secret))
        self._link.profile = saved
        self._profiles.activate(saved.id)

    def _note_secret(self, app_secret: AppSecret) -> None:
        """The next sign-in there knows whether the secret of the app must be asked for."""
        profile, profiles = self.profile, self._profiles
        if profile is None or profiles is None:
            return
        if profile.app_secret is not app_secret:
            self._link.profile = replace(profile, app_secret=app_secret)
        saved = profiles.value.find(profile.id)
        if saved is not None and saved.app_secret is not app_secret:
            profiles.put(replace(saved, app_secret=app_secret))

    def _go_offline(self, error: RcdeskError | None = None) -> None:
        if error is not None:
            self.offline_reason = str(error) if isinstance(error, NoWayOut) else ""
        delay_s = RETRY_S[min(self._retries, len(RETRY_S) - 1)]
        self._retries += 1
        self._retry_timer.start(delay_s * 1000)
        self._set(SessionState.OFFLINE, self.account)

    @Slot()
    def _retry(self) -> None:
        if self.state is not SessionState.OFFLINE or self._link.is_asking:
            return
        if self._wanted is not None:
            self._ask_sign_in(self._wanted, keeps_trying=True)
        else:
            self._ask_resume(is_quiet=True)

    def _set(self, state: SessionState, account: Account | None) -> None:
        has_new_account = account != self.account
        has_new_state = state is not self.state
        self.state, self.account = state, account
        if state is not SessionState.SIGNING_IN:
            self.is_demo_coming = False
        if state is SessionState.NEEDS_SIGN_IN and self.profile is not None:
            self._forget_account(self.profile)
        if has_new_account:
            self.account_changed.emit(account)
        if has_new_state:
            self.state_changed.emit(state)
