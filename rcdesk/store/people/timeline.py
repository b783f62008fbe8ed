"""Everything that happened with a person: calls, faxes that went out and came in, in one order of time.

Functions over an open connection, which people.py brings; reading only. Any thread. Read next:
core/people/people.py (TimelineItem), past_calls.py, fax/rows.py, received_rows.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from rcdesk.core.people.people import TimelineItem
from rcdesk.store.calls.past_calls import calls_with, text_list
from rcdesk.store.fax.received_rows import received_fax
from rcdesk.store.fax.rows import select_jobs


def timeline(
    connection: sqlite3.Connection, owner_id: str, numbers: Sequence[str], limit: int
) -> tuple[TimelineItem, ...]:
    """The newest things that happened with any of these numbers, newest first."""
    wanted = text_list(filter(None, numbers))
    jobs = select_jobs(
        connection,
        """WHERE owner_id = ? AND number IN (SELECT value FROM json_each(?)) AND shelf <> 'deleted'
           ORDER BY id DESC LIMIT ?""",
        owner_id,
        wanted,
        limit,
    )
    rows = connection.execute(
        """SELECT * FROM received_fax WHERE owner_id = ? AND number IN (SELECT value FROM json_each(?))
           AND shelf <> 'deleted' ORDER BY moment_key DESC LIMIT ?""",
        (owner_id, wanted, limit),
    )
    items = [
        *(TimelineItem(at=call.at, what=call) for call in calls_with(connection, owner_id, numbers, limit)),
        *(TimelineItem(at=job.created_at, what=job) for job in jobs),
        *(TimelineItem(at=fax.created_at, what=fax) for fax in map(received_fax, rows)),
    ]
    items.sort(key=lambda item: item.at, reverse=True)
    return tuple(items[:limit])
