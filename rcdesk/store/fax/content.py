"""Files named by their content: copying one in so that it is whole and on disk before it has its name.

The SHA-256 is taken while copying, or when an old copy is looked at again. Used by spool.py (what is to be
sent) and received.py (what came in); any thread.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rcdesk.core.cancel import CancelToken
from rcdesk.core.regular_file import sha256_of, sync_folder

CHUNK_BYTES = 256 * 1024
UNFINISHED = "unfinished-"


class Spooled(NamedTuple):
    """What was stored: SHA-256 in hex and the number of bytes copied."""

    digest: str
    size_bytes: int


class Unreadable(Exception):
    """The original could not be read to its end; the OSError is its cause."""


def copy_in(
    source: BinaryIO,
    folder: Path,
    place: Callable[[str], Path],
    token: CancelToken,
    report: Callable[[int], None] | None = None,
) -> Spooled:
    """Copy source to place(digest) inside folder; report(bytes so far) after every chunk.

    Raises Unreadable, OSError when it cannot be written, Cancelled between chunks. Nothing is left behind
    after a failure.
    """
    unfinished: Path | None = None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, text = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
        unfinished = Path(text)
        with os.fdopen(handle, "wb") as target:
            spooled = _pump(source, target, token, report)
            target.flush()
            os.fsync(target.fileno())
        final = place(spooled.digest)
        final.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(unfinished, final)
        sync_folder(final.parent)
        sync_folder(folder)
        return spooled
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def is_content(path: Path, digest: str, size_bytes: int, token: CancelToken) -> bool:
    """True when the file is there and its bytes are still the ones with this SHA-256. Raises Cancelled."""
    try:
        return path.stat().st_size == size_bytes and sha256_of(path, token) == digest
    except OSError:
        return False


def why(exc: OSError) -> str:
    """The cause in words, for a sentence."""
    if exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full"
    if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder is read-only"
    return str(exc.strerror)


def _pump(
    source: BinaryIO, target: BinaryIO, token: CancelToken, report: Callable[[int], None] | None
) -> Spooled:
    digest = hashlib.sha256()
    size_bytes = 0
    while True:
        token.check()
        try:
            chunk = source.read(CHUNK_BYTES)
        except OSError as exc:
            raise Unreadable from exc
        if not chunk:
            return Spooled(digest.hexdigest(), size_bytes)
        digest.update(chunk)
        target.write(chunk)
        size_bytes += len(chunk)
        if report is not None:
            report(size_bytes)
