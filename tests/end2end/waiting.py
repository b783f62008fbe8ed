"""Waiting in the end2end tests: ask again until a deadline, and say what was waited for.

The tests drive another process through a real display, so there is no signal to wait for. Nothing here sleeps
blindly: every wait ends as soon as its condition holds. Read next: display.py, program.py.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from tests.patience import PATIENCE_S

T = TypeVar("T")


def until(condition: Callable[[], T | None], timeout_s: float, what: str = "", every_s: float = 0.05) -> T:
    """Ask condition until its answer is true and return that answer; fail after timeout_s and all patience.

    what: completes the sentence "waited N s for …" when the deadline passes.
    """
    timeout_s = max(timeout_s, PATIENCE_S)
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(
                f"waited {timeout_s:g} s for {what or 'a condition'}; last answer: {answer!r}"
            )
        pause.wait(every_s)


def stays(condition: Callable[[], object], duration_s: float, what: str) -> None:
    """Fail as soon as condition is not true within the next duration_s seconds."""
    deadline = time.monotonic() + duration_s
    pause = threading.Event()
    while time.monotonic() < deadline:
        if not condition():
            raise AssertionError(f"not true any more: {what}")
        pause.wait(0.05)
