"""Faxes as the window sees them: checked, queued, held, sent, followed to their end, changed on the way.

GUI thread. What moves lies beside it: pump.py keeps requests going out (faxes lane), watch.py asks
how they fare (calls lane), undo.py holds them for the seconds after Send, stop.py takes them out or
back, folder_news.py tells folders to look again (archive lane), jobs.py holds the copy to show. Commands
run on the disk lane, looks on files. What is true is what the outbox says. Read next: pump.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.fax.folder_news import FolderNews
from rcdesk.bridge.fax.jobs import FaxJobs
from rcdesk.bridge.fax.pump import FaxPump, FaxRecovery
from rcdesk.bridge.fax.stop import FaxStop
from rcdesk.bridge.fax.undo import FaxUndo
from rcdesk.bridge.fax.upload import UploadResult
from rcdesk.bridge.fax.watch import FaxWatch
from rcdesk.bridge.runtime.lane import Lane, Task
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.fax.fax import FaxDraft, FaxEvent, FaxJob, SendBy, WaitReason
from rcdesk.core.fax.folder import FaxRow, FolderCounts
from rcdesk.core.fax.send_checks import RecipientFacts

if TYPE_CHECKING:
    from rcdesk.services.fax.dispatch import Dispatcher
    from rcdesk.services.fax.faxes import DocumentCheck, FaxService

T = TypeVar("T")


class FaxDesk(QObject):
    """The outbox of the signed-in account. job_ids: one id, or several that one gesture means.

    Signals: jobs_changed(tuple[FaxJob, ...]) when the live list changed; job_changed(FaxJob) for every
    change of one, progress included; folders_changed() once after a burst, for folder models;
    counts_changed(FolderCounts); checked(tuple[DocumentCheck, ...]); queued(tuple[FaxJob, ...]);
    undone(FaxDraft), taken back after Send; ended(FaxJob), newly sent, failed or needing the user;
    paused_changed(bool) of the whole queue; problem(str) and said(str), one sentence of bad or good news.
    """

    jobs_changed = Signal(object)
    job_changed = Signal(object)
    folders_changed = Signal()
    counts_changed = Signal(object)
    checked = Signal(object)
    queued = Signal(object)
    undone = Signal(object)
    ended = Signal(object)
    paused_changed = Signal(bool)
    problem = Signal(str)
    said = Signal(str)

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        session: SessionDesk,
        faxes: FaxService,
        dispatcher: Dispatcher,
        *,
        clock: Clock | None = None,
        keep_files_days: int = 30,
    ) -> None:
        super().__init__()
        self._disk, self._files = lanes["disk"], lanes["files"]
        self._checks: list[Task[Any]] = []
        self._session = session
        self._service = faxes
        self._clock: Clock = clock or SystemClock()
        self._was_signed_in = False
        self._pauses = 0
        self._stops = 0
        self._jobs = FaxJobs(self._clock, self)
        self._news = FolderNews(lanes["archive"], faxes, self)
        self._held = FaxUndo(lanes["disk"], faxes, self._jobs, self._clock, self)
        self._pump = FaxPump(lanes["faxes"], session, dispatcher, faxes, self._jobs, self._clock, self)
        self._watch = FaxWatch(lanes["calls"], session, faxes, self._jobs, self._clock, self)
        self._stop = FaxStop(lanes, session, faxes, self._jobs, self._pump, self)
        self._recovery = FaxRecovery(lanes["disk"], faxes, keep_files_days, self)
        self._connect()

    @property
    def jobs(self) -> tuple[FaxJob, ...]:
        """The faxes under way and the last ones that ended in this run, newest first."""
        return self._jobs.all

    @property
    def counts(self) -> FolderCounts:
        return self._news.counts

    @property
    def is_paused(self) -> bool:
        return self._pump.is_paused

    @property
    def is_polling(self) -> bool:
        """True while a timer runs: never when no fax waits or is at the service."""
        return self._watch.is_active or self._pump.is_waiting

    @property
    def sending_ids(self) -> tuple[int, ...]:
        """The jobs of the request that is being uploaded, () when none is."""
        return self._pump.job_ids

    @property
    def next_try_in_ms(self) -> int:
        """Milliseconds until the next waiting fax is tried, -1 when none waits for its time."""
        return self._pump.next_look_in_ms

    def start(self) -> None:
        """Put what the last run left half done into its honest state. Call once."""
        self._account_changed()
        self._session_changed()
        self._recovery.start()

    def stop(self) -> None:
        """Stop the timers; part of shutdown. A request under way is stopped with its lane."""
        for part in (self._recovery, self._pump, self._watch, self._held, self._news):
            part.stop()

    def halt(self) -> bool:
        """Send no more. What has not left stays in the outbox; True once no request is under way."""
        return self._pump.halt()

    def look_up(self, job_ids: Sequence[int], done: Callable[[tuple[FaxJob, ...]], None]) -> None:
        """Show these as the outbox has them now, whoever put them there."""
        owner_id, ids = self._jobs.owner_id, frozenset(job_ids)

        def found(jobs: tuple[FaxJob, ...]) -> None:
            self._take(jobs)
            done(tuple(job for job in jobs if job.id in ids))

        self._read(lambda service: service.live(owner_id, tuple(job_ids)), found)

    def look(self) -> None:
        """Something has changed with faxes at the service: see at once how those under way fare."""
        self._watch.look()

    def check_files(self, paths: Sequence[Path]) -> None:
        """Look at files that were dropped or chosen; checked() brings one DocumentCheck each, in order."""
        service, wanted, stops = self._service, tuple(paths), self._stops

        def done(found: tuple[DocumentCheck, ...]) -> None:
            if stops == self._stops:
                self.checked.emit(found)

        task = self._files.submit(
            lambda token, report: service.check(wanted, token), done=done, failed=self._tell
        )
        self._checks = [*(t for t in self._checks if t.is_running), task]

    def stop_checks(self) -> None:
        """Look no further at files; checked() does not come for what is under way."""
        self._stops += 1
        for check in self._checks:
            check.cancel()

    def ask_facts(
        self,
        draft: FaxDraft,
        done: Callable[[tuple[RecipientFacts, ...]], None],
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """What the archive knows about the recipients of this draft, for send_checks.question.

        failed is called with one sentence instead of problem().
        """
        owner_id, service = self._jobs.owner_id, self._service
        self._disk.ask(lambda: service.facts(draft, owner_id), done, lambda error: self._tell(error, failed))

    def queue(self, draft: FaxDraft, failed: Callable[[str], None] | None = None) -> None:
        """Copy the draft's files to the spool and record one job per recipient; then queued().

        failed is called with one sentence instead of problem().
        """
        account, service = self._session.account, self._service
        if account is None:
            tell = failed if failed is not None else self.problem.emit
            tell(self.tr("Sign in to RingCentral first, then send the fax."))
            return

        def done(jobs: tuple[FaxJob, ...]) -> None:
            self._held.hold(jobs, draft.undo_s)
            self._take(jobs)
            self.queued.emit(jobs)

        self._disk.submit(
            lambda token, report: service.queue(draft, account, token, report),
            done=done,
            failed=lambda error: self._tell(error, failed),
            is_kept=True,
        )

    def undo_left_s(self, job_ids: int | Sequence[int]) -> float:
        """Seconds left to take back one of these, 0.0 when it is too late."""
        return self._held.left_s(_ids(job_ids))

    def undo(self, job_ids: int | Sequence[int]) -> None:
        """Take a fax back in the seconds after Send; undone() brings the draft for the composer."""
        self._held.undo(_ids(job_ids))

    def cancel(self, job_ids: int | Sequence[int]) -> None:
        """Stop what has not gone; what RingCentral has already is taken back where that is possible."""
        self._stop.cancel(_ids(job_ids))

    def retry(self, job_ids: int | Sequence[int]) -> None:
        """Try failed, cancelled or waiting faxes again now."""
        self._pump.forget_failures()
        self._change(job_ids, lambda service, ids: service.retry(ids))

    def send_again(self, job_ids: int | Sequence[int]) -> None:
        """Send faxes that are over once more, unchanged."""
        self._change(job_ids, lambda service, ids: service.send_again(ids))

    def pause(self, job_ids: int | Sequence[int]) -> None:
        self._change(job_ids, lambda service, ids: service.pause(ids))

    def hold_again(self, as_before: Sequence[FaxJob]) -> None:
        """Take back the cancelling of paused or late ones: they stand as they did before."""
        ids = [job.id for job in as_before]
        self._change(ids, lambda service, ids: service.hold_again(as_before))

    def resume(self, job_ids: int | Sequence[int]) -> None:
        self._change(job_ids, lambda service, ids: service.resume(ids))

    def set_paused(self, is_paused: bool) -> None:
        """Hold the whole queue, also over a restart, or let it go on. What is being sent is finished."""
        owner_id, service = self._jobs.owner_id, self._service
        if not owner_id:
            return
        self._pauses += 1
        if is_paused:
            self._pump.set_paused(True)

        def work() -> bool:
            service.pause_all(owner_id) if is_paused else service.resume_all(owner_id)
            return service.is_paused(owner_id)

        def done(now_paused: bool) -> None:
            if owner_id == self._jobs.owner_id:
                self._pump.set_paused(now_paused)
                self.paused_changed.emit(now_paused)

        self._submit_kept(work, done)

    def reschedule(
        self, job_ids: int | Sequence[int], send_at: datetime | None, send_by: SendBy = SendBy.DESK
    ) -> None:
        """Send these at another time, or as soon as possible (None)."""
        self._stop.reschedule(_ids(job_ids), send_at, send_by)

    def set_deadline(self, job_ids: int | Sequence[int], until: datetime | None) -> None:
        """Keep trying until then; None for the usual number of tries."""
        self._change(job_ids, lambda service, ids: service.set_deadline(ids, until))

    def resolve(self, job_id: int, was_sent: bool) -> None:
        """The user's answer about a fax nobody knows about: it was sent, or send it again."""
        self._change(job_id, lambda service, ids: (service.resolve(ids[0], was_sent),))

    def mark(self, job_ids: int | Sequence[int], was_sent: bool) -> None:
        """What the e-mail said about faxes that were accepted: sent, or failed."""
        self._change(job_ids, lambda service, ids: service.mark(ids, was_sent))

    def mark_seen(self, job_ids: int | Sequence[int]) -> None:
        ids = _ids(job_ids)
        service = self._service

        def done(_: object) -> None:
            seen = [job for job in map(self._jobs.get, ids) if job is not None]
            self._jobs.merge(replace(job, is_seen=True) for job in seen)
            self._news.touch()

        self._submit_kept(lambda: service.mark_seen(ids), done)

    def load_history(self, job_id: int, done: Callable[[tuple[FaxEvent, ...]], None]) -> None:
        """Read the recorded steps of one fax; done is called on the GUI thread, oldest step first."""
        self._read(lambda service: service.history(job_id), done)

    def edit_again(self, job_id: int, done: Callable[[FaxDraft], None]) -> None:
        """Make a draft of an earlier fax, to be changed in the composer."""
        self._read(lambda service: service.draft_of(job_id), done)

    def forward(self, row: FaxRow, done: Callable[[FaxDraft], None]) -> None:
        """Make a draft with the pages of a sent or received fax and no recipient yet."""
        self._read(lambda service: service.forward(row), done)

    @Slot()
    def touch_folders(self) -> None:
        """Another desk changed what folders show (received faxes): look again."""
        self._news.touch()

    def _connect(self) -> None:
        self._jobs.changed.connect(self.jobs_changed)
        self._jobs.job_changed.connect(self.job_changed)
        self._jobs.ended.connect(self.ended)
        self._jobs.moved.connect(self._news.touch)
        self._news.changed.connect(self.folders_changed)
        self._news.counted.connect(self.counts_changed)
        self._news.counted.connect(self._counted)
        self._held.changed.connect(self._take)
        self._held.undone.connect(self.undone)
        self._held.problem.connect(self.problem)
        self._held.problem.connect(self._load)
        self._stop.changed.connect(self._take)
        self._stop.said.connect(self.said)
        self._stop.problem.connect(self.problem)
        self._stop.problem.connect(self._load)
        self._pump.sent.connect(self._sent)
        self._pump.problem.connect(self.problem)
        self._pump.stalled.connect(self._load)
        self._watch.heard.connect(self._take)
        self._recovery.recovered.connect(self._recovered)
        self._recovery.problem.connect(self.problem)
        self._session.account_changed.connect(self._account_changed)
        self._session.state_changed.connect(self._session_changed)

    def _read(self, work: Callable[[FaxService], T], done: Callable[[T], None]) -> None:
        service = self._service
        self._disk.ask(lambda: work(service), done, self._tell)

    def _submit_kept(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        def failed(error: RcdeskError) -> None:
            self._tell(error)
            # Some of them may have moved.
            self._load()

        self._disk.keep(work, done, failed)

    def _change(
        self, job_ids: int | Sequence[int], work: Callable[[FaxService, Sequence[int]], Iterable[FaxJob]]
    ) -> None:
        service, ids = self._service, _ids(job_ids)
        self._submit_kept(lambda: tuple(work(service, ids)), self._take)

    def _tell(self, error: RcdeskError, failed: Callable[[str], None] | None = None) -> None:
        if not isinstance(error, Cancelled):
            tell = failed if failed is not None else self.problem.emit
            tell(str(error))

    @Slot(object)
    def _take(self, jobs: tuple[FaxJob, ...]) -> None:
        """Show new values, and see what there is to do now."""
        self._held.let_go(jobs)
        self._jobs.merge(jobs)
        self._pump.pump()
        self._watch.schedule()

    @Slot()
    def _recovered(self) -> None:
        self._pump.open()
        self._load()

    @Slot()
    def _account_changed(self) -> None:
        account = self._session.account
        owner_id = account.owner_id if account is not None else ""
        if owner_id == self._jobs.owner_id:
            return
        self._held.stop()
        self._jobs.reset(owner_id)
        self._news.set_owner(owner_id)
        self._pump.forget_failures()
        if self._pump.is_paused:
            self._pump.set_paused(False)
            self.paused_changed.emit(False)
        self._watch.schedule()
        if owner_id:
            self._load()

    @Slot()
    def _session_changed(self) -> None:
        is_signed_in = self._session.state is SessionState.SIGNED_IN
        if is_signed_in and not self._was_signed_in:
            self._pump.forget_failures()
            waiting = [job.id for job in self._jobs.all if job.wait_reason is WaitReason.NO_CONNECTION]
            if waiting:
                self._change(waiting, lambda service, ids: service.go_on(ids))
        self._was_signed_in = is_signed_in
        self._pump.pump()
        self._watch.schedule()

    @Slot()
    def _load(self) -> None:
        """Read the account's live jobs from the outbox, and those that seem to be."""
        owner_id, pauses = self._jobs.owner_id, self._pauses
        known = [job.id for job in self._jobs.all if not job.state.is_final]
        if not owner_id:
            return

        def done(answer: tuple[tuple[FaxJob, ...], bool]) -> None:
            jobs, is_paused = answer
            if owner_id == self._jobs.owner_id:
                self._held.hold(jobs)
                self._jobs.merge(jobs, is_news=False)
                # What the user said meanwhile is newer.
                if pauses == self._pauses and is_paused is not self._pump.is_paused:
                    self._pump.set_paused(is_paused)
                    self.paused_changed.emit(is_paused)
                self._pump.pump()
                self._watch.schedule()

        self._read(lambda service: (service.live(owner_id, known), service.is_paused(owner_id)), done)

    @Slot(object)
    def _counted(self, counts: FolderCounts) -> None:
        """A long queue is known in part: when something moved, others are next."""
        if counts.queue > self._jobs.live_count:
            self._load()

    @Slot(object)
    def _sent(self, turn: UploadResult) -> None:
        """A request ended, well or not: its jobs say how."""
        self._jobs.merge(turn.sent.jobs)
        self._stop.heard(turn)
        self._watch.schedule()


def _ids(job_ids: int | Sequence[int]) -> tuple[int, ...]:
    return (job_ids,) if isinstance(job_ids, int) else tuple(job_ids)
