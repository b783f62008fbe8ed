"""What happens in folders, told once after a burst: that they must be read again, and the new counts.

GUI thread; counting runs on the archive lane. Anything that may change a folder calls touch(): a hundred
faxes that end together cost one look. Read next: folder_model.py.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax.folder import FolderCounts

if TYPE_CHECKING:
    from rcdesk.services.fax.faxes import FaxService

_log = logging.getLogger(__name__)

PAUSE_MS = 100


class FolderNews(QObject):
    """changed() once for each burst; counted(FolderCounts) when the numbers are others than before."""

    changed = Signal()
    counted = Signal(object)

    def __init__(self, lane_archive: Lane, faxes: FaxService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane_archive
        self._service = faxes
        self._owner_id = ""
        self.counts = FolderCounts()
        self._is_counting = False
        self._is_touched = False
        self._timer = single_shot(self, self._tell, PAUSE_MS)

    def set_owner(self, owner_id: str) -> None:
        """Count for this owner from now on; "" for nobody."""
        self._owner_id = owner_id
        self._take(FolderCounts())
        self.touch()

    @Slot()
    def touch(self) -> None:
        """Something in a folder may be different now."""
        if not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()
        self._count()

    def _count(self) -> None:
        if not self._owner_id:
            return
        if self._is_counting:
            self._is_touched = True
            return
        self._is_counting, self._is_touched = True, False
        service, owner_id = self._service, self._owner_id

        def done(counts: FolderCounts) -> None:
            if owner_id == self._owner_id:
                self._take(counts)
            self._again()

        self._lane.ask(lambda: service.counts(owner_id), done, self._failed)

    def _failed(self, error: RcdeskError) -> None:
        _log.info("counting the folders: %s", type(error).__name__)
        self._again()

    def _again(self) -> None:
        self._is_counting = False
        if self._is_touched:
            self._count()

    def _take(self, counts: FolderCounts) -> None:
        if counts != self.counts:
            self.counts = counts
            self.counted.emit(counts)
