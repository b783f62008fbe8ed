"""Take calls or not, calls of the queues or not, for good or for a while: asked there, put back from here.

A change for a while is kept on disk before it is asked for (store/presence_timer.py). When the time is over
the former state is put back, but only where the service still shows what was set here: who changed it on
another device meant it. Blocking, on the calls lane; the api room is imported at the first request. Read
next: core/presence.py, bridge/presence_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import NotAllowed, OutcomeUnknown, RcdeskError, Rejected
from rcdesk.core.presence import Dnd, Presence, QueueStatus
from rcdesk.store.presence_timer import Hold, PresenceTimers

if TYPE_CHECKING:
    from rcdesk.api.session import ApiSession
    from rcdesk.services.connection import Connection

CALLS = "calls"
QUEUES = "queues"
NOT_ALLOWED = "Your account does not let rcdesk see or change whether you take calls."


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceNews:
    """What the service says now; presence is None when the account may not know, reason says so.

    presence.until is when the user's own calls come back (or go again), queues_until the same for calls of
    the queues; None: the change is to stay.
    """

    presence: Presence | None
    queues_until: datetime | None = None
    reason: str = ""

    @property
    def next_due(self) -> datetime | None:
        """When something has to be put back next."""
        own = self.presence.until if self.presence is not None else None
        return min((at for at in (own, self.queues_until) if at is not None), default=None)


class PresenceService:
    """The presence of whoever is signed in when it is asked for."""

    def __init__(
        self, connection: Callable[[], Connection | None], timers: PresenceTimers, clock: Clock
    ) -> None:
        self._connection = connection
        self._timers = timers
        self._clock = clock

    def read(self, owner_id: str, token: CancelToken) -> PresenceNews:
        """Ask, and put back what is overdue. Raises ApiError or NetworkError."""
        from rcdesk.api.rest import presence as api

        session = self._session()
        try:
            dnd = self._put_back(owner_id, session, api.read(session, token), token)
        except NotAllowed:
            return PresenceNews(presence=None, reason=NOT_ALLOWED)
        return self._news(owner_id, dnd, self._read_queues(session, token))

    def set_calls(
        self, owner_id: str, takes_calls: bool, until: datetime | None, token: CancelToken
    ) -> PresenceNews:
        """Take the user's own calls, or do not disturb; until (aware) says when the opposite comes back."""
        return self._set(owner_id, CALLS, takes_calls, until, token)

    def set_queue_calls(
        self, owner_id: str, is_on: bool, until: datetime | None, token: CancelToken
    ) -> PresenceNews:
        """The same for calls of all queues."""
        return self._set(owner_id, QUEUES, is_on, until, token)

    def set_queue(self, owner_id: str, queue_id: str, is_on: bool, token: CancelToken) -> PresenceNews:
        """Take calls of one queue, or do not."""
        from rcdesk.api.rest import queues

        queues.set(self._session(), queue_id, is_on, token)
        return self.read(owner_id, token)

    def _session(self) -> ApiSession:
        from rcdesk.services.connection import session_of

        return session_of(self._connection())

    def _set(
        self, owner_id: str, what: str, is_on: bool, until: datetime | None, token: CancelToken
    ) -> PresenceNews:
        from rcdesk.api.rest import presence as api

        session = self._session()
        before = api.read(session, token)
        was_on = _is_on(before, what)
        former = self._timers.get(owner_id, what)
        if former is not None and former.was_on != was_on:
            was_on = former.was_on
        hold = Hold(until=until, was_on=was_on) if until is not None and was_on != is_on else None
        self._timers.put(owner_id, what, hold)
        try:
            dnd = api.set_dnd(session, _with(before, what, is_on), token)
        except OutcomeUnknown:
            # It may have been done; the next look compares and puts back or forgets.
            raise
        except RcdeskError:
            self._timers.put(owner_id, what, former)
            raise
        return self._news(owner_id, dnd, self._read_queues(session, token))

    def _put_back(self, owner_id: str, session: ApiSession, dnd: Dnd, token: CancelToken) -> Dnd:
        from rcdesk.api.rest import presence as api

        for what in (CALLS, QUEUES):
            hold = self._timers.get(owner_id, what)
            if hold is None or dnd is Dnd.UNKNOWN:
                continue
            if _is_on(dnd, what) == hold.was_on:
                self._timers.put(owner_id, what, None)
            elif hold.until <= self._clock.now():
                dnd = api.set_dnd(session, _with(dnd, what, hold.was_on), token)
                self._timers.put(owner_id, what, None)
        return dnd

    def _news(self, owner_id: str, dnd: Dnd, queues: tuple[QueueStatus, ...]) -> PresenceNews:
        calls, of_queues = self._timers.get(owner_id, CALLS), self._timers.get(owner_id, QUEUES)
        presence = Presence(
            dnd=dnd,
            queues=queues,
            until=calls.until if calls is not None else None,
            before=_with(dnd, CALLS, calls.was_on) if calls is not None else None,
        )
        return PresenceNews(
            presence=presence, queues_until=of_queues.until if of_queues is not None else None
        )

    def _read_queues(self, session: ApiSession, token: CancelToken) -> tuple[QueueStatus, ...]:
        """None for who may not know or is in no queue."""
        from rcdesk.api.rest import queues

        try:
            return queues.read(session, token)
        except (NotAllowed, Rejected):
            return ()


def _is_on(dnd: Dnd, what: str) -> bool:
    return dnd.is_disturbable if what == CALLS else dnd.takes_queue_calls


def _with(dnd: Dnd, what: str, is_on: bool) -> Dnd:
    """The status with one of the two changed; a word of the service unknown here counts as taking all."""
    known = Dnd.TAKE_ALL if dnd is Dnd.UNKNOWN else dnd
    if what == CALLS:
        return Dnd.of(is_on, known.takes_queue_calls)
    return Dnd.of(known.is_disturbable, is_on)
