"""The server profiles as one small JSON file beside the preferences. Nothing in it is secret.

A file that cannot be understood never stops the program: it is set aside and there are no profiles; single
values that make no sense are dropped. Any thread, one at a time. Read next: json_file.py,
core/account/account.py, bridge/account/profiles_desk.py.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from rcdesk.core.account.account import (
    PRODUCTION_URL,
    AppSecret,
    GrantKind,
    ServerKind,
    ServerProfile,
    ServerProfiles,
)
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.errors import StoreUnavailable
from rcdesk.store import json_file

_log = logging.getLogger(__name__)

FILE_NAME = "servers.json"
WHAT = "server profiles"
_TEXTS = ("id", "name", "base_url", "client_id", "ca_file")
_NUMBERS = {"redirect_port": (0, 65535), "max_fax_bytes": (1, 10**9), "max_fax_pages": (1, 10_000)}


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
    entries = data.get("profiles") if isinstance(data, dict) else None
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
    try:
        json_file.write(path, {"profiles": [_written(p) for p in kept], "active": saved.active_id})
    except OSError as exc:
        raise StoreUnavailable(f"Your server profiles could not be saved ({exc.strerror}).") from exc


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
    return {
        **{name: getattr(profile, name) for name in (*_TEXTS, *_NUMBERS)},
        "kind": profile.kind.value,
        "grant": profile.grant.value,
        "app_secret": profile.app_secret.value,
    }


def _read(entry: dict[str, Any]) -> ServerProfile | None:
    """One profile; None when it has no id or no address."""
    texts = {name: entry[name] for name in _TEXTS if isinstance(entry.get(name), str)}
    if not all(map(json_file.is_text, texts.values())) or not texts.get("id") or not texts.get("base_url"):
        return None
    texts["base_url"] = texts["base_url"].rstrip("/")
    profile = ServerProfile(**{"name": texts["base_url"], **texts})
    numbers: dict[str, Any] = {
        name: entry[name]
        for name, (low, high) in _NUMBERS.items()
        if isinstance(entry.get(name), int)
        and not isinstance(entry[name], bool)
        and low <= entry[name] <= high
    }
    profile = replace(profile, **numbers)
    try:
        profile = replace(profile, kind=ServerKind(entry.get("kind", profile.kind.value)))
        profile = replace(profile, grant=GrantKind(entry.get("grant", profile.grant.value)))
        profile = replace(profile, app_secret=AppSecret(entry.get("app_secret", profile.app_secret.value)))
    except ValueError:
        _log.warning("A server profile names a kind that is not known; the usual one is used.")
    return profile
