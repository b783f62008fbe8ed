"""Where a start signs in: the server of the preferences, or a JSON file given on the command line.

Without Qt and without a network; the same for the window and for a command without one. Any thread.
Read next: connection.py, cli/engine.py, app.py.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.errors import UserError


class _SignIn(Struct):
    base_url: str
    client_id: str
    jwt: str
    client_secret: str = ""


def sign_in_of(path: Path | None, remembered: Preferences) -> tuple[ServerProfile, Credentials | None]:
    """The server and, from a file, the credentials; without a file the server of the last sign-in.

    Raises UserError when the file cannot be read or lacks base_url, client_id or jwt.
    """
    if path is None:
        profile = ServerProfile(
            name=remembered.profile or "RingCentral",
            base_url=remembered.base_url,
            client_id=remembered.client_id,
        )
        return profile, None
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_SignIn)
    except (OSError, ValueError, RecursionError) as exc:
        raise UserError(
            f"The sign-in file {path} could not be read; it needs base_url, client_id and jwt."
        ) from exc
    profile = ServerProfile(
        name="RingCentral", base_url=found.base_url.rstrip("/"), client_id=found.client_id
    )
    return profile, Credentials(client_id=found.client_id, client_secret=found.client_secret, jwt=found.jwt)
