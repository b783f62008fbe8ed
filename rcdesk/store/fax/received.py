"""Received faxes: what the message store said about each, and their pages in the local archive.

The pages lie in archive_dir/<first two of the digest>/<SHA-256>.pdf or .tif and stay there when the service
deletes the message. Listing and searching is folders.py. Any thread; one connection per thread.
Read next: core/fax/folder.py (ReceivedFax), content.py, services/fax/received.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import StoreError, StoreUnavailable
from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.core.regular_file import remove_files
from rcdesk.store.database import Store, ThreadConnections, transaction
from rcdesk.store.fax.content import UNFINISHED, Unreadable, copy_in, is_content, why
from rcdesk.store.fax.rows import received_fax
from rcdesk.store.rows import IN_LIST, columns_of, free_key, insert, json_list, to_text, update
from rcdesk.store.search_words import indexed_words

PDF, TIFF = "application/pdf", "image/tiff"


class InboundMessage(Struct, frozen=True, kw_only=True):
    """What a sync says about one inbound message. pages None: not said; "" for texts that are not known.

    is_gone: the service has deleted or purged it; then only message_id counts.
    """

    message_id: str
    created_at: datetime
    number: str = ""
    name: str = ""
    to_number: str = ""
    pages: int | None = None
    is_read: bool = False
    attachment_id: str = ""
    media_type: str = ""
    is_gone: bool = False


class ReceivedFaxes(Store):
    """The inbound faxes of everybody who used this archive."""

    def __init__(self, database: Path | ThreadConnections, archive_dir: Path) -> None:
        super().__init__(database)
        self.archive_dir = archive_dir
        """Where the pages lie; a download may be written there under a name that begins with UNFINISHED."""

    def remove_unfinished(self) -> None:
        """Delete what a run that was ended left half done. Call at start, never during a put()."""
        remove_files(self.archive_dir, UNFINISHED + "*")

    def upsert(
        self, owner_id: str, incoming: Sequence[InboundMessage], now: datetime
    ) -> tuple[ReceivedFax, ...]:
        """Record what a sync brought, all or nothing; returns the faxes that are new or changed.

        A message the service has deleted keeps its row and pages; one that was never seen is left out, and so
        is one that was deleted here.
        """
        changed: list[int] = []
        with transaction(self._db.get()) as connection:
            for one in incoming:
                if was_deleted(connection, owner_id, one.message_id):
                    continue
                old = connection.execute(
                    "SELECT * FROM received_fax WHERE owner_id = ? AND message_id = ?",
                    (owner_id, one.message_id),
                ).fetchone()
                if old is None and not one.is_gone:
                    changed.append(_insert(connection, owner_id, one, now))
                elif old is not None and _update(connection, old, one, now):
                    changed.append(old["id"])
            return _faxes(connection, changed)

    def get(self, fax_id: int) -> ReceivedFax:
        """One fax. Raises StoreError when there is none."""
        with self._db.reading() as connection:
            return _one(connection, fax_id)

    def missing(self, owner_id: str, limit: int = 20) -> tuple[ReceivedFax, ...]:
        """Faxes whose pages are not here and can still be had, newest first."""
        rows = self._db.rows(
            """SELECT * FROM received_fax WHERE owner_id = ? AND digest = '' AND is_gone = 0
               AND shelf <> 'deleted' ORDER BY moment_key DESC LIMIT ?""",
            owner_id,
            limit,
        )
        return tuple(received_fax(row) for row in rows)

    def put(self, fax_id: int, source: Path, token: CancelToken | None = None) -> ReceivedFax:
        """Copy downloaded pages into the archive and note it; the source stays.

        What they are is read from their first bytes. Raises StoreUnavailable, Cancelled.
        """
        fax = self.get(fax_id)
        try:
            with source.open("rb") as file:
                media_type = _media_type(file.read(4)) or fax.media_type or PDF
                file.seek(0)
                spooled = copy_in(
                    file,
                    self.archive_dir,
                    lambda digest: self._place(digest, media_type),
                    token or CancelToken(),
                )
        except (Unreadable, OSError) as exc:
            text = why(exc) if isinstance(exc, OSError) else "its download cannot be read"
            raise StoreUnavailable(
                f"A received fax could not be kept in {self.archive_dir}: {text}. RingCentral still has it, "
                "and rcdesk will try again."
            ) from exc
        with transaction(self._db.get()) as connection:
            connection.execute(
                "UPDATE received_fax SET digest = ?, size_bytes = ?, media_type = ? WHERE id = ?",
                (spooled.digest, spooled.size_bytes, media_type, fax_id),
            )
            return _one(connection, fax_id)

    def path(self, fax: ReceivedFax) -> Path:
        """Where its pages lie (whether or not they are there). Raises StoreError when not downloaded."""
        if not fax.digest:
            raise StoreError("The pages of this fax are not here yet.")
        return self._place(fax.digest, fax.media_type)

    def verify(self, fax: ReceivedFax, token: CancelToken) -> bool:
        """True when its pages are here and unaltered; reads all of them. Raises Cancelled."""
        return bool(fax.digest) and is_content(self.path(fax), fax.digest, fax.size_bytes, token)

    def forget_pages(self, fax_id: int) -> ReceivedFax:
        """Its pages were lost or altered here: missing() names it again, if the service still has it."""
        with transaction(self._db.get()) as connection:
            connection.execute("UPDATE received_fax SET digest = '', size_bytes = 0 WHERE id = ?", (fax_id,))
            return _one(connection, fax_id)

    def set_read(self, fax_ids: Sequence[int], is_read: bool) -> tuple[ReceivedFax, ...]:
        """Mark faxes; returns those for which it was news."""
        with transaction(self._db.get()) as connection:
            rows = connection.execute(
                f"SELECT id FROM received_fax WHERE is_read <> ? AND id {IN_LIST}",
                (is_read, json_list(fax_ids)),
            )
            ids = [row["id"] for row in rows]
            connection.execute(
                f"UPDATE received_fax SET is_read = ? WHERE id {IN_LIST}", (is_read, json_list(ids))
            )
            return _faxes(connection, ids)

    def sync_token(self, owner_id: str) -> str | None:
        """Where the last sync ended, None before the first one."""
        rows = self._db.rows("SELECT sync_token FROM sync_state WHERE owner_id = ?", owner_id)
        return rows[0]["sync_token"] if rows else None

    def set_sync_token(self, owner_id: str, sync_token: str | None, now: datetime) -> None:
        """Keep it; None: the next sync is a full one."""
        with transaction(self._db.get()) as connection:
            connection.execute("DELETE FROM sync_state WHERE owner_id = ?", (owner_id,))
            if sync_token is not None:
                connection.execute(
                    "INSERT INTO sync_state VALUES (?, ?, ?)", (owner_id, sync_token, to_text(now))
                )

    def _place(self, digest: str, media_type: str) -> Path:
        ending = "tif" if media_type == TIFF else "pdf"
        return self.archive_dir / digest[:2] / f"{digest}.{ending}"


def _media_type(start: bytes) -> str:
    if start == b"%PDF":
        return PDF
    return TIFF if start in (b"II*\0", b"MM\0*") else ""


def _insert(connection: sqlite3.Connection, owner_id: str, one: InboundMessage, now: datetime) -> int:
    values = columns_of(one)
    del values["is_gone"]
    values |= {
        "owner_id": owner_id,
        "changed_at": to_text(now),
        "moment_key": free_key(connection, "received_fax", one.created_at),
        "words": indexed_words(one.number, (one.name,)),
    }
    (row,) = insert(connection, "received_fax", values, tail="RETURNING id")
    return int(row["id"])


def was_deleted(connection: sqlite3.Connection, owner_id: str, message_id: str) -> bool:
    """True for a message of whatever kind that was deleted here: a sync does not bring it back."""
    sql = "SELECT 1 FROM message_deleted WHERE owner_id = ? AND message_id = ?"
    return connection.execute(sql, (owner_id, message_id)).fetchone() is not None


def _update(connection: sqlite3.Connection, old: sqlite3.Row, one: InboundMessage, now: datetime) -> bool:
    """Bring a row up to date; False when it says nothing new."""
    if one.is_gone:
        values: dict[str, object] = {"is_gone": 1}
    else:
        number, name = one.number or old["number"], one.name or old["name"]
        values = {
            "number": number,
            "name": name,
            "to_number": one.to_number or old["to_number"],
            "pages": old["pages"] if one.pages is None else one.pages,
            "is_read": int(one.is_read),
            "attachment_id": one.attachment_id or old["attachment_id"],
            "media_type": old["media_type"] if old["digest"] else one.media_type or old["media_type"],
            "is_gone": 0,
            "words": indexed_words(number, (name,)),
        }
    if all(old[column] == value for column, value in values.items()):
        return False
    values["changed_at"] = to_text(now)
    update(connection, "received_fax", values, "id", old["id"])
    return True


def _one(connection: sqlite3.Connection, fax_id: int) -> ReceivedFax:
    faxes = _faxes(connection, [fax_id])
    if not faxes:
        raise StoreError("This fax is not in the archive any more.")
    return faxes[0]


def _faxes(connection: sqlite3.Connection, ids: Sequence[int]) -> tuple[ReceivedFax, ...]:
    sql = f"SELECT * FROM received_fax WHERE id {IN_LIST} ORDER BY moment_key DESC"
    return tuple(received_fax(row) for row in connection.execute(sql, (json_list(ids),)))
