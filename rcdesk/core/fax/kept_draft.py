"""A fax that is being written, as it is kept on disk: everything entered, whether it can be sent yet or not.

FaxDraft is what Send hands over; a KeptDraft holds more: what is half typed or cannot be faxed, how the pages
were arranged, the fax it was made from. Pure; frozen values cross threads. Read next: store/fax/drafts.py,
bridge/fax/drafts_desk.py, ui/compose/kept_composed.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from rcdesk.core.fax.fax import Document, FaxDraft, FaxOptions, Recipient, SendBy, SpooledFile
from rcdesk.core.fax.paper import PagePlan


class KeptDraft(FaxOptions, frozen=True, kw_only=True):
    """One draft; key names it for good.

    entries: people, and as text what is no number yet. rows: the pages as they were arranged, a number stands
    for that document as a whole; None when they are as in the files. counts: pages by file, where only
    looking told. unseen: files that were still being looked at. lost: names of files that are nowhere any
    more.
    """

    key: str
    changed_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    entries: tuple[Recipient | str, ...] = ()
    typed: str = ""
    documents: tuple[Document, ...] = ()
    cover_index: int | None = None
    own_cover: str = ""
    subject: str = ""
    send_at: datetime | None = None
    send_by: SendBy = SendBy.DESK
    keep_trying_until: datetime | None = None
    original: FaxDraft | None = None
    rows: tuple[PagePlan | int, ...] | None = None
    counts: tuple[tuple[Path, int], ...] = ()
    is_exact: bool = False
    unseen: tuple[Path, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def all_documents(self) -> tuple[Document, ...]:
        """Its files, and those of the fax it was made from."""
        return (*self.documents, *(self.original.documents if self.original is not None else ()))

    @property
    def digests(self) -> frozenset[str]:
        """The spooled files it needs."""
        return frozenset(document.digest for document in self.all_documents if document.digest)

    def with_copies(self, copies: Mapping[Path, tuple[Path, SpooledFile]]) -> KeptDraft:
        """The same with these files replaced by their copies: where each lies, and what it is."""

        def copied(documents: tuple[Document, ...]) -> tuple[Document, ...]:
            return tuple(_copy_of(document, copies) for document in documents)

        rows = self.rows and tuple(_row_of(row, copies) for row in self.rows)
        counts = tuple((copies[path][0] if path in copies else path, pages) for path, pages in self.counts)
        original = self.original and replace(self.original, documents=copied(self.original.documents))
        return replace(self, documents=copied(self.documents), rows=rows, counts=counts, original=original)

    def without(self, gone: frozenset[Path]) -> KeptDraft:
        """The same without the files that lay at these places; lost says which they were."""
        stay = [number for number, document in enumerate(self.documents) if document.path not in gone]
        places = {old: new for new, old in enumerate(stay)}
        rows: list[PagePlan | int] = []
        for row in self.rows or ():
            if isinstance(row, PagePlan):
                rows += [row] if row.source.path not in gone else []
            elif row in places:
                rows.append(places[row])
        return replace(
            self,
            documents=tuple(self.documents[number] for number in stay),
            rows=None if self.rows is None else tuple(rows),
            counts=tuple((path, pages) for path, pages in self.counts if path not in gone),
            lost=tuple(document.name for document in self.documents if document.path in gone),
        )


def _copy_of(document: Document, copies: Mapping[Path, tuple[Path, SpooledFile]]) -> Document:
    if document.path not in copies:
        return document
    path, file = copies[document.path]
    return replace(document, path=path, digest=file.digest, size_bytes=file.size_bytes)


def _row_of(row: PagePlan | int, copies: Mapping[Path, tuple[Path, SpooledFile]]) -> PagePlan | int:
    if isinstance(row, int) or row.source.path not in copies:
        return row
    path, file = copies[row.source.path]
    return replace(row, source=replace(row.source, path=path, digest=file.digest))
