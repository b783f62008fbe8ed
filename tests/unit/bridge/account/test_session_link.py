"""Connections made for somebody who has changed their mind meanwhile: which one is kept, which are closed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import NOT_TOLD, ServerProfile
from rcdesk.services.account.connection import Connection
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import credentials_of, profile_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator
    from rcdesk.store.account.secrets import Secrets

WAIT_MS = PATIENCE_MS


class Counted(Connection):
    """A connection that says whether it was closed."""

    is_closed = False

    def close(self) -> None:
        """Close it, and say so."""
        super().close()
        self.is_closed = True


@dataclass
class Door:
    """A session whose calls lane can be held, and every connection that was made for it."""

    session: SessionDesk
    lane: Lane
    made: list[Counted]
    failed: list[str]
    is_free: threading.Event

    def hold(self) -> None:
        """Nothing more happens on the lane until settle()."""
        self.is_free.clear()
        self.lane.submit(lambda token, report: self.is_free.wait(PATIENCE_S), done=_drop, failed=_drop)

    def settle(self, qtbot: QtBot) -> None:
        """Let the lane go on, and wait until it has answered everything."""
        self.is_free.set()
        qtbot.waitUntil(lambda: self.lane.is_idle, timeout=WAIT_MS)

    def sign_in(self, simulator: RunningSimulator, qtbot: QtBot) -> ServerProfile:
        """Sign in as the first user; the profile it was done with."""
        profile = replace(profile_of(simulator), id="first")
        self.session.sign_in(profile, credentials_of(simulator))
        self.settle(qtbot)
        assert self.session.state is SessionState.SIGNED_IN
        return profile


def _drop(_: object) -> None:
    """Nobody asks what came of it."""


@pytest.fixture
def door(make_lane: Callable[[str], Lane], secrets: Secrets) -> Iterator[Door]:
    """Signed out."""
    lane, made = make_lane("calls"), list[Counted]()

    def connect(profile: ServerProfile) -> Counted:
        made.append(Counted(profile, secrets))
        return made[-1]

    found = Door(SessionDesk(lane, connect), lane, made, [], threading.Event())
    found.session.failed.connect(found.failed.append)
    yield found
    found.is_free.set()
    found.session.stop()


def test_the_former_connection_is_closed_when_there_is_another(
    door: Door, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    profile = door.sign_in(simulator, qtbot)
    door.session.resume(replace(profile, id="other"))
    assert door.session.connection is None, "nobody asks the former one in the name of the next"
    door.settle(qtbot)
    assert [one.is_closed for one in door.made] == [True, False]
    assert door.session.connection is door.made[1]


def test_a_server_with_another_name_keeps_its_connection(
    door: Door, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    profile = door.sign_in(simulator, qtbot)
    door.session.resume(replace(profile, name="Renamed"))
    door.settle(qtbot)
    assert len(door.made) == 1 and door.session.connection is door.made[0]
    assert door.session.profile is not None and door.session.profile.name == "Renamed"
    door.session.resume(replace(profile, name="Renamed"), is_news=True)
    door.settle(qtbot)
    assert [one.is_closed for one in door.made] == [True, False], "what was saved since is read"
    assert door.session.state is SessionState.SIGNED_IN and not door.failed


def test_signed_out_meanwhile_the_late_connection_is_closed(
    door: Door, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    door.hold()
    door.session.resume(profile_of(simulator))
    door.session.sign_out()
    door.settle(qtbot)
    assert len(door.made) == 2 and all(one.is_closed for one in door.made)
    assert door.session.connection is None and door.session.state is SessionState.SIGNED_OUT


@pytest.mark.parametrize("is_same_person", [False, True])
def test_of_two_servers_asked_for_only_the_last_is_kept(
    door: Door, simulator: RunningSimulator, qtbot: QtBot, is_same_person: bool
) -> None:
    first = door.sign_in(simulator, qtbot)
    second, third = (
        replace(first, redirect_port=port) if is_same_person else replace(first, id=f"for {port}")
        for port in (8301, 8302)
    )
    door.hold()
    door.session.resume(second)
    door.session.resume(third)
    door.settle(qtbot)
    assert [one.is_closed for one in door.made] == [True, True, False]
    assert door.session.connection is door.made[2] and door.session.profile == third


def test_the_same_server_asked_for_twice_leaves_one_connection(
    door: Door, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    other = replace(door.sign_in(simulator, qtbot), redirect_port=8301)
    door.hold()
    door.session.resume(other)
    door.session.cancel_sign_in()
    door.session.resume(other)
    door.settle(qtbot)
    assert [one.is_closed for one in door.made] == [True, True, False]
    assert door.session.connection is door.made[2]


def test_given_up_and_no_connection_either_the_former_one_goes_on(
    door: Door, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    profile = door.sign_in(simulator, qtbot)
    door.hold()
    door.session.resume(replace(profile, ca_file="/no/such/file.pem"))
    door.session.cancel_sign_in()
    door.settle(qtbot)
    assert door.session.connection is door.made[0] and not door.made[0].is_closed
    assert door.session.profile is not None and not door.session.profile.ca_file
    assert door.session.state is SessionState.SIGNED_IN and not door.failed


def test_signed_out_meanwhile_and_no_connection_either_the_former_one_is_closed(
    door: Door, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    profile = door.sign_in(simulator, qtbot)
    door.hold()
    door.session.resume(replace(profile, id="other", ca_file="/no/such/file.pem"))
    door.session.sign_out()
    door.settle(qtbot)
    assert door.made[0].is_closed and door.session.connection is None
    assert door.session.state is SessionState.SIGNED_OUT and door.failed == [NOT_TOLD]


def test_a_refusal_that_was_on_its_way_when_it_was_given_up_is_not_said(
    door: Door, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    profile = door.sign_in(simulator, qtbot)
    is_refused = threading.Event()
    door.session.sign_in(profile, credentials_of(simulator, jwt="wrong"))
    door.lane.submit(lambda token, report: is_refused.set(), done=_drop, failed=_drop)
    assert is_refused.wait(PATIENCE_S)
    door.session.cancel_sign_in()
    door.settle(qtbot)
    assert door.session.state is SessionState.SIGNED_IN and not door.failed
