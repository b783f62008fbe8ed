"""What is repeated, when, and when to stop: the one decision, as a pure function.

decide() is told what went wrong (the faxErrorCode of a fax that could not be sent, or the error of a
request), how often it was tried and how long the user allows it; it answers Again, GiveUp or Check.
Ring-outs are never repeated and never asked about here. Lane threads. Read next: services/fax/dispatch.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct

from rcdesk.core.errors import (
    ApiError,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    RcdeskError,
    ServerTrouble,
    SignInNeeded,
    UserError,
)
from rcdesk.core.fax.fax import YOU_SAID_FAILED, WaitReason

USUAL_TRIES = 5
"""How often a number is tried when the user set no deadline; with one, until then."""

LINE_DELAYS_S = (120.0, 300.0, 600.0, 1200.0)
"""Pauses after a busy line: the last one repeats."""

STUMBLE_DELAYS_S = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Pauses after a request that never reached the service: the last one repeats, without end."""


LAST_TRY = timedelta(seconds=10)
"""So long before the user's time is over a fax that waits for the network or a sign-in is tried once more."""

BUSY_WITH_THE_SAME = "CMN-304"
"""A request like this one is being worked on (docs/wire.md 1.2): this one was refused, not taken."""

_TOO_SLOW = frozenset({408, 425})
"""HTTP statuses of a request that took too long to come or came too early: neither says what became of it."""

_LOOKED_AT = frozenset(
    {400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428, 431}
    | {429, 451}
)
"""HTTP statuses that say by themselves that a request was refused, whoever answers (RFC 9110, RFC 6585).

Any other one without a word of the service's own may come from something on the way that lost patience (499,
524) while the service goes on with a request that it has as a whole.
"""


class Help(Enum):
    """Whether trying again can help for a faxErrorCode."""

    LINE = "their line or the way there: later it may work"
    SERVICE = "a fault of the service: a few minutes may help"
    NO = "the same again gives the same result"


_LINE = "LineBusy NoAnswer AllLinesInUse CallerHungUp TooManyCallsPerLine CallFailed CallDeclined NotAccepted"
_SERVICE = "InternalError DBGeneralError ReturnToDBQueue Undefined"

HELPS: dict[str, Help] = {
    **dict.fromkeys(_LINE.split(), Help.LINE),
    **dict.fromkeys(_SERVICE.split(), Help.SERVICE),
    YOU_SAID_FAILED: Help.LINE,
}
"""Codes worth repeating (spec: FaxErrorCodeEnum); every other one, also an unknown one, is not.

SentPartially is not repeated by itself: some pages have arrived, so only the user can say.
"""

_MOST_SERVICE_TRIES = 3


class Again(Struct, frozen=True, kw_only=True):
    """Try again, not before `at`, and wait for this reason."""

    at: datetime
    reason: WaitReason


class GiveUp(Struct, frozen=True):
    """Trying again cannot help, was tried often enough, or would be after the user's deadline."""

    is_out_of_time: bool = False


class Check(Struct, frozen=True):
    """The outcome is not known: ask the message store first, never repeat blindly.

    is_denied: the service itself said, in its own words, that it failed.
    """

    is_denied: bool = False


Decision = Again | GiveUp | Check


def decide(
    what: str | RcdeskError,
    *,
    now: datetime,
    tries: int = 0,
    stumbles: int = 0,
    deadline: datetime | None = None,
    is_complete: bool = False,
) -> Decision:
    """What to do after `what` went wrong: a faxErrorCode ("" for none given) or the error of a request.

    tries: how often the service was handed this fax. stumbles: how often in a row, this one included, a
    request did not get through. is_complete: the last byte of the request may have left this machine.
    """
    if isinstance(what, str):
        return _after_fax_error(what, tries, now, deadline)
    match what:
        case RateLimited():
            again = Again(at=now + timedelta(seconds=what.retry_after_s), reason=WaitReason.RATE_LIMIT)
        case SignInNeeded():
            pause = timedelta(seconds=STUMBLE_DELAYS_S[-1])
            again = Again(at=_in_time(now, pause, deadline), reason=WaitReason.SIGN_IN)
        case NotSent():
            pause = _pause(STUMBLE_DELAYS_S, stumbles)
            again = Again(at=_in_time(now, pause, deadline), reason=WaitReason.NO_CONNECTION)
        case OutcomeUnknown():
            return Check()
        case ApiError() if what.code == BUSY_WITH_THE_SAME:
            again = Again(at=now + _pause(STUMBLE_DELAYS_S[2:], stumbles), reason=WaitReason.TROUBLE)
        case ApiError() if _may_have_gone_on(what):
            if is_complete:
                return Check(is_denied=what.status >= 500 and bool(what.code))
            again = Again(at=now + _pause(STUMBLE_DELAYS_S[2:], stumbles), reason=WaitReason.TROUBLE)
        case ApiError() | UserError():
            return GiveUp()
        case _:
            if is_complete:
                return Check()
            again = Again(at=now + _pause(STUMBLE_DELAYS_S, stumbles), reason=WaitReason.TROUBLE)
    return _within(again, deadline)


def _may_have_gone_on(error: ApiError) -> bool:
    """True when the service may go on with a request that it has as a whole, in spite of this answer."""
    if isinstance(error, ServerTrouble) or error.status >= 500 or error.status in _TOO_SLOW:
        return True
    is_own_answer = error.status < 300 or bool(error.code)
    return not is_own_answer and error.status not in _LOOKED_AT


def help_for(error_code: str) -> Help:
    """Whether trying again can help for this faxErrorCode; a fax that failed without a reason may work."""
    return HELPS.get(error_code, Help.NO) if error_code else Help.SERVICE


def _after_fax_error(code: str, tries: int, now: datetime, deadline: datetime | None) -> Again | GiveUp:
    match help_for(code):
        case Help.NO:
            return GiveUp()
        case Help.SERVICE if tries >= _MOST_SERVICE_TRIES:
            return GiveUp()
        case Help.LINE if deadline is None and tries >= USUAL_TRIES:
            return GiveUp()
        case _:
            return _within(Again(at=now + _pause(LINE_DELAYS_S, tries), reason=WaitReason.RETRY), deadline)


def _within(again: Again, deadline: datetime | None) -> Again | GiveUp:
    return GiveUp(is_out_of_time=True) if deadline is not None and again.at > deadline else again


def _in_time(now: datetime, pause: timedelta, deadline: datetime | None) -> datetime:
    """After the pause, or earlier when the user's time would be over by then: it is used to its end."""
    if deadline is None or now + pause <= deadline:
        return now + pause
    return max(deadline - LAST_TRY, now + timedelta(seconds=STUMBLE_DELAYS_S[0]))


def _pause(delays_s: tuple[float, ...], count: int) -> timedelta:
    return timedelta(seconds=delays_s[min(max(count, 1), len(delays_s)) - 1])
