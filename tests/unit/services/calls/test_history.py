"""The call history against the simulator and a real archive: one row a call, missed ones, results, names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from rcdesk.api.rest import ring_out
from rcdesk.api.rest.call_log import CallLogEntry
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.calls.past_call import (
    CallOutcome,
    Direction,
    HistoryNews,
    OnlyCalls,
    PastCall,
    PastCallQuery,
)
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import NetworkError, SignInNeeded
from rcdesk.core.people.people import PersonSource
from rcdesk.services.account.connection import Connection
from rcdesk.services.calls import history as call_history
from rcdesk.services.calls.history import CallHistory
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.people.people import People, PersonRecord

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

OWNER = "me"
ANSWERS, BUSY = "+16505550200", "+16505550201"
STRANGER = "+14155550177"


class MovableClock(SystemClock):
    """The machine's clock, moved as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The moved moment."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Rig:
    """A history that is signed in to a simulator, unless signed out."""

    simulator: RunningSimulator
    connection: Connection
    calls: PastCalls
    people: People
    clock: MovableClock
    history: CallHistory
    out: list[bool] = field(default_factory=list)

    def sync(self) -> HistoryNews:
        """Ask the call log."""
        return self.history.sync(OWNER, CancelToken(), "US")

    def call(self, number: str, seconds: float) -> str:
        """A ring-out of the user's, watched for so many simulated seconds; its session."""
        account = self.connection.load_account(CancelToken())
        phone = account.ringable[0].phone_number
        request = CallRequest(to_number=number, from_number=phone, ask_to_press_1=False)
        report = ring_out.RestPhone(self.connection.session).place(request, CancelToken())
        self.simulator.advance(seconds)
        return report.session_id

    def listed(self, text: str = "", only: OnlyCalls = OnlyCalls.ALL) -> tuple[PastCall, ...]:
        """What a query finds."""
        return self.history.page(PastCallQuery(owner_id=OWNER, text=text, only=only))

    def log_requests(self) -> int:
        """How often the call log was asked."""
        return sum("/call-log" in request.path for request in self.simulator.requests)


@pytest.fixture
def rig(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    """Signed in, with an empty archive."""
    profile = ServerProfile(name="test", base_url=simulator.base_url, client_id=simulator.client_id)
    connection = Connection(profile, Secrets(use_keyring=False))
    credentials = Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )
    connection.sign_in_jwt(credentials, CancelToken())
    database = tmp_path / "a.sqlite3"
    calls, people, clock = PastCalls(database), People(database), MovableClock()
    history = CallHistory(lambda: None if made.out else connection, calls, people, clock)
    made = Rig(simulator, connection, calls, people, clock, history)
    yield made
    calls.close()
    people.close()
    connection.close()


def test_the_first_look_brings_what_was_and_later_ones_only_news(rig: Rig) -> None:
    rig.simulator.inbound_call(STRANGER, name="Zoë Ann")
    first = rig.sync()
    assert first.changed >= 1
    assert first.missed == ()
    assert STRANGER in {call.number for call in rig.listed(only=OnlyCalls.MISSED)}
    assert rig.sync() == HistoryNews()
    before = rig.history.missed_count(OWNER)
    rig.simulator.inbound_call(STRANGER, outcome="voicemail")
    rig.simulator.inbound_call(STRANGER, outcome="answered", talk_s=30)
    news = rig.sync()
    assert news.changed == 2
    assert [(c.outcome, c.is_seen) for c in news.missed] == [(CallOutcome.VOICEMAIL, False)]
    assert rig.history.missed_count(OWNER) == before + 1
    (talked,) = [c for c in rig.listed(STRANGER) if c.outcome is CallOutcome.TALKED]
    assert (talked.direction, talked.talked_s >= 30) == (Direction.IN, True)
    assert rig.history.mark_seen(OWNER)
    assert rig.history.missed_count(OWNER) == 0


def test_a_token_the_service_forgot_begins_again_without_doubles(rig: Rig) -> None:
    rig.simulator.inbound_call(STRANGER)
    rig.sync()
    known = {call.id for call in rig.listed()}
    rig.simulator.forget_sync_tokens()
    rig.simulator.inbound_call(STRANGER)
    news = rig.sync()
    assert len(news.missed) == 1
    assert len(rig.listed()) == len(known) + 1
    assert rig.sync() == HistoryNews()


def test_the_desks_call_and_its_record_are_one_row(rig: Rig) -> None:
    rig.sync()
    session_id = rig.call(BUSY, 60)
    desk = PastCall(
        id="d1",
        direction=Direction.OUT,
        number=BUSY,
        name="",
        at=datetime.now(UTC),
        outcome=CallOutcome.UNKNOWN,
        session_id=session_id,
    )
    rig.history.remember(OWNER, desk)
    rig.simulator.advance(60)
    assert rig.sync().changed == 1
    (call,) = [c for c in rig.listed() if c.number == BUSY]
    assert (call.id, call.outcome, bool(call.log_id)) == ("d1", CallOutcome.BUSY, True)


def test_the_result_of_a_call_whose_session_is_gone_comes_from_the_log(rig: Rig) -> None:
    session_id = rig.call(BUSY, 0)
    assert rig.history.result_of(OWNER, session_id, CancelToken()) is None
    rig.simulator.advance(120)
    found = rig.history.result_of(OWNER, session_id, CancelToken())
    assert found is not None
    assert (found.outcome, found.session_id, found.direction) == (
        CallOutcome.BUSY,
        session_id,
        Direction.OUT,
    )
    assert found in rig.listed()
    assert rig.history.result_of(OWNER, "", CancelToken()) is None


def test_who_may_not_read_the_log_has_no_news_and_no_result(rig: Rig) -> None:
    rig.simulator.fault("status", path="/call-log", status=403)
    assert rig.sync() == HistoryNews()
    assert rig.calls.sync_token(OWNER) is None
    rig.simulator.fault("status", path="/call-log", status=403)
    assert rig.history.result_of(OWNER, "s-1", CancelToken()) is None


def test_errors_are_told_and_what_is_known_stays(rig: Rig) -> None:
    rig.simulator.inbound_call(STRANGER)
    rig.sync()
    known = rig.listed()
    rig.out.append(True)
    with pytest.raises(SignInNeeded):
        rig.sync()
    rig.out.clear()
    rig.simulator.stop()
    with pytest.raises(NetworkError):
        rig.sync()
    assert rig.listed() == known


def test_names_come_from_the_people_of_now_and_searches_find_them(rig: Rig) -> None:
    rig.simulator.inbound_call(STRANGER)
    rig.sync()
    assert rig.listed("duarte") == ()
    record = PersonRecord(
        source_id="7", name="Inês Duarte", company="Harbour", number=STRANGER, label="Mobile", is_fax=False
    )
    rig.people.replace(OWNER, PersonSource.CONTACT, (record,), datetime.now(UTC))
    for text in ("ines", "DUARTE inês", "harbour", "(415) 555-0177"):
        assert {c.name for c in rig.listed(text)} == {"Inês Duarte"}, text
    assert rig.history.recents(OWNER, "duarte", 1)[0].name == "Inês Duarte"
    rig.people.replace(OWNER, PersonSource.CONTACT, (), datetime.now(UTC))
    assert rig.listed("duarte") == ()


def test_an_old_missed_call_is_not_waiting_to_be_seen_after_the_first_look(rig: Rig) -> None:
    rig.simulator.inbound_call(STRANGER)
    rig.clock.ahead = timedelta(days=30)
    rig.sync()
    assert rig.listed(only=OnlyCalls.MISSED)
    assert rig.history.missed_count(OWNER) == 0


def test_a_call_that_is_on_comes_back_on_the_clock_of_this_run(rig: Rig) -> None:
    now_s = rig.clock.monotonic()
    call = Call(
        id="c1",
        request=CallRequest(to_number=BUSY, from_number="+16505550100"),
        started_at=rig.clock.now() - timedelta(seconds=100),
        started_s=5.0,
        session_id="s-1",
        talking_since_s=25.0,
    )
    rig.history.put_live(OWNER, call)
    (found,) = rig.history.live_calls(OWNER)
    assert found.started_s == pytest.approx(now_s - 100, abs=5)
    assert found.talking_since_s == pytest.approx(found.started_s + 20)
    assert replace(found, started_s=5.0, talking_since_s=25.0) == call
    rig.history.drop_live(OWNER, "c1")
    assert rig.history.live_calls(OWNER) == ()


def test_the_calls_of_an_old_archive_go_to_who_signs_in(rig: Rig) -> None:
    rig.calls.remember("", replace(_entry_call("Busy"), id="old"))
    assert rig.history.take_over(OWNER)
    assert "old" in {call.id for call in rig.listed()}


def _entry(
    result: str, direction: str = "Outbound", own_result: str = "", number: str = "650-555-0142"
) -> CallLogEntry:
    return CallLogEntry(
        id="1",
        session_id="9",
        telephony_session_id="s-1",
        direction=direction,
        number=number,
        name="6505550142",
        extension="",
        at=datetime(2026, 3, 1, tzinfo=UTC),
        duration_s=12.5,
        result=result,
        reason="",
        action="RingOut Web",
        own_result=own_result,
    )


def _entry_call(
    result: str, direction: str = "Outbound", own_result: str = "", number: str = "650-555-0142"
) -> PastCall:
    call = call_history.past_call_of(_entry(result, direction, own_result, number), "US", None)
    assert call is not None
    return call


@pytest.mark.parametrize(
    ("result", "direction", "own_result", "outcome"),
    [
        ("Call connected", "Outbound", "Call connected", CallOutcome.TALKED),
        ("Accepted", "Inbound", "", CallOutcome.TALKED),
        ("Missed", "Inbound", "", CallOutcome.MISSED),
        ("Hang Up", "Inbound", "", CallOutcome.MISSED),
        ("A word of tomorrow", "Inbound", "", CallOutcome.MISSED),
        ("Voicemail", "Inbound", "", CallOutcome.VOICEMAIL),
        ("Declined", "Inbound", "", CallOutcome.YOU_REFUSED),
        ("Busy", "Outbound", "Call connected", CallOutcome.BUSY),
        ("Busy", "Outbound", "Busy", CallOutcome.YOU_WERE_BUSY),
        ("No Answer", "Outbound", "No Answer", CallOutcome.YOU_DID_NOT_ANSWER),
        ("No Answer", "Outbound", "", CallOutcome.NO_ANSWER),
        ("Rejected", "Outbound", "Rejected", CallOutcome.YOU_REFUSED),
        ("Rejected", "Outbound", "Accepted", CallOutcome.REFUSED),
        ("Stopped", "Outbound", "Stopped", CallOutcome.CANCELLED),
        ("International Disabled", "Outbound", "", CallOutcome.UNREACHABLE),
        ("", "Outbound", "", CallOutcome.UNKNOWN),
    ],
)
def test_the_words_of_the_log(result: str, direction: str, own_result: str, outcome: CallOutcome) -> None:
    call = _entry_call(result, direction, own_result)
    assert call.outcome is outcome
    assert call.talked_s == (12.5 if outcome is CallOutcome.TALKED else 0)
    assert call.is_seen != outcome.is_missed
    assert (call.number, call.name, call.session_id) == ("+16505550142", "", "s-1")


def test_numbers_of_the_log_in_every_form() -> None:
    forms = {"101": "101", "": "", "Anonymous": "", "+442079460000": "+442079460000", "911": "911"}
    assert {text: _entry_call("Missed", "Inbound", number=text).number for text in forms} == forms


def test_a_call_that_goes_on_or_has_no_moment_is_left_out() -> None:
    assert call_history.past_call_of(_entry("In Progress"), "US", None) is None
    assert call_history.past_call_of(replace(_entry("Missed"), at=None), "US", None) is None
