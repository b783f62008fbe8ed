"""`rcdesk call`, `status`, `cancel` and `numbers`: done by the running rcdesk, or by this program alone.

Whoever has the archive is given the order and its lines come back (executor.py). While a call is waited for a
window may be opened, which then goes on with the call and is listened to, or closed again. Nothing of Qt but
QtCore is imported. Main thread of a program without a window. Read next: executor.py,
core/orders/order.py, output.py.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from rcdesk.cli.archive_lock import Output, SignInWay, is_dialling, refusal, refused
from rcdesk.cli.executor import Executor
from rcdesk.core.calls.call import CallState
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.orders.order import (
    CallOrder,
    CancelOrder,
    ExitStatus,
    FollowOrder,
    NumbersOrder,
    Order,
    StatusOrder,
)
from rcdesk.store.paths import Paths

CommandOrder: TypeAlias = CallOrder | StatusOrder | CancelOrder | NumbersOrder

CLOSED = "rcdesk was closed, so how this call ends is unknown. It goes on by itself."
GOES_ON = "They have answered, so the call goes on. Hang up your phone to end it."
INTERRUPTED = "Interrupted before there was an answer. See rcdesk status before you ask again."
LOST = "The end of this call was not seen. See the recent calls in the window of rcdesk."
NOT_CANCELLED = "The call could not be cancelled and goes on. See rcdesk status."


class Command(Struct, frozen=True, kw_only=True):
    """What was typed: the order, and how this program signs in when no window is open."""

    order: CommandOrder
    is_json: bool = False
    demo: bool = False
    demo_speed: float = 1.0
    sign_in: Path | None = None


class CommandRun:
    """One command. lines() does it and says what becomes of it; the last line has "status"."""

    def __init__(self, command: Command, paths: Paths, stop: CancelToken) -> None:
        """stop: cancelled by Ctrl+C. Raises StoreError when the archive's folders cannot be made."""
        self._command = command
        way = SignInWay(demo=command.demo, demo_speed=command.demo_speed, sign_in=command.sign_in)
        self._executor = Executor(way, paths, stop)
        self._call_id = ""

    def close(self) -> None:
        self._executor.close()

    def lines(self) -> Generator[Output, None, None]:
        try:
            lines = self._executor.follow(self._command.order, self._next_order, lost=LOST, gone=CLOSED)
            with closing(lines):
                for output in lines:
                    if self._executor.is_window or not is_dialling(output):
                        yield output
        except Cancelled as exc:
            if self._call_id:
                yield from self._interrupt()
            else:
                yield refused(exc, INTERRUPTED)
        except RcdeskError as exc:
            yield refused(exc, INTERRUPTED)

    def _next_order(self, output: Output) -> Order | None:
        self._call_id = output.get("call", {}).get("id", self._call_id)
        is_waited_for = isinstance(self._command.order, CallOrder) and self._command.order.is_wait
        return FollowOrder(call_id=self._call_id) if is_waited_for else None

    def _interrupt(self) -> Generator[Output, None, None]:
        """Ctrl+C: cancel the call that is waited for, when that is still possible, and say what happened."""
        order = CancelOrder(call_id=self._call_id)
        with closing(self._executor.ask(order, CancelToken())) as lines:
            last = [output for output in lines if "status" in output]
        call = last[0].get("call") if last else None
        state = CallState(call["state"]) if call else None
        if state is CallState.CANCELLED:
            yield {**last[0], "status": int(ExitStatus.CANCELLED)}
        elif state is not None and not state.is_final:
            words = GOES_ON if state is CallState.TALKING else NOT_CANCELLED
            yield {**last[0], **refusal(words, ExitStatus.INTERRUPTED)}
        else:
            # It has ended by itself.
            follow = FollowOrder(call_id=self._call_id)
            with closing(self._executor.ask(follow, CancelToken())) as lines:
                ended = [output for output in lines if "call" in output and "status" in output]
            yield ended[0] if ended else refusal(LOST, ExitStatus.INTERRUPTED)
