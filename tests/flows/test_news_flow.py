"""What RingCentral pushes is on the screen without anybody asking and long before a timer would."""

from __future__ import annotations

import pytest

from rcdesk.simulator import RunningSimulator
from tests.flows.conftest import OpenDesk, Opened, sign_in
from tests.flows.test_people_flow import BEN


@pytest.fixture
def listening(open_desk: OpenDesk, simulator: RunningSimulator) -> Opened:
    """Signed in and hearing what happens; from here on no timer helps."""
    desk = sign_in(open_desk, simulator)
    running = desk.running.desk
    desk.screen.wait(lambda: running.news.is_live and not running.history.is_syncing)
    return desk


def test_a_missed_call_is_there_before_the_log_has_it(listening: Opened, simulator: RunningSimulator) -> None:
    history, screen = listening.running.desk.history, listening.screen
    simulator.set_call_log_delay(600)
    simulator.inbound_call(BEN, outcome="missed", rings_s=5)
    simulator.advance(6)
    screen.wait(lambda: history.missed_count == 1)
    screen.wait(lambda: "missed" in screen.find("nav_calls").accessibleName())
    screen.wait_for("Ben Achterberg")
    assert [call.log_id for call in history.recents] == [""]
    simulator.advance(601)
    history.refresh()
    screen.wait(lambda: bool(history.recents[0].log_id))
    assert len(history.recents) == 1 and history.missed_count == 1, "the log completes it"


def test_a_fax_is_there_at_once(listening: Opened, simulator: RunningSimulator) -> None:
    simulator.inbound_fax(sender="+16505550142")
    listening.screen.wait(lambda: "Received, 1" in listening.screen.find("nav_received").accessibleName())


def test_what_came_in_a_break_is_looked_for(listening: Opened, simulator: RunningSimulator) -> None:
    simulator.drop_sockets("forget")
    simulator.inbound_fax(sender="+16505550142")
    simulator.set_limits(Auth=1000)
    listening.screen.wait(lambda: "Received, 1" in listening.screen.find("nav_received").accessibleName())
