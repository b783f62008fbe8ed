"""The desk of texts signed in to a simulator: sent, taken back, followed, heard of, read, deleted, listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.modeltest import ModelTester

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.messages.conversations_model import CONVERSATION_ROLE, ConversationsModel
from rcdesk.bridge.messages.texts_desk import TextsDesk, ThreadPage
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import RcdeskError
from rcdesk.core.messages.conversation import ConversationQuery, KeptText, WrittenText
from rcdesk.core.messages.text import TextState
from rcdesk.documents.small_picture import small_picture
from rcdesk.services.account.connection import Connection
from rcdesk.services.messages.sending import TextSender
from rcdesk.services.messages.text_sync import TextSync
from rcdesk.services.messages.texts import TextService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.messages.conversations import Conversations
from rcdesk.store.messages.files import TextFiles
from rcdesk.store.messages.outbox import TextOutbox
from rcdesk.store.people.people import People
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import LANES, credentials_of, profile_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

ME, THEM, OTHER = "+16505550190", "+16505553000", "+16505550144"


@dataclass
class Bench:
    """One run of the program on the test's archive."""

    session: SessionDesk
    desk: TextsDesk
    lanes: dict[str, Lane]
    simulator: RunningSimulator
    qtbot: QtBot
    came_in: list[KeptText] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        self.session.sign_in_jwt(profile_of(self.simulator), credentials_of(self.simulator))
        self.qtbot.waitUntil(lambda: self.session.state is SessionState.SIGNED_IN, timeout=PATIENCE_MS)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: all(lane.is_idle for lane in self.lanes.values()), timeout=PATIENCE_MS)

    def send(self, text: str = "Hello", *to: str, undo_s: float = 0.0) -> KeptText:
        found: list[KeptText] = []
        errors: list[RcdeskError] = []
        self.desk.send(to or (THEM,), ME, WrittenText(text=text), found.append, errors.append, undo_s=undo_s)
        self.qtbot.waitUntil(lambda: bool(found or errors), timeout=PATIENCE_MS)
        assert not errors, errors
        return found[0]

    def thread(self, *people: str) -> ThreadPage:
        found: list[ThreadPage | None] = []
        self.desk.open_with(people or (THEM,), lambda one: self.desk.read_thread(one.id, found.append))
        self.qtbot.waitUntil(lambda: bool(found), timeout=PATIENCE_MS)
        assert found[0] is not None
        return found[0]

    def wait_for(self, *states: TextState, people: tuple[str, ...] = ()) -> None:
        self.qtbot.waitUntil(
            lambda: tuple(text.state for text in self.thread(*people).texts) == states,
            timeout=PATIENCE_MS,
        )


@pytest.fixture
def bench(
    make_lane: Callable[[str], Lane], tmp_path: Path, simulator: RunningSimulator, qtbot: QtBot
) -> Iterator[Bench]:
    lanes = {name: make_lane(name) for name in LANES}
    secrets, clock, file = Secrets(use_keyring=False), SystemClock(), tmp_path / "a.sqlite3"
    session = SessionDesk(lanes["calls"], lambda profile: Connection(profile, secrets))
    stores = Conversations(file), TextOutbox(file), People(file)
    files = TextFiles(tmp_path / "texts")

    def connection() -> Connection | None:
        return session.connection

    def small(path: Path, media_type: str, most_px: int, most_bytes: int, token: object = None) -> bytes:
        return small_picture(path, media_type, most_px, most_bytes)

    conversations, outbox, people = stores
    desk = TextsDesk(
        lanes,
        session,
        TextService(connection, conversations, outbox, files, people, clock, small),
        TextSender(connection, outbox, files, clock),
        TextSync(connection, conversations, files, clock),
    )
    made = Bench(session, desk, lanes, simulator, qtbot)
    desk.came_in.connect(made.came_in.extend)
    desk.problem.connect(made.problems.append)
    for lane in lanes.values():
        lane.bug.connect(made.problems.append)
    desk.start()
    yield made
    session.stop()
    desk.stop()
    for lane in lanes.values():
        assert lane.stop(PATIENCE_S)
    for store in stores:
        store.close()
    assert made.problems == []


def test_a_text_goes_out_and_its_end_is_heard(bench: Bench) -> None:
    bench.sign_in()
    bench.send()
    bench.wait_for(TextState.SENDING)
    bench.simulator.advance(10)
    bench.desk.look()
    bench.wait_for(TextState.DELIVERED)
    assert len(bench.simulator.stored_texts()) == 1


def test_a_text_is_taken_back_while_it_can_be(bench: Bench) -> None:
    bench.sign_in()
    text = bench.send("Oops", undo_s=60)
    back: list[WrittenText] = []
    bench.desk.take_back(text.id, back.append)
    bench.qtbot.waitUntil(lambda: bool(back), timeout=PATIENCE_MS)
    bench.settle()
    assert back[0].text == "Oops" and bench.simulator.stored_texts() == []


def test_what_waits_to_be_taken_back_goes_by_itself(bench: Bench) -> None:
    bench.sign_in()
    bench.send(undo_s=0.2)
    bench.qtbot.waitUntil(lambda: len(bench.simulator.stored_texts()) == 1, timeout=PATIENCE_MS)


def test_what_comes_in_is_told_once_and_counted(bench: Bench) -> None:
    bench.sign_in()
    bench.simulator.inbound_text("Ready", sender=OTHER)
    bench.desk.look()
    bench.desk.look()
    bench.qtbot.waitUntil(lambda: bench.desk.counts.unread == 1, timeout=PATIENCE_MS)
    bench.settle()
    assert [text.text for text in bench.came_in] == ["Ready"]
    bench.desk.set_read(bench.thread(OTHER).conversation.id)
    bench.qtbot.waitUntil(lambda: bench.desk.counts.unread == 0, timeout=PATIENCE_MS)


def test_the_model_lists_and_keeps_its_rows(bench: Bench, qtmodeltester: ModelTester) -> None:
    bench.sign_in()
    model = ConversationsModel(bench.desk, words=lambda one: " ".join(one.numbers))
    with bench.qtbot.waitSignal(model.loaded, timeout=PATIENCE_MS):
        model.set_query(ConversationQuery(owner_id=bench.desk.owner_id))
    for words, sender in (("One", OTHER), ("Two", "+16505550145")):
        bench.simulator.inbound_text(words, sender=sender)
    bench.desk.look()
    bench.qtbot.waitUntil(lambda: model.rowCount() == 2, timeout=PATIENCE_MS)
    bench.simulator.advance(2)
    bench.simulator.inbound_text("Three", sender=OTHER)
    bench.desk.look()
    bench.qtbot.waitUntil(lambda: model.index(0, 0).data(CONVERSATION_ROLE).unread == 2, timeout=PATIENCE_MS)
    bench.settle()
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_deleting_can_be_undone(bench: Bench) -> None:
    bench.sign_in()
    bench.simulator.inbound_text("Keep me", sender=OTHER)
    bench.desk.look()
    bench.qtbot.waitUntil(lambda: bench.desk.counts.unread == 1, timeout=PATIENCE_MS)
    gone: list[tuple[int, ...]] = []
    bench.desk.delete_conversation(bench.thread(OTHER).conversation.id, gone.append)
    bench.qtbot.waitUntil(lambda: bool(gone), timeout=PATIENCE_MS)
    assert bench.thread(OTHER).texts == ()
    bench.desk.undelete(gone[0])
    bench.wait_for(TextState.RECEIVED, people=(OTHER,))
