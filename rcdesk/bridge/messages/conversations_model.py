"""Conversations as a list model, newest first, read from the top as far as somebody scrolls.

GUI thread; reading runs on the archive lane through TextsDesk.page(). When texts come in or change, what is
loaded is read again; rows are repainted in place while their order is the same. Read next: texts_desk.py,
ui/messages/conversation_list.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot

from rcdesk.bridge.messages.texts_desk import TextsDesk
from rcdesk.core.messages.conversation import Conversation, ConversationQuery

_Index: TypeAlias = "QModelIndex | QPersistentModelIndex"

CONVERSATION_ROLE = Qt.ItemDataRole.UserRole + 1
"""Brings the Conversation."""

PAGE_ROWS = 100


class ConversationsModel(QAbstractListModel):
    """The conversations a ConversationQuery finds. loaded() after each answer."""

    loaded = Signal()

    def __init__(
        self, texts: TextsDesk, parent: QObject | None = None, *, words: Callable[[Conversation], str]
    ) -> None:
        """words: the whole sentence of a row, for screen readers too."""
        super().__init__(parent)
        self._words = words
        self._texts = texts
        self.query: ConversationQuery | None = None
        self._rows: tuple[Conversation, ...] = ()
        self._wanted = PAGE_ROWS
        self._has_more = False
        self.is_reading = False
        self._is_stale = False
        texts.changed.connect(self.refresh)

    def set_query(self, query: ConversationQuery) -> None:
        """List something else; the rows shown stay until the answer is there."""
        if query == self.query:
            return
        self.query = query
        self._wanted = PAGE_ROWS
        self.is_reading = False
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read what is loaded again; once more afterwards when that is being done already."""
        query = self.query
        self._is_stale = self.is_reading
        if query is None or self.is_reading:
            return
        self.is_reading = True
        wanted = self._wanted

        def done(found: tuple[Conversation, ...]) -> None:
            if query is not self.query:
                return
            self.is_reading = False
            self._has_more = len(found) == wanted and not query.text
            self._show(found)
            self.loaded.emit()
            if self._is_stale:
                self.refresh()

        def failed() -> None:
            self.is_reading = False

        self._texts.page(query, wanted, done, failed)

    def row_of(self, conversation_id: int) -> int | None:
        """Where a conversation is listed, None when it is not (loaded)."""
        return next((n for n, one in enumerate(self._rows) if one.id == conversation_id), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The Conversation for CONVERSATION_ROLE, its words otherwise."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        found = self._rows[index.row()]
        if role == CONVERSATION_ROLE:
            return found
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words(found)
        return None

    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and self._has_more and not self.is_reading

    def fetchMore(self, parent: _Index) -> None:
        if self.canFetchMore(parent):
            self._wanted += PAGE_ROWS
            self.refresh()

    def _show(self, found: tuple[Conversation, ...]) -> None:
        """Touch only the rows that differ while the order is the same."""
        old, self_rows = [one.id for one in self._rows], [one.id for one in found]
        if old == self_rows[: len(old)]:
            other = [n for n, one in enumerate(self._rows) if one != found[n]]
            if len(self_rows) > len(old):
                self.beginInsertRows(QModelIndex(), len(old), len(self_rows) - 1)
                self._rows = found
                self.endInsertRows()
            self._rows = found
            if other:
                self.dataChanged.emit(self.index(other[0]), self.index(other[-1]))
            return
        self.beginResetModel()
        self._rows = found
        self.endResetModel()
