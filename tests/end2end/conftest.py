"""Fixtures of the end2end tests: one display for all of them, and processes that end with their test.

Skips, saying why, where Xvfb, openbox, xdotool or ImageMagick are missing; packaging/check installs them.
Pictures go to the folder in RCDESK_SCREENSHOTS, else to a temporary one. Read next: test_desk.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end2end.display import Area, Display, missing_programs
from tests.end2end.program import DeskProcess, DragSource, SimulatorProcess

DESK_AREA = Area(x=0, y=0, width=1100, height=860)


@pytest.fixture(scope="session")
def display() -> Iterator[Display]:
    """A real X display with a window manager, shared by all end2end tests."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"needs {', '.join(missing)} (bash packaging/check installs them)")
    running = Display()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the window go."""
    wanted = os.environ.get("RCDESK_SCREENSHOTS")
    folder = Path(wanted).resolve() if wanted else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """What a test starts is ended in reverse order, also when the test fails."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def simulator_process(display: Display, tmp_path: Path, closing: ExitStack) -> SimulatorProcess:
    """The simulator as a program of its own, its world living a few times faster than ours."""
    home = tmp_path / "simulator"
    home.mkdir()
    running = SimulatorProcess(display.environment, home, "--speed", "4")
    closing.callback(running.stop)
    return running


@pytest.fixture
def start_desk(display: Display, tmp_path: Path, closing: ExitStack) -> Callable[..., DeskProcess]:
    """Start the desk with command-line options; its window stands at the top left of the display."""

    def start(*options: str, home: str = "desk", area: Area | None = DESK_AREA) -> DeskProcess:
        desk = DeskProcess(display, tmp_path / home, *options)
        closing.callback(desk.stop)
        if area is not None:
            display.place(desk.window, area)
        display.activate(desk.window)
        return desk

    return start


@pytest.fixture
def start_drag_source(
    display: Display, tmp_path: Path, closing: ExitStack
) -> Callable[[list[Path]], DragSource]:
    """Open the second window with files to drag."""

    def start(files: list[Path]) -> DragSource:
        source = DragSource(display, tmp_path, files)
        closing.callback(source.stop)
        return source

    return start
