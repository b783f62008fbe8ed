"""Faxes from Send to their end: spooled, recorded, sent once, followed, reconciled.

The order is what makes it safe: copy to the spool, record the jobs, move to "sending" on disk, and only then
the first byte; that the last one left is written down as well. An outcome that is not known is never
repeated: the message store is asked first (reconcile.py), then the user. Blocking; check and queue belong on
the disk lane, send on the faxes lane, refresh on the calls lane. The api room is imported at the first
request: reading the archive of a desk that nobody signed in to must not cost its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.account import Account, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
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
    FaxState,
    SpooledFile,
)
from rcdesk.documents.inspect import check_total, inspect
from rcdesk.store.outbox import Outbox
from rcdesk.store.spool import Spool

if TYPE_CHECKING:
    from rcdesk.api.rest.fax import FaxFile
    from rcdesk.services.connection import Connection

RETRY_S = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
TURN = "Waiting for its turn"
CHECKING = "Interrupted: checking with RingCentral"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCheck:
    """What was found about one file: a document, or the problem as one sentence ("" when there is none)."""

    path: Path
    document: Document | None
    problem: str = ""


class FaxService:
    """The faxes of this archive, sent by whoever is signed in."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        outbox: Outbox,
        spool: Spool,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._spool = spool
        self._clock: Clock = clock or SystemClock()

    def check(self, paths: Sequence[Path], token: CancelToken) -> tuple[DocumentCheck, ...]:
        """Look at files before they are added to a fax; one answer per path, in order."""
        profile = self._profile()
        checks: list[DocumentCheck] = []
        for path in paths:
            try:
                document = inspect(path, token)
                check_total((document,), profile)
                checks.append(DocumentCheck(path=path, document=document))
            except UserError as exc:
                checks.append(DocumentCheck(path=path, document=None, problem=str(exc)))
        return tuple(checks)

    def queue(
        self,
        draft: FaxDraft,
        account: Account,
        token: CancelToken,
        report: Callable[[tuple[int, int]], None] | None = None,
    ) -> tuple[FaxJob, ...]:
        """Copy the files to the spool, then record one queued job per recipient. No network.

        report((bytes copied, bytes in all)). Raises UserError when the draft cannot be a fax.
        """
        self._check_draft(draft)
        total = sum(d.size_bytes for d in draft.documents)
        files: list[SpooledFile] = []
        copied = 0
        for document in draft.documents:
            before = copied

            def tell(size_bytes: int, before: int = before) -> None:
                if report is not None:
                    report((before + size_bytes, total))

            fresh = inspect(document.path, token)
            spooled = self._spool.add(document.path, token, tell)
            copied += spooled.size_bytes
            files.append(_spooled_file(fresh, spooled.digest, spooled.size_bytes))
        token.check()
        cover = next((c.name for c in account.cover_pages if c.index == draft.cover_index), "")
        return self._outbox.add(draft, files, account.owner_id, cover, self._clock.now())

    def send(
        self, job_id: int, token: CancelToken, report: Callable[[int, int], None] | None = None
    ) -> FaxJob:
        """Try one queued or waiting job; the returned job says how it ended. report(bytes sent, in all).

        Raises SignInNeeded, with nothing changed, when nobody is signed in; StoreError when the archive
        fails.
        """
        from rcdesk.api.rest import fax
        from rcdesk.services.connection import session_of

        token.check()
        session = session_of(self._connection())
        job = self._outbox.get(job_id)
        missing = next((f for f in job.files if not self._spool.has(f.digest, f.size_bytes)), None)
        job = self._outbox.move(job_id, FaxState.SENDING, detail="Sending", now=self._clock.now())
        if missing is not None:
            return self._fail(job_id, f"the kept copy of {missing.name} is missing or altered. Send it again")
        is_complete = False

        def on_last_byte() -> None:
            nonlocal is_complete
            is_complete = True
            self._outbox.mark_last_byte(job_id, self._clock.now())

        # Without a cover page the service has nowhere to put a note: a fax without files is the note as text.
        is_text_only = not job.files
        try:
            created = fax.create(
                session,
                recipients=(job.recipient,),
                files=self._files(job),
                resolution=job.resolution,
                cover_index=job.cover_index,
                note="" if is_text_only else job.note,
                text=(job.note or " ") if is_text_only else None,
                token=token,
                progress=report,
                on_last_byte=on_last_byte,
            )
        except RcdeskError as exc:
            return self._not_handed_over(job_id, exc, is_complete=is_complete)
        except BaseException:
            # A bug: what left is not known, so the job takes the same road as after a crash.
            self._outbox.move(job_id, FaxState.INTERRUPTED, detail=CHECKING, now=self._clock.now())
            raise
        return self._outbox.move(
            job_id,
            FaxState.HANDED_OVER,
            detail="Handed to RingCentral",
            now=self._clock.now(),
            message_id=created.message_id,
        )

    def refresh(self, owner_id: str, token: CancelToken) -> tuple[FaxJob, ...]:
        """Ask the message store about faxes it has and about interrupted ones; the jobs that changed."""
        handed_over = self._outbox.in_states(owner_id, FaxState.HANDED_OVER)
        interrupted = self._outbox.in_states(owner_id, FaxState.INTERRUPTED)
        if not handed_over and not interrupted:
            return ()
        from rcdesk.services.connection import session_of
        from rcdesk.services.reconcile import follow, reconcile

        session = session_of(self._connection())
        changed = reconcile(session, self._outbox, interrupted, self._clock, token)
        handed_over += tuple(j for j in changed if j.state is FaxState.HANDED_OVER)
        changed += follow(session, self._outbox, handed_over, self._clock, token)
        return tuple({job.id: job for job in changed}.values())

    def cancel(self, job_id: int, now: datetime) -> FaxJob:
        """Take a fax that is not being sent out of the queue. Raises StoreError when it is too late."""
        job = self._outbox.get(job_id)
        match job.state:
            case FaxState.PREPARING | FaxState.QUEUED | FaxState.WAITING | FaxState.NEEDS_YOU:
                return self._outbox.move(job_id, FaxState.CANCELLED, detail="Cancelled by you", now=now)
            case _:
                raise UserError("It is too late to cancel this fax.")

    def retry(self, job_id: int) -> FaxJob:
        """Queue a failed or cancelled fax again, because the user said so."""
        return self._outbox.move(job_id, FaxState.QUEUED, detail=TURN, now=self._clock.now())

    def resolve(self, job_id: int, was_sent: bool) -> FaxJob:
        """The user's answer about a fax that may have been sent."""
        if self._outbox.get(job_id).state is FaxState.INTERRUPTED:
            self._outbox.move(job_id, FaxState.NEEDS_YOU, detail="You decide", now=self._clock.now())
        if was_sent:
            return self._outbox.move(
                job_id, FaxState.SENT, detail="You said that it was sent", now=self._clock.now()
            )
        return self.retry(job_id)

    def jobs(self, owner_id: str) -> tuple[FaxJob, ...]:
        """The newest faxes of one owner, newest first."""
        return self._outbox.list(owner_id)

    def history(self, job_id: int) -> tuple[FaxEvent, ...]:
        """Every step of one fax, oldest first."""
        return self._outbox.events(job_id)

    def next_queued(self, owner_id: str) -> FaxJob | None:
        """The oldest fax whose turn it is: queued, or waiting with its time come."""
        return self._outbox.next_to_send(owner_id, self._clock.now())

    def next_retry_at(self, owner_id: str) -> datetime | None:
        """When the next waiting fax may be tried, None when none waits."""
        return self._outbox.next_retry_at(owner_id)

    def recover(self) -> tuple[FaxJob, ...]:
        """Once at start: show what the last run left half done as interrupted, and tidy the spool."""
        jobs = self._outbox.interrupted_after_crash(self._clock.now())
        self._spool.remove_unused(self._outbox.digests())
        return jobs

    def _files(self, job: FaxJob) -> tuple[FaxFile, ...]:
        from rcdesk.api.rest.fax import FaxFile

        return tuple(
            FaxFile(path=self._spool.path(f.digest), name=f.name, media_type=f.media_type) for f in job.files
        )

    def _profile(self) -> ServerProfile:
        connection = self._connection()
        return connection.profile if connection is not None else ServerProfile(name="")

    def _check_draft(self, draft: FaxDraft) -> None:
        if not draft.recipients:
            raise UserError("Say who gets the fax: type a number.")
        if not draft.documents and not draft.note.strip():
            raise UserError("There is nothing to fax yet. Add a file or write a note.")
        if len(draft.note) > MAX_NOTE_CHARACTERS:
            raise UserError(f"The note has {len(draft.note)} characters; {MAX_NOTE_CHARACTERS} fit.")
        check_total(draft.documents, self._profile())

    def _not_handed_over(self, job_id: int, error: RcdeskError, *, is_complete: bool) -> FaxJob:
        """Record how a try ended that brought no message id. is_complete: the last byte may have left."""
        now = self._clock.now()
        match error:
            case Cancelled() if not is_complete:
                return self._outbox.move(job_id, FaxState.CANCELLED, detail="Cancelled by you", now=now)
            case RateLimited():
                return self._wait(job_id, "RingCentral asks us to wait", error.retry_after_s)
            case NotSent():
                tries = self._outbox.attempt(job_id).count
                delay_s = RETRY_S[min(max(tries, 1), len(RETRY_S)) - 1]
                return self._wait(job_id, f"no connection, try {tries + 1}", delay_s)
            case SignInNeeded():
                return self._wait(job_id, "sign in again", RETRY_S[-1])
            case ServerTrouble() if not is_complete:
                return self._wait(job_id, "RingCentral has trouble", RETRY_S[2])
            case Cancelled() | OutcomeUnknown() | ServerTrouble():
                return self._outbox.move(job_id, FaxState.INTERRUPTED, detail=CHECKING, now=now)
            case ApiError() | UserError():
                code = error.code if isinstance(error, ApiError) else ""
                return self._fail(job_id, str(error), code)
            case _:
                new = FaxState.INTERRUPTED if is_complete else FaxState.WAITING
                return self._outbox.move(job_id, new, detail=str(error), now=now)

    def _wait(self, job_id: int, why: str, delay_s: float) -> FaxJob:
        now = self._clock.now()
        until = now + timedelta(seconds=delay_s)
        detail = f"Waiting until {until.astimezone():%H:%M} ({why}). Nothing is lost."
        return self._outbox.move(job_id, FaxState.WAITING, detail=detail, now=now, retry_at=until)

    def _fail(self, job_id: int, cause: str, code: str = "") -> FaxJob:
        return self._outbox.move(
            job_id, FaxState.FAILED, detail=f"Failed: {cause}", now=self._clock.now(), error_code=code
        )


def _spooled_file(document: Document, digest: str, size_bytes: int) -> SpooledFile:
    return SpooledFile(
        digest=digest,
        name=document.name,
        media_type=document.media_type,
        size_bytes=size_bytes,
        pages=document.pages,
    )
