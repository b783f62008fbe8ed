"""Child process: plays samples (form.py) to an output of this computer.

Orders come as JSON lines at its standard input, news go as lines to its standard output:

    {"open": PATH}  {"play": true|false}  {"seek": SECONDS}  {"speed": 1.5}  {"output": NAME or ""}
    {"outputs": [NAME…]}  {"at": SECONDS, "is_playing": …}  {"ended": true}  {"trouble": "none"|"stalled"}

The system's sound library, which may hang or fall, is nobody else's then; the program looks for outputs only
while somebody listens. It ends with its input. Read next: stretch.py, bridge/messages/player_desk.py.
"""

from __future__ import annotations

import json
import mmap
import sys
import threading
from array import array
from collections.abc import Generator
from pathlib import Path
from typing import Any

from rcdesk.documents.child_process import child_environment, python_command
from rcdesk.documents.sound.form import RATE_HZ, SAMPLE_BYTES
from rcdesk.documents.sound.stretch import Stretch

TELL_EVERY_S = 0.1
STALLED_S = 3.0
_PERIOD_MS, _PERIODS = 80, 4
"""A busy computer asks late; whoever pauses hears a third of a second more."""
_DRAIN_FRAMES = RATE_HZ * _PERIOD_MS * (_PERIODS + 1) // 1000
"""After the end so much silence pushes the last words out of the device."""
_LEAD_FRAMES = RATE_HZ // 10
"""Before the beginning too: an output that wakes up swallows the first of what it gets."""


class Samples:
    """What is played now, and how. Every method under its lock: the device asks from a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples: memoryview = memoryview(b"").cast("h")
        self._speed = 1.0
        self._stretch = Stretch(self._samples, 0, 1.0)
        self._at = 0
        self._silence = 0
        self._lead = 0
        self.asked = 0
        """Counts the device's questions."""

    @property
    def at_s(self) -> float:
        """The place that is heard next."""
        with self._lock:
            return (self._stretch.at if self._speed != 1.0 else self._at) / RATE_HZ

    @property
    def is_over(self) -> bool:
        """True when the last words have left the device."""
        with self._lock:
            return self._silence >= _DRAIN_FRAMES

    def open(self, path: Path) -> None:
        with path.open("rb") as file:
            size = path.stat().st_size // SAMPLE_BYTES * SAMPLE_BYTES
            mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        with self._lock:
            self._samples = memoryview(mapped).cast("h")
            self._go(0)

    def seek(self, at_s: float) -> None:
        with self._lock:
            self._go(int(max(0.0, at_s) * RATE_HZ))

    def set_speed(self, speed: float) -> None:
        with self._lock:
            at = self._stretch.at if self._speed != 1.0 else self._at
            self._speed = min(max(speed, 0.5), 3.0)
            self._go(at)

    def _go(self, at: int) -> None:
        self._at = min(at, len(self._samples))
        self._stretch = Stretch(self._samples, self._at, self._speed)
        self._silence = 0

    def begin(self) -> None:
        """A device starts."""
        with self._lock:
            self._lead = _LEAD_FRAMES

    def read(self, count: int) -> array[int]:
        """The next frames for the device, silence when there is no more."""
        with self._lock:
            self.asked += 1
            if self._lead > 0:
                self._lead -= count
                return array("h", bytes(SAMPLE_BYTES * count))
            if self._speed != 1.0:
                given = self._stretch.read(count)
            else:
                given = array("h", self._samples[self._at : self._at + count])
                self._at += len(given)
            lacking = count - len(given)
            self._silence += lacking
            given.extend(array("h", bytes(SAMPLE_BYTES * lacking)))
            return given


class SoundOutput:
    """The device, opened when there is something to hear."""

    def __init__(self) -> None:
        import miniaudio

        self._library = miniaudio
        none = (miniaudio.Backend.NULL, miniaudio.Backend.CUSTOM)
        self._backends = [backend for backend in miniaudio.Backend if backend not in none]
        self._lock = threading.Lock()
        self._samples = Samples()
        self._device: Any = None
        self._output = ""
        self._heard_of, self._silent_s = 0, 0.0
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def take(self, order: dict[str, Any]) -> None:
        """Do what one line says."""
        with self._lock:
            if "open" in order:
                self._stop()
                self._samples.open(Path(order["open"]))
            if "output" in order:
                is_playing = self._device is not None
                self._stop()
                self._output = str(order["output"])
                if is_playing:
                    self._start()
            if "speed" in order:
                self._samples.set_speed(float(order["speed"]))
            if "seek" in order:
                self._samples.seek(float(order["seek"]))
            if "play" in order:
                self._start() if order["play"] else self._stop()
            if "list" in order:
                tell(outputs=self._outputs())
            else:
                self._tell_place()

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _outputs(self) -> list[str]:
        try:
            found = self._library.Devices(self._backends).get_playbacks()
        except self._library.MiniaudioError:
            return []
        return list(dict.fromkeys(str(one["name"]) for one in found))

    def _start(self) -> None:
        if self._device is not None:
            return
        try:
            self._device = self._open_device()
            frames = self._frames()
            next(frames)
            self._samples.begin()
            self._silent_s, self._heard_of = 0.0, self._samples.asked
            self._device.start(frames)
        except self._library.MiniaudioError:
            self._stop()
            tell(trouble="none")

    def _open_device(self) -> Any:
        chosen = None
        if self._output:
            devices = self._library.Devices(self._backends)
            chosen = next((one["id"] for one in devices.get_playbacks() if one["name"] == self._output), None)
        return self._library.PlaybackDevice(
            nchannels=1,
            sample_rate=RATE_HZ,
            buffersize_msec=_PERIOD_MS,
            callback_periods=_PERIODS,
            device_id=chosen,
            backends=self._backends,
            app_name="rcdesk",
        )

    def _stop(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()

    def _frames(self) -> Generator[array[int] | bytes, int, None]:
        count = yield b""
        while True:
            count = yield self._samples.read(count)

    def _tell_place(self) -> None:
        tell(at=round(self._samples.at_s, 3), is_playing=self._device is not None)

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(TELL_EVERY_S):
            with self._lock:
                if self._device is None:
                    continue
                if self._samples.is_over:
                    self._stop()
                    tell(ended=True)
                    continue
                asked = self._samples.asked
                self._silent_s = 0.0 if asked != self._heard_of else self._silent_s + TELL_EVERY_S
                self._heard_of = asked
                if self._silent_s > STALLED_S:
                    self._stop()
                    tell(trouble="stalled")
                    continue
                self._tell_place()


def tell(**news: object) -> None:
    """One line to whoever started this; when nobody listens any more the program ends by itself."""
    try:
        sys.stdout.write(json.dumps(news) + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        pass


def play_command() -> list[str]:
    """How the player is started; a packaged program starts itself with --play-process."""
    return python_command("rcdesk.documents.sound.play", "--play-process", is_confined=False)


def play_environment() -> dict[str, str]:
    """What it is started with: nothing of the folder the program was started in."""
    return child_environment({})


def main() -> int:
    try:
        player = SoundOutput()
    except ImportError:
        tell(trouble="none")
        return 1
    for line in sys.stdin:
        try:
            order = json.loads(line)
            player.take(order)
        except (ValueError, TypeError, OSError):
            tell(trouble="none")
    player.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
