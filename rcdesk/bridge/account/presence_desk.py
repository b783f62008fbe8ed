"""Presence as the window sees it: are calls taken, of which queues, and until when that holds.

Read at sign-in, every five minutes while the program is in front (set_active), and when a change for a while
is over. GUI thread; requests run on the calls lane, where services/account/presence.py also keeps the times
on disk. Only the answer to the newest request counts. Read next: core/account/presence.py,
ui/account/presence_menu.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot, ticking
from rcdesk.core.account.presence import FOR_A_WHILE, Presence, next_morning
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.spoken_time import readings_of

if TYPE_CHECKING:
    from rcdesk.services.account.presence import PresenceNews, PresenceService

LOOK_MS = 5 * 60_000
LONGEST_WAIT_MS = 5 * 60_000
AGAIN_MS = 60_000


class PresenceDesk(QObject):
    """changed() follows everything; problem(str) is one sentence about a change that was not made."""

    changed = Signal()
    problem = Signal(str)

    def __init__(
        self,
        lanes: dict[str, Lane],
        session: SessionDesk,
        presence: PresenceService,
        *,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._lane = lanes["calls"]
        self._session = session
        self._service = presence
        self._clock: Clock = clock or SystemClock()
        self.presence: Presence | None = None
        """What the service says; None before it answered, signed out, or when the account may not know."""
        self.queues_until: datetime | None = None
        """When the choice about queue calls is put back (presence.until is for the user's own calls)."""
        self._next_due: datetime | None = None
        self.reason = ""
        """Why presence is None although somebody is signed in; "" when that is only a matter of time."""
        self._owner_id = ""
        self._is_running = self._is_active = self._is_failing = False
        self._round = 0
        self._asked = 0
        self._answered_s = float("-inf")
        self._look = ticking(self, self.refresh, LOOK_MS)
        self._look.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._due = single_shot(self, self._when_due)
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(self._session_changed)

    @property
    def is_changing(self) -> bool:
        return self._asked > 0

    def for_a_while(self) -> datetime:
        """Thirty minutes from now, aware UTC."""
        return self._clock.now() + FOR_A_WHILE

    def until_morning(self) -> datetime:
        """The next 9:00 of this computer's zone, aware."""
        # By the clock on the wall: the night may be an hour shorter or longer.
        morning = next_morning(self._clock.now().astimezone().replace(tzinfo=None))
        return readings_of(morning).moments[0].astimezone()

    def set_dnd(self, takes_calls: bool, until: datetime | None = None) -> None:
        """Take calls or do not disturb; until (aware) says when the opposite comes back by itself."""
        service, owner_id = self._service, self._owner_id
        self._change(lambda token: service.set_calls(owner_id, takes_calls, until, token))

    def set_queue_calls(self, is_on: bool, until: datetime | None = None) -> None:
        service, owner_id = self._service, self._owner_id
        self._change(lambda token: service.set_queue_calls(owner_id, is_on, until, token))

    def set_queue(self, queue_id: str, is_on: bool) -> None:
        service, owner_id = self._service, self._owner_id
        self._change(lambda token: service.set_queue(owner_id, queue_id, is_on, token))

    def set_active(self, is_active: bool) -> None:
        """The program came to the front, or left it: look now when the last look is old, and then often."""
        if is_active == self._is_active:
            return
        self._is_active = is_active
        self._watch()
        is_old = self._clock.monotonic() - self._answered_s > LOOK_MS / 1000
        if is_active and is_old:
            self.refresh()

    def start(self) -> None:
        """Look as soon as somebody is signed in."""
        self._is_running = True
        self._session_changed()

    def stop(self) -> None:
        """Stop the timers; part of shutdown. What is to be put back is put back at the next start."""
        self._is_running = False
        self._round += 1
        self._look.stop()
        self._due.stop()

    @Slot()
    def refresh(self) -> None:
        """Ask the service now, unless an answer is due anyway."""
        if not self._can_ask() or self._asked:
            return
        service, owner_id = self._service, self._owner_id
        self._submit(lambda token: service.read(owner_id, token), self._not_read)

    def _change(self, ask: Callable[[CancelToken], PresenceNews]) -> None:
        if not self._can_ask():
            self.problem.emit(self.tr("Sign in first: then rcdesk can change whether you take calls."))
            return
        self._submit(ask, self._not_changed)

    def _submit(
        self, ask: Callable[[CancelToken], PresenceNews], failed: Callable[[RcdeskError], None]
    ) -> None:
        self._round += 1
        self._asked += 1
        round_, owner_id = self._round, self._owner_id

        def work(token: CancelToken) -> PresenceNews:
            self._session.check_owner(owner_id)
            return ask(token)

        def heard(news: PresenceNews) -> None:
            self._asked -= 1
            self._session.heard_answer()
            if round_ == self._round:
                self._heard(news)
            else:
                self._look_if_unknown()

        def not_heard(error: RcdeskError) -> None:
            self._asked -= 1
            if not isinstance(error, Cancelled):
                self._session.heard_error(error)
                failed(error)
            elif round_ == self._round:
                self._not_read(error)
            if round_ != self._round:
                self._look_if_unknown()

        self._lane.submit(lambda token, report: work(token), done=heard, failed=not_heard)

    def _look_if_unknown(self) -> None:
        """An answer for somebody who has left kept the first look of the next one waiting."""
        if self.presence is None and not self.reason:
            self.refresh()

    def _heard(self, news: PresenceNews) -> None:
        self._is_failing = False
        self._answered_s = self._clock.monotonic()
        self.presence, self.reason = news.presence, news.reason
        self.queues_until, self._next_due = news.queues_until, news.next_due
        self._wait_for_due()
        self.changed.emit()

    def _not_read(self, error: RcdeskError) -> None:
        """Nobody asked for it, so nobody is told; what was known stays."""
        self._is_failing = True
        self._wait_for_due()

    def _not_changed(self, error: RcdeskError) -> None:
        self._is_failing = True
        self._wait_for_due()
        self.problem.emit(str(error))
        # Shows again what is true, also in a menu whose mark was set by the click.
        self.changed.emit()

    def _can_ask(self) -> bool:
        return self._is_running and bool(self._owner_id) and self._session.is_signed_in

    def _wait_for_due(self) -> None:
        """Timers stand still while a machine sleeps, so a long wait is looked at again in between."""
        if self._next_due is None or not self._is_running:
            self._due.stop()
            return
        left_ms = int((self._next_due - self._clock.now()).total_seconds() * 1000) + 100
        least_ms = AGAIN_MS if self._is_failing or not self._can_ask() else 0
        self._due.start(max(least_ms, min(max(0, left_ms), LONGEST_WAIT_MS)))

    @Slot()
    def _when_due(self) -> None:
        if self._next_due is not None and self._next_due <= self._clock.now():
            self.refresh()
        if not self._asked:
            self._wait_for_due()

    def _watch(self) -> None:
        if self._is_active and self._can_ask():
            if not self._look.isActive():
                self._look.start()
        else:
            self._look.stop()

    @Slot()
    def _session_changed(self) -> None:
        account = self._session.account
        owner_id = account.owner_id if account is not None else ""
        is_other = owner_id != self._owner_id
        if is_other:
            self._owner_id = owner_id
            self._round += 1
            self.presence, self.queues_until, self._next_due, self.reason = None, None, None, ""
            self._answered_s = float("-inf")
            self._due.stop()
            self.changed.emit()
        self._watch()
        is_new = self.presence is None and not self.reason
        if self._session.state is SessionState.SIGNED_IN and (is_other or is_new or self._is_failing):
            self.refresh()
