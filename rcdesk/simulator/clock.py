"""The simulated world's clock and its agenda of things that will happen.

The clock either follows real time (optionally faster, and it may jump ahead) or stands still until
advanced. Nothing wakes up by itself: `settle()` runs what has become due, in order and each at its own
moment, and is called before every request is looked at. Lives on the simulator's event loop thread, or on
a test's own thread.

Read next: `calls` and `faxes`, which put their futures on this agenda.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class WorldClock:
    """Aware UTC time that tests can own."""

    def __init__(self, *, is_manual: bool = False, speed: float = 1.0, is_client_fast: bool = False) -> None:
        """`speed` is simulated seconds per real second; a manual clock ignores it.

        `client_speed` is simulated seconds per second of the clients: their clock is the machine's, unless
        `is_client_fast` says that it is as fast as this one.
        """
        if speed <= 0:
            raise ValueError("speed must be above zero")
        self.is_manual = is_manual
        self.speed = speed
        self.client_speed = 1.0 if is_manual or is_client_fast else speed
        self._base = datetime.now(UTC)
        self._started = time.monotonic()
        self._jumped = timedelta()
        self._event_time: datetime | None = None
        self._agenda: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self.after_action: Callable[[], object] = lambda: None
        """Called after each action, at its moment."""

    def now(self) -> datetime:
        """The simulated moment; inside an agenda action, the moment it was due."""
        if self._event_time is not None:
            return self._event_time
        flowed = 0.0 if self.is_manual else (time.monotonic() - self._started) * self.speed
        return self._base + timedelta(seconds=flowed) + self._jumped

    def at(self, delay_s: float, action: Callable[[], object]) -> None:
        """Put `action` on the agenda `delay_s` simulated seconds from now."""
        heapq.heappush(self._agenda, (self.now() + timedelta(seconds=delay_s), next(self._order), action))

    def advance(self, seconds: float) -> None:
        """Jump ahead and run everything that falls due on the way."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        self._jumped += timedelta(seconds=seconds)
        self.settle()

    def settle(self) -> None:
        """Run what is due, in order; an action may put more on the agenda."""
        limit = self.now()
        while self._agenda and self._agenda[0][0] <= limit:
            due, _, action = heapq.heappop(self._agenda)
            self._event_time = due
            try:
                action()
                self.after_action()
            finally:
                self._event_time = None

    def clear(self) -> None:
        self._agenda.clear()


def wire_time(moment: datetime) -> str:
    """ISO 8601 with milliseconds and Z, as the service writes times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_wire_time(text: str) -> datetime:
    """An aware time from ISO 8601 (no zone means UTC). Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
