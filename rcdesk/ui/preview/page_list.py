"""The pages of a fax as the user arranges them: order across files, turned, left out, mended.

PageList is a value; every act gives a new one, so the pane can compare, undo and tell. Rows count from 0. A
file whose pages only the service can count stands in the list as one row. Pure. Read next: preview_pane.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import Dither, Fix, PagePlan, PageRef

Row: TypeAlias = PagePlan | Document
"""A page, or a whole file that only the service can take apart."""

_RANGE = re.compile(r"^(\d+)(?:\s*[-–—]\s*(\d+)?)?$")


class BadRange(ValueError):
    """A page range that makes no sense; part is what was typed."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def read_ranges(text: str, first: int, last: int) -> frozenset[int]:
    """The page numbers of "1-3, 5" or "7-" between first and last. Raises BadRange."""
    numbers: set[int] = set()
    for part in filter(None, (p.strip() for p in re.split(r"[,;]", text))):
        match = _RANGE.match(part)
        if match is None or len(part) > 20:
            raise BadRange(part)
        start = int(match.group(1))
        is_open = match.group(2) is None and any(c in part for c in "-–—")
        end = last if is_open else int(match.group(2) or start)
        if not first <= start <= last or end < start:
            raise BadRange(part)
        numbers.update(range(start, min(end, last) + 1))
    return frozenset(numbers)


def range_words(numbers: Iterable[int]) -> str:
    """Numbers as people write them: "1-3, 5"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


class PageList(Struct, frozen=True, kw_only=True):
    """rows in the order they are sent; documents as they were added. counts: pages by file, where known."""

    rows: tuple[Row, ...] = ()
    documents: tuple[Document, ...] = ()
    counts: tuple[tuple[Path, int], ...] = ()

    @property
    def is_changed(self) -> bool:
        """True when the pages differ from those of the files, so the files alone would not do."""
        return self.rows != _rows_of(self.documents, self.counts)

    @property
    def plans(self) -> tuple[PagePlan, ...]:
        """All pages, those left out too."""
        return tuple(row for row in self.rows if isinstance(row, PagePlan))

    @property
    def sent(self) -> tuple[PagePlan, ...]:
        return tuple(plan for plan in self.plans if plan.is_sent)

    @property
    def whole_files(self) -> tuple[Document, ...]:
        """The files that only the service can take apart."""
        return tuple(row for row in self.rows if isinstance(row, Document))

    @property
    def parts(self) -> tuple[Document | tuple[PagePlan, ...], ...]:
        """What is sent, in order: runs of pages, and whole files between them."""
        made: list[Document | tuple[PagePlan, ...]] = []
        run: list[PagePlan] = []
        for row in self.rows:
            if isinstance(row, PagePlan):
                run.extend([row] if row.is_sent else [])
                continue
            if run:
                made.append(tuple(run))
                run = []
            made.append(row)
        return (*made, tuple(run)) if run else tuple(made)

    def with_documents(self, documents: Sequence[Document]) -> PageList:
        """Other files: what was decided about pages of files that stay is kept, new ones come last."""
        documents = tuple(documents)
        fresh = _rows_of(documents, self.counts)
        if not self.is_changed:
            return replace(self, documents=documents, rows=fresh)
        keys = [_key(row) for row in fresh]
        kept = [row for row in self.rows if _key(row) in keys]
        there = {_key(row) for row in kept}
        new = [row for row in fresh if _key(row) not in there]
        return replace(self, documents=documents, rows=(*kept, *new))

    def with_count(self, path: Path, pages: int) -> PageList:
        """The pages of a file were counted: its one row becomes that many."""
        counts = {**dict(self.counts), path: pages}
        rows: list[Row] = []
        for row in self.rows:
            is_it = isinstance(row, Document) and row.path == path and pages > 0
            rows.extend(_pages_of(row, pages) if is_it and isinstance(row, Document) else [row])
        return replace(self, counts=tuple(counts.items()), rows=tuple(rows))

    def moved(self, rows: Collection[int], before: int) -> PageList:
        """These rows, in their order, put in front of row number before (len(rows) puts them last)."""
        taken = [row for i, row in enumerate(self.rows) if i in rows]
        head = [row for i, row in enumerate(self.rows) if i < before and i not in rows]
        tail = [row for i, row in enumerate(self.rows) if i >= before and i not in rows]
        return replace(self, rows=(*head, *taken, *tail))

    def turned(self, rows: Collection[int], degrees: int) -> PageList:
        return self._each(rows, lambda plan: plan.turned(degrees))

    def removed(self, rows: Collection[int], is_removed: bool) -> PageList:
        """These pages left out, or put back (then also when they were left out for being blank)."""

        def change(plan: PagePlan) -> PagePlan:
            return replace(plan if is_removed else plan.unfixed(Fix.DROP_BLANK), is_removed=is_removed)

        return self._each(rows, change)

    def fixed(self, row: int, fix: Fix, *, is_on: bool = True) -> PageList:
        """One page mended, or the mending taken back."""
        return self._each((row,), lambda plan: plan.fixed(fix) if is_on else plan.unfixed(fix))

    def dithered(self, rows: Collection[int], dither: Dither) -> PageList:
        """How grey becomes black and white on these pages."""
        return self._each(rows, lambda plan: replace(plan, dither=dither))

    def only(self, rows: Collection[int]) -> PageList:
        """Exactly these pages are sent, all others left out."""
        pages = range(len(self.rows))
        back = self.removed([i for i in pages if i in rows], False)
        return back.removed([i for i in pages if i not in rows], True)

    def as_added(self) -> PageList:
        """Everything as it is in the files."""
        return replace(self, rows=_rows_of(self.documents, self.counts))

    def _each(self, rows: Collection[int], change: Callable[[PagePlan], PagePlan]) -> PageList:
        made = (
            change(row) if i in rows and isinstance(row, PagePlan) else row for i, row in enumerate(self.rows)
        )
        return replace(self, rows=tuple(made))


def ref_of(document: Document, page: int = 0) -> PageRef:
    """One page of a file, from 0."""
    return PageRef(path=document.path, media_type=document.media_type, page=page, digest=document.digest)


def _pages_of(document: Document, pages: int) -> list[PagePlan]:
    return [PagePlan(source=ref_of(document, page)) for page in range(pages)]


@lru_cache(maxsize=4)
def _rows_of(documents: tuple[Document, ...], counts: tuple[tuple[Path, int], ...]) -> tuple[Row, ...]:
    """The rows of files nothing was done to. Kept, because the preview asks at every step."""
    rows: list[Row] = []
    known = dict(counts)
    for document in documents:
        pages = document.pages if document.pages is not None else known.get(document.path)
        rows.extend(_pages_of(document, pages) if pages else [document])
    return tuple(rows)


def _key(row: Row) -> tuple[Path, int]:
    return (row.source.path, row.source.page) if isinstance(row, PagePlan) else (row.path, -1)
