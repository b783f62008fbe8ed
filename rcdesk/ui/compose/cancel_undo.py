"""Taking a cancelling back: what was just cancelled goes into the queue again, a scheduled fax at its time.

Only faxes that were here and certain are watched: for those that RingCentral has, the desk says itself how it
went. GUI thread. Read next: folders/actions.py, foot_line.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.fax import FaxJob, FaxState, WaitReason
from rcdesk.ui.words.fax_words import who

if TYPE_CHECKING:
    from rcdesk.bridge.fax.fax_desk import FaxDesk

TOGETHER_MS = 60
_UNDOABLE = frozenset({FaxState.QUEUED, FaxState.WAITING, FaxState.HELD})


class CancelUndo(QObject):
    """watch() before cancelling; undo() while cancelled() still stands on the screen.

    cancelled(sentence, can it be taken back) comes once for everything that was cancelled together.
    """

    cancelled = Signal(str, bool)

    def __init__(self, faxes: FaxDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._faxes = faxes
        self._watched: dict[int, FaxJob] = {}
        self._gone: dict[int, FaxJob] = {}
        self._together = single_shot(self, self._tell, TOGETHER_MS)
        faxes.job_changed.connect(self._changed)

    def watch(self, jobs: Sequence[FaxJob]) -> bool:
        """These are about to be cancelled; the ones cancelled before can no longer be taken back here.

        True when cancelled() tells of all of them.
        """
        self._gone.clear()
        self._watched = {job.id: job for job in jobs if job.state in _UNDOABLE or job.is_late}
        return len(self._watched) == len(jobs)

    @Slot()
    def undo(self) -> None:
        """They stand as they did: what waited for the user's word does not go without it."""
        gone, now = tuple(self._gone.values()), datetime.now(UTC)
        self._gone.clear()
        asked = tuple(job for job in gone if job.is_late or job.wait_reason is WaitReason.PAUSED)
        if asked:
            self._faxes.hold_again(asked)
        gone = tuple(job for job in gone if job not in asked)
        for job in gone:
            if job.is_scheduled and job.send_at is not None and job.send_at > now:
                self._faxes.reschedule([job.id], job.send_at, job.send_by)
        again = [job.id for job in gone if not (job.is_scheduled and job.send_at and job.send_at > now)]
        if again:
            self._faxes.retry(again)

    @Slot(object)
    def _changed(self, job: FaxJob) -> None:
        if job.state is FaxState.CANCELLED and job.id in self._watched:
            self._gone[job.id] = self._watched.pop(job.id)
            self._together.start()

    @Slot()
    def _tell(self) -> None:
        gone = tuple(self._gone.values())
        if not gone:
            return
        words = self.tr("{0} faxes were cancelled.").format(len(gone))
        if len(gone) == 1:
            words = self.tr("The fax to {0} was cancelled.").format(who(gone[0]))
        self.cancelled.emit(words, True)
