"""How often to ask about running calls and faxes: pure rules for the QTimers in bridge/.

The service's default limit for these requests is Light 50 a minute, shared by everything the program
does (product.md), so polling scales with the number of calls and slows where nothing can change soon.
"""

from __future__ import annotations

from collections.abc import Iterable

from rcdesk.core.call import Call, CallState

CALL_BUDGET_PER_MINUTE = 40


def call_interval_s(
    calls: Iterable[Call], now_s: float, budget_per_minute: int = CALL_BUDGET_PER_MINUTE
) -> float | None:
    """Seconds until the next round of status requests, or None when no call needs watching.

    budget_per_minute: how many status requests a minute may be used for calls.
    """
    live = [c for c in calls if not c.state.is_final]
    if not live:
        return None
    wanted = min(_wanted_s(c, now_s) for c in live)
    return max(wanted, 60.0 * len(live) / max(1, budget_per_minute))


def _wanted_s(call: Call, now_s: float) -> float:
    """A ringing phone can change any second; a conversation rarely does."""
    if call.state is CallState.TALKING and call.talking_since_s is not None:
        return 1.5 if now_s - call.talking_since_s < 20 else 3.0
    return 1.0 if now_s - call.started_s < 60 else 2.0


def fax_interval_s(youngest_age_s: float | None) -> float | None:
    """Seconds until the next look at faxes the service has, None when there is none.

    youngest_age_s: seconds since the youngest of them was handed over.
    """
    if youngest_age_s is None:
        return None
    if youngest_age_s < 60:
        return 3.0
    return 10.0 if youngest_age_s < 600 else 30.0
