"""Calls of this desk in its history: one row with the call log, and calls followed again by the next run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.calls.call_desk import CallDesk
from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.calls.call import Call, CallRequest, CallState
from rcdesk.core.calls.past_call import CallOutcome, PastCall
from rcdesk.services.account.connection import Connection
from rcdesk.services.calls.calls import CallService
from rcdesk.services.calls.history import CallHistory
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.people.people import People
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import ANSWERS, BUSY, LANES, credentials_of, profile_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

WAIT_MS = PATIENCE_MS


@dataclass
class Run:
    """One run of the program: session, calls and history."""

    session: SessionDesk
    calls: CallDesk
    history: HistoryDesk
    lanes: dict[str, Lane]
    stores: tuple[Callable[[], None], ...]

    def sign_in(self, simulator: RunningSimulator, qtbot: QtBot) -> None:
        """Sign in and wait until every lane has answered."""
        self.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
        qtbot.waitUntil(lambda: self.session.state is SessionState.SIGNED_IN, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: all(lane.is_idle for lane in self.lanes.values()), timeout=WAIT_MS)

    def place(self, number: str) -> str:
        """Call from the account's first phone."""
        account = self.session.account
        assert account is not None
        phone = account.ringable[0].phone_number
        return self.calls.place(CallRequest(to_number=number, from_number=phone, ask_to_press_1=False))

    def row(self, number: str) -> list[PastCall]:
        """What the recents say of calls to a number."""
        return [call for call in self.history.recents if call.number == number]

    def stop(self) -> None:
        """End it as the program does."""
        for desk in (self.session, self.calls, self.history):
            desk.stop()
        for lane in reversed(self.lanes.values()):
            assert lane.stop(PATIENCE_S)
        for close in self.stores:
            close()


@pytest.fixture
def make_run(qapp: object, tmp_path: Path) -> Iterator[Callable[[], Run]]:
    """Runs of one program on one archive."""
    secrets, file = Secrets(use_keyring=False), tmp_path / "a.sqlite3"
    runs: list[Run] = []

    def make() -> Run:
        lanes = {name: Lane(name) for name in LANES}
        session = SessionDesk(lanes["calls"], lambda profile: Connection(profile, secrets))
        past, people = PastCalls(file), People(file)
        service = CallHistory(lambda: session.connection, past, people)
        history = HistoryDesk(lanes, session, service)
        calls = CallService(lambda: session.connection)
        desk = CallDesk(lanes["calls"], session, calls, history)
        history.start()
        desk.start()
        runs.append(Run(session, desk, history, lanes, (past.close, people.close)))
        return runs[-1]

    yield make
    for run in runs:
        run.stop()


def test_a_call_of_this_desk_is_one_row_with_its_record_in_the_log(
    make_run: Callable[[], Run],
    live_simulator: RunningSimulator,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rcdesk.bridge.calls.history_desk.AFTER_CALL_S", 1.0)
    run = make_run()
    run.sign_in(live_simulator, qtbot)
    call_id = run.place(BUSY)
    qtbot.waitUntil(lambda: any(call.log_id for call in run.row(BUSY)), timeout=WAIT_MS)
    (call,) = [call for call in run.row(BUSY) if call.id == call_id]
    assert call.outcome is CallOutcome.BUSY
    assert [other for other in run.row(BUSY) if other.session_id == call.session_id] == [call]


def test_a_call_goes_on_in_the_next_run(
    make_run: Callable[[], Run], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    first = make_run()
    first.sign_in(simulator, qtbot)
    call_id = first.place(ANSWERS)

    def has_session() -> bool:
        return bool(first.calls.calls[0].session_id)

    qtbot.waitUntil(has_session, timeout=WAIT_MS)
    first.stop()
    second = make_run()
    ended: list[Call] = []
    second.calls.ended.connect(ended.append)
    second.sign_in(simulator, qtbot)
    assert [call.id for call in second.calls.calls] == [call_id]
    simulator.advance(120)
    qtbot.waitUntil(lambda: any(call.id == call_id for call in ended), timeout=60_000)
    assert ended[0].state in (CallState.ENDED, CallState.ENDED_UNKNOWN)
    left: list[tuple[Call, ...]] = []
    second.history.live_calls(left.append)
    qtbot.waitUntil(lambda: left == [()], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: any(call.id == call_id for call in second.row(ANSWERS)), timeout=WAIT_MS)
