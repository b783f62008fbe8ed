"""The player with its real children and a real sound server: what it says of itself, and who has heard."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.messages.player_desk import PlayerDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.documents.sound.reader import SoundReader
from rcdesk.store.account import preferences as preferences_file
from tests.patient_bot import QtBot
from tests.sound_server import NEEDS_PULSE, SoundServer


def sound_file(path: Path, seconds: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(Random(3).randbytes(int(16_000 * seconds)))
    return path


@pytest.fixture
def player(make_lane: Callable[[str], Lane], tmp_path: Path) -> Iterator[PlayerDesk]:
    kept = PreferencesDesk(
        tmp_path / "preferences.json", make_lane("disk"), preferences_file.load, preferences_file.save
    )
    reader = SoundReader(tmp_path / "played")
    desk = PlayerDesk(make_lane("files"), reader, kept)
    yield desk
    desk.stop()
    kept.flush()
    reader.close()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    (tmp_path / "pulse").mkdir()
    running = SoundServer(tmp_path / "pulse", ("Speaker", "Headset"))
    monkeypatch.setenv("PULSE_SERVER", running.environment["PULSE_SERVER"])
    monkeypatch.setenv("PULSE_COOKIE", running.environment["PULSE_COOKIE"])
    yield running
    running.stop()


@pytest.fixture
def no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/none")
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/dev/null")


@NEEDS_PULSE
def test_three_seconds_count_as_heard(
    player: PlayerDesk, server: SoundServer, tmp_path: Path, qtbot: QtBot
) -> None:
    heard: list[str] = []
    player.heard.connect(heard.append)
    player.load("a", sound_file(tmp_path / "a.wav", 8))
    qtbot.waitUntil(lambda: player.playing.outputs is not None)
    assert player.playing.outputs == ("Speaker", "Headset") and player.playing.is_ready
    assert abs(player.playing.length_s - 8) < 0.1 and player.playing.peaks
    player.play()
    qtbot.waitUntil(lambda: player.playing.at_s > 1)
    player.skip(5)
    assert heard == [], "moving on is not listening"
    qtbot.waitUntil(lambda: bool(heard))
    player.pause()
    assert heard == ["a"] and not player.playing.is_playing


@NEEDS_PULSE
def test_the_end_of_a_short_one_counts_too(
    player: PlayerDesk, server: SoundServer, tmp_path: Path, qtbot: QtBot
) -> None:
    heard: list[str] = []
    player.heard.connect(heard.append)
    player.set_speed(2.0)
    with server.listening("Headset") as arrived:
        player.set_output("Headset")
        player.load("short", sound_file(tmp_path / "a.wav", 1), play=True)
        qtbot.waitUntil(lambda: heard == ["short"])
    assert any(arrived.read_bytes()), "it was heard on the headset"
    assert (player.playing.at_s, player.playing.is_playing) == (0.0, False)
    player.load("other", sound_file(tmp_path / "b.wav", 1))
    assert player.playing.key == "other" and player.playing.is_loading


@NEEDS_PULSE
def test_a_sound_server_that_goes_is_said(
    player: PlayerDesk, server: SoundServer, tmp_path: Path, qtbot: QtBot
) -> None:
    player.load("a", sound_file(tmp_path / "a.wav", 60), play=True)
    qtbot.waitUntil(lambda: player.playing.at_s > 0.3)
    server.stop()
    qtbot.waitUntil(lambda: bool(player.playing.trouble))
    assert not player.playing.is_playing


@pytest.mark.usefixtures("no_server")
def test_without_sound_there_is_still_a_waveform(player: PlayerDesk, tmp_path: Path, qtbot: QtBot) -> None:
    player.load("a", sound_file(tmp_path / "a.wav", 2))
    qtbot.waitUntil(lambda: player.playing.outputs is not None)
    assert player.playing.trouble == "This computer has no sound output. You can save the file."
    assert player.playing.peaks and not player.playing.is_ready
    player.play()
    assert not player.playing.is_playing


def test_what_is_damaged_is_said(player: PlayerDesk, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF1234WAVE")
    player.load("a", path)
    qtbot.waitUntil(lambda: "damaged" in player.playing.trouble)
    assert not player.playing.is_loading and not player.playing.is_ready
    player.clear()
    assert player.playing.key == "" and player.playing.trouble == ""
