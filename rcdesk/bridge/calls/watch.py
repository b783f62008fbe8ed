"""Asks how the running calls stand: the timer, the questions on their way, and what to do without answers.

GUI thread; requests run on the calls lane. The timer only submits and runs only while a call lives;
core/calls/polling.py says whom to ask and when. Nothing is asked again while its answer is missing, and while
the network is away one question at a time looks whether it is back. Read next: call_desk.py.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal, Slot

from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.calls.call import Call, RingOutReport
from rcdesk.core.calls.polling import (
    ActiveCallsPoll,
    PollPlan,
    RequestQuota,
    Watched,
    expected_word,
    plan_poll,
)
from rcdesk.core.clock import Clock
from rcdesk.core.errors import Cancelled, NotAllowed, RateLimited, RcdeskError, Rejected

if TYPE_CHECKING:
    from rcdesk.services.calls.calls import CallService

_log = logging.getLogger(__name__)

T = TypeVar("T")

GAP_INTERVAL_S = (2.0, 4.0, 8.0, 15.0)
LONGEST_NAP_S = 60.0
LISTED_AFTER_S = 2.0
"""So long a call that was just placed may be missing in the list of active calls."""


class _Track(Struct, frozen=True, kw_only=True):
    """What was asked about one call. word: the telephonyStatus that means "as it was", None: any."""

    asked_s: float = -math.inf
    is_due: bool = False
    is_suspect: bool = False
    is_unlisted: bool = False
    word: str | None = None
    seen: str | None = None


class CallWatch(QObject):
    """heard(call id, RingOutReport); listed(call id, telephonyStatus); missed(error): no answer came."""

    heard = Signal(str, object)
    listed = Signal(str, str)
    missed = Signal(object)

    def __init__(
        self,
        lane_calls: Lane,
        service: CallService,
        clock: Clock,
        live: Callable[[], Iterable[Call]],
        parent: QObject | None = None,
    ) -> None:
        """live: the calls to watch, asked for at each round; those without a session are left alone."""
        super().__init__(parent)
        self._lane = lane_calls
        self._service = service
        self._clock = clock
        self._live = live
        self._tracks: dict[str, _Track] = {}
        self._look = ActiveCallsPoll(asked_s=-math.inf)
        self._quota = RequestQuota()
        self._own_s: deque[float] = deque(maxlen=1000)
        self._gaps = 0
        self._wait_s = 0.0
        self._is_paused = False
        self._timer = single_shot(self, self._tick)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)

    @property
    def is_active(self) -> bool:
        """True while a question is planned."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Ask nothing until resume(): nobody is signed in, or the program ends."""
        self._is_paused = True
        self._timer.stop()

    def resume(self, *, is_fresh: bool = False) -> None:
        """Ask on. is_fresh: the network or the session is new, so nothing learned before holds."""
        self._is_paused = False
        self._gaps, self._wait_s = 0, 0.0
        if is_fresh:
            self._look = replace(self._look, is_possible=True)
            self._quota = RequestQuota()
        self.wake()

    def began(self, call: Call) -> None:
        """Its status was told by the answer to the request that placed it."""
        self._tracks[call.id] = _Track(asked_s=self._clock.monotonic(), word=expected_word(call))
        self.wake()

    def ask_now(self, call_id: str) -> None:
        """Something was done to this call: its full status is wanted before anything else."""
        self._tracks[call_id] = replace(self._tracks.get(call_id, _Track()), is_suspect=True)
        self._gaps, self._wait_s = 0, 0.0
        self.wake()

    def wake(self) -> None:
        """The calls have changed: think at once about what to ask."""
        if not self._is_paused and any(True for _ in self._watchable()):
            self._timer.start(0)

    @Slot()
    def _tick(self) -> None:
        calls = list(self._watchable())
        self._tracks = {call.id: self._tracks.get(call.id, _Track()) for call in calls}
        if self._is_paused or not calls:
            self._timer.stop()
            return
        now_s = self._clock.monotonic()
        plan = plan_poll([self._watched(call) for call in calls], now_s, self._quota, self._own_s, self._look)
        if self._gaps:
            plan = self._probe(plan)
        if plan.is_look:
            self._ask_look(now_s)
        for call_id in plan.ask:
            self._ask_status(call_id, next(c.session_id for c in calls if c.id == call_id), now_s)
        if plan.next_s is None:
            self._timer.stop()
        else:
            self._timer.start(math.ceil(min(plan.next_s, LONGEST_NAP_S) * 1000))

    def _probe(self, plan: PollPlan) -> PollPlan:
        """In a gap one question finds out whether it is over; its end plans the next."""
        if self._look.is_due or any(track.is_due for track in self._tracks.values()):
            return PollPlan()
        if plan.is_look or plan.ask:
            return PollPlan(is_look=plan.is_look, ask=() if plan.is_look else plan.ask[:1])
        return PollPlan(next_s=plan.next_s)

    def _watchable(self) -> Iterable[Call]:
        return (call for call in self._live() if call.session_id and not call.state.is_final)

    def _watched(self, call: Call) -> Watched:
        track = self._tracks[call.id]
        return Watched(
            call=call,
            asked_s=track.asked_s,
            is_due=track.is_due,
            is_suspect=track.is_suspect,
            is_unlisted=track.is_unlisted,
        )

    def _ask_look(self, now_s: float) -> None:
        service = self._service
        self._own_s.append(now_s)
        self._look = replace(self._look, asked_s=now_s, is_due=True)
        self._lane.submit(
            lambda token, report: _with_quota(service, service.active(token)),
            done=self._looked,
            failed=self._not_looked,
        )

    def _ask_status(self, call_id: str, session_id: str, now_s: float) -> None:
        service = self._service
        self._own_s.append(now_s)
        self._tracks[call_id] = replace(self._tracks[call_id], asked_s=now_s, is_due=True)
        self._lane.submit(
            lambda token, report: _with_quota(service, service.phone().status(session_id, token)),
            done=lambda answer: self._heard(call_id, answer),
            failed=lambda error: self._not_heard(call_id, error),
        )

    def _heard(self, call_id: str, answer: tuple[RingOutReport, RequestQuota]) -> None:
        report, self._quota = answer
        self._gaps, self._wait_s = 0, 0.0
        track = self._tracks.get(call_id)
        before = self._state_of(call_id)
        self.heard.emit(call_id, report)
        after = self._state_of(call_id)
        if track is not None and after is not None:
            was_gone = track.is_suspect and track.seen == ""
            self._tracks[call_id] = replace(
                track,
                is_due=False,
                is_suspect=False,
                is_unlisted=track.is_unlisted or was_gone,
                word=track.seen or (track.word if before is after else None),
            )
        self._plan()

    def _state_of(self, call_id: str) -> object:
        return next((call.state for call in self._watchable() if call.id == call_id), None)

    def _looked(self, answer: tuple[Mapping[str, str], RequestQuota]) -> None:
        words, self._quota = answer
        self._gaps, self._wait_s = 0, 0.0
        self._look = replace(self._look, is_due=False)
        for call in list(self._watchable()):
            track = self._tracks.get(call.id)
            if track is None:
                continue
            word = words.get(call.session_id, "")
            word = "" if word == "NoCall" else word
            if word:
                self.listed.emit(call.id, word)
            elif track.seen is None and self._look.asked_s - track.asked_s < LISTED_AFTER_S:
                continue
            has_moved = self._state_of(call.id) is not call.state
            is_as_it_was = bool(word) and (has_moved or track.word is None or word == track.word)
            self._tracks[call.id] = replace(
                track,
                word=word if is_as_it_was else track.word,
                seen=word,
                is_suspect=track.is_suspect or not (is_as_it_was or (track.is_unlisted and not word)),
                is_unlisted=track.is_unlisted and not word,
            )
        self._plan()

    def _not_looked(self, error: RcdeskError) -> None:
        self._look = replace(self._look, is_due=False)
        if isinstance(error, NotAllowed | Rejected):
            _log.info("active calls cannot be listed: %s", type(error).__name__)
            self._look = replace(self._look, is_possible=False)
            self._plan()
        else:
            self._missed(error)

    def _not_heard(self, call_id: str, error: RcdeskError) -> None:
        track = self._tracks.get(call_id)
        if track is not None:
            self._tracks[call_id] = replace(track, is_due=False)
        self._missed(error)

    def _missed(self, error: RcdeskError) -> None:
        """No news about any call: look again later, for as long as the desk lets the calls live."""
        if isinstance(error, Cancelled):
            return
        self._wait_s = GAP_INTERVAL_S[min(self._gaps, len(GAP_INTERVAL_S) - 1)]
        self._gaps += 1
        if isinstance(error, RateLimited):
            self._wait_s = max(self._wait_s, error.retry_after_s)
            # Whatever wakes the desk before: a question would only wait on the lane, and hold up a cancel.
            until_s = self._clock.monotonic() + error.retry_after_s
            self._quota = replace(self._quota, closed_until_s=max(until_s, self._quota.closed_until_s))
        self.missed.emit(error)
        self._plan()

    def _plan(self) -> None:
        """An answer came or will not come: think again, at once or after the pause of a gap."""
        if self._is_paused or not any(True for _ in self._watchable()):
            self._timer.stop()
        elif self._wait_s > 0:
            self._timer.start(int(self._wait_s * 1000))
        else:
            self._timer.start(0)


def _with_quota(service: CallService, answer: T) -> tuple[T, RequestQuota]:
    """On the lane: the answer with what is known about the limits after it."""
    return answer, service.quota()
