"""What was archived or deleted: faxes of all folders put on a shelf, and deleted ones taken away for good.

A deleted fax is only marked until purge(), so that it can come back. What is purged leaves its message's id
behind, for a sync must not bring it again, and what is to be deleted at the service waits in a table until
the service was told. Any thread; one connection per thread. Read next: core/fax/folder.py (Shelf),
services/fax/shelves.py, received.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from rcdesk.core.fax.folder import ReceivedFax, Shelf
from rcdesk.store.database import Store, transaction
from rcdesk.store.fax.rows import received_fax, unneeded
from rcdesk.store.rows import IN_LIST, json_list, to_text

_DUE = "shelf = 'deleted' AND shelved_at <= ?"


class Purged(Struct, frozen=True, kw_only=True):
    """What nothing names any more: spooled files, and received faxes whose pages may go.

    shared: faxes whose message stays at the service, because another fax here was sent with it.
    """

    digests: frozenset[str]
    received: tuple[ReceivedFax, ...]
    shared: int


class Shelves(Store):
    def put(
        self,
        shelf: Shelf,
        jobs: Sequence[int],
        received: Sequence[int],
        now: datetime,
        *,
        is_there: bool = False,
    ) -> None:
        """Put those of these that are over on this shelf, or back into their folders.

        is_there: they are to be deleted at the service too, once the time to undo is over.
        """
        values = (shelf.value, to_text(now), is_there)
        sets = "SET shelf = ?, shelved_at = ?, delete_there = ?"
        with transaction(self._db.get()) as connection:
            connection.execute(
                f"""UPDATE fax {sets} WHERE id {IN_LIST} AND state IN ('sent', 'failed', 'cancelled')""",
                (*values, json_list(jobs)),
            )
            connection.execute(
                f"UPDATE received_fax {sets} WHERE id {IN_LIST}", (*values, json_list(received))
            )

    def put_unsent(self, jobs: Sequence[int], now: datetime) -> None:
        """Those of these that were cancelled before anything of them had left are deleted."""
        sql = f"""UPDATE fax SET shelf = 'deleted', shelved_at = ? WHERE id {IN_LIST}
                  AND state = 'cancelled' AND NOT EXISTS (
                      SELECT 1 FROM fax_request_job JOIN fax_request ON fax_request.id = request_id
                      WHERE fax_id = fax.id AND (last_byte_at IS NOT NULL OR fax_request.message_id <> ''))"""
        self._db.change(sql, to_text(now), json_list(jobs))

    def purge(self, deleted_until: datetime) -> Purged:
        """Take away for good what was deleted until then."""
        due = (to_text(deleted_until),)
        with transaction(self._db.get()) as connection:
            shared = _note_messages(connection, due)
            digests = connection.execute(
                f"SELECT DISTINCT digest FROM fax_file JOIN fax ON fax.id = fax_id WHERE {_DUE}", due
            ).fetchall()
            rows = connection.execute(f"SELECT * FROM received_fax WHERE {_DUE}", due).fetchall()
            connection.execute(f"DELETE FROM fax WHERE {_DUE}", due)
            connection.execute(f"DELETE FROM received_fax WHERE {_DUE}", due)
            unused = unneeded(connection, digests)
            gone = [
                fax
                for fax in map(received_fax, rows)
                if fax.digest
                and not connection.execute(
                    "SELECT 1 FROM received_fax WHERE digest = ?", (fax.digest,)
                ).fetchone()
            ]
            return Purged(digests=unused, received=tuple(gone), shared=shared)

    def due_at_service(self, owner_id: str) -> tuple[str, ...]:
        """The messages of one owner that are to be deleted at the service."""
        sql = "SELECT message_id FROM message_to_delete WHERE owner_id = ? ORDER BY message_id"
        return tuple(row["message_id"] for row in self._db.rows(sql, owner_id))

    def done_at_service(self, owner_id: str, message_id: str) -> None:
        """The service was told, or has refused for good; nothing can be sent again from its pages."""
        sql = "DELETE FROM message_to_delete WHERE owner_id = ? AND message_id = ?"
        self._db.change(sql, owner_id, message_id)


def _note_messages(connection: sqlite3.Connection, due: tuple[str]) -> int:
    """Remember the messages of what is purged; how many faxes share theirs with one that stays."""
    connection.execute(
        f"INSERT OR IGNORE INTO message_deleted SELECT owner_id, message_id FROM received_fax WHERE {_DUE}",
        due,
    )
    connection.execute(
        f"""INSERT OR IGNORE INTO message_to_delete SELECT owner_id, message_id FROM received_fax
            WHERE {_DUE} AND delete_there AND NOT is_gone""",
        due,
    )
    wanted = f"{_DUE} AND delete_there AND message_id <> ''"
    stays = """EXISTS (SELECT 1 FROM fax AS other WHERE other.owner_id = fax.owner_id
        AND other.message_id = fax.message_id AND NOT (other.shelf = 'deleted' AND other.delete_there))"""
    connection.execute(
        f"""INSERT OR IGNORE INTO message_to_delete SELECT owner_id, message_id FROM fax
            WHERE {wanted} AND NOT {stays}""",
        due,
    )
    (row,) = connection.execute(f"SELECT count(*) AS n FROM fax WHERE {wanted} AND {stays}", due).fetchall()
    return int(row["n"])
