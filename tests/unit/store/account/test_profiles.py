"""Server profiles on disk: kept, read with care, taken over from earlier preferences; never a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.account.account import AppSecret, GrantKind, ServerKind, ServerProfile, ServerProfiles
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.errors import StoreUnavailable
from rcdesk.store.account import profiles

WORK = ServerProfile(
    id="work",
    name="Work",
    base_url="https://rc.partner.example",
    client_id="app",
    redirect_port=50123,
    ca_file="/etc/ssl/partner.pem",
    max_fax_bytes=20_000_000,
    max_fax_pages=100,
    grant=GrantKind.JWT,
    app_secret=AppSecret.MISSING,
)
OLD = ServerProfile(id="old", name="Old", base_url="https://old.example", kind=ServerKind.LEGACY)


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    path = profiles.profiles_file(tmp_path / "config" / "preferences.json")
    saved = ServerProfiles().with_saved(WORK).with_saved(OLD).activated("old")
    profiles.save(path, saved)
    assert path.parent == tmp_path / "config" and profiles.load(path) == saved


def test_the_simulator_inside_is_not_kept(tmp_path: Path) -> None:
    demo = ServerProfile(id="demo", name="Demo", base_url="http://127.0.0.1:5", is_demo=True)
    profiles.save(tmp_path / "s.json", ServerProfiles().with_saved(demo).with_saved(WORK).activated("demo"))
    found = profiles.load(tmp_path / "s.json")
    assert found.profiles == (WORK,) and found.active is None


def test_the_server_of_earlier_preferences_is_taken_over(tmp_path: Path) -> None:
    former = Preferences(base_url="https://platform.ringcentral.com", client_id="app")
    found = profiles.load(tmp_path / "none.json", former)
    assert found.active is not None and found.active.name == "RingCentral"
    unsaved = ServerProfile(name="", base_url=former.base_url, client_id="app")
    assert found.active.key == unsaved.key, "its tokens are found where they were"
    assert profiles.load(tmp_path / "none.json", Preferences()) == ServerProfiles()


@pytest.mark.parametrize("text", ["{", "[]", '{"profiles": 5}', "null", "\x00", "[" * 100_000])
def test_nonsense_is_kept_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(text)
    assert profiles.load(path, Preferences(client_id="app")) == ServerProfiles()
    assert path.with_name("s.json.bad").read_text() == text and not path.exists()


def test_what_cannot_be_read_is_kept_aside_too(tmp_path: Path) -> None:
    """A folder in its place stands for a file that somebody else owns: root may read everything."""
    path = tmp_path / "servers.json"
    path.mkdir()
    (path / "mine").touch()
    assert profiles.load(path) == ServerProfiles()
    saved = ServerProfiles().with_saved(ServerProfile(name="a", id="a"))
    profiles.save(path, saved)
    assert profiles.load(path) == saved and (tmp_path / "servers.json.bad" / "mine").exists()


def test_single_values_that_make_no_sense_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    good = {"id": "a", "base_url": "https://a.example/", "client_id": "c", "name": "A"}
    odd = {
        **good,
        "redirect_port": 70000,
        "max_fax_pages": True,
        "kind": "fax machine",
        "ca_file": 5,
        "app_secret": 1,
    }
    entries = [odd, {**good, "name": "twice"}, {"id": "b"}, {"base_url": "https://x"}, 7]
    path.write_text(json.dumps({"profiles": entries, "active": "gone"}))
    expected = ServerProfile(id="a", name="A", base_url="https://a.example", client_id="c")
    assert profiles.load(path) == ServerProfiles(profiles=(expected,))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="could not be saved"):
        profiles.save(tmp_path / "file" / "s.json", ServerProfiles())


def test_ids_are_never_shared() -> None:
    unsaved = replace(WORK, id="")
    known = ServerProfiles()
    for _ in range(3):
        known = known.with_saved(known.identified(unsaved))
    ids = [p.id for p in known.profiles]
    assert ids == [unsaved.key, f"{unsaved.key} 2", f"{unsaved.key} 3"]
    renamed = known.with_saved(replace(known.profiles[1], name="Second"))
    assert [p.name for p in renamed.profiles] == ["Work", "Second", "Work"]
    assert renamed.activated(ids[0]).without(ids[0]).active is None
    assert renamed.activated(ids[0]).without(ids[1]).active == known.profiles[0]


def test_the_default_way_back() -> None:
    assert ServerProfile(name="x").redirect_uri == "http://127.0.0.1:53682/signed-in"
    assert WORK.redirect_uri == "http://127.0.0.1:50123/signed-in"
