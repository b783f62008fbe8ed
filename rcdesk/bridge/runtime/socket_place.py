"""Where one program of this user reaches another: a socket in the archive's folder.

The folder is for its user only (store/paths.py). A socket's path may not be longer than some hundred bytes:
where that of the folder is, the folder is held open and named by its number, so that both programs still
meet in the same private place. GUI thread, or the main thread of a command. Read next: door.py, instance.py.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

SOCKET_NAME = "rcdesk.sock"
LONGEST_SOCKET_PATH = 100
"""A local socket's path may not be longer than 107 bytes on Linux and 103 on macOS."""

_NUMBERED = "/proc/self/fd"


class ArchiveFolder:
    """The archive's folder, held open: by its number it has a short name, however long its path is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._number: int | None = None

    @property
    def short_name(self) -> str:
        """A name of it for this program alone, "" where the system has none."""
        if self._number is None and os.path.isdir(_NUMBERED):
            self._number = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return "" if self._number is None else f"{_NUMBERED}/{self._number}"

    def __del__(self) -> None:
        if self._number is not None:
            os.close(self._number)


def socket_name(folder: ArchiveFolder) -> str:
    """In the archive's own folder, which only its user can open; "" where there is no safe place."""
    path = str(folder.path / SOCKET_NAME)
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    if name := folder.short_name:
        return f"{name}/{SOCKET_NAME}"
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere")
    return str(runtime / f"rcdesk-{_mark(os.fsencode(folder.path))}.sock") if _is_private(runtime) else ""


def _mark(text: bytes) -> str:
    import hashlib

    return hashlib.sha256(text).hexdigest()[:16]


def _is_private(folder: Path) -> bool:
    """True for a folder of this user that nobody else can look into."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
