"""Sign-in as the service does it: JWT, password, authorization code with PKCE, and refresh tokens used once.

Access tokens die when they expire, are revoked or their refresh token is used. A used refresh token is
answered with the same new pair again until that was used for ten seconds, an hour at most, in case the first
answer was lost (as measured by tylerlong/ringcentral-token-refresh-experiment). Five wrong passwords lock a
user out for five minutes. Secrets never leave this module but as answers. Lives on the simulator's event loop
thread; read `routes_oauth` next for the HTTP side.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter

SCOPES = (
    *("ReadAccounts", "EditExtensions", "CallControl", "RingOut", "Faxes", "ReadMessages", "EditMessages"),
    *("ReadCallLog", "ReadPresence", "EditPresence", "ReadContacts", "Contacts", "SMS", "ReadCallRecording"),
    "WebSocket",
)
"""The permissions of the app (spec: x-app-permission)."""
FEATURES = ("CallForwarding", "Fax", "FaxReceiving", "InternationalCalling", "RingOut", "Presence", "SMS")
"""What every extension here has (spec: ExtensionServiceFeatureInfo)."""

_APP = (
    ("POST|GET|DELETE", r"/ring-out", ("RingOut",)),
    ("POST", r"/fax$", ("Faxes",)),
    ("POST", r"/(sms|mms)$", ("SMS",)),
    ("GET", r"/message-(store|sync)", ("ReadMessages", "EditMessages", "SMS")),
    ("PUT|PATCH|DELETE", r"/message-store", ("EditMessages",)),
    ("GET", r"/(active-calls|call-log|call-log-sync)", ("ReadCallLog",)),
    ("GET", r"/recording/", ("ReadCallRecording",)),
    ("POST", r"/oauth/wstoken$", ("WebSocket",)),
    ("GET", r"/(call-queue-)?presence", ("ReadPresence", "EditPresence")),
    ("PUT", r"/(call-queue-)?presence", ("EditPresence",)),
    ("GET", r"/address-book", ("ReadContacts", "Contacts")),
    ("POST|PUT|PATCH|DELETE", r"/address-book", ("Contacts",)),
)
_USER = (
    ("POST", r"/ring-out", "RingOut", "CMN-408"),
    ("POST", r"/fax$", "Fax", "MSG-341"),
    ("POST", r"/(sms|mms)$", "SMS", "CMN-408"),
    ("GET|PUT", r"/presence", "Presence", "CMN-408"),
)
_CALLED = {"SMS": "OutboundSMS"}
"""Features whose permission has another name."""
CODE_TTL_S = 60
REFRESH_TTL_S = 604_800
REPEAT_S = 3600
REPEAT_AFTER_USE_S = 10
WRONG_PASSWORDS = 5
LOCK_S = 300


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
    opened_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    subscriber: Subscriber
    redirect_uri: str
    challenge: str
    method: str
    until: datetime


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def invalid_grant(code: str, message: str) -> ErrorAnswer:
    return ErrorAnswer(400, code, message, oauth_error="invalid_grant")


class SignInBackend:
    """Issues and checks tokens."""

    def __init__(
        self, clock: WorldClock, subscribers: tuple[Subscriber, ...], client_id: str, client_secret: str
    ) -> None:
        self._clock = clock
        self._subscribers = subscribers
        self.client_id = client_id
        self.client_secret = client_secret
        self._by_access: dict[str, Session] = {}
        self._by_refresh: dict[str, Session] = {}
        self._dead: set[str] = set()
        self._successors: dict[str, Session] = {}
        self._codes: dict[str, _Code] = {}
        self._wrong: Counter[int] = Counter()
        self._locked_until: dict[int, datetime] = {}
        self.repeats_refresh = True
        self.is_revoked = False
        self.denies = False
        self.missing_scopes: frozenset[str] = frozenset()
        self.missing_features: frozenset[str] = frozenset()
        self.refreshes = 0

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(name for name in SCOPES if name not in self.missing_scopes)

    def configure(self, wanted: dict[str, Any]) -> None:
        """Rules for what comes; those not named stay.

        `revoked`: the app is withdrawn. `denies`: the person refuses in the browser. `repeats_refresh`: a
        lost answer may be asked for again. `missing_scopes`, `missing_features`: what the two lack.
        """
        for name, value in wanted.items():
            if name in ("missing_scopes", "missing_features") and isinstance(value, list | tuple):
                setattr(self, name, frozenset(map(str, value)))
            elif name in ("revoked", "denies", "repeats_refresh") and isinstance(value, bool):
                setattr(self, "is_revoked" if name == "revoked" else name, value)
            else:
                raise bad_parameter(name, value)
        if self.is_revoked:
            self._end_all()

    def check_client(self, client_id: str, client_secret: str | None) -> None:
        """OAU-146 unless this is our app; a public client gives no secret."""
        if self.is_revoked:
            raise ErrorAnswer(400, "OAU-146", "Client is revoked", oauth_error="invalid_client")
        is_known = _same(client_id, self.client_id)
        if not is_known or (client_secret is not None and not _same(client_secret, self.client_secret)):
            raise ErrorAnswer(400, "OAU-146", "Invalid client", oauth_error="invalid_client")

    def check_permissions(self, method: str, path: str) -> None:
        """403 with CMN-401 when the app lacks the permission, CMN-408 or MSG-341 when the user does."""

        def check(is_missing: bool, methods: str, pattern: str, code: str, who: str, permission: str) -> None:
            if is_missing and re.fullmatch(methods, method) and re.search(pattern, path):
                message = f"In order to call this API endpoint, {who} needs to have [{permission}] permission"
                raise ErrorAnswer(403, code, message, permission=permission)

        for methods, pattern, any_of in _APP:
            check(not set(any_of) & set(self.scopes), methods, pattern, "CMN-401", "application", any_of[0])
        for methods, pattern, feature, code in _USER:
            name = _CALLED.get(feature, feature)
            check(feature in self.missing_features, methods, pattern, code, "user", name)

    def with_jwt(self, assertion: str, ttl_s: int) -> Session:
        for subscriber in self._subscribers:
            if _same(assertion, subscriber.jwt):
                return self._open(subscriber, ttl_s)
        raise invalid_grant("OAU-140", "Invalid JWT credential")

    def with_password(self, username: str, extension: str, password: str, ttl_s: int) -> Session:
        """The password grant; the user name is the main number, with or without plus, or the e-mail."""
        for subscriber in self._subscribers:
            names = {subscriber.username, subscriber.username.lstrip("+"), subscriber.email}
            if username in names and extension in ("", subscriber.extension):
                self._check_password(subscriber, password)
                return self._open(subscriber, ttl_s)
        raise invalid_grant("OAU-140", "Invalid resource owner credentials")

    def give_code(self, subscriber: Subscriber, *, redirect_uri: str, challenge: str, method: str) -> str:
        """An authorization code, good once within 60 s."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(
            subscriber=subscriber,
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

    def _check_password(self, subscriber: Subscriber, password: str) -> None:
        """OAU-140 for a wrong one, OAU-147 for any while the user is locked out."""
        who, now = subscriber.extension_id, self._clock.now()
        if now < self._locked_until.get(who, now):
            raise invalid_grant(
                "OAU-147", "Account is locked out due to multiple unsuccessful logon attempts"
            )
        if _same(password, subscriber.password):
            self._wrong[who] = 0
            return
        self._wrong[who] += 1
        if self._wrong[who] >= WRONG_PASSWORDS:
            self._wrong[who] = 0
            self._locked_until[who] = now + timedelta(seconds=LOCK_S)
        raise invalid_grant("OAU-140", "Invalid resource owner credentials")

    def with_refresh(self, refresh_token: str, ttl_s: int) -> Session:
        """A new pair for a refresh token, which works once; the old access token dies at once."""
        session = self._by_refresh.pop(refresh_token, None)
        if session is None:
            return self._repeated(refresh_token)
        self._kill_access(session)
        if self._clock.now() >= session.refresh_until:
            raise invalid_grant("OAU-151", "Refresh token expired")
        self.refreshes += 1
        fresh = self._open(session.subscriber, ttl_s, session.session_id, session.endpoint_id)
        self._successors[refresh_token] = fresh
        return fresh

    def _repeated(self, refresh_token: str) -> Session:
        """The pair that was given for this token before; OAU-213 when it is too late for that."""
        fresh, now = self._successors.get(refresh_token), self._clock.now()
        if fresh is not None and self.repeats_refresh:
            is_in_time = now < fresh.opened_at + timedelta(seconds=REPEAT_S)
            is_unused = fresh.used_at is None or now < fresh.used_at + timedelta(seconds=REPEAT_AFTER_USE_S)
            if is_in_time and is_unused and fresh.refresh_token in self._by_refresh:
                return fresh
        raise invalid_grant("OAU-213", "Token not found")

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
                raise ErrorAnswer(401, "OAU-213", "Token not found", headers=headers)
            raise ErrorAnswer(401, "TokenInvalid", "Access token is invalid", headers=headers)
        if self._clock.now() >= session.access_until:
            raise ErrorAnswer(401, "TokenExpired", "Access token expired", headers=headers)
        if session.used_at is None:
            session.used_at = self._clock.now()
        return session

    def session_of(self, access_token: str) -> Session | None:
        """The session of a bearer token, expired or not; None for one that is not known."""
        return self._by_access.get(access_token)

    def _end_all(self) -> None:
        self._by_access.clear()
        self._by_refresh.clear()
        self._successors.clear()
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
            "scope": " ".join(self.scopes),
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
            opened_at=now,
        )
        self._by_access[session.access_token] = session
        self._by_refresh[session.refresh_token] = session
        return session

    def _kill_access(self, session: Session) -> None:
        self._by_access.pop(session.access_token, None)
        self._dead.add(session.access_token)
