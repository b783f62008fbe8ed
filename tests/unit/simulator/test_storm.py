"""Storms, what the simulator counts, and what it tells of the faxes it holds."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from rcdesk.simulator import RunningSimulator
from rcdesk.simulator.faults import KINDS, STORM_KINDS, Storm
from rcdesk.simulator.refusal import ErrorAnswer
from tests.unit.simulator.client import Client

FAX = "/restapi/v1.0/account/~/extension/~/fax"


def drawn(seed: int, share: float = 0.2, path: str = "") -> list[str]:
    storm = Storm(seed=seed, share=share, path=path)
    faults = [storm.draw(FAX) for _ in range(500)]
    return [fault.kind if fault else "" for fault in faults]


def test_a_seed_gives_the_same_storm() -> None:
    first = drawn(7)
    assert first == drawn(7) != drawn(8)
    assert 60 < sum(map(bool, first)) < 140
    assert set(first) == {"", *STORM_KINDS}
    assert not any(drawn(7, share=0)) and all(drawn(7, share=1))
    assert not any(drawn(7, path="/call-log")) and any(drawn(7, path="/fa[xy]$"))


def test_the_sign_in_is_spared_unless_it_is_meant() -> None:
    assert Storm(seed=1, share=1).draw("/restapi/oauth/token") is None
    assert Storm(seed=1, share=1, path="/oauth").draw("/restapi/oauth/token") is not None


@pytest.mark.parametrize("wrong", [{"kinds": ["hail"]}, {"share": 2}, {"seed": "x"}, {"path": "("}])
def test_a_storm_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ErrorAnswer, match="CMN-101"):
        Storm.from_order({"seed": 1, **wrong})
    assert set(STORM_KINDS) <= set(KINDS)


def test_a_storm_rages_until_it_is_told_to_be_calm(client: Client, simulator: RunningSimulator) -> None:
    simulator.storm(3, share=1, kinds=["status"], path="/fax")
    assert client.fax().status_code in (500, 502, 503)
    assert client.get("").status_code == 200
    assert simulator.state()["storm"]["share"] == 1 and simulator.injected == {"status": 1}
    assert [r.fault for r in simulator.requests if r.path.endswith("/fax")] == ["status"]
    simulator.calm()
    assert client.fax().status_code == 200
    order = {"seed": 1, "share": 1, "kinds": ["cut-before"], "path": "/fax"}
    assert client.post("/simulator/storm", order).json()["seed"] == 1
    with pytest.raises(requests.ConnectionError):
        client.fax()
    assert client.send("DELETE", "/simulator/storm").status_code == 204
    assert client.get("/simulator/state").json()["injected"] == {"status": 1, "cut-before": 1}


def test_trouble_after_the_work(client: Client, simulator: RunningSimulator) -> None:
    simulator.fault("status-after", path="/fax", status=504)
    assert client.fax().status_code == 504
    assert len(simulator.stored_faxes()) == 1


def test_who_comes_inside_a_penalty_is_counted(client: Client, simulator: RunningSimulator) -> None:
    simulator.fault("429", path="/phone-number", seconds=30)
    assert client.get("/phone-number").status_code == 429
    assert client.fax().status_code == 200 and simulator.requests_in_penalty == 0
    assert client.get("").status_code == 200 and simulator.requests_in_penalty == 1
    simulator.advance(30)
    assert client.get("").status_code == 200 and simulator.requests_in_penalty == 1
    simulator.set_limits(Heavy=0)
    assert [client.fax().status_code for _ in range(2)] == [429, 429]
    assert simulator.requests_in_penalty == 2
    assert (
        simulator.requests_by_group == {"Auth": 1, "Light": 3, "Heavy": 3} and simulator.heavy_requests == 3
    )
    assert client.get("/simulator/state").json()["requestsInPenalty"] == 2


def test_a_fast_world_speaks_in_the_clients_seconds() -> None:
    with RunningSimulator.start(clock="real", speed=50) as simulator, Client(simulator) as client:
        simulator.set_limits(Light=1, window_s=300, penalty_s=200)
        first, second = client.get(""), client.get("")
        assert first.headers["X-Rate-Limit-Window"] == "6"
        assert (second.status_code, second.headers["Retry-After"]) == (429, "4")
    with (
        RunningSimulator.start(clock="real", speed=50, is_client_fast=True) as simulator,
        Client(simulator) as client,
    ):
        assert client.get("").headers["X-Rate-Limit-Window"] == "60"


def test_the_date_is_the_worlds(client: Client, simulator: RunningSimulator) -> None:
    simulator.advance(3000)
    answer = client.fax()
    date = parsedate_to_datetime(answer.headers["Date"])
    assert abs((date - datetime.now(UTC)).total_seconds() - 3000) < 30
    created = datetime.fromisoformat(answer.json()["creationTime"])
    assert date == created.replace(microsecond=0)
    simulator.advance(7)
    pages = client.get(answer.json()["attachments"][0]["uri"])
    assert parsedate_to_datetime(pages.headers["Date"]) > date


def test_what_is_stored_can_be_counted(client: Client, simulator: RunningSimulator) -> None:
    digest = hashlib.sha256(b"Good morning.").hexdigest()
    first = client.fax(coverPageText="Hello").json()["id"]
    simulator.advance(10)
    again = client.post("/fax", {"originalMessageId": str(first), "to": [{"phoneNumber": "+16505554007"}]})
    simulator.advance(10)
    assert client.send("DELETE", f"/message-store/{first}").status_code == 204
    simulator.inbound_fax()
    upload, resend = simulator.stored_faxes()
    assert (upload.message_id, upload.numbers, upload.digests) == (first, ("+16505554000",), (digest,))
    assert (upload.cover_text, upload.is_deleted, upload.original_id) == ("Hello", True, 0)
    assert (resend.message_id, resend.original_id) == (again.json()["id"], first)
    assert resend.digests == (digest,) and resend.outcomes == {"+16505554007": "SendingFailed"}
    assert client.get("/simulator/stored-faxes").json()[0]["digests"] == [digest]


def test_a_line_that_is_busy_at_first(client: Client, simulator: RunningSimulator) -> None:
    def outcomes(number: str) -> list[str]:
        found = []
        for _ in range(4):
            message = client.fax(number).json()
            simulator.advance(7)
            party = client.get(message["uri"]).json()["to"][0]
            found.append(party.get("faxErrorCode") or party["messageStatus"])
        return found

    assert outcomes("+16505554050") == ["LineBusy", "Sent", "Sent", "Sent"]
    simulator.advance(60)
    assert outcomes("+16505554051") == ["LineBusy", "LineBusy", "Sent", "Sent"]
    simulator.reset()
    with Client(simulator) as client:
        assert outcomes("+16505554050")[0] == "LineBusy"


def test_a_scheduled_fax_waits_for_its_time(client: Client, simulator: RunningSimulator) -> None:
    world_time = datetime.fromisoformat(simulator.state()["now"])
    send_time = (world_time + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    kept, deleted = (client.fax(sendTime=send_time).json() for _ in range(2))
    simulator.advance(3500)
    assert client.send("DELETE", deleted["uri"]).status_code == 204
    waiting = client.get(kept["uri"]).json()
    assert (waiting["messageStatus"], waiting["creationTime"]) == ("Queued", kept["creationTime"])
    simulator.advance(110)
    with Client(simulator) as client:
        assert client.get(kept["uri"]).json()["messageStatus"] == "Sent"
        gone = client.get(deleted["uri"]).json()
    assert (gone["messageStatus"], gone["availability"]) == ("Queued", "Deleted")
    assert {fax.send_at for fax in simulator.stored_faxes()} == {datetime.fromisoformat(send_time)}


def test_a_sync_is_forgotten_on_demand(client: Client, simulator: RunningSimulator) -> None:
    def token() -> str:
        return str(client.get("/message-sync", syncType="FSync").json()["syncInfo"]["syncToken"])

    first = token()
    simulator.forget_sync_tokens()
    refused = client.get("/message-sync", syncType="ISync", syncToken=first)
    assert (refused.status_code, refused.json()["errors"][0]["errorCode"]) == (400, "MSG-333")
    second = token()
    assert client.send("POST", "/simulator/forget-sync-tokens").status_code == 204
    assert client.get("/message-sync", syncType="ISync", syncToken=second).status_code == 400


def test_samples_have_come_in_already() -> None:
    with (
        RunningSimulator.start(clock="manual", samples=True) as simulator,
        Client(simulator) as client,
    ):
        since = (datetime.now(UTC) - timedelta(days=30)).isoformat()
        simulator.advance(0)
        records = client.get("/message-store", messageType="Fax", direction="Inbound", dateFrom=since).json()[
            "records"
        ]
        assert [r["readStatus"] for r in records] == ["Unread", "Unread", "Read", "Read"]
        assert [r["faxPageCount"] for r in records] == [3, 1, 2, 1]
        assert records[2]["from"]["name"] == "Alex Doe"
        assert client.get(records[0]["attachments"][0]["uri"]).content.startswith(b"%PDF")


def test_samples_are_the_same_ones_at_the_next_start() -> None:
    since = (datetime.now(UTC) - timedelta(days=30)).isoformat()

    def ids() -> list[int]:
        with (
            RunningSimulator.start(clock="manual", samples=True) as simulator,
            Client(simulator) as client,
        ):
            simulator.advance(0)
            records = client.get("/message-store", direction="Inbound", dateFrom=since).json()["records"]
            return [record["id"] for record in records]

    first = ids()
    assert len(set(first)) == 12
    assert ids() == first


def test_the_same_pages_look_the_same(client: Client, simulator: RunningSimulator) -> None:
    ids = [client.fax(coverIndex=0).json()["id"] for _ in range(2)]
    simulator.advance(7)
    with_cover = client.fax(coverIndex=5).json()["id"]
    simulator.advance(7)
    pages = [client.get(f"/message-store/{i}").json()["faxPageCount"] for i in (*ids, with_cover)]
    assert pages == [1, 1, 2]
    first, second = (client.get(f"/message-store/{i}/content/{i}").content for i in ids)
    assert first == second
