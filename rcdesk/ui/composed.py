"""What stands in the composer, as a value, and the words about it: headline, facts, what keeps it from going.

Composed keeps more than a FaxDraft (bad entries, a half typed line), so that exchanging one fax for another
loses nothing. Pure but for tr(). GUI thread. Read next: fax_page.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from rcdesk.core.account import Account, ServerProfile
from rcdesk.core.fax import MAX_NOTE_CHARACTERS, Document, FaxDraft, Resolution
from rcdesk.ui.attachments import size_words
from rcdesk.ui.chips import Entry, entry_of
from rcdesk.ui.send_later import AT_ONCE, SendTime, keeper_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Everything entered. cover_index None: leave the chosen one. original: the draft it was loaded from."""

    entries: tuple[Entry, ...] = ()
    typed: str = ""
    documents: tuple[Document, ...] = ()
    cover_index: int | None = None
    note: str = ""
    resolution: Resolution = Resolution.FINE
    time: SendTime = AT_ONCE
    original: FaxDraft | None = None

    @property
    def is_blank(self) -> bool:
        """True when nothing would be lost: nobody, no document, no note."""
        return not self.entries and not self.typed.strip() and not self.documents and not self.note.strip()

    def draft(self, undo_s: int) -> FaxDraft:
        """What is handed to the outbox; bad entries are not part of it."""
        made = FaxDraft(
            recipients=tuple(e.recipient for e in self.entries if e.recipient is not None),
            documents=self.documents,
            cover_index=self.cover_index,
            note=self.note.strip(),
            resolution=self.resolution,
            undo_s=undo_s,
            send_at=self.time.at,
            send_by=self.time.by,
            keep_trying_until=self.time.until,
            original_message_id=self._original_message_id(),
        )
        return made

    def _original_message_id(self) -> str:
        """The service's message with these very pages, "" as soon as anything about the pages changed."""
        loaded = self.original
        if loaded is None or not loaded.original_message_id:
            return ""
        has_cover = loaded.cover_index is None or loaded.cover_index == self.cover_index
        is_same = (
            loaded.documents == self.documents
            and loaded.note.strip() == self.note.strip()
            and loaded.resolution is self.resolution
        )
        return loaded.original_message_id if has_cover and is_same else ""

    @property
    def has_pages(self) -> bool:
        """True when there is something to fax."""
        return bool(self.documents or self.note.strip() or self._original_message_id())


def composed_of(draft: FaxDraft, region: str) -> Composed:
    """A draft as the composer shows it."""
    return Composed(
        entries=tuple(entry_of(r, region) for r in draft.recipients),
        documents=draft.documents,
        cover_index=draft.cover_index,
        note=draft.note,
        resolution=draft.resolution,
        time=SendTime(at=draft.send_at, by=draft.send_by, until=draft.keep_trying_until),
        original=draft,
    )


def obstacle(composed: Composed, profile: ServerProfile) -> str:
    """Why this fax cannot go as it is, in one sentence; "" when it can or nothing was entered yet."""
    if len(composed.note) > MAX_NOTE_CHARACTERS:
        return _tr("The note is longer than 1,024 characters. Shorten it, then send.")
    bad = sum(1 for entry in composed.entries if entry.problem)
    if bad == 1:
        return _tr("Correct or remove the red number, then send.")
    if bad:
        return _tr("Correct or remove the {0} red numbers, then send.").format(bad)
    pages = sum(d.pages or 0 for d in composed.documents)
    if pages > profile.max_fax_pages:
        words = _tr("{0} pages are too many: one fax takes at most {1}. Split it into several.")
        return words.format(pages, profile.max_fax_pages)
    size = sum(d.size_bytes for d in composed.documents)
    if size > profile.max_fax_bytes:
        words = _tr("{0} is too large: one fax takes at most {1}. Split it into several.")
        return words.format(size_words(size), size_words(profile.max_fax_bytes))
    return ""


def missing(composed: Composed) -> str:
    """What must still be entered, "" when nothing."""
    if not composed.entries and not composed.typed.strip():
        return _tr("Add a recipient.")
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
    """The same with the cover page."""
    pages = sum(d.pages or 0 for d in composed.documents)
    has_cover = bool(composed.cover_index) or not composed.documents
    if not has_cover:
        return page_words(composed.documents)
    is_open = any(d.pages is None for d in composed.documents)
    words = _tr("1 page") if pages == 0 else _tr("{0} pages").format(pages + 1)
    return _tr("{0} or more").format(words) if is_open else words


def headline(composed: Composed) -> str:
    """What would go to whom, and about how long it takes."""
    people = sum(1 for entry in composed.entries if entry.recipient is not None)
    lacking = missing(composed)
    if lacking or not people:
        return lacking or _tr("Ready when you are")
    pages = sum(d.pages or 0 for d in composed.documents)
    pages += 1 if composed.cover_index or not composed.documents else 0
    to = _tr("1 person") if people == 1 else _tr("{0} people").format(f"{people:,}")
    minutes = _tr("about 1 minute") if pages <= 1 else _tr("about {0} minutes").format(pages)
    each = _tr(" each") if people > 1 else ""
    return _tr("{0} to {1} · {2}").format(all_page_words(composed), to, minutes) + each


def facts(composed: Composed, account: Account | None, cover_name: str) -> str:
    """The small line: which number it goes out as, the cover, and what was decided about the time."""
    from rcdesk.core.phone_number import pretty

    if account is None:
        return _tr("Sign in to send. What you enter here stays.")
    shown = pretty(account.fax_caller_id, account.home_country) if account.fax_caller_id else ""
    cover = _tr("cover {0}").format(cover_name) if cover_name else _tr("no cover page")
    parts = (_tr("Goes out as {0}").format(shown) if shown else "", cover, keeper_words(composed.time))
    return " · ".join(p for p in parts if p)


def _tr(text: str) -> str:
    return QCoreApplication.translate("FaxPage", text)
