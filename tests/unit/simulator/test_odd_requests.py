"""No request, however odd, is answered with a 500 or changes anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.simulator.client import Client

DEEP = "[" * 100_000 + "]" * 100_000
BODIES = (
    *("", "null", "[]", "17", '"x"', "{", DEEP, f'{{"to": {DEEP}}}', '{"to": NaN}', '{"to": 1e999}'),
    *(
        '{"from": 1, "to": 2}',
        '{"from": {}, "to": {}}',
        '{"from": {"phoneNumber": {}}, "to": {"phoneNumber": []}}',
    ),
    *(
        '{"records": [1]}',
        '{"records": [{}]}',
        '{"records": [{"callQueue": 1, "acceptCalls": 2}]}',
        "9" * 5000,
    ),
    *('{"byFeature": 1}', '{"byFeature": [1]}', '{"byFeature": [{"callerId": 1}]}', '{"byFeature": null}'),
    *(
        '{"dndStatus": []}',
        '{"dndStatus": {}}',
        '{"message": "%s"}' % ("x" * 76),
        '{"userStatus": "\\ud800"}',
    ),
    *('{"readStatus": []}', '{"availability": {}}', '{"availability": "Purged"}', '{"firstName": []}'),
    *('{"originalMessageId": {}}', '{"originalMessageId": "²"}', '{"originalMessageId": "1", "to": 7}'),
)
PLACES = (
    *(("POST", "/ring-out"), ("POST", "/fax"), ("PUT", "/caller-id"), ("PUT", "/presence")),
    *(("PUT", "/call-queue-presence"), ("PUT", "/message-store/1"), ("PATCH", "/message-store/*")),
    *(
        ("DELETE", "/message-store/*"),
        ("POST", "/address-book/contact"),
        ("PATCH", "/address-book/contact/910001"),
    ),
)
NO_NUMBERS = ("0", "²", "1001", "-1", "", "9" * 5000)
NO_MOMENTS = ("0001-01-01", "9999-12-31T23:59:59-14:00", "now", "20260101")
WORDS = ("direction", "type", "view", "withRecording", "dateTo", "perPage")
QUERIES: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("/message-store", {name: odd}) for name in ("page", "perPage") for odd in NO_NUMBERS),
    *(("/message-store", {"dateFrom": odd}) for odd in NO_MOMENTS),
    *(("/message-sync", {"recordCount": odd}) for odd in ("٣", "1e3", "0")),
    *(("/call-log", {name: "maybe"}) for name in WORDS),
    ("/presence", {"detailedTelephonyState": ["true", "false"]}),
    ("/forwarding-number", {"page": ["1", "2"]}),
)


@pytest.mark.parametrize("method, path", PLACES)
def test_an_odd_body_is_refused(client: Client, method: str, path: str) -> None:
    client.simulator.set_limits(Light=1000, Medium=1000, Heavy=1000)
    for body in BODIES:
        kind = {"Content-Type": "application/json"}
        answer = client.send(method, path, data=body.encode("utf-8", "surrogatepass"), headers=kind)
        harmless = method in ("PUT", "PATCH") and answer.status_code == 200
        assert 400 <= answer.status_code < 500 or harmless, (body[:60], answer.status_code, answer.text[:200])


@pytest.mark.parametrize(("path", "query"), QUERIES)
def test_an_odd_parameter_is_refused_by_its_name(client: Client, path: str, query: dict[str, Any]) -> None:
    answer = client.get(path, **query)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["errorCode"], error["parameterName"]) == ("CMN-101", next(iter(query)))


@pytest.mark.parametrize(
    "path",
    [
        *("/message-store/²", "/message-store/,", "/message-store/%00", f"/message-store/{'9' * 5000}"),
        *("/address-book/contact/²", "/ring-out/%0d%0a", "/call-log/,", "/message-store/1/content/²", "/%ff"),
    ],
)
def test_an_odd_place_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code in (400, 404, 414)


@pytest.mark.parametrize(
    "uri", ["http://[", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/ä", "x", "http://evil.example"]
)
def test_an_odd_redirect_is_refused(client: Client, uri: str) -> None:
    wanted = {"response_type": "code", "client_id": client.simulator.client_id, "redirect_uri": uri}
    answer = client.send("GET", "/restapi/oauth/authorize", params=wanted, allow_redirects=False)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "header", ["Basic \u00e4", "Basic !!", "Basic", "Bearer", "Basic /////w==", "Digest x"]
)
def test_an_odd_sign_in_is_refused(client: Client, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")}
    answer = client.send("POST", "/restapi/oauth/token", data={"grant_type": "x"}, headers=headers)
    assert answer.status_code in (400, 401)
    assert client.send("GET", "/presence", headers=headers).status_code == 401


def test_an_odd_file_name_is_no_header(client: Client) -> None:
    number = client.simulator.inbound_fax()
    path = f"/message-store/{number}/content/{number}"
    answer = client.get(
        path, contentDisposition="Attachment", contentDispositionFilename='a"\r\nX: y\u00e4.pdf'
    )
    assert answer.ok and "X" not in answer.headers
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a___X_ y_.pdf"'
    part = client.send("GET", path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"%PDF")
    for odd in ("bytes=99999999-", "bytes=5-2", "x"):
        refused = client.send("GET", path, headers={"Range": odd})
        assert refused.status_code == 416 and refused.json()["errors"][0]["errorCode"] == "CMN-107"
        assert refused.headers["RCRequestId"]


def test_odd_multipart_is_refused(client: Client) -> None:
    for kind in (
        "multipart/mixed",
        "multipart/mixed; boundary=",
        'multipart/form-data; boundary="x',
        "multipart/x",
    ):
        for body in (b"", b"--x\r\n\r\n", b"--x\r\nA: \xff\x00\r\n\r\n--x--", json.dumps({}).encode()):
            answer = client.send("POST", "/fax", data=body, headers={"Content-Type": kind})
            assert answer.status_code in (400, 415, 429), (kind, body, answer.text)
