"""The kill matrix: a desk is killed with SIGKILL at every point of a fax's way, then started again.

Each run is a real process that sends one fax (to one recipient or three, with or without the undo window,
scheduled or not) to a simulator that stays up, stands still at the point, and is killed there. A second
process on the same folder must bring every recipient to the right end: stored once and sent, or "needs you"
where all of the fax may have left and the service has not stored it. A last row kills twice, at any moment.
Run it alone with
`python -m tests.endurance.kill_matrix --runs 25`; it prints the table and ends with 1 when a fax was lost,
doubled, or asked about without need. Read next: stop_points.py, remote_desk.py.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.endurance.remote_desk import SETTLED, RemoteDesk, Rig
from tests.endurance.stop_points import StopPoint

SPEED = 60.0
"""World seconds per real second: the two minutes of looking for a lost answer take two seconds."""

POINTS = tuple(point for point in StopPoint if point is not StopPoint.NONE)
END_TIMEOUT_S = 60.0
ANY_WITHIN_S = 0.6
PICTURE_SIDE = 450
COUNTS = ("runs", "lost", "doubled", "needs_you", "justified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run. is_swallowed: the service reads the whole fax and does nothing with it. Times in world s."""

    point: StopPoint
    seed: int
    recipients: tuple[str, ...]
    undo_s: int
    send_in_s: int | None
    send_by: str
    is_swallowed: bool


@dataclass(slots=True, kw_only=True)
class Row:
    """The sums of one point."""

    runs: int = 0
    lost: int = 0
    doubled: int = 0
    needs_you: int = 0
    justified: int = 0
    slowest_s: float = 0.0
    findings: list[str] = field(default_factory=list)


def plan_for(point: StopPoint, seed: int) -> Plan:
    """The variations of a run follow from its seed alone."""
    random = Random(f"{point.value} {seed}")
    is_scheduled = point is StopPoint.SCHEDULED or (point is not StopPoint.UNDO and random.random() < 0.25)
    recipients = random.sample(range(1000, 4000), random.choice((1, 3)))
    return Plan(
        point=point,
        seed=seed,
        recipients=tuple(f"+1650555{number}" for number in recipients),
        undo_s=10 if point is StopPoint.UNDO else random.choice((0, 0, 5)),
        send_in_s=(150 if point is StopPoint.SCHEDULED else 20) if is_scheduled else None,
        send_by=("desk", "service")[seed % 2] if is_scheduled else "desk",
        is_swallowed=point is StopPoint.LAST_BYTE and seed % 2 == 1,
    )


def run_once(rig: Rig, plan: Plan, files: Sequence[Path]) -> Row:
    """Send, stop, kill, start again, and judge what became of it."""
    rig.new_day()
    home = f"{plan.point.name.lower()}-{plan.seed}"
    if plan.is_swallowed:
        rig.simulator.fault("cut-after", method="POST", path="/fax")
    first = rig.desk(home, plan.point)
    try:
        first.wait_signed_in()
        asked_at = rig.world.now()
        first.do(
            "queue",
            to=plan.recipients,
            files=[str(path) for path in files],
            undo_s=plan.undo_s,
            send_in_s=plan.send_in_s,
            send_by=plan.send_by,
        )
        if plan.point is StopPoint.ANY:
            _kill_at_any_moment(first, rig.desk, home, plan)
        else:
            first.wait(lambda: first.stopped_at, f"the stop {plan.point.value}")
        if plan.point in (StopPoint.ANSWER, StopPoint.COMMIT):
            # All of it has left; the service may need a moment to read it.
            first.wait(rig.stored, "the service to store the fax before the desk is killed")
        stored_before = rig.stored()
    finally:
        first.kill()
    second = rig.desk(home)
    try:
        problem = _wait_for_the_end(second, rig, home)
    finally:
        second.kill()
    row = judge(plan, rig, home, problem)
    row.findings += _early(plan, rig, asked_at)
    row.findings += [f"bug: {bug}" for bug in (*first.bugs, *second.bugs)]
    if row.findings:
        row.findings.append(f"stored before the kill: {dict(stored_before)}; {second.errors()[-600:]}")
    return row


def _kill_at_any_moment(first: RemoteDesk, start: Callable[[str], RemoteDesk], home: str, plan: Plan) -> None:
    """Kill the desk some time after its promise, and the next one some time after its start."""
    random = Random(f"moments {plan.seed}")
    first.wait(lambda: len(first.queued_ids) == len(plan.recipients), "the promise")
    _let_pass(random.uniform(0, ANY_WITHIN_S))
    first.kill()
    again = start(home)
    try:
        again.wait_signed_in()
        _let_pass(random.uniform(0, ANY_WITHIN_S))
    finally:
        again.kill()


def _let_pass(real_s: float) -> None:
    threading.Event().wait(real_s)


def judge(plan: Plan, rig: Rig, home: str, problem: str) -> Row:
    """Compare the desk's outbox with what the service stored."""
    row = Row(runs=1)
    stored = rig.stored()
    jobs = {job["number"]: job for job in rig.outbox(home)}
    for number in plan.recipients:
        job = jobs.get(number)
        state = job["state"] if job is not None else "no row"
        times = stored[number]
        said = f"…{number[-4:]} {state} ({job['detail'] if job is not None else ''}), stored {times} times"
        if times > 1:
            row.doubled += 1
            row.findings.append(f"doubled: {said}")
        if state == "needs you":
            row.needs_you += 1
            if times == 0 and (plan.is_swallowed or plan.point is StopPoint.ANY):
                row.justified += 1
            else:
                row.findings.append(f"asked without need: {said}")
        elif times == 0 or state != "sent":
            row.lost += 1
            row.findings.append(f"lost: {said} {problem}")
    if len(jobs) != len(plan.recipients):
        row.findings.append(f"{len(jobs)} rows for {len(plan.recipients)} recipients")
    return row


def _wait_for_the_end(desk: RemoteDesk, rig: Rig, home: str) -> str:
    """Until every fax in the outbox is settled; what was wrong, "" when nothing."""
    try:
        desk.wait(
            lambda: all(job["state"] in SETTLED for job in rig.outbox(home)),
            "the end of all faxes",
            END_TIMEOUT_S,
        )
    except AssertionError as exc:
        return str(exc)
    return ""


def _early(plan: Plan, rig: Rig, asked_at: datetime) -> list[str]:
    """A fax the desk itself keeps until its time must not be with the service before."""
    if plan.send_by != "desk" or not plan.send_in_s:
        return []
    due = asked_at + timedelta(seconds=plan.send_in_s)
    times = [fax.created_at for fax in rig.simulator.stored_faxes()]
    return [f"sent at {at}, scheduled for {due}" for at in times if at < due]


class Matrix:
    """Runs plans, some at the same time, each worker with a simulator of its own; sums by point."""

    def __init__(self, workers: int = 2, say: bool = True) -> None:
        self.rows: dict[StopPoint, Row] = {point: Row() for point in POINTS}
        self._workers = workers
        self._say = say
        self._lock = threading.Lock()

    def run(self, plans: Sequence[Plan]) -> bool:
        """All plans; True when nothing was found."""
        waiting = list(plans)
        with ThreadPoolExecutor(self._workers) as pool:
            for done in [pool.submit(self._work, waiting) for _ in range(self._workers)]:
                done.result()
        return not any(row.findings for row in self.rows.values())

    def _work(self, waiting: list[Plan]) -> None:
        with Rig(SPEED) as rig:
            files = [noise_picture(rig.root / "X-ray.png")]
            while True:
                with self._lock:
                    if not waiting:
                        return
                    plan = waiting.pop(0)
                started_s = time.monotonic()
                try:
                    row = run_once(rig, plan, files)
                except Exception:
                    row = Row(runs=1, findings=[traceback.format_exc(limit=3)])
                row.slowest_s = time.monotonic() - started_s
                self._add(plan, row)

    def _add(self, plan: Plan, row: Row) -> None:
        with self._lock:
            total = self.rows[plan.point]
            for name in COUNTS:
                setattr(total, name, getattr(total, name) + getattr(row, name))
            total.slowest_s = max(total.slowest_s, row.slowest_s)
            total.findings += [f"seed {plan.seed}: {finding}" for finding in row.findings]
            if self._say and row.findings:
                print(f"{plan}\n  " + "\n  ".join(row.findings), file=sys.stderr, flush=True)

    def table(self) -> str:
        """Point by point, and the sum."""
        names = ("runs", "lost", "doubled", "needs you", "justified", "slowest")
        lines = [f"{'killed':28}" + "".join(f"{name:>11}" for name in names)]
        used = [(point.value, row) for point, row in self.rows.items() if row.runs]
        total = Row(slowest_s=max((row.slowest_s for _, row in used), default=0.0))
        for name in COUNTS:
            setattr(total, name, sum(getattr(row, name) for _, row in used))
        for what, row in [*used, ("all", total)]:
            counts = "".join(f"{getattr(row, name):>11}" for name in COUNTS)
            lines.append(f"{what:28}{counts}{row.slowest_s:>9.1f} s")
        return "\n".join(lines)


def noise_picture(path: Path) -> Path:
    """A page whose file is as large as it looks: several chunks on the wire."""
    from PIL import Image

    side = PICTURE_SIDE
    Image.frombytes("L", (side, side), os.urandom(side * side)).save(path)
    return path


def main() -> int:
    """Run the matrix and print the table; 0 when it passed."""
    parser = argparse.ArgumentParser(description="Kill the desk at every point of a fax's way.")
    parser.add_argument("--runs", type=int, default=25, help="runs per point")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--point", choices=[p.name.lower() for p in POINTS], action="append")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    points = [p for p in POINTS if not options.point or p.name.lower() in options.point]
    seeds = range(options.first_seed, options.first_seed + options.runs)
    matrix = Matrix(options.workers)
    started_s = time.monotonic()
    is_passed = matrix.run([plan_for(point, seed) for seed in seeds for point in points])
    print(matrix.table())
    print(f"{time.monotonic() - started_s:.0f} s; {'passed' if is_passed else 'FAILED'}")
    return 0 if is_passed else 1


if __name__ == "__main__":
    sys.exit(main())
