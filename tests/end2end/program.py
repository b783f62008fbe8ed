"""Child processes of the end2end tests: the desk, the simulator, and the window files are dragged from.

Each is started as a person would start it, with its output collected by a thread so that it never blocks, and
ended by its id. The desk gets a home of its own. Read next: test_desk.py.
"""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import IO, Any

from tests.end2end.display import Display, merged
from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

READY_LINE = "rcdesk: window shown"


class Child:
    """A running process whose lines can be waited for; is_asked: and which can be asked by lines."""

    def __init__(
        self, command: list[str], environment: dict[str, str], cwd: Path, *, is_asked: bool = False
    ) -> None:
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=cwd,
            stdin=subprocess.PIPE if is_asked else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self.errors: list[str] = []
        assert self.process.stdout is not None and self.process.stderr is not None
        self._readers = [
            threading.Thread(target=self._collect, args=(self.process.stdout, self._lines.put), daemon=True),
            threading.Thread(
                target=self._collect, args=(self.process.stderr, self.errors.append), daemon=True
            ),
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _collect(stream: IO[str], keep: Any) -> None:
        for line in stream:
            keep(line.rstrip("\n"))

    def line_with(self, text: str, timeout_s: float) -> str:
        """The next line of output that holds text; fails when the process ends or the time is over."""
        timeout_s = max(timeout_s, PATIENCE_S)
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                line = self._lines.get(timeout=0.1)
            except queue.Empty:
                if self.process.poll() is not None and self._lines.empty():
                    raise AssertionError(f"ended with {self.process.returncode}: {self.said()}") from None
                if time.monotonic() > deadline:
                    raise AssertionError(f"no line with {text!r} in {timeout_s:g} s: {self.said()}") from None
                continue
            if text in line:
                return line

    def ask(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def said(self) -> str:
        """What the process wrote to standard error, for failure messages and checks."""
        return "\n".join(self.errors)

    def wait(self, timeout_s: float) -> int:
        """Wait for the end and return the exit code."""
        code = self.process.wait(max(timeout_s, PATIENCE_S))
        for reader in self._readers:
            reader.join(5)
        return code

    def stop(self) -> None:
        """End the process if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.wait(10)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


class SimulatorProcess(Child):
    """`python -m rcdesk.simulator --port 0` with its answer line read and its control API at hand."""

    def __init__(self, environment: dict[str, str], home: Path, *options: str) -> None:
        command = [sys.executable, "-m", "rcdesk.simulator", "--port", "0", *options]
        super().__init__(command, with_package(environment), home)
        self.account: dict[str, Any] = json.loads(self.line_with("base_url", 30))
        self.sign_in_file = home / "sign-in.json"
        self.sign_in_file.write_text(json.dumps(self.account), encoding="utf-8")

    def control(self, path: str, body: object | None = None, method: str | None = None) -> Any:
        """Ask the control API under /simulator/; body given means POST."""
        request = urllib.request.Request(
            f"{self.account['base_url']}/simulator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.strip() else None


class DeskProcess(Child):
    """The desk started as an installed program with a home of its own; bus: a session bus's address.

    window is its window; is_hidden: it is told to start without one.
    """

    def __init__(
        self, display: Display, home: Path, *options: str, bus: str = "", is_hidden: bool = False
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        _shorten_undo(home / "config" / "preferences.json")
        environment = merged(
            with_package(display.environment),
            RCDESK_HOME=str(home),
            RCDESK_PRINT_READY="1",
            PYTHONFAULTHANDLER="1",
        )
        if bus:
            environment["DBUS_SESSION_BUS_ADDRESS"] = bus
        super().__init__([*desk_command(), *options], environment, home)
        self.line_with(READY_LINE, 60)
        self.window = "" if is_hidden else display.window_of(self.process.pid)


class DragSource(Child):
    """A second program's window from which files can be dragged with the mouse."""

    def __init__(self, display: Display, home: Path, files: list[Path]) -> None:
        script = Path(__file__).with_name("drag_source.py")
        super().__init__([sys.executable, str(script), *map(str, files)], display.environment, home)
        self.line_with("drag source: shown", 30)
        self.window = display.window_of(self.process.pid)

    @property
    def is_taken(self) -> bool:
        """True while a window under the pointer would take the files."""
        return any("drag source: over CopyAction" in line for line in tuple(self._lines.queue))


def _shorten_undo(preferences: Path) -> None:
    """A fax can be taken back for a second instead of ten; what a desk has written itself stays."""
    if not preferences.exists():
        preferences.parent.mkdir(parents=True, exist_ok=True)
        preferences.write_text(json.dumps({"undo_s": 1}), encoding="utf-8")


def desk_command() -> list[str]:
    """The installed command beside this interpreter, else the package in this checkout."""
    installed = Path(sys.executable).with_name("rcdesk")
    if installed.is_file() and shutil.which(str(installed)):
        return [str(installed)]
    return [sys.executable, "-m", "rcdesk"]


def with_package(environment: dict[str, str]) -> dict[str, str]:
    """Make the package importable when it is not installed."""
    if Path(sys.executable).with_name("rcdesk").is_file():
        return dict(environment)
    return merged(environment, PYTHONPATH=str(REPOSITORY))
