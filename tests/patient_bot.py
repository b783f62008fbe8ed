"""pytest-qt's QtBot, never in a hurry: what a test waits for may take as long as patience.py says.

The fixture `qtbot` in conftest.py is one; a length given at a single wait can only be longer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE_MS


def patient_ms(timeout: int) -> int:
    """At least the patience of all."""
    return max(timeout, PATIENCE_MS)


class PatientBot(QtBot):
    """QtBot with other lengths."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 0) -> None:
        """As it is there."""
        super().waitUntil(callback, timeout=patient_ms(timeout))

    def waitSignal(self, signal: Any, *, timeout: int = 0, **options: Any) -> Any:
        """As it is there."""
        return super().waitSignal(signal, timeout=patient_ms(timeout), **options)

    def waitSignals(self, signals: Any, *, timeout: int = 0, **options: Any) -> Any:
        """As it is there."""
        return super().waitSignals(signals, timeout=patient_ms(timeout), **options)

    def waitCallback(self, *, timeout: int = 0, **options: Any) -> Any:
        """As it is there."""
        return super().waitCallback(timeout=patient_ms(timeout), **options)

    def waitActive(self, widget: Any, *, timeout: int = 0) -> Any:
        """As it is there."""
        return super().waitActive(widget, timeout=patient_ms(timeout))

    def waitExposed(self, widget: Any, *, timeout: int = 0) -> Any:
        """As it is there."""
        return super().waitExposed(widget, timeout=patient_ms(timeout))
