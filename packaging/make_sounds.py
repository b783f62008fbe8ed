"""Makes the desk's sounds: a few soft tones as small WAV files in resources/sounds.

Run it again after changing a tune: python packaging/make_sounds.py. Everything is computed here, so the
sounds are our own; each is 100 to 300 ms long and quiet. Read next: rcdesk/ui/kit/sounds.py, which plays
them.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE_HZ = 22_050
LOUDNESS = 0.22
FOLDER = Path(__file__).resolve().parent.parent / "resources" / "sounds"

# Each sound is a row of (Hz, seconds); 0 Hz is a rest.
TUNES = {
    "ringing": [(587.3, 0.09), (0, 0.04), (587.3, 0.09)],
    "connected": [(523.3, 0.10), (784.0, 0.16)],
    "ended": [(523.3, 0.10), (392.0, 0.14)],
    "failed": [(330.0, 0.12), (0, 0.03), (262.0, 0.14)],
    "missed": [(659.3, 0.08), (0, 0.04), (523.3, 0.14)],
    "sent": [(659.3, 0.08), (880.0, 0.14)],
}


def tone(pitch_hz: float, length_s: float) -> list[float]:
    """One note that swells and fades softly, with a little of its octave; samples from -1 to 1."""
    count = round(RATE_HZ * length_s)
    made = []
    for n in range(count):
        at_s = n / RATE_HZ
        swell = min(1.0, at_s / 0.012) * min(1.0, (length_s - at_s) / 0.05)
        wave_now = math.sin(2 * math.pi * pitch_hz * at_s) + 0.25 * math.sin(4 * math.pi * pitch_hz * at_s)
        made.append(LOUDNESS * swell * wave_now / 1.25 if pitch_hz else 0.0)
    return made


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, notes in TUNES.items():
        samples = [sample for pitch_hz, length_s in notes for sample in tone(pitch_hz, length_s)]
        with wave.open(str(FOLDER / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(b"".join(struct.pack("<h", round(32_767 * s)) for s in samples))


if __name__ == "__main__":
    main()
