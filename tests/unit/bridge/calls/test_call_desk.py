"""Calls through the desk against the simulator: every end of a call, gaps, and a timer that rests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from rcdesk.bridge.calls import call_desk
from rcdesk.core.calls.call import Call, CallState, Leg
from tests.patience import PATIENCE_MS
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import ANSWERS, BUSY, CALL_REFUSED, SLOW, Bench

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

WAIT_MS = PATIENCE_MS


def _call(bench: Bench, call_id: str) -> Call:
    return next(c for c in bench.calls.calls if c.id == call_id)


def _is_heard_of_again(bench: Bench, call: Call) -> bool:
    return _call(bench, call.id).checked_s != call.checked_s


def _is_in(bench: Bench, call_id: str, state: CallState) -> bool:
    return _call(bench, call_id).state is state


def _live(bench: Bench, simulator: RunningSimulator, qtbot: QtBot, call_id: str) -> Call:
    """Let the world go on four seconds after every answer until the call is over."""
    qtbot.waitUntil(lambda: bool(_call(bench, call_id).session_id), timeout=WAIT_MS)
    while not (call := _call(bench, call_id)).state.is_final:
        simulator.advance(4)
        qtbot.waitUntil(partial(_is_heard_of_again, bench, call), timeout=WAIT_MS)
    return call


def test_a_call_lives_and_ends_by_itself(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    bench.sign_in(simulator, qtbot)
    assert not bench.calls.is_polling
    call_id = bench.call(ANSWERS)
    assert _call(bench, call_id).state is CallState.DIALLING
    assert _live(bench, simulator, qtbot, call_id).state is CallState.ENDED
    assert not bench.calls.is_polling
    assert [past.number for past in bench.memory.past.values()] == [ANSWERS]
    assert not bench.problems
    bench.calls.dismiss(call_id)
    assert bench.calls.calls == ()


def test_both_legs_are_seen_step_by_step(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    bench.sign_in(simulator, qtbot)
    call_id = bench.call(SLOW)
    for seconds, state in (
        (0, CallState.RINGING_YOU),
        (15, CallState.RINGING_THEM),
        (20, CallState.TALKING),
        (80, CallState.ENDED),
    ):
        simulator.advance(seconds)
        qtbot.waitUntil(partial(_is_in, bench, call_id, state), timeout=WAIT_MS)
    assert _call(bench, call_id).talking_since_s is not None


@pytest.mark.parametrize("number", [BUSY, CALL_REFUSED])
def test_a_call_that_fails_says_which_side(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, number: str
) -> None:
    bench.sign_in(simulator, qtbot)
    call = _live(bench, simulator, qtbot, bench.call(number))
    assert call.state is CallState.FAILED
    assert call.them.is_failed or call.reason
    assert not bench.calls.is_polling


def test_cancelling_before_the_service_named_it(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    call_id = bench.call(SLOW)
    bench.calls.cancel(call_id)
    assert _call(bench, call_id).is_cancelling
    qtbot.waitUntil(lambda: _call(bench, call_id).state is CallState.CANCELLED, timeout=WAIT_MS)
    methods = [r.method for r in simulator.requests if "ring-out" in r.path]
    assert methods[:2] == ["POST", "DELETE"]
    assert set(methods[2:]) == {"GET"}
    assert not bench.calls.is_polling


def test_a_gap_is_no_end_and_the_call_goes_on(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    call_id = bench.call(SLOW)
    qtbot.waitUntil(lambda: bool(_call(bench, call_id).session_id), timeout=WAIT_MS)
    simulator.fault("status", path="/ring-out", method="GET", status=503, times=1)
    qtbot.waitUntil(lambda: _call(bench, call_id).is_unreachable, timeout=WAIT_MS)
    assert not _call(bench, call_id).state.is_final
    assert len(bench.problems) == 1
    simulator.advance(15)
    qtbot.waitUntil(lambda: _call(bench, call_id).state is CallState.RINGING_THEM, timeout=WAIT_MS)
    assert not _call(bench, call_id).is_unreachable


def test_a_service_that_dies_ends_the_call_as_unknown(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_desk, "GIVE_UP_S", 3.0)
    bench.sign_in(simulator, qtbot)
    call_id = bench.call(SLOW)
    qtbot.waitUntil(lambda: bool(_call(bench, call_id).session_id), timeout=WAIT_MS)
    simulator.stop()
    qtbot.waitUntil(lambda: _call(bench, call_id).state is CallState.ENDED_UNKNOWN, timeout=60_000)
    assert _call(bench, call_id).reason == call_desk.GAVE_UP
    assert not bench.calls.is_polling
    (told,) = bench.problems
    assert "go on" in told and "sent" not in told, "a gap is not about anything that was to be sent"


def test_a_call_without_a_network_fails_once_and_is_not_repeated(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.stop()
    call_id = bench.call(ANSWERS)
    qtbot.waitUntil(lambda: _call(bench, call_id).state.is_final, timeout=WAIT_MS)
    call = _call(bench, call_id)
    assert call.state is CallState.FAILED
    assert call.reason == bench.problems[0]
    assert call.your_phone is Leg.WAITING


def test_an_answer_that_is_lost_is_not_called_a_failure(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.fault("answer-lost", path="/ring-out", method="POST")
    call_id = bench.call(ANSWERS)
    qtbot.waitUntil(lambda: _call(bench, call_id).state.is_final, timeout=WAIT_MS)
    assert _call(bench, call_id).state is CallState.ENDED_UNKNOWN
    assert [r.method for r in simulator.requests if "ring-out" in r.path] == ["POST"]


def test_the_list_does_not_grow_for_ever(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(live_simulator, qtbot)
    live_simulator.fault("status", path="/ring-out", method="POST", status=400, times=20)
    for _ in range(8):
        bench.call(ANSWERS)
    qtbot.waitUntil(lambda: all(c.state.is_final for c in bench.calls.calls), timeout=WAIT_MS)
    assert len(bench.calls.calls) == call_desk.KEPT_ENDED
    assert len(bench.memory.past) == 8
