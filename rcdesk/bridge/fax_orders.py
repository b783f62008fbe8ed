"""Faxes that other starts ask for and wait for, told line by line by the program with the window.

GUI thread. The window looks at the fax, asks when something is odd and queues it (ui/compose/asked_fax.py);
here its jobs are watched: each change is told once, in core/orders/fax_report.py's words, and the last line
has an exit status. A burst of changes, as 300 recipients make, is one line. Read next: order_desk.py,
fax_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from rcdesk.bridge.runtime.instance import FaxOrder
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.core.orders.asked_fax import AskedFax, AskedOutcome
from rcdesk.core.orders.fax_report import SHOWN, exit_status, fax_json, is_settled, progress_json
from rcdesk.core.orders.order import ExitStatus, FollowFaxesOrder, SendOrder

Tell: TypeAlias = Callable[[dict[str, Any]], bool]

TOGETHER_MS = 50
"""What changes within this time is told together."""

NOT_KNOWN = "The window does not know this fax."


class LiveFaxes(Protocol):
    """What is needed of bridge/fax/fax_desk.py."""

    @property
    def jobs(self) -> tuple[FaxJob, ...]: ...

    @property
    def job_changed(self) -> SignalInstance: ...


class _FaxWatcher(Struct, eq=False):
    """Who waits for these jobs; said and percent: what it was told last. sending: how much has left of those
    whose request went on since then."""

    jobs: dict[int, FaxJob]
    tell: Tell
    can_follow: bool = True
    said: tuple[object, ...] = ()
    percent: int = -1
    sending: dict[int, FaxJob] = field(default_factory=dict)
    is_dirty: bool = field(default=True)


class FaxOrders(QObject):
    """asked(FaxOrder): a fax for the window to take."""

    asked = Signal(object)

    def __init__(self, faxes: LiveFaxes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._faxes = faxes
        self._watchers: list[_FaxWatcher] = []
        self._timer = single_shot(self, self._tell_news, TOGETHER_MS)
        faxes.job_changed.connect(self._job_changed)

    def send(self, order: SendOrder, tell: Tell, *, can_follow: bool = True) -> None:
        """Let the window send it; tell what becomes of it, once or until the end.

        can_follow False: the end cannot be known, so it is told until the service has it.
        """
        asked_fax = replace(order.asked_fax, is_yes=True)

        def heard(outcome: AskedOutcome) -> None:
            jobs = self._just_queued(asked_fax) if outcome is AskedOutcome.QUEUED else ()
            if not jobs:
                tell({"error": SHOWN, "status": int(ExitStatus.NEEDS_YOU)})
            elif order.is_wait:
                self.watch(jobs, tell, can_follow=can_follow)
            else:
                tell({"fax": fax_json(jobs), "status": int(ExitStatus.DONE)})

        self.asked.emit(FaxOrder(asked_fax, heard))

    def follow(self, order: FollowFaxesOrder, tell: Tell, *, can_follow: bool = True) -> None:
        """Tell every change of these; UNKNOWN without a fax when they are not known here (yet)."""
        known = {job.id: job for job in self._faxes.jobs}
        jobs = [known[job_id] for job_id in order.job_ids if job_id in known]
        if not jobs or len(jobs) < len(order.job_ids):
            tell({"error": NOT_KNOWN, "status": int(ExitStatus.UNKNOWN)})
            return
        self.watch(jobs, tell, can_follow=can_follow)

    def _just_queued(self, asked_fax: AskedFax) -> tuple[FaxJob, ...]:
        """The jobs of the newest Send, which is this one: it was just told to be queued."""
        numbers = {recipient.number for recipient in asked_fax.draft.recipients}
        newest = next((job for job in self._faxes.jobs if job.recipient.number in numbers), None)
        if newest is None:
            return ()
        return tuple(job for job in reversed(self._faxes.jobs) if job.batch_id == newest.batch_id)

    def watch(self, jobs: Sequence[FaxJob], tell: Tell, *, can_follow: bool = True) -> None:
        """Tell every change of these, as they are now first of all."""
        watcher = _FaxWatcher({job.id: job for job in jobs}, tell, can_follow)
        watcher.sending.update((j.id, j) for j in jobs if j.state is FaxState.SENDING and j.bytes_total)
        self._watchers.append(watcher)
        self._news(watcher)

    @Slot(object)
    def _job_changed(self, job: FaxJob) -> None:
        for watcher in self._watchers:
            if job.id in watcher.jobs:
                watcher.jobs[job.id] = job
                if job.state is FaxState.SENDING and job.bytes_total:
                    watcher.sending[job.id] = job
                watcher.is_dirty = True
                if not self._timer.isActive():
                    self._timer.start()

    @Slot()
    def _tell_news(self) -> None:
        for watcher in [w for w in self._watchers if w.is_dirty]:
            self._news(watcher)

    def _news(self, watcher: _FaxWatcher) -> None:
        """Tell a watcher what is new to it; let it go at the end, or when it has gone away."""
        watcher.is_dirty = False
        jobs = tuple(watcher.jobs.values())
        is_there = True
        if not any(job.state is FaxState.SENDING for job in jobs):
            # All of it has left since then, which is told before what became of it.
            is_there = self._progress(watcher)
        if all(is_settled(job, is_wait=watcher.can_follow) for job in jobs):
            self._watchers.remove(watcher)
            watcher.tell({"fax": fax_json(jobs), "status": int(exit_status(jobs))})
            return
        said = tuple((job.state, job.detail, job.server_pages) for job in jobs)
        if is_there and said != watcher.said:
            watcher.said, watcher.percent = said, -1
            is_there = watcher.tell({"fax": fax_json(jobs)})
        if not (is_there and self._progress(watcher)):
            self._watchers.remove(watcher)

    def _progress(self, watcher: _FaxWatcher) -> bool:
        """Tell how much has left when that is more; False when nobody listens any more."""
        sending, watcher.sending = watcher.sending, {}
        if not sending:
            return True
        first = next(iter(sending.values()))
        percent = first.bytes_sent * 100 // first.bytes_total
        if percent == watcher.percent:
            return True
        watcher.percent = percent
        return watcher.tell({"progress": progress_json(list(sending), first.bytes_sent, first.bytes_total)})
