"""Start-up: time to the first painted window and memory, of rcdesk against a bare PySide6 window.

Run as `python tests/benchmarks/startup.py [--rounds 7]`. Both are started in turn under the same Xvfb, so
that the machine's mood falls on both; medians and their ratios are printed. The floor is a QWidget that
paints one line of text. "first window" is rcdesk as started for the first time; "signed in" signs in to a
simulator running outside it, so that requests, the database and the numbers are in memory too when it is
measured, two seconds after the first paint. "returning" has signed in before: what is painted first is the
desk with its number field, which takes keys from then on; "returning, offline" is the same with the service
gone, in rounds of its own with the bare window. A measurement, not a test: it needs a quiet machine. This
process imports no Qt.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.end2end.display import Display, merged, missing_programs
from tests.end2end.program import READY_LINE, Child, SimulatorProcess, desk_command, with_package

Programs = dict[str, tuple[list[str], dict[str, str]]]

SETTLED_S = 2.0
TIME_TARGET, MEMORY_TARGET = 1.75, 1.5
FLOOR = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget

class Window(QWidget):
    is_painted = False
    def paintEvent(self, event):
        painter = QPainter(self)
        painter.drawText(self.rect(), 0, "a bare window")
        painter.end()
        if not self.is_painted:
            self.is_painted = True
            QTimer.singleShot(0, lambda: print("rcdesk: window shown", flush=True))

application = QApplication(sys.argv)
window = Window()
window.resize(1280, 800)
window.show()
sys.exit(application.exec())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One start: seconds to the first paint, and memory in MB, settled."""

    first_paint_s: float
    pss_mb: float
    rss_mb: float


def memory_mb(pid: int) -> tuple[float, float]:
    """Proportional and resident set size from smaps_rollup, in MB."""
    values: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if rest.strip().endswith("kB"):
            values[name] = int(rest.split()[0])
    return values["Pss"] / 1000, values["Rss"] / 1000


def measure(command: list[str], environment: dict[str, str], home: Path) -> Sample:
    """Start a program, wait for its first paint, let it settle, look at its memory, end it."""
    started = time.perf_counter()
    child = Child(command, environment, home)
    try:
        child.line_with(READY_LINE, 60)
        first_paint_s = time.perf_counter() - started
        threading.Event().wait(SETTLED_S)
        pss_mb, rss_mb = memory_mb(child.process.pid)
    finally:
        child.stop()
    return Sample(first_paint_s=first_paint_s, pss_mb=pss_mb, rss_mb=rss_mb)


def median(samples: list[Sample]) -> Sample:
    """The median of each figure by itself."""
    return Sample(
        first_paint_s=statistics.median(s.first_paint_s for s in samples),
        pss_mb=statistics.median(s.pss_mb for s in samples),
        rss_mb=statistics.median(s.rss_mb for s in samples),
    )


def report(samples: dict[str, list[Sample]]) -> bool:
    """Print medians, spread and ratios; True when the first window keeps both targets."""
    floor = median(samples["bare window"])
    head = ("", "first paint", "(min-max)", "PSS", "RSS", "time", "PSS", "RSS")
    print("{:<20}{:>12}{:>17}{:>10}{:>10}{:>9}{:>7}{:>7}".format(*head))
    is_kept = True
    for name, found in samples.items():
        middle = median(found)
        times = [s.first_paint_s for s in found]
        ratio = middle.first_paint_s / floor.first_paint_s, middle.pss_mb / floor.pss_mb
        spread = f"({min(times):.3f}-{max(times):.3f})"
        print(
            f"{name:<20}{middle.first_paint_s:>10.3f} s{spread:>17}"
            f"{middle.pss_mb:>7.1f} MB{middle.rss_mb:>7.1f} MB"
            f"{ratio[0]:>8.2f}x{ratio[1]:>6.2f}x{middle.rss_mb / floor.rss_mb:>6.2f}x"
        )
        if name == "first window":
            is_kept = ratio[0] <= TIME_TARGET and ratio[1] <= MEMORY_TARGET
    verdict = "kept" if is_kept else "MISSED"
    print(f"targets for the first window (time <= {TIME_TARGET}x, PSS <= {MEMORY_TARGET}x): {verdict}")
    return is_kept


def main() -> int:
    """Measure and print; 0: targets kept, 1: missed, 2: the machine lacks the display's parts."""
    parser = argparse.ArgumentParser(description="Start-up time and memory against a bare window.")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    missing = missing_programs()
    if missing:
        print(f"needs {', '.join(missing)}", file=sys.stderr)
        return 2
    display = Display()
    try:
        with tempfile.TemporaryDirectory(prefix="rcdesk-startup-") as folder:
            return 0 if report(run(display, Path(folder), options.rounds)) else 1
    finally:
        display.stop()


def run(display: Display, folder: Path, rounds: int) -> dict[str, list[Sample]]:
    """Start each program in turn, `rounds` times, after one round that is thrown away."""
    (folder / "simulator").mkdir()
    base = merged(display.environment, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    # An installed program has its bytecode on disk; compiling it again would measure the environment.
    base.pop("PYTHONDONTWRITEBYTECODE", None)
    simulator = SimulatorProcess(base, folder / "simulator")
    desk = with_package(merged(base, RCDESK_PRINT_READY="1", RCDESK_HOME=str(folder / "desk")))
    signed = merged(desk, RCDESK_HOME=str(folder / "signed-in"))
    programs = {
        "bare window": ([sys.executable, "-c", FLOOR], base),
        "first window": (desk_command(), desk),
        "signed in": ([*desk_command(), "--sign-in", str(simulator.sign_in_file)], signed),
    }
    known = merged(
        desk,
        RCDESK_HOME=str(folder / "known"),
        PYTHON_KEYRING_BACKEND="tests.benchmarks.file_ring.FileRing",
        RCDESK_BENCHMARK_RING=str(folder / "ring.json"),
    )
    returning = (desk_command(), known)
    samples: dict[str, list[Sample]] = {}
    try:
        simulator.control("limits", {"Auth": 1000})
        sign_in_once([*desk_command(), "--sign-in", str(simulator.sign_in_file)], known, folder)
        take_turns({**programs, "returning": returning}, folder, rounds, samples)
    finally:
        simulator.stop()
    bare = {"bare window": programs["bare window"]}
    take_turns({**bare, "returning, offline": returning}, folder, rounds, samples)
    return samples


def take_turns(programs: Programs, folder: Path, rounds: int, samples: dict[str, list[Sample]]) -> None:
    """Start each in turn, after one round that is thrown away, and add what is measured."""
    for number in range(rounds + 1):
        for name, (command, environment) in programs.items():
            sample = measure(command, environment, folder)
            if number > 0:
                samples.setdefault(name, []).append(sample)


def sign_in_once(command: list[str], environment: dict[str, str], folder: Path) -> None:
    """Have a sign-in kept: over when the desk has written down whose it is."""
    kept = Path(environment["RCDESK_HOME"]) / "config" / "account.json"
    child = Child(command, environment, folder)
    try:
        child.line_with(READY_LINE, 60)
        deadline = time.monotonic() + 60
        while not kept.exists():
            if time.monotonic() > deadline:
                raise AssertionError(f"nobody was signed in: {child.said()}")
            threading.Event().wait(0.1)
    finally:
        child.stop()


if __name__ == "__main__":
    sys.exit(main())
