"""A file in the watched folder, as it was seen: what tells it from others and from its own earlier state.

Pure. Read next: services/fax/watched.py, bridge/fax/watched_folder.py.
"""

from __future__ import annotations

from msgspec import Struct

UNFINISHED = (
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".opdownload",
    ".filepart",
    ".tmp",
    ".temp",
    ".new",
    ".swp",
    ".lock",
    ".aria2",
    ".!ut",
    "~",
)
"""How programs end the names of files they have not finished."""

UNFINISHED_STARTS = (".", "~", "Unconfirmed ")
"""How hidden files, locks of office programs and downloads begin."""


class FileMark(Struct, frozen=True, kw_only=True, order=True):
    """name within the folder; modified_ns since 1970. Another size or time is another file."""

    name: str
    size_bytes: int
    modified_ns: int


def is_offered(name: str, size_bytes: int) -> bool:
    """False for files nobody would fax: hidden, temporary, half downloaded or empty ones."""
    return size_bytes > 0 and not name.startswith(UNFINISHED_STARTS) and not name.lower().endswith(UNFINISHED)
