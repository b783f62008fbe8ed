"""Rate limits as the service keeps them: a sliding window for each user, app and group, then a penalty.

Over the limit the service answers 429 for sixty seconds, and every request inside the penalty starts it
again. All by the world's clock, so a test can wait a penalty out by advancing; the headers speak in the
client's own seconds, which are fewer when only the world runs faster. Also counts who came too early.
Lives on the simulator's event loop thread. Read next: `server`, which asks here before every operation.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter

DEFAULT_LIMITS = {"Light": 50, "Medium": 40, "Heavy": 10, "Auth": 5}
CROSSING_S = 0.2
"""A request so soon (real seconds) after a 429 was on its way before the answer could be read."""


@dataclass(slots=True)
class _RateWindow:
    moments: deque[datetime] = field(default_factory=deque)
    penalty_until: datetime | None = None
    told_at: datetime | None = None
    told_until: datetime | None = None


class RateLimits:
    """Counts requests; groups without a limit (NoThrottling) are never refused.

    `counts`: every request by group, whatever became of it. `requests_in_penalty`: those that came before
    the Retry-After of an earlier 429 was over, also of an injected one.
    """

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self.window_s = 60.0
        self.penalty_s = 60.0
        self.limits: dict[str, int] = dict(DEFAULT_LIMITS)
        self.counts: Counter[str] = Counter()
        self.requests_in_penalty = 0
        self._windows: dict[tuple[str, str], _RateWindow] = {}

    def arrived(self, who: str, group: str) -> None:
        """Count a request at the door, before anything is done about it."""
        self.counts[group] += 1
        window = self._windows.get((who, group))
        if window is None or window.told_at is None or window.told_until is None:
            return
        crossing = timedelta() if self._clock.is_manual else timedelta(seconds=CROSSING_S * self._clock.speed)
        if window.told_at + crossing <= self._clock.now() < window.told_until:
            self.requests_in_penalty += 1

    def told(self, who: str, group: str, retry_after_s: float) -> None:
        """The client was told to wait so many of its own seconds."""
        window = self._windows.setdefault((who, group), _RateWindow())
        now = self._clock.now()
        until = now + timedelta(seconds=retry_after_s * self._clock.client_speed)
        window.told_at = now
        window.told_until = max(window.told_until or until, until)

    def take(self, who: str, group: str) -> dict[str, str]:
        """Count one request and give the headers for its answer; CMN-301 with Retry-After when over."""
        limit = self.limits.get(group)
        if limit is None:
            return {}
        now = self._clock.now()
        window = self._windows.setdefault((who, group), _RateWindow())
        while window.moments and window.moments[0] <= now - timedelta(seconds=self.window_s):
            window.moments.popleft()
        in_penalty = window.penalty_until is not None and now < window.penalty_until
        if in_penalty or len(window.moments) >= limit:
            window.penalty_until = now + timedelta(seconds=self.penalty_s)
            wait_s = self._client_s(self.penalty_s)
            self.told(who, group, wait_s)
            headers = {**self._headers(group, limit, 0), "Retry-After": str(wait_s)}
            raise ErrorAnswer(429, "CMN-301", "Request rate exceeded", headers=headers)
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

    def _headers(self, group: str, limit: int, remaining: int) -> dict[str, str]:
        return {
            "X-Rate-Limit-Group": group.lower(),
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(remaining),
            "X-Rate-Limit-Window": str(self._client_s(self.window_s)),
        }

    def _client_s(self, world_s: float) -> int:
        """World seconds as the client's, whole ones and at least one."""
        return max(1, math.ceil(world_s / self._clock.client_speed))
