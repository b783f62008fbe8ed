"""The program's own small JSON files: read whole or set aside, replaced in one step.

A file that cannot be understood never stops a start, whatever is in it: it is kept beside as ".bad", so that
what may be mended is not written over, and one sentence for the person is noted. What else a start has to
say of the disk is noted here too; the window and the commands take the notes and show them. Any thread, one
at a time for one file. Read next: preferences.py, profiles.py, presence_timer.py, watched_files.py.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import UNSET, Struct, ValidationError, convert
from msgspec.structs import fields

from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.regular_file import open_regular

_log = logging.getLogger(__name__)

MOST_BYTES = 16_000_000
"""More than the largest of them ever is; a file without an end is not read into memory."""

_notes: list[str] = []
_lock = threading.Lock()


def read(path: Path, what: str) -> dict[str, Any] | None:
    """The object in the file; None when there is none, and when it was set aside. what: "settings"."""
    try:
        value = json.loads(_content(path).decode("utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, MemoryError):
        value = None
    if isinstance(value, dict):
        return value
    set_aside(path, what)
    return None


def write(path: Path, value: object, problem: str) -> None:
    """Write it so that either the old or the new file is there, for this person only.

    Raises StoreUnavailable with the problem, whose {why} is the cause.
    """
    unfinished = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except (OSError, UnicodeError) as exc:
        raise StoreUnavailable(problem.format(why=getattr(exc, "strerror", exc))) from exc


def set_aside(path: Path, what: str) -> None:
    """It makes no sense: keep it as .bad, and say so."""
    aside = path.with_name(path.name + ".bad")
    try:
        os.replace(path, aside)
    except OSError:
        note(f"The file of your {what}, {path}, cannot be understood and cannot be set aside either.")
    else:
        note(f"The file of your {what} could not be understood. It was set aside as {aside}.")
    _log.info("%s makes no sense and is set aside", path.name)


def sound(data: Mapping[str, Any], kind: type[Struct]) -> dict[str, Any]:
    """The fields of kind that make sense in an object of the file; the others are left out."""
    found: dict[str, Any] = {}
    for field in fields(kind):
        value = data.get(field.name, UNSET)
        try:
            if value is not UNSET and (not isinstance(value, str) or is_text(value)):
                found[field.name] = convert(value, field.type)
        except ValidationError:
            pass
    return found


def is_text(value: str) -> bool:
    """False for what JSON can hold and nothing can show: halves of characters, and a NUL."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


def note(sentence: str) -> None:
    """Something the person should read once."""
    with _lock:
        if sentence not in _notes:
            _notes.append(sentence)


def take_notes() -> tuple[str, ...]:
    """What there is to say; each is given once."""
    with _lock:
        taken = tuple(_notes)
        _notes.clear()
    return taken


def _content(path: Path) -> bytes:
    """All bytes of a plain file. Raises OSError, and ValueError for what is no such file."""
    with open_regular(path) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError("no file of ours")
    return content
