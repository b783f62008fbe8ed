"""Something on the way to the service: it swallows an upload as a whole, says what it likes, and lets the
service have it later, when the test says so.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Way:
    """hold(status): the next uploads are kept and answered with this status and no word of RingCentral's, 0
    for no answer at all; deliver() passes them on. Everything else goes through.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self._held: list[tuple[str, dict[str, str], bytes]] = []
        self._status: int | None = None
        self.uploads = 0
        way = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one piece: apart, the body waits 40 ms for the word that the head has come.
            wbufsize = -1

            def do_GET(self) -> None:
                way.serve(self)

            do_POST = do_PUT = do_DELETE = do_GET

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def hold(self, status: int) -> None:
        """Keep what is uploaded from now on."""
        self._status = status

    def let_through(self) -> None:
        """Keep nothing more."""
        self._status = None

    def deliver(self) -> None:
        """Let the service have what was kept."""
        for path, headers, body in self._held:
            self._ask("POST", path, headers, body)
        self._held.clear()

    def forget(self) -> None:
        """What was kept never gets there."""
        self._held.clear()

    def serve(self, asked: BaseHTTPRequestHandler) -> None:
        """One request."""
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        headers = {k: v for k, v in asked.headers.items() if k.lower() not in _NOT_PASSED_ON}
        is_upload = asked.command == "POST" and asked.path.endswith("/fax")
        self.uploads += is_upload
        if is_upload and self._status is not None:
            self._held.append((asked.path, headers, body))
            if self._status:
                self._answer(asked, self._status, {"Content-Type": "text/html"}, b"<h1>Gateway</h1>")
            asked.close_connection = True
            return
        self._answer(asked, *self._ask(asked.command, asked.path, headers, body))

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self._upstream.hostname or "", self._upstream.port)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in _NOT_PASSED_ON}
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    @staticmethod
    def _answer(asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
        asked.send_response_only(status)
        for name, value in headers.items():
            asked.send_header(name, value)
        asked.send_header("Content-Length", str(len(body)))
        asked.end_headers()
        asked.wfile.write(body)


@contextmanager
def way_to(upstream: str) -> Iterator[Way]:
    """A Way for the length of a `with` block."""
    way = Way(upstream)
    try:
        yield way
    finally:
        way.close()
