"""Whose certificates are trusted and which proxies are taken: real TLS, a real proxy, real files."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rcdesk.api.rate_gate import RateGate
from rcdesk.api.transport import Transport
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import NotSent, UserError
from tests.unit.api.socket_server import SocketServer, answer, read_request

Reach = Callable[..., Transport]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "server.pem", folder / "server.key"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=rcdesk"
    )
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True, timeout=60)
    return certificate, key


@pytest.fixture
def secure_server(certificate: tuple[Path, Path]) -> Iterator[SocketServer]:
    """An https server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, certificate))

    def talk(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                read_request(secure)
                answer(secure, 200)
        except (ssl.SSLError, OSError):
            return

    server = SocketServer(talk)
    yield server
    server.close()


@pytest.fixture
def reach() -> Iterator[Reach]:
    made: list[Transport] = []

    def make(url: str, ca_file: str = "") -> Transport:
        clock = SystemClock()
        made.append(Transport(url, RateGate(clock), clock, ca_file=ca_file))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


def ask(transport: Transport) -> int:
    return transport.send("GET", "/x", group="Light", token=CancelToken()).status_code


def secure_url(server: SocketServer) -> str:
    return server.url.replace("http://", "https://")


def test_an_unknown_certificate_is_refused_with_one_sentence(
    secure_server: SocketServer, reach: Reach
) -> None:
    with pytest.raises(NotSent, match="is not trusted here, so nothing was sent"):
        ask(reach(secure_url(secure_server)))


def test_a_certificate_file_is_trusted(
    secure_server: SocketServer,
    reach: Reach,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Also where the environment names another file, which requests itself would prefer."""
    assert ask(reach(secure_url(secure_server), str(certificate[0]))) == 200
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "not there"))
    assert ask(reach(secure_url(secure_server), str(certificate[0]))) == 200


def test_a_certificate_file_does_not_help_another_server(
    secure_server: SocketServer, reach: Reach, certificate: tuple[Path, Path]
) -> None:
    named = secure_url(secure_server).replace("127.0.0.1", "localhost")
    with pytest.raises(NotSent, match="not trusted here"):
        ask(reach(named, str(certificate[0])))


def test_a_certificate_file_that_cannot_be_read_is_one_sentence(reach: Reach, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.pem could not be read \(No such file"):
        reach("https://rc.example", str(tmp_path / "none.pem"))
    (tmp_path / "cat.pem").write_bytes(b"\x89PNG a picture of a cat")
    with pytest.raises(UserError, match="holds no certificate in PEM form"):
        reach("https://rc.example", str(tmp_path / "cat.pem"))


def test_nothing_secret_goes_out_in_the_clear(reach: Reach) -> None:
    with pytest.raises(UserError, match="must begin with https://"):
        reach("http://rc.example")
    assert reach("http://localhost:1").host == "localhost"


class Proxy:
    """Notes what it is asked to connect to, and refuses."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.server = SocketServer(self._talk)

    def _talk(self, connection: socket.socket) -> None:
        self.asked.append(read_request(connection).split(b"\r\n")[0])
        answer(connection, 503)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    found = Proxy()
    yield found
    found.server.close()


def test_the_proxy_of_the_environment_is_taken(
    proxy: Proxy, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.server.url)
    with pytest.raises(NotSent, match="proxy gave no connection to RingCentral"):
        ask(reach("https://rc.invalid"))
    assert b"CONNECT rc.invalid:443" in proxy.asked[0]


def test_the_proxy_of_the_system_is_taken(
    proxy: Proxy, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS and Windows keep it in their settings, which urllib.request.getproxies reads there."""
    monkeypatch.setattr("requests.utils.getproxies", lambda: {"https": proxy.server.url})
    with pytest.raises(NotSent, match="proxy"):
        ask(reach("https://rc.invalid"))
    assert b"CONNECT rc.invalid:443" in proxy.asked[0]


def test_no_proxy_stands_between_this_machine_and_itself(
    proxy: Proxy, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.server.url)
    monkeypatch.setenv("http_proxy", proxy.server.url)

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        answer(connection, 200)

    server = SocketServer(talk)
    assert ask(reach(server.url)) == 200
    assert proxy.asked == []
    server.close()
