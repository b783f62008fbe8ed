"""One WebSocket to RingCentral's event service: JSON lists as frames, awaited in slices (docs/wire.md 1.10).

The library connects and reads on threads of its own; whoever cancels waits no longer than a slice. Used by
one thread at a time. Read next: stream.py.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlencode, urlsplit

import websockets.sync.client
from msgspec import Struct
from websockets.exceptions import WebSocketException

from rcdesk.api.body import parse
from rcdesk.api.exchange import is_loopback
from rcdesk.api.transport import Transport
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotSent, NoWayOut, ServerTrouble

SLICE_S = 0.5
_CLOSE_S = 0.5
_OPEN_S = 15.0
_LARGEST = 4 * 1024 * 1024
_LOST = "The connection for news from RingCentral broke off."


class Frame(Struct, frozen=True, kw_only=True):
    """One frame. kind: ConnectionDetails, ClientRequest, ServerNotification, Heartbeat, Error.

    wsc: what to come back with after a break, and its sequence; "" when the frame carries none.
    """

    kind: str
    message_id: str = ""
    status: int = 0
    body: Mapping[str, Any] = {}
    wsc: str = ""
    sequence: int = 0


def read_frame(text: str | bytes) -> Frame | None:
    """Read a frame; None for what is none, which is left out."""
    try:
        found = parse(text if isinstance(text, bytes) else text.encode())
    except ValueError:
        return None
    if not isinstance(found, list) or not found or not isinstance(found[0], dict):
        return None
    meta = found[0]
    body = found[1] if len(found) > 1 and isinstance(found[1], dict) else {}
    wsc = meta.get("wsc")
    wsc = wsc if isinstance(wsc, dict) else {}
    sequence, status, token = wsc.get("sequence"), meta.get("status"), wsc.get("token")
    return Frame(
        kind=str(meta.get("type", "")),
        message_id=str(meta.get("messageId", "")),
        status=status if isinstance(status, int) else 0,
        body=body,
        wsc=token if isinstance(token, str) else "",
        sequence=sequence if isinstance(sequence, int) else 0,
    )


class EventSocket:
    """An open connection. Raises NotSent when it cannot be opened or is lost, Cancelled."""

    def __init__(
        self,
        uri: str,
        query: Mapping[str, str],
        token: CancelToken,
        transport: Transport,
    ) -> None:
        """query holds what proves who asks; transport is the way to the service."""
        parts = urlsplit(uri)
        is_plain = parts.scheme == "ws" and is_loopback(parts.hostname or "") and is_loopback(transport.host)
        if parts.scheme != "wss" and not is_plain:
            raise ServerTrouble("RingCentral named no secure address for news.", status=0)
        self._token = token
        self._clock = transport.clock
        self._proxy = None if is_plain else transport.proxy
        context = None if is_plain else transport.tls_context()
        self._socket = self._connected(f"{uri}{'&' if parts.query else '?'}{urlencode(query)}", context)

    def receive(self, until_s: float) -> Frame | None:
        """The next frame; None when there was none until this monotonic second. Raises Cancelled, NotSent."""
        while True:
            self._token.check()
            left_s = until_s - self._clock.monotonic()
            if left_s <= 0:
                return None
            try:
                text = self._socket.recv(timeout=min(SLICE_S, left_s))
            except TimeoutError:
                continue
            except (WebSocketException, OSError, EOFError) as exc:
                raise NotSent(_LOST) from exc
            if (frame := read_frame(text)) is not None:
                return frame

    def send(self, *parts: object) -> None:
        """One frame."""
        try:
            self._socket.send(json.dumps(parts))
        except (WebSocketException, OSError, EOFError) as exc:
            raise NotSent(_LOST) from exc

    def close(self) -> None:
        """Hang up, without waiting long for the other side to do so."""
        with contextlib.suppress(WebSocketException, OSError, EOFError):
            self._socket.close()

    def _connected(self, url: str, context: ssl.SSLContext | None) -> websockets.sync.client.ClientConnection:
        """Connect on a thread of its own, so that nobody has to wait for it to the end."""
        result, is_over = Future[websockets.sync.client.ClientConnection](), threading.Event()

        def run() -> None:
            try:
                result.set_result(
                    websockets.sync.client.connect(
                        url,
                        ssl=context,
                        proxy=self._proxy,
                        open_timeout=_OPEN_S,
                        close_timeout=_CLOSE_S,
                        ping_interval=None,
                        max_size=_LARGEST,
                        max_queue=None,
                    )
                )
            except Exception as exc:
                result.set_exception(exc)
            is_over.set()

        threading.Thread(target=run, daemon=True, name="connecting for news").start()
        while not is_over.wait(SLICE_S):
            if self._token.is_cancelled:
                result.add_done_callback(_hang_up)
                self._token.check()
        try:
            return result.result()
        except ImportError as exc:
            # A SOCKS proxy, for which the library wants another one.
            raise NoWayOut("News do not come through this kind of proxy.") from exc
        except (WebSocketException, OSError, EOFError, ValueError) as exc:
            raise NotSent("No connection for news from RingCentral.") from exc


def _hang_up(result: Future[websockets.sync.client.ClientConnection]) -> None:
    """A connection that came when nobody waited for it any more."""
    if result.exception() is None:
        result.result().close()
