"""The watched folder: files that arrive there are offered for a fax, and nothing is ever sent by itself.

GUI thread; listing runs on the disk lane. QFileSystemWatcher says that something changed; a file is offered
when two looks, two seconds apart, found it unchanged. No timer runs while nothing changes. What the user put
into a fax or ignored is remembered over restarts; what still waits is offered again. Read next:
services/fax/watched.py, ui/compose/watched_bar.py.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QFileSystemWatcher, QObject, Qt, Signal, Slot

from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.runtime.lane import Lane, ignore
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.errors import Cancelled, RcdeskError, UserError
from rcdesk.core.fax.watched import FileMark

if TYPE_CHECKING:
    from rcdesk.services.fax.watched import WatchedFiles

_log = logging.getLogger(__name__)

SETTLE_MS = 2000
"""How long a file must stay unchanged; scanners and browsers write more often than that."""

EARLY = 0.95
"""A timer may fire a little before its time."""


class WatchedFolder(QObject):
    """offer_changed(): other files wait. lost(str): the folder cannot be read, told once; found(): it can
    again, or another is watched. problem(str): an answer could not be kept."""

    offer_changed = Signal()
    lost = Signal(str)
    found = Signal()
    problem = Signal(str)

    def __init__(
        self,
        lane_disk: Lane,
        preferences: PreferencesDesk,
        files: WatchedFiles,
        *,
        settle_ms: int = SETTLE_MS,
    ) -> None:
        super().__init__()
        self._lane = lane_disk
        self._preferences = preferences
        self._files = files
        self.folder: Path | None = None
        self._since_ms: dict[FileMark, int] = {}
        self._offer: list[FileMark] = []
        self._answered: set[FileMark] = set()
        self._watched = ""
        self._is_looking = False
        self._is_stale = False
        self._is_lost = False
        self._is_stopped = True
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._changed)
        self._settle = single_shot(self, self.look, settle_ms)
        self._settle.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock = QElapsedTimer()
        self._clock.start()

    @property
    def offer(self) -> tuple[Path, ...]:
        """The complete files that wait for an answer, by name."""
        folder = self.folder
        return tuple(folder / mark.name for mark in self._offer) if folder is not None else ()

    @property
    def is_waiting(self) -> bool:
        """True while a look is due or under way: never when nothing changes."""
        return self._settle.isActive() or self._is_looking

    def start(self) -> None:
        """Watch the folder of the preferences; call once."""
        self._is_stopped = False
        self._preferences.changed.connect(self._preferences_changed)
        self._preferences_changed()

    def stop(self) -> None:
        self._is_stopped = True
        self._settle.stop()
        self._unwatch()

    def take(self, most: int | None = None) -> tuple[Path, ...]:
        """The files that wait, which are now answered: the caller puts them into a fax. most: the first so
        many, the others go on waiting."""
        paths = self.offer[:most]
        self._answer(self._offer[:most])
        return paths

    @Slot()
    def ignore(self) -> None:
        """Do not offer those that wait again. The files stay where they are."""
        self._answer(self._offer)

    @Slot()
    def look(self) -> None:
        """Look into the folder now, or once more when the look that is under way has ended."""
        folder, files = self.folder, self._files
        if folder is None or self._is_stopped:
            return
        if self._is_looking:
            self._is_stale = True
            return
        self._is_looking = True
        self._is_stale = False
        asked_ms = self._clock.elapsed()

        def done(marks: tuple[FileMark, ...]) -> None:
            self._is_looking = False
            if folder == self.folder:
                self._looked(marks, asked_ms)
            else:
                self.look()

        def failed(error: RcdeskError) -> None:
            self._is_looking = False
            if folder != self.folder:
                self.look()
            elif not isinstance(error, Cancelled):
                self._failed(error)

        self._lane.submit(lambda token, report: files.look(folder, token), done=done, failed=failed)

    def _looked(self, marks: tuple[FileMark, ...], asked_ms: int) -> None:
        """Offer what was the same in an earlier look, long enough before this one; look again at the rest."""
        if self._is_lost:
            self._is_lost = False
            self.found.emit()
        self._watch()
        now_ms = self._clock.elapsed()
        open_marks = [mark for mark in marks if mark not in self._answered]
        self._since_ms = {mark: self._since_ms.get(mark, now_ms) for mark in open_marks}
        enough_ms = self._settle.interval() * EARLY
        settled = [mark for mark in open_marks if asked_ms - self._since_ms[mark] >= enough_ms]
        self._set_offer(settled)
        if self._is_stale or len(settled) < len(open_marks):
            self._settle.start()

    def _failed(self, error: RcdeskError) -> None:
        """Told once; whoever watches the folder above hears when it comes back."""
        if not isinstance(error, UserError):
            self.problem.emit(str(error))
            return
        self._since_ms.clear()
        self._set_offer([])
        self._unwatch()
        folder = self.folder
        is_watched = folder is not None and self._watcher.addPath(str(folder.parent))
        if is_watched and not self._is_lost:
            self._settle.start()  # it may have come back before this watch stood
        if not self._is_lost:
            self._is_lost = True
            self.lost.emit(str(error))

    def _set_offer(self, marks: list[FileMark]) -> None:
        if marks != self._offer:
            self._offer = marks
            self.offer_changed.emit()

    def _answer(self, marks: list[FileMark]) -> None:
        folder, files = self.folder, self._files
        if not marks or folder is None:
            return
        self._answered.update(marks)
        self._set_offer([mark for mark in self._offer if mark not in self._answered])
        self._lane.keep(
            lambda: files.answer(folder, marks), ignore, lambda error: self.problem.emit(str(error))
        )

    @Slot(str)
    def _changed(self, path: str) -> None:
        """Something happened in the folder, or beside it: then it may have been moved away or be back.

        While a later look is due anyway, that one is enough; what happens beside it is no hurry.
        """
        if path != str(self.folder):
            self._unwatch()
            self._settle.start()
        elif not self._settle.isActive():
            self.look()

    @Slot()
    def _preferences_changed(self) -> None:
        name = self._preferences.value.watched_folder
        folder = Path(name) if name else None
        if folder == self.folder:
            return
        self._unwatch()
        self._settle.stop()
        self.folder = folder
        self._since_ms.clear()
        self._answered.clear()
        was_lost, self._is_lost = self._is_lost, False
        self._set_offer([])
        if was_lost:
            self.found.emit()
        self.look()

    def _watch(self) -> None:
        """Before a look counts, the watch must stand: what changes after it is heard."""
        folder = str(self.folder)
        if self._watched == folder and self._watcher.directories():
            return
        self._unwatch()
        self._watcher.addPath(str(Path(folder).parent))  # a folder that is moved away does not say so itself
        if self._watcher.addPath(folder):
            self._watched = folder
            self._is_stale = True
        else:
            _log.warning("the watched folder can only be looked at when the window comes to the front")

    def _unwatch(self) -> None:
        self._watched = ""
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())
