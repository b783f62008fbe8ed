"""Several calls at once, calls of an earlier run, and ends that nobody saw, against the simulator.

The memory here keeps what it is told in lists, so that the order can be looked at. Read next: call_watch.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from rcdesk.bridge.calls import call_desk
from rcdesk.bridge.calls import results as call_results
from rcdesk.bridge.calls.call_desk import CallDesk
from rcdesk.core.calls.call import Call, CallRequest, CallState, Leg
from rcdesk.core.calls.past_call import CallOutcome, PastCall
from tests.patience import PATIENCE_MS
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import ANSWERS, BUSY, SLOW, Bench

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

LONG_TALK, LOST = "+16505550208", "+16505550216"
WAIT_MS = PATIENCE_MS


@dataclass
class Memory:
    """A CallMemory of plain lists; log is what the call log will know, live what earlier runs left."""

    live: dict[str, Call] = field(default_factory=dict)
    past: dict[str, PastCall] = field(default_factory=dict)
    log: dict[str, PastCall] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    looks: int = 0

    def put_live(self, call: Call) -> None:
        self.live[call.id] = call
        self.steps.append("named" if call.session_id else "put")

    def drop_live(self, call_id: str) -> None:
        self.live.pop(call_id, None)
        self.steps.append("dropped")

    def live_calls(self, done: Callable[[tuple[Call, ...]], None]) -> None:
        done(tuple(self.live.values()))

    def remember(self, call: PastCall) -> None:
        self.past[call.id] = call
        self.steps.append("remembered")

    def result_of(self, session_id: str, done: Callable[[PastCall | None], None]) -> None:
        self.looks += 1
        done(self.log.get(session_id))

    def touch(self) -> None:
        self.steps.append("touched")


@dataclass
class Desk:
    """A call desk with a memory, on the bench's lanes and session."""

    calls: CallDesk
    memory: Memory
    bench: Bench
    ended: list[Call]
    problems: list[str]

    def of(self, call_id: str) -> Call:
        return next(call for call in self.calls.calls if call.id == call_id)

    def call(self, number: str) -> str:
        account = self.bench.session.account
        assert account is not None
        return self.calls.place(CallRequest(to_number=number, from_number=account.ringable[0].phone_number))

    @property
    def states(self) -> Counter[CallState]:
        return Counter(call.state for call in self.calls.calls)


@pytest.fixture
def make_desk(bench: Bench) -> Iterator[Callable[[Memory], Desk]]:
    """Makes call desks; one with the memory of another is the next run of the program."""
    from rcdesk.services.calls.calls import CallService

    service = CallService(lambda: bench.session.connection)
    desks: list[Desk] = []

    def make(memory: Memory) -> Desk:
        calls = CallDesk(bench.lanes["calls"], bench.session, service, memory)
        desk = Desk(calls=calls, memory=memory, bench=bench, ended=[], problems=[])
        calls.ended.connect(desk.ended.append)
        calls.problem.connect(desk.problems.append)
        calls.start()
        desks.append(desk)
        return desk

    yield make
    for desk in desks:
        desk.calls.stop()


@pytest.fixture
def desk(make_desk: Callable[[Memory], Desk]) -> Desk:
    """One run, signed out."""
    return make_desk(Memory())


def _wait_for(desk: Desk, state: CallState, count: int, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: desk.states[state] == count, timeout=WAIT_MS)


def _gets(simulator: RunningSimulator, part: str) -> int:
    return sum(1 for r in simulator.requests if r.method == "GET" and part in r.path)


def test_a_call_is_written_down_before_it_is_placed_and_crossed_out_at_its_end(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desk.bench.sign_in(simulator, qtbot)
    call_id = desk.call(BUSY)
    assert desk.memory.steps == ["put"]
    qtbot.waitUntil(lambda: bool(desk.of(call_id).session_id), timeout=WAIT_MS)
    assert desk.memory.live[call_id].session_id == desk.of(call_id).session_id
    simulator.advance(8)
    qtbot.waitUntil(lambda: desk.of(call_id).state.is_final, timeout=WAIT_MS)
    assert desk.memory.steps == ["put", "named", "remembered", "dropped", "touched"]
    assert desk.memory.past[call_id].outcome is CallOutcome.BUSY
    assert [call.id for call in desk.ended] == [call_id]
    assert not desk.calls.is_polling


def test_one_look_confirms_many_calls(desk: Desk, simulator: RunningSimulator, qtbot: QtBot) -> None:
    desk.bench.sign_in(simulator, qtbot)
    for _ in range(5):
        desk.call(LONG_TALK)
    qtbot.waitUntil(lambda: desk.states[CallState.RINGING_YOU] == 5, timeout=WAIT_MS)
    simulator.advance(5)
    qtbot.waitUntil(lambda: desk.states[CallState.RINGING_THEM] == 5, timeout=WAIT_MS)
    simulator.advance(5)
    qtbot.waitUntil(lambda: desk.states[CallState.TALKING] == 5, timeout=30_000)
    singles, looks = _gets(simulator, "/ring-out/"), _gets(simulator, "/presence")
    before = [call.checked_s for call in desk.calls.calls]
    qtbot.waitUntil(
        lambda: all(call.checked_s != old for call, old in zip(desk.calls.calls, before, strict=True)),
        timeout=WAIT_MS,
    )
    assert _gets(simulator, "/presence") > looks
    assert _gets(simulator, "/ring-out/") == singles
    simulator.advance(700)
    qtbot.waitUntil(lambda: desk.states[CallState.ENDED] == 5, timeout=WAIT_MS)
    assert {past.outcome for past in desk.memory.past.values()} == {CallOutcome.TALKED}
    assert not desk.calls.is_polling
    assert not desk.problems


def test_where_presence_may_not_be_read_all_are_asked_one_by_one(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desk.bench.sign_in(simulator, qtbot)
    simulator.fault("status", path="/presence", method="GET", status=403, times=100)
    for _ in range(3):
        desk.call(LONG_TALK)
    qtbot.waitUntil(lambda: desk.states[CallState.RINGING_YOU] == 3, timeout=WAIT_MS)
    simulator.advance(5)
    qtbot.waitUntil(lambda: desk.states[CallState.RINGING_THEM] == 3, timeout=WAIT_MS)
    simulator.advance(5)
    qtbot.waitUntil(lambda: desk.states[CallState.TALKING] == 3, timeout=WAIT_MS)
    assert _gets(simulator, "/presence") == 1
    assert not desk.problems


def test_a_call_that_the_list_never_shows_is_asked_about_by_itself(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rcdesk.services.calls.calls import CallService

    monkeypatch.setattr(CallService, "active", lambda self, token: {"s-other": "CallConnected"})
    desk.bench.sign_in(simulator, qtbot)
    for _ in range(3):
        desk.call(LONG_TALK)
    for seconds, state in ((0, CallState.RINGING_YOU), (5, CallState.RINGING_THEM), (5, CallState.TALKING)):
        simulator.advance(seconds)
        _wait_for(desk, state, 3, qtbot)
    assert not desk.problems


def test_a_gap_that_meets_three_calls_is_told_once_and_ends_none(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desk.bench.sign_in(simulator, qtbot)
    for _ in range(3):
        desk.call(SLOW)
    qtbot.waitUntil(lambda: desk.states[CallState.RINGING_YOU] == 3, timeout=WAIT_MS)
    simulator.fault("status", path="/presence", method="GET", status=503, times=1)
    qtbot.waitUntil(lambda: all(call.is_unreachable for call in desk.calls.calls), timeout=WAIT_MS)
    simulator.advance(15)
    qtbot.waitUntil(lambda: desk.states[CallState.RINGING_THEM] == 3, timeout=30_000)
    assert not any(call.is_unreachable for call in desk.calls.calls)
    assert len(desk.problems) == 1


def test_calls_of_an_earlier_run_are_followed_again(
    make_desk: Callable[[Memory], Desk], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    memory = Memory()
    first = make_desk(memory)
    first.bench.sign_in(simulator, qtbot)
    call_id = first.call(LONG_TALK)
    qtbot.waitUntil(lambda: bool(first.of(call_id).session_id), timeout=WAIT_MS)
    first.calls.stop()
    kept = memory.live[call_id]
    memory.live["cut off"] = replace(kept, id="cut off", session_id="", state=CallState.DIALLING)
    simulator.advance(20)
    second = make_desk(memory)
    first.bench.session.state_changed.emit(first.bench.session.state)
    first.calls.stop()
    qtbot.waitUntil(lambda: second.of(call_id).state is CallState.TALKING, timeout=WAIT_MS)
    cut_off = second.of("cut off")
    assert (cut_off.state, cut_off.reason) == (CallState.ENDED_UNKNOWN, call_desk.PLACE_INTERRUPTED)
    assert set(memory.live) == {call_id}
    second.calls.adopt(tuple(memory.live.values()))
    assert len(second.calls.calls) == 2
    simulator.advance(700)
    qtbot.waitUntil(lambda: second.of(call_id).state is CallState.ENDED, timeout=WAIT_MS)
    assert memory.live == {}
    assert sum(1 for r in simulator.requests if r.method == "POST" and "ring-out" in r.path) == 1


def test_the_end_nobody_saw_comes_from_the_call_log(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_results, "TRIES_AFTER_S", (0.05, 0.1, 0.1))
    desk.bench.sign_in(simulator, qtbot)
    call_id = desk.call(LOST)
    qtbot.waitUntil(lambda: bool(desk.of(call_id).session_id), timeout=WAIT_MS)
    simulator.advance(6)
    qtbot.waitUntil(lambda: desk.of(call_id).state is CallState.ENDED_UNKNOWN, timeout=WAIT_MS)
    assert desk.memory.past[call_id].outcome is CallOutcome.UNKNOWN
    qtbot.waitUntil(lambda: desk.memory.looks == 1, timeout=WAIT_MS)
    call = desk.of(call_id)
    record = replace(
        desk.memory.past[call_id],
        id="log-1",
        log_id="1",
        outcome=CallOutcome.TALKED,
        talked_s=12.0,
        reason="",
    )
    desk.memory.log[call.session_id] = record
    qtbot.waitUntil(lambda: desk.of(call_id).result is not None, timeout=WAIT_MS)
    known = desk.of(call_id)
    assert (known.state, known.outcome) == (CallState.ENDED_UNKNOWN, CallOutcome.TALKED)
    assert desk.memory.past[call_id].talked_s == 12.0
    assert [ended.id for ended in desk.ended] == [call_id]


def test_a_call_log_that_never_tells_is_not_asked_for_ever(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_results, "TRIES_AFTER_S", (0.01, 0.01, 0.01))
    desk.bench.sign_in(simulator, qtbot)
    call_id = desk.call(LOST)
    qtbot.waitUntil(lambda: bool(desk.of(call_id).session_id), timeout=WAIT_MS)
    simulator.advance(6)
    qtbot.waitUntil(lambda: desk.memory.looks == 3, timeout=WAIT_MS)
    results = desk.calls.findChild(call_results.CallResults)
    assert results is not None
    assert not results.is_active
    results.retry()
    qtbot.waitUntil(lambda: desk.memory.looks == 6, timeout=WAIT_MS)


def test_a_cancel_that_did_nothing_is_said(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rcdesk.api.rest.ring_out import RestPhone

    monkeypatch.setattr(call_desk, "CANCEL_TAKES_S", 0.5)
    monkeypatch.setattr(RestPhone, "cancel", lambda self, session_id, token: None)
    desk.bench.sign_in(simulator, qtbot)
    call_id = desk.call(SLOW)
    qtbot.waitUntil(lambda: bool(desk.of(call_id).session_id), timeout=WAIT_MS)
    desk.calls.cancel(call_id)
    assert desk.of(call_id).is_cancelling
    qtbot.waitUntil(lambda: not desk.of(call_id).is_cancelling, timeout=WAIT_MS)
    assert desk.of(call_id).state is CallState.RINGING_YOU
    assert "did not cancel" in desk.problems[0]
    monkeypatch.undo()
    desk.calls.cancel(call_id)
    qtbot.waitUntil(lambda: desk.of(call_id).state is CallState.CANCELLED, timeout=WAIT_MS)


def test_they_answered_before_the_cancel_came(desk: Desk, simulator: RunningSimulator, qtbot: QtBot) -> None:
    desk.bench.sign_in(simulator, qtbot)
    call_id = desk.call(LONG_TALK)
    qtbot.waitUntil(lambda: bool(desk.of(call_id).session_id), timeout=WAIT_MS)
    simulator.advance(20)
    desk.calls.cancel(call_id)
    qtbot.waitUntil(lambda: desk.of(call_id).state is CallState.TALKING, timeout=WAIT_MS)
    assert desk.of(call_id).them is Leg.ANSWERED
    qtbot.waitUntil(lambda: not desk.of(call_id).is_cancelling, timeout=WAIT_MS)
    assert "Hang up your phone" in desk.problems[0]


def test_signing_out_forgets_the_calls_here_and_keeps_them_written_down(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desk.bench.sign_in(simulator, qtbot)
    call_id = desk.call(ANSWERS)
    qtbot.waitUntil(lambda: bool(desk.of(call_id).session_id), timeout=WAIT_MS)
    desk.bench.session.sign_out()
    assert desk.calls.calls == ()
    assert not desk.calls.is_polling
    assert set(desk.memory.live) == {call_id}
    desk.bench.sign_in(simulator, qtbot)
    qtbot.waitUntil(lambda: len(desk.calls.calls) == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: desk.of(call_id).state is CallState.RINGING_YOU, timeout=WAIT_MS)


def test_without_a_place_a_call_waits_and_can_be_taken_back_unasked(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desk.bench.sign_in(simulator, qtbot)
    simulator.set_limits(Heavy=1, window_s=4)
    first = desk.call(LONG_TALK)
    qtbot.waitUntil(lambda: bool(desk.of(first).session_id), timeout=WAIT_MS)
    second, third = desk.call(LONG_TALK), desk.call(LONG_TALK)
    before = desk.of(first).checked_s
    qtbot.waitUntil(lambda: desk.of(first).checked_s != before, timeout=WAIT_MS)
    assert desk.of(second).state is CallState.DIALLING, "the others are followed meanwhile"
    desk.calls.cancel(second)
    assert desk.of(second).state is CallState.CANCELLED
    simulator.advance(5)
    qtbot.waitUntil(lambda: bool(desk.of(third).session_id), timeout=WAIT_MS)
    assert sum(1 for r in simulator.requests if r.method == "POST" and "ring-out" in r.path) == 2
    assert not desk.problems


def test_a_cancel_without_a_place_is_said_and_done_later(
    desk: Desk, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desk.bench.sign_in(simulator, qtbot)
    simulator.set_limits(Heavy=1, window_s=3)
    call_id = desk.call(SLOW)
    qtbot.waitUntil(lambda: bool(desk.of(call_id).session_id), timeout=WAIT_MS)
    desk.calls.cancel(call_id)
    qtbot.waitUntil(lambda: bool(desk.problems), timeout=WAIT_MS)
    assert "hang up your phone" in desk.problems[0]
    assert desk.of(call_id).is_cancelling
    simulator.advance(4)
    qtbot.waitUntil(lambda: desk.of(call_id).state is CallState.CANCELLED, timeout=WAIT_MS)
    assert [r.method for r in simulator.requests if "ring-out" in r.path].count("DELETE") == 1
