"""Lanes that work only while the archive is ours: those of a program without a window.

A window holds the lock as long as it lives. A command that waits for a call or a fax gives it away whenever
nothing is being done, so that a window can be opened; the next piece of work takes it again, and nothing more
is done once another program was faster. GUI thread. Read next: lane.py, instance.py, cli/engine.py.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.runtime.instance import Instance
from rcdesk.bridge.runtime.lane import Lane


class Turns(QObject):
    """Takes the lock for its lanes, and keeps it at first also while nothing is done: until let_go().

    begun(): it was given away and is back; others may have worked on the archive meanwhile.
    """

    begun = Signal()

    def __init__(self, instance: Instance, parent: QObject | None = None) -> None:
        """The lock is ours on entry."""
        super().__init__(parent)
        self._instance = instance
        self._lanes: list[Lane] = []
        self._is_held = True
        self.is_lost = False
        """True once another program had the archive when there was work: it is the one to ask now."""

    @property
    def is_idle(self) -> bool:
        return all(lane.is_idle for lane in self._lanes)

    def lane(self, name: str) -> Lane:
        lane = _TurnLane(name, self)
        self._lanes.append(lane)
        return lane

    def begin(self) -> bool:
        """There is work: True when the archive is ours for it."""
        if not self.is_lost and not self._instance.is_first:
            self.is_lost = not self._instance.begin_turn()
            if not self.is_lost:
                self.begun.emit()
        return not self.is_lost

    def hold(self) -> None:
        """Keep the archive also while nothing is done."""
        self._is_held = True

    def let_go(self) -> None:
        """Give the archive away whenever nothing is being done."""
        self._is_held = False
        self.went_on()

    def went_on(self) -> None:
        """Some work has come further."""
        if self.is_idle and not self._is_held:
            self._instance.end_turn()
        else:
            self._instance.keep_turn()


class _TurnLane(Lane):
    def __init__(self, name: str, turns: Turns) -> None:
        super().__init__(name, turns)
        self._turns = turns

    def _may_work(self) -> bool:
        return super()._may_work() and self._turns.begin()

    @Slot()
    def _deliver(self) -> None:
        super()._deliver()
        self._turns.went_on()
