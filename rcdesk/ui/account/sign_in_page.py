"""The sign-in page: one card with the ways in, the form of the chosen way, and the wait for the browser.

It is the welcome of the first start, the prompt when the service wants a new sign-in (nothing of the desk is
lost meanwhile), and the way to another account. What is typed goes to SessionDesk and nowhere else. GUI
thread. Read next: sign_in_ways.py, sign_in_forms.py, bridge/account/session_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.desk import Desk
from rcdesk.core.account.account import AppSecret, Credentials, ServerProfile
from rcdesk.core.account.keyring import KeyringState
from rcdesk.ui.account.sign_in_form import SignInForm, is_about_app
from rcdesk.ui.account.sign_in_forms import BrowserForm, JwtForm, PasswordForm
from rcdesk.ui.account.sign_in_ways import SignInWaiting, SignInWays
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.look import Button, across, color, down, dress, fill, glyph, hairline, label, named
from rcdesk.ui.kit.plain_text import Line, PlainLabel
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.words.server_words import host_of, place_words

_F = TypeVar("_F", bound=SignInForm)

CARD_WIDTH_PX = 424
DEFAULT_NAME = "RingCentral"


class SignInPage(QWidget):
    """try_demo() asks for the built-in simulator, left() for the desk, servers_asked() for the servers."""

    try_demo = Signal()
    left = Signal()
    servers_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._is_another = False
        self._home_id = ""
        self._profile = ServerProfile(name=DEFAULT_NAME)
        self.ways = SignInWays()
        self._forms: list[SignInForm] = []
        self._views: list[QWidget] = [self.ways]
        self._room = QVBoxLayout()
        self._view: QWidget = self.ways
        self._before_waiting: QWidget = self.ways
        self._logo = PlainLabel()
        self._logo.setFixedSize(40, 40)
        self._logo.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.leave = Button(self.tr("Back to the desk"), kind="link", icon_name="left", name="backToDesk")
        self.demo = Button(self.tr("Try the whole desk on the built-in simulator"), kind="link")
        self.demo.setObjectName("tryDemoButton")
        self.change = Button(self.tr("change"), kind="link", act=self.servers_asked)
        named(self.change, "changeServer", self.tr("Change the server"))
        self._server = Line("small", name="signInServer")
        self._build()
        self._connect()
        self._recolor()
        self._profiles_changed()
        self._show(self.ways)
        self._state_changed(desk.session.state)
        self._keyring_changed(desk.session.keyring)

    # The first view is all a start shows; the others are made when they are first opened.

    @cached_property
    def browser(self) -> BrowserForm:
        return self._added(BrowserForm(), self._open_browser)

    @cached_property
    def jwt(self) -> JwtForm:
        return self._added(JwtForm(), self._sign_in)

    @cached_property
    def password(self) -> PasswordForm:
        return self._added(PasswordForm(), self._sign_in)

    @cached_property
    def waiting(self) -> SignInWaiting:
        view = SignInWaiting()
        session = self._desk.session
        view.cancel_asked.connect(session.cancel_sign_in)
        session.browser_waiting.connect(view.show_url)
        session.browser_noticed.connect(view.show_notice)
        self._add_view(view)
        return view

    @property
    def problem(self) -> str:
        """The sentence shown on why signing in did not work, "" for none."""
        view = self._view
        if isinstance(view, SignInForm | SignInWays):
            return view.problem.text()
        return ""

    def show_problem(self, sentence: str) -> None:
        """One sentence on why signing in did not work, "" for nothing; shown where it happened."""
        if self._view is self.ways and self._before_waiting is self.ways and is_about_app(sentence):
            self._show(self.browser)
        if isinstance(self._view, SignInForm):
            self._view.show_refusal(sentence)
        else:
            self.ways.show_problem(sentence)

    def begin(self, *, is_another: bool = False) -> None:
        """The page is opened from the desk: to sign in again, or with another account."""
        session = self._desk.session
        self._is_another = is_another
        self._home_id = session.profile.id if session.profile is not None and is_another else ""
        self._profiles_changed()
        self.ways.show_problem("")
        self.ways.show_state(session.state, is_another=is_another)
        self._show(self.ways)
        self._show_leave()
        self.ways.begin()

    def _added(self, form: _F, act: Callable[..., None]) -> _F:
        form.asked.connect(act)
        form.back_asked.connect(self._go_back)
        form.take(self._profile)
        form.set_busy(is_busy=self._desk.session.state is SessionState.SIGNING_IN)
        self._forms.append(form)
        self._add_view(form)
        return form

    def _add_view(self, view: QWidget) -> None:
        view.hide()
        self._views.append(view)
        self._room.addWidget(view)

    def _build(self) -> None:
        self._card = card = Card()
        card.setObjectName("signInCard")
        inside = card.body
        inside.setContentsMargins(28, 28, 28, 24)
        inside.setSpacing(6)
        inside.addLayout(across(self._logo, ..., (self.leave, 0, Qt.AlignmentFlag.AlignTop)))
        inside.addSpacing(8)
        self._room.addWidget(self.ways)
        fill(inside, self._room, 4)
        self._line = hairline()
        fill(inside, self._line, 4)
        self._no_account = label(self.tr("No account?"), "muted")
        inside.addWidget(self._no_account)
        dress(self.demo, "padding: 4px 0; text-align: left;")
        inside.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignLeft)
        dress(self.change, "font-size: 12px; font-weight: 400; padding: 2px 4px; color: $ink2;")
        inside.addLayout(across(self._server, self.change, ..., spacing=0))
        middle = QWidget()
        middle.setProperty("surface", "clear")
        down(..., across(..., card, ...), ..., of=middle)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(middle)
        down(area, of=self, margins=0)

    def _connect(self) -> None:
        session = self._desk.session
        self.ways.browser_asked.connect(self._browser_asked)
        self.ways.jwt_asked.connect(self._jwt_asked)
        self.ways.password_asked.connect(self._password_asked)
        self.ways.cancel_asked.connect(session.cancel_sign_in)
        self.demo.clicked.connect(self._try_demo)
        self.leave.clicked.connect(self._leave)
        session.failed.connect(self.show_problem)
        session.state_changed.connect(self._state_changed)
        session.keyring_changed.connect(self._keyring_changed)
        self._desk.profiles.changed.connect(self._profiles_changed)
        theme().changed.connect(self._recolor)

    # What the person asks for

    @Slot()
    def _browser_asked(self) -> None:
        self.ways.show_problem("")
        if self._profile.client_id and self._profile.app_secret is not AppSecret.MISSING:
            self._open_browser(self._profile, Credentials(client_id=self._profile.client_id))
        else:
            self._show_form(self.browser)

    @Slot()
    def _jwt_asked(self) -> None:
        self._show_form(self.jwt)

    @Slot()
    def _password_asked(self) -> None:
        self._show_form(self.password)

    @Slot(object, object)
    def _open_browser(self, profile: ServerProfile, credentials: Credentials) -> None:
        self._before_waiting = self._view
        self.waiting.begin()
        self._show(self.waiting)
        self._desk.session.sign_in_browser(profile, credentials.client_secret)

    @Slot(object, object)
    def _sign_in(self, profile: ServerProfile, credentials: Credentials) -> None:
        self._before_waiting = self._view
        self._desk.session.sign_in(replace(profile, grant=credentials.grant), credentials)

    @Slot()
    def _go_back(self) -> None:
        """Give up what is going on; when nothing is, back to the ways."""
        if self._desk.session.state is SessionState.SIGNING_IN:
            self._desk.session.cancel_sign_in()
            return
        self._show(self.ways)
        self.ways.begin()

    @Slot()
    def _try_demo(self) -> None:
        self._before_waiting = self.ways
        self._show(self.ways)
        self.try_demo.emit()

    @Slot()
    def _leave(self) -> None:
        """Back to the desk; an attempt with another account may have left the former one behind."""
        session = self._desk.session
        if session.state is SessionState.SIGNING_IN:
            session.cancel_sign_in()
        home_id, self._home_id, self._is_another = self._home_id, "", False
        if home_id and (session.account is None or session.profile is None or session.profile.id != home_id):
            session.use(home_id)
        self.left.emit()

    # What the desk says

    @Slot(object)
    def _state_changed(self, state: SessionState) -> None:
        is_busy = state is SessionState.SIGNING_IN
        for form in self._forms:
            form.set_busy(is_busy=is_busy)
        self.ways.set_busy(is_busy=is_busy)
        for button in (self.demo, self.change):
            button.setEnabled(not is_busy)
        if not is_busy:
            if isinstance(self._view, SignInWaiting):
                self._view.end()
                self._show(self._before_waiting)
                self._begin_view()
            self.take_keyboard()
        if state is SessionState.SIGNED_IN:
            self._signed_in()
        self.ways.show_state(state, is_another=self._is_another)
        self._show_leave()

    @Slot(object)
    def _keyring_changed(self, state: KeyringState) -> None:
        """A sign-in that takes long may wait for the keyring instead of the service."""
        is_waiting = state is KeyringState.WAITING
        words = self.tr("Waiting for the keyring…") if is_waiting else self.tr("Signing in…")
        self.ways.show_wait(words)
        for view in self._forms:
            view.show_wait(words)

    def _signed_in(self) -> None:
        """Nothing secret stays in the fields, and the profile is called after its person."""
        for form in self._forms:
            form.forget_secrets()
            form.show_problem("")
        self.ways.show_problem("")
        self._is_another, self._home_id = False, ""
        self._show(self.ways)
        session = self._desk.session
        if session.profile is None or session.account is None or not session.account.name:
            return
        kept = self._desk.profiles.value.find(session.profile.id)
        if kept is not None and kept.name in ("", DEFAULT_NAME, place_words(kept)):
            self._desk.profiles.put(replace(kept, name=session.account.name))

    @Slot()
    def _profiles_changed(self) -> None:
        """The server of the next sign-in: the one that wants it again, else the one in use."""
        session, profiles = self._desk.session, self._desk.profiles
        known = profiles.active or ServerProfile(name=DEFAULT_NAME)
        asked = session.profile
        if session.state is SessionState.NEEDS_SIGN_IN and asked is not None and not asked.is_demo:
            known = profiles.value.find(asked.id) or asked
        if self._is_another:
            known = replace(profiles.another(known.without_secret()), name=place_words(known))
        self._profile = known
        self.ways.take(known)
        for form in self._forms:
            form.take(known)
        words = self.tr("Server: {0}").replace("{0}", host_of(known.base_url))
        self._server.setText(f"{words}  ·")
        self._server.setAccessibleName(words)

    # What is shown

    def _show_form(self, form: SignInForm) -> None:
        form.take(self._profile)
        form.show_problem("")
        self._show(form)
        form.begin()

    def _show(self, view: QWidget) -> None:
        self._view = view
        for one in self._views:
            one.setVisible(one is view)
        self._show_leave()

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard works here at once."""
        super().showEvent(event)
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """While the card is seen the keyboard works on it: on the first way, or where the form wants it."""
        focused = self.window().focusWidget()
        has_it = focused is not None and self.isAncestorOf(focused) and focused.isVisible()
        if self.isVisible() and not (has_it and focused is not None and focused.isEnabled()):
            self._begin_view()

    def _begin_view(self) -> None:
        view = self._view
        if isinstance(view, SignInForm | SignInWays):
            view.begin()

    def _show_leave(self) -> None:
        """A way back for those who have a desk; the demo for those who have none."""
        has_desk = self._desk.session.account is not None or bool(self._home_id)
        self.leave.setVisible(has_desk)
        for part in (self._no_account, self.demo):
            part.setVisible(self._view is self.ways and not has_desk)

    @Slot()
    def _recolor(self) -> None:
        self._card.setFixedWidth(round(CARD_WIDTH_PX * theme().scale))
        self._logo.setStyleSheet(f"background: {color('accent').name()}; border-radius: 10px;")
        self._logo.setPixmap(glyph("phone", "onaccent", 22, self.devicePixelRatioF()))
