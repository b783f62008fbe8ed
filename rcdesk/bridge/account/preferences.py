"""What the desk remembers, for the GUI thread: read once, changed often, written a little later.

Saving runs on the disk lane, 300 ms after the last change. Read next: saved_value.py,
core/account/preferences.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Slot

from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.saved_value import SavedValue
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.preferences import Preferences

SAVE_DELAY_MS = 300


class PreferencesDesk(SavedValue[Preferences]):
    """Holds the Preferences. changed(Preferences) follows every change; problem(str) a failed save."""

    def __init__(
        self,
        path: Path,
        lane_disk: Lane,
        load: Callable[[Path], Preferences],
        save: Callable[[Path, Preferences], None],
    ) -> None:
        super().__init__(path, lane_disk, load, save)
        self._timer = single_shot(self, self._time_is_up, SAVE_DELAY_MS)

    def update(self, **changes: Any) -> None:
        """Change some fields of Preferences; saved soon. TypeError for a field that does not exist."""
        self._set(replace(self.value, **changes))

    def flush(self) -> None:
        self._timer.stop()
        super().flush()

    def _plan_save(self) -> None:
        self._timer.start()

    @Slot()
    def _time_is_up(self) -> None:
        self._submit(is_kept=False)
