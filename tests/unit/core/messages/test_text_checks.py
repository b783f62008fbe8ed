"""What may be sent as a text, and what STOP means."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.errors import UserError
from rcdesk.core.messages.parts import Availability, MessageParty, availability_of
from rcdesk.core.messages.text import (
    TextDraft,
    TextFile,
    TextMessage,
    TextRecipient,
    TextState,
    text_state,
)
from rcdesk.core.messages.text_checks import (
    MOST_FILE_BYTES,
    OptWord,
    check_draft,
    has_opted_out,
    is_sendable,
    opt_word,
    text_recipient,
)
from rcdesk.core.messages.voicemail import TranscriptState, transcript_state

GOOD = TextDraft(from_number="+16505550190", to=("+16505553000",), text="Hello")
PICTURE = TextFile(path=Path("a.png"), name="a.png", media_type="image/png", size_bytes=1000)


def test_a_good_draft_passes() -> None:
    check_draft(GOOD, "US")
    check_draft(replace(GOOD, text="", files=(PICTURE,) * 10), "US")
    check_draft(replace(GOOD, text="a" * 1000), "US")
    assert not GOOD.is_mms
    assert replace(GOOD, files=(PICTURE,)).is_mms and replace(GOOD, to=("+1", "+2")).is_mms


@pytest.mark.parametrize(
    ("draft", "part"),
    [
        (replace(GOOD, from_number=""), "text from"),
        (replace(GOOD, to=()), "number"),
        (replace(GOOD, to=tuple(f"+1650555{n:04}" for n in range(11))), "10 people"),
        (replace(GOOD, to=("911",)), "emergency"),
        (replace(GOOD, to=("+16505553000", "112")), "emergency"),
        (replace(GOOD, text=" \n"), "Write"),
        (replace(GOOD, text="a" * 1003), "3 characters"),
        (replace(GOOD, text="\N{GRINNING FACE}" * 501), "2 characters"),
        (replace(GOOD, files=(PICTURE,) * 11), "10 files"),
        (replace(GOOD, files=(replace(PICTURE, size_bytes=0),)), "empty"),
        (replace(GOOD, files=(replace(PICTURE, size_bytes=MOST_FILE_BYTES + 1),)), "1.5 MB"),
        (replace(GOOD, files=(replace(PICTURE, size_bytes=MOST_FILE_BYTES // 2 + 1),) * 2), "1.5 MB"),
        (replace(GOOD, files=(replace(PICTURE, media_type="application/x-msdownload"),)), "a.png"),
    ],
)
def test_what_is_wrong_is_said(draft: TextDraft, part: str) -> None:
    with pytest.raises(UserError, match=part):
        check_draft(draft, "US")


@pytest.mark.parametrize("media_type", ["image/heic", "VIDEO/mp4", "text/vcard; charset=utf-8", "text/csv"])
def test_kinds_of_files_that_are_taken(media_type: str) -> None:
    assert is_sendable(media_type)
    assert not is_sendable("application/octet-stream")


@pytest.mark.parametrize("typed", ["911", "9-1-1", "999", "tel:112", "+44 999"])
def test_emergency_numbers_are_refused(typed: str) -> None:
    with pytest.raises(UserError, match="emergency"):
        text_recipient(typed, "US")


@pytest.mark.parametrize(("typed", "part"), [("102", "extension"), ("650 555 3000 ext. 5", "extension")])
def test_extensions_are_refused(typed: str, part: str) -> None:
    with pytest.raises(UserError, match=part):
        text_recipient(typed, "US")


def test_a_number_is_read_as_for_a_call() -> None:
    assert text_recipient("(650) 555-3000", "US").e164 == "+16505553000"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("STOP", OptWord.STOP),
        (" stop. ", OptWord.STOP),
        ("Stop all!", OptWord.STOP),
        ("UNSUBSCRIBE", OptWord.STOP),
        ("start", OptWord.START),
        ("UnStop", OptWord.START),
        ("stop by at five", None),
        ("Please don't stop", None),
        ("", None),
    ],
)
def test_only_the_word_alone_counts(text: str, word: OptWord | None) -> None:
    assert opt_word(text) is word


def test_the_last_word_counts() -> None:
    assert not has_opted_out([])
    assert not has_opted_out(["Hello", "yes"])
    assert has_opted_out(["Hello", "STOP", "Why do you not answer?"])
    assert not has_opted_out(["STOP", "START", "Thanks"])
    assert has_opted_out(["STOP", "start", "stop"])


def test_who_is_in_a_conversation() -> None:
    me = TextRecipient(number="+16505550190", is_me=True)
    other = TextRecipient(number="+16505550144", state=TextState.NOT_SENT, error_code="SMS-RC-410")
    sender = MessageParty(number="+16505550143")
    inbound = TextMessage(
        id="1",
        conversation_id="7",
        is_inbound=True,
        sender=sender,
        to=(me, other),
        text="Hi",
        created_at=None,
    )
    assert [p.number for p in inbound.people] == ["+16505550143", "+16505550144"]
    assert inbound.own_number == "+16505550190"
    outbound = replace(inbound, is_inbound=False, sender=MessageParty(number=me.number), to=(other,))
    assert [p.number for p in outbound.people] == ["+16505550144"] and outbound.own_number == me.number
    assert outbound.failed == (other,)


def test_words_of_the_service() -> None:
    assert text_state("Queued").is_open and not text_state("Sent").is_open
    assert text_state("DeliveryFailed").is_failed and text_state("Teleported") is TextState.UNKNOWN
    assert transcript_state("") is TranscriptState.NOT_AVAILABLE
    assert transcript_state("CompletedPartially").has_words
    assert transcript_state("Dreaming") is TranscriptState.UNKNOWN
    assert availability_of("Purged").is_gone and availability_of("") is Availability.ALIVE
