"""Files of a start that make no sense: the defaults, the file set aside, one sentence; and who may read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rcdesk.core.account.account import ServerProfiles
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import PaperSize
from rcdesk.services.account.sign_in_file import sign_in_of
from rcdesk.store import json_file
from rcdesk.store.account import preferences, profiles
from rcdesk.store.account.presence_timer import PresenceTimers
from rcdesk.store.database import open_database
from rcdesk.store.fax import watched_files
from rcdesk.store.paths import Paths

ODD: dict[str, bytes] = {
    "deep list": b"[" * 10_000 + b"]" * 10_000,
    "deep object": b'{"profiles":' * 10_000 + b"1" + b"}" * 10_000,
    "unclosed": b"[" * 100_000,
    "empty": b"",
    "no text": b"\xff\xfe\x00\x01",
    "null": b"null",
    "a number": b"1" * 10_000,
    "a word": b"NaN",
    "two": b"{}{}",
}
READERS: dict[str, tuple[Callable[[Path], Any], Any]] = {
    "preferences": (preferences.load, Preferences()),
    "profiles": (profiles.load, ServerProfiles()),
    "watched": (lambda path: watched_files.load(path, Path("/in")), None),
    "presence": (lambda path: PresenceTimers(path).get("1", "calls"), None),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("odd", ODD)
def test_what_makes_no_sense_is_set_aside_with_one_sentence(tmp_path: Path, reader: str, odd: str) -> None:
    json_file.take_notes()
    path = tmp_path / "kept.json"
    path.write_bytes(ODD[odd])
    load, defaults = READERS[reader]
    assert load(path) == defaults
    aside = tmp_path / "kept.json.bad"
    assert aside.read_bytes() == ODD[odd] and not path.exists()
    (note,) = json_file.take_notes()
    assert "could not be understood" in note and str(aside) in note
    assert load(path) == defaults and json_file.take_notes() == ()


@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_at_all_stops_nothing(tmp_path: Path, reader: str) -> None:
    load, defaults = READERS[reader]
    pipe, folder, loop = tmp_path / "pipe", tmp_path / "folder", tmp_path / "loop"
    os.mkfifo(pipe)
    (folder / "mine").mkdir(parents=True)
    loop.symlink_to(loop)
    for path in (pipe, folder, loop):
        assert load(path) == defaults
        assert path.with_name(path.name + ".bad").is_symlink() or path.with_name(path.name + ".bad").exists()


@pytest.mark.parametrize(
    "value",
    [
        {"undo_s": -1},
        {"undo_s": 10**30},
        {"keep_files_days": 0},
        {"color_scheme": "blue"},
        {"paper": "A99"},
        {"paper": "a4\n"},
        {"home_country": "??"},
        {"home_country": "US\n"},
        {"resolution": ["High"]},
        {"cover_index": 1_000_001},
        {"last_folder": "\ud800"},
        {"page": "a\0b"},
        {"has_sounds": 1},
        {"undo_s": True},
        {"undo_s": 1.5},
    ],
)
def test_single_values_that_make_no_sense_are_dropped(tmp_path: Path, value: dict[str, object]) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(json.dumps({**value, "ring_me_on": "7"}), encoding="utf-8")
    assert preferences.load(path) == Preferences(ring_me_on="7")


@pytest.mark.parametrize("paper", ["", *(size.value for size in PaperSize)])
def test_every_paper_is_kept(tmp_path: Path, paper: str) -> None:
    preferences.save(tmp_path / "preferences.json", Preferences(paper=paper))
    assert preferences.load(tmp_path / "preferences.json") == Preferences(paper=paper)


@pytest.mark.parametrize("odd", ODD)
def test_a_sign_in_file_that_makes_no_sense_is_one_sentence(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "sign-in.json"
    path.write_bytes(ODD[odd])
    with pytest.raises(UserError, match="could not be read; it needs base_url"):
        sign_in_of(path, Preferences())


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_folders_and_the_archive_that_were_there_before_are_closed_to_others(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "home").create()
    open_database(paths.database).close()
    for path in (paths.data_dir, paths.config_dir, paths.log_file.parent, paths.spool_dir):
        path.chmod(0o755)
    paths.database.chmod(0o644)
    paths.create()
    open_database(paths.database).close()
    for path in (paths.data_dir, paths.config_dir, paths.log_file.parent, paths.spool_dir, paths.database):
        assert path.stat().st_mode & 0o077 == 0, path
