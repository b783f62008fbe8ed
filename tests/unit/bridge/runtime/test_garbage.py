"""The collector never runs on a lane."""

from __future__ import annotations

import gc
import threading

import pytest

from rcdesk.bridge.runtime import garbage
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.cancel import CancelToken
from tests.patient_bot import QtBot


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


def test_what_start_up_left_is_looked_through_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "_has_settled", False)
    gc.collect()
    frozen: list[int] = [gc.get_freeze_count()]
    kept: list[list[int]] = []
    try:
        for _ in range(3 * (gc.get_threshold()[1] + 2)):
            kept += [[0] for _ in range(gc.get_threshold()[0] + 1)]
            garbage.collect_when_due()
            frozen.append(gc.get_freeze_count())
        assert frozen[-1] > frozen[0]
        assert len(set(frozen)) == 2, "once"
    finally:
        gc.unfreeze()
        gc.collect()
        gc.freeze()  # as conftest.py left it
