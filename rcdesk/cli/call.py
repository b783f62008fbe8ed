"""`rcdesk call`, `status`, `cancel` and `numbers`: done by the running rcdesk, or by this program alone.

With a window open the order goes through its door (bridge/runtime/instance.py) and the window's own lines
come back. Without one this program signs in and works by itself, in short turns under the archive's lock:
while it waits for a call it gives the lock away, so that a window can be opened at any time, which then goes
on with the call and is listened to. Nothing of Qt but QtCore and QtNetwork is imported. Main thread of a
program without a window. Read next: core/orders/order.py, services/commands/call.py, output.py.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, assert_never

from msgspec import Struct

from rcdesk.cli.archive_lock import ArchiveLock, Output, SignInWay, refusal, refused
from rcdesk.core.calls.call import Call, CallState
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import Cancelled, NeedsYes, OutcomeUnknown, RcdeskError, SignInNeeded
from rcdesk.core.orders.asked_call import pick_call
from rcdesk.core.orders.call_report import call_json, exit_status
from rcdesk.core.orders.order import (
    GIVE_YES,
    CallOrder,
    CancelOrder,
    ExitStatus,
    FollowOrder,
    NumbersOrder,
    Order,
    StatusOrder,
)
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.services.commands.call import CommandCalls

CommandOrder: TypeAlias = CallOrder | StatusOrder | CancelOrder | NumbersOrder

ADOPT_TRIES = 10
ADOPT_PAUSE_S = 1.0
"""A window that was opened meanwhile knows the call once it has signed in."""

CANCEL_LOOKS = 15
CANCEL_PAUSE_S = 0.7
LOG_LOOKS = 3
LOG_PAUSE_S = 2.5

GOES_ON = "They have answered, so the call goes on. Hang up your phone to end it."
INTERRUPTED = "Interrupted before there was an answer. See rcdesk status before you ask again."
LOST = "The end of this call was not seen. See the recent calls in the window of rcdesk."
NO_CALL = "No call is going on."
NOT_CANCELLED = "The call could not be cancelled and goes on. See rcdesk status."
TOO_LATE = "They have answered, so the call cannot be cancelled any more. Hang up your phone to end it."


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
        self._lock = ArchiveLock(way, paths, stop)
        self._stop = stop
        self._clock = SystemClock()
        self._instance = self._lock.instance
        self._calls: CommandCalls | None = None

    def close(self) -> None:
        """Give everything back."""
        if self._calls is not None:
            self._calls.close()
        self._lock.close()

    def lines(self) -> Generator[Output, None, None]:
        """What happens, line by line."""
        try:
            if self._instance.begin_turn():
                yield from self._alone(self._command.order)
            else:
                yield from self._through_window(self._command.order)
        except NeedsYes as exc:
            yield refusal(f"{exc} {GIVE_YES}", ExitStatus.NEEDS_YOU)
        except RcdeskError as exc:
            yield refused(exc, INTERRUPTED)

    # With a window

    def _through_window(self, order: Order) -> Generator[Output, None, None]:
        call_id = order.call_id if isinstance(order, FollowOrder) else ""
        is_followed = isinstance(order, FollowOrder) or (isinstance(order, CallOrder) and order.is_wait)
        try:
            with closing(self._instance.ask(order, self._stop)) as lines:
                for output in lines:
                    call_id = output.get("call", {}).get("id", call_id)
                    yield output
                    if "status" in output:
                        return
        except Cancelled:
            if not call_id:
                raise
            yield from self._interrupt(call_id)
            return
        except OutcomeUnknown:
            if not (call_id and is_followed):
                raise
        # The window has gone, and the archive is ours.
        self._lock.take()
        if isinstance(order, FollowOrder) or call_id:
            yield from self._go_on_alone(call_id)
        else:
            yield from self._alone(self._command.order)

    def _follow_in_window(self, call: Call) -> Generator[Output, None, None]:
        """A window was opened while this program waited: it goes on with the call as soon as it knows it."""
        for _ in range(ADOPT_TRIES):
            for output in self._through_window(FollowOrder(call_id=call.id)):
                if output.get("status") == ExitStatus.UNKNOWN and "call" not in output:
                    break
                yield output
                if "status" in output:
                    return
            try:
                self._stop.sleep(ADOPT_PAUSE_S)
            except Cancelled:
                yield from self._interrupt(call.id)
                return
        yield refusal(LOST, ExitStatus.UNKNOWN)

    # Without one

    def _alone(self, order: CommandOrder) -> Generator[Output, None, None]:
        calls = self._open()
        match order:
            case CallOrder():
                call = calls.place(order)
                is_over = call.state.is_final
                if is_over or not order.is_wait:
                    status = exit_status(call)
                    yield {**self._told(call), "status": int(status)}
                    return
                yield self._told(call)
                yield from self._follow(call)
            case StatusOrder():
                looked = [calls.look(call) for call in calls.live()]
                output = [self._told(call)["call"] for call in looked if not call.state.is_final]
                yield {"calls": output, "status": int(ExitStatus.DONE)}
            case CancelOrder():
                yield from self._cancel_order(order)
            case NumbersOrder():
                yield {**calls.numbers(), "status": int(ExitStatus.DONE)}
            case _:
                assert_never(order)

    def _follow(self, call: Call) -> Generator[Output, None, None]:
        """Every change of a call of ours until its end. The lock is ours on entry, and not between looks."""
        calls = self._open()
        said = _said(call)
        while not call.state.is_final:
            if not self._lock.pause(calls.pause_s(call)):
                yield from self._interrupt(call.id, call)
                return
            if not self._instance.begin_turn():
                yield from self._follow_in_window(call)
                return
            calls.new_turn()
            call = calls.look(call)
            if _said(call) != said and not call.state.is_final:
                said = _said(call)
                yield self._told(call)
        yield self._end(call)

    def _end(self, call: Call) -> Output:
        """The last line; the call log is asked when nobody saw how the call ended."""
        call = self._looked_up(call)
        return {**self._told(call), "status": int(exit_status(call))}

    def _looked_up(self, call: Call) -> Call:
        calls = self._open()
        for _ in range(LOG_LOOKS):
            if not call.needs_result or not self._lock.pause(LOG_PAUSE_S) or not self._instance.begin_turn():
                break
            calls.new_turn()
            call = calls.result(call)
        return call

    def _go_on_alone(self, call_id: str) -> Generator[Output, None, None]:
        """The window that followed the call was closed."""
        try:
            call = self._open().find(call_id)
        except SignInNeeded as exc:
            raise OutcomeUnknown(
                "rcdesk was closed, so how this call ends is unknown. It goes on by itself."
            ) from exc
        if call is None:
            raise OutcomeUnknown(LOST)
        yield from self._follow(call)

    def _cancel_order(self, order: CancelOrder) -> Generator[Output, None, None]:
        calls = self._open()
        looked = [calls.look(call) for call in calls.live()]
        live = [call for call in looked if not call.state.is_final]
        if not live:
            yield refusal(NO_CALL, ExitStatus.TOO_LATE)
            return
        call = self._looked_up(self._cancelled(pick_call(live, order.call_id)))
        if call.state is CallState.CANCELLED:
            yield {**self._told(call), "status": int(ExitStatus.DONE)}
        elif call.state.is_final:
            yield {**self._told(call), "status": int(ExitStatus.TOO_LATE)}
        else:
            words = TOO_LATE if call.state is CallState.TALKING else NOT_CANCELLED
            yield {**self._told(call), **refusal(words, ExitStatus.TOO_LATE)}

    def _cancelled(self, call: Call) -> Call:
        """Ask for the end of a call, and look until it is known what became of it."""
        calls = self._open()
        call = calls.cancel(call)
        for _ in range(CANCEL_LOOKS):
            if call.state.is_final or not call.is_cancelling:
                break
            CancelToken().sleep(CANCEL_PAUSE_S)
            call = calls.look(call)
        return call

    # Ctrl+C

    def _interrupt(self, call_id: str, call: Call | None = None) -> Generator[Output, None, None]:
        """Cancel the call that is waited for, when that is still possible, and say what happened."""
        if not self._instance.begin_turn():
            yield from self._interrupt_in_window(call_id)
            return
        calls = self._open()
        calls.new_turn()
        call = calls.find(call_id) if call is None else calls.look(call)
        if call is None:
            yield refusal(LOST, ExitStatus.INTERRUPTED)
            return
        call = self._cancelled(call)
        if call.state.is_final:
            yield {**self._told(call), "status": int(exit_status(call))}
        else:
            words = GOES_ON if call.state is CallState.TALKING else NOT_CANCELLED
            yield {**self._told(call), **refusal(words, ExitStatus.INTERRUPTED)}

    def _interrupt_in_window(self, call_id: str) -> Generator[Output, None, None]:
        for output in self._instance.ask(CancelOrder(call_id=call_id)):
            state = output.get("call", {}).get("state", "")
            if state == CallState.CANCELLED.value:
                yield {**output, "status": int(ExitStatus.CANCELLED)}
            elif state == CallState.TALKING.value:
                yield {**output, **refusal(GOES_ON, ExitStatus.INTERRUPTED)}
            elif "status" in output:
                yield {**output, "status": int(ExitStatus.INTERRUPTED)}

    def _open(self) -> CommandCalls:
        """The way to the service, made when it is needed first."""
        if self._calls is None:
            from rcdesk.services.commands.call import CommandCalls

            profile, credentials = self._lock.server()
            kept, database = self._lock.preferences(), self._lock.paths.database
            make_secrets = self._lock.secrets
            self._calls = CommandCalls(profile, credentials, kept, database, make_secrets=make_secrets)
        return self._calls

    def _told(self, call: Call) -> Output:
        return {"call": call_json(call, self._clock.monotonic())}


def _said(call: Call) -> tuple[object, ...]:
    return call.state, call.is_cancelling, call.is_unreachable
