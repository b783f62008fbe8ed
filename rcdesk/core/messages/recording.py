"""A recording of a call, as the call log tells of it (spec: CallLogRecordingInfo).

There is no list of recordings; a transferred call may have several, to be heard in the order of at. They can
be fetched minutes after the call, not at once, and the service keeps them about 90 days. Pure; frozen values
cross threads. Read next: api/rest/recordings.py.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

SHORTEST_S = 30
"""Recordings of less are not kept by the service (guide)."""


class RecordingKind(Enum):
    """Who started it: somebody during the call, or a rule of the account."""

    ON_DEMAND = "OnDemand"
    AUTOMATIC = "Automatic"


class Recording(Struct, frozen=True, kw_only=True):
    """One recording with the call it is of.

    uri is where the sound lies. call_id is the log record's; telephony_session_id links several records of a
    call. number is the other party's in E.164 or a short extension, "" when withheld. at: aware, the start of
    the call (or of the leg that was recorded); length_s is the call's, the recording may be shorter.
    """

    id: str
    kind: RecordingKind
    uri: str
    call_id: str
    telephony_session_id: str
    is_inbound: bool
    number: str
    name: str
    at: datetime | None
    length_s: float
