"""Preferences are changed at once, written a little later, and written at once at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.preferences import Preferences
from rcdesk.store.account import preferences as file
from tests.patient_bot import QtBot


def test_many_changes_are_written_once(lane: Lane, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    saves: list[Preferences] = []

    def save(where: Path, value: Preferences) -> None:
        saves.append(value)
        file.save(where, value)

    desk = PreferencesDesk(path, lane, file.load, save)
    for page in ("fax", "queue", "sent"):
        desk.update(page=page)
    assert desk.value.page == "sent"
    qtbot.waitUntil(lambda: bool(saves) and lane.is_idle)
    assert [value.page for value in saves] == ["sent"]
    assert file.load(path).page == "sent"


def test_flush_writes_what_is_left(lane: Lane, tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    desk = PreferencesDesk(path, lane, file.load, file.save)
    desk.update(cover_index=3)
    desk.flush()
    assert file.load(path).cover_index == 3
    assert not lane.is_started


def test_an_unknown_preference_is_a_bug(lane: Lane, tmp_path: Path) -> None:
    desk = PreferencesDesk(tmp_path / "preferences.json", lane, file.load, file.save)
    with pytest.raises(TypeError):
        desk.update(no_such_thing=1)
