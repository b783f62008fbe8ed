"""PresenceDesk on real lanes over HTTP: reads, changes, puts back when it is time, tells what failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.bridge.account.presence_desk import PresenceDesk
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.presence import Dnd
from rcdesk.core.errors import NotAllowed, NotSent, SignInNeeded
from rcdesk.services.account.presence import NOT_ALLOWED, PresenceService
from rcdesk.store.account.presence_timer import PresenceTimers
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import Bench, credentials_of, profile_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


class Hands:
    """A clock whose hands the test moves; it starts at the real time."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The real time and what it was moved by."""
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        """Seconds since the epoch, which is enough for differences."""
        return self.now().timestamp()


@pytest.fixture
def clock() -> Hands:
    """The hands."""
    return Hands()


@pytest.fixture
def make_presence(bench: Bench, tmp_path: Path, clock: Hands) -> Iterator[Callable[[], PresenceDesk]]:
    """Starts the desk, again on the same file when asked twice."""
    made: list[PresenceDesk] = []

    def make() -> PresenceDesk:
        timers = PresenceTimers(tmp_path / "presence.json")
        service = PresenceService(lambda: bench.session.connection, timers, clock)
        made.append(PresenceDesk(bench.lanes, bench.session, service, clock=clock))
        made[-1].problem.connect(bench.problems.append)
        made[-1].start()
        return made[-1]

    yield make
    for desk in made:
        desk.stop()


def known(desk: PresenceDesk, qtbot: QtBot, dnd: Dnd) -> None:
    """Wait until this is what the desk shows."""
    qtbot.waitUntil(
        lambda: desk.presence is not None and desk.presence.dnd is dnd and not desk.is_changing,
        timeout=10_000,
    )


def test_read_at_sign_in_and_forgotten_at_sign_out(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, make_presence: Callable[[], PresenceDesk]
) -> None:
    desk = make_presence()
    assert now(desk.presence) is None
    desk.set_dnd(False)
    assert bench.problems[-1].startswith("Sign in first")
    bench.sign_in(simulator, qtbot)
    known(desk, qtbot, Dnd.TAKE_ALL)
    presence = desk.presence
    assert presence is not None and len(presence.queues) == 2
    bench.session.sign_out()
    assert desk.presence is None
    bench.sign_in(simulator, qtbot)
    known(desk, qtbot, Dnd.TAKE_ALL)


def test_changes_for_a_while_and_puts_back_when_it_is_time(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    make_presence: Callable[[], PresenceDesk],
    clock: Hands,
) -> None:
    desk = make_presence()
    bench.sign_in(simulator, qtbot)
    known(desk, qtbot, Dnd.TAKE_ALL)
    desk.set_dnd(False, desk.for_a_while())
    known(desk, qtbot, Dnd.TAKE_NONE)
    assert desk.presence is not None and desk.presence.until is not None
    assert desk._due.isActive() and 0 < desk._due.remainingTime() <= 6 * 60_000
    clock.ahead = timedelta(minutes=31)
    desk._due.timeout.emit()
    known(desk, qtbot, Dnd.TAKE_ALL)
    assert not desk._due.isActive()


def test_what_is_overdue_is_put_back_at_the_next_start(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    make_presence: Callable[[], PresenceDesk],
    clock: Hands,
) -> None:
    first = make_presence()
    bench.sign_in(simulator, qtbot)
    known(first, qtbot, Dnd.TAKE_ALL)
    first.set_queue_calls(False, first.until_morning())
    known(first, qtbot, Dnd.NO_QUEUES)
    assert first.queues_until is not None
    local = first.queues_until.astimezone()
    assert (local.hour, local.minute) == (9, 0)
    first.stop()
    clock.ahead = timedelta(days=2)
    again = make_presence()
    known(again, qtbot, Dnd.TAKE_ALL)
    assert again.queues_until is None


def test_what_is_overdue_while_nobody_can_ask_is_looked_at_seldom(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    make_presence: Callable[[], PresenceDesk],
    clock: Hands,
) -> None:
    desk = make_presence()
    bench.sign_in(simulator, qtbot)
    known(desk, qtbot, Dnd.TAKE_ALL)
    desk.set_dnd(False, desk.for_a_while())
    known(desk, qtbot, Dnd.TAKE_NONE)
    bench.session.heard_error(SignInNeeded("The sign-in is over.", status=401))
    assert bench.session.state is SessionState.NEEDS_SIGN_IN
    clock.ahead = timedelta(minutes=31)
    desk._due.timeout.emit()
    assert not desk.is_changing and desk._due.remainingTime() > 30_000


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer where the clocks change."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of this computer cannot be set for a test")
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        (datetime(2026, 3, 8, 1, 0, tzinfo=UTC), datetime(2026, 3, 8, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 1, 0, tzinfo=UTC), datetime(2026, 11, 1, 14, 0, tzinfo=UTC)),
    ],
)
@pytest.mark.usefixtures("new_york")
def test_nine_is_nine_also_after_the_night_the_clocks_change(
    make_presence: Callable[[], PresenceDesk], clock: Hands, evening: datetime, morning: datetime
) -> None:
    clock.ahead = evening - datetime.now(UTC)
    desk = make_presence()
    assert desk.until_morning() == morning


def test_one_queue(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, make_presence: Callable[[], PresenceDesk]
) -> None:
    desk = make_presence()
    bench.sign_in(simulator, qtbot)
    known(desk, qtbot, Dnd.TAKE_ALL)
    assert desk.presence is not None
    queue = desk.presence.queues[1]
    desk.set_queue(queue.id, not queue.is_on)
    qtbot.waitUntil(
        lambda: desk.presence is not None and desk.presence.queues[1].is_on is not queue.is_on,
        timeout=10_000,
    )


def test_a_change_that_fails_is_told_and_what_was_true_stays(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    make_presence: Callable[[], PresenceDesk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rcdesk.api.rest import presence as api

    desk = make_presence()
    bench.sign_in(simulator, qtbot)
    known(desk, qtbot, Dnd.TAKE_ALL)

    def cut(*_: object, **options: object) -> None:
        raise NotSent("No connection. Nothing was changed.")

    monkeypatch.setattr(api, "set_dnd", cut)
    with qtbot.waitSignals([desk.problem, desk.changed], timeout=10_000):
        desk.set_dnd(False)
    assert bench.problems[-1] == "No connection. Nothing was changed."
    assert desk.presence is not None and desk.presence.dnd is Dnd.TAKE_ALL
    assert bench.session.state is SessionState.OFFLINE


def test_a_look_that_fails_is_not_told_and_repeated_when_the_network_is_back(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    make_presence: Callable[[], PresenceDesk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rcdesk.api.rest import presence as api

    real = api.read
    asked: list[int] = []

    def cut(*_: object, **options: object) -> None:
        asked.append(1)
        raise NotSent("No connection.")

    monkeypatch.setattr(api, "read", cut)
    desk = make_presence()
    bench.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
    qtbot.waitUntil(lambda: bool(asked) and not desk.is_changing, timeout=10_000)
    assert desk.presence is None and bench.problems == []
    monkeypatch.setattr(api, "read", real)
    bench.session.heard_answer()
    known(desk, qtbot, Dnd.TAKE_ALL)


def test_an_account_that_may_not_know(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    make_presence: Callable[[], PresenceDesk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rcdesk.api.rest import presence as api

    def refuse(*_: object, **options: object) -> None:
        raise NotAllowed("A permission is missing.", status=403)

    monkeypatch.setattr(api, "read", refuse)
    desk = make_presence()
    bench.sign_in(simulator, qtbot)
    qtbot.waitUntil(lambda: bool(desk.reason), timeout=10_000)
    assert desk.reason == NOT_ALLOWED and desk.presence is None and bench.problems == []


def test_it_is_looked_at_again_while_the_program_is_in_front(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    make_presence: Callable[[], PresenceDesk],
    clock: Hands,
) -> None:
    desk = make_presence()
    bench.sign_in(simulator, qtbot)
    known(desk, qtbot, Dnd.TAKE_ALL)
    assert not desk._look.isActive()
    desk.set_active(True)
    assert desk._look.isActive() and not now(desk.is_changing), "it was looked at a moment ago"
    desk.set_active(False)
    assert not desk._look.isActive()
    clock.ahead = timedelta(minutes=6)
    desk.set_active(True)
    assert now(desk.is_changing), "the last look is old"
    known(desk, qtbot, Dnd.TAKE_ALL)
    desk.stop()
    desk.refresh()
    assert not desk.is_changing and not desk._look.isActive()
