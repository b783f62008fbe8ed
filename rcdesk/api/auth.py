"""Signing in, refreshing and signing out: the requests of the OAuth endpoints (wire-contract 1.1).

A Grant is one way of proving who you are; JwtGrant is here, other ways only have to build their form.
Blocking, on a lane's thread. Read next: session.py, which decides when to refresh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rcdesk.api.tokens import Tokens, read_tokens
from rcdesk.api.transport import Transport, read_json
from rcdesk.core.account import Credentials
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import ServerTrouble, UserError

TOKEN_PATH = "/restapi/oauth/token"
REVOKE_PATH = "/restapi/oauth/revoke"
_JWT_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
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
    def client(self) -> Client:
        """The app that asks."""
        ...

    def token_request(self) -> dict[str, str]:
        """The form of the token request, without the client's own fields."""
        ...


class JwtGrant:
    """Sign-in with a JWT credential made in the vendor's console (spec: JwtTokenRequest)."""

    def __init__(self, credentials: Credentials) -> None:
        """Raises UserError with the name of what is missing."""
        for value, name in (
            (credentials.client_id, "client ID"),
            (credentials.client_secret, "client secret"),
            (credentials.jwt, "JWT"),
        ):
            if not value.strip():
                raise UserError(f"The {name} is missing.")
        self._jwt = "".join(credentials.jwt.split())
        self._client = Client(
            client_id=credentials.client_id.strip(), client_secret=credentials.client_secret.strip()
        )

    @property
    def client(self) -> Client:
        """The app that asks."""
        return self._client

    def token_request(self) -> dict[str, str]:
        """The form of the token request."""
        return {"grant_type": _JWT_GRANT_TYPE, "assertion": self._jwt}


def sign_in(transport: Transport, grant: Grant, token: CancelToken) -> Tokens:
    """Ask for the first tokens. Raises SignInNeeded when the credentials are refused."""
    return _ask(transport, grant.client, grant.token_request(), token)


def refresh(transport: Transport, client: Client, tokens: Tokens, token: CancelToken) -> Tokens:
    """Trade the refresh token for new tokens; the old ones are dead from then on, whatever is heard of it."""
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    return _ask(transport, client, form, token)


def revoke(transport: Transport, client: Client, tokens: Tokens, token: CancelToken) -> None:
    """Tell the service that the tokens are no longer wanted."""
    secret = tokens.refresh_token or tokens.access_token
    form = client.form({"token": secret})
    transport.send(
        "POST", REVOKE_PATH, group="Auth", token=token, data=form, auth=client.basic, read_timeout_s=10.0
    )


def _ask(transport: Transport, client: Client, fields: dict[str, str], token: CancelToken) -> Tokens:
    response = transport.send(
        "POST",
        TOKEN_PATH,
        group="Auth",
        token=token,
        data=client.form(fields),
        auth=client.basic,
        read_timeout_s=15.0,
    )
    tokens = read_tokens(read_json(response), transport.clock.now())
    if tokens is None:
        raise ServerTrouble(
            "RingCentral's answer to the sign-in holds no token.", status=response.status_code
        )
    return tokens
