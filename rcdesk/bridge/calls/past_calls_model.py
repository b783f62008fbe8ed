"""Past calls as a list model, newest first, read a page after the other as somebody scrolls.

GUI thread; reading runs on the archive lane through HistoryDesk.page(). When calls come in or change, what is
loaded is read again and only the rows that differ are inserted, removed or repainted, so that selection,
current row and scroll position stay. Read next: history_desk.py, ui/people/calls_page.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot

from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.core.calls.past_call import PastCall, PastCallQuery

_Index: TypeAlias = "QModelIndex | QPersistentModelIndex"

PAST_CALL_ROLE = Qt.ItemDataRole.UserRole + 1
"""Brings the PastCall."""

PAGE_ROWS = 200


class PastCallsModel(QAbstractListModel):
    """The calls a PastCallQuery finds. loaded() after each answer: rows may have come in, or there are none.

    words gives the whole sentence of a row, for screen readers too.
    """

    loaded = Signal()

    def __init__(
        self,
        history: HistoryDesk,
        parent: QObject | None = None,
        *,
        words: Callable[[PastCall], str] | None = None,
    ) -> None:
        super().__init__(parent)
        self.words = words
        self._history = history
        self.query: PastCallQuery | None = None
        """What is listed, None before the first set_query()."""
        self._rows: list[PastCall] = []
        self._has_more = False
        self.is_reading = False
        self._is_stale = False
        history.changed.connect(self.refresh)

    def set_query(self, query: PastCallQuery) -> None:
        """List something else; the rows shown stay until the answer is there."""
        if query == self.query:
            return
        self.query = query
        self.is_reading = self._is_stale = False
        self._read(query, 0, is_new=True)

    @Slot()
    def refresh(self) -> None:
        """Calls came in or changed: read what is loaded again."""
        if self.query is None:
            return
        if self.is_reading:
            self._is_stale = True
            return
        self._read(self.query, len(self._rows), is_new=False)

    def row_of(self, call_id: str) -> int | None:
        """Where a call is listed, None when it is not (loaded)."""
        return next((n for n, call in enumerate(self._rows) if call.id == call_id), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The PastCall for PAST_CALL_ROLE, its words otherwise."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        call = self._rows[index.row()]
        if role == PAST_CALL_ROLE:
            return call
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words(call) if self.words is not None else call.name or call.number
        return None

    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and self._has_more and not self.is_reading

    def fetchMore(self, parent: _Index) -> None:
        query = self.query
        if query is None or not self._rows or not self.canFetchMore(parent):
            return
        last = self._rows[-1]
        self.is_reading = True

        def done(found: tuple[PastCall, ...]) -> None:
            if query is not self.query:
                return
            self.is_reading = False
            known = {call.id for call in self._rows}
            fresh = [call for call in found if call.id not in known]
            self._has_more = len(found) == PAGE_ROWS
            if fresh:
                first = len(self._rows)
                self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
                self._rows.extend(fresh)
                self.endInsertRows()
            self._end()

        self._history.page(query, (last.at, last.id), PAGE_ROWS, done, self._not_read)

    def _read(self, query: PastCallQuery, loaded: int, *, is_new: bool) -> None:
        """Read from the top; a page more than is loaded, since new calls push old ones down."""
        limit = loaded + PAGE_ROWS
        self.is_reading, self._is_stale = True, False

        def done(found: tuple[PastCall, ...]) -> None:
            if query is not self.query:
                return
            self.is_reading = False
            if is_new:
                self.beginResetModel()
                self._rows, self._has_more = list(found), len(found) == limit
                self.endResetModel()
            else:
                self._take(list(found), limit)
            self._end()

        self._history.page(query, None, limit, done, self._not_read)

    def _not_read(self) -> None:
        self.is_reading = False

    def _end(self) -> None:
        self.loaded.emit()
        if self._is_stale:
            self.refresh()

    def _take(self, found: list[PastCall], limit: int) -> None:
        """Bring the rows to what was found, touching only those that differ."""
        keep = max(PAGE_ROWS, self._last_known(found) + 1)
        self._has_more = len(found) > keep or len(found) == limit
        wanted = found[:keep]
        ids = {call.id: n for n, call in enumerate(wanted)}
        order = [ids[call.id] for call in self._rows if call.id in ids]
        if order != sorted(order):
            self.beginResetModel()
            self._rows = wanted
            self.endResetModel()
            return
        self._remove_others(ids)
        self._insert_missing(wanted)
        self._repaint(wanted)

    def _last_known(self, found: list[PastCall]) -> int:
        known = {call.id for call in self._rows}
        return max((n for n, call in enumerate(found) if call.id in known), default=-1)

    def _remove_others(self, wanted: dict[str, int]) -> None:
        end = len(self._rows)
        while end > 0:
            if self._rows[end - 1].id in wanted:
                end -= 1
                continue
            start = end - 1
            while start > 0 and self._rows[start - 1].id not in wanted:
                start -= 1
            self.beginRemoveRows(QModelIndex(), start, end - 1)
            del self._rows[start:end]
            self.endRemoveRows()
            end = start

    def _insert_missing(self, wanted: list[PastCall]) -> None:
        known = {call.id for call in self._rows}
        start = 0
        while start < len(wanted):
            end = start
            while end < len(wanted) and wanted[end].id not in known:
                end += 1
            if end > start:
                self.beginInsertRows(QModelIndex(), start, end - 1)
                self._rows[start:start] = wanted[start:end]
                self.endInsertRows()
            start = end + 1

    def _repaint(self, wanted: list[PastCall]) -> None:
        other = [n for n, call in enumerate(wanted) if self._rows[n] != call]
        for n in other:
            self._rows[n] = wanted[n]
        if other:
            self.dataChanged.emit(self.index(other[0]), self.index(other[-1]))
