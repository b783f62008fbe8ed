"""The magic numbers: dial one of these and the simulated world gives exactly this outcome.

One table, kept here so that the page under `/simulator/`, the demo's window and the tests all read the
same thing. Any other number answers (a call), receives the pages (a fax) or the words (a text). Values only,
no thread of its own.

Read next: `calls`, `faxes` and `mail/texts`, which act these plans out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Leg = Literal["answers", "busy", "no answer", "rejected", "broken"]


@dataclass(frozen=True, slots=True)
class MagicNumber:
    """One row: `outcome` is a short stable name, `description` one sentence for a person."""

    number: str
    kind: Literal["call", "fax", "text"]
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
class TextPlan:
    """How a text to one recipient will go; `queued_s` None means it never leaves the queue.

    report_s: so long after it was sent the carrier says what became of it, None when it never does.
    refusal: status, code and message of the answer that takes no text at all. reply: what they text back.
    """

    queued_s: float | None = 1.0
    report_s: float | None = 3.0
    error_code: str | None = None
    refusal: tuple[int, str, str] | None = None
    reply: str = ""


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

TEXT_ERROR_CODES: tuple[str, ...] = (
    *("SMS-RC-403", "SMS-RC-410", "SMS-RC-413", "SMS-RC-430", "SMS-RC-500", "SMS-RC-501", "SMS-RC-503"),
    *("SMS-RC-504", "SMS-UP-410", "SMS-UP-413", "SMS-UP-414", "SMS-UP-430", "SMS-UP-431", "SMS-UP-432"),
    *("SMS-UP-433", "SMS-UP-500", "SMS-CAR-104", "SMS-CAR-199", "SMS-CAR-400", "SMS-CAR-410"),
    *("SMS-CAR-411", "SMS-CAR-412", "SMS-CAR-413", "SMS-CAR-414", "SMS-CAR-430", "SMS-CAR-431"),
    *("SMS-CAR-432", "SMS-CAR-433", "SMS-CAR-434", "SMS-CAR-435", "SMS-CAR-450", "SMS-CAR-451"),
    *("SMS-CAR-452", "SMS-CAR-460", "SMS-CAR-461", "SMS-CAR-500"),
)
"""deliveryErrorCode (guide, SMS errors): those of carriers come after the text was sent."""

TEXT_REFUSALS: tuple[tuple[int, str, str], ...] = (
    (400, "MSG-240", "Phone number is not of the US"),
    (403, "MSG-243", "Sending texts is blocked"),
    (503, "MSG-290", "Texts cannot be sent at the moment"),
    (429, "MSG-305", "Too many texts"),
    (400, "MSG-309", "Recipient cannot get texts"),
    (400, "MSG-310", "Recipient does not support texts"),
    (400, "MSG-314", "Recipient is not reachable by texts"),
    (400, "MSG-324", "Recipient may not get texts"),
)

_TEXTS: tuple[tuple[str, str, str, TextPlan], ...] = (
    ("+16505553000", "delivered", "The text is sent after a second and delivered 3 later.", TextPlan()),
    *(
        (f"+1650555{at}", code, f"The text fails with {code}.", TextPlan(error_code=code))
        for at, code in enumerate(TEXT_ERROR_CODES, start=3001)
    ),
    ("+16505553050", "slow text", "The text waits 90 seconds in the queue.", TextPlan(queued_s=90)),
    ("+16505553051", "text never leaves", "The text stays in the queue for ever.", TextPlan(queued_s=None)),
    (
        *("+16505553052", "only sent", "The text is sent; the carrier never says that it was delivered."),
        TextPlan(report_s=None),
    ),
    (
        *("+16505553060", "replies", "The text is delivered, and an answer comes 2 seconds later."),
        TextPlan(reply="Thanks, see you then."),
    ),
    (
        *("+16505553061", "opts out", "The text is delivered, and STOP comes back: the next one fails."),
        TextPlan(reply="STOP"),
    ),
    *(
        (f"+1650555{at}", row[1], f"The text is refused with {row[1]}.", TextPlan(refusal=row))
        for at, row in enumerate(TEXT_REFUSALS, start=3101)
    ),
)

_CALL_PLANS = {f"+1650555{at:04d}": plan for at, (_, _, plan) in enumerate(_CALLS, start=200)}
_FAX_PLANS = {number: plan for number, _, _, plan in _FAXES}
_TEXT_PLANS = {number: plan for number, _, _, plan in _TEXTS}

MAGIC_NUMBERS: list[MagicNumber] = [
    *(MagicNumber(number, "call", *row[:2]) for number, row in zip(_CALL_PLANS, _CALLS, strict=True)),
    *(MagicNumber(number, "fax", outcome, description) for number, outcome, description, _ in _FAXES),
    *(MagicNumber(number, "text", outcome, description) for number, outcome, description, _ in _TEXTS),
]
"""Every documented number, calls first."""


def call_plan(number: str) -> CallPlan:
    """The plan for a call to this E.164 number (or extension); an ordinary number answers."""
    return _CALL_PLANS.get(number, CallPlan())


def fax_plan(number: str) -> FaxPlan:
    """The plan for a fax to this E.164 number; an ordinary number receives it."""
    return _FAX_PLANS.get(number, FaxPlan())


def text_plan(number: str) -> TextPlan:
    """The plan for a text to this E.164 number; an ordinary number gets it."""
    return _TEXT_PLANS.get(number, TextPlan())
