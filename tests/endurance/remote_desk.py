"""A desk process as its runner holds it: started, listened to, told what to do, killed or ended.

Also `Rig`: one simulator and one fast world in which desks are started again and again on the same folder.
Any thread; each desk's news are read by one thread of its own. Read next: desk_process.py, kill_matrix.py.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rcdesk.simulator import RunningSimulator
from tests.endurance.fast_time import FastTime
from tests.endurance.stop_points import StopPoint
from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

LOOK_AGAIN_S = 0.05
SETTLED = frozenset({"sent", "failed", "cancelled", "needs you"})
"""States in which the program itself does nothing more."""


class DeskDied(AssertionError):
    """The desk ended, or did not do in time what was waited for."""


class RemoteDesk:
    """One desk process. jobs: the newest news of each fax by id; said: every sentence for the user.

    launcher: a command that runs the one after it, with another view of the disk for instance.
    """

    def __init__(
        self,
        home: Path,
        account: dict[str, str],
        world: FastTime,
        point: StopPoint,
        launcher: Sequence[str] = (),
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.jobs: dict[int, dict[str, Any]] = {}
        self.said: list[str] = []
        self.problems: list[str] = []
        self.bugs: list[str] = []
        self.stopped_at = ""
        self.session = ""
        self.queued_ids: list[int] = []
        self.jumps = 0
        self._news = threading.Condition()
        self._is_over = False
        self._errors = (home / "stderr.txt").open("ab")
        self.process = subprocess.Popen(
            [
                *launcher,
                *(sys.executable, "-X", "faulthandler", "-m", "tests.endurance.desk_process"),
                *("--home", str(home)),
                *("--sign-in", json.dumps(account)),
                *("--time", world.to_text()),
                *("--stop-at", point.value),
            ],
            cwd=REPOSITORY,
            env=_environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._home = home
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def do(self, what: str, **order: Any) -> None:
        """Send one command."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **order}).encode() + b"\n")
        self.process.stdin.flush()

    def wait(self, what: Callable[[], object], why: str, timeout_s: float = 60.0) -> None:
        """Until `what` is true, after news or by itself; DeskDied when it ends first or time is over."""
        timeout_s = max(timeout_s, PATIENCE_S)
        until_s = time.monotonic() + timeout_s
        with self._news:
            while not what():
                if self._is_over:
                    raise DeskDied(f"the desk ended before: {why}\n{self.errors()}")
                if time.monotonic() >= until_s:
                    raise DeskDied(f"waited {timeout_s:g} s for: {why}; {self._told()}\n{self.errors()}")
                self._news.wait(LOOK_AGAIN_S)

    def wait_signed_in(self) -> None:
        """Until it can send."""
        self.wait(lambda: self.session == "signed in", "the sign-in")

    def jump(self, seconds: float) -> None:
        """Set the desk's clock ahead (or back), and wait until it is."""
        before = self.jumps
        self.do("jump", seconds=seconds)
        self.wait(lambda: self.jumps > before, "the clock to be set")

    def queue(self, numbers: Sequence[str], files: Sequence[Path] = (), **options: Any) -> list[int]:
        """Press Send, and wait until the desk has promised to send: the faxes' ids."""
        before = len(self.queued_ids)
        self.do("queue", to=list(numbers), files=[str(path) for path in files], **options)
        self.wait(lambda: len(self.queued_ids) == before + len(numbers), "the promise")
        return self.queued_ids[before:]

    def wait_state(self, job_id: int, *states: str, timeout_s: float = 60.0) -> dict[str, Any]:
        """Until a fax stands in one of these states; its newest news."""
        self.wait(
            lambda: job_id in self.jobs and self.jobs[job_id]["state"] in states,
            f"fax {job_id} to be {' or '.join(states)}",
            timeout_s,
        )
        return self.jobs[job_id]

    def wait_problem(self, *words: str) -> str:
        """Until the user is told a problem with all of these words; the sentence."""

        def found() -> list[str]:
            return [text for text in self.problems if all(word in text.lower() for word in words)]

        self.wait(found, f"a sentence with {words}")
        return found()[0]

    def states(self) -> Counter[str]:
        """How many faxes it told about stand where."""
        return Counter(job["state"] for job in self.jobs.values())

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self._ended()

    def quit(self) -> int:
        """Ask it to end in order; its exit status."""
        assert self.process.stdin is not None
        if self.process.poll() is None:
            try:
                self.do("quit")
            except BrokenPipeError:
                pass
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
        return self._ended()

    def rss_bytes(self) -> int:
        """Its resident memory."""
        text = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def errors(self) -> str:
        """The end of what it wrote to standard error."""
        text = (self._home / "stderr.txt").read_text(encoding="utf-8", errors="replace")
        return text[-3000:]

    def _told(self) -> str:
        jobs = [f"{j['number'][-4:]} {j['state']} ({j['detail']})" for j in self.jobs.values()][:8]
        return f"session {self.session}; {jobs}; problems {self.problems[-3:]}"

    def _ended(self) -> int:
        status = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout, self._errors):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
        return status

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                news = json.loads(line)
            except ValueError:
                continue
            with self._news:
                self._take(news)
                self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()

    def _take(self, news: dict[str, Any]) -> None:
        match news["event"]:
            case "jobs":
                self.jobs.update({job["id"]: job for job in news["jobs"]})
            case "queued":
                self.queued_ids.extend(news["ids"])
            case "jumped":
                self.jumps += 1
            case "stopped":
                self.stopped_at = news["at"]
            case "session":
                self.session = news["state"]
            case "said":
                self.said.append(news["text"])
            case "problem" | "session_failed":
                self.problems.append(news["text"])
            case "bug":
                self.bugs.append(news["text"])


class Rig:
    """A simulator that stays up, the world's time, and folders for desks; a context manager."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self.root = Path(tempfile.mkdtemp(prefix="rcdesk-endurance-"))
        self.simulator = RunningSimulator.start(clock="real", speed=speed, is_client_fast=True)
        self.world = self._look_at_the_clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.simulator.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def new_day(self) -> None:
        """Nothing faxed, no faults, no limits that get in the way."""
        self.simulator.reset()
        self.simulator.set_limits(Light=100_000, Medium=100_000, Heavy=100_000, Auth=100_000)
        self.world = self._look_at_the_clock()

    def desk(self, home: str, point: StopPoint = StopPoint.NONE, launcher: Sequence[str] = ()) -> RemoteDesk:
        """Start a desk on that folder."""
        return RemoteDesk(self.root / home, self.simulator.credentials, self.world, point, launcher)

    def stored(self) -> Counter[str]:
        """How often the service has a fax to each number."""
        return Counter(number for fax in self.simulator.stored_faxes() for number in fax.numbers)

    def outbox(self, home: str) -> list[dict[str, Any]]:
        """Every fax in that desk's database, read beside the desk."""
        database = self.root / home / "data" / "rcdesk.sqlite3"
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute("SELECT * FROM fax ORDER BY id")]
        finally:
            connection.close()

    def _look_at_the_clock(self) -> FastTime:
        return FastTime.since(datetime.fromisoformat(self.simulator.state()["now"]), self.speed)


def _environment(home: Path) -> dict[str, str]:
    """No display, no keyring, nothing of the person who runs this."""
    own = {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith("XDG_") and "proxy" not in k.lower()}
    return {**kept, **own}
