"""The message store's bulk answers, its restoring and its slow forgetting."""

from __future__ import annotations

import email
import json
from typing import Any

import pytest
import requests

from rcdesk.simulator import RunningSimulator
from tests.unit.simulator.client import Client

MULTI = "application/vnd.ringcentral.multipart+json"
DAY_S = 24 * 3600


@pytest.fixture
def ids(client: Client, simulator: RunningSimulator) -> list[str]:
    """Three messages that came in; nothing is limited, and the sign-in lasts."""
    simulator.set_limits(Light=1000, Medium=1000)
    return [str(simulator.inbound_fax()) for _ in range(3)]


def entries(answer: requests.Response) -> list[tuple[str, int]]:
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (207, MULTI)
    return [(entry["resourceId"], entry["status"]) for entry in answer.json()]


def parts_of(answer: requests.Response) -> list[Any]:
    """The JSON of each part of a multipart answer, read by the standard library."""
    assert answer.status_code == 207
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.content)
    assert message.get_content_type() == "multipart/mixed"
    parts = message.get_payload()
    assert isinstance(parts, list)
    return [json.loads(part.get_payload()) for part in parts]  # type: ignore[union-attr, arg-type]


def later(client: Client, simulator: RunningSimulator, days: float) -> None:
    """Days later, signed in anew."""
    simulator.advance(days * DAY_S)
    token = client.token_answer(
        grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=simulator.jwt
    ).json()
    client.http.headers["Authorization"] = f"Bearer {token['access_token']}"


def test_several_are_read_at_once(client: Client, ids: list[str]) -> None:
    path = f"/message-store/{ids[0]},99,{ids[1]}"
    json_answer = client.send("GET", path, headers={"Accept": MULTI})
    assert entries(json_answer) == [(ids[0], 200), ("99", 404), (ids[1], 200)]
    summary, *bodies = parts_of(client.get(path))
    assert [part["status"] for part in summary["response"]] == [200, 404, 200]
    assert [str(body.get("id", "")) for body in bodies] == [ids[0], "", ids[1]]
    many = ",".join(map(str, range(51)))
    assert client.get(f"/message-store/{many}").status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_several_are_marked_at_once(client: Client, ids: list[str], method: str) -> None:
    headers = {"Accept": MULTI, "Content-Type": MULTI}
    named = [{"resourceId": ids[0], "body": {"readStatus": "Read"}}]
    answer = client.send(method, "/message-store/*", data=json.dumps(named), headers=headers)
    assert entries(answer) == [(ids[0], 200)] and answer.json()[0]["body"]["readStatus"] == "Read"
    bodies = [{"body": {"readStatus": "Read"}}, {"body": {"readStatus": "Read"}}]
    path = f"/message-store/{ids[1]},{ids[2]}"
    assert len(entries(client.send(method, path, data=json.dumps(bodies), headers=headers))) == 2
    assert client.get("/message-store", readStatus="Read").json()["paging"]["totalElements"] == 3
    bad: tuple[object, ...] = ([], {}, [{}], [{"body": {"readStatus": "Seen"}}], bodies[:1])
    for wrong in bad:
        assert client.send(method, path, data=json.dumps(wrong), headers=headers).status_code == 400


def test_a_bulk_delete_tells_only_what_did_not_go(client: Client, ids: list[str]) -> None:
    assert client.send("DELETE", f"/message-store/{ids[0]},{ids[1]}").status_code == 204
    headers = {"Accept": MULTI}
    answer = client.send("DELETE", "/message-store/*", json=[ids[2], "99"], headers=headers)
    assert entries(answer) == [(ids[2], 200), ("99", 404)]
    assert client.get("/message-store").json()["records"] == []
    assert client.send("DELETE", "/message-store/*").status_code == 400
    assert client.send("DELETE", "/message-store/,").status_code == 404


def test_what_was_deleted_can_be_restored_for_a_while(
    client: Client, simulator: RunningSimulator, ids: list[str]
) -> None:
    path = f"/message-store/{ids[0]}"
    pages = client.get(path).json()["attachments"][0]["uri"]
    client.send("DELETE", path)
    assert client.get(path).json()["availability"] == "Deleted" and client.get(pages).ok
    assert client.send("PATCH", path, json={"availability": "Alive"}).json()["availability"] == "Alive"
    client.send("DELETE", path)
    later(client, simulator, 5)
    assert client.get(path).json()["availability"] == "Purged"
    assert client.send("PATCH", path, json={"availability": "Alive"}).status_code == 404
    later(client, simulator, 5)
    assert client.get(path).status_code == 404


def test_a_purge_leaves_a_trace_for_a_while(
    client: Client, simulator: RunningSimulator, ids: list[str]
) -> None:
    path = f"/message-store/{ids[0]}"
    pages = client.get(path).json()["attachments"][0]["uri"]
    token = client.get("/message-sync", syncType="FSync").json()["syncInfo"]["syncToken"]
    assert client.send("DELETE", f"{path}?purge=true").status_code == 204
    purged = client.get(path).json()
    assert (purged["availability"], purged["attachments"]) == ("Purged", [])
    assert client.get(pages).status_code == 404 and client.send("DELETE", path).status_code == 404
    changed = client.get("/message-sync", syncType="ISync", syncToken=token).json()["records"]
    assert changed == [{"id": int(ids[0]), "availability": "Purged"}]
    later(client, simulator, 5)
    assert client.get(path).status_code == 404


def test_pages_lie_at_the_media_host(client: Client, simulator: RunningSimulator, ids: list[str]) -> None:
    port = simulator.base_url.rpartition(":")[2]
    uri = client.send(
        "GET", f"/message-store/{ids[0]}", headers={"Host": f"platform.localhost:{port}"}
    ).json()["attachments"][0]["uri"]
    assert uri.startswith(f"http://media.localhost:{port}/restapi/")
    path = uri.partition(f":{port}")[2]
    assert client.send("GET", path, headers={"Host": f"platform.localhost:{port}"}).status_code == 404
    assert client.send("GET", path, headers={"Host": f"media.localhost:{port}"}).ok


def test_every_answer_has_a_request_id_of_its_own(client: Client, ids: list[str]) -> None:
    paths = ["", f"/message-store/{ids[0]}", "/message-store/99", "/nowhere", "/presence"]
    found = {client.get(path).headers["RCRequestId"] for path in paths}
    assert len(found) == len(paths)


def test_two_shapes_of_errors(client: Client, simulator: RunningSimulator) -> None:
    [missing] = client.get("/message-store/1").json()["errors"]
    assert missing["errorCode"] == "CMN-102"
    assert set(client.get("/forwarding-number", page=0).json()) == {"errors"}
    simulator.sign_in_rules(missing_scopes=["ReadCallLog"])
    refused = client.get("/call-log").json()
    assert (refused["errorCode"], refused["permissionName"]) == ("InsufficientPermissions", "ReadCallLog")
    [error] = refused["errors"]
    assert (error["errorCode"], error["permissionName"]) == ("CMN-401", "ReadCallLog")


def test_another_user_s_extension_is_not_served(client: Client) -> None:
    answer = client.get("/restapi/v1.0/account/~/extension/400131427101/presence")
    assert answer.status_code == 403 and answer.json()["errors"][0]["errorCode"] == "CMN-404"
