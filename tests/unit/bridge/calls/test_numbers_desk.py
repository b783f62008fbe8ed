"""Numbers are made ready on a lane, and places come from one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.calls.numbers_desk import NumbersDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import Account
from tests.now import now
from tests.patient_bot import QtBot

ACCOUNT = Account(
    owner_id="1",
    name="Mara Okafor",
    company="Okafor & Lee",
    extension_number="101",
    forwarding_numbers=(),
    numbers=(),
    home_country="GB",
)


class SessionOnStage(QObject):
    """Signs in when the test says so."""

    account_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.account: Account | None = None

    def sign_in(self) -> None:
        """The account is known."""
        self.account = ACCOUNT
        self.account_changed.emit(ACCOUNT)


def make_desk(make_lane: Callable[[str], Lane]) -> tuple[NumbersDesk, SessionOnStage, dict[str, Lane]]:
    """A desk on two lanes of its own."""
    lanes = {name: make_lane(name) for name in ("downloads", "archive")}
    session = SessionOnStage()
    return NumbersDesk(lanes, cast(Any, session)), session, lanes


def test_ready_comes_once_whatever_countries_follow(qtbot: QtBot, make_lane: Callable[[str], Lane]) -> None:
    desk, session, lanes = make_desk(make_lane)
    heard: list[None] = []
    desk.ready.connect(lambda: heard.append(None))
    session.sign_in()
    assert not lanes["downloads"].is_started, "nothing before the first paint"
    with qtbot.waitSignal(desk.ready):
        desk.start()
        assert not now(desk.is_ready)
    assert desk.is_ready
    desk._warm()
    assert lanes["downloads"].is_idle, "a country is made ready once"
    session.account = None
    session.account_changed.emit(None)
    qtbot.waitUntil(lambda: lanes["downloads"].is_idle)
    assert len(heard) == 1
    desk.stop()


def test_places_come_from_the_lane_and_are_known_afterwards(
    qtbot: QtBot, make_lane: Callable[[str], Lane]
) -> None:
    desk, _, lanes = make_desk(make_lane)
    told: list[str] = []
    desk.place("+442079460018", told.append)
    assert told == []
    desk.place("+16502530000", told.append)
    qtbot.waitUntil(lambda: lanes["archive"].is_idle)
    assert told == ["Mountain View, CA"], "only the last asked for"
    desk.place("+442079460018", told.append)
    assert told[-1] == "London"
