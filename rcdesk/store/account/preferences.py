"""Preferences as one small JSON file.

A file that cannot be understood never stops the program: it is set aside and the defaults are used; single
values of the wrong type, or that make no sense, are dropped. Any thread, one at a time. Read next:
json_file.py, core/account/preferences.py, bridge/account/preferences.py.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import asdict

from rcdesk.core.account.preferences import Preferences
from rcdesk.core.errors import StoreUnavailable
from rcdesk.store import json_file

WHAT = "settings"


def load(path: Path) -> Preferences:
    """What was saved, with defaults for what is missing or makes no sense."""
    data = json_file.read(path, WHAT)
    if data is None:
        return Preferences()
    if not isinstance(data, dict):
        json_file.set_aside(path, WHAT)
        return Preferences()
    return Preferences(**json_file.sound(data, Preferences))


def save(path: Path, preferences: Preferences) -> None:
    """Write them so that either the old or the new file is there. Raises StoreUnavailable."""
    try:
        json_file.write(path, asdict(preferences))
    except OSError as exc:
        raise StoreUnavailable(f"Your settings could not be saved ({exc.strerror}).") from exc
