"""The examples of both seed documents, as tests through rcdesk's own interfaces against the simulator.

First the README of the 2010 gem: list, call, status, cancel and fax, with what its to-do list asks for. Then
the fax guide of the Ruby SDK: text, names, files, status, retrieval and the facts of its FAQ. The numbers are
those of the documents where the simulated world lets them be. Read next: core/service.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.api.auth import JwtGrant
from rcdesk.api.legacy.account import read_account
from rcdesk.api.legacy.client import LegacyClient
from rcdesk.api.legacy.fax import LegacyFax
from rcdesk.api.legacy.ring_out import LegacyPhone
from rcdesk.api.rest import call_log, fax, message_store
from rcdesk.api.rest.fax import RestFax
from rcdesk.api.session import ApiSession
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import Call, CallRequest, CallState, Leg, next_state, past_call
from rcdesk.core.calls.past_call import CallOutcome
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotAllowed, SignInNeeded
from rcdesk.core.fax.fax import FaxReport, Recipient, Resolution, state_for
from rcdesk.core.numbers.phone_number import parse
from rcdesk.core.orders.asked_call import call_request
from rcdesk.core.orders.order import CallOrder
from rcdesk.core.service import FaxApi, FaxContents, FaxFile, PhoneApi
from rcdesk.documents.kinds import MEDIA_TYPES
from rcdesk.simulator.magic import MAGIC_NUMBERS
from tests.contract.test_client import PDF, MemoryKeeper

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

pytestmark = pytest.mark.contract
TOKEN = CancelToken()
CALLS = {magic.outcome: magic.number for magic in MAGIC_NUMBERS if magic.kind == "call"}
FAXES = {magic.outcome: magic.number for magic in MAGIC_NUMBERS if magic.kind == "fax"}
SENT = Recipient(number="+16505554000")


# -- the README of the gem --------------------------------------------------------------------------------


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[LegacyClient]:
    """Credentials once, up-front; the main number as people write it."""
    profile = ServerProfile(name="old", base_url=simulator.base_url)
    client = LegacyClient(profile, "8885550100", simulator.extension, simulator.password)
    yield client
    client.close()


@pytest.fixture
def phone(client: LegacyClient) -> PhoneApi:
    return LegacyPhone(client)


@pytest.fixture
def old_fax(client: LegacyClient) -> FaxApi:
    return LegacyFax(client)


@pytest.fixture
def pdf(tmp_path: Path) -> FaxFile:
    path = tmp_path / "file.pdf"
    path.write_bytes(PDF)
    return FaxFile(path=path, name="file.pdf", media_type="application/pdf")


@pytest.fixture
def text(tmp_path: Path) -> FaxFile:
    path = tmp_path / "note.txt"
    path.write_text("A second attachment\n", encoding="utf-8")
    return FaxFile(path=path, name="note.txt", media_type="text/plain")


class WatchedCall:
    """The gem's wish: a call object which maintains its state."""

    def __init__(self, simulator: RunningSimulator, phone: PhoneApi, request: CallRequest) -> None:
        self._simulator = simulator
        self._phone = phone
        self.elapsed_s = 0.0
        started_at = datetime(2010, 5, 3, tzinfo=UTC)
        new = Call(id="1", request=request, started_at=started_at, started_s=0.0)
        self.call = next_state(new, phone.place(request, TOKEN), 0.0)

    def look(self, after_s: float = 0.0) -> Call:
        self._simulator.advance(after_s)
        self.elapsed_s += after_s
        report = self._phone.status(self.call.session_id, TOKEN)
        self.call = next_state(self.call, report, self.elapsed_s)
        return self.call


def readme_call(to: str = "6505551230") -> CallRequest:
    """`Phone.call('8889363711', '1234', '101', '6505551230', '6505551231', '8889363711')`."""
    numbers = [parse(number).e164 for number in (to, "6505551231", "8885550100")]
    return CallRequest(to_number=numbers[0], from_number=numbers[1], show_as=numbers[2])


def asked(simulator: RunningSimulator, page: str) -> list[dict[str, list[str]]]:
    """The fields of the requests that page was sent."""
    return [r.json for r in simulator.requests if r.path == page]


def test_gem_list(client: LegacyClient) -> None:
    assert {p.label: p.phone_number for p in LegacyPhone(client).numbers(TOKEN)} == {
        "Desk": "+16505550101",
        "Mobile": "+14155550123",
        "Home": "+15105550177",
    }


def test_gem_list_with_wrong_credentials(simulator: RunningSimulator) -> None:
    client = LegacyClient(ServerProfile(name="old", base_url=simulator.base_url), "8889363711", "101", "1234")
    with pytest.raises(SignInNeeded):
        read_account(client, TOKEN)
    client.close()


def test_gem_call_gives_a_session_id_and_a_ws(simulator: RunningSimulator, phone: PhoneApi) -> None:
    report = phone.place(readme_call(), TOKEN)
    session_id, ws = report.session_id.split(" ")
    assert session_id.isdigit() and ws.startswith(".")
    [fields] = asked(simulator, "/ringout.asp")
    assert fields == {
        "cmd": ["call"],
        "to": ["6505551230"],
        "from": ["6505551231"],
        "clid": ["8885550100"],
        "prompt": ["1"],
        "username": ["8885550100"],
        "password": ["…"],
        "ext": [simulator.extension],
    }
    phone.status(report.session_id, TOKEN)
    assert asked(simulator, "/ringout.asp")[1] == {
        "cmd": ["status"],
        "sessionid": [session_id],
        "ws": [ws],
    }


def test_gem_status_from_ringing_to_completed(simulator: RunningSimulator, phone: PhoneApi) -> None:
    watched = WatchedCall(simulator, phone, readme_call())
    seen = watched.look()
    assert (seen.state, seen.your_phone) == (CallState.RINGING_YOU, Leg.RINGING)
    seen = watched.look(3.5)
    assert (seen.state, seen.your_phone, seen.them) == (CallState.RINGING_THEM, Leg.ANSWERED, Leg.RINGING)
    seen = watched.look(5)
    assert (seen.state, seen.your_phone, seen.them) == (CallState.TALKING, Leg.ANSWERED, Leg.ANSWERED)
    seen = watched.look(8)
    assert (seen.state, past_call(seen).outcome, past_call(seen).talked_s) == (
        CallState.ENDED,
        CallOutcome.TALKED,
        8.0,
    )


def test_gem_status_of_a_rejected_callback(simulator: RunningSimulator, phone: PhoneApi) -> None:
    watched = WatchedCall(simulator, phone, readme_call(CALLS["caller rejected"]))
    watched.look()
    seen = watched.look(3)
    assert (seen.state, seen.outcome) == (CallState.FAILED, CallOutcome.YOU_REFUSED)


@pytest.mark.parametrize(
    ("outcome", "looks_s", "result"),
    [
        ("busy", (0, 3.5, 2), CallOutcome.BUSY),
        ("no answer", (0, 3.5, 16), CallOutcome.NO_ANSWER),
        ("rejected", (0, 3.5, 5), CallOutcome.REFUSED),
        ("caller busy", (0, 3.5), CallOutcome.YOU_WERE_BUSY),
        ("caller no answer", (0, 15), CallOutcome.YOU_DID_NOT_ANSWER),
        ("international disabled", (0, 4.5), CallOutcome.UNREACHABLE),
        ("destination blocked", (0, 4.5), CallOutcome.UNREACHABLE),
        ("session lost", (0, 4.5), CallOutcome.UNKNOWN),
        ("gone", (0, 9, 3), CallOutcome.TALKED),
        ("finished as unreachable", (0, 9, 8), CallOutcome.TALKED),
    ],
)
def test_the_other_ends_of_a_call(
    simulator: RunningSimulator,
    phone: PhoneApi,
    outcome: str,
    looks_s: tuple[float, ...],
    result: CallOutcome,
) -> None:
    watched = WatchedCall(simulator, phone, readme_call(CALLS[outcome]))
    for seconds in looks_s:
        watched.look(seconds)
    assert watched.call.state.is_final and watched.call.outcome is result


@pytest.mark.parametrize("looks_s", [(), (0,), (0, 3.5)], ids=["never seen", "ringing you", "ringing them"])
def test_gem_errata_completed_without_having_talked_is_unknown(
    simulator: RunningSimulator, phone: PhoneApi, looks_s: tuple[float, ...]
) -> None:
    assert phone.can_say_result is False
    watched = WatchedCall(simulator, phone, readme_call())
    for seconds in looks_s:
        watched.look(seconds)
    assert not watched.call.state.is_final
    seen = watched.look(60)
    assert (seen.state, seen.outcome) == (CallState.ENDED_UNKNOWN, CallOutcome.UNKNOWN)
    assert "unknown" in seen.reason


def test_gem_errata_every_unknown_session_is_completed(phone: PhoneApi) -> None:
    report = phone.status("3", TOKEN)
    assert {report.call_status, report.caller_status, report.callee_status} == {"NoSessionFound"}


def test_gem_cancel(simulator: RunningSimulator, phone: PhoneApi) -> None:
    watched = WatchedCall(simulator, phone, readme_call())
    watched.call = replace(watched.look(), is_cancelling=True)
    phone.cancel(watched.call.session_id, TOKEN)
    assert watched.look().state is CallState.CANCELLED
    phone.cancel("242323", TOKEN)
    assert asked(simulator, "/ringout.asp")[-1] == {"cmd": ["cancel"], "sessionid": ["242323"]}


def test_gem_cancel_leaves_a_call_that_is_talking(simulator: RunningSimulator, phone: PhoneApi) -> None:
    watched = WatchedCall(simulator, phone, readme_call())
    watched.look(9)
    phone.cancel(watched.call.session_id, TOKEN)
    assert watched.look().state is CallState.TALKING


def test_gem_to_do_from_by_label_and_formatted_numbers(
    simulator: RunningSimulator, client: LegacyClient, phone: PhoneApi
) -> None:
    """`call(:from => :mobile)`, and input as people write it."""
    account = read_account(client, TOKEN)
    order = CallOrder(number="(650) 555-1230", ring_me_on="mobile")
    request = call_request(order, account, Preferences())
    phone.place(request, TOKEN)
    phone.place(CallRequest(to_number="+16505551230", from_number="home"), TOKEN)
    calls = [fields for fields in asked(simulator, "/ringout.asp") if fields["cmd"] == ["call"]]
    assert [(fields["to"], fields["from"]) for fields in calls] == [
        (["6505551230"], ["4155550123"]),
        (["6505551230"], ["5105550177"]),
    ]


def contents(*recipients: Recipient, **more: Any) -> FaxContents:
    return FaxContents(recipients=recipients or (SENT,), **{"resolution": Resolution.FINE, **more})


def test_gem_fax(simulator: RunningSimulator, old_fax: FaxApi, pdf: FaxFile) -> None:
    """`Fax.send('5556090455', 'qwerty', '100', '5556465589', File.new('/path/to/file.pdf'))`."""
    taken = old_fax.send(contents(Recipient(number="+15556465589")), [pdf], TOKEN)
    assert (taken.message_id, old_fax.can_follow) == ("", False)
    [request] = [r for r in simulator.requests if r.path == "/faxapi.asp"]
    assert request.json == {
        "Username": [f"8885550100*{simulator.extension}"],
        "Password": ["…"],
        "Recipient": ["5556465589"],
        "Coverpage": ["None"],
        "Resolution": ["High"],
    }
    assert request.file_names == ("file.pdf",)
    simulator.advance(7)
    [message] = simulator.state()["faxes"]
    assert (message["messageStatus"], message["coverIndex"], message["faxPageCount"]) == ("Sent", 0, 1)


def test_gem_to_do_several_recipients_and_attachments_and_a_real_time(
    simulator: RunningSimulator, old_fax: FaxApi, pdf: FaxFile, text: FaxFile
) -> None:
    now = datetime.fromisoformat(simulator.state()["now"])
    at = (now + timedelta(hours=3)).replace(second=0, microsecond=0)
    order = contents(
        Recipient(number="+16505554000", name="John Doe"),
        Recipient(number="+16505554042", name="John Smith"),
        resolution=Resolution.STANDARD,
        cover_index=6,
        note="This is a test fax from web",
        send_time=at.astimezone(timezone(timedelta(hours=-7))),
    )
    old_fax.send(order, [pdf, text], TOKEN)
    simulator.advance(60)
    [stored] = simulator.stored_faxes()
    assert (stored.send_at, stored.status, len(stored.digests)) == (at, "Queued", 2)
    simulator.advance(3 * 3600)
    [stored] = simulator.stored_faxes()
    assert stored.outcomes == {"+16505554000": "Sent", "+16505554042": "Sent"}
    [message] = simulator.state()["faxes"]
    assert [to["name"] for to in message["to"]] == ["John Doe", "John Smith"]
    assert (message["faxResolution"], message["coverIndex"], message["faxPageCount"]) == ("Low", 6, 3)
    assert message["coverPageText"] == "This is a test fax from web"


def test_gem_fax_with_the_default_cover_page(
    simulator: RunningSimulator, old_fax: FaxApi, pdf: FaxFile
) -> None:
    """The cover page option set to nil."""
    old_fax.send(contents(cover_index=None), [pdf], TOKEN)
    assert "Coverpage" not in asked(simulator, "/faxapi.asp")[0]
    assert simulator.state()["faxes"][0]["coverIndex"] == 7


def test_gem_fax_answers(simulator: RunningSimulator, old_fax: FaxApi, pdf: FaxFile) -> None:
    with pytest.raises(NotAllowed, match="prohibited"):
        old_fax.send(contents(Recipient(number=FAXES["NoFaxSendPermission"])), [pdf], TOKEN)
    client = LegacyClient(ServerProfile(name="old", base_url=simulator.base_url), "8885550100", "", "x")
    with pytest.raises(SignInNeeded, match="Nothing was sent"):
        LegacyFax(client).send(contents(), [pdf], TOKEN)
    client.close()
    assert simulator.stored_faxes() == []


# -- the fax guide of the Ruby SDK ------------------------------------------------------------------------


@pytest.fixture
def session(simulator: RunningSimulator) -> Iterator[ApiSession]:
    session = signed_in(simulator, simulator.jwt)
    yield session
    session.close()


@pytest.fixture
def rest_fax(session: ApiSession) -> FaxApi:
    return RestFax(session)


def signed_in(simulator: RunningSimulator, jwt: str) -> ApiSession:
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), MemoryKeeper())
    credentials = Credentials(client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=jwt)
    session.sign_in(JwtGrant(credentials), TOKEN)
    return session


def envelopes(simulator: RunningSimulator) -> list[tuple[str, Any]]:
    return [(r.media_type, r.json) for r in simulator.requests if r.path.endswith("/fax")]


def test_sdk_simple_text(simulator: RunningSimulator, session: ApiSession, rest_fax: FaxApi) -> None:
    """`fax.create(to: '+14155551212', coverPageText: 'Check this out!', text: 'Hi there!')`."""
    to = Recipient(number="+14155551212")
    order = contents(to, cover_index=None, note="Check this out!", text="Hi there!")
    taken = rest_fax.send(order, (), TOKEN)
    assert [to.status for to in message_store.get(session, taken.message_id, TOKEN).to] == ["Queued"]
    assert envelopes(simulator) == [
        (
            "multipart/mixed",
            {
                "to": [{"phoneNumber": "+14155551212"}],
                "faxResolution": "High",
                "coverPageText": "Check this out!",
            },
        )
    ]


def test_sdk_cover_sheet_to_a_name(simulator: RunningSimulator, rest_fax: FaxApi) -> None:
    """`to: {phoneNumber: '+14155551212', name: 'John Doe'}`."""
    to = Recipient(number="+14155551212", name="John Doe")
    rest_fax.send(contents(to, text="Hi there!"), (), TOKEN)
    [(_, envelope)] = envelopes(simulator)
    assert envelope["to"] == [{"phoneNumber": "+14155551212", "name": "John Doe"}]


def test_sdk_one_or_more_files(
    simulator: RunningSimulator, rest_fax: FaxApi, pdf: FaxFile, text: FaxFile
) -> None:
    """`files: ['/path/to/my_file.pdf']`, and as the FAQ has it several of different types."""
    rest_fax.send(contents(note="Check this out!"), [pdf], TOKEN)
    rest_fax.send(contents(), [pdf, text], TOKEN)
    sent = [r.file_names for r in simulator.requests if r.path.endswith("/fax")]
    assert sent == [("file.pdf",), ("file.pdf", "note.txt")]
    assert [len(stored.digests) for stored in simulator.stored_faxes()] == [1, 2]


@pytest.mark.parametrize("encoding", ["octets", "base64"])
def test_sdk_request_examples(
    simulator: RunningSimulator, session: ApiSession, pdf: FaxFile, encoding: Any
) -> None:
    """A PDF as an octet stream and in base 64, in the envelope of the document."""
    created = fax.RestFax(session, encoding=encoding).send(
        FaxContents(
            recipients=(Recipient(number="+16505551212"),),
            resolution=Resolution.FINE,
            cover_index=None,
            note="RingCentral fax PDF example using Ruby SDK!",
        ),
        [pdf],
        TOKEN,
    )
    assert envelopes(simulator) == [
        (
            "multipart/mixed",
            {
                "to": [{"phoneNumber": "+16505551212"}],
                "faxResolution": "High",
                "coverPageText": "RingCentral fax PDF example using Ruby SDK!",
            },
        )
    ]
    message = message_store.get(session, created.message_id, TOKEN)
    assert (message.status, message.direction, message.page_count) == ("Queued", "Outbound", None)
    assert [a.type for a in message.attachments] == ["RenderedDocument"]


def test_sdk_status_goes_from_queued_to_sent_and_the_page_count_changes(
    simulator: RunningSimulator, session: ApiSession, rest_fax: FaxApi, pdf: FaxFile
) -> None:
    taken = rest_fax.send(contents(), [pdf], TOKEN)
    message = message_store.get(session, taken.message_id, TOKEN)
    report = FaxReport(message_id=message.id, status=message.to[0].status, page_count=message.page_count)
    assert (report.status, report.page_count, state_for(report)) == ("Queued", None, None)
    simulator.advance(7)
    message = message_store.get(session, taken.message_id, TOKEN)
    assert (message.status, message.page_count) == ("Sent", 1)


def test_sdk_a_failed_fax_may_have_no_page_count(
    simulator: RunningSimulator, session: ApiSession, rest_fax: FaxApi, tmp_path: Path
) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.3 and nothing more")
    broken = FaxFile(path=path, name="broken.pdf", media_type="application/pdf")
    taken = rest_fax.send(contents(), [broken], TOKEN)
    simulator.advance(7)
    message = message_store.get(session, taken.message_id, TOKEN)
    assert (message.status, message.page_count) == ("SendingFailed", None)


def test_sdk_retrieving_a_sent_fax(
    simulator: RunningSimulator, session: ApiSession, rest_fax: FaxApi, pdf: FaxFile
) -> None:
    taken = rest_fax.send(contents(), [pdf], TOKEN)
    simulator.advance(7)
    message = message_store.get(session, taken.message_id, TOKEN)
    content = bytearray()
    media_type = message_store.content(session, message.attachments[0], content.extend, TOKEN)
    assert media_type == "application/pdf" and content.startswith(b"%PDF-")


def test_sdk_faxes_are_kept_as_the_extension_prefers(simulator: RunningSimulator, text: FaxFile) -> None:
    other = signed_in(simulator, simulator.second_credentials["jwt"])
    taken = RestFax(other).send(contents(), [text], TOKEN)
    simulator.advance(7)
    [attachment] = message_store.get(other, taken.message_id, TOKEN).attachments
    content = bytearray()
    media_type = message_store.content(other, attachment, content.extend, TOKEN)
    other.close()
    assert media_type == "image/tiff" and bytes(content[:2]) in (b"II", b"MM")


def test_sdk_retrieving_does_not_mark_as_read(simulator: RunningSimulator, session: ApiSession) -> None:
    message_id = str(simulator.inbound_fax())
    [attachment] = message_store.get(session, message_id, TOKEN).attachments
    message_store.content(session, attachment, bytearray().extend, TOKEN)
    assert message_store.get(session, message_id, TOKEN).read_status == "Unread"
    message_store.set_read(session, [message_id], True, TOKEN)
    assert message_store.get(session, message_id, TOKEN).read_status == "Read"


def test_sdk_new_and_updated_faxes_are_heard_of(
    simulator: RunningSimulator, session: ApiSession, rest_fax: FaxApi, pdf: FaxFile
) -> None:
    """An incoming fax is new, an outgoing one that went out is updated."""
    incoming = message_store.sync(session, sync_token=None, token=TOKEN)
    taken = rest_fax.send(contents(), [pdf], TOKEN)
    outgoing = message_store.sync(session, sync_token=None, token=TOKEN, direction="Outbound")
    assert incoming.messages == () and [m.status for m in outgoing.messages] == ["Queued"]
    message_id = str(simulator.inbound_fax())
    simulator.advance(7)
    new = message_store.sync(session, sync_token=incoming.sync_token, token=TOKEN)
    assert [m.id for m in new.messages] == [message_id]
    updated = message_store.sync(session, sync_token=outgoing.sync_token, token=TOKEN, direction="Outbound")
    assert [(m.id, m.status) for m in updated.messages] == [(taken.message_id, "Sent")]


def test_sdk_why_a_fax_failed_is_in_the_call_log(
    simulator: RunningSimulator, session: ApiSession, rest_fax: FaxApi, pdf: FaxFile
) -> None:
    began = datetime.fromisoformat(simulator.state()["now"]) - timedelta(minutes=1)
    taken = rest_fax.send(contents(Recipient(number=FAXES["LineBusy"])), [pdf], TOKEN)
    simulator.advance(10)
    [found] = call_log.fax_results(session, began, TOKEN)
    assert (found.message_id, found.number) == (taken.message_id, FAXES["LineBusy"])
    assert found.result and "sent" not in found.result.lower().split()
    [recipient] = message_store.get(session, taken.message_id, TOKEN).to
    assert (recipient.status, recipient.error_code) == ("SendingFailed", "LineBusy")


def test_sdk_a_file_name_is_always_given_and_harmless(
    simulator: RunningSimulator, rest_fax: FaxApi, pdf: FaxFile
) -> None:
    rest_fax.send(contents(), [replace(pdf, name="Befund #1 & Co.pdf"), replace(pdf, name="§")], TOKEN)
    [names] = [r.file_names for r in simulator.requests if r.path.endswith("/fax")]
    assert names == ("Befund _1 _ Co.pdf", "document")


def test_sdk_supported_file_types() -> None:
    named = {"pdf", "tiff", "docx", "doc", "xlsx", "xls", "rtf", "html", "xml"}
    assert named <= set(MEDIA_TYPES) and len(MEDIA_TYPES) >= 29
