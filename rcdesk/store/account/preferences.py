"""Preferences as one small JSON file.

A file that cannot be understood never stops the program: it is set aside and the defaults are used; single
values of the wrong type, or that make no sense, are dropped. Any thread, one at a time. Read next:
json_file.py, core/account/preferences.py, bridge/account/preferences.py.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import asdict

from rcdesk.core.account.preferences import Preferences
from rcdesk.store import json_file

WHAT = "settings"


def load(path: Path) -> Preferences:
    """What was saved, with defaults for what is missing or makes no sense."""
    data = json_file.read(path, WHAT)
    return Preferences() if data is None else Preferences(**json_file.sound(data, Preferences))


def save(path: Path, preferences: Preferences) -> None:
    """Write them so that either the old or the new file is there. Raises StoreUnavailable."""
    json_file.write(path, asdict(preferences), "Your settings could not be saved ({why}).")
