"""Every call the simulator can play, made with the keyboard alone and read from the window and its tree.

Each row of the contract's RingOut table is met by one of them: both the words that can be seen and what a
screen reader gets must say it. The simulated clock moves only when the test says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QPushButton

from rcdesk.core.calls.call import CallState
from rcdesk.core.calls.past_call import CallOutcome
from rcdesk.simulator.magic import MAGIC_NUMBERS
from rcdesk.ui.phone.call_panel import CallPanel
from tests.flows.conftest import Opened
from tests.flows.reader import press, role_of, spoken, tab_to, write

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

CONTROL = Qt.KeyboardModifier.ControlModifier
CALLS = [row for row in MAGIC_NUMBERS if row.kind == "call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a scenario ends: what each part of the card says, and what the history keeps.

    yours may be one of several words: the service tells the end of the user's own leg a little later.
    """

    state: CallState
    badge: str
    yours: str | tuple[str, ...]
    theirs: str
    coach: str
    kept: CallOutcome


TALKED = End(
    state=CallState.ENDED,
    badge="Ended",
    yours="Hung up",
    theirs="Hung up",
    coach="The call has ended.",
    kept=CallOutcome.TALKED,
)


def _not_reached(coach: str) -> End:
    return End(
        state=CallState.FAILED,
        badge="Cannot be reached",
        yours="Hung up",
        theirs="Cannot be reached",
        coach=coach,
        kept=CallOutcome.UNREACHABLE,
    )


def _yours(badge: str, yours: str, coach: str, kept: CallOutcome) -> End:
    return End(state=CallState.FAILED, badge=badge, yours=yours, theirs="Not called", coach=coach, kept=kept)


def _theirs(word: str, coach: str, kept: CallOutcome) -> End:
    return End(
        state=CallState.FAILED, badge=word, yours=("Answered", "Hung up"), theirs=word, coach=coach, kept=kept
    )


ENDS = {
    "answers": TALKED,
    "slow": TALKED,
    "long talk": TALKED,
    "short talk": TALKED,
    "finished as unreachable": TALKED,
    "gone": TALKED,
    "busy": _theirs("Busy", "They are on another call.", CallOutcome.BUSY),
    "no answer": _theirs("No answer", "They did not answer.", CallOutcome.NO_ANSWER),
    "rejected": _theirs("Refused", "They refused the call.", CallOutcome.REFUSED),
    "generic error": _theirs("Cannot be reached", "This number cannot be reached.", CallOutcome.UNREACHABLE),
    "caller busy": _yours(
        "Your phone was busy", "Busy", "Your desk phone is busy", CallOutcome.YOU_WERE_BUSY
    ),
    "caller no answer": _yours(
        "You did not pick up",
        "You did not pick up",
        "You did not pick up your desk phone",
        CallOutcome.YOU_DID_NOT_ANSWER,
    ),
    "caller rejected": _yours(
        "Your phone refused", "Refused", "Your desk phone refused", CallOutcome.YOU_REFUSED
    ),
    "international disabled": _not_reached("international calls are switched off"),
    "destination blocked": _not_reached("does not allow calls to this number"),
    "not enough funds": _not_reached("not enough calling credit"),
    "no such user": _not_reached("nobody has this number"),
    "not supported from here": _not_reached("cannot ring your phone at this number"),
}


def text(desk: Opened, name: str) -> str:
    """What a label of the open card says."""
    return desk.screen.find_as(QLabel, name).text()


def says(desk: Opened, *pieces: str) -> bool:
    """True when the window shows it and a screen reader finds it."""
    heard = spoken(desk.running.window).lower()
    return desk.screen.shows(*pieces) and all(piece.lower() in heard for piece in pieces)


def state_of(desk: Opened) -> CallState | None:
    """The state of the newest call."""
    calls = desk.running.desk.calls.calls
    return calls[0].state if calls else None


def wait_for_state(desk: Opened, state: CallState) -> None:
    """Until the newest call is in this state and its card shows it."""
    desk.screen.wait(lambda: state_of(desk) is state)
    _wait_for_cards(desk)


def dial(desk: Opened, number: str) -> None:
    """Type a number and press Enter."""
    desk.running.window.activateWindow()
    desk.screen.wait(desk.running.window.isActiveWindow)
    press(Qt.Key.Key_L, CONTROL)
    write(number)
    press(Qt.Key.Key_Return)
    wait_for_state(desk, CallState.RINGING_YOU)


def play(desk: Opened, simulator: RunningSimulator) -> list[CallState]:
    """Let the world go on until the call is over; the states seen, each once.

    The desk looks every second of real time, so the world goes on in larger steps, smaller than any state.
    """
    talked_s = 0.9
    seen: list[CallState] = []
    for _ in range(1000):
        state = state_of(desk)
        assert state is not None
        if not seen or seen[-1] is not state:
            seen.append(state)
        if state.is_final:
            return seen
        if state is CallState.TALKING:
            talked_s *= 4
        simulator.advance(talked_s if state is CallState.TALKING else 2.9)
        _wait_for_news(desk)
    raise AssertionError("the call never ends")


def _wait_for_news(desk: Opened) -> None:
    before = desk.running.desk.calls.calls[0].checked_s
    desk.screen.wait(lambda: desk.running.desk.calls.calls[0].checked_s != before)
    _wait_for_cards(desk)


def _wait_for_cards(desk: Opened) -> None:
    """A card is shown in turns of its own, after the news of its call."""
    panel = desk.screen.find_as(CallPanel, "callPanel")
    desk.screen.wait(lambda: panel.is_settled)


def test_there_is_an_end_for_every_number() -> None:
    assert {row.outcome for row in CALLS} == ENDS.keys() | {"session lost"}


@pytest.mark.parametrize("row", CALLS, ids=lambda row: row.outcome.replace(" ", "-"))
def test_magic_number(signed_in: Opened, simulator: RunningSimulator, row: object) -> None:
    from rcdesk.simulator.magic import MagicNumber

    assert isinstance(row, MagicNumber)
    dial(signed_in, row.number.removeprefix("+1"))
    assert says(
        signed_in, "Ringing your desk phone", "Waiting for you", "Pick up your desk phone, then press 1."
    )
    seen = play(signed_in, simulator)
    assert seen == sorted(seen, key=list(CallState).index), "a state came back"
    if row.outcome == "session lost":
        wait_for_state(signed_in, CallState.ENDED_UNKNOWN)
        assert text(signed_in, "coachSentence")
        assert says(signed_in, "Result unknown")
        return
    end = ENDS[row.outcome]
    assert state_of(signed_in) is end.state
    assert text(signed_in, "yourPhoneState").startswith(end.yours)
    assert text(signed_in, "theirState").startswith(end.theirs)
    assert end.coach in text(signed_in, "coachSentence")
    assert says(signed_in, end.badge, end.coach, text(signed_in, "yourPhoneState"), end.theirs)
    if end.state is CallState.ENDED:
        assert CallState.TALKING in seen
    history = signed_in.running.desk.history
    signed_in.screen.wait(lambda: any(call.outcome is end.kept for call in history.recents))


def test_talking_is_said_and_cannot_be_ended_from_here(
    signed_in: Opened, simulator: RunningSimulator
) -> None:
    dial(signed_in, "6505550208")
    simulator.advance(3.5)
    wait_for_state(signed_in, CallState.RINGING_THEM)
    assert says(signed_in, "Answered", "Ringing", "Stay on your desk phone: we are ringing them now.")
    simulator.advance(6)
    wait_for_state(signed_in, CallState.TALKING)
    assert says(signed_in, "Connected", "Talking", "Hang up your desk phone to end it")
    assert not signed_in.screen.has("cancelCallButton")


def test_cancel_with_the_keyboard(signed_in: Opened, simulator: RunningSimulator) -> None:
    dial(signed_in, "6505550200")
    button = tab_to("cancelCallButton")
    assert role_of(button) == QAccessible.Role.Button
    press(Qt.Key.Key_Space)
    wait_for_state(signed_in, CallState.CANCELLED)
    assert says(signed_in, "Cancelled", "You cancelled this call before it was connected.")
    history = signed_in.running.desk.history
    signed_in.screen.wait(lambda: any(c.outcome is CallOutcome.CANCELLED for c in history.recents))


def test_after_a_call_with_the_keyboard(signed_in: Opened, simulator: RunningSimulator) -> None:
    """Call again, then fax instead."""
    dial(signed_in, "6505550201")
    play(signed_in, simulator)
    again = tab_to("callAgainButton")
    assert isinstance(again, QPushButton)
    press(Qt.Key.Key_Space)
    wait_for_state(signed_in, CallState.RINGING_YOU)
    play(signed_in, simulator)
    tab_to("faxInsteadButton")
    press(Qt.Key.Key_Space)
    signed_in.screen.wait(lambda: signed_in.screen.has("recipientField"))
    screen = signed_in.screen
    screen.wait(lambda: screen.shows("(650) 555-0201") or screen.shows("County Records Office"))


def test_two_calls_stack_and_each_has_its_cancel(signed_in: Opened, simulator: RunningSimulator) -> None:
    dial(signed_in, "6505550207")
    dial_second = "6505550208"
    press(Qt.Key.Key_L, CONTROL)
    write(dial_second)
    press(Qt.Key.Key_Return)
    calls = signed_in.running.desk.calls
    signed_in.screen.wait(lambda: [c.state for c in calls.calls] == [CallState.RINGING_YOU] * 2)
    signed_in.screen.wait(lambda: len(signed_in.screen.named("cancelCallButton")) == 2)
