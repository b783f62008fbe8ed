"""Time that passes faster for a whole desk: the clock it reads, its timers and its waits, all by one factor.

An outbox waits minutes before it gives up looking for a fax; a proof that kills two hundred desks cannot.
`install` changes the machine, not the program: `SystemClock`, Qt's timer class and `CancelToken.sleep` run
`speed` times as fast, in step with a simulator that was started with the same speed, and every rule of the
program (two minutes here, sixty seconds there) stays as it is. Called once, before rcdesk.bridge is imported.
Read next: desk_process.py.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FastTime:
    """A world in which it is `base` when this machine's monotonic clock shows base_s (seconds)."""

    base: datetime
    base_s: float
    speed: float

    @classmethod
    def since(cls, now: datetime, speed: float) -> FastTime:
        """The world in which it is `now` at this moment."""
        return cls(base=now.astimezone(UTC), base_s=time.monotonic(), speed=speed)

    def now(self) -> datetime:
        """The world's moment, aware, in UTC."""
        return self.base + timedelta(seconds=(time.monotonic() - self.base_s) * self.speed)

    def monotonic(self) -> float:
        """The world's seconds on a clock that never goes back."""
        return time.monotonic() * self.speed

    def to_text(self) -> str:
        """As a command-line argument; the monotonic clock is the same in every process of a machine."""
        return json.dumps({**asdict(self), "base": self.base.isoformat()})

    @classmethod
    def from_text(cls, text: str) -> FastTime:
        """What to_text() made."""
        found = json.loads(text)
        return cls(base=datetime.fromisoformat(found["base"]), base_s=found["base_s"], speed=found["speed"])


_jumped = timedelta()


def jump(seconds: float) -> None:
    """Somebody sets this machine's clock: what it reads as time of day changes, durations do not."""
    global _jumped
    _jumped += timedelta(seconds=seconds)


def install(world: FastTime) -> None:
    """Let this process live in `world`. Before rcdesk.bridge and rcdesk.ui are imported."""
    from PySide6 import QtCore

    from rcdesk.core.cancel import CancelToken
    from rcdesk.core.clock import SystemClock

    plain_timer = QtCore.QTimer
    plain_sleep = CancelToken.sleep

    class FastTimer(plain_timer):  # type: ignore[valid-type,misc]
        """A QTimer whose milliseconds are the world's."""

        def start(self, *interval_ms: int) -> None:
            super().start(*(int(ms / world.speed) for ms in interval_ms))

        def setInterval(self, interval_ms: int) -> None:
            super().setInterval(int(interval_ms / world.speed))

        def interval(self) -> int:
            return int(super().interval() * world.speed)

        def remainingTime(self) -> int:
            left_ms: int = super().remainingTime()
            return int(left_ms * world.speed) if left_ms > 0 else left_ms

        @staticmethod
        def singleShot(interval_ms: int, *rest: Any) -> None:
            plain_timer.singleShot(int(interval_ms / world.speed), *rest)

    QtCore.QTimer = FastTimer  # type: ignore[misc]
    SystemClock.now = lambda self: world.now() + _jumped  # type: ignore[method-assign]
    SystemClock.monotonic = lambda self: world.monotonic()  # type: ignore[method-assign]
    CancelToken.sleep = (  # type: ignore[method-assign]
        lambda self, seconds: plain_sleep(self, seconds / world.speed)
    )
