"""Recordings for the window: looked for when somebody looks at them, fetched when somebody wants to hear one.

GUI thread. All asking costs heavy requests, which calls and faxes need too, so nothing is asked by a timer
alone; a download that has to wait for its turn is asked again by itself. Read next:
services/messages/recordings.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.capability import Capability
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import Cancelled, NotAllowed, RateLimited, RcdeskError
from rcdesk.core.messages.kept import KeptQuery, KeptRecording, Mark

if TYPE_CHECKING:
    from rcdesk.services.messages.recordings import RecordingService

FRESH_S = 120.0
"""Looking again sooner would find nothing: a recording takes minutes."""


class RecordingsDesk(Telling):
    """changed() when lists must be read again, or other sounds are being fetched; said(str)."""

    changed = Signal()
    said = Signal(str)

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        session: SessionDesk,
        service: RecordingService,
        *,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._downloads, self._disk, self._archive = lanes["downloads"], lanes["disk"], lanes["archive"]
        self._session = session
        self._service = service
        self._clock: Clock = clock or SystemClock()
        self._owner = AccountGuard(session)
        self._is_started = self.is_looking = False
        self._looked_s: float | None = None
        self._wanted: dict[str, tuple[KeptRecording, list[Callable[[Path], None]]]] = {}
        self._again = single_shot(self, self._fetch)
        self._is_fetching = False
        self.is_refused = False
        """True when the account said that nobody may hear recordings."""
        session.account_changed.connect(self._session_changed)

    @property
    def owner_id(self) -> str:
        return self._owner.id

    @property
    def fetching(self) -> frozenset[str]:
        """The recordings somebody waits for."""
        return frozenset(self._wanted)

    def start(self) -> None:
        """Work from now on."""
        self._is_started = True
        self._session_changed()

    def stop(self) -> None:
        """Part of shutdown."""
        self._is_started = False
        self._again.stop()

    @Slot()
    def look(self) -> None:
        """Ask for what is new, unless that was done moments ago."""
        now_s = self._clock.monotonic()
        if self._looked_s is None or now_s - self._looked_s >= FRESH_S:
            self.look_now()

    @Slot()
    def look_now(self) -> None:
        """Ask for what is new."""
        service, owner_id = self._service, self._owner.id
        if self.is_looking or not owner_id or not self._is_started or not self._may_read():
            return
        self.is_looking = True

        def done(news: tuple[KeptRecording, ...]) -> None:
            self.is_looking = self.is_refused = False
            self._looked_s = self._clock.monotonic()
            self._session.heard_answer()
            self.changed.emit()

        def failed(error: RcdeskError) -> None:
            self.is_looking = False
            self.is_refused = isinstance(error, NotAllowed)
            if not isinstance(error, Cancelled | RateLimited):
                self._session.heard_error(error)
                self.problem.emit(str(error))
            self.changed.emit()

        ask = self._owner.in_own_name(lambda token: service.sync(owner_id, token))
        self._downloads.submit(ask, done=done, failed=failed)

    def page(self, query: KeptQuery, limit: int, done: Callable[[tuple[KeptRecording, ...]], None]) -> None:
        """The newest recordings the query finds."""
        service = self._service
        self._archive.ask(lambda: service.page(query, limit), done, self._tell)

    def open_sound(self, one: KeptRecording, done: Callable[[Path], None]) -> None:
        """Bring the file with the sound, which is fetched when it is not here."""
        service = self._service
        if one.is_here:
            self._disk.ask(lambda: service.path(one), done, self._sound_lost)
            return
        self._wanted.setdefault(one.id, (one, []))[1].append(done)
        self.changed.emit()
        self._fetch()

    def save(self, one: KeptRecording, target: Path) -> None:
        """Save the sound as it came, fetching it first when it is not here."""
        service = self._service
        words = self.tr("Saved: {0}").replace("{0}", target.name)

        def here(_path: Path) -> None:
            self._disk.keep(
                lambda: service.save(one, target), lambda _: self.said.emit(words), self._sound_lost
            )

        self.open_sound(one, here)

    def annotate(self, one: KeptRecording, note: str, marks: Sequence[Mark]) -> None:
        """Keep a note and marks, on this computer only."""
        service, kept = self._service, tuple(marks)
        self._disk.keep(lambda: service.annotate(one, note, kept), lambda _: self.changed.emit(), self._tell)

    @Slot()
    def _fetch(self) -> None:
        """The next that somebody waits for."""
        service = self._service
        if self._is_fetching or self._again.isActive() or not self._wanted or not self._is_started:
            return
        one, _ = next(iter(self._wanted.values()))
        self._is_fetching = True

        def done(fetched: KeptRecording) -> None:
            self._is_fetching = False
            self._session.heard_answer()
            _, waiting = self._wanted.pop(one.id, (one, []))
            if fetched.is_here:
                for heard in waiting:
                    self.open_sound(fetched, heard)
            elif waiting:
                self.problem.emit(
                    self.tr("RingCentral is still preparing this recording. Try again in a few minutes.")
                )
            self.changed.emit()
            self._fetch()

        def failed(error: RcdeskError) -> None:
            self._is_fetching = False
            if isinstance(error, RateLimited) and one.id in self._wanted:
                # Calls and faxes need the requests of this minute.
                self._again.start(int(max(1.0, error.retry_after_s) * 1000))
                return
            self._wanted.pop(one.id, None)
            if not isinstance(error, Cancelled):
                self._session.heard_error(error)
                self.problem.emit(str(error))
            self.changed.emit()
            self._fetch()

        ask = self._owner.in_own_name(lambda token: service.fetch(one, token))
        self._downloads.submit(ask, done=done, failed=failed)

    def _sound_lost(self, error: RcdeskError) -> None:
        self._tell(error)
        self.changed.emit()

    @Slot()
    def _session_changed(self) -> None:
        if self._owner.look():
            self._wanted.clear()
            self._looked_s = None
            self.is_refused = False
            self.changed.emit()

    def _may_read(self) -> bool:
        account = self._session.account
        wanted = (Capability.CALL_LOG, Capability.RECORDINGS)
        return account is not None and all(account.can(one) for one in wanted)
