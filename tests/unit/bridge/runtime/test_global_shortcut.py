"""Global shortcuts against a portal on a private D-Bus: bound, pressed, changed, declined, given back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.patient_bot import QtBot

pytest.importorskip("jeepney", reason="needs jeepney, which exists on Linux")

from rcdesk.bridge.runtime.global_shortcut import QUICK_DIAL, SEND_FAX, GlobalShortcut
from rcdesk.bridge.runtime.lane import Lane
from tests.patience import PATIENCE_S
from tests.unit.bridge.fake_portal import FakePortal, PrivateBus

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")
BOTH = {QUICK_DIAL: "Press CTRL+ALT+d", SEND_FAX: "Press CTRL+ALT+f"}


@pytest.fixture
def bus() -> Iterator[str]:
    """The address of a bus with nobody on it."""
    running = PrivateBus()
    yield running.address
    running.stop()


@pytest.fixture
def portal(bus: str) -> Iterator[FakePortal]:
    """A desktop with a portal."""
    running = FakePortal(bus)
    yield running
    running.stop()


@pytest.fixture
def shortcut(qtbot: QtBot, bus: str) -> Iterator[GlobalShortcut]:
    """Not started yet; at the end its lane ends in time, which is half of the test."""
    lane = Lane("shortcuts")
    made = GlobalShortcut(lane, bus=bus)
    yield made
    made.stop()
    assert lane.stop(timeout_s=5)


def test_the_keys_are_asked_for_and_told_when_pressed(
    qtbot: QtBot, portal: FakePortal, shortcut: GlobalShortcut
) -> None:
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        shortcut.start()
    assert shortcut.is_bound and shortcut.triggers == BOTH and shortcut.problem == ""
    assert portal.asked[QUICK_DIAL]["description"] == ("s", "Type a number to call")
    for wanted in (QUICK_DIAL, SEND_FAX, QUICK_DIAL):
        with qtbot.waitSignal(shortcut.activated, timeout=10_000) as caught:
            portal.press(wanted)
        assert caught.args == [wanted]


def test_other_keys_chosen_in_the_desktop_are_told(
    qtbot: QtBot, portal: FakePortal, shortcut: GlobalShortcut
) -> None:
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        shortcut.start()
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        portal.change(QUICK_DIAL, "Press Super+D")
    assert shortcut.triggers == {QUICK_DIAL: "Press Super+D"}


def test_a_desktop_without_a_portal_is_said_so(qtbot: QtBot, shortcut: GlobalShortcut) -> None:
    with qtbot.waitSignal(shortcut.changed, timeout=30_000):
        shortcut.start()
    assert not shortcut.is_bound
    assert shortcut.problem == "This desktop offers no global shortcuts."


def test_no_bus_at_all_is_said_so(qtbot: QtBot) -> None:
    lane = Lane("shortcuts")
    shortcut = GlobalShortcut(lane, bus="unix:path=/nowhere/bus")
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        shortcut.start()
    assert shortcut.problem == "There is no session bus, so no global shortcuts."
    assert lane.stop(timeout_s=5)


def test_a_user_who_declines_is_not_asked_again(qtbot: QtBot, bus: str, shortcut: GlobalShortcut) -> None:
    portal = FakePortal(bus, answer=1)
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        shortcut.start()
    assert "declined" in shortcut.problem
    assert portal.bound.get(timeout=PATIENCE_S) == "CreateSession" and portal.bound.empty()
    portal.stop()


def test_the_desktop_may_end_it(qtbot: QtBot, portal: FakePortal, shortcut: GlobalShortcut) -> None:
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        shortcut.start()
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        portal.close_session()
    assert not shortcut.is_bound and "ended" in shortcut.problem


def test_given_back_and_asked_for_again(qtbot: QtBot, portal: FakePortal, shortcut: GlobalShortcut) -> None:
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        shortcut.start()
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        shortcut.stop()
    assert not shortcut.is_bound and shortcut.problem == ""
    with qtbot.waitSignal(shortcut.changed, timeout=10_000):
        shortcut.start()
    assert shortcut.triggers == BOTH
