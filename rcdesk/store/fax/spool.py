"""Copies of what is to be faxed, named by their content.

A file is copied here before its job is recorded, so that editing or deleting the original afterwards changes
nothing. The name is the SHA-256 of the bytes; the copy is complete and on disk before it gets that name.
Adding and removing belong to one thread (the disk lane); reading is safe from any.
Read next: content.py, outbox.py, services/fax/faxes.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Set
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import StoreUnavailable, UserError
from rcdesk.core.regular_file import open_regular, remove_files
from rcdesk.store.fax.content import CHUNK_BYTES, Spooled, Unreadable, copy_in, is_content, why

_log = logging.getLogger(__name__)

__all__ = ["CHUNK_BYTES", "Spool", "Spooled"]


class Spool:
    """A folder of files that jobs name by digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(
        self,
        path: Path,
        token: CancelToken,
        report: Callable[[int], None] | None = None,
        *,
        otherwise: str = "Nothing was sent.",
    ) -> Spooled:
        """Copy a file in; report(bytes copied so far) after every chunk. otherwise: what a failure means.

        Raises UserError when the original cannot be read, StoreUnavailable when the copy cannot be written,
        Cancelled between chunks. Nothing is left behind after a failure.
        """
        try:
            source = open_regular(path)
        except FileNotFoundError as exc:
            raise UserError(f"{path.name} is not there any more. {otherwise}") from exc
        except OSError as exc:
            raise UserError(f"{path.name} cannot be read ({exc.strerror}). {otherwise}") from exc
        with source:
            try:
                return copy_in(source, self._folder, self.path, token, report)
            except Unreadable as exc:
                raise UserError(f"{path.name} cannot be read to its end. {otherwise}") from exc
            except OSError as exc:
                raise StoreUnavailable(
                    f"The fax could not be kept here: {why(exc)}. {otherwise} rcdesk keeps a copy in "
                    f"{self._folder} until the fax has gone."
                ) from exc

    def path(self, digest: str) -> Path:
        """Where the copy with this digest lies (whether or not it is there)."""
        return self._folder / digest[:2] / digest

    def has(self, digest: str, size_bytes: int) -> bool:
        """True when the copy is there in its full length."""
        try:
            return self.path(digest).stat().st_size == size_bytes
        except OSError:
            return False

    def verify(self, digest: str, size_bytes: int, token: CancelToken) -> bool:
        """True when the copy is there and its bytes are the ones that were added; reads all of it.

        Raises Cancelled between chunks.
        """
        return is_content(self.path(digest), digest, size_bytes, token)

    def remove(self, digest: str) -> None:
        """Delete a copy that nothing names any more; what cannot be deleted now goes at the next start."""
        try:
            self.path(digest).unlink(missing_ok=True)
        except OSError as exc:
            _log.warning("a copy in the spool stays for now: %s", exc.strerror)

    def remove_unused(self, digests_in_use: Set[str]) -> int:
        """Delete copies no job names and unfinished ones; returns how many. Never during an add()."""
        return remove_files(self._folder, "**/*", keep=digests_in_use)
