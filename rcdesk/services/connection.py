"""A signed-in connection to one server, and what the account behind it offers.

Joins the session of api/ with the secrets of store/, kept per server profile, so that the next start goes on
without asking. All ways of signing in come through here. Safe from every thread; blocking, never on the GUI
thread. Read next: sign_in.py (what is kept), browser_sign_in.py, api/session.py, bridge/session_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rcdesk.api.auth import BrowserAsk, Client, CodeGrant, Grant, grant_of
from rcdesk.api.rest import account as account_api
from rcdesk.api.rest import covers, numbers
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account import Account, Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.capability import lacks_of
from rcdesk.core.clock import Clock
from rcdesk.core.errors import ApiError, NotAllowed, RcdeskError, Rejected, SignInNeeded
from rcdesk.services.browser_sign_in import BrowserReturn
from rcdesk.services.sign_in import KeptSignIn
from rcdesk.store.secrets import Secrets

_UNEXPECTED = "rcdesk could not finish the sign-in. Go back to it and try again."


class Connection:
    """One server, one person."""

    def __init__(self, profile: ServerProfile, secrets: Secrets, clock: Clock | None = None) -> None:
        """Raises UserError when the profile's address or certificate file cannot be used."""
        self._profile = profile
        self._secrets = Secrets(use_keyring=False) if profile.is_demo else secrets
        self._clock = clock
        self._kept = KeptSignIn(self._secrets, profile)
        self._session = self._open()

    @property
    def profile(self) -> ServerProfile:
        """The server and its limits, with the way of the last sign-in."""
        return self._profile

    @property
    def session(self) -> ApiSession:
        """What the functions of api/rest take."""
        return self._session

    @property
    def is_persistent(self) -> bool:
        """True when the sign-in survives the end of the program."""
        return self._secrets.is_persistent

    def sign_in(self, credentials: Credentials, token: CancelToken) -> Account:
        """Sign in with a JWT, or with user name and password, and read the account.

        What the service accepted is kept, to sign in again without a question. Raises SignInNeeded when it is
        refused; when it fails for whatever reason, a former sign-in goes on.
        """
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
        credentials = Credentials(client_id=self._profile.client_id, client_secret=client_secret)
        client = Client(client_id=credentials.client_id, client_secret=client_secret.strip())
        ask = BrowserAsk.fresh(client, self._profile.redirect_uri)
        with BrowserReturn(ask.redirect_uri, ask.state, self._clock) as browser:
            try:
                opened(ask.url(self._profile.base_url))
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
        """Go on with saved tokens; None when there are none. Raises SignInNeeded when they are void."""
        if not self._session.has_tokens:
            return None
        return self.load_account(token)

    def load_account(self, token: CancelToken) -> Account:
        """Read who is signed in, their numbers and cover pages. What the account may not read stays empty.

        What account and app cannot do is told by the scopes of the token and the extension's features.
        """
        return _account_of(self._session, token)

    def sign_out(self, token: CancelToken) -> None:
        """Forget tokens and secrets here and tell the service, whose answer does not matter."""
        self._kept.forget()
        self._kept.keep_client_secret("")
        self._session.sign_out(token)

    def close(self) -> None:
        """Close the network connections; what is saved stays saved."""
        self._session.close()

    def _take(self, grant: Grant, credentials: Credentials, token: CancelToken) -> Account:
        """Trade a grant for tokens, see whose they are, and only then use and keep them."""
        if grant.client.client_id != self._profile.client_id:
            self._profile = replace(self._profile, client_id=grant.client.client_id)
            self._kept = KeptSignIn(self._secrets, self._profile)
            self._session.close()
            self._session = self._open()
        session = self._session
        trial = ApiSession(self._profile, _Unkept(), clock=self._clock, transport=session.transport)
        tokens = trial.sign_in(grant, token)
        try:
            account = _account_of(trial, token)
        except ApiError:
            trial.sign_out(token)
            raise
        # In this order nobody who dies in between leaves one person's credentials beside another's tokens.
        self._kept.forget()
        self._kept.keep_client_secret(grant.client.client_secret)
        session.take(grant, trial.tokens or tokens)
        self._kept.keep_credentials(credentials)
        self._profile = replace(self._profile, grant=credentials.grant)
        return account

    def _open(self) -> ApiSession:
        return ApiSession(
            self._profile,
            self._kept,
            clock=self._clock,
            client_secret=self._kept.client_secret,
            kept=self._kept,
        )


def _account_of(session: ApiSession, token: CancelToken) -> Account:
    info = account_api.read_extension(session, token)
    tokens = session.tokens
    company = info.company
    if not company:
        try:
            company = account_api.read_account(session, token).name
        except (NotAllowed, Rejected):
            company = ""
    try:
        caller_ids = numbers.caller_ids(session, token)
    except (NotAllowed, Rejected):
        caller_ids = {}
    try:
        pages = covers.cover_pages(session, token)
    except (NotAllowed, Rejected):
        pages = ()
    try:
        shown = numbers.phone_numbers(session, token)
    except (NotAllowed, Rejected):
        shown = ()
    try:
        phones = numbers.forwarding_numbers(session, token)
    except (NotAllowed, Rejected):
        phones = ()
    return Account(
        owner_id=info.owner_id,
        name=info.name,
        company=company,
        extension_number=info.extension_number,
        home_country=info.home_country or "US",
        forwarding_numbers=phones,
        numbers=shown,
        cover_pages=pages,
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
    """The session to ask through. Raises SignInNeeded when nobody is signed in."""
    if connection is None:
        raise SignInNeeded("You are signed out. Sign in to go on.", status=401)
    return connection.session


def is_gone(error: ApiError) -> bool:
    """True when the service does not know what was asked for (any more)."""
    return error.status == 404 or error.code == "CMN-102"
