"""CallMemory: what a call desk needs of the place where calls are written down.

HistoryDesk is it in the program. GUI thread; the writing itself happens on lanes. Read next: history_desk.py,
call_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rcdesk.core.calls.call import Call
from rcdesk.core.calls.past_call import PastCall


class CallMemory(Protocol):
    """Where calls are written down: HistoryDesk. GUI thread; nothing blocks, it tells its own errors."""

    def put_live(self, call: Call) -> None:
        """Write down a call that was placed or is about to be; the same id again replaces it."""
        ...

    def drop_live(self, call_id: str) -> None:
        """It has ended."""
        ...

    def live_calls(self, done: Callable[[tuple[Call, ...]], None]) -> None:
        """The calls of the signed-in user that were written down and not crossed out."""
        ...

    def remember(self, call: PastCall) -> None:
        """Keep a call that has ended; the same id again completes it."""
        ...

    def result_of(self, session_id: str, done: Callable[[PastCall | None], None]) -> None:
        """One look into the call log; None when it knows nothing (yet) or cannot be read."""
        ...

    def touch(self) -> None:
        """A call has ended: the list is worth reading again."""
        ...
