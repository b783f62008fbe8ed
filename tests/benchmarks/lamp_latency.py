"""How long it takes from a change of a leg at the service to the repainted lamp.

Run as `python -m tests.benchmarks.lamp_latency`; 200 changes take four minutes. The whole program with its
window open (offscreen) calls a simulator in a process of its own, whose clock is moved from here: so the
moment of each change is known and falls anywhere between two questions. The end of the measurement is the
paint event of the lamps that shows the change. The simulator's limits are raised, because sixty calls in a
row are more than a minute allows; the pace of the questions is the usual one (core/calls/polling.py: 1 s
while it rings, 1.5 s after somebody answered). Exit status 1 when the median of (latency - interval / 2) is
more than 60 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from rcdesk.app import Running, build
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.calls.call import CallRequest, CallState
from rcdesk.store.paths import Paths
from rcdesk.ui.phone.call_card import CallCard
from rcdesk.ui.phone.lamp import LampPair

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = "+16505550200"
OVERHEAD_MS = 60.0
REST_MS = 3000
LONGEST_MS = 20_000


@dataclass(frozen=True, slots=True)
class Step:
    """A change: the world moves on so many seconds and the call is then in this state.

    interval_s: how often the desk asks while it waits for this change.
    """

    seconds: float
    state: CallState
    interval_s: float
    name: str


STEPS = (
    Step(3.1, CallState.RINGING_THEM, 1.0, "you answered"),
    Step(4.1, CallState.TALKING, 1.0, "they answered"),
    Step(8.1, CallState.ENDED, 1.5, "they hung up"),
)


class Measurement(QObject):
    """Calls again and again, changes the world, and waits for the paint. over() when all is measured."""

    over = Signal()
    _advanced = Signal()

    def __init__(self, running: Running, base_url: str, changes: int) -> None:
        super().__init__()
        self.latencies_ms: dict[str, list[float]] = {step.name: [] for step in STEPS}
        self.problems: list[str] = []
        self._running = running
        self._base_url = base_url
        self._left = changes
        self._random = random.Random(5)
        self._call_id = ""
        self._step = 0
        self._changed_s: float | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setTimerType(Qt.TimerType.PreciseTimer)
        self._delay.timeout.connect(self._change)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self._too_late)
        desk = running.desk
        desk.session.state_changed.connect(self._session_changed)
        desk.session.failed.connect(self.problems.append)
        desk.calls.problem.connect(self.problems.append)
        desk.calls.call_changed.connect(self._call_changed)
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at every paint of the lamps."""
        if event.type() is QEvent.Type.Paint and isinstance(watched, LampPair):
            self._painted(watched)
        return False

    def _painted(self, lamps: LampPair) -> None:
        card: QObject | None = lamps
        while card is not None and not isinstance(card, CallCard):
            card = card.parent()
        if card is None or self._changed_s is None:
            return
        step = STEPS[self._step]
        if card.call.id == self._call_id and card.call.state is step.state:
            self.latencies_ms[step.name].append((time.perf_counter() - self._changed_s) * 1000)
            self._changed_s = None
            self._left -= 1
            # Not inside a paint event.
            QTimer.singleShot(0, self, self._next)

    @Slot(object)
    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN and not self._call_id:
            QTimer.singleShot(REST_MS, self, self._place)

    @Slot()
    def _place(self) -> None:
        self._limit.start(LONGEST_MS)
        desk = self._running.desk
        account = desk.session.account
        assert account is not None
        self._step = 0
        self._call_id = desk.calls.place(
            CallRequest(to_number=ANSWERS, from_number=account.ringable[0].phone_number, ask_to_press_1=False)
        )

    @Slot(object)
    def _call_changed(self, _call: object) -> None:
        """Once the phone rings, the first change may come."""
        calls = [call for call in self._running.desk.calls.calls if call.id == self._call_id]
        is_new = self._step == 0 and self._changed_s is None and not self._delay.isActive()
        if is_new and calls and calls[0].state is CallState.RINGING_YOU:
            self._wait()

    def _wait(self) -> None:
        """Somewhere between two questions."""
        self._delay.start(int(self._random.uniform(0.0, STEPS[self._step].interval_s) * 1000) + 1)

    @Slot()
    def _change(self) -> None:
        self._changed_s = time.perf_counter()
        Thread(target=advance, args=(self._base_url, STEPS[self._step].seconds), daemon=True).start()

    @Slot()
    def _next(self) -> None:
        self._limit.start(LONGEST_MS)
        self._step += 1
        if self._left <= 0:
            self._limit.stop()
            self.over.emit()
        elif self._step < len(STEPS):
            self._wait()
        else:
            self._running.desk.calls.dismiss(self._call_id)
            self._place()

    @Slot()
    def _too_late(self) -> None:
        self.problems.append(f"a change ({STEPS[self._step].name}) was never painted")
        self.over.emit()


def tell(base_url: str, path: str, order: dict[str, float]) -> None:
    """Order something of the simulator."""
    request = urllib.request.Request(
        f"{base_url}/simulator/{path}",
        data=json.dumps(order).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10):
        pass


def advance(base_url: str, seconds: float) -> None:
    """Let the world go on, on a thread of its own."""
    tell(base_url, "advance", {"seconds": seconds})


def judge(measurement: Measurement) -> int:
    """Print the table; the exit status."""
    print(f"{'change':<16}{'count':>6}{'interval':>10}{'median':>9}{'p95':>9}{'largest':>9}   (ms)")
    over_ms: list[float] = []
    for step in STEPS:
        found = sorted(measurement.latencies_ms[step.name])
        over_ms += [latency - step.interval_s * 500 for latency in found]
        if found:
            cells = (statistics.median(found), found[int(len(found) * 0.95)], found[-1])
            row = f"{step.name:<16}{len(found):>6}{step.interval_s * 1000:>10.0f}"
            print(row + "".join(f"{cell:>9.0f}" for cell in cells))
    for problem in measurement.problems:
        print("problem:", problem)
    if not over_ms:
        return 1
    median_ms = statistics.median(over_ms)
    is_good = median_ms <= OVERHEAD_MS and not measurement.problems
    print(
        f"{len(over_ms)} changes: median of latency - interval / 2 is {median_ms:.0f} ms "
        f"(limit {OVERHEAD_MS:.0f}): {'good' if is_good else 'NOT GOOD'}"
    )
    return 0 if is_good else 1


def measure(simulator: dict[str, str], home: Path, changes: int) -> int:
    """Open the program, measure, end it."""
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    running = build(
        paths=Paths.under(home),
        profile=ServerProfile(
            name="Benchmark", base_url=simulator["base_url"], client_id=simulator["client_id"]
        ),
        credentials=Credentials(
            client_id=simulator["client_id"], client_secret=simulator["client_secret"], jwt=simulator["jwt"]
        ),
    )
    measurement = Measurement(running, simulator["base_url"], changes)
    measurement.over.connect(application.quit)
    running.window.show()
    running.start()
    application.exec()
    application.removeEventFilter(measurement)
    status = judge(measurement)
    running.stop()
    return status


def main() -> int:
    """Start the simulator, measure, stop it."""
    parser = argparse.ArgumentParser(description="From a change at the service to the repainted lamp")
    parser.add_argument("--changes", type=int, default=200)
    options = parser.parse_args()
    process = subprocess.Popen(
        [sys.executable, "-m", "rcdesk.simulator", "--port", "0", "--clock", "manual"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        simulator = json.loads(process.stdout.readline())
        tell(simulator["base_url"], "limits", {"Light": 100_000, "Medium": 100_000, "Heavy": 100_000})
        with tempfile.TemporaryDirectory() as home:
            return measure(simulator, Path(home), options.changes)
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    sys.exit(main())
