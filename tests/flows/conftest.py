"""Fixtures of the flows: the whole desk in this process, offscreen, against a simulator on 127.0.0.1.

Built by the program's own composition root, so that what is tested is what runs. Every desk is stopped in
order at the end of its test and must end in time. Read next: screen.py, test_desk_flow.py.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Credentials, ServerProfile
from tests.flows.screen import Screen
from tests.patient_bot import QtBot

if TYPE_CHECKING:
    from rcdesk.app import Running
    from rcdesk.simulator import RunningSimulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A running desk and the screen to see it on."""

    running: Running
    screen: Screen


OpenDesk = Callable[..., Opened]


def profile_of(base_url: str, client_id: str = "") -> ServerProfile:
    """A server profile for a simulator, or for a port where nothing listens."""
    return ServerProfile(name="RingCentral", base_url=base_url, client_id=client_id)


def credentials_of(simulator: RunningSimulator) -> Credentials:
    """What signs the simulator's first user in."""
    return Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )


@pytest.fixture
def open_desk(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenDesk]:
    """Build, show and start a desk; `home` names its folder: a second finds what a first one left.

    undo_s: how long a fax can be taken back after Send; 0 lets it go at once.
    """
    from rcdesk.app import build
    from rcdesk.core.account.preferences import Preferences
    from rcdesk.store.account import preferences
    from rcdesk.store.paths import Paths
    from rcdesk.ui.kit.theme import theme

    # The program keeps its window to its end; here the next test has another.
    monkeypatch.setattr(gc, "freeze", lambda: None)
    theme().apply(qapp, "light")
    opened: list[Running] = []

    def open_(
        profile: ServerProfile | None = None,
        credentials: Credentials | None = None,
        home: str = "desk",
        undo_s: int = 0,
    ) -> Opened:
        paths = Paths.under(tmp_path / home)
        preferences.save(paths.preferences_file, Preferences(undo_s=undo_s))
        running = build(
            paths=paths,
            profile=profile or ServerProfile(name="RingCentral"),
            credentials=credentials,
        )
        opened.append(running)
        running.window.resize(1280, 800)
        running.window.show()
        qtbot.waitExposed(running.window)
        running.start()
        return Opened(running=running, screen=Screen(running.window, qtbot))

    yield open_
    ended = [running.stop() for running in reversed(opened)]
    assert all(ended), "a lane did not end in time"


@pytest.fixture
def signed_in(open_desk: OpenDesk, simulator: RunningSimulator) -> Opened:
    """A desk signed in to a simulator whose clock the test advances."""
    return sign_in(open_desk, simulator)


def is_at_rest(desk: Opened) -> bool:
    """Every lane has answered, but for the one that listens as long as somebody is signed in."""
    return all(lane.is_idle for name, lane in desk.running.lanes.items() if name != "news")


def sign_in(open_desk: OpenDesk, simulator: RunningSimulator, home: str = "desk", undo_s: int = 0) -> Opened:
    """A desk that has read the account of the simulator's first user."""
    profile = profile_of(simulator.base_url, simulator.client_id)
    opened = open_desk(profile, credentials_of(simulator), home, undo_s)
    session = opened.running.desk.session
    opened.screen.wait(lambda: session.state is SessionState.SIGNED_IN)
    return opened


def press_send(desk: Opened) -> bool:
    """Press Send, and once more when the desk asks about a number it does not know; whether it asked.

    Over when the question, a problem or the fax is there. The address book may not have been read yet, so a
    number in it may be asked about as well.
    """
    screen, faxes = desk.screen, desk.running.desk.faxes
    looks = desk.running.window.desk_side.fax_page.looks
    # While a file is looked at, its name can be read already, and Send only says that one has to wait.
    screen.wait(lambda: not looks.is_busy)
    before = len(faxes.jobs)
    screen.press("sendFaxButton")
    screen.wait(lambda: screen.has("reviewConfirm") or screen.has("faxProblem") or len(faxes.jobs) > before)
    is_asked = screen.has("reviewConfirm")
    if is_asked:
        screen.press("reviewConfirm")
    return is_asked
