"""Short sounds for what happens while one looks elsewhere: off unless chosen, never the only sign.

The WAV files are our own (packaging/make_sounds.py). They are played by whatever the machine has (afplay,
pw-play, paplay, aplay; winsound on Windows) in a process of its own, so nothing of a sound system is loaded
here; where there is nothing, there is silence and the settings say so. GUI thread. Read next: tray.py.
"""

from __future__ import annotations

import shutil
import sys

from PySide6.QtCore import QObject, QProcess, Slot

from rcdesk.bridge.desk import Desk
from rcdesk.core.calls.call import Call, CallState
from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.ui.kit.icons import resources

_PLAYERS = {
    "afplay": (),
    "pw-play": (),
    "paplay": (),
    "aplay": ("--quiet",),
}
MOST_AT_ONCE = 2


def player() -> list[str]:
    """The command that plays a file whose name is put behind it; empty where there is none."""
    for name, options in _PLAYERS.items():
        found = shutil.which(name)
        if found is not None:
            return [found, *options]
    return []


def can_play() -> bool:
    """True when this machine has something to play a sound with."""
    return sys.platform == "win32" or bool(player())


class Player(QObject):
    """play(name) starts a sound and returns at once; False where nothing can play it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[QProcess] = []

    def play(self, name: str) -> bool:
        """Play one of the files; while two sound already, a third is left out."""
        file = resources("sounds") / f"{name}.wav"
        if not file.is_file():
            return False
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_ASYNC)
            return True
        command = player()
        if not command:
            return False
        if len(self._running) < MOST_AT_ONCE:
            self._start([*command, str(file)])
        return True

    @property
    def is_playing(self) -> bool:
        """True while a sound is heard."""
        return bool(self._running)

    def stop(self) -> None:
        """Silence now; part of shutdown. A process must not outlive its QProcess."""
        for process in self._running:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(500)
        self._running.clear()

    def _start(self, command: list[str]) -> None:
        process = QProcess(self)
        process.setStandardOutputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        process.finished.connect(self._over)
        process.errorOccurred.connect(self._over)
        self._running.append(process)
        process.start(command[0], command[1:])

    @Slot()
    def _over(self) -> None:
        for process in [p for p in self._running if p.state() is QProcess.ProcessState.NotRunning]:
            self._running.remove(process)
            process.deleteLater()


class Sounds(QObject):
    """Listens to the desk and plays what fits, when the preferences say so."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.player = Player(self)
        self._states: dict[str, CallState] = {}
        desk.calls.call_changed.connect(self._call_changed)
        desk.history.missed.connect(self._missed)
        desk.faxes.ended.connect(self._fax_ended)

    def stop(self) -> None:
        self.player.stop()

    def _play(self, name: str) -> None:
        if self._desk.preferences.value.has_sounds:
            self.player.play(name)

    @Slot(object)
    def _call_changed(self, call: Call) -> None:
        before = self._states.get(call.id)
        if before is call.state:
            return
        self._states[call.id] = call.state
        if call.state.is_final:
            del self._states[call.id]
        sound = _SOUND_OF.get(call.state)
        is_known_end = before is None and call.state is not CallState.FAILED and call.state.is_final
        if sound is not None and not is_known_end:
            self._play(sound)

    @Slot(object)
    def _missed(self, calls: tuple[PastCall, ...]) -> None:
        if calls:
            self._play("missed")

    @Slot(object)
    def _fax_ended(self, job: FaxJob) -> None:
        kept = self._desk.preferences.value
        if job.state is FaxState.SENT:
            if kept.notify_successes:
                self._play("sent")
        elif kept.notify_failures:
            self._play("failed")


_SOUND_OF = {
    CallState.RINGING_YOU: "ringing",
    CallState.TALKING: "connected",
    CallState.ENDED: "ended",
    CallState.FAILED: "failed",
}
