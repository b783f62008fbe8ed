"""What the sign-in card shows while the person is in the browser: what to do, and how long there is time.

The listener behind it waits five minutes (services/account/browser_sign_in.py); the minutes shown are counted
here from the moment it was up. GUI thread. Read next: sign_in_page.py, bridge/account/session_desk.py.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rcdesk.bridge.runtime.timers import ticking
from rcdesk.ui.kit.look import Button, across, fill, label

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
        self.copy = Button(self.tr("Copy the address"), icon_name="copy", name="copyAddress")
        self.cancel = Button(self.tr("Cancel"), name="cancelSignIn")
        layout = QVBoxLayout(self)
        fill(layout, label(title, "cardTitle"), self.words, self._left, self.notice, 6, margins=0, spacing=8)
        for button in (self.again, self.copy, self.cancel):
            button.setMinimumHeight(40)
        fill(layout, self.again, self.copy, across(self.cancel, ..., spacing=10))
        self.again.clicked.connect(self._open)
        self.copy.clicked.connect(self._copy)
        self.cancel.clicked.connect(self.cancel_asked)

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
