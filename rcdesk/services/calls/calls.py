"""What RingOut calls are placed, watched and cancelled through, over whatever the server in use speaks.

Blocking, on the calls lane. The api package is imported at the first request: a desk that nobody signed in to
must not carry it. Read next: core/service.py, core/calls/call.py, bridge/calls/watch.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

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

    def phone(self) -> PhoneApi:
        """What places, follows and cancels calls now; look it up on the lane. Raises SignInNeeded."""
        connection = self._connection()
        if connection is None:
            raise SignInNeeded("You are signed out. Sign in to go on.", status=401)
        return connection.phone

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
