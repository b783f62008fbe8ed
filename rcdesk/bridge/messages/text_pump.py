"""What keeps texts going out: asks its lane for the next one whenever one may be due.

GUI thread. The outbox decides what is sent and when; the pump only knows when to ask: after every change,
when the next one is due, and after a pause when asking itself failed. Its timer looks at the wall clock once
a minute, so neither a sleeping machine nor a clock that is set lets a text lie. Read next:
services/messages/sending.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import Cancelled, NetworkError, RcdeskError

if TYPE_CHECKING:
    from rcdesk.services.messages.sending import SendStep, TextSender

HOLD_S = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
LONGEST_NAP_S = 60.0


class TextPump(Telling):
    """moved(KeptText): it has come further; problem(str)."""

    moved = Signal(object)

    def __init__(
        self,
        lane: Lane,
        session: SessionDesk,
        sender: TextSender,
        owner: AccountGuard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__()
        self.setParent(parent)
        self._lane = lane
        self._session = session
        self._sender = sender
        self._owner = owner
        self._clock = SystemClock()
        self._is_open = False
        self._is_busy = False
        self._is_wanted = False
        self._failures = 0
        self._timer = single_shot(self, self.pump)

    @property
    def is_idle(self) -> bool:
        """True while nothing is sent and nothing waits to be."""
        return not self._is_busy and not self._timer.isActive()

    def open(self) -> None:
        """Somebody is signed in, and there is a connection: what waited for that goes now."""
        self._is_open = True
        self._failures = 0
        sender, owner_id = self._sender, self._owner.id
        if owner_id:
            self._lane.ask(lambda: sender.hurry(owner_id), lambda _: self.pump(), self._failed)

    def stop(self) -> None:
        """Send no more; part of shutdown."""
        self._is_open = False
        self._timer.stop()

    @Slot()
    def pump(self) -> None:
        """Ask for the next text when there may be one to send."""
        sender, owner_id = self._sender, self._owner.id
        self._is_wanted = self._is_busy
        if self._is_busy or not self._is_open or not owner_id or not self._session.is_signed_in:
            return
        self._timer.stop()
        self._is_busy = True
        ask = self._owner.in_own_name(lambda token: sender.send_next(owner_id, token))
        self._lane.submit(ask, done=self._done, failed=self._failed)

    def _done(self, step: SendStep) -> None:
        self._is_busy = False
        self._failures = 0
        if step.text is not None:
            if step.text.message_id:
                self._session.heard_answer()
            self.moved.emit(step.text)
        if step.text is not None or self._is_wanted:
            self.pump()
        elif step.next_at is not None:
            wait_s = (step.next_at - self._clock.now()).total_seconds()
            self._timer.start(int(min(max(wait_s, 0.0), LONGEST_NAP_S) * 1000) + 20)

    def _failed(self, error: RcdeskError) -> None:
        self._is_busy = False
        if isinstance(error, Cancelled):
            return
        self._session.heard_error(error)
        if not isinstance(error, NetworkError):
            self._tell(error)
        pause_s = HOLD_S[min(self._failures, len(HOLD_S) - 1)]
        self._failures += 1
        if self._is_open:
            self._timer.start(int(pause_s * 1000))
