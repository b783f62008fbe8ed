"""How the difference of the clocks is learnt from Date headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from rcdesk.api.service_time import ServiceTime

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class WallClock:
    """A machine whose clock can be set."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


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


def test_a_clock_that_was_set_is_noticed_at_the_next_answer(clock: WallClock) -> None:
    known = ServiceTime(clock)
    known.learn({"Date": format_datetime(START, usegmt=True)})
    clock.moment -= timedelta(hours=1)
    known.learn({"Date": format_datetime(START + timedelta(seconds=3), usegmt=True)})
    assert known.offset_s == pytest.approx(3603.5)


@pytest.mark.parametrize("nonsense", ["", "soon", "Thu, 99 Jan 2026 00:00:00 GMT", "2026-01-01T00:00:00Z"])
def test_nonsense_teaches_nothing(clock: WallClock, nonsense: str) -> None:
    known = ServiceTime(clock)
    known.learn({"Date": format_datetime(START, usegmt=True)})
    known.learn({"Date": nonsense})
    assert known.offset_s == 0.5
