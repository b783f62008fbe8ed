"""Rows of the tables fax and received_fax as values, and a new FaxJob as a row.

Functions over an open connection: outbox.py and folders.py bring theirs, and the transaction. Reading many
jobs takes two queries, however many they are. Any thread. Read next: fax_steps.py, outbox.py.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from rcdesk.core.errors import StoreError
from rcdesk.core.fax.fax import (
    FaxDraft,
    FaxEvent,
    FaxJob,
    FaxOptions,
    FaxRequest,
    FaxState,
    Recipient,
    SpooledFile,
)
from rcdesk.core.fax.folder import ReceivedFax, Shelf
from rcdesk.store.rows import IN_LIST, columns_of, insert, json_list, value_of, values_of
from rcdesk.store.search_words import indexed_words

_NOT_COLUMNS = {"recipient", "files", "bytes_sent", "bytes_total", "is_archived"}
_OF_DRAFT = (*FaxOptions.__struct_fields__, "send_at", "send_by", "keep_trying_until")
_COLUMNS = ("number", "name", "shelf", *(f for f in FaxJob.__struct_fields__ if f not in _NOT_COLUMNS))


def select_jobs(connection: sqlite3.Connection, where: str, *values: object) -> tuple[FaxJob, ...]:
    """The jobs "WHERE ... ORDER BY ..." finds, in that order. sqlite3 errors leave as they are."""
    rows = [
        dict(zip(_COLUMNS, row, strict=True))
        for row in connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM fax {where}", values)
    ]
    files: dict[int, list[SpooledFile]] = {row["id"]: [] for row in rows}
    if rows:
        sql = f"""SELECT fax_id, digest, name, media_type, size_bytes, pages FROM fax_file
                  WHERE fax_id {IN_LIST} ORDER BY fax_id, position"""
        found = [dict(row) for row in connection.execute(sql, (json_list(files),))]
        for row, file in zip(found, values_of(SpooledFile, found), strict=True):
            files[row["fax_id"]].append(file)
    for row in rows:
        own = tuple(files[row["id"]])
        row["files"], row["bytes_total"] = own, sum([f.size_bytes for f in own])
        row["recipient"] = {"number": row["number"], "name": row["name"]}
        row["is_archived"] = row["shelf"] == Shelf.ARCHIVED.value
    return tuple(values_of(FaxJob, rows))


def jobs_with(connection: sqlite3.Connection, ids: Sequence[int]) -> tuple[FaxJob, ...]:
    """The jobs with these ids in their order; ids nobody knows are left out."""
    jobs = {job.id: job for job in select_jobs(connection, f"WHERE id {IN_LIST}", json_list(ids))}
    return tuple(jobs[job_id] for job_id in ids if job_id in jobs)


def insert_job(
    connection: sqlite3.Connection,
    draft: FaxDraft,
    recipient: Recipient,
    files: Sequence[SpooledFile],
    values: Mapping[str, object],
) -> int:
    """Write one job with its files and its first event.

    values: the columns that neither draft nor recipient say; without a batch_id it is the first of its batch.
    """
    names = (recipient.name, draft.note, *(f.name for f in files))
    columns = {
        **columns_of(recipient),
        **columns_of(draft, *_OF_DRAFT),
        "source_message_id": draft.original_message_id,
        "pages_key": key_of_pages([f.digest for f in files], draft.note, draft.original_message_id),
        "words": indexed_words(recipient.number, names),
        **values,
    }
    (row,) = insert(connection, "fax", columns, tail="RETURNING id, created_at, state, detail")
    fax_id = int(row["id"])
    connection.execute("UPDATE fax SET batch_id = id WHERE id = ? AND batch_id IS NULL", (fax_id,))
    for n, file in enumerate(files):
        insert(connection, "fax_file", {"fax_id": fax_id, "position": n, **columns_of(file)})
    add_events(connection, [fax_id], row["created_at"], FaxState(row["state"]), row["detail"])
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
    return value_of(
        FaxRequest,
        row,
        job_ids=tuple(job["fax_id"] for job in jobs),
        not_these=tuple(row["not_these"].split()),
        is_over=row["ended_at"] is not None,
    )


def events_of(connection: sqlite3.Connection, job_id: int) -> tuple[FaxEvent, ...]:
    sql = "SELECT at, state, detail FROM fax_event WHERE fax_id = ? ORDER BY id"
    return tuple(value_of(FaxEvent, row) for row in connection.execute(sql, (job_id,)))


def unneeded(connection: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> frozenset[str]:
    """Those of the digests in these rows that neither a fax nor a draft names any more."""
    found = connection.execute(
        """SELECT value FROM json_each(?) WHERE value NOT IN (SELECT digest FROM fax_file)
           AND value NOT IN (SELECT digest FROM draft_file)""",
        (json_list(row["digest"] for row in rows),),
    )
    return frozenset(row["value"] for row in found)


def key_of_pages(digests: Sequence[str], note: str, source_message_id: str = "") -> str:
    """SHA-256 in hex, equal for the same pages: the files in order, without any the message or the note."""
    if digests:
        text = "".join(digests)
    else:
        text = f"message {source_message_id}" if source_message_id else "|" + note
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def received_fax(row: sqlite3.Row) -> ReceivedFax:
    """A whole row of received_fax as a value. Raises DamagedRow."""
    return value_of(ReceivedFax, row, is_archived=row["shelf"] == Shelf.ARCHIVED.value)
