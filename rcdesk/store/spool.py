"""Copies of what is to be faxed, named by their content.

A file is copied here before its job is recorded, so that editing or deleting the original afterwards changes
nothing. The name is the SHA-256 of the bytes; the copy is complete and on disk before it gets that name.
Adding and removing belong to one thread (the disk lane); reading is safe from any.
Read next: outbox.py, services/faxes.py.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Set
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import StoreUnavailable, UserError

CHUNK_BYTES = 256 * 1024
_UNFINISHED = "unfinished-"


class Spooled(NamedTuple):
    """What add() stored: SHA-256 in hex and the number of bytes copied."""

    digest: str
    size_bytes: int


class Spool:
    """A folder of files that jobs name by digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, path: Path, token: CancelToken, report: Callable[[int], None] | None = None) -> Spooled:
        """Copy a file in; report(bytes copied so far) after every chunk.

        Raises UserError when the original cannot be read, StoreUnavailable when the copy cannot be written,
        Cancelled between chunks. Nothing is left behind after a failure.
        """
        try:
            source = path.open("rb")
        except FileNotFoundError as exc:
            raise UserError(f"{path.name} is not there any more. Nothing was sent.") from exc
        except OSError as exc:
            raise UserError(f"{path.name} cannot be read ({exc.strerror}). Nothing was sent.") from exc
        with source:
            return self._copy(source, path.name, token, report or _silent)

    def path(self, digest: str) -> Path:
        """Where the copy with this digest lies (whether or not it is there)."""
        return self._folder / digest[:2] / digest

    def has(self, digest: str, size_bytes: int) -> bool:
        """True when the copy is there in its full length."""
        try:
            return self.path(digest).stat().st_size == size_bytes
        except OSError:
            return False

    def remove_unused(self, digests_in_use: Set[str]) -> int:
        """Delete copies no job names and unfinished ones; returns how many. Never during an add()."""
        removed = 0
        for file in self._folder.rglob("*") if self._folder.is_dir() else ():
            if file.is_file() and file.name not in digests_in_use:
                try:
                    file.unlink()
                    removed += 1
                except OSError:
                    continue
        return removed

    def _copy(
        self, source: BinaryIO, name: str, token: CancelToken, report: Callable[[int], None]
    ) -> Spooled:
        unfinished: Path | None = None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, text = tempfile.mkstemp(prefix=_UNFINISHED, dir=self._folder)
            unfinished = Path(text)
            with os.fdopen(handle, "wb") as target:
                spooled = _pump(source, name, target, token, report)
                target.flush()
                os.fsync(target.fileno())
            final = self.path(spooled.digest)
            final.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(unfinished, final)
            _sync_folder(final.parent)
            _sync_folder(self._folder)
            return spooled
        except OSError as exc:
            full = exc.errno in (errno.ENOSPC, errno.EDQUOT)
            why = "the disk is full" if full else str(exc.strerror)
            raise StoreUnavailable(f"The fax could not be kept here: {why}. Nothing was sent.") from exc
        finally:
            if unfinished is not None:
                unfinished.unlink(missing_ok=True)


def _pump(
    source: BinaryIO, name: str, target: BinaryIO, token: CancelToken, report: Callable[[int], None]
) -> Spooled:
    digest = hashlib.sha256()
    size_bytes = 0
    while True:
        token.check()
        try:
            chunk = source.read(CHUNK_BYTES)
        except OSError as exc:
            raise UserError(f"{name} cannot be read to its end ({exc.strerror}). Nothing was sent.") from exc
        if not chunk:
            return Spooled(digest.hexdigest(), size_bytes)
        digest.update(chunk)
        target.write(chunk)
        size_bytes += len(chunk)
        report(size_bytes)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _silent(size_bytes: int) -> None:
    """Nobody wants to know."""
