"""The event socket as a plain client meets it: frames, requests over it, refusals, odd frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from rcdesk.simulator import RunningSimulator
from tests.patience import PATIENCE_S
from tests.unit.simulator.client import EXTENSION, Client

SUBSCRIPTION = "/restapi/v1.0/subscription"


@contextmanager
def socket(client: Client, wsc: str = "") -> Iterator[Connection]:
    given = client.send("POST", "/restapi/oauth/wstoken").json()
    more = f"&wsc={wsc}" if wsc else ""
    with connect(f"{given['uri']}?access_token={given['ws_access_token']}{more}", proxy=None) as opened:
        yield opened


def heard(opened: Connection) -> list[Any]:
    frame: list[Any] = json.loads(opened.recv(PATIENCE_S))
    return frame


def ask(opened: Connection, method: str, path: str, body: Any = None, **more: Any) -> list[Any]:
    meta = {"type": "ClientRequest", "messageId": "m", "method": method, "path": path, **more}
    opened.send(json.dumps([meta] if body is None else [meta, body]))
    while True:
        frame = heard(opened)
        if frame[0]["messageId"] == "m":
            return frame


def wanted(*filters: str) -> dict[str, Any]:
    return {"eventFilters": list(filters), "deliveryMode": {"transportType": "WebSocket"}}


def test_it_speaks_first_and_answers_heartbeats(client: Client) -> None:
    with socket(client) as opened:
        meta, details = heard(opened)
        assert (meta["type"], meta["wsc"]["sequence"]) == ("ConnectionDetails", 1)
        assert (details["recoveryTimeout"], details["absoluteTimeout"]) == (180, 86_400)
        opened.send(json.dumps([{"type": "Heartbeat", "messageId": "h"}]))
        assert heard(opened)[0]["messageId"] == "h"


@pytest.mark.parametrize("text", ["", "{}", "[]", "[7]", '[{"type": "Dance", "messageId": "1"}]', "[{}]"])
def test_odd_frames_are_refused_and_the_socket_lives(client: Client, text: str) -> None:
    with socket(client) as opened:
        heard(opened)
        opened.send(text)
        assert heard(opened)[0]["type"] == "Error"
        assert ask(opened, "GET", EXTENSION)[1]["name"] == "Mara Okafor"


def test_requests_go_over_it(client: Client, simulator: RunningSimulator) -> None:
    with socket(client) as opened:
        heard(opened)
        meta, body = ask(opened, "GET", f"{EXTENSION}/message-store", query={"perPage": 1})
        assert meta["status"] == 200 and body["paging"]["perPage"] == 1
        assert ask(opened, "GET", f"{EXTENSION}/message-store/17")[0]["status"] == 404
        assert ask(opened, "POST", "/restapi/oauth/wstoken")[0]["status"] == 400


def test_a_second_subscription_takes_the_place_of_the_first(
    client: Client, simulator: RunningSimulator
) -> None:
    with socket(client) as opened:
        heard(opened)
        ask(opened, "POST", SUBSCRIPTION, wanted(f"{EXTENSION}/message-store"))
        second = ask(opened, "POST", SUBSCRIPTION, wanted(f"{EXTENSION}/presence"))[1]
        assert simulator.subscriptions == [(f"{EXTENSION}/presence",)]
        changed = ask(
            opened, "PUT", f"{SUBSCRIPTION}/{second['id']}", wanted(f"{EXTENSION}/message-store?type=SMS")
        )
        assert changed[1]["id"] == second["id"]
        simulator.inbound_fax()
        simulator.inbound_text("Hello")
        changes = heard(opened)[1]["body"]["changes"]
        assert [change["type"] for change in changes] == ["SMS"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (wanted("/restapi/v1.0/account/~/extension/~/weather"), "SUB-508"),
        (wanted("/restapi/v1.0/account/~/extension/400131427101/message-store"), "SUB-508"),
        ({"eventFilters": [], "deliveryMode": {"transportType": "WebSocket"}}, "CMN-101"),
        (
            {"eventFilters": [f"{EXTENSION}/presence"], "deliveryMode": {"transportType": "WebHook"}},
            "CMN-101",
        ),
    ],
)
def test_what_is_not_granted(client: Client, body: Any, code: str) -> None:
    with socket(client) as opened:
        heard(opened)
        meta, refusal = ask(opened, "POST", SUBSCRIPTION, body)
        assert (meta["status"], refusal["errors"][0]["errorCode"]) == (400, code)


def test_a_token_opens_one_socket_when_that_is_the_rule(client: Client, simulator: RunningSimulator) -> None:
    simulator.single_use_tokens()
    given = client.send("POST", "/restapi/oauth/wstoken").json()
    url = f"{given['uri']}?access_token={given['ws_access_token']}"
    with connect(url, proxy=None) as first, connect(url, proxy=None) as second:
        assert heard(first)[0]["type"] == "ConnectionDetails"
        assert (heard(second)[0]["type"], simulator.open_sockets) == ("Error", 1)


def test_no_more_than_a_hundred_missed_events_are_kept(client: Client, simulator: RunningSimulator) -> None:
    with socket(client) as opened:
        heard(opened)
        last = ask(opened, "POST", SUBSCRIPTION, wanted(f"{EXTENSION}/message-store"))[0]["wsc"]["token"]
    ids = [simulator.inbound_text(f"Number {number}") for number in range(120)]
    with socket(client, last) as opened:
        assert heard(opened)[1]["recoveryState"] == "Successful"
        found = [heard(opened)[1]["body"]["changes"][0]["newMessageIds"][0] for _ in range(100)]
        assert found == ids[20:]
    simulator.advance(180)
    with socket(client, last) as opened:
        assert heard(opened)[1]["recoveryState"] == "Failed"


def test_changes_at_one_time_are_one_event(client: Client, simulator: RunningSimulator) -> None:
    ids = [str(simulator.inbound_text(f"Number {number}")) for number in range(3)]
    with socket(client) as opened:
        heard(opened)
        ask(opened, "POST", SUBSCRIPTION, wanted(f"{EXTENSION}/message-store"))
        client.send("PUT", f"/message-store/{','.join(ids)}", json={"readStatus": "Read"})
        [change] = heard(opened)[1]["body"]["changes"]
        assert (change["newCount"], change["updatedCount"]) == (0, 3)
