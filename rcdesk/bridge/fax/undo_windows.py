"""The seconds after Send in which a fax can be taken back: one timer for each Send.

GUI thread. Timers run on the monotonic clock, so that a machine whose clock is set meanwhile neither sends
too early nor keeps a fax. When one fires, the jobs are released by fax_desk.py; until then they are HELD on
disk, and the next run of the program gives them a timer again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

LONGEST_S = 60.0


class _UndoWindow(QTimer):
    """A timer that knows its jobs."""

    def __init__(self, job_ids: tuple[int, ...], parent: QObject) -> None:
        super().__init__(parent)
        self.job_ids = job_ids
        self.setSingleShot(True)
        self.setTimerType(Qt.TimerType.PreciseTimer)


class UndoWindows(QObject):
    """over(tuple of job ids): their time to be taken back has passed."""

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
