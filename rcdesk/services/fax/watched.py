"""Looking into the watched folder: which files are there that nobody has answered for yet.

Files are only listed, never opened, moved or deleted. What lies in the folder when it is first watched counts
as answered. Blocking, on the disk lane. Read next: bridge/fax/watched_folder.py, store/fax/watched_files.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.watched import FileMark, is_offered
from rcdesk.store.fax import watched_files

MOST_ENTRIES = 20_000
MOST_ANSWERED = 20_000
"""Remembered at most; beyond it those that are gone are forgotten."""


class WatchedFiles:
    """The watched folder of one archive. memory: the file that says what was answered."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._folder: Path | None = None
        self._answered: frozenset[FileMark] = frozenset()

    def look(self, folder: Path, token: CancelToken) -> tuple[FileMark, ...]:
        """Files nobody has answered for, by name. Raises UserError when the folder cannot be read."""
        found = _listed(folder, token)
        if self._folder != folder:
            answered = watched_files.load(self._memory, folder)
            if answered is None:
                answered = frozenset(found)
                watched_files.save(self._memory, folder, answered)
            self._folder, self._answered = folder, answered
        return tuple(mark for mark in found if mark not in self._answered)

    def answer(self, folder: Path, marks: Iterable[FileMark]) -> None:
        """These were put into a fax or ignored: they are not offered again. Raises StoreUnavailable."""
        if self._folder != folder:
            self._answered = watched_files.load(self._memory, folder) or frozenset()
            self._folder = folder
        answered = self._answered | frozenset(marks)
        if len(answered) > MOST_ANSWERED:
            answered &= frozenset(_listed(folder, CancelToken()))
        self._answered = answered
        watched_files.save(self._memory, folder, answered)


def _listed(folder: Path, token: CancelToken) -> list[FileMark]:
    """Its files, no links and no folders, by name."""
    marks: list[FileMark] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                token.check()
                if number >= MOST_ENTRIES:
                    raise UserError(
                        f"The watched folder {folder.name} holds more than {MOST_ENTRIES:,} things. Choose a "
                        "folder for faxes only in the settings; until then nothing from it is offered."
                    )
                try:
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    found = entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone between listing and looking
                if is_offered(entry.name, found.st_size):
                    marks.append(
                        FileMark(name=entry.name, size_bytes=found.st_size, modified_ns=found.st_mtime_ns)
                    )
    except OSError as exc:
        raise UserError(
            f"The watched folder {folder.name} cannot be read any more. Nothing from it is offered until it "
            "is back; choose another in the settings if it is gone for good."
        ) from exc
    return sorted(marks)
