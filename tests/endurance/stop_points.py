"""Where a desk can be stopped on its way, so that its runner can kill it exactly there.

`install` wraps real seams of this process (urllib3's connection, the socket, the outbox); the thread that
comes by says so on standard output and then waits for ever, which only SIGKILL ends. The program itself has
no branch for this. Only a fax request (POST …/fax) is stopped. Read next: desk_process.py, kill_matrix.py.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from enum import Enum
from typing import Any

Stopped = Callable[[], None]


class StopPoint(Enum):
    """The points of the kill matrix, in the order in which a fax passes them; at ANY nothing stands still."""

    NONE = "none"
    UNDO = "in the undo window"
    SCHEDULED = "while scheduled"
    BEFORE_CONNECT = "before connect"
    HEADERS = "in the headers"
    BODY = "mid-body"
    LAST_BYTE = "after the last byte"
    ANSWER = "stored, before the answer"
    COMMIT = "answered, before the commit"
    ANY = "twice, at any moment"


class _Current(threading.local):
    """The fax request this thread is sending: how much of it has left (bytes)."""

    is_fax = False
    head = b""
    head_bytes = 0
    body_bytes = 0
    body_length: int | None = None

    def begin(self, is_fax: bool) -> None:
        self.is_fax = is_fax
        self.head, self.head_bytes, self.body_bytes, self.body_length = b"", 0, 0, None

    def count(self, data: bytes) -> None:
        """Bytes that have left: first the head up to the empty line, then the body."""
        if self.body_length is not None:
            self.body_bytes += len(data)
            return
        self.head += data
        head, end, body = self.head.partition(b"\r\n\r\n")
        if end:
            lengths = [
                line.partition(b":")[2]
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ]
            self.body_length = int(lengths[0]) if lengths else 0
            self.body_bytes = len(body)


def stop(stopped: Stopped) -> None:
    """Say that the point is reached, then stand still until killed."""
    stopped()
    threading.Event().wait()


def install(point: StopPoint, stopped: Stopped) -> None:
    """Stop this process at `point`; UNDO and SCHEDULED are seen by the desk itself (desk_process.py)."""
    from urllib3.connection import HTTPConnection

    current = _Current()
    wire: Any = HTTPConnection
    request, connect, getresponse, send = wire.request, wire.connect, wire.getresponse, socket.socket.send

    def request_(self: Any, method: str, url: str, *args: Any, **options: Any) -> Any:
        current.begin(method == "POST" and url.partition("?")[0].endswith("/fax"))
        if current.is_fax and point is StopPoint.BEFORE_CONNECT and self.sock is not None:
            stop(stopped)
        return request(self, method, url, *args, **options)

    def connect_(self: Any) -> Any:
        if current.is_fax and point is StopPoint.BEFORE_CONNECT:
            stop(stopped)
        return connect(self)

    def send_(self: socket.socket, data: Any, flags: int = 0) -> int:
        if not current.is_fax:
            return send(self, data, flags)
        if point is StopPoint.HEADERS:
            send(self, bytes(data)[:40])
            stop(stopped)
        size = send(self, data, flags)
        current.count(bytes(data)[:size])
        length = current.body_length
        if point is StopPoint.BODY and length is not None and length // 3 < current.body_bytes < length:
            stop(stopped)
        if point is StopPoint.LAST_BYTE and length is not None and current.body_bytes >= length:
            stop(stopped)
        return size

    def getresponse_(self: Any, *args: Any, **options: Any) -> Any:
        if current.is_fax and point is StopPoint.ANSWER:
            stop(stopped)
        return getresponse(self, *args, **options)

    wire.request, wire.connect, wire.getresponse = request_, connect_, getresponse_
    socket.socket.send = send_  # type: ignore[method-assign,assignment]
    if point is StopPoint.COMMIT:
        _stop_before_the_commit(stopped)


def _stop_before_the_commit(stopped: Stopped) -> None:
    from rcdesk.store.fax.outbox import Outbox

    def hand_over(self: Outbox, *args: Any, **options: Any) -> Any:
        stop(stopped)

    Outbox.hand_over = hand_over  # type: ignore[method-assign]
