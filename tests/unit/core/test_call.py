"""next_state against every row of the contract's RingOut table (wire-contract 1.4), and its promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.call import Call, CallRequest, CallState, Leg, RingOutReport, next_state

NEW = Call(
    id="1",
    request=CallRequest(to_number="+16505550142", from_number="+16505550101"),
    started_at=datetime(2026, 11, 22, tzinfo=UTC),
    started_s=0.0,
)
WORDS = (
    "Invalid Success InProgress Busy NoAnswer RingOutFromThisNumberIsNotSupported Rejected GenericError Finished "
    "InternationalDisabled DestinationBlocked NotEnoughFunds NosuchUser Error CannotReach NoAnsweringMachine "
    "NoSessionFound Unknown SomethingNew"
).split()


def report(call: str, caller: str, callee: str) -> RingOutReport:
    return RingOutReport(session_id="s", call_status=call, caller_status=caller, callee_status=callee)


@pytest.mark.parametrize(
    ("words", "state", "your_phone", "them"),
    [
        ("InProgress InProgress InProgress", CallState.RINGING_YOU, Leg.RINGING, Leg.WAITING),
        ("InProgress Success InProgress", CallState.RINGING_THEM, Leg.ANSWERED, Leg.RINGING),
        ("Success Success Success", CallState.TALKING, Leg.ANSWERED, Leg.ANSWERED),
        ("Success Finished Finished", CallState.ENDED, Leg.HUNG_UP, Leg.HUNG_UP),
        ("CannotReach Finished Finished", CallState.ENDED, Leg.HUNG_UP, Leg.HUNG_UP),
        ("CannotReach NoAnswer InProgress", CallState.FAILED, Leg.NO_ANSWER, Leg.WAITING),
        ("CannotReach Busy Rejected", CallState.FAILED, Leg.BUSY, Leg.WAITING),
        ("CannotReach Rejected GenericError", CallState.FAILED, Leg.REFUSED, Leg.WAITING),
        ("CannotReach Finished NoAnswer", CallState.FAILED, Leg.HUNG_UP, Leg.NO_ANSWER),
        ("CannotReach Success Busy", CallState.FAILED, Leg.ANSWERED, Leg.BUSY),
        ("CannotReach Finished Rejected", CallState.FAILED, Leg.HUNG_UP, Leg.REFUSED),
        ("NoSessionFound NoSessionFound NoSessionFound", CallState.ENDED_UNKNOWN, Leg.WAITING, Leg.WAITING),
    ],
)
def test_each_row_of_the_table(words: str, state: CallState, your_phone: Leg, them: Leg) -> None:
    after = next_state(NEW, report(*words.split()), 3.0)
    assert (after.state, after.your_phone, after.them) == (state, your_phone, them)


def test_a_cancelled_call_is_cancelled_and_not_refused() -> None:
    after = next_state(replace(NEW, is_cancelling=True), report("CannotReach", "Rejected", "Rejected"), 3.0)
    assert after.state is CallState.CANCELLED


def test_a_session_that_is_gone_after_talking_has_ended() -> None:
    talking = next_state(NEW, report("Success", "Success", "Success"), 3.0)
    gone = next_state(talking, report("NoSessionFound", "NoSessionFound", "NoSessionFound"), 9.0)
    assert gone.state is CallState.ENDED
    assert (gone.talking_since_s, gone.ended_s) == (3.0, 9.0)


@given(st.lists(st.tuples(*[st.sampled_from(WORDS)] * 3), max_size=8))
def test_no_reports_in_any_order_go_backwards_or_fail(reports: list[tuple[str, str, str]]) -> None:
    order = (CallState.DIALLING, CallState.RINGING_YOU, CallState.RINGING_THEM, CallState.TALKING)
    call = NEW
    for second, words in enumerate(reports):
        after = next_state(call, report(*words), float(second))
        if call.state.is_final:
            assert after == call
        elif not after.state.is_final:
            assert order.index(after.state) >= order.index(call.state)
        call = after
