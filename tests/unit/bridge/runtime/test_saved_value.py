"""What is kept in a file is written once more at the end when it could not be, and never twice at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import ServerProfile, ServerProfiles
from rcdesk.core.account.preferences import Preferences
from rcdesk.store.account import preferences as preferences_file
from rcdesk.store.account import profiles as profiles_file
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import QtBot

WAIT_MS = PATIENCE_MS
PROFILE = ServerProfile(name="Test", base_url="https://service.example", client_id="app")


def test_what_could_not_be_saved_is_told_and_tried_again_at_the_end(
    make_lane: Callable[[str], Lane], tmp_path: Path, qtbot: QtBot
) -> None:
    lane, folder = make_lane("disk"), tmp_path / "home"
    folder.write_text("a file stands where the folder should be")
    told: list[str] = []
    preferences = PreferencesDesk(folder / "p.json", lane, _load_default, preferences_file.save)
    profiles = ProfilesDesk(folder / "s.json", lane, _load_none, profiles_file.save)
    preferences.problem.connect(told.append)
    profiles.problem.connect(told.append)
    preferences.update(page="fax")
    profiles.put(PROFILE)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=WAIT_MS)
    assert all("could not be saved" in sentence for sentence in told)
    folder.unlink()
    preferences.flush()
    profiles.flush()
    assert preferences_file.load(folder / "p.json").page == "fax"
    assert profiles_file.load(folder / "s.json") == profiles.value


def test_profiles_that_wait_on_the_lane_are_written_there_only(
    make_lane: Callable[[str], Lane], tmp_path: Path
) -> None:
    lane, is_free = make_lane("disk"), threading.Event()
    writers: list[threading.Thread] = []

    def save(path: Path, value: ServerProfiles) -> None:
        writers.append(threading.current_thread())
        profiles_file.save(path, value)

    desk = ProfilesDesk(tmp_path / "s.json", lane, profiles_file.load, save)
    lane.submit(lambda token, report: is_free.wait(PATIENCE_S), done=_drop, failed=_drop, is_kept=True)
    desk.put(PROFILE)
    desk.flush()
    assert writers == []
    is_free.set()
    assert lane.stop(PATIENCE_S)
    assert writers and threading.main_thread() not in writers
    assert profiles_file.load(tmp_path / "s.json") == desk.value


@pytest.mark.parametrize("then", ["people", Preferences().page])
def test_what_changed_while_the_file_was_written_is_written_after_it(
    make_lane: Callable[[str], Lane], tmp_path: Path, qtbot: QtBot, then: str
) -> None:
    """To something else, or back to what it was."""
    lane = make_lane("disk")
    is_writing, is_free = threading.Event(), threading.Event()

    def save(path: Path, value: Preferences) -> None:
        is_writing.set()
        assert is_free.wait(PATIENCE_S)
        preferences_file.save(path, value)

    desk = PreferencesDesk(tmp_path / "p.json", lane, preferences_file.load, save)
    desk.update(page="fax")
    qtbot.waitUntil(is_writing.is_set, timeout=WAIT_MS)
    desk.update(page=then)
    desk.flush()
    is_free.set()
    assert lane.stop(PATIENCE_S)
    assert preferences_file.load(tmp_path / "p.json").page == then


def _load_default(_: Path) -> Preferences:
    return Preferences()


def _load_none(_: Path) -> ServerProfiles:
    return ServerProfiles()


def _drop(_: object) -> None:
    """Nobody asks what came of it."""
