"""One renderer as the program sees it: a child process that is started, asked, watched and replaced.

A job ends in an answer or in one sentence: the renderer crashed, took too long, took too much memory, or was
called off. A page that brought a renderer down is remembered, so that it is not tried again a hundred times.
Used by worker.py only. Read next: pipe.py, render_worker.py.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, StoreUnavailable, UserError
from rcdesk.core.fax.paper import PageRef
from rcdesk.documents.child_process import python_command, start
from rcdesk.documents.fresh_file import fresh_file, move
from rcdesk.documents.worker import limits, wire
from rcdesk.documents.worker.pipe import hearing
from rcdesk.documents.worker.wire import Header, Said

_log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
START_TIMEOUT_S = 30.0
_LOOK_EVERY_S = 0.05
_CANCEL_GRACE_S = 0.5
_REMEMBERED = 200

CRASHED = (
    "This file could not be drawn: it is damaged. Nothing was sent. Save it again as a PDF and add that."
)
TOO_LONG = "This file takes too long to be drawn. Nothing was sent. Save it as a simpler PDF and add that."
TOO_MUCH_MEMORY = (
    "Drawing this file takes more memory than rcdesk allows. Nothing was sent. Save it as a smaller PDF and "
    "add that."
)
_NO_ROOM = "The program part that draws pages could not be started. Start rcdesk again."

_LACKS = {"files": "writing elsewhere (no Landlock)", "network": "the network (no seccomp)"}

Answer = tuple[Said, bytes]


class _Ended(Exception):
    """The renderer is gone; str() is the sentence."""


class _Process:
    """The child and what it says."""

    def __init__(self, name: str, folder: Path, *, is_background: bool) -> None:
        self._child = start(
            process_command(is_background=is_background),
            folder,
            {"MALLOC_ARENA_MAX": "2"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._child.stdin is not None and self._child.stdout is not None
        self._to_child: BinaryIO = self._child.stdin  # type: ignore[assignment]
        self._from_child = hearing(self._child.stdout, f"renderer-{name}")  # type: ignore[arg-type]
        self.is_ready = False

    @property
    def pid(self) -> int:
        return self._child.pid

    def say(self, header: Header) -> None:
        """Send a frame. Raises _Ended when the renderer is gone."""
        try:
            wire.write_frame(self._to_child, header)
        except (OSError, ValueError) as exc:
            raise _Ended(self.last_words()) from exc

    def next(self, timeout_s: float) -> Answer | None:
        """The next thing it says, None after so long a silence. Raises _Ended when the renderer is gone."""
        try:
            frame = self._from_child.next(timeout_s)
            return frame and (wire.typed(frame[0], Said), frame[1])
        except EOFError as exc:
            raise _Ended(self.last_words()) from exc
        except (wire.BrokenFrame, OSError, ValueError) as exc:
            self._child.kill()
            raise _Ended(self.last_words()) from exc

    def last_words(self) -> str:
        """Why it ended, as a sentence."""
        try:
            status = self._child.wait(1.0)
        except subprocess.TimeoutExpired:
            return CRASHED
        return TOO_MUCH_MEMORY if status == limits.OVER_MEMORY_STATUS else CRASHED

    def kill(self) -> None:
        """End it, without waiting."""
        self._child.kill()

    def end(self) -> None:
        """Kill it and let go of everything. Blocks a moment."""
        self._child.kill()
        self._child.wait()
        self._from_child.close()
        try:
            self._to_child.close()
        except OSError:
            pass  # what was still to be written has no reader any more


class RenderProcess:
    """A renderer that is there when it is needed. Any thread; one job at a time."""

    _has_warned = False

    def __init__(self, name: str, folder: Path, *, is_background: bool = False) -> None:
        """folder: the renderer's own, made when it starts; nobody else's files are in it.

        is_background: it lets everything else on the computer go first, the windows above all.
        """
        self._name = name
        self._folder = folder.absolute()
        self._is_background = is_background
        self._turn = threading.Lock()
        self._process: _Process | None = None
        self._number = 0
        self._is_closed = False
        self._fatal: OrderedDict[tuple[object, ...], str] = OrderedDict()

    @property
    def pid(self) -> int | None:
        """The child's process id, None when there is none."""
        process = self._process
        return None if process is None else process.pid

    def warm_up(self) -> None:
        """Start the child unless it runs or is at work."""
        if self._turn.acquire(blocking=False):
            try:
                self._running()
            finally:
                self._turn.release()

    def ask(
        self,
        job: Header,
        timeout_s: float,
        token: CancelToken,
        *,
        about: PageRef | None = None,
        report: Progress | None = None,
        target: Path | None = None,
    ) -> Answer:
        """Have a job done. timeout_s counts anew with each page reported.

        target: where the one file the job writes is to go; the renderer writes into its own folder only.
        Raises the job's RcdeskError, UserError when the renderer had to be ended, Cancelled.
        """
        deed = None if about is None else _deed(job, about)
        known = self._fatal.get(deed) if deed is not None else None
        if known is not None:
            raise UserError(known)
        while not self._turn.acquire(timeout=_LOOK_EVERY_S):
            token.check()
        try:
            token.check()
            if target is None:
                return self._ask(job, timeout_s, token, report)
            return self._written(job, timeout_s, token, report, target)
        except _Ended as exc:
            self._drop()
            if self._is_closed:
                raise Cancelled() from exc
            if deed is not None:
                self._remember(deed, str(exc))
            self._running()
            raise UserError(str(exc)) from exc
        finally:
            self._turn.release()

    def _written(
        self, job: Header, timeout_s: float, token: CancelToken, report: Progress | None, target: Path
    ) -> Answer:
        """Have a file written and put it in its place. Raises StoreUnavailable, target then untouched."""
        made = self._folder / f"made{target.suffix}"
        with fresh_file(target) as unfinished:
            try:
                answer = self._ask({**job, "target": str(made)}, timeout_s, token, report)
                move(made, unfinished)
            except StoreUnavailable as exc:
                if isinstance(exc.__cause__, OSError):
                    raise exc.__cause__ from None
                raise
            finally:
                made.unlink(missing_ok=True)
        return answer

    def is_fatal(self, what: str, about: PageRef) -> bool:
        """True when this job with this file ended a renderer before."""
        return bool(self._fatal) and _deed({"do": what}, about) in self._fatal

    def retire(self) -> None:
        """End the child unless somebody else is having a job done."""
        if self._turn.acquire(blocking=False):
            try:
                self._drop()
            finally:
                self._turn.release()

    def close(self) -> None:
        """End the child for good; a job under way is cancelled."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._drop()

    def _running(self) -> _Process:
        if self._is_closed:
            raise Cancelled()
        if self._process is None:
            try:
                # What a program that was killed left there goes.
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder.mkdir(parents=True, mode=0o700)
                self._process = _Process(self._name, self._folder, is_background=self._is_background)
            except OSError as exc:
                raise UserError(_NO_ROOM) from exc
        return self._process

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _remember(self, deed: tuple[object, ...], sentence: str) -> None:
        self._fatal[deed] = sentence
        while len(self._fatal) > _REMEMBERED:
            self._fatal.popitem(last=False)

    def _ask(self, job: Header, timeout_s: float, token: CancelToken, report: Progress | None) -> Answer:
        process = self._running()
        if not process.is_ready:
            self._await_start(process, token)
        self._number += 1
        job = {**job, "id": self._number}
        waiting = _Job(number=self._number, deadline=time.monotonic() + timeout_s)
        process.say(job)
        while True:
            said, body = self._next(process, waiting, token)
            if said.id != waiting.number:
                continue
            if said.done is not None:
                waiting.deadline = time.monotonic() + timeout_s
                if report is not None:
                    report(said.done, said.of)
                continue
            if said.error is not None:
                if said.error.bug:
                    _log.warning("renderer: %s in %s", said.error.bug[:80], job["do"])
                raise said.error.error
            return said, body

    def _await_start(self, process: _Process, token: CancelToken) -> None:
        try:
            waiting = _Job(number=0, deadline=time.monotonic() + START_TIMEOUT_S)
            said, _ = self._next(process, waiting, token)
            for what in said.lacks if not RenderProcess._has_warned else ():
                RenderProcess._has_warned = True
                _log.warning("renderer: this system cannot keep it from %s", _LACKS.get(what, "something"))
        except _Ended as exc:
            self._drop()
            raise UserError(_NO_ROOM) from exc
        process.is_ready = True

    def _next(self, process: _Process, waiting: _Job, token: CancelToken) -> Answer:
        """The next thing the renderer says. Raises _Ended (too late, too large, gone) or Cancelled."""
        while True:
            self._check(process, waiting, token)
            answer = process.next(_LOOK_EVERY_S)
            if answer is not None:
                return answer
            if (limits.resident_bytes(process.pid) or 0) > limits.END_ABOVE_BYTES:
                raise _Ended(TOO_MUCH_MEMORY)

    def _check(self, process: _Process, waiting: _Job, token: CancelToken) -> None:
        """Raise when the renderer is to be waited for no longer; tell it when the job was called off."""
        now = time.monotonic()
        if now > waiting.deadline:
            raise _Ended(TOO_LONG)
        if not token.is_cancelled:
            return
        if waiting.number == 0:
            raise Cancelled()
        if waiting.called_off_at is None:
            waiting.called_off_at = now
            process.say({"cancel": waiting.number})
        elif now > waiting.called_off_at + _CANCEL_GRACE_S:
            self._drop()
            raise Cancelled()


class _Job(Struct, kw_only=True):
    """A job under way: its number (0: the renderer's start), its deadline, since when it is called off."""

    number: int
    deadline: float
    called_off_at: float | None = None


def process_command(*, is_background: bool) -> list[str]:
    """How a renderer is started; a packaged program starts itself with --page-process."""
    more = ["--background"] if is_background else []
    return python_command("rcdesk.documents.worker.render_worker", "--page-process", *more)


def _deed(job: Header, about: PageRef) -> tuple[object, ...]:
    """What was tried with which version of a file, so that what was fatal is not tried again."""
    try:
        found = about.path.stat()
    except OSError:
        return (job["do"], about.path, about.page)
    return job["do"], about.path, about.page, found.st_mtime_ns, found.st_size
