"""After a whole day's work nothing secret lies in a file: logs, database, spool, settings, archive, cache.

There is no keyring here, so secrets live in memory only; tests/end2end/test_keyring.py looks where there is
one. The log is written as the program writes it, at its most talkative.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from PIL import Image

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Credentials
from rcdesk.core.calls.call import CallState
from rcdesk.core.fax.fax import FaxState
from tests.flows.conftest import OpenDesk, Opened, credentials_of, press_send, profile_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

ANSWERS, FAX_AT_ONCE = "6505550200", "6505554042"


@pytest.fixture
def talkative(tmp_path: Path) -> Iterator[Path]:
    """The program's own log file, with everything that is logged anywhere."""
    log_file = tmp_path / "desk" / "everything.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log_file, encoding="utf-8")
    root, own = logging.getLogger(), logging.getLogger("rcdesk")
    levels = root.level, own.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    own.setLevel(logging.DEBUG)
    yield log_file
    root.removeHandler(handler)
    root.setLevel(levels[0])
    own.setLevel(levels[1])
    handler.close()


def tokens_of(desk: Opened) -> set[str]:
    """The tokens in force."""
    connection = desk.running.desk.session.connection
    assert connection is not None
    tokens = connection.session.tokens
    assert tokens is not None
    return {tokens.access_token, tokens.refresh_token}


def work_a_day(desk: Opened, simulator: RunningSimulator, folder: Path) -> set[str]:
    """A call, a fax, and an hour after which the tokens are renewed; all tokens that were in force."""
    screen, running = desk.screen, desk.running
    seen = tokens_of(desk)
    screen.type("numberField", ANSWERS, enter=True)
    screen.wait(lambda: screen.has("cancelCallButton"))
    screen.press("cancelCallButton")
    screen.wait(lambda: running.desk.calls.calls[0].state is CallState.CANCELLED)
    picture = folder / "letter.png"
    Image.new("L", (400, 500), 255).save(picture)
    assert screen.drop([picture])
    screen.wait_for("letter.png")
    screen.type("recipientField", FAX_AT_ONCE, enter=True)
    screen.wait(lambda: screen.find("sendFaxButton").isEnabled())
    press_send(desk)
    screen.wait(lambda: bool(running.desk.faxes.jobs))
    screen.wait(lambda: running.desk.faxes.jobs[0].state is FaxState.HANDED_OVER)
    # Past the end of the access token: the next request meets its refusal and renews it.
    simulator.advance(3700)
    running.desk.session.reload()
    screen.wait(lambda: tokens_of(desk).isdisjoint(seen))
    return seen | tokens_of(desk)


def spellings(secret: str) -> list[bytes]:
    """How it might be written: plainly, quoted for a form, in base64."""
    raw = secret.encode()
    return [raw, quote(secret, safe="").encode(), base64.b64encode(raw).rstrip(b"=")]


@pytest.mark.parametrize("way", ["jwt", "password"])
def test_no_secret_lies_in_a_file(
    open_desk: OpenDesk, simulator: RunningSimulator, talkative: Path, tmp_path: Path, way: str
) -> None:
    credentials = credentials_of(simulator)
    if way == "password":
        credentials = Credentials(
            client_id=simulator.client_id,
            client_secret=simulator.client_secret,
            username=simulator.username,
            extension=simulator.extension,
            password=simulator.password,
        )
    desk = open_desk(profile_of(simulator.base_url, simulator.client_id), credentials)
    session = desk.running.desk.session
    desk.screen.wait(lambda: session.state is SessionState.SIGNED_IN)
    files = tmp_path / "mine"
    files.mkdir()
    tokens = work_a_day(desk, simulator, files)
    assert desk.running.stop()
    secrets = tokens | {simulator.client_secret, simulator.jwt, simulator.password}
    home = tmp_path / "desk"
    written = [path for path in home.rglob("*") if path.is_file()]
    assert {talkative, desk.running.paths.database, desk.running.paths.preferences_file} <= set(written)
    found = [
        str(path.relative_to(home))
        for path in written
        for secret in secrets
        for spelling in spellings(secret)
        if spelling in path.read_bytes()
    ]
    assert found == []
