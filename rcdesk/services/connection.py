"""A signed-in connection to one server, and what the account behind it offers.

Joins the session of api/ with the secrets of store/: tokens and the app's secret are kept per server and
client id, so that the next start goes on without asking. Safe from every thread; blocking, never on the GUI
thread. Read next: api/session.py, store/secrets.py, bridge/session_desk.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from rcdesk.api.auth import JwtGrant
from rcdesk.api.rest import account as account_api
from rcdesk.api.rest import covers, numbers
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account import Account, Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import ApiError, NotAllowed, Rejected, SignInNeeded
from rcdesk.store.secrets import Secrets


class Connection:
    """One server, one person."""

    def __init__(self, profile: ServerProfile, secrets: Secrets, clock: Clock | None = None) -> None:
        self._profile = profile
        self._secrets = Secrets(use_keyring=False) if profile.is_demo else secrets
        self._clock = clock
        self._session = self._open()

    @property
    def profile(self) -> ServerProfile:
        """The server and its limits."""
        return self._profile

    @property
    def session(self) -> ApiSession:
        """What the functions of api/rest take."""
        return self._session

    @property
    def is_persistent(self) -> bool:
        """True when the sign-in survives the end of the program."""
        return self._secrets.is_persistent

    def sign_in_jwt(self, credentials: Credentials, token: CancelToken) -> Account:
        """Sign in with a JWT and read the account. Raises SignInNeeded when it is refused."""
        grant = JwtGrant(credentials)
        if grant.client.client_id != self._profile.client_id:
            self._profile = replace(self._profile, client_id=grant.client.client_id)
            self._session.close()
            self._session = self._open()
        self._secrets.save(self._key("client-secret"), grant.client.client_secret)
        self._session.sign_in(grant, token)
        return self.load_account(token)

    def resume(self, token: CancelToken) -> Account | None:
        """Go on with saved tokens; None when there are none. Raises SignInNeeded when they are void."""
        if not self._session.has_tokens:
            return None
        return self.load_account(token)

    def load_account(self, token: CancelToken) -> Account:
        """Read who is signed in, their numbers and cover pages. What the account may not read stays empty."""
        session = self._session
        info = account_api.read_extension(session, token)
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
        )

    def sign_out(self, token: CancelToken) -> None:
        """Forget tokens and secrets here and tell the service, whose answer does not matter."""
        self._secrets.delete(self._key("client-secret"))
        self._session.sign_out(token)

    def close(self) -> None:
        """Close the network connections; what is saved stays saved."""
        self._session.close()

    def _open(self) -> ApiSession:
        secret = self._secrets.load(self._key("client-secret")) or ""
        keeper = _KeptTokens(self._secrets, self._key("tokens"))
        return ApiSession(self._profile, keeper, clock=self._clock, client_secret=secret)

    def _key(self, what: str) -> str:
        return f"{what} {self._profile.base_url} {self._profile.client_id}"


def session_of(connection: Connection | None) -> ApiSession:
    """The session to ask through. Raises SignInNeeded when nobody is signed in."""
    if connection is None:
        raise SignInNeeded("You are signed out. Sign in to go on.", status=401)
    return connection.session


def is_gone(error: ApiError) -> bool:
    """True when the service does not know what was asked for (any more)."""
    return error.status == 404 or error.code == "CMN-102"


class _KeptTokens:
    """The TokenKeeper of api/: tokens as JSON among the secrets."""

    def __init__(self, secrets: Secrets, key: str) -> None:
        self._secrets = secrets
        self._key = key

    def load(self) -> Tokens | None:
        text = self._secrets.load(self._key)
        if text is None:
            return None
        try:
            found = json.loads(text)
            return Tokens(
                access_token=found["access_token"],
                refresh_token=found["refresh_token"],
                expires_at=datetime.fromisoformat(found["expires_at"]),
                refresh_expires_at=datetime.fromisoformat(found["refresh_expires_at"]),
                owner_id=found["owner_id"],
                scope=found.get("scope", ""),
            )
        except (ValueError, KeyError, TypeError):
            return None

    def save(self, tokens: Tokens) -> None:
        found = {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "expires_at": tokens.expires_at.isoformat(),
            "refresh_expires_at": tokens.refresh_expires_at.isoformat(),
            "owner_id": tokens.owner_id,
            "scope": tokens.scope,
        }
        self._secrets.save(self._key, json.dumps(found))

    def clear(self) -> None:
        self._secrets.delete(self._key)
