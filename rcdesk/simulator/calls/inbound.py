"""Calls that come in: to the user directly or through one of their queues, answered, missed or voicemail.

Nobody picks up a telephone here: whoever orders the call says how it ends. Do-not-disturb and the queue
status have their say: a caller who may not disturb reaches the voicemail, a queue's call rings only members
who take it. By default a call is over the moment it is ordered; with `rings_s` it lives on the world's agenda
and presence shows it. Lives on the simulator's event loop thread. Read next: `control`, `presence`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.calls.call_log import LogParty, LogRecord
from rcdesk.simulator.calls.calls import new_session_id
from rcdesk.simulator.clock import WorldClock

Outcome = Literal["missed", "answered", "voicemail"]
OUTCOMES: tuple[Outcome, ...] = ("missed", "answered", "voicemail")
_RESULTS: dict[Outcome, tuple[str, str | None]] = {
    "missed": ("Missed", "No Answer"),
    "answered": ("Accepted", None),
    "voicemail": ("Voicemail", "No Answer"),
}


@dataclass(slots=True, kw_only=True)
class InboundCall:
    """One call. `sender` is E.164, a short extension, or "" when withheld."""

    id: str
    session_id: str
    owner: Subscriber
    sender: LogParty
    to_number: str
    outcome: Outcome
    reason: str | None
    talk_s: float
    started_at: datetime
    is_queue_call: bool = False
    is_answered: bool = False

    @property
    def telephony_status(self) -> str:
        """For the user's presence."""
        return "CallConnected" if self.is_answered else "Ringing"

    def record(self) -> LogRecord:
        """What it leaves in the call log."""
        return LogRecord(
            id=secrets.token_hex(8),
            owner=self.owner,
            type="Voice",
            direction="Inbound",
            action="Phone Call",
            result=_RESULTS[self.outcome][0],
            reason=self.reason,
            sender=self.sender,
            recipient=LogParty(number=self.to_number, extension=self.owner.extension, name=self.owner.name),
            started_at=self.started_at,
            duration_s=self.talk_s,
            session_id=self.session_id,
            telephony_session_id=self.id,
        )

    def live_record(self, now: datetime) -> LogRecord:
        """What `active-calls` lists of it."""
        duration_s = (now - self.started_at).total_seconds() if self.is_answered else 0.0
        return replace(self.record(), id=self.id, result="In Progress", reason=None, duration_s=duration_s)


class InboundBackend:
    """All calls that are coming in."""

    def __init__(self, clock: WorldClock, on_ended: Callable[[LogRecord], None]) -> None:
        """`on_ended` is told of a call that lived and is over."""
        self._clock = clock
        self._on_ended = on_ended
        self._live: list[InboundCall] = []

    def call(
        self,
        owner: Subscriber,
        sender: LogParty,
        *,
        outcome: Outcome,
        talk_s: float,
        rings_s: float,
        is_disturbable: bool,
        is_queue_call: bool = False,
        age_s: float = 0.0,
    ) -> InboundCall:
        """Let somebody call. With `rings_s` 0 it is over already and the caller writes the record."""
        if not is_disturbable:
            outcome, rings_s = "voicemail", 0.0
        call = InboundCall(
            id=f"s-{secrets.token_hex(8)}",
            session_id=new_session_id(),
            owner=owner,
            sender=sender,
            to_number=next(line.number for line in owner.lines if line.usage_type != "CompanyFaxNumber"),
            outcome=outcome,
            reason=_RESULTS[outcome][1] if is_disturbable else "Calls Not Accepted",
            talk_s=talk_s if outcome == "answered" else 0.0,
            started_at=self._clock.now() - timedelta(seconds=age_s),
            is_queue_call=is_queue_call,
        )
        if rings_s > 0:
            self._live.append(call)
            self._clock.at(rings_s, lambda: self._picked_up(call))
        return call

    def active(self, owner: Subscriber) -> list[InboundCall]:
        """The user's calls that ring or are talked."""
        return [call for call in self._live if call.owner is owner]

    def _picked_up(self, call: InboundCall) -> None:
        if call.outcome == "answered":
            call.is_answered = True
            self._clock.at(call.talk_s, lambda: self._ended(call))
        else:
            self._ended(call)

    def _ended(self, call: InboundCall) -> None:
        self._live.remove(call)
        self._on_ended(call.record())
