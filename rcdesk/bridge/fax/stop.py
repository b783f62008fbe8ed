"""Faxes the user wants stopped: before they go, while they go, and after RingCentral has them.

GUI thread. What is ours is stopped on the disk lane; a request under way is stopped before its last byte by
upload.py; what the service has is taken back on the calls lane where the service allows it, and the user
is told what came of it. Read next: services/fax/faxes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.fax.jobs import FaxJobs
from rcdesk.bridge.fax.pump import FaxPump
from rcdesk.bridge.fax.upload import UploadResult
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax.fax import FaxState, SendBy

if TYPE_CHECKING:
    from rcdesk.services.fax.faxes import CancelOutcome, FaxService
    from rcdesk.services.fax.take_back import TakeBack


class FaxStop(Telling):
    """changed(tuple[FaxJob, ...]) what moved; said(str) and problem(str), one sentence on how it went."""

    changed = Signal(object)
    said = Signal(str)

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        session: SessionDesk,
        faxes: FaxService,
        jobs: FaxJobs,
        pump: FaxPump,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._disk = lanes["disk"]
        self._calls = lanes["calls"]
        self._session = session
        self._service = faxes
        self._jobs = jobs
        self._pump = pump

    def cancel(self, job_ids: Sequence[int]) -> None:
        """Stop what has not gone; what RingCentral has already is taken back where that is possible."""
        going = self._pump.cancel(job_ids)
        self._cancel_here([job_id for job_id in job_ids if job_id not in going], self._cancelled)

    def reschedule(self, job_ids: Sequence[int], send_at: datetime | None, send_by: SendBy) -> None:
        """Another time for these; those the service keeps for later are taken back from it first."""
        there = [job.id for job in map(self._jobs.get, job_ids) if job and job.state is FaxState.HANDED_OVER]
        service = self._service

        def change(ids: Sequence[int]) -> None:
            self._disk.keep(lambda: service.reschedule(ids, send_at, send_by), self.changed.emit, self._tell)

        def taken_back(back: TakeBack) -> None:
            """What came back goes at the new time, also when it was too late for another one."""
            late = set(there) - {job.id for job in back.jobs if job.state is FaxState.CANCELLED}
            ids = [job_id for job_id in job_ids if job_id not in late]
            if ids:
                change(ids)

        if there:
            self._take_back(there, taken_back)
        else:
            change(tuple(job_ids))

    def heard(self, turn: UploadResult) -> None:
        """A request is over: what came of the jobs that were cancelled meanwhile."""
        if turn.cancelled is not None:
            self._cancelled(turn.cancelled)
        if turn.left:
            self.cancel(sorted(turn.left))

    def _cancel_here(self, job_ids: Sequence[int], done: Callable[[CancelOutcome], None]) -> None:
        service, ids = self._service, tuple(job_ids)
        if ids:
            self._disk.keep(lambda: service.cancel(ids), done, self._tell)

    def _cancelled(self, outcome: CancelOutcome) -> None:
        """Some could be stopped here; for the others the service, or the request under way, is asked."""
        self.changed.emit((*outcome.cancelled, *outcome.gone))
        if outcome.cancelled and outcome.gone:
            words = self.tr("Stopped: {0}. Already gone to RingCentral: {1}.")
            stopped, gone = str(len(outcome.cancelled)), str(len(outcome.gone))
            self.said.emit(words.replace("{0}", stopped).replace("{1}", gone))
        self._cancel_here(self._missed(outcome), self._cancelled_again)
        self._take_back_those(outcome)

    def _cancelled_again(self, outcome: CancelOutcome) -> None:
        self.changed.emit((*outcome.cancelled, *outcome.gone))
        self._pump.cancel_later(self._missed(outcome))
        self._take_back_those(outcome)

    def _missed(self, outcome: CancelOutcome) -> list[int]:
        """Stop the request under way; those that were being sent, and whose request is over by now."""
        sending = [job.id for job in outcome.gone if job.state is FaxState.SENDING]
        going = self._pump.cancel(sending)
        return [job_id for job_id in sending if job_id not in going]

    def _take_back_those(self, outcome: CancelOutcome) -> None:
        there = [job.id for job in outcome.gone if job.state is FaxState.HANDED_OVER]
        if there:
            self._take_back(there, None)

    def _take_back(self, job_ids: Sequence[int], then: Callable[[TakeBack], None] | None) -> None:
        """Ask the service to delete what it has of these; it says in a sentence whether that worked."""
        service, ids = self._service, tuple(job_ids)

        def done(back: TakeBack) -> None:
            self._session.heard_answer()
            self.changed.emit(back.jobs)
            cancelled = {job.id for job in back.jobs if job.state is FaxState.CANCELLED}
            if then is not None and cancelled.issuperset(ids):
                self.said.emit(self.tr("Changed: the new time counts."))
            elif back.sentence:
                self.said.emit(back.sentence)
            if then is not None:
                then(back)

        def failed(error: RcdeskError) -> None:
            self._session.heard_error(error)
            self._tell(error)

        self._calls.submit(lambda token, report: service.take_back(ids, token), done=done, failed=failed)
