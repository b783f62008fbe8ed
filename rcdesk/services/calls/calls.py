"""Placing, watching and cancelling RingOut calls, over whatever the server in use speaks.

A ring-out is a real-world effect: nothing here repeats one. Blocking, on the calls lane. The api package is
imported at the first request: a desk that nobody signed in to must not carry it. Read next: core/service.py,
core/calls/call.py, bridge/calls/watch.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rcdesk.core.calls.call import Call, RingOutReport
from rcdesk.core.calls.polling import RequestQuota
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import SignInNeeded
from rcdesk.core.service import PhoneApi

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection


class CallService:
    """Calls of whoever is signed in when they are asked for."""

    def __init__(self, connection: Callable[[], Connection | None]) -> None:
        self._connection = connection

    def place(self, call: Call, token: CancelToken) -> RingOutReport:
        """Start the ring-out. Raises NotSent when it did not start, OutcomeUnknown when it may have.

        Raises RateLimited at once where there is no place: whoever waits for one must not hold up the lane.
        """
        return self._phone().place(call.request, token)

    def status(self, session_id: str, token: CancelToken) -> RingOutReport:
        """How it stands; NoSessionFound in all three words when the service forgot it."""
        return self._phone().status(session_id, token)

    def active(self, token: CancelToken) -> Mapping[str, str]:
        """The user's calls going on: telephonyStatus by session id (spec: ActiveCallInfo), one light request.

        Raises NotAllowed when the account may not read its presence.
        """
        from rcdesk.api.rest import presence
        from rcdesk.services.account.connection import session_of

        return presence.active_calls(session_of(self._connection()), token)

    def quota(self) -> RequestQuota:
        """What the service allows for status requests, as learned so far; the default when signed out."""
        connection = self._connection()
        return RequestQuota() if connection is None else connection.session.gate.quota("Light")

    def cancel(self, session_id: str, token: CancelToken) -> None:
        """Ask to end it, which works only before the connection: look at the status afterwards.

        Raises RateLimited at once, as place() does.
        """
        self._phone().cancel(session_id, token)

    def _phone(self) -> PhoneApi:
        connection = self._connection()
        if connection is None:
            raise SignInNeeded("You are signed out. Sign in to go on.", status=401)
        return connection.phone
