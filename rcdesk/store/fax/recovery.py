"""What the last run left half done, taken to states to go on from.

Crash, kill and shutdown take this one road at the next start. A request whose last byte may have left is
interrupted (it may have arrived: never repeated blindly), any other is queued again; held faxes stay held,
but not for long. What is late by now asks first (late.py). A function inside a transaction of outbox.py.
Read next: transitions.py.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.store.fax.late import COLUMNS, ask_first, is_late
from rcdesk.store.fax.rows import jobs_with
from rcdesk.store.fax.transitions import Transition, take_step
from rcdesk.store.rows import IN_LIST, json_list, to_text

UNDO_AFTER_CRASH = timedelta(seconds=60)
"""A fax that was held when rcdesk ended can be taken back at most this long after the next start."""

_QUEUED = Transition(FaxState.QUEUED, "Stopped before it had left; it goes out again")
_INTERRUPTED = Transition(FaxState.INTERRUPTED, "Interrupted: checking with RingCentral")
_LATE = "Needs you: rcdesk was closed before it went out. Nothing was sent. Send it now?"
_FAILED = Transition(FaxState.FAILED, "rcdesk was closed before the fax was ready. Nothing was sent.")


def recover(connection: sqlite3.Connection, now: datetime) -> tuple[FaxJob, ...]:
    """Do it for all owners; returns the jobs that were half done, as they are now."""
    rows = connection.execute(
        f"""SELECT fax.id, fax.state, {COLUMNS}, fax_request.last_byte_at FROM fax
           LEFT JOIN fax_request ON fax_request.id = fax.request_id
           WHERE fax.state IN ('preparing', 'held', 'sending') ORDER BY fax.id"""
    ).fetchall()
    held: list[int] = []
    late: list[int] = []
    steps: dict[Transition, list[int]] = {_QUEUED: [], _INTERRUPTED: [], _FAILED: []}
    for row in rows:
        state = FaxState(row["state"])
        if state is FaxState.PREPARING:
            steps[_FAILED].append(row["id"])
        elif row["last_byte_at"] and state is FaxState.SENDING:
            steps[_INTERRUPTED].append(row["id"])
        else:
            (held if state is FaxState.HELD else steps[_QUEUED]).append(row["id"])
            if is_late(row, now):
                late.append(row["id"])
    for step, ids in steps.items():
        take_step(connection, ids, step, now)
    ask_first(connection, late, _LATE, now)
    at = to_text(now + UNDO_AFTER_CRASH)
    connection.execute(
        f"UPDATE fax SET retry_at = min(coalesce(retry_at, ?), ?) WHERE id {IN_LIST}",
        (at, at, json_list(held)),
    )
    return jobs_with(connection, [row["id"] for row in rows])
