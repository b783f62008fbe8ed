"""Calls that are over, made here or elsewhere: what the recents, the Calls page and the timeline list.

Those placed at this desk are written as they end; the service's call log (spec: CallLogRecord) adds those of
the user's other phones, the ones that came in and were missed among them. Pure; frozen values cross threads.
Read next: services/calls/history.py, bridge/calls/history_desk.py.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct


class Direction(Enum):
    OUT = "out"
    IN = "in"


class CallOutcome(Enum):
    """How a call ended; the value is what the database holds."""

    TALKED = "talked"
    MISSED = "missed"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    YOU_WERE_BUSY = "you were busy"
    YOU_DID_NOT_ANSWER = "you did not answer"
    YOU_REFUSED = "you refused"
    UNKNOWN = "unknown"

    @property
    def is_missed(self) -> bool:
        """True when somebody called and nobody here answered."""
        return self in (CallOutcome.MISSED, CallOutcome.VOICEMAIL)


class PastCall(Struct, frozen=True, kw_only=True):
    """One call that is over.

    id is the desk's (Call.id) or "log-" and the call-log record's id. number is the other party in E.164, a
    short extension, or "" when withheld; name is who that is as far as the desk or the service knows.
    at is aware; talked_s seconds of conversation. is_seen is False for a missed call nobody has looked at.
    reason: the service's own words when it gave some.
    """

    id: str
    direction: Direction
    number: str
    name: str
    at: datetime
    outcome: CallOutcome
    talked_s: float = 0.0
    extension: str = ""
    session_id: str = ""
    log_id: str = ""
    reason: str = ""
    is_seen: bool = True


class OnlyCalls(Enum):
    """A filter of the Calls page."""

    ALL = "all"
    MISSED = "missed"
    OUT = "out"
    IN = "in"


class PastCallQuery(Struct, frozen=True, kw_only=True):
    """What to list, newest first. text: words that all begin a word of the name, or digits of the number."""

    owner_id: str
    text: str = ""
    only: OnlyCalls = OnlyCalls.ALL


class HistoryNews(Struct, frozen=True, kw_only=True):
    """What a look at the call log brought: how many lines are new or other, and the new missed calls."""

    changed: int = 0
    missed: tuple[PastCall, ...] = ()
