"""A sound that can be played, and how playing it stands. Pure; frozen values cross threads.

Read next: bridge/messages/player_desk.py, documents/sound/reader.py.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

SPEEDS = (1.0, 1.25, 1.5, 2.0)


class ReadSound(Struct, frozen=True, kw_only=True):
    """Where its samples lie (documents/sound/form.py), and the heights of its waveform, 0 to 255."""

    samples: Path
    length_s: float
    peaks: tuple[int, ...]


class Playing(Struct, frozen=True, kw_only=True):
    """What the player holds. key: whose sound, "" for none; is_loading: it is being made ready.

    outputs: names of what can be heard on, None until somebody has looked; output is the chosen one, "" for
    the computer's own choice. trouble: a sentence, "" for none.
    """

    key: str = ""
    length_s: float = 0.0
    peaks: tuple[int, ...] = ()
    at_s: float = 0.0
    is_loading: bool = False
    is_playing: bool = False
    speed: float = 1.0
    outputs: tuple[str, ...] | None = None
    output: str = ""
    trouble: str = ""

    @property
    def is_ready(self) -> bool:
        """True when there is something to play, and something to play it on."""
        return self.length_s > 0 and self.outputs != ()
