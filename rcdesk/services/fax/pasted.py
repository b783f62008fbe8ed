"""Pasted pictures and text as files in a private folder, as long as a fax is being written with them.

The spool has its own copy once the fax is queued, so these are removed then, when the program ends, and at
its start (a crash may have left some). Blocking, on the disk lane. Read next: documents/clips.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.fax.incoming import Clip, ClipKind
from rcdesk.core.regular_file import files_in

_log = logging.getLogger(__name__)

_NAMES = {
    ClipKind.IMAGE: "Pasted image",
    ClipKind.TEXT: "Pasted text",
    ClipKind.RICH_TEXT: "Pasted text",
}


class PastedFiles:
    """The folder of pasted files. now: local time, for their names."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = datetime.now) -> None:
        self._folder = folder
        self._now = now

    def keep(self, clips: Sequence[Clip]) -> tuple[Path, ...]:
        """Write each into a file of its own: "Pasted image 2026-11-22 10.15.png". Raises UserError for a
        picture that cannot be faxed, StoreUnavailable when the disk cannot take it."""
        from rcdesk.documents.clips import write_clip

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreUnavailable(
                f"What you pasted could not be kept ({exc.strerror}). Save it as a file and add that."
            ) from exc
        made: list[Path] = []
        for clip in clips:
            target = self._free_name(clip.kind)
            write_clip(clip, target)
            made.append(target)
        return tuple(made)

    def remove(self, paths: Iterable[Path]) -> None:
        """Remove those of these that lie in the folder; others are left alone."""
        for path in paths:
            if path.parent == self._folder:
                self._unlink(path)

    def remove_all(self) -> None:
        for path in files_in(self._folder):
            self._unlink(path)

    def _free_name(self, kind: ClipKind) -> Path:
        stem = f"{_NAMES[kind]} {self._now():%Y-%m-%d %H.%M}"
        path = self._folder / f"{stem}.{kind.value}"
        number = 2
        while path.exists():
            path = self._folder / f"{stem} ({number}).{kind.value}"
            number += 1
        return path

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            _log.warning("a pasted file stays on the disk: %s", exc.strerror)
