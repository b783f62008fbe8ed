"""What a command prints: sentences or JSON, and the exit status; Ctrl+C as a token.

Standard output gets what was asked for, numbers in full; standard error what went wrong, in one sentence.
With --json every line is one object, and the last one has "status". Faxes and accounts have tellers of their
own. Main thread of a program without a window. Read next: call.py, fax_output.py, account_output.py.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import Any, Protocol

from PySide6.QtCore import QCoreApplication

from rcdesk.bridge.runtime.lane import leave_stuck_lanes
from rcdesk.bridge.runtime.region import follow_region
from rcdesk.cli.call import Command, CommandRun
from rcdesk.cli.spoken import say
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.orders.call_report import sentence, status_line
from rcdesk.core.orders.order import CallOrder, CancelOrder, ExitStatus, NumbersOrder, StatusOrder
from rcdesk.store.paths import Paths

ENDED = "Ended at once. What was begun may have happened: look in the window of rcdesk before you ask again."
"""Ctrl+C for the second time."""


def run(command: Command) -> int:
    """Do what was asked, print what becomes of it, return the exit status."""
    teller = Teller(command)

    def go(stop: CancelToken) -> None:
        with closing(CommandRun(command, Paths.chosen(is_demo=command.demo), stop)) as going:
            with closing(going.lines()) as lines:
                for output in lines:
                    teller.tell(output)

    return conclude(go, teller)


def conclude(go: Callable[[CancelToken], None], teller: AnyTeller) -> int:
    """Let it go, with Ctrl+C as its token, and give the exit status."""
    # A socket of Qt wants an application, though no event loop runs.
    application = QCoreApplication.instance() or QCoreApplication(["rcdesk"])
    # Only sentences meant for people go to standard error.
    logging.getLogger("rcdesk").addHandler(logging.NullHandler())
    follow_region()
    try:
        with _interrupts() as stop:
            go(stop)
    except RcdeskError as exc:
        teller.tell({"error": str(exc), "status": int(ExitStatus.TROUBLE)})
    except BrokenPipeError:
        # Whoever listened has gone; what was begun goes on.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitStatus.TROUBLE)
    except KeyboardInterrupt:
        teller.tell({"error": ENDED, "status": int(ExitStatus.INTERRUPTED)})
    leave_stuck_lanes(teller.status)
    del application
    return teller.status


def print_json(output: dict[str, Any], inner: str = "") -> None:
    """One object on a line, the keys of the inner one beside the others."""
    others = {key: output[key] for key in output if key != inner}
    print(json.dumps({**output.get(inner, {}), **others}), flush=True)


class AnyTeller(Protocol):
    """Prints the lines of a command."""

    status: int

    def tell(self, output: dict[str, Any]) -> None: ...


class Teller:
    """Prints lines as they come; status is that of the last one."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._said = ""
        self.status = int(ExitStatus.TROUBLE)

    def tell(self, output: dict[str, Any]) -> None:
        """One line of core/orders/order.py."""
        self.status = output.get("status", self.status)
        if self._command.is_json:
            print_json(output, "call")
        else:
            self._say(output)
        if "error" in output:
            say(f"rcdesk {_name(self._command)}: {output['error']}", on_error=True)

    def _say(self, output: dict[str, Any]) -> None:
        match self._command.order:
            case StatusOrder() if "calls" in output:
                for call in output["calls"]:
                    say(status_line(call))
                if not output["calls"]:
                    say("No call is going on.")
            case NumbersOrder() if "ring" in output:
                _print_numbers(output)
            case CallOrder(is_wait=is_wait) if "call" in output:
                words = sentence(output["call"])
                if not is_wait and output.get("status") == ExitStatus.DONE:
                    words += f" (call {output['call']['id'][:8]})"
                if words != self._said:
                    self._said = words
                    say(words)
            case CancelOrder() if "call" in output and "error" not in output:
                say(sentence(output["call"]))
            case _:
                pass


class Interrupts(CancelToken):
    """Cancelled by Ctrl+C. A handler may run while anything is locked, so it only sets a flag."""

    def __init__(self, reader: socket.socket) -> None:
        super().__init__()
        self._reader = reader
        self._is_asked = False

    def heard(self, number: int, frame: FrameType | None) -> None:
        """The handler: the second time the program just ends."""
        if self._is_asked:
            raise KeyboardInterrupt
        self._is_asked = True

    @property
    def is_cancelled(self) -> bool:
        return self._is_asked

    def check(self) -> None:
        """Raise Cancelled when it was."""
        if self._is_asked:
            raise Cancelled()

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds; raise Cancelled at once when Ctrl+C is pressed meanwhile."""
        if not self._is_asked:
            select.select([self._reader], [], [], max(0.0, seconds))
        self.check()


@contextmanager
def _interrupts() -> Iterator[Interrupts]:
    """Ctrl+C as a token as long as this lasts; a byte in a socket ends a wait at once."""
    reader, writer = socket.socketpair()
    # Closed whatever happens: after a Ctrl+C in here too, or when there is no way back to the former file.
    with reader, writer:
        writer.setblocking(False)
        stop = Interrupts(reader)
        old_fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        old_handler = signal.signal(signal.SIGINT, stop.heard)
        try:
            yield stop
        finally:
            signal.signal(signal.SIGINT, old_handler)
            signal.set_wakeup_fd(old_fd)


@contextmanager
def typing() -> Iterator[None]:
    """While somebody types: Ctrl+C ends that wait at once, as Cancelled; a flag would not be seen there."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt as exc:
        say("", on_error=True)
        raise Cancelled() from exc
    finally:
        signal.signal(signal.SIGINT, former)


def _print_numbers(output: dict[str, Any]) -> None:
    for title, key in (("Phones that can ring (--from):", "ring"), ("Numbers to show (--show-as):", "show")):
        say(title)
        width = max((len(one["label"]) for one in output[key]), default=0)
        for one in output[key]:
            mark = "  as usual" if one["is_usual"] else ""
            say(f"  {one['label']:<{width}}  {one['number']}{mark}")
        if not output[key]:
            say("  none")


def _name(command: Command) -> str:
    match command.order:
        case CallOrder():
            return "call"
        case StatusOrder():
            return "status"
        case CancelOrder():
            return "cancel"
        case NumbersOrder():
            return "numbers"
