"""The upload that is under way: at most one, on the faxes lane.

GUI thread. Turns the reported byte counts into jobs to show, at most ten a second, and tells the user's
cancel from a shutdown: a fax that shutdown stopped before its last byte is queued again, not cancelled. Read
next: services/faxes.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from rcdesk.bridge.lane import Lane, Report, Task
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax import FaxJob, FaxState

if TYPE_CHECKING:
    from rcdesk.services.faxes import FaxService

PROGRESS_MS = 100


class FaxUpload(QObject):
    """progressed(FaxJob) while bytes leave; then finished(FaxJob) or failed(int job id, RcdeskError)."""

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(int, object)

    def __init__(self, lane_faxes: Lane, faxes: FaxService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane_faxes
        self._service = faxes
        self._job: FaxJob | None = None
        self._task: Task[FaxJob] | None = None
        self._wish = CancelToken()
        self._since = QElapsedTimer()

    @property
    def job_id(self) -> int | None:
        """The job under way, None when none is."""
        return self._job.id if self._job is not None else None

    def begin(self, job: FaxJob) -> None:
        """Send this job now. Only when job_id is None."""
        self._job = job
        self._wish = wish = CancelToken()
        self._since.invalidate()
        service, job_id = self._service, job.id

        def work(token: CancelToken, report: Report) -> FaxJob:
            ended: FaxJob = service.send(job_id, token, lambda sent, total: report((sent, total)))
            if ended.state is FaxState.CANCELLED and not wish.is_cancelled:
                ended = service.retry(job_id)
            return ended

        self._task = self._lane.submit(work, done=self._done, failed=self._failed, progress=self._progress)

    def cancel(self, job_id: int) -> bool:
        """The user no longer wants this job sent; False when it is not the one under way."""
        if self._task is None or self.job_id != job_id:
            return False
        self._wish.cancel()
        self._task.cancel()
        return True

    def _progress(self, value: object) -> None:
        sent, total = cast("tuple[int, int]", value)
        if self._job is None or (
            self._since.isValid() and self._since.elapsed() < PROGRESS_MS and sent < total
        ):
            return
        self._since.start()
        self._job = replace(self._job, state=FaxState.SENDING, detail="", bytes_sent=sent, bytes_total=total)
        self.progressed.emit(self._job)

    def _done(self, job: FaxJob) -> None:
        self._job = self._task = None
        self.finished.emit(job)

    def _failed(self, error: RcdeskError) -> None:
        job, self._job, self._task = self._job, None, None
        if job is not None:
            self.failed.emit(job.id, error)
