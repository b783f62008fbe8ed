"""The server profiles as one small JSON file beside the preferences. Nothing in it is secret.

A file that cannot be understood never stops the program: it is set aside and there are no profiles; single
values that make no sense are dropped. Any thread, one at a time. Read next: json_file.py,
core/account/account.py, bridge/account/profiles_desk.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from rcdesk.core.account.account import (
    PRODUCTION_URL,
    GrantKind,
    ServerProfile,
    ServerProfiles,
)
from rcdesk.core.account.preferences import Preferences
from rcdesk.store import json_file

FILE_NAME = "servers.json"
WHAT = "server profiles"


def profiles_file(preferences_file: Path) -> Path:
    """Where the profiles lie: beside the preferences."""
    return preferences_file.with_name(FILE_NAME)


def load(path: Path, former: Preferences | None = None) -> ServerProfiles:
    """The saved profiles. Without a file, the one server that former preferences knew, if they knew one."""
    if not os.path.lexists(path):
        return _of_preferences(former or Preferences())
    data = json_file.read(path, WHAT)
    if data is None:
        return ServerProfiles()
    entries = data.get("profiles")
    if not isinstance(entries, list):
        json_file.set_aside(path, WHAT)
        return ServerProfiles()
    found = ServerProfiles()
    for entry in entries:
        profile = _read(entry) if isinstance(entry, dict) else None
        if profile is not None and found.find(profile.id) is None:
            found = found.with_saved(profile)
    active = data.get("active")
    return found.activated(active) if isinstance(active, str) and found.find(active) else found


def save(path: Path, saved: ServerProfiles) -> None:
    """Write them so that either the old or the new file is there. Raises StoreUnavailable.

    The simulator inside the program is left out: its address is another one each time.
    """
    kept = [profile for profile in saved.profiles if profile.id and not profile.is_demo]
    value = {"profiles": [_written(p) for p in kept], "active": saved.active_id}
    json_file.write(path, value, "Your server profiles could not be saved ({why}).")


def _of_preferences(former: Preferences) -> ServerProfiles:
    """The server of earlier versions, under the id its saved sign-in is kept under."""
    if not former.client_id:
        return ServerProfiles()
    is_production = former.base_url == PRODUCTION_URL
    name = former.profile or ("RingCentral" if is_production else former.base_url.partition("://")[2])
    profile = ServerProfile(
        name=name, base_url=former.base_url, client_id=former.client_id, grant=GrantKind.JWT
    )
    none = ServerProfiles()
    profile = none.identified(profile)
    return none.with_saved(profile).activated(profile.id)


def _written(profile: ServerProfile) -> dict[str, Any]:
    return {name: value for name, value in to_builtins(profile).items() if name != "is_demo"}


def _read(entry: dict[str, Any]) -> ServerProfile | None:
    """One profile; None when it has no id or no address."""
    found = json_file.sound(entry, ServerProfile)
    address = found.get("base_url", "").rstrip("/")
    if not found.get("id") or not address:
        return None
    return ServerProfile(**{"name": address, **found, "base_url": address, "is_demo": False})
