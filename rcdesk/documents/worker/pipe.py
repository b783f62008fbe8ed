"""Waiting for what a renderer says, with a time-out.

Where a pipe can be waited for (every system but Windows) the thread that asked reads the answer itself:
passing it on from another thread takes as long as counting the pages of a file. On Windows there is one.
Used by render_process.py only. Read next: wire.py.
"""

from __future__ import annotations

import os
import queue
import select
import threading
from typing import BinaryIO, Protocol

from rcdesk.documents.worker import wire
from rcdesk.documents.worker.wire import Header

_PIECE_BYTES = 256 * 1024


class Hearing(Protocol):
    """What the renderer says. One thread at a time."""

    def next(self, timeout_s: float) -> tuple[Header, bytes] | None:
        """The next frame, None after timeout_s. Raises EOFError at the end, BrokenFrame, OSError."""
        ...

    def close(self) -> None:
        """Let go of the pipe; the renderer has ended. Blocks a moment."""
        ...


def hearing(pipe: BinaryIO, name: str) -> Hearing:
    """The way that suits the system; name is that of a thread, if there is one."""
    return Polled(pipe) if hasattr(select, "poll") else Threaded(pipe, name)


class Polled:
    """The asking thread waits for the pipe itself."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._frames = wire.Frames()
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN)

    def next(self, timeout_s: float) -> tuple[Header, bytes] | None:
        """See Hearing. A frame that is under way counts as silence until it is whole."""
        while (frame := self._frames.next()) is None:
            if not self._poll.poll(timeout_s * 1000):
                return None
            piece = os.read(self._pipe.fileno(), _PIECE_BYTES)
            if not piece:
                raise EOFError
            self._frames.feed(piece)
        return frame

    def close(self) -> None:
        self._pipe.close()


class Threaded:
    """A thread reads, as on Windows a pipe cannot be waited for with a time-out."""

    def __init__(self, pipe: BinaryIO, name: str) -> None:
        self._pipe = pipe
        self._said: queue.SimpleQueue[tuple[Header, bytes] | Exception] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name=name, daemon=True)
        self._reader.start()

    def next(self, timeout_s: float) -> tuple[Header, bytes] | None:
        try:
            frame = self._said.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(frame, Exception):
            raise frame
        return frame

    def close(self) -> None:
        self._reader.join()
        self._pipe.close()

    def _read(self) -> None:
        try:
            while (frame := wire.read_frame(self._pipe)) is not None:
                self._said.put(frame)
        except (wire.BrokenFrame, OSError, ValueError) as exc:
            self._said.put(exc)
        else:
            self._said.put(EOFError())
