"""Sounds decoded in a child, played by another to a real sound server, faster without being higher."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import wave
from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, UserError
from rcdesk.core.messages.sound import ReadSound
from rcdesk.documents.sound import reader
from rcdesk.documents.sound.form import PEAKS, RATE_HZ
from rcdesk.documents.sound.play import play_command
from rcdesk.documents.sound.reader import SoundReader
from rcdesk.documents.sound.stretch import Stretch
from rcdesk.simulator.mail.sound import mp3_sound, wav_sound
from tests.patience import PATIENCE_S
from tests.sound_server import NEEDS_PULSE, SoundServer

TOKEN = CancelToken()


def tone(seconds: float, hz: float = 220.0, level: int = 12_000) -> array[int]:
    return array(
        "h", [int(level * math.sin(2 * math.pi * hz * n / RATE_HZ)) for n in range(int(seconds * RATE_HZ))]
    )


def noise(seconds: float, seed: int = 7) -> array[int]:
    """No two moments of it are alike."""
    randomly = random.Random(seed)
    return array("h", [randomly.randint(-9000, 9000) for _ in range(int(seconds * RATE_HZ))])


def crossings(samples: array[int]) -> int:
    return sum(a < 0 <= b for a, b in pairwise(samples))


def likeness(one: array[int], other: array[int]) -> float:
    """Their correlation, 1 when they are the same but for loudness."""
    both = sum(a * b for a, b in zip(one, other, strict=True))
    return both / math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))


@pytest.fixture
def sounds(tmp_path: Path) -> Iterator[SoundReader]:
    made = SoundReader(tmp_path / "played")
    yield made
    made.close()
    assert not (tmp_path / "played").exists()


def saved(path: Path, samples: array[int], rate: int = RATE_HZ, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_what_the_service_gives_can_be_played(sounds: SoundReader, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(wav_sound(5, 1) if kind == "wav" else mp3_sound(5))
    found = sounds.read(path, TOKEN)
    assert abs(found.length_s - 5) < 0.2 and found.samples.stat().st_size == found.length_s * RATE_HZ * 2
    assert 0 < len(found.peaks) <= PEAKS
    assert sounds.read(path, TOKEN) == found


def test_the_samples_are_those_of_the_file(sounds: SoundReader, tmp_path: Path) -> None:
    loud = noise(0.5)
    quiet = array("h", [n // 10 for n in noise(0.5)])
    found = sounds.read(saved(tmp_path / "a.wav", loud + quiet), TOKEN)
    assert array("h", found.samples.read_bytes()) == loud + quiet
    middle = len(found.peaks) // 2
    assert max(found.peaks[:middle]) == 255 and max(found.peaks[middle + 1 :]) < 30
    stereo = array("h", [n for sample in tone(1, 300) for n in (sample, sample)])
    found = sounds.read(saved(tmp_path / "b.wav", stereo, channels=2), TOKEN)
    assert found.length_s == 1.0


@pytest.mark.parametrize(
    "head", [b"RIFF\xff\xff\xff\xffWAVEfmt \x00", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", b"\xff\xfb", b""]
)
def test_what_is_no_sound_is_said(sounds: SoundReader, tmp_path: Path, head: bytes) -> None:
    for ending in ("wav", "mp3"):
        path = tmp_path / f"a{len(head)}.{ending}"
        path.write_bytes(head + random.Random(1).randbytes(5000 if head else 0))
        try:
            assert sounds.read(path, TOKEN).length_s < 60, "noise may sound like something"
        except UserError as exc:
            assert "cannot be played" in str(exc)
    left = [file.name for file in tmp_path.rglob("*") if file.is_dir() or file.suffix == ".json"]
    assert set(left) <= {"played"}


def test_what_is_too_long_or_called_off(
    sounds: SoundReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "a.wav", tone(1))
    monkeypatch.setattr(reader, "decode_command", lambda: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(UserError, match="longer than 4 hours"):
        sounds.read(path, TOKEN)
    monkeypatch.setattr(
        reader, "decode_command", lambda: [sys.executable, "-c", "import signal; signal.pause()"]
    )
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        sounds.read(path, token)


def test_only_the_last_few_stay(sounds: SoundReader, tmp_path: Path) -> None:
    made = [sounds.read(saved(tmp_path / f"{n}.wav", tone(0.1)), TOKEN) for n in range(reader.KEPT + 2)]
    assert [one.samples.exists() for one in made] == [False] * 2 + [True] * reader.KEPT


@pytest.mark.parametrize("speed", [1.25, 1.5, 2.0])
def test_faster_is_not_higher(speed: float) -> None:
    spoken = tone(4, 220)
    stretch = Stretch(spoken, 0, speed)
    heard = array("h")
    while piece := stretch.read(640):
        heard.extend(piece)
    assert abs(len(heard) - len(spoken) / speed) < RATE_HZ * 0.05
    assert stretch.at == len(spoken)
    assert abs(crossings(heard) / (len(heard) / RATE_HZ) - 220) < 5, "the pitch stays"
    assert max(heard) < 12_500 and min(heard) > -12_500


def test_faster_from_the_middle() -> None:
    stretch = Stretch(tone(2), RATE_HZ, 2.0)
    stretch.read(RATE_HZ // 4)
    assert abs(stretch.at - RATE_HZ * 1.5) < RATE_HZ * 0.03


class Child:
    """The player as its parent sees it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            play_command(),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, **order: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def hear(self, key: str) -> dict[str, Any]:
        """The next line that speaks of this."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            news: dict[str, Any] = json.loads(line)
            if key in news:
                return news
        raise AssertionError(f"the player ended without {key}")

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *exc: object) -> None:
        assert self.end() == 0

    def end(self) -> int:
        """Its input ends, and with it the program."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        status = self._process.wait(PATIENCE_S)
        self._process.stdout.close()
        return status


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SoundServer]:
    (tmp_path / "pulse").mkdir()
    running = SoundServer(tmp_path / "pulse", ("Speaker", "Headset"))
    yield running
    running.stop()


def read_noise(sounds: SoundReader, tmp_path: Path, seconds: float) -> tuple[ReadSound, array[int]]:
    played = noise(seconds)
    return sounds.read(saved(tmp_path / "noise.wav", played), TOKEN), played


def found_in(heard: Path, wanted: array[int]) -> float:
    """How much of this arrived, piece by piece and in order; a piece is there when it correlates by 0.99.

    Between two pieces a busy computer may have been silent.
    """
    content = array("h", heard.read_bytes()[: heard.stat().st_size // 2 * 2])
    piece, found, at = RATE_HZ // 50, 0, 0
    starts = range(0, len(wanted) - piece, piece)
    for start in starts:
        sought = wanted[start : start + piece]
        place = _place_of(content, sought, at)
        if place is not None:
            found, at = found + 1, place + piece
    return found / len(starts)


def _place_of(content: array[int], sought: array[int], at: int) -> int | None:
    few = sought[:8]
    for place in range(at, len(content) - len(sought)):
        begins = all(abs(a - b) <= 700 for a, b in zip(few, content[place : place + 8], strict=True))
        if begins and likeness(content[place : place + len(sought)], sought) > 0.99:
            return place
    return None


@NEEDS_PULSE
def test_the_sound_arrives_at_the_output(server: SoundServer, sounds: SoundReader, tmp_path: Path) -> None:
    sound, played = read_noise(sounds, tmp_path, 1.0)
    with Child(server.environment) as child, server.listening("Headset") as heard:
        child.say(list=True)
        assert child.hear("outputs")["outputs"] == ["Speaker", "Headset"]
        child.say(open=str(sound.samples), output="Headset")
        child.say(play=True)
        child.hear("ended")
    assert found_in(heard, played) > 0.9
    assert found_in(heard, noise(1.0, seed=8)) == 0


@NEEDS_PULSE
def test_playing_goes_on_from_anywhere(server: SoundServer, sounds: SoundReader, tmp_path: Path) -> None:
    sound, played = read_noise(sounds, tmp_path, 3.0)
    with Child(server.environment) as child, server.listening("Speaker") as heard:
        child.say(open=str(sound.samples))
        child.say(seek=2.0)
        assert child.hear("at") == {"at": 0.0, "is_playing": False}
        assert child.hear("at") == {"at": 2.0, "is_playing": False}
        child.say(play=True)
        assert child.hear("at")["is_playing"]
        child.hear("ended")
    assert found_in(heard, played[2 * RATE_HZ :]) > 0.9
    assert found_in(heard, played[: 2 * RATE_HZ]) == 0


@NEEDS_PULSE
def test_faster_and_paused(server: SoundServer, sounds: SoundReader, tmp_path: Path) -> None:
    sound, _ = read_noise(sounds, tmp_path, 6.0)
    with Child(server.environment) as child:
        child.say(open=str(sound.samples), speed=2.0)
        child.say(play=True)
        while child.hear("at")["at"] < 1.0:
            pass
        child.say(play=False)
        while (news := child.hear("at"))["is_playing"]:
            pass
        assert 1.0 <= news["at"] < 6.0
        child.say(speed=1.0)
        assert abs(child.hear("at")["at"] - news["at"]) < 0.05


def test_a_computer_without_sound_says_so(sounds: SoundReader, tmp_path: Path) -> None:
    sound = sounds.read(saved(tmp_path / "a.wav", tone(0.2)), TOKEN)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PULSE_SERVER": f"unix:{tmp_path}/none"}
    environment |= {"ALSA_CONFIG_PATH": "/dev/null", "PYTHONPATH": str(Path(reader.__file__).parents[3])}
    with Child(environment) as child:
        child.say(list=True)
        assert child.hear("outputs")["outputs"] == []
        child.say(open=str(sound.samples))
        child.say(play=True)
        assert child.hear("trouble")["trouble"] == "none"
