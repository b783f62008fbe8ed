"""Voicemails for the window: synced once a minute or when somebody says look(), their sound fetched at once.

GUI thread. Syncing and fetching share the downloads lane and take turns; marking and deleting are written on
the disk lane and told on the calls lane; listing is the archive lane's. Read next:
services/messages/voicemails.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.lane import Lane, ignore
from rcdesk.bridge.runtime.pace import Pace
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.capability import Capability
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import Cancelled, NetworkError, RateLimited, RcdeskError
from rcdesk.core.messages.kept import KeptQuery, KeptVoicemail

if TYPE_CHECKING:
    from rcdesk.services.messages.voicemails import VoicemailService

SYNC_S = 60.0
HOLD_S = (15.0, 30.0, 60.0, 120.0, 300.0)
NEWS_FOR = timedelta(days=1)
KEPT_S = 15
"""How long what was deleted can come back: a little longer than the window offers it."""


class VoicemailDesk(Telling):
    """received(tuple[KeptVoicemail, ...]) new ones; changed() when lists must be read again; said(str);
    new_count_changed(int); deleted() when RingCentral is to be told what was deleted.
    """

    received = Signal(object)
    changed = Signal()
    said = Signal(str)
    new_count_changed = Signal(int)
    deleted = Signal()

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        session: SessionDesk,
        service: VoicemailService,
        *,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._downloads, self._calls = lanes["downloads"], lanes["calls"]
        self._disk, self._archive = lanes["disk"], lanes["archive"]
        self._session = session
        self._service = service
        self._clock: Clock = clock or SystemClock()
        self._owner = AccountGuard(session)
        self.new_count = 0
        self._is_started = self._is_syncing = self._is_wanted = self._is_fetching = False
        self._failures = 0
        self._told = ""
        self._known: set[str] = set()
        self._waiting: dict[str, list[Callable[[Path], None]]] = {}
        self._timer = single_shot(self, self.look)
        self.pace = Pace(self._timer, SYNC_S)
        self._purge = single_shot(self, self._take_away, KEPT_S * 1000 + 500)
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(self._session_changed)

    @property
    def owner_id(self) -> str:
        return self._owner.id

    @property
    def is_active(self) -> bool:
        """True while a sync or a download runs or the next sync is planned."""
        return self._is_syncing or self._is_fetching or self._timer.isActive()

    def start(self) -> None:
        """Take away what was deleted in an earlier run, and sync whenever somebody is signed in."""
        service = self._service
        self._is_started = True
        self._disk.keep(lambda: service.purge(), self._purged, self._tell)
        self._session_changed()

    def stop(self) -> None:
        """Stop the timers; what was deleted is taken away at the next start."""
        self._is_started = False
        self._timer.stop()
        self._purge.stop()

    @Slot()
    def look(self) -> None:
        """Ask for what is new, now; once more afterwards when that is being done already."""
        service, owner_id = self._service, self._owner.id
        self._is_wanted = self._is_syncing
        if self._is_syncing or not owner_id or not self._is_started or not self._may_read():
            return
        self._timer.stop()
        self._is_syncing = True

        def done(news: tuple[KeptVoicemail, ...]) -> None:
            self._is_syncing = False
            self._heard()
            if owner_id != self._owner.id:
                self.look()
                return
            if news:
                self._tell_new(news)
                self._reread()
            self.pace.start()
            self._fetch()
            if self._is_wanted:
                self.look()

        def failed(error: RcdeskError) -> None:
            self._is_syncing = False
            self._not_heard(error)
            if owner_id != self._owner.id:
                # Somebody else signed in meanwhile, who waits for the first sync.
                self.look()

        ask = self._owner.in_own_name(lambda token: service.sync(owner_id, token))
        self._downloads.submit(ask, done=done, failed=failed)

    def page(self, query: KeptQuery, limit: int, done: Callable[[tuple[KeptVoicemail, ...]], None]) -> None:
        """The newest voicemails the query finds."""
        service = self._service
        self._archive.ask(lambda: service.page(query, limit), done, self._tell)

    def mark_read(self, ids: Sequence[str], is_read: bool) -> None:
        """Mark as heard or as new, here at once and then at RingCentral."""
        service, owner_id, chosen = self._service, self._owner.id, tuple(ids)

        def done(is_news: bool) -> None:
            if is_news:
                self._reread()
                ask = self._owner.in_own_name(lambda token: service.tell_read(owner_id, token))
                self._calls.submit(ask, done=ignore, failed=self._session_trouble)

        self._disk.keep(lambda: service.mark_read(owner_id, chosen, is_read), done, self._tell)

    def delete(self, ids: Sequence[str]) -> None:
        """Hide them at once; after some seconds they are gone, here and at RingCentral."""
        self._write(lambda service, owner_id: service.delete(owner_id, tuple(ids)))
        self._purge.start()

    def bring_back(self, ids: Sequence[str]) -> None:
        """Undo delete()."""
        self._write(lambda service, owner_id: service.bring_back(owner_id, tuple(ids)))

    def open_sound(self, one: KeptVoicemail, done: Callable[[Path], None]) -> None:
        """Bring the file with the sound; one that is not downloaded yet is as soon as it is."""
        service = self._service
        if one.is_here:
            self._disk.ask(lambda: service.path(one), done, self._sound_lost)
        elif one.is_gone:
            self.problem.emit(self.tr("RingCentral deleted this voicemail before its sound was downloaded."))
        else:
            self._waiting.setdefault(one.id, []).append(done)
            self._fetch()

    def save(self, one: KeptVoicemail, target: Path) -> None:
        """Save the sound as it came."""
        service = self._service
        words = self.tr("Saved: {0}").replace("{0}", target.name)
        self._disk.keep(lambda: service.save(one, target), lambda _: self.said.emit(words), self._sound_lost)

    def _fetch(self) -> None:
        """Fetch what is missing, one at a time."""
        service, owner_id = self._service, self._owner.id
        if self._is_fetching or not owner_id or not self._is_started:
            return
        self._is_fetching = True

        def done(one: KeptVoicemail | None) -> None:
            self._is_fetching = False
            if owner_id != self._owner.id:
                return
            if one is None:
                self._give_up_waiting()
                return
            self._heard()
            self.changed.emit()
            for heard in self._waiting.pop(one.id, ()):
                self.open_sound(one, heard)
            self._fetch()

        def failed(error: RcdeskError) -> None:
            self._is_fetching = False
            self._give_up_waiting()
            self._not_heard(error)

        ask = self._owner.in_own_name(lambda token: service.fetch_next(owner_id, token))
        self._downloads.submit(ask, done=done, failed=failed)

    def _tell_new(self, news: tuple[KeptVoicemail, ...]) -> None:
        """Of what a sync brought, the unheard ones of late that nobody was told about."""
        since = self._clock.now() - NEWS_FOR
        fresh = tuple(
            one
            for one in news
            if not one.is_read and not one.is_gone and one.id not in self._known and one.at > since
        )
        self._known.update(one.id for one in news)
        if fresh:
            self.received.emit(fresh)

    def _give_up_waiting(self) -> None:
        if self._waiting:
            self._waiting.clear()
            self.problem.emit(
                self.tr("The sound cannot be downloaded now. rcdesk tries again by itself; play it later.")
            )

    def _sound_lost(self, error: RcdeskError) -> None:
        """It may have been lost here: then it is fetched again."""
        self._tell(error)
        self.changed.emit()
        self._fetch()

    def _write(self, work: Callable[[VoicemailService, str], object]) -> None:
        service, owner_id = self._service, self._owner.id
        self._disk.keep(lambda: work(service, owner_id), lambda _: self._reread(), self._tell)

    def _reread(self) -> None:
        """Lists and the count may be other."""
        service, owner_id = self._service, self._owner.id
        self.changed.emit()

        def counted(count: int) -> None:
            if owner_id == self._owner.id and count != self.new_count:
                self.new_count = count
                self.new_count_changed.emit(count)

        if owner_id:
            self._archive.ask(lambda: service.count_new(owner_id), counted, self._tell)
        else:
            counted(0)

    @Slot()
    def _take_away(self) -> None:
        service = self._service
        self._disk.keep(lambda: service.purge(timedelta(seconds=KEPT_S)), self._purged, self._tell)

    def _purged(self, count: int) -> None:
        if count:
            self.deleted.emit()

    def _session_trouble(self, error: RcdeskError) -> None:
        if not isinstance(error, Cancelled):
            self._session.heard_error(error)

    def _heard(self) -> None:
        self._failures = 0
        self._told = ""
        self._session.heard_answer()

    def _not_heard(self, error: RcdeskError) -> None:
        """Try again later; the user is told once, and a lost network is told by the session."""
        if isinstance(error, Cancelled):
            return
        pause_s = HOLD_S[min(self._failures, len(HOLD_S) - 1)]
        self._failures += 1
        if isinstance(error, RateLimited):
            # Nobody waits for this, so nobody is told that it waits.
            pause_s = max(pause_s, error.retry_after_s)
        else:
            self._session.heard_error(error)
            if not isinstance(error, NetworkError) and str(error) != self._told:
                self._told = str(error)
                self.problem.emit(self._told)
        if self._is_started and self._session.is_signed_in:
            self._timer.start(int(pause_s * 1000))

    @Slot()
    def _session_changed(self) -> None:
        if self._owner.look():
            self._waiting.clear()
            self._known.clear()
            self._failures = 0
            self._reread()
        if not self._is_started or not self._session.is_signed_in:
            self._timer.stop()
        elif self._session.state is SessionState.SIGNED_IN and not (
            self._timer.isActive() or self._is_syncing
        ):
            self.look()

    def _may_read(self) -> bool:
        """What the account cannot do is shown on the page, and not asked for."""
        account = self._session.account
        return account is not None and account.can(Capability.MESSAGES)
