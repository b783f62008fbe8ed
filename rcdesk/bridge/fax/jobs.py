"""The faxes of this run, as the GUI thread knows them: those under way, and the last that ended.

A copy to show, never the truth: that is the outbox. It takes in what the lanes bring back, in any order, and
says what is new. Folders do not come from here but from folder_model.py. GUI thread. Read next: fax_desk.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from rcdesk.core.clock import Clock
from rcdesk.core.fax.fax import FaxJob, FaxState

KEPT_ENDED = 200
"""How many faxes that are over stay in memory: enough for the card beside the composer."""

_NEWS = (FaxState.SENT, FaxState.FAILED, FaxState.NEEDS_YOU)


class FaxJobs(QObject):
    """Jobs of one owner.

    Signals: changed(tuple[FaxJob, ...]) once for everything that came in together; job_changed(FaxJob) for
    every change of one; ended(FaxJob) when one was sent, failed or now needs the user, but not by the user's
    own word; moved() when a state changed or a job is new, so that folders must be read again.
    """

    changed = Signal(object)
    job_changed = Signal(object)
    ended = Signal(object)
    moved = Signal()

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self.owner_id = ""
        """Whose jobs are kept, "" for nobody's."""
        self._jobs: dict[int, FaxJob] = {}

    @property
    def all(self) -> tuple[FaxJob, ...]:
        """Every job kept, newest first."""
        return tuple(self._jobs[key] for key in sorted(self._jobs, reverse=True))

    @property
    def live_count(self) -> int:
        return sum(not job.state.is_final for job in self._jobs.values())

    def get(self, job_id: int) -> FaxJob | None:
        """One job, None when it is not kept (an old one)."""
        return self._jobs.get(job_id)

    def has(self, *states: FaxState) -> bool:
        return any(job.state in states for job in self._jobs.values())

    def reset(self, owner_id: str) -> None:
        """Forget everything and keep the jobs of this owner from now on."""
        self.owner_id = owner_id
        self._jobs.clear()
        self.changed.emit(())

    def merge(self, jobs: Iterable[FaxJob], *, is_news: bool = True) -> None:
        """Take in newer values. is_news: False for what may have been so before this run looked."""
        news: list[FaxJob] = []
        has_moved = False
        for job in jobs:
            before = self._jobs.get(job.id)
            if before == job or job.owner_id != self.owner_id or self._is_stale(job, before):
                continue
            self._jobs[job.id] = job = _with_progress(job, before)
            has_new_state = before is None or before.state is not job.state
            has_moved = has_moved or has_new_state
            is_told = job.state in _NEWS and not job.is_marked
            if (is_news or before is not None) and has_new_state and is_told:
                news.append(job)
            self.job_changed.emit(job)
        self._drop_oldest()
        if has_moved:
            self.changed.emit(self.all)
            self.moved.emit()
        for job in news:
            self.ended.emit(job)

    def progress(self, job_ids: Sequence[int], bytes_sent: int, bytes_total: int) -> None:
        """These jobs are being sent, and this much of their request has left."""
        has_moved = False
        for job_id in job_ids:
            before = self._jobs.get(job_id)
            if before is None or before.state not in (FaxState.QUEUED, FaxState.WAITING, FaxState.SENDING):
                continue
            has_moved = has_moved or before.state is not FaxState.SENDING
            self._jobs[job_id] = job = replace(
                before, state=FaxState.SENDING, detail="", bytes_sent=bytes_sent, bytes_total=bytes_total
            )
            self.job_changed.emit(job)
        if has_moved:
            self.changed.emit(self.all)
            self.moved.emit()

    def _is_stale(self, job: FaxJob, before: FaxJob | None) -> bool:
        """An answer that was overtaken by a newer one; unless the machine's clock has gone back."""
        return (
            before is not None
            and before.changed_at > job.changed_at
            and before.changed_at <= self._clock.now()
        )

    def _drop_oldest(self) -> None:
        over = sorted(key for key, job in self._jobs.items() if job.state.is_final)
        for key in over[:-KEPT_ENDED]:
            del self._jobs[key]


def _with_progress(job: FaxJob, before: FaxJob | None) -> FaxJob:
    """A job that is being sent keeps the progress shown so far: the outbox does not record it."""
    if before is not None and before.state is FaxState.SENDING is job.state and not job.bytes_total:
        return replace(job, bytes_sent=before.bytes_sent, bytes_total=before.bytes_total)
    return job
