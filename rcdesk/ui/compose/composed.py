"""What stands in the composer, as a value, and the words about it: headline, facts, what keeps it from going.

Composed keeps more than a FaxDraft (bad entries, a half typed line), so that exchanging one fax for another
loses nothing. Pure but for tr(). GUI thread. Read next: fax_page.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from rcdesk.core.account.account import Account, ServerProfile
from rcdesk.core.fax.fax import MAX_NOTE_CHARACTERS, Document, FaxDraft, FaxOptions
from rcdesk.core.fax.paper import PagePlan
from rcdesk.ui.compose.attachments import size_words
from rcdesk.ui.compose.chips import RecipientEntry, entry_of
from rcdesk.ui.compose.send_later import AT_ONCE, SendTime, keeper_words
from rcdesk.ui.preview.page_list import PageList

_tr = partial(QCoreApplication.translate, "FaxPage")


class Composed(FaxOptions, frozen=True, kw_only=True):
    """Everything entered. cover_index None: leave the chosen one. original: the draft it was loaded from.

    own_cover: the id of a cover of one's own, "" for none; subject stands on it. pages: how the pages were
    arranged, None as they are in the files. is_exact: these very pages are asked for. unseen: files that are
    still being looked at.
    """

    entries: tuple[RecipientEntry, ...] = ()
    typed: str = ""
    documents: tuple[Document, ...] = ()
    cover_index: int | None = None
    time: SendTime = AT_ONCE
    original: FaxDraft | None = None
    own_cover: str = ""
    subject: str = ""
    pages: PageList | None = None
    is_exact: bool = False
    unseen: tuple[Path, ...] = ()

    @property
    def is_blank(self) -> bool:
        """True when nothing would be lost: nobody, no document, no note and no subject."""
        written = (self.typed, self.note, self.subject)
        return not (self.entries or self.documents or self.unseen or any(text.strip() for text in written))

    def draft(self, undo_s: int) -> FaxDraft:
        """What is handed to the outbox; bad entries are not part of it."""
        return FaxDraft(
            recipients=tuple(e.recipient for e in self.entries if e.recipient is not None),
            documents=self.documents,
            undo_s=undo_s,
            send_at=self.time.at,
            send_by=self.time.by,
            keep_trying_until=self.time.until,
            original_message_id=self._original_message_id(),
        ).with_options(_stripped(self.options))

    def _original_message_id(self) -> str:
        """The service's message with these very pages, "" as soon as anything about the pages changed."""
        loaded = self.original
        if loaded is None or not loaded.original_message_id:
            return ""
        was = loaded.options
        if was.cover_index is None:
            was = replace(was, cover_index=self.cover_index)
        is_same = loaded.documents == self.documents and _stripped(was) == _stripped(self.options)
        is_plain = (
            not self.own_cover and not self.is_exact and (self.pages is None or not self.pages.is_changed)
        )
        return loaded.original_message_id if is_same and is_plain else ""

    @property
    def are_pages_lost(self) -> bool:
        """True when its pages are with the service alone and what was changed here cannot go with them."""
        loaded = self.original
        if loaded is None or not loaded.original_message_id or loaded.documents or loaded.note.strip():
            return False
        return not self._original_message_id()

    @property
    def has_pages(self) -> bool:
        """True when there is something to fax."""
        is_all_left_out = self.is_all_left_out and not self.own_cover and not self.cover_index
        has_some = bool(self.documents) and not is_all_left_out
        return bool(has_some or self.own_cover or self.note.strip() or self._original_message_id())

    @property
    def is_all_left_out(self) -> bool:
        """True when there are files, but every page of them is left out."""
        return bool(self.documents) and self.pages is not None and not self.pages.parts

    @property
    def has_cover(self) -> bool:
        """True when a cover page comes first; a note alone becomes one."""
        return bool(self.cover_index or self.own_cover or not self.documents)

    @property
    def page_count(self) -> tuple[int, bool]:
        """Pages without the cover, and whether a file is still to be counted."""
        if self.pages is not None and self.pages.documents == self.documents:
            return len(self.pages.sent), bool(self.pages.whole_files)
        return sum(d.pages or 0 for d in self.documents), any(d.pages is None for d in self.documents)


def composed_of(draft: FaxDraft, region: str) -> Composed:
    return Composed(
        entries=tuple(entry_of(r, region) for r in draft.recipients),
        documents=draft.documents,
        time=SendTime(at=draft.send_at, by=draft.send_by, until=draft.keep_trying_until),
        original=draft,
    ).with_options(draft)


def _stripped(options: FaxOptions) -> FaxOptions:
    return replace(options, note=options.note.strip())


def obstacle(composed: Composed, profile: ServerProfile) -> str:
    """Why this fax cannot go as it is, in one sentence; "" when it can or nothing was entered yet."""
    if len(composed.note) > MAX_NOTE_CHARACTERS:
        return _tr("The note is longer than 1,024 characters. Shorten it, then send.")
    bad = sum(1 for entry in composed.entries if entry.problem)
    if bad == 1:
        return _tr("Correct or remove the red number, then send.")
    if bad:
        return _tr("Correct or remove the {0} red numbers, then send.").format(bad)
    if composed.are_pages_lost:
        return _tr(
            "The pages of this fax are with RingCentral only and go as they are, without anything added. "
            "Undo your changes to note, files, cover and quality, or start a new fax."
        )
    pages, _ = composed.page_count
    pages += 1 if composed.own_cover else 0  # it is a page of the files, other than the service's covers
    if pages > profile.max_fax_pages:
        over = _number_of(composed, profile.max_fax_pages - (1 if composed.own_cover else 0))
        words = _tr(
            "{0} pages are too many: one fax takes at most {1}. Leave out page {2} and those after it."
        )
        return words.format(pages, profile.max_fax_pages, over)
    size = sum(d.size_bytes for d in composed.documents)
    is_as_added = not composed.is_exact and (composed.pages is None or not composed.pages.is_changed)
    if size > profile.max_fax_bytes and is_as_added:
        words = _tr("{0} is too large: one fax takes at most {1}.").format(
            size_words(size), size_words(profile.max_fax_bytes)
        )
        can_shrink = all(document.pages is not None for document in composed.documents)
        if can_shrink and composed.pages is not None:
            return words + " " + _tr("Send exactly these pages, which is smaller, or split it into several.")
        return words + " " + _tr("Split it into several.")
    return ""


def _number_of(composed: Composed, place: int) -> int:
    """The number the preview shows for the page that is sent at this place, from 0."""
    rows = composed.pages.rows if composed.pages is not None else ()
    sent = [i for i, row in enumerate(rows) if isinstance(row, PagePlan) and row.is_sent]
    row = sent[place] if place < len(sent) else place
    return row + 1 + (1 if composed.cover_index or composed.own_cover else 0)


def missing(composed: Composed) -> str:
    """What must still be entered, "" when nothing."""
    if not composed.entries and not composed.typed.strip():
        return _tr("Add a recipient.")
    if not composed.has_pages and composed.is_all_left_out:
        return _tr("Every page is left out. Put one back, then send.")
    if not composed.has_pages:
        return _tr("Add a document, or write a note to send only a cover page.")
    return ""


def page_words(documents: Sequence[Document]) -> str:
    """How many pages the documents have, as far as they could be counted here."""
    pages = sum(d.pages or 0 for d in documents)
    is_open = any(d.pages is None for d in documents)
    if is_open and not pages:
        return _tr("pages counted by RingCentral")
    words = _tr("1 page") if pages == 1 else _tr("{0} pages").format(pages)
    return _tr("{0} or more").format(words) if is_open else words


def all_page_words(composed: Composed) -> str:
    """How many pages arrive, with the cover page."""
    pages, is_open = composed.page_count
    if is_open and not pages and not composed.has_cover:
        return page_words(composed.documents)
    pages += 1 if composed.has_cover else 0
    words = _tr("1 page") if pages == 1 else _tr("{0} pages").format(pages)
    return _tr("{0} or more").format(words) if is_open else words


COVER_S = 60.0
"""About what a cover page of the service takes on the line."""


def headline(composed: Composed, transmission_s: float | None = None) -> str:
    """What would go to whom, and about how long it takes; transmission_s: of the pages, when measured."""
    people = sum(1 for entry in composed.entries if entry.recipient is not None)
    lacking = missing(composed)
    if lacking or not people:
        return lacking or _tr("Ready when you are")
    pages, _ = composed.page_count
    minutes = pages + (1 if composed.has_cover else 0)
    if transmission_s is not None and pages:
        minutes = round((transmission_s + (COVER_S if composed.has_cover else 0.0)) / 60)
    to = _tr("1 person") if people == 1 else _tr("{0} people").format(f"{people:,}")
    words = _tr("about 1 minute") if minutes <= 1 else _tr("about {0} minutes").format(minutes)
    each = _tr(" each") if people > 1 else ""
    return _tr("{0} to {1} · {2}").format(all_page_words(composed), to, words) + each


def facts(composed: Composed, account: Account | None, cover_name: str) -> str:
    """The small line: which number it goes out as, the cover, and what was decided about the time."""
    from rcdesk.core.numbers.phone_number import pretty

    if account is None:
        return _tr("Sign in to send. What you enter here stays.")
    shown = pretty(account.fax_caller_id, account.home_country) if account.fax_caller_id else ""
    cover = _tr("cover {0}").format(cover_name) if cover_name else _tr("no cover page")
    parts = (_tr("Goes out as {0}").format(shown) if shown else "", cover, keeper_words(composed.time))
    return " · ".join(p for p in parts if p)


def time_problem(draft: FaxDraft) -> str:
    """Why the chosen times no longer work, "" when they do."""
    now = datetime.now(UTC)
    if draft.send_at is not None and draft.send_at <= now:
        return _tr("The time it was to go out has passed. Choose another, or clear it to send now.")
    if draft.keep_trying_until is not None and draft.keep_trying_until <= (draft.send_at or now):
        return _tr("The time to keep trying until has passed. Choose another, or clear it.")
    return ""
