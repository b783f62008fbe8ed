"""Calls: placing a ring-out, asking how it fares, cancelling it, and the list of past calls.

The requests run on the calls lane, the list on the disk lane. A ring-out is never repeated here: it makes a
real phone ring (wire-contract 1.4). Read next: core/call.py, bridge/call_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable

from rcdesk.api.rest import ring_out
from rcdesk.core.call import Call, RingOutReport
from rcdesk.core.cancel import CancelToken
from rcdesk.core.recents import RecentCall
from rcdesk.services.connection import Connection, need
from rcdesk.store.recents import Recents


class CallService:
    """What the desk can do about calls, on whatever connection is current."""

    def __init__(self, connection: Callable[[], Connection | None], recents: Recents) -> None:
        self._connection = connection
        self._recents = recents

    def place(self, call: Call, token: CancelToken) -> RingOutReport:
        """Ring the user's phone, then the other party (spec: createRingOutCall).

        Raises NotSent when nothing rang, OutcomeUnknown when a phone may ring, ApiError when refused.
        """
        return ring_out.create(need(self._connection()).session, call.request, token)

    def status(self, session_id: str, token: CancelToken) -> RingOutReport:
        """How the call fares (spec: readRingOutCallStatus); a session that is gone says NoSessionFound."""
        return ring_out.status(need(self._connection()).session, session_id, token)

    def cancel(self, session_id: str, token: CancelToken) -> None:
        """Ask to cancel (spec: deleteRingOutCall); the answer proves nothing, ask status() afterwards."""
        ring_out.cancel(need(self._connection()).session, session_id, token)

    def remember(self, call: RecentCall) -> None:
        """Add a finished call to the recents."""
        self._recents.add(call)

    def recents(self, search: str = "") -> tuple[RecentCall, ...]:
        """The past calls whose number or name contains search, newest first."""
        return self._recents.list(search=search)

    def close(self) -> None:
        """Close this thread's database connection."""
        self._recents.close()
