"""A signed-in connection to one server, and what the account behind it offers.

Joins the session of api/ with the secrets of store/, kept per server profile, so that the next start goes on
without asking. All ways of signing in come through here, and what the profile speaks decides which service
calls and faxes go to: REST, or the pages of 2010. Safe from every thread; blocking, never on the GUI thread.
Read next: sign_in.py (what is kept), browser_sign_in.py, api/session.py, api/legacy/client.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from rcdesk.api.auth import BrowserAsk, Client, CodeGrant, Grant, grant_of
from rcdesk.api.legacy.account import read_account
from rcdesk.api.legacy.client import LegacyClient
from rcdesk.api.legacy.fax import LegacyFax
from rcdesk.api.legacy.ring_out import LegacyPhone
from rcdesk.api.rest import account as account_api
from rcdesk.api.rest.fax import RestFax
from rcdesk.api.rest.ring_out import RestPhone
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account.account import Account, AppSecret, Credentials, ServerKind, ServerProfile
from rcdesk.core.account.capability import lacks_of
from rcdesk.core.account.keyring import KeyringState
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import (
    ApiError,
    Cancelled,
    KeyringUnavailable,
    NotAllowed,
    RcdeskError,
    Rejected,
    SignInNeeded,
    UserError,
)
from rcdesk.core.service import FaxApi, PhoneApi
from rcdesk.services.account.sign_in import KeptSignIn
from rcdesk.store.account.secrets import Secrets

T = TypeVar("T")

_SIGNED_OUT = "You are signed out. Sign in to go on."
_UNEXPECTED = "rcdesk could not finish the sign-in. Go back to it and try again."


class Connection:
    def __init__(self, profile: ServerProfile, secrets: Secrets, clock: Clock | None = None) -> None:
        """Raises UserError when the profile's address or certificate file cannot be used."""
        self.profile = profile
        """The server and its limits, the way of the last sign-in, and whether the app's secret is kept."""
        self._secrets = Secrets(use_keyring=False) if profile.is_demo else secrets
        self._clock = clock
        self._settling = threading.Lock()
        self._kept = KeptSignIn(self._secrets, profile)
        self.session = self._open(self.profile, self._kept)
        """What the functions of api/rest take; on a legacy profile nobody is ever signed in to it."""
        is_kept = bool(self._kept.client_secret)
        self.profile = replace(profile, app_secret=AppSecret.KEPT) if is_kept else profile.without_secret()
        self._legacy = self._open_legacy(self._kept.credentials) if self.is_legacy else None

    @property
    def is_legacy(self) -> bool:
        """True when the server speaks the API of 2010: calls and faxes, and nothing to read."""
        return self.profile.kind is ServerKind.LEGACY

    @property
    def phone(self) -> PhoneApi:
        """Calls, over what the profile speaks. Raises SignInNeeded when nobody is signed in."""
        return LegacyPhone(self._signed_in_legacy()) if self.is_legacy else RestPhone(self.session)

    @property
    def fax(self) -> FaxApi:
        """Faxes, over what the profile speaks. Raises SignInNeeded when nobody is signed in."""
        return LegacyFax(self._signed_in_legacy()) if self.is_legacy else RestFax(self.session)

    @property
    def is_signed_in(self) -> bool:
        """True when there is something to ask with, though the service may have forgotten it."""
        return self._legacy is not None if self.is_legacy else self.session.has_tokens

    @property
    def owner_id(self) -> str:
        """Who is signed in, the same at every start; "" when nobody is."""
        if self.is_legacy:
            return "" if self._legacy is None else self._legacy.owner_id
        tokens = self.session.tokens
        return "" if tokens is None else tokens.owner_id

    @property
    def kept_owner_id(self) -> str:
        """Whose sign-in is kept for this server by now: another program may have signed somebody else in."""
        kept = Connection(self.profile, self._secrets, self._clock)
        try:
            return kept.owner_id
        finally:
            kept.close()

    @property
    def is_persistent(self) -> bool:
        return self._secrets.is_persistent

    @property
    def keyring(self) -> KeyringState:
        return self._secrets.state

    def look_for_keyring(self) -> KeyringState:
        """Ask it whether it can be used now; what it missed is kept there then."""
        return self._secrets.look()

    def is_sign_in_of(self, credentials: Credentials) -> bool:
        """True when the sign-in that is kept was made with these."""
        return self._kept.credentials == credentials

    def sign_in(self, credentials: Credentials, token: CancelToken) -> Account:
        """Sign in with a JWT, or with user name and password, and read the account; legacy: password only.

        What the service accepted is kept, to sign in again without a question. Raises SignInNeeded when it is
        refused; when it fails for whatever reason, a former sign-in goes on.
        """
        if self.is_legacy:
            return self._sign_in_legacy(credentials, token)
        return self._take(grant_of(credentials), credentials, token)

    def sign_in_jwt(self, credentials: Credentials, token: CancelToken) -> Account:
        """Sign in with a JWT and read the account. Raises SignInNeeded when it is refused."""
        return self.sign_in(replace(credentials, username="", extension="", password=""), token)

    def sign_in_browser(
        self,
        client_secret: str,
        token: CancelToken,
        *,
        opened: Callable[[str], None],
        noticed: Callable[[str], None],
    ) -> Account:
        """Sign in where the person types their password: at the service's own page, in their browser.

        opened gets the address to open once the listener is up; noticed a sentence for each answer that was
        ignored. Takes until the browser came back. Raises UserError (port taken, refused, too late),
        SignInNeeded, Cancelled.
        """
        # Whoever signs in again is not asked for the app's secret another time.
        client_secret = client_secret.strip() or self._kept.client_secret
        from rcdesk.services.account.browser_sign_in import BrowserReturn

        credentials = Credentials(client_id=self.profile.client_id, client_secret=client_secret)
        client = Client(client_id=credentials.client_id, client_secret=client_secret)
        ask = BrowserAsk.fresh(client, self.profile.redirect_uri)
        with BrowserReturn(ask.redirect_uri, ask.state, self._clock) as browser:
            try:
                opened(ask.url(self.profile.base_url))
                code = browser.wait(token, noticed=noticed)
                account = self._take(CodeGrant(ask, code), credentials, token)
            except RcdeskError as exc:
                browser.tell(str(exc))
                raise
            except BaseException:
                browser.tell(_UNEXPECTED)
                raise
            browser.tell("")
            return account

    def resume(self, token: CancelToken) -> Account | None:
        """Go on with saved tokens; None when there are none. Raises SignInNeeded when they are void,
        KeyringUnavailable when it cannot be known whether there are any."""
        if not self.is_signed_in:
            self.check_keyring()
            return None
        return self.load_account(token)

    def check_keyring(self) -> None:
        """Raise KeyringUnavailable when a sign-in may be kept where it cannot be read now."""
        if (state := self.keyring).is_trouble:
            raise KeyringUnavailable(
                f"{state.trouble}, so a sign-in that is kept there cannot be used. {state.advice}"
            )

    def load_account(self, token: CancelToken) -> Account:
        """Read who is signed in, their numbers and cover pages. What the account may not read stays empty.

        What account and app cannot do is told by the scopes of the token and the extension's features.
        """
        if self.is_legacy:
            return read_account(self._signed_in_legacy(), token)
        return _account_of(self.session, token)

    def sign_out(self, token: CancelToken) -> bool:
        """Forget tokens and secrets here and tell the service; False when it could not be told.

        Raises KeyringUnavailable when all else is done but the keyring may still have the sign-in.
        """
        with self._settling:
            self._kept.forget()
            self._kept.keep_client_secret("")
            self.profile = self.profile.without_secret()
            is_told = self.session.sign_out(token)
            self._close_legacy()
            self._kept.check_wiped()
            return is_told

    def close(self) -> None:
        """Close the network connections; what is saved stays saved."""
        self.session.close()
        self._close_legacy()

    def _take(self, grant: Grant, credentials: Credentials, token: CancelToken) -> Account:
        """Trade a grant for tokens, see whose they are, and only then use and keep them."""
        session, kept, profile = self.session, self._kept, self.profile
        if grant.client.client_id != profile.client_id:
            profile = replace(profile, client_id=grant.client.client_id)
            kept = KeptSignIn(self._secrets, profile)
            session = self._open(profile, kept)
        try:
            return self._settle(grant, credentials, token, (session, kept, profile))
        finally:
            if session is not self.session:
                session.close()

    def _settle(
        self,
        grant: Grant,
        credentials: Credentials,
        token: CancelToken,
        place: tuple[ApiSession, KeptSignIn, ServerProfile],
    ) -> Account:
        """The trade itself. place: what is used afterwards, and only when it worked."""
        session, kept, profile = place
        trial = ApiSession(profile, _Unkept(), clock=self._clock, transport=session.transport)
        tokens = trial.sign_in(grant, token)
        try:
            account = _account_of(trial, token)
        except ApiError:
            trial.sign_out(token)
            raise
        with self._settling:
            is_wanted = not token.is_cancelled
            if is_wanted:
                # In this order nobody who dies in between leaves one's credentials beside another's tokens.
                kept.forget()
                kept.keep_client_secret(grant.client.client_secret)
                tokens = trial.tokens or tokens
                # Whose faxes may go out is told by the tokens, also where the service does not name them.
                session.take(grant, replace(tokens, owner_id=tokens.owner_id or account.owner_id))
                kept.keep_credentials(credentials)
                former, self.session, self._kept = self.session, session, kept
                self.profile = replace(profile, grant=credentials.grant, app_secret=_secret_of(grant.client))
                if former is not session:
                    former.close()
        if not is_wanted:
            # Given up, or signed out meanwhile: nothing of it may stay.
            trial.sign_out(CancelToken())
            token.check()
        return account

    def _sign_in_legacy(self, credentials: Credentials, token: CancelToken) -> Account:
        """There is no token: the credentials go with every request, and are kept once they were accepted."""
        if not credentials.username.strip() or not credentials.password:
            raise UserError("The telephone number or the password is missing.")
        client = self._open_legacy(credentials)
        assert client is not None
        try:
            account = read_account(client, token)
        except BaseException:
            client.close()
            raise
        with self._settling:
            if token.is_cancelled:
                client.close()
                token.check()
            self._close_legacy()
            self._legacy = client
            self._kept.keep_credentials(credentials)
            self.profile = replace(self.profile, grant=credentials.grant)
        return account

    def _open_legacy(self, credentials: Credentials | None) -> LegacyClient | None:
        if credentials is None:
            return None
        who = (credentials.username, credentials.extension, credentials.password)
        return LegacyClient(self.profile, *who, clock=self._clock)

    def _signed_in_legacy(self) -> LegacyClient:
        if self._legacy is None:
            raise SignInNeeded(_SIGNED_OUT, status=401)
        return self._legacy

    def _close_legacy(self) -> None:
        client, self._legacy = self._legacy, None
        if client is not None:
            client.close()

    def _open(self, profile: ServerProfile, kept: KeptSignIn) -> ApiSession:
        return ApiSession(profile, kept, clock=self._clock, client_secret=kept.client_secret, kept=kept)


def connection_for(
    profile: ServerProfile, credentials: Credentials | None, secrets: Secrets, clock: Clock | None = None
) -> Connection:
    """Given credentials say who this is: what is kept of anybody else is neither used nor lost."""
    kept = Connection(profile, secrets, clock)
    is_free = not kept.is_signed_in and not kept.keyring.is_trouble
    if credentials is None or is_free or kept.is_sign_in_of(credentials):
        return kept
    kept.close()
    return Connection(profile, Secrets(use_keyring=False), clock)


def _secret_of(client: Client) -> AppSecret:
    return AppSecret.KEPT if client.client_secret else AppSecret.NONE


def _account_of(session: ApiSession, token: CancelToken) -> Account:
    info = account_api.read_extension(session, token)
    tokens = session.tokens

    def allowed(read: Callable[[ApiSession, CancelToken], T], instead: T) -> T:
        try:
            return read(session, token)
        except (NotAllowed, Rejected):
            return instead

    company = info.company or allowed(account_api.read_account, account_api.AccountInfo(id="")).name
    none: dict[str, str] = {}
    caller_ids = allowed(account_api.caller_ids, none)
    return Account(
        owner_id=info.owner_id,
        name=info.name,
        company=company,
        extension_number=info.extension_number,
        home_country=info.home_country or "US",
        forwarding_numbers=allowed(account_api.forwarding_numbers, ()),
        numbers=allowed(account_api.phone_numbers, ()),
        cover_pages=allowed(account_api.cover_pages, ()),
        ring_out_caller_id=caller_ids.get("RingOut", ""),
        fax_caller_id=caller_ids.get("FaxNumber", ""),
        lacks=lacks_of(tokens.scope if tokens is not None else "", dict(info.features)),
    )


class _Unkept:
    """The TokenKeeper of a sign-in that is not settled yet."""

    def load(self) -> Tokens | None:
        return None

    def save(self, tokens: Tokens) -> None:
        pass

    def clear(self) -> None:
        pass


def session_of(connection: Connection | None) -> ApiSession:
    """The session to ask through. Raises SignInNeeded when nobody is, NotAllowed on a legacy profile."""
    if connection is None:
        raise SignInNeeded(_SIGNED_OUT, status=401)
    if connection.is_legacy:
        raise NotAllowed("This is not possible with this older service.", status=0)
    return connection.session


def session_for(connection: Connection | None, owner_id: str) -> ApiSession:
    """The same, of this person. Raises Cancelled when somebody else is signed in by now: nobody waits for
    this answer any more, and what another account says is never filed here."""
    session = session_of(connection)
    check_is_theirs(session, owner_id)
    return session


def check_is_theirs(session: ApiSession, owner_id: str) -> None:
    """Before and after asking. Raises Cancelled when somebody else is signed in by now."""
    tokens = session.tokens
    if tokens is not None and tokens.owner_id not in ("", owner_id):
        raise Cancelled()
