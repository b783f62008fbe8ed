"""Rate limits as the service keeps them: a sliding window for each user, app and group, then a penalty.

Over the limit the service answers 429 for sixty seconds, and every request inside the penalty starts it
again. All by the world's clock, so a test can wait a penalty out by advancing. Lives on the simulator's
event loop thread. Read next: `server`, which asks here before every operation.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.refusal import Refusal, bad_parameter

DEFAULT_LIMITS = {"Light": 50, "Medium": 40, "Heavy": 10, "Auth": 5}


@dataclass(slots=True)
class _Window:
    moments: deque[datetime] = field(default_factory=deque)
    penalty_until: datetime | None = None


class RateLimits:
    """Counts requests; groups without a limit (NoThrottling) are never refused."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self.window_s = 60.0
        self.penalty_s = 60.0
        self.limits: dict[str, int] = dict(DEFAULT_LIMITS)
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, who: str, group: str) -> dict[str, str]:
        """Count one request and give the headers for its answer; CMN-301 with Retry-After when over."""
        limit = self.limits.get(group)
        if limit is None:
            return {}
        now = self._clock.now()
        window = self._windows.setdefault((who, group), _Window())
        while window.moments and window.moments[0] <= now - timedelta(seconds=self.window_s):
            window.moments.popleft()
        in_penalty = window.penalty_until is not None and now < window.penalty_until
        if in_penalty or len(window.moments) >= limit:
            window.penalty_until = now + timedelta(seconds=self.penalty_s)
            wait_s = self.penalty_s if self._clock.is_manual else self.penalty_s / self._clock.speed
            headers = {**self._headers(group, limit, 0), "Retry-After": str(max(1, math.ceil(wait_s)))}
            raise Refusal(429, "CMN-301", "Request rate exceeded", headers=headers)
        if window.penalty_until is not None:
            window.penalty_until = None
            window.moments.clear()
        window.moments.append(now)
        return self._headers(group, limit, limit - len(window.moments))

    def configure(self, wanted: dict[str, object]) -> None:
        """Set limits by group, and `window_s` or `penalty_s`; counting starts afresh."""
        for name, value in wanted.items():
            if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
                raise bad_parameter(name, value)
            if name in ("window_s", "penalty_s"):
                setattr(self, name, float(value))
            elif name in DEFAULT_LIMITS:
                self.limits[name] = int(value)
            else:
                raise bad_parameter(name, value)
        self._windows.clear()

    def reset(self) -> None:
        """The defaults again."""
        self.limits = dict(DEFAULT_LIMITS)
        self.window_s = self.penalty_s = 60.0
        self._windows.clear()

    def _headers(self, group: str, limit: int, remaining: int) -> dict[str, str]:
        return {
            "X-Rate-Limit-Group": group.lower(),
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(remaining),
            "X-Rate-Limit-Window": str(round(self.window_s)),
        }
