"""A keyring for processes that are killed: a file that is replaced in one step, as a real one's entry is.

Only for tests; rcdesk itself never keeps secrets in a file. A process may be told to die in the middle of
writing. Chosen by PYTHON_KEYRING_BACKEND; the file by RCDESK_TEST_KEYRING. Read next: refresh_process.py.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class FileKeyring(KeyringBackend):
    """Secrets as JSON; before_replace is called when the new file is written but not in its place."""

    # Never chosen by itself.
    priority = 0.1
    before_replace: Callable[[str], None] | None = None

    def _path(self) -> Path:
        return Path(os.environ["RCDESK_TEST_KEYRING"])

    def _all(self) -> dict[str, str]:
        path = self._path()
        found: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return found

    def _replace(self, name: str, entries: dict[str, str]) -> None:
        unfinished = self._path().with_suffix(".new")
        unfinished.write_text(json.dumps(entries), "utf-8")
        if FileKeyring.before_replace is not None:
            FileKeyring.before_replace(name)
        os.replace(unfinished, self._path())

    def get_password(self, service: str, username: str) -> str | None:
        """One secret."""
        return self._all().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep one secret."""
        self._replace(username, {**self._all(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Forget one secret."""
        entries = self._all()
        if entries.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError(username)
        self._replace(username, entries)
