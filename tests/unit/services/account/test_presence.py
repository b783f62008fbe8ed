"""Presence over HTTP: what is set, what is remembered, what comes back and when it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.account.presence import Dnd
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotAllowed, NotSent, OutcomeUnknown, StoreUnavailable, UserError
from rcdesk.services.account.connection import Connection
from rcdesk.services.account.presence import NOT_ALLOWED, PresenceService
from rcdesk.store.account.presence_timer import Hold, PresenceTimers
from rcdesk.store.account.secrets import Secrets

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

OWNER = "1"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=30), NOW + timedelta(hours=21)
TOKEN = CancelToken()


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        """Where the hands stand."""
        return self.at

    def monotonic(self) -> float:
        """Seconds since the first moment."""
        return (self.at - NOW).total_seconds()


@pytest.fixture
def connection(simulator: RunningSimulator) -> Iterator[Connection]:
    """Signed in as the first user."""
    profile = ServerProfile(name="Test", base_url=simulator.base_url, client_id=simulator.client_id)
    made = Connection(profile, Secrets(use_keyring=False))
    made.sign_in_jwt(
        Credentials(client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt),
        TOKEN,
    )
    yield made
    made.close()


@pytest.fixture
def clock() -> Hands:
    """The hands."""
    return Hands()


@pytest.fixture
def start(connection: Connection, tmp_path: Path, clock: Hands) -> Callable[[], PresenceService]:
    """Starts the program once more on the same file."""
    return lambda: PresenceService(lambda: connection, PresenceTimers(tmp_path / "presence.json"), clock)


@pytest.fixture
def service(start: Callable[[], PresenceService]) -> PresenceService:
    """The first start."""
    return start()


def elsewhere(connection: Connection, dnd: Dnd) -> None:
    """The user changes it on another device."""
    from rcdesk.api.rest import presence

    presence.set_dnd(connection.session, dnd, TOKEN)


def now_there(connection: Connection) -> Dnd:
    """What the service itself says."""
    from rcdesk.api.rest import presence

    return presence.read(connection.session, TOKEN)


def test_it_tells_what_the_service_says(service: PresenceService) -> None:
    news = service.read(OWNER, TOKEN)
    assert news.presence is not None and news.presence.dnd is Dnd.TAKE_ALL
    assert [q.name for q in news.presence.queues] == ["Referrals", "Front desk"]
    assert news.next_due is None and news.reason == ""


def test_do_not_disturb_for_a_while_comes_back_by_itself(
    service: PresenceService, clock: Hands, connection: Connection
) -> None:
    news = service.set_calls(OWNER, False, SOON, TOKEN)
    assert news.presence is not None
    assert (news.presence.dnd, news.presence.before) == (Dnd.TAKE_NONE, Dnd.TAKE_ALL)
    assert news.next_due == news.presence.until == SOON
    clock.at = SOON - timedelta(seconds=1)
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE
    clock.at = SOON
    news = service.read(OWNER, TOKEN)
    assert news.presence is not None and news.presence.dnd is Dnd.TAKE_ALL and news.next_due is None
    assert now_there(connection) is Dnd.TAKE_ALL


def test_it_comes_back_at_the_next_start_when_the_program_was_closed(
    service: PresenceService, start: Callable[[], PresenceService], clock: Hands, connection: Connection
) -> None:
    service.set_calls(OWNER, False, SOON, TOKEN)
    clock.at = LATER
    again = start().read(OWNER, TOKEN)
    assert again.presence is not None and again.presence.dnd is Dnd.TAKE_ALL
    assert start().read("2", TOKEN).next_due is None


def test_a_longer_while_replaces_the_shorter_and_keeps_what_was_before(
    service: PresenceService, clock: Hands, connection: Connection
) -> None:
    elsewhere(connection, Dnd.NO_QUEUES)
    service.set_calls(OWNER, False, SOON, TOKEN)
    news = service.set_calls(OWNER, False, LATER, TOKEN)
    assert news.presence is not None and news.presence.before is Dnd.NO_QUEUES and news.next_due == LATER
    clock.at = SOON
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE
    clock.at = LATER
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.NO_QUEUES


def test_taking_calls_again_brings_back_what_was_before(
    service: PresenceService, connection: Connection
) -> None:
    elsewhere(connection, Dnd.NO_QUEUES)
    service.set_calls(OWNER, False, None, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE
    news = service.set_calls(OWNER, True, None, TOKEN)
    assert now_there(connection) is Dnd.NO_QUEUES
    assert news.presence is not None and news.presence.before is None


def test_who_changes_it_elsewhere_meant_it(
    service: PresenceService, clock: Hands, connection: Connection
) -> None:
    service.set_calls(OWNER, False, SOON, TOKEN)
    elsewhere(connection, Dnd.TAKE_ALL)
    assert service.read(OWNER, TOKEN).next_due is None
    elsewhere(connection, Dnd.TAKE_NONE)
    clock.at = LATER
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE, "set elsewhere after the desk's own was over"


def test_do_not_disturb_that_was_set_elsewhere_can_be_given_an_end(
    service: PresenceService, clock: Hands, connection: Connection
) -> None:
    elsewhere(connection, Dnd.TAKE_NONE)
    assert service.set_calls(OWNER, False, SOON, TOKEN).next_due == SOON
    clock.at = SOON
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_ALL


def test_only_queue_calls_is_read_but_never_set(
    service: PresenceService, connection: Connection, clock: Hands, simulator: RunningSimulator
) -> None:
    simulator.set_presence(dnd_status="TakeDepartmentCallsOnly")
    news = service.read(OWNER, TOKEN)
    assert news.presence is not None and news.presence.dnd is Dnd.QUEUES_ONLY
    service.set_calls(OWNER, False, None, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE
    elsewhere(connection, Dnd.TAKE_ALL)
    service.read(OWNER, TOKEN)
    elsewhere(connection, Dnd.TAKE_NONE)
    with pytest.raises(UserError, match="Take calls first"):
        service.set_queue_calls(OWNER, True, None, TOKEN)
    simulator.set_presence(dnd_status="TakeDepartmentCallsOnly")
    service.set_calls(OWNER, True, SOON, TOKEN)
    clock.at = SOON
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE, "nothing more rings than before"
    assert not [r for r in simulator.requests if "TakeDepartmentCallsOnly" in str(r.json)]


def test_a_moved_account_is_told_in_its_own_words(
    service: PresenceService, clock: Hands, connection: Connection, simulator: RunningSimulator
) -> None:
    simulator.set_presence(is_moved=True)
    service.set_calls(OWNER, False, SOON, TOKEN)
    news = service.read(OWNER, TOKEN)
    assert news.presence is not None and news.presence.dnd is Dnd.TAKE_NONE
    clock.at = SOON
    news = service.read(OWNER, TOKEN)
    assert news.presence is not None and news.presence.dnd is Dnd.TAKE_ALL and news.next_due is None
    news = service.set_queue_calls(OWNER, False, None, TOKEN)
    assert news.presence is not None and news.presence.dnd is Dnd.NO_QUEUES
    asked = [r.json for r in simulator.requests if r.method == "PUT" and r.path.endswith("/presence")]
    assert asked == [
        {"dndStatusPersonal": "DoNotAcceptAnyCalls", "acceptCallQueueCalls": False},
        {"dndStatusPersonal": "TakeAllCalls", "acceptCallQueueCalls": True},
        {"dndStatusPersonal": "TakeAllCalls", "acceptCallQueueCalls": False},
    ]


def test_whether_an_account_was_moved_is_asked_seldom(
    service: PresenceService, clock: Hands, connection: Connection, simulator: RunningSimulator
) -> None:
    def asked() -> int:
        return len([r for r in simulator.requests if r.path.endswith("/features")])

    service.read(OWNER, TOKEN)
    service.set_calls(OWNER, False, None, TOKEN)
    assert asked() == 1
    clock.at = LATER
    simulator.set_presence(is_moved=True)
    service.set_calls(OWNER, True, None, TOKEN)
    news = service.read(OWNER, TOKEN)
    assert asked() == 2 and news.presence is not None and news.presence.dnd is Dnd.TAKE_ALL


def test_calls_may_be_taken_for_a_while_too(
    service: PresenceService, clock: Hands, connection: Connection
) -> None:
    elsewhere(connection, Dnd.TAKE_NONE)
    service.set_calls(OWNER, True, SOON, TOKEN)
    assert now_there(connection) is Dnd.TAKE_ALL
    clock.at = SOON
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE


def test_queue_calls_off_for_a_while(service: PresenceService, clock: Hands, connection: Connection) -> None:
    news = service.set_queue_calls(OWNER, False, SOON, TOKEN)
    assert now_there(connection) is Dnd.NO_QUEUES
    assert news.queues_until == SOON and news.presence is not None and news.presence.until is None
    clock.at = SOON
    assert service.read(OWNER, TOKEN).queues_until is None
    assert now_there(connection) is Dnd.TAKE_ALL
    service.set_queue_calls(OWNER, False, None, TOKEN)
    assert now_there(connection) is Dnd.NO_QUEUES
    service.set_queue_calls(OWNER, True, None, TOKEN)
    assert now_there(connection) is Dnd.TAKE_ALL


def test_the_end_for_queues_does_not_break_a_do_not_disturb_set_elsewhere(
    service: PresenceService, clock: Hands, connection: Connection, simulator: RunningSimulator
) -> None:
    service.set_queue_calls(OWNER, False, SOON, TOKEN)
    elsewhere(connection, Dnd.TAKE_NONE)
    clock.at = SOON
    assert service.read(OWNER, TOKEN).next_due is None
    assert now_there(connection) is Dnd.TAKE_NONE
    simulator.set_presence(dnd_status="TakeDepartmentCallsOnly")
    service.set_queue_calls(OWNER, False, LATER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE
    clock.at = LATER
    assert service.read(OWNER, TOKEN).next_due is None
    assert now_there(connection) is Dnd.TAKE_NONE


def test_queues_and_own_calls_have_ends_of_their_own(
    service: PresenceService, clock: Hands, connection: Connection
) -> None:
    service.set_queue_calls(OWNER, False, SOON, TOKEN)
    service.set_calls(OWNER, False, LATER, TOKEN)
    clock.at = SOON
    news = service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE, "the queues come back with the own calls, not before"
    assert news.next_due == LATER
    clock.at = LATER
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_ALL


def test_the_own_calls_come_back_first(
    service: PresenceService, clock: Hands, connection: Connection
) -> None:
    service.set_queue_calls(OWNER, False, LATER, TOKEN)
    service.set_calls(OWNER, False, SOON, TOKEN)
    clock.at = SOON
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.NO_QUEUES
    clock.at = LATER
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_ALL


def test_queues_switched_off_while_not_disturbed_stay_off_afterwards(
    service: PresenceService, connection: Connection
) -> None:
    service.set_calls(OWNER, False, None, TOKEN)
    service.set_queue_calls(OWNER, False, None, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE
    service.set_calls(OWNER, True, None, TOKEN)
    assert now_there(connection) is Dnd.NO_QUEUES


def test_one_queue(service: PresenceService) -> None:
    before = service.read(OWNER, TOKEN).presence
    assert before is not None
    first = before.queues[0]
    news = service.set_queue(OWNER, first.id, not first.is_on, TOKEN)
    assert news.presence is not None and news.presence.queues[0].is_on is not first.is_on


def test_an_account_that_may_not_know(service: PresenceService, monkeypatch: pytest.MonkeyPatch) -> None:
    from rcdesk.api.rest import presence

    def refuse(*_: object, **options: object) -> None:
        raise NotAllowed("In order to call this API endpoint, user needs a permission.", status=403)

    monkeypatch.setattr(presence, "read_queues", refuse)
    news = service.read(OWNER, TOKEN)
    assert news.presence is not None and news.presence.queues == ()
    monkeypatch.setattr(presence, "read", refuse)
    news = service.read(OWNER, TOKEN)
    assert news.presence is None and news.reason == NOT_ALLOWED


def test_a_change_that_was_not_made_is_forgotten(
    service: PresenceService, clock: Hands, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rcdesk.api.rest import presence

    real = presence.set_dnd

    def cut(*_: object, **options: object) -> None:
        raise NotSent("No connection.")

    monkeypatch.setattr(presence, "set_dnd", cut)
    with pytest.raises(NotSent):
        service.set_calls(OWNER, False, SOON, TOKEN)
    monkeypatch.setattr(presence, "set_dnd", real)
    assert service.read(OWNER, TOKEN).next_due is None
    elsewhere(connection, Dnd.TAKE_NONE)
    clock.at = LATER
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_NONE


@pytest.mark.parametrize("was_done", [True, False])
def test_a_change_of_which_nothing_is_known_is_compared_at_the_next_look(
    service: PresenceService,
    clock: Hands,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    was_done: bool,
) -> None:
    from rcdesk.api.rest import presence

    real = presence.set_dnd

    def lose_answer(session: object, dnd: Dnd, token: CancelToken, *, is_moved: bool) -> Dnd:
        if was_done:
            real(connection.session, dnd, token, is_moved=is_moved)
        raise OutcomeUnknown("No answer came.")

    monkeypatch.setattr(presence, "set_dnd", lose_answer)
    with pytest.raises(OutcomeUnknown):
        service.set_calls(OWNER, False, SOON, TOKEN)
    monkeypatch.setattr(presence, "set_dnd", real)
    news = service.read(OWNER, TOKEN)
    assert news.next_due == (SOON if was_done else None)
    clock.at = SOON
    service.read(OWNER, TOKEN)
    assert now_there(connection) is Dnd.TAKE_ALL


def test_nothing_is_asked_when_its_end_cannot_be_kept(
    connection: Connection, tmp_path: Path, clock: Hands
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    service = PresenceService(lambda: connection, PresenceTimers(blocked / "presence.json"), clock)
    with pytest.raises(StoreUnavailable, match="Nothing was changed"):
        service.set_calls(OWNER, False, SOON, TOKEN)
    assert now_there(connection) is Dnd.TAKE_ALL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{nonsense",
        json.dumps({"1": []}),
        json.dumps({"1": {"calls": 3}}),
        json.dumps({"1": {"calls": {"before": "TakeAllCalls"}}}),
        json.dumps({"1": {"calls": {"before": "Never", "until": None}}}),
        json.dumps({"1": {"calls": {"before": "TakeAllCalls", "until": "soon"}}}),
        json.dumps({"1": {"calls": {"before": "TakeAllCalls", "until": "2026-11-20T12:00:00"}}}),
    ],
)
def test_a_file_that_makes_no_sense_puts_nothing_back(tmp_path: Path, text: str) -> None:
    file = tmp_path / "presence.json"
    file.write_text(text, encoding="utf-8")
    timers = PresenceTimers(file)
    assert timers.get("1", "calls") is None
    hold = Hold(before=Dnd.TAKE_ALL, until=SOON)
    timers.put("1", "calls", hold)
    timers.put("2", "queues", Hold(before=Dnd.NO_QUEUES))
    assert PresenceTimers(file).get("1", "calls") == hold
    timers.put("1", "calls", None)
    assert timers.get("1", "calls") is None
    assert timers.get("2", "queues") == Hold(before=Dnd.NO_QUEUES)
