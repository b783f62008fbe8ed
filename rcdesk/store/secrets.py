"""Tokens and credentials: in the system's keyring, or in memory only.

There is no fallback to a file. Where the system has no keyring, or it refuses, secrets live until the program
ends and is_persistent says so, which the window shows. keyring is imported at first use: its search for a
backend takes a fifth of a second. Any thread. Read next: services/connection.py.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_log = logging.getLogger(__name__)


class Secrets:
    """Named texts that must not be readable on disk."""

    def __init__(self, service: str = "rcdesk", *, use_keyring: bool = True) -> None:
        """service is the name the keyring files them under; use_keyring=False keeps them in memory."""
        self._service = service
        self._lock = threading.RLock()
        self._memory: dict[str, str] = {}
        self._wants_keyring = use_keyring
        self._looked = False
        self._backend: KeyringBackend | None = None

    @property
    def is_persistent(self) -> bool:
        """True when what is saved survives the end of the program. Looks for the keyring when first asked."""
        with self._lock:
            return self._keyring() is not None

    def save(self, key: str, value: str) -> None:
        """Keep a secret: in the keyring, and in memory as well."""
        with self._lock:
            self._memory[key] = value
            backend = self._keyring()
            if backend is None:
                return
            try:
                backend.set_password(self._service, key, value)
            except Exception as exc:  # backends raise whatever their system raises
                self._give_up(exc)

    def load(self, key: str) -> str | None:
        """A secret saved before, None when there is none."""
        with self._lock:
            if key in self._memory:
                return self._memory[key]
            backend = self._keyring()
            if backend is None:
                return None
            try:
                value = backend.get_password(self._service, key)
            except Exception as exc:  # backends raise whatever their system raises
                self._give_up(exc)
                return None
            if value is not None:
                self._memory[key] = value
            return value

    def delete(self, key: str) -> None:
        """Forget a secret; fine when there is none."""
        with self._lock:
            self._memory.pop(key, None)
            backend = self._keyring()
            if backend is None:
                return
            try:
                if backend.get_password(self._service, key) is not None:
                    backend.delete_password(self._service, key)
            except Exception as exc:  # backends raise whatever their system raises
                self._give_up(exc)

    def _keyring(self) -> KeyringBackend | None:
        if not self._looked:
            self._looked = True
            self._backend = _find_backend() if self._wants_keyring else None
        return self._backend

    def _give_up(self, exc: Exception) -> None:
        """A keyring that fails once (locked, no session bus) is not asked again in this run."""
        _log.warning("The keyring cannot be used (%s); secrets stay in memory.", type(exc).__name__)
        self._backend = None


def _find_backend() -> KeyringBackend | None:
    try:
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
    except Exception as exc:  # discovery runs other people's plug-ins
        _log.warning("No keyring was found (%s); secrets stay in memory.", type(exc).__name__)
        return None
    if isinstance(backend, (fail.Keyring, null.Keyring)):
        return None
    if "plaintext" in type(backend).__name__.lower():
        return None
    return backend
