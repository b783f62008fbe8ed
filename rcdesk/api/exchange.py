"""One request on the wire: how much of it has left, and whether anybody still wants it.

requests cannot tell whether a whole request reached the server, which is the difference between NotSent and
OutcomeUnknown. The connections here can: they write in slices and wait for the answer in slices, checking the
CancelToken and the deadlines between them, and note the moment the last byte went to the system; whoever
keeps a record is told just before that. The exchange of the current thread is kept in a thread-local because
urllib3 makes the connections. Read next: transport.py.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import wait_for_read, wait_for_write

from rcdesk.core.cancel import CancelToken

CHUNK_BYTES = 65536
_SLICE_S = 0.1


class Exchange:
    """The state of one request; used by one thread.

    read_timeout_s: the longest silence while writing or before the answer; total_timeout_s: for the request
    as a whole, None for uploads, whose length is not known. on_last_byte is called once there is a connection
    and before anything is sent on it; a streamed body calls its own (upload.py).
    """

    def __init__(
        self,
        token: CancelToken,
        *,
        read_timeout_s: float,
        total_timeout_s: float | None,
        on_last_byte: Callable[[], None] | None = None,
    ) -> None:
        self.token = token
        self.read_timeout_s = read_timeout_s
        self.is_connected = False
        self.is_all_sent = False
        self._deadline_s = None if total_timeout_s is None else time.monotonic() + total_timeout_s
        self._on_last_byte = on_last_byte

    def check(self) -> None:
        """Raise Cancelled when nobody wants the answer any more, TimeoutError when it took too long."""
        self.token.check()
        if self._deadline_s is not None and time.monotonic() > self._deadline_s:
            raise TimeoutError("the request took too long as a whole")

    def before_sending(self) -> None:
        """There is a connection, and the whole request is about to go out on it."""
        if self._on_last_byte is not None:
            self._on_last_byte()

    def all_sent(self) -> None:
        """The last byte of the request was handed to the operating system."""
        self.is_all_sent = True

    def wait(self, is_ready: Callable[[float], bool]) -> None:
        """Wait in slices until is_ready(slice_s) says so; raises Cancelled or TimeoutError."""
        give_up_s = time.monotonic() + self.read_timeout_s
        while True:
            self.check()
            if is_ready(_SLICE_S):
                return
            if time.monotonic() > give_up_s:
                raise TimeoutError("the server is silent")


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


class _Watched:
    """What both kinds of connection add to urllib3's; mixed in before it."""

    sock: Any

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
        rest = memoryview(data)
        while rest:
            exchange.wait(lambda slice_s: wait_for_write(self.sock, timeout=slice_s))
            rest = rest[self.sock.send(rest[:CHUNK_BYTES]) :]

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

    def getresponse(self) -> Any:
        """Wait for the answer in slices, then read its head."""
        exchange = _current.exchange
        if exchange is not None and self.sock is not None:
            exchange.wait(lambda slice_s: wait_for_read(self.sock, timeout=slice_s))
        return super().getresponse()  # type: ignore[misc]


class _PlainConnection(_Watched, HTTPConnection):
    pass


class _SecureConnection(_Watched, HTTPSConnection):
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

    class _SecureSocksConnection(_Watched, SOCKSHTTPSConnection):
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
