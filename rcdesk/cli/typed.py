"""What was typed or given in a file for a sign-in, read: a server's address, a profile's name, a JWT's JSON.

Every refusal is a UserError with one sentence that quotes nothing secret. Pure. Read next: account.py.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from rcdesk.core.account.account import PRODUCTION_URL, ServerKind, ServerProfile, ServerProfiles
from rcdesk.core.errors import UserError


def is_address(server: str) -> bool:
    """True for what looks like https://platform.ringcentral.com."""
    try:
        parts = urlsplit(server)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def jwt_json(text: str) -> dict[str, str]:
    """A sign-in file, or the file RingCentral gives out: clientId, clientSecret, server, jwt by name."""
    try:
        found = json.loads(text)
        jwt = found["jwt"]
        if isinstance(jwt, dict):
            jwt = next(iter(jwt.values()))
        given = {
            "jwt": jwt,
            "client_id": found.get("client_id") or found.get("clientId") or "",
            "client_secret": found.get("client_secret") or found.get("clientSecret") or "",
            "server": (found.get("base_url") or found.get("server") or "").rstrip("/"),
        }
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError) as exc:
        raise UserError("The JSON that was given holds no jwt. Nothing was changed.") from exc
    if not all(isinstance(value, str) for value in given.values()):
        raise UserError("The JSON that was given makes no sense. Nothing was changed.")
    return given


def called(name: str, saved: ServerProfiles) -> ServerProfile | None:
    """The profile of this name, whatever the case, or of this id."""
    wanted = name.casefold()
    return next((p for p in saved.profiles if p.name.casefold() == wanted), None) or saved.find(name)


def profile_at(server: str, client_id: str, kind: ServerKind, saved: ServerProfiles) -> ServerProfile | None:
    """The active profile when it is of this server and app, else the first one that is."""
    known: list[ServerProfile] = [saved.active] if saved.active is not None else []
    for profile in (*known, *saved.profiles):
        if profile.base_url == server and profile.kind is kind and client_id in ("", profile.client_id):
            return profile
    return None


def no_such(name: str, saved: ServerProfiles) -> str:
    """The sentence for a name that no profile has."""
    names = ", ".join(profile.name for profile in saved.profiles)
    there = f"Those there are: {names}." if names else "There are none yet: sign in with rcdesk login."
    return f'There is no profile called "{name}". {there}'


def usual_name(server: str) -> str:
    """What a new profile of this server is called."""
    return "RingCentral" if server == PRODUCTION_URL else urlsplit(server).netloc
