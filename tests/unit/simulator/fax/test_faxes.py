"""Faxes over HTTP: every upload shape, what is refused and how, and the pages that come out."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest
import requests
from PIL import Image

from rcdesk.simulator import RunningSimulator
from tests.unit.simulator.client import Client, multipart_mixed


def pdf_of(pages: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(612, 792).close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(out, "PNG")
    return out.getvalue()


def code_of(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["errorCode"]


def settled(client: Client, answer: requests.Response) -> dict[str, Any]:
    """The message after its time in the queue."""
    assert answer.status_code == 200, answer.text
    assert (answer.json()["messageStatus"], answer.json()["faxPageCount"]) == ("Queued", 0)
    client.simulator.advance(7)
    message: dict[str, Any] = client.get(answer.json()["uri"]).json()
    return message


def page_count(client: Client, message: dict[str, Any]) -> int:
    content = client.get(message["attachments"][0]["uri"])
    assert content.headers["Content-Type"] == "application/pdf"
    with pypdfium2.PdfDocument(content.content) as document:
        return len(document)


def fax_to(client: Client, number: str, name: str) -> dict[str, Any]:
    """A fax just accepted, to somebody who is named unless name is ""."""
    to = {"phoneNumber": number, **({"name": name} if name else {})}
    body = multipart_mixed({"to": [to], "coverIndex": 5}, (("a.txt", "text/plain", b"one"),))
    headers = {"Content-Type": "multipart/mixed; boundary=frontier"}
    message: dict[str, Any] = client.send("POST", "/fax", data=body, headers=headers).json()
    return message


def cover_of(client: Client, message: dict[str, Any]) -> bytes:
    """The dots of the first page."""
    with pypdfium2.PdfDocument(client.get(message["attachments"][0]["uri"]).content) as document:
        dots: bytes = document[0].render(grayscale=True).to_pil().tobytes()
        return dots


@pytest.mark.parametrize("is_base64", [False, True], ids=["octets", "base64"])
def test_mixed_upload_of_several_files(client: Client, is_base64: bool) -> None:
    files = (
        ("pages.pdf", "application/pdf", pdf_of(3)),
        ("picture.png", "image/png", png()),
        ("letter.docx", "application/octet-stream", b"PK..."),
        ("long.txt", "text/plain", b"line\n" * 100),
    )
    message = settled(
        client, client.fax(files=files, base64=is_base64, coverIndex=6, coverPageText="Urgent, please")
    )
    assert (message["messageStatus"], message["faxPageCount"], page_count(client, message)) == ("Sent", 8, 8)
    assert (message["coverIndex"], message["coverPageText"]) == (6, "Urgent, please")
    assert client.simulator.requests[-3].file_names == ("pages.pdf", "picture.png", "letter.docx", "long.txt")


def test_no_cover_page_and_low_resolution(client: Client) -> None:
    message = settled(client, client.fax(coverIndex=0, faxResolution="Low"))
    assert (message["faxPageCount"], message["faxResolution"]) == (1, "Low")


def test_the_cover_page_names_the_contact_with_this_business_fax(client: Client) -> None:
    """Unless the request names somebody; a contact's other numbers, and a company, are no name."""
    alex, lins_other_fax, an_office = "+16505554000", "+16505550188", "+16505554007"
    sent = {
        (number, name): fax_to(client, number, name)
        for number, name in (
            (alex, ""),
            (alex, "Alex Doe"),
            (alex, "Jo Roe"),
            (lins_other_fax, ""),
            (lins_other_fax, "Lin Zhao"),
            (an_office, ""),
            (an_office, "County Records Office"),
        )
    }
    client.simulator.advance(7)
    covers = {who: cover_of(client, message) for who, message in sent.items()}
    assert covers[alex, ""] == covers[alex, "Alex Doe"]
    assert covers[alex, ""] != covers[alex, "Jo Roe"]
    assert covers[lins_other_fax, ""] != covers[lins_other_fax, "Lin Zhao"]
    assert covers[an_office, ""] != covers[an_office, "County Records Office"]
    assert "name" not in client.get(sent[alex, ""]["uri"]).json()["to"][0]


def test_text_only_without_a_file_name(client: Client) -> None:
    assert settled(client, client.fax(files=(("", "text/plain", b"Hello"),)))["messageStatus"] == "Sent"


def test_form_data_upload(client: Client) -> None:
    fields = [
        ("to", "+16505554000"),
        ("to", "(650) 555-4007"),
        ("faxResolution", "High"),
        ("coverIndex", "0"),
    ]
    parts = [
        ("attachment", ("a.txt", b"one", "text/plain")),
        ("attachment", ("b.pdf", pdf_of(1), "application/pdf")),
    ]
    message = settled(client, client.send("POST", "/fax", data=fields, files=parts))
    assert [(p["messageStatus"], p.get("faxErrorCode")) for p in message["to"]] == [
        ("Sent", None),
        ("SendingFailed", "LineBusy"),
    ]
    assert message["faxPageCount"] == 2


def test_resend(client: Client) -> None:
    first = client.fax("+16505554007")
    order = {"originalMessageId": str(first.json()["id"]), "to": [{"phoneNumber": "+16505554000"}]}
    assert code_of(client.post("/fax", order)) == (406, "MSG-343")
    assert settled(client, first)["messageStatus"] == "SendingFailed"
    assert settled(client, client.post("/fax", order))["messageStatus"] == "Sent"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((), (400, "MSG-347")),
        ((("empty.txt", "text/plain", b""),), (400, "MSG-347")),
        ((("virus.exe", "application/octet-stream", b"MZ"),), (415, "MSG-348")),
        ((("a&b.txt", "text/plain", b"x"),), (400, "CMN-101")),
        ((("", "application/x-unknown", b"x"),), (400, "MSG-350")),
    ],
)
def test_files_the_service_refuses(
    client: Client, files: tuple[tuple[str, str, bytes], ...], expected: tuple[int, str]
) -> None:
    assert code_of(client.fax(files=files)) == expected
    assert client.get("/message-store").json()["records"] == []


@pytest.mark.parametrize(
    "envelope",
    [
        {"coverPageText": "x" * 1025},
        {"coverIndex": 99},
        {"faxResolution": "Fine"},
        {"sendTime": "tomorrow"},
        {"to": []},
        {"to": [{"phoneNumber": "CALL ME"}]},
        {"to": [{"name": "nobody"}]},
    ],
)
def test_envelopes_the_service_refuses(client: Client, envelope: dict[str, Any]) -> None:
    assert code_of(client.fax(**envelope)) == (400, "CMN-101")


def test_an_unreadable_envelope_and_a_wrong_media_type(client: Client) -> None:
    headers = {"Content-Type": "multipart/mixed; boundary=frontier"}
    broken = multipart_mixed({}, ()).replace(b"{}", b"{]")
    assert code_of(client.send("POST", "/fax", data=broken, headers=headers)) == (400, "MSG-349")
    assert code_of(client.send("POST", "/fax", data=b"rubbish", headers=headers)) == (400, "MSG-349")
    assert code_of(client.send("POST", "/fax", data=b"x", headers={"Content-Type": "text/plain"})) == (
        415,
        "MSG-348",
    )


def test_too_large_is_answered_and_leaves_nothing(client: Client) -> None:
    huge = (("big.txt", "text/plain", bytes(51 * 1024 * 1024)),)
    assert code_of(client.fax(files=huge)) == (413, "MSG-337")
    huger = (("big.txt", "text/plain", bytes(56 * 1024 * 1024)),)
    assert code_of(client.fax(files=huger)) == (413, "MSG-338")


def test_a_broken_pdf_and_too_many_pages_fail_later(client: Client) -> None:
    broken = settled(client, client.fax(files=(("a.pdf", "application/pdf", b"%PDF-1.4 rubbish"),)))
    assert (broken["messageStatus"], broken["to"][0]["faxErrorCode"]) == ("SendingFailed", "RenderingFailed")
    long = settled(client, client.fax(files=(("a.pdf", "application/pdf", pdf_of(201)),)))
    assert long["to"][0]["faxErrorCode"] == "TooManyPages"
    assert client.get(long["attachments"][0]["uri"]).status_code == 404


def test_store_filters_marks_deletes_and_pages(client: Client, simulator: RunningSimulator) -> None:
    ids = [str(client.fax().json()["id"]) for _ in range(3)]
    simulator.inbound_fax()
    first = client.get("/message-store", direction="Outbound", messageType="Fax", perPage=2).json()
    assert [str(r["id"]) for r in first["records"]] == ids[:0:-1]
    assert first["paging"]["totalElements"] == 3
    second = client.get(first["navigation"]["nextPage"]["uri"]).json()
    assert [str(r["id"]) for r in second["records"]] == ids[:1]
    assert client.get("/message-store", direction="Sideways").status_code == 400
    assert client.get("/message-store", readStatus="Unread").json()["paging"]["totalElements"] == 1
    read = client.send("PUT", f"/message-store/{ids[0]}", json={"readStatus": "Unread"})
    assert read.json()["readStatus"] == "Unread"
    simulator.advance(25 * 3600)
    assert client.token_answer(grant_type="refresh_token", refresh_token=client.token["refresh_token"]).ok


def test_sync_follows_changes(client: Client, simulator: RunningSimulator) -> None:
    old = client.fax().json()["id"]
    full = client.get("/message-sync", syncType="FSync").json()
    assert [r["id"] for r in full["records"]] == [old]
    token = full["syncInfo"]["syncToken"]
    assert client.get("/message-sync", syncType="ISync", syncToken=token).json()["records"] == []
    new = client.fax().json()["id"]
    simulator.advance(10)
    changed = client.get("/message-sync", syncType="ISync", syncToken=token).json()
    assert {r["id"]: r["messageStatus"] for r in changed["records"]} == {old: "Sent", new: "Sent"}
    assert code_of(client.get("/message-sync", syncType="ISync", syncToken="stale")) == (400, "MSG-333")


def test_the_call_log_says_why(client: Client, simulator: RunningSimulator) -> None:
    message = client.fax("+16505554006").json()
    client.call("+16505550201")
    simulator.advance(30)
    records = client.get("/call-log").json()["records"]
    assert {(r["type"], r["result"]) for r in records} == {("Fax", "No Answer"), ("Voice", "Busy")}
    [fax] = client.get("/call-log", type="Fax", direction="Outbound").json()["records"]
    assert fax["message"]["id"] == str(message["id"])


def test_stopping_does_not_wait_for_a_long_drawing() -> None:
    running = RunningSimulator.start(clock="manual")
    with Client(running) as client:
        assert client.fax(files=(("long.pdf", "application/pdf", pdf_of(190)),)).ok
    (message,) = (m for m in running._running.world.messages.faxes() if m.direction == "Outbound")
    running.stop()
    assert not running._thread.is_alive()
    assert message.rendered is None, "it was given up, not waited for"
