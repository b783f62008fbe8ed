"""Files of texts, kept by their content: what is to be sent, and the pictures that came in.

A copy is whole and on disk before it has its name, the SHA-256 of its bytes, and goes when neither a text nor
a draft names it any more. Any thread; remove_unused() never during an add(). Read next: conversations.py,
store/fax/content.py.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Set
from pathlib import Path
from typing import BinaryIO

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import StoreUnavailable, UserError
from rcdesk.core.regular_file import files_in, open_regular
from rcdesk.store.fax.content import UNFINISHED, Spooled, Unreadable, copy_in, is_content, why


class TextFiles:
    """A folder of files that texts name by digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, path: Path, token: CancelToken) -> Spooled:
        """Copy a file in. Raises UserError when it cannot be read, StoreUnavailable, Cancelled."""
        try:
            source = open_regular(path)
        except OSError as exc:
            raise UserError(f"{path.name} cannot be read ({exc.strerror}). It was not added.") from exc
        with source:
            return self._copy(source, path.name, token)

    def add_bytes(self, content: bytes, name: str, token: CancelToken) -> Spooled:
        """The same with what is in memory."""
        return self._copy(io.BytesIO(content), name, token)

    def path(self, digest: str) -> Path:
        """Where the copy with this digest lies (whether or not it is there)."""
        return self.folder / digest[:2] / digest

    def verify(self, digest: str, size_bytes: int, token: CancelToken) -> bool:
        """True when the copy is there and its bytes are the ones that were added."""
        return bool(digest) and is_content(self.path(digest), digest, size_bytes, token)

    def remove_unused(self, in_use: Callable[[], Set[str]]) -> int:
        """Delete copies nothing names, and unfinished ones; how many."""
        files = files_in(self.folder, "**/*")
        wanted = in_use() if files else frozenset()
        removed = 0
        for file in files:
            if file.name not in wanted or file.name.startswith(UNFINISHED):
                try:
                    file.unlink()
                    removed += 1
                except OSError:
                    continue
        return removed

    def _copy(self, source: BinaryIO, name: str, token: CancelToken) -> Spooled:
        try:
            return copy_in(source, self.folder, self.path, token)
        except Unreadable as exc:
            raise UserError(f"{name} cannot be read to its end. It was not added.") from exc
        except OSError as exc:
            raise StoreUnavailable(
                f"{name} could not be kept here: {why(exc)}. rcdesk keeps a copy in {self.folder} until the "
                "text has gone."
            ) from exc
