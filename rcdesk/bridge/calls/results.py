"""How calls ended whose end nobody saw: asks the call log a few times, since a record may come late.

GUI thread; the asking is the history's. The timer runs only while a call waits for its result. Read next:
call_desk.py, services/calls/history.py.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.calls.call import Call
from rcdesk.core.calls.past_call import CallOutcome, PastCall

TRIES_AFTER_S = (3.0, 10.0, 30.0, 120.0, 600.0)
"""Pauses before each look into the call log, whose requests are few (Heavy); a call may still go on."""

MOST_WANTED = 20
"""Of how many calls at a time the result is looked for: where the log is silent they would only add up."""


class _Wanted(Struct, frozen=True, kw_only=True):
    call: Call
    tries: int = 0
    is_due: bool = False


class CallResults(QObject):
    """found(Call, PastCall): the call as it was wanted, and what the call log says about it."""

    found = Signal(object, object)

    def __init__(
        self,
        result_of: Callable[[str, Callable[[PastCall | None], None]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._result_of = result_of
        self._wanted: dict[str, _Wanted] = {}
        self._timer = single_shot(self, self._ask)

    @property
    def is_active(self) -> bool:
        """True while a look into the call log is planned."""
        return self._timer.isActive()

    def want(self, call: Call) -> None:
        self._wanted[call.id] = _Wanted(call=call)
        for oldest in list(self._wanted)[:-MOST_WANTED]:
            del self._wanted[oldest]
        self._plan()

    def retry(self) -> None:
        """The network is back: all that are not found count as new."""
        self._wanted = {call_id: replace(wanted, tries=0) for call_id, wanted in self._wanted.items()}
        self._plan()

    def forget(self) -> None:
        self._wanted.clear()
        self._timer.stop()

    def stop(self) -> None:
        self.forget()

    def _plan(self) -> None:
        open_tries = [w.tries for w in self._wanted.values() if w.tries < len(TRIES_AFTER_S) and not w.is_due]
        if not open_tries:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start(int(TRIES_AFTER_S[min(open_tries)] * 1000))

    @Slot()
    def _ask(self) -> None:
        for call_id, wanted in tuple(self._wanted.items()):
            if not wanted.is_due and wanted.tries < len(TRIES_AFTER_S):
                self._wanted[call_id] = replace(wanted, tries=wanted.tries + 1, is_due=True)
                self._ask_one(wanted.call)

    def _ask_one(self, call: Call) -> None:
        self._result_of(call.session_id, lambda result: self._answered(call, result))

    def _answered(self, call: Call, result: PastCall | None) -> None:
        wanted = self._wanted.get(call.id)
        if wanted is None:
            return
        if result is not None and result.outcome is not CallOutcome.UNKNOWN:
            del self._wanted[call.id]
            self.found.emit(call, result)
        else:
            self._wanted[call.id] = replace(wanted, is_due=False)
        self._plan()
