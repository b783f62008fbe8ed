"""The one gate every request passes: it learns the service's limits and never sends inside a penalty.

The service counts requests per user, app and group in a sliding window (docs/wire.md 1.2) and punishes a
request during the penalty with a longer one, so the gate counts here what was sent and waits before it is too
late. Shared by all threads; waiting is cancellable. Read next: transport.py, which asks it before each
request.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from rcdesk.api.body import moment_of
from rcdesk.core.calls.polling import RequestQuota
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import RateLimited

DEFAULT_LIMITS = {"Light": 50, "Medium": 40, "Heavy": 10, "Auth": 5}
DEFAULT_WINDOW_S = 60.0
PENALTY_WITHOUT_WORD_S = 60.0
LONGEST_PENALTY_S = 3600.0
MAX_WAIT_S = 20.0
"""A longer wait is refused at once, so that nobody looks at a frozen button."""

WINDOW_SLACK_S = 0.5
"""A request is counted there a little after it was counted here, by the time it takes to arrive."""


class _Group:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.window_s = DEFAULT_WINDOW_S
        self.sent_s: deque[float] = deque()
        self.penalty_until_s = 0.0

    def wait_s(self, now_s: float, keep_free: int = 0) -> float:
        """Seconds until one more request fits and keep_free places stay; 0 when it fits now."""
        while self.sent_s and self.sent_s[0] <= now_s - self.window_s - WINDOW_SLACK_S:
            self.sent_s.popleft()
        wait_s = max(0.0, self.penalty_until_s - now_s)
        limit = max(1, self.limit - keep_free)
        if len(self.sent_s) >= limit:
            leaves_first = self.sent_s[len(self.sent_s) - limit]
            wait_s = max(wait_s, leaves_first + self.window_s + WINDOW_SLACK_S - now_s)
        return wait_s


class RateGate:
    """Counts what was sent, learns from the answers, makes requests wait their turn. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._groups = {name: _Group(limit) for name, limit in DEFAULT_LIMITS.items()}

    def before(
        self, group: str, token: CancelToken, *, max_wait_s: float | None = None, keep_free: int = 0
    ) -> None:
        """Take a place for one request of the group, waiting for it when necessary.

        keep_free: places that must stay for more urgent requests, so that a long queue of faxes does not
        make a person wait who presses Call.
        Raises RateLimited when the wait would be longer than max_wait_s (MAX_WAIT_S when None) and Cancelled
        when the token is cancelled meanwhile.
        """
        until_s = self._clock.monotonic() + (MAX_WAIT_S if max_wait_s is None else max_wait_s)
        while True:
            token.check()
            with self._lock:
                now_s = self._clock.monotonic()
                known = self._group(group)
                wait_s = known.wait_s(now_s, keep_free)
                if wait_s <= 0:
                    known.sent_s.append(now_s)
                    return
            if now_s + wait_s > until_s:
                raise RateLimited(
                    "RingCentral asks this desk to slow down. "
                    f"It may ask again in {math.ceil(wait_s)} seconds.",
                    retry_after_s=wait_s,
                )
            token.sleep(wait_s)

    def learn(self, group: str, headers: Mapping[str, str], status: int) -> None:
        """Take over limits from an answer's X-Rate-Limit-* headers, and the penalty of a 429 (or 503).

        Retry-After is seconds or an HTTP date; a 429 without it counts as a whole window.
        """
        with self._lock:
            now_s = self._clock.monotonic()
            known = self._group(headers.get("X-Rate-Limit-Group") or group)
            limit = _number(headers.get("X-Rate-Limit-Limit"))
            window_s = _number(headers.get("X-Rate-Limit-Window"))
            remaining = _number(headers.get("X-Rate-Limit-Remaining"))
            if limit is not None and limit >= 1:
                known.limit = int(limit)
            if window_s is not None and window_s > 0:
                known.window_s = window_s
            known.wait_s(now_s)
            if remaining is not None and status != 429:
                used = known.limit - int(remaining)
                known.sent_s.extend([now_s] * max(0, min(used, known.limit) - len(known.sent_s)))
            said_s = retry_after_s(headers, _aware(self._clock.now()))
            if status == 429 or (status == 503 and said_s is not None):
                penalty_s = PENALTY_WITHOUT_WORD_S if said_s is None else said_s
                until_s = now_s + min(penalty_s, LONGEST_PENALTY_S)
                known.penalty_until_s = max(known.penalty_until_s, until_s)

    def wait_s(self, group: str, keep_free: int = 0) -> float:
        """Seconds a request of the group would wait now, as before() does; 0 when it could go at once."""
        with self._lock:
            return self._group(group).wait_s(self._clock.monotonic(), keep_free)

    def quota(self, group: str) -> RequestQuota:
        """What is known about the group at this moment; monotonic seconds of this gate's clock."""
        with self._lock:
            known = self._group(group)
            known.wait_s(self._clock.monotonic())
            return RequestQuota(
                limit=known.limit,
                window_s=known.window_s,
                sent_s=tuple(known.sent_s),
                closed_until_s=known.penalty_until_s,
            )

    @property
    def penalty_until(self) -> dict[str, float]:
        """Groups inside a penalty and the monotonic second at which it ends."""
        with self._lock:
            now_s = self._clock.monotonic()
            return {
                name: known.penalty_until_s
                for name, known in self._groups.items()
                if known.penalty_until_s > now_s
            }

    def _group(self, name: str) -> _Group:
        """The group by name; the headers name it in lower case."""
        name = name.capitalize()
        return self._groups.setdefault(name, _Group(DEFAULT_LIMITS["Medium"]))


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """What Retry-After says, seconds or a date (RFC 9110, 10.2.3); None when it says nothing.

    A date is the service's, so it is counted from the Date of the same answer, else from now (aware).
    """
    text = headers.get("Retry-After")
    seconds = _number(text, math.inf)
    if seconds is not None:
        return max(0.0, seconds)
    until, since = _date(text), _date(headers.get("Date")) or now
    return None if until is None or since is None else max(0.0, (until - since).total_seconds())


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(text: str | None) -> datetime | None:
    try:
        return moment_of(parsedate_to_datetime(text or "").isoformat())
    except (TypeError, ValueError):
        return None


def _number(text: str | None, largest: float = 1e9) -> float | None:
    """A header's number; None when it is absent, no number, or too large."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if abs(value) < largest else None
