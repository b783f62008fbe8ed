"""From what was asked for in a shell to the draft that is queued without a window: cover, drawn pages, time.

A cover of one's own, HTML files and what RingCentral does not take are drawn in child processes, as the
composer would send them; the others go as they are. What is odd becomes one sentence. Blocking, on a lane.
Read next: typed_fax.py (what was typed), cli/fax_sending.py, core/fax/send_checks.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from rcdesk.core.account.account import Account
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.cover import CoverFields, CoverTemplate
from rcdesk.core.fax.fax import Document, FaxDraft, Resolution, SendBy
from rcdesk.core.fax.paper import NotDrawnHere, PageRef, PaperSize, paper_of
from rcdesk.core.fax.send_checks import Oddity, RecipientFacts, question
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.orders.asked_cover import cover_called, cover_page
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.documents.cover_file import write_cover_file
from rcdesk.documents.kinds import PDF
from rcdesk.documents.same_file import check_same
from rcdesk.documents.worker.worker import PageWorker

_NOT_ODD = frozenset({Oddity.FIRST_TIME})
"""Whoever types a number into a shell has not picked the wrong line of a list."""


class CommandDrafts:
    """Drafts for one command; folder: where drawn pages lie until the spool has them."""

    def __init__(
        self,
        worker: PageWorker,
        folder: Path,
        own_covers: Sequence[CoverTemplate],
        preferences: Preferences,
    ) -> None:
        self._worker = worker
        self._folder = folder
        self._own = tuple(own_covers)
        self._preferences = preferences

    def draft(self, asked_fax: AskedFax, account: Account, token: CancelToken) -> FaxDraft:
        """The draft that is queued. Raises UserError for a cover that is not there, Cancelled.

        A later time is kept by the service, since no window is open here to keep it.
        """
        asked = asked_fax.draft
        own, index = self._cover(asked_fax, account)
        documents = tuple(
            self._drawn(document, asked.resolution, self._paper(account), token)
            for document in asked.documents
        )
        if own is not None:
            documents = (self._own_cover(own, asked, documents, account, token), *documents)
        send_by = SendBy.DESK if asked.send_at is None else SendBy.SERVICE
        return replace(asked, documents=documents, cover_index=index, undo_s=0, send_by=send_by)

    def _cover(self, asked_fax: AskedFax, account: Account) -> tuple[CoverTemplate | None, int]:
        """(own cover, index): what was named, else what was chosen last."""
        if asked_fax.cover_name:
            return cover_called(asked_fax.cover_name, account.cover_pages, self._own)
        if asked_fax.draft.cover_index is not None:
            return None, cover_page(asked_fax.draft.cover_index, account.cover_pages)
        last = next((own for own in self._own if own.id == self._preferences.own_cover), None)
        return last, 0 if last is not None else self._preferences.cover_index

    def _drawn(
        self, document: Document, resolution: Resolution, paper: PaperSize, token: CancelToken
    ) -> Document:
        """HTML and what RingCentral does not take go as the pages they are drawn as."""
        ref = PageRef(path=document.path, media_type=document.media_type)
        try:
            made = self._worker.sent_as(ref, resolution, paper, token)
            if made == ref:
                return document
            check_same(document, token)
        except NotDrawnHere:
            return document
        return Document(
            path=made.path,
            name=f"{Path(document.name).stem}{made.path.suffix}",
            size_bytes=made.path.stat().st_size,
            media_type=made.media_type,
            pages=self._worker.count(made, token),
        )

    def _paper(self, account: Account) -> PaperSize:
        chosen = (size for size in PaperSize if size.value == self._preferences.paper)
        return next(chosen, paper_of(account.home_country))

    def _own_cover(
        self,
        own: CoverTemplate,
        asked: FaxDraft,
        documents: Sequence[Document],
        account: Account,
        token: CancelToken,
    ) -> Document:
        counts = [document.pages for document in documents]
        known = sum(count for count in counts if count is not None)
        number = pretty(account.fax_caller_id, account.home_country) if account.fax_caller_id else ""
        fields = CoverFields(
            to=_to(asked, account.home_country),
            sender="\n".join(part for part in (account.name, number) if part),
            company=account.company,
            pages="" if None in counts else str(known + 1),
            note=asked.note,
        )
        target = self._folder / "cover.pdf"
        write_cover_file(own, fields, target, paper=self._paper(account), token=token)
        first = Path(documents[0].name).stem if documents else ""
        name = f"Cover for {first}.pdf" if first else f"{own.name}.pdf"
        return Document(path=target, name=name, size_bytes=target.stat().st_size, media_type=PDF, pages=1)


def odd_words(facts: Sequence[RecipientFacts]) -> str:
    """What is odd about a fax, one sentence for each kind, "" when nothing is.

    A first fax to a number is nothing odd here: the number was typed.
    """
    sentences: list[str] = []
    asked = question([fact for fact in facts if fact.oddity not in _NOT_ODD])
    for fact in asked.odd if asked is not None else ():
        number = fact.recipient.number
        match fact.oddity:
            case Oddity.SAME_PAGES_TODAY:
                sentences.append(f"These pages went to {number} within a day.")
            case Oddity.ONE_DIGIT_OFF if fact.near is not None:
                known = f"{fact.near.name} {fact.near.number}".strip()
                sentences.append(f"{number} differs in one digit from {known}.")
            case Oddity.VOICE_NUMBER:
                sentences.append(f"{number} is known as a telephone ({fact.voice_label}), not as a fax.")
            case Oddity.MAY_NOT_EXIST:
                sentences.append(f"As far as is known, nobody has the number {number}.")
            case Oddity.FAILED_LATELY:
                why = f" ({fact.failed_why.rstrip('.')})" if fact.failed_why else ""
                sentences.append(f"The last fax to {number} failed{why}.")
            case _:
                pass
    return " ".join(sentences)


def must_have_account(asked_fax: AskedFax, own: Sequence[CoverTemplate], error: Exception) -> None:
    """Without a connection only covers of one's own can be named. Raises UserError."""
    try:
        if asked_fax.cover_name:
            cover_called(asked_fax.cover_name, (), own)
    except UserError as exc:
        raise UserError(
            f"The cover pages of the account cannot be looked up: {error} Nothing is queued. Give the cover "
            "page by its number, or ask again later."
        ) from exc


def _to(asked: FaxDraft, region: str) -> str:
    people = asked.recipients
    if len(people) != 1:
        return f"{len(people)} recipients"
    shown = pretty(people[0].number, region)
    return f"{people[0].name}\n{shown}" if people[0].name else shown
