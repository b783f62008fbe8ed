"""Preferences as one small JSON file.

A file that cannot be understood never stops the program: it is set aside and the defaults are used; single
values of the wrong type, or that make no sense, are dropped. Any thread, one at a time. Read next:
json_file.py, core/account/preferences.py, bridge/account/preferences.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from rcdesk.core.account.preferences import Preferences
from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.fax.paper import PaperSize
from rcdesk.store import json_file

WHAT = "settings"
_RULES: dict[str, Callable[[Any], bool]] = {
    "undo_s": lambda value: 0 <= value <= 60,
    "keep_files_days": lambda value: 1 <= value <= 3650,
    "cover_index": lambda value: 0 <= value <= 1_000_000,
    "color_scheme": lambda value: value in ("light", "dark", "system"),
    "resolution": lambda value: value in ("High", "Low"),
    "paper": lambda value: value in ("", *(size.value for size in PaperSize)),
    "home_country": lambda value: len(value) == 2 and value.isascii() and value.isupper(),
}


def load(path: Path) -> Preferences:
    """What was saved, with defaults for what is missing or makes no sense."""
    defaults = Preferences()
    data = json_file.read(path, WHAT)
    if data is None:
        return defaults
    if not isinstance(data, dict):
        json_file.set_aside(path, WHAT)
        return defaults
    good = {
        field: data[field]
        for field in Preferences.__struct_fields__
        if field in data and _is_good(field, data[field], getattr(defaults, field))
    }
    return replace(defaults, **good)


def save(path: Path, preferences: Preferences) -> None:
    """Write them so that either the old or the new file is there. Raises StoreUnavailable."""
    try:
        json_file.write(path, asdict(preferences))
    except OSError as exc:
        raise StoreUnavailable(f"Your settings could not be saved ({exc.strerror}).") from exc


def _is_good(name: str, value: object, default: object) -> bool:
    if type(value) is not type(default):
        return False
    if isinstance(value, str) and not json_file.is_text(value):
        return False
    return name not in _RULES or _RULES[name](value)
