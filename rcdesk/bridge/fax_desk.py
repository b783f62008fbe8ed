"""Faxes as the window sees them: checked, queued, sent one after the other, followed to their end.

GUI thread. The disk lane checks and records, the faxes lane uploads (one job at a time), the calls lane asks
the message store how handed-over faxes fare. Timers only submit, and run only while something waits or is
at the service. What is true is what the outbox says; this desk holds a copy to show. Read next:
fax_upload.py, services/faxes.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from rcdesk.bridge.fax_upload import FaxUpload
from rcdesk.bridge.lane import Lane
from rcdesk.bridge.session_desk import SessionDesk, SessionState
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import Cancelled, RateLimited, RcdeskError
from rcdesk.core.fax import FaxDraft, FaxEvent, FaxJob, FaxState
from rcdesk.core.polling import fax_interval_s

if TYPE_CHECKING:
    from rcdesk.services.faxes import FaxService

_log = logging.getLogger(__name__)

RETRY_S = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
SIGN_IN_FIRST = "Sign in to RingCentral first, then send the fax."


class FaxDesk(QObject):
    """Jobs of the signed-in account.

    Signals: jobs_changed(tuple[FaxJob, ...]) when the list changed; job_changed(FaxJob) for every change of
    one, upload progress included; checked(tuple[DocumentCheck, ...]); queued(tuple[FaxJob, ...]); and
    problem(str), one sentence.
    """

    jobs_changed = Signal(object)
    job_changed = Signal(object)
    checked = Signal(object)
    queued = Signal(object)
    problem = Signal(str)

    def __init__(
        self,
        lane_faxes: Lane,
        lane_disk: Lane,
        lane_calls: Lane,
        session: SessionDesk,
        faxes: FaxService,
        *,
        clock: Clock | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._disk = lane_disk
        self._calls_lane = lane_calls
        self._session = session
        self._service = faxes
        self._clock: Clock = clock or SystemClock()
        self._owner_id = ""
        self._jobs: dict[int, FaxJob] = {}
        self._tries: dict[int, int] = {}
        self._not_before_s: dict[int, float] = {}
        self._is_refresh_due = False
        self._is_stopped = False
        self._upload = FaxUpload(lane_faxes, faxes, self)
        self._upload.progressed.connect(self._put)
        self._upload.finished.connect(self._sent)
        self._upload.failed.connect(self._send_failed)
        self._poll_timer = self._timer(self._poll)
        self._retry_timer = self._timer(self._pump)
        session.account_changed.connect(self._account_changed)
        session.state_changed.connect(self._session_changed)

    @property
    def jobs(self) -> tuple[FaxJob, ...]:
        """The faxes of the account, newest first."""
        return tuple(self._jobs[key] for key in sorted(self._jobs, reverse=True))

    @property
    def is_polling(self) -> bool:
        """True while a timer runs: never when no fax waits or is at the service."""
        return self._poll_timer.isActive() or self._retry_timer.isActive()

    @property
    def sending_id(self) -> int | None:
        """The job that is being uploaded, None when none is."""
        return self._upload.job_id

    @property
    def next_try_in_ms(self) -> int:
        """Milliseconds until the next waiting fax is tried, -1 when none waits for its time."""
        return self._retry_timer.remainingTime()

    def start(self) -> None:
        """Put what the last run left half done into its honest state. Call once."""
        service = self._service
        self._disk.submit(
            lambda token, report: service.recover(),
            done=self._recovered,
            failed=self._disk_failed,
            is_kept=True,
        )

    def stop(self) -> None:
        """Stop the timers; part of shutdown. An upload is stopped with its lane."""
        self._is_stopped = True
        self._poll_timer.stop()
        self._retry_timer.stop()

    def check_files(self, paths: Sequence[Path]) -> None:
        """Look at files that were dropped or chosen; checked() brings one DocumentCheck each, in order."""
        service, wanted = self._service, tuple(paths)
        self._disk.submit(
            lambda token, report: service.check(wanted, token),
            done=self.checked.emit,
            failed=self._disk_failed,
        )

    def queue(self, draft: FaxDraft) -> None:
        """Copy the draft's files to the spool and record one job per recipient; then queued()."""
        account, service = self._session.account, self._service
        if account is None:
            self.problem.emit(SIGN_IN_FIRST)
            return
        self._disk.submit(
            lambda token, report: service.queue(draft, account, token, report),
            done=self._queued,
            failed=self._disk_failed,
        )

    def cancel(self, job_id: int) -> None:
        """Stop an upload, or take a fax that has not left out of the queue."""
        if self._upload.cancel(job_id):
            return
        service, now = self._service, self._clock.now()
        self._change(lambda: service.cancel(job_id, now))

    def retry(self, job_id: int) -> None:
        """Queue a failed or cancelled fax again."""
        service = self._service
        self._release(job_id)
        self._change(lambda: service.retry(job_id))

    def resolve(self, job_id: int, was_sent: bool) -> None:
        """The user's answer about an interrupted fax: it arrived, or send it again."""
        service = self._service
        self._release(job_id)
        self._change(lambda: service.resolve(job_id, was_sent))

    def load_history(self, job_id: int, done: Callable[[tuple[FaxEvent, ...]], None]) -> None:
        """Read the recorded steps of one fax; done is called on the GUI thread, oldest step first."""
        service = self._service
        self._disk.submit(lambda token, report: service.history(job_id), done=done, failed=self._disk_failed)

    def _timer(self, tick: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(tick)
        return timer

    def _change(self, work: Callable[[], FaxJob]) -> None:
        self._disk.submit(
            lambda token, report: work(), done=self._changed, failed=self._disk_failed, is_kept=True
        )

    def _changed(self, job: FaxJob) -> None:
        self._put(job)
        self._pump()

    def _queued(self, jobs: tuple[FaxJob, ...]) -> None:
        self._merge(jobs)
        self.queued.emit(jobs)
        self._pump()

    def _recovered(self, jobs: tuple[FaxJob, ...]) -> None:
        if jobs:
            _log.info("%d faxes were under way when rcdesk stopped", len(jobs))
        self._load()

    def _disk_failed(self, error: RcdeskError) -> None:
        if not isinstance(error, Cancelled):
            self.problem.emit(str(error))

    @Slot()
    def _account_changed(self) -> None:
        account = self._session.account
        owner_id = account.owner_id if account is not None else ""
        if owner_id == self._owner_id:
            return
        self._owner_id = owner_id
        self._jobs.clear()
        self._tries.clear()
        self._not_before_s.clear()
        self._poll_timer.stop()
        self._retry_timer.stop()
        self.jobs_changed.emit(())
        if owner_id:
            self._load()

    @Slot()
    def _session_changed(self) -> None:
        if self._session.state is SessionState.SIGNED_IN:
            self._tries.clear()
            self._not_before_s.clear()
        self._pump()
        self._schedule_poll()

    def _load(self) -> None:
        """Read the account's jobs from the outbox."""
        service, owner_id = self._service, self._owner_id
        if not owner_id:
            return

        def done(jobs: tuple[FaxJob, ...]) -> None:
            if owner_id == self._owner_id:
                self._jobs = {job.id: self._with_progress(job) for job in jobs}
                for job in jobs:
                    if job.state is FaxState.WAITING and job.id not in self._not_before_s:
                        self._hold_until_told(job)
                self.jobs_changed.emit(self.jobs)
                self._pump()
                self._schedule_poll()

        def failed(error: RcdeskError) -> None:
            self._disk_failed(error)
            self._pump()

        self._disk.submit(lambda token, report: service.jobs(owner_id), done=done, failed=failed)

    def _with_progress(self, job: FaxJob) -> FaxJob:
        """A job that is being sent keeps the progress shown so far."""
        shown = self._jobs.get(job.id)
        if shown is not None and shown.state is FaxState.SENDING is job.state:
            return replace(job, bytes_sent=shown.bytes_sent, bytes_total=shown.bytes_total)
        return job

    @Slot()
    def _pump(self) -> None:
        """Send the next fax whose turn has come, when none is being sent."""
        self._retry_timer.stop()
        if self._is_stopped or self._upload.job_id is not None or not self._session.is_signed_in:
            return
        now_s = self._clock.monotonic()
        soonest_s: float | None = None
        for job in reversed(self.jobs):
            if job.state not in (FaxState.QUEUED, FaxState.WAITING):
                continue
            wait_s = self._not_before_s.get(job.id, now_s) - now_s
            if wait_s <= 0:
                self._upload.begin(job)
                return
            soonest_s = wait_s if soonest_s is None else min(soonest_s, wait_s)
        if soonest_s is not None:
            self._retry_timer.start(int(soonest_s * 1000) + 50)

    def _hold_until_told(self, job: FaxJob) -> None:
        """Wait as long as the job's record says: what its sentence promised."""
        if job.retry_at is not None:
            wait_s = max(0.0, (job.retry_at - self._clock.now()).total_seconds())
            self._not_before_s[job.id] = self._clock.monotonic() + wait_s

    def _hold(self, job_id: int) -> None:
        """Wait before the next try of a job whose last one could not be recorded, longer each time."""
        tries = self._tries.get(job_id, 0)
        self._tries[job_id] = tries + 1
        self._not_before_s[job_id] = self._clock.monotonic() + RETRY_S[min(tries, len(RETRY_S) - 1)]

    def _release(self, job_id: int) -> None:
        """The next try of this job may come at once."""
        self._tries.pop(job_id, None)
        self._not_before_s.pop(job_id, None)

    @Slot(object)
    def _sent(self, job: FaxJob) -> None:
        """An upload ended, well or not: the job says how."""
        if job.state is FaxState.WAITING:
            self._hold_until_told(job)
            self._session.check()
        else:
            self._release(job.id)
        if job.state is FaxState.HANDED_OVER:
            self._session.heard_answer()
        elif job.detail and job.state not in (FaxState.CANCELLED, FaxState.QUEUED):
            self.problem.emit(job.detail)
        self._put(job)
        self._pump()
        self._schedule_poll()

    @Slot(int, object)
    def _send_failed(self, job_id: int, error: object) -> None:
        """The service could not even record what happened (disk, sign-in, bug): wait before trying again."""
        assert isinstance(error, RcdeskError)
        self._hold(job_id)
        if not isinstance(error, Cancelled):
            self._session.heard_error(error)
            self.problem.emit(str(error))
        self._load()

    @Slot()
    def _poll(self) -> None:
        if self._is_refresh_due or not self._owner_id:
            return
        service, owner_id = self._service, self._owner_id
        self._is_refresh_due = True
        self._calls_lane.submit(
            lambda token, report: service.refresh(owner_id, token),
            done=self._refreshed,
            failed=self._not_refreshed,
        )

    def _refreshed(self, jobs: tuple[FaxJob, ...]) -> None:
        self._is_refresh_due = False
        self._session.heard_answer()
        self._merge(tuple(job for job in jobs if job.owner_id == self._owner_id))
        self._pump()
        self._schedule_poll()

    def _not_refreshed(self, error: RcdeskError) -> None:
        self._is_refresh_due = False
        if isinstance(error, Cancelled):
            return
        self._session.heard_error(error)
        self._schedule_poll(at_least_s=error.retry_after_s if isinstance(error, RateLimited) else 5.0)

    def _schedule_poll(self, at_least_s: float = 0.0) -> None:
        """Start the timer for the next look at the message store, or leave it stopped when there is none."""
        now = self._clock.now()
        ages = [(now - j.changed_at).total_seconds() for j in self._jobs.values() if _is_followed(j)]
        interval_s = fax_interval_s(min(ages, default=None))
        if interval_s is None or self._is_stopped or not self._session.is_signed_in:
            self._poll_timer.stop()
        elif not self._poll_timer.isActive() and not self._is_refresh_due:
            self._poll_timer.start(int(max(interval_s, at_least_s) * 1000))

    def _merge(self, jobs: tuple[FaxJob, ...]) -> None:
        for job in reversed(jobs):
            self._put(job)

    @Slot(object)
    def _put(self, job: FaxJob) -> None:
        """Keep the newest value of a job and tell what changed."""
        before = self._jobs.get(job.id)
        if before == job or job.owner_id != self._owner_id:
            return
        if before is not None and before.changed_at > job.changed_at:
            return
        self._jobs[job.id] = job
        self.job_changed.emit(job)
        if before is None or before.state is not job.state:
            self.jobs_changed.emit(self.jobs)


def _is_followed(job: FaxJob) -> bool:
    """True for a fax whose fate only the service knows yet; an interrupted one is looked for there."""
    return job.state in (FaxState.HANDED_OVER, FaxState.INTERRUPTED)
