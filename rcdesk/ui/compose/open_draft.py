"""The fax in the composer as a draft: kept as one types, put away, thrown away, opened again.

What is entered is written a moment after it was, at the latest; an empty composer is no draft. Putting away
writes at once and leaves the draft in its folder: the composer then shows another fax under another key. GUI
thread. Read next: fax_page.py, kept_composed.py, bridge/fax/drafts_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from PySide6.QtCore import QObject, Slot

from rcdesk.bridge.fax.drafts_desk import DraftsDesk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.ui.compose.composed import Composed
from rcdesk.ui.compose.kept_composed import kept_of

KEEP_AFTER_MS = 300


class OpenDraft(QObject):
    """read brings what stands in the composer."""

    def __init__(self, drafts: DraftsDesk, read: Callable[[], Composed], parent: QObject) -> None:
        super().__init__(parent)
        self._drafts = drafts
        self._read = read
        self._kept = Composed()
        self.key = _new_key()
        self._soon = single_shot(self, self.keep, KEEP_AFTER_MS)

    @Slot()
    def touch(self) -> None:
        """Something was entered, maybe."""
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def keep(self) -> None:
        """Write what is new now."""
        self._soon.stop()
        composed = self._read()
        if composed == self._kept:
            return
        self._kept = composed
        if not composed.is_blank:
            self._drafts.keep(kept_of(composed, self.key, datetime.now(UTC)))
        elif self._drafts.get(self.key) is not None:
            self._drafts.delete((self.key,))

    def put_away(self) -> bool:
        """Write it and leave it in the folder, for another fax to come; True when there was something."""
        self.keep()
        was_something = not self._kept.is_blank
        self.key, self._kept = _new_key(), Composed()
        return was_something

    def put_aside(self, composed: Composed) -> None:
        """Keep another fax than the one in the composer."""
        if not composed.is_blank:
            self._drafts.keep(kept_of(composed, _new_key(), datetime.now(UTC)))

    def open(self, key: str, composed: Composed) -> None:
        """The composer shows this draft from now on."""
        self.key, self._kept = key, composed

    def forget(self) -> str:
        """It was sent or thrown away: out of the folder; the key to bring it back by."""
        self.keep()
        key = self.key
        self.key, self._kept = _new_key(), Composed()
        self._drafts.delete((key,))
        return key


def _new_key() -> str:
    return uuid4().hex
