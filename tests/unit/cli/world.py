"""The world around a command without a window: it goes on while the command waits, and waits are short."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QTimer, Slot

from rcdesk.bridge import order_desk
from rcdesk.bridge.calls import results, watch
from rcdesk.bridge.fax import pump
from rcdesk.bridge.fax import watch as fax_watch
from rcdesk.bridge.runtime.instance import TURN_NAME
from rcdesk.core.calls import polling
from rcdesk.core.fax.fax import FaxJob
from rcdesk.core.fax.polling import fax_interval_s
from rcdesk.store.paths import Paths
from tests.unit.services.fax_rig import SetClock

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


class World(QObject):
    """Lets the simulator's world live while a command has given the archive away; that is one wait.

    at_wait may do something at the nth.
    """

    def __init__(
        self,
        simulator: RunningSimulator,
        paths: Paths,
        seconds: float = 2.0,
        clock: SetClock | None = None,
    ) -> None:
        """clock: that of the command, which goes on as well, all through each wait."""
        super().__init__()
        self._simulator = simulator
        self._paths = paths
        self.seconds = seconds
        self._clock = clock
        self.at_wait: dict[int, Callable[[], None]] = {}
        self.waits = 0
        self._was_waiting = True
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(1 if clock is None else 20)

    def stop(self) -> None:
        """The test is over."""
        self._timer.stop()

    @Slot()
    def _look(self) -> None:
        is_waiting = not (self._paths.data_dir / TURN_NAME).exists()
        is_new = is_waiting and not self._was_waiting
        self._was_waiting = is_waiting
        if is_new:
            self.waits += 1
            self.at_wait.pop(self.waits, lambda: None)()
        if is_new or (is_waiting and self._clock is not None):
            self._simulator.advance(self.seconds)
            if self._clock is not None:
                self._clock.advance(self.seconds)


def be_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desks look again at once: how long they really wait is tested in tests/unit/bridge/calls."""
    monkeypatch.setattr(polling, "QUICK_S", 0.05)
    monkeypatch.setattr(polling, "LOOK_S", 0.1)
    monkeypatch.setattr(watch, "GAP_INTERVAL_S", (0.05,))
    monkeypatch.setattr(results, "TRIES_AFTER_S", (0.05, 0.1))
    monkeypatch.setattr(order_desk, "RESULT_MS", 500)
    monkeypatch.setattr(fax_watch, "fax_interval_s", _soon)
    monkeypatch.setattr(fax_watch, "AFTER_ERROR_S", 0.05)
    monkeypatch.setattr(pump, "LONGEST_NAP_S", 0.05)


def _soon(jobs: Iterable[FaxJob], now: datetime) -> float | None:
    interval_s = fax_interval_s(jobs, now)
    return None if interval_s is None else min(0.05, interval_s)
