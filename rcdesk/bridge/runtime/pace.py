"""How often a desk asks for news by the clock: seldom while they are heard as they happen. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

SELDOM_S = 600.0


class Pace(QObject):
    """The pause of a desk's timer, in seconds: often_s, or SELDOM_S while news are heard."""

    def __init__(self, timer: QTimer, often_s: float) -> None:
        super().__init__(timer)
        self._timer = timer
        self._often_s = self.pause_s = often_s

    def start(self) -> None:
        """Plan the next look."""
        self._timer.start(int(self.pause_s * 1000))

    @Slot(bool)
    def set_live(self, is_live: bool) -> None:
        """News are heard as they happen, or no longer: then the next look comes soon."""
        self.pause_s = SELDOM_S if is_live else self._often_s
        if not is_live and self._timer.remainingTime() > self._often_s * 1000:
            self.start()
