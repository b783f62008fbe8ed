"""Tokens and credentials: in the system's keyring, or in memory only.

There is no fallback to a file, and a keyring that would be one is not used. Where the system has no keyring,
or it refuses, secrets live until the program ends and is_persistent says so, which the window shows. keyring
is imported at first use: its search for a backend takes a fifth of a second. Long secrets lie in several
entries, because Windows takes 1,280 characters in one; the first entry is written last, so that a secret is
replaced in one step. Any thread. Read next: services/sign_in.py.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_log = logging.getLogger(__name__)

LONGEST_ENTRY = 1200
_IN_PARTS = "rcdesk:parts:"
_GENERATIONS = ("a", "b")
_FILE_KEYRINGS = ("keyrings.alt", "keyrings.cryptfile", "sagecipher")


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
        self._given_up: KeyringBackend | None = None

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
                self._write(backend, key, value)
            except Exception as exc:  # backends raise whatever their system raises
                self._give_up(exc)

    def load(self, key: str) -> str | None:
        """A secret saved before, as the keyring has it now: another program may have changed it.

        None when there is none.
        """
        with self._lock:
            backend = self._keyring()
            if backend is None:
                return self._memory.get(key)
            try:
                value = self._read(backend, key)
            except Exception as exc:  # backends raise whatever their system raises
                self._give_up(exc)
                return self._memory.get(key)
            if value is None:
                self._memory.pop(key, None)
            else:
                self._memory[key] = value
            return value

    def delete(self, key: str) -> None:
        """Forget a secret; fine when there is none. A keyring that was given up is asked once more: what it
        still has must not come back at the next start."""
        with self._lock:
            self._memory.pop(key, None)
            backend = self._keyring() or self._given_up
            if backend is None:
                return
            try:
                self._remove(backend, key)
                for generation in _GENERATIONS:
                    self._remove_parts(backend, key, generation)
            except Exception as exc:  # backends raise whatever their system raises
                self._give_up(exc)

    def _write(self, backend: KeyringBackend, key: str, value: str) -> None:
        former = _generation_of(backend.get_password(self._service, key))
        if len(value) <= LONGEST_ENTRY:
            backend.set_password(self._service, key, value)
        else:
            generation = next(name for name in _GENERATIONS if name != former)
            parts = [value[at : at + LONGEST_ENTRY] for at in range(0, len(value), LONGEST_ENTRY)]
            for number, part in enumerate(parts):
                backend.set_password(self._service, _part_key(key, generation, number), part)
            backend.set_password(self._service, key, f"{_IN_PARTS}{generation} {len(parts)}")
        if former:
            self._remove_parts(backend, key, former)

    def _read(self, backend: KeyringBackend, key: str) -> str | None:
        head = backend.get_password(self._service, key)
        generation = _generation_of(head)
        if head is None or not generation:
            return head
        count = int(head.rpartition(" ")[2])
        keys = (_part_key(key, generation, number) for number in range(count))
        parts = [backend.get_password(self._service, part_key) for part_key in keys]
        return None if None in parts else "".join(part or "" for part in parts)

    def _remove(self, backend: KeyringBackend, key: str) -> bool:
        if backend.get_password(self._service, key) is None:
            return False
        backend.delete_password(self._service, key)
        return True

    def _remove_parts(self, backend: KeyringBackend, key: str, generation: str) -> None:
        number = 0
        while self._remove(backend, _part_key(key, generation, number)):
            number += 1

    def _keyring(self) -> KeyringBackend | None:
        if not self._looked:
            self._looked = True
            self._backend = _find_backend() if self._wants_keyring else None
        return self._backend

    def _give_up(self, exc: Exception) -> None:
        """A keyring that fails once (locked, no session bus) is not asked again in this run."""
        _log.warning("The keyring cannot be used (%s); secrets stay in memory.", type(exc).__name__)
        self._given_up, self._backend = self._backend or self._given_up, None


def _part_key(key: str, generation: str, number: int) -> str:
    return f"{key} part {generation}{number}"


def _generation_of(head: str | None) -> str:
    """Which set of parts a first entry names; "" for one that holds its secret itself."""
    return head[len(_IN_PARTS)] if head is not None and head.startswith(_IN_PARTS) else ""


def _find_backend() -> KeyringBackend | None:
    try:
        import keyring
        from keyring.backends import chainer

        backend = keyring.get_keyring()
        candidates = backend.backends if isinstance(backend, chainer.ChainerBackend) else [backend]
    except Exception as exc:  # discovery runs other people's plug-ins
        _log.warning("No keyring was found (%s); secrets stay in memory.", type(exc).__name__)
        return None
    return next((candidate for candidate in candidates if _is_safe(candidate)), None)


def _is_safe(backend: KeyringBackend) -> bool:
    """False for what keeps nothing and for what keeps secrets in a file of its own."""
    from keyring.backends import fail, null

    if isinstance(backend, (fail.Keyring, null.Keyring)):
        return False
    kind = type(backend)
    return not kind.__module__.startswith(_FILE_KEYRINGS) and "plaintext" not in kind.__name__.lower()
