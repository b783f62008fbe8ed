"""Rows of the table fax as FaxJob values, and a new FaxJob as a row.

Functions over an open connection: outbox.py and folders.py bring theirs, and the transaction. Reading many
jobs takes two queries, however many they are. Any thread. Read next: fax_steps.py, outbox.py.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from rcdesk.core.errors import StoreError
from rcdesk.core.fax.fax import (
    FaxDraft,
    FaxEvent,
    FaxJob,
    FaxRequest,
    FaxState,
    Recipient,
    Resolution,
    SendBy,
    SpooledFile,
    WaitReason,
)
from rcdesk.store.search_words import indexed_words
from rcdesk.store.timestamps import from_text, to_text

_COLUMNS = """id, owner_id, batch_id, number, name, cover_index, cover_name, note, resolution, state,
    created_at, changed_at, request_id, message_id, source_message_id, detail, error_code, server_pages,
    wait_reason, retry_at, send_at, send_by, keep_trying_until, tries, stumbles, is_seen, maybe_message_id,
    shelf"""
_STATES = {state.value: state for state in FaxState}
_REASONS = {reason.value: reason for reason in WaitReason}
_SEND_BY = {send_by.value: send_by for send_by in SendBy}
_RESOLUTIONS = {resolution.value: resolution for resolution in Resolution}

IN_IDS = "IN (SELECT value FROM json_each(?))"
"""A condition for any number of ids: its one value is id_list()."""


class DamagedRow(sqlite3.DatabaseError):
    """A row that SQLite could read and rcdesk cannot have written: the file was overwritten."""


@contextmanager
def sound_rows() -> Iterator[None]:
    """Inside, a value that cannot be made from what a row holds is a DamagedRow."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as exc:
        raise DamagedRow("a row holds what rcdesk never wrote") from exc


def id_list(ids: Iterable[int | str]) -> str:
    """The value that goes with IN_IDS."""
    return json.dumps(list(ids))


def select_jobs(connection: sqlite3.Connection, where: str, *values: object) -> tuple[FaxJob, ...]:
    """The jobs "WHERE ... ORDER BY ..." finds, in that order. sqlite3 errors leave as they are."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM fax {where}", values).fetchall()
    files: dict[int, list[SpooledFile]] = {row[0]: [] for row in rows}
    if rows:
        sql = f"""SELECT fax_id, digest, name, media_type, size_bytes, pages FROM fax_file
                  WHERE fax_id {IN_IDS} ORDER BY fax_id, position"""
        for fax_id, digest, name, media_type, size_bytes, pages in connection.execute(sql, (id_list(files),)):
            files[fax_id].append(
                SpooledFile(
                    digest=digest, name=name, media_type=media_type, size_bytes=size_bytes, pages=pages
                )
            )
    with sound_rows():
        return tuple([_job(row, tuple(files[row[0]])) for row in rows])


def jobs_with(connection: sqlite3.Connection, ids: Sequence[int]) -> tuple[FaxJob, ...]:
    """The jobs with these ids in their order; ids nobody knows are left out."""
    jobs = {job.id: job for job in select_jobs(connection, f"WHERE id {IN_IDS}", id_list(ids))}
    return tuple(jobs[job_id] for job_id in ids if job_id in jobs)


def insert_job(
    connection: sqlite3.Connection,
    draft: FaxDraft,
    recipient: Recipient,
    files: Sequence[SpooledFile],
    *,
    owner_id: str,
    cover_name: str,
    state: FaxState,
    wait_reason: WaitReason,
    retry_at: datetime | None,
    detail: str,
    now: datetime,
    batch_id: int | None,
) -> int:
    """Write one job with its files and its first event; batch_id None makes it the first of its batch."""
    at = to_text(now)
    words = indexed_words(recipient.number, (recipient.name, draft.note, *(f.name for f in files)))
    values = {
        "owner_id": owner_id,
        "batch_id": batch_id,
        "number": recipient.number,
        "name": recipient.name,
        "cover_index": draft.cover_index,
        "cover_name": cover_name,
        "note": draft.note,
        "resolution": draft.resolution.value,
        "state": state.value,
        "created_at": at,
        "changed_at": at,
        "detail": detail,
        "wait_reason": wait_reason.value,
        "retry_at": text_or_none(retry_at),
        "send_at": text_or_none(draft.send_at),
        "send_by": draft.send_by.value,
        "keep_trying_until": text_or_none(draft.keep_trying_until),
        "source_message_id": draft.original_message_id,
        "pages_key": key_of_pages([f.digest for f in files], draft.note, draft.original_message_id),
        "words": words,
    }
    sql = f"INSERT INTO fax ({', '.join(values)}) VALUES ({', '.join('?' * len(values))}) RETURNING id"
    (row,) = connection.execute(sql, tuple(values.values())).fetchall()
    fax_id = int(row["id"])
    if batch_id is None:
        connection.execute("UPDATE fax SET batch_id = id WHERE id = ?", (fax_id,))
    connection.executemany(
        "INSERT INTO fax_file VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(fax_id, n, f.digest, f.name, f.media_type, f.size_bytes, f.pages) for n, f in enumerate(files)],
    )
    add_events(connection, [fax_id], at, state, detail)
    return fax_id


def remember_recipients(
    connection: sqlite3.Connection, owner_id: str, recipients: Iterable[Recipient], at: str
) -> None:
    """Note who was faxed last, for the suggestions of people.py; a name once known is kept."""
    for one in recipients:
        rows = connection.execute(
            "DELETE FROM person WHERE owner_id = ? AND number = ? AND source = 'recent' RETURNING name",
            (owner_id, one.number),
        ).fetchall()
        name = one.name or (rows[0]["name"] if rows else "")
        connection.execute(
            """INSERT INTO person (owner_id, source, source_id, name, number, used_at, words)
               VALUES (?, 'recent', '', ?, ?, ?, ?)""",
            (owner_id, name, one.number, at, indexed_words(one.number, (name,))),
        )


def add_events(
    connection: sqlite3.Connection, ids: Iterable[int], at: str, state: FaxState, detail: str
) -> None:
    """One line in the history of each of these jobs."""
    connection.executemany(
        "INSERT INTO fax_event (fax_id, at, state, detail) VALUES (?, ?, ?, ?)",
        [(job_id, at, state.value, detail) for job_id in ids],
    )


def request_with(connection: sqlite3.Connection, request_id: int) -> FaxRequest:
    """One request with all jobs it was for. Raises StoreError when there is none."""
    row = connection.execute("SELECT * FROM fax_request WHERE id = ?", (request_id,)).fetchone()
    if row is None:
        raise StoreError("This request is not in the archive any more.")
    jobs = connection.execute(
        "SELECT fax_id FROM fax_request_job WHERE request_id = ? ORDER BY fax_id", (request_id,)
    )
    with sound_rows():
        return FaxRequest(
            id=row["id"],
            owner_id=row["owner_id"],
            job_ids=tuple(job["fax_id"] for job in jobs),
            started_at=from_text(row["started_at"]),
            last_byte_at=moment_or_none(row["last_byte_at"]),
            service_offset_s=row["service_offset_s"],
            message_id=row["message_id"],
            source_message_id=row["source_message_id"],
            is_denied=bool(row["is_denied"]),
            looks=row["looks"],
            mark=row["mark"],
            not_these=tuple(row["not_these"].split()),
            is_over=row["ended_at"] is not None,
        )


def events_of(connection: sqlite3.Connection, job_id: int) -> tuple[FaxEvent, ...]:
    """The history of one job, oldest first."""
    rows = connection.execute(
        "SELECT at, state, detail FROM fax_event WHERE fax_id = ? ORDER BY id", (job_id,)
    ).fetchall()
    with sound_rows():
        return tuple(
            FaxEvent(at=from_text(row["at"]), state=FaxState(row["state"]), detail=row["detail"])
            for row in rows
        )


def key_of_pages(digests: Sequence[str], note: str, source_message_id: str = "") -> str:
    """SHA-256 in hex, equal for the same pages: the files in order, without any the message or the note."""
    if digests:
        text = "".join(digests)
    else:
        text = f"message {source_message_id}" if source_message_id else "|" + note
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def moment_or_none(text: str | None) -> datetime | None:
    """A column that may be empty."""
    return from_text(text) if text else None


def text_or_none(moment: datetime | None) -> str | None:
    """A moment for a column that may be empty."""
    return to_text(moment) if moment else None


def _job(row: sqlite3.Row, files: tuple[SpooledFile, ...]) -> FaxJob:
    """Unpacked by position, in the order of _COLUMNS: looking up names doubles the time of a page."""
    (job_id, owner_id, batch_id, number, name, cover_index, cover_name, note, resolution, state) = row[:10]
    (created_at, changed_at, request_id, message_id, source_message_id, detail, error_code) = row[10:17]
    (server_pages, wait_reason, retry_at, send_at, send_by, keep_trying_until) = row[17:23]
    (tries, stumbles, is_seen, maybe_message_id, shelf) = row[23:]
    return FaxJob(
        id=job_id,
        owner_id=owner_id,
        batch_id=batch_id,
        recipient=Recipient(number=number, name=name),
        files=files,
        cover_index=cover_index,
        cover_name=cover_name,
        note=note,
        resolution=_RESOLUTIONS[resolution],
        state=_STATES[state],
        created_at=from_text(created_at),
        changed_at=from_text(changed_at),
        request_id=request_id,
        message_id=message_id,
        source_message_id=source_message_id,
        detail=detail,
        error_code=error_code,
        server_pages=server_pages,
        bytes_total=sum([f.size_bytes for f in files]),
        wait_reason=_REASONS[wait_reason],
        retry_at=from_text(retry_at) if retry_at else None,
        send_at=from_text(send_at) if send_at else None,
        send_by=_SEND_BY[send_by],
        keep_trying_until=from_text(keep_trying_until) if keep_trying_until else None,
        tries=tries,
        stumbles=stumbles,
        is_seen=is_seen == 1,
        maybe_message_id=maybe_message_id,
        is_archived=shelf == "archived",
    )
