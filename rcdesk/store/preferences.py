"""Preferences as one small JSON file.

A file that cannot be read or understood never stops the program: it is kept beside as ".bad" and the
defaults are used; single values of the wrong type are dropped. Saving replaces the file in one step.
Any thread, one at a time. Read next: core/preferences.py, bridge/preferences.py.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, fields, replace
from pathlib import Path

from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.preferences import Preferences

_log = logging.getLogger(__name__)


def load(path: Path) -> Preferences:
    """What was saved, with defaults for what is missing or makes no sense."""
    defaults = Preferences()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return defaults
    except OSError as exc:
        _log.warning("The preferences cannot be read (%s); using the defaults.", exc.strerror)
        return defaults
    except ValueError:
        _keep_aside(path)
        return defaults
    if not isinstance(data, dict):
        _keep_aside(path)
        return defaults
    good = {
        field.name: data[field.name]
        for field in fields(Preferences)
        if field.name in data and type(data[field.name]) is type(getattr(defaults, field.name))
    }
    return replace(defaults, **good)


def save(path: Path, preferences: Preferences) -> None:
    """Write them so that either the old or the new file is there. Raises StoreUnavailable."""
    unfinished = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(asdict(preferences), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as exc:
        raise StoreUnavailable(f"Your settings could not be saved ({exc.strerror}).") from exc


def _keep_aside(path: Path) -> None:
    _log.warning("The preferences make no sense; using the defaults and keeping the file as .bad.")
    try:
        os.replace(path, path.with_name(path.name + ".bad"))
    except OSError:
        pass
