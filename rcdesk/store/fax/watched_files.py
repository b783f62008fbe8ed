"""Which files of the watched folder were answered, in a small JSON file beside the preferences.

A file that makes no sense is set aside and begun anew. Blocking, on the disk lane. Read next: json_file.py,
services/fax/watched.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rcdesk.core.fax.watched import FileMark
from rcdesk.store import json_file

WHAT = "list of files already offered"
_NOT_KEPT = "What you answered about the watched folder could not be kept ({why}). It is asked again."


def load(path: Path, folder: Path) -> frozenset[FileMark] | None:
    """What was answered of this folder, None when it was not watched before."""
    data = json_file.read(path, WHAT)
    if data is None:
        return None
    try:
        if data["folder"] != str(folder):
            return None
        return frozenset(
            FileMark(name=str(name), size_bytes=int(size), modified_ns=int(modified))
            for name, size, modified in data["answered"]
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        json_file.set_aside(path, WHAT)
        return None


def save(path: Path, folder: Path, answered: Iterable[FileMark]) -> None:
    """Write it. Raises StoreUnavailable."""
    marks = [[mark.name, mark.size_bytes, mark.modified_ns] for mark in sorted(answered)]
    value = {"version": 1, "folder": str(folder), "answered": marks}
    json_file.write(path, value, _NOT_KEPT)
