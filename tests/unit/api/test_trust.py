"""Whose certificates are trusted and which proxies are taken: real TLS, real proxies, real files."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rcdesk.api.rate_gate import RateGate
from rcdesk.api.transport import Transport
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import NotSent, UserError
from tests.patience import PATIENCE_S
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
    subprocess.run([*command.split(), *files], check=True, capture_output=True, timeout=PATIENCE_S)
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
    with pytest.raises(
        NotSent, match=r"proxy http://127.0.0.1:\d+ \(HTTPS_PROXY\) gave no connection to rc.invalid"
    ):
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


def test_a_proxy_wants_a_password(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was given is shown to nobody."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        answer(connection, 407)

    server = SocketServer(talk)
    monkeypatch.setenv("HTTPS_PROXY", server.url.replace("http://", "http://mara:pass-word@"))
    with pytest.raises(NotSent, match="wants a user name and a password") as heard:
        ask(reach("https://rc.invalid"))
    server.close()
    assert server.url in str(heard.value) and "pass-word" not in str(heard.value)


@pytest.mark.parametrize("scheme", ["http", "https", "socks4", "socks5", "socks5h"])
def test_a_proxy_that_is_not_there_is_named(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://mara:pass-word@127.0.0.1:{port}")
    with pytest.raises(NotSent, match=r"\(ALL_PROXY\) cannot be reached") as heard:
        ask(reach("https://127.0.0.2"))
    assert f"{scheme}://127.0.0.1:{port}" in str(heard.value)
    assert "mara" not in str(heard.value) and "pass-word" not in str(heard.value)


@pytest.mark.parametrize("scheme", ["http", "socks4", "socks5", "socks5h"])
def test_what_answers_as_no_proxy_would_is_named(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"220 smtp.example.org ESMTP\r\n")

    server = SocketServer(talk)
    monkeypatch.setenv("ALL_PROXY", server.url.replace("http", scheme))
    with pytest.raises(NotSent, match=r"\(ALL_PROXY\) gave no connection to 127.0.0.2"):
        ask(reach("https://127.0.0.2"))
    server.close()


@pytest.mark.parametrize(
    "garbage",
    [
        "http://",
        "http://host:port",
        "http://mara:pass-word@host:99999",
        "ftp://mara:pass-word@127.0.0.1:21",
        "socks9://127.0.0.1:1",
        "http://[::1",
        "what is this",
        "://",
        "http:/127.0.0.1:8080",
        "socks5h:",
        "http://a..b:1",
        "http://\u0001:8",
        "http://user:pass-word@",
    ],
)
def test_what_is_no_proxy_at_all_is_named(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, garbage: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", garbage)
    with pytest.raises(NotSent, match="HTTPS_PROXY names no proxy") as heard:
        ask(reach("https://127.0.0.2"))
    assert "pass-word" not in str(heard.value)


class Socks:
    """A SOCKS5 proxy that leads everything to one server, and notes the names it was asked for."""

    def __init__(self, server: SocketServer) -> None:
        self.asked: list[bytes] = []
        self._port = urlsplit(server.url).port
        self.server = SocketServer(self._talk)

    def _talk(self, connection: socket.socket) -> None:
        connection.recv(300)
        connection.sendall(b"\x05\x00")
        request = connection.recv(300)
        self.asked.append(request[5:-2])
        connection.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        with socket.create_connection(("127.0.0.1", self._port)) as behind:
            there = threading.Thread(target=_pump, args=(connection, behind))
            there.start()
            _pump(behind, connection)
            there.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_a_socks_proxy_is_taken(
    secure_server: SocketServer,
    reach: Reach,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """127.0.0.2 is no name of the certificate: that the refusal is about it shows who was reached."""
    socks = Socks(secure_server)
    monkeypatch.setenv("ALL_PROXY", socks.server.url.replace("http", "socks5h"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    with pytest.raises(NotSent, match="is not trusted here") as heard:
        ask(reach("https://desk.example"))
    assert str(certificate[0]) in str(heard.value)
    monkeypatch.setenv("ALL_PROXY", socks.server.url.replace("http", "socks5"))
    with pytest.raises(NotSent, match="is not trusted here"):
        ask(reach("https://127.0.0.2"))
    assert socks.asked == [b"desk.example", b"\x00\x00\x02"]
    socks.server.close()


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_bundle_of_the_environment_that_is_no_good_is_named(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    bundle = tmp_path / "bundle.pem"
    monkeypatch.setenv(variable, str(bundle))
    with pytest.raises(NotSent, match=f"bundle.pem, named by {variable}, does not exist"):
        ask(reach("https://127.0.0.2"))
    for garbage in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff" * 99):
        bundle.write_bytes(garbage)
        with pytest.raises(NotSent, match=f"named by {variable}, holds no certificate"):
            ask(reach("https://127.0.0.2"))
