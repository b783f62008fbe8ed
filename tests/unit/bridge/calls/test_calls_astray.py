"""Calls of which the news is late, lost or in doubt: none is given up too early, none is said to be cancelled
without a look into the call log, and nothing is asked inside a penalty.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcdesk.bridge.calls.results import MOST_WANTED, CallResults
from rcdesk.core.calls.call import Call, CallRequest, CallState
from rcdesk.core.calls.past_call import CallOutcome
from tests.patience import PATIENCE_MS
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import BUSY, SLOW, Bench

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

WAIT_MS = PATIENCE_MS


def of(bench: Bench, call_id: str) -> Call:
    """The call as the desk knows it now."""
    return next(call for call in bench.calls.calls if call.id == call_id)


def placed(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> str:
    """A call that rings the user's phone."""
    bench.sign_in(simulator, qtbot)
    call_id = bench.call(SLOW)
    qtbot.waitUntil(lambda: of(bench, call_id).state is CallState.RINGING_YOU, timeout=WAIT_MS)
    return call_id


def test_one_gap_does_not_end_a_long_call_of_an_earlier_run(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    known = of(bench, placed(bench, simulator, qtbot))
    simulator.fault("status", path="/ring-out", method="GET", status=503, times=1)
    old = replace(
        known,
        id="old",
        started_at=datetime.now(UTC) - timedelta(hours=2),
        state=CallState.TALKING,
        talking_since_s=0.0,
    )
    bench.calls.adopt([old])
    qtbot.waitUntil(lambda: of(bench, "old").is_unreachable, timeout=WAIT_MS)
    assert of(bench, "old").state is CallState.TALKING


def test_a_cancel_whose_answer_was_lost_is_found_to_have_worked(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    call_id = placed(bench, simulator, qtbot)
    simulator.fault("answer-lost", path="/ring-out", method="DELETE", times=5)
    bench.calls.cancel(call_id)
    qtbot.waitUntil(lambda: of(bench, call_id).state.is_final, timeout=WAIT_MS)
    assert of(bench, call_id).state is CallState.CANCELLED
    assert not [words for words in bench.problems if "could not be cancelled" in words]


def test_a_call_that_fails_while_the_cancel_waits_was_not_cancelled(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    call_id = bench.call(BUSY)
    qtbot.waitUntil(lambda: of(bench, call_id).state is CallState.RINGING_YOU, timeout=WAIT_MS)
    simulator.fault("status", path="/ring-out", method="DELETE", status=429)
    bench.calls.cancel(call_id)
    qtbot.waitUntil(lambda: bool(bench.problems), timeout=WAIT_MS)
    assert "takes the cancel in" in bench.problems[0] and of(bench, call_id).is_cancelling
    while not (call := of(bench, call_id)).state.is_final:
        simulator.advance(3)
        with qtbot.waitSignal(bench.calls.call_changed, timeout=WAIT_MS):
            pass
    assert (call.state, call.outcome) == (CallState.FAILED, CallOutcome.BUSY)


def test_a_wake_up_asks_nothing_inside_a_penalty(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    call_id = placed(bench, simulator, qtbot)
    simulator.fault("status", path="/ring-out", method="GET", status=429, times=1)
    limited: list[float] = []
    bench.session.rate_limited.connect(limited.append)
    qtbot.waitUntil(lambda: bool(limited), timeout=WAIT_MS)
    bench.calls._watch.ask_now(call_id)
    qtbot.waitUntil(lambda: bench.calls._watch._timer.remainingTime() > 1000, timeout=WAIT_MS)
    assert len(limited) == 1 and bench.lanes["calls"].is_idle


def test_the_results_that_are_looked_for_do_not_add_up(qapp: object) -> None:
    results = CallResults(lambda session_id, done: done(None))
    request = CallRequest(to_number=SLOW, from_number="+16505550100")
    for n in range(MOST_WANTED + 5):
        results.want(Call(id=str(n), request=request, started_at=datetime.now(UTC), started_s=0.0))
    assert list(results._wanted) == [str(n) for n in range(5, MOST_WANTED + 5)]
    results.stop()
