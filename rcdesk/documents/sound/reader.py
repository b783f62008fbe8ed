"""Sounds made ready to be played, each once: a child process decodes, the last few stay.

Whatever a file holds, nothing of it is decoded in this process. Blocking, on a lane. Read next: decode.py,
play.py.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import StoreUnavailable, UserError
from rcdesk.core.messages.sound import ReadSound
from rcdesk.documents.child_process import python_command, run
from rcdesk.documents.fresh_file import not_saved
from rcdesk.documents.sound.decode import TOO_LONG_STATUS
from rcdesk.documents.sound.form import LONGEST_S, PEAKS, length_s
from rcdesk.documents.sound.play import play_command, play_environment

TIMEOUT_S = 120.0
KEPT = 6
_DAMAGED = "This sound cannot be played: the file is damaged. You can save it and try another program."
_TOO_LONG = f"This sound is longer than {LONGEST_S // 3600} hours. Save it and play it with another program."
_SLOW = "This sound takes too long to be read. Save it and play it with another program."


class SoundReader:
    """Keeps what it made in a folder of its own until close(). Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._turn = threading.Lock()
        self._made: OrderedDict[str, ReadSound] = OrderedDict()

    def read(self, source: Path, token: CancelToken) -> ReadSound:
        """Make it ready, or bring what is. source: a file named by its content.

        Raises UserError when it cannot be played, StoreUnavailable when there is no room, Cancelled.
        """
        with self._turn:
            known = self._made.get(source.name)
            if known is not None and known.samples.is_file():
                self._made.move_to_end(source.name)
                return known
            made = self._made[source.name] = self._make(source.absolute(), token)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)[1].samples.unlink(missing_ok=True)
            return made

    def play_command(self) -> list[str]:
        """How what plays is started."""
        return play_command()

    def play_environment(self) -> dict[str, str]:
        """What it is started with."""
        return play_environment()

    def close(self) -> None:
        """Remove everything."""
        with self._turn:
            self._made.clear()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self, source: Path, token: CancelToken) -> ReadSound:
        kept = self._folder / f"{source.name}.pcm"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="making-", dir=self._folder) as name:
                made = Path(name) / "samples.pcm"
                command = [*decode_command(), str(source), str(made)]
                status = run(command, Path(name), {}, TIMEOUT_S, token)
                words = {0: "", None: _SLOW, TOO_LONG_STATUS: _TOO_LONG}.get(status, _DAMAGED)
                if words:
                    raise UserError(words)
                peaks = _peaks(made.with_name(made.name + ".json"))
                size_bytes = made.stat().st_size
                if not peaks or not size_bytes:
                    raise UserError(_DAMAGED)
                made.replace(kept)
        except OSError as exc:
            raise StoreUnavailable(not_saved(kept, exc)) from exc
        return ReadSound(samples=kept, length_s=length_s(size_bytes), peaks=peaks)


def decode_command() -> list[str]:
    """How the decoder is started; a packaged program starts itself with --decode-process."""
    return python_command("rcdesk.documents.sound.decode", "--decode-process")


def _peaks(file: Path) -> tuple[int, ...]:
    """What the child wrote, which is believed no more than the sound."""
    try:
        found = json.loads(file.read_text(encoding="ascii"))
    except ValueError:
        return ()
    is_sound = isinstance(found, list) and all(type(n) is int and 0 <= n <= 255 for n in found)
    return tuple(found[:PEAKS]) if is_sound else ()
