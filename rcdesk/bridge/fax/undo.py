"""Faxes held for the seconds after Send: timed, released when they are over, or taken back by the user.

GUI thread; the disk lane records. How long is measured on the monotonic clock. Read next:
services/fax/faxes.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from rcdesk.bridge.fax.jobs import FaxJobs
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.core.clock import Clock
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState

if TYPE_CHECKING:
    from rcdesk.services.fax.faxes import FaxService

AFTER_ERROR_S = 5.0


LONGEST_S = 60.0


class _UndoWindow(QTimer):
    def __init__(self, job_ids: tuple[int, ...], parent: QObject) -> None:
        super().__init__(parent)
        self.job_ids = job_ids
        self.setSingleShot(True)
        self.setTimerType(Qt.TimerType.PreciseTimer)


class UndoWindows(QObject):
    """over(tuple of job ids): their time to be taken back has passed.

    On the monotonic clock: a machine whose clock is set meanwhile neither sends too early nor keeps a fax.
    """

    over = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._windows: dict[int, _UndoWindow] = {}

    def open(self, batch_id: int, job_ids: Iterable[int], left_s: float) -> None:
        """Keep the jobs of one Send for so long, at most a minute; nothing when it has a window already."""
        if batch_id in self._windows:
            return
        window = _UndoWindow(tuple(job_ids), self)
        window.timeout.connect(self._fired)
        self._windows[batch_id] = window
        window.start(int(min(max(left_s, 0.0), LONGEST_S) * 1000))

    def close(self, job_ids: Sequence[int]) -> None:
        """These jobs are held no longer; a window closes with the last of its jobs."""
        gone = frozenset(job_ids)
        for batch_id, window in list(self._windows.items()):
            if gone.isdisjoint(window.job_ids):
                continue
            window.job_ids = tuple(job_id for job_id in window.job_ids if job_id not in gone)
            if not window.job_ids:
                self._remove(batch_id)

    def left_s(self, job_ids: Sequence[int]) -> float:
        """Seconds left to take back one of these jobs, 0.0 when it is too late for all."""
        wanted = frozenset(job_ids)
        left_ms = [w.remainingTime() for w in self._windows.values() if not wanted.isdisjoint(w.job_ids)]
        return max(0, max(left_ms, default=0)) / 1000

    def stop(self) -> None:
        """Drop all timers; the jobs stay held on disk."""
        for batch_id in list(self._windows):
            self._remove(batch_id)

    @Slot()
    def _fired(self) -> None:
        for batch_id, window in list(self._windows.items()):
            if not window.isActive():
                job_ids = window.job_ids
                self._remove(batch_id)
                self.over.emit(job_ids)

    def _remove(self, batch_id: int) -> None:
        window = self._windows.pop(batch_id)
        window.stop()
        window.deleteLater()


class FaxUndo(Telling):
    """changed(tuple[FaxJob, ...]) when held jobs moved on; undone(FaxDraft) taken back; problem(str)."""

    changed = Signal(object)
    undone = Signal(object)

    def __init__(
        self,
        lane_disk: Lane,
        faxes: FaxService,
        jobs: FaxJobs,
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._disk = lane_disk
        self._service = faxes
        self._jobs = jobs
        self._clock = clock
        self._windows = UndoWindows(self)
        self._windows.over.connect(self._release)

    def stop(self) -> None:
        """Drop the timers; the jobs stay held on disk."""
        self._windows.stop()

    def left_s(self, job_ids: Sequence[int]) -> float:
        return self._windows.left_s(job_ids)

    def hold(self, jobs: Iterable[FaxJob], undo_s: float | None = None) -> None:
        """Time the held ones, each Send by itself; undo_s None: what is left of their time on disk."""
        held = [job for job in jobs if job.state is FaxState.HELD]
        now = self._clock.now()
        for batch_id in {job.batch_id for job in held}:
            batch = [job for job in held if job.batch_id == batch_id]
            left_s = ((batch[0].retry_at or now) - now).total_seconds() if undo_s is None else undo_s
            self._windows.open(batch_id, (job.id for job in batch), left_s)

    def let_go(self, jobs: Iterable[FaxJob]) -> None:
        """Those of these that are held no longer need no timer."""
        self._windows.close([job.id for job in jobs if job.state is not FaxState.HELD])

    def undo(self, job_ids: Sequence[int]) -> None:
        """Take these back; undone() brings them as one draft."""
        service, ids = self._service, tuple(job_ids)

        def work() -> tuple[tuple[FaxJob, ...], FaxDraft | None]:
            jobs = service.undo(ids)
            if not jobs:
                return (), None
            draft = service.draft_of(jobs[0].id)
            return jobs, replace(draft, recipients=tuple(job.recipient for job in jobs))

        def done(answer: tuple[tuple[FaxJob, ...], FaxDraft | None]) -> None:
            jobs, draft = answer
            self.changed.emit(jobs)
            if draft is None:
                self.problem.emit(self.tr("It is too late to take this fax back: it is on its way."))
            else:
                self.undone.emit(draft)

        self._disk.keep(work, done, self._tell)

    @Slot(object)
    def _release(self, job_ids: tuple[int, ...]) -> None:
        """The time to take them back is over; when that cannot be recorded, it lasts a little longer."""
        service = self._service

        def failed(error: RcdeskError) -> None:
            self._tell(error)
            self.hold([job for job in map(self._jobs.get, job_ids) if job is not None], AFTER_ERROR_S)

        self._disk.keep(lambda: service.release(job_ids), self.changed.emit, failed)
