"""Two hundred requests at the moment of expiry, and clocks that jump: one refresh each time, and no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.services.account.connection import Connection
from rcdesk.store.account.secrets import Secrets
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

ME = "/restapi/v1.0/account/~/extension/~"
THREADS = 200
HOUR_S = 3600.0


class TwoClocks:
    """A wall clock and a monotonic one that the test sets apart."""

    def __init__(self) -> None:
        self.wall = datetime.now(UTC)
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def pass_time(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> TwoClocks:
    return TwoClocks()


@pytest.fixture
def connection(simulator: RunningSimulator, clock: TwoClocks) -> Iterator[Connection]:
    simulator.set_limits(Light=1000, Auth=50)
    profile = ServerProfile(name="t", base_url=simulator.base_url, client_id=simulator.client_id)
    found = Connection(profile, Secrets(use_keyring=False), clock)
    found.sign_in(
        Credentials(client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt),
        CancelToken(),
    )
    yield found
    found.close()


def read(connection: Connection) -> int:
    session = connection.session
    return session.request("GET", ME, group="Light", token=CancelToken(), max_wait_s=60).status_code


def token_requests(simulator: RunningSimulator) -> int:
    return sum(r.path == "/restapi/oauth/token" for r in simulator.requests)


@pytest.mark.parametrize("who_notices", ["this side", "the service"])
def test_two_hundred_requests_make_one_refresh(
    connection: Connection, simulator: RunningSimulator, clock: TwoClocks, who_notices: str
) -> None:
    """Noticed by the clock here, or only by the 401 that all of them get."""
    if who_notices == "this side":
        clock.pass_time(HOUR_S - 60)
    else:
        simulator.advance(HOUR_S + 1)
    before = token_requests(simulator)
    together = threading.Barrier(THREADS)

    def ask(_: int) -> int:
        together.wait(PATIENCE_S)
        return read(connection)

    with ThreadPoolExecutor(THREADS) as room:
        assert list(room.map(ask, range(THREADS))) == [200] * THREADS
    assert simulator.refreshes == 1
    assert token_requests(simulator) == before + 1


def test_a_suspended_machine_refreshes_first(
    connection: Connection, simulator: RunningSimulator, clock: TwoClocks
) -> None:
    """The monotonic clock stands still in the sleep; the wall clock does not."""
    clock.wall += timedelta(hours=9)
    simulator.advance(9 * HOUR_S)
    assert read(connection) == 200
    assert [r.status for r in simulator.requests if r.path == ME][-1:] == [200]
    assert simulator.refreshes == 1
    assert not any(r.status == 401 for r in simulator.requests)


def test_a_wall_clock_set_back_does_not_keep_a_dead_token(
    connection: Connection, simulator: RunningSimulator, clock: TwoClocks
) -> None:
    clock.wall -= timedelta(days=1)
    clock.seconds += HOUR_S
    simulator.advance(HOUR_S)
    assert read(connection) == 200
    assert simulator.refreshes == 1
    assert not any(r.status == 401 for r in simulator.requests)


def test_a_wall_clock_set_forward_costs_one_refresh_and_no_sign_in(
    connection: Connection, simulator: RunningSimulator, clock: TwoClocks
) -> None:
    """By the clock here even the refresh token is long dead; only the service may say so."""
    clock.wall += timedelta(days=400)
    before = token_requests(simulator)
    for _ in range(3):
        assert read(connection) == 200
    assert (simulator.refreshes, token_requests(simulator)) == (1, before + 1)
    clock.wall -= timedelta(days=400)
    assert read(connection) == 200
    assert simulator.refreshes == 1


def test_who_waits_for_the_refresh_of_another_can_be_cancelled(
    connection: Connection, simulator: RunningSimulator, clock: TwoClocks
) -> None:
    clock.pass_time(HOUR_S)
    simulator.fault("slow", path="/oauth/token", seconds=3)
    token = CancelToken()
    with ThreadPoolExecutor(2) as room:
        first = room.submit(read, connection)
        while not connection.session._lock.locked():
            assert not first.done()
        second = room.submit(
            lambda: connection.session.request("GET", ME, group="Light", token=token).status_code
        )
        token.cancel()
        assert isinstance(second.exception(2), Cancelled)
        assert first.result(30) == 200
