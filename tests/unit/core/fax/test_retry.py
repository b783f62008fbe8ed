"""What is repeated, when, and when to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rcdesk.core.errors import (
    ApiError,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    RcdeskError,
    Rejected,
    ServerTrouble,
    SignInNeeded,
    StoreUnavailable,
    UserError,
)
from rcdesk.core.fax.fax import WaitReason
from rcdesk.core.fax.retry import (
    LINE_DELAYS_S,
    STUMBLE_DELAYS_S,
    USUAL_TRIES,
    Again,
    Check,
    GiveUp,
    Help,
    decide,
    help_for,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def after(seconds: float, reason: WaitReason) -> Again:
    """Again, that many seconds from NOW."""
    return Again(at=NOW + timedelta(seconds=seconds), reason=reason)


def test_every_code_of_the_contract_is_judged(openapi: dict[str, Any]) -> None:
    codes = openapi["components"]["schemas"]["FaxErrorCodeEnum"]["enum"]
    assert len(codes) == 34
    worth_it = {code for code in codes if help_for(code) is not Help.NO}
    assert worth_it == {
        "LineBusy",
        "NoAnswer",
        "AllLinesInUse",
        "CallerHungUp",
        "TooManyCallsPerLine",
        "CallFailed",
        "CallDeclined",
        "NotAccepted",
        "InternalError",
        "DBGeneralError",
        "ReturnToDBQueue",
        "Undefined",
    }


@pytest.mark.parametrize("code", ["SentPartially", "NoFaxMachine", "WrongNumber", "SomethingNew"])
@pytest.mark.parametrize("deadline", [None, NOW + timedelta(days=1)])
def test_what_cannot_help_is_not_repeated(code: str, deadline: datetime | None) -> None:
    assert decide(code, now=NOW, tries=1, deadline=deadline) == GiveUp()


def test_a_busy_line_is_tried_again_ever_later_and_then_no_more() -> None:
    decisions = [decide("LineBusy", now=NOW, tries=tries) for tries in range(1, USUAL_TRIES + 1)]
    assert decisions[:-1] == [after(s, WaitReason.RETRY) for s in LINE_DELAYS_S]
    assert decisions[-1] == GiveUp()


def test_a_fault_of_the_service_is_tried_three_times_also_with_a_deadline() -> None:
    late = NOW + timedelta(days=1)
    for code in ("InternalError", ""):
        assert decide(code, now=NOW, tries=2, deadline=late) == after(LINE_DELAYS_S[1], WaitReason.RETRY)
        assert decide(code, now=NOW, tries=3, deadline=late) == GiveUp()


def test_until_the_users_time_a_busy_line_is_tried_as_often_as_it_takes() -> None:
    late = NOW + timedelta(hours=3)
    longest_s = LINE_DELAYS_S[-1]
    assert decide("LineBusy", now=NOW, tries=40, deadline=late) == after(longest_s, WaitReason.RETRY)
    just = NOW + timedelta(seconds=longest_s)
    assert decide("LineBusy", now=NOW, tries=40, deadline=just) == after(longest_s, WaitReason.RETRY)
    before = just - timedelta(seconds=1)
    assert decide("LineBusy", now=NOW, tries=40, deadline=before) == GiveUp(is_out_of_time=True)


@pytest.mark.parametrize("stumbles", range(10))
def test_a_request_that_did_not_get_out_is_repeated_without_end(stumbles: int) -> None:
    expected_s = STUMBLE_DELAYS_S[min(max(stumbles, 1), len(STUMBLE_DELAYS_S)) - 1]
    decision = decide(NotSent("no"), now=NOW, stumbles=stumbles, is_complete=True)
    assert decision == after(expected_s, WaitReason.NO_CONNECTION)


def test_an_unknown_outcome_is_never_repeated() -> None:
    for is_complete in (False, True):
        for deadline in (None, NOW - timedelta(hours=1)):
            decision = decide(OutcomeUnknown("?"), now=NOW, deadline=deadline, is_complete=is_complete)
            assert decision == Check()


def test_the_service_says_how_long_to_wait() -> None:
    limited = RateLimited("slow", retry_after_s=42)
    assert decide(limited, now=NOW, is_complete=True) == after(42, WaitReason.RATE_LIMIT)
    soon = NOW + timedelta(seconds=41)
    assert decide(limited, now=NOW, deadline=soon) == GiveUp(is_out_of_time=True)


def test_trouble_after_the_whole_request_is_checked_and_before_it_repeated() -> None:
    trouble = ServerTrouble("500", status=500, code="CMN-203")
    assert decide(trouble, now=NOW, is_complete=True) == Check(is_denied=True)
    assert decide(trouble, now=NOW, stumbles=1) == after(30, WaitReason.TROUBLE)
    not_the_service = ServerTrouble("a portal", status=302)
    assert decide(not_the_service, now=NOW, is_complete=True) == Check(is_denied=False)


def test_what_the_service_refuses_is_not_repeated() -> None:
    refusals: tuple[RcdeskError, ...] = (
        Rejected("no", status=400, code="CMN-101"),
        Rejected("no", status=413, code="MSG-338"),
        NotAllowed("no", status=403, code="MSG-341"),
        ApiError("no", status=418, code="CMN-999"),
        Rejected("the 2010 service says 5", status=200),
        UserError("no"),
    )
    for refusal in refusals:
        assert decide(refusal, now=NOW, is_complete=True) == GiveUp()


def test_a_refusal_that_says_later_is_repeated() -> None:
    busy = Rejected("busy", status=409, code="CMN-304")
    assert decide(busy, now=NOW, stumbles=1, is_complete=True) == after(30, WaitReason.TROUBLE)
    slow = Rejected("slow", status=408)
    assert decide(slow, now=NOW, stumbles=1) == after(30, WaitReason.TROUBLE)


@pytest.mark.parametrize("status", [302, 408, 425, 460, 499, 500, 502, 503, 504, 520, 524, 598])
def test_an_answer_in_nobodys_words_denies_nothing_once_the_whole_request_has_left(status: int) -> None:
    """A proxy or a balancer on the way may have lost patience while the service goes on."""
    kind = ServerTrouble if status >= 500 or status < 400 else Rejected
    assert decide(kind("?", status=status), now=NOW, is_complete=True) == Check(is_denied=False)


@pytest.mark.parametrize("status", [408, 425])
def test_a_request_that_took_too_long_is_unknown_in_whosever_words(status: int) -> None:
    slow = Rejected("slow", status=status, code="CMN-203")
    assert decide(slow, now=NOW, is_complete=True) == Check()


def test_a_sign_in_is_waited_for() -> None:
    decision = decide(SignInNeeded("again", status=401), now=NOW, is_complete=True)
    assert decision == after(STUMBLE_DELAYS_S[-1], WaitReason.SIGN_IN)


def test_anything_else_is_repeated_only_when_it_certainly_did_not_leave() -> None:
    full = StoreUnavailable("full")
    assert decide(full, now=NOW, stumbles=1) == after(5, WaitReason.TROUBLE)
    assert decide(full, now=NOW, stumbles=1, is_complete=True) == Check()


def test_a_fax_that_only_lacks_the_network_is_tried_until_the_users_time_is_over() -> None:
    for error in (NotSent("?"), SignInNeeded("?", status=401)):
        deadline = NOW + timedelta(minutes=3)
        decision = decide(error, now=NOW, stumbles=20, deadline=deadline)
        assert isinstance(decision, Again)
        assert deadline - timedelta(seconds=30) <= decision.at <= deadline
        late = decide(error, now=deadline - timedelta(seconds=4), stumbles=20, deadline=deadline)
        assert late == GiveUp(is_out_of_time=True)
