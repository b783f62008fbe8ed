"""The magic numbers: dial one of these and the simulated world gives exactly this outcome.

One table, kept here so that the page under `/simulator/`, the demo's window and the tests all read the
same thing. Any other number answers (a call) or receives the pages (a fax). Values only, no thread of its
own.

Read next: `calls` and `faxes`, which act these plans out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Leg = Literal["answers", "busy", "no answer", "rejected", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    outcome: str
    description: str
    plan: CallPlan = field(default_factory=CallPlan)


_CALLS: tuple[_Row, ...] = (
    _Row(outcome="answers", description="You answer, they answer, you talk for 8 seconds."),
    _Row(outcome="busy", description="They are busy.", plan=CallPlan(callee="busy", callee_ring_s=1)),
    _Row(
        outcome="no answer",
        description="They do not answer.",
        plan=CallPlan(callee="no answer", callee_ring_s=15),
    ),
    _Row(outcome="rejected", description="They decline the call.", plan=CallPlan(callee="rejected")),
    _Row(outcome="caller busy", description="Your own phone is busy.", plan=CallPlan(caller="busy")),
    _Row(
        outcome="caller no answer",
        description="You do not answer your own phone.",
        plan=CallPlan(caller="no answer", caller_ring_s=15),
    ),
    _Row(
        outcome="caller rejected",
        description="You decline on your own phone.",
        plan=CallPlan(caller="rejected"),
    ),
    _Row(
        outcome="slow",
        description="Everybody takes their time: 12 seconds to your phone, 20 to theirs, a minute of talk.",
        plan=CallPlan(caller_ring_s=12, callee_ring_s=20, talk_s=60),
    ),
    _Row(outcome="long talk", description="They answer and talk for ten minutes.", plan=CallPlan(talk_s=600)),
    _Row(outcome="short talk", description="They answer and hang up at once.", plan=CallPlan(talk_s=1)),
    _Row(
        outcome="international disabled",
        description="The account may not call abroad.",
        plan=CallPlan(refusal="InternationalDisabled"),
    ),
    _Row(
        outcome="destination blocked",
        description="Calls to this number are prohibited.",
        plan=CallPlan(refusal="DestinationBlocked"),
    ),
    _Row(
        outcome="not enough funds",
        description="The account has no calling credit.",
        plan=CallPlan(refusal="NotEnoughFunds"),
    ),
    _Row(outcome="no such user", description="Nobody has this number.", plan=CallPlan(refusal="NosuchUser")),
    _Row(
        outcome="not supported from here",
        description="RingOut from your chosen phone is not supported.",
        plan=CallPlan(refusal="RingOutFromThisNumberIsNotSupported"),
    ),
    _Row(outcome="generic error", description="The line fails.", plan=CallPlan(callee="broken")),
    _Row(
        outcome="session lost",
        description="The service forgets the call while it rings: NoSessionFound in all three states.",
        plan=CallPlan(is_lost=True),
    ),
    _Row(
        outcome="finished as unreachable",
        description="You talk for 8 seconds; after that the service says CannotReach, both legs Finished.",
        plan=CallPlan(last_word="CannotReach"),
    ),
    _Row(
        outcome="gone",
        description="You talk for 8 seconds; after 2 of them the service answers 404. The call log tells.",
        plan=CallPlan(forgotten_after_s=2),
    ),
)

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
        (
            f"+1650555{4001 + index}",
            code,
            f"Sending fails with {code}.",
            FaxPlan(is_sent=False, error_code=code),
        )
        for index, code in enumerate(FAX_ERROR_CODES)
    ),
    ("+16505554035", "failed without a reason", "Sending fails, no reason given.", FaxPlan(is_sent=False)),
    ("+16505554040", "slow", "The fax waits 90 seconds in the queue, then goes out.", FaxPlan(queued_s=90)),
    ("+16505554041", "never leaves", "The fax stays in the queue for ever.", FaxPlan(queued_s=None)),
    ("+16505554042", "at once", "The fax goes out within a second.", FaxPlan(queued_s=0.5)),
    (
        "+16505554050",
        "busy once",
        "The line is busy for the first fax; every later one goes out.",
        FaxPlan(busy_times=1),
    ),
    (
        "+16505554051",
        "busy twice",
        "The line is busy for the first two faxes; every later one goes out.",
        FaxPlan(busy_times=2),
    ),
)

_CALL_PLANS = {f"+1650555{200 + index:04d}": row.plan for index, row in enumerate(_CALLS)}
_FAX_PLANS = {number: plan for number, _, _, plan in _FAXES}

MAGIC_NUMBERS: list[MagicNumber] = [
    *(
        MagicNumber(
            number=f"+1650555{200 + index:04d}",
            kind="call",
            outcome=row.outcome,
            description=row.description,
        )
        for index, row in enumerate(_CALLS)
    ),
    *(
        MagicNumber(number=number, kind="fax", outcome=outcome, description=description)
        for number, outcome, description, _ in _FAXES
    ),
]
"""Every documented number, calls first."""


def call_plan(number: str) -> CallPlan:
    """The plan for a call to this E.164 number (or extension); an ordinary number answers."""
    return _CALL_PLANS.get(number, CallPlan())


def fax_plan(number: str) -> FaxPlan:
    """The plan for a fax to this E.164 number; an ordinary number receives it."""
    return _FAX_PLANS.get(number, FaxPlan())
