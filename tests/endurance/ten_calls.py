"""Ten calls at once and a fax of 50 MB: is a lamp ever old, is the service ever asked too often?

The whole program in a process of its own, its window open, against a simulator with the service's usual
limits. A minute after signing in (what is read then takes places too) ten calls are placed and a large fax is
sent; it waits its turn, because the ring-outs are all the Heavy requests of a minute. `run` brings the
figures; `python -m tests.endurance.ten_calls` prints them. Time may run faster (fast_time.py). Read next:
test_ten_calls.py, tests/benchmarks/ten_calls.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rcdesk.simulator import RunningSimulator
from tests.endurance.fast_time import FastTime, install
from tests.places import REPOSITORY

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from rcdesk.app import Running

LONG_TALK, SLOW = "+16505550208", "+16505550207"
NUMBERS = (LONG_TALK, SLOW) * 5
ANSWERED_AFTER_S = {LONG_TALK: 8.0, SLOW: 33.0}
"""The simulator's plan: so long after the ring-out was asked for the other side answers."""

FAX_BYTES = 50_000_000
UPLOAD_BYTES_PER_S = 8_000_000
REST_S = 62.0
LONGEST_S = 300.0
TICK_MS, SAMPLE_MS, PRESS_MS = 5, 100, 300
LONG_GAP_MS = 16.0
FAX_NUMBER = "+16505554000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured; seconds of the world, gaps of the GUI thread in real ms.

    oldest_s: the greatest age of what was known of a live call. late_s: how long after somebody had answered
    their lamp was told. own_ms: the most processor time the GUI thread took between two ticks.
    long_gaps: seconds after the first call, and the gap.
    """

    oldest_s: float
    oldest_state: str
    late_s: list[float]
    states: dict[str, int]
    fax: str
    problems: list[str]
    gaps_ms: list[float] = field(default_factory=list)
    own_ms: list[float] = field(default_factory=list)
    idle_gaps_ms: list[float] = field(default_factory=list)
    long_gaps: list[tuple[float, float]] = field(default_factory=list)
    refused: int = 0
    in_penalty: int = 0
    busiest: dict[str, int] = field(default_factory=dict)

    def table(self) -> str:
        """The figures, one a line."""
        late = sorted(self.late_s) or [0.0]
        rows: dict[str, object] = {
            "oldest lamp (s)": f"{self.oldest_s:.2f}, {self.oldest_state}",
            "answered, told after (s)": f"median {late[len(late) // 2]:.2f}, latest {late[-1]:.2f}",
            "calls by state": self.states,
            "fax": self.fax,
            "refused with 429": self.refused,
            "asked in a penalty": self.in_penalty,
            "busiest minute": self.busiest,
            "told to the user": self.problems,
            "long gaps (s, ms)": self.long_gaps,
        }
        for name, gaps in (
            ("idle", self.idle_gaps_ms),
            ("calls and fax", self.gaps_ms),
            ("own", self.own_ms),
        ):
            if gaps:
                rows[f"gaps, {name} (ms)"] = f"p50 {gaps[len(gaps) // 2]:.2f}, p99.9 " + (
                    f"{gaps[int(len(gaps) * 0.999)]:.2f}, largest {gaps[-1]:.2f}, ticks {len(gaps)}"
                )
        return "\n".join(f"{name:28}{value}" for name, value in rows.items())


def run(speed: float) -> Figures:
    """Do it all once, `speed` world seconds in a real one."""
    with (
        tempfile.TemporaryDirectory(prefix="rcdesk-ten-calls-") as folder,
        RunningSimulator.start(clock="real", speed=speed, is_client_fast=True) as simulator,
    ):
        letter = _heavy_letter(Path(folder))
        simulator.fault("slow", method="POST", path="/fax", bytes_per_second=UPLOAD_BYTES_PER_S * speed)
        command = (
            *(sys.executable, "-X", "faulthandler", "-m", "tests.endurance.ten_calls"),
            *("--home", str(Path(folder) / "desk"), "--letter", str(letter)),
            *("--sign-in", json.dumps(simulator.credentials)),
            *("--time", FastTime.since(datetime.now(UTC), speed).to_text()),
        )
        done = subprocess.run(
            command,
            cwd=REPOSITORY,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            timeout=60 + 2 * LONGEST_S / speed,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"the desk ended with {done.returncode}:\n{done.stderr[-4000:]}")
        figures = Figures(**json.loads(done.stdout.splitlines()[-1]))
        return _with_counts(figures, simulator)


def _heavy_letter(folder: Path) -> Path:
    from tests.unit.services.fax_rig import heavy_page

    letter = folder / "large.pdf"
    letter.write_bytes(heavy_page(FAX_BYTES - 10_000))
    return letter


def _with_counts(figures: Figures, simulator: RunningSimulator) -> Figures:
    """What the service saw of it: refusals, and the most requests of its minutes."""
    requests = simulator.requests
    status_times = [r.received_at for r in requests if r.method == "GET" and _is_status(r.path)]
    heavy_times = [r.received_at for r in requests if r.path.endswith(("/ring-out", "/fax"))]
    return replace(
        figures,
        refused=sum(1 for r in requests if r.status == 429),
        in_penalty=simulator.requests_in_penalty,
        busiest={"status of calls": _busiest(status_times), "ring-outs and faxes": _busiest(heavy_times)},
    )


def _is_status(path: str) -> bool:
    return "/ring-out/" in path or path.endswith("/presence")


def _busiest(moments: list[datetime]) -> int:
    minute = timedelta(seconds=60)
    return max((sum(1 for at in moments if start <= at < start + minute) for start in moments), default=0)


class _Measured:
    """The desk's side: waits, places, sends, samples, and tells. GUI thread of the desk's process."""

    def __init__(self, running: Running, letter: Path, owner: QObject) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.running = running
        self.letter = letter
        self.oldest: tuple[float, str] = (0.0, "")
        self.problems: list[str] = []
        self.gaps_ms: list[float] = []
        self.own_ms: list[float] = []
        self.idle_gaps_ms: list[float] = []
        self.long_gaps: list[tuple[float, float]] = []
        self.placed_s = 0.0
        self.unplaced = list(NUMBERS)
        self.talk_began_s: dict[str, tuple[float, float]] = {}
        self._tick_s, self._worked_s = time.perf_counter(), time.thread_time()
        desk = running.desk
        desk.calls.problem.connect(self.problems.append)
        desk.faxes.problem.connect(self.problems.append)
        desk.session.failed.connect(self.problems.append)
        desk.session.state_changed.connect(self._session_changed)
        desk.calls.call_changed.connect(self._sample)
        self._rest = QTimer(owner)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._begin)
        self._sampling = QTimer(owner)
        self._sampling.timeout.connect(self._sample)
        self._ticking = QTimer(owner)
        self._ticking.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticking.timeout.connect(self._tick)

    def _session_changed(self, state: Any) -> None:
        if state.value == "signed in" and not self._rest.isActive() and not self.placed_s:
            self._rest.start(int(REST_S * 1000))
            # The first half of the rest is the program still starting.
            self._ticking.start(TICK_MS)

    def _now_s(self) -> float:
        from rcdesk.core.clock import SystemClock

        return SystemClock().monotonic()

    def _tick(self) -> None:
        now_s, worked_s = time.perf_counter(), time.thread_time()
        gap_ms, own_ms = (now_s - self._tick_s) * 1000, (worked_s - self._worked_s) * 1000
        self._tick_s, self._worked_s = now_s, worked_s
        if self.placed_s:
            self.gaps_ms.append(gap_ms)
            self.own_ms.append(own_ms)
            if gap_ms >= LONG_GAP_MS:
                self.long_gaps.append((round(self._now_s() - self.placed_s, 2), round(gap_ms, 1)))
        elif 0 < self._rest.remainingTime() < REST_S * 500:
            self.idle_gaps_ms.append(gap_ms)

    def _begin(self) -> None:
        """Press Call, ten times, then Send: each is an event of its own."""
        from rcdesk.core.calls.call import CallRequest
        from rcdesk.core.fax.fax import Document, FaxDraft, Recipient

        desk = self.running.desk
        account = desk.session.account
        assert account is not None
        if not self.placed_s:
            self.placed_s = self._now_s()
            self._sampling.start(SAMPLE_MS)
        if self.unplaced:
            phone = account.ringable[0]
            desk.calls.place(CallRequest(to_number=self.unplaced.pop(), from_number=phone.phone_number))
            self._rest.start(PRESS_MS)
            return
        document = Document(
            path=self.letter,
            name=self.letter.name,
            size_bytes=self.letter.stat().st_size,
            media_type="application/pdf",
            pages=1,
        )
        desk.faxes.queue(
            FaxDraft(recipients=(Recipient(number=FAX_NUMBER),), documents=(document,), undo_s=0)
        )

    def _sample(self, *_news: object) -> None:
        now_s = self._now_s()
        calls = self.running.desk.calls.calls
        for call in calls:
            if call.talking_since_s is not None and call.id not in self.talk_began_s:
                plan_s = call.started_s + ANSWERED_AFTER_S[call.request.to_number]
                self.talk_began_s[call.id] = (plan_s, call.talking_since_s)
            if not call.state.is_final:
                age_s = now_s - (call.checked_s if call.checked_s is not None else call.started_s)
                self.oldest = max(self.oldest, (age_s, call.state.value))
        faxes = self.running.desk.faxes.jobs
        is_sent = bool(faxes) and all(job.state.value in ("sent", "failed") for job in faxes)
        slow_live = any(c.request.to_number == SLOW and not c.state.is_final for c in calls)
        if self.placed_s and ((is_sent and calls and not slow_live) or now_s - self.placed_s > LONGEST_S):
            self._finish()

    def _finish(self) -> None:
        from PySide6.QtWidgets import QApplication

        self._sampling.stop()
        self._ticking.stop()
        desk = self.running.desk
        figures = {
            "oldest_s": self.oldest[0],
            "oldest_state": self.oldest[1],
            "late_s": [told_s - plan_s for plan_s, told_s in self.talk_began_s.values()],
            "states": Counter(call.state.value for call in desk.calls.calls),
            "fax": ", ".join(job.state.value for job in desk.faxes.jobs),
            "problems": self.problems,
            "gaps_ms": sorted(self.gaps_ms),
            "own_ms": sorted(self.own_ms),
            "idle_gaps_ms": sorted(self.idle_gaps_ms),
            "long_gaps": self.long_gaps,
        }
        is_in_time = self.running.stop()
        print(json.dumps(figures), flush=True)
        QApplication.exit(0 if is_in_time else 1)


def _be_the_desk(options: argparse.Namespace) -> int:
    world: FastTime = options.time
    if world.speed != 1.0:
        install(world)

    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication

    from rcdesk.app import build
    from rcdesk.core.account.account import Credentials, ServerProfile
    from rcdesk.store.paths import Paths

    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    account, owner = options.sign_in, QObject()
    running = build(
        paths=Paths.under(options.home),
        profile=ServerProfile(
            name="RingCentral",
            base_url=account["base_url"],
            client_id=account["client_id"],
            max_fax_bytes=2 * FAX_BYTES,
        ),
        credentials=Credentials(
            client_id=account["client_id"], client_secret=account["client_secret"], jwt=account["jwt"]
        ),
    )
    measured = _Measured(running, options.letter, owner)
    running.window.show()
    running.start()
    status = QApplication.exec()
    del measured
    return status


def main() -> int:
    """Print the figures of one run; with --home be the desk of somebody else's run."""
    parser = argparse.ArgumentParser(description="Ten calls at once and a fax of 50 MB")
    parser.add_argument("--speed", type=float, default=1.0, help="world seconds in a real one")
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--letter", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--sign-in", type=json.loads, help=argparse.SUPPRESS)
    parser.add_argument("--time", type=FastTime.from_text, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.home is not None:
        return _be_the_desk(options)
    print(run(options.speed).table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
