"""The bytes of each call of the 2010 web API, and that credentials are only ever in a body.

The expected bodies are what the gem's code sends for its README's examples. Read next: conftest.py.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from rcdesk.api.legacy.client import LegacyClient
from rcdesk.api.legacy.fax import LegacyFax, wire_time
from rcdesk.api.legacy.ring_out import LegacyPhone
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.calls.call import CallRequest
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Recipient, Resolution
from rcdesk.core.service import FaxContents, FaxFile
from tests.unit.api.legacy.conftest import OldServer

TOKEN = CancelToken()
WHO = b"username=8889363711&password=qwerty%2F%26&ext=101"
TO = Recipient(number="+15556465589", name="John Doe")


def call_request(**more: object) -> CallRequest:
    values = {"to_number": "+16505551230", "from_number": "+16505551231", "show_as": "+18889363711", **more}
    return CallRequest(**values)  # type: ignore[arg-type]


def parts_of(head: bytes, body: bytes) -> list[bytes]:
    """The parts of a form, each with its headers."""
    boundary = head.partition(b"boundary=")[2].partition(b"\r\n")[0]
    first, *parts, last = body.split(b"--" + boundary)
    assert (first, last) == (b"", b"--\r\n")
    assert all(part.startswith(b"\r\n") and part.endswith(b"\r\n") for part in parts)
    return [part[2:-2] for part in parts]


def field(name: str, value: str) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()


def test_list(client: LegacyClient, old_server: OldServer) -> None:
    old_server.texts = ["OK 6505553711;Home;6505551233;Mobile;6505551550;Business"]
    phones = LegacyPhone(client).numbers(TOKEN)
    assert [(p.label, p.phone_number, p.kind) for p in phones] == [
        ("Home", "+16505553711", "Home"),
        ("Mobile", "+16505551233", "Mobile"),
        ("Business", "+16505551550", "Work"),
    ]
    assert old_server.heads[0].startswith(b"POST /ringout.asp HTTP/1.1\r\n")
    assert b"application/x-www-form-urlencoded" in old_server.heads[0]
    assert old_server.bodies == [b"cmd=list&" + WHO]


def test_call(client: LegacyClient, old_server: OldServer) -> None:
    old_server.texts = ["OK 20 .62"]
    report = LegacyPhone(client).place(call_request(), TOKEN)
    assert report.session_id == "20 .62"
    numbers = b"cmd=call&to=6505551230&from=6505551231&clid=8889363711&prompt=1&"
    assert old_server.bodies == [numbers + WHO]


def test_call_without_prompt_and_caller_id(client: LegacyClient, old_server: OldServer) -> None:
    old_server.texts = ["OK s-1"]
    report = LegacyPhone(client).place(call_request(show_as="", ask_to_press_1=False), TOKEN)
    assert report.session_id == "s-1"
    assert old_server.bodies == [b"cmd=call&to=6505551230&from=6505551231&prompt=0&" + WHO]


def test_a_number_abroad_keeps_its_country(client: LegacyClient, old_server: OldServer) -> None:
    old_server.texts = ["OK 1"]
    LegacyPhone(client).place(call_request(to_number="+442079460101"), TOKEN)
    assert b"&to=%2B442079460101&" in old_server.bodies[0]


def test_an_account_abroad_keeps_every_country(old_server: OldServer) -> None:
    profile = ServerProfile(name="old", base_url=old_server.url)
    abroad = LegacyClient(profile, "+442079460100", "", "x")
    try:
        assert abroad.home_country == "GB"
        assert abroad.number("+16505551230") == "+16505551230"
        assert abroad.number("+442079460101") == "+442079460101"
    finally:
        abroad.close()


@pytest.mark.parametrize("label", ["Mobile", "mobile", " MOBILE "])
def test_a_label_is_looked_up(client: LegacyClient, old_server: OldServer, label: str) -> None:
    old_server.texts = ["OK 6505553711;Home;6505551233;Mobile", "OK 20 .62"]
    LegacyPhone(client).place(call_request(from_number=label), TOKEN)
    assert old_server.bodies[0].startswith(b"cmd=list&")
    assert b"&from=6505551233&" in old_server.bodies[1]


def test_a_label_nobody_has_is_refused(client: LegacyClient, old_server: OldServer) -> None:
    old_server.texts = ["OK 6505553711;Home;6505551233;Mobile"]
    with pytest.raises(UserError, match="Home, Mobile"):
        LegacyPhone(client).place(call_request(from_number="boat"), TOKEN)
    assert len(old_server.requests) == 1


def test_status_and_cancel_give_ws_back_and_no_credentials(
    client: LegacyClient, old_server: OldServer
) -> None:
    phone = LegacyPhone(client)
    old_server.texts = ["OK 20 1;6505551230;1;6505551231;1", "OK 20", "OK 3"]
    assert phone.status("20 .62", TOKEN).session_id == "20 .62"
    phone.cancel("20 .62", TOKEN)
    phone.status("3", TOKEN)
    assert old_server.bodies == [
        b"cmd=status&sessionid=20&ws=.62",
        b"cmd=cancel&sessionid=20&ws=.62",
        b"cmd=status&sessionid=3",
    ]


def test_a_fax_with_everything(client: LegacyClient, old_server: OldServer, tmp_path: Path) -> None:
    paths = [tmp_path / "a.pdf", tmp_path / "b.txt"]
    paths[0].write_bytes(b"%PDF-1.4 \x00\xff")
    paths[1].write_bytes(b"two")
    files = [
        FaxFile(path=paths[0], name="Befund & Bild.pdf", media_type="application/pdf"),
        FaxFile(path=paths[1], name="b.txt", media_type="text/plain"),
    ]
    contents = FaxContents(
        recipients=(
            TO,
            Recipient(number="+15555568552", name="Ann|Smith"),
            Recipient(number="+442079460109"),
        ),
        resolution=Resolution.STANDARD,
        cover_index=4,
        note="This is a test fax",
        send_time=datetime(2026, 12, 31, 23, 59, 1, tzinfo=UTC),
    )
    old_server.texts = ["0"]
    taken = LegacyFax(client).send(contents, files, TOKEN)
    assert taken.message_id == ""
    assert old_server.heads[0].startswith(b"POST /faxapi.asp HTTP/1.1\r\n")
    assert b"Content-Type: multipart/form-data; boundary=" in old_server.heads[0]
    attached = b'Content-Disposition: form-data; name="Attachment"; filename='
    assert parts_of(old_server.heads[0], old_server.bodies[0]) == [
        field("Username", "8889363711*101"),
        field("Password", "qwerty/&"),
        field("Recipient", "5556465589|John Doe"),
        field("Recipient", "5555568552|Ann Smith"),
        field("Recipient", "+442079460109"),
        field("Coverpage", "ClasMod"),
        field("Coverpagetext", "This is a test fax"),
        field("Resolution", "Low"),
        field("Sendtime", "01:01:27 00:00"),
        b"Content-Type: application/pdf\r\n" + attached + b'"Befund _ Bild.pdf"\r\n\r\n%PDF-1.4 \x00\xff',
        b"Content-Type: text/plain\r\n" + attached + b'"b.txt"\r\n\r\ntwo',
    ]


def test_a_fax_of_text_with_the_default_cover_from_the_master_account(old_server: OldServer) -> None:
    client = LegacyClient(ServerProfile(name="old", base_url=old_server.url), "15556090455", "", "qwerty")
    old_server.texts = ["0"]
    contents = FaxContents(recipients=(TO,), resolution=Resolution.FINE, cover_index=None, text="Hi there!")
    try:
        LegacyFax(client).send(contents, (), TOKEN)
    finally:
        client.close()
    assert parts_of(old_server.heads[0], old_server.bodies[0]) == [
        field("Username", "15556090455"),
        field("Password", "qwerty"),
        field("Recipient", "5556465589|John Doe"),
        field("Resolution", "High"),
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b'Content-Disposition: form-data; name="Attachment"; filename="text.txt"\r\n\r\nHi there!',
    ]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2010, 5, 3, 16, 45, tzinfo=UTC), "03:05:10 16:45"),
        (datetime(2010, 5, 3, 16, 45, 0, 1, tzinfo=UTC), "03:05:10 16:46"),
        (datetime(2010, 5, 3, 1, 0, tzinfo=timezone(timedelta(hours=2))), "02:05:10 23:00"),
    ],
)
def test_send_times_are_gmt_and_never_too_early(moment: datetime, text: str) -> None:
    assert wire_time(moment) == text


def test_a_cover_page_nobody_has_is_refused(client: LegacyClient, old_server: OldServer) -> None:
    contents = FaxContents(recipients=(TO,), resolution=Resolution.FINE, cover_index=28, text="x")
    with pytest.raises(UserError, match="cover page"):
        LegacyFax(client).send(contents, (), TOKEN)
    with pytest.raises(UserError, match="recipient"):
        LegacyFax(client).send(FaxContents(recipients=(), resolution=Resolution.FINE), (), TOKEN)
    assert old_server.requests == []


def test_credentials_are_in_bodies_only(
    client: LegacyClient, old_server: OldServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone = LegacyPhone(client)
    old_server.texts = ["OK 6505553711;Home", "OK 20 .62", "0"]
    phone.numbers(TOKEN)
    phone.place(call_request(), TOKEN)
    LegacyFax(client).send(
        FaxContents(recipients=(TO,), resolution=Resolution.FINE, text="Hi there!"), (), TOKEN
    )
    for secret in (b"qwerty", b"8889363711"):
        assert all(secret in body for body in old_server.bodies)
        assert not any(secret in head for head in old_server.heads)
        assert secret.decode() not in caplog.text
    assert "Hi there!" not in caplog.text and "6505551230" not in caplog.text
    assert "qwerty" not in repr(client)
