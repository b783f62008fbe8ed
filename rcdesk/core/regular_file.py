"""Files by their names: opened without waiting, and only what is a file; refused in words; made durable.

What lay under a name a moment ago may be a pipe by now, whose opening waits for somebody to write, or a
device that never ends. Any thread but the GUI's.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError

_CHUNK_BYTES = 1024 * 1024
_AT_ONCE = sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))


def open_regular(path: Path) -> BinaryIO:
    """Open it for reading. Raises OSError, also for a pipe, a socket or a device."""
    handle = os.open(path, os.O_RDONLY | _AT_ONCE)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "this is not a file", str(path))
    return os.fdopen(handle, "rb")


@contextmanager
def reading() -> Iterator[None]:
    """Around what reads a file of the user's: raises UserError instead of OSError."""
    try:
        yield
    except FileNotFoundError as exc:
        raise UserError("This file is not there any more. Choose another.") from exc
    except PermissionError as exc:
        raise UserError("This file cannot be read: you lack the permission. Choose another.") from exc
    except OSError as exc:
        raise UserError(f"This file cannot be read ({exc.strerror}). Choose another.") from exc


def sha256_of(path: Path, token: CancelToken | None = None) -> str:
    """The SHA-256 of what is in a file. Raises OSError, Cancelled."""
    import hashlib  # OpenSSL, which a start need not load

    digest = hashlib.sha256()
    with open_regular(path) as file:
        while piece := file.read(_CHUNK_BYTES):
            if token is not None:
                token.check()
            digest.update(piece)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a new name in it durable, where the system can. Raises OSError."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files_in(folder: Path, pattern: str = "*") -> list[Path]:
    """The files there; none where there is no folder, or one that cannot be read."""
    try:
        return [file for file in folder.glob(pattern) if file.is_file()]
    except OSError:
        return []


def remove_files(folder: Path, pattern: str = "*", *, keep: Set[str] = frozenset()) -> int:
    """Delete those there whose names need not be kept, as far as that can be done; how many it were."""
    removed = 0
    for file in files_in(folder, pattern):
        if file.name not in keep:
            with suppress(OSError):
                file.unlink()
                removed += 1
    return removed
