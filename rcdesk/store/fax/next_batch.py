"""Whose turn it is: the jobs the next request is for.

The oldest job that may go is taken, with the others of its batch that may share its request: the service
reports every recipient by itself, so one request serves them all. Two faxes to one number are never on their
way together. A clock that was set back freezes nothing: a job whose last change lies in the future has lost
its measure and may go, unless the user chose its time. Functions inside a transaction of outbox.py; any
thread. Read next: fax_steps.py, services/fax/dispatch.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rcdesk.core.fax.fax import FaxJob, FaxState, SendBy, WaitReason
from rcdesk.store.fax.rows import jobs_with
from rcdesk.store.fax.transitions import Transition, take_step
from rcdesk.store.rows import from_text, moment_or_none

LINE_IS_BUSY_FOR = timedelta(minutes=60)
"""How long a fax that was handed over is taken to be on its way to its number."""

UNTOLD_LINE_IS_BUSY_FOR = timedelta(minutes=5)
"""The same where nobody tells when it has gone through: for a few pages."""

TOGETHER_WITHIN = timedelta(seconds=60)
"""A job of the batch that falls due this soon goes with the others instead of in a request of its own."""

CLOCK_JITTER = timedelta(seconds=1)

_JOINS_EARLY = frozenset(
    {WaitReason.RETRY, WaitReason.NO_CONNECTION, WaitReason.TROUBLE, WaitReason.RATE_LIMIT}
)
_SAME_NUMBER = "Another fax to this number is going out"


def next_jobs(connection: sqlite3.Connection, owner_id: str, now: datetime, most: int) -> tuple[FaxJob, ...]:
    """The jobs of the next request, () when nothing is due; those whose number is busy are set waiting."""
    rows = connection.execute(
        """SELECT id, number, batch_id, state, wait_reason, retry_at, changed_at, send_at, send_by,
                  source_message_id
           FROM fax WHERE owner_id = ? AND folder = 'queue' AND state IN ('queued', 'waiting')
           ORDER BY id""",
        (owner_id,),
    ).fetchall()
    if not rows:
        return ()
    busy = _busy_numbers(connection, owner_id, now)
    due = [row for row in rows if _is_due(row, now)]
    first = next((row for row in due if row["number"] not in busy), None)
    _set_waiting((row for row in due if row["number"] in busy), connection, now)
    if first is None:
        return ()
    chosen, numbers = [int(first["id"])], busy | {first["number"]}
    for row in rows:
        if len(chosen) >= most:
            break
        if row["number"] in numbers or _company(row) != _company(first):
            continue
        if _is_due(row, now) or _is_nearly_due(row, now):
            chosen.append(row["id"])
            numbers.add(row["number"])
    return jobs_with(connection, sorted(chosen))


def changed_since(connection: sqlite3.Connection, jobs: Sequence[FaxJob]) -> tuple[FaxJob, ...]:
    """Those of these jobs that were moved or given another time since they were read, as they are now."""
    before = {job.id: _turn(job) for job in jobs}
    return tuple(job for job in jobs_with(connection, list(before)) if _turn(job) != before[job.id])


def _turn(job: FaxJob) -> tuple[object, ...]:
    return job.state, job.changed_at, job.send_at, job.send_by


def _is_due(row: sqlite3.Row, now: datetime) -> bool:
    if row["state"] == FaxState.QUEUED.value:
        return True
    reason = WaitReason(row["wait_reason"])
    if reason is WaitReason.PAUSED:
        return False
    if reason is WaitReason.SAME_NUMBER or row["retry_at"] is None:
        return True
    was_set_back = from_text(row["changed_at"]) > now + CLOCK_JITTER
    return from_text(row["retry_at"]) <= now or (was_set_back and reason is not WaitReason.SCHEDULED)


def _is_nearly_due(row: sqlite3.Row, now: datetime) -> bool:
    at = moment_or_none(row["retry_at"])
    return WaitReason(row["wait_reason"]) in _JOINS_EARLY and at is not None and at <= now + TOGETHER_WITHIN


def _company(row: sqlite3.Row) -> tuple[object, ...]:
    """Jobs may share a request when this is equal: same pages, same time to send, same way to send them."""
    return row["batch_id"], row["send_at"], row["send_by"], row["source_message_id"]


def _busy_numbers(connection: sqlite3.Connection, owner_id: str, now: datetime) -> set[str]:
    rows = connection.execute(
        """SELECT number, state, changed_at, send_at, send_by, message_id FROM fax
           WHERE owner_id = ? AND folder = 'queue' AND state IN ('sending', 'interrupted', 'handed over')""",
        (owner_id,),
    )
    return {row["number"] for row in rows if _is_on_its_way(row, now)}


def _is_on_its_way(row: sqlite3.Row, now: datetime) -> bool:
    if row["state"] != FaxState.HANDED_OVER.value:
        return True
    since = from_text(row["changed_at"])
    send_at = moment_or_none(row["send_at"])
    if send_at is not None and row["send_by"] == SendBy.SERVICE.value:
        if send_at > now:
            return False
        since = max(since, send_at)
    return abs(now - since) < (LINE_IS_BUSY_FOR if row["message_id"] else UNTOLD_LINE_IS_BUSY_FOR)


def _set_waiting(rows: Iterable[sqlite3.Row], connection: sqlite3.Connection, now: datetime) -> None:
    waiting = WaitReason.SAME_NUMBER
    ids = [row["id"] for row in rows if WaitReason(row["wait_reason"]) is not waiting]
    if ids:
        step = Transition(FaxState.WAITING, _SAME_NUMBER, wait_reason=waiting)
        take_step(connection, ids, step, now)
