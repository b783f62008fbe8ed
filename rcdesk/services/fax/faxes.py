"""The commands about faxes: check, queue, cancel, retry, pause, reschedule, follow, take back.

Everything here is recorded in the outbox before it is true anywhere else; sending itself is dispatch.py's
work on the faxes lane. Commands and questions belong on the disk lane; refresh and take_back ask the service
and belong on the calls lane. The api package is imported at the first request: reading the archive of a desk
that nobody signed in to must not cost its memory. Read next: drafts.py, dispatch.py, reconcile.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.core.account.account import Account, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import RcdeskError, UserError
from rcdesk.core.fax.fax import (
    ARRIVAL_UNKNOWN,
    CANCELLABLE,
    YOU_SAID_FAILED,
    Document,
    FaxDraft,
    FaxEvent,
    FaxJob,
    FaxState,
    Recipient,
    SendBy,
    WaitReason,
)
from rcdesk.core.fax.folder import FaxRow, FolderCounts
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.documents.inspect import PageCounter, check_total
from rcdesk.documents.inspect_many import PagesCounter, look_at_all, look_at_each
from rcdesk.services.fax import sentences as say
from rcdesk.services.fax.drafts import CopyOf, FaxDrafts
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.spool import Spool
from rcdesk.store.fax.transitions import Transition

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection
    from rcdesk.services.fax.follow import Follower
    from rcdesk.services.fax.reconcile import Reconciler
    from rcdesk.services.fax.take_back import TakeBack
    from rcdesk.store.fax.received import ReceivedFaxes
    from rcdesk.store.fax.shelves import Shelves

KEEP_FILES_DAYS = 30
MOST_LIVE = 100
"""How many faxes of each kind are read at once: those that move next. Folders are read page by page."""

_NOT_GONE = frozenset({FaxState.HELD, FaxState.QUEUED, FaxState.WAITING})
_AGAIN = frozenset({FaxState.FAILED, FaxState.CANCELLED, FaxState.WAITING})


class DocumentCheck(Struct, frozen=True, kw_only=True):
    """What was found about one file: a document, or the problem as one sentence ("" when there is none)."""

    path: Path
    document: Document | None
    problem: str = ""


class CancelOutcome(Struct, frozen=True, kw_only=True):
    """cancelled: these will not go out any more. gone: these are with RingCentral, or just going there."""

    cancelled: tuple[FaxJob, ...] = ()
    gone: tuple[FaxJob, ...] = ()


class FaxService:
    """The faxes of this archive. received: where the pages of received faxes lie, needed to forward them;
    shelves: where faxes go that were stopped before they left, without it they stay as cancelled; copy_of:
    what a draft keeps of its files."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        outbox: Outbox,
        spool: Spool,
        clock: Clock | None = None,
        received: ReceivedFaxes | None = None,
        count: PageCounter | None = None,
        counts: PagesCounter | None = None,
        shelves: Shelves | None = None,
        copy_of: CopyOf | None = None,
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._spool = spool
        self._clock: Clock = clock or SystemClock()
        self._drafts = FaxDrafts(outbox, spool, self._clock, received, count, copy_of)
        self._count = count
        self._counts = counts
        self._shelves = shelves
        self._reconciler: Reconciler | None = None
        self._follower: Follower | None = None

    # -- before a fax goes ----------------------------------------------------------------------------------

    def check(self, paths: Sequence[Path], token: CancelToken) -> tuple[DocumentCheck, ...]:
        """Look at files before they are added to a fax; one answer per path, in order.

        A PDF that asks for a password is taken, its pages unknown: the preview asks for it.
        """
        profile = self._profile()
        checks: list[DocumentCheck] = []

        def admit(document: Document) -> None:
            check_total((document,), profile)

        for path, found in zip(paths, self._look_at_all(paths, token, admit), strict=True):
            try:
                if isinstance(found, UserError):
                    raise found
                admit(found)
                checks.append(DocumentCheck(path=path, document=found))
            except UserError as exc:
                checks.append(DocumentCheck(path=path, document=None, problem=str(exc)))
        return tuple(checks)

    def _look_at_all(
        self, paths: Sequence[Path], token: CancelToken, admit: Callable[[Document], None]
    ) -> tuple[Document | UserError, ...]:
        if self._counts is not None:
            return look_at_all(paths, token, self._counts, admit)
        return look_at_each(paths, token, self._count)

    def facts(self, draft: FaxDraft, owner_id: str) -> tuple[RecipientFacts, ...]:
        """What the archive knows about the recipients of a draft, in their order: see
        core/fax/send_checks.py."""
        return self._drafts.facts(draft, owner_id)

    def queue(
        self,
        draft: FaxDraft,
        account: Account,
        token: CancelToken,
        report: Callable[[tuple[int, int]], None] | None = None,
    ) -> tuple[FaxJob, ...]:
        """Copy the files to the spool, then record one job per recipient. No network.

        report((bytes copied, bytes in all)). Raises UserError when the draft cannot be a fax.
        """
        self._drafts.check(draft, self._profile())
        # However often a number is named, it gets this fax once.
        people = {recipient.number: recipient for recipient in reversed(draft.recipients)}
        draft = replace(draft, recipients=tuple(reversed(people.values())))
        files = self._drafts.spool_files(draft, token, report)
        token.check()
        cover = next((c.name for c in account.cover_pages if c.index == draft.cover_index), "")
        return self._outbox.add(draft, files, account.owner_id, cover, self._clock.now())

    def draft_of(self, job_id: int) -> FaxDraft:
        """The draft a fax was made from, to be edited and sent again; its pages come from the spool."""
        return self._drafts.draft_of(self._outbox.get(job_id))

    def forward(self, row: FaxRow, recipients: Sequence[Recipient] = ()) -> FaxDraft:
        """A draft with the pages of a fax that was sent or received, for other people."""
        return self._drafts.forward(row, recipients)

    # -- commands -------------------------------------------------------------------------------------------

    def release(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """The undo time of these is over; those that moved."""
        return self._outbox.release(job_ids, self._clock.now())

    def undo(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """Take back what is still held; the cancelled jobs, () when the time was over."""
        undone = self._take({FaxState.HELD}, job_ids, Transition(FaxState.CANCELLED, say.UNDONE))
        self._forget_unsent(undone)
        return undone

    def cancel(self, job_ids: Sequence[int]) -> CancelOutcome:
        """Take these out of the queue. What is being sent, is there already, or was sent is told in gone."""
        unsure = frozenset({FaxState.INTERRUPTED, FaxState.NEEDS_YOU})
        step = Transition(FaxState.CANCELLED, say.CANCELLED)
        sure = self._take(CANCELLABLE - unsure, job_ids, step)
        sure += self._take({FaxState.NEEDS_YOU}, job_ids, step, WaitReason.LATE)
        self._forget_unsent(sure)
        cancelled = sure + self._take(unsure, job_ids, Transition(FaxState.CANCELLED, say.CANCELLED_UNSURE))
        gone_states = (FaxState.SENDING, FaxState.HANDED_OVER, FaxState.SENT)
        gone = tuple(job for job in self._outbox.many(job_ids) if job.state in gone_states)
        return CancelOutcome(cancelled=cancelled, gone=gone)

    def _forget_unsent(self, jobs: Sequence[FaxJob]) -> None:
        """What was stopped before anything of it had left is in no folder; it can come back for a while."""
        if self._shelves is not None:
            self._shelves.put_unsent([job.id for job in jobs], self._clock.now())

    def hold_again(self, as_before: Sequence[FaxJob]) -> tuple[FaxJob, ...]:
        """These were paused, or late, when they were cancelled, and are so again."""
        return self._outbox.hold_again(as_before, self._clock.now())

    def retry(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """Queue failed, cancelled or waiting faxes now, because the user said so; the tries count anew.

        A deadline that is over is lifted: the user wants it sent after all.
        """
        now = self._clock.now()
        moved = self._take(_AGAIN, job_ids, Transition(FaxState.QUEUED, say.TURN, tries=0, stumbles=0))
        for job in moved:
            if job.keep_trying_until is not None and job.keep_trying_until < now:
                self._outbox.set_deadline(job.id, None, now)
        return self._outbox.many([job.id for job in moved])

    def send_again(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """Send faxes that are over once more: a failed one is queued again, a sent one becomes a new fax."""
        jobs = self._outbox.many(job_ids)
        again = self.retry([j.id for j in jobs if j.state in (FaxState.FAILED, FaxState.CANCELLED)])
        batches: dict[tuple[int, str], list[FaxJob]] = {}
        for job in jobs:
            if job.state is FaxState.SENT:
                batches.setdefault((job.batch_id, job.source_message_id or job.message_id), []).append(job)
        new: list[FaxJob] = []
        for batch in batches.values():
            draft = self._drafts.again(batch)
            first = batch[0]
            now = self._clock.now()
            new += self._outbox.add(draft, first.files, first.owner_id, first.cover_name, now)
        return (*again, *new)

    def pause(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """Hold these until they are resumed; those that moved."""
        step = Transition(FaxState.WAITING, say.PAUSED, wait_reason=WaitReason.PAUSED)
        return self._take(_NOT_GONE, job_ids, step)

    def resume(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """Let paused faxes go on: to their time when it is still to come, else to the queue."""
        now = self._clock.now()
        resumed: list[FaxJob] = []
        for job in self._outbox.many(job_ids):
            if job.state is not FaxState.WAITING or job.wait_reason is not WaitReason.PAUSED:
                continue
            new, reason, at, detail = FaxState.QUEUED, WaitReason.NONE, None, say.TURN
            if job.send_at is not None and job.send_by is SendBy.DESK and job.send_at > now:
                new, reason, at = FaxState.WAITING, WaitReason.SCHEDULED, job.send_at
                detail = say.scheduled(job.send_at, now)
            step = Transition(new, detail, wait_reason=reason, retry_at=at)
            resumed += self._take({FaxState.WAITING}, [job.id], step, WaitReason.PAUSED)
        return tuple(resumed)

    def go_on(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """The network is back: those of these that wait for it go; their tries still count."""
        step = Transition(FaxState.QUEUED, say.TURN, stumbles=0)
        return self._take({FaxState.WAITING}, job_ids, step, WaitReason.NO_CONNECTION)

    def pause_all(self, owner_id: str) -> None:
        """Let the whole queue stand still; a request under way is finished."""
        self._outbox.set_paused(owner_id, True, self._clock.now())

    def resume_all(self, owner_id: str) -> None:
        """Let the queue go on: what came due meanwhile goes too, for that is what the user wants."""
        now = self._clock.now()
        if self._outbox.is_paused(owner_id):
            self._outbox.note_at_work(owner_id, now)
        self._outbox.set_paused(owner_id, False, now)

    def is_paused(self, owner_id: str) -> bool:
        return self._outbox.is_paused(owner_id)

    def reschedule(
        self, job_ids: Sequence[int], send_at: datetime | None, send_by: SendBy = SendBy.DESK
    ) -> tuple[FaxJob, ...]:
        """Give faxes that have not gone another time, None for at once; one just taken back is queued again.

        Raises UserError, with nothing changed, when one of them has gone.
        """
        jobs, now = self._outbox.many(job_ids), self._clock.now()
        movable = (*_NOT_GONE, FaxState.CANCELLED)
        if any(job.state not in movable and not job.is_late for job in jobs):
            raise UserError("This fax has gone already: its time cannot be changed any more.")
        return tuple(
            self._outbox.reschedule(job.id, send_at, send_by, now, is_back=job.state is FaxState.CANCELLED)
            for job in jobs
        )

    def set_deadline(self, job_ids: Sequence[int], until: datetime | None) -> tuple[FaxJob, ...]:
        """Keep trying these until then; None for the usual number of tries."""
        now = self._clock.now()
        for job_id in job_ids:
            self._outbox.set_deadline(job_id, until, now)
        return self._outbox.many(job_ids)

    def resolve(self, job_id: int, was_sent: bool) -> FaxJob:
        """The user's answer about a fax that may have been sent, or whose time is long past.

        Before one goes again the service is asked once more (recheck.py). Raises UserError when no answer is
        needed.
        """
        self._take({FaxState.INTERRUPTED}, [job_id], Transition(FaxState.NEEDS_YOU, say.CHECKING))
        job = self._outbox.get(job_id)
        if job.is_late:
            if was_sent:
                raise UserError("This fax has not been sent: nothing of it has left.")
            return self.reschedule([job_id], None)[0]
        if job.request_id is not None and job.maybe_message_id:
            if was_sent:
                # Its fate is followed like that of any other.
                now, message_id = self._clock.now(), job.maybe_message_id
                return self._outbox.hand_over(job.request_id, message_id, now, say.YOU_SAID_THAT_ONE)[0]
            self._outbox.rule_out(job.request_id, [job.maybe_message_id])
        sent, again = (FaxState.SENT, say.YOU_SAID_SENT), (FaxState.QUEUED, say.YOU_SAID_AGAIN)
        answered = self._take({FaxState.NEEDS_YOU}, [job_id], Transition(*(sent if was_sent else again)))
        if not answered:
            job = self._outbox.get(job_id)
            raise UserError(f"This needs no answer any more: {job.detail or job.state.value}.")
        return answered[0]

    def mark(self, job_ids: Sequence[int], was_sent: bool) -> tuple[FaxJob, ...]:
        """What the e-mail said of faxes that were accepted; a word given earlier may be changed."""
        new, detail, code = FaxState.FAILED, say.YOU_SAID_NOT_SENT, YOU_SAID_FAILED
        if was_sent:
            new, detail, code = FaxState.SENT, say.YOU_SAID_SENT, ""
        jobs = [job for job in self._outbox.many(job_ids) if job.is_accepted or job.is_marked]
        told = [job for job in jobs if job.state is not new or job.is_arrival_unknown]
        states = {job.state for job in told}
        step = Transition(new, detail, error_code=code, is_seen=True)
        return self._take(states, [job.id for job in told], step)

    def mark_seen(self, job_ids: Sequence[int]) -> None:
        self._outbox.mark_seen(job_ids)

    # -- questions ------------------------------------------------------------------------------------------

    def live(self, owner_id: str, also: Sequence[int] = ()) -> tuple[FaxJob, ...]:
        """The faxes that may move next, oldest first, of a long queue MOST_LIVE of each kind.

        Before them those of `also`, which the caller knows, as they are now.
        """
        part = self._outbox.live_part(owner_id, MOST_LIVE)
        here = {job.id for job in part}
        return (*self._outbox.many([job_id for job_id in also if job_id not in here]), *part)

    def counts(self, owner_id: str) -> FolderCounts:
        return self._outbox.counts(owner_id)

    def history(self, job_id: int) -> tuple[FaxEvent, ...]:
        return self._outbox.events(job_id)

    # -- at the start, and at the service -------------------------------------------------------------------

    def recover(self, keep_files_days: int = KEEP_FILES_DAYS) -> tuple[FaxJob, ...]:
        """Once at start: what the last run left half done is put in order, and the spool is tidied."""
        now = self._clock.now()
        jobs = self._outbox.interrupted_after_crash(now)
        self._spool.remove_unused(self._outbox.digests_needed(now, keep_files_days))
        return jobs

    def refresh(self, owner_id: str, token: CancelToken) -> tuple[FaxJob, ...]:
        """Ask the message store about faxes it has and about interrupted ones; the jobs that changed."""
        states = (FaxState.HANDED_OVER, FaxState.INTERRUPTED, FaxState.NEEDS_YOU)
        open_jobs = self._outbox.in_states(owner_id, *states)
        if not open_jobs:
            return ()
        jobs = tuple(job for job in open_jobs if job.state is FaxState.HANDED_OVER)
        from rcdesk.services.account.connection import session_of
        from rcdesk.services.fax.dispatch import fax_of, sends_for
        from rcdesk.services.fax.follow import Follower
        from rcdesk.services.fax.reconcile import Listing, Reconciler, list_since

        connection = self._connection()
        service = fax_of(connection)
        if not sends_for(service, owner_id):
            return ()
        unresolved = self._outbox.unresolved(owner_id)
        reconciler = self._reconciler = self._reconciler or Reconciler(self._outbox, self._clock)
        if not service.can_follow:
            return (*self._let_go(jobs), *reconciler.give_up(owner_id, unresolved))
        session = session_of(connection)
        follower = self._follower = self._follower or Follower(self._outbox, self._clock)
        jobs = follower.due(jobs, session.service_offset_s)
        since = follower.date_from(jobs, session.service_offset_s)
        listing = list_since(session, since, token) if since else Listing(messages=(), is_whole=False)
        changed = reconciler.look(session, owner_id, unresolved, token)
        try:
            changed += follower.follow(session, jobs, listing, token)
        except RcdeskError:
            # What was learnt before is told; the next look meets the same error, if it lasts.
            if not changed:
                raise
        return tuple({job.id: job for job in changed}.values())

    def _let_go(self, jobs: Sequence[FaxJob]) -> tuple[FaxJob, ...]:
        """What was accepted a day ago and nobody has marked counts as sent since it went out."""
        now = self._clock.now()
        step = Transition(FaxState.SENT, say.ARRIVAL_UNKNOWN, error_code=ARRIVAL_UNKNOWN)
        old = [job for job in jobs if job.leaves_queue_at is not None and job.leaves_queue_at <= now]
        moved = (self._outbox.move_those_in({FaxState.HANDED_OVER}, [j.id], step, j.went_out_at) for j in old)
        return tuple(job for jobs in moved for job in jobs)

    def take_back(self, job_ids: Sequence[int], token: CancelToken) -> TakeBack:
        """Ask RingCentral to delete faxes it has not sent yet; the answer says whether that worked."""
        from rcdesk.services.account.connection import session_of
        from rcdesk.services.fax.dispatch import fax_of, sends_for
        from rcdesk.services.fax.take_back import CANNOT, TakeBack, take_back

        connection = self._connection()
        service = fax_of(connection)
        if not all(sends_for(service, job.owner_id) for job in self._outbox.many(job_ids)):
            raise UserError("Another person is signed in by now. Nothing was taken back.")
        if not service.can_follow:
            return TakeBack(jobs=(), sentence=CANNOT)
        return take_back(session_of(connection), self._outbox, job_ids, self._clock, token)

    def _take(
        self,
        states: Set[FaxState],
        job_ids: Sequence[int],
        step: Transition,
        reason: WaitReason | None = None,
    ) -> tuple[FaxJob, ...]:
        """Move the jobs that are in these states, together; one that another lane has just moved stays."""
        return self._outbox.move_those_in(states, job_ids, step, self._clock.now(), reason=reason)

    def _profile(self) -> ServerProfile:
        connection = self._connection()
        return connection.profile if connection is not None else ServerProfile(name="")
