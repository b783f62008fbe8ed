"""The program itself, twice on one archive: the second hands over, and never opens the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.places import REPOSITORY


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "RCDESK_HOME": str(home), "RCDESK_PRINT_READY": "1", "QT_QPA_PLATFORM": "offscreen"}


def _start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rcdesk", *arguments],
        env=_environment(home),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The archive of both."""
    return tmp_path / "h"


@pytest.fixture
def first(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A running desk whose window was painted."""
    process = _start(home)
    assert process.stdout is not None
    assert process.stdout.readline() == "rcdesk: window shown\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_start_hands_over_and_leaves(first: subprocess.Popen[str], home: Path) -> None:
    second = _start(home, "letter.pdf")
    out, err = second.communicate(timeout=PATIENCE_S)
    assert (second.returncode, out, err) == (0, "", "")
    assert first.poll() is None
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=PATIENCE_S) == 0
    third = _start(home)
    assert third.stdout is not None
    assert third.stdout.readline() == "rcdesk: window shown\n"
    third.send_signal(signal.SIGTERM)
    _, err = third.communicate(timeout=PATIENCE_S)
    assert third.returncode == 0, err


def test_a_first_that_does_not_answer_is_said_so(first: subprocess.Popen[str], home: Path) -> None:
    """It stands still, as in a debugger: the second waits a little, then says what to do."""
    first.send_signal(signal.SIGSTOP)
    second = _start(home, "letter.pdf")
    out, err = second.communicate(timeout=PATIENCE_S)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert out == ""
    assert "already running" in err


def test_after_a_kill_the_next_start_takes_over(first: subprocess.Popen[str], home: Path) -> None:
    first.kill()
    first.wait(timeout=PATIENCE_S)
    second = _start(home)
    assert second.stdout is not None
    assert second.stdout.readline() == "rcdesk: window shown\n"
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0
