"""A line of the recents list: a call this desk placed and how it ended.

Pure and frozen; written by store/recents.py, shown by the phone page and the tray.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rcdesk.core.call import CallState, Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentCall:
    """One finished call; talked_s is seconds of conversation, 0 when there was none."""

    id: str
    number: str
    name: str
    at: datetime
    state: CallState
    them: Leg
    your_phone: Leg
    talked_s: float = 0.0
