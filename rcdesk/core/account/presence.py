"""Presence: does the user take calls, and calls of which queues; and until when a change holds.

The service has no "for 30 minutes": the desk remembers what was before and puts it back when the time is
over, at the next start if it was closed meanwhile. Spec: readUserPresenceStatus,
updateUserPresenceStatus, readExtensionCallQueuePresence, updateExtensionCallQueuePresence. Pure. Read next:
services/account/presence.py, bridge/account/presence_desk.py.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import Enum

from msgspec import Struct

FOR_A_WHILE = timedelta(minutes=30)
MORNING = time(9, 0)


class Dnd(Enum):
    """Which calls are taken; the value is the wire's dndStatus.

    QUEUES_ONLY is only ever read: the service does not support setting it.
    """

    TAKE_ALL = "TakeAllCalls"
    NO_QUEUES = "DoNotAcceptDepartmentCalls"
    QUEUES_ONLY = "TakeDepartmentCallsOnly"
    TAKE_NONE = "DoNotAcceptAnyCalls"
    UNKNOWN = "Unknown"

    @property
    def is_disturbable(self) -> bool:
        """True when the user's own calls ring."""
        return self in (Dnd.TAKE_ALL, Dnd.NO_QUEUES)

    @property
    def takes_queue_calls(self) -> bool:
        """True when calls of the queues ring."""
        return self in (Dnd.TAKE_ALL, Dnd.QUEUES_ONLY)

    @property
    def settable(self) -> Dnd:
        """The same where the service lets it be set, else the nearest that lets nothing more ring."""
        return Dnd.TAKE_NONE if self is Dnd.QUEUES_ONLY else self

    @staticmethod
    def of(takes_calls: bool, takes_queue_calls: bool) -> Dnd:
        """The status that says both."""
        if takes_calls:
            return Dnd.TAKE_ALL if takes_queue_calls else Dnd.NO_QUEUES
        return Dnd.QUEUES_ONLY if takes_queue_calls else Dnd.TAKE_NONE


class QueueStatus(Struct, frozen=True, kw_only=True):
    """One call queue the user is a member of. can_change: its manager lets members switch themselves."""

    id: str
    name: str
    is_on: bool
    can_change: bool = True


class Presence(Struct, frozen=True, kw_only=True):
    """What the service says now. until: when the desk puts before back, None when the change is to stay."""

    dnd: Dnd
    queues: tuple[QueueStatus, ...] = ()
    until: datetime | None = None
    before: Dnd | None = None


def next_morning(now_local: datetime) -> datetime:
    """The next 9:00 of the local clock, in the zone of now_local, or without one as now_local."""
    at = now_local.replace(hour=MORNING.hour, minute=MORNING.minute, second=0, microsecond=0)
    return at if at > now_local else at + timedelta(days=1)
