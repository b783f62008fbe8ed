"""A lane: one QThread that runs plain callables in order and answers on the GUI thread.

Work is ``work(token, report) -> value``; it must not touch Qt and gives back frozen values only. The handlers
(done, failed, progress) are called on the thread the Lane lives in, never on the worker's, and none is called
after stop(). The worker reaches the GUI thread by one argument-less signal connected to a QObject method: a
lambda there would run on the worker's thread. Nobody else touches QThread. Read next: session_desk.py.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from queue import SimpleQueue
from typing import Any, Generic, TypeAlias, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from rcdesk.bridge.runtime import garbage
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RcdeskError

_log = logging.getLogger(__name__)

T = TypeVar("T")

Report: TypeAlias = Callable[[object], None]
Work: TypeAlias = Callable[[CancelToken, Report], T]

BUG_SENTENCE = "Something went wrong in rcdesk itself. The log has the details; your work is kept."

# A QThread destroyed while it runs aborts the process, so one that would not stop is kept for ever.
_unstoppable: list[QThread] = []


class _Kind(Enum):
    PROGRESS = auto()
    DONE = auto()
    FAILED = auto()
    BUG = auto()


class Task(Generic[T]):
    """One piece of submitted work, as its submitter holds it. GUI thread, except for token."""

    __slots__ = ("_done", "_failed", "_is_over", "_progress", "_work", "is_kept", "latest", "token")

    def __init__(
        self,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[RcdeskError], None],
        progress: Callable[[Any], None] | None,
        is_kept: bool,
    ) -> None:
        self.token = CancelToken()
        self.is_kept = is_kept
        self.latest: deque[object] = deque(maxlen=1)
        self._work: Work[T] | None = work
        self._done: Callable[[T], None] | None = done
        self._failed: Callable[[RcdeskError], None] | None = failed
        self._progress = progress
        self._is_over = False

    @property
    def is_running(self) -> bool:
        """True until its answer was delivered; also true while it still waits for its turn."""
        return not self._is_over

    def cancel(self) -> None:
        """Ask the work to stop; the answer is still delivered, usually as Cancelled."""
        self.token.cancel()

    def _run(self, report: Report) -> T:
        """On the lane's thread. The work is let go of afterwards, whatever it held."""
        work, self._work = self._work, None
        if work is None:
            raise Cancelled()
        self.token.check()
        return work(self.token, report)

    def _deliver(self, kind: _Kind, value: Any) -> None:
        """On the GUI thread. The last delivery lets go of the handlers and all they hold."""
        if kind is _Kind.PROGRESS:
            if self._progress is not None and self.latest:
                self._progress(self.latest.popleft())
            return
        done, failed = self._done, self._failed
        self._end()
        if kind is _Kind.DONE:
            if done is not None:
                done(value)
        elif failed is not None:
            failed(value)

    def _end(self) -> None:
        self._is_over = True
        self._work = self._done = self._failed = self._progress = None


_Answer: TypeAlias = "tuple[Task[Any], _Kind, Any]"


class _Worker(QThread):
    """The thread itself. inbox: tasks for it, None ends it; outbox: answers from it."""

    answered = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.inbox: SimpleQueue[Task[Any] | None] = SimpleQueue()
        self.outbox: SimpleQueue[_Answer] = SimpleQueue()
        self.last_work: list[Callable[[], None]] = []

    def run(self) -> None:
        """Run tasks in order until the inbox gives None, then the closing work."""
        while (task := self.inbox.get()) is not None:
            self._run_one(task)
            del task
        for close in reversed(self.last_work):
            try:
                close()
            except Exception:
                _log.exception("closing lane %s", self.objectName())
        self.last_work.clear()

    def _run_one(self, task: Task[Any]) -> None:
        def report(value: object) -> None:
            is_waiting = bool(task.latest)
            task.latest.append(value)
            if not is_waiting:
                self._answer(task, _Kind.PROGRESS, None)

        try:
            value = task._run(report)
        except RcdeskError as exc:
            self._answer(task, _Kind.FAILED, exc.with_traceback(None))
        except Exception as exc:
            _log.exception("lane %s: work failed unexpectedly", self.objectName())
            self._answer(task, _Kind.BUG, f"{type(exc).__name__}: {exc}")
        else:
            self._answer(task, _Kind.DONE, value)

    def _answer(self, task: Task[Any], kind: _Kind, value: Any) -> None:
        self.outbox.put((task, kind, value))
        self.answered.emit()


class Lane(QObject):
    """Submits work to its own thread, first in, first out. Lives on the GUI thread.

    bug(str) is emitted for every exception that is no RcdeskError: kind and text, for one dialog per kind.
    """

    bug = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._worker: _Worker | None = None
        self._tasks: dict[int, Task[Any]] = {}
        self._last_work: list[Callable[[], None]] = []
        self._is_stopping = False
        self._is_held = False

    @property
    def is_idle(self) -> bool:
        """True when every answer was delivered."""
        return not self._tasks

    @property
    def is_started(self) -> bool:
        """True while the lane's thread runs; it is started by the first submit()."""
        return self._worker is not None

    def submit(
        self,
        work: Work[T],
        *,
        done: Callable[[T], None],
        failed: Callable[[RcdeskError], None],
        progress: Callable[[Any], None] | None = None,
        is_kept: bool = False,
    ) -> Task[T]:
        """Run work on the lane's thread after all earlier work.

        progress gets the newest reported value; values the GUI thread was too slow for are skipped.
        is_kept: short work that must not be lost; stop() lets it run instead of cancelling it.
        After stop() nothing is run and no handler is called.
        """
        task: Task[T] = Task(work, done, failed, progress, is_kept)
        if not self._may_work():
            task.cancel()
            task._end()
            return task
        self._tasks[id(task)] = task
        self._start().inbox.put(task)
        return task

    def ask(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[RcdeskError], None]
    ) -> Task[T]:
        """submit() for work that is too short to be stopped."""
        return self.submit(lambda token, report: work(), done=done, failed=failed)

    def keep(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[RcdeskError], None]
    ) -> Task[T]:
        """ask() for work that must not be lost: stop() lets it run."""
        return self.submit(lambda token, report: work(), done=done, failed=failed, is_kept=True)

    def hold(self) -> None:
        """Only collect work until go_on(): a thread that imports would delay the first paint."""
        self._is_held = self._worker is None

    def go_on(self) -> None:
        """Run what was collected, and all that comes."""
        if self._is_held:
            self._is_held = False
            if self._worker is not None:
                self._worker.start()

    def at_end(self, close: Callable[[], None]) -> None:
        """Run close on the lane's own thread when it ends, last registered first (close connections)."""
        if self._worker is not None:
            self._worker.last_work.append(close)
        else:
            self._last_work.append(close)

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Refuse new work, cancel all tokens, end the thread and wait; True when it ended in time.

        No handler is called any more. Calling it again only waits again.
        """
        self._is_stopping = True
        for task in self._tasks.values():
            if not task.is_kept:
                task.cancel()
            task._done = task._failed = task._progress = None
        self._tasks.clear()
        worker = self._worker
        if worker is None:
            return True
        self.go_on()
        worker.inbox.put(None)
        self._worker = None
        if worker.wait(max(0, int(timeout_s * 1000))):
            worker.deleteLater()
            return True
        _log.warning("lane %s did not stop in time", self.objectName())
        _unstoppable.append(worker)
        return False

    def _may_work(self) -> bool:
        return not self._is_stopping

    def _start(self) -> _Worker:
        if self._worker is None:
            garbage.keep_to_gui_thread()
            self._worker = _Worker(self.objectName())
            self._worker.last_work = self._last_work
            self._worker.answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
            if not self._is_held:
                self._worker.start()
        return self._worker

    @Slot()
    def _deliver(self) -> None:
        """Call the handler of one answer; each queued signal stands for exactly one."""
        worker = self._worker
        if self._is_stopping or worker is None or worker.outbox.empty():
            return
        task, kind, value = worker.outbox.get()
        if kind is not _Kind.PROGRESS:
            self._tasks.pop(id(task), None)
        try:
            if kind is _Kind.BUG:
                self.bug.emit(value)
                value = RcdeskError(BUG_SENTENCE)
            task._deliver(kind, value)
        except Exception:
            sys.excepthook(*sys.exc_info())
        garbage.collect_when_due()


def leave_stuck_lanes(status: int) -> None:
    """End the process under a lane that would not stop: a QThread destroyed while it runs would abort it.

    Nothing is lost: the next start takes over what it finds, as after a crash.
    """
    if not _unstoppable:
        return
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


def ignore(_answer: object) -> None:
    """For work whose answer nobody needs."""
