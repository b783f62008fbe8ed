"""Ring-outs: two telephones rung one after the other, and what the service says about them meanwhile.

A call walks through the phases below on the world's agenda, by the plan its number asks for (`magic`).
After the end it can still be asked about for `KEPT_S` seconds; then the service has forgotten it. Every
ended call leaves a record in the call log. Lives on the simulator's event loop thread.

Read next: `routes_calls` for the HTTP side.
"""

from __future__ import annotations

import enum
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.magic import CallPlan, Leg, call_plan
from rcdesk.simulator.refusal import not_found

KEPT_S = 10.0
"""Simulated seconds for which an ended call can still be asked about."""


def new_session_id() -> str:
    """A call's id as the log has it: digits."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)


class Phase(enum.Enum):
    """Where a ring-out stands."""

    RINGING_CALLER = "ringing caller"
    PROMPTING = "prompting"
    RINGING_CALLEE = "ringing callee"
    TALKING = "talking"
    ENDED = "ended"


@dataclass(slots=True, kw_only=True)
class RingOut:
    """One call; the three states are CallingStatusInfo values.

    `to_number` is E.164, or "" when only an extension was dialled. `session_id` is the call log's;
    `own_result` what the log says of the leg to the user's own phone.
    """

    id: str
    owner: Subscriber
    from_number: str
    to_number: str
    shown_number: str
    has_prompt: bool
    plan: CallPlan
    started_at: datetime
    phase: Phase = Phase.RINGING_CALLER
    call: str = "InProgress"
    caller: str = "InProgress"
    callee: str = "InProgress"
    talked_at: datetime | None = None
    ended_at: datetime | None = None
    to_extension: str = ""
    to_name: str = ""
    session_id: str = ""
    log_result: str = "Call connected"
    log_reason: str | None = None
    own_result: str = "Call connected"

    @property
    def telephony_status(self) -> str:
        """What the user's presence says of it: Ringing until they answer their own phone."""
        match self.phase:
            case Phase.RINGING_CALLER:
                return "Ringing"
            case Phase.PROMPTING | Phase.RINGING_CALLEE | Phase.TALKING:
                return "CallConnected"
            case Phase.ENDED:
                return "NoCall"
            case _:
                assert_never(self.phase)

    def status(self) -> dict[str, str]:
        """RingOutStatusInfo."""
        return {"callStatus": self.call, "callerStatus": self.caller, "calleeStatus": self.callee}


@dataclass(frozen=True, slots=True)
class _LegWords:
    """How a leg that ended so is written: its own state, the callee's when it is the caller's, the log's."""

    state: str
    callee: str
    log_result: str
    log_reason: str | None


_LEGS: dict[Leg, _LegWords] = {
    "busy": _LegWords("Busy", "Rejected", "Busy", "Line Busy"),
    "no answer": _LegWords("NoAnswer", "InProgress", "No Answer", "No Answer"),
    "rejected": _LegWords("Rejected", "GenericError", "Rejected", "Calls Not Accepted"),
    "broken": _LegWords("GenericError", "GenericError", "Call Failed", "Failed Try Again"),
    "answers": _LegWords("Success", "InProgress", "Call connected", None),
}
_REFUSAL_WORDS: dict[str, tuple[str, str | None]] = {
    "InternationalDisabled": ("International Disabled", "International Disabled"),
    "DestinationBlocked": ("Blocked", "Number Not Allowed"),
    "NotEnoughFunds": ("No Calling Credit", "No Credit"),
    "NosuchUser": ("Wrong Number", "Wrong Number"),
    "RingOutFromThisNumberIsNotSupported": ("Not Allowed", "Number Not Allowed"),
}
"""What the call log says, result and reason."""


class CallBackend:
    """All ring-outs of the world."""

    def __init__(self, clock: WorldClock, on_ended: Callable[[RingOut], None]) -> None:
        self._clock = clock
        self._on_ended = on_ended
        self._calls: dict[str, RingOut] = {}

    def start(
        self,
        owner: Subscriber,
        *,
        from_number: str,
        to_number: str,
        shown_number: str,
        has_prompt: bool,
        to_extension: str = "",
        to_name: str = "",
        plan: CallPlan | None = None,
    ) -> RingOut:
        """Ring the caller's phone. Numbers are E.164; `plan` is the destination's own unless given."""
        call = RingOut(
            id=f"s-{secrets.token_hex(8)}",
            owner=owner,
            from_number=from_number,
            to_number=to_number,
            shown_number=shown_number,
            has_prompt=has_prompt,
            plan=plan or call_plan(to_number),
            started_at=self._clock.now(),
            to_extension=to_extension,
            to_name=to_name,
            session_id=new_session_id(),
        )
        self._calls[call.id] = call
        self._later(call, call.plan.caller_ring_s, Phase.RINGING_CALLER, self._caller_decides)
        return call

    def get(self, owner: Subscriber, call_id: str) -> RingOut:
        """The user's call; CMN-102 when there is none (any more)."""
        call = self._calls.get(call_id)
        if call is None or call.owner is not owner:
            raise not_found("ringoutId", call_id)
        return call

    def cancel(self, owner: Subscriber, call_id: str) -> None:
        """Stop a call that is not connected yet; one that is stays as it is, as the service does."""
        call = self.get(owner, call_id)
        match call.phase:
            case Phase.RINGING_CALLER | Phase.PROMPTING | Phase.RINGING_CALLEE:
                if call.phase is Phase.RINGING_CALLER:
                    call.own_result = "Stopped"
                call.log_result = call.log_reason = "Stopped"
                self._end(call, "CannotReach", "Rejected", "Rejected")
            case Phase.TALKING | Phase.ENDED:
                return
            case _:
                assert_never(call.phase)

    def active(self, owner: Subscriber) -> list[RingOut]:
        """The user's calls that have not ended."""
        return [c for c in self._calls.values() if c.owner is owner and c.phase is not Phase.ENDED]

    def all(self) -> list[RingOut]:
        """Every call that can still be asked about."""
        return list(self._calls.values())

    def _later(self, call: RingOut, delay_s: float, phase: Phase, step: Callable[[RingOut], None]) -> None:
        """Enter `phase` now and take `step` after the delay, unless the call has moved on by then."""
        call.phase = phase

        def due() -> None:
            if call.phase is phase:
                step(call)

        self._clock.at(delay_s, due)

    def _caller_decides(self, call: RingOut) -> None:
        if call.plan.caller != "answers":
            words = _LEGS[call.plan.caller]
            call.log_result, call.log_reason = words.log_result, words.log_reason
            call.own_result = call.log_result
            self._end(call, "CannotReach", words.state, words.callee)
            return
        call.caller = "Success"
        if call.has_prompt:
            self._later(call, call.plan.prompt_s, Phase.PROMPTING, self._try_destination)
        else:
            self._try_destination(call)

    def _try_destination(self, call: RingOut) -> None:
        refusal = call.plan.refusal
        if refusal is not None:
            call.log_result, call.log_reason = _REFUSAL_WORDS.get(refusal, ("Call Failed", None))
            self._end(call, refusal, "Finished", refusal)
        elif call.plan.is_lost:
            call.log_result = "Unknown"
            self._end(call, "NoSessionFound", "NoSessionFound", "NoSessionFound")
        else:
            self._later(call, call.plan.callee_ring_s, Phase.RINGING_CALLEE, self._callee_decides)

    def _callee_decides(self, call: RingOut) -> None:
        if call.plan.callee != "answers":
            words = _LEGS[call.plan.callee]
            call.log_result, call.log_reason = words.log_result, words.log_reason
            self._end(call, "CannotReach", "Success", words.state)
            self._clock.at(1.0, lambda: setattr(call, "caller", "Finished"))
            return
        call.call = call.callee = "Success"
        call.talked_at = self._clock.now()
        if call.plan.forgotten_after_s is not None:
            self._clock.at(call.plan.forgotten_after_s, lambda: self._calls.pop(call.id, None))
        self._later(call, call.plan.talk_s, Phase.TALKING, self._hang_up)

    def _hang_up(self, call: RingOut) -> None:
        self._end(call, call.plan.last_word, "Finished", "Finished")

    def _end(self, call: RingOut, call_state: str, caller: str, callee: str) -> None:
        call.phase = Phase.ENDED
        call.call, call.caller, call.callee = call_state, caller, callee
        call.ended_at = self._clock.now()
        self._on_ended(call)
        self._clock.at(KEPT_S, lambda: self._calls.pop(call.id, None))


def call_json(call: RingOut, extension_uri: str) -> dict[str, Any]:
    """GetRingOutStatusResponse."""
    return {"id": call.id, "uri": f"{extension_uri}/ring-out/{call.id}", "status": call.status()}
