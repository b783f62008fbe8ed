"""The client against the simulator over HTTP, and every request it made against the contract.

`desk` is a signed-in client; when a test ends, all that the simulator recorded is judged by SpecValidator,
a multipart fax by its JSON part. Faults prove the difference between NotSent and OutcomeUnknown.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.api.auth import JwtGrant
from rcdesk.api.rest import account, call_log, contacts, fax, message_store, ring_out
from rcdesk.api.rest.reading import FullSyncNeeded
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.calls.call import CallRequest
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import (
    ApiError,
    Cancelled,
    NetworkError,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ServerTrouble,
    SignInNeeded,
    StoreUnavailable,
)
from rcdesk.core.fax.fax import Recipient, Resolution
from rcdesk.core.service import FaxContents, FaxFile, FaxTaken
from rcdesk.simulator.magic import MAGIC_NUMBERS
from tests.contract.spec import SpecValidator
from tests.now import now

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator
    from rcdesk.simulator.recording import RecordedRequest

pytestmark = pytest.mark.contract
TO = Recipient(number="+16505550199", name="Alex Doe")
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


class MemoryKeeper:
    """Keeps tokens in memory and remembers every saving."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None
        self.saved: list[Tokens] = []

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.saved.append(tokens)

    def clear(self) -> None:
        self.tokens = None


@dataclass
class Desk:
    """A client and the simulator it is signed in to."""

    simulator: RunningSimulator
    session: ApiSession
    keeper: MemoryKeeper
    token: CancelToken = field(default_factory=CancelToken)

    @property
    def grant(self) -> JwtGrant:
        return JwtGrant(credentials(self.simulator))

    def asked(self, method: str, part: str) -> list[Any]:
        return [r for r in self.simulator.requests if r.method == method and part in r.path]


def credentials(simulator: RunningSimulator) -> Credentials:
    return Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )


@pytest.fixture
def desk(simulator: RunningSimulator, openapi: dict[str, Any]) -> Iterator[Desk]:
    keeper = MemoryKeeper()
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), keeper)
    desk = Desk(simulator=simulator, session=session, keeper=keeper)
    session.sign_in(desk.grant, desk.token)
    yield desk
    session.close()
    judge(simulator, SpecValidator(openapi))


def judge(simulator: RunningSimulator, spec: SpecValidator) -> None:
    """Every recorded request is one the contract knows."""
    requests = simulator.requests
    assert requests
    for request in requests:
        path = f"{request.path}?{request.query_string}" if request.query_string else request.path
        template, operation = spec.operation(request.method, path)
        spec.check_query(request.method, path)
        if not operation.get("requestBody"):
            assert request.body_size == 0, f"{request.method} {template}: a body nobody asked for"
        elif request.status in (0, 403) and request.json is None:
            continue  # cut or refused before the simulator had read it
        elif request.media_type == "application/json":
            spec.check_request(request.method, path, request.json)
        elif request.media_type.startswith("multipart/") and request.json is not None:
            judge_envelope(spec, request)


def judge_envelope(spec: SpecValidator, request: RecordedRequest) -> None:
    """The fields of the JSON part are those of the form, except the files."""
    is_fax = request.path.endswith("/fax")
    files: dict[str, Any] = {"attachment": "file"} if is_fax else {"attachments": list(request.file_names)}
    whole = {**request.json, **files}
    spec.check_request("POST", request.path, whole, media_type="multipart/form-data")


@pytest.fixture
def pdf(tmp_path: Path) -> FaxFile:
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF)
    return FaxFile(path=path, name="letter.pdf", media_type="application/pdf")


def send(desk: Desk, *files: FaxFile, **options: Any) -> FaxTaken:
    """Options for RestFax, FaxContents and RestFax.send by their names."""
    way = {key: options.pop(key) for key in ("encoding", "shape") if key in options}
    call = {key: options.pop(key) for key in ("progress", "on_last_byte") if key in options}
    token = options.pop("token", desk.token)
    recipients = tuple(options.pop("recipients", [TO]))
    contents = FaxContents(**{"recipients": recipients, "resolution": Resolution.FINE, **options})
    return fax.RestFax(desk.session, **way).send(contents, files, token, **call)


def call_request(desk: Desk) -> CallRequest:
    mine = next(n for n in account.forwarding_numbers(desk.session, desk.token) if n.can_ring)
    return CallRequest(to_number="+16505550199", from_number=mine.phone_number)


def test_who_am_i(desk: Desk) -> None:
    extension = account.read_extension(desk.session, desk.token)
    assert extension.name and extension.owner_id and extension.home_country == "US"
    assert extension.extension_number == desk.simulator.extension
    assert account.read_account(desk.session, desk.token).id


def test_numbers_to_choose_from(desk: Desk) -> None:
    phones = account.forwarding_numbers(desk.session, desk.token)
    assert any(n.can_ring for n in phones) and all(n.phone_number.startswith("+") for n in phones)
    own = account.phone_numbers(desk.session, desk.token)
    assert any(n.can_show for n in own) and any(n.can_fax for n in own) and all(n.label for n in own)
    caller_ids = account.caller_ids(desk.session, desk.token)
    assert caller_ids["RingOut"].startswith("+") and caller_ids["FaxNumber"].startswith("+")


def test_cover_pages(desk: Desk) -> None:
    names = {page.index: page.name for page in account.cover_pages(desk.session, desk.token)}
    assert names[0] == "None" and names[7] == "Contempo"


def test_a_call_from_ringing_to_gone(desk: Desk) -> None:
    request = replace(
        call_request(desk), show_as=account.phone_numbers(desk.session, desk.token)[0].phone_number
    )
    report = ring_out.RestPhone(desk.session).place(request, desk.token)
    assert (report.call_status, report.caller_status) == ("InProgress", "InProgress")
    seen = set()
    for _ in range(30):
        desk.simulator.advance(1)
        now = ring_out.RestPhone(desk.session).status(report.session_id, desk.token)
        seen.add((now.call_status, now.caller_status, now.callee_status))
    assert ("InProgress", "Success", "InProgress") in seen and ("Success", "Success", "Success") in seen


def test_a_call_that_is_cancelled(desk: Desk) -> None:
    report = ring_out.RestPhone(desk.session).place(call_request(desk), desk.token)
    ring_out.RestPhone(desk.session).cancel(report.session_id, desk.token)
    after = ring_out.RestPhone(desk.session).status(report.session_id, desk.token)
    assert after.call_status in ("CannotReach", "NoSessionFound")


def test_an_unknown_call_is_gone(desk: Desk) -> None:
    report = ring_out.RestPhone(desk.session).status("nobody", desk.token)
    assert (report.call_status, report.caller_status, report.callee_status) == ("NoSessionFound",) * 3
    ring_out.RestPhone(desk.session).cancel("nobody", desk.token)


@pytest.mark.parametrize("shape", ["mixed", "form"])
@pytest.mark.parametrize("encoding", ["octets", "base64"])
def test_a_fax_of_several_files(desk: Desk, pdf: FaxFile, tmp_path: Path, shape: str, encoding: str) -> None:
    note = tmp_path / "n.txt"
    note.write_text("Wörter\n" * 40, encoding="utf-8")
    sent: list[tuple[int, int]] = []
    left: list[bool] = []
    created = send(
        desk,
        pdf,
        FaxFile(path=note, name="Zürich & more.txt", media_type="text/plain"),
        note="With greetings — Ünal",
        cover_index=7,
        shape=shape,
        encoding=encoding,
        progress=lambda done, total: sent.append((done, total)),
        on_last_byte=lambda: left.append(True),
    )
    assert created.message_id
    assert left == [True] and sent[-1][0] == sent[-1][1]
    (request,) = desk.asked("POST", "/fax")
    assert request.file_names == ("letter.pdf", "Zurich _ more.txt")
    message = message_store.get(desk.session, created.message_id, desk.token)
    assert message.note == "With greetings — Ünal"
    assert message.to[0].number == TO.number
    assert message.to[0].status == "Queued" and message.created_at


def again_of(message_id: str, *people: Recipient, send_time: datetime | None = None) -> FaxContents:
    return FaxContents(
        recipients=people or (TO,),
        resolution=Resolution.FINE,
        source_message_id=message_id,
        send_time=send_time,
    )


def test_a_text_only_fax_to_several_people_later(desk: Desk) -> None:
    at = datetime.now(UTC) + timedelta(days=2)
    people = [TO, Recipient(number="+16505550188")]
    created = send(desk, recipients=people, text="Only text.", cover_index=None, send_time=at)
    assert len(message_store.get(desk.session, created.message_id, desk.token).to) == 2
    message_store.delete(desk.session, created.message_id, desk.token)


def test_a_fax_is_followed_to_sent_and_its_pages_read(desk: Desk, pdf: FaxFile) -> None:
    created = send(desk, pdf)
    fresh = message_store.get(desk.session, created.message_id, desk.token)
    assert fresh.page_count is None
    for _ in range(60):
        desk.simulator.advance(10)
        message = message_store.get(desk.session, created.message_id, desk.token)
        if message.status != "Queued":
            break
    assert message.status == "Sent" and message.page_count == 1
    rendered = message.pages
    assert rendered is not None and rendered.type == "RenderedDocument"
    body = bytearray()
    kind = message_store.content(desk.session, rendered, body.extend, desk.token)
    assert kind in ("application/pdf", "image/tiff") and len(body) > 100
    listed = message_store.list_messages(desk.session, token=desk.token, date_from=fresh.created_at)
    assert created.message_id in [m.id for m in listed]


def test_a_failed_fax_says_why(desk: Desk, pdf: FaxFile) -> None:
    number = next(m.number for m in MAGIC_NUMBERS if m.kind == "fax" and m.outcome == "RenderingFailed")
    created = send(desk, pdf, recipients=[Recipient(number=number)])
    desk.simulator.advance(900)
    message = message_store.get(desk.session, created.message_id, desk.token)
    assert message.to[0].status == "SendingFailed" and message.to[0].error_code


def test_the_same_pages_go_again_without_an_upload(desk: Desk, pdf: FaxFile) -> None:
    created = send(desk, pdf, note="Twice")
    left: list[int] = []
    faxes = fax.RestFax(desk.session)
    with pytest.raises(Rejected) as early:
        faxes.send(again_of(created.message_id), (), desk.token)
    assert early.value.code == "MSG-343"
    desk.simulator.advance(10)
    people = [TO, Recipient(number="+16505554007")]
    later = datetime.now(UTC) + timedelta(hours=1)
    again = faxes.send(
        again_of(created.message_id, *people, send_time=later),
        (),
        desk.token,
        on_last_byte=lambda: left.append(len(desk.asked("POST", "/fax"))),
    )
    assert again.message_id != created.message_id
    assert left == [2]
    request = desk.asked("POST", "/fax")[-1]
    assert request.body_size < 400 and request.json["to"][0] == {"phoneNumber": TO.number, "name": TO.name}
    message = message_store.get(desk.session, again.message_id, desk.token)
    assert message.note == "Twice" and message.status == "Queued" and len(message.to) == 2
    with pytest.raises(Rejected) as gone:
        faxes.send(again_of("17"), (), desk.token)
    assert gone.value.status == 404


@pytest.mark.parametrize("kind", ["cut-before", "cut-after", "answer-lost"])
def test_a_resend_that_is_cut_has_an_unknown_outcome(desk: Desk, pdf: FaxFile, kind: str) -> None:
    original = send(desk, pdf).message_id
    desk.simulator.advance(10)
    desk.simulator.fault(kind, path="/fax", method="POST")
    left: list[bool] = []
    with pytest.raises(OutcomeUnknown):
        faxes = fax.RestFax(desk.session)
        faxes.send(again_of(original), (), desk.token, on_last_byte=lambda: left.append(True))
    assert left == [True]
    found = message_store.list_messages(desk.session, token=desk.token)
    assert len(found) == (2 if kind == "answer-lost" else 1)


def test_the_record_is_written_before_the_fax_can_exist(desk: Desk, pdf: FaxFile) -> None:
    stored: list[int] = []

    def look() -> None:
        stored.append(len(desk.simulator.state()["faxes"]))
        raise StoreUnavailable("The disk is full.")

    with pytest.raises(StoreUnavailable):
        send(desk, pdf, on_last_byte=look)
    assert stored == [0] and not desk.simulator.state()["faxes"]


def test_received_faxes_are_synced(desk: Desk, pdf: FaxFile) -> None:
    first = str(desk.simulator.inbound_fax(pages=2))
    send(desk, pdf)
    since = datetime.now(UTC) - timedelta(days=30)
    full = message_store.sync(desk.session, sync_token=None, token=desk.token, date_from=since)
    assert not full.has_older and [m.id for m in full.messages] == [first]
    (message,) = full.messages
    assert (message.from_number, message.read_status, message.page_count) == ("+16505550142", "Unread", 2)
    assert message.to[0].number == "+18885550109" and not message.is_gone and message.modified_at
    second = str(desk.simulator.inbound_fax())
    message_store.set_read(desk.session, [first, "17"], True, desk.token)
    news = message_store.sync(desk.session, sync_token=full.sync_token, token=desk.token)
    assert {m.id: m.read_status for m in news.messages} == {first: "Read", second: "Unread"}
    message_store.delete(desk.session, first, desk.token)
    gone = message_store.sync(desk.session, sync_token=news.sync_token, token=desk.token)
    assert [(m.id, m.is_gone) for m in gone.messages] == [(first, True)]
    options: dict[str, Any] = {"token": desk.token, "direction": "Inbound"}
    deleted = message_store.list_messages(desk.session, availability="Deleted", **options)
    assert [m.id for m in deleted] == [first]
    with pytest.raises(FullSyncNeeded):
        message_store.sync(desk.session, sync_token="nonsense", token=desk.token)


def test_a_full_sync_tells_of_older_messages(desk: Desk) -> None:
    ids = [str(desk.simulator.inbound_fax())]
    desk.simulator.advance(60)
    ids.append(str(desk.simulator.inbound_fax()))
    page = message_store.sync(desk.session, sync_token=None, token=desk.token, record_count=1)
    assert page.has_older and [m.id for m in page.messages] == ids[1:]
    before = page.messages[-1].created_at
    assert before is not None
    older = message_store.sync(
        desk.session, sync_token=None, token=desk.token, date_to=before - timedelta(milliseconds=1)
    )
    assert [m.id for m in older.messages] == ids[:1]


def test_the_call_log_knows_why(desk: Desk, pdf: FaxFile) -> None:
    number = next(m.number for m in MAGIC_NUMBERS if m.outcome == "failed without a reason")
    created = send(desk, pdf, recipients=[Recipient(number=number)])
    desk.simulator.advance(60)
    since = datetime.now(UTC) - timedelta(hours=1)
    (found,) = call_log.fax_results(desk.session, since, desk.token)
    assert (found.message_id, found.number) == (created.message_id, number)
    assert found.result == "Fax Not Sent" and found.reason


def test_who_the_account_knows(desk: Desk) -> None:
    known = {c.name or c.company: c for c in contacts.contacts(desk.session, desk.token)}
    alex = known["Alex Doe"]
    assert alex.company == "Bayview Imaging" and alex.id
    assert alex.numbers == (("Business fax", "+16505554000", True), ("Business", "+16505550200", False))
    assert known["Lin Zhao"].numbers[1] == ("Other fax", "+16505550188", True)
    assert known["Ben Achterberg"].numbers == (("Mobile", "+16505550119", False),)
    assert len(known) == 12
    colleagues = {c.name: c for c in contacts.directory(desk.session, desk.token)}
    assert colleagues["Ines Duarte"].numbers == (
        ("Direct number", "+16505550192", False),
        ("Company fax number", "+16505550193", True),
    )
    assert colleagues["Referrals"].company == "Harbour Street Clinic"


def test_the_services_clock_is_learnt(desk: Desk) -> None:
    assert abs(desk.session.service_offset_s) < 5
    desk.simulator.advance(3600)
    assert abs(desk.session.service_offset_s) < 5
    desk.session.sign_in(desk.grant, desk.token)
    assert desk.session.service_offset_s == pytest.approx(3600, abs=5)


def test_a_world_that_runs_faster_is_understood(live_simulator: RunningSimulator, pdf: FaxFile) -> None:
    session = ApiSession(ServerProfile(name="test", base_url=live_simulator.base_url), MemoryKeeper())
    desk = Desk(simulator=live_simulator, session=session, keeper=MemoryKeeper())
    session.sign_in(desk.grant, desk.token)
    live_simulator.advance(900)
    created = send(desk, pdf)
    theirs = datetime.now(UTC) + timedelta(seconds=session.service_offset_s)
    created_at = message_store.get(session, created.message_id, desk.token).created_at
    session.close()
    assert session.service_offset_s > 890 and created_at is not None
    assert abs((theirs - created_at).total_seconds()) < 20


def test_wrong_credentials_are_refused_and_nothing_is_kept(simulator: RunningSimulator) -> None:
    keeper = MemoryKeeper()
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), keeper)
    with pytest.raises(SignInNeeded):
        session.sign_in(JwtGrant(replace(credentials(simulator), jwt="wrong")), CancelToken())
    with pytest.raises(SignInNeeded):
        session.sign_in(JwtGrant(replace(credentials(simulator), client_secret="wrong")), CancelToken())
    assert not session.has_tokens and not keeper.saved
    session.close()


def test_sign_out_forgets_and_revokes(desk: Desk) -> None:
    desk.session.sign_out(desk.token)
    assert desk.keeper.tokens is None and not desk.session.has_tokens
    assert desk.asked("POST", "/oauth/revoke")
    with pytest.raises(SignInNeeded):
        account.read_extension(desk.session, desk.token)


def test_an_expired_token_is_refreshed_once_and_saved_first(desk: Desk) -> None:
    desk.simulator.fault("expire-token", path="/ring-out", method="GET")
    first = desk.keeper.saved[-1]
    ring_out.RestPhone(desk.session).status("nobody", desk.token)
    assert len(desk.keeper.saved) == 2
    assert desk.keeper.saved[-1].refresh_token != first.refresh_token
    assert len(desk.asked("POST", "/oauth/token")) == 2


def test_many_threads_refresh_only_once(desk: Desk) -> None:
    desk.keeper.tokens = replace(desk.keeper.saved[-1], expires_at=datetime.now(UTC))
    session = ApiSession(
        ServerProfile(name="test", base_url=desk.simulator.base_url, client_id=desk.simulator.client_id),
        desk.keeper,
        client_secret=desk.simulator.client_secret,
    )
    problems: list[BaseException] = []

    def read() -> None:
        try:
            account.read_extension(session, CancelToken())
        except BaseException as exc:
            problems.append(exc)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.close()
    assert not problems
    assert len(desk.asked("POST", "/oauth/token")) == 2


def test_a_dead_refresh_token_means_signing_in_again(desk: Desk) -> None:
    dead = replace(desk.keeper.saved[-1], expires_at=datetime.now(UTC), refresh_token="dead")
    desk.keeper.tokens = dead
    session = ApiSession(
        ServerProfile(name="test", base_url=desk.simulator.base_url, client_id=desk.simulator.client_id),
        desk.keeper,
        client_secret=desk.simulator.client_secret,
    )
    with pytest.raises(SignInNeeded, match="sign in again"):
        account.read_extension(session, desk.token)
    assert now(desk.keeper.tokens) is None
    session.close()


@pytest.mark.parametrize("kind", ["cut-before", "cut-after", "answer-lost"])
def test_a_read_that_is_cut_may_be_repeated(desk: Desk, kind: str) -> None:
    desk.simulator.fault(kind, path="/forwarding-number")
    with pytest.raises(NotSent, match="RingCentral"):
        account.forwarding_numbers(desk.session, desk.token)
    assert account.forwarding_numbers(desk.session, desk.token)


@pytest.mark.parametrize("kind", ["cut-after", "answer-lost", "garbage"])
def test_a_call_whose_answer_is_lost_is_never_repeated(desk: Desk, kind: str) -> None:
    request = call_request(desk)
    desk.simulator.fault(kind, path="/ring-out", method="POST")
    with pytest.raises(OutcomeUnknown):
        ring_out.RestPhone(desk.session).place(request, desk.token)
    assert len(desk.asked("POST", "/ring-out")) == 1


@pytest.mark.parametrize("kind", ["cut-after", "answer-lost", "garbage"])
def test_a_fax_whose_answer_is_lost_has_an_unknown_outcome(desk: Desk, pdf: FaxFile, kind: str) -> None:
    desk.simulator.fault(kind, path="/fax", method="POST")
    left: list[bool] = []
    with pytest.raises(OutcomeUnknown):
        send(desk, pdf, on_last_byte=lambda: left.append(True))
    assert left == [True] and len(desk.asked("POST", "/fax")) == 1
    found = message_store.list_messages(desk.session, token=desk.token)
    assert len(found) == (0 if kind == "cut-after" else 1)


@pytest.mark.parametrize("kind", ["cut-before", "answer-lost", "answer-cut"])
def test_a_download_that_is_cut_is_told(desk: Desk, kind: str) -> None:
    message_id = str(desk.simulator.inbound_fax(pages=2))
    whole, broken = bytearray(), bytearray()
    [pages] = message_store.get(desk.session, message_id, desk.token).attachments
    message_store.content(desk.session, pages, whole.extend, desk.token)
    desk.simulator.fault(kind, path="/content/")
    with pytest.raises(NotSent):
        message_store.content(desk.session, pages, broken.extend, desk.token)
    assert len(broken) < len(whole) and whole.startswith(b"%PDF")


def test_a_list_that_is_cut_may_be_asked_for_again(desk: Desk) -> None:
    desk.simulator.fault("answer-cut", path="/message-store")
    with pytest.raises(NotSent):
        message_store.list_messages(desk.session, token=desk.token)


def test_an_upload_cut_in_the_middle_was_not_sent(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "big.pdf"
    path.write_bytes(PDF + b"\0" * 20_000_000)
    desk.simulator.fault("cut-during", path="/fax", method="POST")
    left: list[bool] = []
    big = FaxFile(path=path, name="big.pdf", media_type="application/pdf")
    with pytest.raises(NotSent):
        send(desk, big, on_last_byte=lambda: left.append(True))
    assert not left
    assert not message_store.list_messages(desk.session, token=desk.token)


def test_an_upload_cancelled_in_the_middle_was_not_sent(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "big.pdf"
    path.write_bytes(PDF + b"\0" * 20_000_000)
    big = FaxFile(path=path, name="big.pdf", media_type="application/pdf")
    token = CancelToken()

    def stop(done: int, total: int) -> None:
        if done > 1_000_000:
            token.cancel()

    with pytest.raises(Cancelled):
        send(desk, big, token=token, progress=stop)
    assert not message_store.list_messages(desk.session, token=desk.token)


@pytest.mark.parametrize(
    ("status", "kind"), [(500, ServerTrouble), (503, ServerTrouble), (502, OutcomeUnknown), (400, Rejected)]
)
def test_error_answers_to_a_fax(
    desk: Desk, pdf: FaxFile, status: int, kind: type[ApiError | NetworkError]
) -> None:
    desk.simulator.fault("status", path="/fax", method="POST", status=status)
    with pytest.raises(kind):
        send(desk, pdf)


def test_a_429_is_a_penalty_in_which_nothing_is_sent(desk: Desk) -> None:
    desk.simulator.fault("429", path="/forwarding-number", seconds=45)
    with pytest.raises(RateLimited) as first:
        account.forwarding_numbers(desk.session, desk.token)
    assert first.value.retry_after_s == 45 and first.value.status == 429
    count = len(desk.simulator.requests)
    with pytest.raises(RateLimited) as second:
        account.phone_numbers(desk.session, desk.token)
    assert 40 < second.value.retry_after_s <= 45
    assert len(desk.simulator.requests) == count
    assert set(desk.session.gate.penalty_until) == {"Light"}


def test_the_real_limits_are_learnt_before_they_hurt(desk: Desk) -> None:
    desk.simulator.set_limits(Light=3)
    for _ in range(3):
        account.cover_pages(desk.session, desk.token)
    with pytest.raises(RateLimited):
        account.cover_pages(desk.session, desk.token)
    assert len(desk.asked("GET", "/dictionary/fax-cover-page")) == 3


def test_nobody_there(simulator: RunningSimulator) -> None:
    url = simulator.base_url
    simulator.stop()
    session = ApiSession(ServerProfile(name="test", base_url=url), MemoryKeeper())
    with pytest.raises(NotSent, match="Nothing was sent"):
        session.sign_in(JwtGrant(Credentials(client_id="a", client_secret="b", jwt="c")), CancelToken())
    session.close()


def test_the_groups_asked_for_are_the_contracts(desk: Desk, pdf: FaxFile, openapi: dict[str, Any]) -> None:
    spec = SpecValidator(openapi)
    asked: list[tuple[str, str, str]] = []
    send_really = desk.session.transport.send

    def send_and_note(method: str, path: str, **options: Any) -> Any:
        asked.append((method, path, options["group"]))
        return send_really(method, path, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.session.transport, "send", send_and_note)
        account.read_extension(desk.session, desk.token)
        account.read_account(desk.session, desk.token)
        account.phone_numbers(desk.session, desk.token)
        account.caller_ids(desk.session, desk.token)
        account.cover_pages(desk.session, desk.token)
        report = ring_out.RestPhone(desk.session).place(call_request(desk), desk.token)
        ring_out.RestPhone(desk.session).status(report.session_id, desk.token)
        ring_out.RestPhone(desk.session).cancel(report.session_id, desk.token)
        message_id = send(desk, pdf).message_id
        message_store.list_messages(desk.session, token=desk.token)
        message_store.get(desk.session, message_id, desk.token)
        message_store.delete(desk.session, message_id, desk.token)
        message_store.sync(desk.session, sync_token=None, token=desk.token)
        message_store.set_read(desk.session, [message_id], True, desk.token)
        call_log.fax_results(desk.session, datetime.now(UTC), desk.token)
        contacts.contacts(desk.session, desk.token)
        contacts.directory(desk.session, desk.token)
        with pytest.raises(Rejected):
            fax.RestFax(desk.session).send(again_of("17"), (), desk.token)
        desk.session.sign_in(desk.grant, desk.token)
        desk.session.sign_out(desk.token)
    assert len(asked) == 21
    for method, path, group in asked:
        assert spec.operation(method, path)[1]["x-throttling-group"] == group, f"{method} {path}"
