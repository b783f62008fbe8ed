"""What the desk remembers, for the GUI thread: read once, changed often, written a little later.

The loader and the saver are given by app.py (they live in store/, which has no door to here). Saving runs on
the disk lane, 300 ms after the last change. Read next: core/preferences.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from rcdesk.bridge.lane import Lane
from rcdesk.core.errors import RcdeskError
from rcdesk.core.preferences import Preferences

_log = logging.getLogger(__name__)

SAVE_DELAY_MS = 300


class PreferencesDesk(QObject):
    """Holds the Preferences. changed(Preferences) follows every change; problem(str) a failed save."""

    changed = Signal(object)
    problem = Signal(str)

    def __init__(
        self,
        path: Path,
        lane_disk: Lane,
        load: Callable[[Path], Preferences],
        save: Callable[[Path, Preferences], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path = path
        self._lane = lane_disk
        self._save = save
        self._value = load(path)
        self._saved = self._value
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_DELAY_MS)
        self._timer.timeout.connect(self._submit)

    @property
    def value(self) -> Preferences:
        """The preferences now."""
        return self._value

    def update(self, **changes: Any) -> None:
        """Change some fields of Preferences; saved soon. TypeError for a field that does not exist."""
        value = replace(self._value, **changes)
        if value != self._value:
            self._value = value
            self._timer.start()
            self.changed.emit(value)

    def flush(self) -> None:
        """Write what is not written yet, here and now: the last step before the lanes stop."""
        self._timer.stop()
        if self._saved != self._value:
            try:
                self._save(self._path, self._value)
                self._saved = self._value
            except RcdeskError:
                _log.warning("preferences could not be saved")

    @Slot()
    def _submit(self) -> None:
        value, path, save = self._value, self._path, self._save

        def done(_: None) -> None:
            self._saved = value

        self._lane.submit(
            lambda token, report: save(path, value),
            done=done,
            failed=lambda error: self.problem.emit(str(error)),
        )
