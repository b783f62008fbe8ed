"""How free the GUI thread is while a 50 MB fax is uploaded, and how much memory that takes.

Run as `python tests/benchmarks/upload_gap.py`. The simulator is a process of its own that reads the body
slowly; the desk's real path is used: FaxDesk, lanes, spool, SQLite, session, streaming body. A timer ticks
every 5 ms in the GUI thread; the gaps between ticks are compared with a floor: the same desk, signed in and
idle, for as long. Memory is the process's RSS, sampled ten times a second from before the fax is queued.
Exit status 1 when the largest gap of the median run is 16 ms or more, or the memory grows by 8 MB or more.
"""

# ruff: noqa: E402 - the environment comes before Qt

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.calls.call_desk import CallDesk
from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.bridge.fax.fax_desk import FaxDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.clock import SystemClock
from rcdesk.core.fax.fax import Document, FaxDraft, FaxState, Recipient
from tests.unit.services.fax_rig import heavy_page

TICK_MS = 5
SIZE_BYTES = 50_000_000
MAX_GAP_MS = 16.0
MAX_GROWTH_MB = 8.0
MEGABYTE = 1024 * 1024


class Ticker(QObject):
    """Measures the gaps between ticks (ms) and the RSS (bytes) while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self.peak_rss = 0
        self._process = psutil.Process()
        self._last_s = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin a new measurement."""
        self.gaps_ms.clear()
        self.peak_rss = self.rss()
        self._last_s = time.perf_counter()
        self._timer.start(TICK_MS)

    def stop(self) -> list[float]:
        """End it and return the gaps, sorted."""
        self._timer.stop()
        return sorted(self.gaps_ms)

    def rss(self) -> int:
        """Resident bytes now."""
        return int(self._process.memory_info().rss)

    def _tick(self) -> None:
        now_s = time.perf_counter()
        self.gaps_ms.append((now_s - self._last_s) * 1000)
        if len(self.gaps_ms) % 20 == 0:
            self.peak_rss = max(self.peak_rss, self.rss())
            now_s = time.perf_counter()
        self._last_s = now_s


@dataclass
class Desks:
    """What is measured, and what must be stopped."""

    session: SessionDesk
    faxes: FaxDesk
    lanes: list[Lane]

    def stop(self) -> None:
        """Timers, then lanes."""
        self.session.stop()
        self.faxes.stop()
        for lane in reversed(self.lanes):
            lane.stop()


def build(home: Path) -> Desks:
    """The desks as app.py composes them, without a window."""
    from rcdesk.services.account.connection import Connection
    from rcdesk.services.calls.calls import CallService
    from rcdesk.services.calls.history import CallHistory
    from rcdesk.services.fax.dispatch import Dispatcher
    from rcdesk.services.fax.faxes import FaxService
    from rcdesk.store.account.secrets import Secrets
    from rcdesk.store.calls.past_calls import PastCalls
    from rcdesk.store.fax.outbox import Outbox
    from rcdesk.store.fax.spool import Spool
    from rcdesk.store.paths import Paths
    from rcdesk.store.people.people import People

    paths = Paths.under(home).create()
    secrets = Secrets(use_keyring=False)
    lanes = {name: Lane(name) for name in ("calls", "faxes", "disk", "archive", "downloads", "files")}
    session = SessionDesk(lanes["calls"], lambda profile: Connection(profile, secrets))
    outbox, spool = Outbox(paths.database), Spool(paths.spool_dir)
    service = FaxService(lambda: session.connection, outbox, spool, SystemClock())
    dispatcher = Dispatcher(lambda: session.connection, outbox, spool, SystemClock())
    desk = FaxDesk(lanes, session, service, dispatcher)
    desk.problem.connect(lambda text: print("problem:", text))
    calls = CallHistory(lambda: session.connection, PastCalls(paths.database), People(paths.database))
    history = HistoryDesk(lanes, session, calls)
    CallDesk(lanes["calls"], session, CallService(lambda: session.connection), history)
    desk.start()
    return Desks(session=session, faxes=desk, lanes=list(lanes.values()))


def is_past(moment_s: float) -> bool:
    """Whether it is later."""
    return time.perf_counter() > moment_s


def wait(condition: Callable[[], bool], timeout_s: float) -> None:
    """Let Qt work until the condition holds."""
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start(50)
    QTimer.singleShot(int(timeout_s * 1000), loop, loop.quit)
    loop.exec()
    if not condition():
        raise SystemExit("the benchmark waited in vain")


def slow_down(base_url: str, bytes_per_second: float) -> None:
    """Order the next fax upload to be read slowly."""
    order = {"kind": "slow", "method": "POST", "path": "/fax", "bytes_per_second": bytes_per_second}
    request = urllib.request.Request(
        f"{base_url}/simulator/faults",
        data=json.dumps(order).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10):
        pass


def upload(desks: Desks, ticker: Ticker, document: Document) -> tuple[list[float], int]:
    """Send one fax; returns the sorted gaps and the growth in bytes."""
    before = ticker.rss()
    known = {job.id for job in desks.faxes.jobs}
    ticker.start()
    desks.faxes.queue(FaxDraft(recipients=(Recipient(number="+16505554042"),), documents=(document,)))

    def is_over() -> bool:
        new = [job for job in desks.faxes.jobs if job.id not in known]
        return bool(new) and new[0].state in (FaxState.HANDED_OVER, FaxState.SENT)

    wait(is_over, 180)
    gaps = ticker.stop()
    return gaps, ticker.peak_rss - before


def row(name: str, gaps: list[float], growth: int | None) -> str:
    """One line of the table."""
    cells = [statistics.median(gaps), *(gaps[int(len(gaps) * q)] for q in (0.95, 0.99, 0.999)), gaps[-1]]
    late = sum(1 for gap in gaps if gap >= MAX_GAP_MS)
    memory = "" if growth is None else f"{growth / MEGABYTE:+8.1f}"
    return f"{name:<10}{len(gaps):>7}" + "".join(f"{c:>8.2f}" for c in cells) + f"{late:>8}{memory}"


def measure(simulator: dict[str, str], options: argparse.Namespace, home: Path) -> int:
    """Floor, warm-up, runs; print the table; returns the exit status."""
    letter = home / "large.pdf"
    letter.write_bytes(heavy_page(SIZE_BYTES - 10_000))
    document = Document(
        path=letter, name=letter.name, size_bytes=letter.stat().st_size, media_type="application/pdf", pages=1
    )
    desks, ticker = build(home / "desk"), Ticker()
    profile = ServerProfile(
        name="Benchmark",
        base_url=simulator["base_url"],
        client_id=simulator["client_id"],
        max_fax_bytes=SIZE_BYTES * 2,
    )
    credentials = Credentials(
        client_id=simulator["client_id"], client_secret=simulator["client_secret"], jwt=simulator["jwt"]
    )
    desks.session.failed.connect(lambda text: print("sign-in:", text))
    desks.session.sign_in_jwt(profile, credentials)
    wait(lambda: desks.session.state is SessionState.SIGNED_IN, 30)
    small = home / "small.txt"
    small.write_bytes(b"Warm-up.\n" * 100)
    upload(
        desks, ticker, Document(path=small, name=small.name, size_bytes=900, media_type="text/plain", pages=1)
    )
    pace = options.bytes_per_second / 1e6
    print(f"{SIZE_BYTES / 1e6:.0f} MB at {pace:.0f} MB/s, timer every {TICK_MS} ms, gaps in ms")
    print(
        f"{'run':<10}{'ticks':>7}"
        + "".join(f"{h:>8}" for h in ("p50", "p95", "p99", "p99.9", "max"))
        + "  ≥16 ms   RSS MB"
    )
    floors, runs = [], []
    for number in range(1, options.runs + 1):
        ticker.start()
        ends_s = time.perf_counter() + SIZE_BYTES / options.bytes_per_second
        wait(partial(is_past, ends_s), 600)
        floors.append(ticker.stop())
        print(row(f"floor {number}", floors[-1], None))
        slow_down(simulator["base_url"], options.bytes_per_second)
        runs.append(upload(desks, ticker, document))
        print(row(f"upload {number}", *runs[-1]), flush=True)
    desks.stop()
    largest = statistics.median(gaps[-1] for gaps, _ in runs)
    floor = statistics.median(gaps[-1] for gaps in floors)
    growth = max(growth for _, growth in runs) / MEGABYTE
    is_good = largest < MAX_GAP_MS and growth < MAX_GROWTH_MB
    print(f"largest gap at the median run {largest:.2f} ms (limit {MAX_GAP_MS:.0f}; floor {floor:.2f} ms)")
    print(f"largest growth {growth:+.1f} MB (limit {MAX_GROWTH_MB:.0f}): {'good' if is_good else 'NOT GOOD'}")
    return 0 if is_good else 1


def main() -> int:
    """Start the simulator, measure, stop it."""
    parser = argparse.ArgumentParser(description="GUI gaps and memory during a 50 MB upload")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bytes-per-second", type=float, default=8_000_000)
    options = parser.parse_args()
    application = QApplication([])
    process = subprocess.Popen(
        [sys.executable, "-m", "rcdesk.simulator", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        simulator = json.loads(process.stdout.readline())
        with tempfile.TemporaryDirectory() as home:
            return measure(simulator, options, Path(home))
    finally:
        process.terminate()
        process.wait(10)
        application.quit()


if __name__ == "__main__":
    sys.exit(main())
