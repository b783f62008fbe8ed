"""A folder as a list model over the archive: 100,000 rows, of which only the pages looked at are in memory.

GUI thread; counting and reading run on the archive lane, and data() never waits: a row whose page is not
there yet is None (the delegate paints a skeleton) and its page is asked for. refresh() keeps what is shown
until the new rows are there, and moves selection and current row with the fax they belong to. Read next:
store/fax/folders.py.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from msgspec import Struct, field
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot

from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.core.fax.folder import FaxRow, Folder, FolderQuery

T = TypeVar("T")

_Index: TypeAlias = "QModelIndex | QPersistentModelIndex"

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""Brings the FaxRow, None while it is not loaded."""

MOST_WANTED = 6
MOST_POSITIONS = 200


PAGE_ROWS = 100
KEPT_PAGES = 40
LATEST = 4


class FolderReader(Protocol):
    """What a folder is read from: store.folders.Folders, or anything that counts and pages like it."""

    def count(self, query: FolderQuery) -> int: ...

    def page(self, query: FolderQuery, offset: int, limit: int) -> tuple[FaxRow, ...]: ...

    def position(self, query: FolderQuery, row_id: int, /) -> int | None: ...

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


class FolderModel(QAbstractListModel):
    """The faxes a FolderQuery finds, newest first.

    Signals: counted(int) after each look at how many there are; loaded() when rows came in; problem(str).
    words gives the accessible text of a row. While is_watched is False nothing is read; what happened
    meanwhile is read when somebody looks again.
    """

    counted = Signal(int)
    loaded = Signal()
    problem = Signal(str)

    def __init__(
        self,
        lane_archive: Lane,
        archive: FolderReader,
        parent: QObject | None = None,
        *,
        words: Callable[[FaxRow], str] | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane_archive
        self._archive = archive
        self.words = words
        self.query: FolderQuery | None = None
        """What is listed, None before the first set_query()."""
        self._count = 0
        self._pages = FolderPages()
        self._wanted: list[int] = []
        self._is_reading = False
        self._is_looking = False
        self._is_stale = False
        self.is_watched = True
        """False while nobody looks at this folder, so that it need not be read again."""
        self._sending: dict[int, FaxJob] = {}

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether somebody looks; what changed meanwhile is read at once."""
        self.is_watched = is_watched
        if is_watched and self._is_stale:
            self.refresh()

    def set_query(self, query: FolderQuery) -> None:
        """List something else. The rows shown stay until the first page of the answer is there."""
        if query == self.query:
            return
        self.query = query
        self._wanted.clear()
        self._is_reading = self._is_looking = False
        self._look(keeps_rows=False)

    @Slot()
    def refresh(self) -> None:
        """Something in the folder may have changed: look again, without letting go of what is shown."""
        if self.query is None:
            return
        if self._is_looking or not self.is_watched:
            self._is_stale = True
            return
        self._look(keeps_rows=True)

    @Slot(object)
    def update_row(self, job: FaxJob) -> None:
        """Show this newer value of a job in its place, when it is listed and loaded."""
        if self.query is None or self.query.folder is Folder.RECEIVED:
            return
        if job.state is FaxState.SENDING:
            self._sending[job.id] = job
        else:
            self._sending.pop(job.id, None)
        row = self._pages.replace(job)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def row_of(self, row_id: int) -> int | None:
        """Where a fax is listed, when its page is loaded; see find_row()."""
        return self._pages.row_of(row_id)

    def find_row(self, row_id: int, done: Callable[[int | None], None]) -> None:
        """Ask the archive where a fax is listed; None when it is not in this folder."""
        archive = self._archive
        self._ask(lambda query: archive.position(query, row_id), done)

    def ask_all_ids(self, done: Callable[[tuple[int, ...]], None]) -> None:
        """The ids of all rows, loaded or not: what Select all means."""
        archive = self._archive
        self._ask(lambda query: archive.all_ids(query), done)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The FaxRow for ROW_ROLE, its words for screen readers."""
        if not index.isValid() or not 0 <= index.row() < self._count:
            return None
        if role == ROW_ROLE:
            return self._row(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole and self.words is not None:
            row = self._pages.get(index.row())
            return self.words(row) if row is not None else None
        return None

    def match(
        self,
        start: _Index,
        role: int,
        value: Any,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith,
    ) -> list[QModelIndex]:
        """Nothing: typing a letter must not walk through the whole archive."""
        return []

    def _row(self, number: int) -> FaxRow | None:
        row = self._pages.get(number)
        if row is None:
            self._want(self._pages.page_of(number))
        return row

    def _want(self, page: int) -> None:
        """Ask for a page; of many, the last ones: those that were scrolled past need not be read."""
        if page in self._wanted:
            return
        self._wanted.append(page)
        del self._wanted[:-MOST_WANTED]
        self._read()

    def _read(self) -> None:
        query, archive = self.query, self._archive
        if self._is_reading or self._is_looking or query is None or not self._wanted:
            return
        page = self._wanted[-1]
        self._is_reading = True

        def done(found: FolderRead) -> None:
            if query is not self.query:
                return
            self._is_reading = False
            if page in self._wanted:
                self._wanted.remove(page)
            if not self._is_looking:
                self._put(found)
            self._read()

        def failed(error: RcdeskError) -> None:
            if query is self.query:
                self._is_reading = False
                self._wanted.clear()
            self._tell(error)

        self._lane.ask(lambda: read_folder(archive, query, (page,), (), with_count=False), done, failed)

    def _put(self, found: FolderRead) -> None:
        for page, rows in found.pages.items():
            self._pages.put(page, self._with_progress(rows))
            first, last = self._pages.span(page)
            last = min(last, self._count - 1)
            if first <= last:
                self.dataChanged.emit(self.index(first), self.index(last))
        self.loaded.emit()

    def _look(self, *, keeps_rows: bool) -> None:
        query, archive = self.query, self._archive
        if query is None:
            return
        self._is_looking, self._is_stale = True, False
        pages = self._pages.latest() if keeps_rows else (0,)
        ids = self._held_ids() if keeps_rows else ()

        def done(found: FolderRead) -> None:
            if query is not self.query:
                return
            self._is_looking = False
            self._take(found, keeps_rows=keeps_rows)
            self.counted.emit(self._count)
            self.loaded.emit()
            self._end_look()

        def failed(error: RcdeskError) -> None:
            if query is self.query:
                self._is_looking = False
                self._is_stale = False
            self._tell(error)

        self._lane.ask(lambda: read_folder(archive, query, pages, ids, with_count=True), done, failed)

    def _end_look(self) -> None:
        if self._is_stale and self.is_watched:
            self.refresh()
        else:
            self._read()

    def _held_ids(self) -> tuple[int, ...]:
        """The faxes that a selection or a current row holds on to."""
        rows = {index.row() for index in self.persistentIndexList()}
        ids = [row.id for row in map(self._pages.get, sorted(rows)) if row is not None]
        return tuple(ids[:MOST_POSITIONS])

    def _take(self, found: FolderRead, *, keeps_rows: bool) -> None:
        """Put the new rows in the place of the old ones: grow at the end, move what is held, then shrink."""
        pages = FolderPages()
        for page, rows in found.pages.items():
            pages.put(page, self._with_progress(rows))
        old_count, new_count = self._count, found.count
        if not keeps_rows:
            self.beginResetModel()
            self._pages, self._count = pages, new_count
            self.endResetModel()
            return
        if old_count == new_count and self._pages.has_same_ids(pages):
            self._pages = pages
            if new_count:
                self.dataChanged.emit(self.index(0), self.index(new_count - 1))
            return
        if new_count > old_count:
            self.beginInsertRows(QModelIndex(), old_count, new_count - 1)
            self._count = new_count
            self.endInsertRows()
        self._move_held(pages, found.positions, old_count, new_count)
        if new_count < old_count:
            self.beginRemoveRows(QModelIndex(), new_count, old_count - 1)
            self._count = new_count
            self.endRemoveRows()

    def _move_held(
        self, pages: FolderPages, positions: dict[int, int | None], old_count: int, new_count: int
    ) -> None:
        """Swap the rows; a selection follows its faxes, and lets go of those that left the folder."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        after: list[QModelIndex] = []
        for index in before:
            row = self._pages.get(index.row())
            if row is None:
                new: int | None = index.row() + new_count - old_count
            else:
                new = pages.row_of(row.id)
                new = positions.get(row.id) if new is None else new
            after.append(self.index(new) if new is not None and 0 <= new < new_count else QModelIndex())
        self._pages = pages
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _with_progress(self, rows: Sequence[FaxRow]) -> tuple[FaxRow, ...]:
        """The archive does not record the bytes of a fax that is being sent; the last news does."""
        if not self._sending:
            return tuple(rows)
        return tuple(
            self._sending.get(row.id, row)
            if isinstance(row, FaxJob) and row.state is FaxState.SENDING
            else row
            for row in rows
        )

    def _ask(self, work: Callable[[FolderQuery], T], done: Callable[[T], None]) -> None:
        """Ask the archive about the query of now; an answer that comes when it is another is dropped."""
        query = self.query
        if query is None:
            return

        def heard(value: T) -> None:
            if query is self.query:
                done(value)

        self._lane.ask(lambda: work(query), heard, self._tell)

    def _tell(self, error: RcdeskError) -> None:
        if not isinstance(error, Cancelled):
            self.problem.emit(str(error))
