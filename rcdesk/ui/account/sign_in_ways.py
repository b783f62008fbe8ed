"""The first view of the sign-in card: a line of welcome and the ways in, the browser first.

What the server cannot do (a JWT at the service of 2010) is greyed and says why. GUI thread. Read next:
sign_in_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import ServerKind, ServerProfile
from rcdesk.ui.kit.lacks import grey
from rcdesk.ui.kit.look import Button, down, dress, fill, label
from rcdesk.ui.kit.theme import mark_focus


class SignInWays(QWidget):
    """browser_asked(), jwt_asked(), password_asked(), cancel_asked()."""

    browser_asked = Signal()
    jwt_asked = Signal()
    password_asked = Signal()
    cancel_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = label("", "cardTitle", wraps=True, name="signInTitle")
        self._words = label("", "muted", wraps=True, name="signInWords")
        self.problem = label("", "bad", wraps=True, name="signInProblem")
        self.problem.hide()
        self.browser = Button("", kind="primary", icon_name="globe", token="onaccent", name="signInBrowser")
        dress(
            self.browser,
            "#signInBrowser { font-size: 15px; }",
        )
        self.jwt = Button(self.tr("Use a JWT credential"), icon_name="key", name="signInJwt")
        self.password = Button(self.tr("Password or older service"), icon_name="lock", name="signInPassword")
        self.cancel = Button(self.tr("Cancel"), kind="link", name="cancelResume")
        self.cancel.hide()
        layout = down(self._title, self._words, 14, self.problem, of=self, margins=0, spacing=4)
        for button, height in ((self.browser, 46), (self.jwt, 42), (self.password, 42)):
            button.setMinimumHeight(height)
            fill(layout, button, 6)
        layout.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignHCenter)
        self._is_legacy = False
        self._is_busy = False
        self.browser.clicked.connect(self.browser_asked)
        self.jwt.clicked.connect(self.jwt_asked)
        self.password.clicked.connect(self.password_asked)
        self.cancel.clicked.connect(self.cancel_asked)
        self._refresh()

    def take(self, profile: ServerProfile) -> None:
        """The server to sign in to."""
        self._is_legacy = profile.kind is ServerKind.LEGACY
        self._refresh()

    def show_state(self, state: SessionState, *, is_another: bool) -> None:
        """Say what signing in is for now: the first time, again, or another account."""
        if state is SessionState.NEEDS_SIGN_IN and not is_another:
            title = self.tr("Sign in again")
            words = self.tr(
                "The service asks for a new sign-in. All you were doing is still here: "
                "you come back to exactly where you were."
            )
        elif is_another:
            title = self.tr("Another account")
            words = self.tr(
                "Both stay signed in, and you switch between them in the account menu. "
                "Faxes and calls of the two never mix."
            )
        else:
            title = self.tr("Welcome to your desk")
            words = self.tr(
                "Sign in once. In the browser no password passes through rcdesk; the key stays in this "
                "computer’s keyring."
            )
        self._title.setText(title)
        self._words.setText(words)
        self.setAccessibleName(title)

    def begin(self) -> None:
        """The keyboard works on the first way; the ring is for those who move on with the keyboard."""
        first = self.password if self._is_legacy else self.browser
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        mark_focus(first, is_shown=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does the obvious thing: what the keyboard is on, else the first way."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        buttons = (self.browser, self.jwt, self.password, self.cancel)
        focused = next((button for button in buttons if button.hasFocus()), None)
        (focused or (self.password if self._is_legacy else self.browser)).click()

    def show_problem(self, sentence: str) -> None:
        """One sentence on why it did not work, "" for nothing."""
        self.problem.setText(sentence)
        self.problem.setAccessibleName(sentence)
        self.problem.setVisible(bool(sentence))

    def set_busy(self, *, is_busy: bool) -> None:
        """A saved sign-in is being used: only waiting or giving up is possible."""
        self._is_busy = is_busy
        self._refresh()

    def show_wait(self, words: str) -> None:
        """What is waited for, on the first button; only while it is busy."""
        if self._is_busy:
            self.browser.setText(words)
            self.browser.setAccessibleName(words)

    @Slot()
    def _refresh(self) -> None:
        words = self.tr("Signing in…") if self._is_busy else self.tr("Sign in with RingCentral")
        self.browser.setText(words)
        self.browser.setAccessibleName(words)
        older = self.tr("The older service (ringout.asp) knows phone number and password only.")
        for button in (self.browser, self.jwt):
            grey(button, older if self._is_legacy else "")
            button.setEnabled(not self._is_busy and not self._is_legacy)
        self.password.setEnabled(not self._is_busy)
        self.cancel.setVisible(self._is_busy)
