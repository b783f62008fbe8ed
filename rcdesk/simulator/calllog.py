"""The call log: one record for every ended call and every fax that went out, failed or came in.

Fax records carry the reason in the service's words ("Fax Not Sent", "Busy") and link the message. Values
and two makers, no thread of its own; read `routes_messages` next for the HTTP side.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.calls import RingOut
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.messages import Message, Party

_FAX_RESULTS = {
    "LineBusy": ("Busy", "Line Busy"),
    "NoAnswer": ("No Answer", "No Answer"),
    "SentPartially": ("Fax Partially Sent", "Fax Partially Sent"),
    "CallerHungUp": ("Fax Poor Line", "Fax Poor Line"),
    "WrongNumber": ("Wrong Number", "Wrong Number"),
    "InvalidNumber": ("Wrong Number", "Bad Number"),
    "NotEnoughCredits": ("No Calling Credit", "No Credit"),
    "InternationalDisabled": ("International Disabled", "International Disabled"),
    "InternationalCallingDisabled": ("International Disabled", "International Disabled"),
    "RenderingFailed": ("Send Error", "Fax Prepare Error"),
    "ConvertError": ("Send Error", "Fax Prepare Error"),
    "AccountSuspended": ("Suspended account", "Number Disabled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """One line of the call log."""

    id: str
    owner: Subscriber
    type: str
    direction: str
    action: str
    result: str
    reason: str | None
    from_number: str
    to_number: str
    started_at: datetime
    duration_s: int
    message_id: int | None = None

    def json(self, extension_uri: str) -> dict[str, Any]:
        """CallLogRecord."""
        record: dict[str, Any] = {
            "id": self.id,
            "uri": f"{extension_uri}/call-log/{self.id}?view=Simple",
            "sessionId": self.id,
            "startTime": wire_time(self.started_at),
            "duration": self.duration_s,
            "type": self.type,
            "internalType": "LongDistance",
            "direction": self.direction,
            "action": self.action,
            "result": self.result,
            "to": {"phoneNumber": self.to_number},
            "from": {"phoneNumber": self.from_number},
            "extension": {"id": self.owner.extension_id, "uri": extension_uri},
            "lastModifiedTime": wire_time(self.started_at),
        }
        if self.reason is not None:
            record["reason"] = self.reason
        if self.message_id is not None:
            record["message"] = {
                "id": str(self.message_id),
                "type": "Fax",
                "uri": f"{extension_uri}/message-store/{self.message_id}",
            }
        return record


def call_record(call: RingOut) -> LogRecord:
    """What an ended ring-out leaves behind."""
    talked_s = (call.ended_at - call.talked_at).total_seconds() if call.ended_at and call.talked_at else 0
    return LogRecord(
        id=secrets.token_hex(8),
        owner=call.owner,
        type="Voice",
        direction="Outbound",
        action="RingOut Web",
        result=call.log_result,
        reason=None,
        from_number=call.shown_number,
        to_number=call.to_number,
        started_at=call.started_at,
        duration_s=round(talked_s),
    )


def fax_record(message: Message, party: Party, now: datetime) -> LogRecord:
    """What a fax to (or from) one party leaves behind."""
    is_inbound = message.direction == "Inbound"
    if is_inbound:
        result, reason = "Received", None
    elif party.status == "Sent":
        result, reason = "Sent", None
    else:
        result, reason = _FAX_RESULTS.get(party.error_code or "", ("Fax Not Sent", "Fax Not Sent"))
    return LogRecord(
        id=secrets.token_hex(8),
        owner=message.owner,
        type="Fax",
        direction=message.direction,
        action="Incoming Fax" if is_inbound else "Outgoing Fax",
        result=result,
        reason=reason,
        from_number=message.sender.number,
        to_number=party.number,
        started_at=now,
        duration_s=30 * (message.page_count or 1),
        message_id=message.id,
    )
