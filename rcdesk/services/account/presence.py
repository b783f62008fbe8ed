"""Take calls or not, calls of the queues or not, for good or for a while: asked there, put back from here.

What was before a change is kept on disk before the change is asked for (store/account/presence_timer.py),
with its end when there is one. When that is over the former state is put back, but only where the service
still shows what was set here: who changed it on another device meant it. Do not disturb means no calls at
all, and taking calls again brings back what was before. Blocking, on the calls lane; the api package is
imported at the first request. Read next: core/account/presence.py, bridge/account/presence_desk.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from rcdesk.core.account.presence import Dnd, Presence, QueueStatus
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import NotAllowed, OutcomeUnknown, RcdeskError, Rejected, UserError
from rcdesk.store.account.presence_timer import Hold, PresenceTimers

if TYPE_CHECKING:
    from rcdesk.api.session import ApiSession
    from rcdesk.services.account.connection import Connection

CALLS = "calls"
QUEUES = "queues"
ASK_AGAIN_S = 3600.0
NOT_ALLOWED = "Your account does not let rcdesk see or change whether you take calls."


class PresenceNews(Struct, frozen=True, kw_only=True):
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


class _Plan(Struct, frozen=True, kw_only=True):
    """The status to ask for, and what to remember of what was before, by what is changed."""

    dnd: Dnd
    holds: Mapping[str, Hold | None]


class PresenceService:
    """The presence of whoever is signed in when it is asked for."""

    def __init__(
        self, connection: Callable[[], Connection | None], timers: PresenceTimers, clock: Clock
    ) -> None:
        self._connection = connection
        self._timers = timers
        self._clock = clock
        self._moved: dict[str, tuple[bool, float]] = {}

    def read(self, owner_id: str, token: CancelToken) -> PresenceNews:
        """Ask, and put back what is overdue. Raises ApiError or NetworkError."""
        from rcdesk.api.rest import presence as api

        session = self._session()
        try:
            now = api.read(session, token, is_moved=self._is_moved(owner_id, session, token))
            dnd = self._put_back(owner_id, session, now, token)
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
        return self._set(owner_id, QUEUES, is_on, until, token)

    def set_queue(self, owner_id: str, queue_id: str, is_on: bool, token: CancelToken) -> PresenceNews:
        from rcdesk.api.rest import presence as api

        api.set_queue(self._session(), queue_id, is_on, token)
        return self.read(owner_id, token)

    def _session(self) -> ApiSession:
        from rcdesk.services.account.connection import session_of

        return session_of(self._connection())

    def _is_moved(self, owner_id: str, session: ApiSession, token: CancelToken) -> bool:
        """In which words this account is asked; accounts are moved once, so it is asked anew now and then."""
        from rcdesk.api.rest import presence as api

        now_s = self._clock.monotonic()
        is_moved, asked_s = self._moved.get(owner_id, (False, -math.inf))
        if now_s - asked_s > ASK_AGAIN_S:
            is_moved = api.is_moved(session, token)
            self._moved[owner_id] = is_moved, now_s
        return is_moved

    def _set(
        self, owner_id: str, what: str, is_on: bool, until: datetime | None, token: CancelToken
    ) -> PresenceNews:
        """Intent on disk first, then the request; refused, the disk says again what it said before."""
        from rcdesk.api.rest import presence as api

        session = self._session()
        is_moved = self._is_moved(owner_id, session, token)
        now = api.read(session, token, is_moved=is_moved)
        former = {name: self._hold(owner_id, name, now) for name in (CALLS, QUEUES)}
        wanted = self._plan(now, former, what, is_on, until)
        for name in (CALLS, QUEUES):
            self._timers.put(owner_id, name, wanted.holds[name])
        try:
            dnd = now
            if wanted.dnd is not now:
                dnd = api.set_dnd(session, wanted.dnd, token, is_moved=is_moved)
        except OutcomeUnknown:
            # It may have been done; the next look compares, and puts back or forgets.
            raise
        except RcdeskError:
            for name in (CALLS, QUEUES):
                self._timers.put(owner_id, name, former[name])
            raise
        return self._news(owner_id, dnd, self._read_queues(session, token))

    def _plan(
        self, now: Dnd, holds: Mapping[str, Hold | None], what: str, is_on: bool, until: datetime | None
    ) -> _Plan:
        """What to ask for and what to remember. Do not disturb is no calls at all, also none of queues."""
        calls, queues = holds[CALLS], holds[QUEUES]
        if what == CALLS:
            return _Plan(
                dnd=_own_calls(now, calls, is_on),
                holds={CALLS: _own_hold(now, calls, is_on, until), QUEUES: queues},
            )
        is_quiet = calls is not None and now is Dnd.TAKE_NONE
        shown = calls.before if calls is not None and is_quiet else now
        before = queues.before if queues is not None else shown
        changes = is_on != before.takes_queue_calls
        hold = Hold(before=before, until=until) if changes and until is not None else None
        if calls is not None and is_quiet and not is_on:
            # Nothing rings now anyway; it is about what comes back.
            calls = Hold(before=_with(calls.before, QUEUES, False), until=calls.until)
            return _Plan(dnd=now, holds={CALLS: calls, QUEUES: hold})
        wanted = _with(now, QUEUES, is_on)
        if wanted is not now and wanted.settable is not wanted:
            raise UserError(
                "While do not disturb is on, RingCentral lets no call of a queue through. Take calls first."
            )
        return _Plan(dnd=wanted, holds={CALLS: calls, QUEUES: hold})

    def _hold(self, owner_id: str, what: str, now: Dnd) -> Hold | None:
        """The hold that is still true: who changed the presence elsewhere has ended it."""
        hold = self._timers.get(owner_id, what)
        if hold is None or now is Dnd.UNKNOWN:
            return hold
        if what == CALLS:
            return hold if hold.before.is_disturbable != now.is_disturbable else None
        if now is Dnd.TAKE_NONE:
            return hold
        return hold if hold.before.takes_queue_calls != now.takes_queue_calls else None

    def _put_back(self, owner_id: str, session: ApiSession, dnd: Dnd, token: CancelToken) -> Dnd:
        """Calls of queues first: what comes back with the user's own calls is then right."""
        from rcdesk.api.rest import presence as api

        calls, queues = (self._hold(owner_id, what, dnd) for what in (CALLS, QUEUES))
        wanted = dnd
        if queues is not None and self._is_over(queues):
            takes = queues.before.takes_queue_calls
            if calls is not None and dnd is Dnd.TAKE_NONE:
                calls = Hold(before=_with(calls.before, QUEUES, takes), until=calls.until)
            elif dnd is not Dnd.TAKE_NONE or not queues.before.is_disturbable:
                wanted = _with(dnd, QUEUES, takes)
            # Else somebody set do not disturb elsewhere: nothing is to ring then, queues neither.
            queues = None
        if calls is not None and self._is_over(calls):
            wanted, calls = calls.before, None
        wanted = wanted if wanted is dnd else wanted.settable
        if wanted is not dnd:
            is_moved = self._is_moved(owner_id, session, token)
            dnd = api.set_dnd(session, wanted, token, is_moved=is_moved)
        self._timers.put(owner_id, CALLS, calls)
        self._timers.put(owner_id, QUEUES, queues)
        return dnd

    def _is_over(self, hold: Hold) -> bool:
        return hold.until is not None and hold.until <= self._clock.now()

    def _news(self, owner_id: str, dnd: Dnd, queues: tuple[QueueStatus, ...]) -> PresenceNews:
        calls, of_queues = self._timers.get(owner_id, CALLS), self._timers.get(owner_id, QUEUES)
        presence = Presence(
            dnd=dnd,
            queues=queues,
            until=calls.until if calls is not None else None,
            before=calls.before if calls is not None else None,
        )
        return PresenceNews(
            presence=presence, queues_until=of_queues.until if of_queues is not None else None
        )

    def _read_queues(self, session: ApiSession, token: CancelToken) -> tuple[QueueStatus, ...]:
        """None for who may not know or is in no queue."""
        from rcdesk.api.rest import presence as api

        try:
            return api.read_queues(session, token)
        except (NotAllowed, Rejected):
            return ()


def _own_calls(now: Dnd, hold: Hold | None, is_on: bool) -> Dnd:
    if not is_on:
        return Dnd.TAKE_NONE
    if hold is not None and hold.before.is_disturbable:
        return hold.before
    return now if now.is_disturbable else Dnd.TAKE_ALL


def _own_hold(now: Dnd, hold: Hold | None, is_on: bool, until: datetime | None) -> Hold | None:
    before = hold.before if hold is not None else now
    if not is_on:
        return Hold(before=before if before.is_disturbable else Dnd.TAKE_ALL, until=until)
    if until is not None and not now.is_disturbable:
        return Hold(before=now, until=until)
    return None


def _with(dnd: Dnd, what: str, is_on: bool) -> Dnd:
    """The status with one of the two changed; a word of the service unknown here counts as taking all."""
    known = Dnd.TAKE_ALL if dnd is Dnd.UNKNOWN else dnd
    if what == CALLS:
        return Dnd.of(is_on, known.takes_queue_calls)
    return Dnd.of(known.is_disturbable, is_on)
