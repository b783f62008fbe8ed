"""The calls that are over: recents, missed calls, and the call log asked for news now and then.

GUI thread. Lists are read on the archive lane, this desk's own calls are written on the disk lane, the call
log is fetched on the downloads lane: every two minutes while somebody is signed in, slower after errors, and
a few seconds after a call of this desk has ended. A tick only submits, never while the previous answer is
due. Read next: services/calls/history.py, past_calls_model.py, call_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.lane import Lane, ignore
from rcdesk.bridge.runtime.pace import Pace
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.calls.call import Call
from rcdesk.core.calls.past_call import CallOutcome, HistoryNews, PastCall, PastCallQuery
from rcdesk.core.errors import Cancelled, RateLimited, RcdeskError

if TYPE_CHECKING:
    from rcdesk.core.account.news import News
    from rcdesk.services.calls.history import CallHistory

SYNC_S = 120.0
SLOWEST_S = 900.0
AFTER_CALL_S = 5.0
"""The service writes a call down a few seconds after its end, or later: then it is looked for once more."""
LATER_S = 30.0

MOST_RECENTS = 50


class _Recents(Struct, frozen=True, kw_only=True):
    recents: tuple[PastCall, ...]
    missed_count: int


class HistoryDesk(Telling):
    """Recents and missed calls of the account.

    Signals: recents_changed(tuple[PastCall, ...]); missed_count_changed(int): missed calls nobody looked at;
    missed(tuple[PastCall, ...]): calls just heard of that were missed; changed(): any list of calls must be
    read again; problem(str) one sentence.
    """

    recents_changed = Signal(object)
    missed_count_changed = Signal(int)
    missed = Signal(object)
    changed = Signal()

    def __init__(
        self, lanes: Mapping[str, Lane], session: SessionDesk, history: CallHistory, *, has_news: bool = True
    ) -> None:
        """has_news False: the call log is not asked for news; nobody looks at the lists."""
        super().__init__()
        self._has_news = has_news
        self._archive = lanes["archive"]
        self._disk = lanes["disk"]
        self._downloads = lanes["downloads"]
        self._session = session
        self._service = history
        self._owner = AccountGuard(session)
        self.recents: tuple[PastCall, ...] = ()
        """The newest calls that match the last search, newest first."""
        self.missed_count = 0
        """How many missed calls nobody has looked at."""
        self._search = ""
        self._is_started = False
        self.is_syncing = False
        self._is_wanted = False
        self._failures = 0
        self._timer = single_shot(self, self.refresh)
        self.pace = Pace(self._timer, SYNC_S)
        self._after_call = single_shot(self, self._look_after_call)
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(self._session_changed)

    def has_talked(self, number: str) -> bool:
        """True when a call with this number lately became a talk: somebody has it."""
        return any(call.number == number and call.outcome is CallOutcome.TALKED for call in self.recents)

    @property
    def owner_id(self) -> str:
        """Whose calls these are: what a PastCallQuery asks by; "" while nobody is signed in."""
        return self._owner.id

    @property
    def next_sync_s(self) -> float | None:
        """In how many seconds the call log is asked again, None when that is not planned."""
        return self._timer.remainingTime() / 1000 if self._timer.isActive() else None

    def start(self) -> None:
        """Read what is known and ask the call log from now on, whenever somebody is signed in."""
        self._is_started = True
        self._session_changed()

    def stop(self) -> None:
        self._is_started = False
        self._timer.stop()
        self._after_call.stop()

    def search_recents(self, text: str) -> None:
        """Show the calls that match the text; all for ""."""
        self._search = text
        self._load()

    @Slot()
    def reread(self) -> None:
        """What lists of calls show may be other: people got or lost their names."""
        self._load()
        self.changed.emit()

    def mark_seen(self) -> None:
        service, owner_id = self._service, self._owner.id
        if self.missed_count:
            self._write(lambda: service.mark_seen(owner_id))

    def remember(self, call: PastCall) -> None:
        service, owner_id = self._service, self._owner.id
        self._write(lambda: service.remember(owner_id, call))

    def put_live(self, call: Call) -> None:
        service, owner_id = self._service, self._owner.id
        self._keep(lambda: service.put_live(owner_id, call))

    def drop_live(self, call_id: str) -> None:
        service, owner_id = self._service, self._owner.id
        self._keep(lambda: service.drop_live(owner_id, call_id))

    def live_calls(self, done: Callable[[tuple[Call, ...]], None]) -> None:
        """The calls that were on when they were last written, oldest first; after all earlier put_live()."""
        service, owner_id = self._service, self._owner.id
        self._disk.ask(lambda: service.live_calls(owner_id), done, self._tell)

    def touch(self) -> None:
        """A call of this desk has ended: read again, and look into the call log in a few seconds."""
        self.reread()
        if self._is_started and not (self._after_call.isActive() and not self._is_second_look):
            self._after_call.start(int(AFTER_CALL_S * 1000))

    @Slot(object)
    def hear(self, news: News) -> None:
        """News of a call: a missed one is shown at once, the log completes it when it has it."""
        if news.code not in ("Disconnected", "Gone"):
            return
        service, owner_id, region = self._service, self._owner.id, self._owner.region
        if news.is_missed and owner_id:

            def done(call: PastCall | None) -> None:
                if call is not None and owner_id == self._owner.id:
                    self._take(HistoryNews(changed=1, missed=(call,)))

            self._disk.keep(lambda: service.heard_missed(owner_id, news, region), done, self._tell)
        self.touch()

    def result_of(self, session_id: str, done: Callable[[PastCall | None], None]) -> None:
        service, owner_id = self._service, self._owner.id

        def heard(found: PastCall | None) -> None:
            self._session.heard_answer()
            if found is not None:
                self.reread()
            done(found)

        def failed(error: RcdeskError) -> None:
            if not isinstance(error, Cancelled):
                self._session.heard_error(error)
            done(None)

        ask = self._owner.in_own_name(lambda token: service.result_of(owner_id, session_id, token))
        self._downloads.submit(ask, done=heard, failed=failed)

    def page(
        self,
        query: PastCallQuery,
        before: tuple[datetime, str] | None,
        limit: int,
        done: Callable[[tuple[PastCall, ...]], None],
        failed: Callable[[], None] | None = None,
    ) -> None:
        """The next calls of a list, newest first; before: at and id of the last one there is."""
        service = self._service

        def not_heard(error: RcdeskError) -> None:
            if failed is not None:
                failed()
            self._tell(error)

        self._archive.ask(lambda: service.page(query, before, limit), done, not_heard)

    @Slot()
    def _look_after_call(self) -> None:
        self.refresh()
        if not self._is_second_look:
            self._after_call.start(int(LATER_S * 1000))

    @property
    def _is_second_look(self) -> bool:
        return self._after_call.interval() == LATER_S * 1000

    @Slot()
    def refresh(self) -> None:
        """Ask the call log now; once more afterwards when that is being done already."""
        service, owner_id, region = self._service, self._owner.id, self._owner.region
        self._is_wanted = self.is_syncing
        may_ask = self._has_news and self._is_started and self._session.is_signed_in
        if self.is_syncing or not owner_id or not may_ask:
            return
        self._timer.stop()
        self.is_syncing = True

        def done(news: HistoryNews) -> None:
            self.is_syncing = False
            self._failures = 0
            self._session.heard_answer()
            if owner_id == self._owner.id:
                self._take(news)
            self._go_on(self.pace.pause_s)

        def failed(error: RcdeskError) -> None:
            self.is_syncing = False
            if isinstance(error, Cancelled):
                if owner_id != self._owner.id:
                    self.refresh()
                return
            self._failures += 1
            pause_s = min(SLOWEST_S, SYNC_S * 2**self._failures)
            if isinstance(error, RateLimited):
                # Nobody waits for this, so nobody is told that it waits.
                pause_s = max(pause_s, error.retry_after_s)
            else:
                self._session.heard_error(error)
            self._is_wanted = self._is_wanted and owner_id != self._owner.id
            self._go_on(pause_s)

        ask = self._owner.in_own_name(lambda token: service.sync(owner_id, token, region))
        self._downloads.submit(ask, done=done, failed=failed)

    def _go_on(self, pause_s: float) -> None:
        """Plan the next look, or have it at once when it was asked for meanwhile."""
        if not self._is_started or not self._session.is_signed_in:
            return
        if self._is_wanted:
            self.refresh()
        else:
            self._timer.start(int(pause_s * 1000))

    def _take(self, news: HistoryNews) -> None:
        if news.changed:
            if self._is_second_look:
                self._after_call.stop()
            self.reread()
        if news.missed:
            self.missed.emit(news.missed)

    def _write(self, work: Callable[[], object]) -> None:
        """Write on the disk lane and read again. What belongs to nobody is not written."""
        if not self._owner.id:
            return
        self._disk.keep(work, lambda _: self.reread(), self._tell)

    def _keep(self, work: Callable[[], object]) -> None:
        """Write on the disk lane what no list shows."""
        if not self._owner.id:
            return
        self._disk.keep(work, ignore, self._tell)

    def _load(self) -> None:
        service, owner_id, text = self._service, self._owner.id, self._search
        if not owner_id:
            self._show(_Recents(recents=(), missed_count=0))
            return

        def look() -> _Recents:
            return _Recents(
                recents=service.recents(owner_id, text, MOST_RECENTS),
                missed_count=service.missed_count(owner_id),
            )

        def done(found: _Recents) -> None:
            if (owner_id, text) == (self._owner.id, self._search):
                self._show(found)

        self._archive.ask(look, done, self._tell)

    def _show(self, found: _Recents) -> None:
        is_other, is_count_other = found.recents != self.recents, found.missed_count != self.missed_count
        self.recents, self.missed_count = found.recents, found.missed_count
        if is_other:
            self.recents_changed.emit(self.recents)
        if is_count_other:
            self.missed_count_changed.emit(self.missed_count)

    @Slot()
    def _session_changed(self) -> None:
        if not self._is_started:
            return
        if self._owner.look():
            self._failures = 0
            self._is_wanted = self.is_syncing
            self._begin(self._owner.id)
        if not self._session.is_signed_in:
            self._timer.stop()
        elif self._session.state is SessionState.SIGNED_IN and not (
            self._timer.isActive() or self.is_syncing
        ):
            self.refresh()

    def _begin(self, owner_id: str) -> None:
        """Somebody else is signed in: show their calls; an old archive's belong to the first one."""
        service = self._service
        self._show(_Recents(recents=(), missed_count=0))
        if owner_id:
            self._write(lambda: service.take_over(owner_id))
        else:
            self.reread()
