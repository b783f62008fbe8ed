"""The calls this desk placed, for the recents list and quick dial.

Lives in the same database as the outbox. Any thread; one connection per thread.
Read next: core/recents.py, database.py.
"""

from __future__ import annotations

import re
from pathlib import Path

from rcdesk.core.call import CallState, Leg
from rcdesk.core.recents import RecentCall
from rcdesk.store.database import ThreadConnections, transaction
from rcdesk.store.moments import from_text, to_text


class Recents:
    """Finished calls, newest first."""

    def __init__(self, database_path: Path) -> None:
        self._db = ThreadConnections(database_path)

    def add(self, call: RecentCall) -> None:
        """Remember a call; the same id again replaces what was known."""
        with transaction(self._db.get()) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO recent_call VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    call.id,
                    call.number,
                    call.name,
                    to_text(call.at),
                    call.state.value,
                    call.them.value,
                    call.your_phone.value,
                    call.talked_s,
                ),
            )

    def list(self, limit: int = 50, search: str = "") -> tuple[RecentCall, ...]:
        """The newest calls whose name holds the text or whose number holds its digits."""
        text = search.strip()
        digits = "" if re.search(r"[^\W\d_]", text) else re.sub(r"\D", "", text)
        escaped = re.sub(r"([%_\\])", r"\\\1", text)
        rows = self._db.rows(
            """SELECT * FROM recent_call
               WHERE ? = '' OR name LIKE ? ESCAPE '\\' OR (? <> '' AND number LIKE ?)
               ORDER BY at DESC, rowid DESC LIMIT ?""",
            text,
            f"%{escaped}%",
            digits,
            f"%{digits}%",
            limit,
        )
        return tuple(
            RecentCall(
                id=row["id"],
                number=row["number"],
                name=row["name"],
                at=from_text(row["at"]),
                state=CallState(row["state"]),
                them=Leg(row["them"]),
                your_phone=Leg(row["your_phone"]),
                talked_s=row["talked_s"],
            )
            for row in rows
        )

    def close(self) -> None:
        """Close every thread's connection: call it when the threads have stopped."""
        self._db.close()
