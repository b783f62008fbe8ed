"""The first view of the sign-in card: a line of welcome and the ways in, the browser first.

What the server cannot do (a JWT at the service of 2010) is greyed and says why. GUI thread. Read next:
sign_in_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.runtime.timers import ticking
from rcdesk.core.account.account import ServerKind, ServerProfile
from rcdesk.ui.kit.lacks import grey
from rcdesk.ui.kit.look import Button, across, down, dress, fill, label
from rcdesk.ui.kit.theme import mark_focus

WAIT_S = 300


class SignInWaiting(QWidget):
    """cancel_asked() on Cancel and Esc."""

    cancel_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._url = ""
        self._since = QElapsedTimer()
        self._tick = ticking(self, self._count, 1000)
        title = self.tr("Finish in your browser")
        self.setAccessibleName(title)
        self.words = label("", "muted", wraps=True, name="browserWords")
        self._left = label("", "label", wraps=True, name="minutesLeft")
        self.notice = label("", "wait", wraps=True, name="browserNotice")
        self.again = Button(self.tr("Open the page again"), icon_name="globe", name="openAgain")
        self.copy = Button(self.tr("Copy the address"), icon_name="copy", name="copyAddress", act=self._copy)
        self.cancel = Button(self.tr("Cancel"), name="cancelSignIn", act=self.cancel_asked)
        layout = QVBoxLayout(self)
        fill(layout, label(title, "cardTitle"), self.words, self._left, self.notice, 6, margins=0, spacing=8)
        for button in (self.again, self.copy, self.cancel):
            button.setMinimumHeight(40)
        fill(layout, self.again, self.copy, across(self.cancel, ..., spacing=10))
        self.again.clicked.connect(self._open)

    def begin(self) -> None:
        """The listener is being opened; the address follows in a moment."""
        self._url = ""
        self._tick.stop()
        self.notice.hide()
        self._left.hide()
        self.words.setText(self.tr("Opening the sign-in page…"))
        for button in (self.again, self.copy):
            button.setEnabled(False)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_url(self, url: str) -> None:
        """The browser was asked to open this."""
        self._url = url
        self._since.start()
        self._tick.start()
        self._left.show()
        self.words.setText(
            self.tr(
                "Your browser shows the service’s sign-in page. Finish there and come back: "
                "rcdesk goes on by itself."
            )
        )
        for button in (self.again, self.copy):
            button.setEnabled(True)
        self._count()

    def show_notice(self, sentence: str) -> None:
        """Something worth knowing while it goes on waiting."""
        self.notice.setText(sentence)
        self.notice.setAccessibleName(sentence)
        self.notice.setVisible(bool(sentence))

    def end(self) -> None:
        self._tick.stop()
        self._url = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancel_asked.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _count(self) -> None:
        left_s = max(0, WAIT_S - int(self._since.elapsed() / 1000))
        minutes = (left_s + 59) // 60
        if minutes > 1:
            words = self.tr("{0} minutes left").replace("{0}", str(minutes))
        elif left_s > 0:
            words = self.tr("Less than a minute left")
        else:
            words = self.tr("The time is over…")
        if self._left.text() != words:
            self._left.setText(words)

    @Slot()
    def _open(self) -> None:
        if self._url and not QDesktopServices.openUrl(QUrl(self._url)):
            self.show_notice(
                self.tr("No browser could be opened. Copy the address and open it in your browser.")
            )

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._url)
        self.copy.setText(self.tr("Copied"))
        QTimer.singleShot(2000, self, self._uncopy)

    @Slot()
    def _uncopy(self) -> None:
        self.copy.setText(self.tr("Copy the address"))


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
        self.browser = Button("", kind="primary", icon_name="globe", name="signInBrowser")
        dress(
            self.browser,
            "#signInBrowser { font-size: 15px; }",
        )
        self.jwt = Button(self.tr("Use a JWT credential"), icon_name="key", name="signInJwt")
        self.password = Button(self.tr("Password or older service"), icon_name="lock", name="signInPassword")
        self.cancel = Button(self.tr("Cancel"), kind="link", name="cancelResume", act=self.cancel_asked)
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
