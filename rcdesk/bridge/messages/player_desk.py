"""The one player of the window: a sound is made ready on a lane, a child process plays it.

One sound at a time, whoever shows it. The child (documents/sound/play.py) is started for the first sound and
ended when nothing was played for a while; what it says arrives on the GUI thread. heard() comes once a sound
when somebody has listened for three seconds, or to the end of a shorter one. GUI thread. Read next:
core/messages/sound.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QProcess, QProcessEnvironment, Signal, Slot

from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.messages.sound import Playing, ReadSound

HEARD_S = 3.0
IDLE_MS = 120_000
_LONGEST_STEP_S = 1.0


class SoundWork(Protocol):
    """What is needed of documents/sound/: reading in one child, and how the other is started."""

    def read(self, source: Path, token: CancelToken) -> ReadSound: ...

    def play_command(self) -> Sequence[str]: ...

    def play_environment(self) -> Mapping[str, str]: ...


class PlayerDesk(Telling):
    """changed() when `playing` is other; heard(key)."""

    changed = Signal()
    heard = Signal(str)

    def __init__(self, lane: Lane, work: SoundWork, preferences: PreferencesDesk) -> None:
        super().__init__()
        self._lane = lane
        self._work = work
        self._preferences = preferences
        self.playing = Playing(output=preferences.value.sound_output)
        self._samples = ""
        self._load = CancelToken()
        self._child: QProcess | None = None
        self._listened_s = 0.0
        self._is_heard = False
        self._idle = single_shot(self, self._rest, IDLE_MS)

    def start(self) -> None:
        """Nothing to do before somebody listens."""

    def stop(self) -> None:
        """End the child; part of shutdown."""
        self._load.cancel()
        self._end_child()

    def load(self, key: str, path: Path, *, play: bool = False) -> None:
        """Make this sound the one that is played; key tells sounds apart. play: begin when it is ready."""
        if key == self.playing.key:
            if play:
                self.play()
            return
        self.clear()
        self._set(key=key, is_loading=True)
        self._load = token = CancelToken()
        work = self._work

        def done(sound: ReadSound) -> None:
            if token.is_cancelled:
                return
            self._samples = str(sound.samples)
            self._set(is_loading=False, length_s=sound.length_s, peaks=sound.peaks)
            self._say(open=self._samples, speed=self.playing.speed, output=self.playing.output)
            self._say(list=True)
            if play:
                self.play()

        def failed(error: RcdeskError) -> None:
            if not token.is_cancelled and not isinstance(error, Cancelled):
                self._set(is_loading=False, trouble=str(error))

        self._lane.submit(lambda _token, report: work.read(path, token), done=done, failed=failed)

    def clear(self) -> None:
        """Hold no sound."""
        self._load.cancel()
        if self.playing.is_playing:
            self._say(play=False)
        self._samples, self._listened_s, self._is_heard = "", 0.0, False
        self._set(key="", length_s=0.0, peaks=(), at_s=0.0, is_loading=False, is_playing=False, trouble="")

    @Slot()
    def toggle(self) -> None:
        self.pause() if self.playing.is_playing else self.play()

    def play(self) -> None:
        if self._samples and self.playing.outputs != ():
            self._set(is_playing=True, trouble="")
            self._say(play=True)

    def pause(self) -> None:
        if self._samples:
            self._set(is_playing=False)
            self._say(play=False)

    def seek(self, at_s: float) -> None:
        """Go on from there."""
        if self._samples:
            at_s = min(max(0.0, at_s), self.playing.length_s)
            self._set(at_s=at_s)
            self._say(seek=at_s)

    def skip(self, seconds: float) -> None:
        self.seek(self.playing.at_s + seconds)

    def set_speed(self, speed: float) -> None:
        """For this sound and the next ones; the pitch stays."""
        self._set(speed=speed)
        if self._samples:
            self._say(speed=speed)

    def set_output(self, name: str) -> None:
        """Be heard there from now on, "" for the computer's own choice."""
        self._preferences.update(sound_output=name)
        self._set(output=name, trouble="")
        if self._samples:
            self._say(output=name)

    def look_for_outputs(self) -> None:
        """A headset may have been put in."""
        if self._samples:
            self._say(list=True)

    def _set(self, **values: Any) -> None:
        before, self.playing = self.playing, replace(self.playing, **values)
        if self.playing != before:
            self.changed.emit()

    def _say(self, **order: object) -> None:
        self._running().write(json.dumps(order).encode() + b"\n")
        self._idle.start()

    def _running(self) -> QProcess:
        if self._child is None:
            command = list(self._work.play_command())
            environment = QProcessEnvironment()
            for name, value in self._work.play_environment().items():
                environment.insert(name, value)
            self._child = child = QProcess(self)
            child.setProgram(command[0])
            child.setArguments(command[1:])
            child.setProcessEnvironment(environment)
            child.setWorkingDirectory(str(Path(self._samples).parent) if self._samples else "/")
            child.setStandardErrorFile(QProcess.nullDevice())
            child.readyReadStandardOutput.connect(self._read)
            child.finished.connect(self._fell)
            child.errorOccurred.connect(self._fell)
            child.start()
            if self._samples:
                opened = {"open": self._samples, "speed": self.playing.speed, "output": self.playing.output}
                child.write(json.dumps({**opened, "seek": self.playing.at_s}).encode() + b"\n")
        return self._child

    @Slot()
    def _rest(self) -> None:
        """Nothing was asked for a while: the child starts again when it is needed."""
        if self.playing.is_playing:
            self._idle.start()
        else:
            self._end_child()

    def _end_child(self) -> None:
        self._idle.stop()
        child, self._child = self._child, None
        if child is not None:
            child.readyReadStandardOutput.disconnect(self._read)
            child.finished.disconnect(self._fell)
            child.errorOccurred.disconnect(self._fell)
            child.closeWriteChannel()
            child.kill()
            child.waitForFinished(1000)
            child.deleteLater()

    @Slot()
    def _read(self) -> None:
        child = self._child
        while child is not None and child is self._child and child.canReadLine():
            try:
                news = json.loads(bytes(child.readLine().data()))
            except ValueError:
                continue
            if isinstance(news, dict):
                self._take(news)

    def _take(self, news: dict[str, Any]) -> None:
        if "outputs" in news:
            found = tuple(map(str, news["outputs"]))
            self._set(outputs=found, trouble="" if found else no_output())
        elif "trouble" in news:
            is_none = news["trouble"] == "none"
            words = no_output() if is_none else self.tr("The sound output does not answer. Choose another.")
            self._set(is_playing=False, trouble=words)
        elif "ended" in news:
            self._hear(HEARD_S)
            self._set(is_playing=False, at_s=0.0)
            self._say(seek=0.0)
        elif "at" in news and self._samples:
            at_s, before = float(news["at"]), self.playing.at_s
            is_playing = bool(news.get("is_playing"))
            if is_playing and 0 < at_s - before < _LONGEST_STEP_S:
                self._hear((at_s - before) / self.playing.speed)
            if is_playing == self.playing.is_playing:
                self._set(at_s=min(at_s, self.playing.length_s))

    def _hear(self, seconds: float) -> None:
        self._listened_s += seconds
        if self._listened_s >= HEARD_S - 0.001 and not self._is_heard:
            self._is_heard = True
            self.heard.emit(self.playing.key)

    @Slot()
    def _fell(self) -> None:
        """The child ended by itself."""
        child, self._child = self._child, None
        if child is not None:
            child.deleteLater()
            words = self.tr("The sound could not be played. Try again, or save the file.")
            self._set(is_playing=False, trouble=words)


def no_output() -> str:
    """Said where there is nothing to hear it on."""
    return QCoreApplication.translate(
        "PlayerDesk", "This computer has no sound output. You can save the file."
    )
