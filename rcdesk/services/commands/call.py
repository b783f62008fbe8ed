"""Calls from the command line without a window: placed, looked at, cancelled, with both legs told.

A command works in short turns and holds the archive's lock only in them, so that a window can be opened while
it waits; each turn therefore goes on from what the keyring and the archive say now. A call that goes on is
kept in the archive, where the next command or the window finds it. A ring-out is never repeated. Without Qt;
blocking, in the thread of the command. Read next: cli/call.py, core/orders/asked_call.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from rcdesk.core.account.account import Account, Credentials, ServerProfile
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import Call, CallState, next_state, past_call, session_gone, with_result
from rcdesk.core.calls.past_call import CallOutcome
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    RcdeskError,
    Rejected,
    ServerTrouble,
    SignInNeeded,
    StoreError,
)
from rcdesk.core.numbers.phone_number import parse
from rcdesk.core.orders.asked_call import call_request
from rcdesk.core.orders.call_report import numbers_json
from rcdesk.core.orders.order import CallOrder
from rcdesk.core.people.people import DialChoice
from rcdesk.services.calls.history import CallHistory
from rcdesk.services.commands.connection import CommandConnection
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.people.people import People

_log = logging.getLogger(__name__)

RINGING_PAUSE_S = 1.0
TALKING_PAUSE_S = 2.0
GAP_PAUSE_S = (2.0, 4.0, 8.0, 15.0)
GIVE_UP_S = 300.0
PLACE_UNKNOWN = (
    "RingCentral did not answer, so your phone may still ring. rcdesk will not call again by itself."
)
PLACE_INTERRUPTED = (
    "rcdesk was ended while it placed this call, so your phone may have rung. "
    "rcdesk will not call again by itself."
)
SOMEBODY_ELSE = (
    "Another person is signed in by now, so how this call ends is unknown here. It goes on by itself."
)
GAVE_UP = "The connection to RingCentral was lost for too long, so how this call ended is unknown."


class CommandCalls:
    """One command's way to the service and the archive; every method is called under the lock.

    new_turn() says that the lock had been given away. make_secrets opens the keyring afresh: another program
    may have renewed the sign-in since the last turn.
    """

    def __init__(
        self,
        profile: ServerProfile,
        credentials: Credentials | None,
        preferences: Preferences,
        database: Path,
        *,
        make_secrets: Callable[[], Secrets] = Secrets,
        clock: Clock | None = None,
    ) -> None:
        self._preferences = preferences
        self._clock: Clock = clock or SystemClock()
        self._way = CommandConnection(profile, credentials, make_secrets=make_secrets, clock=self._clock)
        self._past = PastCalls(database)
        self._people = People(database)
        self._history = CallHistory(lambda: self._way.current, self._past, self._people, self._clock)
        self._owner_id = ""
        self._gaps = 0
        self._opened_s = self._clock.monotonic()

    def close(self) -> None:
        """Close the connection and the archive; what is saved stays saved."""
        self._way.close()
        self._past.close()
        self._people.close()

    def new_turn(self) -> None:
        """The lock was given away and is back: others may have renewed the sign-in meanwhile."""
        self._way.new_turn()

    def place(self, order: CallOrder) -> Call:
        """Place the call; FAILED or ENDED_UNKNOWN with a reason when the service did not take it.

        Raises UserError for what cannot be called, SignInNeeded when nobody is signed in.
        """
        account = self._way.account()
        self._owner_id = account.owner_id
        request = call_request(
            order, account, self._preferences, self._choice(order, account), has_talked=self._has_talked
        )
        now = self._clock.now()
        call = Call(id=uuid4().hex, request=request, started_at=now, started_s=self._clock.monotonic())
        # Written down first: a call that was placed must not be forgotten by a crash.
        self._past.put_live(account.owner_id, call)
        try:
            report = self._way.phone.place(request, CancelToken())
        except OutcomeUnknown:
            call = self._ended(call, CallState.ENDED_UNKNOWN, PLACE_UNKNOWN)
        except SignInNeeded:
            self._past.drop_live(account.owner_id, call.id)
            raise
        except RcdeskError as exc:
            call = self._ended(call, CallState.FAILED, str(exc))
        else:
            call = next_state(call, report, self._clock.monotonic())
        return self._keep(call)

    def look(self, call: Call) -> Call:
        """How it stands now, kept in the archive. A gap in the network is no news, for a limited time.

        Raises SignInNeeded when the service does not know the user any more, or somebody else is signed in.
        """
        if call.state.is_final:
            return call
        self._check_owner()
        if not call.session_id:
            return self._keep(self._ended(call, CallState.ENDED_UNKNOWN, PLACE_INTERRUPTED))
        try:
            report = self._way.phone.status(call.session_id, CancelToken())
        except (NetworkError, RateLimited, ServerTrouble) as exc:
            return self._not_heard(call, exc)
        self._gaps = 0
        known = next_state(call, report, self._clock.monotonic())
        if known.is_cancelling and known.state is CallState.TALKING:
            known = replace(known, is_cancelling=False)
        return known if known == call else self._keep(known)

    def cancel(self, call: Call) -> Call:
        """Ask the service to end it, then look: its answer alone proves nothing (docs/wire.md 1.4).

        The call comes back with is_cancelling while that is open. Raises what the request raises, but for
        an answer that was lost: then a look says more.
        """
        if not call.state.can_cancel:
            return call
        self._check_owner()
        call = replace(call, is_cancelling=True)
        try:
            self._way.phone.cancel(call.session_id, CancelToken())
        except Rejected as exc:
            if exc.status != 404:
                raise
            return self._keep(session_gone(call, self._clock.monotonic()))
        except OutcomeUnknown as exc:
            _log.info("the answer to a cancel was lost: %s", type(exc).__name__)
        return self.look(call)

    def live(self) -> tuple[Call, ...]:
        """The calls that were going on when they were last heard of, by this program or another.

        A cancel that another one asked for is over: either it shows, or it did not work.
        """
        self._owner_id = self._owner_id or self._way.owner_id
        calls = self._history.live_calls(self._owner_id)
        return tuple(replace(call, is_cancelling=False) for call in calls)

    def find(self, call_id: str) -> Call | None:
        """A live call by its id, None when it is not (any more) one."""
        return next((call for call in self.live() if call.id == call_id), None)

    def numbers(self) -> dict[str, Any]:
        """The phones that can ring and the numbers that can be shown."""
        return numbers_json(self._way.account(), self._preferences)

    def result(self, call: Call) -> Call:
        """One look into the call log for a call whose end nobody saw; as it was when that knows nothing."""
        if not call.needs_result:
            return call
        try:
            self._check_owner()
            found = self._history.result_of(self._owner_id, call.session_id, CancelToken())
        except RcdeskError as exc:
            _log.info("the call log did not answer: %s", type(exc).__name__)
            return call
        return call if found is None else with_result(call, found)

    def pause_s(self, call: Call, *, wait_s: float = 0.0) -> float:
        """Seconds until the next look: a ringing phone can change any second."""
        if self._gaps:
            return max(wait_s, GAP_PAUSE_S[min(self._gaps, len(GAP_PAUSE_S)) - 1])
        return TALKING_PAUSE_S if call.state is CallState.TALKING else RINGING_PAUSE_S

    def _not_heard(self, call: Call, error: RcdeskError) -> Call:
        self._gaps += 1
        now_s = self._clock.monotonic()
        # One of an earlier command was not listened to before this one.
        heard_s = call.checked_s if call.checked_s is not None else max(call.started_s, self._opened_s)
        if now_s - heard_s > GIVE_UP_S:
            return self._keep(self._ended(call, CallState.ENDED_UNKNOWN, GAVE_UP))
        _log.info("no news of the call: %s", type(error).__name__)
        return replace(call, is_unreachable=True)

    def _ended(self, call: Call, state: CallState, reason: str) -> Call:
        return replace(call, state=state, ended_s=self._clock.monotonic(), reason=reason)

    def _keep(self, call: Call) -> Call:
        """In the archive, among the live or the past ones. The call matters more than its record."""
        owner_id = self._owner_id
        try:
            if call.state.is_final:
                self._past.remember(owner_id, past_call(call))
                self._past.drop_live(owner_id, call.id)
            else:
                self._past.put_live(owner_id, call)
        except StoreError as exc:
            _log.warning("the call was not recorded: %s", exc)
        return call

    def _check_owner(self) -> None:
        """Another person may have signed in since the last turn, who has nothing to do with these calls."""
        if self._way.owner_id not in ("", self._owner_id):
            raise SignInNeeded(SOMEBODY_ELSE, status=0)

    def _has_talked(self, e164: str) -> bool:
        """True when the last call with this number became a talk: somebody has it."""
        last = self._past.last_calls(self._owner_id, (e164,)).get(e164)
        return last is not None and last.outcome is CallOutcome.TALKED

    def _choice(self, order: CallOrder, account: Account) -> DialChoice | None:
        """How this number was called last, when the archive remembers it."""
        number = parse(order.number, account.home_country).e164
        return self._people.favourites.choices(account.owner_id).get(number)
