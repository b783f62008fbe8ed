"""The first window of somebody who has signed in before: their desk at once, the sign-in behind it.

The keyring is one in memory, in place of the desktop's. Each test opens a desk, lets it end, and looks at the
next start before that has asked anybody. Read next: ui/shell/desk_side.py, bridge/account/kept_account.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from PySide6.QtWidgets import QLabel, QLineEdit

from rcdesk.app import Running, build
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import KeptAccount, ServerProfile
from rcdesk.core.calls.call import CallState
from rcdesk.store.account import kept_account
from rcdesk.store.paths import Paths
from tests.flows.conftest import OpenDesk, Opened, sign_in
from tests.flows.screen import Screen
from tests.patient_bot import QtBot

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

SLOW = "650 555 0207"


class Ring(KeyringBackend):
    """A keyring that works, until the process ends."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.kept.pop((service, username), None)


@pytest.fixture
def ring() -> Iterator[Ring]:
    """The keyring of this computer."""
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def known(ring: Ring, open_desk: OpenDesk, simulator: RunningSimulator, qtbot: QtBot) -> Paths:
    """A computer on which Mara is signed in, with rcdesk closed."""
    opened = sign_in(open_desk, simulator)
    opened.screen.wait(lambda: opened.running.desk.session.is_persistent)
    assert opened.running.stop()
    paths = opened.running.paths
    kept = kept_account.load(paths.account_file)
    assert kept.account is not None and kept.account.name == "Mara Okafor"
    text = paths.account_file.read_text(encoding="utf-8")
    assert ring.kept and not any(secret in text for secret in ring.kept.values())
    return paths


@pytest.fixture
def again(qtbot: QtBot) -> Iterator[list[Running]]:
    """The next starts, stopped at the end."""
    running: list[Running] = []
    yield running
    assert all(one.stop() for one in running)


def next_start(paths: Paths, again: list[Running], qtbot: QtBot) -> Opened:
    """The window as it is first painted: nothing has been read or asked yet."""
    running = build(paths=paths, profile=ServerProfile(name="RingCentral"))
    again.append(running)
    running.window.resize(1280, 800)
    running.window.show()
    qtbot.waitExposed(running.window)
    return Opened(running=running, screen=Screen(running.window, qtbot))


def test_the_desk_is_the_first_thing_seen_and_signs_in_behind(
    known: Paths, again: list[Running], qtbot: QtBot
) -> None:
    desk = next_start(known, again, qtbot)
    screen, session = desk.screen, desk.running.desk.session
    assert screen.has("sideBar") and not screen.has("signInCard")
    assert "sign_in_page" not in vars(desk.running.window), "the sign-in page is not even made"
    assert screen.shows("Signing in…", "Mara Okafor")
    field = screen.find_as(QLineEdit, "numberField")
    assert desk.running.window.focusWidget() is field and field.isEnabled()
    desk.running.start()
    screen.wait(lambda: session.state is SessionState.SIGNED_IN)
    screen.wait(lambda: not screen.shows("Signing in…"))
    assert "sign_in_page" not in vars(desk.running.window)


def test_only_the_page_that_is_open_is_built(known: Paths, again: list[Running], qtbot: QtBot) -> None:
    desk = next_start(known, again, qtbot)
    side = desk.running.window.desk_side
    assert {"phone_page"} == {name for name in vars(side) if name.endswith("_page")}
    assert not side.folders
    desk.running.start()
    desk.screen.press("nav_queue")
    assert list(side.folders) == ["queue"] and not side.has_composer


def test_a_call_before_the_sign_in_is_placed_as_soon_as_it_is_through(
    known: Paths, again: list[Running], qtbot: QtBot, simulator: RunningSimulator
) -> None:
    desk = next_start(known, again, qtbot)
    screen, calls = desk.screen, desk.running.desk.calls
    screen.type("numberField", SLOW, enter=True)
    screen.wait_for("as soon as you are signed in")
    assert [call.state for call in calls.calls] == [CallState.DIALLING]
    assert not [r for r in simulator.requests if "ring-out" in r.path]
    desk.running.start()
    screen.wait(lambda: calls.calls[0].state is CallState.RINGING_YOU)
    assert len([r for r in simulator.requests if r.method == "POST" and "ring-out" in r.path]) == 1


def test_a_call_before_the_sign_in_can_be_taken_back(
    known: Paths, again: list[Running], qtbot: QtBot, simulator: RunningSimulator
) -> None:
    desk = next_start(known, again, qtbot)
    screen, session = desk.screen, desk.running.desk.session
    screen.type("numberField", SLOW, enter=True)
    screen.wait(lambda: screen.has("cancelCallButton"))
    screen.press("cancelCallButton")
    screen.wait(lambda: desk.running.desk.calls.calls[0].state is CallState.CANCELLED)
    desk.running.start()
    screen.wait(lambda: session.state is SessionState.SIGNED_IN)
    assert not [r for r in simulator.requests if "ring-out" in r.path]


def test_without_a_network_the_desk_stays_and_the_call_says_why_not(
    known: Paths, again: list[Running], qtbot: QtBot, simulator: RunningSimulator
) -> None:
    simulator.stop()
    desk = next_start(known, again, qtbot)
    screen, session = desk.screen, desk.running.desk.session
    screen.type("numberField", SLOW, enter=True)
    desk.running.start()
    screen.wait(lambda: session.state is SessionState.OFFLINE)
    screen.wait_for("so this call was not placed")
    assert not screen.has("signInCard") and screen.shows("Mara Okafor", "No connection to RingCentral")


def test_a_sign_in_that_is_gone_brings_the_page_with_a_word(
    known: Paths, ring: Ring, again: list[Running], qtbot: QtBot
) -> None:
    ring.kept.clear()
    desk = next_start(known, again, qtbot)
    desk.screen.type("numberField", SLOW, enter=True)
    desk.running.start()
    desk.screen.wait(lambda: desk.screen.has("signInCard"))
    desk.screen.wait_for("The sign-in kept on this computer is gone.")
    desk.screen.wait(lambda: kept_account.load(known.account_file).account is None)
    assert not desk.running.desk.calls.calls


def test_after_signing_out_the_next_start_asks_who_it_is(
    known: Paths, again: list[Running], qtbot: QtBot
) -> None:
    desk = next_start(known, again, qtbot)
    desk.running.start()
    desk.screen.wait(lambda: desk.running.desk.session.state is SessionState.SIGNED_IN)
    desk.running.desk.session.sign_out()
    desk.screen.wait(lambda: desk.screen.has("signInCard"))
    assert desk.running.stop()
    then = next_start(known, again, qtbot)
    assert then.screen.has("signInCard") and not then.screen.has("sideBar")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"account": 3}', '{"profile_key": "x", "account": {"name": "\\u0000"}}']
)
def test_a_file_that_makes_no_sense_is_nobody(tmp_path: Path, text: str) -> None:
    path = tmp_path / "account.json"
    path.write_text(text, encoding="utf-8")
    assert kept_account.load(path) == KeptAccount()


def test_without_a_keyring_nothing_is_expected(
    open_desk: OpenDesk, simulator: RunningSimulator, again: list[Running], qtbot: QtBot
) -> None:
    opened = sign_in(open_desk, simulator)
    assert opened.running.stop()
    desk = next_start(opened.running.paths, again, qtbot)
    assert desk.screen.has("signInCard")


def test_the_demo_shows_its_desk_at_once(tmp_path: Path, again: list[Running], qtbot: QtBot) -> None:
    paths = Paths.under(tmp_path / "demo")
    running = build(paths=paths, profile=ServerProfile(name="RingCentral"), demo=True)
    again.append(running)
    running.window.show()
    qtbot.waitExposed(running.window)
    screen = Screen(running.window, qtbot)
    assert screen.has("sideBar") and not screen.has("signInCard")
    words = screen.find_as(QLabel, "deskBarWords")
    assert words.text() == "Starting the demo…"
    running.start()
    screen.wait(lambda: running.desk.session.state is SessionState.SIGNED_IN)
    assert "sign_in_page" not in vars(running.window)
