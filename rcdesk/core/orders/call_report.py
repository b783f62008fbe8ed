"""A call as the command line tells it: an object with documented keys, one calm sentence, an exit status.

The program that follows the call makes the object, the command that was typed prints it or its sentence: so
both say the same with and without a window. The sentences are English, as the command line is. Pure; any
thread. Read next: order.py, asked_call.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rcdesk.core.account.account import Account
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import Call, CallState
from rcdesk.core.calls.past_call import CallOutcome
from rcdesk.core.orders.asked_call import phones, usual_phone, usual_show_as
from rcdesk.core.orders.order import ExitStatus
from rcdesk.core.spoken_time import duration

_STATUSES = {
    CallOutcome.TALKED: ExitStatus.DONE,
    CallOutcome.VOICEMAIL: ExitStatus.DONE,
    CallOutcome.BUSY: ExitStatus.BUSY,
    CallOutcome.NO_ANSWER: ExitStatus.NO_ANSWER,
    CallOutcome.MISSED: ExitStatus.NO_ANSWER,
    CallOutcome.YOU_WERE_BUSY: ExitStatus.NOT_YOU,
    CallOutcome.YOU_DID_NOT_ANSWER: ExitStatus.NOT_YOU,
    CallOutcome.YOU_REFUSED: ExitStatus.NOT_YOU,
    CallOutcome.REFUSED: ExitStatus.REFUSED,
    CallOutcome.UNREACHABLE: ExitStatus.FAILED,
    CallOutcome.CANCELLED: ExitStatus.CANCELLED,
    CallOutcome.UNKNOWN: ExitStatus.UNKNOWN,
}


def outcome_of(call: Call) -> CallOutcome | None:
    """How the call ended, None while it goes on."""
    return call.outcome if call.state.is_final else None


def exit_status(call: Call) -> ExitStatus:
    """The status of a command that waited for this call; DONE while it goes on, TROUBLE if never placed."""
    outcome = outcome_of(call)
    if call.state is CallState.FAILED and not call.session_id:
        return ExitStatus.TROUBLE
    return ExitStatus.DONE if outcome is None else _STATUSES[outcome]


def call_json(call: Call, now_s: float) -> dict[str, Any]:
    """The call with the keys of the README. now_s: monotonic seconds, for a conversation that goes on."""
    request, outcome = call.request, outcome_of(call)
    end_s = call.ended_s if call.ended_s is not None else now_s
    talked_s = max(0.0, end_s - call.talking_since_s) if call.talking_since_s is not None else 0.0
    if call.result is not None:
        talked_s = call.result.talked_s
    return {
        "id": call.id,
        "number": request.to_number,
        "extension": request.extension,
        "name": request.to_name,
        "from": request.from_number,
        "from_label": request.from_label,
        "from_kind": request.from_kind,
        "show_as": request.show_as,
        "press_1": request.ask_to_press_1,
        "started_at": call.started_at.isoformat(),
        "state": call.state.value,
        "your_phone": call.your_phone.value,
        "them": call.them.value,
        "is_cancelling": call.is_cancelling and not call.state.is_final,
        "is_unreachable": call.is_unreachable and not call.state.is_final,
        "talked_s": round(talked_s, 1),
        "result": None if outcome is None else outcome.value,
        "reason": call.reason,
    }


def numbers_json(account: Account, preferences: Preferences) -> dict[str, Any]:
    """The phones that can ring and the numbers that can be shown; is_usual: when none is named."""
    phone, shown = usual_phone(account, preferences), usual_show_as(account, preferences)
    return {
        "ring": [
            {"label": p.label, "number": p.phone_number, "kind": p.kind, "is_usual": p == phone}
            for p in phones(account, preferences)
        ],
        "show": [
            {"label": n.label, "number": n.phone_number, "is_usual": n.phone_number == shown}
            for n in account.showable
        ],
    }


def sentence(output: Mapping[str, Any]) -> str:
    """What call_json() says, in one line."""
    phone = _phone(output)
    if output["is_cancelling"]:
        return "Cancelling the call"
    if output["is_unreachable"]:
        return "No connection to RingCentral: asking again"
    then = ", then press 1" if output["press_1"] else ""
    return {
        CallState.DIALLING: f"Asking RingCentral to ring {phone}",
        CallState.RINGING_YOU: f"Ringing {phone} — pick up{then}",
        CallState.RINGING_THEM: "Ringing them",
        CallState.TALKING: "Talking",
        CallState.ENDED: f"Ended after {duration(output['talked_s'])}",
        CallState.FAILED: output["reason"] or _failed(output, phone),
        CallState.CANCELLED: "Cancelled before it was connected",
        CallState.ENDED_UNKNOWN: _from_log(output)
        or output["reason"]
        or "The result of this call is unknown.",
    }[CallState(output["state"])]


def status_line(output: Mapping[str, Any]) -> str:
    """One live call with both legs, for `rcdesk status`."""
    them = "talking" if output["state"] == CallState.TALKING.value else output["them"]
    time = f" {duration(output['talked_s'])}" if them == "talking" else ""
    whom = f"{output['name']} {output['number']}".strip()
    age = "  (no connection: last known)" if output["is_unreachable"] else ""
    phone = output["from_label"] or output["from"]
    return (
        f"{output['id'][:8]}  {whom}  your phone ({phone}): {output['your_phone']}  them: {them}{time}{age}"
    )


def _phone(output: Mapping[str, Any]) -> str:
    kinds = {"Mobile": "mobile", "Home": "home phone", "Work": "desk phone", "PhoneLine": "desk phone"}
    kind = kinds.get(output["from_kind"])
    if kind is not None:
        return f"your {kind}"
    return f'your phone "{output["from_label"]}"' if output["from_label"] else f"your phone {output['from']}"


def _failed(output: Mapping[str, Any], phone: str) -> str:
    return {
        CallOutcome.YOU_WERE_BUSY.value: f"Busy: {phone}, so they were not called",
        CallOutcome.YOU_DID_NOT_ANSWER.value: f"You did not pick up {phone}, so they were not called",
        CallOutcome.YOU_REFUSED.value: "Your phone refused the call, so they were not called",
        CallOutcome.BUSY.value: "They are busy",
        CallOutcome.NO_ANSWER.value: "They did not answer",
        CallOutcome.REFUSED.value: "They refused the call",
    }.get(output["result"], "The call could not be connected")


def _from_log(output: Mapping[str, Any]) -> str:
    """The result that RingCentral's call log gave for a call whose end was not seen."""
    return {
        CallOutcome.TALKED.value: f"Ended after {duration(output['talked_s'])}",
        CallOutcome.VOICEMAIL.value: "Ended with their voicemail",
        None: "",
        CallOutcome.UNKNOWN.value: "",
        CallOutcome.CANCELLED.value: "Cancelled before it was connected",
    }.get(output["result"], _failed(output, _phone(output)))
