"""Received faxes: fetched by message sync once a minute, then downloaded one after the other.

GUI thread. Syncing and downloading share the downloads lane and take turns, so a long download never holds a
call's status up; marking as read is a short request on the calls lane; files are read and written on the disk
lane. The list itself is a FolderModel. Read next: services/fax/received.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.pace import Pace
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.capability import Capability
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import Cancelled, NetworkError, RateLimited, RcdeskError
from rcdesk.core.fax.folder import ReceivedFax

if TYPE_CHECKING:
    from rcdesk.services.fax.received import ReceivedService

SYNC_S = 60.0
NEWS_FOR = timedelta(days=1)
"""The first sync of an account brings a month at once, which is no news."""

HOLD_S = (15.0, 30.0, 60.0, 120.0, 300.0)


class ReceivedDesk(Telling):
    """Signals: received(tuple[ReceivedFax, ...]) new ones; changed() when the folder must be read again;
    problem(str) and said(str), one sentence.
    """

    received = Signal(object)
    changed = Signal()
    said = Signal(str)

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        session: SessionDesk,
        received: ReceivedService,
        *,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._downloads = lanes["downloads"]
        self._calls = lanes["calls"]
        self._disk = lanes["disk"]
        self._session = session
        self._service = received
        self._clock: Clock = clock or SystemClock()
        self._owner_id = ""
        self._is_started = False
        self._is_syncing = False
        self._is_wanted = False
        self._is_downloading = False
        self._failures = 0
        self._told = ""
        self._known: set[int] = set()
        self._waiting: dict[int, list[Callable[[Path], None]]] = {}
        self._timer = single_shot(self, self.sync_now)
        self.pace = Pace(self._timer, SYNC_S)
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(self._session_changed)

    @property
    def is_active(self) -> bool:
        """True while a sync or download runs or the next sync is planned."""
        return self._is_syncing or self._is_downloading or self._timer.isActive()

    def start(self) -> None:
        """Sync from now on, whenever somebody is signed in."""
        self._is_started = True
        self._session_changed()

    def stop(self) -> None:
        self._is_started = False
        self._timer.stop()

    @Slot()
    def sync_now(self) -> None:
        """Ask for what is new; once more afterwards when that is being done already."""
        service, owner_id = self._service, self._owner_id
        self._is_wanted = self._is_syncing
        if self._is_syncing or not owner_id or not self._is_started or not self._may_read():
            return
        self._timer.stop()
        self._is_syncing = True

        def done(new: tuple[ReceivedFax, ...]) -> None:
            self._is_syncing = False
            self._heard()
            if owner_id != self._owner_id:
                self._session_changed()
                return
            if new:
                self._tell_new(new)
                self.changed.emit()
            self.pace.start()
            self._download()
            if self._is_wanted:
                self.sync_now()

        def failed(error: RcdeskError) -> None:
            self._is_syncing = False
            self._not_heard(error)
            if owner_id != self._owner_id:
                # Somebody else signed in meanwhile, who waits for the first sync.
                self._session_changed()

        self._downloads.submit(lambda token, report: service.sync(owner_id, token), done=done, failed=failed)

    def mark_read(self, fax_ids: int | Sequence[int], is_read: bool = True) -> None:
        """Mark as read or unread, here at once and then at the service."""
        ids = (fax_ids,) if isinstance(fax_ids, int) else tuple(fax_ids)
        service = self._service

        def failed(error: RcdeskError) -> None:
            self.changed.emit()
            self._session.heard_error(error)
            self._tell(error)

        self._calls.submit(
            lambda token, report: service.mark_read(ids, is_read, token),
            done=lambda _: self.changed.emit(),
            failed=failed,
        )

    def open_pages(self, fax: ReceivedFax, done: Callable[[Path], None]) -> None:
        """Bring the file with the pages; one that is not downloaded yet is as soon as it is."""
        service = self._service
        if fax.is_here:
            self._disk.ask(lambda: service.path(fax), done, self._tell)
            return
        if fax.is_gone:
            self.problem.emit(
                self.tr("RingCentral deleted this fax before its pages were downloaded. Ask for it again.")
            )
            return
        self._waiting.setdefault(fax.id, []).append(done)
        self._download()

    def export(
        self, fax: ReceivedFax, target: Path, kind: Literal["pdf", "tiff"], done: Callable[[Path], None]
    ) -> None:
        """Save the pages as kind "pdf" or "tiff"; done brings the path."""
        service = self._service

        def saved(_: object) -> None:
            self.said.emit(self.tr("Saved: {0}").replace("{0}", target.name))
            done(target)

        self._disk.keep(lambda: service.export(fax, target, kind), saved, self._tell)

    def _download(self) -> None:
        """Download what is missing, one at a time."""
        service, owner_id = self._service, self._owner_id
        if self._is_downloading or not owner_id or not self._is_started:
            return
        self._is_downloading = True

        def done(fax: ReceivedFax | None) -> None:
            self._is_downloading = False
            if owner_id != self._owner_id:
                return
            if fax is None:
                self._give_up_waiting()
                return
            self._heard()
            self.changed.emit()
            for heard in self._waiting.pop(fax.id, ()):
                self.open_pages(fax, heard)
            self._download()

        def failed(error: RcdeskError) -> None:
            self._is_downloading = False
            self._give_up_waiting()
            self._not_heard(error)

        self._downloads.submit(
            lambda token, report: service.download_next(owner_id, token), done=done, failed=failed
        )

    def _tell_new(self, faxes: tuple[ReceivedFax, ...]) -> None:
        """Of what a sync brought (changed ones too), the unread ones of late that nobody was told about."""
        since = self._clock.now() - NEWS_FOR
        fresh = tuple(
            fax
            for fax in faxes
            if not fax.is_read and not fax.is_gone and fax.id not in self._known and fax.created_at > since
        )
        self._known.update(fax.id for fax in faxes)
        if fresh:
            self.received.emit(fresh)

    def _give_up_waiting(self) -> None:
        """Nothing more can be downloaded now: whoever waits for pages is told."""
        if self._waiting:
            self._waiting.clear()
            self.problem.emit(
                self.tr(
                    "The pages of this fax cannot be downloaded now. rcdesk tries again by itself; open the "
                    "fax later."
                )
            )

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
            pause_s = max(pause_s, error.retry_after_s)
        self._session.heard_error(error)
        if not isinstance(error, NetworkError) and str(error) != self._told:
            self._told = str(error)
            self.problem.emit(self._told)
        if self._is_started and self._session.is_signed_in:
            self._timer.start(int(pause_s * 1000))

    @Slot()
    def _session_changed(self) -> None:
        account = self._session.account
        owner_id = account.owner_id if account is not None else ""
        if owner_id != self._owner_id:
            self._owner_id = owner_id
            self._waiting.clear()
            self._known.clear()
            self._failures = 0
        if not self._is_started or not self._session.is_signed_in:
            self._timer.stop()
        elif self._session.state is SessionState.SIGNED_IN and not (
            self._timer.isActive() or self._is_syncing
        ):
            self.sync_now()

    def _may_read(self) -> bool:
        """What the account cannot do is shown on the page, and not asked for."""
        account = self._session.account
        return account is not None and account.can(Capability.FAX_READ)
