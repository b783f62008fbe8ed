"""The pages of a folder that are in memory, and one look at the archive for some of them.

FolderPages lives on the GUI thread with its model; look() runs on the archive lane and brings frozen values.
Pages have PAGE_ROWS rows, and the ones used last are kept. Read next: folder_model.py.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct, field

from rcdesk.core.fax.fax import FaxJob
from rcdesk.core.fax.folder import FaxRow, FolderQuery

PAGE_ROWS = 100
KEPT_PAGES = 40
LATEST = 4


class FolderReader(Protocol):
    """What a folder is read from: store.folders.Folders, or anything that counts and pages like it."""

    def count(self, query: FolderQuery) -> int: ...

    def page(self, query: FolderQuery, offset: int, limit: int) -> tuple[FaxRow, ...]:
        """A stretch of them, newest first."""
        ...

    def position(self, query: FolderQuery, row_id: int, /) -> int | None:
        """How many are listed before this one, None when it is not found."""
        ...

    def all_ids(self, query: FolderQuery) -> tuple[int, ...]: ...


class FolderRead(Struct, frozen=True, kw_only=True):
    """What one look found: how many in all (0 when not asked), rows by page, rows of faxes asked for."""

    count: int
    pages: dict[int, tuple[FaxRow, ...]]
    positions: dict[int, int | None] = field(default_factory=dict)


def read_folder(
    archive: FolderReader, query: FolderQuery, pages: Sequence[int], ids: Sequence[int], *, with_count: bool
) -> FolderRead:
    """Read from the archive; on its lane. Raises StoreUnavailable."""
    count = archive.count(query) if with_count else 0
    found = {
        page: tuple(archive.page(query, page * PAGE_ROWS, PAGE_ROWS))
        for page in pages
        if not with_count or page * PAGE_ROWS < count
    }
    known = {row.id for rows in found.values() for row in rows}
    positions = {row_id: archive.position(query, row_id) for row_id in ids if row_id not in known}
    return FolderRead(count=count, pages=found, positions=positions)


class FolderPages:
    """Rows by their number, as far as they are in memory."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, tuple[FaxRow, ...]] = OrderedDict()

    @staticmethod
    def page_of(number: int) -> int:
        return number // PAGE_ROWS

    @staticmethod
    def span(page: int) -> tuple[int, int]:
        """The first and last row a page can have."""
        return page * PAGE_ROWS, page * PAGE_ROWS + PAGE_ROWS - 1

    def get(self, number: int) -> FaxRow | None:
        """One row, None when it is not here; its page counts as used."""
        page = number // PAGE_ROWS
        rows = self._pages.get(page)
        if rows is None:
            return None
        self._pages.move_to_end(page)
        place = number % PAGE_ROWS
        return rows[place] if place < len(rows) else None

    def put(self, page: int, rows: tuple[FaxRow, ...]) -> None:
        """Keep a page; the one unused for longest goes when there are too many."""
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)

    def latest(self) -> tuple[int, ...]:
        """The pages used last, which are those on the screen; the first one when there are none."""
        return tuple(self._pages)[-LATEST:] or (0,)

    def has_same_ids(self, other: FolderPages) -> bool:
        """True when every page of the other is here with the same faxes in the same order."""
        return all(
            [row.id for row in self._pages.get(page, ())] == [row.id for row in rows]
            for page, rows in other._pages.items()
        )

    def row_of(self, row_id: int) -> int | None:
        """The number of a row by its fax, None when it is not in memory."""
        for page, rows in self._pages.items():
            for place, row in enumerate(rows):
                if row.id == row_id:
                    return page * PAGE_ROWS + place
        return None

    def replace(self, job: FaxJob) -> int | None:
        """Put this value in the place of an older one; the number of its row, None when it is not here."""
        number = self.row_of(job.id)
        if number is None:
            return None
        page, place = divmod(number, PAGE_ROWS)
        rows = self._pages[page]
        self._pages[page] = (*rows[:place], job, *rows[place + 1 :])
        return number
