"""Tokens and credentials: in the system's keyring, or in memory only.

There is no fallback to a file, and a keyring that would be one is not used. Where the system has no keyring,
secrets live until the program ends. A keyring may also be locked, or never answer: each question is asked on
a thread of its own and waited for a few seconds, then the program goes on with what is in memory, and what
the keyring has missed is made up for when it answers again. How it stands is told, and shown. keyring is
imported at first use: its search for a backend takes a fifth of a second. Long secrets lie in several
entries, because Windows takes 1,280 characters in one; the first entry is written last, so that a secret is
replaced in one step. Any thread. Read next: keyring_question.py, services/account/sign_in.py.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from rcdesk.core.account.keyring import KeyringState
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.store.account.keyring_question import KeyringQuestion, Locked, Silent, unlock

if TYPE_CHECKING:
    from rcdesk.store.account.keyring_question import KeyringEntries

T = TypeVar("T")

_log = logging.getLogger(__name__)

LONGEST_ENTRY = 1200
_ANY_KEY = "look"
_IN_PARTS = "rcdesk:parts:"
_GENERATIONS = ("a", "b")


class _Unusable(Exception):
    """The keyring could not be asked; why is in Secrets.state."""


class Secrets:
    """Named texts that must not be readable on disk."""

    def __init__(
        self,
        service: str = "rcdesk",
        *,
        use_keyring: bool = True,
        stop: CancelToken | None = None,
        told: Callable[[KeyringState], None] | None = None,
        asks_to_unlock: bool = False,
    ) -> None:
        """service is the name the keyring files them under; use_keyring=False keeps them in memory.

        stop: nothing is waited for any more once it is cancelled. told hears how the keyring stands, on any
        thread. asks_to_unlock: a locked keyring is asked, once, to let its owner unlock it.
        """
        self._service = service
        self._lock = threading.RLock()
        self._memory: dict[str, str] = {}
        self._missed: dict[str, str | None] = {}
        self._stop = stop or CancelToken()
        self._told = told
        self._asks_to_unlock = asks_to_unlock
        self.state = KeyringState.FINE if use_keyring else KeyringState.ABSENT
        """How the keyring stood when it was last asked."""
        self._logged = self.state
        self._has_answered = False
        self._unanswered: KeyringQuestion[Any] | None = None

    @property
    def is_persistent(self) -> bool:
        """True when what is saved survives the end of the program. Asks the keyring unless it is known."""
        return self._has_answered or self.look() is KeyringState.FINE

    @property
    def survives(self) -> bool:
        """True when something was to be forgotten that the keyring may still have."""
        with self._lock:
            return any(value is None for value in self._missed.values())

    def look(self) -> KeyringState:
        """Ask the keyring whether it can be used now, and make up for what it missed."""
        with self._lock:
            try:
                self._ask(lambda shelf: shelf.get(_ANY_KEY))
            except _Unusable:
                pass
            return self.state

    def save(self, key: str, value: str) -> None:
        """Keep a secret: in the keyring, and in memory as well. Raises Cancelled after stop."""
        with self._lock:
            self._memory[key] = value
            self._missed[key] = value
            try:
                self._ask(lambda shelf: None)
            except _Unusable:
                self._forget_missed_without_keyring()

    def load(self, key: str) -> str | None:
        """A secret saved before, as the keyring has it now: another program may have changed it.

        None when there is none, or when it is in a keyring that cannot be asked: see state. Raises Cancelled
        after stop.
        """
        with self._lock:
            try:
                value = self._ask(lambda shelf: _read(shelf, key))
            except _Unusable:
                return self._memory.get(key)
            if value is None:
                self._memory.pop(key, None)
            else:
                self._memory[key] = value
            return value

    def delete(self, key: str) -> None:
        """Forget a secret; fine when there is none. What the keyring still has is told by survives."""
        with self._lock:
            self._memory.pop(key, None)
            self._missed[key] = None
            try:
                self._ask(lambda shelf: None)
            except _Unusable:
                self._forget_missed_without_keyring()

    def _forget_missed_without_keyring(self) -> None:
        if self.state is KeyringState.ABSENT:
            self._missed.clear()

    def _ask(self, read: Callable[[KeyringEntries], T]) -> T:
        """Write what the keyring has missed, then read. Raises _Unusable; how it stands is in state then."""
        if self.state is KeyringState.ABSENT:
            raise _Unusable()
        if self._unanswered is not None and not self._unanswered.is_over:
            # It is still silent; a service that ends, or answers late, ends the question too.
            raise _Unusable()
        missed = dict(self._missed)

        def work(shelf: KeyringEntries) -> T:
            for key, value in missed.items():
                if value is None:
                    _delete(shelf, key)
                else:
                    _write(shelf, key, value)
            return read(shelf)

        question = KeyringQuestion(self._service, work)
        former = self.state
        try:
            found = question.answer(self._stop, lambda: self._tell(KeyringState.WAITING))
        except Cancelled:
            self._tell(former)
            raise
        except Locked as exc:
            self._trouble(KeyringState.LOCKED)
            self._ask_to_unlock()
            raise _Unusable() from exc
        except Silent as exc:
            self._unanswered = question
            self._trouble(KeyringState.SILENT)
            raise _Unusable() from exc
        except LookupError as exc:
            self._trouble(KeyringState.ABSENT)
            raise _Unusable() from exc
        except Exception as exc:  # backends raise whatever their system raises
            _log.warning("The keyring failed: %s.", type(exc).__name__)
            self._trouble(KeyringState.FAILED)
            raise _Unusable() from exc
        self._missed.clear()
        self._has_answered = True
        self._logged = KeyringState.FINE
        self._tell(KeyringState.FINE)
        return found

    def _trouble(self, state: KeyringState) -> None:
        self._has_answered = False
        if state is not self._logged:
            self._logged = state
            level = logging.WARNING if state.is_trouble else logging.INFO
            _log.log(level, "The keyring is %s; secrets stay in memory.", state.value)
        self._tell(state)

    def _tell(self, state: KeyringState) -> None:
        if state is not self.state:
            self.state = state
            if self._told is not None:
                self._told(state)

    def _ask_to_unlock(self) -> None:
        if self._asks_to_unlock:
            self._asks_to_unlock = False
            unlock()


def _write(shelf: KeyringEntries, key: str, value: str) -> None:
    former = _generation_of(shelf.get(key))
    if len(value) <= LONGEST_ENTRY:
        shelf.set(key, value)
    else:
        generation = next(name for name in _GENERATIONS if name != former)
        parts = [value[at : at + LONGEST_ENTRY] for at in range(0, len(value), LONGEST_ENTRY)]
        for number, part in enumerate(parts):
            shelf.set(_part_key(key, generation, number), part)
        shelf.set(key, f"{_IN_PARTS}{generation} {len(parts)}")
    if former:
        _remove_parts(shelf, key, former)


def _read(shelf: KeyringEntries, key: str) -> str | None:
    head = shelf.get(key)
    generation = _generation_of(head)
    if head is None or not generation:
        return head
    count = int(head.rpartition(" ")[2])
    keys = (_part_key(key, generation, number) for number in range(count))
    parts = [shelf.get(part_key) for part_key in keys]
    return None if None in parts else "".join(part or "" for part in parts)


def _delete(shelf: KeyringEntries, key: str) -> None:
    _remove(shelf, key)
    for generation in _GENERATIONS:
        _remove_parts(shelf, key, generation)


def _remove(shelf: KeyringEntries, key: str) -> bool:
    if shelf.get(key) is None:
        return False
    shelf.delete(key)
    return True


def _remove_parts(shelf: KeyringEntries, key: str, generation: str) -> None:
    number = 0
    while _remove(shelf, _part_key(key, generation, number)):
        number += 1


def _part_key(key: str, generation: str, number: int) -> str:
    return f"{key} part {generation}{number}"


def _generation_of(head: str | None) -> str:
    """Which set of parts a first entry names; "" for one that holds its secret itself."""
    return head[len(_IN_PARTS)] if head is not None and head.startswith(_IN_PARTS) else ""
