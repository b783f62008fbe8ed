"""Sign-in as the service does it: JWT, password, authorization code with PKCE, and refresh tokens used once.

Access tokens die when they expire, are revoked or their refresh token is used. Secrets never leave this
module but as answers. Lives on the simulator's event loop thread; read `routes_oauth` next for the HTTP
side.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.refusal import Refusal

SCOPES = (
    "ReadAccounts CallControl RingOut Faxes ReadMessages EditMessages ReadCallLog ReadPresence EditPresence"
)
CODE_TTL_S = 60
REFRESH_TTL_S = 604_800


@dataclass(slots=True, kw_only=True)
class Session:
    """One signed-in session: the pair of tokens in force."""

    subscriber: Subscriber
    client_id: str
    access_token: str
    access_until: datetime
    refresh_token: str
    refresh_until: datetime
    session_id: str
    endpoint_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    subscriber: Subscriber
    client_id: str
    redirect_uri: str
    challenge: str
    method: str
    until: datetime


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def invalid_grant(code: str, message: str) -> Refusal:
    """400 with OAuth's invalid_grant."""
    return Refusal(400, code, message, oauth_error="invalid_grant")


class SignInDesk:
    """Issues and checks tokens."""

    def __init__(self, clock: WorldClock, subscribers: tuple[Subscriber, ...]) -> None:
        self._clock = clock
        self._subscribers = subscribers
        self.client_id = secrets.token_urlsafe(16)
        self.client_secret = secrets.token_urlsafe(32)
        self._by_access: dict[str, Session] = {}
        self._by_refresh: dict[str, Session] = {}
        self._dead: set[str] = set()
        self._codes: dict[str, _Code] = {}

    def check_client(self, client_id: str, client_secret: str | None) -> None:
        """OAU-146 unless this is our app; a public client gives no secret."""
        is_known = _same(client_id, self.client_id)
        if not is_known or (client_secret is not None and not _same(client_secret, self.client_secret)):
            raise Refusal(400, "OAU-146", "Invalid client", oauth_error="invalid_client")

    def with_jwt(self, assertion: str, ttl_s: int) -> Session:
        """The JWT grant."""
        for subscriber in self._subscribers:
            if _same(assertion, subscriber.jwt):
                return self._open(subscriber, ttl_s)
        raise invalid_grant("OAU-140", "Invalid JWT credential")

    def with_password(self, username: str, extension: str, password: str, ttl_s: int) -> Session:
        """The password grant; the user name is the main number, with or without plus, or the e-mail."""
        for subscriber in self._subscribers:
            names = {subscriber.username, subscriber.username.lstrip("+"), subscriber.email}
            is_named = username in names and extension in ("", subscriber.extension)
            if is_named and _same(password, subscriber.password):
                return self._open(subscriber, ttl_s)
        raise invalid_grant("OAU-140", "Invalid resource owner credentials")

    def give_code(
        self, subscriber: Subscriber, *, client_id: str, redirect_uri: str, challenge: str, method: str
    ) -> str:
        """An authorization code, good once within 60 s."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(
            subscriber=subscriber,
            client_id=client_id,
            redirect_uri=redirect_uri,
            challenge=challenge,
            method=method,
            until=self._clock.now() + timedelta(seconds=CODE_TTL_S),
        )
        return code

    def with_code(
        self, code: str, *, redirect_uri: str, verifier: str, is_public: bool, ttl_s: int
    ) -> Session:
        """The authorization code grant; a public client must prove itself by PKCE."""
        known = self._codes.pop(code, None)
        if known is None or self._clock.now() >= known.until:
            raise invalid_grant("OAU-102", "Authorization code is invalid or expired")
        if redirect_uri != known.redirect_uri:
            raise invalid_grant("OAU-109", "Redirect URI does not match")
        if known.challenge:
            digest = (
                base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
            )
            if not _same(digest if known.method == "S256" else verifier, known.challenge):
                raise invalid_grant("OAU-104", "Code verifier does not match the challenge")
        elif is_public:
            raise invalid_grant("OAU-104", "A public client must use PKCE")
        return self._open(known.subscriber, ttl_s)

    def with_refresh(self, refresh_token: str, ttl_s: int) -> Session:
        """A new pair for a refresh token, which works once; the old access token dies at once."""
        session = self._by_refresh.pop(refresh_token, None)
        if session is None:
            raise invalid_grant("OAU-213", "Token not found")
        self._kill_access(session)
        if self._clock.now() >= session.refresh_until:
            raise invalid_grant("OAU-151", "Refresh token expired")
        return self._open(session.subscriber, ttl_s, session.session_id, session.endpoint_id)

    def revoke(self, token: str) -> None:
        """End the session either token belongs to; unknown tokens are fine."""
        session = self._by_access.get(token) or self._by_refresh.get(token)
        if session is not None:
            self._by_refresh.pop(session.refresh_token, None)
            self._kill_access(session)

    def expire(self, access_token: str) -> None:
        """Make an access token expire now (its refresh token lives on)."""
        session = self._by_access.get(access_token)
        if session is not None:
            session.access_until = self._clock.now()

    def check(self, access_token: str) -> Session:
        """The session behind a bearer token; 401 with TokenInvalid, TokenExpired or OAU-213."""
        headers = {"WWW-Authenticate": 'Bearer realm="RingCentral REST API"'}
        session = self._by_access.get(access_token)
        if session is None:
            if access_token in self._dead:
                raise Refusal(401, "OAU-213", "Token not found", headers=headers)
            raise Refusal(401, "TokenInvalid", "Access token is invalid", headers=headers)
        if self._clock.now() >= session.access_until:
            raise Refusal(401, "TokenExpired", "Access token expired", headers=headers)
        return session

    def session_of(self, access_token: str) -> Session | None:
        """The session of a bearer token, expired or not; None for one that is not known."""
        return self._by_access.get(access_token)

    def clear(self) -> None:
        """End every session."""
        self._by_access.clear()
        self._by_refresh.clear()
        self._codes.clear()

    def token_json(self, session: Session) -> dict[str, Any]:
        """TokenInfo."""
        now = self._clock.now()
        return {
            "access_token": session.access_token,
            "token_type": "bearer",
            "expires_in": round((session.access_until - now).total_seconds()),
            "refresh_token": session.refresh_token,
            "refresh_token_expires_in": round((session.refresh_until - now).total_seconds()),
            "scope": SCOPES,
            "owner_id": str(session.subscriber.extension_id),
            "endpoint_id": session.endpoint_id,
            "session_id": session.session_id,
        }

    def _open(
        self,
        subscriber: Subscriber,
        ttl_s: int,
        session_id: str | None = None,
        endpoint_id: str | None = None,
    ) -> Session:
        now = self._clock.now()
        session = Session(
            subscriber=subscriber,
            client_id=self.client_id,
            access_token=f"SIM{secrets.token_urlsafe(32)}",
            access_until=now + timedelta(seconds=min(3600, max(600, ttl_s))),
            refresh_token=f"SIR{secrets.token_urlsafe(32)}",
            refresh_until=now + timedelta(seconds=REFRESH_TTL_S),
            session_id=session_id or secrets.token_hex(12),
            endpoint_id=endpoint_id or secrets.token_hex(8),
        )
        self._by_access[session.access_token] = session
        self._by_refresh[session.refresh_token] = session
        return session

    def _kill_access(self, session: Session) -> None:
        self._by_access.pop(session.access_token, None)
        self._dead.add(session.access_token)
