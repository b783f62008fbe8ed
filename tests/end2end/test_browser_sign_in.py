"""Signing in with a real browser: the desk on a real display, Chromium at the simulator's page and back.

Skips, saying so, where Chromium is not installed. Read next: browser.py, tests/flows/test_sign_in_flow.py for
everything that can be refused.
"""

from __future__ import annotations

import html
import os
import socket
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from rcdesk.core.account.account import ServerProfile, ServerProfiles
from rcdesk.store.account import profiles
from rcdesk.store.paths import Paths
from tests.end2end.browser import RealBrowser, chromium
from tests.end2end.conftest import DESK_AREA
from tests.end2end.display import Display, merged
from tests.end2end.program import DeskProcess, SimulatorProcess
from tests.end2end.test_desk import is_signed_in, quit_by_key
from tests.end2end.waiting import stays, until

pytestmark = [pytest.mark.end2end, pytest.mark.slow]


@pytest.fixture
def browser(tmp_path: Path) -> RealBrowser:
    """The browser of this test."""
    program = chromium()
    if program is None:
        pytest.skip("needs chromium (bash packaging/check installs it where it can)")
    return RealBrowser(tmp_path / "browser", program)


@pytest.fixture
def desk(
    display: Display,
    tmp_path: Path,
    closing: ExitStack,
    browser: RealBrowser,
    simulator_process: SimulatorProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> DeskProcess:
    """A desk that knows server and app, with nobody signed in, and the browser on its PATH."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    account = simulator_process.account
    profile = ServerProfile(
        id="one", name="", base_url=account["base_url"], client_id=account["client_id"], redirect_port=port
    )
    file = profiles.profiles_file(Paths.under(tmp_path / "desk").preferences_file)
    profiles.save(file, ServerProfiles(profiles=(profile,), active_id="one"))
    path = f"{browser.folder}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setattr(display, "environment", merged(display.environment, PATH=path))
    running = DeskProcess(display, tmp_path / "desk")
    closing.callback(running.stop)
    display.place(running.window, DESK_AREA)
    display.activate(running.window)
    return running


def begin(display: Display, desk: DeskProcess, browser: RealBrowser) -> str:
    """Press Enter on the first view, once it is not busy any more; the address the desk has opened."""
    known = len(browser.addresses)
    display.activate(desk.window)

    def press() -> list[str]:
        if not browser.addresses[known:]:
            display.key("Return")
        return browser.addresses[known:]

    return until(press, 20, "the desk to open the browser", every_s=0.5)[0]


def test_a_real_browser_signs_in(
    display: Display,
    desk: DeskProcess,
    browser: RealBrowser,
    simulator_process: SimulatorProcess,
    shots: Path,
) -> None:
    assert display.title(desk.window) == "rcdesk"
    address = begin(display, desk, browser)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["redirect_uri"][0].startswith(
        "http://127.0.0.1:"
    )
    page = html.unescape(browser.last_page())
    assert "You are signed in" in page and "close this page" in page
    until(lambda: is_signed_in(simulator_process), 30, "the desk to read its account")
    host = urlsplit(address).netloc
    title = f"rcdesk — Mara Okafor · {host}"
    until(lambda: display.title(desk.window) == title, 10, f"the title {title}")
    (shots / "browser-last-page.png").write_bytes((browser.folder / "page.png").read_bytes())
    display.screenshot(shots / "signed-in-by-browser.png", desk.window)
    quit_by_key(display, desk)


def test_a_page_elsewhere_cannot_sign_in(
    display: Display,
    desk: DeskProcess,
    browser: RealBrowser,
    simulator_process: SimulatorProcess,
    shots: Path,
) -> None:
    """An answer with another state is ignored and told; the sign-in goes on, and works."""
    browser.hold(is_held=True)
    address = begin(display, desk, browser)
    redirect = parse_qs(urlsplit(address).query)["redirect_uri"][0]
    page = html.unescape(browser.visit(f"{redirect}?code=stolen&state=somebody-elses"))
    assert "does not belong to this sign-in" in page
    stays(lambda: not is_signed_in(simulator_process), 1, "nobody is signed in")
    display.screenshot(shots / "browser-waiting.png", desk.window)
    assert "You are signed in" in browser.visit(address)
    until(lambda: is_signed_in(simulator_process), 30, "the desk to read its account")


def test_refusing_in_the_browser_is_told_in_both(
    display: Display,
    desk: DeskProcess,
    browser: RealBrowser,
    simulator_process: SimulatorProcess,
    shots: Path,
) -> None:
    simulator_process.control("sign-in", {"denies": True})
    begin(display, desk, browser)
    assert "was refused in the browser" in html.unescape(browser.last_page())
    assert display.title(desk.window) == "rcdesk" and not is_signed_in(simulator_process)
    display.screenshot(shots / "browser-refused.png", desk.window)
    simulator_process.control("sign-in", {"denies": False})
    (browser.folder / "page.html").unlink()
    begin(display, desk, browser)
    assert "You are signed in" in html.unescape(browser.last_page())
    until(lambda: is_signed_in(simulator_process), 30, "the desk to read its account")
