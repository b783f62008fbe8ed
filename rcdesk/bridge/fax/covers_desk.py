"""Covers of one's own for the window: read, saved, imported and deleted on the disk lane.

covers is what was read last; changed() follows every change. GUI thread. Read next: store/fax/covers.py,
ui/compose/cover_editor.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Signal

from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.core.fax.cover import CoverTemplate


class CoverFiles(Protocol):
    """Where covers are kept: store.covers.Covers."""

    def list(self) -> tuple[CoverTemplate, ...]: ...

    def save(self, cover: CoverTemplate) -> CoverTemplate: ...

    def delete(self, cover_id: str) -> None: ...

    def import_file(self, source: Path) -> CoverTemplate: ...


class CoversDesk(Telling):
    """changed(): covers was read again. problem(str): one sentence."""

    changed = Signal()

    def __init__(self, lanes: Mapping[str, Lane], files: CoverFiles) -> None:
        super().__init__()
        self._disk = lanes["disk"]
        self._files = files
        self.covers: tuple[CoverTemplate, ...] = ()

    def start(self) -> None:
        files = self._files
        self._disk.ask(lambda: files.list(), self._listed, self._tell)

    def get(self, cover_id: str) -> CoverTemplate | None:
        return next((cover for cover in self.covers if cover.id == cover_id), None)

    def save(self, cover: CoverTemplate, done: Callable[[CoverTemplate], None]) -> None:
        """Keep a cover; done brings it as it is kept."""
        files = self._files
        self._change(lambda: files.save(cover), done)

    def import_file(self, source: Path, done: Callable[[CoverTemplate], None]) -> None:
        files = self._files
        self._change(lambda: files.import_file(source), done)

    def delete(self, cover_id: str) -> None:
        files = self._files

        def work() -> None:
            files.delete(cover_id)

        self._change(work, None)

    def _change(
        self,
        work: Callable[[], CoverTemplate | None],
        done: Callable[[CoverTemplate], None] | None,
    ) -> None:
        files = self._files

        def change(token: object, report: object) -> tuple[CoverTemplate | None, tuple[CoverTemplate, ...]]:
            kept = work()
            return kept, files.list()

        def changed(found: tuple[CoverTemplate | None, tuple[CoverTemplate, ...]]) -> None:
            kept, covers = found
            self._listed(covers)
            if done is not None and kept is not None:
                done(kept)

        self._disk.submit(change, done=changed, failed=self._tell, is_kept=True)

    def _listed(self, covers: tuple[CoverTemplate, ...]) -> None:
        self.covers = covers
        self.changed.emit()
