"""Presence and calls as the service writes them, in answers and in events.

Values only. Read next: `routes/presence`, `events/events`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.calls.call_log import LogRecord
from rcdesk.simulator.calls.calls import Phase, RingOut
from rcdesk.simulator.calls.inbound import InboundCall
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.world import World

_CODES = {
    Phase.RINGING_CALLER: "Setup",
    Phase.PROMPTING: "Proceeding",
    Phase.RINGING_CALLEE: "Proceeding",
    Phase.TALKING: "Answered",
    Phase.ENDED: "Disconnected",
}


def active_call_json(call: RingOut | InboundCall) -> dict[str, Any]:
    """ActiveCallInfo; the id of a ring-out is the telephonySessionId."""
    if isinstance(call, RingOut):
        direction, leg = "Outbound", 1
        from_number, from_name = call.shown_number, call.owner.name
        to_number, to_name = call.to_number or call.to_extension, call.to_name
    else:
        direction, leg = "Inbound", 2
        from_number, from_name = call.sender.number or call.sender.extension, call.sender.name
        to_number, to_name = call.to_number, call.owner.name
    return {
        "id": f"a-{call.session_id}",
        "direction": direction,
        "queueCall": isinstance(call, InboundCall) and call.is_queue_call,
        "from": from_number,
        "fromName": from_name,
        "to": to_number,
        "toName": to_name,
        "startTime": wire_time(call.started_at),
        "telephonyStatus": call.telephony_status,
        "sessionId": call.session_id,
        "telephonySessionId": call.id,
        "partyId": f"p-{call.id.removeprefix('s-')}-{leg}",
        "terminationType": "final",
    }


def presence_json(world: World, who: Subscriber, extension_uri: str, *, is_detailed: bool) -> dict[str, Any]:
    """PresenceInfoResponse; detailed with the calls going on."""
    calls: list[RingOut | InboundCall] = [*world.calls.active(who), *world.inbound.active(who)]
    words = {call.telephony_status for call in calls}
    telephony = next((word for word in ("CallConnected", "Ringing") if word in words), "NoCall")
    state = world.presence.of(who)
    is_busy = telephony != "NoCall" or state["dndStatus"] == "DoNotAcceptAnyCalls"
    body = {
        "uri": f"{extension_uri}/presence",
        "extension": {"id": who.extension_id, "uri": extension_uri, "extensionNumber": who.extension},
        "presenceStatus": "Busy" if is_busy else state["userStatus"],
        "telephonyStatus": telephony,
        "aggregatedTelephonyStatus": telephony,
        **state,
    }
    if is_detailed:
        body["activeCalls"] = [active_call_json(call) for call in calls]
    return body


def live_calls(world: World, who: Subscriber) -> list[tuple[RingOut | InboundCall, str]]:
    """The calls going on, each with its status code."""
    outgoing = [(call, _CODES[call.phase]) for call in world.calls.active(who)]
    incoming = [
        (call, "Answered" if call.is_answered else "Proceeding") for call in world.inbound.active(who)
    ]
    return [*outgoing, *incoming]


def call_event(
    call: RingOut | InboundCall, code: str, sequence: int, now: datetime, *, is_missed: bool = False
) -> dict[str, Any]:
    """The body of a telephony session event, with the user's party alone."""
    known = active_call_json(call)
    return _event(
        owner=call.owner,
        session_id=known["sessionId"],
        telephony_session_id=call.id,
        direction=known["direction"],
        sender={"phoneNumber": known["from"], "name": known["fromName"]},
        to={"phoneNumber": known["to"], "name": known["toName"]},
        code=code,
        sequence=sequence,
        now=now,
        is_missed=is_missed,
        origin="RingOut" if isinstance(call, RingOut) else "Call",
    )


def missed_event(record: LogRecord, sequence: int, now: datetime) -> dict[str, Any]:
    """The same of a call that is in the log already."""
    return _event(
        owner=record.owner,
        session_id=record.session_id or record.id,
        telephony_session_id=record.telephony_session_id,
        direction=record.direction,
        sender=record.sender.json(),
        to=record.recipient.json(),
        code="Disconnected",
        sequence=sequence,
        now=now,
        is_missed=True,
        origin="Call",
    )


def _event(
    *,
    owner: Subscriber,
    session_id: str,
    telephony_session_id: str,
    direction: str,
    sender: dict[str, Any],
    to: dict[str, Any],
    code: str,
    sequence: int,
    now: datetime,
    is_missed: bool,
    origin: str,
) -> dict[str, Any]:
    party = {
        "accountId": str(owner.account_id),
        "extensionId": str(owner.extension_id),
        "id": f"p-{telephony_session_id.removeprefix('s-')}-{1 if direction == 'Outbound' else 2}",
        "direction": direction,
        "from": sender,
        "to": to,
        "status": {"code": code, "rcc": False},
        "missedCall": is_missed,
        "standAlone": False,
        "muted": False,
    }
    return {
        "sequence": sequence,
        "sessionId": session_id,
        "telephonySessionId": telephony_session_id,
        "serverId": "simulator",
        "eventTime": wire_time(now),
        "parties": [party],
        "origin": {"type": origin},
    }
