"""One question to the keyring, asked on a thread of its own and waited for a few seconds at most.

A backend may block for as long as its service likes, and nothing ends such a wait: the thread is then left to
itself (it ends with the program) and does nothing more when its answer comes after all. A Secret Service that
is locked is not opened here, for that waits for a person: it is told apart first. Any thread. Read next:
secrets.py.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Generic, TypeVar

from rcdesk.core.cancel import CancelToken

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

_log = logging.getLogger(__name__)

ANSWER_S = 5.0
"""How long an answer may take; one from a healthy keyring comes within a tenth of a second."""

LONG_S = 0.7
"""From when on it is said that the keyring is waited for."""

GRACE_S = 1.0
"""How long it may take when the program has been asked to end."""

_SLICE_S = 0.05
_DEFAULT_COLLECTION = "/org/freedesktop/secrets/aliases/default"
_FILE_KEYRINGS = ("keyrings.alt", "keyrings.cryptfile", "sagecipher")


class Locked(Exception):
    """Its owner must unlock it first."""


class Silent(Exception):
    """No answer in time."""


class KeyringEntries:
    """The entries of one service in a keyring; closed to a question nobody waits for any more."""

    def __init__(self, backend: KeyringBackend, service: str) -> None:
        self._backend = backend
        self._service = service
        self.is_left = False

    def get(self, key: str) -> str | None:
        self._check()
        return self._backend.get_password(self._service, key)

    def set(self, key: str, value: str) -> None:
        self._check()
        self._backend.set_password(self._service, key, value)

    def delete(self, key: str) -> None:
        self._check()
        self._backend.delete_password(self._service, key)

    def _check(self) -> None:
        if self.is_left:
            raise Silent()


class KeyringQuestion(Generic[T]):
    """Work with the keyring of this system; answer() once."""

    def __init__(self, service: str, work: Callable[[KeyringEntries], T]) -> None:
        self._service = service
        self._work = work
        self._is_over = threading.Event()
        self._is_left = False
        self._shelf: KeyringEntries | None = None
        self._found: list[T] = []
        self._failure: BaseException | None = None

    @property
    def is_over(self) -> bool:
        """True when the keyring has answered, or failed, though perhaps too late."""
        return self._is_over.is_set()

    def answer(self, stop: CancelToken, takes_long: Callable[[], None]) -> T:
        """What the work found. takes_long is called once when that is not quick.

        Raises Locked, Silent, LookupError when there is no keyring, Cancelled when stop is, and whatever the
        backend raises.
        """
        threading.Thread(target=self._run, name="keyring", daemon=True).start()
        began_s = time.monotonic()
        until_s, has_told = began_s + ANSWER_S, False
        while not self._is_over.wait(_SLICE_S):
            now_s = time.monotonic()
            if stop.is_cancelled:
                until_s = min(until_s, began_s + GRACE_S)
            if now_s > until_s:
                self._leave()
                stop.check()
                raise Silent()
            if not has_told and now_s - began_s > LONG_S:
                has_told = True
                takes_long()
        if self._failure is not None:
            raise self._failure
        return self._found[0]

    def _leave(self) -> None:
        self._is_left = True
        if self._shelf is not None:
            self._shelf.is_left = True

    def _run(self) -> None:
        try:
            backend = _find_backend()
            if _is_locked(backend):
                raise Locked()
            self._shelf = KeyringEntries(backend, self._service)
            self._shelf.is_left = self._is_left
            self._found.append(self._work(self._shelf))
        except BaseException as exc:  # told to whoever waits
            self._failure = _named(exc)
        finally:
            self._is_over.set()


def unlock() -> None:
    """Have the desktop ask the keyring's owner to unlock it; comes back at once."""

    def ask() -> None:
        try:
            import secretstorage

            with closing(secretstorage.dbus_init()) as bus:
                secretstorage.Collection(bus, _DEFAULT_COLLECTION).unlock()
        except Exception as exc:  # there may be nobody who could be asked
            _log.info("The keyring's owner could not be asked to unlock it (%s).", type(exc).__name__)

    threading.Thread(target=ask, name="keyring unlock", daemon=True).start()


def _find_backend() -> KeyringBackend:
    """Raises LookupError when there is none that is safe."""
    import keyring
    from keyring.backends import chainer

    backend = keyring.get_keyring()
    candidates = backend.backends if isinstance(backend, chainer.ChainerBackend) else [backend]
    for candidate in candidates:
        if _is_safe(candidate):
            return candidate
    raise LookupError("no keyring")


def _is_safe(backend: KeyringBackend) -> bool:
    """False for what keeps nothing and for what keeps secrets in a file of its own."""
    from keyring.backends import fail, null

    if isinstance(backend, (fail.Keyring, null.Keyring)):
        return False
    kind = type(backend)
    return not kind.__module__.startswith(_FILE_KEYRINGS) and "plaintext" not in kind.__name__.lower()


def _is_locked(backend: KeyringBackend) -> bool:
    """True for a Secret Service that is locked; others say so when they are asked for something."""
    from keyring.backends import SecretService

    if not isinstance(backend, SecretService.Keyring):
        return False
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        path = getattr(backend, "preferred_collection", _DEFAULT_COLLECTION)
        try:
            return bool(secretstorage.Collection(bus, path).is_locked())
        except secretstorage.ItemNotFoundException:
            # There is no default collection yet: the first entry makes it.
            return False


def _named(exc: BaseException) -> BaseException:
    """What keyring calls locked, too."""
    from keyring.errors import KeyringLocked

    return Locked() if isinstance(exc, KeyringLocked) else exc
