"""Texts on a real file: one row for each however often it is told, lists, threads, search, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.messages.conversation import (
    ConversationQuery,
    KeptFile,
    KeptText,
    OnlyTexts,
    WrittenText,
)
from rcdesk.core.messages.parts import Attachment, MessageParty
from rcdesk.core.messages.text import TextMessage, TextRecipient, TextState
from rcdesk.store.database import open_database
from rcdesk.store.messages.conversations import Conversations
from rcdesk.store.messages.outbox import TOO_LATE, TextOutbox

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ME, ANN, BEA, CAL = "+16505550190", "+16505550142", "+16505550143", "+16505550144"
OWNER = "me"
SECOND = timedelta(seconds=1)


@pytest.fixture
def texts(tmp_path: Path) -> Iterator[Conversations]:
    found = Conversations(tmp_path / "a.sqlite3")
    yield found
    found.close()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[TextOutbox]:
    found = TextOutbox(tmp_path / "a.sqlite3")
    yield found
    found.close()


def inbound(
    message_id: str, words: str = "Hello", *, at: datetime = NOW, by: str = ANN, **more: object
) -> TextMessage:
    values: dict[str, object] = {
        "to": (TextRecipient(number=ME, is_me=True),),
        "state": TextState.RECEIVED,
        "is_read": False,
        **more,
    }
    return TextMessage(
        id=message_id,
        conversation_id="7",
        is_inbound=True,
        sender=MessageParty(number=by, name="Ann Lee" if by == ANN else ""),
        text=words,
        created_at=at,
        **values,  # type: ignore[arg-type]
    )


def outbound(
    message_id: str,
    words: str = "Hello",
    *,
    at: datetime = NOW,
    to: tuple[str, ...] = (ANN,),
    files: int = 0,
    state: TextState = TextState.SENDING,
    code: str = "",
) -> TextMessage:
    return TextMessage(
        id=message_id,
        conversation_id="7",
        is_inbound=False,
        sender=MessageParty(number=ME),
        to=tuple(TextRecipient(number=number, state=state, error_code=code) for number in to),
        text=words,
        created_at=at,
        state=state,
        error_code=code,
        attachments=tuple(
            Attachment(id=str(n), type="MmsAttachment", uri=f"https://x/{n}", content_type="image/png")
            for n in range(files)
        ),
    )


def names(
    texts: Conversations, text: str = "", only: OnlyTexts = OnlyTexts.ALL, **more: tuple[str, ...]
) -> list[str]:
    found = texts.page(ConversationQuery(owner_id=OWNER, only=only, text=text), **more)  # type: ignore[arg-type]
    return [" ".join(conversation.numbers) for conversation in found]


def states(texts: Conversations, people: tuple[str, ...] = (ANN,)) -> list[TextState]:
    return [text.state for text in thread(texts, people)]


def thread(texts: Conversations, people: tuple[str, ...] = (ANN,)) -> tuple[KeptText, ...]:
    parties = [MessageParty(number=number) for number in people]
    return texts.thread(texts.with_people(OWNER, parties).id)


def test_a_text_told_twice_is_one_row(texts: Conversations) -> None:
    assert len(texts.take(OWNER, [inbound("1"), inbound("2", "Again", at=NOW + SECOND)], NOW).came_in) == 2
    news = texts.take(OWNER, [inbound("1"), inbound("2", "Again")], NOW)
    assert (news.came_in, news.conversation_ids) == ((), ())
    assert [text.text for text in thread(texts)] == ["Hello", "Again"]
    assert texts.counts(OWNER).unread == 2
    assert texts.counts("somebody else").unread == 0
    assert texts.page(ConversationQuery(owner_id="somebody else")) == ()


def test_people_and_groups_have_a_conversation_each(texts: Conversations) -> None:
    group = (TextRecipient(number=ME, is_me=True), TextRecipient(number=BEA))
    texts.take(OWNER, [inbound("1"), inbound("2", at=NOW + SECOND, to=group)], NOW)
    texts.take(OWNER, [outbound("3", to=(BEA, ANN), at=NOW + 2 * SECOND)], NOW)
    assert names(texts) == [f"{ANN} {BEA}", ANN]
    assert len(thread(texts, (BEA, ANN))) == 2
    (first, second) = texts.page(ConversationQuery(owner_id=OWNER))
    assert first.is_group and not second.is_group
    assert second.people[0].name == "Ann Lee"


def test_lists_are_in_the_order_of_the_newest_text_and_filtered(texts: Conversations) -> None:
    texts.take(
        OWNER,
        [
            inbound("1", by=ANN),
            inbound("2", by=BEA, at=NOW + SECOND, is_read=True),
            outbound("3", to=(CAL,), at=NOW - SECOND, state=TextState.NOT_SENT, code="SMS-RC-410"),
        ],
        NOW,
    )
    assert names(texts) == [BEA, ANN, CAL]
    assert names(texts, only=OnlyTexts.UNREAD) == [ANN]
    assert names(texts, only=OnlyTexts.NOT_SENT) == [CAL]
    counts = texts.counts(OWNER)
    assert (counts.unread, counts.unread_conversations, counts.not_sent) == (1, 1, 1)


def test_search_finds_words_names_and_numbers(texts: Conversations) -> None:
    texts.take(
        OWNER,
        [
            inbound("1", "The referral is signed", at=NOW),
            inbound("2", "Nothing else", at=NOW + SECOND),
            inbound("3", "Grüße \N{GRINNING FACE} aus Zürich", by=BEA),
            outbound("4", "Referral", to=(BEA, CAL), at=NOW + 2 * SECOND),
        ],
        NOW,
    )
    assert names(texts, "refer") == [f"{BEA} {CAL}", ANN]
    assert names(texts, "referral signed") == [ANN]
    assert names(texts, "ZURICH gruss") == [BEA]
    assert names(texts, "ann") == [ANN]
    assert names(texts, "0143") == [f"{BEA} {CAL}", BEA]
    assert names(texts, "nobody") == []
    assert names(texts, "nobody", numbers=(CAL,)) == [f"{BEA} {CAL}"]
    (found,) = texts.page(ConversationQuery(owner_id=OWNER, text="signed"))
    assert found.newest is not None and found.newest.text == "The referral is signed"


def test_what_is_deleted_comes_back_until_it_is_purged(texts: Conversations) -> None:
    texts.take(OWNER, [inbound("1", "First"), inbound("2", "Second", at=NOW + SECOND)], NOW)
    first, second = thread(texts)
    assert texts.delete([second.id], NOW) == (second.id,)
    assert [text.text for text in thread(texts)] == ["First"]
    assert names(texts, "second") == []
    assert texts.counts(OWNER).unread == 1
    texts.take(OWNER, [inbound("2", "Second")], NOW)
    assert [text.text for text in thread(texts)] == ["First"]
    texts.undelete([second.id])
    assert names(texts, "second") == [ANN]
    both = texts.delete_conversation(first.conversation_id, NOW)
    assert both == (first.id, second.id)
    assert names(texts) == []
    assert texts.to_purge(OWNER, NOW) == ()
    assert {m for _, m in texts.to_purge(OWNER, NOW + SECOND)} == {"1", "2"}
    texts.purge(both)
    assert texts.to_purge(OWNER, NOW + SECOND) == ()


def test_read_marks_wait_until_the_service_knows(texts: Conversations) -> None:
    texts.take(OWNER, [inbound("1"), inbound("2", at=NOW + SECOND)], NOW)
    number = thread(texts)[0].conversation_id
    assert texts.set_read(number, True)
    assert not texts.set_read(number, True)
    assert texts.untold(OWNER) == {True: ("1", "2")}
    texts.take(OWNER, [inbound("1")], NOW)
    assert texts.counts(OWNER).unread == 0
    texts.told(OWNER, ["1", "2"], True)
    assert texts.untold(OWNER) == {}
    assert texts.set_read(number, False)
    assert texts.untold(OWNER) == {False: ("2",)}
    assert texts.counts(OWNER).unread == 1


def test_a_message_that_went_at_the_service_goes_here(texts: Conversations) -> None:
    texts.take(OWNER, [inbound("1"), inbound("2")], NOW)
    texts.gone(OWNER, ["1", "unknown", ""])
    assert len(thread(texts)) == 1
    texts.gone(OWNER, ["2"])
    assert names(texts) == []


def test_stop_and_start_count_for_each_of_my_numbers(texts: Conversations) -> None:
    other = "+18885550100"
    texts.take(OWNER, [inbound("1", "Stop."), inbound("2", "Hi", at=NOW + SECOND)], NOW)
    to = (TextRecipient(number=other, is_me=True),)
    texts.take(OWNER, [inbound("3", "STOP", to=to), inbound("4", "yes", to=to, at=NOW + SECOND)], NOW)
    assert texts.page(ConversationQuery(owner_id=OWNER))[0].opted_out == (ME,)
    failed = outbound("5", to=(BEA,), state=TextState.NOT_SENT, code="SMS-RC-413")
    texts.take(OWNER, [outbound("5", to=(BEA,))], NOW)
    texts.take(OWNER, [failed], NOW)
    assert texts.with_people(OWNER, [MessageParty(number=BEA)]).opted_out == (ME,)


def test_a_draft_is_listed_and_goes_with_its_text(texts: Conversations, outbox: TextOutbox) -> None:
    number = texts.with_people(OWNER, [MessageParty(number=ANN)]).id
    assert names(texts) == []
    written = WrittenText(
        text="Could you", files=(KeptFile(name="a.png", media_type="image/png", digest="d1"),)
    )
    texts.keep_draft(number, written, NOW)
    (found,) = texts.page(ConversationQuery(owner_id=OWNER))
    assert (found.draft, found.newest) == (written, None)
    assert texts.digests() == {"d1"}
    outbox.add(OWNER, [ANN], ME, "Could you", written.files, NOW, is_of_composer=True)
    (found,) = texts.page(ConversationQuery(owner_id=OWNER))
    assert found.draft.is_empty and found.newest is not None and found.own_number == ME
    assert texts.digests() == {"d1"}


def test_a_text_goes_its_way(texts: Conversations, outbox: TextOutbox) -> None:
    text = outbox.add(OWNER, [ANN], ME, "Hi", (), NOW, release_at=NOW + 5 * SECOND)
    assert (text.state, text.can_repeat) == (TextState.HELD, True)
    assert outbox.next(OWNER, NOW) == (None, NOW + 5 * SECOND)
    found, _ = outbox.next(OWNER, NOW + 5 * SECOND)
    assert found is not None and found.id == text.id
    assert outbox.begin(text.id, NOW, 2.0)
    assert not outbox.begin(text.id, NOW, 2.0)
    assert outbox.take_back(text.id) is None
    outbox.mark_last_byte(text.id, NOW + SECOND)
    request = outbox.request(text.id)
    assert request is not None and (request.tries, request.started_at) == (1, NOW)
    assert outbox.taken(OWNER, text.id, outbound("9", "Hi")).message_id == "9"
    assert outbox.next(OWNER, NOW + 9 * SECOND) == (None, None)
    texts.take(OWNER, [outbound("9", "Hi", state=TextState.DELIVERED)], NOW)
    assert states(texts) == [TextState.DELIVERED]


def test_texts_of_one_conversation_keep_their_order(outbox: TextOutbox) -> None:
    first = outbox.add(OWNER, [ANN], ME, "1", (), NOW)
    outbox.add(OWNER, [ANN], ME, "2", (), NOW)
    other = outbox.add(OWNER, [BEA], ME, "3", (), NOW)
    outbox.begin(first.id, NOW, 0)
    outbox.wait(first.id, NOW + 60 * SECOND, "later")
    found, due_at = outbox.next(OWNER, NOW)
    assert found is not None and found.id == other.id
    assert due_at == NOW + 60 * SECOND
    outbox.hurry(OWNER)
    found, _ = outbox.next(OWNER, NOW)
    assert found is not None and found.id == first.id


def test_what_waited_too_long_is_not_sent_unasked(texts: Conversations, outbox: TextOutbox) -> None:
    outbox.add(OWNER, [ANN], ME, "Lunch?", (), NOW)
    assert outbox.next(OWNER, NOW + TOO_LATE + SECOND) == (None, None)
    (text,) = thread(texts)
    assert text.state is TextState.NOT_SENT and "12 hours" in text.detail
    assert texts.counts(OWNER).not_sent == 1


@pytest.mark.parametrize("has_left", [False, True])
def test_after_a_crash_the_marks_say_what_is_known(
    texts: Conversations, outbox: TextOutbox, has_left: bool
) -> None:
    text = outbox.add(OWNER, [ANN], ME, "Hi", (), NOW)
    outbox.begin(text.id, NOW, 0)
    if has_left:
        outbox.mark_last_byte(text.id, NOW)
    assert outbox.recover(OWNER) == 1
    assert states(texts) == [TextState.CHECKING if has_left else TextState.WAITING]
    assert bool(outbox.checking(OWNER)) is has_left


def test_a_sync_finds_the_text_whose_answer_was_lost(texts: Conversations, outbox: TextOutbox) -> None:
    twins = [outbox.add(OWNER, [ANN], ME, "Hi", (), NOW + n * SECOND) for n in range(2)]
    for n, text in enumerate(twins):
        outbox.begin(text.id, NOW + n * SECOND, 0)
        outbox.mark_last_byte(text.id, NOW + n * SECOND)
        outbox.check(text.id)
    other_people = outbound("5", "Hi", to=(ANN, BEA))
    texts.take(OWNER, [outbound("8", "Hi", at=NOW + SECOND), other_people, outbound("6", "Other")], NOW)
    assert sorted(text.message_id for text in thread(texts)) == ["", "6", "8"]
    texts.take(OWNER, [outbound("9", "Hi", at=NOW + timedelta(hours=1))], NOW)
    assert len(thread(texts)) == 4
    assert [text.id for text in outbox.checking(OWNER)] == [twins[1].id]


def test_an_answer_after_the_sync_makes_one_row(texts: Conversations, outbox: TextOutbox) -> None:
    text = outbox.add(OWNER, [ANN], ME, "Hi", (), NOW)
    outbox.begin(text.id, NOW, 0)
    outbox.mark_last_byte(text.id, NOW)
    texts.take(OWNER, [outbound("4", "Hi"), outbound("5", "Hi")], NOW)
    outbox.taken(OWNER, text.id, outbound("5", "Hi"))
    assert sorted(t.message_id for t in thread(texts)) == ["4", "5"]
    outbox.taken(OWNER, text.id, outbound("5", "Hi"))
    assert len(thread(texts)) == 2


def test_a_group_fails_for_one(texts: Conversations, outbox: TextOutbox) -> None:
    text = outbox.add(OWNER, [ANN, BEA], ME, "Hi", (), NOW)
    outbox.begin(text.id, NOW, 0)
    message = outbound("4", "Hi", to=(ANN, BEA), state=TextState.DELIVERED)
    one = TextRecipient(number=BEA, state=TextState.NOT_DELIVERED, error_code="SMS-CAR-412")
    outbox.taken(OWNER, text.id, replace(message, to=(message.to[0], one)))
    (found,) = thread(texts, (ANN, BEA))
    assert [to.number for to in found.failed] == [BEA]


def test_the_index_is_sound_after_all_of_it(texts: Conversations, tmp_path: Path) -> None:
    texts.take(OWNER, [inbound(str(n), f"word{n}", at=NOW + n * SECOND) for n in range(30)], NOW)
    ids = [text.id for text in thread(texts)]
    texts.delete(ids[:10], NOW)
    texts.purge(ids[:5])
    texts.gone(OWNER, ["20", "21"])
    connection = open_database(tmp_path / "a.sqlite3")
    connection.execute("INSERT INTO text_fts (text_fts) VALUES ('integrity-check')")
    connection.close()
