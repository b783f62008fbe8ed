"""What keeps faxes going out: asks the lane for the next request whenever one may be due.

GUI thread. The outbox decides what is sent and when; the pump only knows when to ask: after every change,
when the earliest waiting fax is due, and after a pause when asking itself failed (disk, sign-in). Its timer
is monotonic and looks at the wall clock once a minute, so neither a sleeping machine nor one whose clock is
set lets a fax lie. Read next: upload.py, services/fax/dispatch.py.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.fax.jobs import FaxJobs
from rcdesk.bridge.fax.upload import FaxUpload, UploadResult
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.clock import Clock
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.fax.fax import FaxJob, FaxState, WaitReason

if TYPE_CHECKING:
    from rcdesk.services.fax.dispatch import Dispatcher
    from rcdesk.services.fax.faxes import FaxService

HOLD_S = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
LONGEST_NAP_S = 60.0
SHORTEST_NAP_S = 1.0
LOOK_AGAIN_S = 10.0


_log = logging.getLogger(__name__)


class FaxRecovery(QObject):
    """The first thing of a run: recovered() once; problem(str) each time it could not be done yet.

    Until it works nothing is sent, because nobody would know what was sent already.
    """

    recovered = Signal()
    problem = Signal(str)

    def __init__(
        self, lane_disk: Lane, faxes: FaxService, keep_files_days: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._disk = lane_disk
        self._service = faxes
        self._keep_files_days = keep_files_days
        self._failures = 0
        self._is_stopped = False
        self._timer = single_shot(self, self.start)

    @Slot()
    def start(self) -> None:
        service, keep_days = self._service, self._keep_files_days
        self._disk.keep(lambda: service.recover(keep_days), self._done, self._failed)

    def stop(self) -> None:
        self._is_stopped = True
        self._timer.stop()

    def _done(self, jobs: tuple[FaxJob, ...]) -> None:
        if jobs:
            _log.info("%d faxes were under way when rcdesk stopped", len(jobs))
        self.recovered.emit()

    def _failed(self, error: RcdeskError) -> None:
        self.problem.emit(str(error))
        if not self._is_stopped:
            self._timer.start(int(HOLD_S[min(self._failures, len(HOLD_S) - 1)] * 1000))
            self._failures += 1


class FaxPump(QObject):
    """sent(Round) after each turn; problem(str) when a turn could not be recorded.

    stalled(): what is shown may not be what the outbox holds, so that it must be read again.
    """

    sent = Signal(object)
    problem = Signal(str)
    stalled = Signal()

    def __init__(
        self,
        lane_faxes: Lane,
        session: SessionDesk,
        dispatcher: Dispatcher,
        faxes: FaxService,
        jobs: FaxJobs,
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self._clock = clock
        self._is_ready = False
        self.is_paused = False
        self._is_wanted = False
        self._failures = 0
        self._held_until_s = 0.0
        self._looked_s = -LOOK_AGAIN_S
        self._told = WaitReason.NONE
        self._due_at: datetime | None = None
        self._due_s: float | None = None
        self._upload = FaxUpload(lane_faxes, dispatcher, faxes, self)
        self._upload.progressed.connect(jobs.progress)
        self._upload.finished.connect(self._finished)
        self._upload.failed.connect(self._failed)
        self._timer = single_shot(self, self._tick)

    @property
    def job_ids(self) -> tuple[int, ...]:
        """The jobs of the request under way, () when none is."""
        return self._upload.job_ids

    @property
    def is_waiting(self) -> bool:
        """True while a timer runs until the next fax may be due."""
        return self._timer.isActive()

    @property
    def next_look_in_ms(self) -> int:
        """Milliseconds until the next waiting fax is due, -1 when none waits for its time."""
        if self._due_s is None or not self._timer.isActive():
            return -1
        return max(0, int((self._due_s - self._clock.monotonic()) * 1000))

    def open(self) -> None:
        """What the last run left behind is in order: sending may begin."""
        self._is_ready = True
        self.pump()

    def set_paused(self, is_paused: bool) -> None:
        """Hold the whole queue, or let it go on. A request under way is finished."""
        self.is_paused = is_paused
        self.pump()

    def stop(self) -> None:
        """Send no more; part of shutdown. A request under way is stopped with its lane."""
        self._is_ready = False
        self._timer.stop()

    def halt(self) -> bool:
        """Send no more, and stop what has not left; True when no request is under way (any more)."""
        self.stop()
        return self._upload.halt()

    def cancel(self, job_ids: Sequence[int]) -> frozenset[int]:
        """Stop these when they are being sent now; returns which ones were."""
        return self._upload.cancel(job_ids)

    def cancel_later(self, job_ids: Sequence[int]) -> None:
        """Cancel these in the next turn: see FaxUpload."""
        self._upload.cancel_later(job_ids)
        self.pump()

    def forget_failures(self) -> None:
        """The cause of earlier failures is gone: the next turn may come at once."""
        self._failures = 0
        self._held_until_s = 0.0
        self._told = WaitReason.NONE

    @Slot()
    def pump(self) -> None:
        """Ask for the next request when there may be one to send."""
        self._timer.stop()
        self._due_at = self._due_s = None
        if not self._may_send():
            return
        if self._upload.is_busy:
            self._is_wanted = True
            return
        wait_s = self._held_until_s - self._clock.monotonic()
        if wait_s > 0:
            self._nap(wait_s, None)
            return
        self._is_wanted = False
        self._upload.begin(self._jobs.owner_id)

    def _may_send(self) -> bool:
        return (
            self._is_ready
            and not self.is_paused
            and bool(self._jobs.owner_id)
            and self._session.is_signed_in
            # One that still seems to be sent: how its request ended could not be written down yet.
            and self._jobs.has(FaxState.QUEUED, FaxState.WAITING, FaxState.SENDING)
        )

    def _nap(self, wait_s: float, due_at: datetime | None) -> None:
        """Ask again after wait_s, or as soon as the wall clock says due_at."""
        self._due_at, self._due_s = due_at, self._clock.monotonic() + wait_s
        self._timer.start(int(min(wait_s, LONGEST_NAP_S) * 1000) + 20)

    @Slot()
    def _tick(self) -> None:
        due_at, left_s = self._due_at, (self._due_s or 0.0) - self._clock.monotonic()
        if left_s <= 0 or (due_at is not None and due_at <= self._clock.now()):
            self.pump()
        else:
            self._timer.start(int(min(left_s, LONGEST_NAP_S) * 1000) + 20)

    @Slot(object)
    def _finished(self, turn: UploadResult) -> None:
        self._failures = 0
        was_wanted = self._is_wanted
        self.sent.emit(turn)
        self._tell(turn.sent.jobs)
        if turn.sent.jobs or was_wanted or turn.cancelled is not None:
            self.pump()
        elif not self._upload.is_busy and self._may_send():
            self._nap_until(turn.sent.next_due_at)

    def _tell(self, jobs: Sequence[FaxJob]) -> None:
        """Say why a request did not get through, once for each cause, and what it means for the session."""
        if any(job.state is FaxState.HANDED_OVER for job in jobs):
            self._told = WaitReason.NONE
            self._session.heard_answer()
            return
        job = next((job for job in jobs if job.state is FaxState.WAITING), None)
        if job is None:
            return
        if job.wait_reason is not self._told:
            self._told = job.wait_reason
            self.problem.emit(job.detail)
        if job.wait_reason is WaitReason.RATE_LIMIT and job.retry_at is not None:
            self._session.rate_limited.emit(max(0.0, (job.retry_at - self._clock.now()).total_seconds()))
        elif job.wait_reason is not WaitReason.RETRY:
            self._session.check()

    def _nap_until(self, due_at: datetime | None) -> None:
        """Nothing is due: wait for what is next, or look now and then for a number that becomes free."""
        if due_at is not None:
            wait_s = (due_at - self._clock.now()).total_seconds()
            self._nap(max(wait_s, SHORTEST_NAP_S), due_at)
        elif any(
            job.state is FaxState.QUEUED or job.wait_reason is WaitReason.SAME_NUMBER
            for job in self._jobs.all
        ):
            self._nap(LONGEST_NAP_S, None)
        now_s = self._clock.monotonic()
        if self._jobs.has(FaxState.QUEUED) and now_s - self._looked_s > LOOK_AGAIN_S:
            # The outbox lets one wait that is shown as queued: another fax to its number is going out.
            self._looked_s = now_s
            self.stalled.emit()

    @Slot(object)
    def _failed(self, error: object) -> None:
        """The turn could not even be recorded, or nobody is signed in: wait longer each time."""
        assert isinstance(error, RcdeskError)
        if not isinstance(error, Cancelled):
            self._held_until_s = self._clock.monotonic() + HOLD_S[min(self._failures, len(HOLD_S) - 1)]
            self._failures += 1
            self._session.heard_error(error)
            self.problem.emit(str(error))
        self.stalled.emit()
        self.pump()
