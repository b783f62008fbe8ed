"""One odd record among sound ones is left out and counted; a body nobody can read is a sentence."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rcdesk.api.body import parse
from rcdesk.api.rest import (
    account,
    call_log,
    contacts,
    fax,
    message_store,
    presence,
    reading,
)
from rcdesk.api.rest.reading import FullSyncNeeded
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.account.presence import Dnd
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown, RcdeskError, Rejected, ServerTrouble
from rcdesk.core.fax.fax import Recipient, Resolution
from rcdesk.core.messages.parts import Attachment
from rcdesk.core.service import FaxContents
from tests.unit.api.socket_server import SocketServer, answer, read_request

TOKEN = CancelToken()
DEEP = "[" * 200_000 + "]" * 200_000


class Kept:
    """A sign-in that is good for an hour."""

    def load(self) -> Tokens:
        """The tokens."""
        until = datetime.now(UTC) + timedelta(hours=1)
        return Tokens(
            access_token="secret", refresh_token="", expires_at=until, refresh_expires_at=until, owner_id="1"
        )

    def save(self, tokens: Tokens) -> None:
        """Nothing to keep."""

    def clear(self) -> None:
        """Nothing to forget."""


class Service:
    """A server that answers whatever it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.status = 200
        self.headers: tuple[str, ...] = ()
        self.heads: list[bytes] = []
        self._server = SocketServer(self._talk)
        self.url = self._server.url
        profile = ServerProfile(name="Test", base_url=self.url, client_id="x")
        self.session = ApiSession(profile, Kept())

    def _talk(self, connection: socket.socket) -> None:
        while True:
            self.heads.append(read_request(connection))
            body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            answer(connection, self.status, body, *self.headers)

    def close(self) -> None:
        """Hang up."""
        self.session.close()
        self._server.close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


def message(number: int, **more: Any) -> dict[str, Any]:
    sound = {"id": number, "type": "Fax", "direction": "Inbound", "creationTime": "2026-01-01T00:00:00Z"}
    return {**sound, "faxPageCount": 1, "to": [], "attachments": [], "from": {"name": "Ada"}, **more}


def call(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "type": "Voice", "startTime": "2026-01-01T00:00:00Z", "duration": 1, **more}


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "firstName": "Ada", "mobilePhone": "+16505550143", **more}


def colleague(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "firstName": "Ada", "extensionNumber": "101", **more}


def phone(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "phoneNumber": f"+1650555{number:04}", "label": "Desk", **more}


def queue(number: int, **more: Any) -> dict[str, Any]:
    return {"callQueue": {"id": str(number), "name": "Front"}, "acceptCalls": True, **more}


def active(number: int, **more: Any) -> dict[str, Any]:
    return {"telephonySessionId": str(number), "telephonyStatus": "Ringing", **more}


def cover(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "name": f"Cover {number}", **more}


Read = Callable[[ApiSession], list[str]]
LISTS: dict[str, tuple[Callable[..., dict[str, Any]], str, Read]] = {
    "message-sync": (
        message,
        "records",
        lambda s: [m.id for m in message_store.sync(s, sync_token=None, token=TOKEN).messages],
    ),
    "message-store": (
        message,
        "records",
        lambda s: [m.id for m in message_store.list_messages(s, token=TOKEN, direction="Inbound")],
    ),
    "call-log-sync": (
        call,
        "records",
        lambda s: [c.id for c in call_log.sync_calls(s, "", TOKEN).records],
    ),
    "call-log": (call, "records", lambda s: [c.id for c in call_log.calls_of_session(s, "s-1", TOKEN)]),
    "contacts": (person, "records", lambda s: [c.id for c in contacts.contacts(s, TOKEN)]),
    "directory": (colleague, "records", lambda s: [c.id for c in contacts.directory(s, TOKEN)]),
    "forwarding-number": (phone, "records", lambda s: [n.id for n in account.forwarding_numbers(s, TOKEN)]),
    "phone-number": (phone, "records", lambda s: [n.id for n in account.phone_numbers(s, TOKEN)]),
    "queues": (queue, "records", lambda s: [q.id for q in presence.read_queues(s, TOKEN)]),
    "presence": (active, "activeCalls", lambda s: list(presence.active_calls(s, TOKEN))),
    "covers": (cover, "records", lambda s: [str(c.index) for c in account.cover_pages(s, TOKEN)]),
}
ODD: dict[str, dict[str, Any]] = {
    "half a character": {"name": "\ud800"},
    "half a character as a name": {"\udfff": 1},
    "2^70 pages": {"faxPageCount": 2**70},
    "2^40 seconds": {"duration": 2**40},
    "year 9999": {"creationTime": "9999-12-31T23:59:59Z"},
    "year 1": {"startTime": "0001-01-01T00:00:00+14:00"},
    "before time": {"lastModifiedTime": "0001-01-01T00:00:00+14:00"},
    "endless": {"more": 1e400},
    "no number": {"more": float("nan")},
    "a book": {"name": "x" * 100_000},
    "many": {"more": list(range(50_000))},
}


@pytest.fixture(params=list(LISTS.values()), ids=list(LISTS))
def kind(request: pytest.FixtureRequest) -> tuple[Callable[..., dict[str, Any]], str, Read]:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("odd", list(ODD.values()), ids=list(ODD))
def test_the_rest_of_a_list_arrives(
    service: Service,
    kind: tuple[Callable[..., dict[str, Any]], str, Read],
    odd: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    make, name, read = kind
    service.answers = [json.dumps({name: [make(1), make(2, **odd), make(3)]}).encode()]
    with caplog.at_level(logging.WARNING, "rcdesk"):
        assert read(service.session) == ["1", "3"]
    assert "1 of 3 records make no sense" in caplog.text or "1 of 3 activeCalls" in caplog.text


@pytest.mark.parametrize(
    "odd",
    ['"text"', "17", "null", "[]", "true", DEEP, f'{{"id": {"9" * 6000}}}', f'{{"name": {DEEP}}}', "{}"],
    ids=["text", "number", "null", "list", "true", "deep", "long id", "deep inside", "nothing in it"],
)
def test_what_is_no_record_is_left_out(
    service: Service, kind: tuple[Callable[..., dict[str, Any]], str, Read], odd: str
) -> None:
    make, name, read = kind
    first, last = json.dumps(make(1)), json.dumps(make(3))
    service.answers = [f'{{"{name}": [{first}, {odd}, {last}]}}'.encode()]
    assert read(service.session) == ["1", "3"]


def test_bytes_that_are_no_text_cost_a_letter(service: Service) -> None:
    body = json.dumps({"records": [person(1, firstName="A@a")]}).encode().replace(b"@", b"\xff")
    service.answers = [body]
    [found] = contacts.contacts(service.session, TOKEN)
    assert found.name == "A�a"


def test_only_what_is_too_deep_is_cut_out() -> None:
    body = '{"a": %s, "b": ["]{", {"c": "\\"["}], "d": 1}' % ("[" * 50_000 + "]" * 50_000)
    found = parse(body.encode())
    assert isinstance(found, dict)
    assert (found["b"], found["d"]) == (["]{", {"c": '"['}], 1)


@pytest.mark.parametrize(
    "body", [DEEP.encode(), b'{"id":' * 100_000, b"\xff\xfe", b"[1]", b"9" * 6000, b'"\\ud800"']
)
def test_a_body_nobody_can_read_is_a_sentence(service: Service, body: bytes) -> None:
    service.answers = [body]
    service.headers = ("RCRequestId: 5e1f-7",)
    with pytest.raises(ServerTrouble, match="cannot be read") as caught:
        account.read_extension(service.session, TOKEN)
    assert caught.value.request_id == "5e1f-7"
    service.status = 400
    with pytest.raises(Rejected, match="refused") as refused:
        account.read_extension(service.session, TOKEN)
    assert refused.value.request_id == "5e1f-7"


@pytest.mark.parametrize("body", [DEEP.encode(), b"{}", b'{"id": 1e400}', b'{"id": [1]}'])
def test_a_fax_whose_answer_nobody_can_read_has_an_unknown_outcome(service: Service, body: bytes) -> None:
    service.answers = [body]
    with pytest.raises(OutcomeUnknown):
        contents = FaxContents(
            recipients=(Recipient(number="+16505550143"),), resolution=Resolution.FINE, source_message_id="1"
        )
        fax.RestFax(service.session).send(contents, (), TOKEN)


@pytest.mark.parametrize("pages", [2**70, -3, 0])
def test_a_single_message_is_read_as_far_as_it_makes_sense(service: Service, pages: int) -> None:
    odd = message(1, faxPageCount=pages, creationTime="9999-12-31T23:59:59-12:00", coverPageText="\ud800")
    service.answers = [json.dumps({**odd, "messageStatus": "Sent"}).encode()]
    found = message_store.get(service.session, "1", TOKEN)
    assert (found.status, found.page_count, found.created_at, found.note) == ("Sent", None, None, "�")


def test_who_is_called_half_a_character_can_sign_in(service: Service) -> None:
    service.answers = [json.dumps({"id": 1, "name": "Ada \ud800", "extensionNumber": 101}).encode()]
    assert account.read_extension(service.session, TOKEN).name == "Ada �"


def page(service: Service, records: list[int], following: str | None) -> bytes:
    navigation = {} if following is None else {"nextPage": {"uri": following}}
    return json.dumps({"records": [person(n) for n in records], "navigation": navigation}).encode()


def lines(service: Service) -> list[str]:
    return [head.split(b"\r\n")[0].decode() for head in service.heads]


def test_a_list_is_walked_by_what_follows(service: Service) -> None:
    """There are no totals; what follows is asked here, in the words of the service, never elsewhere."""
    service.answers = [
        page(service, [1, 2], "https://evil.example/x?page=2&perPage=2&pageToken=abc"),
        page(service, [3], None),
    ]
    assert [c.id for c in contacts.contacts(service.session, TOKEN)] == ["1", "2", "3"]
    assert "pageToken=abc" in lines(service)[1] and "perPage=2" in lines(service)[1]


@pytest.mark.parametrize("circle", [[1], [2, 1], [2, 3, 2]])
def test_a_list_that_turns_in_circles_ends(service: Service, circle: list[int]) -> None:
    """Nobody is read twice."""
    service.answers = [page(service, [n], f"/x?page={following}") for n, following in enumerate(circle)]
    expected = [str(n) for n in range(len(circle))]
    assert [c.id for c in contacts.contacts(service.session, TOKEN)] == expected


def test_an_empty_page_is_not_the_last_when_it_names_another(service: Service) -> None:
    service.answers = [
        page(service, [1], "/x?page=2"),
        page(service, [], "/x?page=3"),
        b'{"navigation": {"nextPage": {"uri": "/x?page=4"}}}',
        page(service, [2], None),
    ]
    assert [c.id for c in contacts.contacts(service.session, TOKEN)] == ["1", "2"]


def test_a_list_of_nothing_but_empty_pages_ends(service: Service) -> None:
    service.answers = [page(service, [], f"/x?page={n}") for n in range(2, 1000)]
    assert account.phone_numbers(service.session, TOKEN) == ()
    assert len(service.heads) == reading.MOST_EMPTY


@pytest.mark.parametrize("uri", ["http://[::1?page=2", "x", ""])
def test_an_address_that_is_none_costs_no_list(service: Service, uri: str) -> None:
    first = json.loads(page(service, [1], uri))
    first["uri"], first["records"] = uri, [*first["records"], "odd"]
    service.answers = [json.dumps(first).encode(), page(service, [2], None)]
    assert [c.id for c in contacts.contacts(service.session, TOKEN)] == ["1", "2"]
    assert "page=2" in lines(service)[1]


@pytest.mark.parametrize(
    ("body", "dnd"),
    [
        ({"dndStatusPersonal": "TakeAllCalls"}, Dnd.TAKE_ALL),
        ({"dndStatusPersonal": "TakeAllCalls", "acceptCallQueueCalls": None}, Dnd.TAKE_ALL),
        ({"dndStatusPersonal": "TakeAllCalls", "acceptCallQueueCalls": False}, Dnd.NO_QUEUES),
        ({"dndStatusPersonal": None, "dndStatus": "DoNotAcceptAnyCalls"}, Dnd.TAKE_NONE),
        ({"dndStatusPersonal": "Tomorrow", "dndStatus": "TakeAllCalls"}, Dnd.UNKNOWN),
    ],
)
def test_do_not_disturb_of_a_moved_account(service: Service, body: dict[str, Any], dnd: Dnd) -> None:
    service.answers = [json.dumps(body).encode()]
    assert presence.read(service.session, TOKEN, is_moved=True) is dnd


def test_a_list_with_a_wrong_total_is_read_to_its_end(service: Service) -> None:
    first = json.loads(page(service, [1], "/x?page=2"))
    first["paging"] = {"page": 1, "totalPages": 1, "totalElements": 1}
    service.answers = [json.dumps(first).encode(), page(service, [2], None)]
    assert len(contacts.contacts(service.session, TOKEN)) == 2


@pytest.mark.parametrize("code", ["MSG-333", "MSG-411", "CMN-101"])
@pytest.mark.parametrize(
    "shape", [lambda c: {"errorCode": c}, lambda c: {"errors": [{"errorCode": c, "message": "m"}]}]
)
def test_three_codes_make_a_sync_token_void(service: Service, code: str, shape: Callable[[str], Any]) -> None:
    service.answers, service.status = [json.dumps(shape(code)).encode()], 400
    with pytest.raises(FullSyncNeeded):
        message_store.sync(service.session, sync_token="old", token=TOKEN)
    with pytest.raises(FullSyncNeeded):
        call_log.sync_calls(service.session, "old", TOKEN)
    with pytest.raises(Rejected) as caught:
        message_store.sync(service.session, sync_token=None, token=TOKEN)
    assert not isinstance(caught.value, FullSyncNeeded)


ELSEWHERE = (
    *("http://localhost:{port}/x", "http://127.0.0.1:1/x", "https://127.0.0.1:{port}/x", "ftp://127.0.0.1/x"),
    *(
        "http://127.0.0.1:{port}@evil.example/x",
        "http://me@127.0.0.1:{port}/x",
        "http://media.127.0.0.1:{port}/x",
    ),
    *("http://evil.example\\@127.0.0.1:{port}/x", "http://127.0.0.1:{port}\r\nX: y", "javascript:1", "x", ""),
    *("http://evil.example#@127.0.0.1:{port}/x", "http://127.0.0.1.evil.example:{port}/x", "http://[::1"),
    *("http://127.0.0.1:99999/x", "http://１27.0.0.1:{port}/x"),
)


@pytest.mark.parametrize("uri", ELSEWHERE)
def test_pages_are_fetched_from_no_other_host(service: Service, uri: str) -> None:
    port = service.url.rpartition(":")[2]
    service.answers = [b"%PDF-"]
    pages = Attachment(id="1", type="", uri=uri.format(port=port), content_type="")
    with pytest.raises(RcdeskError):
        message_store.content(service.session, pages, bytearray().extend, TOKEN)
    assert service.heads == []


def test_pages_are_fetched_from_where_the_message_says(service: Service) -> None:
    service.answers = [b"%PDF-"]
    for uri in (f"{service.url}/odd/place?x=1", "//evil.example/x", service.url.upper() + "/y"):
        pages = Attachment(id="1", type="", uri=uri, content_type="")
        message_store.content(service.session, pages, bytearray().extend, TOKEN)
    assert lines(service) == [
        "GET /odd/place?x=1 HTTP/1.1",
        "GET //evil.example/x HTTP/1.1",
        "GET /y HTTP/1.1",
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_follows_no_redirect(service: Service, status: int) -> None:
    other = Service()
    other.answers = [b"%PDF-"]
    service.answers, service.status, service.headers = [b""], status, (f"Location: {other.url}/x",)
    pages = Attachment(id="1", type="", uri=f"{service.url}/x", content_type="")
    with pytest.raises(RcdeskError):
        message_store.content(service.session, pages, bytearray().extend, TOKEN)
    assert other.heads == []
    other.close()
