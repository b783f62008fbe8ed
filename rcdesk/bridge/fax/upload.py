"""The request that is under way: at most one, on the faxes lane.

GUI thread. Which jobs go is decided by the outbox, on the lane; their ids come with the first report. Byte
counts are passed on a few times a second. A user who cancels a fax of the request stops it before its last
byte: what was not meant is queued again by the service and goes out without the cancelled one. Read next:
pump.py, services/fax/dispatch.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QElapsedTimer, QObject, Signal

from rcdesk.bridge.runtime.lane import Lane, Report, Task
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError

if TYPE_CHECKING:
    from rcdesk.services.fax.dispatch import Dispatcher, Sent
    from rcdesk.services.fax.faxes import CancelOutcome, FaxService

PROGRESS_MS = 100
PROGRESS_OF_MANY_MS = 250
MANY = 5


class UploadResult(Struct, frozen=True, kw_only=True):
    """What one turn of the lane brought: sent as the service says; cancelled is None when nobody asked.

    left: jobs whose cancelling was asked for too late for this turn.
    """

    sent: Sent
    cancelled: CancelOutcome | None = None
    left: frozenset[int] = frozenset()


class _Unwanted:
    """Which jobs of a turn the user no longer wants; read on the lane when its request is over."""

    def __init__(self, job_ids: frozenset[int] = frozenset()) -> None:
        self.job_ids = job_ids


class FaxUpload(QObject):
    """progressed(tuple of job ids, bytes sent, bytes in all); then finished(Round) or failed(RcdeskError)."""

    progressed = Signal(object, int, int)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(
        self, lane_faxes: Lane, dispatcher: Dispatcher, faxes: FaxService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._lane = lane_faxes
        self._dispatcher = dispatcher
        self._faxes = faxes
        self._task: Task[UploadResult] | None = None
        self._unwanted = _Unwanted()
        self._unheard: frozenset[int] = frozenset()
        self.job_ids: tuple[int, ...] = ()
        self._is_complete = False
        self._since = QElapsedTimer()

    @property
    def is_busy(self) -> bool:
        """True while the lane looks for a fax to send, or sends."""
        return self._task is not None

    def begin(self, owner_id: str) -> None:
        """Send what comes next. Only when not is_busy."""
        self._unwanted = unwanted = _Unwanted(self._unheard)
        self._unheard = frozenset()
        self._since.invalidate()
        dispatcher, faxes = self._dispatcher, self._faxes

        def work(token: CancelToken, report: Report) -> UploadResult:
            early = faxes.cancel(sorted(unwanted.job_ids)) if unwanted.job_ids else None
            sent = dispatcher.send_next(owner_id, token, report)
            late = unwanted.job_ids
            cancelled = faxes.cancel(sorted(late)) if late else None
            if early is not None and cancelled is not None:
                cancelled = replace(cancelled, cancelled=early.cancelled + cancelled.cancelled)
            return UploadResult(sent=sent, cancelled=cancelled, left=late)

        self._task = self._lane.submit(work, done=self._done, failed=self._failed, progress=self._progress)

    def halt(self) -> bool:
        """Stop the request unless all its bytes have left: its faxes wait on. True when none is under way."""
        if self._task is not None and not self._is_complete:
            self._task.cancel()
        return self._task is None

    def cancel_later(self, job_ids: Iterable[int]) -> None:
        """How the request of these ended could not be written down yet: cancel them in the turn that does."""
        self._unheard |= frozenset(job_ids)

    def cancel(self, job_ids: Sequence[int]) -> frozenset[int]:
        """The user no longer wants these sent; returns the ones of this request: they are seen to here."""
        ours = frozenset(job_ids) & frozenset(self.job_ids)
        if self._task is None or not ours:
            return frozenset()
        self._unwanted.job_ids |= ours
        if not self._is_complete:
            # Once all bytes have left, stopping would only lose the answer.
            self._task.cancel()
        return ours

    def _progress(self, value: object) -> None:
        job_ids, sent, total = cast("tuple[tuple[int, ...], int, int]", value)
        is_first = job_ids != self.job_ids
        self.job_ids = job_ids
        self._is_complete = sent >= total > 0
        pause_ms = PROGRESS_MS if len(job_ids) <= MANY else PROGRESS_OF_MANY_MS
        if not is_first and not self._is_complete and self._since.elapsed() < pause_ms:
            return
        self._since.start()
        self.progressed.emit(job_ids, sent, total)

    def _done(self, ended: UploadResult) -> None:
        left = self._unwanted.job_ids - ended.left
        self._end()
        self.finished.emit(UploadResult(sent=ended.sent, cancelled=ended.cancelled, left=left))

    def _failed(self, error: RcdeskError) -> None:
        self.cancel_later(self._unwanted.job_ids)
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self._task = None
        self.job_ids = ()
        self._is_complete = False
