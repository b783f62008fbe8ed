"""What the message store knows about our faxes: follow those it has, find those whose answer was lost.

The service has no idempotency key, so a fax whose answer was lost is recognised by recipient, creation time
and note among the messages that belong to no other job. Found: it was handed over. Not found within
FIND_WITHIN: only the user can say. Blocking, on the calls lane. Read next: faxes.py,
api/rest/message_store.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rcdesk.api.rest import message_store
from rcdesk.api.rest.message_store import Message
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import Rejected
from rcdesk.core.fax import FaxJob, FaxReport, FaxState, state_for
from rcdesk.services.causes import fax_cause
from rcdesk.services.connection import is_gone
from rcdesk.store.outbox import Outbox

FIND_WITHIN = timedelta(minutes=2)
CLOCKS_DIFFER = timedelta(seconds=60)
"""How far this machine's clock may run ahead of the service's without a fax being missed."""

GONE = "Failed: RingCentral no longer knows this fax. Ask them whether it arrived."

_MOST_PAGES = 10
_PER_PAGE = 100
_SINGLE_LOOKS = 3


def reconcile(
    session: ApiSession, outbox: Outbox, jobs: Sequence[FaxJob], clock: Clock, token: CancelToken
) -> tuple[FaxJob, ...]:
    """Look for interrupted jobs, oldest first: handed over when found, needs you when not found in time."""
    if not jobs:
        return ()
    starts = {job.id: outbox.attempt(job.id).first_byte_at or job.changed_at for job in jobs}
    messages = _since(session, min(starts.values()) - CLOCKS_DIFFER, token)
    taken = set(outbox.message_ids(jobs[0].owner_id))
    changed: list[FaxJob] = []
    for job in jobs:
        found = _match(job, starts[job.id] - CLOCKS_DIFFER, messages, taken)
        now = clock.now()
        if found is not None:
            taken.add(found.id)
            changed.append(
                outbox.move(
                    job.id,
                    FaxState.HANDED_OVER,
                    detail="Handed to RingCentral",
                    now=now,
                    message_id=found.id,
                )
            )
        elif now - job.changed_at >= FIND_WITHIN:
            changed.append(
                outbox.move(job.id, FaxState.NEEDS_YOU, detail="Needs you: it may have been sent", now=now)
            )
    return tuple(changed)


def follow(
    session: ApiSession, outbox: Outbox, jobs: Sequence[FaxJob], clock: Clock, token: CancelToken
) -> tuple[FaxJob, ...]:
    """Ask how handed-over jobs fare: one request each for a few, one list for many."""
    listed: dict[str, Message] = {}
    if len(jobs) > _SINGLE_LOOKS:
        since = min(job.created_at for job in jobs) - CLOCKS_DIFFER
        listed = {message.id: message for message in _since(session, since, token)}
    changed: list[FaxJob] = []
    looks = 0
    for job in jobs:
        message = listed.get(job.message_id)
        if message is None:
            if looks >= _SINGLE_LOOKS:
                continue
            looks += 1
            try:
                message = message_store.get(session, job.message_id, token)
            except Rejected as exc:
                if not is_gone(exc):
                    raise
                changed.append(outbox.move(job.id, FaxState.FAILED, detail=GONE, now=clock.now()))
                continue
        after = _learn(outbox, job, message, clock.now())
        if after is not job:
            changed.append(after)
    return tuple(changed)


def _since(session: ApiSession, date_from: datetime, token: CancelToken) -> tuple[Message, ...]:
    messages: list[Message] = []
    for page in range(1, _MOST_PAGES + 1):
        found = message_store.list_messages(
            session, token=token, date_from=date_from, page=page, per_page=_PER_PAGE
        )
        messages += found
        if len(found) < _PER_PAGE:
            break
    return tuple(messages)


def _match(job: FaxJob, not_before: datetime, messages: Sequence[Message], taken: set[str]) -> Message | None:
    """The earliest free message that can be this job."""
    fitting = [
        (message.created_at, message)
        for message in messages
        if message.id not in taken
        and message.created_at is not None
        and message.created_at >= not_before
        and any(_digits(to.number) == _digits(job.recipient.number) for to in message.to)
        and message.note.strip() in ("", job.note.strip())
    ]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _learn(outbox: Outbox, job: FaxJob, message: Message, now: datetime) -> FaxJob:
    """Take the step the message's status means; the same job when it means nothing new."""
    ours = next((t for t in message.to if _digits(t.number) == _digits(job.recipient.number)), None)
    report = FaxReport(
        message_id=message.id,
        status=(ours.status if ours is not None else "") or message.status,
        error_code=ours.error_code if ours is not None else "",
        page_count=message.page_count,
    )
    new = state_for(report)
    if new is None:
        if report.page_count is not None and report.page_count != job.server_pages:
            return outbox.set_server_pages(job.id, report.page_count)
        return job
    detail = (
        "Accepted by their machine" if new is FaxState.SENT else f"Failed: {fax_cause(report.error_code)}"
    )
    return outbox.move(
        job.id,
        new,
        detail=detail,
        now=now,
        error_code=report.error_code or None,
        server_pages=report.page_count,
    )


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())
