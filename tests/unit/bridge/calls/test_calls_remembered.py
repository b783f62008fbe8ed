"""Calls written down by the real history: they outlive the program and get their result from the call log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.bridge.calls import results as call_results
from rcdesk.bridge.calls.call_desk import CallDesk
from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.core.calls.call import Call, CallRequest, CallState
from rcdesk.core.calls.past_call import CallOutcome
from tests.patience import PATIENCE_MS
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import ANSWERS, Bench

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

LONG_TALK, LOST, GONE = "+16505550208", "+16505550216", "+16505550218"
WAIT_MS = PATIENCE_MS


@dataclass
class Run:
    """One run of the program on the test's archive, on the bench's lanes and session."""

    bench: Bench
    calls: CallDesk
    history: HistoryDesk

    def call(self, number: str) -> str:
        account = self.bench.session.account
        assert account is not None
        return self.calls.place(CallRequest(to_number=number, from_number=account.ringable[0].phone_number))

    def of(self, call_id: str) -> Call:
        return next(call for call in self.calls.calls if call.id == call_id)

    def stop(self) -> None:
        self.calls.stop()
        self.history.stop()


@pytest.fixture
def make_run(bench: Bench, tmp_path: Path) -> Iterator[Callable[[], Run]]:
    """Starts the program on the same archive, again and again."""
    from rcdesk.core.clock import SystemClock
    from rcdesk.services.calls.calls import CallService
    from rcdesk.services.calls.history import CallHistory
    from rcdesk.store.calls.past_calls import PastCalls
    from rcdesk.store.people.people import People

    path = tmp_path / "calls.sqlite3"
    past, people = PastCalls(path), People(path)
    bench.stores.extend((past.close, people.close))
    runs: list[Run] = []

    def make() -> Run:
        session = bench.session
        history = HistoryDesk(
            bench.lanes, session, CallHistory(lambda: session.connection, past, people, SystemClock())
        )
        service = CallService(lambda: session.connection)
        calls = CallDesk(bench.lanes["calls"], session, service, history)
        run = Run(bench=bench, calls=calls, history=history)
        for signal in (calls.problem, history.problem):
            signal.connect(bench.problems.append)
        history.start()
        calls.start()
        runs.append(run)
        return run

    yield make
    for run in runs:
        run.stop()


def test_a_call_of_an_earlier_run_goes_on_and_its_talk_is_still_measured(
    make_run: Callable[[], Run], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    first = make_run()
    first.bench.sign_in(simulator, qtbot)
    call_id = first.call(LONG_TALK)
    qtbot.waitUntil(lambda: bool(first.of(call_id).session_id), timeout=WAIT_MS)
    simulator.advance(20)
    qtbot.waitUntil(lambda: first.of(call_id).state is CallState.TALKING, timeout=WAIT_MS)
    before = first.of(call_id)
    first.stop()
    second = make_run()
    qtbot.waitUntil(lambda: bool(second.calls.calls), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: second.of(call_id).checked_s is not None, timeout=WAIT_MS)
    after = second.of(call_id)
    assert (after.state, after.request, after.session_id) == (before.state, before.request, before.session_id)
    assert before.talking_since_s is not None and after.talking_since_s is not None
    assert after.talking_since_s == pytest.approx(before.talking_since_s, abs=1.0)
    simulator.advance(700)
    qtbot.waitUntil(lambda: second.of(call_id).state is CallState.ENDED, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(second.history.recents), timeout=WAIT_MS)
    assert second.history.recents[0].outcome is CallOutcome.TALKED
    second.stop()
    third = make_run()
    found: list[tuple[Call, ...]] = []
    third.history.live_calls(found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT_MS)
    assert found == [()]
    assert not second.bench.problems


@pytest.mark.parametrize(("number", "state"), [(GONE, CallState.ENDED), (ANSWERS, CallState.ENDED_UNKNOWN)])
def test_what_the_service_forgot_the_call_log_tells(
    make_run: Callable[[], Run],
    simulator: RunningSimulator,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    number: str,
    state: CallState,
) -> None:
    monkeypatch.setattr(call_results, "TRIES_AFTER_S", (0.3, 0.3, 0.3))
    run = make_run()
    run.bench.sign_in(simulator, qtbot)
    call_id = run.call(number)
    qtbot.waitUntil(lambda: run.of(call_id).state is CallState.RINGING_YOU, timeout=WAIT_MS)
    if number == GONE:
        simulator.advance(8.5)
        qtbot.waitUntil(lambda: run.of(call_id).state is CallState.TALKING, timeout=WAIT_MS)
    simulator.advance(60)
    qtbot.waitUntil(lambda: run.of(call_id).state is state, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: run.of(call_id).result is not None, timeout=WAIT_MS)
    known = run.of(call_id)
    assert (known.state, known.outcome) == (state, CallOutcome.TALKED)
    assert known.result is not None and known.result.talked_s >= 7.0
    qtbot.waitUntil(
        lambda: [c.outcome for c in run.history.recents[:1]] == [CallOutcome.TALKED], timeout=WAIT_MS
    )
    assert sum(1 for past in run.history.recents if past.session_id == known.session_id) == 1
    assert not run.bench.problems
