"""News that RingCentral pushes, on the GUI thread: what changed, so that somebody looks at it at once.

A lane of its own listens for as long as somebody is signed in who may have news. News say only where to look:
many that come together make one look, and after each new connection everything is looked at, since what came
in between is lost. While nothing can be heard the other desks ask by their timers more often. Read next:
services/account/news.py, bridge/desk.py.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.runtime.lane import Lane, Report, Task
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.capability import Capability
from rcdesk.core.account.news import EVERY_MAIL, News, NewsKind
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, NotAllowed, RcdeskError, SignInNeeded

if TYPE_CHECKING:
    from rcdesk.services.account.news import NewsService

TOGETHER_MS = 100
"""How long news are collected before somebody looks."""
LATE_AFTER_MS = 15_000
"""A connection that comes back sooner is not worth a word."""
AGAIN_MS = 60_000


class NewsDesk(QObject):
    """mail_changed(frozenset of EVERY_MAIL); presence_changed(): whether calls are taken;
    call_changed(News).

    all_changed(): anything may have happened; the others follow it. live_changed(bool): whether news can be
    heard; late_changed(): is_late is another.
    """

    mail_changed = Signal(object)
    presence_changed = Signal()
    call_changed = Signal(object)
    all_changed = Signal()
    live_changed = Signal(bool)
    late_changed = Signal()

    def __init__(self, lane: Lane, session: SessionDesk, news: NewsService) -> None:
        super().__init__()
        self._lane = lane
        self._session = session
        self._service = news
        self._owner = AccountGuard(session)
        self.is_live = False
        """News are heard as they happen."""
        self.is_late = False
        """News have not been heard for a while although they should be: what is shown may be a minute old."""
        self._is_running = False
        self._refused_for = ""
        self._dnd: tuple[str, ...] = ()
        self._task: Task[None] | None = None
        self._heard: SimpleQueue[News] = SimpleQueue()
        self._waiting: list[News] = []
        self._together = single_shot(self, self._tell, TOGETHER_MS)
        self._late = single_shot(self, self._be_late, LATE_AFTER_MS)
        self._again = single_shot(self, self._look)
        session.state_changed.connect(self._look)
        session.account_changed.connect(self._look)

    def start(self) -> None:
        """Listen from now on, whenever somebody is signed in."""
        self._is_running = True
        self._look()

    def stop(self) -> None:
        self._is_running = False
        for timer in (self._together, self._late, self._again):
            timer.stop()
        if self._task is not None:
            self._task.cancel()

    @property
    def _may_listen(self) -> bool:
        """Without a network too: whoever listens comes back by themselves, and loses less that way."""
        account = self._session.account
        return (
            self._is_running
            and account is not None
            and self._session.is_signed_in
            and account.can(Capability.EVENTS)
            and account.owner_id != self._refused_for
        )

    @Slot()
    def _look(self) -> None:
        """Begin or end listening, as fits who is signed in."""
        is_other = self._owner.look()
        if self._task is not None:
            if is_other or not self._may_listen:
                self._task.cancel()
        elif self._may_listen and not self._again.isActive():
            self._listen()

    def _listen(self) -> None:
        service, heard = self._service, self._heard

        def work(token: CancelToken, report: Report) -> None:
            for news in service.listen(token):
                heard.put(news)
                report(None)

        if not self.is_late:
            self._late.start()
        self._task = self._lane.submit(work, done=self._ended, failed=self._failed, progress=self._collect)

    def _collect(self, _: object) -> None:
        """Reports may be skipped when many come at once, what is in the queue is not."""
        while True:
            try:
                news = self._heard.get_nowait()
            except Empty:
                break
            self._waiting.append(news)
            if news.kind in (NewsKind.CONNECTED, NewsKind.LOST):
                self._set_live(news.kind is NewsKind.CONNECTED)
        if not self._together.isActive():
            self._together.start()

    @Slot()
    def _tell(self) -> None:
        """One signal a kind, however many news there were."""
        told, self._waiting = self._waiting, []
        kinds = {news.kind for news in told}
        is_new = NewsKind.CONNECTED in kinds
        if is_new:
            self._session.heard_answer()
            self.all_changed.emit()
        if mail := (EVERY_MAIL if is_new else frozenset()).union(*(news.mail for news in told)):
            self.mail_changed.emit(mail)
        if is_new or self._is_dnd_other(told):
            self.presence_changed.emit()
        for news in {news.call_id: news for news in told if news.kind is NewsKind.CALL}.values():
            self.call_changed.emit(news)

    def _is_dnd_other(self, told: list[News]) -> bool:
        """Presence follows every step of every call; only whether calls are taken is shown here."""
        former = self._dnd
        self._dnd = next((news.dnd for news in reversed(told) if news.dnd), former)
        return self._dnd != former

    def _ended(self, _: None) -> None:
        self._over()
        self._look()

    def _failed(self, error: RcdeskError) -> None:
        self._over()
        if isinstance(error, NotAllowed):
            self._refused_for = self._owner.id
            self._late.stop()
            self._set_late(False)
        elif not isinstance(error, Cancelled):
            if isinstance(error, SignInNeeded):
                self._session.heard_error(error)
            self._again.start(AGAIN_MS)
        self._look()

    def _over(self) -> None:
        """Nobody listens any more. What was said to somebody who has left is nobody's news."""
        self._task = None
        self._collect(None)
        if self._owner.look() or not self._may_listen:
            self._waiting.clear()
        self._set_live(False)
        if not self._may_listen:
            self._late.stop()
            self._set_late(False)

    def _set_live(self, is_live: bool) -> None:
        if is_live:
            self._late.stop()
            self._set_late(False)
        elif not (self.is_late or self._late.isActive()) and self._may_listen:
            self._late.start()
        if is_live != self.is_live:
            self.is_live = is_live
            self.live_changed.emit(is_live)

    @Slot()
    def _be_late(self) -> None:
        self._set_late(True)

    def _set_late(self, is_late: bool) -> None:
        if is_late != self.is_late:
            self.is_late = is_late
            self.late_changed.emit()
