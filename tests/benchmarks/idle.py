"""Idle: the processor time of the open window while nobody does anything and no call is on.

Run as `python -m tests.benchmarks.idle [--seconds 60]`. The installed program is started under Xvfb, signs in
to a simulator outside it, opens the phone page and is left alone; after a while to settle, the processor time
of all its processes is read from /proc over the given span. The floor is a bare PySide6 window beside it, for
the same span. Exit status 1 when the desk takes 0.05 % or more, which is what "0.0 %" rounds from.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from pathlib import Path

from tests.benchmarks.startup import FLOOR
from tests.end2end.display import Display, merged, missing_programs
from tests.end2end.program import READY_LINE, Child, SimulatorProcess, desk_command, with_package

SETTLE_S, MAX_PERCENT = 25.0, 0.05


def cpu_s(pid: int) -> float:
    """Processor seconds of a process and its children so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(cpu_s(int(child)) for child in children)


def wakeups(pid: int) -> dict[str, int]:
    """How often each of its threads gave up the processor so far: each is a wake-up."""
    counts: dict[str, int] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                counts[task.name] = int(line.split()[1])
    return counts


def run(display: Display, folder: Path, seconds: float) -> dict[str, tuple[float, float]]:
    """(percent of a processor, wake-ups a second) for the bare window and the desk."""
    (folder / "simulator").mkdir()
    base = merged(display.environment, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    simulator = SimulatorProcess(base, folder / "simulator")
    desk = with_package(merged(base, RCDESK_PRINT_READY="1", RCDESK_HOME=str(folder / "desk")))
    sign_in = ["--sign-in", str(simulator.sign_in_file)]
    children = {
        "bare window": Child([sys.executable, "-c", FLOOR], base, folder),
        "desk": Child([*desk_command(), *sign_in], desk, folder),
    }
    pause = threading.Event()
    try:
        for child in children.values():
            child.line_with(READY_LINE, 60)
        pause.wait(SETTLE_S)
        pids = {name: child.process.pid for name, child in children.items()}
        before = {name: (cpu_s(pid), wakeups(pid)) for name, pid in pids.items()}
        pause.wait(seconds)
        after = {name: (cpu_s(pid), wakeups(pid)) for name, pid in pids.items()}
    finally:
        for child in children.values():
            child.stop()
        simulator.stop()
    return {
        name: (
            100 * (after[name][0] - before[name][0]) / seconds,
            sum(count - before[name][1].get(task, 0) for task, count in after[name][1].items()) / seconds,
        )
        for name in children
    }


def main() -> int:
    """Measure and print; 0: idle, 1: not, 2: the machine lacks the display's parts."""
    parser = argparse.ArgumentParser(description="Processor time of the open window while nothing happens.")
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    missing = missing_programs()
    if missing:
        print(f"needs {', '.join(missing)}", file=sys.stderr)
        return 2
    display = Display()
    try:
        with tempfile.TemporaryDirectory(prefix="rcdesk-idle-") as folder:
            figures = run(display, Path(folder), options.seconds)
    finally:
        display.stop()
    for name, (percent, wakes) in figures.items():
        print(f"{name:<12} {percent:6.2f} % of a processor, {wakes:6.2f} wake-ups a second")
    is_idle = figures["desk"][0] < MAX_PERCENT
    print(f"limit {MAX_PERCENT} %: {'kept' if is_idle else 'MISSED'}")
    return 0 if is_idle else 1


if __name__ == "__main__":
    sys.exit(main())
