"""Drafts as the window sees them: the faxes being written, kept as one types, deleted and brought back.

What is shown is a copy in memory of what lies on disk; every change goes to the disk lane at once and is not
lost when the program ends. When somebody else signs in, leaving() comes first, so that the composer can put
away what is not theirs. GUI thread. Read next: services/fax/kept_drafts.py, ui/compose/kept_composed.py,
ui/folders/drafts_page.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.runtime.lane import Lane, ignore
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.fax.kept_draft import KeptDraft

if TYPE_CHECKING:
    from rcdesk.services.fax.kept_drafts import KeptDrafts, SavedDraft

UNDO_S = 10
"""How long the composer offers to bring a discarded draft back."""

KEPT_S = 15
"""How long what was deleted can come back: a little longer than the window offers it."""


class DraftsDesk(QObject):
    """Signals: changed() when `all` is another; leaving() before the drafts of one person give way, and at
    the end; problem(str): one sentence."""

    changed = Signal()
    leaving = Signal()
    problem = Signal(str)

    def __init__(self, lanes: Mapping[str, Lane], session: SessionDesk, service: KeptDrafts) -> None:
        super().__init__()
        self._disk = lanes["disk"]
        self._service = service
        self._session = session
        self._owner = AccountGuard(session)
        self._drafts: dict[str, KeptDraft] = {}
        self._deleted: dict[str, KeptDraft] = {}
        self._told = ""
        self._purge = single_shot(self, self._take_away, KEPT_S * 1000 + 500)
        session.account_changed.connect(self._account_changed)

    @property
    def all(self) -> tuple[KeptDraft, ...]:
        """Every draft of who is signed in, changed last first."""
        return tuple(sorted(self._drafts.values(), key=lambda draft: draft.changed_at, reverse=True))

    def get(self, key: str) -> KeptDraft | None:
        return self._drafts.get(key)

    def start(self) -> None:
        """Take away what was deleted in an earlier run, and read what is there."""
        self._owner.look()
        service = self._service
        self._submit(lambda: service.purge())
        self._load()

    def stop(self) -> None:
        """Have the open draft written; part of shutdown. What was deleted is taken away at the next start."""
        self.leaving.emit()
        self._purge.stop()

    def keep(self, draft: KeptDraft) -> None:
        """Write it as it is now, over what was kept of it before."""
        owner_id, service = self._owner.id, self._service
        self._drafts[draft.key] = draft
        self._deleted.pop(draft.key, None)
        self.changed.emit()

        def done(kept: SavedDraft) -> None:
            if kept.problem != self._told:
                self._told = kept.problem
                self._say(kept.problem)
            # With copies of its files, unless it was changed again meanwhile.
            if self._drafts.get(draft.key) is draft and kept.draft != draft:
                self._drafts[draft.key] = kept.draft
                self.changed.emit()

        self._disk.submit(
            lambda token, report: service.keep(owner_id, draft, token),
            done=done,
            failed=self._tell,
            is_kept=True,
        )

    def delete(self, keys: Collection[str]) -> None:
        """Take these out of the list; bring_back() gives them back for a while."""
        gone = {key: self._drafts.pop(key) for key in keys if key in self._drafts}
        if not gone:
            return
        self._deleted |= gone
        service = self._service
        self._submit(lambda: service.delete(tuple(gone)))
        self._purge.start()
        self.changed.emit()

    def bring_back(self, keys: Collection[str]) -> None:
        back = {key: self._deleted.pop(key) for key in keys if key in self._deleted}
        if not back:
            return
        self._drafts |= back
        service = self._service
        self._submit(lambda: service.bring_back(tuple(back)))
        self.changed.emit()

    @Slot()
    def _take_away(self) -> None:
        self._deleted.clear()
        service = self._service
        self._submit(lambda: service.purge(timedelta(seconds=KEPT_S)))

    @Slot()
    def _account_changed(self) -> None:
        """What was written while nobody was signed in goes to who comes; anybody else's is put away."""
        before, account = self._owner.id, self._session.account
        if before == (account.owner_id if account is not None else ""):
            return
        if before:
            self.leaving.emit()  # what stands in the composer is still written in their name
            self._drafts = {}
        self._deleted = {}
        self._owner.look()
        self.changed.emit()
        self._load()

    def _load(self) -> None:
        owner_id, service = self._owner.id, self._service

        def done(found: tuple[KeptDraft, ...]) -> None:
            if owner_id == self._owner.id:
                # What was written since it was read is newer.
                self._drafts = {draft.key: draft for draft in found} | self._drafts
                self.changed.emit()

        self._disk.ask(lambda: service.load(owner_id), done, self._tell)

    def _submit(self, work: Callable[[], None]) -> None:
        self._disk.keep(work, ignore, self._tell)

    def _tell(self, error: RcdeskError) -> None:
        if not isinstance(error, Cancelled):
            self._say(str(error))

    def _say(self, sentence: str) -> None:
        if sentence:
            self.problem.emit(sentence)
