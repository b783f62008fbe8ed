"""Pasted pictures and text: made into files on the disk lane, and removed when no fax needs them any more.

GUI thread. A file is kept while its fax is being written, also while that fax is set aside or held. Read
next: services/fax/pasted.py, ui/compose/incoming.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from rcdesk.bridge.runtime.lane import Lane, ignore
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.core.fax.incoming import Clip

if TYPE_CHECKING:
    from rcdesk.services.fax.pasted import PastedFiles


class PastedDesk(Telling):
    """problem(str): why something pasted could not be kept."""

    def __init__(self, lane_disk: Lane, files: PastedFiles) -> None:
        super().__init__()
        self._lane = lane_disk
        self._files = files
        self._kept: set[Path] = set()

    def start(self) -> None:
        """Remove what an earlier run left behind, and at the end of this one everything."""
        files = self._files
        self._lane.at_end(files.remove_all)
        self._submit(files.remove_all)

    def keep(self, clips: Sequence[Clip], done: Callable[[tuple[Path, ...]], None]) -> None:
        """Write these as files; done gets them in the same order."""
        files, wanted = self._files, tuple(clips)

        def kept(paths: tuple[Path, ...]) -> None:
            self._kept.update(paths)
            done(paths)

        self._lane.ask(lambda: files.keep(wanted), kept, self._tell)

    @Slot(object)
    def let_go(self, paths: Sequence[Path]) -> None:
        """These are safe in the spool, or were taken out of the fax: remove those that were pasted."""
        gone = tuple(path for path in paths if path in self._kept)
        if gone:
            files = self._files
            self._kept.difference_update(gone)
            self._submit(lambda: files.remove(gone))

    def _submit(self, work: Callable[[], None]) -> None:
        self._lane.keep(work, ignore, self._tell)
