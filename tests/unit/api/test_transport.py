"""What the transport concludes from conversations that go wrong, against a real socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rcdesk.api.rate_gate import RateGate
from rcdesk.api.transport import BearerAuth, Transport, read_json
from rcdesk.api.upload import MultipartBody, file_part, mixed
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import (
    Cancelled,
    NotSent,
    OutcomeUnknown,
    Rejected,
    ServerTrouble,
    UserError,
)
from tests.patience import PATIENCE_S
from tests.unit.api.socket_server import (
    Conversation,
    SocketServer,
    answer,
    read_request,
    reset,
    wait_for_end,
)

Connect = Callable[..., Transport]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Starts a server with the given conversation and returns a transport to it."""
    started: list[tuple[SocketServer, Transport]] = []

    def start(conversation: Conversation, **options: Any) -> Transport:
        server = SocketServer(conversation)
        clock = SystemClock()
        started.append((server, Transport(server.url, RateGate(clock), clock, **options)))
        return started[-1][1]

    yield start
    for server, transport in started:
        transport.close()
        server.close()


def ask(transport: Transport, method: str = "GET", token: CancelToken | None = None, **options: Any) -> Any:
    return transport.send(method, "/x", group="Light", token=token or CancelToken(), **options)


def big_body(tmp_path: Path, token: CancelToken, progress: Any = None) -> MultipartBody:
    path = tmp_path / "big.pdf"
    with path.open("wb") as file:
        file.truncate(30_000_000)
    part = file_part(path, name="big.pdf", media_type="application/pdf")
    return mixed("{}", [part], token=token, progress=progress)


def dies_at_once(connection: socket.socket) -> None:
    reset(connection)


def dies_after_request(connection: socket.socket) -> None:
    read_request(connection)
    reset(connection)


def dies_within_head(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-")


def dies_within_body(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":')


def is_silent(connection: socket.socket) -> None:
    read_request(connection)
    wait_for_end(connection)


def drips(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    never = threading.Event()
    while not never.wait(0.02):
        connection.sendall(b" ")


BROKEN = [dies_after_request, dies_within_body]


def test_an_answer_is_read(connect: Connect) -> None:
    seen: list[bytes] = []

    def conversation(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        answer(connection, 200, b'{"a": 1}')

    response = ask(connect(conversation), auth=BearerAuth("secret"), params={"a": ["1", "2"]})
    assert read_json(response) == {"a": 1}
    assert seen[0].startswith(b"GET /x?a=1&a=2 ") and b"Authorization: Bearer secret\r\n" in seen[0]


@pytest.mark.parametrize("conversation", [dies_at_once, *BROKEN])
def test_a_broken_read_may_be_repeated(connect: Connect, conversation: Conversation) -> None:
    with pytest.raises(NotSent, match=r"127\.0\.0\.1"):
        ask(connect(conversation))


@pytest.mark.parametrize("conversation", BROKEN)
def test_a_broken_answer_to_a_post_is_an_unknown_outcome(
    connect: Connect, conversation: Conversation
) -> None:
    with pytest.raises(OutcomeUnknown):
        ask(connect(conversation), "POST", json={"to": 1})


def test_a_broken_head_is_no_answer(connect: Connect) -> None:
    transport = connect(dies_within_head)
    with pytest.raises(ServerTrouble):
        read_json(ask(transport))
    with pytest.raises(OutcomeUnknown):
        read_json(ask(transport, "POST", json={}))


def test_silence_after_a_post_is_an_unknown_outcome(connect: Connect) -> None:
    with pytest.raises(OutcomeUnknown):
        ask(connect(is_silent, read_timeout_s=0.3), "POST", json={})


def test_silence_after_a_get_may_be_repeated(connect: Connect) -> None:
    with pytest.raises(NotSent, match="did not answer"):
        ask(connect(is_silent, read_timeout_s=0.3))


def test_an_answer_that_drips_ends_at_the_total_time_out(connect: Connect) -> None:
    with pytest.raises(NotSent):
        ask(connect(drips, total_timeout_s=0.4))


def test_refused_unknown_and_insecure_hosts_are_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    clock = SystemClock()
    for url in (f"http://127.0.0.1:{port}", "https://no-such-host.invalid"):
        transport = Transport(url, RateGate(clock), clock)
        with pytest.raises(NotSent, match="Nothing was sent"):
            ask(transport, "POST", json={})
        transport.close()


def test_a_server_without_tls_is_not_sent() -> None:
    server = SocketServer(lambda connection: connection.sendall(b"HTTP/1.0 400 plain\r\n\r\n"))
    clock = SystemClock()
    transport = Transport(server.url.replace("http:", "https:"), RateGate(clock), clock)
    with pytest.raises(NotSent, match="No secure connection"):
        ask(transport, "POST", json={})
    transport.close()
    server.close()


def test_a_wait_for_an_answer_can_be_cancelled(connect: Connect) -> None:
    token = CancelToken()

    def conversation(connection: socket.socket) -> None:
        read_request(connection)
        token.cancel()
        wait_for_end(connection)

    with pytest.raises(Cancelled):
        ask(connect(conversation), token=token)


def test_cancelling_after_the_last_byte_of_a_post_is_an_unknown_outcome(connect: Connect) -> None:
    token = CancelToken()

    def conversation(connection: socket.socket) -> None:
        read_request(connection)
        token.cancel()
        wait_for_end(connection)

    with pytest.raises(OutcomeUnknown):
        ask(connect(conversation), "POST", token, json={})


def test_a_cancelled_token_sends_nothing(connect: Connect) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        ask(connect(is_silent), "POST", token, json={})


def test_an_upload_that_breaks_off_was_not_sent(connect: Connect, tmp_path: Path) -> None:
    def conversation(connection: socket.socket) -> None:
        connection.recv(100_000)
        reset(connection)

    left: list[bool] = []
    token = CancelToken()
    with pytest.raises(NotSent, match="before everything was sent"):
        ask(
            connect(conversation),
            "POST",
            token,
            data=big_body(tmp_path, token),
            on_last_byte=lambda: left.append(True),
        )
    assert not left


def test_a_stalled_upload_can_be_cancelled(connect: Connect, tmp_path: Path) -> None:
    token = CancelToken()
    go_on = threading.Event()

    def conversation(connection: socket.socket) -> None:
        connection.recv(1000)
        token.cancel()
        go_on.wait(PATIENCE_S)

    with pytest.raises(Cancelled):
        ask(connect(conversation), "POST", token, data=big_body(tmp_path, token))
    go_on.set()


def test_a_stalled_upload_times_out_as_not_sent(connect: Connect, tmp_path: Path) -> None:
    go_on = threading.Event()

    def conversation(connection: socket.socket) -> None:
        connection.recv(1000)
        go_on.wait(PATIENCE_S)

    token = CancelToken()
    with pytest.raises(NotSent):
        ask(connect(conversation, read_timeout_s=0.5), "POST", token, data=big_body(tmp_path, token))
    go_on.set()


def test_a_refusal_in_the_middle_of_an_upload_is_heard(connect: Connect, tmp_path: Path) -> None:
    def conversation(connection: socket.socket) -> None:
        connection.recv(100_000)
        answer(connection, 413, b'{"errorCode": "MSG-337", "message": "large"}', "Connection: close")
        connection.shutdown(socket.SHUT_WR)
        wait_for_end(connection)

    token = CancelToken()
    with pytest.raises(Rejected) as caught:
        ask(connect(conversation), "POST", token, data=big_body(tmp_path, token))
    assert (caught.value.code, caught.value.status) == ("MSG-337", 413)


def test_the_last_byte_is_told_before_it_can_be_read(connect: Connect, tmp_path: Path) -> None:
    order: list[str] = []
    token = CancelToken()

    def conversation(connection: socket.socket) -> None:
        read_request(connection)
        order.append("read")
        answer(connection, 200)

    body = big_body(tmp_path, token)
    ask(connect(conversation), "POST", token, data=body, on_last_byte=lambda: order.append("left"))
    assert order == ["left", "read"] and body.is_complete and body.bytes_sent == len(body)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b'{"a":'])
def test_an_answer_that_is_no_json_object(connect: Connect, body: bytes) -> None:
    def conversation(connection: socket.socket) -> None:
        while True:
            read_request(connection)
            answer(connection, 200, body)

    transport = connect(conversation)
    with pytest.raises(ServerTrouble):
        read_json(ask(transport))
    with pytest.raises(OutcomeUnknown):
        read_json(ask(transport, "POST", json={}))


def test_a_redirect_is_not_followed(connect: Connect) -> None:
    def conversation(connection: socket.socket) -> None:
        read_request(connection)
        answer(connection, 302, b"", "Location: http://127.0.0.1:9/")

    with pytest.raises(ServerTrouble, match="server address"):
        ask(connect(conversation))


def test_the_token_goes_to_no_other_host(connect: Connect) -> None:
    transport = connect(is_silent)
    with pytest.raises(ServerTrouble):
        transport.send("GET", "http://evil.example/x", group="Light", token=CancelToken())


@pytest.mark.parametrize(
    "url",
    [
        *("", "platform.ringcentral.com", "ftp://x", "https://", "https://[::1", "https://host:port"),
        *("https://me:secret@host", "http://evil.example\\@127.0.0.1", "https://host?x=1", "https://host#x"),
    ],
)
def test_a_server_address_must_be_one(url: str) -> None:
    clock = SystemClock()
    with pytest.raises(UserError, match="server address"):
        Transport(url, RateGate(clock), clock)


def test_a_download_arrives_in_chunks_and_its_break_is_noticed(connect: Connect) -> None:
    def conversation(connection: socket.socket) -> None:
        read_request(connection)
        answer(connection, 200, b"x" * 300_000)
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 100_000)

    transport = connect(conversation)
    whole = list(transport.chunks(ask(transport, stream=True), CancelToken()))
    assert sum(map(len, whole)) == 300_000 and max(map(len, whole)) <= 65536
    with pytest.raises(NotSent, match="broke off"):
        list(transport.chunks(ask(transport, stream=True), CancelToken()))


def test_nothing_is_sent_after_close(connect: Connect) -> None:
    transport = connect(is_silent)
    transport.close()
    with pytest.raises(NotSent):
        ask(transport)
