"""Secrets: in the keyring, short or long, seen by another program at once; memory only when there is none."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError

from rcdesk.store.secrets import LONGEST_ENTRY, Secrets

WINDOWS_LIMIT = 1280


class Shelf(KeyringBackend):
    """A keyring in memory that takes no more than Windows does; is_locked makes it refuse."""

    # Never chosen by itself.
    priority = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.dies_after: int | None = None
        self.is_locked = False

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
        if self.is_locked:
            raise KeyringLocked("locked")


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    former = keyring.get_keyring()
    found = Shelf()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(former)


LENGTHS = pytest.mark.parametrize("length", [0, 1, LONGEST_ENTRY, LONGEST_ENTRY + 1, 5 * LONGEST_ENTRY])


@LENGTHS
def test_a_secret_of_any_length_comes_back(shelf: Shelf, length: int) -> None:
    Secrets("t").save("key", "x" * length)
    assert Secrets("t").load("key") == "x" * length
    Secrets("t").delete("key")
    assert Secrets("t").load("key") is None and shelf.entries == {}


def test_replacing_leaves_nothing_of_the_former(shelf: Shelf) -> None:
    secrets = Secrets("t")
    for length in (4000, 3000, 6000, 10, 4000):
        secrets.save("key", str(length) * (length // 4))
        assert Secrets("t").load("key") == str(length) * (length // 4)
    secrets.save("key", "short")
    assert list(shelf.entries.values()) == ["short"]


def test_dying_while_replacing_a_long_secret_leaves_the_old_one_whole(shelf: Shelf) -> None:
    old, new = "o" * 4000, "n" * 4000
    Secrets("t").save("key", old)
    for writes in range(4):
        shelf.dies_after = writes
        with pytest.raises(SystemExit):
            Secrets("t").save("key", new)
        shelf.dies_after = None
        assert Secrets("t").load("key") == old
    Secrets("t").save("key", new)
    assert Secrets("t").load("key") == new


def test_a_change_of_another_program_is_seen(shelf: Shelf) -> None:
    mine, other = Secrets("t"), Secrets("t")
    mine.save("key", "first")
    other.save("key", "second")
    assert mine.load("key") == "second"
    other.delete("key")
    assert mine.load("key") is None


def test_a_locked_keyring_means_memory(shelf: Shelf) -> None:
    secrets = Secrets("t")
    assert secrets.is_persistent
    shelf.is_locked = True
    secrets.save("key", "value")
    assert not secrets.is_persistent and secrets.load("key") == "value"
    assert shelf.entries == {}


def test_a_keyring_that_locks_later_does_not_lose_what_was_read(shelf: Shelf) -> None:
    secrets = Secrets("t")
    secrets.save("key", "value")
    shelf.is_locked = True
    assert secrets.load("key") == "value" and not secrets.is_persistent


def test_what_is_deleted_is_gone_from_a_keyring_that_was_locked_for_a_while(shelf: Shelf) -> None:
    Secrets().save("password", "old")
    secrets = Secrets()
    shelf.is_locked = True
    assert secrets.load("password") is None and not secrets.is_persistent
    secrets.delete("password")
    shelf.is_locked = False
    secrets.save("password", "new")
    assert list(shelf.entries.values()) == ["old"]
    secrets.delete("password")
    assert shelf.entries == {}


class PlaintextKeyring(Shelf):
    """The name of the one that keeps secrets readable in a file."""


class EncryptedKeyring(Shelf):
    """Also a file."""

    __module__ = "keyrings.alt.file"


@pytest.mark.parametrize("kind", [fail.Keyring, null.Keyring, PlaintextKeyring, EncryptedKeyring])
def test_what_keeps_nothing_or_a_file_is_not_used(shelf: Shelf, kind: type[KeyringBackend]) -> None:
    keyring.set_keyring(kind())
    assert not Secrets("t").is_persistent


def test_of_several_keyrings_the_first_safe_one_is_used(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keyring.backends.chainer import ChainerBackend

    monkeypatch.setattr(ChainerBackend, "backends", [PlaintextKeyring(), shelf])
    keyring.set_keyring(ChainerBackend())
    Secrets("t").save("key", "value")
    assert list(shelf.entries.values()) == ["value"]
