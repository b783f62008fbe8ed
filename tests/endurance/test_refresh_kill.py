"""Killing the process at any step of a refresh never loses the session.

Each run is three processes on one keyring: one signs in, one is killed while it renews the tokens, one goes
on. The service answers a repeated refresh with the same new tokens until those were used, which is what a
lost answer needs. A service that does not is a stricter one than RingCentral's: there a kept JWT or password
mends it, and only a sign-in in the browser has to be repeated, once.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.endurance.refresh_process import STEPS
from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

HOUR_S = 3600
WAIT_S = PATIENCE_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")


class Desk:
    """Runs of one program on one keyring."""

    def __init__(self, simulator: RunningSimulator, folder: Path, grant: str) -> None:
        self._grant = grant
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self._account = json.dumps({**simulator.credentials, "port": port})
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "PYTHON_KEYRING_BACKEND": "tests.endurance.file_keyring.FileKeyring",
            "RCDESK_TEST_KEYRING": str(folder / "keyring.json"),
        }

    def run(self, step: str) -> str:
        """What the process said in the end, "killed" when it was."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.endurance.refresh_process", step, self._grant],
            input=self._account,
            env=self._environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        if done.returncode == -signal.SIGKILL:
            return "killed"
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def wait_for_refresh(simulator: RunningSimulator) -> None:
    """The killed process's request may still be on its way through the system."""
    until_s = time.monotonic() + WAIT_S
    while simulator.refreshes == 0:
        assert time.monotonic() < until_s, "the request never arrived"


@pytest.mark.parametrize("step", STEPS)
def test_dying_at_any_step_loses_nothing(simulator: RunningSimulator, tmp_path: Path, step: str) -> None:
    """With a sign-in of the browser, of which nothing but the tokens is kept."""
    desk = Desk(simulator, tmp_path, "browser")
    assert desk.run("sign-in") == "Mara Okafor"
    simulator.advance(HOUR_S + 1)
    assert desk.run(step) == "killed"
    if step != "before":
        wait_for_refresh(simulator)
    assert desk.run("none") == "Mara Okafor"
    assert simulator.refreshes == 1, "the lost answer was given again, or there was none to lose"


def test_a_repetition_within_the_hour_is_early_enough(simulator: RunningSimulator, tmp_path: Path) -> None:
    """Killed, and started again much later; after that hour RingCentral asks for one sign-in."""
    desk = Desk(simulator, tmp_path, "browser")
    assert desk.run("sign-in") == "Mara Okafor"
    simulator.advance(HOUR_S + 1)
    assert desk.run("answered") == "killed"
    simulator.advance(HOUR_S - 60)
    assert desk.run("none") == "Mara Okafor"


@pytest.mark.parametrize("grant", ["jwt", "password"])
@pytest.mark.parametrize("step", ["sent", "answered"])
def test_a_stricter_service_is_met_with_what_is_kept(
    simulator: RunningSimulator, tmp_path: Path, step: str, grant: str
) -> None:
    simulator.sign_in_rules(repeats_refresh=False)
    desk = Desk(simulator, tmp_path, grant)
    assert desk.run("sign-in") == "Mara Okafor"
    simulator.advance(HOUR_S + 1)
    assert desk.run(step) == "killed"
    wait_for_refresh(simulator)
    assert desk.run("none") == "Mara Okafor"


def test_a_stricter_service_asks_once_after_a_browser_sign_in(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    simulator.sign_in_rules(repeats_refresh=False)
    desk = Desk(simulator, tmp_path, "browser")
    assert desk.run("sign-in") == "Mara Okafor"
    simulator.advance(HOUR_S + 1)
    assert desk.run("answered") == "killed"
    assert desk.run("none") == "needs sign-in"
    assert desk.run("sign-in") == "Mara Okafor"
    assert desk.run("none") == "Mara Okafor"
