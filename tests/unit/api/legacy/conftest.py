"""A server of the 2010 web API that is only a socket, and a client to it.

`server` answers each request with the next of the given texts and keeps the bytes it was sent. Read next:
test_requests.py.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from rcdesk.api.legacy.client import LegacyClient
from rcdesk.core.account.account import ServerProfile
from tests.unit.api.socket_server import SocketServer, answer, read_request

PASSWORD = "qwerty/&"


class OldServer:
    """Answers with texts, one for each request, the last one again and again."""

    def __init__(self) -> None:
        self.texts = ["OK"]
        self.status = 200
        self.requests: list[bytes] = []
        self.conversation: Callable[[socket.socket], None] = self._talk
        self._socket = SocketServer(lambda connection: self.conversation(connection))
        self.url = self._socket.url

    @property
    def bodies(self) -> list[bytes]:
        """What followed each head."""
        return [request.partition(b"\r\n\r\n")[2] for request in self.requests]

    @property
    def heads(self) -> list[bytes]:
        """Request lines and headers."""
        return [request.partition(b"\r\n\r\n")[0] for request in self.requests]

    def close(self) -> None:
        self._socket.close()

    def _talk(self, connection: socket.socket) -> None:
        while True:
            self.requests.append(read_request(connection))
            text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
            answer(connection, self.status, text.encode())


@pytest.fixture
def old_server() -> Iterator[OldServer]:
    server = OldServer()
    yield server
    server.close()


@pytest.fixture
def client(old_server: OldServer) -> Iterator[LegacyClient]:
    """The first example of the gem's README signs in as this."""
    profile = ServerProfile(name="old", base_url=old_server.url)
    client = LegacyClient(profile, "8889363711", "101", PASSWORD)
    yield client
    client.close()
