"""The first thing of a run: what the last one left half done is put in order, before anything is sent.

GUI thread; the work runs on the disk lane. A disk that fails is tried again, longer each time: until it
works nothing is sent, because nobody would know what was sent already. Read next: services/fax/faxes.py.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.fax.pump import HOLD_S
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax.fax import FaxJob

if TYPE_CHECKING:
    from rcdesk.services.fax.faxes import FaxService

_log = logging.getLogger(__name__)


class FaxRecovery(QObject):
    """recovered() once; problem(str) each time it could not be done yet."""

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
        """Try no more; part of shutdown."""
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
