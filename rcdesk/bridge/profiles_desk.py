"""The server profiles, for the GUI thread: read once, changed seldom, written at once.

The loader and the saver are given by app.py (they live in store/, which has no door to here). Saving runs on
the disk lane. Read next: core/account.py, session_desk.py, store/profiles.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.lane import Lane
from rcdesk.core.account import ServerProfile, ServerProfiles
from rcdesk.core.errors import RcdeskError

_log = logging.getLogger(__name__)


class ProfilesDesk(QObject):
    """Holds the ServerProfiles. changed(ServerProfiles) follows every change; problem(str) a failed save."""

    changed = Signal(object)
    problem = Signal(str)

    def __init__(
        self,
        path: Path,
        lane_disk: Lane,
        load: Callable[[Path], ServerProfiles],
        save: Callable[[Path, ServerProfiles], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path = path
        self._lane = lane_disk
        self._save = save
        self._value = load(path)
        self._saved = self._value
        self._pending = 0

    @property
    def value(self) -> ServerProfiles:
        """The profiles now."""
        return self._value

    @property
    def active(self) -> ServerProfile | None:
        """The profile in use, None when there is none."""
        return self._value.active

    def known(self, profile: ServerProfile) -> ServerProfile:
        """The profile with its id: that of the saved one for the same server and app, else a new one."""
        if profile.id:
            return profile
        wanted = (profile.kind, profile.base_url, profile.client_id)
        found = next((p for p in self._value.profiles if (p.kind, p.base_url, p.client_id) == wanted), None)
        return self.another(profile) if found is None else replace(profile, id=found.id)

    def another(self, profile: ServerProfile) -> ServerProfile:
        """The profile with a new id, for a second person at the same server."""
        return self._value.identified(replace(profile, id=""))

    def put(self, profile: ServerProfile) -> ServerProfile:
        """Save a new or changed profile; returns it with its id. The simulator inside is not saved."""
        if profile.is_demo:
            return profile
        profile = self.known(profile)
        self._set(self._value.with_saved(profile))
        return profile

    def activate(self, profile_id: str) -> None:
        """Make this the profile the next start goes on with; "" for none."""
        self._set(self._value.activated(profile_id))

    def remove(self, profile_id: str) -> None:
        """Forget a profile. Its sign-in is another matter: sign out first."""
        self._set(self._value.without(profile_id))

    def flush(self) -> None:
        """Try again what could not be written; what still waits on the lane is written before it stops."""
        if self._pending == 0 and self._saved != self._value:
            try:
                self._save(self._path, self._value)
                self._saved = self._value
            except RcdeskError:
                _log.warning("server profiles could not be saved")

    def _set(self, value: ServerProfiles) -> None:
        if value == self._value:
            return
        self._value = value
        path, save = self._path, self._save

        def done(_: None) -> None:
            self._pending -= 1
            self._saved = value

        self._pending += 1
        self._lane.submit(
            lambda token, report: save(path, value), done=done, failed=self._failed, is_kept=True
        )
        self.changed.emit(value)

    def _failed(self, error: RcdeskError) -> None:
        self._pending -= 1
        self.problem.emit(str(error))
