"""Timers of a desk or widget, which end with it. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, SignalInstance

Act = Callable[[], object] | SignalInstance


def single_shot(parent: QObject, act: Act, pause_ms: int = 0) -> QTimer:
    """A timer that acts once after each start(); started again meanwhile, it waits anew."""
    timer = ticking(parent, act, pause_ms)
    timer.setSingleShot(True)
    return timer


def ticking(parent: QObject, act: Act, every_ms: int) -> QTimer:
    """A timer that acts again and again from start() to stop()."""
    timer = QTimer(parent)
    timer.setInterval(every_ms)
    timer.timeout.connect(act)
    return timer
