"""How the keyring of the system stands, and what to say of it. Pure. Read next: store/account/secrets.py."""

from __future__ import annotations

from enum import Enum


class KeyringState(Enum):
    """FINE and ABSENT last; the others may be over at the next question. WAITING: an answer is due, and
    takes longer than usual."""

    FINE = "fine"
    ABSENT = "absent"
    WAITING = "waiting"
    LOCKED = "locked"
    SILENT = "silent"
    FAILED = "failed"

    @property
    def is_trouble(self) -> bool:
        """True when there is a keyring that cannot be used now."""
        return self in _TROUBLES

    @property
    def trouble(self) -> str:
        """What is wrong, as the first half of a sentence: "The keyring is locked"; "" for nothing."""
        return _TROUBLES.get(self, "")

    @property
    def advice(self) -> str:
        """What to do about it, a sentence; "" for nothing."""
        return _ADVICE.get(self, "")


_TROUBLES = {
    KeyringState.LOCKED: "The keyring is locked",
    KeyringState.SILENT: "The keyring does not answer",
    KeyringState.FAILED: "The keyring cannot be used",
}
_ADVICE = {
    KeyringState.LOCKED: "Unlock it, then try again.",
    KeyringState.SILENT: "End its program or sign in to the desktop again, then try again.",
    KeyringState.FAILED: "See whether its program runs, then try again.",
}
