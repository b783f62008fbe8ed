"""The folders of faxes, page by page: counted, listed newest first, searched.

Everything is answered from an index: folder and owner are one index, and one word of the search. A page reads
its ids first and then the rows of these ids alone, so that far down costs little more than the top. Newest
is what was created last: the id for jobs, moment_key for received faxes. Reading only; any thread.
Read next: core/fax/folder.py, schema.py, search_words.py, bridge/fax/folder_model.py.
"""

from __future__ import annotations

import sqlite3
from typing import assert_never

from msgspec import Struct

from rcdesk.core.fax.folder import FaxRow, Folder, FolderQuery, Only, Shelf
from rcdesk.store.database import Store
from rcdesk.store.fax.rows import received_fax, select_jobs
from rcdesk.store.rows import IN_LIST, json_list, to_text
from rcdesk.store.search_words import match_text, place_of

_SCHEDULED = """send_at IS NOT NULL AND ((state = 'waiting' AND wait_reason = 'scheduled')
    OR (state = 'handed over' AND send_by = 'service'))"""


class _Selection(Struct, frozen=True, kw_only=True):
    """The FROM and WHERE of a query and its values; key is the column that orders it."""

    key: str
    source: str
    where: str
    values: tuple[object, ...]

    def sql(self, columns: str, *, more: str = "", tail: str = "") -> str:
        return f"SELECT {columns} FROM {self.source} WHERE {self.where}{more}{tail}"

    def keys(self, connection: sqlite3.Connection, offset: int, limit: int) -> list[int]:
        sql = self.sql(self.key, tail=f" ORDER BY {self.key} DESC LIMIT ? OFFSET ?")
        return [row[0] for row in connection.execute(sql, (*self.values, limit, offset))]


class Folders(Store):
    def count(self, query: FolderQuery) -> int:
        selection = _select(query)
        with self._db.reading() as connection:
            (row,) = connection.execute(selection.sql("count(*)"), selection.values).fetchall()
            return int(row[0])

    def page(self, query: FolderQuery, offset: int, limit: int) -> tuple[FaxRow, ...]:
        """A stretch of them, newest first; offset counts from 0."""
        selection = _select(query)
        with self._db.reading() as connection:
            keys = selection.keys(connection, offset, limit)
            if query.folder is not Folder.RECEIVED:
                return select_jobs(connection, f"WHERE id {IN_LIST} ORDER BY id DESC", json_list(keys))
            sql = f"SELECT * FROM received_fax WHERE moment_key {IN_LIST} ORDER BY moment_key DESC"
            return tuple(received_fax(row) for row in connection.execute(sql, (json_list(keys),)))

    def row(self, folder: Folder, row_id: int) -> FaxRow | None:
        with self._db.reading() as connection:
            if folder is not Folder.RECEIVED:
                jobs = select_jobs(connection, "WHERE id = ?", row_id)
                return jobs[0] if jobs else None
            rows = connection.execute("SELECT * FROM received_fax WHERE id = ?", (row_id,)).fetchall()
            return received_fax(rows[0]) if rows else None

    def position(self, query: FolderQuery, row_id: int) -> int | None:
        """How many are listed before this fax, None when the query does not find it."""
        selection = _select(query)
        with self._db.reading() as connection:
            key = row_id
            if query.folder is Folder.RECEIVED:
                sql = "SELECT moment_key FROM received_fax WHERE id = ?"
                rows = connection.execute(sql, (row_id,)).fetchall()
                if not rows:
                    return None
                key = rows[0][0]
            values = (*selection.values, key)
            if not connection.execute(
                selection.sql("1", more=f" AND {selection.key} = ?"), values
            ).fetchone():
                return None
            newer = connection.execute(selection.sql("count(*)", more=f" AND {selection.key} > ?"), values)
            return int(newer.fetchone()[0])

    def all_ids(self, query: FolderQuery) -> tuple[int, ...]:
        """The ids of all, newest first."""
        selection = _select(query)
        column = selection.key
        sql = selection.sql(column, tail=f" ORDER BY {column} DESC")
        if query.folder is Folder.RECEIVED:
            sql = f"SELECT id FROM received_fax WHERE moment_key IN ({sql}) ORDER BY moment_key DESC"
        with self._db.reading() as connection:
            return tuple(row[0] for row in connection.execute(sql, selection.values))


def _select(query: FolderQuery) -> _Selection:
    is_received = query.folder is Folder.RECEIVED
    table, key = ("received_fax", "moment_key") if is_received else ("fax", "id")
    filters, values = _filters(query)
    folder, archived = query.folder.value, Shelf.ARCHIVED.value + query.folder.value
    if query.only is Only.ARCHIVED:
        folder = archived
    # Searching finds what was archived too.
    places = [place_of(query.owner_id, name) for name in dict.fromkeys((folder, archived))]
    matches = [match_text(place, query.text) for place in places]
    match = " OR ".join(f"({one})" for one in matches if one)
    if not match:
        where = ("owner_id = ?", "folder = ?", *filters)
        values = [query.owner_id, folder, *values]
        return _Selection(key=key, source=table, where=" AND ".join(where), values=tuple(values))
    index = f"{table}_fts"
    source = f"{index} CROSS JOIN {table} ON {table}.{key} = {index}.rowid" if filters else index
    return _Selection(
        key=f"{index}.rowid",
        source=source,
        where=" AND ".join((f"{index} MATCH ?", *filters)),
        values=(match, *values),
    )


def _filters(query: FolderQuery) -> tuple[list[str], list[object]]:
    is_received = query.folder is Folder.RECEIVED
    filters: list[str] = []
    values: list[object] = []
    for moment, sign in ((query.since, ">="), (query.until, "<")):
        if moment is not None:
            filters.append(f"created_at {sign} ?")
            values.append(to_text(moment))
    match query.only:
        case Only.ALL | Only.ARCHIVED:
            pass
        case Only.UNSEEN:
            filters.append("is_read = 0" if is_received else "is_seen = 0")
        case Only.SCHEDULED:
            filters.append("FALSE" if is_received else f"({_SCHEDULED})")
        case Only.NEEDS_YOU | Only.FAILED | Only.CANCELLED:
            filters.append("FALSE" if is_received else f"state = '{query.only.value}'")
        case _:
            assert_never(query.only)
    return filters, values
