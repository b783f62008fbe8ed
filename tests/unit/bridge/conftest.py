"""Lanes and whole desks for the tests of the bridge: real threads, real services, a real simulator.

Everything is stopped when the test ends, in the order in which app.py stops it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.calls.call_desk import CallDesk
from rcdesk.bridge.fax.fax_desk import FaxDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.fax.fax import FaxJob
from tests.patience import PATIENCE_S
from tests.patient_bot import QtBot

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator
    from rcdesk.store.account.secrets import Secrets

LANES = ("calls", "texts", "faxes", "disk", "archive", "downloads", "files")
ANSWERS, BUSY, SLOW, CALL_REFUSED = "+16505550200", "+16505550201", "+16505550207", "+16505550212"


@pytest.fixture
def make_lane(qapp: object) -> Iterator[Callable[[str], Lane]]:
    """Makes lanes and stops them, last first, as app.py does."""
    lanes: list[Lane] = []

    def make(name: str) -> Lane:
        lanes.append(Lane(name))
        return lanes[-1]

    yield make
    for lane in reversed(lanes):
        assert lane.stop(PATIENCE_S), f"lane {lane.objectName()} did not stop"


@pytest.fixture
def lane(make_lane: Callable[[str], Lane]) -> Lane:
    """One lane."""
    return make_lane("test")


class PlainMemory:
    """CallMemory that only keeps what has ended: the real one is tested in test_calls_and_history.py."""

    def __init__(self) -> None:
        self.past: dict[str, PastCall] = {}
        self.looks = 0

    def put_live(self, call: Call) -> None:
        """Nothing outlives this run."""

    def drop_live(self, call_id: str) -> None:
        """Nothing outlives this run."""

    def live_calls(self, done: Callable[[tuple[Call, ...]], None]) -> None:
        """None."""
        done(())

    def remember(self, call: PastCall) -> None:
        """Keep it."""
        self.past[call.id] = call

    def result_of(self, session_id: str, done: Callable[[PastCall | None], None]) -> None:
        """Count the look; nothing is found."""
        self.looks += 1
        done(None)

    def touch(self) -> None:
        """No list to read again."""


@dataclass
class Bench:
    """The desks of one program run, built on a folder; problems collects every sentence shown."""

    session: SessionDesk
    calls: CallDesk
    faxes: FaxDesk
    lanes: dict[str, Lane]
    problems: list[str]
    said: list[str]
    ended: list[FaxJob]
    memory: PlainMemory
    stores: list[Callable[[], None]]
    """What closes the stores behind the desks, when their lanes have ended."""

    def sign_in(self, simulator: RunningSimulator, qtbot: QtBot) -> None:
        """Sign in as the first user and wait for the account."""
        self.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
        qtbot.waitUntil(lambda: self.session.state is SessionState.SIGNED_IN, timeout=10_000)

    def call(self, number: str) -> str:
        """Place a call from the account's first phone."""
        account = self.session.account
        assert account is not None
        return self.calls.place(
            CallRequest(
                to_number=number,
                from_number=account.ringable[0].phone_number,
                show_as=account.ring_out_caller_id,
            )
        )

    def stop(self) -> bool:
        """End this run: timers first, then the lanes."""
        self.session.stop()
        self.calls.stop()
        self.faxes.stop()
        ended = [lane.stop(PATIENCE_S) for lane in reversed(self.lanes.values())]
        for close in self.stores:
            close()
        return all(ended)


def profile_of(simulator: RunningSimulator) -> ServerProfile:
    """The simulator as a server to sign in to."""
    return ServerProfile(name="Test", base_url=simulator.base_url, client_id=simulator.client_id)


def credentials_of(simulator: RunningSimulator, jwt: str | None = None) -> Credentials:
    """What the first user signs in with."""
    return Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=jwt or simulator.jwt
    )


@pytest.fixture
def secrets() -> Secrets:
    """A keyring in memory; two benches that share it are two runs of one program."""
    from rcdesk.store.account.secrets import Secrets

    return Secrets(use_keyring=False)


@pytest.fixture
def make_bench(qapp: object, tmp_path: Path, secrets: Secrets) -> Iterator[Callable[[], Bench]]:
    """Builds a run of the program on the test's folder; make a second one to start it again."""
    from rcdesk.core.clock import SystemClock
    from rcdesk.services.account.connection import Connection
    from rcdesk.services.calls.calls import CallService
    from rcdesk.services.fax.dispatch import Dispatcher
    from rcdesk.services.fax.faxes import FaxService
    from rcdesk.store.fax.outbox import Outbox
    from rcdesk.store.fax.spool import Spool
    from rcdesk.store.paths import Paths

    paths = Paths.under(tmp_path / "home").create()
    benches: list[Bench] = []

    def make() -> Bench:
        lanes = {name: Lane(name) for name in LANES}
        session = SessionDesk(lanes["calls"], lambda profile: Connection(profile, secrets))
        calls = CallService(lambda: session.connection)
        outbox, spool = Outbox(paths.database), Spool(paths.spool_dir)
        faxes = FaxService(lambda: session.connection, outbox, spool, SystemClock())
        dispatcher = Dispatcher(lambda: session.connection, outbox, spool, SystemClock())
        memory = PlainMemory()
        bench = Bench(
            session=session,
            calls=CallDesk(lanes["calls"], session, calls, memory),
            memory=memory,
            faxes=FaxDesk(lanes, session, faxes, dispatcher),
            lanes=lanes,
            problems=[],
            said=[],
            ended=[],
            stores=[outbox.close],
        )
        for signal in (session.failed, bench.calls.problem, bench.faxes.problem):
            signal.connect(bench.problems.append)
        bench.faxes.said.connect(bench.said.append)
        bench.faxes.ended.connect(bench.ended.append)
        for lane in lanes.values():
            lane.bug.connect(bench.problems.append)
        bench.calls.start()
        bench.faxes.start()
        benches.append(bench)
        return bench

    yield make
    for bench in benches:
        assert bench.stop()


@pytest.fixture
def bench(make_bench: Callable[[], Bench]) -> Bench:
    """One run of the program, signed out."""
    return make_bench()
