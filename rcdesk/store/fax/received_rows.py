"""Rows of the table received_fax as ReceivedFax values, and the key that orders them.

Any thread. Read next: received.py, folders.py.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.store.fax.rows import sound_rows
from rcdesk.store.timestamps import from_text

_KEYS_A_SECOND = 16
"""Small keys keep the search quick; faxes of the same moment take the next keys that are free."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_key(moment: datetime) -> int:
    """The key of a moment (aware); keys are in the order of time."""
    return (moment - _EPOCH) * _KEYS_A_SECOND // timedelta(seconds=1)


def received_fax(row: sqlite3.Row) -> ReceivedFax:
    """A whole row as a value. Raises DamagedRow."""
    with sound_rows():
        return _received_fax(row)


def _received_fax(row: sqlite3.Row) -> ReceivedFax:
    return ReceivedFax(
        id=row["id"],
        owner_id=row["owner_id"],
        message_id=row["message_id"],
        number=row["number"],
        name=row["name"],
        to_number=row["to_number"],
        created_at=from_text(row["created_at"]),
        pages=row["pages"],
        is_read=bool(row["is_read"]),
        attachment_id=row["attachment_id"],
        digest=row["digest"],
        media_type=row["media_type"],
        size_bytes=row["size_bytes"],
        is_gone=bool(row["is_gone"]),
        is_archived=row["shelf"] == "archived",
    )
