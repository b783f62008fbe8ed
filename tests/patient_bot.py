"""pytest-qt's QtBot with types, never in a hurry: what a test waits for may take as long as patience.py says.

The fixture `qtbot` in conftest.py is one; a length given at a single wait can only be longer. ModelTester is
pytest-qt's, which says no more of itself than its keys and mice do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QAbstractItemModel, QDeadlineTimer, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt import qtbot as plain
from pytestqt.exceptions import TimeoutError

from tests.patience import PATIENCE_MS

_NO_KEYS = Qt.KeyboardModifier.NoModifier
_EVERY_MS = 10
_MIDDLE = QPoint()
"""QTest takes the null point for the middle of the widget."""


def patient_ms(timeout: int) -> int:
    """At least the patience of all."""
    return max(timeout, PATIENCE_MS)


class ModelTester(Protocol):
    """The fixture `qtmodeltester`."""

    def check(self, model: QAbstractItemModel, force_py: bool = False) -> None:
        """Fail where the model breaks a rule of Qt's models."""


class _Look:
    """Asks again and again whether what is waited for is there; the first answer is sought at once."""

    def __init__(self, callback: Callable[[], bool | None]) -> None:
        self._callback = callback
        self.is_over = False
        self.failure: BaseException | None = None
        """What the callback raised besides AssertionError."""
        self.objection: AssertionError | None = None
        self._loop: QEventLoop | None = None
        self._look()

    def on_and_on(self, deadline: QDeadlineTimer) -> None:
        """Run the event loop until it is there or the time is over, or somebody ended the loop."""
        self._loop = QEventLoop()
        end = QTimer(interval=max(0, deadline.remainingTime()), singleShot=True)
        end.timeout.connect(self._loop.quit)
        end.start()
        # Started anew after each look: the callback may run an event loop itself.
        timer = QTimer(interval=_EVERY_MS, singleShot=True)
        timer.timeout.connect(self._look)
        timer.timeout.connect(timer.start)
        timer.start()
        self._loop.exec()
        timer.stop()
        end.stop()

    def _look(self) -> None:
        if self.is_over:
            return
        try:
            answer = self._callback()
            if answer not in (None, True, False):
                raise ValueError(f"waitUntil() callback must return None, True or False, returned {answer!r}")
        except AssertionError as objection:
            self.objection = objection
        except BaseException as failure:
            self.failure, self.is_over = failure, True
        else:
            self.is_over = answer is None or answer
        if self.is_over and self._loop is not None:
            self._loop.quit()


class QtBot(plain.QtBot):
    """pytest-qt's with other lengths."""

    @staticmethod
    def keyClick(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = _NO_KEYS) -> None:
        """As it is there."""
        QTest.keyClick(widget, key, modifier)

    @staticmethod
    def keyClicks(widget: QWidget, text: str, modifier: Qt.KeyboardModifier = _NO_KEYS) -> None:
        """As it is there."""
        QTest.keyClicks(widget, text, modifier)

    @staticmethod
    def mouseClick(
        widget: QWidget,
        button: Qt.MouseButton,
        modifier: Qt.KeyboardModifier = _NO_KEYS,
        pos: QPoint = _MIDDLE,
    ) -> None:
        """As it is there."""
        QTest.mouseClick(widget, button, modifier, pos)

    @staticmethod
    def mouseDClick(widget: QWidget, button: Qt.MouseButton, pos: QPoint = _MIDDLE) -> None:
        """As it is there."""
        QTest.mouseDClick(widget, button, pos=pos)

    @staticmethod
    def mousePress(widget: QWidget, button: Qt.MouseButton, pos: QPoint = _MIDDLE) -> None:
        """As it is there."""
        QTest.mousePress(widget, button, pos=pos)

    @staticmethod
    def mouseRelease(widget: QWidget, button: Qt.MouseButton, pos: QPoint = _MIDDLE) -> None:
        """As it is there."""
        QTest.mouseRelease(widget, button, pos=pos)

    @staticmethod
    def mouseMove(widget: QWidget, pos: QPoint = _MIDDLE) -> None:
        """As it is there."""
        QTest.mouseMove(widget, pos)

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 0) -> None:
        """As it is there, in one event loop for the whole wait: theirs is a new one for every look."""
        timeout = patient_ms(timeout)
        look = _Look(callback)
        deadline = QDeadlineTimer(timeout)
        while not look.is_over:
            if deadline.hasExpired():
                words = f"waitUntil timed out in {timeout} milliseconds"
                raise TimeoutError(words) from look.objection
            look.on_and_on(deadline)
        if look.failure is not None:
            raise look.failure

    def waitSignal(self, signal: Any, *, timeout: int = 0, **options: Any) -> Any:
        """As it is there."""
        # A wait for silence (assertNotEmitted) does not raise, and always takes its whole time.
        is_silence = options.get("raising") is False
        return super().waitSignal(signal, timeout=timeout if is_silence else patient_ms(timeout), **options)

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
