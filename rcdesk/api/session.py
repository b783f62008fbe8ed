"""A signed-in conversation with one server: it owns the tokens and refreshes them in one place.

Any thread may ask; one lock makes sure that one of them refreshes while the others wait. New tokens are saved
before they are used, and the old ones are kept until then: the service answers a repeated refresh with the
same new tokens as long as those were not used, so that dying at any point of a refresh loses nothing. When
it does not, and credentials are kept, the session signs in again with them. Whether an access token is still
good is asked of two clocks: the wall's knows of a suspended machine, the monotonic one of a wall clock set
back; a refresh token is never judged here, only by the service. Blocking, never on the GUI thread. Read
next: rest/, whose functions use this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol

import requests
from msgspec.structs import replace

from rcdesk.api import auth
from rcdesk.api.auth import Client, Grant
from rcdesk.api.errors import is_token_expired
from rcdesk.api.rate_gate import RateGate
from rcdesk.api.tokens import TokenKeeper, Tokens
from rcdesk.api.transport import BearerAuth, Transport
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import (
    ApiError,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    RcdeskError,
    Rejected,
    ServerTrouble,
    SignInNeeded,
)

_REFRESH_EARLY = timedelta(seconds=90)
_REFRESH_TRIES = 3
_TOKEN_TRIES = 4
_REFRESH_PAUSE_S = 10.0
_LOCK_SLICE_S = 0.1
_SIGN_IN_AGAIN = "RingCentral asks you to sign in again."
_NOT_THE_SERVICE = "Something on the way to RingCentral refused to renew the sign-in. Try again in a moment."
_REFUSALS = frozenset({400, 401})
_APP_REFUSED = frozenset({"OAU-146", "OAU-147", "invalid_client", "unauthorized_client"})


class KeptGrant(Protocol):
    """Credentials that may be shown again without asking the person."""

    def grant(self) -> Grant | None: ...

    def forget(self) -> None:
        """The service did not accept it any more."""
        ...


class _UntilAsked(CancelToken):
    """Another token's wish to stop, as long as nothing has been asked."""

    def __init__(self, stop: CancelToken) -> None:
        super().__init__()
        self._stop = stop
        self._is_asked = False

    def asked(self) -> None:
        """The request is about to leave."""
        self._stop.check()
        self._is_asked = True

    @property
    def is_cancelled(self) -> bool:
        """True when the other one is, and nothing was asked yet."""
        return not self._is_asked and self._stop.is_cancelled

    def check(self) -> None:
        """Raise Cancelled when that is so."""
        if not self._is_asked:
            self._stop.check()

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds; raise Cancelled when asked to stop meanwhile."""
        if self._is_asked:
            super().sleep(seconds)
        else:
            self._stop.sleep(seconds)


class ApiSession:
    """What the functions of rest/ talk through.

    keeper holds the tokens between starts. client_secret belongs to profile.client_id and is needed to
    refresh tokens of a former start; a sign-in brings its own. kept: what to sign in with again, silently,
    when a refresh is refused. transport: to talk through the one of another session.
    """

    def __init__(
        self,
        profile: ServerProfile,
        keeper: TokenKeeper,
        *,
        clock: Clock | None = None,
        client_secret: str = "",
        kept: KeptGrant | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self.gate = transport.gate if transport is not None else RateGate(self._clock)
        self.transport = transport or Transport(
            profile.base_url, self.gate, self._clock, ca_file=profile.ca_file
        )
        self._keeper = keeper
        self._client = Client(client_id=profile.client_id, client_secret=client_secret)
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._is_loaded = False
        self._good_until_s: float | None = None
        self._kept = kept

    @property
    def tokens(self) -> Tokens | None:
        """The current tokens, loaded from the keeper at first use; None when signed out."""
        with self._lock:
            return self._load()

    @property
    def has_tokens(self) -> bool:
        """True when there are tokens to try, though the service may have forgotten them."""
        return self.tokens is not None

    @property
    def service_offset_s(self) -> float:
        """Add this to a time of this machine to get the service's (seconds); 0.0 until an answer came."""
        return self.transport.service_time.offset_s

    def sign_in(self, grant: Grant, token: CancelToken) -> Tokens:
        """Sign in and keep the tokens. Raises SignInNeeded when refused, in which case nothing changes."""
        tokens = auth.sign_in(self.transport, grant, token)
        self.take(grant, tokens)
        return tokens

    def take(self, grant: Grant, tokens: Tokens) -> None:
        """Go on with the tokens that a grant was traded for, instead of the former ones."""
        with self._lock:
            self._client = grant.client
            self._keep(tokens)

    def sign_out(self, token: CancelToken) -> bool:
        """Forget the tokens here, then tell the service; False when it could not be told (docs/wire.md 1.1).

        What it answers does not matter: tokens it does not accept are as good as revoked.
        """
        with self._lock:
            tokens, self._tokens = self._load(), None
            self._keeper.clear()
        if tokens is None:
            return True
        try:
            auth.revoke(self.transport, self._client, tokens, token)
        except (SignInNeeded, Rejected, NotAllowed):
            return True
        except RcdeskError:
            return False
        return True

    def request(
        self,
        method: str,
        path: str,
        *,
        group: str,
        token: CancelToken,
        json: object = None,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        make_data: Callable[[], Any] | None = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        read_timeout_s: float | None = None,
        on_last_byte: Callable[[], None] | None = None,
        max_wait_s: float | None = None,
        keep_free: int = 0,
    ) -> requests.Response:
        """Send one request as the signed-in user; see Transport.send for what it takes and raises.

        make_data builds a fresh streaming body for each try. An access token may die while it is on its way,
        also when another lane has just traded it in, so a refused one is replaced more than once.
        """
        tokens = self._fresh(token)
        for tries_left in reversed(range(_TOKEN_TRIES)):
            try:
                return self.transport.send(
                    method,
                    path,
                    group=group,
                    token=token,
                    params=params,
                    json=json,
                    data=make_data() if make_data is not None else data,
                    headers=headers,
                    stream=stream,
                    auth=BearerAuth(tokens.access_token),
                    read_timeout_s=read_timeout_s,
                    on_last_byte=on_last_byte,
                    max_wait_s=max_wait_s,
                    keep_free=keep_free,
                )
            except ApiError as exc:
                if tries_left == 0 or not is_token_expired(exc):
                    raise
            tokens = self._fresh(token, instead_of=tokens)
        raise AssertionError("the loop returns or raises")

    def chunks(self, response: requests.Response, token: CancelToken) -> Iterator[bytes]:
        """The body of an answer asked for with stream=True."""
        return self.transport.chunks(response, token)

    def close(self) -> None:
        """Close all connections; the tokens stay with the keeper."""
        self.transport.close()

    def _load(self) -> Tokens | None:
        if not self._is_loaded:
            self._tokens = self._keeper.load()
            self._is_loaded = True
        return self._tokens

    def _keep(self, tokens: Tokens) -> None:
        """Save first, use afterwards; when saving fails they are still the only ones that work."""
        try:
            self._keeper.save(tokens)
        finally:
            self._tokens = tokens
            self._is_loaded = True
            lives_s = (tokens.expires_at - self._clock.now()).total_seconds()
            self._good_until_s = self._clock.monotonic() + lives_s

    def _is_good(self, tokens: Tokens) -> bool:
        """By both clocks. Tokens of a former start are known to the wall clock only."""
        if self._clock.now() >= tokens.expires_at - _REFRESH_EARLY:
            return False
        early_s = _REFRESH_EARLY.total_seconds()
        return self._good_until_s is None or self._clock.monotonic() < self._good_until_s - early_s

    def _fresh(self, token: CancelToken, *, instead_of: Tokens | None = None) -> Tokens:
        """Tokens that are good for a while; instead_of names the ones the service has just refused."""
        while not self._lock.acquire(timeout=_LOCK_SLICE_S):
            token.check()
        try:
            tokens = self._load()
            if tokens is None:
                raise SignInNeeded("You are signed out. Sign in to go on.", status=401)
            is_refused = instead_of is not None and tokens.access_token == instead_of.access_token
            return tokens if self._is_good(tokens) and not is_refused else self._refresh(tokens, token)
        finally:
            self._lock.release()

    def _refresh(self, tokens: Tokens, token: CancelToken) -> Tokens:
        """Trade the tokens in. Once asked, it is not cancelled: only the answer holds tokens that work.

        Until then it may be: a wait for a place or a connection must not hold up the end of the program.
        """
        if not tokens.refresh_token:
            return self._instead(tokens, SignInNeeded(_SIGN_IN_AGAIN, status=401), token)
        for tries_left in reversed(range(_REFRESH_TRIES)):
            token.check()
            until_asked = _UntilAsked(token)
            try:
                fresh = auth.refresh(
                    self.transport, self._client, tokens, until_asked, asking=until_asked.asked
                )
            except OutcomeUnknown as exc:
                if tries_left == 0:
                    # What is not known is whether the tokens were traded in; the request itself never left.
                    raise NotSent(
                        "RingCentral did not answer when the sign-in was renewed. Nothing was sent."
                    ) from exc
            except ServerTrouble:
                if tries_left == 0:
                    raise
            except (SignInNeeded, Rejected, NotAllowed) as exc:
                if not exc.code and exc.status not in _REFUSALS:
                    # No word of the service: something on the way to it, which knows nothing of the tokens.
                    raise ServerTrouble(_NOT_THE_SERVICE, status=exc.status) from exc
                return self._instead(tokens, exc, token)
            else:
                if not fresh.owner_id:
                    fresh = replace(fresh, owner_id=tokens.owner_id)
                self._keep(fresh)
                return fresh
            token.sleep(_REFRESH_PAUSE_S)
        raise AssertionError("the loop returns or raises")

    def _instead(self, tokens: Tokens, refusal: ApiError, token: CancelToken) -> Tokens:
        """Other tokens when the refresh was refused. Raises SignInNeeded when there is no way to any."""
        held = self._keeper.load()
        if held is not None and held.access_token != tokens.access_token:
            if held.owner_id not in ("", tokens.owner_id):
                self._tokens = None
                raise SignInNeeded(_SIGN_IN_AGAIN, status=refusal.status, code=refusal.code) from refusal
            # Another program has renewed the sign-in; whether these are good is seen when they are used.
            self._tokens, self._good_until_s = held, None
            return held
        grant = self._kept.grant() if self._kept is not None and refusal.code not in _APP_REFUSED else None
        if grant is not None and self._kept is not None:
            try:
                fresh = auth.sign_in(self.transport, grant, token)
            except (SignInNeeded, Rejected, NotAllowed):
                self._kept.forget()
            else:
                if tokens.owner_id in ("", fresh.owner_id):
                    self._client = grant.client
                    self._keep(fresh)
                    return fresh
                self._kept.forget()
        self._forget()
        raise SignInNeeded(
            str(refusal) if refusal.code in _APP_REFUSED else _SIGN_IN_AGAIN,
            status=refusal.status,
            code=refusal.code,
            request_id=refusal.request_id,
        ) from refusal

    def _forget(self) -> None:
        self._tokens = None
        self._keeper.clear()
