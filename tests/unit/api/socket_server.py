"""A server that is only a socket: each test says, byte for byte, how it treats a connection.

Real enough to prove what a client may conclude from a broken conversation. One daemon thread per server.
Read next: test_transport.py.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable

from tests.patience import PATIENCE_S

Conversation = Callable[[socket.socket], None]


class SocketServer:
    """Listens on 127.0.0.1 and hands each connection, one after the other, to the conversation."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                try:
                    self._conversation(connection)
                except OSError:
                    continue

    def close(self) -> None:
        """Stop listening; the running conversation ends with its client."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


def read_request(connection: socket.socket) -> bytes:
    """Head and announced body of one request."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, start = received.partition(b"\r\n\r\n")
    body = bytearray(start)
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += _some(connection)
    return head + b"\r\n\r\n" + bytes(body)


def _some(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("the client has hung up")
    return received


def answer(connection: socket.socket, status: int, body: bytes = b"{}", *headers: str) -> None:
    """One whole answer."""
    lines = [
        f"HTTP/1.1 {status} X",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def reset(connection: socket.socket) -> None:
    """Close with a TCP reset instead of a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def wait_for_end(connection: socket.socket) -> None:
    """Keep silent until the client hangs up."""
    while connection.recv(65536):
        pass
