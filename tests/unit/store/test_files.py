"""Spool, preferences, secrets, recents and paths on a real folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.account.preferences import Preferences
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, StoreUnavailable, UserError
from rcdesk.store.account import preferences
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.fax.spool import CHUNK_BYTES, Spool
from rcdesk.store.paths import Paths


def test_the_spool_keeps_what_was_sent_whatever_happens_to_the_original(tmp_path: Path) -> None:
    original = tmp_path / "a.bin"
    data = bytes(range(256)) * 2048
    original.write_bytes(data)
    spool = Spool(tmp_path / "spool")
    reports: list[int] = []
    spooled = spool.add(original, CancelToken(), reports.append)
    assert spooled == (hashlib.sha256(data).hexdigest(), len(data))
    assert reports == list(range(CHUNK_BYTES, len(data) + 1, CHUNK_BYTES))
    original.unlink()
    assert spool.path(spooled.digest).read_bytes() == data
    assert spool.verify(*spooled, CancelToken())
    assert spool.has(spooled.digest, len(data))
    assert not spool.has(spooled.digest, len(data) + 1)
    assert spool.remove_unused({spooled.digest}) == 0
    assert spool.remove_unused(set()) == 1
    assert not spool.has(spooled.digest, len(data))


def test_a_cancelled_or_failed_copy_leaves_nothing(tmp_path: Path) -> None:
    original = tmp_path / "a.bin"
    original.write_bytes(b"x")
    token = CancelToken()
    token.cancel()
    spool = Spool(tmp_path / "spool")
    with pytest.raises(Cancelled):
        spool.add(original, token)
    assert [p for p in (tmp_path / "spool").rglob("*") if p.is_file()] == []
    with pytest.raises(UserError, match="not there any more"):
        spool.add(tmp_path / "gone", CancelToken())
    with pytest.raises(StoreUnavailable, match="Nothing was sent"):
        Spool(original).add(original, CancelToken())


def test_a_copy_that_was_altered_or_lost_is_noticed(tmp_path: Path) -> None:
    original = tmp_path / "a.bin"
    original.write_bytes(b"x" * CHUNK_BYTES * 2)
    spool = Spool(tmp_path / "spool")
    spooled = spool.add(original, CancelToken())
    with spool.path(spooled.digest).open("r+b") as copy:
        copy.seek(CHUNK_BYTES + 7)
        copy.write(b"y")
    assert spool.has(*spooled)
    assert not spool.verify(*spooled, CancelToken())
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        spool.verify(*spooled, token)
    spool.path(spooled.digest).unlink()
    assert not spool.verify(*spooled, CancelToken())


def test_preferences_come_back_and_nonsense_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "config" / "preferences.json"
    assert preferences.load(path) == Preferences()
    wanted = replace(Preferences(), ring_me_on="7", ask_to_press_1=False, cover_index=3)
    preferences.save(path, wanted)
    assert preferences.load(path) == wanted
    path.write_text('{"cover_index": "three", "page": "fax", "unknown": 1}', encoding="utf-8")
    assert preferences.load(path) == replace(Preferences(), page="fax")
    path.write_text("{broken", encoding="utf-8")
    assert preferences.load(path) == Preferences()
    assert path.with_name("preferences.json.bad").read_text(encoding="utf-8") == "{broken"


def test_without_a_keyring_secrets_live_in_memory_and_it_is_said() -> None:
    secrets = Secrets()
    assert not secrets.is_persistent
    secrets.save("k", "v")
    assert secrets.load("k") == "v"
    secrets.delete("k")
    assert secrets.load("k") is None
    assert Secrets().load("k") is None


def test_paths_are_apart_and_made_private(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "root").create()
    assert paths.spool_dir.is_dir() and paths.config_dir.is_dir() and paths.archive_dir.is_dir()
    assert paths.spool_dir.stat().st_mode & 0o077 == 0
    assert Paths.default().database.name == "rcdesk.sqlite3"
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        Paths.under(blocked).create()
