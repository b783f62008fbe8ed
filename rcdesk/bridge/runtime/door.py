"""A local socket of lines: the Door that a program opens, the Visitors who come, and knock() from outside.

Python's sockets under Qt's event loop: QtNetwork, which has the same, would take 4 MB for a door at which
hardly anybody knocks. Only programs of the same user are let in. GUI thread, or the main thread of a command.
Read next: instance.py, which knows what is said.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import struct
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

_log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
_READ_BYTES = 65536


class Door(QObject):
    """came(Visitor): another program of this user has knocked. Raises OSError where there can be no door."""

    came = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        """name: the path of the socket; what is left there of a program that has crashed goes."""
        super().__init__(parent)
        self._name = name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            Path(name).unlink(missing_ok=True)
            self._socket.bind(name)
            # Before listen(), so that nobody else gets in between.
            os.chmod(name, 0o600)
            self._socket.listen()
        except OSError:
            self._socket.close()
            raise
        self._socket.setblocking(False)
        self._notifier = QSocketNotifier(self._socket.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._knocked)

    def close(self) -> None:
        """Let nobody in any more. Who is in stays."""
        self._notifier.setEnabled(False)
        self._socket.close()
        with contextlib.suppress(OSError):
            os.unlink(self._name)

    @Slot()
    def _knocked(self) -> None:
        try:
            other, _ = self._socket.accept()
        except OSError as exc:
            _log.warning("nobody came through the door after all: %s", exc.strerror)
            return
        if is_ours(other):
            self.came.emit(Visitor(other, self.parent()))
        else:
            _log.warning("another user asked for something, which was not heard")
            other.close()


class Visitor(QObject):
    """Another program at the door. said(Visitor, bytes): all so far, up to the end of a line.
    gone(Visitor): it has left, or was sent away."""

    said = Signal(object, bytes)
    gone = Signal(object)

    def __init__(self, other: socket.socket, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._socket = other
        self._socket.setblocking(False)
        self._heard, self._unsaid = bytearray(), bytearray()
        self._reads = QSocketNotifier(other.fileno(), QSocketNotifier.Type.Read, self)
        self._reads.activated.connect(self._read)
        self._writes = QSocketNotifier(other.fileno(), QSocketNotifier.Type.Write, self)
        self._writes.setEnabled(False)
        self._writes.activated.connect(self._write)

    def say(self, line: str) -> None:
        """As much as it takes now, the rest when it has read that."""
        self._unsaid += line.encode("ascii") + b"\n"
        self._write()

    def hang_up(self) -> None:
        """gone() follows, once."""
        if self._socket.fileno() < 0:
            return
        self._reads.setEnabled(False)
        self._writes.setEnabled(False)
        self._socket.close()
        self.gone.emit(self)
        self.deleteLater()

    @Slot()
    def _read(self) -> None:
        try:
            found = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            found = b""
        self._heard += found
        if self._heard.endswith(b"\n"):
            line, self._heard = bytes(self._heard), bytearray()
            self.said.emit(self, line)
        elif not found:
            self.hang_up()
        elif len(self._heard) > MOST_BYTES:
            _log.warning("another start asked for more than makes sense")
            self.hang_up()

    @Slot()
    def _write(self) -> None:
        try:
            while self._unsaid:
                del self._unsaid[: self._socket.send(self._unsaid)]
        except BlockingIOError:
            pass
        except OSError:
            # It has left; reading finds that out.
            self._unsaid.clear()
        self._writes.setEnabled(bool(self._unsaid))


def knock(name: str, timeout_s: float) -> socket.socket | None:
    """The open door of another program, None where nobody opens."""
    other = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    other.settimeout(timeout_s)
    try:
        other.connect(name)
    except OSError:
        other.close()
        return None
    return other


def is_ours(other: socket.socket) -> bool:
    """True when the program at the other end is of this user, as the system says."""
    peer_of = getattr(socket, "SO_PEERCRED", None)
    if peer_of is None:
        return True
    _, user, _ = struct.unpack("3i", other.getsockopt(socket.SOL_SOCKET, peer_of, struct.calcsize("3i")))
    return bool(user == os.geteuid())
