"""A real X display with a window manager for the end2end tests, and the hands and eyes to use it.

Xvfb picks a free display number itself; openbox manages the windows; xdotool is the keyboard and mouse;
ImageMagick's import takes the pictures. Everything runs in child processes. Read next: program.py.
"""

from __future__ import annotations

import itertools
import os
import select
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.end2end.waiting import until

WIDTH, HEIGHT = 1280, 900
NEEDED = ("Xvfb", "openbox", "xdotool", "import")


def missing_programs() -> list[str]:
    """The programs this module needs and the machine does not have."""
    return [name for name in NEEDED if shutil.which(name) is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A window on the display, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        """The middle of the window."""
        return self.x + self.width // 2, self.y + self.height // 2


class Display:
    """One Xvfb with openbox. Start with Display(), end with stop()."""

    def __init__(self) -> None:
        self._server, self.name = _start_server()
        self.environment: dict[str, str] = {**os.environ, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}
        self.environment["LC_ALL"] = "C.UTF-8"  # dates and times are written alike on every machine
        for name in ("WAYLAND_DISPLAY", "XAUTHORITY", "QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE"):
            self.environment.pop(name, None)
        self._window_manager = subprocess.Popen(
            ["openbox"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._is_managed, 15, "openbox to manage the display")

    def _is_managed(self) -> bool:
        answer = self._xdotool("get_desktop", check=False)
        return answer.returncode == 0 and answer.stdout.strip().isdigit()

    def stop(self) -> None:
        """End the window manager and the display."""
        for process in (self._window_manager, self._server):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    def _xdotool(self, *arguments: str | int, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["xdotool", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=check,
        )

    def windows_of(self, pid: int) -> list[str]:
        """The ids of the visible top-level windows of a process, largest first."""
        answer = self._xdotool("search", "--onlyvisible", "--all", "--pid", pid, "--name", ".*", check=False)
        found = [w for w in answer.stdout.split() if w.isdigit()]

        def size(window: str) -> int:
            area = self.area(window)
            return 0 if area is None else area.width * area.height

        return sorted((w for w in found if size(w) > 100), key=size, reverse=True)

    def window_of(self, pid: int, timeout_s: float = 20) -> str:
        """The id of the main window of a process, waited for."""
        return until(lambda: self.windows_of(pid), timeout_s, "the window to be on the display")[0]

    def windows_of_class(self, name: str) -> list[str]:
        """The ids of the visible windows of a program by its class."""
        answer = self._xdotool("search", "--onlyvisible", "--class", name, check=False)
        return [w for w in answer.stdout.split() if w.isdigit()]

    def area(self, window: str) -> Area | None:
        """Where a window is, None when it is gone."""
        answer = self._xdotool("getwindowgeometry", "--shell", window, check=False)
        values = dict(line.split("=", 1) for line in answer.stdout.splitlines() if "=" in line)
        if answer.returncode != 0 or "WIDTH" not in values:
            return None
        return Area(
            x=int(values["X"]), y=int(values["Y"]), width=int(values["WIDTH"]), height=int(values["HEIGHT"])
        )

    def title(self, window: str) -> str:
        """The window's title."""
        return self._xdotool("getwindowname", window, check=False).stdout.strip()

    def place(self, window: str, area: Area) -> Area:
        """Move and resize a window as a person would; returns where the window manager put it."""
        self._xdotool("windowmove", window, area.x, area.y)
        self._xdotool("windowsize", window, area.width, area.height)

        def is_there() -> Area | None:
            now = self.area(window)
            return (
                now if now and abs(now.width - area.width) < 4 and abs(now.height - area.height) < 4 else None
            )

        return until(is_there, 10, f"the window to have the size {area.width}x{area.height}")

    def activate(self, window: str) -> None:
        """Give a window the keyboard, and wait until it has it."""

        def has_focus() -> bool:
            self._xdotool("windowactivate", window, check=False)
            return self._xdotool("getactivewindow", check=False).stdout.strip() == window

        until(has_focus, 10, "the window to become active", every_s=0.1)

    def close(self, window: str) -> None:
        """Ask a window to close, as its close button does (WM_DELETE_WINDOW through Alt+F4)."""
        self.activate(window)
        self.key("alt+F4")

    def key(self, *keys: str) -> None:
        """Press keys such as "ctrl+l" or "Return" in the active window."""
        self._xdotool("key", "--clearmodifiers", "--delay", 30, *keys)

    def type(self, text: str) -> None:
        """Type text into the active window."""
        self._xdotool("type", "--clearmodifiers", "--delay", 15, text)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click the left button at a point of the display, or another (3 is the right one)."""
        self._xdotool("mousemove", x, y, "click", button)

    def drag(
        self,
        start: tuple[int, int],
        end: tuple[int, int],
        is_taken: Callable[[], bool],
        hover_shot: Path | None = None,
    ) -> None:
        """Press at start, move in small steps to end, let go once is_taken; hover_shot shows the hovering."""
        self._xdotool("mousemove", *start)
        self._xdotool("mousedown", 1)
        steps = 24
        for step in range(1, steps + 1):
            x = start[0] + (end[0] - start[0]) * step // steps
            y = start[1] + (end[1] - start[1]) * step // steps
            self._xdotool("mousemove", "--sync", x, y)
        nudges = itertools.cycle((3, -3, 2, -2))

        def is_taken_here() -> bool:
            nudge = next(nudges)
            self._xdotool("mousemove", "--sync", end[0] + nudge, end[1] + nudge)
            return is_taken()

        until(is_taken_here, 15, "the other window to take what is dragged")
        if hover_shot is not None:
            self.screenshot(hover_shot)
        self._xdotool("mouseup", 1)

    def screenshot(self, path: Path, window: str = "root") -> Path:
        """Write a picture of the whole display, or of one window, as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["import", "-window", window, str(path)],
            env=self.environment,
            check=True,
            timeout=60,
            capture_output=True,
        )
        return path


def _start_server() -> tuple[subprocess.Popen[bytes], str]:
    """Start Xvfb on the first free display; it writes the number to a pipe when it is ready."""
    reading, writing = os.pipe()
    try:
        server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"),
                *("-dpi", "96", "-nolisten", "tcp", "-noreset"),
            ],
            pass_fds=(writing,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        text = b""
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([reading], [], [], 20)
            chunk = os.read(reading, 64) if ready else b""
            if not chunk:
                server.kill()
                raise RuntimeError("Xvfb did not start")
            text += chunk
    finally:
        os.close(reading)
    return server, f":{text.decode().strip()}"


def merged(environment: Mapping[str, str], **changes: str) -> dict[str, str]:
    """An environment with some variables changed."""
    return {**environment, **changes}
