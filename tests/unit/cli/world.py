"""The world around a command without a window: it goes on while the command waits, and waits are short."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QTimer, Slot

from rcdesk.bridge import order_desk
from rcdesk.bridge.calls import results, watch
from rcdesk.bridge.runtime.instance import TURN_NAME
from rcdesk.core.calls import polling
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


class World(QObject):
    """Lets the simulator's world live while a command has given the archive away; that is one wait.

    at_wait may do something at the nth.
    """

    def __init__(self, simulator: RunningSimulator, paths: Paths, seconds: float = 2.0) -> None:
        super().__init__()
        self._simulator = simulator
        self._paths = paths
        self._seconds = seconds
        self.at_wait: dict[int, Callable[[], None]] = {}
        self.waits = 0
        self._was_waiting = True
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(1)

    @Slot()
    def _look(self) -> None:
        is_waiting = not (self._paths.data_dir / TURN_NAME).exists()
        if is_waiting and not self._was_waiting:
            self.waits += 1
            self.at_wait.pop(self.waits, lambda: None)()
            self._simulator.advance(self._seconds)
        self._was_waiting = is_waiting


def be_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desks look again at once: how long they really wait is tested in tests/unit/bridge/calls."""
    monkeypatch.setattr(polling, "QUICK_S", 0.05)
    monkeypatch.setattr(polling, "LOOK_S", 0.1)
    monkeypatch.setattr(watch, "GAP_INTERVAL_S", (0.05,))
    monkeypatch.setattr(results, "TRIES_AFTER_S", (0.05, 0.1))
    monkeypatch.setattr(order_desk, "RESULT_MS", 500)
