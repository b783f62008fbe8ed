"""The durable list of faxes: every job, every step, on disk before anything leaves.

A job is recorded in one transaction with its files and its first event; afterwards only move(), begin() and
hand_over() change its state, and the database refuses what core.fax.ALLOWED does not hold. Whatever is done
to many jobs is one transaction. After a crash a request whose last byte may have left is interrupted, never
queued again by itself. Any thread; one connection per thread.
Read next: core/fax/fax.py, fax_steps.py, next_batch.py, services/fax/dispatch.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence, Set
from datetime import datetime, timedelta

from rcdesk.core.errors import StoreError
from rcdesk.core.fax.fax import (
    FaxDraft,
    FaxEvent,
    FaxJob,
    FaxRequest,
    FaxState,
    SendBy,
    SpooledFile,
    WaitReason,
)
from rcdesk.core.fax.folder import FolderCounts
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.store.database import Store, transaction
from rcdesk.store.fax import facts as fax_facts
from rcdesk.store.fax.late import note_at_work, put_off_late
from rcdesk.store.fax.next_batch import changed_since, next_jobs
from rcdesk.store.fax.recovery import recover
from rcdesk.store.fax.rows import (
    add_events,
    events_of,
    insert_job,
    jobs_with,
    key_of_pages,
    remember_recipients,
    request_with,
    select_jobs,
)
from rcdesk.store.fax.transitions import (
    Transition,
    end_request,
    start_request,
    step_into_queue,
    take_step,
)
from rcdesk.store.rows import IN_LIST, from_text, json_list, moment_or_none, text_or_none, to_text

_HELD = "You can still take it back"
_NOT_GONE = (FaxState.HELD, FaxState.QUEUED, FaxState.WAITING)
_TAKEN_BACK = (FaxState.CANCELLED,)

_LIVE = "SELECT id FROM fax WHERE owner_id = ? AND folder = 'queue' AND state"
_NEXT_TO_MOVE = " UNION ".join(
    f"SELECT * FROM ({_LIVE} {kind} LIMIT ?)"
    for kind in (
        "IN ('preparing', 'held', 'sending') ORDER BY id",
        "IN ('queued', 'waiting') ORDER BY id",
        "= 'waiting' ORDER BY retry_at, id",
        "= 'handed over' ORDER BY id DESC",
        "= 'handed over' ORDER BY send_at, id",
        "= 'interrupted' ORDER BY id DESC",
        "= 'needs you' ORDER BY id DESC",
    )
)
_KINDS = _NEXT_TO_MOVE.count("LIMIT")


def pages_key(files: Sequence[SpooledFile], note: str, source_message_id: str = "") -> str:
    """The same text for the same pages: the files in order; without files the message, else the note."""
    return key_of_pages([f.digest for f in files], note, source_message_id)


class Outbox(Store):
    """The faxes of everybody who used this archive; callers ask by owner_id.

    Every method raises StoreError for a job that is not there or a step that is not allowed; then nothing has
    changed.
    """

    def add(
        self, draft: FaxDraft, files: Sequence[SpooledFile], owner_id: str, cover_name: str, now: datetime
    ) -> tuple[FaxJob, ...]:
        """Record one job per recipient, all or none. The files must already lie in the spool.

        They start held when there is time for undo, waiting when this desk keeps them until their time,
        else queued.
        """
        if draft.undo_s > 0:
            step = Transition(FaxState.HELD, _HELD, retry_at=now + timedelta(seconds=draft.undo_s))
        else:
            step = step_into_queue(draft.send_at, draft.send_by, now)
        values: dict[str, object] = {
            "owner_id": owner_id,
            "cover_name": cover_name,
            "state": step.new.value,
            "wait_reason": step.wait_reason.value,
            "retry_at": text_or_none(step.retry_at),
            "detail": step.detail,
            **dict.fromkeys(("created_at", "changed_at"), to_text(now)),
        }
        ids: list[int] = []
        with transaction(self._db.get()) as connection:
            for recipient in draft.recipients:
                ids.append(insert_job(connection, draft, recipient, files, values))
                values["batch_id"] = ids[0]
            remember_recipients(connection, owner_id, draft.recipients, to_text(now))
            return jobs_with(connection, ids)

    def get(self, job_id: int) -> FaxJob:
        jobs = self.many([job_id])
        if not jobs:
            raise StoreError("This fax is not in the archive any more.")
        return jobs[0]

    def many(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """These jobs in this order; ids nobody knows are left out."""
        with self._db.reading() as connection:
            return jobs_with(connection, job_ids)

    def live(self, owner_id: str) -> tuple[FaxJob, ...]:
        """All jobs of one owner that are not over, oldest first."""
        with self._db.reading() as connection:
            return select_jobs(connection, "WHERE owner_id = ? AND folder = 'queue' ORDER BY id", owner_id)

    def live_part(self, owner_id: str, most: int) -> tuple[FaxJob, ...]:
        """Those of them that may move next, oldest first: about most of each kind, however many there are."""
        with self._db.reading() as connection:
            return select_jobs(
                connection,
                f"WHERE id IN ({_NEXT_TO_MOVE}) ORDER BY id",
                *(value for _ in range(_KINDS) for value in (owner_id, most)),
            )

    def in_states(self, owner_id: str, *states: FaxState) -> tuple[FaxJob, ...]:
        """All jobs of one owner in these states, oldest first."""
        marks = ", ".join("?" * len(states))
        where = f"WHERE owner_id = ? AND state IN ({marks}) ORDER BY id"
        if not any(state.is_final for state in states):
            where = where.replace("AND", "AND folder = 'queue' AND", 1)
        with self._db.reading() as connection:
            return select_jobs(connection, where, owner_id, *(s.value for s in states))

    def counts(self, owner_id: str) -> FolderCounts:
        with self._db.reading() as connection:
            return fax_facts.counts(connection, owner_id)

    def move(self, job_ids: Sequence[int], step: Transition, now: datetime) -> tuple[FaxJob, ...]:
        """Take this step with all of them or with none; SENDING is entered by begin() alone."""
        if step.new is FaxState.SENDING:
            raise StoreError("A fax is sent with a request only.")
        with transaction(self._db.get()) as connection:
            take_step(connection, job_ids, step, now)
            return jobs_with(connection, list(dict.fromkeys(job_ids)))

    def move_those_in(
        self,
        states: Set[FaxState],
        job_ids: Sequence[int],
        step: Transition,
        now: datetime,
        *,
        reason: WaitReason | None = None,
    ) -> tuple[FaxJob, ...]:
        """Move those that are in one of these states (and wait for this reason) at this very moment.

        Another lane may have moved one since it was last read: that one is left alone.
        """
        with transaction(self._db.get()) as connection:
            ids = [
                job.id
                for job in jobs_with(connection, list(dict.fromkeys(job_ids)))
                if job.state in states and reason in (None, job.wait_reason)
            ]
            take_step(connection, ids, step, now)
            return jobs_with(connection, ids)

    def hold_again(self, as_before: Sequence[FaxJob], now: datetime) -> tuple[FaxJob, ...]:
        """Those that are cancelled stand as they did before, without being free to go in between."""
        with transaction(self._db.get()) as connection:
            now_there = {job.id: job.state for job in jobs_with(connection, [job.id for job in as_before])}
            back = [job for job in as_before if now_there.get(job.id) is FaxState.CANCELLED]
            ids = [job.id for job in back]
            take_step(connection, ids, Transition(FaxState.QUEUED, note_event=False), now)
            for job in back:
                step = Transition(job.state, job.detail, wait_reason=job.wait_reason)
                take_step(connection, [job.id], step, now)
            return jobs_with(connection, ids)

    def release(self, job_ids: Sequence[int], now: datetime) -> tuple[FaxJob, ...]:
        """End the undo time of those that are held; returns the ones that moved."""
        with transaction(self._db.get()) as connection:
            held = [j for j in jobs_with(connection, job_ids) if j.state is FaxState.HELD]
            for job in held:
                step = step_into_queue(job.send_at, job.send_by, now, detail="Next to go out")
                take_step(connection, [job.id], step, now)
            return jobs_with(connection, [job.id for job in held])

    def next_request_jobs(self, owner_id: str, now: datetime, *, most: int = 50) -> tuple[FaxJob, ...]:
        """The jobs of the next request: () when the queue is paused or nothing is due (see next_batch.py)."""
        with transaction(self._db.get()) as connection:
            paused = _is_paused(connection, owner_id)
            return () if paused else next_jobs(connection, owner_id, now, most)

    def next_due_at(self, owner_id: str) -> datetime | None:
        """When the first waiting job may go; None when none waits for a time."""
        (row,) = self._db.rows(
            """SELECT min(coalesce(retry_at, changed_at)) AS at FROM fax
               WHERE owner_id = ? AND folder = 'queue' AND state = 'waiting'
               AND wait_reason NOT IN ('paused', 'same number')""",
            owner_id,
        )
        return moment_or_none(row["at"])

    def begin(
        self,
        jobs: Sequence[FaxJob],
        now: datetime,
        *,
        service_offset_s: float,
        source_message_id: str = "",
    ) -> FaxRequest:
        """Record one request for these jobs, before its first byte leaves; they are SENDING.

        Raises StoreError when one was changed since it was read, or the queue was paused.
        """
        with transaction(self._db.get()) as connection:
            if _is_paused(connection, jobs[0].owner_id) or changed_since(connection, jobs):
                raise StoreError("This fax was held or changed meanwhile. Nothing was sent.")
            request_id = start_request(
                connection,
                jobs,
                now,
                service_offset_s=service_offset_s,
                source_message_id=source_message_id,
            )
            return request_with(connection, request_id)

    def changed_since(self, jobs: Sequence[FaxJob]) -> tuple[FaxJob, ...]:
        """Those of these jobs that were moved or given another time since they were read, as they are now."""
        with self._db.reading() as connection:
            return changed_since(connection, jobs)

    def mark_last_byte(self, request_id: int, now: datetime) -> None:
        """Write down that the request is about to be complete: from here on its outcome may be unknown."""
        self._db.change("UPDATE fax_request SET last_byte_at = ? WHERE id = ?", to_text(now), request_id)

    def hand_over(self, request_id: int, message_id: str, now: datetime, detail: str) -> tuple[FaxJob, ...]:
        """The service has this request as message_id: its jobs are HANDED_OVER, with one try more.

        All jobs of the batch with the same pages may be sent from that message later.
        """
        with transaction(self._db.get()) as connection:
            return end_request(connection, request_id, message_id, now, detail)

    def request(self, request_id: int) -> FaxRequest:
        with self._db.reading() as connection:
            return request_with(connection, request_id)

    def unresolved(self, owner_id: str) -> tuple[FaxRequest, ...]:
        """The requests of which a job is interrupted, or needs the user's word on it, oldest first."""
        with self._db.reading() as connection:
            rows = connection.execute(
                """SELECT DISTINCT request_id FROM fax WHERE owner_id = ? AND folder = 'queue'
                   AND state IN ('interrupted', 'needs you') AND wait_reason <> 'late'
                   AND request_id IS NOT NULL ORDER BY request_id""",
                (owner_id,),
            ).fetchall()
            return tuple(request_with(connection, row["request_id"]) for row in rows)

    def open_requests(self, job_ids: Sequence[int]) -> tuple[FaxRequest, ...]:
        """The requests of these jobs that may have become a message nobody has seen yet, oldest first."""
        sql = f"""SELECT DISTINCT id FROM fax_request
                  JOIN fax_request_job ON request_id = id AND fax_id {IN_LIST}
                  WHERE last_byte_at IS NOT NULL AND message_id = '' AND ended_at IS NULL ORDER BY id"""
        with self._db.reading() as connection:
            rows = connection.execute(sql, (json_list(job_ids),)).fetchall()
            return tuple(request_with(connection, row["id"]) for row in rows)

    def request_of_message(self, owner_id: str, message_id: str) -> FaxRequest | None:
        """The request that became this message, None when none here did."""
        sql = "SELECT id FROM fax_request WHERE owner_id = ? AND message_id = ? AND message_id <> '' LIMIT 1"
        with self._db.reading() as connection:
            row = connection.execute(sql, (owner_id, message_id)).fetchone()
            return None if row is None else request_with(connection, row["id"])

    def received_facts(self, owner_id: str, message_id: str) -> tuple[str, datetime, int | None] | None:
        """Of a received fax: who sent it, when, and how many pages; None when it is not known here."""
        sql = "SELECT number, created_at, pages FROM received_fax WHERE owner_id = ? AND message_id = ?"
        rows = self._db.rows(sql, owner_id, message_id)
        return (rows[0]["number"], from_text(rows[0]["created_at"]), rows[0]["pages"]) if rows else None

    def put_off_late(
        self, owner_id: str, now: datetime, word: Callable[[datetime], str]
    ) -> tuple[FaxJob, ...]:
        """Note that the queue is being worked on. When it was not for long, the late ones need the user.

        Late is what should have gone more than LATE_AFTER ago; word(when) is the sentence for it. What is
        tried until a time of the user's is none of them.
        """
        with transaction(self._db.get()) as connection:
            return put_off_late(connection, owner_id, now, word)

    def note_at_work(self, owner_id: str, now: datetime) -> None:
        """The queue is being worked on, or stands still because the user wants it to."""
        with transaction(self._db.get()) as connection:
            note_at_work(connection, owner_id, now)

    def end_request(self, request_id: int, now: datetime) -> None:
        """It is known that the service did not take this request: nothing is looked for."""
        self._db.change(
            "UPDATE fax_request SET ended_at = ? WHERE id = ? AND ended_at IS NULL", to_text(now), request_id
        )

    def rule_out(self, request_id: int, message_ids: Sequence[str]) -> None:
        """The user has said that these messages are not this request's."""
        sql = "UPDATE fax_request SET not_these = trim(not_these || ' ' || ?) WHERE id = ?"
        self._db.change(sql, " ".join(message_ids), request_id)

    def count_look(self, request_id: int) -> FaxRequest:
        """The message store was asked and did not have it."""
        self._db.change("UPDATE fax_request SET looks = looks + 1 WHERE id = ?", request_id)
        return self.request(request_id)

    def deny(self, request_id: int) -> None:
        """The service answered that the request failed."""
        self._db.change("UPDATE fax_request SET is_denied = 1 WHERE id = ?", request_id)

    def message_ids(self, owner_id: str) -> frozenset[str]:
        """Every message of the service that already belongs to a request."""
        rows = self._db.rows(
            "SELECT message_id FROM fax_request WHERE owner_id = ? AND message_id <> ''", owner_id
        )
        return frozenset(row["message_id"] for row in rows)

    def forget_source(self, owner_id: str, message_id: str) -> None:
        """The service has deleted this message: nothing can be sent again from its pages."""
        sql = "UPDATE fax SET source_message_id = '' WHERE owner_id = ? AND source_message_id = ?"
        self._db.change(sql, owner_id, message_id)

    def set_server_pages(self, job_id: int, server_pages: int) -> FaxJob:
        """Keep the service's own page count, which may become known after the fax was handed over."""
        self._db.change("UPDATE fax SET server_pages = ? WHERE id = ?", server_pages, job_id)
        return self.get(job_id)

    def events(self, job_id: int) -> tuple[FaxEvent, ...]:
        with self._db.reading() as connection:
            return events_of(connection, job_id)

    def mark_seen(self, job_ids: Sequence[int]) -> None:
        self._db.change(f"UPDATE fax SET is_seen = 1 WHERE is_seen = 0 AND id {IN_LIST}", json_list(job_ids))

    def is_paused(self, owner_id: str) -> bool:
        with self._db.reading() as connection:
            return _is_paused(connection, owner_id)

    def set_paused(self, owner_id: str, is_paused: bool, now: datetime) -> None:
        """Let the whole queue stand still, or go on."""
        if is_paused:
            self._db.change("INSERT OR IGNORE INTO queue_pause VALUES (?, ?)", owner_id, to_text(now))
        else:
            self._db.change("DELETE FROM queue_pause WHERE owner_id = ?", owner_id)

    def reschedule(
        self,
        job_id: int,
        send_at: datetime | None,
        send_by: SendBy,
        now: datetime,
        *,
        is_back: bool = False,
    ) -> FaxJob:
        """Give a fax that has not gone another time, None for as soon as it may.

        is_back: it was taken back for this, so that it is cancelled.
        """
        with transaction(self._db.get()) as connection:
            (job,) = jobs_with(connection, [job_id]) or (None,)
            may_be = _TAKEN_BACK if is_back else _NOT_GONE
            if job is None or not (job.state in may_be or job.is_late):
                raise StoreError("The time of this fax cannot be changed any more.")
            connection.execute(
                "UPDATE fax SET send_at = ?, send_by = ? WHERE id = ?",
                (text_or_none(send_at), send_by.value, job_id),
            )
            step = step_into_queue(send_at, send_by, now)
            if job.state is FaxState.CANCELLED and step.new is not FaxState.QUEUED:
                take_step(connection, [job_id], Transition(FaxState.QUEUED, note_event=False), now)
            if job.state is FaxState.HELD or step.new is job.state is FaxState.QUEUED:
                add_events(connection, [job_id], to_text(now), job.state, "Its time was changed")
            else:
                take_step(connection, [job_id], step, now)
            return jobs_with(connection, [job_id])[0]

    def set_deadline(self, job_id: int, until: datetime | None, now: datetime) -> None:
        """Until when it is tried, None for the usual number of tries."""
        with transaction(self._db.get()) as connection:
            (job,) = jobs_with(connection, [job_id]) or (None,)
            if job is None:
                raise StoreError("This fax is not in the archive any more.")
            connection.execute(
                "UPDATE fax SET keep_trying_until = ? WHERE id = ?", (text_or_none(until), job_id)
            )
            add_events(connection, [job_id], to_text(now), job.state, "How long it is tried was changed")

    def interrupted_after_crash(self, now: datetime) -> tuple[FaxJob, ...]:
        """What the last run left half done, taken to a state to go on from. Call once, at start.

        A request whose last byte may have left is interrupted (it may have arrived: never repeated blindly),
        any other is queued again. Held faxes stay held, for a minute at most. Returns all of these.
        """
        with transaction(self._db.get()) as connection:
            return recover(connection, now)

    def digests_needed(self, now: datetime, keep_days: int) -> frozenset[str]:
        """The spooled files of drafts, and of faxes that are not over or that changed within keep_days."""
        rows = self._db.rows(
            """SELECT digest FROM fax_file JOIN fax ON fax.id = fax_id
               WHERE folder = 'queue' OR changed_at >= ? UNION SELECT digest FROM draft_file""",
            to_text(now - timedelta(days=keep_days)),
        )
        return frozenset(row["digest"] for row in rows)

    def facts(
        self, owner_id: str, numbers: Sequence[str], pages_key: str, now: datetime
    ) -> tuple[RecipientFacts, ...]:
        """What the archive knows about each of these numbers, in their order."""
        with self._db.reading() as connection:
            return fax_facts.facts(connection, owner_id, numbers, pages_key, now)


def _is_paused(connection: sqlite3.Connection, owner_id: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM queue_pause WHERE owner_id = ?", (owner_id,)).fetchone())
