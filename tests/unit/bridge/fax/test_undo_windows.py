"""The seconds after Send: each Send has its own, they end by themselves, and the jobs are named."""

from __future__ import annotations

import pytest

from rcdesk.bridge.fax.undo import LONGEST_S, UndoWindows
from tests.patient_bot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")


def test_a_window_ends_with_its_own_jobs(qtbot: QtBot) -> None:
    windows = UndoWindows()
    windows.open(1, (10, 11), 0.05)
    windows.open(2, (20,), 30.0)
    with qtbot.waitSignal(windows.over, timeout=5_000) as caught:
        assert windows.left_s([10]) <= 0.05
    assert caught.args == [(10, 11)]
    assert windows.left_s([10, 11]) == 0.0
    assert 20.0 < windows.left_s([20]) <= 30.0
    windows.stop()


def test_no_window_is_longer_than_a_minute() -> None:
    """A clock that was an hour behind when the fax was held must not hold it for an hour."""
    windows = UndoWindows()
    windows.open(1, (10,), 3600.0)
    assert 0 < windows.left_s([10]) <= LONGEST_S
    windows.stop()


def test_a_time_that_is_over_ends_at_once(qtbot: QtBot) -> None:
    windows = UndoWindows()
    with qtbot.waitSignal(windows.over, timeout=5_000):
        windows.open(1, (10,), -3600.0)


def test_a_second_look_at_the_same_send_does_not_make_it_longer() -> None:
    windows = UndoWindows()
    windows.open(1, (10,), 5.0)
    windows.open(1, (10,), 60.0)
    assert windows.left_s([10]) <= 5.0
    windows.stop()


def test_a_window_closes_with_its_last_job() -> None:
    windows = UndoWindows()
    windows.open(1, (10, 11), 30.0)
    windows.close([10])
    assert windows.left_s([10]) == 0.0
    assert windows.left_s([11]) > 0
    windows.close([11])
    assert windows.left_s([11]) == 0.0


def test_what_was_closed_is_not_named_at_the_end(qtbot: QtBot) -> None:
    windows = UndoWindows()
    windows.open(1, (10, 11), 0.05)
    windows.close([10])
    with qtbot.waitSignal(windows.over, timeout=5_000) as caught:
        pass
    assert caught.args == [(11,)]
