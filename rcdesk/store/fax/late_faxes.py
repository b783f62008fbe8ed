"""Faxes whose time came while nobody was at work: never sent days late without a word.

Whoever sends notes now and then that the queue is being worked on. When the last note is old, the machine was
off or asleep, or nobody was signed in; what should have gone meanwhile, and long ago, then needs the user's
word. A queue that is merely long makes nothing late. Functions inside a transaction of outbox.py; any thread.
Read next: next_batch.py, services/fax/dispatch.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from rcdesk.core.fax.fax import LATE_AFTER, FaxJob, FaxState, WaitReason
from rcdesk.store.fax.rows import jobs_with, moment_or_none
from rcdesk.store.fax.transitions import Transition, take_step
from rcdesk.store.timestamps import from_text, to_text

NOTED_EVERY = timedelta(minutes=5)


def put_off_late(
    connection: sqlite3.Connection, owner_id: str, now: datetime, word: Callable[[datetime], str]
) -> tuple[FaxJob, ...]:
    """See Outbox.put_off_late."""
    row = connection.execute("SELECT seen_at FROM queue_at_work WHERE owner_id = ?", (owner_id,)).fetchone()
    away = now - from_text(row["seen_at"]) if row is not None else None
    if away is None or not timedelta(0) <= away < NOTED_EVERY:
        note_at_work(connection, owner_id, now)
    if away is not None and away <= LATE_AFTER:
        return ()
    rows = connection.execute(
        """SELECT id, retry_at, changed_at, send_at FROM fax
           WHERE owner_id = ? AND folder = 'queue' AND state IN ('queued', 'waiting')
           AND wait_reason <> 'paused' AND keep_trying_until IS NULL ORDER BY id""",
        (owner_id,),
    ).fetchall()
    late: dict[datetime, list[int]] = {}
    for row in rows:
        due = moment_or_none(row["retry_at"]) or from_text(row["changed_at"])
        due = max(due, moment_or_none(row["send_at"]) or due)
        if now - due > LATE_AFTER:
            late.setdefault(due, []).append(row["id"])
    for due, ids in late.items():
        step = Transition(new=FaxState.NEEDS_YOU, detail=word(due), wait_reason=WaitReason.LATE)
        take_step(connection, ids, step, now)
    return jobs_with(connection, sorted(job_id for ids in late.values() for job_id in ids))


def note_at_work(connection: sqlite3.Connection, owner_id: str, now: datetime) -> None:
    """See Outbox.note_at_work."""
    connection.execute("INSERT OR REPLACE INTO queue_at_work VALUES (?, ?)", (owner_id, to_text(now)))
