"""Calls as the window sees them: placed, watched, cancelled, ended by themselves, remembered.

GUI thread; requests run on the calls lane. Placing and cancelling is asked below (CallActs), how the calls
stand by watch.py, and what only the call log knows afterwards by results.py. A call is written down
(CallMemory) before it is placed and crossed out when it has ended, so that it outlives the program. The
program never repeats a ring-out. Read next: core/calls/call.py, core/service.py, services/calls/calls.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.calls.results import CallResults
from rcdesk.bridge.calls.watch import CallWatch
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.capability import Capability
from rcdesk.core.calls.call import (
    Call,
    CallRequest,
    CallState,
    RingOutReport,
    adopted,
    listed,
    next_state,
    past_call,
    session_gone,
    with_result,
)
from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import ApiError, Cancelled, NetworkError, OutcomeUnknown, RateLimited, RcdeskError

if TYPE_CHECKING:
    from rcdesk.services.calls.calls import CallService

KEPT_ENDED = 5
PLACE_PATIENCE_S = 20.0
CANCEL_PATIENCE_S = 65.0
"""How long each may wait for a place; somebody who wants to cancel can hang up meanwhile."""
GIVE_UP_S = 300.0
GIVE_UP_TALKING_S = 3600.0
CANCEL_TAKES_S = 5.0
"""A call that still rings so long after the service took the cancel was not cancelled."""

GAVE_UP = "The connection to RingCentral was lost for too long, so how this call ended is unknown."
PLACE_UNKNOWN = (
    "RingCentral did not answer, so your phone may still ring. rcdesk will not call again by itself."
)
PLACE_INTERRUPTED = (
    "rcdesk was closed while it placed this call, so your phone may have rung. "
    "rcdesk will not call again by itself."
)
NO_SIGN_IN = "Nobody was signed in after all, so this call was not placed."
NO_CONNECTION = "There was no connection to RingCentral, so this call was not placed."


class CallDesk(QObject):
    """Live calls and those that ended last.

    Signals: call_changed(Call) for every change of one; calls_changed() when the list changed; ended(Call)
    once for each call that is over; problem(str) one sentence.
    """

    call_changed = Signal(object)
    calls_changed = Signal()
    ended = Signal(object)
    problem = Signal(str)

    def __init__(
        self,
        lane_calls: Lane,
        session: SessionDesk,
        calls: CallService,
        history: CallMemory,
        *,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._clock: Clock = clock or SystemClock()
        self._calls: dict[str, Call] = {}
        self._cancel_heard_s: dict[str, float] = {}
        self._adopted_s: dict[str, float] = {}
        self._owner_id = ""
        self._early: dict[str, str] = {}
        """Calls that wait for the sign-in, and the owner they are for."""
        self._is_started = False
        self._history = history
        self._watch = CallWatch(lane_calls, calls, self._clock, self._live, self)
        self._watch.heard.connect(self._heard)
        self._watch.listed.connect(self._listed)
        self._watch.missed.connect(self._missed)
        self._acts = CallActs(lane_calls, calls, self._clock, self)
        self._acts.placed.connect(self._placed)
        self._acts.not_placed.connect(self._not_placed)
        self._acts.cancelled.connect(self._cancelled)
        self._acts.not_cancelled.connect(self._not_cancelled)
        self._acts.cancel_waits.connect(self._cancel_waits)
        self._results = CallResults(history.result_of, self)
        self._results.found.connect(self._result_found)
        session.state_changed.connect(self._session_changed)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Live and recently ended calls, newest first."""
        return tuple(reversed(self._calls.values()))

    @property
    def is_polling(self) -> bool:
        """True while the timer runs: never without a live call."""
        return self._watch.is_active

    def start(self) -> None:
        """Follow again what was left on, once somebody is signed in."""
        self._is_started = True
        self._session_changed()

    def stop(self) -> None:
        """Stop the timers; part of shutdown. Calls going on stay written down."""
        self._acts.stop()
        self._watch.stop()
        self._results.stop()

    def place(self, request: CallRequest) -> str:
        """Start a ring-out and return the local id of its Call; its news come by call_changed.

        While somebody is being signed in it waits for that, and is not written down: nothing has been asked.
        """
        account = self._session.account
        is_early = self._session.state is SessionState.SIGNING_IN and account is not None
        call = Call(
            id=uuid4().hex,
            request=request,
            started_at=self._clock.now(),
            started_s=self._clock.monotonic(),
            waits_for_sign_in=is_early,
        )
        if is_early and account is not None:
            self._early[call.id] = account.owner_id
            self._put(call)
        else:
            self._begin(call)
        return call.id

    def _begin(self, call: Call) -> None:
        self._history.put_live(call)
        self._put(call)
        self._acts.place(call)

    def adopt(self, calls: Iterable[Call]) -> None:
        """Follow calls that an earlier run of the program, or a command without a window, has placed."""
        for call in sorted(calls, key=lambda call: call.started_at):
            if call.id in self._calls:
                continue
            now_s = self._clock.monotonic()
            call = adopted(call, self._clock.now(), now_s)
            if not call.session_id:
                call = replace(call, state=CallState.ENDED_UNKNOWN, ended_s=now_s, reason=PLACE_INTERRUPTED)
            self._put(call)
            if not call.state.is_final:
                self._adopted_s[call.id] = now_s
                self._watch.ask_now(call.id)

    def cancel(self, call_id: str) -> None:
        """Cancel a call that is not connected yet; before the service named it, as soon as it does."""
        call = self._calls.get(call_id)
        if call is None or not call.state.can_cancel or call.is_cancelling:
            return
        self._cancel_heard_s.pop(call_id, None)
        if self._early.pop(call_id, None) is not None or self._acts.take_back(call_id):
            self._put(replace(call, state=CallState.CANCELLED, ended_s=self._clock.monotonic()))
            return
        call = self._put(replace(call, is_cancelling=True))
        if call.session_id:
            self._acts.cancel(call)

    def dismiss(self, call_id: str) -> None:
        call = self._calls.get(call_id)
        if call is not None and call.state.is_final:
            del self._calls[call_id]
            self.calls_changed.emit()

    @Slot(str, object)
    def _placed(self, call_id: str, report: RingOutReport) -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        self._session.heard_answer()
        call = self._next(call, report, self._clock.monotonic())
        self._history.put_live(call)
        self._put(call)
        if call.is_cancelling and call.state.can_cancel:
            self._acts.cancel(call)
        self._watch.began(call)

    @Slot(str, object)
    def _not_placed(self, call_id: str, error: RcdeskError) -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        now_s = self._clock.monotonic()
        self._session.heard_error(error)
        match error:
            case Cancelled():
                self._put(replace(call, state=CallState.CANCELLED, ended_s=now_s))
            case OutcomeUnknown():
                self._put(replace(call, state=CallState.ENDED_UNKNOWN, ended_s=now_s, reason=PLACE_UNKNOWN))
            case _:
                self._put(replace(call, state=CallState.FAILED, ended_s=now_s, reason=str(error)))
        if not isinstance(error, Cancelled):
            self.problem.emit(str(error))

    @Slot(str)
    def _cancelled(self, call_id: str) -> None:
        """The service's 204 proves nothing (docs/wire.md 1.4): look at once what became of the call."""
        self._cancel_heard_s[call_id] = self._clock.monotonic()
        self._watch.ask_now(call_id)

    @Slot(str, object)
    def _not_cancelled(self, call_id: str, error: RcdeskError) -> None:
        call = self._calls.get(call_id)
        if call is None or call.state.is_final or isinstance(error, Cancelled):
            return
        if isinstance(error, ApiError) and error.status == 404:
            self._put(session_gone(call, self._clock.monotonic()))
            return
        self._session.heard_error(error)
        if isinstance(error, OutcomeUnknown):
            # It may have got there: what becomes of the call shows.
            self._cancelled(call_id)
            return
        self._put(replace(call, is_cancelling=False))
        self._watch.ask_now(call_id)
        self.problem.emit(
            self.tr("The call could not be cancelled and goes on. {0}").replace("{0}", str(error))
        )

    @Slot(str, float)
    def _cancel_waits(self, _call_id: str, seconds: float) -> None:
        self.problem.emit(
            self.tr(
                "RingCentral takes the cancel in {0} seconds. To end it sooner, hang up your phone."
            ).replace("{0}", str(round(seconds) + 1))
        )

    @Slot(str, object)
    def _heard(self, call_id: str, report: RingOutReport) -> None:
        self._session.heard_answer()
        call = self._calls.get(call_id)
        if call is None:
            return
        now_s = self._clock.monotonic()
        call = self._next(call, report, now_s)
        if call.is_cancelling and not call.state.is_final:
            call = self._after_cancel(call, now_s)
        self._put(call)

    def _next(self, call: Call, report: RingOutReport, now_s: float) -> Call:
        """next_state(), where a cancel that the service has not been asked for yet ends nothing."""
        is_asked = call.is_cancelling and call.id in self._cancel_heard_s
        after = next_state(replace(call, is_cancelling=is_asked), report, now_s)
        return after if after.state.is_final else replace(after, is_cancelling=call.is_cancelling)

    def _after_cancel(self, call: Call, now_s: float) -> Call:
        """The call lives although it was cancelled: say so once that is certain."""
        if call.state is CallState.TALKING:
            self.problem.emit(
                self.tr("They answered before the call could be cancelled. Hang up your phone.")
            )
            return replace(call, is_cancelling=False)
        heard_s = self._cancel_heard_s.get(call.id)
        if heard_s is None or now_s - heard_s < CANCEL_TAKES_S:
            return call
        self.problem.emit(
            self.tr("RingCentral did not cancel the call, it still rings. Try again, or hang up your phone.")
        )
        return replace(call, is_cancelling=False)

    @Slot(str, str)
    def _listed(self, call_id: str, word: str) -> None:
        self._session.heard_answer()
        call = self._calls.get(call_id)
        if call is not None:
            self._put(listed(call, word, self._clock.monotonic()))

    @Slot(object)
    def _missed(self, error: RcdeskError) -> None:
        """A gap in the news is no news about the calls: they live on, for a limited time."""
        self._session.heard_error(error)
        was_known = any(call.is_unreachable for call in self._live())
        now_s = self._clock.monotonic()
        has_lost = False
        for call in list(self._live()):
            since_s = self._adopted_s.get(call.id, call.started_s)
            silent_s = now_s - (call.checked_s if call.checked_s is not None else since_s)
            limit_s = GIVE_UP_TALKING_S if call.state is CallState.TALKING else GIVE_UP_S
            if silent_s > limit_s:
                self._put(replace(call, state=CallState.ENDED_UNKNOWN, ended_s=now_s, reason=GAVE_UP))
            elif call.session_id and (isinstance(error, NetworkError) or not call.is_unreachable):
                has_lost = True
                self._put(replace(call, is_unreachable=True))
        if has_lost and not was_known and not isinstance(error, RateLimited):
            gap = self.tr("No connection. Your calls go on; rcdesk follows them again when it is back.")
            self.problem.emit(gap if isinstance(error, NetworkError) else str(error))

    @Slot(object, object)
    def _result_found(self, call: Call, result: PastCall) -> None:
        call = with_result(self._calls.get(call.id, call), result)
        self._history.remember(past_call(call))
        if call.id in self._calls:
            self._put(call)

    def _live(self) -> Iterator[Call]:
        return (call for call in tuple(self._calls.values()) if not call.state.is_final)

    @Slot()
    def _session_changed(self) -> None:
        if not self._is_started:
            return
        match self._session.state:
            case SessionState.SIGNED_IN:
                self._signed_in()
            case SessionState.NEEDS_SIGN_IN:
                self._drop_early(NO_SIGN_IN)
                self._watch.stop()
            case SessionState.SIGNED_OUT:
                self._drop_early(NO_SIGN_IN)
                self._forget()
            case SessionState.SIGNING_IN if self._session.account is None:
                self._forget()
            case SessionState.OFFLINE:
                self._drop_early(NO_CONNECTION)
            case SessionState.SIGNING_IN:
                pass

    def _signed_in(self) -> None:
        account = self._session.account
        owner_id = account.owner_id if account is not None else ""
        is_new = owner_id != self._owner_id
        if any(early != owner_id for early in self._early.values()):
            self._drop_early(NO_SIGN_IN)
        if is_new and self._owner_id:
            self._forget()
        self._owner_id = owner_id
        self._watch.resume(is_fresh=is_new)
        self._results.retry()
        early, self._early = self._early, {}
        now, now_s = self._clock.now(), self._clock.monotonic()
        for call in [self._calls[call_id] for call_id in early]:
            self._begin(replace(call, waits_for_sign_in=False, started_at=now, started_s=now_s))
        if is_new:
            self._history.live_calls(lambda calls: self._adopt_of(owner_id, calls))

    def _drop_early(self, reason: str) -> None:
        """What waited for the sign-in is not called, which is said where it can be seen."""
        early, self._early = self._early, {}
        now_s = self._clock.monotonic()
        for call in [self._calls[call_id] for call_id in early]:
            self._put(
                replace(call, waits_for_sign_in=False, state=CallState.FAILED, ended_s=now_s, reason=reason)
            )
            self.problem.emit(reason)

    def _adopt_of(self, owner_id: str, calls: tuple[Call, ...]) -> None:
        """They were read for this person, who may have left meanwhile."""
        if owner_id == self._owner_id:
            self.adopt(calls)

    def _forget(self) -> None:
        """Another may sign in now. Calls going on stay written down and are followed again by their owner."""
        self._owner_id = ""
        self._watch.stop()
        self._acts.stop()
        self._results.forget()
        self._cancel_heard_s.clear()
        self._adopted_s.clear()
        if self._calls:
            self._calls.clear()
            self.calls_changed.emit()

    def _put(self, call: Call) -> Call:
        """Keep the newest value, tell, and record the call once it has ended."""
        before = self._calls.get(call.id)
        if before == call:
            return call
        self._calls[call.id] = call
        has_ended = call.state.is_final and (before is None or not before.state.is_final)
        if has_ended:
            self._history.remember(past_call(call))
            self._history.drop_live(call.id)
            self._cancel_heard_s.pop(call.id, None)
            self._adopted_s.pop(call.id, None)
            self._acts.take_back(call.id)
            self._drop_oldest()
        elif call.state is CallState.TALKING and before is not None and before.state is not call.state:
            self._history.put_live(call)
        self.call_changed.emit(call)
        if before is None:
            self.calls_changed.emit()
        if has_ended:
            self.ended.emit(call)
            self._history.touch()
            if call.needs_result and self._has_call_log:
                self._results.want(call)
        return call

    @property
    def _has_call_log(self) -> bool:
        """False when nobody can say more about a call than was heard while it was on."""
        account = self._session.account
        return account is None or account.can(Capability.CALL_LOG)

    def _drop_oldest(self) -> None:
        """Of those that ended, the ones that ended last are kept."""
        ended = [c for c in self._calls.values() if c.state.is_final]
        ended.sort(key=lambda call: call.ended_s or call.started_s)
        for call in ended[:-KEPT_ENDED]:
            del self._calls[call.id]
        if len(ended) > KEPT_ENDED:
            self.calls_changed.emit()


class CallMemory(Protocol):
    """Where calls are written down: HistoryDesk. GUI thread; nothing blocks, it tells its own errors."""

    def put_live(self, call: Call) -> None: ...

    def drop_live(self, call_id: str) -> None: ...

    def live_calls(self, done: Callable[[tuple[Call, ...]], None]) -> None: ...

    def remember(self, call: PastCall) -> None: ...

    def result_of(self, session_id: str, done: Callable[[PastCall | None], None]) -> None: ...

    def touch(self) -> None: ...


class _WaitingAct(Struct, frozen=True, kw_only=True):
    """An act without a place: again is done at at_s (monotonic seconds)."""

    again: Callable[[], None]
    at_s: float


class CallActs(QObject):
    """Placing and cancelling: the two things done to a call, each asked of the service at most once.

    Where the limit of the service leaves no place the lane must not stand still, for it also asks how all
    other calls stand: so the act waits here, by a timer, and can be taken back meanwhile. Nothing has been
    sent then (api/rate_gate.py). Signals, with the call's id:
    placed(id, RingOutReport) and cancelled(id): it took it; not_placed and not_cancelled(id, RcdeskError): it
    did not; cancel_waits(id, seconds): it will be asked once there is a place.
    """

    placed = Signal(str, object)
    not_placed = Signal(str, object)
    cancelled = Signal(str)
    not_cancelled = Signal(str, object)
    cancel_waits = Signal(str, float)

    def __init__(
        self, lane_calls: Lane, service: CallService, clock: Clock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._lane = lane_calls
        self._service = service
        self._clock = clock
        self._waiting: dict[str, _WaitingAct] = {}
        self._timer = single_shot(self, self._go_on)

    def stop(self) -> None:
        self._waiting.clear()
        self._timer.stop()

    def place(self, call: Call) -> None:
        self._place(call, self._clock.monotonic() + PLACE_PATIENCE_S)

    def cancel(self, call: Call) -> None:
        self._cancel(call, self._clock.monotonic() + CANCEL_PATIENCE_S)

    def take_back(self, call_id: str) -> bool:
        """Do not do what waits; True when it had not been asked for yet."""
        return self._waiting.pop(call_id, None) is not None

    def _place(self, call: Call, until_s: float) -> None:
        service = self._service

        def failed(error: RcdeskError) -> None:
            if not self._wait(call.id, error, until_s, lambda: self._place(call, until_s)):
                self.not_placed.emit(call.id, error)

        self._lane.submit(
            lambda token, report: service.phone().place(call.request, token),
            done=lambda report: self.placed.emit(call.id, report),
            failed=failed,
        )

    def _cancel(self, call: Call, until_s: float) -> None:
        service = self._service

        def failed(error: RcdeskError) -> None:
            if self._wait(call.id, error, until_s, lambda: self._cancel(call, until_s)):
                self.cancel_waits.emit(
                    call.id, error.retry_after_s if isinstance(error, RateLimited) else 0.0
                )
            else:
                self.not_cancelled.emit(call.id, error)

        self._lane.submit(
            lambda token, report: service.phone().cancel(call.session_id, token),
            done=lambda _: self.cancelled.emit(call.id),
            failed=failed,
        )

    def _wait(self, call_id: str, error: RcdeskError, until_s: float, again: Callable[[], None]) -> bool:
        """True when it only lacks a place, and one comes in time."""
        if not isinstance(error, RateLimited):
            return False
        at_s = self._clock.monotonic() + error.retry_after_s
        if at_s > until_s:
            return False
        self._waiting[call_id] = _WaitingAct(again=again, at_s=at_s)
        self._plan()
        return True

    def _plan(self) -> None:
        if self._waiting:
            next_s = min(waiting.at_s for waiting in self._waiting.values()) - self._clock.monotonic()
            self._timer.start(max(0, int(next_s * 1000) + 1))

    @Slot()
    def _go_on(self) -> None:
        now_s = self._clock.monotonic()
        for call_id, waiting in tuple(self._waiting.items()):
            if waiting.at_s <= now_s:
                del self._waiting[call_id]
                waiting.again()
        self._plan()
