"""Whoever does what a command asks: the window that is open, or the desks of this program without one.

Both take the same orders and tell the same lines. Which of them it is may change while a command waits: the
next question goes to whoever has the archive then. Main thread of a program without a window. Read next:
engine.py, archive_lock.py, bridge/runtime/instance.py.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING

from rcdesk.cli.archive_lock import ArchiveLock, Output, SignInWay, refusal
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import OutcomeUnknown, SignInNeeded
from rcdesk.core.orders.order import ExitStatus, FollowFaxesOrder, FollowOrder, Order
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.cli.engine import Engine
    from rcdesk.cli.fax_sending import FaxTerms

ADOPT_TRIES = 10
ADOPT_PAUSE_S = 1.0
"""A window that was opened meanwhile knows the call or the fax once it has signed in."""


class Executor:
    """ask() it one order after the other. terms: how faxes are sent without a window, when they are."""

    def __init__(
        self,
        way: SignInWay,
        paths: Paths,
        stop: CancelToken,
        *,
        terms: FaxTerms | None = None,
        clock: Clock | None = None,
    ) -> None:
        """stop: cancelled by Ctrl+C. Raises StoreError when the archive's folders cannot be made."""
        self._lock = ArchiveLock(way, paths, stop)
        self._stop = stop
        self._terms = terms
        self._clock = clock
        self._engine: Engine | None = None
        self.is_window = False
        """True while a window has the order; False once it has gone."""

    def close(self) -> None:
        """Give everything back; what goes on stays written down."""
        self._drop_engine()
        self._lock.close()

    def ask(self, order: Order, stop: CancelToken) -> Generator[Output, None, None]:
        """What becomes of it, line by line; the last one has "status".

        Ends without it when somebody else has the archive by now, who has to be asked again. Raises what
        Instance.ask() and Engine.ask() raise.
        """
        stop.check()
        if self._engine is None and self._lock.instance.begin_turn():
            from rcdesk.cli.engine import Engine

            self._engine = Engine(self._lock, self._terms, self._clock)
        if self._engine is None:
            self.is_window = True
            yield from self._lock.instance.ask(order, stop)
            self.is_window = False
            return
        with closing(self._engine.ask(order, stop)) as lines:
            yield from lines
        if self._engine.is_lost:
            self._drop_engine()

    def follow(
        self, order: Order, next_order: Callable[[Output], Order | None], *, lost: str, gone: str = ""
    ) -> Generator[Output, None, None]:
        """Ask whoever has the archive, and whoever has it next, until the last line.

        next_order: how to go on after this line, None for the same order. lost: the sentence when the next
        one does not know of it; gone: when it cannot sign in, "" for what it says itself.
        """
        for _ in range(ADOPT_TRIES):
            is_known = True
            while is_known:
                asked, has_heard = order, False
                try:
                    with closing(self.ask(asked, self._stop)) as lines:
                        for output in lines:
                            is_known = not (is_follow(asked) and _is_unknown(output))
                            if not is_known:
                                break
                            has_heard = True
                            order = next_order(output) or order
                            yield output
                            if "status" in output:
                                return
                except SignInNeeded as exc:
                    if has_heard or not gone or not is_follow(asked):
                        raise
                    raise OutcomeUnknown(gone) from exc
                except OutcomeUnknown:
                    self.is_window = False
                    if not is_follow(order):
                        raise
            if not self.is_window:
                break
            self._stop.sleep(ADOPT_PAUSE_S)
        yield refusal(lost, ExitStatus.UNKNOWN)

    def _drop_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None


def is_follow(order: Order) -> bool:
    """True for an order about what was begun before."""
    return isinstance(order, FollowOrder | FollowFaxesOrder)


def _is_unknown(output: Output) -> bool:
    return output.get("status") == ExitStatus.UNKNOWN and not {"call", "fax"} & output.keys()
