"""A value of the program's own that is held in memory and kept in a file: read once, changed, written.

GUI thread. Whoever holds one says when it is written: at once, or a little after the last of many changes.
The loader and the saver are given by app.py (they live in store/, which has no door to here). Saving runs on
the disk lane; at the end, when nothing waits there, here and now. Read next: preferences.py,
profiles_desk.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.errors import RcdeskError

_log = logging.getLogger(__name__)

T = TypeVar("T")


class SavedValue(QObject, Generic[T]):
    """Holds a frozen value. changed(T) follows every change; problem(str) a failed save."""

    changed = Signal(object)
    problem = Signal(str)

    def __init__(
        self,
        path: Path,
        lane_disk: Lane,
        load: Callable[[Path], T],
        save: Callable[[Path, T], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path = path
        self._lane = lane_disk
        self._save = save
        self.value = load(path)
        self._saved = self.value
        self._pending = 0

    def _set(self, value: T) -> None:
        """Hold another value, have it written, and tell."""
        if value != self.value:
            self.value = value
            self._plan_save()
            self.changed.emit(value)

    def _plan_save(self) -> None:
        """Call _submit(), now or later."""
        raise NotImplementedError

    def _submit(self, *, is_kept: bool) -> None:
        """Write the value on the lane; is_kept: also when the lane stops before its turn."""
        value, path, save = self.value, self._path, self._save

        def done(_: None) -> None:
            self._pending -= 1
            self._saved = value

        def failed(error: RcdeskError) -> None:
            self._pending -= 1
            self.problem.emit(str(error))

        self._pending += 1
        self._lane.submit(lambda token, report: save(path, value), done=done, failed=failed, is_kept=is_kept)

    def flush(self) -> None:
        """Write what is not written yet: the last step before the lanes stop.

        Here and now, unless the lane may be writing the same file: then it writes once more, before it stops.
        """
        if self._pending:
            self._submit(is_kept=True)
            return
        if self._saved == self.value:
            return
        try:
            self._save(self._path, self.value)
            self._saved = self.value
        except RcdeskError:
            _log.warning("%s could not be saved", self._path.name)
