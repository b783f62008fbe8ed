"""What was typed or given in a file for a sign-in, read: a server's address, the JSON that holds a JWT.

Every refusal is a UserError with one sentence that quotes nothing secret. Pure. Read next: account.py.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

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
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as exc:
        raise UserError("The JSON that was given holds no jwt. Nothing was changed.") from exc
    if not all(isinstance(value, str) for value in given.values()):
        raise UserError("The JSON that was given makes no sense. Nothing was changed.")
    return given
