"""Calls written down in the plain list of recents: for a desk that has no history of the call log.

GUI thread; reads and writes run on the disk lane. It keeps no live calls and knows no call log, so nothing
outlives the program and an unknown result stays unknown. Read next: call_desk.py, store/recents.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.lane import Lane
from rcdesk.core.call import Call, CallState, Leg
from rcdesk.core.errors import RcdeskError
from rcdesk.core.past_call import CallOutcome, PastCall
from rcdesk.core.recents import RecentCall

if TYPE_CHECKING:
    from rcdesk.services.calls import CallService

_ENDS = {
    CallOutcome.TALKED: (CallState.ENDED, Leg.HUNG_UP, Leg.HUNG_UP),
    CallOutcome.BUSY: (CallState.FAILED, Leg.ANSWERED, Leg.BUSY),
    CallOutcome.NO_ANSWER: (CallState.FAILED, Leg.ANSWERED, Leg.NO_ANSWER),
    CallOutcome.REFUSED: (CallState.FAILED, Leg.ANSWERED, Leg.REFUSED),
    CallOutcome.UNREACHABLE: (CallState.FAILED, Leg.WAITING, Leg.UNREACHABLE),
    CallOutcome.CANCELLED: (CallState.CANCELLED, Leg.HUNG_UP, Leg.WAITING),
    CallOutcome.YOU_WERE_BUSY: (CallState.FAILED, Leg.BUSY, Leg.WAITING),
    CallOutcome.YOU_DID_NOT_ANSWER: (CallState.FAILED, Leg.NO_ANSWER, Leg.WAITING),
    CallOutcome.YOU_REFUSED: (CallState.FAILED, Leg.REFUSED, Leg.WAITING),
}
_UNKNOWN = (CallState.ENDED_UNKNOWN, Leg.WAITING, Leg.WAITING)


class RecentsHistory(QObject):
    """CallMemory on the list of recents. changed(tuple[RecentCall, ...]); problem(str)."""

    changed = Signal(object)
    problem = Signal(str)

    def __init__(self, lane_disk: Lane, service: CallService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._disk = lane_disk
        self._service = service
        self._text = ""
        self.recents: tuple[RecentCall, ...] = ()

    def search(self, text: str) -> None:
        """Read the past calls that match the text; all for ""."""
        self._text = text
        service = self._service

        def done(recents: tuple[RecentCall, ...]) -> None:
            if text == self._text:
                self.recents = recents
                self.changed.emit(recents)

        self._disk.submit(lambda token, report: service.recents(text), done=done, failed=self._tell)

    def remember(self, call: PastCall) -> None:
        """Keep a call that has ended."""
        service, recent = self._service, _recent(call)
        self._disk.submit(
            lambda token, report: service.remember(recent),
            done=self._remembered,
            failed=self._tell,
            is_kept=True,
        )

    def touch(self) -> None:
        """Nothing to read: remember() reads the list again."""

    def put_live(self, call: Call) -> None:
        """Live calls are not kept here."""

    def drop_live(self, call_id: str) -> None:
        """Live calls are not kept here."""

    def live_calls(self, done: Callable[[tuple[Call, ...]], None]) -> None:
        """None are kept."""
        done(())

    def result_of(self, session_id: str, done: Callable[[PastCall | None], None]) -> None:
        """There is no call log to look into."""
        done(None)

    def _remembered(self, _value: object) -> None:
        self.search(self._text)

    def _tell(self, error: RcdeskError) -> None:
        self.problem.emit(str(error))


def _recent(call: PastCall) -> RecentCall:
    state, your_phone, them = _ENDS.get(call.outcome, _UNKNOWN)
    return RecentCall(
        id=call.id,
        number=call.number,
        name=call.name,
        at=call.at,
        state=state,
        them=them,
        your_phone=your_phone,
        talked_s=call.talked_s,
    )
