"""Who signed in last, as one small JSON file: the next start shows their desk before it has signed in.

It holds no secret, only what the window shows of the account. Without it, or when it makes no sense, the
start shows the sign-in page until the keyring was asked. Any thread, one at a time. Read next:
bridge/account/kept_account.py.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from rcdesk.core.account.account import KeptAccount
from rcdesk.store import json_file

WHAT = "account"


def load(path: Path) -> KeptAccount:
    """What was kept; nobody when the file is missing or makes no sense."""
    data = json_file.read(path, WHAT)
    if data is None or not _is_clean(data):
        return KeptAccount()
    try:
        return msgspec.convert(data, KeptAccount)
    except msgspec.ValidationError:
        return KeptAccount()


def save(path: Path, kept: KeptAccount) -> None:
    """Write it so that either the old or the new file is there. Raises StoreUnavailable."""
    json_file.write(path, msgspec.to_builtins(kept), "Who is signed in could not be saved ({why}).")


def forget(path: Path, profile_key: str) -> None:
    """The sign-in of this profile is kept no longer. Raises StoreUnavailable."""
    if path.exists() and load(path).profile_key == profile_key:
        save(path, KeptAccount())


def _is_clean(value: object) -> bool:
    """False when a text in it cannot be shown."""
    if isinstance(value, dict):
        return all(map(_is_clean, value.values()))
    if isinstance(value, list):
        return all(map(_is_clean, value))
    return not isinstance(value, str) or json_file.is_text(value)
