"""Placing and cancelling: the two things done to a call, each asked of the service at most once.

GUI thread; requests run on the calls lane. Where the limit of the service leaves no place the lane must not
stand still, for it also asks how all other calls stand: so the act waits here, by a timer, and can be taken
back meanwhile. Nothing has been sent then. Read next: call_desk.py, api/rate_gate.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.calls.call import Call
from rcdesk.core.clock import Clock
from rcdesk.core.errors import RateLimited, RcdeskError

if TYPE_CHECKING:
    from rcdesk.services.calls.calls import CallService

PLACE_PATIENCE_S = 20.0
CANCEL_PATIENCE_S = 65.0
"""How long each may wait for a place; somebody who wants to cancel can hang up meanwhile."""


class _WaitingAct(Struct, frozen=True, kw_only=True):
    """An act without a place: again is done at at_s (monotonic seconds)."""

    again: Callable[[], None]
    at_s: float


class CallActs(QObject):
    """What the service said, with the call's id.

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
        """What waits is not done any more; part of shutdown."""
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
            lambda token, report: service.place(call, token),
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
            lambda token, report: service.cancel(call.session_id, token),
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
