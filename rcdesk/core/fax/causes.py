"""Why it did not work, in words people use: what happened, whether trying again can help, what to do.

Three vocabularies of the service: the 34 values of FaxErrorCodeEnum, the results and reasons of the call log
(spec: CallResultEnum, CallResultReasonEnum) and the error codes MSG-, CMN- and OAU- (docs/wire.md 1.2).
Whether trying again can help follows core/fax/retry.py, so the words never disagree with what the desk does.
Codes nobody knows are shown as they are. Pure, any thread. Read next: retry.py, services/fax/follow.py.
"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.core.fax.fax import YOU_SAID_FAILED
from rcdesk.core.fax.retry import Help, help_for


class NextStep(Enum):
    """The step that fits best after a failure: which button is offered first."""

    RETRY = "retry"
    EDIT = "edit and resend"
    CALL = "call instead"
    FORWARD = "send these pages to another number"
    ADMIN = "ask the administrator"
    NONE = "nothing to do"


class Cause(Struct, frozen=True, kw_only=True):
    """One failure explained. happened and advice are whole sentences, advice may be ""."""

    code: str
    happened: str
    advice: str
    help: Help
    step: NextStep

    @property
    def words(self) -> str:
        """What happened and what to do, as one line."""
        return f"{self.happened} {self.advice}".rstrip()

    @property
    def can_help(self) -> str:
        """Whether trying again can help, as a sentence."""
        match self.help:
            case Help.LINE:
                return "Trying again later may work."
            case Help.SERVICE:
                return "Trying again in a few minutes may work."
            case Help.NO:
                return "Trying the same again will not help."
            case _:
                assert_never(self.help)


_RETRY, _EDIT, _CALL = NextStep.RETRY, NextStep.EDIT, NextStep.CALL
_FORWARD, _ADMIN, _NONE = NextStep.FORWARD, NextStep.ADMIN, NextStep.NONE
_ASK_ADMIN = "Ask your administrator."
_NO_REASON = "RingCentral gave no reason."
_ADMINS = (_ASK_ADMIN, _ADMIN)

_FAX: dict[str, tuple[str, str, NextStep]] = {
    "AllLinesInUse": ("All of RingCentral's lines were busy.", "Try again in a few minutes.", _RETRY),
    "Undefined": (_NO_REASON, "Try again, or call them.", _RETRY),
    "NoFaxSendPermission": ("This account may not send faxes.", *_ADMINS),
    "NoInternationalPermission": ("This account may not fax abroad.", *_ADMINS),
    "NoFaxMachine": (
        "No fax machine answered; this may be a voice number.",
        "Call it and ask for the fax number.",
        _CALL,
    ),
    "NoAnswer": ("Nobody answered.", "Try again later.", _RETRY),
    "LineBusy": ("Their line was busy.", "Try again in a few minutes.", _RETRY),
    "CallerHungUp": ("The connection ended before the fax was through.", "Try again.", _RETRY),
    "NotEnoughCredits": ("The account has not enough credit.", *_ADMINS),
    "SentPartially": (
        "Only a part of the pages got through.",
        "Ask them which arrived, and send the rest.",
        _CALL,
    ),
    "InternationalCallingDisabled": ("International calls are switched off for this account.", *_ADMINS),
    "DestinationCountryDisabled": ("Faxing to this country is switched off for this account.", *_ADMINS),
    "UnknownCountryCode": ("There is no such country code.", "Check the number.", _EDIT),
    "NotAccepted": ("Their machine did not accept the fax.", "Try again later, or call them.", _RETRY),
    "InvalidNumber": ("The number is not valid.", "Check it.", _EDIT),
    "CallDeclined": ("Their side declined the call.", "Call them, or try again later.", _CALL),
    "TooManyCallsPerLine": ("Too many calls were on the line.", "Try again in a few minutes.", _RETRY),
    "CallFailed": ("The call failed on the way.", "Try again.", _RETRY),
    "RenderingFailed": (
        "RingCentral could not draw the pages.",
        "Save the file as PDF and send that.",
        _EDIT,
    ),
    "TooManyPages": ("The fax has too many pages.", "Send it in several parts.", _EDIT),
    "ReturnToDBQueue": (
        "RingCentral put the fax back into its own queue and then gave up.",
        "Try again.",
        _RETRY,
    ),
    "NoCallTime": ("The account has no calling time left.", *_ADMINS),
    "WrongNumber": ("This is a wrong number.", "Check it.", _EDIT),
    "ProhibitedNumber": ("Faxing to this number is not allowed.", "Use another number of theirs.", _FORWARD),
    "InternalError": ("RingCentral had a fault of its own.", "Try again in a few minutes.", _RETRY),
    "FaxSendingProhibited": ("Sending faxes is not allowed for this account.", *_ADMINS),
    "ThePhoneIsBlacklisted": ("This number is on a block list.", "Use another number of theirs.", _FORWARD),
    "UserNotFound": ("Nobody has this number.", "Check it.", _EDIT),
    "ConvertError": (
        "RingCentral could not convert a file.",
        "Save it as PDF and send that.",
        _EDIT,
    ),
    "DBGeneralError": ("RingCentral had a fault of its own.", "Try again in a few minutes.", _RETRY),
    "SkypeBillingFailed": ("Billing the fax failed.", *_ADMINS),
    "AccountSuspended": ("The account is suspended.", *_ADMINS),
    "ProhibitedDestination": ("Faxing to this destination is not allowed.", *_ADMINS),
    "InternationalDisabled": ("Faxing abroad is switched off for this account.", *_ADMINS),
}

_SAME: dict[str, tuple[str, ...]] = {
    "AccountSuspended": ("Suspended account",),
    "AllLinesInUse": ("Resource Error",),
    "CallDeclined": ("Declined", "Rejected"),
    "CallFailed": ("Call Failed", "Call Failure", "Failed Try Again"),
    "CallerHungUp": ("Abandoned", "Hang Up"),
    "FaxSendingProhibited": ("Not Allowed",),
    "InternalError": ("Internal Call Error", "Internal Error"),
    "InternationalDisabled": ("International Disabled",),
    "InvalidNumber": ("Bad Number",),
    "LineBusy": ("Busy", "Line Busy"),
    "NoAnswer": ("Missed", "No Answer", "Not Answered"),
    "NoFaxMachine": ("Sent to Voicemail", "Voicemail"),
    "NoFaxSendPermission": ("No Digital Line",),
    "NoInternationalPermission": ("International Restricted",),
    "NotAccepted": ("Answered Not Accepted", "Calls Not Accepted"),
    "NotEnoughCredits": ("No Calling Credit", "No Credit"),
    "ProhibitedNumber": (
        "911",
        "933",
        "Customer 611 Restricted",
        "Info 411 Restricted",
        "Number Not Allowed",
        "Restricted Number",
    ),
    "RenderingFailed": ("Fax Prepare Error",),
    "SentPartially": ("Fax Partially Sent", "Partial Receive"),
    "ThePhoneIsBlacklisted": ("Blocked", "Number Blocked"),
    "TooManyCallsPerLine": ("Max Call Limit", "Too Many Calls"),
    "WrongNumber": ("Call Loop", "Wrong Number"),
}
"""Call-log results and reasons that say the same as a faxErrorCode."""

_MEANS = {word: code for code, words in _SAME.items() for word in words}

_CARRIER = "The phone company on the way is not working."
_NOT_THROUGH = "The fax did not get through."
_Words: TypeAlias = tuple[str, str, Help, NextStep]
_LOG: dict[str, _Words] = {
    "Carrier is not active": (_CARRIER, "Try again later, or call them.", Help.LINE, _RETRY),
    "EDGE trunk misconfigured": ("The account's line is set up wrongly.", _ASK_ADMIN, Help.NO, _ADMIN),
    "Emergency Address not defined": (
        "The account's line has no emergency address.",
        _ASK_ADMIN,
        Help.NO,
        _ADMIN,
    ),
    "Fax Not Received": ("Their machine did not take the fax.", "Try again later.", Help.LINE, _RETRY),
    "Fax Not Sent": (_NOT_THROUGH, "Try again, or call them.", Help.SERVICE, _RETRY),
    "Fax Poor Line": ("The line was too poor for a fax.", "Try again later.", Help.LINE, _RETRY),
    "Fax Receipt Error": (
        "Their machine did not confirm the pages.",
        "Try again, or ask them what arrived.",
        Help.LINE,
        _RETRY,
    ),
    "Fax Save Error": ("RingCentral could not keep the fax.", "Try again.", Help.SERVICE, _RETRY),
    "Fax Send Error": ("The fax broke off while it was being sent.", "Try again.", Help.LINE, _RETRY),
    "IP Phone Offline": ("Their line is offline.", "Try again later.", Help.LINE, _RETRY),
    "Number Disabled": ("This number is switched off.", "Use another number of theirs.", Help.NO, _FORWARD),
    "Receive Error": ("Their machine could not take the fax.", "Try again later.", Help.LINE, _RETRY),
    "Send Error": (_NOT_THROUGH, "Try again, or call them.", Help.SERVICE, _RETRY),
    "Stopped": ("The fax was stopped on the way.", "Try again.", Help.SERVICE, _RETRY),
    "Unknown": (_NO_REASON, "Try again, or call them.", Help.SERVICE, _RETRY),
    YOU_SAID_FAILED: ("You said that it failed.", "Try again, or call them.", Help.LINE, _RETRY),
}

_NO_NEWS = frozenset(
    (
        *("Accepted", "Answered Elsewhere", "Call connected", "Callback requested", "Connected"),
        *("Fax on Demand", "In Progress", "Phone Login", "Received", "Reply", "Sent"),
    )
)
"""Call-log words that are no failure and explain none."""

_VAGUE = frozenset({"", "Fax Not Sent", "Send Error", "Unknown", "Call Failed", "Call Failure", "Stopped"})
"""Words that say only that it failed: the other of result and reason may say more."""

_EXPIRED = ("The sign-in has run out.", "Sign in again.", Help.NO, _NONE)
_SLOW_DOWN = ("RingCentral asks this desk to slow down.", "It goes on in a minute.", Help.SERVICE, _RETRY)
_TOO_LARGE = ("The fax is too large for RingCentral.", "Send fewer or smaller files.", Help.NO, _EDIT)
_UNREADABLE = ("RingCentral could not read the fax.", "Report this as a bug of rcdesk.", Help.NO, _NONE)
_CREDENTIALS = "RingCentral did not accept these credentials."
_WRONG_APP = "RingCentral does not know this app."

_API: dict[str, _Words] = {
    **dict.fromkeys(
        ["OAU-128", "OAU-129", "OAU-149", "OAU-151", "OAU-213", "TokenInvalid", "TokenExpired"], _EXPIRED
    ),
    **dict.fromkeys(["CMN-301", "CMN-302", "CMN-303", "CMN-310"], _SLOW_DOWN),
    **dict.fromkeys(("MSG-337", "MSG-338"), _TOO_LARGE),
    **dict.fromkeys(["MSG-349", "MSG-350", "MSG-351"], _UNREADABLE),
    "OAU-140": (_CREDENTIALS, "Check them and sign in again.", Help.NO, _NONE),
    "OAU-146": (_WRONG_APP, "Check the client ID and the client secret.", Help.NO, _NONE),
    "OAU-147": ("The sign-in is locked after too many attempts.", "Wait a while.", Help.SERVICE, _NONE),
    "CMN-101": (
        "RingCentral refused what was asked for.",
        "Check number, note and time.",
        Help.NO,
        _EDIT,
    ),
    "CMN-102": ("RingCentral does not know this any more.", "Send it again from here.", Help.NO, _EDIT),
    "CMN-304": (
        "RingCentral is still busy with the same request.",
        "It goes on in a minute.",
        Help.SERVICE,
        _RETRY,
    ),
    "CMN-401": ("This app lacks a permission at RingCentral.", _ASK_ADMIN, Help.NO, _ADMIN),
    "CMN-408": ("Your RingCentral user may not do this.", _ASK_ADMIN, Help.NO, _ADMIN),
    "MSG-333": (
        "RingCentral wants the messages to be read from the start.",
        "This happens by itself.",
        Help.SERVICE,
        _NONE,
    ),
    "MSG-340": ("Sending faxes is not available for this account.", _ASK_ADMIN, Help.NO, _ADMIN),
    "MSG-341": ("Your RingCentral user may not send faxes.", _ASK_ADMIN, Help.NO, _ADMIN),
    "MSG-343": (
        "RingCentral cannot resend this fax right now.",
        "It is tried again in a minute.",
        Help.SERVICE,
        _RETRY,
    ),
    "MSG-347": ("One of the files is empty.", "Take it out and send the rest.", Help.NO, _EDIT),
    "MSG-348": (
        "RingCentral cannot print one of the files.",
        "Save it as PDF and send that.",
        Help.NO,
        _EDIT,
    ),
}


def fax_cause(error_code: str) -> str:
    """What this faxErrorCode means and what to do; "" (no code given) says that there is no reason."""
    return cause_of(error_code).words


def cause_of(error_code: str) -> Cause:
    """The cause behind a faxErrorCode, or behind a call-log word or error code kept in its place."""
    if error_code in _FAX or not error_code:
        happened, advice, step = _FAX[error_code or "Undefined"]
        return _cause(error_code, happened, advice, help_for(error_code), step)
    if error_code in _MEANS:
        return replace(cause_of(_MEANS[error_code]), code=error_code)
    known = _LOG.get(error_code) or _API.get(error_code)
    return _cause(error_code, *(known or _unknown(error_code)))


def call_result_cause(result: str, reason: str = "") -> Cause:
    """The cause a call-log record gives; the more telling of its two words is used, both may be ""."""
    candidates = [word for word in (reason, result) if word and word not in _NO_NEWS]
    if not candidates:
        return cause_of("")
    word = min(candidates, key=lambda word: word in _VAGUE)
    return cause_of(word) if word in _MEANS else _cause(word, *_LOG.get(word, _unknown(word)))


def fax_code_for(result: str, reason: str = "") -> str:
    """The faxErrorCode to decide by (core/fax/retry.py) when only the call log gives a reason; "" for none.

    Words without a faxErrorCode of their own get one that is repeated alike; a word that nothing can help
    stays as it is. What to show is call_result_cause().
    """
    cause = call_result_cause(result, reason)
    if cause.code in _MEANS:
        return _MEANS[cause.code]
    match cause.help:
        case Help.LINE:
            return "CallFailed"
        case Help.SERVICE:
            return "Undefined" if cause.code else ""
        case Help.NO:
            return cause.code
        case _:
            assert_never(cause.help)


def api_cause(code: str) -> Cause:
    """The cause behind an error code of an answer: MSG-, CMN- or OAU-."""
    return _cause(code, *_API.get(code, _unknown(code))) if code else cause_of("")


def _cause(code: str, happened: str, advice: str, can_help: Help, step: NextStep) -> Cause:
    return Cause(code=code, happened=happened, advice=advice, help=can_help, step=step)


def _unknown(code: str) -> _Words:
    return f"RingCentral says: {code}.", "", help_for(code), _CALL
