"""Texts, voicemails and recordings: the client against the simulator, its requests against the contract."""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from rcdesk.api.rest import account, call_log, features, mailbox, message_store, recordings, texts
from rcdesk.api.rest.mailbox import MailKind
from rcdesk.api.rest.reading import FullSyncNeeded
from rcdesk.api.session import ApiSession
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import (
    ApiError,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ServerTrouble,
)
from rcdesk.core.messages.causes import text_cause
from rcdesk.core.messages.recording import RecordingKind
from rcdesk.core.messages.text import TextDraft, TextFile, TextMessage, TextState
from rcdesk.core.messages.voicemail import TranscriptState
from rcdesk.simulator import RunningSimulator
from rcdesk.simulator.magic import MAGIC_NUMBERS, TEXT_ERROR_CODES
from tests.contract.spec import SpecValidator
from tests.contract.test_client import Desk, MemoryKeeper, judge

pytestmark = pytest.mark.contract
MINE = "+16505550190"
TO = "+16505553000"
SENDING, SENT, DELIVERED = TextState.SENDING, TextState.SENT, TextState.DELIVERED


@pytest.fixture
def desk(simulator: RunningSimulator, openapi: dict[str, Any]) -> Iterator[Desk]:
    simulator.set_limits(Light=1000, Medium=1000, Heavy=1000)
    keeper = MemoryKeeper()
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), keeper)
    desk = Desk(simulator=simulator, session=session, keeper=keeper)
    session.sign_in(desk.grant, CancelToken())
    yield desk
    session.close()
    judge(simulator, SpecValidator(openapi))


@pytest.fixture
def picture(tmp_path: Path) -> TextFile:
    path = tmp_path / "Zürich & sea.png"
    Image.new("RGB", (64, 48), "teal").save(path)
    return TextFile(path=path, name=path.name, media_type="image/png", size_bytes=path.stat().st_size)


def magic(outcome: str) -> str:
    return next(m.number for m in MAGIC_NUMBERS if m.kind == "text" and m.outcome == outcome)


def send(
    desk: Desk, *to: str, text: str = "Hello", files: tuple[TextFile, ...] = (), **more: Any
) -> TextMessage:
    draft = TextDraft(from_number=MINE, to=to or (TO,), text=text, files=files)
    return texts.RestTexts(desk.session).send(draft, desk.token, **more)


def as_it_is(desk: Desk, text: TextMessage) -> TextMessage:
    return mailbox.read_text(desk.session, text.id, desk.token)


def test_a_text_is_followed_to_delivered(desk: Desk) -> None:
    left: list[int] = []
    words = "Grüße \N{GRINNING FACE}\nand “more”"
    sent = send(desk, text=words, on_last_byte=lambda: left.append(len(desk.simulator.stored_texts())))
    assert left == [0]
    assert (sent.state, sent.text, sent.sender.number, sent.is_inbound) == (SENDING, words, MINE, False)
    assert sent.conversation_id and sent.created_at and sent.attachments == ()
    seen = [sent.state]
    for _ in range(6):
        desk.simulator.advance(1)
        seen.append(as_it_is(desk, sent).state)
    assert list(dict.fromkeys(seen)) == [SENDING, SENT, DELIVERED]
    assert as_it_is(desk, sent).to[0].state is DELIVERED


def test_the_last_word_may_be_sent(desk: Desk) -> None:
    sent = send(desk, magic("only sent"))
    desk.simulator.advance(3600)
    assert as_it_is(desk, sent).state is SENT


@pytest.mark.parametrize("code", TEXT_ERROR_CODES)
def test_each_failure_is_told_with_its_cause(desk: Desk, code: str) -> None:
    sent = send(desk, magic(code))
    desk.simulator.advance(10)
    found = as_it_is(desk, sent)
    is_carrier = code.startswith("SMS-CAR-")
    assert found.state is (TextState.NOT_DELIVERED if is_carrier else TextState.NOT_SENT)
    assert (found.error_code, found.failed[0].error_code) == (code, code)
    assert code not in text_cause(code).words


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, Rejected) for code in ("MSG-240", "MSG-309", "MSG-310", "MSG-314", "MSG-324")),
        ("MSG-243", NotAllowed),
        ("MSG-290", ServerTrouble),
        ("MSG-305", RateLimited),
    ],
)
def test_each_refusal_is_told(desk: Desk, code: str, kind: type[ApiError]) -> None:
    with pytest.raises(kind) as refused:
        send(desk, magic(code))
    assert refused.value.code == code
    assert desk.simulator.stored_texts() == []


@pytest.mark.parametrize(
    ("sender", "to", "code"),
    [
        ("+18885550100", TO, "MSG-241"),
        ("+16505550142", TO, "MSG-304"),
        (MINE, "+442079460109", "MSG-240"),
        (MINE, "12", "CMN-101"),
    ],
)
def test_numbers_that_cannot(desk: Desk, sender: str, to: str, code: str) -> None:
    with pytest.raises(ApiError) as refused:
        texts.RestTexts(desk.session).send(TextDraft(from_number=sender, to=(to,), text="Hello"), desk.token)
    assert refused.value.code == code


def test_without_permission(desk: Desk) -> None:
    desk.simulator.sign_in_rules(missing_features=["SMS"])
    with pytest.raises(NotAllowed, match="OutboundSMS") as user:
        send(desk)
    desk.simulator.sign_in_rules(missing_features=[], missing_scopes=["SMS"])
    with pytest.raises(NotAllowed, match="SMS") as app:
        send(desk)
    assert (user.value.code, app.value.code) == ("CMN-408", "CMN-401")


def test_a_picture_goes_and_comes_back_the_same(desk: Desk, picture: TextFile) -> None:
    progress: list[tuple[int, int]] = []
    left: list[bool] = []
    sent = send(
        desk,
        text="Look",
        files=(picture, picture),
        progress=lambda done, whole: progress.append((done, whole)),
        on_last_byte=lambda: left.append(True),
    )
    assert left == [True] and progress[-1][0] == progress[-1][1]
    (request,) = desk.asked("POST", "/mms")
    assert request.file_names == ("Zurich _ sea.png",) * 2
    assert [(f.type, f.width, f.height) for f in sent.attachments] == [("MmsAttachment", 64, 48)] * 2
    content = bytearray()
    kind = message_store.content(desk.session, sent.attachments[1], content.extend, desk.token)
    assert (kind, bytes(content)) == ("image/png", picture.path.read_bytes())
    assert sent.attachments[1].size_bytes == len(content)
    (stored,) = desk.simulator.stored_texts()
    assert stored.digests == (hashlib.sha256(content).hexdigest(),) * 2


def test_a_picture_alone_is_a_text(desk: Desk, picture: TextFile) -> None:
    assert send(desk, text="", files=(picture,)).text == ""


def test_the_limits_of_files(desk: Desk, picture: TextFile, tmp_path: Path) -> None:
    big = tmp_path / "big.jpg"
    big.write_bytes(b"x" * 1_500_001)
    large = TextFile(path=big, name="big.jpg", media_type="image/jpeg", size_bytes=1_500_001)
    program = TextFile(path=big, name="a.exe", media_type="application/x-msdownload", size_bytes=10)
    for files, code in (((large,), "MSG-337"), ((picture,) * 11, "CMN-101"), ((program,), "MSG-348")):
        with pytest.raises(Rejected) as refused:
            send(desk, files=files)
        assert refused.value.code == code
    assert desk.simulator.stored_texts() == []


def test_words_that_are_too_long(desk: Desk) -> None:
    assert send(desk, text="\N{GRINNING FACE}" * 500).text
    with pytest.raises(Rejected):
        send(desk, text="\N{GRINNING FACE}" * 500 + "a")


def test_a_group_has_a_state_for_each(desk: Desk) -> None:
    sent = send(desk, TO, magic("SMS-RC-410"), magic("only sent"))
    desk.simulator.advance(10)
    found = as_it_is(desk, sent)
    assert [to.state for to in found.to] == [DELIVERED, TextState.NOT_SENT, SENT]
    assert [to.error_code for to in found.to] == ["", "SMS-RC-410", ""]
    assert found.state is TextState.NOT_SENT
    again = send(desk, magic("only sent"), TO, magic("SMS-RC-410"))
    assert again.conversation_id == sent.conversation_id
    assert send(desk, TO).conversation_id != sent.conversation_id


def test_who_said_stop_gets_nothing_until_start(desk: Desk) -> None:
    desk.simulator.inbound_text("Stop", sender=TO)
    for word, state in (("", TextState.NOT_SENT), ("START", DELIVERED)):
        if word:
            desk.simulator.inbound_text(word, sender=TO)
        sent = send(desk)
        desk.simulator.advance(10)
        found = as_it_is(desk, sent)
        assert found.state is state
        assert found.error_code == ("SMS-RC-413" if state.is_failed else "")


def test_an_answer_comes_into_the_same_conversation(desk: Desk) -> None:
    sent = send(desk, magic("replies"))
    desk.simulator.advance(10)
    (page,) = mailbox.pages(desk.session, token=desk.token, conversation_id=sent.conversation_id)
    assert [text.is_inbound for text in page.texts] == [True, False]
    assert page.texts[0].sender.number == magic("replies") and not page.texts[0].is_read


def test_an_unregistered_number(desk: Desk) -> None:
    (line,) = (n for n in account.phone_numbers(desk.session, desk.token) if n.can_text)
    assert (line.phone_number, line.can_send_pictures, line.can_text_abroad) == (MINE, True, False)
    assert account.sms_registration(desk.session, line.id, desk.token).is_registered
    desk.simulator.set_registered(False)
    assert not account.sms_registration(desk.session, line.id, desk.token).is_registered
    sent = send(desk)
    desk.simulator.advance(10)
    assert as_it_is(desk, sent).error_code == "SMS-UP-414"


@pytest.mark.parametrize("kind", ["cut-after", "answer-lost", "garbage", "answer-cut"])
@pytest.mark.parametrize("has_file", [False, True])
def test_a_lost_answer_is_an_unknown_outcome(
    desk: Desk, picture: TextFile, kind: str, has_file: bool
) -> None:
    desk.simulator.fault(kind, path="/(sms|mms)$", method="POST")
    with pytest.raises(OutcomeUnknown):
        send(desk, files=(picture,) if has_file else ())
    assert len(desk.simulator.stored_texts()) == (kind != "cut-after")
    assert len(desk.asked("POST", "ms")) == 1
    send(desk, text="Another")
    files = (picture,) if has_file else ()
    draft = TextDraft(from_number=MINE, to=(TO,), text="Hello", files=files)
    since = datetime.now(UTC) - timedelta(hours=1)
    found = mailbox.sent_like(desk.session, draft, since, desk.token)
    assert [str(one.message_id) for one in desk.simulator.stored_texts()][:-1] == [text.id for text in found]


def test_what_never_left_is_not_sent(desk: Desk, picture: TextFile, tmp_path: Path) -> None:
    desk.simulator.fault("cut-before", path="/mms", method="POST", times=5)
    large = tmp_path / "large.jpg"
    large.write_bytes(b"x" * 1_400_000)
    file = TextFile(path=large, name="large.jpg", media_type="image/jpeg", size_bytes=1_400_000)
    with pytest.raises((NotSent, OutcomeUnknown)):
        send(desk, files=(file,))
    assert desk.simulator.stored_texts() == []


def test_one_sync_follows_texts_and_voicemails(desk: Desk) -> None:
    desk.simulator.inbound_text("One", sender=TO)
    desk.simulator.inbound_fax()
    whole = mailbox.sync(desk.session, sync_token=None, token=desk.token)
    assert whole.is_full and [t.text for t in whole.texts] == ["One"] and not whole.voicemails
    sent = send(desk, text="Two")
    voicemail = desk.simulator.inbound_voicemail(transcript="Please call back.", after_s=30)
    desk.simulator.inbound_fax()
    first = mailbox.sync(desk.session, sync_token=whole.sync_token, token=desk.token)
    assert [t.id for t in first.texts] == [sent.id] and [v.id for v in first.voicemails] == [str(voicemail)]
    assert first.voicemails[0].transcript_state is TranscriptState.IN_PROGRESS
    desk.simulator.advance(30)
    message_store.delete(desk.session, whole.texts[0].id, desk.token)
    second = mailbox.sync(desk.session, sync_token=first.sync_token, token=desk.token)
    assert [t.state for t in second.texts] == [DELIVERED]
    assert second.voicemails[0].transcript_state is TranscriptState.COMPLETED
    assert second.gone == (whole.texts[0].id,)
    third = mailbox.sync(desk.session, sync_token=second.sync_token, token=desk.token)
    assert third.is_empty
    desk.simulator.forget_sync_tokens()
    with pytest.raises(FullSyncNeeded):
        mailbox.sync(desk.session, sync_token=third.sync_token, token=desk.token)


def test_a_sync_may_repeat_what_it_said(desk: Desk) -> None:
    desk.simulator.set_sync_overlap(5)
    desk.simulator.inbound_text("One", sender=TO)
    token = mailbox.sync(desk.session, sync_token=None, token=desk.token).sync_token
    again = mailbox.sync(desk.session, sync_token=token, token=desk.token)
    assert [t.text for t in again.texts] == ["One"]
    desk.simulator.advance(6)
    later = mailbox.sync(desk.session, sync_token=again.sync_token, token=desk.token)
    assert mailbox.sync(desk.session, sync_token=later.sync_token, token=desk.token).is_empty


def test_a_sync_of_one_kind_and_its_length(desk: Desk) -> None:
    for number in range(5):
        desk.simulator.inbound_text(f"Number {number}", sender=TO)
    desk.simulator.inbound_voicemail()
    found = mailbox.sync(
        desk.session, sync_token=None, token=desk.token, kinds=[MailKind.TEXT], record_count=3
    )
    assert [t.text for t in found.texts] == ["Number 4", "Number 3", "Number 2"]
    assert found.has_older and not found.voicemails
    pages = list(
        mailbox.pages(
            desk.session, token=desk.token, per_page=2, date_from=datetime.now(UTC) - timedelta(days=1)
        )
    )
    assert [len(page.texts) + len(page.voicemails) for page in pages] == [2, 2, 2]


def test_read_unread_delete_restore(desk: Desk) -> None:
    ids = [str(desk.simulator.inbound_text(f"Text {n}", sender=TO)) for n in range(60)]
    message_store.set_read(desk.session, [*ids, "17"], True, desk.token)
    assert len(desk.asked("PUT", "/message-store")) == 2
    page = next(iter(mailbox.pages(desk.session, token=desk.token)))
    assert all(text.is_read for text in page.texts) and len(page.texts) == 60
    message_store.set_read(desk.session, ids[:1], False, desk.token)
    assert not mailbox.read_text(desk.session, ids[0], desk.token).is_read
    message_store.delete_many(desk.session, ids[:3], desk.token)
    message_store.restore(desk.session, ids[1:2], desk.token)
    page = next(iter(mailbox.pages(desk.session, token=desk.token)))
    assert {text.id for text in page.texts} == {*ids} - {ids[0], ids[2]}
    assert mailbox.read_text(desk.session, ids[0], desk.token).availability.is_gone


def test_a_whole_conversation_goes(desk: Desk) -> None:
    desk.simulator.inbound_text("One", sender=TO)
    other = desk.simulator.inbound_text("Else", sender="+16505550144")
    voicemail = desk.simulator.inbound_voicemail()
    sent = send(desk)
    message_store.delete_conversation(desk.session, sent.conversation_id, desk.token)
    (page,) = mailbox.pages(desk.session, token=desk.token)
    assert [t.id for t in page.texts] == [str(other)] and [v.id for v in page.voicemails] == [str(voicemail)]


def test_nothing_without_a_name_is_ever_deleted(desk: Desk) -> None:
    desk.simulator.inbound_text("Stay")
    with pytest.raises(ValueError):
        message_store.delete_conversation(desk.session, "", desk.token)
    with pytest.raises(ValueError):
        message_store.delete(desk.session, "", desk.token)
    with pytest.raises(ValueError):
        message_store.delete_many(desk.session, ["1", ""], desk.token)
    (page,) = mailbox.pages(desk.session, token=desk.token)
    assert len(page.texts) == 1 and desk.asked("DELETE", "") == []


def test_a_group_text_that_came_in(desk: Desk, picture: TextFile) -> None:
    content = picture.path.read_bytes()
    message_id = desk.simulator.inbound_text(
        "Lunch?", sender=TO, others=["+16505550144"], files=[("menu.png", "image/png", content)]
    )
    text = mailbox.read_text(desk.session, str(message_id), desk.token)
    assert [p.number for p in text.people] == [TO, "+16505550144"] and text.own_number == MINE
    assert text.state is TextState.RECEIVED and text.attachments[0].file_name == "menu.png"


@pytest.mark.parametrize(("sound", "media_type"), [("wav", "audio/wav"), ("mp3", "audio/mpeg")])
def test_a_voicemail_is_heard_and_read(desk: Desk, sound: Any, media_type: str) -> None:
    words = "Hello, this is Dana. Please call back."
    message_id = str(
        desk.simulator.inbound_voicemail(
            "+16505550143", seconds=7, transcript=words, after_s=20, sound=sound, is_private=True
        )
    )
    voicemail = mailbox.read_voicemail(desk.session, message_id, desk.token)
    assert (voicemail.caller.number, voicemail.length_s, voicemail.is_read) == ("+16505550143", 7, False)
    assert voicemail.is_private and voicemail.words is None and voicemail.sound is not None
    assert mailbox.transcript(desk.session, voicemail, desk.token) == ""
    content = bytearray()
    assert message_store.content(desk.session, voicemail.sound, content.extend, desk.token) == media_type
    assert len(content) == voicemail.sound.size_bytes
    if sound == "wav":
        with wave.open(io.BytesIO(content)) as file:
            assert file.getnframes() == 7 * file.getframerate()
    desk.simulator.advance(20)
    voicemail = mailbox.read_voicemail(desk.session, message_id, desk.token)
    assert mailbox.transcript(desk.session, voicemail, desk.token) == words
    change = call_log.sync_calls(desk.session, "", desk.token)
    assert [call.result for call in change.records] == ["Voicemail"]


@pytest.mark.parametrize("status", ["Failed", "TimedOut", "CompletedPartially"])
def test_a_transcript_may_fail(desk: Desk, status: str) -> None:
    message_id = str(desk.simulator.inbound_voicemail(transcript="Half a word", status=status))
    desk.simulator.advance(1)
    voicemail = mailbox.read_voicemail(desk.session, message_id, desk.token)
    assert voicemail.transcript_state.value == status
    assert (voicemail.words is not None) is voicemail.transcript_state.has_words


def test_a_recording_is_found_in_the_log_and_fetched_when_ready(desk: Desk) -> None:
    desk.simulator.inbound_call("+16505550143", outcome="answered", talk_s=40)
    token = call_log.sync_calls(desk.session, "", desk.token).sync_token
    desk.simulator.record_call(kind="Automatic", ready_after_s=120)
    (changed,) = call_log.sync_calls(desk.session, token, desk.token).records
    (found,) = changed.recordings
    assert (found.kind, found.number, found.length_s) == (RecordingKind.AUTOMATIC, "+16505550143", 40)
    with pytest.raises(recordings.NotReady, match="few minutes"):
        recordings.content(desk.session, found, bytearray().extend, desk.token)
    desk.simulator.advance(120)
    content = bytearray()
    assert recordings.content(desk.session, found, content.extend, desk.token) == "audio/wav"
    with wave.open(io.BytesIO(content)) as file:
        assert file.getnframes() == 40 * file.getframerate()
    desk.simulator.inbound_call("+16505550144", outcome="answered", talk_s=50)
    (page,) = recordings.pages(desk.session, token=desk.token)
    assert [r.id for r in page] == [found.id]


def test_recordings_leave_room_for_calls(desk: Desk) -> None:
    desk.simulator.set_limits(Heavy=10)
    desk.simulator.inbound_call("+16505550143", outcome="answered", talk_s=40)
    desk.simulator.record_call()
    (page,) = recordings.pages(desk.session, token=desk.token)
    for _ in range(5):
        recordings.content(desk.session, page[0], bytearray().extend, desk.token)
    with pytest.raises(RateLimited):
        recordings.content(desk.session, page[0], bytearray().extend, desk.token)
    assert desk.session.gate.wait_s("Heavy") == 0


def test_features_are_asked_once(desk: Desk) -> None:
    desk.simulator.sign_in_rules(missing_features=["SMS"])
    found = features.read(desk.session, ["SMS", "Fax", "Teleporting"], desk.token)
    assert sorted(found) == ["Fax", "SMS"]
    assert found["Fax"].is_available and not found["SMS"].is_available
    assert found["SMS"].reason_code == "ExtensionLimitation"
