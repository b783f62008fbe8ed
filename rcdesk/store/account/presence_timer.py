"""Until when a change of presence holds and what comes back then, as one small JSON file.

The service knows no "for 30 minutes", so the desk must not forget it: the file is written before the change
is asked for, and read at the next start. One entry for each person and each thing that was changed. A file
that makes no sense is set aside: nothing is put back then. Any thread, one at a time. Read next:
json_file.py, services/account/presence.py, which decides.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert, to_builtins

from rcdesk.core.account.presence import Dnd
from rcdesk.store import json_file

WHAT = "times to take calls again"
_NOT_KEPT = "The time your calls come back could not be kept ({why}). Nothing was changed."


class Hold(Struct, frozen=True, kw_only=True):
    """What was before a change; until (aware): when that comes back by itself, None: only when asked for."""

    before: Dnd
    until: Annotated[datetime, Meta(tz=True)] | None = None


class PresenceTimers:
    """The holds of everybody who signs in here, by owner and by what was changed ("calls", "queues")."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, owner_id: str, what: str) -> Hold | None:
        """The hold in force or overdue; None when there is none."""
        return _hold(self._read().get(owner_id, {}).get(what))

    def put(self, owner_id: str, what: str, hold: Hold | None) -> None:
        """Keep a hold, or forget it for None. Raises StoreUnavailable when the disk will not take it."""
        found = self._read()
        entries = {**found.get(owner_id, {})}
        entries.pop(what, None)
        if hold is not None:
            entries[what] = to_builtins(hold)
        changed = {**found, owner_id: entries}
        if changed.get(owner_id) != found.get(owner_id, {}):
            kept = {owner: entries for owner, entries in changed.items() if entries}
            json_file.write(self._path, kept, _NOT_KEPT)

    def _read(self) -> dict[str, dict[str, Any]]:
        found = json_file.read(self._path, WHAT) or {}
        return {owner: entries for owner, entries in found.items() if isinstance(entries, dict)}


def _hold(entry: Any) -> Hold | None:
    try:
        hold = convert(entry, Hold)
    except ValidationError:
        return None
    return hold if "until" in entry else None
