"""One RingOut call as a state machine with two legs.

A call rings the user's own phone first, then the other party. The service reports three words (spec:
CallingStatusInfo); next_state() turns each report into what the desk knows, never goes backwards and
treats unknown words as "no news". What a finished call leaves behind is past_call(). Pure; frozen values
cross threads. Read next: core/fax/polling.py, services/calls/calls.py.

    dialling -> ringing you -> ringing them -> talking -> ended
        \\______________\\______________\\___-> failed | cancelled | ended, result unknown
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall


class Leg(Enum):
    """What one of the two phones is doing."""

    WAITING = "waiting"
    RINGING = "ringing"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    REFUSED = "refused"
    HUNG_UP = "hung up"
    UNREACHABLE = "unreachable"

    @property
    def is_failed(self) -> bool:
        """True when this leg is why the call did not happen."""
        return self in (Leg.BUSY, Leg.NO_ANSWER, Leg.REFUSED, Leg.UNREACHABLE)


class CallState(Enum):
    """Where the call as a whole stands; the later ones are final."""

    DIALLING = "dialling"
    RINGING_YOU = "ringing you"
    RINGING_THEM = "ringing them"
    TALKING = "talking"
    ENDED = "ended"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ENDED_UNKNOWN = "ended, result unknown"

    @property
    def is_final(self) -> bool:
        """True when nothing more can happen to this call."""
        return self in (CallState.ENDED, CallState.FAILED, CallState.CANCELLED, CallState.ENDED_UNKNOWN)

    @property
    def can_cancel(self) -> bool:
        """True while the service can still cancel it: only before the connection (docs/wire.md 1.4)."""
        return self in (CallState.DIALLING, CallState.RINGING_YOU, CallState.RINGING_THEM)


_IN_ORDER = (CallState.DIALLING, CallState.RINGING_YOU, CallState.RINGING_THEM, CallState.TALKING)


class CallRequest(Struct, frozen=True, kw_only=True):
    """What the user asked for; numbers in E.164, from_label is the name of the phone that rings first.

    to_number may also be a short extension of the company. extension: digits to dial once they answer.
    """

    to_number: str
    from_number: str
    from_label: str = ""
    from_kind: str = "Other"
    show_as: str = ""
    show_as_label: str = ""
    ask_to_press_1: bool = True
    to_name: str = ""
    extension: str = ""


class RingOutReport(Struct, frozen=True, kw_only=True):
    """One answer of the service about a ring-out: its three raw words, "" when absent."""

    session_id: str
    call_status: str = ""
    caller_status: str = ""
    callee_status: str = ""


class Call(Struct, frozen=True, kw_only=True):
    """A call as the desk knows it. id is local; session_id is the service's, "" until it answered.

    talking_since_s and started_s are monotonic seconds of this process; checked_s is when the state was
    last heard. is_gone: the service had forgotten the call before it said how it ended. reason is a plain
    sentence when it failed or its result is unknown. result is what the call log says about a call whose end
    this desk did not see. waits_for_sign_in: not asked for yet, and it will be once somebody is signed in.
    """

    id: str
    request: CallRequest
    started_at: datetime
    started_s: float
    state: CallState = CallState.DIALLING
    your_phone: Leg = Leg.WAITING
    them: Leg = Leg.WAITING
    session_id: str = ""
    talking_since_s: float | None = None
    ended_s: float | None = None
    checked_s: float | None = None
    is_cancelling: bool = False
    is_unreachable: bool = False
    is_gone: bool = False
    reason: str = ""
    result: PastCall | None = None
    waits_for_sign_in: bool = False

    @property
    def outcome(self) -> CallOutcome:
        """How it ended as far as anybody knows; UNKNOWN while it lives."""
        return self.result.outcome if self.result is not None else _outcome(self)

    @property
    def needs_result(self) -> bool:
        """True when only the call log can tell how it ended."""
        is_open = self.is_gone or self.outcome is CallOutcome.UNKNOWN
        return self.state.is_final and bool(self.session_id) and self.result is None and is_open


_THEIR_FAULTS = {"InternationalDisabled", "DestinationBlocked", "NotEnoughFunds", "NosuchUser"}
"""Failures of the whole call that say something about the number called, not about the user's phone."""

_WHY = {
    "InternationalDisabled": "international calls are switched off for this account",
    "DestinationBlocked": "the service does not allow calls to this number",
    "NotEnoughFunds": "the account has not enough calling credit",
    "NosuchUser": "nobody has this number",
    "RingOutFromThisNumberIsNotSupported": "the service cannot ring your phone at this number",
    "Invalid": "the service says the number is not valid",
}

_LEGS = {
    "Success": Leg.ANSWERED,
    "InProgress": Leg.RINGING,
    "Busy": Leg.BUSY,
    "NoAnswer": Leg.NO_ANSWER,
    "NoAnsweringMachine": Leg.NO_ANSWER,
    "Rejected": Leg.REFUSED,
    "Finished": Leg.HUNG_UP,
    **dict.fromkeys(("GenericError", "Error", "CannotReach", *_WHY), Leg.UNREACHABLE),
}


def next_state(call: Call, report: RingOutReport, now_s: float) -> Call:
    """What the desk knows after this report. Final calls do not change; unknown words change nothing.

    now_s: monotonic seconds at which the report was heard.
    """
    if call.state.is_final:
        return call
    words = (report.call_status, report.caller_status, report.callee_status)
    call = replace(
        call, session_id=report.session_id or call.session_id, checked_s=now_s, is_unreachable=False
    )
    if "NoSessionFound" in words:
        return session_gone(call, now_s)
    caller = _LEGS.get(report.caller_status, call.your_phone)
    callee = _LEGS.get(report.callee_status, call.them)
    whole = _LEGS.get(report.call_status, Leg.WAITING)
    have_both_hung_up = caller is Leg.HUNG_UP and callee is Leg.HUNG_UP
    if not have_both_hung_up and (whole.is_failed or caller.is_failed or callee.is_failed):
        return _failed(call, report, caller, callee, now_s)
    if Leg.HUNG_UP in (caller, callee):
        return replace(call, state=CallState.ENDED, your_phone=caller, them=callee, ended_s=now_s)
    if caller is Leg.ANSWERED and callee is Leg.ANSWERED:
        state = CallState.TALKING
    elif caller is Leg.ANSWERED:
        state, callee = CallState.RINGING_THEM, Leg.RINGING
    elif caller is Leg.RINGING:
        state, callee = CallState.RINGING_YOU, Leg.WAITING
    else:
        return call
    if _IN_ORDER.index(state) < _IN_ORDER.index(call.state):
        return call
    since = now_s if state is CallState.TALKING and call.talking_since_s is None else call.talking_since_s
    return replace(call, state=state, your_phone=caller, them=callee, talking_since_s=since)


def session_gone(call: Call, now_s: float) -> Call:
    """The service no longer knows the call (404 or NoSessionFound, docs/wire.md 1.4)."""
    if call.state.is_final:
        return call
    gone = replace(call, ended_s=now_s, checked_s=now_s, is_unreachable=False, is_gone=True)
    if call.state is CallState.TALKING:
        return replace(gone, state=CallState.ENDED, your_phone=Leg.HUNG_UP, them=Leg.HUNG_UP)
    if call.is_cancelling:
        # As after a cancel, but nobody saw it: the call log has the last word.
        return replace(gone, state=CallState.CANCELLED)
    return replace(
        gone,
        state=CallState.ENDED_UNKNOWN,
        reason="The service no longer knows this call, so its result is unknown.",
    )


def listed(call: Call, word: str, now_s: float) -> Call:
    """The service lists it among the calls going on, with this telephonyStatus (spec: ActiveCallInfo).

    That is news of now. CallConnected says that the user is connected, so their own phone has answered;
    whether the other side has only the full status tells.
    """
    if call.state.is_final:
        return call
    call = replace(call, checked_s=now_s, is_unreachable=False)
    if word == "CallConnected" and call.state is CallState.RINGING_YOU:
        return replace(call, state=CallState.RINGING_THEM, your_phone=Leg.ANSWERED, them=Leg.RINGING)
    return call


def adopted(call: Call, now: datetime, now_s: float) -> Call:
    """A call that another run of the program placed: nothing was heard of it in this one yet.

    talking_since_s is kept when it is known and by this process's clock, as the archive gives it.
    """
    age_s = max(0.0, (now - call.started_at).total_seconds())
    since_s = None
    if call.state is CallState.TALKING:
        since_s = now_s if call.talking_since_s is None else min(now_s, call.talking_since_s)
    return replace(
        call,
        started_s=now_s - age_s,
        talking_since_s=since_s,
        ended_s=None,
        checked_s=None,
        is_cancelling=False,
        is_unreachable=False,
    )


def with_result(call: Call, result: PastCall) -> Call:
    """A finished call whose end the call log tells; a live one stays as it is."""
    if not call.state.is_final:
        return call
    have_talked = call.state is CallState.CANCELLED and result.outcome is CallOutcome.TALKED
    state = CallState.ENDED if have_talked else call.state
    return replace(call, state=state, result=result, reason=result.reason)


def past_call(call: Call) -> PastCall:
    """What the list of past calls keeps of a call that has ended.

    How long it lasted is not known of one that the service forgot meanwhile: the call log tells.
    """
    talked_s = 0.0
    if call.talking_since_s is not None and call.ended_s is not None and not call.is_gone:
        talked_s = max(0.0, call.ended_s - call.talking_since_s)
    if call.result is not None:
        talked_s = call.result.talked_s
    return PastCall(
        id=call.id,
        direction=Direction.OUT,
        number=call.request.to_number,
        name=call.request.to_name,
        at=call.started_at,
        outcome=call.outcome,
        talked_s=talked_s,
        extension=call.request.extension,
        session_id=call.session_id,
        log_id=call.result.log_id if call.result is not None else "",
        reason=call.reason,
    )


_YOUR_ENDS = {
    Leg.BUSY: CallOutcome.YOU_WERE_BUSY,
    Leg.NO_ANSWER: CallOutcome.YOU_DID_NOT_ANSWER,
    Leg.REFUSED: CallOutcome.YOU_REFUSED,
    Leg.UNREACHABLE: CallOutcome.UNREACHABLE,
}
_THEIR_ENDS = {
    Leg.BUSY: CallOutcome.BUSY,
    Leg.NO_ANSWER: CallOutcome.NO_ANSWER,
    Leg.REFUSED: CallOutcome.REFUSED,
    Leg.UNREACHABLE: CallOutcome.UNREACHABLE,
}


def _outcome(call: Call) -> CallOutcome:
    """How it ended by what the two legs did; one that was never placed has no session: unreachable."""
    match call.state:
        case CallState.CANCELLED:
            return CallOutcome.CANCELLED
        case CallState.ENDED:
            have_talked = call.talking_since_s is not None or call.them is Leg.HUNG_UP
            return CallOutcome.TALKED if have_talked else CallOutcome.UNKNOWN
        case CallState.FAILED:
            yours, theirs = _YOUR_ENDS.get(call.your_phone), _THEIR_ENDS.get(call.them)
            never = CallOutcome.UNKNOWN if call.session_id else CallOutcome.UNREACHABLE
            return yours or theirs or never
        case (
            CallState.ENDED_UNKNOWN
            | CallState.DIALLING
            | CallState.RINGING_YOU
            | CallState.RINGING_THEM
            | CallState.TALKING
        ):
            return CallOutcome.UNKNOWN
        case _:
            assert_never(call.state)


def _failed(call: Call, report: RingOutReport, caller: Leg, callee: Leg, now_s: float) -> Call:
    """The call will not happen (or is over after talking): find the leg that says why."""
    if call.state is CallState.TALKING:
        return replace(call, state=CallState.ENDED, your_phone=Leg.HUNG_UP, them=Leg.HUNG_UP, ended_s=now_s)
    if call.is_cancelling:
        return replace(
            call, state=CallState.CANCELLED, your_phone=Leg.HUNG_UP, them=Leg.WAITING, ended_s=now_s
        )
    if not caller.is_failed and not callee.is_failed:
        caller, callee = _blamed(report.call_status, caller, callee)
    if caller.is_failed:
        callee = Leg.WAITING
    why = _WHY.get(report.caller_status) or _WHY.get(report.callee_status) or _WHY.get(report.call_status)
    reason = f"This call cannot be made: {why}." if why else ""
    return replace(
        call,
        state=CallState.FAILED,
        your_phone=caller,
        them=callee,
        ended_s=now_s,
        checked_s=now_s,
        reason=reason,
    )


def _blamed(word: str, caller: Leg, callee: Leg) -> tuple[Leg, Leg]:
    """The legs when only the word for the whole call says that it failed."""
    fault = _LEGS.get(word, Leg.UNREACHABLE)
    if word in _THEIR_FAULTS or (word != "CannotReach" and caller is Leg.ANSWERED):
        return caller, fault
    return (fault, callee) if caller is Leg.RINGING else (caller, callee)
