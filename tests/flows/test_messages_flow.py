"""Texts in the real window: every state of one, a group, a picture, a long one, offline, STOP, drafts."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Credentials, ServerKind, ServerProfile
from rcdesk.core.messages.text import TextState
from rcdesk.simulator.magic import MAGIC_NUMBERS
from rcdesk.ui.messages.messages_page import MessagesPage
from tests.flows.conftest import OpenDesk, Opened, sign_in

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

ANN, BEA = "+16505550142", "+16505550143"
THEM = "+16505553000"


def magic(outcome: str) -> str:
    return next(m.number for m in MAGIC_NUMBERS if m.kind == "text" and m.outcome == outcome)


def page_of(desk: Opened) -> MessagesPage:
    """The Messages page, open."""
    desk.running.window.show_page("messages")
    return desk.running.window.desk_side.messages_page


def look(desk: Opened) -> None:
    desk.running.desk.texts.look()


def shot(desk: Opened, name: str) -> None:
    """A picture for whoever wants to look: set RCDESK_SHOTS to a folder."""
    folder = os.environ.get("RCDESK_SHOTS")
    if folder:
        desk.running.window.grab().save(f"{folder}/{name}.png")


def write_to(desk: Opened, number: str, text: str) -> MessagesPage:
    """A new message, sent with Enter."""
    page = page_of(desk)
    page.write_new()
    page.card.new.to.add_text(number)
    page.card.composer.field.setPlainText(text)
    QTest.keyClick(page.card.composer.field, Qt.Key.Key_Return)
    desk.screen.wait(lambda: not page._is_new)
    return page


def state_of(page: MessagesPage) -> TextState | None:
    bubbles = page.card.view.bubbles
    return bubbles[-1].text.state if bubbles else None


def test_a_text_is_written_sent_and_delivered(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = write_to(desk, THEM, "Thanks. We expect it by noon. \N{GRINNING FACE}")
    desk.screen.wait(lambda: len(simulator.stored_texts()) == 1)
    desk.screen.wait(lambda: state_of(page) is TextState.SENDING)
    desk.screen.wait_for("Sending…")
    simulator.advance(10)
    look(desk)
    desk.screen.wait(lambda: state_of(page) is TextState.DELIVERED)
    desk.screen.wait_for("Delivered", "Thanks. We expect it by noon. \N{GRINNING FACE}")
    assert page.card.composer.content.is_empty


@pytest.mark.parametrize(
    ("outcome", "words", "step"),
    [
        ("SMS-RC-410", "landline", "textStep_fax"),
        ("SMS-RC-413", "no more texts", "textStep_delete"),
        ("SMS-CAR-412", "could not be reached", "textStep_again"),
        ("MSG-240", "US and Canada", "textStep_call"),
        ("SMS-UP-431", "blocked for spam", "textStep_edit"),
    ],
)
def test_what_did_not_go_says_why_and_what_to_do(
    open_desk: OpenDesk, simulator: RunningSimulator, outcome: str, words: str, step: str
) -> None:
    desk = sign_in(open_desk, simulator)
    page = write_to(desk, magic(outcome), "Hello")
    desk.screen.wait(lambda: state_of(page) is not None)
    desk.screen.wait(lambda: bool(simulator.stored_texts()) or state_of(page) is TextState.NOT_SENT)
    simulator.advance(10)
    look(desk)
    desk.screen.wait(lambda: state_of(page) in (TextState.NOT_SENT, TextState.NOT_DELIVERED))
    desk.screen.wait_for(words)
    desk.screen.wait(lambda: desk.screen.has(step))
    desk.screen.wait_for("Not sent 1")


def test_only_sent_says_that_nobody_knows_more(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = write_to(desk, magic("only sent"), "Hello")
    desk.screen.wait(lambda: state_of(page) is TextState.SENDING)
    desk.screen.wait(lambda: len(simulator.stored_texts()) == 1)
    simulator.advance(60)
    look(desk)
    desk.screen.wait_for("Sent, no word from their phone yet")


def test_a_lost_answer_is_checked_and_found(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    simulator.fault("answer-lost", path="/sms")
    page = write_to(desk, THEM, "Once")
    desk.screen.wait(
        lambda: state_of(page) is TextState.SENDING and page.card.view.bubbles[0].text.message_id
    )
    assert len(simulator.stored_texts()) == 1


def test_texts_come_in_are_read_answered_and_deleted(
    open_desk: OpenDesk, simulator: RunningSimulator
) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk)
    simulator.inbound_text("The refill for Mr. Hale is ready.", sender=ANN)
    simulator.inbound_text("Hello, can I move Friday to 11?", sender=BEA)
    look(desk)
    desk.screen.wait(lambda: page.model.rowCount() == 2)
    desk.screen.wait_for("Unread 2")
    page.list.setCurrentIndex(page.model.index(0, 0))
    page._mark_read()
    desk.screen.wait(lambda: len(page.card.view.bubbles) == 1)
    page.card.composer.field.setPlainText("Yes")
    QTest.keyClick(page.card.composer.field, Qt.Key.Key_Return)
    desk.screen.wait(lambda: len(page.card.view.bubbles) == 2 and len(simulator.stored_texts()) == 1)
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_Delete)
    desk.screen.wait(lambda: page.model.rowCount() == 1)
    desk.screen.wait(lambda: page.foot.can_undo)
    page.foot._undo.click()
    desk.screen.wait(lambda: page.model.rowCount() == 2)


def test_a_group_shows_who_said_what(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk)
    simulator.inbound_text("I moved the 3 pm to room 2.", sender=ANN, others=[BEA])
    look(desk)
    desk.screen.wait(lambda: page.model.rowCount() == 1)
    page.list.choose_first()
    desk.screen.wait_for("one group text, everybody sees the answers")
    page.card.composer.field.setPlainText("Thank you both")
    QTest.keyClick(page.card.composer.field, Qt.Key.Key_Return)
    desk.screen.wait(lambda: len(simulator.stored_texts()) == 1 and len(page.card.view.bubbles) == 2)


def test_to_each_alone_makes_a_text_for_each(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk)
    page.write_new()
    for number in (ANN, BEA):
        page.card.new.to.add_text(number)
    desk.screen.wait_for("To each alone")
    page.card.new.alone.setChecked(True)
    page.card.composer.field.setPlainText("Closed on Monday")
    QTest.keyClick(page.card.composer.field, Qt.Key.Key_Return)
    desk.screen.wait(lambda: len(simulator.stored_texts()) == 2)
    desk.screen.wait(lambda: page.model.rowCount() == 2)


def test_a_picture_is_added_made_small_and_sent(
    open_desk: OpenDesk, simulator: RunningSimulator, tmp_path: Path
) -> None:
    desk = sign_in(open_desk, simulator)
    picture = tmp_path / "Room 2 board.png"
    Image.effect_noise((1800, 1400), 90).save(picture)
    page = page_of(desk)
    page.write_new()
    page.card.new.to.add_text(THEM)
    page.card.composer.add_files([picture])
    desk.screen.wait_for("made smaller from", "Picture message")
    shot(desk, "picture")
    desk.screen.press("textSend")
    desk.screen.wait(lambda: len(simulator.stored_texts()) == 1)
    desk.screen.wait(lambda: bool(page.card.view.bubbles and page.card.view.bubbles[0].pictures))
    place = page.card.view.bubbles[0].pictures[0]
    desk.screen.wait(lambda: not page.card.view.bubbles[0].pictures[0].pixmap().isNull() or place is None)


def test_long_and_odd_texts_are_counted(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk)
    page.write_new()
    field = page.card.composer.field
    field.setPlainText("x" * 34)
    desk.screen.wait_for("34 / 160 · 1 text")
    field.setPlainText("x" * 183)
    desk.screen.wait_for("183 · 2 texts")
    field.setPlainText("\N{GRINNING FACE}" * 3)
    desk.screen.wait_for("6 / 70 · 1 text")
    field.setPlainText("x" * 1004)
    desk.screen.wait_for("4 too long")
    assert not page.card.composer.send.isEnabled()
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.setPlainText("a")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert "\n" in field.toPlainText()


def test_a_draft_stays_with_its_conversation(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk)
    simulator.inbound_text("One", sender=ANN)
    look(desk)
    desk.screen.wait(lambda: page.model.rowCount() == 1)
    simulator.advance(2)
    simulator.inbound_text("Two", sender=BEA)
    look(desk)
    desk.screen.wait(lambda: page.model.rowCount() == 2)
    page.list.setCurrentIndex(page.model.index(1, 0))
    desk.screen.wait(lambda: len(page.card.view.bubbles) == 1)
    assert page._open is not None
    desk.running.desk.texts.set_read(page._open.id)
    desk.screen.wait(lambda: desk.running.desk.texts.counts.unread == 1)
    page.card.composer.field.setPlainText("Could you confirm the")
    page.list.setCurrentIndex(page.model.index(0, 0))
    desk.screen.wait(lambda: page.card.composer.content.is_empty)
    desk.screen.wait(lambda: "Draft: Could you" in str([page.model.index(n, 0).data() for n in range(2)]))


def test_who_wants_no_texts_closes_the_composer(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk)
    simulator.inbound_text("STOP", sender=ANN)
    look(desk)
    desk.screen.wait(lambda: page.model.rowCount() == 1)
    page.list.choose_first()
    desk.screen.wait_for("They asked for no more texts")
    assert not page.card.composer.field.isVisible()


def test_an_emergency_number_is_refused(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk)
    page.write_new()
    page.card.new.to.line.setText("911")
    page.card.composer.field.setPlainText("Help")
    QTest.keyClick(page.card.composer.field, Qt.Key.Key_Return)
    desk.screen.wait(lambda: desk.screen.shows("emergency") or desk.screen.shows("911"))
    assert simulator.stored_texts() == []
    assert page.card.composer.field.toPlainText() == "Help"


def test_a_text_is_taken_back(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator, undo_s=5)
    page = write_to(desk, THEM, "Oops")
    desk.screen.wait(lambda: state_of(page) is TextState.HELD)
    desk.screen.press("textStep_take_back")
    desk.screen.wait(lambda: page.card.composer.content.text == "Oops")
    assert simulator.stored_texts() == []


def test_offline_it_waits_and_goes_when_the_connection_is_back(
    open_desk: OpenDesk, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk)
    connect = socket.socket.connect
    is_down = True

    def no_network(self: socket.socket, address: Any) -> None:
        if is_down and isinstance(address, tuple):
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        connect(self, address)

    # What was connected before is cut at its next request.
    monkeypatch.setattr(socket.socket, "connect", no_network)
    simulator.fault("cut-before", path="/message-sync", times=20)
    look(desk)
    desk.screen.wait(lambda: desk.running.desk.session.state is SessionState.OFFLINE)
    write_to(desk, THEM, "Later")
    desk.screen.wait(lambda: state_of(page) is TextState.WAITING)
    desk.screen.wait_for("Waiting for the connection")
    is_down = False
    simulator.clear_faults()
    desk.running.desk.session.check()
    desk.screen.wait(lambda: len(simulator.stored_texts()) == 1)
    desk.screen.wait(lambda: state_of(page) is TextState.SENDING)


def test_the_older_service_has_no_texts_and_says_so(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = open_desk()
    session = desk.running.desk.session
    old = ServerProfile(name="Old server", base_url=simulator.base_url, kind=ServerKind.LEGACY)
    credentials = Credentials(
        client_id="",
        username=simulator.username,
        extension=simulator.extension,
        password=simulator.password,
    )
    session.sign_in(old, credentials)
    desk.screen.wait(lambda: session.state is SessionState.SIGNED_IN)
    page = page_of(desk)
    assert not page.new_button.isEnabled()
    desk.screen.wait_for("not possible with this older service")
    page.write_new()
    assert not page.card.new.isVisible()
