"""Faxes asked for on the command line: into the composer, or with --yes to the queue when nothing is odd.

What is asked with --yes goes to the queue without a window when the account is there and send_checks has no
question; everything else ends in the composer, where it can be seen: with its question, or with the sentence
that says why it did not go. A cover asked for by name is one of the account's or one of one's own, whose page
is then drawn here. GUI thread. Read next: core/orders/asked_fax.py, core/orders/asked_cover.py, sending.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeAlias

from msgspec.structs import replace
from PySide6.QtCore import QObject, Slot

from rcdesk.bridge.desk import Desk
from rcdesk.core.errors import UserError
from rcdesk.core.fax.cover import CoverTemplate
from rcdesk.core.fax.fax import Document, FaxDraft, FaxJob
from rcdesk.core.fax.send_checks import RecipientFacts, question
from rcdesk.core.orders.asked_cover import cover_called
from rcdesk.core.orders.asked_fax import AskedFax, AskedOutcome
from rcdesk.ui.compose.composed import composed_of
from rcdesk.ui.compose.composer_preview import cover_fields
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.preview.outgoing_pages import Outgoing, has_drawn, make_documents
from rcdesk.ui.preview.page_list import PageList

Tell: TypeAlias = Callable[[AskedOutcome], None]


class ComposerWindow(Protocol):
    """What is needed of the window."""

    @property
    def composer(self) -> FaxPage: ...

    def show_composer(self) -> None: ...


class AskedFaxes(QObject):
    """take(asked_fax) for each fax another start, or this one, asks for."""

    def __init__(self, desk: Desk, window: ComposerWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = window
        self._waiting: list[tuple[AskedFax, FaxDraft]] = []
        self._is_listening = False
        self._queueing: list[tuple[frozenset[str], Tell]] = []
        desk.faxes.queued.connect(self._queued)

    def take(self, asked_fax: AskedFax, tell: Tell | None = None) -> None:
        """Open it in the composer, or queue it when that was asked and nothing is odd; then tell, once."""
        tell = tell or _nobody_waits
        if asked_fax.is_yes and self._desk.session.account is None:
            self._wait(asked_fax)
            tell(AskedOutcome.SHOWN)
            return
        try:
            draft, own = self._named(asked_fax)
        except UserError as exc:
            self._refused(asked_fax.draft, tell, str(exc))
            return
        if asked_fax.is_yes:
            self._look(draft, own, tell)
        else:
            self._open(draft, own=own)
            tell(AskedOutcome.SHOWN)

    def _named(self, asked_fax: AskedFax) -> tuple[FaxDraft, CoverTemplate | None]:
        """The draft with the cover that was asked for by name; an own one beside it. Raises UserError."""
        if not asked_fax.cover_name:
            return asked_fax.draft, None
        account = self._desk.session.account
        pages = account.cover_pages if account is not None else ()
        own, index = cover_called(asked_fax.cover_name, pages, self._desk.covers.covers)
        return replace(asked_fax.draft, cover_index=index), own

    def _open(self, draft: FaxDraft, problem: str = "", own: CoverTemplate | None = None) -> None:
        self._window.show_composer()
        composer = self._window.composer
        composer.load(draft)
        if own is not None and _is_same(composer.current_draft(), draft):
            composer.covers.choose_own(own.id)
        composer.attachments.show_problem(problem or self._cover_problem(draft))

    def _wait(self, asked_fax: AskedFax) -> None:
        """Nobody is signed in yet: it stands in the composer until somebody is."""
        self._open(asked_fax.draft)
        self._waiting.append((asked_fax, asked_fax.draft))
        if not self._is_listening:
            # Connected after the composer, which then knows the account's covers already.
            self._is_listening = True
            self._desk.session.account_changed.connect(self._account_changed)

    @Slot()
    def _account_changed(self) -> None:
        """Send what waited, unless it was changed or taken out meanwhile: then it is the user's."""
        if self._desk.session.account is None or not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        composer = self._window.composer
        for asked_fax, draft in waiting:
            if not _is_same(composer.current_draft(), draft):
                continue
            try:
                named, own = self._named(asked_fax)
            except UserError as exc:
                composer.attachments.show_problem(str(exc))
                continue
            if own is not None:
                composer.covers.choose_own(own.id)
            elif asked_fax.cover_name:
                composer.covers.choose(named.cover_index or 0)
            if not self._cover_problem(named):
                composer.send()

    def _look(self, asked: FaxDraft, own: CoverTemplate | None, tell: Tell) -> None:
        kept = self._desk.preferences.value
        cover_index = kept.cover_index if asked.cover_index is None else asked.cover_index
        draft = replace(asked, cover_index=cover_index, undo_s=kept.undo_s)
        problem = self._cover_problem(asked)
        if asked.cover_index is None and kept.own_cover:
            # Its page is drawn by the composer, where it can be seen.
            draft, problem = asked, self.tr("Your own cover page goes first. Look at it, then send.")
        if problem:
            self._refused(draft, tell, problem)
        elif own is not None:
            self._draw_cover(draft, own, tell)
        elif has_drawn(draft.documents):
            done = partial(self._drawn, draft, tell)
            refused = partial(self._refused, draft, tell)
            paper = self._window.composer.preview.paper
            self._desk.pages.write_documents(draft.documents, draft.resolution, paper, done, refused)
        else:
            self._ask_facts(draft, tell)

    def _draw_cover(self, draft: FaxDraft, own: CoverTemplate, tell: Tell) -> None:
        """Its page goes in front, drawn as the composer would."""
        account = self._desk.session.account
        region = account.home_country if account is not None else "US"
        counts = [document.pages for document in draft.documents]
        known = sum(count for count in counts if count is not None)
        outgoing = Outgoing(
            pages=PageList(documents=draft.documents),
            is_exact=False,
            cover=own,
            fields=replace(
                cover_fields(composed_of(draft, region), account),
                pages="" if None in counts else str(known + 1),
            ),
            resolution=draft.resolution,
            paper=self._window.composer.preview.paper,
        )
        done = partial(self._drawn, draft, tell)
        make_documents(self._desk.pages, outgoing, done, partial(self._refused, draft, tell))

    def _drawn(self, draft: FaxDraft, tell: Tell, documents: tuple[Document, ...]) -> None:
        """What goes as drawn pages goes as those the composer would show."""
        self._ask_facts(replace(draft, documents=documents), tell)

    def _ask_facts(self, draft: FaxDraft, tell: Tell) -> None:
        refused = partial(self._refused, draft, tell)
        self._desk.faxes.ask_facts(draft, partial(self._known, draft, tell), failed=refused)

    def _known(self, draft: FaxDraft, tell: Tell, facts: tuple[RecipientFacts, ...]) -> None:
        if question(facts) is None:
            self._window.composer.sending.expect_other(draft)
            self._queueing.append((_numbers(draft), tell))
            self._desk.faxes.queue(draft, failed=partial(self._not_queued, draft, tell))
            return
        self._open(draft)
        tell(AskedOutcome.SHOWN)
        self._window.composer.send()

    def _refused(self, draft: FaxDraft, tell: Tell, problem: str) -> None:
        self._open(draft, problem)
        tell(AskedOutcome.SHOWN)

    @Slot(object)
    def _queued(self, jobs: tuple[FaxJob, ...]) -> None:
        numbers = frozenset(job.recipient.number for job in jobs)
        for waiting in self._queueing:
            if waiting[0] == numbers:
                self._queueing.remove(waiting)
                waiting[1](AskedOutcome.QUEUED)
                return

    def _not_queued(self, draft: FaxDraft, tell: Tell, problem: str) -> None:
        self._window.composer.sending.expect_other(draft, is_coming=False)
        if (_numbers(draft), tell) in self._queueing:
            self._queueing.remove((_numbers(draft), tell))
        self._refused(draft, tell, problem)

    def _cover_problem(self, draft: FaxDraft) -> str:
        account = self._desk.session.account
        if account is None or not draft.cover_index or not account.cover_pages:
            return ""
        if any(cover.index == draft.cover_index for cover in account.cover_pages):
            return ""
        words = self.tr("This account has no cover page {0}. Choose one below, then send.")
        return words.format(draft.cover_index)


def _numbers(draft: FaxDraft) -> frozenset[str]:
    return frozenset(recipient.number for recipient in draft.recipients)


def _nobody_waits(_: AskedOutcome) -> None:
    """It was this start's own command line."""


def _is_same(one: FaxDraft, other: FaxDraft) -> bool:
    """The same pages for the same people."""
    return (one.recipients, one.documents, one.note) == (other.recipients, other.documents, other.note)
