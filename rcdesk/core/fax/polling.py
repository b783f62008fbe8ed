"""How often to ask about faxes the service has: pure rules for the QTimer in bridge/fax/watch.py.

The service's default limit for these requests is Light 50 a minute, shared by everything the program
does (product.md), so following slows where nothing can change soon. Read next: calls/polling.py for calls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rcdesk.core.fax.fax import FaxJob, FaxState, SendBy

FAX_BUDGET_PER_MINUTE = 30
"""Requests a minute that following faxes may take, so that the status of a call never waits for them."""

FEW_MESSAGES = 3
MESSAGES_A_PAGE = 100
LISTED_FOR = timedelta(hours=1)
"""How services/fax/follow.py asks: so many one by one, so many on a page of the list, older ones one by
one."""

LOOK_ON = timedelta(hours=24)
"""So long a fax that needs the user is looked for all the same."""

_ASKED_PAUSES_S = ((timedelta(minutes=20), 30.0), (timedelta(hours=1), 60.0), (LOOK_ON, 600.0))
"""How often, by how long it has needed the user."""


def is_followed(job: FaxJob, now: datetime) -> bool:
    """True for a fax that is to be looked at by now.

    Mostly its fate is the service's to tell; one that the service keeps until its time has none before it.
    Of one that got no id nothing can be asked, but after a while it leaves the queue in the same look.
    """
    match job.state:
        case FaxState.INTERRUPTED:
            return True
        case FaxState.NEEDS_YOU:
            return not job.is_late and abs(now - job.changed_at) < LOOK_ON
        case FaxState.HANDED_OVER:
            return _wait_s(job, now) <= 0
        case _:
            return False


def fax_interval_s(jobs: Iterable[FaxJob], now: datetime) -> float | None:
    """Seconds until the next look at faxes the service has, None when there is none.

    Soon after the youngest was handed over, seldom when all are old, and never more often than the budget
    for all the requests of a look allows; for those kept by the service until their time, at that time.
    """
    jobs = tuple(jobs)
    ages_s: list[float] = []
    waits_s: list[float] = []
    for job in jobs:
        if job.state is FaxState.NEEDS_YOU:
            if is_followed(job, now):
                waits_s.append(asked_pause_s(job, now))
        elif is_followed(job, now):
            ages_s.append(
                max(0.0, (now - max(job.changed_at, job.send_at or job.changed_at)).total_seconds())
            )
        elif job.state is FaxState.HANDED_OVER:
            waits_s.append(_wait_s(job, now))
    if ages_s:
        budget_s = 60.0 * _requests_a_look(jobs, now) / FAX_BUDGET_PER_MINUTE
        waits_s.append(max(_fax_pause_s(min(ages_s)), budget_s))
    return min(waits_s, default=None)


def asked_pause_s(job: FaxJob, now: datetime) -> float:
    """How often the service is asked again about a fax that needs the user's word on it."""
    asked_for = abs(now - job.changed_at)
    return next((pause_s for until, pause_s in _ASKED_PAUSES_S if asked_for < until), math.inf)


def _requests_a_look(jobs: Sequence[FaxJob], now: datetime) -> int:
    """About how many requests one look takes: a few messages are read one by one, more of them as a list."""
    followed = {
        job.message_id: job for job in jobs if is_followed(job, now) and job.state is not FaxState.NEEDS_YOU
    }
    if len(followed) <= FEW_MESSAGES:
        return len(followed)
    listed = {job.message_id for job in jobs if job.message_id and now - job.changed_at < LISTED_FOR}
    older = sum(now - job.changed_at >= LISTED_FOR for job in followed.values())
    return 1 + len(listed) // MESSAGES_A_PAGE + min(older, FEW_MESSAGES)


def _fax_pause_s(youngest_age_s: float) -> float:
    if youngest_age_s < 60:
        return 3.0
    return 10.0 if youngest_age_s < 600 else 30.0


def _wait_s(job: FaxJob, now: datetime) -> float:
    """Seconds until there may be news: of a fax kept by the service when it goes out, 0 when that is over."""
    if job.leaves_queue_at is not None:
        return max(0.0, (job.leaves_queue_at - now).total_seconds())
    if job.send_by is not SendBy.SERVICE or job.send_at is None:
        return 0.0
    return max(0.0, (job.send_at - now).total_seconds())
