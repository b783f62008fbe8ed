"""Asks the message store how the faxes fare that the service has, while there are any.

GUI thread; requests run on the calls lane. The timer only submits, one look at a time, as often as
core/fax/polling.py says. Read next: services/fax/reconcile.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.fax.jobs import FaxJobs
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import ServerKind
from rcdesk.core.clock import Clock
from rcdesk.core.errors import Cancelled, RateLimited, RcdeskError
from rcdesk.core.fax.fax import FaxJob
from rcdesk.core.fax.polling import fax_interval_s, is_followed

if TYPE_CHECKING:
    from rcdesk.services.fax.faxes import FaxService

AFTER_ERROR_S = 5.0
LONGEST_NAP_S = 600.0


class FaxWatch(QObject):
    """heard(tuple[FaxJob, ...]): jobs the message store knew something new about."""

    heard = Signal(object)

    def __init__(
        self,
        lane_calls: Lane,
        session: SessionDesk,
        faxes: FaxService,
        jobs: FaxJobs,
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane_calls
        self._session = session
        self._service = faxes
        self._jobs = jobs
        self._clock = clock
        self._is_due = self._is_wanted = False
        self._is_stopped = False
        self._timer = single_shot(self, self._look)

    @property
    def is_active(self) -> bool:
        """True while a look is planned."""
        return self._timer.isActive()

    def stop(self) -> None:
        self._is_stopped = True
        self._timer.stop()

    @Slot()
    def schedule(self) -> None:
        """Plan the next look, or none when nothing is followed."""
        self._schedule(0.0)

    def look(self) -> None:
        """Something has changed: look now, and once more when a look is under way already."""
        self._is_wanted = self._is_due
        if self._timer.isActive():
            self._timer.start(0)

    def _schedule(self, at_least_s: float) -> None:
        interval_s = fax_interval_s(self._jobs.all, self._clock.now())
        if interval_s is None or self._is_stopped or not self._session.is_signed_in:
            self._timer.stop()
            return
        wait_s = min(max(interval_s, at_least_s), LONGEST_NAP_S)
        is_sooner = not self._timer.isActive() or self._timer.remainingTime() > wait_s * 1000
        if not self._is_due and (is_sooner or at_least_s):
            self._timer.start(int(wait_s * 1000))

    @Slot()
    def _look(self) -> None:
        owner_id, now = self._jobs.owner_id, self._clock.now()
        if self._is_due or not owner_id:
            return
        if not any(is_followed(job, now) for job in self._jobs.all):
            self.schedule()
            return
        service = self._service
        self._is_due = True

        def done(jobs: tuple[FaxJob, ...]) -> None:
            self._is_due = False
            profile = self._session.profile
            if profile is not None and profile.kind is ServerKind.REST:
                # An older service is never asked about faxes: there a look is no answer.
                self._session.heard_answer()
            if owner_id == self._jobs.owner_id:
                self.heard.emit(jobs)
            self.schedule()
            if self._is_wanted:
                self.look()

        self._lane.submit(
            lambda token, report: service.refresh(owner_id, token), done=done, failed=self._not_heard
        )

    def _not_heard(self, error: RcdeskError) -> None:
        self._is_due = False
        if isinstance(error, Cancelled):
            return
        self._session.heard_error(error)
        wait_s = error.retry_after_s if isinstance(error, RateLimited) else 0.0
        self._schedule(max(AFTER_ERROR_S, wait_s))
