"""The welcome page: sign in with a JWT credential, or try the desk on the simulator.

What is typed goes to SessionDesk and nowhere else; the key is kept by the keyring, or in memory without
one. GUI thread. Read next: bridge/session_desk.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.session_desk import SessionState
from rcdesk.core.account import PRODUCTION_URL, Credentials, ServerProfile
from rcdesk.ui.card import Card
from rcdesk.ui.look import Button, color, dress, glyph, hairline, label
from rcdesk.ui.theme import theme


class SignInPage(QWidget):
    """try_demo() asks for the built-in simulator."""

    try_demo = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        kept = desk.preferences.value
        self.client_id = _field("clientId", self.tr("Client ID"), kept.client_id)
        self.client_secret = _field("clientSecret", self.tr("Client secret"), "", is_secret=True)
        self.jwt = _field("jwtEdit", self.tr("JWT credential"), "", is_secret=True)
        self.server = _field("serverEdit", self.tr("Server"), kept.base_url or PRODUCTION_URL)
        self._logo = QLabel()
        self._logo.setFixedSize(40, 40)
        self._logo.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sign_in = Button(
            self.tr("Sign in with this JWT"), kind="primary", icon_name="key", token="onaccent"
        )
        self.sign_in.setObjectName("signInButton")
        self.sign_in.setMinimumHeight(44)
        self.demo = Button(self.tr("Try the whole desk on the built-in simulator"), kind="link")
        self.demo.setObjectName("tryDemoButton")
        dress(self.demo, "padding: 4px 0; text-align: left;")
        self._problem = label("", "bad", wraps=True)
        self._problem.setObjectName("signInProblem")
        self._problem.hide()
        self._build()
        self.sign_in.clicked.connect(self._sign_in)
        self.demo.clicked.connect(self.try_demo)
        for field in (self.client_id, self.client_secret, self.jwt, self.server):
            field.returnPressed.connect(self._sign_in)
        desk.session.failed.connect(self.show_problem)
        desk.session.state_changed.connect(self._state_changed)
        theme().changed.connect(self._recolor)
        self._recolor()
        self._state_changed(desk.session.state)

    def show_problem(self, sentence: str) -> None:
        """One sentence why signing in did not work, "" for nothing."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def _build(self) -> None:
        card = Card()
        card.setObjectName("signInJwt")
        card.setFixedWidth(430)
        inside = card.body
        inside.setContentsMargins(28, 28, 28, 24)
        inside.setSpacing(6)
        inside.addWidget(self._logo)
        inside.addSpacing(8)
        inside.addWidget(label(self.tr("Welcome to your desk"), "cardTitle"))
        words = self.tr(
            "Sign in once. The key stays in this computer’s keyring; without a keyring it is only kept "
            "in memory until you quit."
        )
        inside.addWidget(label(words, "muted", wraps=True))
        inside.addSpacing(8)
        for field in (self.client_id, self.client_secret, self.jwt, self.server):
            caption = label(field.accessibleName(), "label")
            caption.setBuddy(field)
            inside.addWidget(caption)
            inside.addWidget(field)
            inside.addSpacing(2)
        inside.addSpacing(4)
        inside.addWidget(self._problem)
        inside.addWidget(self.sign_in)
        inside.addSpacing(10)
        inside.addWidget(hairline())
        inside.addSpacing(4)
        inside.addWidget(label(self.tr("No account?"), "muted"))
        inside.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignLeft)
        middle = QWidget()
        middle.setProperty("surface", "clear")
        column = QVBoxLayout(middle)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(middle)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    @Slot()
    def _sign_in(self) -> None:
        if not self.sign_in.isEnabled():
            return
        missing = next(
            (f for f in (self.client_id, self.client_secret, self.jwt) if not f.text().strip()), None
        )
        if missing is not None:
            self.show_problem(self.tr("{0} is missing.").format(missing.accessibleName()))
            missing.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        base_url = self.server.text().strip().rstrip("/") or PRODUCTION_URL
        if "://" not in base_url:
            base_url = f"https://{base_url}"
        client_id = self.client_id.text().strip()
        self.show_problem("")
        self._desk.preferences.update(base_url=base_url, client_id=client_id)
        self._desk.session.sign_in_jwt(
            ServerProfile(name=base_url.split("://", 1)[1], base_url=base_url, client_id=client_id),
            Credentials(
                client_id=client_id,
                client_secret=self.client_secret.text().strip(),
                jwt=self.jwt.text().strip(),
            ),
        )

    @Slot(object)
    def _state_changed(self, state: SessionState) -> None:
        is_busy = state is SessionState.SIGNING_IN
        self.sign_in.setEnabled(not is_busy)
        self.sign_in.setText(self.tr("Signing in…") if is_busy else self.tr("Sign in with this JWT"))
        self.demo.setEnabled(not is_busy)
        if state is SessionState.SIGNED_IN:
            self.show_problem("")
            self.client_secret.clear()
            self.jwt.clear()

    @Slot()
    def _recolor(self) -> None:
        self._logo.setStyleSheet(f"background: {color('accent').name()}; border-radius: 10px;")
        self._logo.setPixmap(glyph("phone", "onaccent", 22, self.devicePixelRatioF()))


def _field(object_name: str, name: str, text: str, *, is_secret: bool = False) -> QLineEdit:
    field = QLineEdit(text)
    field.setObjectName(object_name)
    field.setAccessibleName(name)
    field.setMinimumHeight(38)
    if is_secret:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
