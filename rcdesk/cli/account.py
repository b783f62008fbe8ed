"""`rcdesk login`, `logout`, `whoami` and `profiles`: done with the running rcdesk, or by this program alone.

A sign-in is made here and kept in the keyring; a window that is open is then told to go on with it. Without a
keyring nothing can be kept, which is said. Secrets come from whoever asks for them (account_output.py), never
from arguments. Main thread of a program without a window. Read next: archive_lock.py,
services/account/connection.py, core/orders/who_report.py.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.cli.archive_lock import ArchiveLock, Output, SignInWay, refusal, refused
from rcdesk.cli.typed import called, is_address, jwt_json, no_such, profile_at, usual_name
from rcdesk.core.account.account import (
    NOT_TOLD,
    PRODUCTION_URL,
    Account,
    Credentials,
    GrantKind,
    ServerKind,
    ServerProfile,
    ServerProfiles,
)
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RcdeskError, SignInNeeded, UserError
from rcdesk.core.orders.order import ExitStatus, Order, ProfileOrder, WhoOrder
from rcdesk.core.orders.who_report import profiles_json, who_json
from rcdesk.store.account import kept_account
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection
    from rcdesk.store.account.secrets import Secrets

Tell: TypeAlias = Callable[[Output], None]

INTERRUPTED = "Interrupted. Nothing was changed."
INTERRUPTED_ASKING = "Interrupted before there was an answer. See rcdesk profiles for how it stands."
INTERRUPTED_KEPT = "Interrupted, but the sign-in had worked and is kept in the keyring. See rcdesk profiles."
NOBODY = "Nobody is signed in. Sign in with rcdesk login, or in the window of rcdesk."
NO_KEYRING = (
    "The sign-in worked, but there is no keyring here, and rcdesk keeps secrets nowhere else: it has ended "
    "with this command. Start a keyring (gnome-keyring, KWallet), or give each command --sign-in FILE."
)

KEYRING_TROUBLE = (
    "The sign-in worked. {0}, and rcdesk keeps secrets nowhere else: it has ended with this command. Mend "
    "that and sign in again, or give each command --sign-in FILE."
)
UNKNOWN_SIGN_INS = "{0}, so it cannot be said who is signed in."


class AccountWord(Enum):
    LOGIN = "login"
    LOGOUT = "logout"
    WHOAMI = "whoami"
    PROFILES = "profiles"


class AccountCommand(Struct, frozen=True, kw_only=True):
    """What was typed. profile: a name, "" for the active one; for PROFILES the one to use. The rest is of
    LOGIN: "" and 0 leave it as the profile says."""

    word: AccountWord
    is_json: bool = False
    profile: str = ""
    grant: GrantKind = GrantKind.BROWSER
    server: str = ""
    client_id: str = ""
    jwt_file: str = ""
    user: str = ""
    extension: str = ""
    port: int = 0
    ca_file: str = ""
    opens_browser: bool = True
    kind: ServerKind = ServerKind.REST


class Prompts(Protocol):
    """Whoever types: secrets are asked for unseen, or come line by line from standard input."""

    def secret(self, name: str) -> str: ...

    def line(self, name: str) -> str: ...

    def everything(self) -> str: ...

    def open_url(self, url: str) -> None: ...


class AccountRun:
    """One command. run() does it and tells what became of it; the last line has "status"."""

    def __init__(
        self,
        command: AccountCommand,
        paths: Paths,
        stop: CancelToken,
        tell: Tell,
        prompts: Prompts,
        *,
        make_secrets: Callable[[], Secrets] | None = None,
    ) -> None:
        """stop: cancelled by Ctrl+C."""
        self._command = command
        self._lock = ArchiveLock(SignInWay(), paths, stop)
        self._stop = stop
        self._tell = tell
        self._prompts = prompts
        self._make_secrets = make_secrets

    def close(self) -> None:
        self._lock.close()

    def run(self) -> None:
        try:
            match self._command.word:
                case AccountWord.LOGIN:
                    self._login()
                case AccountWord.LOGOUT:
                    self._logout()
                case AccountWord.WHOAMI:
                    self._whoami()
                case AccountWord.PROFILES:
                    self._profiles()
                case _:
                    assert_never(self._command.word)
        except RcdeskError as exc:
            has_asked = self._command.word in (AccountWord.LOGOUT, AccountWord.PROFILES)
            self._tell(refused(exc, INTERRUPTED_ASKING if has_asked else INTERRUPTED))

    # login

    def _login(self) -> None:
        saved = self._lock.profiles()
        profile, credentials = self._what_is_asked(saved)
        connection = self._connect(profile)
        try:
            account = self._signed_in(connection, credentials)
            profile = saved.identified(connection.profile)
            is_kept, trouble = connection.is_persistent, connection.keyring.trouble
        finally:
            connection.close()
        output: Output = {"who": who_json(account, profile), "is_kept": is_kept}
        if not is_kept:
            sentence = KEYRING_TROUBLE.replace("{0}", trouble) if trouble else NO_KEYRING
            self._tell({**output, **refusal(sentence, ExitStatus.TROUBLE)})
            return
        try:
            is_used = self._use(profile)
        except Cancelled:
            self._tell({**output, **refusal(INTERRUPTED_KEPT, ExitStatus.INTERRUPTED)})
            return
        if not is_used:
            return
        self._tell({**output, "status": int(ExitStatus.DONE)})

    def _signed_in(self, connection: Connection, credentials: Credentials) -> Account:
        if credentials.grant is not GrantKind.BROWSER:
            return connection.sign_in(credentials, self._stop)

        def opened(url: str) -> None:
            self._tell({"url": url})
            if self._command.opens_browser:
                self._prompts.open_url(url)

        def noticed(sentence: str) -> None:
            self._tell({"note": sentence})

        secret = credentials.client_secret
        return connection.sign_in_browser(secret, self._stop, opened=opened, noticed=noticed)

    def _what_is_asked(self, saved: ServerProfiles) -> tuple[ServerProfile, Credentials]:
        """The profile with what was typed, and the credentials, which are asked for here."""
        command = self._command
        former = called(command.profile, saved) if command.profile else None
        given = self._jwt_file() if command.grant is GrantKind.JWT else {}
        server = command.server or given.get("server", "") or (former.base_url if former else PRODUCTION_URL)
        if not is_address(server):
            raise UserError(f"{server} is no server: give its address, as in --server {PRODUCTION_URL}.")
        client_id = command.client_id or given.get("client_id", "")
        if former is None and not command.profile:
            former = profile_at(server, client_id, command.kind, saved)
        client_id = client_id or (former.client_id if former is not None else "")
        if not client_id and command.kind is ServerKind.REST:
            client_id = self._prompts.line("Client ID of your app")
        name = command.profile or (former.name if former is not None else usual_name(server))
        profile = replace(
            former or ServerProfile(name=name),
            name=name if former is None else former.name,
            base_url=server,
            client_id=client_id,
            kind=command.kind,
            redirect_port=command.port or (former.redirect_port if former is not None else 0),
            ca_file=command.ca_file or (former.ca_file if former is not None else ""),
        )
        return self._told_apart(profile, former, saved), self._credentials(profile, given)

    def _told_apart(
        self, profile: ServerProfile, former: ServerProfile | None, saved: ServerProfiles
    ) -> ServerProfile:
        """With an id of its own before any secret is kept under it."""
        return profile if former is not None else saved.identified(profile)

    def _credentials(self, profile: ServerProfile, given: dict[str, str]) -> Credentials:
        command = self._command
        jwt, password = given.get("jwt", ""), ""
        if command.grant is GrantKind.JWT and not jwt:
            raise UserError("There is no JWT in what was given. Nothing was changed.")
        if command.grant is GrantKind.PASSWORD:
            password = self._prompts.secret("Password")
        secret = given.get("client_secret", "")
        if not secret and command.kind is ServerKind.REST:
            secret = self._kept_secret(profile) or self._prompts.secret(
                "Client secret (none for a public app)"
            )
        return Credentials(
            client_id=profile.client_id,
            client_secret=secret,
            jwt=jwt,
            username=command.user if command.grant is GrantKind.PASSWORD else "",
            extension=command.extension if command.grant is GrantKind.PASSWORD else "",
            password=password,
        )

    def _kept_secret(self, profile: ServerProfile) -> str:
        from rcdesk.services.account.sign_in import KeptSignIn

        return KeptSignIn(self._secrets(), profile).client_secret

    def _jwt_file(self) -> dict[str, str]:
        """server, client_id, client_secret and jwt, as far as the file or standard input has them."""
        name = self._command.jwt_file
        if name == "-":
            first = self._prompts.secret("JWT")
            if not first.startswith("{"):
                return {"jwt": first}
            return jwt_json("\n".join((first, self._prompts.everything())))
        try:
            text = Path(name).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as exc:
            raise UserError(f"The file {name} cannot be read. Nothing was changed.") from exc
        return jwt_json(text) if text.startswith("{") else {"jwt": text}

    # logout, whoami, profiles

    def _logout(self) -> None:
        profile = self._chosen()
        if self._lock.instance.begin_turn():
            self._sign_out(profile)
            return
        output = self._last(ProfileOrder(profile=profile, is_out=True))
        if output is not None and output.get("status") == ExitStatus.DONE:
            self._tell({"signed_out": profile.name, **output})
        else:
            # The window uses another one, or has gone.
            self._sign_out(profile)

    def _sign_out(self, profile: ServerProfile) -> None:
        note = ""
        try:
            connection = self._connect(profile)
        except UserError as exc:
            was_signed_in = self._wipe(profile)
            if profile.kind is ServerKind.REST:
                note = f"{NOT_TOLD} {exc}"
        else:
            try:
                was_signed_in = connection.is_signed_in
                if not connection.sign_out(self._stop):
                    note = NOT_TOLD
            finally:
                connection.close()
        kept_account.forget(self._lock.paths.account_file, profile.key)
        if was_signed_in:
            output: Output = {"signed_out": profile.name, "status": int(ExitStatus.DONE)}
            self._tell({**output, "note": note} if note else output)
        else:
            self._tell(refusal(f"Nobody was signed in to {profile.name}.", ExitStatus.SIGNED_OUT))

    def _wipe(self, profile: ServerProfile) -> bool:
        """Forget what is kept where nothing can be asked; False when nobody was signed in."""
        from rcdesk.services.account.sign_in import KeptSignIn

        secrets = self._secrets()
        was_signed_in = _is_kept(profile, secrets)
        KeptSignIn(secrets, profile).wipe()
        return was_signed_in

    def _whoami(self) -> None:
        if self._lock.instance.begin_turn():
            self._tell(self._who())
        else:
            self._tell(self._last(WhoOrder()) or self._who())

    def _who(self) -> Output:
        connection = self._connect(self._chosen())
        try:
            account = connection.resume(self._stop)
        finally:
            connection.close()
        if account is None:
            raise SignInNeeded(NOBODY, status=401)
        return {"who": who_json(account, connection.profile), "status": int(ExitStatus.DONE)}

    def _profiles(self) -> None:
        saved = self._lock.profiles()
        if self._command.profile:
            profile = called(self._command.profile, saved)
            if profile is None:
                raise UserError(no_such(self._command.profile, saved))
            if not self._use(profile):
                return
            saved = saved.activated(profile.id)
        secrets = self._secrets()
        signed_in = frozenset(profile.id for profile in saved.profiles if _is_kept(profile, secrets))
        output: Output = {"profiles": profiles_json(saved, signed_in), "status": int(ExitStatus.DONE)}
        if secrets.state.is_trouble:
            output["note"] = UNKNOWN_SIGN_INS.replace("{0}", secrets.state.trouble)
        self._tell(output)

    # together

    def _chosen(self) -> ServerProfile:
        """The profile that was named, else the active one. Raises UserError, SignInNeeded."""
        saved = self._lock.profiles()
        name = self._command.profile
        profile = called(name, saved) if name else saved.active
        if profile is None and name:
            raise UserError(no_such(name, saved))
        if profile is None:
            raise SignInNeeded(NOBODY, status=401)
        return profile

    def _use(self, profile: ServerProfile) -> bool:
        """Make it the active one: here, or in the window that is open. False when that refused, told."""
        if not self._lock.instance.begin_turn():
            output = self._last(ProfileOrder(profile=profile))
            if output is not None:
                if "who" in output or output.get("status") == ExitStatus.SIGNED_OUT:
                    return True
                self._tell(output)
                return False
            self._lock.take()
        # Read now: a window may have changed the others while this command waited for somebody.
        self._lock.save_profiles(self._lock.profiles().with_saved(profile).activated(profile.id))
        return True

    def _last(self, order: Order) -> Output | None:
        """The last line a window answers, None when it has gone."""
        last: Output | None = None
        for output in self._lock.instance.ask(order, self._stop):
            last = output
        return last

    def _connect(self, profile: ServerProfile) -> Connection:
        from rcdesk.services.account.connection import Connection

        return Connection(profile, self._secrets())

    def _secrets(self) -> Secrets:
        return self._lock.secrets() if self._make_secrets is None else self._make_secrets()


def _is_kept(profile: ServerProfile, secrets: Secrets) -> bool:
    """True when there is something to go on with there."""
    from rcdesk.services.account.sign_in import KeptSignIn

    kept = KeptSignIn(secrets, profile)
    if profile.kind is ServerKind.LEGACY:
        return kept.credentials is not None
    return kept.load() is not None
