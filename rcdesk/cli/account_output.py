"""What `rcdesk login`, `logout`, `whoami` and `profiles` print, and how secrets are asked for.

On a terminal a secret is typed unseen; otherwise it is a line of standard input. It is never printed, and
never an argument. Main thread of a program without a window. Read next: account.py.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from rcdesk.cli.account import AccountCommand, AccountRun, AccountWord
from rcdesk.cli.output import conclude, print_json, typing
from rcdesk.cli.spoken import say
from rcdesk.core.cancel import CancelToken
from rcdesk.core.orders.order import ExitStatus
from rcdesk.core.orders.who_report import profile_line, who_lines
from rcdesk.store.paths import Paths


def run(command: AccountCommand) -> int:
    """Do it, print what became of it, return the exit status."""
    teller = AccountTeller(command)

    def go(stop: CancelToken) -> None:
        with closing(AccountRun(command, Paths.chosen(), stop, teller.tell, Terminal())) as going:
            going.run()

    return conclude(go, teller)


class Terminal:
    """Prompts on the terminal, or the lines of standard input. Ctrl+C there raises Cancelled."""

    def secret(self, name: str) -> str:
        if sys.stdin is not None and sys.stdin.isatty():
            with typing():
                return getpass.getpass(f"{name}: ").strip()
        return self._next_line()

    def line(self, name: str) -> str:
        """Something that is no secret."""
        if sys.stdin is not None and sys.stdin.isatty():
            say(f"{name}: ", on_error=True, end="")
        return self._next_line()

    def everything(self) -> str:
        """All of standard input that is left."""
        with typing():
            return sys.stdin.read() if sys.stdin is not None else ""

    def open_url(self, url: str) -> None:
        """Open an address in the browser; where there is no display the printed one is enough."""
        has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
        if sys.platform.startswith("linux") and not has_display and not os.environ.get("BROWSER"):
            return
        import webbrowser

        try:
            with _own_output():
                webbrowser.open(url)
        except (OSError, webbrowser.Error):
            pass

    def _next_line(self) -> str:
        with typing():
            return sys.stdin.readline().strip() if sys.stdin is not None else ""


@contextmanager
def _own_output() -> Iterator[None]:
    """Browsers say things on standard output, which belongs to whoever reads our lines."""
    if sys.stdout is None or sys.stdout.isatty():
        yield
        return
    sys.stdout.flush()
    ours, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(ours, 1)
        os.close(ours)
        os.close(nowhere)


class AccountTeller:
    """Prints lines as they come; status is that of the last one."""

    def __init__(self, command: AccountCommand) -> None:
        self._command = command
        self.status = int(ExitStatus.TROUBLE)

    def tell(self, output: dict[str, Any]) -> None:
        """One line of core/orders/order.py, or of account.py."""
        self.status = output.get("status", self.status)
        if self._command.is_json:
            print_json(output, "who")
        else:
            for line in self._lines(output):
                say(line)
        if "error" in output:
            say(f"rcdesk {self._command.word.value}: {output['error']}", on_error=True)

    def _lines(self, output: dict[str, Any]) -> list[str]:
        if "url" in output:
            return ["Sign in on this page, which opens in your browser:", output["url"]]
        note = [output["note"]] if "note" in output else []
        if "profiles" in output:
            width = max((len(one["name"]) for one in output["profiles"]), default=0)
            lines = [profile_line(one, width) for one in output["profiles"]]
            return [*(lines or ["There are no profiles yet. Sign in with rcdesk login."]), *note]
        if "signed_out" in output:
            words = f"Signed out of {output['signed_out']}. Nothing of the sign-in is kept here any more."
            return [words, *note]
        if "who" in output and self._command.word is AccountWord.LOGIN and "error" not in output:
            return ["Signed in:", *who_lines(output["who"])]
        return who_lines(output["who"]) if "who" in output else note
