"""Every state of a call and of both legs has words, and the words say what is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from rcdesk.core.calls.call import Call, CallRequest, CallState, Leg
from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.spoken_time import duration
from rcdesk.ui.kit import moments
from rcdesk.ui.words import call_words as words

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
REQUEST = CallRequest(
    to_number="+16505550142", from_number="+16505550101", from_kind="Mobile", from_label="Mine"
)
CALL = Call(id="1", request=REQUEST, started_at=AT, started_s=100.0)


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize("leg", Leg)
def test_every_state_has_words(state: CallState, leg: Leg) -> None:
    call = replace(CALL, state=state, your_phone=leg, them=leg)
    word, kind = words.badge(call)
    assert word
    assert kind in {"good", "wait", "bad", "accent", "plain"}
    for sentence in (words.coach(call), words.your_leg(call), words.their_leg(call, 200.0)):
        assert sentence
        assert "{" not in sentence
        assert "deliver" not in sentence.lower()


def test_the_coach_speaks_of_your_phone() -> None:
    ringing = replace(CALL, state=CallState.RINGING_YOU, your_phone=Leg.RINGING)
    assert words.coach(ringing) == "Pick up your mobile, then press 1."
    without = replace(ringing, request=replace(REQUEST, ask_to_press_1=False))
    assert words.coach(without) == "Pick up your mobile: it is ringing now."
    refused = replace(
        CALL, state=CallState.FAILED, reason="This call cannot be made: nobody has this number."
    )
    assert words.coach(refused) == refused.reason


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (9.9, "0:09"), (133, "2:13"), (3723, "1:02:03")])
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_freshness_says_how_old_the_state_is() -> None:
    assert words.freshness(CALL, 101.0) == "waiting for RingCentral"
    checked = replace(CALL, checked_s=100.0)
    assert words.freshness(checked, 102.0) == "checked just now"
    assert words.freshness(checked, 112.0) == "checked 12 s ago"
    assert (
        words.freshness(replace(checked, is_unreachable=True), 220.0) == "no connection: last heard 2 min ago"
    )


def test_talking_time_stops_with_the_call() -> None:
    call = replace(CALL, state=CallState.TALKING, them=Leg.ANSWERED, talking_since_s=100.0)
    assert words.their_leg(call, 233.0) == "Talking, 2:13"
    assert words.their_leg(replace(call, ended_s=160.0), 233.0) == "Talking, 1:00"


def test_outcomes_of_past_calls() -> None:
    past = PastCall(
        id="1",
        direction=Direction.OUT,
        number="+16505550142",
        name="",
        at=AT,
        outcome=CallOutcome.TALKED,
        talked_s=133.0,
    )
    assert words.outcome(past) == ("2:13", "muted")
    assert words.call_icon(past) == "phone-out"
    assert words.outcome(replace(past, outcome=CallOutcome.BUSY)) == ("Busy", "wait")
    gone = replace(past, outcome=CallOutcome.UNREACHABLE, session_id="s-1")
    assert words.outcome(gone) == ("Cannot be reached", "bad")
    never = replace(gone, direction=Direction.OUT, session_id="", log_id="")
    assert words.outcome(never) == ("Not placed", "bad"), "nobody was called: there was no connection"
    missed = replace(past, outcome=CallOutcome.MISSED, direction=Direction.IN)
    assert words.outcome(missed) == ("Missed", "bad")
    assert words.call_icon(missed) == "phone-missed"
    for outcome in CallOutcome:
        assert words.outcome(replace(past, outcome=outcome, talked_s=0.0))[0]


def test_moments_are_said_as_people_say_them() -> None:
    local = AT.astimezone()
    assert moments.recent(AT, AT) == f"{local:%H:%M}"
    assert moments.recent(AT - timedelta(days=1), AT) == "Yesterday"
    assert moments.recent(AT - timedelta(days=30), AT).split()[0] == "2"
