"""A file that appears whole or not at all: written beside its target, made durable, then given its name.

What could not be written is said as a sentence (StoreUnavailable); nothing unfinished stays behind. Disk
lane. Read next: convert.py.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.regular_file import sync_folder

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LOCKED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def fresh_file(target: Path) -> Iterator[Path]:
    """Give an empty file to write to; on leaving without an error it becomes target in place of an old one.

    Raises StoreUnavailable when the place cannot be written or the disk is full; target is then unchanged.
    OSErrors of reading must be translated inside.
    """
    unfinished: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".unfinished-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
        unfinished = Path(name)
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(unfinished, target)
        unfinished = None
        sync_folder(target.parent)
    except OSError as exc:
        raise StoreUnavailable(not_saved(target, exc)) from exc
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def move(made: Path, place: Path) -> None:
    """Put a file in the place of another, also on another disk. Raises OSError."""
    try:
        os.replace(made, place)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise
        shutil.copyfile(made, place)


def make_folder_of(target: Path) -> None:
    """Make the folder a file is to go to when only that one is missing. Raises StoreUnavailable."""
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        raise StoreUnavailable(not_saved(target, exc)) from exc


def not_saved(target: Path, exc: OSError) -> str:
    """The sentence for a file that could not be written."""
    if exc.errno in _FULL:
        why = "the disk is full"
    elif exc.errno in _LOCKED:
        why = "you may not write there"
    elif exc.errno in (errno.ENOENT, errno.ENOTDIR, errno.EEXIST):
        why = "this folder is not there"
    elif exc.errno == errno.EISDIR:
        why = "a folder has this name"
    else:
        why = str(exc.strerror or exc)
    return f"{target.name} could not be saved in {target.parent}: {why}. Choose another place."
