"""Archiving and deleting for the window: done at once, with some seconds to take it back.

What was deleted is taken away for good when nobody has taken it back; what RingCentral is to delete too is
asked of it then, or as soon as it can be reached. GUI thread; writing runs on the disk lane, asking on the
calls lane. Read next: services/fax/shelves.py, ui/folders/fax_pages.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.fax.folder import Shelf

if TYPE_CHECKING:
    from rcdesk.services.fax.shelves import ShelfService

T = TypeVar("T")

KEPT_S = 15
"""How long what was deleted can come back: a little longer than the window offers it."""


class ShelfDesk(QObject):
    """changed() when folders must be read again; said(str) and problem(str): one sentence."""

    changed = Signal()
    said = Signal(str)
    problem = Signal(str)

    def __init__(self, lanes: Mapping[str, Lane], session: SessionDesk, service: ShelfService) -> None:
        super().__init__()
        self._disk, self._calls = lanes["disk"], lanes["calls"]
        self._session = session
        self._service = service
        self._owner = AccountGuard(session)
        self._is_asking = False
        self._purge = single_shot(self, self._take_away, KEPT_S * 1000 + 500)
        session.account_changed.connect(self._look)
        session.state_changed.connect(self._look)

    def start(self) -> None:
        """Take away what was deleted in an earlier run, and tell RingCentral what it was not told then."""
        service = self._service
        self._owner.look()
        self._submit(lambda: service.purge(), self._purged)

    def stop(self) -> None:
        """Stop the timer; part of shutdown. What was deleted is taken away at the next start."""
        self._purge.stop()

    def put(
        self, shelf: Shelf, *, jobs: Sequence[int] = (), received: Sequence[int] = (), is_there: bool = False
    ) -> None:
        """Archive or delete these, or with Shelf.NONE put them back; is_there: at RingCentral too."""
        service, ids = self._service, (tuple(jobs), tuple(received))
        self._submit(lambda: service.put(shelf, *ids, is_there=is_there), lambda _: self.changed.emit())
        if shelf is Shelf.DELETED:
            self.purge_soon()

    @Slot()
    def purge_soon(self) -> None:
        """Something was deleted: take it away when it cannot come back any more."""
        self._purge.start()

    @Slot()
    def _take_away(self) -> None:
        service = self._service
        self._submit(lambda: service.purge(timedelta(seconds=KEPT_S)), self._purged)

    def _purged(self, shared: int) -> None:
        if shared:
            words = self.tr(
                "Deleted here. RingCentral keeps it: other faxes of the same sending are still here."
            )
            self.said.emit(words)
        self.tell_service()

    @Slot()
    def _look(self) -> None:
        self._owner.look()
        self.tell_service()

    @Slot()
    def tell_service(self) -> None:
        """Ask RingCentral to delete what it is to delete, if it can be asked now."""
        owner_id, service = self._owner.id, self._service
        if self._is_asking or not owner_id or self._session.state is not SessionState.SIGNED_IN:
            return
        self._is_asking = True

        def done(sentence: str) -> None:
            self._is_asking = False
            if sentence:
                self.problem.emit(sentence)

        def failed(error: RcdeskError) -> None:
            self._is_asking = False
            self._session.heard_error(error)

        self._calls.submit(
            lambda token, report: service.delete_there(owner_id, token), done=done, failed=failed
        )

    def _submit(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._disk.keep(work, done, self._tell)

    def _tell(self, error: RcdeskError) -> None:
        self.changed.emit()
        if not isinstance(error, Cancelled):
            self.problem.emit(str(error))
