"""Whose sign-in is kept on this computer, for the GUI thread: read once, written as soon as it changes.

What loads and saves is given by desk_building.py. Saving runs on the disk lane. Read next: saved_value.py,
session_desk.py.
"""

from __future__ import annotations

from rcdesk.bridge.runtime.saved_value import SavedValue
from rcdesk.core.account.account import Account, KeptAccount, ServerProfile


class KeptAccountDesk(SavedValue[KeptAccount]):
    def of(self, profile: ServerProfile) -> Account | None:
        """Who signed in there last, None when no sign-in is kept."""
        kept = self.value
        return kept.account if kept.profile_key == profile.key else None

    def keep(self, profile: ServerProfile, account: Account) -> None:
        self._set(KeptAccount(profile_key=profile.key, account=account))

    def forget(self, profile: ServerProfile) -> None:
        if self.value.profile_key == profile.key:
            self._set(KeptAccount())

    def _plan_save(self) -> None:
        self._submit(is_kept=True)
