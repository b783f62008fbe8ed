"""Sentences about calls: what a leg is doing, what to do now, how it ended. Pure functions.

One place for the words, so that the panel, the recents and the tray say the same thing about the same state.
Everything goes through translate(). Used on the GUI thread. Read next: core/calls/call.py, call_panel.py.
"""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QCoreApplication

from rcdesk.core.calls.call import Call, CallState, Leg
from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.spoken_time import duration


def _tr(sentence: str, **parts: str) -> str:
    text = QCoreApplication.translate("words", sentence)
    for name, value in parts.items():
        text = text.replace("{" + name + "}", value)
    return text


def your_phone_name(kind: str) -> str:
    """How we speak of the phone that rings first, by the service's type of it."""
    return {
        "Mobile": _tr("mobile"),
        "Home": _tr("home phone"),
        "Work": _tr("desk phone"),
        "PhoneLine": _tr("desk phone"),
    }.get(kind, _tr("phone"))


def phone_icon(kind: str) -> str:
    """The icon name for the service's type of a phone."""
    return {"Mobile": "mobile", "Home": "home", "Work": "deskphone", "PhoneLine": "deskphone"}.get(
        kind, "phone"
    )


def leg_kind(leg: Leg) -> str:
    """Label role of a leg: good, wait, bad or muted."""
    kinds = {Leg.ANSWERED: "good", Leg.RINGING: "wait"}
    return "bad" if leg.is_failed else kinds.get(leg, "muted")


def your_leg(call: Call) -> str:
    """What your own phone is doing, in words."""
    phone = your_phone_name(call.request.from_kind)
    label = call.request.from_label
    return {
        Leg.WAITING: _tr("Cancelled") if call.state is CallState.CANCELLED else _tr("Waiting"),
        Leg.RINGING: _tr("Ringing your {phone}", phone=phone),
        Leg.ANSWERED: _tr("Answered · {label}", label=label) if label else _tr("Answered"),
        Leg.BUSY: _tr("Busy"),
        Leg.NO_ANSWER: _tr("You did not pick up"),
        Leg.REFUSED: _tr("Refused"),
        Leg.HUNG_UP: _tr("Hung up"),
        Leg.UNREACHABLE: _tr("Cannot be reached"),
    }[call.your_phone]


def their_leg(call: Call, now_s: float | None) -> str:
    """What the other party's phone is doing, in words. now_s: monotonic seconds, None leaves the time out."""
    since, end = call.talking_since_s, call.ended_s if call.ended_s is not None else now_s
    rang = _tr("Hung up") if call.outcome is CallOutcome.TALKED else _tr("Not reached")
    answered = _tr("Answered") if since is None else _tr("Talking")
    if since is not None and end is not None:
        answered = _tr("Talking, {time}", time=duration(end - since))
    return {
        Leg.WAITING: _tr("Not called") if call.state.is_final else _tr("Waiting for you"),
        Leg.RINGING: rang if call.state.is_final else _tr("Ringing"),
        Leg.ANSWERED: answered,
        Leg.BUSY: _tr("Busy"),
        Leg.NO_ANSWER: _tr("No answer"),
        Leg.REFUSED: _tr("Refused"),
        Leg.HUNG_UP: _tr("Hung up"),
        Leg.UNREACHABLE: _tr("Cannot be reached"),
    }[call.them]


def badge(call: Call) -> tuple[str, str]:
    """(word, badge kind) for the whole call."""
    if call.is_cancelling and not call.state.is_final:
        return _tr("Cancelling"), "wait"
    if call.waits_for_sign_in and not call.state.is_final:
        return _tr("Waiting"), "wait"
    return {
        CallState.DIALLING: (_tr("Calling"), "accent"),
        CallState.RINGING_YOU: (_tr("Ringing you"), "wait"),
        CallState.RINGING_THEM: (_tr("Ringing them"), "wait"),
        CallState.TALKING: (_tr("Connected"), "good"),
        CallState.ENDED: (_tr("Ended"), "plain"),
        CallState.FAILED: (_failed_word(call.your_phone, call.them), "bad"),
        CallState.CANCELLED: (_tr("Cancelled"), "plain"),
        CallState.ENDED_UNKNOWN: _late_badge(call.result),
    }[call.state]


def _late_badge(result: PastCall | None) -> tuple[str, str]:
    """The same for a call whose end only the call log saw."""
    if result is None:
        return _tr("Result unknown"), "wait"
    if result.outcome is CallOutcome.TALKED:
        return _tr("Ended"), "plain"
    told, kind = outcome(result)
    return told, "plain" if kind == "muted" else kind


def coach(call: Call, who: str = "") -> str:
    """One sentence: what to do now, or how it ended and why. who: the other party's name or number."""
    phone = your_phone_name(call.request.from_kind)
    if call.is_cancelling and not call.state.is_final:
        return _tr("Cancelling the call…")
    match call.state:
        case CallState.DIALLING if call.waits_for_sign_in:
            return _tr("Calling {who} as soon as you are signed in.", who=who or call.request.to_number)
        case CallState.DIALLING:
            return _tr("Asking RingCentral to ring your {phone}.", phone=phone)
        case CallState.RINGING_YOU:
            if call.request.ask_to_press_1:
                return _tr("Pick up your {phone}, then press 1.", phone=phone)
            return _tr("Pick up your {phone}: it is ringing now.", phone=phone)
        case CallState.RINGING_THEM:
            return _tr("Stay on your {phone}: we are ringing them now.", phone=phone)
        case CallState.TALKING:
            return _tr("You are connected.")
        case CallState.ENDED:
            if call.talking_since_s is None or call.ended_s is None:
                return _tr("The call has ended.")
            talked = duration(call.ended_s - call.talking_since_s)
            return _tr("The call has ended. You talked for {time}.", time=talked)
        case CallState.FAILED:
            return call.reason or _failed_sentence(call, phone)
        case CallState.CANCELLED:
            return _tr("You cancelled this call before it was connected.")
        case CallState.ENDED_UNKNOWN:
            if call.result is not None and call.outcome is CallOutcome.TALKED:
                talked = duration(call.result.talked_s)
                return _tr("The call is over. The call log says that you talked for {time}.", time=talked)
            if call.result is not None:
                told = outcome(call.result)[0]
                return _tr("The call is over. The call log says: {told}.", told=told)
            return call.reason or _tr("The result of this call is unknown.")
        case _:
            assert_never(call.state)


def hang_up_note(call: Call) -> str:
    """How a conversation ends: the service cannot end it (docs/wire.md 1.4)."""
    return _tr("Hang up your {phone} to end it", phone=your_phone_name(call.request.from_kind))


def freshness(call: Call, now_s: float) -> str:
    """How old the shown state is. now_s: monotonic seconds."""
    if call.waits_for_sign_in:
        return _tr("waiting for the sign-in")
    if call.is_unreachable:
        if call.checked_s is None:
            return _tr("no connection: state unknown")
        return _tr("no connection: last heard {age} ago", age=_age(now_s - call.checked_s))
    if call.checked_s is None:
        return _tr("waiting for RingCentral")
    age_s = now_s - call.checked_s
    return _tr("checked just now") if age_s < 5 else _tr("checked {age} ago", age=_age(age_s))


def outcome(call: PastCall) -> tuple[str, str]:
    """(words, kind) for a call that is over; kind is muted, wait or bad."""
    came = call.direction is Direction.IN
    talked = duration(call.talked_s) if call.talked_s > 0 else _tr("Talked")
    refused = (_tr("You refused"), "muted") if came else (_tr("Refused"), "bad")
    is_placed = came or call.session_id or call.log_id
    unreachable = _tr("Cannot be reached") if is_placed else _tr("Not placed")
    return {
        CallOutcome.TALKED: (talked, "muted"),
        CallOutcome.MISSED: (_tr("Missed"), "bad"),
        CallOutcome.VOICEMAIL: (_tr("Missed · voicemail"), "bad"),
        CallOutcome.BUSY: (_tr("Busy"), "wait"),
        CallOutcome.NO_ANSWER: (_tr("No answer"), "wait"),
        CallOutcome.REFUSED: refused,
        CallOutcome.UNREACHABLE: (unreachable, "bad"),
        CallOutcome.CANCELLED: (_tr("Cancelled"), "muted"),
        CallOutcome.YOU_WERE_BUSY: (_tr("Your phone was busy"), "wait"),
        CallOutcome.YOU_DID_NOT_ANSWER: (_tr("You did not pick up"), "wait"),
        CallOutcome.YOU_REFUSED: (_tr("Your phone refused"), "wait"),
        CallOutcome.UNKNOWN: (_tr("Result unknown"), "wait"),
    }[call.outcome]


def what_happened(call: PastCall) -> str:
    """Who called whom and how it ended, as a part of a sentence."""
    told = outcome(call)[0]
    if call.outcome.is_missed:
        return told
    if call.outcome is CallOutcome.TALKED and call.talked_s > 0:
        told = _tr("talked {time}", time=told)
    they_did = call.direction is Direction.IN
    return _tr("they called: {told}", told=told) if they_did else _tr("you called: {told}", told=told)


def withheld() -> str:
    """In the place of a number that the caller did not show."""
    return _tr("Number withheld")


def call_icon(call: PastCall) -> str:
    """The icon name for a call that is over."""
    if call.outcome.is_missed:
        return "phone-missed"
    return "phone-in" if call.direction is Direction.IN else "phone-out"


def _age(seconds: float) -> str:
    whole = max(0, int(seconds))
    if whole < 60:
        return _tr("{n} s", n=str(whole))
    return _tr("{n} min", n=str(whole // 60))


def _failed_word(your_phone: Leg, them: Leg) -> str:
    if your_phone.is_failed:
        return {
            Leg.BUSY: _tr("Your phone was busy"),
            Leg.NO_ANSWER: _tr("You did not pick up"),
            Leg.REFUSED: _tr("Your phone refused"),
        }.get(your_phone, _tr("Not reached"))
    return {
        Leg.BUSY: _tr("Busy"),
        Leg.NO_ANSWER: _tr("No answer"),
        Leg.REFUSED: _tr("Refused"),
        Leg.UNREACHABLE: _tr("Cannot be reached"),
    }.get(them, _tr("Failed"))


def _failed_sentence(call: Call, phone: str) -> str:
    yours = {
        Leg.BUSY: _tr("Your {phone} is busy, so they were not called.", phone=phone),
        Leg.NO_ANSWER: _tr("You did not pick up your {phone}, so they were not called.", phone=phone),
        Leg.REFUSED: _tr("Your {phone} refused the call, so they were not called.", phone=phone),
        Leg.UNREACHABLE: _tr("Your {phone} could not be reached, so they were not called.", phone=phone),
    }
    return yours.get(call.your_phone) or {
        Leg.BUSY: _tr("They are on another call. Try again in a while."),
        Leg.NO_ANSWER: _tr("They did not answer."),
        Leg.REFUSED: _tr("They refused the call."),
        Leg.UNREACHABLE: _tr("This number cannot be reached."),
    }.get(call.them, _tr("The call could not be made."))
