"""The collector never runs on a lane."""

from __future__ import annotations

import gc
import threading

from pytestqt.qtbot import QtBot

from rcdesk.bridge.lane import Lane
from rcdesk.core.cancel import CancelToken


def test_garbage_made_on_a_lane_is_collected_on_the_gui_thread(qtbot: QtBot) -> None:
    gc.enable()
    threads: list[str] = []

    def heard(phase: str, info: dict[str, int]) -> None:
        threads.append(threading.current_thread().name)

    def work(token: CancelToken, report: object) -> int:
        for _ in range(5000):
            cycle: list[object] = []
            cycle.append(cycle)
        return 1

    lane = Lane("garbage")
    answers: list[int] = []
    gc.callbacks.append(heard)
    try:
        lane.submit(work, done=answers.append, failed=lambda error: None)
        qtbot.waitUntil(lambda: bool(answers) and bool(threads))
    finally:
        gc.callbacks.remove(heard)
        lane.stop()
    assert set(threads) == {threading.main_thread().name}
