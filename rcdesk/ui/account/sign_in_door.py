"""When the sign-in page stands before the desk: nobody is signed in, or the person opened it.

It is opened to sign in again or with another account, and closes by itself when that has worked; the desk
behind it is not touched, so that one comes back to the page and the words one left. GUI thread. Read next:
sign_in_page.py, main_window.py.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState


class SignInDoor(QObject):
    """changed() when is_closed may be another; asked(bool) before that when the page is opened from the desk,
    True for another account."""

    changed = Signal()
    asked = Signal(bool)

    def __init__(self, session: SessionDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._is_asked_for = False
        self._was_signing_in = False
        session.state_changed.connect(self._look)
        session.account_changed.connect(self._look)

    @property
    def is_closed(self) -> bool:
        """True while the sign-in page is to be seen instead of the desk."""
        session = self._session
        is_somebody = session.account is not None or session.is_demo_coming
        return not (is_somebody or session.state is SessionState.OFFLINE) or self._is_asked_for

    @Slot()
    def ask_again(self) -> None:
        self._ask(is_another=False)

    @Slot()
    def ask_another(self) -> None:
        self._ask(is_another=True)

    def _ask(self, *, is_another: bool) -> None:
        self._is_asked_for = True
        self.asked.emit(is_another)
        self.changed.emit()

    @Slot()
    def leave(self) -> None:
        self._is_asked_for = False
        self.changed.emit()

    @Slot()
    def _look(self) -> None:
        state = self._session.state
        if self._was_signing_in and state is SessionState.SIGNED_IN:
            self._is_asked_for = False
        self._was_signing_in = state is SessionState.SIGNING_IN
        self.changed.emit()
