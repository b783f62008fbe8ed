"""Faces of the session and of the server profiles for the tests of the sign-in card and the servers.

The session answers nothing by itself: the tests say what became of a sign-in with become() and failed.
"""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Account, Credentials, ServerProfile, ServerProfiles


class StageProfiles(QObject):
    """ProfilesDesk's face, without a file."""

    changed = Signal(object)
    problem = Signal(str)

    def __init__(self, *profiles: ServerProfile, active_id: str = "") -> None:
        super().__init__()
        self.value = ServerProfiles(profiles=profiles, active_id=active_id)

    @property
    def active(self) -> ServerProfile | None:
        """The profile in use."""
        return self.value.active

    def another(self, profile: ServerProfile) -> ServerProfile:
        """The profile with a new id."""
        return self.value.identified(replace(profile, id=""))

    def put(self, profile: ServerProfile) -> ServerProfile:
        """Save."""
        saved = profile if profile.id else self.another(profile)
        self._set(self.value.with_saved(saved))
        return saved

    def activate(self, profile_id: str) -> None:
        """Use."""
        self._set(self.value.activated(profile_id))

    def remove(self, profile_id: str) -> None:
        """Forget."""
        self._set(self.value.without(profile_id))

    def _set(self, value: ServerProfiles) -> None:
        if value != self.value:
            self.value = value
            self.changed.emit(value)


class SignInSteps(QObject):
    """What the window may ask of a session about signing in; kept in lists. A part of StageSession."""

    browser_waiting = Signal(str)
    browser_noticed = Signal(str)

    state: SessionState
    account: Account | None

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[ServerProfile, Credentials]] = []
        self.browser_asked: list[tuple[ServerProfile, str]] = []
        self.cancelled = 0
        self.used: list[str] = []

    def become(self, state: SessionState, account: Account | None) -> None:
        """Change and tell."""
        raise NotImplementedError

    def sign_in(self, profile: ServerProfile, credentials: Credentials) -> None:
        """Keep what was asked."""
        self.asked.append((profile, credentials))
        self.become(SessionState.SIGNING_IN, self.account)

    def sign_in_browser(self, profile: ServerProfile, client_secret: str = "") -> None:
        """Keep what was asked."""
        self.browser_asked.append((profile, client_secret))
        self.become(SessionState.SIGNING_IN, self.account)

    def cancel_sign_in(self) -> None:
        """Be as before."""
        self.cancelled += 1
        back = SessionState.NEEDS_SIGN_IN if self.account is not None else SessionState.SIGNED_OUT
        self.become(back, self.account)

    def use(self, profile_id: str) -> None:
        """Keep what was asked."""
        self.used.append(profile_id)
