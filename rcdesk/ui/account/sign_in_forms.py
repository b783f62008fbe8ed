"""The three forms of the sign-in card: the app for the browser, a JWT credential, a password.

The form for the browser asks once for the client ID; it also says which address the app must have
registered. The password form is for old private apps and for the service of 2010, which needs no app. GUI
thread. Read next: sign_in_form.py, sign_in_page.py.
"""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QPushButton

from rcdesk.core.account.account import AppSecret, Credentials, ServerKind, ServerProfile
from rcdesk.ui.account.sign_in_form import SignInForm, is_about_app
from rcdesk.ui.kit.look import IconButton, across, dress, fill, label, named
from rcdesk.ui.kit.plain_text import Line
from rcdesk.ui.words.server_words import LEGACY_URL, base_url_of, host_of

CONSOLE = "developers.ringcentral.com"
_SEGMENTED = """
#serviceChoice { background: $well; border-radius: 9px; border: 1px solid $hairline; }
#serviceChoice QPushButton { background: transparent; border: 1px solid transparent; border-radius: 7px;
    color: $ink2; padding: 6px 8px; }
#serviceChoice QPushButton:checked { background: $raised; border-color: $hairline; color: $ink; }
#serviceChoice QPushButton:focus { border: 2px solid $accent; padding: 5px 7px; }
"""


class RedirectLine(QFrame):
    """The address the browser comes back to, with a button that copies it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "well")
        dress(self, 'QFrame[surface="well"] { background: $well; border-radius: 8px; border: none; }')
        self.uri = Line("body", name="redirectUri")
        self.uri.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = IconButton("copy", self.tr("Copy the redirect address"), name="copyRedirect")
        across((self.uri, 1), self.copy, of=self, margins=(10, 2, 4, 2))
        self.copy.clicked.connect(self._copy)

    def show_uri(self, uri: str) -> None:
        self.uri.setText(uri)
        self.uri.setAccessibleName(self.tr("Redirect address: {0}").replace("{0}", uri))

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.uri.text())
        self.copy.show_icon("check")


class BrowserForm(SignInForm):
    """Asks for the app once, and for a secret it is known to have whenever that is missing here; the person
    signs in at the service's own page."""

    def __init__(self) -> None:
        super().__init__(self.tr("Which app signs in?"), self._words(), self.tr("Open the browser"), "globe")
        self.client_id = self.add_field("clientId", self.tr("Client ID"))
        self.client_secret = self.add_field(
            "clientSecret",
            self.tr("Client secret"),
            is_secret=True,
            hint=self._hint(),
            shown=self.tr("Client secret, if the app has one"),
        )
        self.redirect = RedirectLine()
        self.body.addWidget(
            label(self.tr("Redirect address to register in the app, exactly"), "label", wraps=True)
        )
        self.body.addWidget(self.redirect)

    def take(self, profile: ServerProfile) -> None:
        """Show what is known of this server's app; while none is, what was typed stays."""
        if profile.client_id or profile.key != self._profile.key:
            self.client_id.setText(profile.client_id)
        super().take(profile)
        is_missing = profile.app_secret is AppSecret.MISSING
        self.words.setText(self._words(is_missing=is_missing))
        hint = self._hint(is_missing=is_missing)
        self.client_secret.setPlaceholderText(hint)
        self.client_secret.setAccessibleDescription(hint)
        self.redirect.show_uri(profile.redirect_uri)

    def _words(self, *, is_missing: bool = False) -> str:
        if is_missing:
            return self.tr(
                "The secret of this app is not on this computer: signing out removes it, and each account "
                "keeps its own."
            )
        words = self.tr(
            "RingCentral lets registered apps sign in. Register one at {0} (free), or ask your "
            "administrator for its client ID. rcdesk asks for it only once."
        )
        return words.replace("{0}", CONSOLE)

    def _hint(self, *, is_missing: bool = False) -> str:
        if is_missing:
            return self.tr("Empty only if the app has none any more")
        return self.tr("Empty for an app without one")

    def blamed(self, sentence: str) -> QLineEdit | None:
        """What is refused here is the app."""
        return self.client_id if is_about_app(sentence) else None

    def needed(self) -> tuple[QLineEdit, ...]:
        """Apps for desktops have no secret."""
        return (self.client_id,)

    def hand_on(self) -> None:
        """The profile with the client ID; the secret in the credentials."""
        client_id = self.client_id.text().strip()
        secret = self.client_secret.text().strip()
        self.asked.emit(
            replace(self._profile, client_id=client_id),
            Credentials(client_id=client_id, client_secret=secret),
        )


class JwtForm(SignInForm):
    """Asks for a JWT credential of the vendor's console."""

    def __init__(self) -> None:
        super().__init__(
            self.tr("Use a JWT credential"),
            self.tr("Made at {0} under Credentials, for an app with JWT sign-in.").replace("{0}", CONSOLE),
            self.tr("Sign in"),
            "key",
        )
        self.client_id = self.add_field("clientId", self.tr("Client ID"))
        self.client_secret = self.add_field("clientSecret", self.tr("Client secret"), is_secret=True)
        self.jwt = self.add_field("jwtEdit", self.tr("JWT credential"), is_secret=True)

    def take(self, profile: ServerProfile) -> None:
        """Show what is known of this server's app."""
        super().take(profile)
        self.client_id.setText(profile.client_id)

    def blamed(self, sentence: str) -> QLineEdit | None:
        if is_about_app(sentence):
            return self.client_id
        return self.jwt if "JWT" in sentence else None

    def needed(self) -> tuple[QLineEdit, ...]:
        return self.client_id, self.client_secret, self.jwt

    def hand_on(self) -> None:
        """The profile with the client ID, and all three as credentials."""
        client_id = self.client_id.text().strip()
        credentials = Credentials(
            client_id=client_id,
            client_secret=self.client_secret.text().strip(),
            jwt=self.jwt.text().strip(),
        )
        self.asked.emit(replace(self._profile, client_id=client_id), credentials)


class PasswordForm(SignInForm):
    """Asks for number, extension and password; with an app, or for the service of 2010 without one."""

    def __init__(self) -> None:
        super().__init__(
            self.tr("Password or older service"),
            self.tr(
                "Your password is kept in this computer’s keyring; without one, in memory until you quit."
            ),
            self.tr("Sign in"),
            "lock",
        )
        fill(self.body, self._make_choice(), 2)
        self.server = self.add_field("serverEdit", self.tr("Server"))
        self.username = self.add_field("username", self.tr("Phone number or user name"))
        self.extension = self.add_field(
            "extension", self.tr("Extension"), shown=self.tr("Extension, if you have one")
        )
        self.password = self.add_field("password", self.tr("Password"), is_secret=True)
        self.client_id = self.add_field("clientId", self.tr("Client ID"))
        self.client_secret = self.add_field("clientSecret", self.tr("Client secret"), is_secret=True)
        self._choose(is_legacy=False)

    @property
    def is_legacy(self) -> bool:
        return self.legacy.isChecked()

    def take(self, profile: ServerProfile) -> None:
        """Begin with what this server speaks."""
        is_new = profile.id != self._profile.id or profile.base_url != self._profile.base_url
        super().take(profile)
        self.client_id.setText(profile.client_id)
        if is_new or not self.server.text():
            is_legacy = profile.kind is ServerKind.LEGACY
            self.server.setText(host_of(profile.base_url if is_legacy else LEGACY_URL))
            if is_legacy and profile.base_url.startswith("http:"):
                self.server.setText(profile.base_url)
            self._choose(is_legacy=is_legacy)

    def blamed(self, sentence: str) -> QLineEdit | None:
        """The app, or the password, which is wrong more often than the number."""
        if is_about_app(sentence) and not self.is_legacy:
            return self.client_id
        if "server address" in sentence.lower() and self.is_legacy:
            return self.server
        return self.password if "password" in sentence.lower() else None

    def needed(self) -> tuple[QLineEdit, ...]:
        """The older service knows no apps."""
        if self.is_legacy:
            return self.server, self.username, self.password
        return self.username, self.password, self.client_id, self.client_secret

    def hand_on(self) -> None:
        """A profile of the chosen kind, with the credentials."""
        profile = self._chosen_profile()
        if profile is None:
            words = self.tr("This is not the address of a server. It looks like service.example.com.")
            self.show_problem(words, self.server)
            return
        credentials = Credentials(
            client_id=profile.client_id,
            client_secret="" if self.is_legacy else self.client_secret.text().strip(),
            username=self.username.text().strip(),
            extension=self.extension.text().strip(),
            password=self.password.text(),
        )
        self.asked.emit(profile, credentials)

    def _chosen_profile(self) -> ServerProfile | None:
        """The profile as the form has it; another kind than the profile's is another profile."""
        known = self._profile
        if not self.is_legacy:
            client_id = self.client_id.text().strip()
            if known.kind is ServerKind.REST:
                return replace(known, client_id=client_id)
            return ServerProfile(name="RingCentral", client_id=client_id)
        base_url = base_url_of(self.server.text())
        if not base_url:
            return None
        if known.kind is ServerKind.LEGACY:
            return replace(known, base_url=base_url, client_id="")
        return ServerProfile(
            name=host_of(base_url), base_url=base_url, kind=ServerKind.LEGACY, ca_file=known.ca_file
        )

    def _make_choice(self) -> QFrame:
        frame = named(QFrame(), "serviceChoice", self.tr("Which service"))
        dress(frame, _SEGMENTED)
        self._group = QButtonGroup(self)
        row = across(of=frame, margins=2, spacing=2)
        self.rest = named(QPushButton(self.tr("RingCentral app")), "serviceRest")
        self.legacy = named(QPushButton(self.tr("Older service")), "serviceLegacy")
        self.legacy.setToolTip(self.tr("The service of 2010: ringout.asp and faxapi.asp"))
        for button in (self.rest, self.legacy):
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(button.text())
            self._group.addButton(button)
            row.addWidget(button, 1)
        self._group.buttonClicked.connect(self._chosen)
        return frame

    def _choose(self, *, is_legacy: bool) -> None:
        (self.legacy if is_legacy else self.rest).setChecked(True)
        self._chosen()

    @Slot()
    def _chosen(self) -> None:
        self.show_problem("")
        self.show_field(self.server, is_shown=self.is_legacy)
        for field in (self.client_id, self.client_secret):
            self.show_field(field, is_shown=not self.is_legacy)

    def set_busy(self, *, is_busy: bool) -> None:
        """The service cannot be changed meanwhile either."""
        super().set_busy(is_busy=is_busy)
        for button in (self.rest, self.legacy):
            button.setEnabled(not is_busy)
