"""Leaving a desk one of whose lanes would not stop: the process ends with its status, and is not aborted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rcdesk.store.paths import Paths
from tests.patience import PATIENCE_S

PROGRAM = """
import sys, threading
from rcdesk import app
from rcdesk.cli.main import Options

begun, for_ever = threading.Event(), threading.Event()
start = app.Running.start

def start_and_hang(running):
    start(running)
    if sys.argv[1] == "hangs":
        running.lanes["downloads"].submit(
            lambda token, report: (begun.set(), for_ever.wait()), done=print, failed=print
        )
        begun.wait()
    print("left", end="")
    running.window.quit_requested.emit()

app.Running.start = start_and_hang
status = app.run(Options())
print(" in order")
sys.exit(status)
"""


@pytest.mark.parametrize(("how", "said"), [("hangs", "left"), ("ends", "left in order\n")])
def test_a_lane_that_would_not_stop_does_not_keep_or_abort_the_program(
    tmp_path: Path, how: str, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how],
        env={
            **os.environ,
            "RCDESK_HOME": str(tmp_path),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        },
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, said), done.stderr
    log = Paths.under(tmp_path).log_file
    told = log.read_text(encoding="utf-8") if log.exists() else ""
    assert ("lane downloads did not stop in time" in told) is (how == "hangs")
