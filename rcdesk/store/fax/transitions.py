"""One step of the state machine for any number of jobs, and the requests they share.

Functions inside a transaction of outbox.py: all jobs take the step or none does. What core.fax.ALLOWED does
not hold is refused here with a sentence, and once more by the database. Any thread. Read next:
core/fax/fax.py, next_batch.py (whose turn it is).
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from rcdesk.core.errors import StoreError
from rcdesk.core.fax.fax import YOU_SAID_FAILED, FaxJob, FaxState, SendBy, WaitReason, can_move
from rcdesk.store.fax.rows import add_events, jobs_with
from rcdesk.store.rows import IN_LIST, json_list, text_or_none, to_text

TURN = "Waiting for its turn"
ITS_TIME = "Waiting for its time"
_UNSEEN = (FaxState.FAILED, FaxState.NEEDS_YOU)
_MARK_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
_MARK_LENGTH = 8


class Transition(Struct, frozen=True):
    """What changes with a step: wait_reason and retry_at always, what is None stays as it is.

    is_seen None: a fax that failed or needs the user is not seen, any other is. maybe_message_id: the message
    the user is asked about. note_event=False keeps the step out of the history.
    """

    new: FaxState
    detail: str = ""
    wait_reason: WaitReason = WaitReason.NONE
    retry_at: datetime | None = None
    error_code: str | None = None
    server_pages: int | None = None
    tries: int | None = None
    stumbles: int | None = None
    is_seen: bool | None = None
    maybe_message_id: str = ""
    note_event: bool = True


def take_step(
    connection: sqlite3.Connection, job_ids: Sequence[int], step: Transition, now: datetime
) -> None:
    """Move these jobs. Raises StoreError when one is unknown or may not take the step."""
    ids = list(dict.fromkeys(job_ids))
    states = connection.execute(
        f"SELECT id, state, message_id, error_code FROM fax WHERE id {IN_LIST}", (json_list(ids),)
    ).fetchall()
    if len(states) != len(ids):
        raise StoreError("This fax is not in the archive any more.")
    for row in states:
        if not can_move(FaxState(row["state"]), step.new) or _is_told(row, step.new):
            raise StoreError(f"A fax that is {row['state']} cannot become {step.new.value}.")
    seen = step.new not in _UNSEEN if step.is_seen is None else step.is_seen
    connection.execute(
        f"""UPDATE fax SET state = ?, changed_at = ?, detail = ?, wait_reason = ?, retry_at = ?, is_seen = ?,
            maybe_message_id = ?, error_code = coalesce(?, error_code),
            server_pages = coalesce(?, server_pages), tries = coalesce(?, tries),
            stumbles = coalesce(?, stumbles), shelf = iif(?, shelf, '') WHERE id {IN_LIST}""",
        (
            step.new.value,
            to_text(now),
            step.detail,
            step.wait_reason.value,
            text_or_none(step.retry_at),
            int(seen),
            step.maybe_message_id,
            step.error_code,
            step.server_pages,
            step.tries,
            step.stumbles,
            step.new.is_final,
            json_list(ids),
        ),
    )
    if step.note_event:
        add_events(connection, ids, to_text(now), step.new, step.detail)


def _is_told(row: sqlite3.Row, new: FaxState) -> bool:
    """True when the service has said how it ended: then the user's word does not change it."""
    was_sent = row["state"] == FaxState.SENT.value and bool(row["message_id"])
    has_failed = row["state"] == FaxState.FAILED.value and row["error_code"] != YOU_SAID_FAILED
    return was_sent or (has_failed and new is FaxState.SENT)


def step_into_queue(
    send_at: datetime | None, send_by: SendBy, now: datetime, *, detail: str = TURN
) -> Transition:
    """Where a fax goes when nothing holds it back: waiting when this desk keeps it, else queued."""
    if send_at is not None and send_by is SendBy.DESK and send_at > now:
        return Transition(FaxState.WAITING, ITS_TIME, wait_reason=WaitReason.SCHEDULED, retry_at=send_at)
    return Transition(FaxState.QUEUED, detail)


def start_request(
    connection: sqlite3.Connection,
    jobs: Sequence[FaxJob],
    now: datetime,
    *,
    service_offset_s: float,
    source_message_id: str,
) -> int:
    """Record a request for these jobs and move them to SENDING; what the request before said is forgotten."""
    sql = """INSERT INTO fax_request
                 (owner_id, batch_id, started_at, service_offset_s, source_message_id, mark)
             VALUES (?, ?, ?, ?, ?, ?) RETURNING id"""
    owner_id = jobs[0].owner_id
    mark = mark_of(connection, owner_id, source_message_id) if source_message_id else _new_mark()
    values = (owner_id, jobs[0].batch_id, to_text(now), service_offset_s, source_message_id, mark)
    (row,) = connection.execute(sql, values).fetchall()
    request_id = int(row["id"])
    ids = [job.id for job in jobs]
    take_step(connection, ids, Transition(FaxState.SENDING, "Sending"), now)
    connection.execute(
        f"""UPDATE fax SET request_id = ?, message_id = '', error_code = '', server_pages = NULL
            WHERE id {IN_LIST}""",
        (request_id, json_list(ids)),
    )
    connection.executemany("INSERT INTO fax_request_job VALUES (?, ?)", [(request_id, i) for i in ids])
    return request_id


def _new_mark() -> str:
    """Short enough for a file name, and unlike any other request's of the account."""
    return "rc-" + "".join(secrets.choice(_MARK_LETTERS) for _ in range(_MARK_LENGTH))


def mark_of(connection: sqlite3.Connection, owner_id: str, message_id: str) -> str:
    """What the file names of this message carry, "" when it is not known or they carry nothing."""
    row = connection.execute(
        "SELECT mark FROM fax_request WHERE owner_id = ? AND message_id = ? AND message_id <> '' LIMIT 1",
        (owner_id, message_id),
    ).fetchone()
    return str(row["mark"]) if row is not None else ""


def end_request(
    connection: sqlite3.Connection, request_id: int, message_id: str, now: datetime, detail: str
) -> tuple[FaxJob, ...]:
    """Give a request its message: its jobs become HANDED_OVER, but not those that went another way."""
    rows = connection.execute(
        "SELECT id, state, batch_id, pages_key FROM fax WHERE request_id = ? ORDER BY id", (request_id,)
    ).fetchall()
    ids = [row["id"] for row in rows if can_move(FaxState(row["state"]), FaxState.HANDED_OVER)]
    connection.execute(
        "UPDATE fax_request SET message_id = ?, ended_at = ? WHERE id = ?",
        (message_id, to_text(now), request_id),
    )
    take_step(connection, ids, Transition(FaxState.HANDED_OVER, detail, stumbles=0), now)
    connection.execute(
        f"UPDATE fax SET message_id = ?, tries = tries + 1 WHERE id {IN_LIST}", (message_id, json_list(ids))
    )
    for batch_id, pages_key in {(row["batch_id"], row["pages_key"]) for row in rows}:
        connection.execute(
            """UPDATE fax SET source_message_id = ?
               WHERE batch_id = ? AND pages_key = ? AND source_message_id = ''""",
            (message_id, batch_id, pages_key),
        )
    return jobs_with(connection, ids)
