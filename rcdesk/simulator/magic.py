"""The magic numbers: dial one of these and the simulated world gives exactly this outcome.

One table, kept here so that the page under `/simulator/`, the demo's window and the tests all read the
same thing. Any other number answers (a call) or receives the pages (a fax). Values only, no thread of its
own.

Read next: `calls` and `faxes`, which act these plans out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Leg = Literal["answers", "busy", "no answer", "rejected", "broken"]


@dataclass(frozen=True, slots=True)
class MagicNumber:
    """One row: `outcome` is a short stable name, `description` one sentence for a person."""

    number: str
    kind: Literal["call", "fax"]
    outcome: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """How a call will go; all durations in simulated seconds.

    `refusal` ends the call with that CallingStatusInfo value as soon as the destination is tried. `last_word`
    is callStatus after a conversation. `forgotten_after_s`: so long into the conversation the service no
    longer knows the session (404), though the call goes on and is logged.
    """

    caller: Leg = "answers"
    callee: Leg = "answers"
    caller_ring_s: float = 3.0
    prompt_s: float = 1.0
    callee_ring_s: float = 4.0
    talk_s: float = 8.0
    refusal: str | None = None
    is_lost: bool = False
    last_word: str = "Success"
    forgotten_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxPlan:
    """How a fax to one recipient will go; `queued_s` None means it never leaves the queue.

    `busy_times`: the first so many faxes to this number end with LineBusy.
    """

    queued_s: float | None = 6.0
    is_sent: bool = True
    error_code: str | None = None
    busy_times: int = 0


_CALLS: tuple[tuple[str, str, CallPlan], ...] = (
    ("answers", "You answer, they answer, you talk for 8 seconds.", CallPlan()),
    ("busy", "They are busy.", CallPlan(callee="busy", callee_ring_s=1)),
    ("no answer", "They do not answer.", CallPlan(callee="no answer", callee_ring_s=15)),
    ("rejected", "They decline the call.", CallPlan(callee="rejected")),
    ("caller busy", "Your own phone is busy.", CallPlan(caller="busy")),
    (
        *("caller no answer", "You do not answer your own phone."),
        CallPlan(caller="no answer", caller_ring_s=15),
    ),
    ("caller rejected", "You decline on your own phone.", CallPlan(caller="rejected")),
    (
        *("slow", "Everybody takes their time: 12 seconds to your phone, 20 to theirs, a minute of talk."),
        CallPlan(caller_ring_s=12, callee_ring_s=20, talk_s=60),
    ),
    ("long talk", "They answer and talk for ten minutes.", CallPlan(talk_s=600)),
    ("short talk", "They answer and hang up at once.", CallPlan(talk_s=1)),
    (
        *("international disabled", "The account may not call abroad."),
        CallPlan(refusal="InternationalDisabled"),
    ),
    ("destination blocked", "Calls to this number are prohibited.", CallPlan(refusal="DestinationBlocked")),
    ("not enough funds", "The account has no calling credit.", CallPlan(refusal="NotEnoughFunds")),
    ("no such user", "Nobody has this number.", CallPlan(refusal="NosuchUser")),
    (
        *("not supported from here", "RingOut from your chosen phone is not supported."),
        CallPlan(refusal="RingOutFromThisNumberIsNotSupported"),
    ),
    ("generic error", "The line fails.", CallPlan(callee="broken")),
    (
        *("session lost", "The service forgets the call while it rings: NoSessionFound in all three states."),
        CallPlan(is_lost=True),
    ),
    (
        "finished as unreachable",
        "You talk for 8 seconds; after that the service says CannotReach, both legs Finished.",
        CallPlan(last_word="CannotReach"),
    ),
    (
        *("gone", "You talk for 8 seconds; after 2 of them the service answers 404. The call log tells."),
        CallPlan(forgotten_after_s=2),
    ),
)
"""From +16505550200 on."""

FAX_ERROR_CODES: tuple[str, ...] = (
    "AllLinesInUse",
    "Undefined",
    "NoFaxSendPermission",
    "NoInternationalPermission",
    "NoFaxMachine",
    "NoAnswer",
    "LineBusy",
    "CallerHungUp",
    "NotEnoughCredits",
    "SentPartially",
    "InternationalCallingDisabled",
    "DestinationCountryDisabled",
    "UnknownCountryCode",
    "NotAccepted",
    "InvalidNumber",
    "CallDeclined",
    "TooManyCallsPerLine",
    "CallFailed",
    "RenderingFailed",
    "TooManyPages",
    "ReturnToDBQueue",
    "NoCallTime",
    "WrongNumber",
    "ProhibitedNumber",
    "InternalError",
    "FaxSendingProhibited",
    "ThePhoneIsBlacklisted",
    "UserNotFound",
    "ConvertError",
    "DBGeneralError",
    "SkypeBillingFailed",
    "AccountSuspended",
    "ProhibitedDestination",
    "InternationalDisabled",
)

_FAXES: tuple[tuple[str, str, str, FaxPlan], ...] = (
    ("+16505554000", "sent", "The fax goes out after 6 seconds in the queue.", FaxPlan()),
    *(
        (f"+1650555{at}", code, f"Sending fails with {code}.", FaxPlan(is_sent=False, error_code=code))
        for at, code in enumerate(FAX_ERROR_CODES, start=4001)
    ),
    ("+16505554035", "failed without a reason", "Sending fails, no reason given.", FaxPlan(is_sent=False)),
    ("+16505554040", "slow", "The fax waits 90 seconds in the queue, then goes out.", FaxPlan(queued_s=90)),
    ("+16505554041", "never leaves", "The fax stays in the queue for ever.", FaxPlan(queued_s=None)),
    ("+16505554042", "at once", "The fax goes out within a second.", FaxPlan(queued_s=0.5)),
    (
        *("+16505554050", "busy once", "The line is busy for the first fax; every later one goes out."),
        FaxPlan(busy_times=1),
    ),
    (
        *(
            "+16505554051",
            "busy twice",
            "The line is busy for the first two faxes; every later one goes out.",
        ),
        FaxPlan(busy_times=2),
    ),
)

_CALL_PLANS = {f"+1650555{at:04d}": plan for at, (_, _, plan) in enumerate(_CALLS, start=200)}
_FAX_PLANS = {number: plan for number, _, _, plan in _FAXES}

MAGIC_NUMBERS: list[MagicNumber] = [
    *(MagicNumber(number, "call", *row[:2]) for number, row in zip(_CALL_PLANS, _CALLS, strict=True)),
    *(MagicNumber(number, "fax", outcome, description) for number, outcome, description, _ in _FAXES),
]
"""Every documented number, calls first."""


def call_plan(number: str) -> CallPlan:
    """The plan for a call to this E.164 number (or extension); an ordinary number answers."""
    return _CALL_PLANS.get(number, CallPlan())


def fax_plan(number: str) -> FaxPlan:
    """The plan for a fax to this E.164 number; an ordinary number receives it."""
    return _FAX_PLANS.get(number, FaxPlan())
