"""Which files of the watched folder were answered, in a small JSON file beside the preferences.

Either the old or the new file is there. A file that makes no sense is kept aside and forgotten. Blocking, on
the disk lane. Read next: services/watched.py.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.watched import FileMark

_log = logging.getLogger(__name__)


def load(path: Path, folder: Path) -> frozenset[FileMark] | None:
    """What was answered of this folder, None when it was not watched before."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["folder"] != str(folder):
            return None
        return frozenset(
            FileMark(name=str(name), size_bytes=int(size), modified_ns=int(modified))
            for name, size, modified in data["answered"]
        )
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise StoreUnavailable(
            f"The list of files already offered cannot be read ({exc.strerror}). Nothing new is offered."
        ) from exc
    except (ValueError, KeyError, TypeError):
        _log.warning("The list of watched files makes no sense; it is kept as .bad and begun anew.")
        try:
            os.replace(path, path.with_name(path.name + ".bad"))
        except OSError:
            pass
        return None


def save(path: Path, folder: Path, answered: Iterable[FileMark]) -> None:
    """Write it. Raises StoreUnavailable."""
    unfinished = path.with_name(path.name + ".new")
    marks = [[mark.name, mark.size_bytes, mark.modified_ns] for mark in sorted(answered)]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "folder": str(folder), "answered": marks}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except (OSError, UnicodeError) as exc:
        raise StoreUnavailable(
            f"What you answered about the watched folder could not be kept ({exc}). It is asked again."
        ) from exc
