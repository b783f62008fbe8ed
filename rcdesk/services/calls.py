"""Placing, watching and cancelling RingOut calls, and remembering them.

A ring-out is a real-world effect: nothing here repeats one. Blocking; place, status and cancel belong on the
calls lane, remember and recents on the disk lane. The api room is imported at the first
request: a desk that nobody signed in to must not carry it. Read next: core/call.py, bridge/call_watch.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rcdesk.core.call import Call, RingOutReport
from rcdesk.core.call_polling import Room
from rcdesk.core.cancel import CancelToken
from rcdesk.core.recents import RecentCall
from rcdesk.store.recents import Recents

if TYPE_CHECKING:
    from rcdesk.services.connection import Connection

AT_ONCE_S = 0.2
"""So short a wait for a place holds nobody up."""


class CallService:
    """Calls of whoever is signed in when they are asked for."""

    def __init__(self, connection: Callable[[], Connection | None], recents: Recents) -> None:
        self._connection = connection
        self._recents = recents

    def place(self, call: Call, token: CancelToken) -> RingOutReport:
        """Start the ring-out. Raises NotSent when it did not start, OutcomeUnknown when it may have.

        Raises RateLimited at once where there is no place: whoever waits for one must not hold up the lane.
        """
        from rcdesk.api.rest import ring_out
        from rcdesk.services.connection import session_of

        return ring_out.create(session_of(self._connection()), call.request, token, max_wait_s=AT_ONCE_S)

    def status(self, session_id: str, token: CancelToken) -> RingOutReport:
        """How it stands; NoSessionFound in all three words when the service forgot it."""
        from rcdesk.api.rest import ring_out
        from rcdesk.services.connection import session_of

        return ring_out.status(session_of(self._connection()), session_id, token)

    def active(self, token: CancelToken) -> Mapping[str, str]:
        """The user's calls going on: telephonyStatus by session id (spec: ActiveCallInfo), one light request.

        Raises NotAllowed when the account may not read its presence.
        """
        from rcdesk.api.rest import presence
        from rcdesk.services.connection import session_of

        return presence.active_calls(session_of(self._connection()), token)

    def room(self) -> Room:
        """What the service allows for status requests, as learned so far; the default when signed out."""
        connection = self._connection()
        return Room() if connection is None else connection.session.gate.room("Light")

    def cancel(self, session_id: str, token: CancelToken) -> None:
        """Ask to end it, which works only before the connection: look at the status afterwards.

        Raises RateLimited at once, as place() does.
        """
        from rcdesk.api.rest import ring_out
        from rcdesk.services.connection import session_of

        ring_out.cancel(session_of(self._connection()), session_id, token, max_wait_s=AT_ONCE_S)

    def remember(self, call: RecentCall) -> None:
        """Keep a finished call for the recents list."""
        self._recents.add(call)

    def recents(self, search: str = "") -> tuple[RecentCall, ...]:
        """Remembered calls, newest first, matching the text in name or number."""
        return self._recents.list(search=search)
