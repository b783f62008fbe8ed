"""Sends one request through the rate gate and says honestly what became of it.

Each thread has its own requests.Session; the gate is shared. A request without an answer becomes NotSent
(safe to repeat: it never left completely, or it only reads) or OutcomeUnknown (it left completely and may
have had its effect); an error answer becomes an ApiError (errors.py). Never called on the GUI thread. Read
next: exchange.py (what has left), session.py (the signed-in use of this).
"""

from __future__ import annotations

import io
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
import requests.utils
import urllib3.exceptions
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.util import parse_url

from rcdesk.api.body import moment_of, parse
from rcdesk.api.errors import request_id_of, translate
from rcdesk.api.exchange import CHUNK_BYTES, Exchange, UnderWay, WatchedAdapter, is_loopback
from rcdesk.api.rate_gate import RateGate
from rcdesk.api.upload import MultipartBody
from rcdesk.api.way_out import WayOut
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import (
    Cancelled,
    NetworkError,
    NotSent,
    NoWayOut,
    OutcomeUnknown,
    RcdeskError,
    ServerTrouble,
    UserError,
)

_API_NAMES = frozenset({"platform", "api"})
_GATEWAY_LOST_IT = frozenset({502, 504})
_LARGEST_ANSWER_BYTES = 32_000_000
_NO_ADDRESS = "The server address must look like https://platform.ringcentral.com."


class BearerAuth(AuthBase):
    """Adds the access token; also keeps requests from looking into ~/.netrc. "" adds nothing."""

    def __init__(self, access_token: str = "") -> None:
        self._access_token = access_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._access_token:
            request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request


class Transport:
    """The way to one server. Thread-safe; close() when the program ends.

    connect_timeout_s, read_timeout_s (silence) and total_timeout_s bound each request, in seconds. The
    server's certificate is always checked, against those in ca_file (PEM) when it is given. Proxies and other
    certificates are those the environment names. Raises UserError for an address that is none and for a
    ca_file that cannot be used.
    """

    def __init__(
        self,
        profile_url: str,
        gate: RateGate,
        clock: Clock,
        *,
        connect_timeout_s: float = 10.0,
        read_timeout_s: float = 30.0,
        total_timeout_s: float = 60.0,
        ca_file: str = "",
    ) -> None:
        parts = _parts(profile_url.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(_NO_ADDRESS)
        if parts.username is not None or "\\" in parts.netloc or parts.query or parts.fragment:
            # A password there would be kept in a file, and not everybody reads such an address alike.
            raise UserError(_NO_ADDRESS)
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise UserError(
                "The server address must begin with https://, or others could read your sign-in on its way."
            )
        # Said with each request: a session's own setting would give way to the environment's.
        ca_file = _checked(ca_file) if ca_file else ""
        self.base_url = profile_url.strip().rstrip("/")
        self.host = parts.hostname
        self._origins = _origins_of(self.base_url)
        self._way = WayOut(self.base_url, is_direct=is_loopback(self.host), ca_file=ca_file)
        self.gate = gate
        self.clock = clock
        self.service_time = ServiceTime(clock)
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._total_timeout_s = total_timeout_s
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._sessions: list[requests.Session] = []
        self._is_closed = False

    def send(
        self,
        method: str,
        path_or_url: str,
        *,
        group: str,
        token: CancelToken,
        params: Mapping[str, Any] | None = None,
        json: object = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        auth: AuthBase | tuple[str, str] | None = None,
        read_timeout_s: float | None = None,
        on_last_byte: Callable[[], None] | None = None,
        max_wait_s: float | None = None,
        keep_free: int = 0,
    ) -> requests.Response:
        """Send one request and return its answer (status below 300), its body read unless stream is set.

        group: the throttling group. params may hold lists for repeated names. data: a form (dict) or a
        MultipartBody. auth: BearerAuth, or (user, password) for Basic. on_last_byte is called just before the
        last byte leaves (with a small request, before the first one): an error raised there ends the request
        unsent. read_timeout_s: the longest silence, when it is longer the request as a whole may take as
        long; files may take longer (exchange.py). max_wait_s: see RateGate.before.
        Raises NotSent, OutcomeUnknown, ApiError, Cancelled.
        """
        self.gate.before(group, token, max_wait_s=max_wait_s, keep_free=keep_free)
        exchange = self._exchange(token, data, read_timeout_s, on_last_byte, is_stream=stream)
        has_effect = method.upper() == "POST" and group != "Auth"
        headers = _headers(headers, data)
        try:
            with UnderWay(exchange):
                response = self._ask(
                    method, path_or_url, exchange, auth, params=params, json=json, data=data, headers=headers
                )
                self.gate.learn(group, response.headers, response.status_code)
                self.service_time.learn(response.headers)
                if not stream or response.status_code >= 300:
                    _take_body(response)
        except Cancelled as exc:
            if has_effect and exchange.is_all_sent:
                raise self._unknown() from exc
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exc:
            raise self._lost(exc, exchange, method) from exc
        return self._judged(response, has_effect=has_effect)

    @property
    def proxy(self) -> str | None:
        """The proxy on the way, None when there is none."""
        return self._way.proxy

    def tls_context(self) -> ssl.SSLContext:
        """What trusts the certificates that requests are sent by."""
        trusted = self._way.verify
        where = trusted if isinstance(trusted, str) else requests.utils.DEFAULT_CA_BUNDLE_PATH
        is_folder = Path(where).is_dir()
        return ssl.create_default_context(
            cafile=None if is_folder else where, capath=where if is_folder else None
        )

    def chunks(self, response: requests.Response, token: CancelToken) -> Iterator[bytes]:
        """The body of a streamed answer, 64 KB at a time. Raises NotSent when it breaks off, Cancelled."""
        try:
            for chunk in _pieces(response):
                token.check()
                yield chunk
        except (urllib3.exceptions.HTTPError, OSError) as exc:
            raise NotSent(f"The connection to RingCentral ({self.host}) broke off. Try again.") from exc
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections of all threads; nothing can be sent afterwards."""
        with self._lock:
            self._is_closed = True
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()

    def _exchange(
        self,
        token: CancelToken,
        data: Any,
        read_timeout_s: float | None,
        on_last_byte: Callable[[], None] | None,
        *,
        is_stream: bool,
    ) -> Exchange:
        """What watches the request. An upload tells of its last byte itself."""
        is_upload = isinstance(data, MultipartBody)
        if is_upload:
            data.on_last_byte = on_last_byte
        return Exchange(
            token,
            read_timeout_s=read_timeout_s or self._read_timeout_s,
            total_timeout_s=max(self._total_timeout_s, read_timeout_s or 0.0),
            is_long=is_upload or is_stream,
            on_last_byte=None if is_upload else on_last_byte,
        )

    def _ask(
        self,
        method: str,
        path_or_url: str,
        exchange: Exchange,
        auth: AuthBase | tuple[str, str] | None,
        **content: Any,
    ) -> requests.Response:
        """Send it and take the head of the answer. content: as requests.Session.request has it."""
        return self._session().request(
            method,
            self._url(path_or_url),
            auth=self._auth(auth),
            timeout=(self._connect_timeout_s, exchange.read_timeout_s),
            stream=True,
            allow_redirects=False,
            verify=None if self._way.verify is True else self._way.verify,
            **content,
        )

    def _judged(self, response: requests.Response, *, has_effect: bool) -> requests.Response:
        """The answer when it is a yes; else its error is raised."""
        if response.status_code < 300:
            return response
        error = translate(response)
        if has_effect and response.status_code in _GATEWAY_LOST_IT:
            raise self._unknown(error.request_id) from error
        raise error

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._mine, "session", None)
        with self._lock:
            if self._is_closed:
                raise NotSent("The connection to RingCentral is closed. Nothing was sent.")
            if session is None:
                if fault := self._way.fault():
                    raise NoWayOut(fault)
                session = requests.Session()
                session.trust_env = not is_loopback(self.host)
                session.headers["User-Agent"] = "rcdesk"
                session.mount("http://", WatchedAdapter())
                session.mount("https://", WatchedAdapter())
                self._sessions.append(session)
                self._mine.session = session
        return session

    def _url(self, path_or_url: str) -> str:
        """An absolute URL; one that leads to another host is refused, for it would be given the token."""
        if path_or_url.startswith("/"):
            return self.base_url + path_or_url
        if _origin(path_or_url) in self._origins:
            return path_or_url
        raise ServerTrouble("RingCentral named an address on another server; it was not followed.", status=0)

    @staticmethod
    def _auth(auth: AuthBase | tuple[str, str] | None) -> AuthBase:
        if isinstance(auth, tuple):
            return HTTPBasicAuth(auth[0].encode(), auth[1].encode())
        return auth or BearerAuth()

    def _unknown(self, request_id: str = "") -> OutcomeUnknown:
        return OutcomeUnknown(
            f"The request went out to RingCentral ({self.host}), but no answer came back: "
            "it is not known whether it took effect.",
            request_id=request_id,
        )

    def _lost(self, exc: Exception, exchange: Exchange, method: str) -> RcdeskError:
        """The error for a request that got no (complete) answer."""
        is_no_address = isinstance(exc, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema)
        if is_no_address and not isinstance(exc, requests.exceptions.InvalidProxyURL):
            return UserError(_NO_ADDRESS)
        if method.upper() != "GET" and exchange.is_all_sent:
            return self._unknown()
        return self._not_sent(exc, exchange, method)

    def _not_sent(self, exc: Exception, exchange: Exchange, method: str) -> NetworkError:
        if isinstance(exc, requests.exceptions.SSLError):
            if "CERTIFICATE_VERIFY_FAILED" in str(exc):
                return NoWayOut(
                    f"The certificate of {self.host} is not trusted here, so nothing was sent. "
                    f"{self._way.distrust()}"
                )
            if why := self._way.why_lost(exc, self.host):
                return NoWayOut(why)
            return NotSent(f"No secure connection to RingCentral ({self.host}). Nothing was sent.")
        if not exchange.is_connected:
            if why := self._way.why_lost(exc, self.host):
                return NoWayOut(why)
            return NotSent(f"No connection to RingCentral ({self.host}). Nothing was sent.")
        if method.upper() == "GET":
            return NotSent(f"RingCentral ({self.host}) did not answer. Asking again is safe.")
        return NotSent(f"The connection to RingCentral ({self.host}) broke off before everything was sent.")


def _parts(url: str) -> SplitResult:
    """The parts of an address whose port is one, too."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as exc:
        raise UserError(_NO_ADDRESS) from exc
    return parts


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port as the request would go to them; None for what cannot be read in one way only."""
    if not url.isascii() or not url.isprintable() or set(url) & set("\\ "):
        return None
    try:
        parts = parse_url(url)
    except urllib3.exceptions.LocationParseError:
        return None
    if parts.auth is not None or parts.scheme is None or not parts.host:
        return None
    return parts.scheme, parts.host, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _origins_of(base_url: str) -> frozenset[tuple[str, str, int | None]]:
    """The API's own host, and beside platform.… the media.… that files are fetched from."""
    own = _origin(base_url)
    if own is None:
        return frozenset()
    scheme, host, port = own
    first, dot, rest = host.partition(".")
    return frozenset({own, (scheme, f"media.{rest}", port)} if dot and first in _API_NAMES else {own})


def _checked(ca_file: str) -> str:
    """The file, when it holds certificates that can be used."""
    try:
        ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError as exc:
        raise UserError(
            f"The certificate file {ca_file} holds no certificate in PEM form. Choose another file in the "
            "server's settings."
        ) from exc
    except OSError as exc:
        raise UserError(
            f"The certificate file {ca_file} could not be read ({exc.strerror}). Choose another file in the "
            "server's settings."
        ) from exc
    return ca_file


def _headers(more: Mapping[str, str] | None, data: Any) -> dict[str, str]:
    """Those of every request, the caller's, and what kind of upload it is."""
    headers = {"Accept": "application/json", **(more or {})}
    if isinstance(data, MultipartBody):
        headers["Content-Type"] = data.content_type
    return headers


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """The body as it arrives, at most 64 KB at a time."""
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        yield chunk
    response.raw.release_conn()


def _take_body(response: requests.Response) -> None:
    """Read the whole body and leave it in the response; the exchange it is part of ends it in time."""
    body = bytearray()
    try:
        for chunk in _pieces(response):
            body += chunk
            if len(body) > _LARGEST_ANSWER_BYTES:
                raise urllib3.exceptions.ProtocolError("the answer is too long")
    except BaseException:
        response.close()
        raise
    response.raw = io.BytesIO(bytes(body))


def read_json(response: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer whose body was read.

    Anything else is ServerTrouble, or OutcomeUnknown for a POST, because the service said yes to it.
    """
    try:
        body = parse(response.content)
    except ValueError as exc:
        raise _unreadable(response) from exc
    if not isinstance(body, dict):
        raise _unreadable(response)
    return body


def _unreadable(response: requests.Response) -> RcdeskError:
    if response.request is not None and response.request.method == "POST":
        return OutcomeUnknown(
            "RingCentral took the request but its answer cannot be read.",
            request_id=request_id_of(response.headers),
        )
    return ServerTrouble(
        "RingCentral's answer cannot be read. Try again in a moment.",
        status=response.status_code,
        request_id=request_id_of(response.headers),
    )


_HALF_A_SECOND = timedelta(seconds=0.5)


class ServiceTime:
    """The difference of the two clocks as last heard."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: tuple[datetime, float] | None = None

    @property
    def offset_s(self) -> float:
        """Service time minus local time in seconds, good to about a second; 0.0 until known."""
        if self._heard is None:
            return 0.0
        moment, steady_s = self._heard
        theirs = moment + timedelta(seconds=self._steady_s() - steady_s)
        return (theirs - self._clock.now()).total_seconds()

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over an answer's Date (RFC 9110, 6.6.1), heard now; one that cannot be read says nothing.

        The header is cut to whole seconds, so on average the service's clock is half a second further.
        """
        try:
            moment = moment_of(parsedate_to_datetime(headers.get("Date", "")).isoformat())
        except (TypeError, ValueError):
            return
        if moment is None:
            return
        self._heard = moment + _HALF_A_SECOND, self._steady_s()

    def _steady_s(self) -> float:
        """Seconds that nobody can set, with those the machine was asleep."""
        return self._clock.monotonic() + _asleep_s()


def _asleep_s() -> float:
    """How long the machine has slept since its start, where its steady clock leaves that out (Linux)."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    if boot_time is None:
        return 0.0
    return time.clock_gettime(boot_time) - time.clock_gettime(time.CLOCK_MONOTONIC)
