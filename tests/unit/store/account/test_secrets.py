"""Secrets: in the keyring, short or long, seen by another program at once; memory only when there is none."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from rcdesk.core.account.keyring import KeyringState
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.store.account import keyring_question
from rcdesk.store.account.secrets import LONGEST_ENTRY, Secrets
from tests.now import now
from tests.unit.store.shelf import Shelf


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
    assert now(secrets.is_persistent)
    shelf.is_locked = True
    secrets.save("key", "value")
    assert not secrets.is_persistent and secrets.load("key") == "value"
    assert shelf.entries == {}


def test_a_keyring_that_locks_later_does_not_lose_what_was_read(shelf: Shelf) -> None:
    secrets = Secrets("t")
    secrets.save("key", "value")
    shelf.is_locked = True
    assert secrets.load("key") == "value" and not secrets.is_persistent


def test_a_keyring_that_was_locked_for_a_while_gets_what_it_missed(shelf: Shelf) -> None:
    Secrets().save("password", "old")
    Secrets().save("tokens", "old")
    secrets = Secrets()
    shelf.is_locked = True
    assert secrets.load("password") is None and not now(secrets.is_persistent)
    assert secrets.state is KeyringState.LOCKED and not now(secrets.survives)
    secrets.delete("password")
    secrets.save("tokens", "new")
    assert now(secrets.survives)
    shelf.is_locked = False
    assert secrets.look() is KeyringState.FINE and not now(secrets.survives)
    assert shelf.entries == {("rcdesk", "tokens"): "new"}


def test_a_silent_keyring_is_waited_for_once_and_gets_what_it_missed(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_question, "ANSWER_S", 0.2)
    monkeypatch.setattr(keyring_question, "LONG_S", 0.0)
    heard: list[KeyringState] = []
    secrets = Secrets(told=heard.append)
    shelf.answers.clear()
    assert secrets.load("password") is None
    assert heard == [KeyringState.WAITING, KeyringState.SILENT]
    asked = shelf.asked
    secrets.save("password", "new")
    secrets.delete("tokens")
    assert secrets.load("password") == "new" and secrets.survives
    assert not secrets.is_persistent and shelf.asked == asked
    shelf.answers.set()
    # The first question must end before another is asked.
    while secrets.look() is not KeyringState.FINE:
        pass
    assert shelf.entries == {("rcdesk", "password"): "new"} and not secrets.survives


def test_nothing_is_waited_for_once_the_program_is_to_end(shelf: Shelf) -> None:
    stop = CancelToken()
    secrets = Secrets(stop=stop)
    shelf.answers.clear()
    stop.cancel()
    with pytest.raises(Cancelled):
        secrets.load("password")
    shelf.answers.set()


def test_what_nobody_waits_for_any_more_writes_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would come after what was written since."""
    monkeypatch.setattr(keyring_question, "ANSWER_S", 0.2)
    secrets = Secrets()
    shelf.answers.clear()
    secrets.save("tokens", "x" * 3000)
    shelf.answers.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join()
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
    keyring.set_keyring(ChainerBackend())  # type: ignore[no-untyped-call]
    Secrets("t").save("key", "value")
    assert list(shelf.entries.values()) == ["value"]
