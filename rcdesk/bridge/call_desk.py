"""Calls as the window sees them: placed, watched by a timer, ended by themselves.

GUI thread. Requests run on the calls lane, the list of past calls on the disk lane. The timer only submits,
runs only while a call lives (core.polling says how fast), and asks nothing about a call whose answer is still
due. The program never repeats a ring-out. Read next: core/call.py, services/calls.py.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from rcdesk.bridge.lane import Lane
from rcdesk.bridge.session_desk import SessionDesk, SessionState
from rcdesk.core.call import Call, CallRequest, CallState, RingOutReport, next_state, session_gone
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import ApiError, Cancelled, NetworkError, OutcomeUnknown, RateLimited, RcdeskError
from rcdesk.core.polling import call_interval_s
from rcdesk.core.recents import RecentCall

if TYPE_CHECKING:
    from rcdesk.services.calls import CallService

_log = logging.getLogger(__name__)

KEPT_ENDED = 5
GAP_INTERVAL_S = (2.0, 4.0, 8.0, 15.0)
GIVE_UP_S = 300.0
GIVE_UP_TALKING_S = 3600.0
GAVE_UP = "The connection to RingCentral was lost for too long, so how this call ended is unknown."
PLACE_UNKNOWN = (
    "RingCentral did not answer, so your phone may still ring. rcdesk will not call again by itself."
)


class CallDesk(QObject):
    """Live calls and recents.

    Signals: call_changed(Call) for every change of one; calls_changed() when the list changed;
    recents_changed(tuple[RecentCall, ...]); problem(str) one sentence.
    """

    call_changed = Signal(object)
    calls_changed = Signal()
    recents_changed = Signal(object)
    problem = Signal(str)

    def __init__(
        self,
        lane_calls: Lane,
        lane_disk: Lane,
        session: SessionDesk,
        calls: CallService,
        *,
        clock: Clock | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane_calls
        self._disk = lane_disk
        self._session = session
        self._service = calls
        self._clock: Clock = clock or SystemClock()
        self._calls: dict[str, Call] = {}
        self._due: set[str] = set()
        self._gaps = 0
        self._wait_s = 0.0
        self._search = ""
        self._recents: tuple[RecentCall, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        session.state_changed.connect(self._session_changed)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Live and recently ended calls, newest first."""
        return tuple(reversed(self._calls.values()))

    @property
    def recents(self) -> tuple[RecentCall, ...]:
        """The past calls that match the last search, newest first."""
        return self._recents

    @property
    def is_polling(self) -> bool:
        """True while the timer runs: never without a live call."""
        return self._timer.isActive()

    def start(self) -> None:
        """Read the recents."""
        self._load_recents()

    def stop(self) -> None:
        """Stop the timer; part of shutdown."""
        self._timer.stop()

    def place(self, request: CallRequest) -> str:
        """Start a ring-out and return the local id of its Call; its news come by call_changed."""
        call = Call(
            id=uuid4().hex, request=request, started_at=self._clock.now(), started_s=self._clock.monotonic()
        )
        self._put(call)
        service, call_id = self._service, call.id
        self._lane.submit(
            lambda token, report: service.place(call, token),
            done=lambda report: self._placed(call_id, report),
            failed=lambda error: self._not_placed(call_id, error),
        )
        return call_id

    def cancel(self, call_id: str) -> None:
        """Cancel a call that is not connected yet; before the service named it, as soon as it does."""
        call = self._calls.get(call_id)
        if call is None or not call.state.can_cancel or call.is_cancelling:
            return
        call = self._put(replace(call, is_cancelling=True))
        if call.session_id:
            self._ask_cancel(call)

    def dismiss(self, call_id: str) -> None:
        """Take an ended call off the list."""
        call = self._calls.get(call_id)
        if call is not None and call.state.is_final:
            del self._calls[call_id]
            self.calls_changed.emit()

    def search_recents(self, text: str) -> None:
        """Show the past calls that match the text; all for ""."""
        self._search = text
        self._load_recents()

    def _placed(self, call_id: str, report: RingOutReport) -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        self._session.heard_answer()
        call = self._put(next_state(call, report, self._clock.monotonic()))
        if call.is_cancelling and call.state.can_cancel:
            self._ask_cancel(call)
        self._schedule()

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

    def _ask_cancel(self, call: Call) -> None:
        service, call_id, session_id = self._service, call.id, call.session_id
        self._lane.submit(
            lambda token, report: service.cancel(session_id, token),
            done=lambda _: self._cancelled(call_id),
            failed=lambda error: self._not_cancelled(call_id, error),
        )

    def _cancelled(self, call_id: str) -> None:
        """The service's 204 proves nothing (wire-contract 1.4): look at once what became of the call."""
        call = self._calls.get(call_id)
        if call is not None and not call.state.is_final:
            self._wait_s = 0.0
            self._timer.start(0)

    def _not_cancelled(self, call_id: str, error: RcdeskError) -> None:
        call = self._calls.get(call_id)
        if call is None or call.state.is_final or isinstance(error, Cancelled):
            return
        if isinstance(error, ApiError) and error.status == 404:
            self._put(session_gone(call, self._clock.monotonic()))
            return
        self._session.heard_error(error)
        self._put(replace(call, is_cancelling=False))
        self.problem.emit(
            self.tr("The call could not be cancelled and goes on. {0}").replace("{0}", str(error))
        )

    @Slot()
    def _tick(self) -> None:
        service = self._service
        for call in self._watched():
            if call.id in self._due:
                continue
            self._due.add(call.id)
            self._ask_status(service, call.id, call.session_id)
        self._schedule()

    def _ask_status(self, service: CallService, call_id: str, session_id: str) -> None:
        self._lane.submit(
            lambda token, report: service.status(session_id, token),
            done=lambda report: self._heard(call_id, report),
            failed=lambda error: self._not_heard(call_id, error),
        )

    def _heard(self, call_id: str, report: RingOutReport) -> None:
        self._due.discard(call_id)
        self._gaps, self._wait_s = 0, 0.0
        self._session.heard_answer()
        call = self._calls.get(call_id)
        if call is not None:
            call = next_state(call, report, self._clock.monotonic())
            if call.is_cancelling and call.state is CallState.TALKING:
                call = replace(call, is_cancelling=False)
                self.problem.emit(
                    self.tr("They answered before the call could be cancelled. Hang up your phone.")
                )
            self._put(call)
        self._schedule()

    def _not_heard(self, call_id: str, error: RcdeskError) -> None:
        """A gap in the news is no news about the call: keep asking, slower, for a limited time."""
        self._due.discard(call_id)
        call = self._calls.get(call_id)
        if isinstance(error, Cancelled) or call is None or call.state.is_final:
            self._schedule()
            return
        self._session.heard_error(error)
        self._wait_s = GAP_INTERVAL_S[min(self._gaps, len(GAP_INTERVAL_S) - 1)]
        self._gaps += 1
        if isinstance(error, RateLimited):
            self._wait_s = max(self._wait_s, error.retry_after_s)
        now_s = self._clock.monotonic()
        silent_s = now_s - (call.checked_s if call.checked_s is not None else call.started_s)
        limit_s = GIVE_UP_TALKING_S if call.state is CallState.TALKING else GIVE_UP_S
        if silent_s > limit_s:
            self._put(replace(call, state=CallState.ENDED_UNKNOWN, ended_s=now_s, reason=GAVE_UP))
        elif isinstance(error, NetworkError) or not call.is_unreachable:
            if not call.is_unreachable and not isinstance(error, RateLimited):
                self.problem.emit(str(error))
            self._put(replace(call, is_unreachable=True))
        self._schedule()

    def _watched(self) -> list[Call]:
        return [c for c in self._calls.values() if c.session_id and not c.state.is_final]

    def _schedule(self) -> None:
        """Start the timer for the next round, or leave it stopped when there is nothing to ask."""
        waiting = [c for c in self._watched() if c.id not in self._due]
        interval_s = call_interval_s(waiting, self._clock.monotonic())
        if interval_s is None or self._session.state is SessionState.NEEDS_SIGN_IN:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start(int(max(interval_s, self._wait_s) * 1000))

    @Slot()
    def _session_changed(self) -> None:
        if self._session.state is SessionState.SIGNED_IN:
            self._gaps, self._wait_s = 0, 0.0
            self._timer.stop()
        self._schedule()

    def _put(self, call: Call) -> Call:
        """Keep the newest value, tell, and record the call once it has ended."""
        before = self._calls.get(call.id)
        if before == call:
            return call
        self._calls[call.id] = call
        if call.state.is_final and (before is None or not before.state.is_final):
            self._remember(call)
            self._drop_oldest()
        self.call_changed.emit(call)
        if before is None:
            self.calls_changed.emit()
        return call

    def _drop_oldest(self) -> None:
        ended = [c.id for c in self._calls.values() if c.state.is_final]
        for call_id in ended[:-KEPT_ENDED]:
            del self._calls[call_id]
        if len(ended) > KEPT_ENDED:
            self.calls_changed.emit()

    def _remember(self, call: Call) -> None:
        talked_s = 0.0
        if call.talking_since_s is not None and call.ended_s is not None:
            talked_s = max(0.0, call.ended_s - call.talking_since_s)
        recent = RecentCall(
            id=call.id,
            number=call.request.to_number,
            name=call.request.to_name,
            at=call.started_at,
            state=call.state,
            them=call.them,
            your_phone=call.your_phone,
            talked_s=talked_s,
        )
        service = self._service
        self._disk.submit(
            lambda token, report: service.remember(recent),
            done=lambda _: self._load_recents(),
            failed=lambda error: self.problem.emit(str(error)),
            is_kept=True,
        )

    def _load_recents(self) -> None:
        service, text = self._service, self._search

        def done(recents: tuple[RecentCall, ...]) -> None:
            if text == self._search:
                self._recents = recents
                self.recents_changed.emit(recents)

        self._disk.submit(
            lambda token, report: service.recents(text),
            done=done,
            failed=lambda error: self.problem.emit(str(error)),
        )
