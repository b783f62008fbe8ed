"""Favourites, choices and groups while they are read: of the right owner, and no change is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rcdesk.bridge.people.own_people import OwnPeople
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.people.people import DialChoice, Favourite
from rcdesk.services.people.people import PeopleService
from rcdesk.store.people.people import People
from tests.now import now
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import QtBot

WAIT_MS = PATIENCE_MS
ZOE = "+16505550201"
RECEPTION = (Favourite(number="101", name="Reception"),)


@dataclass
class Held:
    """What two owners made, "a" and "b", read over a lane that can be held."""

    own: OwnPeople
    lane: Lane
    is_free: threading.Event = field(default_factory=threading.Event)

    def hold(self) -> None:
        """Nothing more is read or written until settle()."""
        self.is_free.clear()
        self.lane.submit(lambda token, report: self.is_free.wait(PATIENCE_S), done=_drop, failed=_drop)

    def settle(self, qtbot: QtBot) -> None:
        """Let the lane go on, and wait until it has answered everything."""
        self.is_free.set()
        qtbot.waitUntil(lambda: self.lane.is_idle, timeout=WAIT_MS)


def _drop(_: object) -> None:
    """Nobody asks what came of it."""


@pytest.fixture
def held(lane: Lane, tmp_path: Path) -> Iterator[Held]:
    people = People(tmp_path / "archive.sqlite3")
    service = PeopleService(lambda: None, people)
    service.set_favourites("a", RECEPTION)
    service.save_group("a", "Board", (Recipient(number=ZOE, name="Zoë"),))
    service.set_choice("b", ZOE, DialChoice(ring_me_on="7"))
    found = Held(OwnPeople(lane, service), lane)
    yield found
    found.is_free.set()
    assert lane.stop(PATIENCE_S)
    people.close()


def test_what_somebody_made_goes_at_once_with_them(held: Held, qtbot: QtBot) -> None:
    held.own.set_owner("a")
    held.settle(qtbot)
    assert now(held.own.favourites) == RECEPTION and [group.name for group in held.own.groups] == ["Board"]
    held.hold()
    held.own.set_owner("b")
    assert held.own.favourites == () and held.own.groups == ()
    held.settle(qtbot)
    assert held.own.groups == () and dict(held.own.choices) == {ZOE: DialChoice(ring_me_on="7")}


def test_what_was_read_for_somebody_who_has_left_is_not_shown(held: Held, qtbot: QtBot) -> None:
    shown: list[int] = []
    held.own.groups_changed.connect(lambda: shown.append(len(held.own.groups)))
    held.hold()
    held.own.set_owner("a")
    held.own.set_owner("b")
    held.settle(qtbot)
    assert shown == [] and held.own.favourites == ()
    held.hold()
    held.own.set_owner("a")
    held.own.set_owner("")
    held.settle(qtbot)
    assert shown == [] and held.own.favourites == () and held.own.choices == {}


def test_a_choice_made_while_they_are_read_is_kept(held: Held, qtbot: QtBot) -> None:
    held.hold()
    held.own.set_owner("b")
    held.own.set_choice("102", DialChoice(ring_me_on="9"))
    held.settle(qtbot)
    kept = {ZOE: DialChoice(ring_me_on="7"), "102": DialChoice(ring_me_on="9")}
    assert dict(held.own.choices) == kept
    held.own.set_owner("b")
    held.settle(qtbot)
    assert dict(held.own.choices) == kept
