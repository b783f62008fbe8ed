"""A browser for the flows: the desk opens an address as ever, and this goes there over real HTTP.

QDesktopServices hands addresses to it instead of to the system. Its visits run on a thread of their own, as a
browser's do; what it does there is a script of the test. The end2end tests use a real browser. Read next:
test_sign_in_flow.py.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from tests.patience import PATIENCE_S

WAIT_S = PATIENCE_S
Script = Callable[[str], requests.Response]


class StandInBrowser(QObject):
    """Follows every address it is given; opened lists them, script says what to do with one."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.script: Script | None = follow
        self.visits: list[Future[requests.Response]] = []
        self._room = ThreadPoolExecutor(2)
        QDesktopServices.setUrlHandler("http", self, "open")  # type: ignore[arg-type]

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        """The desk asks for this address."""
        address = bytes(url.toEncoded().data()).decode()
        self.opened.append(address)
        if self.script is not None:
            self.visits.append(self._room.submit(self.script, address))

    def last_page(self) -> str:
        """The page the person saw last."""
        return self.visits[-1].result(WAIT_S).text

    def close(self) -> None:
        """Give the addresses back to the system."""
        QDesktopServices.unsetUrlHandler("http")
        self._room.shutdown()


def follow(url: str) -> requests.Response:
    """What a browser does: redirects until a page comes."""
    return requests.get(url, timeout=WAIT_S)


def way_back(url: str) -> str:
    """Where the service sends the browser, without going there."""
    answer = requests.get(url, allow_redirects=False, timeout=WAIT_S)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def changed(url: str, **values: str) -> str:
    """The address with some of its values replaced."""
    found = {name: every[0] for name, every in parse_qs(urlsplit(url).query).items()}
    return f"{url.split('?')[0]}?{urlencode({**found, **values})}"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
