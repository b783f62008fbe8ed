"""How far the service's clock is from this machine's, learnt from the Date header of every answer.

Faxes are found again by their creation time, which the service writes: a machine whose clock is wrong, or is
set in between, must not miss its own fax. So what is kept is the service's time at a moment of the steady
clock, and the difference to the wall clock is taken anew whenever it is asked for. Safe from every thread.
Read next: transport.py.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from rcdesk.core.clock import Clock

_HALF_A_SECOND = timedelta(seconds=0.5)


class ServiceTime:
    """The difference of the two clocks as last heard."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: tuple[datetime, float] | None = None

    @property
    def offset_s(self) -> float:
        """Service time minus local time in seconds, good to about a second; 0.0 until known."""
        if self._heard is None:
            return 0.0
        moment, steady_s = self._heard
        theirs = moment + timedelta(seconds=self._steady_s() - steady_s)
        return (theirs - self._clock.now()).total_seconds()

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over an answer's Date (RFC 9110, 6.6.1), heard now; one that cannot be read says nothing.

        The header is cut to whole seconds, so on average the service's clock is half a second further.
        """
        try:
            moment = parsedate_to_datetime(headers.get("Date", ""))
        except (TypeError, ValueError):
            return
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        self._heard = moment + _HALF_A_SECOND, self._steady_s()

    def _steady_s(self) -> float:
        """Seconds that nobody can set, with those the machine was asleep."""
        return self._clock.monotonic() + _asleep_s()


def _asleep_s() -> float:
    """How long the machine has slept since its start, where its steady clock leaves that out (Linux)."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    if boot_time is None:
        return 0.0
    return time.clock_gettime(boot_time) - time.clock_gettime(time.CLOCK_MONOTONIC)
