"""Faxes whose time passed while nobody ran rcdesk: they ask before they go.

Late is what should have gone more than LATE_AFTER ago; what is tried until a time of the user's never is.
Functions inside a transaction of outbox.py. Read next: recovery.py, which asks the same after a crash.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from rcdesk.core.fax.fax import LATE_AFTER, FaxJob, FaxState, WaitReason
from rcdesk.store.fax.rows import jobs_with
from rcdesk.store.fax.transitions import Transition, take_step
from rcdesk.store.rows import from_text, moment_or_none, to_text

NOTED_EVERY = timedelta(minutes=5)
COLUMNS = "fax.retry_at, fax.changed_at, fax.send_at, fax.keep_trying_until"
"""What due() and is_late() look at."""


def due(row: sqlite3.Row) -> datetime:
    """When this fax should have gone."""
    ready = moment_or_none(row["retry_at"]) or from_text(row["changed_at"])
    return max(ready, moment_or_none(row["send_at"]) or ready)


def is_late(row: sqlite3.Row, now: datetime) -> bool:
    return row["keep_trying_until"] is None and now - due(row) > LATE_AFTER


def ask_first(connection: sqlite3.Connection, ids: Sequence[int], sentence: str, now: datetime) -> None:
    """These go when the user says so."""
    step = Transition(FaxState.NEEDS_YOU, sentence, wait_reason=WaitReason.LATE)
    take_step(connection, ids, step, now)


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
        f"""SELECT id, {COLUMNS} FROM fax
            WHERE owner_id = ? AND folder = 'queue' AND state IN ('queued', 'waiting')
            AND wait_reason <> 'paused' ORDER BY id""",
        (owner_id,),
    ).fetchall()
    late: dict[datetime, list[int]] = {}
    for row in rows:
        if is_late(row, now):
            late.setdefault(due(row), []).append(row["id"])
    for moment, ids in late.items():
        ask_first(connection, ids, word(moment), now)
    return jobs_with(connection, sorted(job_id for ids in late.values() for job_id in ids))


def note_at_work(connection: sqlite3.Connection, owner_id: str, now: datetime) -> None:
    """See Outbox.note_at_work."""
    connection.execute("INSERT OR REPLACE INTO queue_at_work VALUES (?, ?)", (owner_id, to_text(now)))
