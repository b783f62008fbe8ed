"""The tray as a person uses it: a real tray program, the icon, its menu, quick dial, and the tray that ends.

trayer docks the icon, a session bus of its own is there as on a desktop. What was called is judged by the
simulator, a third process. Pictures are left in the folder of the `shots` fixture. Read next: display.py,
program.py.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.end2end.display import Area, Display, merged
from tests.end2end.program import Child, DeskProcess, SimulatorProcess
from tests.end2end.test_desk import calls, is_signed_in, quit_by_key
from tests.end2end.waiting import stays, until

pytestmark = pytest.mark.end2end

CLIPBOARD = Path(__file__).with_name("clipboard_owner.py")
WATCHER = Path(__file__).with_name("notifier_watcher.py")
SLOW, WRITTEN = "+16505550207", "Please call (650) 555-0207 ext. 9 back"
SMALLEST_MENU_PX = 300
# The middle of a row below the top of the menu: the head, a line, then rows of 36.
TYPE_A_NUMBER_PX, FIRST_CALL_PX = 83, 140


class TrayProgram(Child):
    """trayer at the top right, empty until an icon docks."""

    def __init__(self, display: Display, home: Path) -> None:
        command = ["trayer", "--edge", "top", "--align", "right", "--widthtype", "request", "--height", "28"]
        super().__init__([*command, "--SetDockType", "true"], display.environment, home)
        self._display = display

    def icon(self) -> Area | None:
        """Where the icon is, None while none is docked: the panel is as wide as its icons."""
        for window in self._display.windows_of_class("trayer"):
            area = self._display.area(window)
            if area is not None and area.width >= 16:
                return area
        return None


class SessionBus(Child):
    """A session bus as a desktop has one."""

    def __init__(self, display: Display, home: Path) -> None:
        command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
        super().__init__(command, display.environment, home)
        self.address = self.line_with("unix:", 20).strip()


class Panel(Child):
    """A panel that speaks StatusNotifierItem and draws the menu itself."""

    def __init__(self, display: Display, home: Path, bus: SessionBus) -> None:
        environment = merged(display.environment, DBUS_SESSION_BUS_ADDRESS=bus.address)
        super().__init__([sys.executable, str(WATCHER)], environment, home, is_asked=True)
        self.line_with("watcher: ready", 20)

    def menu(self) -> list[dict[str, Any]]:
        """The rows of the icon's menu, empty while there is no icon."""
        self.ask("menu")
        found: list[dict[str, Any]] = json.loads(self.line_with("menu: ", 20).removeprefix("menu: "))
        return found


StartTray = Callable[[], TrayProgram]
StartInTray = Callable[..., DeskProcess]


@pytest.fixture
def start_tray(display: Display, tmp_path: Path, closing: ExitStack) -> StartTray:
    """Start the tray program."""
    missing = [name for name in ("trayer", "dbus-daemon") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)} (bash packaging/check installs them)")

    def start() -> TrayProgram:
        running = TrayProgram(display, tmp_path)
        closing.callback(running.stop)
        return running

    return start


@pytest.fixture
def start_in_tray(
    display: Display,
    start_tray: StartTray,
    simulator_process: SimulatorProcess,
    tmp_path: Path,
    closing: ExitStack,
) -> StartInTray:
    """A desk signed in to the simulator, with a session bus."""

    def start(
        scheme: str = "light", *, is_hidden: bool = False, bus: SessionBus | None = None
    ) -> DeskProcess:
        if is_hidden:
            keep(tmp_path / "desk", start_hidden=True, undo_s=1)
        if bus is None:
            bus = SessionBus(display, tmp_path)
            closing.callback(bus.stop)
        options = ("--sign-in", str(simulator_process.sign_in_file), "--color-scheme", scheme)
        desk = DeskProcess(display, tmp_path / "desk", *options, bus=bus.address, is_hidden=is_hidden)
        closing.callback(desk.stop)
        until(lambda: is_signed_in(simulator_process), 30, "the desk to read its account")
        return desk

    return start


def keep(home: Path, **preferences: object) -> None:
    """What was chosen in the settings before."""
    file = home / "config" / "preferences.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(preferences), encoding="utf-8")


def copied(display: Display, home: Path, closing: ExitStack, text: str) -> None:
    """Another program has copied this text."""
    owner = Child([sys.executable, str(CLIPBOARD), "text", text], display.environment, home)
    closing.callback(owner.stop)
    owner.line_with("clipboard: owned", 30)


def hide(display: Display, desk: DeskProcess) -> None:
    """Close the window: with a tray it hides and the desk goes on."""
    display.close(desk.window)
    until(lambda: desk.window not in display.windows_of(desk.process.pid), 15, "the window to be hidden")
    assert desk.process.poll() is None


def popup_of(display: Display, desk: DeskProcess, known: list[str]) -> str:
    """The window that has come up since."""

    def new() -> str | None:
        return next((w for w in display.windows_of(desk.process.pid) if w not in known), None)

    return until(new, 15, "a new window of the desk")


def titled(display: Display, desk: DeskProcess, title: str) -> str:
    """The desk's window with this title, waited for."""

    def found() -> str | None:
        windows = display.windows_of(desk.process.pid)
        return next((w for w in windows if display.title(w).startswith(title)), None)

    return until(found, 15, f"the window {title}")


def open_menu(display: Display, desk: DeskProcess, tray: TrayProgram, shot: Path | None = None) -> Area:
    """Right-click the icon; returns where the menu is."""
    icon = until(tray.icon, 15, "the icon in the tray")
    known = display.windows_of(desk.process.pid)
    display.click(*icon.centre, button=3)

    def is_menu() -> Area | None:
        for window in display.windows_of(desk.process.pid):
            area = display.area(window)
            if window not in known and area is not None and area.height >= SMALLEST_MENU_PX:
                return area
        return None

    area = until(is_menu, 15, "the menu of the icon")
    if shot is not None:
        still(display, shot)
    return area


def is_over(call: dict[str, object]) -> bool:
    """The simulator rings nobody for this call any more."""
    return call["callStatus"] != "InProgress"


def still(display: Display, path: Path) -> None:
    """A picture of the whole display once nothing moves any more."""
    before = b""

    def is_still() -> bool:
        nonlocal before
        now = display.screenshot(path).read_bytes()
        before, is_same = now, now == before
        return is_same

    until(is_still, 10, "the picture to stand still")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_type_a_number_from_the_tray(
    display: Display,
    start_tray: StartTray,
    start_in_tray: StartInTray,
    simulator_process: SimulatorProcess,
    tmp_path: Path,
    closing: ExitStack,
    shots: Path,
    scheme: str,
) -> None:
    tray = start_tray()
    desk = start_in_tray(scheme)
    until(tray.icon, 15, "the icon in the tray")
    hide(display, desk)
    copied(display, tmp_path, closing, WRITTEN)
    menu = open_menu(display, desk, tray, shots / f"{scheme}-tray-menu.png")
    display.click(menu.x + 60, menu.y + TYPE_A_NUMBER_PX)
    dial = titled(display, desk, "Quick dial")
    display.activate(dial)
    still(display, shots / f"{scheme}-quick-dial.png")
    display.key("Return")
    call = until(lambda: calls(simulator_process), 15, "the ring-out to be made")[0]
    assert call["to"] == SLOW, "the number in the copied sentence"
    until(lambda: dial not in display.windows_of(desk.process.pid), 10, "quick dial to close")
    assert desk.window not in display.windows_of(desk.process.pid), "the window stays where it was put"
    menu = open_menu(display, desk, tray, shots / f"{scheme}-tray-live-call.png")
    display.click(menu.x + 60, menu.y + FIRST_CALL_PX)
    until(lambda: is_over(calls(simulator_process)[0]), 15, "the call to be cancelled from the menu")
    desk.process.terminate()
    assert desk.wait(20) == 0, desk.said()
    assert "Traceback" not in desk.said(), desk.said()


def test_a_click_brings_the_window_back(
    display: Display, start_tray: StartTray, start_in_tray: StartInTray
) -> None:
    tray = start_tray()
    desk = start_in_tray()
    hide(display, desk)
    icon = until(tray.icon, 15, "the icon in the tray")
    display.click(*icon.centre)
    until(lambda: desk.window in display.windows_of(desk.process.pid), 15, "the window to come back")
    quit_by_key(display, desk)
    kept = json.loads((desk.home / "config" / "preferences.json").read_text(encoding="utf-8"))
    assert kept["said_close_to_tray"] is True


def test_the_window_comes_back_when_the_tray_ends(
    display: Display, start_tray: StartTray, start_in_tray: StartInTray
) -> None:
    tray = start_tray()
    desk = start_in_tray()
    hide(display, desk)
    tray.stop()
    until(lambda: desk.window in display.windows_of(desk.process.pid), 20, "the window to come back")
    display.close(desk.window)
    assert desk.wait(20) == 0, desk.said()


def test_it_starts_in_the_tray_when_that_was_chosen(
    display: Display, start_tray: StartTray, start_in_tray: StartInTray
) -> None:
    tray = start_tray()
    desk = start_in_tray(is_hidden=True)
    until(tray.icon, 15, "the icon in the tray")

    def large() -> str | None:
        for window in display.windows_of(desk.process.pid):
            area = display.area(window)
            if area is not None and area.width >= 900:
                return window
        return None

    stays(lambda: large() is None, 1.0, "no window is shown")
    open_menu(display, desk, tray)
    display.key("Escape")
    tray.stop()
    window = until(large, 20, "the window to come")
    assert display.title(window).startswith("rcdesk")
    display.close(window)
    assert desk.wait(20) == 0, desk.said()


@pytest.mark.skipif(sys.platform != "linux", reason="a tray of Linux desktops")
def test_a_desktop_that_draws_the_menu_itself(
    display: Display,
    start_tray: StartTray,
    start_in_tray: StartInTray,
    tmp_path: Path,
    closing: ExitStack,
) -> None:
    bus = SessionBus(display, tmp_path)
    closing.callback(bus.stop)
    panel = Panel(display, tmp_path, bus)
    closing.callback(panel.stop)
    desk = start_in_tray(bus=bus)
    hide(display, desk)
    rows = until(panel.menu, 15, "the icon to register", every_s=0.3)
    labels = [row["label"] for row in rows]
    assert labels[0].startswith("Mara Okafor") and not rows[0]["enabled"]
    assert {"Type a number…", "Send a fax…", "Queue", "Open rcdesk", "Quit"} <= set(labels)

    def presence() -> list[str]:
        found = [row for row in panel.menu() if row["label"].startswith("Do not disturb")]
        return [choice["label"] for choice in found[0]["children"]] if found else []

    choices = until(presence, 15, "presence to be known", every_s=0.3)
    assert {"For 30 minutes", "Until 09:00", "Take calls"} <= set(choices)
    panel.stop()
    until(lambda: desk.window in display.windows_of(desk.process.pid), 20, "the window to come back")
    display.close(desk.window)
    assert desk.wait(20) == 0, desk.said()


def test_without_a_tray_closing_quits(display: Display, start_in_tray: StartInTray) -> None:
    desk = start_in_tray()
    display.close(desk.window)
    assert desk.wait(20) == 0, desk.said()
