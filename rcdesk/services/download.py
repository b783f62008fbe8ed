"""Fetching a file of a message: written aside in the folder it is kept in, bounded, gone when it fails.

Used for received faxes, voicemails and recordings. Blocking, on the downloads lane. Read next:
fax/received.py, messages/sounds.py.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rcdesk.core.errors import ServerTrouble, StoreUnavailable
from rcdesk.store.fax.content import UNFINISHED

HEAD_BYTES = 12
"""So much tells what a file is."""


class Download:
    """The file while it comes. sent: "a fax", for the sentence about one without end."""

    def __init__(self, path: Path, file: BinaryIO, most_bytes: int, sent: str, kept: str) -> None:
        self.path = path
        self._file = file
        self._left = most_bytes
        self._sent = sent
        self._kept = kept

    def write(self, chunk: bytes) -> None:
        """Append. Raises ServerTrouble when there is no end to it, StoreUnavailable."""
        self._left -= len(chunk)
        if self._left < 0:
            raise ServerTrouble(
                f"RingCentral sent {self._sent} without end. It is tried again later.", status=200
            )
        with disk_trouble(self._kept):
            self._file.write(chunk)

    def close(self) -> bytes:
        """It is all here: its first bytes. Raises StoreUnavailable."""
        with disk_trouble(self._kept):
            self._file.close()
            with self.path.open("rb") as file:
                return file.read(HEAD_BYTES)


@contextmanager
def download(folder: Path, *, most_bytes: int, sent: str, kept: str) -> Iterator[Download]:
    """A file in the folder to download to, that is gone afterwards.

    sent and kept: "a fax", "A received fax", for the sentences. Raises StoreUnavailable.
    """
    with disk_trouble(kept):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield Download(path, file, most_bytes, sent, kept)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def disk_trouble(kept: str) -> Iterator[None]:
    """Inside, an OSError is a sentence that the message stays at RingCentral."""
    try:
        yield
    except OSError as exc:
        raise StoreUnavailable(
            f"{kept} could not be saved here ({exc.strerror}). It stays at RingCentral and is fetched later."
        ) from exc
