"""From what stands in the composer to a draft on disk and back, and the words a list shows of one.

Entries are kept as people or as the text that was typed; text is read anew when the draft is opened. Pure but
for tr(). GUI thread. Read next: core/fax/kept_draft.py, composed.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from PySide6.QtCore import QCoreApplication, QObject, Slot

from rcdesk.bridge.fax.drafts_desk import DraftsDesk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.kept_draft import KeptDraft
from rcdesk.core.fax.paper import PagePlan
from rcdesk.ui.compose.chips import RecipientEntry, entry_of, read_entry
from rcdesk.ui.compose.composed import Composed
from rcdesk.ui.compose.send_later import SendTime
from rcdesk.ui.preview.page_list import PageList, Row

_tr = partial(QCoreApplication.translate, "KeptComposed")

KEEP_AFTER_MS = 300


class OpenDraft(QObject):
    """read brings what stands in the composer."""

    def __init__(self, drafts: DraftsDesk, read: Callable[[], Composed], parent: QObject) -> None:
        super().__init__(parent)
        self._drafts = drafts
        self._read = read
        self._kept = Composed()
        self.key = _new_key()
        self._soon = single_shot(self, self.keep, KEEP_AFTER_MS)

    @Slot()
    def touch(self) -> None:
        """Something was entered, maybe."""
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def keep(self) -> None:
        """Write what is new now."""
        self._soon.stop()
        composed = self._read()
        if composed == self._kept:
            return
        self._kept = composed
        if not composed.is_blank:
            self._drafts.keep(kept_of(composed, self.key, datetime.now(UTC)))
        elif self._drafts.get(self.key) is not None:
            self._drafts.delete((self.key,))

    def put_away(self) -> bool:
        """Write it and leave it in the folder, for another fax to come; True when there was something."""
        self.keep()
        was_something = not self._kept.is_blank
        self.key, self._kept = _new_key(), Composed()
        return was_something

    def put_aside(self, composed: Composed) -> None:
        """Keep another fax than the one in the composer."""
        if not composed.is_blank:
            self._drafts.keep(kept_of(composed, _new_key(), datetime.now(UTC)))

    def open(self, key: str, composed: Composed) -> None:
        """The composer shows this draft from now on."""
        self.key, self._kept = key, composed

    def forget(self) -> str:
        """It was sent or thrown away: out of the folder; the key to bring it back by."""
        self.keep()
        key = self.key
        self.key, self._kept = _new_key(), Composed()
        self._drafts.delete((key,))
        return key


def _new_key() -> str:
    return uuid4().hex


def kept_of(composed: Composed, key: str, now: datetime) -> KeptDraft:
    pages = composed.pages if composed.pages and composed.pages.documents == composed.documents else None
    rows = pages.rows if pages is not None and pages.is_changed else None
    return KeptDraft(
        key=key,
        changed_at=now,
        entries=tuple(entry.recipient or entry.text for entry in composed.entries),
        typed=composed.typed,
        documents=composed.documents,
        own_cover=composed.own_cover,
        subject=composed.subject,
        send_at=composed.time.at,
        send_by=composed.time.by,
        keep_trying_until=composed.time.until,
        original=composed.original,
        rows=None if rows is None else tuple(_kept_row(row, composed) for row in rows),
        counts=pages.counts if pages is not None else (),
        is_exact=composed.is_exact,
        unseen=composed.unseen,
    ).with_options(composed)


def composed_from(draft: KeptDraft, region: str) -> Composed:
    pages = PageList(documents=draft.documents, counts=draft.counts).as_added()
    if draft.rows is not None:
        rows = (row if isinstance(row, PagePlan) else draft.documents[row] for row in draft.rows)
        pages = PageList(documents=draft.documents, counts=draft.counts, rows=tuple(rows))
    return Composed(
        entries=_entries(draft, region),
        typed=draft.typed,
        documents=draft.documents,
        time=SendTime(at=draft.send_at, by=draft.send_by, until=draft.keep_trying_until),
        original=draft.original,
        own_cover=draft.own_cover,
        subject=draft.subject,
        pages=pages,
        is_exact=draft.is_exact,
        unseen=draft.unseen,
    ).with_options(draft)


def draft_title(draft: KeptDraft, region: str) -> str:
    """Who it goes to."""
    from rcdesk.core.numbers.phone_number import pretty

    if not draft.entries:
        return draft.typed.strip() or _tr("No recipient yet")
    first = draft.entries[0]
    name = first if isinstance(first, str) else first.name or pretty(first.number, region)
    more = len(draft.entries) - 1
    return _tr("{0} and {1} more").replace("{1}", str(more)).replace("{0}", name) if more else name


def draft_detail(draft: KeptDraft) -> str:
    """What it holds: files, or the beginning of the note."""
    names = [document.name for document in draft.documents]
    if names:
        return names[0] if len(names) == 1 else f"{names[0]} + {len(names) - 1}"
    return " ".join(draft.note.split())[:200] or _tr("Nothing to fax yet")


def lost_words(draft: KeptDraft) -> str:
    """Which of its files are gone, "" for none."""
    if not draft.lost:
        return ""
    words = _tr("{0} is not there any more. Add it again.")
    if len(draft.lost) > 1:
        words = _tr("{0} are not there any more. Add them again.")
    return words.format(", ".join(draft.lost))


def _kept_row(row: Row, composed: Composed) -> PagePlan | int:
    return row if isinstance(row, PagePlan) else composed.documents.index(row)


def _entries(draft: KeptDraft, region: str) -> tuple[RecipientEntry, ...]:
    already: set[str] = set()
    made: list[RecipientEntry] = []
    for kept in draft.entries:
        entry = read_entry(kept, region, already) if isinstance(kept, str) else entry_of(kept, region)
        made.append(entry)
        already |= {entry.recipient.number} if entry.recipient is not None else set()
    return tuple(made)
