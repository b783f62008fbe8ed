"""The gate on a clock that only moves when somebody waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rcdesk.api.rate_gate import RateGate
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RateLimited


class ManualClock:
    """Moves when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Waiter(CancelToken):
    """A token whose waiting moves the clock instead."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.check()
        self.waited.append(seconds)
        self._clock.seconds += seconds


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def gate(clock: ManualClock) -> RateGate:
    return RateGate(clock)


@pytest.fixture
def waiter(clock: ManualClock) -> Waiter:
    return Waiter(clock)


def told(**values: object) -> dict[str, str]:
    return {f"X-Rate-Limit-{name}": str(value) for name, value in values.items()}


@pytest.mark.parametrize(("group", "limit"), [("Light", 50), ("Medium", 40), ("Heavy", 10), ("Auth", 5)])
def test_the_defaults_fit_and_one_more_does_not(
    gate: RateGate, waiter: Waiter, group: str, limit: int
) -> None:
    for _ in range(limit):
        gate.before(group, waiter)
    assert gate.wait_s(group) == 60.5
    with pytest.raises(RateLimited) as caught:
        gate.before(group, waiter)
    assert caught.value.retry_after_s == 60.5 and not waiter.waited


def test_a_short_wait_is_waited_out(gate: RateGate, waiter: Waiter, clock: ManualClock) -> None:
    gate.learn("Heavy", told(Limit=2, Window=60), 200)
    gate.before("Heavy", waiter)
    clock.seconds += 45
    gate.before("Heavy", waiter)
    gate.before("Heavy", waiter)
    assert waiter.waited == [15.5]


def test_patience_is_the_askers(gate: RateGate, waiter: Waiter) -> None:
    for _ in range(5):
        gate.before("Auth", waiter)
    gate.before("Auth", waiter, max_wait_s=300)
    assert waiter.waited == [60.5]


def test_the_window_slides(gate: RateGate, waiter: Waiter, clock: ManualClock) -> None:
    gate.learn("Heavy", told(Limit=2, Window=10), 200)
    for _ in range(20):
        gate.before("Heavy", waiter)
    assert waiter.waited and clock.seconds == pytest.approx(1000 + 9 * 10.5)


def test_what_others_used_counts(gate: RateGate, waiter: Waiter) -> None:
    gate.learn("Light", told(Group="light", Limit=50, Remaining=1, Window=60), 200)
    gate.before("Light", waiter)
    assert gate.wait_s("Light") == 60.5


def test_an_answers_own_group_counts(gate: RateGate) -> None:
    gate.learn("Light", told(Group="heavy", Limit=10, Remaining=0), 200)
    assert gate.wait_s("Heavy") == 60.5 and gate.wait_s("Light") == 0


@pytest.mark.parametrize(
    ("headers", "penalty_s"),
    [
        ({"Retry-After": "42"}, 42),
        ({"Retry-After": "Thu, 01 Jan 2026 00:17:40 GMT"}, 60),
        ({}, 60),
        ({"Retry-After": "soon"}, 60),
        ({"Retry-After": "nan"}, 60),
        ({"Retry-After": "inf"}, 60),
        ({"Retry-After": "99999999"}, 3600),
    ],
)
def test_a_429_closes_its_group(
    gate: RateGate, waiter: Waiter, clock: ManualClock, headers: dict[str, str], penalty_s: float
) -> None:
    gate.learn("Light", headers, 429)
    assert gate.wait_s("Light") == pytest.approx(penalty_s)
    assert gate.penalty_until == {"Light": pytest.approx(1000 + penalty_s)}
    assert gate.wait_s("Heavy") == 0
    with pytest.raises(RateLimited):
        gate.before("Light", waiter)
    clock.seconds += penalty_s
    gate.before("Light", waiter)
    assert gate.penalty_until == {}


def test_a_shorter_word_does_not_end_a_penalty(gate: RateGate) -> None:
    gate.learn("Light", {"Retry-After": "50"}, 429)
    gate.learn("Light", {"Retry-After": "5"}, 429)
    gate.learn("Light", told(Limit=50, Remaining=50), 200)
    assert gate.wait_s("Light") == 50


def test_a_503_only_with_a_word(gate: RateGate) -> None:
    gate.learn("Light", {}, 503)
    assert gate.wait_s("Light") == 0
    gate.learn("Light", {"Retry-After": "7"}, 503)
    assert gate.wait_s("Light") == 7


@pytest.mark.parametrize("nonsense", ["", "x", "-5", "0", "nan", "inf"])
def test_nonsense_teaches_nothing(gate: RateGate, waiter: Waiter, nonsense: str) -> None:
    gate.learn("Heavy", told(Limit=nonsense, Window=nonsense), 200)
    for _ in range(10):
        gate.before("Heavy", waiter)
    assert gate.wait_s("Heavy") == 60.5


def test_waiting_can_be_cancelled(gate: RateGate) -> None:
    gate.learn("Light", {"Retry-After": "10"}, 429)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        gate.before("Light", token)


def test_places_kept_free_are_there_for_the_urgent(gate: RateGate, waiter: Waiter) -> None:
    for _ in range(8):
        gate.before("Heavy", waiter, keep_free=2)
    with pytest.raises(RateLimited):
        gate.before("Heavy", waiter, keep_free=2)
    gate.before("Heavy", waiter)
    gate.before("Heavy", waiter)
    assert not waiter.waited


def test_keeping_more_than_there_is_leaves_one(gate: RateGate, waiter: Waiter) -> None:
    gate.before("Auth", waiter, keep_free=99)
    with pytest.raises(RateLimited):
        gate.before("Auth", waiter, keep_free=99)
