"""A PulseAudio of the tests' own, with an output that leads nowhere and can be listened to."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

RATE_HZ = 16_000
NEEDS_PULSE = pytest.mark.skipif(
    shutil.which("pulseaudio") is None or shutil.which("parec") is None,
    reason="needs pulseaudio and pulseaudio-utils",
)


class SoundServer:
    """One daemon with its own runtime folder. outputs: its sinks, each heard by its monitor."""

    def __init__(self, folder: Path, outputs: tuple[str, ...]) -> None:
        self._socket = folder / "native"
        self.environment = {
            **os.environ,
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_STATE_PATH": str(folder),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_COOKIE": str(folder / "cookie"),
            "HOME": str(folder),
        }
        modules = [f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"]
        modules += [
            f"module-null-sink sink_name={name} rate={RATE_HZ} channels=1 format=s16le "
            f"sink_properties=device.description={name}"
            for name in outputs
        ]
        options = [part for module in modules for part in ("-L", module)]
        self._log = (folder / "log").open("wb")
        self._daemon = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"),
                *("--disable-shm=yes", "--realtime=no", "--high-priority=no", *options),
            ],
            env=self.environment,
            stdout=self._log,
            stderr=self._log,
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while subprocess.run(
            ["pactl", "info"], env=self.environment, capture_output=True, check=False
        ).returncode:
            assert self._daemon.poll() is None and time.monotonic() < deadline, "pulseaudio did not start"

    @contextmanager
    def listening(self, output: str) -> Iterator[Path]:
        """What arrives at this output from now on, as raw samples in a file."""
        heard = Path(self.environment["HOME"]) / f"heard-{output}.raw"
        with heard.open("wb") as file:
            recorder = subprocess.Popen(
                [
                    *("parec", f"--device={output}.monitor", "--raw", "--format=s16le"),
                    *(f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=20"),
                ],
                env=self.environment,
                stdout=file,
            )
            try:
                deadline = time.monotonic() + PATIENCE_S
                while heard.stat().st_size == 0:
                    assert recorder.poll() is None and time.monotonic() < deadline, "nothing to record"
                yield heard
            finally:
                recorder.terminate()
                recorder.wait()

    def stop(self) -> None:
        self._daemon.terminate()
        self._daemon.wait()
        self._log.close()
