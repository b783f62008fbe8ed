"""`rcdesk call`, `status`, `cancel` and `numbers`: done by the running rcdesk, or by this program alone.

With a window open the order goes through its door (bridge/instance.py) and the window's own lines come back.
Without one this program signs in and works by itself, in short turns under the archive's lock: while it waits
for a call it gives the lock away, so that a window can be opened at any time, which then goes on with the
call and is listened to. Nothing of Qt but QtCore and QtNetwork is imported. Main thread of a program without
a window. Read next: core/order.py, services/command_call.py, told.py.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from rcdesk.bridge.instance import Instance
from rcdesk.core.asked_call import pick_call
from rcdesk.core.call import Call, CallState
from rcdesk.core.call_report import call_json, exit_status
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import Cancelled, NotSent, OutcomeUnknown, RcdeskError, SignInNeeded, UserError
from rcdesk.core.order import (
    CallOrder,
    CancelOrder,
    ExitStatus,
    FollowOrder,
    NumbersOrder,
    Order,
    StatusOrder,
)
from rcdesk.store import preferences as preferences_file
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.services.command_call import CommandCalls
    from rcdesk.simulator import RunningSimulator

CommandOrder: TypeAlias = CallOrder | StatusOrder | CancelOrder | NumbersOrder
Told: TypeAlias = dict[str, Any]

ADOPT_TRIES = 10
ADOPT_PAUSE_S = 1.0
"""A window that was opened meanwhile knows the call once it has signed in."""

TURN_TRIES = 25
TURN_PAUSE_S = 0.2
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
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
        self._paths = paths.create()
        self._stop = stop
        self._clock = SystemClock()
        self._instance = Instance(self._paths.data_dir)
        self._calls: CommandCalls | None = None
        self._simulator: RunningSimulator | None = None

    def close(self) -> None:
        """Give everything back."""
        if self._calls is not None:
            self._calls.close()
        if self._simulator is not None:
            self._simulator.stop()
        self._instance.end_turn()

    def lines(self) -> Generator[Told, None, None]:
        """What happens, line by line."""
        try:
            if self._instance.begin_turn():
                yield from self._alone(self._command.order)
            else:
                yield from self._through_window(self._command.order)
        except SignInNeeded as exc:
            yield _refusal(str(exc), ExitStatus.SIGNED_OUT)
        except UserError as exc:
            yield _refusal(str(exc), ExitStatus.WRONG)
        except Cancelled:
            yield _refusal(INTERRUPTED, ExitStatus.INTERRUPTED)
        except OutcomeUnknown as exc:
            yield _refusal(str(exc), ExitStatus.UNKNOWN)
        except RcdeskError as exc:
            yield _refusal(str(exc), ExitStatus.TROUBLE)

    # With a window

    def _through_window(self, order: Order) -> Generator[Told, None, None]:
        call_id = order.call_id if isinstance(order, FollowOrder) else ""
        is_followed = isinstance(order, FollowOrder) or (isinstance(order, CallOrder) and order.is_wait)
        try:
            with closing(self._instance.ask(order, self._stop)) as lines:
                for told in lines:
                    call_id = told.get("call", {}).get("id", call_id)
                    yield told
                    if "status" in told:
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
        for _ in range(TURN_TRIES):
            if self._instance.begin_turn():
                break
            self._stop.sleep(TURN_PAUSE_S)
        else:
            raise NotSent("Another rcdesk is just starting. Ask again in a moment.")
        if isinstance(order, FollowOrder) or call_id:
            yield from self._go_on_alone(call_id)
        else:
            yield from self._alone(self._command.order)

    def _follow_in_window(self, call: Call) -> Generator[Told, None, None]:
        """A window was opened while this program waited: it goes on with the call as soon as it knows it."""
        for _ in range(ADOPT_TRIES):
            for told in self._through_window(FollowOrder(call_id=call.id)):
                if told.get("status") == ExitStatus.UNKNOWN and "call" not in told:
                    break
                yield told
                if "status" in told:
                    return
            try:
                self._stop.sleep(ADOPT_PAUSE_S)
            except Cancelled:
                yield from self._interrupt(call.id)
                return
        yield _refusal(LOST, ExitStatus.UNKNOWN)

    # Without one

    def _alone(self, order: CommandOrder) -> Generator[Told, None, None]:
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
                told = [self._told(call)["call"] for call in looked if not call.state.is_final]
                yield {"calls": told, "status": int(ExitStatus.DONE)}
            case CancelOrder():
                yield from self._cancel_order(order)
            case NumbersOrder():
                yield {**calls.numbers(), "status": int(ExitStatus.DONE)}
            case _:
                assert_never(order)

    def _follow(self, call: Call) -> Generator[Told, None, None]:
        """Every change of a call of ours until its end. The lock is ours on entry, and not between looks."""
        calls = self._open()
        said = _said(call)
        while not call.state.is_final:
            if not self._pause(calls.pause_s(call)):
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

    def _end(self, call: Call) -> Told:
        """The last line; the call log is asked when nobody saw how the call ended."""
        calls = self._open()
        for _ in range(LOG_LOOKS):
            if not call.needs_result or not self._pause(LOG_PAUSE_S) or not self._instance.begin_turn():
                break
            calls.new_turn()
            call = calls.result(call)
        return {**self._told(call), "status": int(exit_status(call))}

    def _go_on_alone(self, call_id: str) -> Generator[Told, None, None]:
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

    def _cancel_order(self, order: CancelOrder) -> Generator[Told, None, None]:
        calls = self._open()
        looked = [calls.look(call) for call in calls.live()]
        live = [call for call in looked if not call.state.is_final]
        if not live:
            yield _refusal(NO_CALL, ExitStatus.TOO_LATE)
            return
        call = self._cancelled(pick_call(live, order.call_id))
        if call.state is CallState.CANCELLED:
            yield {**self._told(call), "status": int(ExitStatus.DONE)}
        elif call.state.is_final:
            yield {**self._told(call), "status": int(ExitStatus.TOO_LATE)}
        else:
            words = TOO_LATE if call.state is CallState.TALKING else NOT_CANCELLED
            yield {**self._told(call), **_refusal(words, ExitStatus.TOO_LATE)}

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

    def _interrupt(self, call_id: str, call: Call | None = None) -> Generator[Told, None, None]:
        """Cancel the call that is waited for, when that is still possible, and say what happened."""
        if not self._instance.begin_turn():
            yield from self._interrupt_in_window(call_id)
            return
        calls = self._open()
        calls.new_turn()
        call = calls.find(call_id) if call is None else calls.look(call)
        if call is None:
            yield _refusal(LOST, ExitStatus.INTERRUPTED)
            return
        call = self._cancelled(call)
        if call.state.is_final:
            yield {**self._told(call), "status": int(exit_status(call))}
        else:
            words = GOES_ON if call.state is CallState.TALKING else NOT_CANCELLED
            yield {**self._told(call), **_refusal(words, ExitStatus.INTERRUPTED)}

    def _interrupt_in_window(self, call_id: str) -> Generator[Told, None, None]:
        for told in self._instance.ask(CancelOrder(call_id=call_id)):
            state = told.get("call", {}).get("state", "")
            if state == CallState.CANCELLED.value:
                yield {**told, "status": int(ExitStatus.CANCELLED)}
            elif state == CallState.TALKING.value:
                yield {**told, **_refusal(GOES_ON, ExitStatus.INTERRUPTED)}
            elif "status" in told:
                yield {**told, "status": int(ExitStatus.INTERRUPTED)}

    def _pause(self, seconds: float) -> bool:
        """Give the lock away and wait; False when Ctrl+C was pressed meanwhile."""
        self._instance.end_turn()
        try:
            self._stop.sleep(seconds)
        except Cancelled:
            return False
        return True

    def _open(self) -> CommandCalls:
        """The way to the service, made when it is needed first."""
        if self._calls is None:
            from rcdesk.core.account import Credentials, ServerProfile
            from rcdesk.services.command_call import CommandCalls
            from rcdesk.services.sign_in_file import sign_in_of

            kept = preferences_file.load(self._paths.preferences_file)
            if self._command.demo:
                running = self._start_demo()
                profile = ServerProfile(
                    name="Demo desk", base_url=running.base_url, client_id=running.client_id, is_demo=True
                )
                credentials: Credentials | None = Credentials(
                    client_id=running.client_id, client_secret=running.client_secret, jwt=running.jwt
                )
            else:
                profile, credentials = sign_in_of(self._command.sign_in, kept)
            self._calls = CommandCalls(profile, credentials, kept, self._paths.database)
        return self._calls

    def _start_demo(self) -> RunningSimulator:
        try:
            from rcdesk.simulator import RunningSimulator

            self._simulator = RunningSimulator.start(clock="real", speed=self._command.demo_speed)
        except ImportError as exc:
            raise UserError(
                "The demo needs the simulator's parts. Install them with: pip install 'rcdesk[demo]'"
            ) from exc
        return self._simulator

    def _told(self, call: Call) -> Told:
        return {"call": call_json(call, self._clock.monotonic())}


def _said(call: Call) -> tuple[object, ...]:
    return call.state, call.is_cancelling, call.is_unreachable


def _refusal(sentence: str, status: ExitStatus) -> Told:
    return {"error": sentence, "status": int(status)}
