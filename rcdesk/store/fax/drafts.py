"""Faxes that are being written, each one row with all that was entered as JSON.

draft_file says which spooled files a draft needs, so that the spool keeps them (outbox.digests_needed). One
that was deleted is only marked, until purge() takes it away for good: until then it can come back. Any
thread; one connection per thread. Read next: core/fax/kept_draft.py, services/fax/kept_drafts.py.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

import msgspec

from rcdesk.core.fax.kept_draft import KeptDraft
from rcdesk.store.database import Store, transaction
from rcdesk.store.fax.rows import unneeded
from rcdesk.store.rows import IN_LIST, json_list, text_or_none, to_text

_log = logging.getLogger(__name__)


class Drafts(Store):
    def save(self, owner_id: str, draft: KeptDraft) -> None:
        """Write it as it is now, over what was kept of it before; it is no longer deleted."""
        sql = """INSERT INTO draft (draft_key, owner_id, changed_at, content) VALUES (?, ?, ?, ?)
                 ON CONFLICT (draft_key) DO UPDATE SET changed_at = excluded.changed_at,
                     content = excluded.content, deleted_at = NULL RETURNING id"""
        values = (draft.key, owner_id, to_text(draft.changed_at), to_json(draft))
        with transaction(self._db.get()) as connection:
            (row,) = connection.execute(sql, values).fetchall()
            connection.execute("DELETE FROM draft_file WHERE draft_id = ?", (row["id"],))
            connection.executemany(
                "INSERT INTO draft_file VALUES (?, ?)", [(row["id"], d) for d in sorted(draft.digests)]
            )

    def all(self, owner_id: str) -> tuple[KeptDraft, ...]:
        """Those of one owner, changed last first. One that cannot be read stays where it is."""
        rows = self._db.rows(
            """SELECT content FROM draft WHERE owner_id = ? AND deleted_at IS NULL
               ORDER BY changed_at DESC, id DESC""",
            owner_id,
        )
        return tuple(draft for row in rows if (draft := _read(row["content"])) is not None)

    def take_over(self, owner_id: str) -> None:
        """What was written while nobody was signed in belongs to this one."""
        self._db.change("UPDATE draft SET owner_id = ? WHERE owner_id = ''", owner_id)

    def mark(self, keys: Collection[str], deleted_at: datetime | None) -> None:
        """These are deleted, or with None they are not."""
        sql = f"UPDATE draft SET deleted_at = ? WHERE draft_key {IN_LIST}"
        self._db.change(sql, text_or_none(deleted_at), json_list(keys))

    def purge(self, deleted_until: datetime) -> frozenset[str]:
        """Take away for good what was deleted until then; the spooled files nothing needs any more."""
        with transaction(self._db.get()) as connection:
            where = "draft.deleted_at <= ?"
            digests = connection.execute(
                f"SELECT DISTINCT digest FROM draft_file JOIN draft ON draft.id = draft_id WHERE {where}",
                (to_text(deleted_until),),
            ).fetchall()
            connection.execute(f"DELETE FROM draft WHERE {where}", (to_text(deleted_until),))
            return unneeded(connection, digests)


def to_json(draft: KeptDraft) -> str:
    """A draft as text of ASCII only: names and notes may hold what is no Unicode text."""
    return json.dumps(msgspec.to_builtins(draft, enc_hook=_encode))


def from_json(text: str) -> KeptDraft:
    """The draft again. Raises ValueError for any other text."""
    return msgspec.convert(json.loads(text), KeptDraft, dec_hook=_decode)


def _read(text: str) -> KeptDraft | None:
    try:
        return from_json(text)
    except (ValueError, TypeError, RecursionError):
        _log.warning("a draft in the archive cannot be read; it is left as it is")
        return None


def _encode(value: Any) -> str:
    """A path as it is named on disk, whatever bytes those are."""
    if isinstance(value, Path):
        return quote_from_bytes(os.fsencode(value))
    raise NotImplementedError


def _decode(kind: type, value: Any) -> Any:
    if issubclass(kind, Path):
        return Path(os.fsdecode(unquote_to_bytes(value)))
    raise NotImplementedError
