"""The server profiles, for the GUI thread: read once, changed seldom, written at once.

What loads, saves and wipes is given by app.py (it lives in store/ and services/, which have no door to here).
Saving runs on the disk lane, wiping on the lane of the sign-ins, so that it comes before a later one. Read
next: saved_value.py, core/account/account.py, session_desk.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Signal

from rcdesk.bridge.runtime.lane import Lane, ignore
from rcdesk.bridge.runtime.saved_value import SavedValue
from rcdesk.core.account.account import ServerProfile, ServerProfiles
from rcdesk.core.errors import RcdeskError

_log = logging.getLogger(__name__)


class ProfilesDesk(SavedValue[ServerProfiles]):
    """Holds the ServerProfiles. changed(ServerProfiles) follows every change; problem(str) a failed save.

    removed(ServerProfile): it is in no list any more, and nothing of its sign-in may go on. forget wipes the
    secrets kept for a profile.
    """

    removed = Signal(object)

    def __init__(
        self,
        path: Path,
        lane_disk: Lane,
        load: Callable[[Path], ServerProfiles],
        save: Callable[[Path, ServerProfiles], None],
        *,
        forget: Callable[[ServerProfile], None] | None = None,
        lane_calls: Lane | None = None,
    ) -> None:
        super().__init__(path, lane_disk, load, save)
        self._forget = forget
        self._lane_forget = lane_calls or lane_disk

    @property
    def active(self) -> ServerProfile | None:
        return self.value.active

    def known(self, profile: ServerProfile) -> ServerProfile:
        """The profile with its id: that of the saved one for the same server and app, else a new one."""
        if profile.id:
            return profile
        wanted = (profile.kind, profile.base_url, profile.client_id)
        found = next((p for p in self.value.profiles if (p.kind, p.base_url, p.client_id) == wanted), None)
        return self.another(profile) if found is None else replace(profile, id=found.id)

    def another(self, profile: ServerProfile) -> ServerProfile:
        """The profile with a new id, for a second person at the same server."""
        return self.value.identified(replace(profile, id=""))

    def put(self, profile: ServerProfile) -> ServerProfile:
        """Save a new or changed profile; returns it with its id. The simulator inside is not saved."""
        if profile.is_demo:
            return profile
        profile = self.known(profile)
        self._set(self.value.with_saved(profile))
        return profile

    def activate(self, profile_id: str) -> None:
        """Make this the profile the next start goes on with; "" for none."""
        self._set(self.value.activated(profile_id))

    def remove(self, profile_id: str) -> None:
        """Forget a profile, with the sign-in kept for it."""
        profile = self.value.find(profile_id)
        if profile is None:
            return
        self._set(self.value.without(profile_id))
        self.removed.emit(profile)
        self.forget_sign_in(profile)

    def forget_sign_in(self, profile: ServerProfile) -> None:
        """Wipe what is kept to sign in there: here only, the service is not told. Needs no network."""
        forget = self._forget
        if forget is not None:
            self._lane_forget.keep(lambda: forget(profile), ignore, self._not_forgotten)

    def _plan_save(self) -> None:
        self._submit(is_kept=True)

    def _not_forgotten(self, error: RcdeskError) -> None:
        _log.warning("the sign-in kept for a server could not be wiped: %s", type(error).__name__)
        self.problem.emit(str(error))
