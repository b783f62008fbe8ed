"""The durable list of faxes: every job, every step, on disk before anything leaves.

A job is recorded in one transaction with its files and its first event; afterwards only move() changes its
state, and the database refuses what core.fax.ALLOWED does not hold. After a crash every job that was being
sent is interrupted, never queued again by itself. Any thread; one connection per thread.
Read next: core/fax.py, database.py, services/faxes.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rcdesk.core.errors import StoreError
from rcdesk.core.fax import (
    FaxDraft,
    FaxEvent,
    FaxJob,
    FaxState,
    Recipient,
    Resolution,
    SpooledFile,
    can_move,
)
from rcdesk.store.database import ThreadConnections, transaction
from rcdesk.store.moments import from_text, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How far the last try of a job got: what reconciliation and waiting need to know.

    first_byte_at and last_byte_at were written before those bytes left; retry_at None means at once.
    """

    count: int
    first_byte_at: datetime | None
    last_byte_at: datetime | None
    retry_at: datetime | None


class Outbox:
    """The faxes of everybody who used this archive; callers ask by owner_id."""

    def __init__(self, database_path: Path) -> None:
        self._db = ThreadConnections(database_path)

    def add(
        self, draft: FaxDraft, files: Sequence[SpooledFile], owner_id: str, cover_name: str, now: datetime
    ) -> tuple[FaxJob, ...]:
        """Record one queued job per recipient, all or none. The files must already lie in the spool."""
        ids: list[int] = []
        with transaction(self._db.get()) as connection:
            for recipient in draft.recipients:
                fax_id = _insert(connection, draft, recipient, owner_id, cover_name, to_text(now))
                ids.append(fax_id)
                connection.execute("UPDATE fax SET batch_id = ? WHERE id = ?", (ids[0], fax_id))
                connection.executemany(
                    "INSERT INTO fax_file VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        (fax_id, at, f.digest, f.name, f.media_type, f.size_bytes, f.pages)
                        for at, f in enumerate(files)
                    ],
                )
                _add_event(connection, fax_id, to_text(now), FaxState.QUEUED, "Waiting for its turn")
        return tuple(self.get(fax_id) for fax_id in ids)

    def get(self, job_id: int) -> FaxJob:
        """One job. Raises StoreError when there is none."""
        jobs = self._select("WHERE id = ?", job_id)
        if not jobs:
            raise StoreError("This fax is not in the archive any more.")
        return jobs[0]

    def list(self, owner_id: str, limit: int = 500) -> tuple[FaxJob, ...]:
        """The newest jobs of one owner, newest first."""
        return self._select("WHERE owner_id = ? ORDER BY id DESC LIMIT ?", owner_id, limit)

    def in_states(self, owner_id: str, *states: FaxState) -> tuple[FaxJob, ...]:
        """All jobs of one owner in these states, oldest first."""
        marks = ", ".join("?" * len(states))
        return self._select(
            f"WHERE owner_id = ? AND state IN ({marks}) ORDER BY id", owner_id, *(s.value for s in states)
        )

    def counts(self, owner_id: str) -> dict[FaxState, int]:
        """How many jobs are in each state; states without jobs are absent."""
        rows = self._db.rows(
            "SELECT state, count(*) AS amount FROM fax WHERE owner_id = ? GROUP BY state", owner_id
        )
        return {FaxState(row["state"]): int(row["amount"]) for row in rows}

    def move(
        self,
        job_id: int,
        new: FaxState,
        *,
        detail: str = "",
        now: datetime,
        message_id: str | None = None,
        error_code: str | None = None,
        server_pages: int | None = None,
        retry_at: datetime | None = None,
    ) -> FaxJob:
        """Take one step and write its event. What is None stays as it is, except retry_at, which is replaced.

        Entering SENDING counts a try and forgets the marks of the one before. Raises StoreError for a step
        that is not allowed.
        """
        at = to_text(now)
        with transaction(self._db.get()) as connection:
            row = connection.execute("SELECT state FROM fax WHERE id = ?", (job_id,)).fetchone()
            if row is None:
                raise StoreError("This fax is not in the archive any more.")
            old = FaxState(row["state"])
            if not can_move(old, new):
                raise StoreError(f"A fax that is {old.value} cannot become {new.value}.")
            connection.execute(
                """UPDATE fax SET state = ?, changed_at = ?, detail = ?, retry_at = ?,
                   message_id = coalesce(?, message_id), error_code = coalesce(?, error_code),
                   server_pages = coalesce(?, server_pages) WHERE id = ?""",
                (
                    new.value,
                    at,
                    detail,
                    to_text(retry_at) if retry_at else None,
                    message_id,
                    error_code,
                    server_pages,
                    job_id,
                ),
            )
            if new is FaxState.SENDING:
                connection.execute(
                    """UPDATE fax SET attempts = attempts + 1, first_byte_at = ?, last_byte_at = NULL,
                       message_id = '', error_code = '', server_pages = NULL WHERE id = ?""",
                    (at, job_id),
                )
            _add_event(connection, job_id, at, new, detail)
        return self.get(job_id)

    def mark_last_byte(self, job_id: int, now: datetime) -> None:
        """Write down that the request is about to be complete: from here on its outcome may be unknown."""
        with transaction(self._db.get()) as connection:
            connection.execute("UPDATE fax SET last_byte_at = ? WHERE id = ?", (to_text(now), job_id))

    def set_server_pages(self, job_id: int, server_pages: int) -> FaxJob:
        """Keep the service's own page count, which may become known after the fax was handed over."""
        with transaction(self._db.get()) as connection:
            connection.execute("UPDATE fax SET server_pages = ? WHERE id = ?", (server_pages, job_id))
        return self.get(job_id)

    def attempt(self, job_id: int) -> Attempt:
        """How far the last try got. Raises StoreError when there is no such job."""
        rows = self._db.rows(
            "SELECT attempts, first_byte_at, last_byte_at, retry_at FROM fax WHERE id = ?", job_id
        )
        if not rows:
            raise StoreError("This fax is not in the archive any more.")
        return Attempt(
            count=int(rows[0]["attempts"]),
            first_byte_at=_moment(rows[0]["first_byte_at"]),
            last_byte_at=_moment(rows[0]["last_byte_at"]),
            retry_at=_moment(rows[0]["retry_at"]),
        )

    def next_to_send(self, owner_id: str, now: datetime) -> FaxJob | None:
        """The oldest job that may go now: queued, or waiting with its time come."""
        jobs = self._select(
            """WHERE owner_id = ? AND (state = ? OR (state = ? AND (retry_at IS NULL OR retry_at <= ?)))
               ORDER BY id LIMIT 1""",
            owner_id,
            FaxState.QUEUED.value,
            FaxState.WAITING.value,
            to_text(now),
        )
        return jobs[0] if jobs else None

    def next_retry_at(self, owner_id: str) -> datetime | None:
        """When the first waiting job may go, None when nothing waits."""
        rows = self._db.rows(
            "SELECT min(coalesce(retry_at, changed_at)) AS at FROM fax WHERE owner_id = ? AND state = ?",
            owner_id,
            FaxState.WAITING.value,
        )
        return _moment(rows[0]["at"])

    def message_ids(self, owner_id: str) -> frozenset[str]:
        """Every message of the service that already belongs to a job."""
        rows = self._db.rows("SELECT message_id FROM fax WHERE owner_id = ? AND message_id <> ''", owner_id)
        return frozenset(row["message_id"] for row in rows)

    def digests(self) -> frozenset[str]:
        """Every spooled file some job still names."""
        return frozenset(row["digest"] for row in self._db.rows("SELECT DISTINCT digest FROM fax_file"))

    def events(self, job_id: int) -> tuple[FaxEvent, ...]:
        """The history of one job, oldest first."""
        rows = self._db.rows("SELECT at, state, detail FROM fax_event WHERE fax_id = ? ORDER BY id", job_id)
        return tuple(
            FaxEvent(at=from_text(row["at"]), state=FaxState(row["state"]), detail=row["detail"])
            for row in rows
        )

    def interrupted_after_crash(self, now: datetime) -> tuple[FaxJob, ...]:
        """What the last run left half done, taken to a state that can be shown. Call once, at start.

        Sending becomes interrupted (it may have arrived: never repeated by itself), preparing becomes failed.
        """
        rows = self._db.rows(
            "SELECT id, state FROM fax WHERE state IN (?, ?) ORDER BY id",
            FaxState.SENDING.value,
            FaxState.PREPARING.value,
        )
        changed: list[FaxJob] = []
        for row in rows:
            if FaxState(row["state"]) is FaxState.SENDING:
                new, detail = FaxState.INTERRUPTED, "Interrupted: checking with RingCentral"
            else:
                new, detail = FaxState.FAILED, "rcdesk was closed before the fax was ready. Nothing was sent."
            changed.append(self.move(row["id"], new, detail=detail, now=now))
        return tuple(changed)

    def close(self) -> None:
        """Close every thread's connection: call it when the threads have stopped."""
        self._db.close()

    def _select(self, where: str, *values: object) -> tuple[FaxJob, ...]:
        rows = self._db.rows(f"SELECT * FROM fax {where}", *values)
        if not rows:
            return ()
        files: dict[int, list[SpooledFile]] = {row["id"]: [] for row in rows}
        for row in self._db.rows(
            f"SELECT * FROM fax_file WHERE fax_id IN (SELECT id FROM fax {where}) ORDER BY fax_id, position",
            *values,
        ):
            if row["fax_id"] in files:
                files[row["fax_id"]].append(_file(row))
        return tuple(_job(row, tuple(files[row["id"]])) for row in rows)


def _insert(
    connection: sqlite3.Connection,
    draft: FaxDraft,
    recipient: Recipient,
    owner_id: str,
    cover_name: str,
    at: str,
) -> int:
    cursor = connection.execute(
        """INSERT INTO fax (owner_id, number, name, cover_index, cover_name, note, resolution, state,
           created_at, changed_at, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            owner_id,
            recipient.number,
            recipient.name,
            draft.cover_index,
            cover_name,
            draft.note,
            draft.resolution.value,
            FaxState.QUEUED.value,
            at,
            at,
            "Waiting for its turn",
        ),
    )
    if cursor.lastrowid is None:
        raise StoreError("The archive did not keep the fax.")
    return cursor.lastrowid


def _add_event(connection: sqlite3.Connection, fax_id: int, at: str, state: FaxState, detail: str) -> None:
    connection.execute(
        "INSERT INTO fax_event (fax_id, at, state, detail) VALUES (?, ?, ?, ?)",
        (fax_id, at, state.value, detail),
    )


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _file(row: sqlite3.Row) -> SpooledFile:
    return SpooledFile(
        digest=row["digest"],
        name=row["name"],
        media_type=row["media_type"],
        size_bytes=row["size_bytes"],
        pages=row["pages"],
    )


def _job(row: sqlite3.Row, files: tuple[SpooledFile, ...]) -> FaxJob:
    return FaxJob(
        id=row["id"],
        owner_id=row["owner_id"],
        recipient=Recipient(number=row["number"], name=row["name"]),
        files=files,
        cover_index=row["cover_index"],
        cover_name=row["cover_name"],
        note=row["note"],
        resolution=Resolution(row["resolution"]),
        state=FaxState(row["state"]),
        created_at=from_text(row["created_at"]),
        changed_at=from_text(row["changed_at"]),
        message_id=row["message_id"],
        detail=row["detail"],
        error_code=row["error_code"],
        server_pages=row["server_pages"],
        bytes_total=sum(f.size_bytes for f in files),
        retry_at=_moment(row["retry_at"]),
    )
