"""What `rcdesk fax` prints: a line for each news of a recipient, how much has left, or JSON.

On a terminal the line of an upload is written over itself; elsewhere that it is sent is said once. Questions
go to the terminal only. Main thread of a program without a window. Read next: fax.py,
core/orders/fax_report.py.
"""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Any

from rcdesk.cli.fax import FaxCommand, FaxRun
from rcdesk.cli.output import conclude, print_json, typing
from rcdesk.cli.spoken import say
from rcdesk.core.cancel import CancelToken
from rcdesk.core.orders.fax_report import news
from rcdesk.core.orders.order import ExitStatus
from rcdesk.store.paths import Paths

_STEPS = 10
"""In JSON an upload is told so often."""
_CLEAR = "\r\x1b[K"


def run(command: FaxCommand) -> int:
    """Send it, print what becomes of it, return the exit status."""
    teller = FaxTeller(is_json=command.is_json, is_terminal=sys.stdout.isatty())
    sits_there = sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    ask = _ask if sits_there and not command.is_json else None

    def go(stop: CancelToken) -> None:
        paths = Paths.chosen(is_demo=command.way.demo)
        with closing(FaxRun(command, paths, stop, teller.tell, ask=ask)) as going:
            going.run()

    return conclude(go, teller)


class FaxTeller:
    def __init__(self, *, is_json: bool, is_terminal: bool) -> None:
        self._is_json = is_json
        self._is_terminal = is_terminal
        self._fax: dict[str, Any] | None = None
        self._sent: tuple[tuple[int, ...], int] = ((), -1)
        self._is_line_open = False
        self.status = int(ExitStatus.TROUBLE)

    def tell(self, output: dict[str, Any]) -> None:
        self.status = output.get("status", self.status)
        if "progress" in output:
            self._tell_progress(output["progress"])
            return
        self._end_line()
        if self._is_json:
            print_json(output, "fax")
        else:
            fax = output.get("fax")
            for line in news(self._fax, fax) if fax is not None else ():
                say(line)
            self._fax = fax or self._fax
            if "note" in output:
                say(output["note"])
        if "error" in output:
            say(f"rcdesk fax: {output['error']}", on_error=True)

    def _tell_progress(self, progress: dict[str, Any]) -> None:
        ids, total = tuple(progress["ids"]), progress["bytes_total"]
        percent = progress["bytes_sent"] * 100 // total if total else 0
        is_new = ids != self._sent[0]
        if self._is_json:
            if is_new or percent // _STEPS != self._sent[1] // _STEPS:
                print_json({"progress": progress})
        elif self._is_terminal:
            print(f"{_CLEAR}{_sending(len(ids))}: {percent} %", end="", flush=True)
            self._is_line_open = True
        elif is_new:
            say(_sending(len(ids)))
        self._sent = (ids, percent)

    def _end_line(self) -> None:
        if self._is_line_open:
            self._is_line_open = False
            print(_CLEAR, end="", flush=True)


def _sending(recipients: int) -> str:
    return "Sending" if recipients == 1 else f"Sending to {recipients} recipients"


def _ask(sentence: str) -> bool:
    """Put a question to whoever sits at the terminal. Raises Cancelled for Ctrl+C."""
    say(f"rcdesk fax: {sentence} [y/N] ", on_error=True, end="")
    with typing():
        return sys.stdin.readline().strip().casefold() in ("y", "yes")
