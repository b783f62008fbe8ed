"""The RingOut table of the wire contract, row by row, and the rules that no row may break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.call import Call, CallRequest, CallState, Leg, RingOutReport, next_state, session_gone

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


@given(st.lists(st.tuples(_word, _word, _word), max_size=12))
def test_no_sequence_of_reports_goes_backwards_or_leaves_a_final_state(
    reports: list[tuple[str, str, str]],
) -> None:
    call = NEW
    for at, (first, second, third) in enumerate(reports):
        report = RingOutReport(session_id="s", call_status=first, caller_status=second, callee_status=third)
        after = next_state(call, report, float(at))
        if call.state.is_final:
            assert after == call
        elif not after.state.is_final:
            assert _order.index(after.state) >= _order.index(call.state)
        else:
            assert after.ended_s is not None
        call = after
