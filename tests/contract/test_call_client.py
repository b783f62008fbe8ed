"""The client's calls, presence, queues and new contacts against the simulator over HTTP.

As in test_client, every request that was made is judged by the contract when a test ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rcdesk.api.auth import JwtGrant
from rcdesk.api.rest import call_log, contacts, presence, ring_out
from rcdesk.api.rest.reading import FullSyncNeeded
from rcdesk.api.session import ApiSession
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.account.presence import Dnd
from rcdesk.core.calls.call import CallRequest
from rcdesk.core.errors import NotAllowed, OutcomeUnknown, Rejected
from rcdesk.core.people.people import NUMBER_KINDS
from rcdesk.simulator.magic import MAGIC_NUMBERS
from tests.contract.spec import SpecValidator
from tests.contract.test_client import Desk, MemoryKeeper, judge

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

pytestmark = pytest.mark.contract


@pytest.fixture
def desk(simulator: RunningSimulator, openapi: dict[str, Any]) -> Iterator[Desk]:
    keeper = MemoryKeeper()
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), keeper)
    desk = Desk(simulator=simulator, session=session, keeper=keeper)
    session.sign_in(desk.grant, desk.token)
    yield desk
    session.close()
    judge(simulator, SpecValidator(openapi))


@pytest.fixture
def second_desk(simulator: RunningSimulator) -> Iterator[Desk]:
    """Signed in as the other account's user."""
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), MemoryKeeper())
    desk = Desk(simulator=simulator, session=session, keeper=MemoryKeeper())
    jwt = simulator.second_credentials["jwt"]
    secrets = Credentials(client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=jwt)
    session.sign_in(JwtGrant(secrets), desk.token)
    yield desk
    session.close()


def number(outcome: str) -> str:
    return next(m.number for m in MAGIC_NUMBERS if m.kind == "call" and m.outcome == outcome)


def place(desk: Desk, to: str) -> str:
    request = CallRequest(to_number=to, from_number="+16505550101")
    return ring_out.RestPhone(desk.session).place(request, desk.token).session_id


def sync(desk: Desk, sync_token: str = "", **more: Any) -> call_log.CallLogChange:
    return call_log.sync_calls(desk.session, sync_token, desk.token, **more)


def test_calls_are_synced_as_the_user_sees_them(desk: Desk) -> None:
    coming = desk.simulator.inbound_call("+16505550143", outcome="answered", talk_s=40)
    desk.simulator.inbound_fax()
    full = sync(desk, date_from=datetime.now(UTC) - timedelta(days=30))
    (entry,) = full.records
    assert full.sync_token and not full.has_more
    assert (entry.telephony_session_id, entry.direction, entry.number) == (
        coming,
        "Inbound",
        "+16505550143",
    )
    assert (entry.name, entry.extension, entry.duration_s) == ("Harbour Street Laboratory", "", 40)
    assert (entry.result, entry.reason, entry.action) == ("Accepted", "", "Phone Call")
    assert entry.id and entry.session_id and entry.at and entry.at.tzinfo and entry.own_result == ""

    call = place(desk, number("busy"))
    desk.simulator.advance(20)
    news = sync(desk, full.sync_token)
    (busy,) = news.records
    assert news.sync_token != full.sync_token
    assert (busy.telephony_session_id, busy.direction, busy.number) == (call, "Outbound", number("busy"))
    assert (busy.result, busy.reason, busy.action, busy.own_result) == (
        "Busy",
        "Line Busy",
        "RingOut Web",
        "Call connected",
    )
    assert sync(desk, news.sync_token).records == ()


def test_callers_without_a_number(desk: Desk) -> None:
    desk.simulator.inbound_call("103", outcome="voicemail")
    desk.simulator.inbound_call("")
    entries = {entry.extension: entry for entry in sync(desk).records}
    assert (entries["103"].number, entries["103"].name) == ("103", "Ines Duarte")
    assert (entries[""].number, entries[""].name, entries[""].result) == ("", "", "Missed")


def test_a_full_sync_is_bounded(desk: Desk) -> None:
    desk.simulator.inbound_call("+16505550143")
    desk.simulator.advance(3600)
    desk.simulator.inbound_call("+16505550144")
    assert [e.number for e in sync(desk, record_count=1).records] == ["+16505550144"]
    since = datetime.now(UTC) + timedelta(minutes=30)
    assert [e.number for e in sync(desk, date_from=since).records] == ["+16505550144"]


def test_many_changes_come_in_parts(desk: Desk) -> None:
    start = sync(desk).sync_token
    for _ in range(call_log.SYNC_RECORDS + 1):
        desk.simulator.inbound_call("+16505550143")
    first = sync(desk, start)
    rest = sync(desk, first.sync_token)
    assert (len(first.records), first.has_more) == (call_log.SYNC_RECORDS, True)
    assert (len(rest.records), rest.has_more) == (1, False)


def test_a_void_sync_token_is_told_apart(desk: Desk) -> None:
    token = sync(desk).sync_token
    desk.simulator.forget_sync_tokens()
    with pytest.raises(FullSyncNeeded) as void:
        sync(desk, token)
    assert void.value.code == "CLG-104"
    assert sync(desk).sync_token
    desk.simulator.fault("status", path="/call-log-sync", status=400)
    with pytest.raises(Rejected) as refused:
        sync(desk)
    assert not isinstance(refused.value, FullSyncNeeded)
    desk.simulator.fault("status", path="/call-log-sync", status=403)
    with pytest.raises(NotAllowed):
        sync(desk, token)


def test_the_log_knows_a_call_that_is_gone(desk: Desk) -> None:
    call = place(desk, number("gone"))
    desk.simulator.advance(10)
    assert ring_out.RestPhone(desk.session).status(call, desk.token).call_status == "NoSessionFound"
    assert call_log.calls_of_session(desk.session, call, desk.token) == ()
    desk.simulator.advance(10)
    (entry,) = call_log.calls_of_session(desk.session, call, desk.token)
    assert (entry.result, entry.duration_s, entry.number) == ("Call connected", 8, number("gone"))
    assert entry.own_result == "Call connected"


def test_the_log_tells_whose_phone_was_busy(desk: Desk) -> None:
    calls = {outcome: place(desk, number(outcome)) for outcome in ("busy", "caller busy")}
    desk.simulator.advance(20)
    found = {
        outcome: call_log.calls_of_session(desk.session, call, desk.token)[0]
        for outcome, call in calls.items()
    }
    assert {entry.result for entry in found.values()} == {"Busy"}
    assert found["caller busy"].own_result == "Busy" and found["busy"].own_result == "Call connected"


def test_a_call_to_a_colleague(desk: Desk) -> None:
    call = place(desk, "102")
    desk.simulator.advance(30)
    (entry,) = call_log.calls_of_session(desk.session, call, desk.token)
    assert (entry.number, entry.extension, entry.name) == ("102", "102", "Dele Okonkwo")


def test_presence_follows_calls(desk: Desk) -> None:
    assert presence.active_calls(desk.session, desk.token) == {}
    calls = [place(desk, number(outcome)) for outcome in ("answers", "caller no answer")]
    assert presence.active_calls(desk.session, desk.token) == dict.fromkeys(calls, "Ringing")
    desk.simulator.advance(4)
    assert presence.active_calls(desk.session, desk.token) == {
        calls[0]: "CallConnected",
        calls[1]: "Ringing",
    }
    desk.simulator.advance(30)
    assert presence.active_calls(desk.session, desk.token) == {}
    desk.simulator.fault("status", path="/presence", status=403)
    with pytest.raises(NotAllowed):
        presence.active_calls(desk.session, desk.token)


@pytest.mark.parametrize("dnd", [Dnd.TAKE_ALL, Dnd.NO_QUEUES, Dnd.TAKE_NONE])
def test_every_status_is_set_and_read(desk: Desk, dnd: Dnd) -> None:
    assert presence.read(desk.session, desk.token) is Dnd.TAKE_ALL
    assert presence.set_dnd(desk.session, dnd, desk.token) is dnd
    assert presence.read(desk.session, desk.token) is dnd


@pytest.mark.parametrize("is_moved", [False, True])
@pytest.mark.parametrize("dnd", [Dnd.UNKNOWN, Dnd.QUEUES_ONLY])
def test_what_the_service_does_not_let_be_set_is_not_sent(desk: Desk, dnd: Dnd, is_moved: bool) -> None:
    with pytest.raises(ValueError, match="cannot be set"):
        presence.set_dnd(desk.session, dnd, desk.token, is_moved=is_moved)
    assert not desk.asked("PUT", "/presence")


def test_queues_are_switched_one_by_one(desk: Desk) -> None:
    referrals, front_desk = presence.read_queues(desk.session, desk.token)
    assert (referrals.name, referrals.is_on, referrals.can_change) == ("Referrals", True, True)
    (changed,) = presence.set_queue(desk.session, referrals.id, False, desk.token)
    assert changed.id == referrals.id and not changed.is_on
    assert [q.is_on for q in presence.read_queues(desk.session, desk.token)] == [False, True]
    presence.set_queue(desk.session, referrals.id, True, desk.token)
    assert presence.read_queues(desk.session, desk.token) == (referrals, front_desk)
    with pytest.raises(Rejected):
        presence.set_queue(desk.session, "17", True, desk.token)


def test_a_queue_that_is_not_the_users_to_switch(second_desk: Desk) -> None:
    (queue,) = presence.read_queues(second_desk.session, second_desk.token)
    assert not queue.can_change
    with pytest.raises(NotAllowed):
        presence.set_queue(second_desk.session, queue.id, False, second_desk.token)


@pytest.mark.parametrize(
    ("name", "company", "label", "kept_label", "is_fax"),
    [
        ("Nora Quist", "Quist & Co", "Mobile", "Mobile", False),
        ("Anna Lena Graf", "", "business fax", "Business fax", True),
        ("Zoë", "", "Summer house", "Other", False),
        ("", "Quist & Co", "Business", "Business", False),
    ],
)
def test_a_new_contact_is_read_back(
    desk: Desk, name: str, company: str, label: str, kept_label: str, is_fax: bool
) -> None:
    fields = contacts.fields_of(name, company, [(label, "+16505550145")])
    made = contacts.create(desk.session, fields, desk.token)
    found = {c.id: c for c in contacts.contacts(desk.session, desk.token)}
    assert found[made.id] == made
    assert (made.name, made.company) == (name, company)
    assert made.numbers == ((kept_label, "+16505550145", is_fax),)


def test_a_contact_is_changed_field_by_field_and_deleted(desk: Desk) -> None:
    fields = {
        "firstName": "Nora",
        "jobTitle": "Owner",
        "email": "nora@example.org",
        "homeAddress": {"city": "Belmont"},
        "mobilePhone": "+16505550145",
        "id": 17,
        "uri": "https://example.org/17",
        "availability": "Alive",
    }
    made = contacts.create(desk.session, fields, desk.token)
    change = {"lastName": "Quist", "mobilePhone": "", "otherFax": "+16505550146"}
    changed = contacts.change(desk.session, made.id, change, desk.token)
    assert (changed.id, changed.name) == (made.id, "Nora Quist")
    assert changed.numbers == (("Other fax", "+16505550146", True),)
    record = contacts.record(desk.session, made.id, desk.token)
    assert (record["jobTitle"], record["email"]) == ("Owner", "nora@example.org")
    assert record["homeAddress"] == {"city": "Belmont"}
    contacts.delete(desk.session, made.id, desk.token)
    for gone in (contacts.record, contacts.delete):
        with pytest.raises(Rejected):
            gone(desk.session, made.id, desk.token)
    again = contacts.create(desk.session, record, desk.token)
    kept = contacts.record(desk.session, again.id, desk.token)
    assert {**record, "id": 0, "uri": ""} == {**kept, "id": 0, "uri": ""}


def test_the_kinds_of_number_of_the_desk_are_those_of_the_service() -> None:
    assert set(NUMBER_KINDS) == set(contacts.LABELS)


def test_a_contact_whose_answer_was_lost_may_be_there(desk: Desk) -> None:
    desk.simulator.fault("answer-lost", path="/address-book", method="POST")
    with pytest.raises(OutcomeUnknown):
        contacts.create(
            desk.session,
            {"firstName": "Nora", "lastName": "Quist", "mobilePhone": "+16505550145"},
            desk.token,
        )
    assert len(desk.asked("POST", "/address-book")) == 1
    assert "Nora Quist" in [c.name for c in contacts.contacts(desk.session, desk.token)]


def test_colleagues_have_extensions(desk: Desk) -> None:
    found = {c.name: c.extension for c in contacts.directory(desk.session, desk.token)}
    assert found["Dele Okonkwo"] == "102" and found["Referrals"] == "200"
