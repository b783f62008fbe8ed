"""Calls as a client meets them: extensions, presence, call log and its sync, calls that come in, queues.

A plain client over HTTP against a world whose clock the test moves. Read `rcdesk.simulator.routes.call_log`,
`routes_presence` and `inbound` for the other side.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rcdesk.simulator import RunningSimulator
from rcdesk.simulator.calls.calls import KEPT_S
from rcdesk.simulator.magic import MAGIC_NUMBERS
from tests.unit.simulator.client import Client

BOOK = "/address-book/contact"


def number(outcome: str) -> str:
    return next(m.number for m in MAGIC_NUMBERS if m.kind == "call" and m.outcome == outcome)


def log(client: Client, **params: Any) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = client.get("/call-log", **params).json()["records"]
    return records


def active(client: Client) -> dict[str, str]:
    calls = client.get("/presence", detailedTelephonyState="true").json()["activeCalls"]
    return {call["telephonySessionId"]: call["telephonyStatus"] for call in calls}


def states(client: Client, call_id: str) -> tuple[str, ...]:
    answer = client.get(f"/ring-out/{call_id}")
    if answer.status_code == 404:
        return ("404",)
    status = answer.json()["status"]
    return status["callStatus"], status["callerStatus"], status["calleeStatus"]


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["errorCode"]


def test_the_record_comes_a_while_after_the_end(client: Client, simulator: RunningSimulator) -> None:
    call = client.call("+16505550200").json()["id"]
    simulator.advance(15)
    assert states(client, call) == ("Success", "Finished", "Finished")
    simulator.advance(1.9)
    assert log(client) == []
    simulator.advance(0.2)
    [record] = log(client, telephonySessionId=call, view="Detailed")
    assert record["telephonySessionId"] == call != record["sessionId"]
    assert (record["result"], record["action"], record["duration"]) == ("Call connected", "RingOut Web", 8)
    assert record["to"]["name"] == "Alex Doe" and record["to"]["phoneNumber"] == "+16505550200"
    assert [leg["legType"] for leg in record["legs"]] == ["RingOutWebToSubscriber", "RingOutWebToCaller"]
    assert log(client, sessionId=record["sessionId"])[0]["id"] == record["id"]
    assert log(client, telephonySessionId="s-unknown") == []
    refused = client.get("/call-log", telephonySessionId=call, type="Voice")
    assert error(refused) == (400, "CMN-101")


def test_the_delay_of_the_record_can_be_set(client: Client, simulator: RunningSimulator) -> None:
    simulator.set_call_log_delay(0)
    client.call(number("caller busy"))
    simulator.advance(3)
    assert len(log(client)) == 1
    assert client.post("/simulator/call-log-delay", {"seconds": 30}).status_code == 204
    client.call(number("caller busy"))
    simulator.advance(32.9)
    assert len(log(client)) == 1
    simulator.advance(0.2)
    assert len(log(client)) == 2
    assert error(client.post("/simulator/call-log-delay", {"seconds": -1})) == (400, "CMN-101")


@pytest.mark.parametrize(
    ("outcome", "result", "own"),
    [
        ("busy", "Busy", "Call connected"),
        ("no answer", "No Answer", "Call connected"),
        ("rejected", "Rejected", "Call connected"),
        ("caller busy", "Busy", "Busy"),
        ("caller no answer", "No Answer", "No Answer"),
        ("caller rejected", "Rejected", "Rejected"),
        ("international disabled", "International Disabled", "Call connected"),
        ("destination blocked", "Blocked", "Call connected"),
        ("not enough funds", "No Calling Credit", "Call connected"),
        ("no such user", "Wrong Number", "Call connected"),
        ("generic error", "Call Failed", "Call connected"),
        ("gone", "Call connected", "Call connected"),
        ("finished as unreachable", "Call connected", "Call connected"),
    ],
)
def test_the_log_tells_whose_phone_it_was(
    client: Client, simulator: RunningSimulator, outcome: str, result: str, own: str
) -> None:
    client.call(number(outcome))
    simulator.advance(60)
    [record] = log(client, view="Detailed")
    assert (record["result"], record["legs"][0]["result"]) == (result, own)
    assert (record["duration"] > 0) is (result == "Call connected")


def test_a_cancelled_call_is_logged_as_stopped(client: Client, simulator: RunningSimulator) -> None:
    early, late = client.call("+16505550200").json()["id"], client.call("+16505550200").json()["id"]
    client.send("DELETE", f"/ring-out/{early}")
    simulator.advance(4)
    client.send("DELETE", f"/ring-out/{late}")
    assert states(client, late) == ("CannotReach", "Rejected", "Rejected")
    simulator.advance(3)
    own = {r["telephonySessionId"]: r["legs"][0]["result"] for r in log(client, view="Detailed")}
    assert own == {early: "Stopped", late: "Call connected"}


def test_the_last_rows_of_the_table(client: Client, simulator: RunningSimulator) -> None:
    calls = {o: client.call(number(o)).json()["id"] for o in ("finished as unreachable", "gone")}
    simulator.advance(7)
    assert {states(client, call) for call in calls.values()} == {("Success",) * 3}
    simulator.advance(2)
    assert states(client, calls["gone"]) == ("404",) and calls["gone"] not in active(client)
    simulator.advance(6)
    assert states(client, calls["finished as unreachable"]) == ("CannotReach", "Finished", "Finished")
    simulator.advance(KEPT_S)
    assert states(client, calls["finished as unreachable"]) == ("404",)


def test_presence_lists_the_calls_going_on(client: Client, simulator: RunningSimulator) -> None:
    assert "activeCalls" not in client.get("/presence").json()
    assert active(client) == {}
    call = client.call("+16505550200").json()["id"]
    coming = simulator.inbound_call("+16505550143", outcome="answered", rings_s=5, talk_s=60)
    assert active(client) == {call: "Ringing", coming: "Ringing"}
    simulator.advance(4)
    assert active(client) == {call: "CallConnected", coming: "Ringing"}
    simulator.advance(2)
    assert active(client) == {call: "CallConnected", coming: "CallConnected"}
    running = client.get("/active-calls").json()["records"]
    assert {r["telephonySessionId"]: r["result"] for r in running} == dict.fromkeys(
        (call, coming), "In Progress"
    )
    [inbound] = client.get("/active-calls", direction="Inbound").json()["records"]
    assert inbound["from"]["name"] == "Harbour Street Laboratory"
    simulator.advance(10)
    assert active(client) == {coming: "CallConnected"}
    assert client.get("/presence").json()["presenceStatus"] == "Busy"
    simulator.advance(60)
    assert active(client) == {} and client.get("/presence").json()["telephonyStatus"] == "NoCall"
    assert len(log(client)) == 2


@pytest.mark.parametrize("dialled", ["102", "ext. 102", " x102 "])
def test_a_colleague_is_called_by_extension(
    client: Client, simulator: RunningSimulator, dialled: str
) -> None:
    call = client.call(dialled).json()["id"]
    simulator.advance(8)
    assert states(client, call) == ("Success",) * 3
    simulator.advance(20)
    [record] = log(client)
    assert record["to"] == {"extensionNumber": "102", "name": "Dele Okonkwo"}
    assert log(client, extensionNumber="102") == [record] and log(client, extensionNumber="103") == []


@pytest.mark.parametrize(
    ("dialled", "after"),
    [
        ("155", ("NosuchUser", "Finished", "NosuchUser")),
        ("101", ("CannotReach", "Success", "Busy")),
        ("201", ("InProgress", "Success", "InProgress")),
    ],
)
def test_extensions_nobody_answers(
    client: Client, simulator: RunningSimulator, dialled: str, after: tuple[str, ...]
) -> None:
    call = client.call(dialled).json()["id"]
    simulator.advance(4.5)
    assert states(client, call) == after


@pytest.mark.parametrize("dialled", ["911", "112", "12", "ext", "102#", "+102"])
def test_what_is_no_extension_is_refused(client: Client, dialled: str) -> None:
    assert error(client.call(dialled)) == (400, "CMN-101")


def test_an_extension_belongs_to_its_company(simulator: RunningSimulator) -> None:
    with Client(simulator, jwt=simulator.second_credentials["jwt"]) as owen:
        body = {"from": {"phoneNumber": "+442079460101"}, "to": {"phoneNumber": "102"}}
        call = owen.post("/ring-out", body).json()["id"]
        simulator.advance(4)
        assert states(owen, call)[0] == "NosuchUser"


def sync(client: Client, token: str = "", **more: Any) -> dict[str, Any]:
    params = {"syncType": "ISync", "syncToken": token} if token else {"recordCount": 250}
    answer: dict[str, Any] = client.get("/call-log-sync", **{**params, **more}).json()
    return answer


def test_the_sync_brings_what_is_new(client: Client, simulator: RunningSimulator) -> None:
    simulator.inbound_call("+16505550143")
    full = sync(client)
    assert [r["result"] for r in full["records"]] == ["Missed"] and full["syncInfo"]["syncType"] == "FSync"
    token = full["syncInfo"]["syncToken"]
    again = sync(client, token)
    assert again["records"] == [] and again["syncInfo"]["syncToken"] != token
    client.call(number("busy"))
    simulator.advance(10)
    news = sync(client, token)
    assert [r["result"] for r in news["records"]] == ["Busy"]
    assert sync(client, news["syncInfo"]["syncToken"])["records"] == []
    assert len(sync(client, statusGroup="Missed")["records"]) == 1
    assert [r["result"] for r in sync(client, recordCount=1)["records"]] == ["Busy"]


def test_more_than_one_answer_holds_comes_in_parts(client: Client, simulator: RunningSimulator) -> None:
    token = sync(client)["syncInfo"]["syncToken"]
    ids = {simulator.inbound_call("+16505550143") for _ in range(260)}
    first = sync(client, token)
    second = sync(client, first["syncInfo"]["syncToken"])
    assert (len(first["records"]), len(second["records"])) == (250, 10)
    assert {r["telephonySessionId"] for r in first["records"] + second["records"]} == ids


def test_what_the_sync_refuses(client: Client, simulator: RunningSimulator) -> None:
    token = sync(client)["syncInfo"]["syncToken"]
    with Client(simulator, jwt=simulator.second_credentials["jwt"]) as owen:
        refused = owen.get("/call-log-sync", syncType="ISync", syncToken=token)
        assert error(refused) == (400, "CLG-104")
    simulator.forget_sync_tokens()
    assert error(client.get("/call-log-sync", syncType="ISync", syncToken=token)) == (400, "CLG-104")
    for params in ({}, {"syncType": "ISync"}, {"syncType": "Maybe"}, {"recordCount": "251"}):
        assert error(client.get("/call-log-sync", **params)) == (400, "CMN-101")


@pytest.mark.parametrize(
    ("outcome", "result", "duration"),
    [("missed", "Missed", 0), ("voicemail", "Voicemail", 0), ("answered", "Accepted", 40)],
)
def test_a_call_comes_in(
    client: Client, simulator: RunningSimulator, outcome: Any, result: str, duration: int
) -> None:
    call = simulator.inbound_call("+16505550143", outcome=outcome, talk_s=40)
    [record] = log(client, direction="Inbound", type="Voice")
    assert (record["result"], record["duration"]) == (result, duration)
    assert record["telephonySessionId"] == call
    assert record["from"]["name"] == "Harbour Street Laboratory"
    assert log(client, phoneNumber="6505550143") == [record]
    assert log(client, phoneNumber="+16505550144") == []


def test_callers_of_every_kind(client: Client, simulator: RunningSimulator) -> None:
    simulator.inbound_call("103")
    simulator.inbound_call("")
    simulator.inbound_call("+14155550131", name="SAN FRANCISCO CA")
    senders = {str(r["from"].get("name")): r["from"] for r in log(client)}
    assert senders["Ines Duarte"] == {"extensionNumber": "103", "name": "Ines Duarte"}
    assert senders["None"] == {}
    assert senders["SAN FRANCISCO CA"]["phoneNumber"] == "+14155550131"
    with Client(simulator, jwt=simulator.second_credentials["jwt"]) as owen:
        order = {"from": "+16505550143", "to": "+442079460100"}
        assert owen.post("/simulator/inbound-call", order).json()["id"]
        assert [r["result"] for r in log(owen)] == ["Missed"]
    for wrong in ({"outcome": "eaten"}, {"to": "+16505550143"}, {"queue": "300"}, {"rings_s": -1}):
        assert error(client.post("/simulator/inbound-call", wrong)) == (400, "CMN-101")


def test_do_not_disturb_sends_callers_to_the_voicemail(client: Client, simulator: RunningSimulator) -> None:
    client.send("PUT", "/presence", json={"dndStatus": "DoNotAcceptAnyCalls"})
    simulator.inbound_call("+16505550143", outcome="answered", talk_s=40, rings_s=5)
    assert active(client) == {}
    [record] = log(client)
    assert (record["result"], record["reason"], record["duration"]) == (
        "Voicemail",
        "Calls Not Accepted",
        0,
    )
    client.send("PUT", "/presence", json={"dndStatus": "DoNotAcceptDepartmentCalls"})
    assert simulator.inbound_call("+16505550143", outcome="answered", rings_s=5) in active(client)


def test_a_queue_rings_who_takes_its_calls(client: Client, simulator: RunningSimulator) -> None:
    def rings(queue: str) -> bool:
        return simulator.inbound_call("+16505550143", outcome="answered", queue=queue) != ""

    records = client.get("/call-queue-presence").json()["records"]
    assert [(r["callQueue"]["name"], r["acceptCalls"]) for r in records] == [
        ("Referrals", True),
        ("Front desk", True),
    ]
    referrals = records[0]["callQueue"]["id"]
    off = {"records": [{"callQueue": {"id": referrals}, "acceptCalls": False}]}
    [changed] = client.send("PUT", "/call-queue-presence", json=off).json()["records"]
    assert changed["acceptCalls"] is False
    assert (rings(referrals), rings("200"), rings("201")) == (False, False, True)
    client.send("PUT", "/presence", json={"dndStatus": "DoNotAcceptDepartmentCalls"})
    assert not rings("201")
    assert error(client.send("PUT", "/presence", json={"dndStatus": "TakeDepartmentCallsOnly"})) == (
        400,
        "CMN-101",
    )
    assert not rings("201")
    simulator.set_presence(dnd_status="TakeDepartmentCallsOnly")
    assert rings("201")
    assert len(log(client)) == 2


def test_whose_manager_decides_cannot_switch(simulator: RunningSimulator) -> None:
    with Client(simulator, jwt=simulator.second_credentials["jwt"]) as owen:
        [record] = owen.get("/call-queue-presence").json()["records"]
        assert record["callQueue"]["editableMemberStatus"] is False
        assert owen.get("/call-queue-presence", editableMemberStatus="true").json()["records"] == []
        for queue_id, refusal in (
            (record["callQueue"]["id"], (403, "CMN-408")),
            ("400131427103", (404, "CMN-102")),
        ):
            wanted = {"records": [{"callQueue": {"id": queue_id}, "acceptCalls": False}]}
            assert error(owen.send("PUT", "/call-queue-presence", json=wanted)) == refusal


@pytest.mark.parametrize(
    ("before", "accepts", "after"),
    [
        ("TakeAllCalls", False, "DoNotAcceptDepartmentCalls"),
        ("DoNotAcceptDepartmentCalls", True, "TakeAllCalls"),
        ("TakeDepartmentCallsOnly", False, "DoNotAcceptAnyCalls"),
        ("DoNotAcceptAnyCalls", True, "DoNotAcceptAnyCalls"),
        ("TakeAllCalls", True, "TakeAllCalls"),
    ],
)
def test_queue_calls_are_half_of_the_status(
    client: Client, simulator: RunningSimulator, before: str, accepts: bool, after: str
) -> None:
    simulator.set_presence(dnd_status=before)
    answer = client.send("PUT", "/presence", json={"acceptCallQueueCalls": accepts}).json()
    assert (answer["dndStatus"], answer["acceptCallQueueCalls"]) == (after, after == "TakeAllCalls")


def test_a_moved_account_knows_the_personal_status_only(client: Client, simulator: RunningSimulator) -> None:
    [feature] = client.get("/features", featureId="NewCallHandlingAndForwarding").json()["records"]
    assert feature["params"] == [{"name": "isNewBackendAvailable", "value": "false"}]
    simulator.set_presence(is_moved=True)
    [feature] = client.get("/features", featureId="NewCallHandlingAndForwarding").json()["records"]
    assert feature["params"] == [{"name": "isNewBackendAvailable", "value": "true"}]
    answer = client.send("PUT", "/presence", json={"dndStatus": "DoNotAcceptAnyCalls"}).json()
    assert answer["dndStatusPersonal"] == "TakeAllCalls"
    answer = client.send("PUT", "/presence", json={"dndStatusPersonal": "DoNotAcceptAnyCalls"}).json()
    assert (answer["dndStatus"], answer["acceptCallQueueCalls"]) == ("DoNotAcceptAnyCalls", False)


def test_a_new_contact_is_listed_and_named(client: Client, simulator: RunningSimulator) -> None:
    made = client.post(BOOK, {"firstName": "Nora", "lastName": "Quist", "homePhone": "(650) 555-0145"}).json()
    assert made["homePhone"] == "+16505550145"
    assert client.get(BOOK, phoneNumber="+16505550145").json()["records"] == [made]
    simulator.inbound_call("+16505550145")
    assert log(client)[0]["from"]["name"] == "Nora Quist"
    with Client(simulator, jwt=simulator.second_credentials["jwt"]) as owen:
        assert owen.send("GET", made["uri"]).status_code == 404
    client.send("DELETE", f"{BOOK}/{made['id']}")
    assert error(client.get(f"{BOOK}/{made['id']}")) == (404, "CMN-102")
    for wrong in ({}, {"homePhone": "hello"}, {"firstName": 7}):
        assert error(client.post(BOOK, wrong)) == (400, "CMN-101")


def test_samples_hold_the_calls_of_the_last_days() -> None:
    with RunningSimulator.start(clock="manual", samples=True) as simulator, Client(simulator) as client:
        since = (datetime.now(UTC) - timedelta(days=10)).isoformat()
        records = log(client, dateFrom=since, type="Voice")
        times = [r["startTime"] for r in records]
        assert len(records) == 15 and times == sorted(times, reverse=True)
        assert [r["result"] for r in records].count("Missed") == 2
        assert {r["direction"] for r in records} == {"Inbound", "Outbound"}
        assert len({r["id"] for r in records}) == 15
        assert records[0]["from"]["name"] == "Priya Raman"


def test_an_empty_day_forgets_all_of_it(client: Client, simulator: RunningSimulator) -> None:
    client.post(BOOK, {"firstName": "Nora", "homePhone": "+16505550145"})
    client.send("PUT", "/presence", json={"dndStatus": "DoNotAcceptAnyCalls"})
    simulator.set_call_log_delay(0)
    simulator.inbound_call("+16505550143")
    simulator.reset()
    with Client(simulator) as fresh:
        assert fresh.get("/presence").json()["dndStatus"] == "TakeAllCalls"
        assert log(fresh) == [] and fresh.get(BOOK).json()["paging"]["totalElements"] == 12
        fresh.call(number("caller busy"))
        simulator.advance(4)
        assert log(fresh) == []
