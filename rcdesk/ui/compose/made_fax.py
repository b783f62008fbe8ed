"""Between Send and the outbox: exact pages are written and an own cover is drawn, then the fax goes its way.

Most faxes are the user's files and go on at once. For others the draft that is sent differs from what stands
in the composer; this remembers which composer it was made from, so that clearing and Undo still work. GUI
thread. Read next: outgoing_pages.py, fax_page.py.
"""

from __future__ import annotations

from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.fax.cover import CoverTemplate
from rcdesk.core.fax.fax import Document, FaxDraft
from rcdesk.ui.compose.composed import Composed, obstacle
from rcdesk.ui.preview.outgoing_pages import Outgoing, make_documents

KEPT = 20


class _Made(Struct, frozen=True, kw_only=True):
    """What was sent, and the composer it was made from."""

    composed: Composed
    draft: FaxDraft


class MadeFax(QObject):
    """ready(FaxDraft) to be sent; refused(str), why it could not be made; changed() with is_busy."""

    ready = Signal(object)
    refused = Signal(str)
    changed = Signal()

    def __init__(self, pages: PagesDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages = pages
        self._made: list[_Made] = []
        self.is_busy = False

    def make(self, composed: Composed, draft: FaxDraft, outgoing: Outgoing, profile: ServerProfile) -> None:
        """Make what is uploaded for this composer, whose own draft is given."""
        if outgoing.is_as_added or self.is_busy:
            self.ready.emit(draft)
            return
        self.is_busy = True
        self.changed.emit()
        done = partial(self._done, composed, draft, outgoing, profile)
        make_documents(self._pages, outgoing, done, self._failed)

    def draft_of(self, composed: Composed, plain: FaxDraft) -> FaxDraft:
        """What is sent for this composer: the one made for it last, else its own draft."""
        made = next((m.draft for m in reversed(self._made) if m.composed == composed), None)
        return made or plain

    def composed_of(self, draft: FaxDraft) -> Composed | None:
        """What stood in the composer when this fax, which came back, was made; None when it was plain."""
        for made in reversed(self._made):
            was = made.draft
            is_same = [d.size_bytes for d in was.documents] == [d.size_bytes for d in draft.documents]
            if is_same and {r.number for r in was.recipients} == {r.number for r in draft.recipients}:
                return made.composed
        return None

    def _done(
        self,
        composed: Composed,
        draft: FaxDraft,
        outgoing: Outgoing,
        profile: ServerProfile,
        documents: tuple[Document, ...],
    ) -> None:
        self.is_busy = False
        made = replace(draft, documents=documents, original_message_id="")
        if isinstance(outgoing.cover, CoverTemplate):
            made = replace(made, cover_index=0)
        problem = obstacle(Composed(documents=documents, note=composed.note), profile)
        if problem:
            self._failed(problem)
            return
        self._made = [*self._made, _Made(composed=composed, draft=made)][-KEPT:]
        self.changed.emit()
        self.ready.emit(made)

    def _failed(self, sentence: str) -> None:
        self.is_busy = False
        self.changed.emit()
        self.refused.emit(sentence)
