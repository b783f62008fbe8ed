"""Texts over HTTP and on real files: sent once whatever happens, followed, synced, marked, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, NetworkError, UserError
from rcdesk.core.messages.conversation import ConversationQuery, KeptFile, KeptText, TextNews, WrittenText
from rcdesk.core.messages.text import TextState
from rcdesk.core.messages.text_checks import MOST_FILE_BYTES, check_files
from rcdesk.documents.small_picture import small_picture
from rcdesk.services.messages import sending
from rcdesk.services.messages.sending import TextSender
from rcdesk.services.messages.text_sync import TextSync
from rcdesk.services.messages.texts import TextService
from rcdesk.simulator.magic import MAGIC_NUMBERS
from rcdesk.store.messages.conversations import Conversations
from rcdesk.store.messages.files import TextFiles
from rcdesk.store.messages.outbox import TextOutbox
from rcdesk.store.people.people import People
from tests.unit.services.fax_rig import SetClock, signed_in

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection
    from rcdesk.simulator import RunningSimulator

ME, THEM, OTHER = "+16505550190", "+16505553000", "+16505550144"
TOKEN = CancelToken()
SENDING, CHECKING, UNSURE = TextState.SENDING, TextState.CHECKING, TextState.UNSURE
WAITING, NOT_SENT = TextState.WAITING, TextState.NOT_SENT


def _small(
    path: Path, media_type: str, most_px: int, most_bytes: int, token: CancelToken | None = None
) -> bytes:
    return small_picture(path, media_type, most_px, most_bytes)


@dataclass
class Rig:
    """The services of texts on one archive, signed in; open_again() is a restart of the program."""

    simulator: RunningSimulator
    connection: Connection
    owner: str
    clock: SetClock
    folder: Path
    store: Conversations
    outbox: TextOutbox
    people: People

    def open_again(self) -> None:
        files = TextFiles(self.folder / "texts")
        self.files = files
        self.texts = TextService(
            lambda: self.connection, self.store, self.outbox, files, self.people, self.clock, _small
        )
        self.sender = TextSender(lambda: self.connection, self.outbox, files, self.clock)
        self.news = TextSync(lambda: self.connection, self.store, files, self.clock)

    def write(self, text: str = "Hello", *to: str, files: tuple[KeptFile, ...] = ()) -> KeptText:
        written = WrittenText(text=text, files=files)
        return self.texts.send(self.owner, to or (THEM,), ME, written, "US")

    def send(self) -> KeptText | None:
        return self.sender.send_next(self.owner, TOKEN).text

    def sync(self) -> TextNews:
        return self.news.sync(self.owner, TOKEN)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.simulator.advance(seconds)

    def thread(self, *people: str) -> tuple[KeptText, ...]:
        return self.texts.thread(self.texts.with_numbers(self.owner, people or (THEM,)).id)

    @property
    def sent(self) -> list[str]:
        """The words of every text the service took."""
        return [text.text for text in self.simulator.stored_texts()]


@pytest.fixture
def rig(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    simulator.set_limits(Light=1000, Medium=1000, Heavy=1000)
    with signed_in(simulator, tmp_path) as desk:
        file = tmp_path / "a.sqlite3"
        stores = Conversations(file), TextOutbox(file), People(file)
        rig = Rig(simulator, desk.connection, desk.owner, desk.clock, tmp_path, *stores)
        rig.open_again()
        yield rig
        for store in stores:
            store.close()


def magic(outcome: str) -> str:
    return next(m.number for m in MAGIC_NUMBERS if m.kind == "text" and m.outcome == outcome)


def picture(folder: Path, name: str = "board.png", size: tuple[int, int] = (64, 48)) -> Path:
    path = folder / name
    Image.effect_noise(size, 90).convert("RGB").save(path)
    return path


def test_a_text_goes_out_and_is_followed_to_delivered(rig: Rig) -> None:
    rig.write("Grüße \N{GRINNING FACE}\nand “more”")
    sent = rig.send()
    assert sent is not None and sent.state is SENDING and sent.message_id
    assert rig.sent == ["Grüße \N{GRINNING FACE}\nand “more”"]
    rig.pass_time(5)
    rig.sync()
    (text,) = rig.thread()
    assert (text.id, text.state) == (sent.id, TextState.DELIVERED)
    assert rig.send() is None


@pytest.mark.parametrize("code", ["SMS-RC-410", "SMS-RC-413", "SMS-CAR-412"])
def test_what_failed_there_is_known_here(rig: Rig, code: str) -> None:
    number = magic(code)
    rig.write("Hello", number)
    rig.send()
    rig.pass_time(10)
    rig.sync()
    (text,) = rig.thread(number)
    assert text.state.is_failed and text.error_code == code
    assert rig.texts.counts(rig.owner).not_sent == 1


def test_a_refusal_fails_at_once_with_its_code(rig: Rig) -> None:
    rig.write("Hello", magic("MSG-240"))
    failed = rig.send()
    assert failed is not None and (failed.state, failed.error_code) == (NOT_SENT, "MSG-240")
    assert rig.send() is None


def test_what_may_not_go_yet_waits_and_goes_later(rig: Rig) -> None:
    rig.write()
    rig.simulator.fault("429", path="/sms", seconds=40)
    waiting = rig.send()
    assert waiting is not None and waiting.state is WAITING and waiting.retry_at is not None
    assert rig.send() is None
    rig.pass_time(60)
    rig.send()
    assert rig.sent == ["Hello"]


@pytest.mark.parametrize("kind", ["answer-lost", "answer-cut", "garbage", "status-after"])
def test_a_lost_answer_is_looked_for_and_the_text_never_sent_twice(rig: Rig, kind: str) -> None:
    rig.write()
    rig.simulator.fault(kind, path="/sms")
    lost = rig.send()
    assert lost is not None and lost.state is CHECKING
    assert rig.sent == ["Hello"]
    found = rig.send()
    assert found is not None and found.state is SENDING and found.message_id
    assert rig.send() is None
    assert rig.sent == ["Hello"]
    rig.sync()
    assert len(rig.thread()) == 1


def test_what_never_arrived_is_a_question_and_not_repeated(rig: Rig) -> None:
    rig.write()
    rig.simulator.fault("cut-after", path="/sms")
    lost = rig.send()
    assert lost is not None and lost.state is CHECKING
    states = []
    for _ in range(12):
        text = rig.send()
        states.append(text.state if text is not None else None)
        rig.pass_time(sending.LOOK_EVERY.total_seconds())
    assert UNSURE in states and rig.sent == []
    assert rig.texts.counts(rig.owner).not_sent == 1
    rig.texts.send_again(rig.owner, rig.thread()[0].id, "US")
    rig.send()
    assert rig.sent == ["Hello"] and len(rig.thread()) == 1


def test_two_equal_texts_with_lost_answers_find_one_message_each(rig: Rig) -> None:
    for _ in range(2):
        rig.write()
    rig.simulator.fault("answer-lost", path="/sms", times=2)
    for _ in range(6):
        rig.send()
    assert rig.sent == ["Hello", "Hello"]
    assert len({text.message_id for text in rig.thread()}) == 2


@pytest.mark.parametrize("has_left", [False, True])
def test_a_kill_before_or_after_the_last_byte(rig: Rig, has_left: bool) -> None:
    text = rig.write()
    rig.outbox.begin(text.id, rig.clock.now(), 0)
    if has_left:
        rig.outbox.mark_last_byte(text.id, rig.clock.now())
    rig.open_again()
    rig.send()
    assert rig.sent == ([] if has_left else ["Hello"])
    assert rig.thread()[0].state is (CHECKING if has_left else SENDING)


def test_another_account_never_sends_it(rig: Rig) -> None:
    rig.texts.send("somebody else", (THEM,), ME, WrittenText(text="Mine"), "US")
    with pytest.raises(Cancelled):
        rig.sender.send_next("somebody else", TOKEN)
    assert rig.sent == []


def test_taking_back_before_it_goes(rig: Rig) -> None:
    text = rig.texts.send(rig.owner, (THEM,), ME, WrittenText(text="Oops"), "US", undo_s=5)
    assert rig.send() is None
    assert rig.texts.take_back(text.id) == WrittenText(text="Oops")
    rig.pass_time(6)
    assert rig.send() is None and rig.thread() == ()
    with pytest.raises(UserError, match="too late"):
        rig.texts.take_back(text.id)


@pytest.mark.parametrize(
    ("to", "words", "why"),
    [
        ("911", "Help", "emergency"),
        ("112", "Help", "emergency"),
        ("101", "Hello", "extensions"),
        ("+16505553000", " ", "Write something"),
        ("+16505553000", "x" * 1001, "too long"),
        ("+1650", "Hello", "."),
    ],
)
def test_what_cannot_be_sent_is_refused_before_it_is_kept(rig: Rig, to: str, words: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        rig.write(words, to)
    assert rig.texts.page(ConversationQuery(owner_id=rig.owner)) == ()


def test_who_wants_no_texts_gets_none(rig: Rig) -> None:
    rig.simulator.inbound_text("STOP", sender=OTHER)
    rig.sync()
    with pytest.raises(UserError, match="no more texts"):
        rig.write("One more", OTHER)
    rig.pass_time(1)
    rig.simulator.inbound_text("start", sender=OTHER)
    rig.sync()
    rig.write("Thanks", OTHER)


def test_what_comes_in_is_news_once(rig: Rig) -> None:
    rig.sync()
    rig.simulator.inbound_text("Ready", sender=OTHER)
    assert [text.text for text in rig.sync().came_in] == ["Ready"]
    assert rig.sync().came_in == ()
    conversation = rig.texts.with_numbers(rig.owner, [OTHER])
    assert (conversation.unread, rig.texts.set_read(conversation.id, True)) == (1, True)
    rig.sync()
    rig.store.set_sync_token(rig.owner, "", rig.clock.now())
    rig.sync()
    assert rig.texts.counts(rig.owner).unread == 0


def test_a_group_is_one_conversation(rig: Rig) -> None:
    rig.sync()
    rig.simulator.inbound_text("Who comes?", sender=OTHER, others=[THEM])
    rig.sync()
    rig.pass_time(2)
    rig.write("I do", OTHER, THEM)
    rig.send()
    assert [text.text for text in rig.thread(OTHER, THEM)] == ["Who comes?", "I do"]
    assert len(rig.simulator.stored_texts()) == 1


@pytest.mark.parametrize("code", ["CMN-101", "MSG-333", "MSG-411"])
def test_a_void_token_means_a_full_sync_that_loses_nothing(rig: Rig, code: str) -> None:
    rig.simulator.inbound_text("One", sender=OTHER)
    rig.sync()
    rig.simulator.inbound_text("Two", sender=OTHER)
    rig.store.set_sync_token(rig.owner, "void", rig.clock.now())
    rig.sync()
    assert [text.text for text in rig.thread(OTHER)] == ["One", "Two"]


def test_deleted_here_is_deleted_there_after_the_time_to_undo(rig: Rig) -> None:
    message_id = rig.simulator.inbound_text("Gone", sender=OTHER)
    rig.sync()
    (text,) = rig.thread(OTHER)
    rig.texts.delete([text.id])
    rig.sync()
    rig.texts.undelete([text.id])
    assert len(rig.thread(OTHER)) == 1
    rig.texts.delete([text.id])
    rig.pass_time(60)
    rig.sync()
    rig.store.set_sync_token(rig.owner, "", rig.clock.now())
    rig.sync()
    assert rig.thread(OTHER) == ()
    assert str(message_id)


def test_a_picture_is_made_small_and_goes_along(rig: Rig, tmp_path: Path) -> None:
    large = picture(tmp_path, size=(1800, 1400))
    kept = rig.texts.add_file(large, (), TOKEN)
    assert kept.original_bytes == large.stat().st_size > kept.size_bytes
    assert (kept.name, kept.media_type) == ("board.jpg", "image/jpeg")
    large.unlink()
    rig.write("Look", files=(kept,))
    sent = rig.send()
    assert sent is not None and sent.message_id
    assert len(rig.simulator.stored_texts()) == 1
    with Image.open(rig.texts.file_path(rig.thread()[0].files[0])) as opened:
        assert opened.format == "JPEG"


def test_ten_large_pictures_fit_together(rig: Rig, tmp_path: Path) -> None:
    large = picture(tmp_path, size=(900, 700))
    files: tuple[KeptFile, ...] = ()
    for _ in range(5):
        files = (*files, rig.texts.add_file(large, files, TOKEN))
    assert sum(file.size_bytes for file in files) <= MOST_FILE_BYTES
    check_files([])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("scans.exe", b"MZ" + bytes(60), "cannot carry"),
        ("empty.pdf", b"", "empty"),
        ("photo.jpg", b"no picture at all", "no picture"),
        ("huge.pdf", b"%PDF-" + bytes(1_600_000), "room for"),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + bytes(900_000), "damaged"),
    ],
)
def test_files_that_cannot_go_say_why(rig: Rig, tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=why):
        rig.texts.add_file(tmp_path / name, (), TOKEN)


def test_a_picture_that_came_in_is_fetched_once(rig: Rig, tmp_path: Path) -> None:
    kept = rig.texts.add_file(picture(tmp_path), (), TOKEN)
    rig.write("Look", files=(kept,))
    rig.send()
    rig.store.gone(rig.owner, [rig.thread()[0].message_id])
    rig.store.set_sync_token(rig.owner, "", rig.clock.now())
    rig.sync()
    (text,) = rig.thread()
    assert text.files[0].digest == ""
    assert rig.news.fetch_file(text, 0, TOKEN)
    assert rig.texts.file_path(rig.thread()[0].files[0]).is_file()
    assert rig.texts.picture(rig.thread()[0].files[0], 32, TOKEN)[:2] == b"\xff\xd8"


def test_files_go_when_nothing_names_them(rig: Rig, tmp_path: Path) -> None:
    kept = rig.texts.add_file(picture(tmp_path), (), TOKEN)
    number = rig.texts.with_numbers(rig.owner, [THEM]).id
    rig.texts.keep_draft(number, WrittenText(files=(kept,)))
    rig.texts.tidy()
    assert rig.texts.file_path(kept).is_file()
    rig.texts.keep_draft(number, WrittenText())
    rig.texts.tidy()
    with pytest.raises(UserError):
        rig.texts.file_path(kept)


def test_sync_without_a_connection_changes_nothing(rig: Rig) -> None:
    rig.sync()
    rig.simulator.fault("cut-before", path="message-sync", times=20)
    with pytest.raises(NetworkError):
        rig.sync()
    rig.simulator.clear_faults()
    rig.sync()
