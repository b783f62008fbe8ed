"""The RingOut table of the wire contract, row by row, and the rules that no row may break."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rcdesk.core.calls.call import (
    Call,
    CallRequest,
    CallState,
    Leg,
    RingOutReport,
    adopted,
    listed,
    next_state,
    past_call,
    session_gone,
    with_result,
)
from rcdesk.core.calls.past_call import CallOutcome, Direction

NEW = Call(
    id="1",
    request=CallRequest(to_number="+16505550142", from_number="+16505550100"),
    started_at=datetime(2026, 3, 1, tzinfo=UTC),
    started_s=0.0,
)
WORDS = (
    *("Invalid", "Success", "InProgress", "Busy", "NoAnswer", "RingOutFromThisNumberIsNotSupported"),
    *("Rejected", "GenericError", "Finished", "InternationalDisabled", "DestinationBlocked"),
    *("NotEnoughFunds", "NosuchUser", "Error", "CannotReach", "NoAnsweringMachine", "NoSessionFound"),
    "Unknown",
)


def hear(call: Call, words: str, now_s: float = 1.0) -> Call:
    """The call after a report of "call caller callee"."""
    first, second, third = words.split()
    report = RingOutReport(session_id="s", call_status=first, caller_status=second, callee_status=third)
    return next_state(call, report, now_s)


RINGING_YOU = hear(NEW, "InProgress InProgress InProgress")
RINGING_THEM = hear(RINGING_YOU, "InProgress Success InProgress")
TALKING = hear(RINGING_THEM, "Success Success Success", 5.0)


@pytest.mark.parametrize(
    ("before", "words", "state", "you", "them"),
    [
        (NEW, "InProgress InProgress InProgress", CallState.RINGING_YOU, Leg.RINGING, Leg.WAITING),
        (RINGING_YOU, "InProgress Success InProgress", CallState.RINGING_THEM, Leg.ANSWERED, Leg.RINGING),
        (RINGING_THEM, "Success Success Success", CallState.TALKING, Leg.ANSWERED, Leg.ANSWERED),
        (TALKING, "Success Finished Finished", CallState.ENDED, Leg.HUNG_UP, Leg.HUNG_UP),
        (TALKING, "CannotReach Finished Finished", CallState.ENDED, Leg.HUNG_UP, Leg.HUNG_UP),
        (RINGING_YOU, "CannotReach NoAnswer InProgress", CallState.FAILED, Leg.NO_ANSWER, Leg.WAITING),
        (RINGING_YOU, "CannotReach NoAnswer Rejected", CallState.FAILED, Leg.NO_ANSWER, Leg.WAITING),
        (RINGING_YOU, "CannotReach NoAnswer GenericError", CallState.FAILED, Leg.NO_ANSWER, Leg.WAITING),
        (RINGING_YOU, "CannotReach Busy InProgress", CallState.FAILED, Leg.BUSY, Leg.WAITING),
        (RINGING_YOU, "CannotReach Busy GenericError", CallState.FAILED, Leg.BUSY, Leg.WAITING),
        (RINGING_YOU, "CannotReach Rejected InProgress", CallState.FAILED, Leg.REFUSED, Leg.WAITING),
        (RINGING_THEM, "CannotReach Success NoAnswer", CallState.FAILED, Leg.ANSWERED, Leg.NO_ANSWER),
        (RINGING_THEM, "CannotReach Success Busy", CallState.FAILED, Leg.ANSWERED, Leg.BUSY),
        (RINGING_THEM, "CannotReach Success Rejected", CallState.FAILED, Leg.ANSWERED, Leg.REFUSED),
        (RINGING_THEM, "CannotReach Finished NoAnswer", CallState.FAILED, Leg.HUNG_UP, Leg.NO_ANSWER),
        (RINGING_THEM, "CannotReach Finished Busy", CallState.FAILED, Leg.HUNG_UP, Leg.BUSY),
        (RINGING_THEM, "CannotReach Finished Rejected", CallState.FAILED, Leg.HUNG_UP, Leg.REFUSED),
        (RINGING_YOU, "CannotReach Rejected Rejected", CallState.FAILED, Leg.REFUSED, Leg.WAITING),
    ],
)
def test_each_row_of_the_table(before: Call, words: str, state: CallState, you: Leg, them: Leg) -> None:
    after = hear(before, words)
    assert (after.state, after.your_phone, after.them) == (state, you, them)


@pytest.mark.parametrize("before", [NEW, RINGING_YOU, RINGING_THEM])
def test_a_call_we_cancelled_is_cancelled_not_failed(before: Call) -> None:
    cancelling = replace(before, is_cancelling=True)
    assert hear(cancelling, "CannotReach Rejected Rejected").state is CallState.CANCELLED
    assert session_gone(cancelling, 2.0).state is CallState.CANCELLED


def test_a_call_that_was_gone_when_it_was_cancelled_is_looked_up() -> None:
    gone = session_gone(replace(RINGING_THEM, is_cancelling=True, session_id="s-1"), 2.0)
    assert gone.state is CallState.CANCELLED and gone.needs_result
    found = replace(past_call(gone), id="log-1", outcome=CallOutcome.TALKED, talked_s=60.0)
    known = with_result(gone, found)
    assert (known.state, known.outcome, past_call(known).talked_s) == (
        CallState.ENDED,
        CallOutcome.TALKED,
        60.0,
    )
    stopped = with_result(gone, replace(found, outcome=CallOutcome.CANCELLED))
    assert (stopped.state, stopped.needs_result) == (CallState.CANCELLED, False)


def test_gone_while_ringing_is_unknown_and_gone_while_talking_is_ended() -> None:
    gone = hear(RINGING_THEM, "NoSessionFound NoSessionFound NoSessionFound")
    assert gone.state is CallState.ENDED_UNKNOWN
    assert "unknown" in gone.reason
    assert hear(TALKING, "NoSessionFound NoSessionFound NoSessionFound").state is CallState.ENDED


def test_a_reason_is_given_where_the_service_says_one() -> None:
    failed = hear(RINGING_THEM, "CannotReach Success InternationalDisabled")
    assert (failed.state, failed.them) == (CallState.FAILED, Leg.UNREACHABLE)
    assert "international calls are switched off" in failed.reason


def test_unknown_words_change_nothing_but_the_freshness() -> None:
    for call in (RINGING_YOU, RINGING_THEM, TALKING):
        assert hear(call, "Zebra Zebra Zebra", 9.0) == replace(call, checked_s=9.0)


def test_the_talk_begins_once() -> None:
    assert TALKING.talking_since_s == 5.0
    assert hear(TALKING, "Success Success Success", 8.0).talking_since_s == 5.0


_word = st.sampled_from([*WORDS, "", "Zebra"])
_order = [CallState.DIALLING, CallState.RINGING_YOU, CallState.RINGING_THEM, CallState.TALKING]
_report = st.tuples(_word, _word, _word)
_presence = st.sampled_from(["Ringing", "CallConnected", "OnHold", "ParkedCall", "NoCall", "", "Zebra"])
_step = st.one_of(_report, _report, _report, _presence, st.sampled_from(["gone", "cancel"]))


def _rank(call: Call) -> int:
    return len(_order) if call.state.is_final else _order.index(call.state)


def _take(call: Call, step: tuple[str, str, str] | str, now_s: float) -> Call:
    match step:
        case (first, second, third):
            report = RingOutReport(
                session_id="s", call_status=first, caller_status=second, callee_status=third
            )
            return next_state(call, report, now_s)
        case "gone":
            return session_gone(call, now_s)
        case "cancel":
            return replace(call, is_cancelling=call.state.can_cancel)
        case str():
            return listed(call, step, now_s)


def _must_follow(before: Call, after: Call) -> None:
    """What no piece of news may ever break."""
    assert _rank(after) >= _rank(before)
    if before.state.is_final:
        assert replace(after, is_cancelling=before.is_cancelling) == before
        return
    if before.talking_since_s is not None:
        assert after.talking_since_s == before.talking_since_s
    if before.your_phone is Leg.ANSWERED and not after.state.is_final:
        assert after.your_phone is Leg.ANSWERED
    if after.state.is_final:
        assert after.ended_s is not None
        assert past_call(after).outcome is after.outcome
    if before.state is CallState.TALKING and after.state.is_final:
        assert after.state is CallState.ENDED and after.outcome is CallOutcome.TALKED


@pytest.mark.slow
@settings(max_examples=2000)
@given(st.lists(_step, max_size=14))
def test_no_sequence_of_news_goes_backwards_or_leaves_a_final_state(
    steps: list[tuple[str, str, str] | str],
) -> None:
    call = NEW
    for at, step in enumerate(steps):
        after = _take(call, step, float(at + 1))
        _must_follow(call, after)
        repeated = _take(after, step, float(at + 1))
        assert repeated == after, "the same news again"
        call = after


def test_every_report_there_is_in_every_state() -> None:
    for before in (NEW, RINGING_YOU, RINGING_THEM, TALKING):
        for call in (before, replace(before, is_cancelling=before.state.can_cancel)):
            for words in product(WORDS, repeat=3):
                after = hear(call, " ".join(words))
                _must_follow(call, after)


def test_the_words_are_those_of_the_contract(openapi: dict[str, Any]) -> None:
    assert set(openapi["components"]["schemas"]["CallingStatusInfo"]["enum"]) == set(WORDS)


def test_a_word_for_the_whole_call_alone_ends_it_too() -> None:
    no_money = hear(RINGING_YOU, "NotEnoughFunds InProgress InProgress")
    assert (no_money.state, no_money.them) == (CallState.FAILED, Leg.UNREACHABLE)
    assert "credit" in no_money.reason
    broken = hear(RINGING_YOU, "GenericError InProgress InProgress")
    assert (broken.state, broken.your_phone) == (CallState.FAILED, Leg.UNREACHABLE)
    assert hear(RINGING_THEM, "Error Success InProgress").them is Leg.UNREACHABLE


def test_a_call_of_which_nothing_is_known_yet_stays_dialling() -> None:
    heard = hear(NEW, "Unknown Zebra Unknown")
    assert (heard.state, heard.your_phone, heard.session_id) == (CallState.DIALLING, Leg.WAITING, "s")


def test_being_listed_is_news_of_now_and_says_that_you_have_answered() -> None:
    assert listed(RINGING_YOU, "Ringing", 7.0) == replace(RINGING_YOU, checked_s=7.0)
    picked_up = listed(RINGING_YOU, "CallConnected", 7.0)
    assert (picked_up.state, picked_up.your_phone, picked_up.them) == (
        CallState.RINGING_THEM,
        Leg.ANSWERED,
        Leg.RINGING,
    )
    assert listed(TALKING, "Ringing", 7.0) == replace(TALKING, checked_s=7.0)
    assert hear(picked_up, "InProgress InProgress InProgress", 8.0).state is CallState.RINGING_THEM


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("CannotReach Success Busy", CallOutcome.BUSY),
        ("CannotReach Finished NoAnswer", CallOutcome.NO_ANSWER),
        ("CannotReach Success Rejected", CallOutcome.REFUSED),
        ("CannotReach NoAnswer InProgress", CallOutcome.YOU_DID_NOT_ANSWER),
        ("CannotReach Busy Rejected", CallOutcome.YOU_WERE_BUSY),
        ("CannotReach Rejected GenericError", CallOutcome.YOU_REFUSED),
        ("NosuchUser Finished NosuchUser", CallOutcome.UNREACHABLE),
        ("Success Finished Finished", CallOutcome.TALKED),
        ("NoSessionFound NoSessionFound NoSessionFound", CallOutcome.UNKNOWN),
    ],
)
def test_what_a_call_leaves_behind(words: str, outcome: CallOutcome) -> None:
    ended = hear(RINGING_THEM, words, 9.0)
    past = past_call(ended)
    assert (past.outcome, past.direction, past.number) == (outcome, Direction.OUT, "+16505550142")
    assert ended.needs_result is (outcome is CallOutcome.UNKNOWN)


def test_the_talk_is_measured_and_a_call_that_was_never_placed_could_not_be() -> None:
    assert past_call(hear(TALKING, "Success Finished Finished", 65.0)).talked_s == 60.0
    never = replace(NEW, state=CallState.FAILED, ended_s=1.0, reason="No connection.")
    assert (never.outcome, never.needs_result) == (CallOutcome.UNREACHABLE, False)


def test_the_call_log_completes_a_call_whose_end_nobody_saw() -> None:
    gone = session_gone(RINGING_THEM, 9.0)
    record = replace(
        past_call(gone), id="log-7", log_id="7", outcome=CallOutcome.TALKED, talked_s=42.0, reason=""
    )
    known = with_result(gone, record)
    assert (known.outcome, known.reason, known.needs_result) == (CallOutcome.TALKED, "", False)
    past = past_call(known)
    assert (past.id, past.log_id, past.talked_s) == (NEW.id, "7", 42.0)
    assert with_result(RINGING_THEM, record) == RINGING_THEM
    forgotten = session_gone(TALKING, 9.0)
    assert (forgotten.state, forgotten.needs_result) == (CallState.ENDED, True)
    assert past_call(forgotten).talked_s == 0.0, "nobody knows"
    assert not with_result(forgotten, record).needs_result


def test_a_call_of_an_earlier_run_goes_on_by_this_clock() -> None:
    kept = replace(TALKING, started_s=1e6, talking_since_s=None, is_cancelling=True)
    again = adopted(kept, kept.started_at + timedelta(seconds=30), 100.0)
    assert (again.started_s, again.talking_since_s, again.checked_s) == (70.0, 100.0, None)
    assert not again.is_cancelling
    assert adopted(replace(TALKING, talking_since_s=80.0), kept.started_at, 100.0).talking_since_s == 80.0
    assert adopted(replace(TALKING, talking_since_s=1e6), kept.started_at, 100.0).talking_since_s == 100.0
    set_back = adopted(kept, kept.started_at - timedelta(hours=1), 100.0)
    assert set_back.started_s == 100.0
