"""Sounds to listen to, made up: a WAV with a short tune, an MP3 of silence, of any length.

Each WAV differs from the next by its tune, so that a test knows which one it got. Values only.
"""

from __future__ import annotations

import io
import math
import wave
from array import array

RATE_HZ = 8000
_NOTES_HZ = (262, 294, 330, 349, 392, 440, 494, 523)
_NOTE_S = 0.5
_LOUD = 9000
_FRAME_S = 1152 / 44100
_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""MPEG-1 layer 3, 128 kbit/s, 44.1 kHz, stereo; side information of zeros decodes to silence."""


def wav_sound(seconds: float, tune: int) -> bytes:
    """A WAV (8 kHz, 16 bits, mono) of so many seconds; tune chooses the notes."""
    count = max(1, round(seconds * RATE_HZ))
    each = int(RATE_HZ * _NOTE_S)
    samples = array("h")
    for index in range(-(-count // each)):
        note_hz = _NOTES_HZ[(tune + index * (1 + tune % 3)) % len(_NOTES_HZ)]
        step = 2 * math.pi * note_hz / RATE_HZ
        samples.extend(round(_LOUD * math.sin(step * at)) for at in range(min(each, count - index * each)))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def mp3_sound(seconds: float) -> bytes:
    """An MP3 of silence."""
    return _FRAME * max(1, round(seconds / _FRAME_S))
