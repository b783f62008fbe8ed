"""The main job from one end to the other: numbers listed, a call watched to its end, a fax dropped and sent.

The desk runs in this process, the simulator's clock moves only when the test says so, and both the window and
the simulator must agree on what happened. Read next: test_wrong_input.py for everything that goes wrong.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PySide6.QtWidgets import QPlainTextEdit

from rcdesk.core.calls.call import CallState, Leg
from rcdesk.core.fax.fax import FaxState
from tests.flows.conftest import OpenDesk, Opened, press_send, sign_in

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

ANSWERS, BUSY, NO_ANSWER, LONG_TALK = "6505550200", "6505550201", "6505550202", "6505550208"
FAX_SENT, FAX_LINE_BUSY, FAX_NO_MACHINE, FAX_AT_ONCE = "6505554000", "6505554007", "6505554005", "6505554042"


def call_state(desk: Opened) -> CallState | None:
    """The state of the newest call, None before there is one."""
    calls = desk.running.desk.calls.calls
    return calls[0].state if calls else None


def fax_states(desk: Opened) -> list[FaxState]:
    """The states of all faxes, newest first."""
    return [job.state for job in desk.running.desk.faxes.jobs]


def ring_outs(simulator: RunningSimulator) -> int:
    """How many ring-outs were asked for."""
    return sum(r.method == "POST" and r.path.endswith("/ring-out") for r in simulator.requests)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A real one-page document."""
    path = tmp_path / "X-ray.png"
    Image.new("L", (600, 800), 200).save(path)
    return path


def test_the_account_is_shown(signed_in: Opened) -> None:
    screen = signed_in.screen
    account = signed_in.running.desk.session.account
    assert account is not None and account.name == "Mara Okafor"
    assert len(screen.named("ringMeOn_")) == len(account.ringable) == 3
    screen.wait_for("Desk", "Mobile", "Home", "Mara Okafor")
    assert len(account.cover_pages) == 14


def test_a_call_from_ringing_to_its_end(signed_in: Opened, simulator: RunningSimulator) -> None:
    screen = signed_in.screen
    screen.type("numberField", ANSWERS, enter=True)
    screen.wait(lambda: call_state(signed_in) is CallState.RINGING_YOU)
    screen.wait_for("pick up")
    simulator.advance(3.5)
    screen.wait(lambda: call_state(signed_in) is CallState.RINGING_THEM)
    screen.wait(lambda: screen.has("cancelCallButton"))
    simulator.advance(5)
    screen.wait(lambda: call_state(signed_in) is CallState.TALKING)
    screen.wait_for("Talking")
    simulator.advance(60)
    screen.wait(lambda: call_state(signed_in) is CallState.ENDED)
    screen.wait(lambda: not signed_in.running.desk.calls.is_polling)
    assert ring_outs(simulator) == 1
    screen.wait(lambda: len(signed_in.running.desk.history.recents) == 1)


@pytest.mark.parametrize(
    ("number", "until_over_s", "leg", "words"),
    [(BUSY, 6, Leg.BUSY, "Busy"), (NO_ANSWER, 21, Leg.NO_ANSWER, "No answer")],
)
def test_the_leg_that_failed_says_why(
    signed_in: Opened, simulator: RunningSimulator, number: str, until_over_s: float, leg: Leg, words: str
) -> None:
    screen = signed_in.screen
    screen.type("numberField", number, enter=True)
    screen.wait(lambda: call_state(signed_in) is CallState.RINGING_YOU)
    simulator.advance(until_over_s)
    screen.wait(lambda: call_state(signed_in) is CallState.FAILED)
    assert signed_in.running.desk.calls.calls[0].them is leg
    screen.wait_for(words)


def test_a_ringing_call_is_cancelled(signed_in: Opened, simulator: RunningSimulator) -> None:
    screen = signed_in.screen
    screen.type("numberField", ANSWERS, enter=True)
    screen.wait(lambda: call_state(signed_in) is CallState.RINGING_YOU)
    screen.press("cancelCallButton")
    screen.wait(lambda: call_state(signed_in) is CallState.CANCELLED)
    assert any(r.method == "DELETE" and "/ring-out/" in r.path for r in simulator.requests)


def test_a_dropped_file_becomes_a_sent_fax(
    signed_in: Opened, simulator: RunningSimulator, picture: Path
) -> None:
    screen = signed_in.screen
    assert screen.drop([picture])
    screen.wait_for("X-ray.png")
    screen.type("recipientField", FAX_SENT, enter=True)
    screen.wait(lambda: screen.find("sendFaxButton").isEnabled())
    press_send(signed_in)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.HANDED_OVER])
    upload = next(r for r in simulator.requests if r.method == "POST" and r.path.endswith("/fax"))
    (name,) = upload.file_names
    assert re.fullmatch(r"X-ray \(rc-\w{8}\)\.png", name), "its own name, with the mark of this upload"
    assert upload.json["to"][0]["phoneNumber"] == f"+1{FAX_SENT}"
    simulator.advance(10)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.SENT])
    screen.press("nav_sent")
    screen.wait_for("X-ray.png")
    assert "delivered" not in screen.words().lower()


def test_a_fax_that_fails_says_why(signed_in: Opened, simulator: RunningSimulator, picture: Path) -> None:
    screen = signed_in.screen
    screen.drop([picture])
    screen.wait_for("X-ray.png")
    screen.type("recipientField", FAX_NO_MACHINE, enter=True)
    assert press_send(signed_in), "nobody asked about a number that was never faxed"
    screen.wait(lambda: fax_states(signed_in) == [FaxState.HANDED_OVER])
    simulator.advance(10)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.FAILED])
    screen.press("nav_failed")
    screen.wait_for("X-ray.png", "no fax machine")


def test_a_busy_line_is_tried_again_and_says_when(
    signed_in: Opened, simulator: RunningSimulator, picture: Path
) -> None:
    screen = signed_in.screen
    screen.drop([picture])
    screen.wait_for("X-ray.png")
    screen.type("recipientField", FAX_LINE_BUSY, enter=True)
    press_send(signed_in)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.HANDED_OVER])
    simulator.advance(10)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.WAITING])
    screen.press("nav_queue")
    screen.wait_for("X-ray.png", "busy", "Waiting until", "try 2")


def test_several_recipients_share_a_request_and_have_a_row_each(
    signed_in: Opened, simulator: RunningSimulator, picture: Path
) -> None:
    screen = signed_in.screen
    screen.drop([picture])
    screen.wait_for("X-ray.png")
    screen.type("recipientField", FAX_SENT, enter=True)
    screen.type("recipientField", FAX_AT_ONCE, enter=True)
    press_send(signed_in)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.HANDED_OVER] * 2)
    (fax,) = simulator.stored_faxes()
    assert set(fax.numbers) == {f"+1{FAX_SENT}", f"+1{FAX_AT_ONCE}"}


def test_a_fax_is_taken_back_in_the_seconds_after_send(
    open_desk: OpenDesk, simulator: RunningSimulator, picture: Path
) -> None:
    desk = sign_in(open_desk, simulator, undo_s=60)
    screen = desk.screen
    screen.drop([picture])
    screen.wait_for("X-ray.png")
    screen.type("recipientField", FAX_SENT, enter=True)
    screen.type("noteEdit", "Please call me back.")
    press_send(desk)
    screen.wait(lambda: fax_states(desk) == [FaxState.HELD])
    screen.wait(lambda: screen.has("undoButton"))
    screen.press("undoButton")
    screen.wait(lambda: fax_states(desk) == [FaxState.CANCELLED])
    screen.wait_for("X-ray.png")
    note = screen.find_as(QPlainTextEdit, "noteEdit")
    screen.wait(lambda: note.toPlainText() == "Please call me back.")
    assert simulator.stored_faxes() == []


def test_a_note_alone_is_a_fax(signed_in: Opened, simulator: RunningSimulator) -> None:
    screen = signed_in.screen
    screen.press("nav_fax")
    screen.type("recipientField", FAX_SENT, enter=True)
    screen.type("noteEdit", "Please call me back.")
    press_send(signed_in)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.HANDED_OVER])
    fax = simulator.state()["faxes"][0]
    upload = next(r for r in simulator.requests if r.method == "POST" and r.path.endswith("/fax"))
    assert fax.get("coverPageText") == "Please call me back." or upload.file_names, "the note went nowhere"


def test_the_sent_list_is_there_after_a_restart(
    open_desk: OpenDesk, simulator: RunningSimulator, picture: Path
) -> None:
    first = sign_in(open_desk, simulator)
    first.screen.drop([picture])
    first.screen.wait_for("X-ray.png")
    first.screen.type("recipientField", FAX_SENT, enter=True)
    press_send(first)
    first.screen.wait(lambda: fax_states(first) == [FaxState.HANDED_OVER])
    assert first.running.stop()
    simulator.advance(10)
    second = sign_in(open_desk, simulator)
    second.screen.wait(lambda: fax_states(second) == [FaxState.SENT])
    assert len(simulator.state()["faxes"]) == 1
