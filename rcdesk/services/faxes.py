"""Faxes: checking files, recording a fax before anything leaves, sending it, following it to its end.

Runs on the disk, faxes and calls lanes; the outbox is the truth about every job. The rule behind send():
NotSent may be repeated, OutcomeUnknown may not: such a fax is interrupted, looked for in the message store,
and when it is not found there the user decides. Read next: core/fax.py, store/outbox.py, bridge/fax_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rcdesk.api.rest import fax as fax_resource
from rcdesk.api.rest import message_store
from rcdesk.core.account import Account, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import (
    ApiError,
    Cancelled,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    RcdeskError,
    ServerTrouble,
    SignInNeeded,
    UserError,
)
from rcdesk.core.fax import (
    MAX_NOTE_CHARACTERS,
    Document,
    FaxDraft,
    FaxEvent,
    FaxJob,
    FaxReport,
    FaxState,
    SpooledFile,
    state_for,
)
from rcdesk.documents.inspect import check_total, inspect
from rcdesk.services.causes import fax_cause
from rcdesk.services.connection import Connection, need
from rcdesk.store.outbox import Outbox
from rcdesk.store.spool import Spool

CLOCK_SLACK = timedelta(minutes=2)
GIVE_UP_LOOKING_AFTER = timedelta(minutes=2)
RETRY_S = (5, 15, 30, 60, 120, 300)
INTERRUPTED = (
    "No answer came, so it may have been sent. Checking with RingCentral before anything is repeated."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCheck:
    """What was found about one file: a document, or the problem in one sentence ("" when there is none)."""

    path: Path
    document: Document | None
    problem: str = ""


class FaxService:
    """What the desk can do about faxes, on whatever connection is current."""

    def __init__(
        self, connection: Callable[[], Connection | None], outbox: Outbox, spool: Spool, clock: Clock
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._spool = spool
        self._clock = clock

    def check(self, paths: Sequence[Path], token: CancelToken) -> tuple[DocumentCheck, ...]:
        """Look at each file, in order; a file that cannot be faxed says why."""
        checks: list[DocumentCheck] = []
        for path in paths:
            token.check()
            try:
                checks.append(DocumentCheck(path=path, document=inspect(path, token)))
            except UserError as exc:
                checks.append(DocumentCheck(path=path, document=None, problem=str(exc)))
        return tuple(checks)

    def queue(
        self, draft: FaxDraft, account: Account, token: CancelToken, report: Callable[[object], None]
    ) -> tuple[FaxJob, ...]:
        """Copy the files into the spool, then record one queued job per recipient: all or none.

        report((bytes copied, bytes in all)). Raises UserError for a draft that cannot be sent as it is.
        """
        connection = self._connection()
        _check_draft(draft, connection.profile if connection else None)
        total = sum(document.size_bytes for document in draft.documents)
        files: list[SpooledFile] = []
        before = 0
        for document in draft.documents:
            fresh = inspect(document.path, token)

            def copied(size_bytes: int, before: int = before) -> None:
                report((before + size_bytes, total))

            spooled = self._spool.add(document.path, token, copied)
            before += spooled.size_bytes
            files.append(
                SpooledFile(
                    digest=spooled.digest,
                    name=fresh.name,
                    media_type=fresh.media_type,
                    size_bytes=spooled.size_bytes,
                    pages=fresh.pages,
                )
            )
        names = {cover.index: cover.name for cover in account.cover_pages}
        cover = "" if draft.cover_index is None else names.get(draft.cover_index, "")
        return self._outbox.add(draft, files, account.owner_id, cover, self._clock.now())

    def send(self, job_id: int, token: CancelToken, report: Callable[[int, int], None]) -> FaxJob:
        """Hand one queued or waiting job to the service; report(bytes sent, bytes in all).

        Every outcome is a state of the returned job; raises only when not even that could be recorded.
        """
        job = self._outbox.get(job_id)
        connection = need(self._connection())
        missing = [f.name for f in job.files if not self._spool.has(f.digest, f.size_bytes)]
        job = self._move(job_id, FaxState.SENDING)
        if missing:
            return self._move(
                job_id,
                FaxState.FAILED,
                f"The copy of {missing[0]} is gone from here. Nothing was sent; send the file again.",
            )
        has_all_left = False

        def all_left() -> None:
            nonlocal has_all_left
            has_all_left = True
            self._outbox.mark_last_byte(job_id, self._clock.now())

        try:
            created = fax_resource.create(
                connection.session,
                recipients=(job.recipient,),
                files=[
                    fax_resource.FaxFile(
                        path=self._spool.path(f.digest), name=f.name, media_type=f.media_type
                    )
                    for f in job.files
                ],
                resolution=job.resolution,
                cover_index=job.cover_index,
                note=job.note,
                text=None if job.files else (job.note or " "),
                token=token,
                progress=report,
                on_last_byte=all_left,
            )
        except RcdeskError as exc:
            return self._not_handed_over(job_id, exc, has_all_left=has_all_left)
        return self._move(job_id, FaxState.HANDED_OVER, "RingCentral has it.", message_id=created.message_id)

    def refresh(self, owner_id: str, token: CancelToken) -> tuple[FaxJob, ...]:
        """Ask the message store about handed-over faxes and look for interrupted ones; the changed jobs."""
        connection = need(self._connection())
        changed: list[FaxJob] = []
        for job in self._outbox.in_states(owner_id, FaxState.HANDED_OVER):
            after = self._follow(connection, job, token)
            if after != job:
                changed.append(after)
        interrupted = self._outbox.in_states(owner_id, FaxState.INTERRUPTED)
        if interrupted:
            changed.extend(self._reconcile(connection, owner_id, interrupted, token))
        return tuple(changed)

    def cancel(self, job_id: int, now: datetime) -> FaxJob:
        """Take a fax that has not left out of the queue. Raises StoreError when it has."""
        return self._outbox.move(job_id, FaxState.CANCELLED, detail="Cancelled. Nothing was sent.", now=now)

    def retry(self, job_id: int) -> FaxJob:
        """Queue a failed or cancelled fax again."""
        return self._move(job_id, FaxState.QUEUED, "Waiting for its turn")

    def resolve(self, job_id: int, was_sent: bool) -> FaxJob:
        """The user's word about a fax whose outcome is unknown."""
        if self._outbox.get(job_id).state is FaxState.INTERRUPTED:
            self._move(job_id, FaxState.NEEDS_YOU, "You decide.")
        if was_sent:
            return self._move(job_id, FaxState.SENT, "You said that it was sent.")
        return self._move(job_id, FaxState.QUEUED, "You asked to send it again.")

    def jobs(self, owner_id: str) -> tuple[FaxJob, ...]:
        """The faxes of this account, newest first."""
        return self._outbox.list(owner_id)

    def history(self, job_id: int) -> tuple[FaxEvent, ...]:
        """The recorded steps of one fax, oldest first."""
        return self._outbox.events(job_id)

    def recover(self) -> tuple[FaxJob, ...]:
        """Put what the last run left half done into its honest state; tidy the spool. Once, at start."""
        changed = self._outbox.interrupted_after_crash(self._clock.now())
        self._spool.remove_unused(self._outbox.digests())
        return changed

    def _move(self, job_id: int, new: FaxState, detail: str = "", *, message_id: str | None = None) -> FaxJob:
        return self._outbox.move(job_id, new, detail=detail, now=self._clock.now(), message_id=message_id)

    def _not_handed_over(self, job_id: int, error: RcdeskError, *, has_all_left: bool) -> FaxJob:
        """Which state a failed upload means; see the module's rule."""
        match error:
            case OutcomeUnknown():
                return self._move(job_id, FaxState.INTERRUPTED, INTERRUPTED)
            case Cancelled() if has_all_left:
                return self._move(job_id, FaxState.INTERRUPTED, INTERRUPTED)
            case Cancelled():
                return self._move(job_id, FaxState.CANCELLED, "Cancelled. Nothing was sent.")
            case RateLimited():
                return self._wait(job_id, str(error), error.retry_after_s)
            case NotSent() | SignInNeeded():
                return self._wait(job_id, str(error))
            case ServerTrouble() if has_all_left:
                return self._move(job_id, FaxState.INTERRUPTED, INTERRUPTED)
            case ServerTrouble():
                return self._wait(job_id, str(error))
            case ApiError():
                return self._outbox.move(
                    job_id, FaxState.FAILED, detail=str(error), now=self._clock.now(), error_code=error.code
                )
            case _:
                return self._move(job_id, FaxState.FAILED, str(error))

    def _wait(self, job_id: int, detail: str, wait_s: float | None = None) -> FaxJob:
        now = self._clock.now()
        tries = self._outbox.attempt(job_id).count
        delay_s = wait_s if wait_s is not None else RETRY_S[min(max(tries, 1), len(RETRY_S)) - 1]
        return self._outbox.move(
            job_id, FaxState.WAITING, detail=detail, now=now, retry_at=now + timedelta(seconds=delay_s)
        )

    def _follow(self, connection: Connection, job: FaxJob, token: CancelToken) -> FaxJob:
        """One handed-over fax: what the service says about it now."""
        try:
            message = message_store.get(connection.session, job.message_id, token)
        except ApiError as exc:
            if exc.status != 404:
                raise
            return self._move(job.id, FaxState.FAILED, "RingCentral no longer knows this fax.")
        return self._heard(job, message)

    def _heard(self, job: FaxJob, message: message_store.Message) -> FaxJob:
        mine = next((r for r in message.to if r.number == job.recipient.number), None)
        status = mine.status if mine and mine.status else message.status
        code = mine.error_code if mine else ""
        new = state_for(FaxReport(message_id=message.id, status=status, error_code=code))
        if new is None:
            if message.page_count and message.page_count != job.server_pages:
                return self._outbox.set_server_pages(job.id, message.page_count)
            return job
        detail = "Accepted by their machine" if new is FaxState.SENT else fax_cause(code)
        return self._outbox.move(
            job.id,
            new,
            detail=detail,
            now=self._clock.now(),
            error_code=code,
            server_pages=message.page_count or None,
        )

    def _reconcile(
        self, connection: Connection, owner_id: str, jobs: Sequence[FaxJob], token: CancelToken
    ) -> list[FaxJob]:
        """Look for interrupted faxes in the message store: found, not there, or not sure yet."""
        starts = {job.id: self._outbox.attempt(job.id).first_byte_at or job.created_at for job in jobs}
        messages = message_store.list_messages(
            connection.session, token=token, date_from=min(starts.values()) - CLOCK_SLACK
        )
        taken = set(self._outbox.message_ids(owner_id))
        changed: list[FaxJob] = []
        for job in sorted(jobs, key=lambda job: job.id):
            found = next((m for m in messages if m.id not in taken and _is_it(m, job, starts[job.id])), None)
            if found is not None:
                taken.add(found.id)
                moved = self._move(
                    job.id, FaxState.HANDED_OVER, "Found at RingCentral: it was taken.", message_id=found.id
                )
                changed.append(self._heard(moved, found))
            elif self._clock.now() - job.changed_at > GIVE_UP_LOOKING_AFTER:
                changed.append(
                    self._move(
                        job.id,
                        FaxState.NEEDS_YOU,
                        "RingCentral does not show it, but it may have been sent. Say what you know.",
                    )
                )
        return changed


def _is_it(message: message_store.Message, job: FaxJob, start: datetime) -> bool:
    """True when this message can only be that job: same number, same note, not older than its first byte."""
    if message.created_at is None or message.created_at < start - CLOCK_SLACK:
        return False
    if job.recipient.number not in {r.number for r in message.to}:
        return False
    return not (message.note and job.note and message.note != job.note)


def _check_draft(draft: FaxDraft, profile: ServerProfile | None) -> None:
    if not draft.recipients:
        raise UserError("Add a recipient first.")
    if not draft.documents and not draft.note.strip():
        raise UserError("Add a file or write a note first.")
    if len(draft.note) > MAX_NOTE_CHARACTERS:
        raise UserError(f"The note is too long: at most {MAX_NOTE_CHARACTERS:,} characters.")
    if profile is not None:
        check_total(draft.documents, profile)
