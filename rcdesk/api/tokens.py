"""The tokens of a sign-in and who keeps them.

A refresh token works once, so the keeper must hold the new tokens before they are used (docs/wire.md 1.1).
The keeper itself lives outside this package (the keyring, or memory). Frozen values, any thread. Read next:
session.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Protocol

from msgspec import Meta, Struct


class Tokens(Struct, frozen=True, kw_only=True):
    """What `POST /restapi/oauth/token` answered (spec: TokenInfo), times as aware UTC moments.

    refresh_token is "" when the app has none. Never logged: repr hides the secrets.
    """

    access_token: str
    refresh_token: str
    expires_at: Annotated[datetime, Meta(tz=True)]
    refresh_expires_at: Annotated[datetime, Meta(tz=True)]
    owner_id: str
    scope: str = ""

    def __repr__(self) -> str:
        return f"Tokens(owner_id={self.owner_id!r}, expires_at={self.expires_at.isoformat()}, …)"


class TokenKeeper(Protocol):
    """Where tokens survive: saved as a whole, called under the session's lock."""

    def load(self) -> Tokens | None:
        """The saved tokens as they are now (another program may have changed them), None without any."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Keep these tokens instead of the former ones; they are durable when this returns."""
        ...

    def clear(self) -> None: ...


def read_tokens(body: dict[str, Any], now: datetime) -> Tokens | None:
    """Tokens from the service's answer heard at `now`; None when it holds no access token."""
    access_token = _word(body.get("access_token"))
    if not access_token:
        return None
    return Tokens(
        access_token=access_token,
        refresh_token=_word(body.get("refresh_token")),
        expires_at=now + timedelta(seconds=_seconds(body.get("expires_in"), 3600)),
        refresh_expires_at=now + timedelta(seconds=_seconds(body.get("refresh_token_expires_in"), 604800)),
        owner_id=_word(body.get("owner_id")),
        scope=_word(body.get("scope")),
    )


def _word(value: object) -> str:
    """A text that may go into a header, or an id given as a number; else ""."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isprintable() else ""


def _seconds(value: object, default: int) -> float:
    is_usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    return float(value) if is_usable and isinstance(value, int | float) else float(default)
