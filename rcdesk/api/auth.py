"""Signing in, refreshing and signing out: the requests of the OAuth endpoints (docs/wire.md 1.1).

A Grant is one way of proving who you are: JWT, password, or the code a browser came back with, which PKCE
ties to this program. Blocking, on a lane's thread. Read next: session.py, which decides when to refresh;
services/account/browser_sign_in.py, which waits for the browser.
"""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
from collections.abc import Callable
from typing import Protocol, assert_never
from urllib.parse import urlencode

from msgspec import Struct

from rcdesk.api.tokens import Tokens, read_tokens
from rcdesk.api.transport import Transport, read_json
from rcdesk.core.account.account import Credentials, GrantKind
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotSent, OutcomeUnknown, RateLimited, ServerTrouble, SignInNeeded, UserError

AUTHORIZE_PATH = "/restapi/oauth/authorize"
TOKEN_PATH = "/restapi/oauth/token"
REVOKE_PATH = "/restapi/oauth/revoke"
_JUST_REFUSED = frozenset({"OAU-140", "invalid_grant"})
_JWT_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Client(Struct, frozen=True, kw_only=True):
    """The app that asks. client_secret is "" for a public client, which names itself in the form instead."""

    client_id: str
    client_secret: str = ""

    def __repr__(self) -> str:
        return "Client(…)"

    @property
    def basic(self) -> tuple[str, str] | None:
        """User and password of the Basic header; None for a public client."""
        return (self.client_id, self.client_secret) if self.client_secret else None

    def form(self, fields: dict[str, str]) -> dict[str, str]:
        """The fields, with client_id added for a public client."""
        return fields if self.client_secret else {**fields, "client_id": self.client_id}


class Grant(Protocol):
    """One way of signing in."""

    @property
    def client(self) -> Client: ...

    @property
    def refused(self) -> str:
        """What to say when the service does not accept what this grant shows (invalid_grant)."""
        ...

    def token_request(self) -> dict[str, str]:
        """The form of the token request, without the client's own fields."""
        ...


class JwtGrant:
    """Sign-in with a JWT credential made in the vendor's console (spec: JwtTokenRequest)."""

    refused = (
        "RingCentral did not accept this JWT credential: it may have been withdrawn or belong to another "
        "app. Check it and sign in again."
    )

    def __init__(self, credentials: Credentials) -> None:
        """Raises UserError with the name of what is missing."""
        _need(
            (credentials.client_id, "client ID"),
            (credentials.client_secret, "client secret"),
            (credentials.jwt, "JWT"),
        )
        self._jwt = "".join(credentials.jwt.split())
        self.client = _client(credentials)

    def token_request(self) -> dict[str, str]:
        return {"grant_type": _JWT_GRANT_TYPE, "assertion": self._jwt}


class PasswordGrant:
    """Sign-in with user name, extension and password, for private apps that may still do so."""

    refused = (
        "RingCentral did not accept this user name, extension and password. Check them and sign in again; "
        "after several wrong ones the sign-in is locked for a while."
    )

    def __init__(self, credentials: Credentials) -> None:
        """Raises UserError with the name of what is missing; the extension may be."""
        _need(
            (credentials.client_id, "client ID"),
            (credentials.client_secret, "client secret"),
            (credentials.username, "user name"),
            (credentials.password, "password"),
        )
        self._credentials = credentials
        self.client = _client(credentials)

    def token_request(self) -> dict[str, str]:
        form = {
            "grant_type": "password",
            "username": self._credentials.username.strip(),
            "password": self._credentials.password,
        }
        extension = self._credentials.extension.strip()
        return {**form, "extension": extension} if extension else form


class BrowserAsk(Struct, frozen=True, kw_only=True):
    """What one sign-in in the browser is recognised by: fresh each time, kept in memory only.

    verifier is PKCE's secret (RFC 7636), of which the browser carries only the hash; state must come back.
    """

    client: Client
    redirect_uri: str
    state: str
    verifier: str

    def __repr__(self) -> str:
        return "BrowserAsk(…)"

    @classmethod
    def fresh(cls, client: Client, redirect_uri: str) -> BrowserAsk:
        """A new one. Raises UserError when the client ID is missing."""
        _need((client.client_id, "client ID"))
        return cls(
            client=client,
            redirect_uri=redirect_uri,
            state=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
        )

    def url(self, base_url: str) -> str:
        """Where to send the browser (spec: authorize)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
        }
        return f"{base_url.rstrip('/')}{AUTHORIZE_PATH}?{urlencode(asked)}"


class CodeGrant:
    """The code the browser came back with (spec: AuthCodeTokenRequest), good once and for a minute."""

    refused = (
        "RingCentral did not accept the browser's answer any more: it is good once and for a minute. "
        "Sign in again."
    )

    def __init__(self, ask: BrowserAsk, code: str) -> None:
        self._ask = ask
        self._code = code
        self.client = ask.client

    def token_request(self) -> dict[str, str]:
        return {
            "grant_type": "authorization_code",
            "code": self._code,
            "redirect_uri": self._ask.redirect_uri,
            "code_verifier": self._ask.verifier,
        }


def grant_of(credentials: Credentials) -> Grant:
    """The grant these credentials are for. Raises UserError when something is missing."""
    match credentials.grant:
        case GrantKind.JWT:
            return JwtGrant(credentials)
        case GrantKind.PASSWORD:
            return PasswordGrant(credentials)
        case GrantKind.BROWSER:
            raise UserError("The JWT is missing, or the user name and password.")
        case _:
            assert_never(credentials.grant)


def sign_in(transport: Transport, grant: Grant, token: CancelToken) -> Tokens:
    """Ask for the first tokens. Raises SignInNeeded when the credentials are refused."""
    try:
        return _ask(transport, grant.client, grant.token_request(), token)
    except OutcomeUnknown as exc:
        # A sign-in that is not heard of changes nothing for the person: it may be repeated.
        raise NotSent(
            f"RingCentral ({transport.host}) did not answer the sign-in. You are not signed in; try again."
        ) from exc
    except SignInNeeded as exc:
        if exc.code not in _JUST_REFUSED:
            raise
        raise SignInNeeded(
            grant.refused, status=exc.status, code=exc.code, request_id=exc.request_id
        ) from exc
    except RateLimited as exc:
        raise RateLimited(
            "RingCentral takes no further sign-in from this app just now. "
            f"Try again in {math.ceil(exc.retry_after_s)} seconds.",
            status=exc.status,
            code=exc.code,
            request_id=exc.request_id,
            retry_after_s=exc.retry_after_s,
        ) from exc


def refresh(
    transport: Transport,
    client: Client,
    tokens: Tokens,
    token: CancelToken,
    *,
    asking: Callable[[], None] | None = None,
) -> Tokens:
    """Trade the refresh token for new tokens; the old ones are dead from then on, whatever is heard of it.

    asking is called once there is a connection, before anything is sent on it.
    """
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    return _ask(transport, client, form, token, asking)


def revoke(transport: Transport, client: Client, tokens: Tokens, token: CancelToken) -> None:
    secret = tokens.refresh_token or tokens.access_token
    form = client.form({"token": secret})
    transport.send(
        "POST", REVOKE_PATH, group="Auth", token=token, data=form, auth=client.basic, read_timeout_s=10.0
    )


def _ask(
    transport: Transport,
    client: Client,
    fields: dict[str, str],
    token: CancelToken,
    asking: Callable[[], None] | None = None,
) -> Tokens:
    response = transport.send(
        "POST",
        TOKEN_PATH,
        group="Auth",
        token=token,
        data=client.form(fields),
        auth=client.basic,
        read_timeout_s=15.0,
        on_last_byte=asking,
    )
    tokens = read_tokens(read_json(response), transport.clock.now())
    if tokens is None:
        raise ServerTrouble(
            "RingCentral's answer to the sign-in holds no token.", status=response.status_code
        )
    return tokens


def _need(*wanted: tuple[str, str]) -> None:
    for value, name in wanted:
        if not value.strip():
            raise UserError(f"The {name} is missing.")


def _client(credentials: Credentials) -> Client:
    return Client(client_id=credentials.client_id.strip(), client_secret=credentials.client_secret.strip())
