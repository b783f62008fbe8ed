"""A keyring in memory that can be locked, or made to answer nothing."""

from __future__ import annotations

import threading

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

WINDOWS_LIMIT = 1280


class Shelf(KeyringBackend):
    """A keyring in memory that takes no more than Windows does; is_locked makes it refuse, and while
    answers is cleared it does not answer."""

    # Never chosen by itself.
    priority = 0.1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.dies_after: int | None = None
        self.is_locked = False
        self.answers = threading.Event()
        self.answers.set()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        assert len(password) <= WINDOWS_LIMIT
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                raise SystemExit
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError(username)

    def _check(self) -> None:
        self.asked += 1
        self.answers.wait()
        if self.is_locked:
            raise KeyringLocked("locked")
