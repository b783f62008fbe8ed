"""Whoever does what a command asks: the window that is open, or the desks of this program without one.

Both take the same orders and tell the same lines. Which of them it is may change while a command waits: the
next question goes to whoever has the archive then. Main thread of a program without a window. Read next:
engine.py, archive_lock.py, bridge/runtime/instance.py.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING

from rcdesk.cli.archive_lock import ArchiveLock, Output, SignInWay
from rcdesk.core.cancel import CancelToken
from rcdesk.core.orders.order import Order
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.cli.engine import Engine


class Executor:
    """ask() it one order after the other."""

    def __init__(self, way: SignInWay, paths: Paths, stop: CancelToken) -> None:
        """Raises StoreError when the archive's folders cannot be made."""
        self._lock = ArchiveLock(way, paths, stop)
        self._engine: Engine | None = None

    @property
    def is_window(self) -> bool:
        """True when it was a window that was asked last."""
        return self._engine is None

    def close(self) -> None:
        """Give everything back; what goes on stays written down."""
        self._drop_engine()
        self._lock.close()

    def ask(self, order: Order, stop: CancelToken) -> Generator[Output, None, None]:
        """What becomes of it, line by line; the last one has "status".

        Ends without it when somebody else has the archive by now, who has to be asked again. Raises what
        Instance.ask() and Engine.ask() raise.
        """
        if self._engine is None and self._lock.instance.begin_turn():
            from rcdesk.cli.engine import Engine

            self._engine = Engine(self._lock)
        if self._engine is None:
            yield from self._lock.instance.ask(order, stop)
            return
        with closing(self._engine.ask(order, stop)) as lines:
            yield from lines
        if self._engine.is_lost:
            self._drop_engine()

    def _drop_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None
