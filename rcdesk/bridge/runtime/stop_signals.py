"""SIGINT and SIGTERM as a Qt signal, without a timer that would wake an idle desk.

Python runs its signal handlers only between bytecodes, so a socket that the interpreter writes to wakes Qt.
GUI thread, which must be the main thread. Read next: app.py.
"""

from __future__ import annotations

import contextlib
import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot


class StopSignals(QObject):
    """received() when the program is asked to end from outside."""

    received = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)

    @Slot()
    def _woken(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(64)
        self.received.emit()
