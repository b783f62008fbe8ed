"""How the difference of the clocks is learnt from Date headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from rcdesk.api import transport
from rcdesk.api.transport import ServiceTime

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class WallClock:
    """A machine whose clock can be set."""

    def __init__(self) -> None:
        self.moment = START
        self.steady_s = 50.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.steady_s

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.steady_s += seconds


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def known(clock: WallClock) -> ServiceTime:
    """The clocks agreed at the start."""
    known = ServiceTime(clock)
    known.learn({"Date": format_datetime(START, usegmt=True)})
    clock.pass_by(0.5)
    return known


def test_nothing_is_known_before_an_answer(clock: WallClock) -> None:
    assert ServiceTime(clock).offset_s == 0.0


@pytest.mark.parametrize("offset_s", [-7200, -1, 0, 1, 90, 3600])
@pytest.mark.parametrize("fraction_s", [0.0, 0.49, 0.99])
def test_it_is_right_to_half_a_second(clock: WallClock, offset_s: int, fraction_s: float) -> None:
    clock.moment = START + timedelta(seconds=fraction_s)
    theirs = clock.moment + timedelta(seconds=offset_s)
    known = ServiceTime(clock)
    known.learn({"Date": format_datetime(theirs, usegmt=True)})
    assert known.offset_s == pytest.approx(offset_s, abs=0.501)
    clock.pass_by(1000)
    assert known.offset_s == pytest.approx(offset_s, abs=0.51)


@pytest.mark.parametrize("jump_s", [-3600, 3600])
def test_a_clock_that_is_set_is_noticed_at_once(clock: WallClock, known: ServiceTime, jump_s: int) -> None:
    clock.moment += timedelta(seconds=jump_s)
    assert known.offset_s == pytest.approx(0.5 - jump_s, abs=0.1)
    clock.pass_by(60)
    assert known.offset_s == pytest.approx(0.5 - jump_s, abs=0.1)


def test_sleep_is_no_jump(clock: WallClock, monkeypatch: pytest.MonkeyPatch) -> None:
    asleep_s = transport._asleep_s()
    known = ServiceTime(clock)
    known.learn({"Date": format_datetime(START, usegmt=True)})
    monkeypatch.setattr(transport, "_asleep_s", lambda: asleep_s + 8 * 3600)
    clock.moment += timedelta(hours=8)
    assert known.offset_s == pytest.approx(0.5, abs=0.1)


def test_the_last_answer_counts(clock: WallClock, known: ServiceTime) -> None:
    known.learn({"Date": format_datetime(START + timedelta(seconds=90), usegmt=True)})
    assert known.offset_s == pytest.approx(90, abs=0.1)


@pytest.mark.parametrize(
    "nonsense",
    [
        *("", "soon", "Thu, 99 Jan 2026 00:00:00 GMT", "2026-01-01T00:00:00Z"),
        *("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 2500 00:00:00 GMT"),
    ],
)
def test_nonsense_teaches_nothing(clock: WallClock, known: ServiceTime, nonsense: str) -> None:
    before = known.offset_s
    known.learn({"Date": nonsense})
    clock.pass_by(60)
    assert known.offset_s == pytest.approx(before, abs=0.1)
