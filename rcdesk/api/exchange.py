"""One request on the wire: how much of it has left, and whether anybody still wants it.

requests cannot tell whether a whole request reached the server, which is the difference between NotSent and
OutcomeUnknown, and its time-outs begin anew with every byte. The connections here connect, shake hands, write
and read in slices, the head of the answer byte for byte if need be, and look at the CancelToken and at one
deadline between them; they note the moment the last byte went to the system, and whoever keeps a record is
told just before that. The exchange of the current thread is kept in a thread-local because urllib3 makes the
connections. Read next: transport.py.
"""

from __future__ import annotations

import functools
import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from rcdesk.core.cancel import CancelToken

CHUNK_BYTES = 65536
SLOWEST_BYTES_PER_S = 4096
"""What goes slower than this on the whole (uploads, downloads) is given up."""
_SLICE_S = 0.1

_T = TypeVar("_T")


class Exchange:
    """The state of one request; used by one thread.

    read_timeout_s: the longest silence while writing or before the answer; total_timeout_s: for the request
    as a whole, from the connection to the last byte of the answer. is_long: files go up or down, which is
    given the time of SLOWEST_BYTES_PER_S besides. on_last_byte is called once there is a connection and
    before anything is sent on it; a streamed body calls its own (upload.py).
    """

    def __init__(
        self,
        token: CancelToken,
        *,
        read_timeout_s: float,
        total_timeout_s: float,
        is_long: bool = False,
        on_last_byte: Callable[[], None] | None = None,
    ) -> None:
        self.token = token
        self.read_timeout_s = read_timeout_s
        self.is_connected = False
        self.is_all_sent = False
        self._total_timeout_s = total_timeout_s
        self._deadline_s = time.monotonic() + total_timeout_s
        self._is_long = is_long
        self._on_last_byte = on_last_byte

    def check(self) -> None:
        """Raise Cancelled when nobody wants the answer any more, TimeoutError when it took too long."""
        self.token.check()
        if time.monotonic() > self._deadline_s:
            raise TimeoutError("the request took too long as a whole")

    def moved(self, size_bytes: int) -> None:
        """So many bytes were written or read."""
        if self._is_long:
            self._deadline_s += size_bytes / SLOWEST_BYTES_PER_S

    def before_sending(self) -> None:
        """There is a connection, and the whole request is about to go out on it."""
        if self._on_last_byte is not None:
            self._on_last_byte()

    def all_sent(self) -> None:
        """The last byte of the request was handed to the operating system.

        What a fast upload did not use of its time is not given to the answer.
        """
        self.is_all_sent = True
        self._deadline_s = min(self._deadline_s, time.monotonic() + self._total_timeout_s)

    def wait(self, is_ready: Callable[[float], bool]) -> None:
        """Wait in slices until is_ready(slice_s) says so; raises Cancelled or TimeoutError."""
        give_up_s = time.monotonic() + self.read_timeout_s
        while True:
            self.check()
            if is_ready(_SLICE_S):
                return
            if time.monotonic() > give_up_s:
                raise TimeoutError("the server is silent")

    def on(self, sock: Any, act: Callable[[], _T]) -> _T:
        """Do with a socket what may have to wait, in slices; raises Cancelled or TimeoutError.

        act is done again after a slice that was not enough, with the same bytes (TLS wants that).
        """
        done: list[_T] = []

        def is_done(slice_s: float) -> bool:
            sock.settimeout(slice_s)
            try:
                done.append(act())
            except TimeoutError:
                return False
            return True

        self.wait(is_done)
        return done[0]


def is_loopback(host: str) -> bool:
    """True for this machine itself, whichever name of it is used (RFC 6761, 6.3)."""
    return host in ("127.0.0.1", "localhost", "::1") or host.endswith(".localhost")


class _Current(threading.local):
    exchange: Exchange | None = None


_current = _Current()


class UnderWay:
    """Makes an exchange the current one of this thread for the length of a `with` block."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def __enter__(self) -> Exchange:
        _current.exchange = self._exchange
        return self._exchange

    def __exit__(self, *details: object) -> None:
        _current.exchange = None


class _WatchedReader(io.RawIOBase):
    """What an answer is read from, in slices. socket_file is the socket's own, closed with this one."""

    def __init__(self, socket_file: io.RawIOBase, sock: Any, exchange: Exchange) -> None:
        self._socket_file = socket_file
        self._sock = sock
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """What has arrived, at least one byte; 0 at the end."""
        size: int = self._exchange.on(self._sock, lambda: self._sock.recv_into(buffer))
        self._exchange.moved(size)
        return size

    def close(self) -> None:
        self._socket_file.close()
        super().close()


class _WatchedResponse(http.client.HTTPResponse):
    """An answer (also of a proxy that is asked for a tunnel) whose head and body are read in slices."""

    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        if (exchange := _current.exchange) is not None:
            self.fp = io.BufferedReader(_WatchedReader(self.fp.detach(), sock, exchange))


class _WatchedTls(ssl.SSLSocket):
    """A TLS connection whose handshake goes in slices."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands, as long as somebody wants it."""
        if (exchange := _current.exchange) is None:
            super().do_handshake(block)
            return
        try:
            exchange.on(self, super().do_handshake)
        except BaseException:
            self.close()
            raise


class _Watched:
    """What both kinds of connection add to urllib3's; mixed in before it."""

    sock: Any
    _dns_host: str
    response_class: Any = _WatchedResponse

    def _new_conn(self) -> socket.socket:
        """Look up the name and connect on a thread of its own: nobody has to wait for it to the end."""
        exchange, by_name = _current.exchange, super()._new_conn  # type: ignore[misc]

        def connect() -> socket.socket:
            name = self._dns_host
            if name.endswith(".localhost"):
                # Not every system's resolver knows that this is nobody else's name.
                self._dns_host = "127.0.0.1"
            try:
                connected: socket.socket = by_name()
            finally:
                self._dns_host = name
            return connected

        if exchange is None:
            return connect()
        result, is_over = Future[socket.socket](), threading.Event()

        def run() -> None:
            try:
                result.set_result(connect())
            except Exception as exc:
                result.set_exception(exc)
            is_over.set()

        threading.Thread(target=run, daemon=True, name="connecting").start()
        try:
            exchange.wait(is_over.wait)
        except BaseException:
            result.add_done_callback(_close_late)
            raise
        return result.result()

    def connect(self) -> None:
        """Connect, and note that there is a server."""
        super().connect()  # type: ignore[misc]
        if _current.exchange is not None:
            _current.exchange.is_connected = True

    def send(self, data: Any) -> None:
        """Write bytes in slices, so that a server that reads slowly never holds the thread for long."""
        exchange = _current.exchange
        if exchange is None or not isinstance(data, (bytes, bytearray, memoryview)):
            super().send(data)  # type: ignore[misc]
            return
        if self.sock is None:
            self.connect()
        sock = self.sock
        rest = memoryview(data)
        while rest:
            chunk = rest[:CHUNK_BYTES]
            size = exchange.on(sock, lambda chunk=chunk: sock.send(chunk))  # type: ignore[misc]
            exchange.moved(size)
            rest = rest[size:]

    def request(self, *args: Any, **options: Any) -> None:
        """Connect, send the whole request, and note that it has left."""
        exchange = _current.exchange
        if exchange is not None:
            if self.sock is None:
                self.connect()
            # Not said in send(), through which a proxy is asked first.
            exchange.is_connected = True
            exchange.before_sending()
        super().request(*args, **options)  # type: ignore[misc]
        if exchange is not None:
            exchange.all_sent()


def _close_late(result: Future[socket.socket]) -> None:
    """A connection that came when nobody waited for it any more."""
    if result.exception() is None:
        result.result().close()


class _WatchedSecure(_Watched):
    """The same with TLS."""

    ssl_context: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ssl_context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
        self.ssl_context.sslsocket_class = _WatchedTls


class _PlainConnection(_Watched, HTTPConnection):
    pass


class _SecureConnection(_WatchedSecure, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _PlainPool, "https": _SecurePool}


@functools.cache
def _socks_pools() -> dict[str, type[HTTPConnectionPool]]:
    """Made for the first SOCKS proxy, which few have."""
    from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection

    class _SocksConnection(_Watched, SOCKSConnection):
        pass

    class _SecureSocksConnection(_WatchedSecure, SOCKSHTTPSConnection):
        pass

    class _SocksPool(HTTPConnectionPool):
        ConnectionCls = _SocksConnection

    class _SecureSocksPool(HTTPSConnectionPool):
        ConnectionCls = _SecureSocksConnection

    return {"http": _SocksPool, "https": _SecureSocksPool}


class WatchedAdapter(requests.adapters.HTTPAdapter):
    """requests' adapter with the connections above; it never repeats a request by itself."""

    def __init__(self) -> None:
        super().__init__(max_retries=0, pool_connections=2, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools; blocksize is how much is read from an upload at a time (bytes)."""
        super().init_poolmanager(*args, **options, blocksize=CHUNK_BYTES)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> urllib3.ProxyManager:
        """The same for connections through a proxy."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **options, blocksize=CHUNK_BYTES)
        is_socks = proxy.lower().startswith("socks")
        manager.pool_classes_by_scheme = _socks_pools() if is_socks else _POOLS
        return manager

    def close(self) -> None:
        """Close the idle connections now; urllib3 itself leaves that to the garbage collector."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in list(manager.pools.keys()):
                pool = manager.pools.get(key)
                if pool is not None:
                    pool.close()
        super().close()
