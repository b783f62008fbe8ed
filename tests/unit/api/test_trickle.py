"""Servers that send a byte now and then: one deadline over all of a request, and Cancel hangs up at once."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rcdesk.api.exchange import SLOWEST_BYTES_PER_S, Exchange, UnderWay
from rcdesk.api.rate_gate import RateGate
from rcdesk.api.transport import Transport
from rcdesk.api.upload import MultipartBody, file_part, mixed
from rcdesk.bridge.runtime.lane import Lane, Report
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import Cancelled, NotSent, OutcomeUnknown
from tests.unit.api.socket_server import Conversation, SocketServer, read_request
from tests.unit.api.test_trust import certificate  # noqa: F401  (a fixture)

OPENING = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
HEAD = OPENING + b"Content-Length: 1000000\r\n\r\n"


class Dripping:
    """A server that answers `start` at once and then `drop` again and again, until the client hangs up."""

    def __init__(self, start: bytes, drop: bytes, *, reads: int | None = None) -> None:
        self._start, self._drop, self._reads = start, drop, reads
        self.on_drop: Callable[[], None] = lambda: None
        self.has_hung_up = threading.Event()
        self._pause = threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        if self._reads is None:
            read_request(connection)
        else:
            connection.recv(self._reads)
        try:
            connection.sendall(self._start)
            while not self._pause.wait(0.02):
                connection.sendall(self._drop)
                self.on_drop()
        except OSError:
            self.has_hung_up.set()


PLACES = {
    "status line": (b"", b"H"),
    "head": (OPENING + b"X-Long: ", b"x"),
    "many lines": (OPENING, b"X: y\r\n"),
    "early hints": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (HEAD, b" "),
    "chunks": (OPENING + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "chunk head": (OPENING + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
}


@pytest.fixture(params=list(PLACES.values()), ids=list(PLACES))
def dripping(request: pytest.FixtureRequest) -> Dripping:
    start, drop = request.param
    return Dripping(start, drop)


@pytest.fixture
def connect() -> Iterator[Callable[..., Transport]]:
    made: list[tuple[SocketServer, Transport]] = []

    def start(conversation: Conversation, *, total_timeout_s: float = 60.0) -> Transport:
        server, clock = SocketServer(conversation), SystemClock()
        made.append((server, Transport(server.url, RateGate(clock), clock, total_timeout_s=total_timeout_s)))
        return made[-1][1]

    yield start
    for server, transport in made:
        transport.close()
        server.close()


def ask(transport: Transport, method: str = "GET", token: CancelToken | None = None) -> None:
    json: object = {} if method == "POST" else None
    transport.send(method, "/x", group="Light", token=token or CancelToken(), json=json)


def test_a_trickle_ends_at_the_deadline(dripping: Dripping, connect: Callable[..., Transport]) -> None:
    with pytest.raises(NotSent, match="Asking again is safe"):
        ask(connect(dripping, total_timeout_s=0.3))
    assert dripping.has_hung_up.wait(30)


def test_cancel_hangs_up_on_a_trickle(dripping: Dripping, connect: Callable[..., Transport]) -> None:
    token = CancelToken()
    dripping.on_drop = token.cancel
    with pytest.raises(Cancelled):
        ask(connect(dripping), token=token)
    assert dripping.has_hung_up.wait(30)


def test_what_was_sent_before_a_trickle_is_an_unknown_outcome(
    dripping: Dripping, connect: Callable[..., Transport]
) -> None:
    with pytest.raises(OutcomeUnknown):
        ask(connect(dripping, total_timeout_s=0.3), "POST")


def test_a_lane_ends_while_a_server_trickles(
    dripping: Dripping, connect: Callable[..., Transport], qapp: object
) -> None:
    transport, began, lane = connect(dripping), threading.Event(), Lane("trickle")
    dripping.on_drop = began.set

    def work(token: CancelToken, report: Report) -> None:
        ask(transport, token=token)

    lane.submit(work, done=lambda value: None, failed=lambda error: None)
    assert began.wait(30)
    assert lane.stop(30)
    assert dripping.has_hung_up.wait(30)


def test_a_download_that_trickles_ends_too(connect: Callable[..., Transport]) -> None:
    server = Dripping(HEAD, b" ")
    transport, token = connect(server, total_timeout_s=0.3), CancelToken()
    response = transport.send("GET", "/x", group="Medium", token=token, stream=True)
    with pytest.raises(NotSent, match="broke off"):
        list(transport.chunks(response, token))
    assert server.has_hung_up.wait(30)


def upload(tmp_path: Path, size_bytes: int, token: CancelToken) -> MultipartBody:
    path = tmp_path / "pages.pdf"
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return mixed("{}", [file_part(path, name="pages.pdf", media_type="application/pdf")], token=token)


def send_pages(transport: Transport, tmp_path: Path, size_bytes: int, token: CancelToken) -> None:
    body = upload(tmp_path, size_bytes, token)
    try:
        transport.send("POST", "/fax", group="Heavy", token=token, data=body)
    finally:
        body.close()


def test_an_upload_that_is_hardly_read_ends(connect: Callable[..., Transport], tmp_path: Path) -> None:
    go_on = threading.Event()

    def sips(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while not go_on.wait(0.01) and connection.recv(1):
            pass

    # What the system's own buffers swallow at once counts as sent: the deadline is checked with that much.
    with pytest.raises(NotSent, match="broke off before"):
        send_pages(_pressed(connect(sips, total_timeout_s=0.2)), tmp_path, 60_000_000, CancelToken())
    go_on.set()


def _pressed(transport: Transport) -> Transport:
    """No credit for bytes: what is to be seen is the deadline, not the size of this machine's buffers."""
    make = transport._exchange

    def exchange(*args: object, **options: object) -> Exchange:
        made = make(*args, **options)  # type: ignore[arg-type]
        made._is_long = False
        return made

    transport._exchange = exchange  # type: ignore[method-assign]
    return transport


def test_the_answer_to_an_upload_has_a_deadline_of_its_own(
    dripping: Dripping, connect: Callable[..., Transport], tmp_path: Path
) -> None:
    """A fast upload saves time that is not the answer's: 4 MB would be good for a quarter of an hour."""
    with pytest.raises(OutcomeUnknown):
        send_pages(connect(dripping, total_timeout_s=0.5), tmp_path, 4_000_000, CancelToken())


def test_files_may_take_as_long_as_the_slowest_line(connect: Callable[..., Transport]) -> None:
    exchange = Exchange(CancelToken(), read_timeout_s=1.0, total_timeout_s=0.0, is_long=True)
    exchange.moved(SLOWEST_BYTES_PER_S * 100)
    exchange.check()
    exchange.all_sent()
    with pytest.raises(TimeoutError):
        exchange.wait(lambda slice_s: False)


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_a_handshake_that_trickles_ends(is_cancelled: bool) -> None:
    token, over = CancelToken(), threading.Event()

    def says_nothing(connection: socket.socket) -> None:
        connection.recv(1000)
        # The head of a TLS record that never ends.
        connection.sendall(b"\x16\x03\x03\x40\x00")
        if is_cancelled:
            token.cancel()
        while not over.wait(0.02):
            connection.sendall(b"\x02")

    server, clock = SocketServer(says_nothing), SystemClock()
    url = server.url.replace("http:", "https:")
    transport = Transport(url, RateGate(clock), clock, total_timeout_s=60.0 if is_cancelled else 0.3)
    with pytest.raises(Cancelled if is_cancelled else NotSent):
        ask(transport, "POST", token)
    over.set()
    transport.close()
    server.close()


def test_a_trickle_inside_tls_ends(certificate: tuple[Path, Path]) -> None:  # noqa: F811
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, certificate))
    token = CancelToken()

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            read_request(secure)
            raw = socket.socket(fileno=socket.dup(secure.fileno()))
            with raw:
                # A record of application data, a byte at a time.
                raw.sendall(b"\x17\x03\x03\x40\x00")
                token.cancel()
                pause = threading.Event()
                while not pause.wait(0.02):
                    raw.sendall(b"\x02")

    server, clock = SocketServer(talk), SystemClock()
    url = server.url.replace("http:", "https:")
    transport = Transport(url, RateGate(clock), clock, ca_file=str(certificate[0]))
    with pytest.raises(Cancelled):
        ask(transport, token=token)
    transport.close()
    server.close()


def test_a_connection_nobody_waits_for_any_more_is_closed() -> None:
    """As where the name of the server cannot be looked up: the thread is free, the socket closed later."""
    from rcdesk.api.exchange import _PlainConnection

    token, looked_up = CancelToken(), threading.Event()
    hung_up, own_thread = threading.Event(), threading.current_thread()

    def talk(connection: socket.socket) -> None:
        if not connection.recv(1):
            hung_up.set()

    class Slow(_PlainConnection):
        @property
        def _dns_host(self) -> str:
            # The name is also read where the connection is made, with nothing to look up.
            if threading.current_thread() is not own_thread:
                token.cancel()
                looked_up.wait(60)
            return "127.0.0.1"

        @_dns_host.setter
        def _dns_host(self, host: str) -> None:
            pass

    server = SocketServer(talk)
    port = int(server.url.rpartition(":")[2])
    connection = Slow("127.0.0.1", port)
    with UnderWay(Exchange(token, read_timeout_s=60.0, total_timeout_s=60.0)), pytest.raises(Cancelled):
        connection.connect()
    looked_up.set()
    assert hung_up.wait(30)
    server.close()
