"""Signing in with a real browser: headless Chromium goes to the service and comes back to the desk.

Needs Chromium; no display. Read next: services/account/browser_sign_in.py.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import SignInNeeded
from rcdesk.services.account.connection import Connection
from rcdesk.store.account.secrets import Secrets

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

pytestmark = pytest.mark.slow
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WAIT_S = 60


@pytest.fixture
def browse(tmp_path: Path) -> Iterator[Callable[[str], Future[str]]]:
    """Opens an address in Chromium; the text of the page where it ended."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("needs Chromium")

    def visit(url: str) -> str:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"]
        folder = f"--user-data-dir={tmp_path / 'browser'}"
        command = [program, *options, folder, url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
        return done.stdout

    with ThreadPoolExecutor(1) as room:
        yield lambda url: room.submit(visit, url)


@pytest.fixture
def connection(simulator: RunningSimulator) -> Iterator[Connection]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    profile = ServerProfile(
        name="t", base_url=simulator.base_url, client_id=simulator.client_id, redirect_port=port
    )
    found = Connection(profile, Secrets(use_keyring=False))
    yield found
    found.close()


def test_a_real_browser_brings_the_sign_in(
    connection: Connection, browse: Callable[[str], Future[str]]
) -> None:
    pages: list[Future[str]] = []
    noticed: list[str] = []
    account = connection.sign_in_browser(
        "",
        CancelToken(),
        opened=lambda url: pages.append(browse(url)),
        noticed=noticed.append,
    )
    assert account.name == "Mara Okafor" and noticed == []
    assert "You are signed in" in pages[0].result(WAIT_S)


def test_a_real_browser_tells_that_it_did_not_work(
    connection: Connection, simulator: RunningSimulator, browse: Callable[[str], Future[str]]
) -> None:
    simulator.fault("status", path="/oauth/token", status=401)
    pages: list[Future[str]] = []
    with pytest.raises(SignInNeeded) as caught:
        connection.sign_in_browser(
            "", CancelToken(), opened=lambda url: pages.append(browse(url)), noticed=lambda sentence: None
        )
    text = pages[0].result(WAIT_S)
    assert "That did not work" in text and str(caught.value) in text
