"""The storm: hundreds of faxes through a service of which one request in five goes wrong.

A real desk process sends waves of broadcasts, small batches and single faxes to a simulator that injects
5xx, 429, cut connections, slow answers, lost answers, garbage and expired tokens together, under its usual
rate limits. Every fax must be stored exactly once and reach its right end; a fax that "needs you" is answered
as a person would who looked it up at the service. No request may fall into a penalty, and the desk's memory
must stay flat. Run it alone with `python -m tests.endurance.storm --faxes 500`. Read next: remote_desk.py.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rcdesk.simulator.faults import STORM_KINDS
from tests.endurance.remote_desk import SETTLED, RemoteDesk, Rig

SPEED = 60.0
SHARE = 0.2
WAVES = 5
ALL_KINDS_FROM = 300
"""With so many faxes every kind of fault must have come by."""

WAVE_TIMEOUT_S = 240.0
MOST_GROWTH = 0.08
"""How much larger the desk may be after the last wave than after the first: what a heap wavers by."""

BAD_NUMBERS = {"+16505554015": "InvalidNumber", "+16505554023": "WrongNumber"}
"""Numbers whose faxes fail for good at the first try."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What the storm left. Times in real seconds, sizes in bytes."""

    faxes: int
    states: Counter[str] = field(default_factory=Counter)
    stored_wrong: dict[str, int] = field(default_factory=dict)
    asked: int = 0
    asked_without_need: int = 0
    requests: int = 0
    uploads: int = 0
    inside_penalty: int = 0
    injected: dict[str, int] = field(default_factory=dict)
    rss_bytes: list[int] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)
    wrong_ends: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def growth(self) -> float:
        """Resident memory after the last wave over that after the first, less one."""
        return self.rss_bytes[-1] / self.rss_bytes[0] - 1 if self.rss_bytes else 0.0

    def findings(self) -> list[str]:
        """Everything that must not be."""
        found = [f"stored {times} times: …{number[-4:]}" for number, times in self.stored_wrong.items()]
        found += self.wrong_ends + [f"bug: {bug}" for bug in self.bugs]
        if self.inside_penalty:
            found.append(f"{self.inside_penalty} requests inside a penalty")
        missing = set(STORM_KINDS) - set(self.injected)
        if missing and self.faxes >= ALL_KINDS_FROM:
            found.append(f"the storm had no {', '.join(sorted(missing))}")
        if self.growth > MOST_GROWTH:
            found.append(f"memory grew by {self.growth:.0%}: {self.rss_bytes}")
        return found

    def table(self) -> str:
        """The figures, one a line."""
        megabytes = ", ".join(f"{size / 1e6:.0f}" for size in self.rss_bytes)
        figures = {
            "faxes": self.faxes,
            "ends": dict(self.states),
            "stored exactly once": self.faxes - len(self.stored_wrong),
            "asked the user": f"{self.asked}, of which the service had {self.asked_without_need}",
            "requests": f"{self.requests}, of which fax requests {self.uploads}",
            "faults met": dict(sorted(self.injected.items())),
            "requests inside a penalty": self.inside_penalty,
            "desk's memory after each wave (MB)": f"{megabytes} ({self.growth:+.0%})",
            "took (s)": f"{self.took_s:.0f}",
        }
        return "\n".join(f"{name:36}{value}" for name, value in figures.items())


def batches(count: int, random: Random) -> list[list[str]]:
    """`count` different numbers in groups of 50, 5 and 1, about a half, a quarter and a quarter of them.

    A small storm has no groups of 50: it would be over after a few requests.
    """
    large = 50 if count >= ALL_KINDS_FROM else 5
    numbers = [f"+1650555{n}" for n in random.sample([*range(1000, 4000), *range(5000, 9999)], count)]
    numbers[: len(BAD_NUMBERS)] = list(BAD_NUMBERS)
    random.shuffle(numbers)
    groups: list[list[str]] = []
    while numbers:
        size = random.choice((large, 5, 5, 5, *[1] * 12)) if len(numbers) > 1 else 1
        groups.append(numbers[:size])
        del numbers[:size]
    return groups


def run(faxes: int = 500, seed: int = 1, waves: int = WAVES) -> Outcome:
    """Send so many faxes through the storm."""
    random = Random(seed)
    outcome = Outcome(faxes=faxes)
    started_s = time.monotonic()
    with Rig(SPEED) as rig:
        page = rig.root / "Referral.txt"
        page.write_text("A referral letter.\n" * 30, encoding="utf-8")
        desk = rig.desk("desk")
        try:
            desk.wait_signed_in()
            rig.simulator.storm(seed=seed, share=SHARE)
            groups = batches(faxes, random)
            share = -(-len(groups) // waves)
            for wave in range(waves):
                part = groups[wave * share : (wave + 1) * share]
                if part:
                    _send(desk, rig, part, page, outcome)
                    outcome.rss_bytes.append(desk.rss_bytes())
            rig.simulator.calm()
        finally:
            desk.kill()
        _judge(rig, outcome, desk)
    outcome.took_s = time.monotonic() - started_s
    return outcome


def _send(desk: RemoteDesk, rig: Rig, groups: Sequence[Sequence[str]], page: Path, outcome: Outcome) -> None:
    """One wave: queue, then wait for the ends and answer questions as they come."""
    before = len(desk.queued_ids)
    count = sum(len(group) for group in groups)
    for group in groups:
        desk.do("queue", to=list(group), files=[str(page)])
    desk.wait(lambda: len(desk.queued_ids) == before + count, "the wave's place in the queue")
    ids = desk.queued_ids[before:]
    answered: set[int] = set()

    def to_answer() -> list[int]:
        return [i for i in ids if desk.jobs[i]["state"] == "needs you" and i not in answered]

    def is_over() -> bool:
        return all(desk.jobs[i]["state"] in SETTLED - {"needs you"} for i in ids)

    until_s = time.monotonic() + WAVE_TIMEOUT_S
    while not is_over():
        desk.wait(
            lambda: is_over() or to_answer() or desk.session == "needs sign-in",
            "the wave's end",
            until_s - time.monotonic(),
        )
        if desk.session == "needs sign-in":
            last = [(r.method, r.path[-30:], r.status) for r in rig.simulator.requests[-12:]]
            raise AssertionError(f"the desk believes it is signed out, after {last}")
        stored = rig.stored()
        for job_id in to_answer():
            was_sent = stored[desk.jobs[job_id]["number"]] > 0
            outcome.asked += 1
            outcome.asked_without_need += was_sent
            desk.do("resolve", id=job_id, was_sent=was_sent)
            desk.wait(lambda i=job_id: desk.jobs[i]["state"] != "needs you", "the answer to be taken")  # type: ignore[misc]
            if was_sent:
                answered.add(job_id)


def _judge(rig: Rig, outcome: Outcome, desk: RemoteDesk) -> None:
    """Compare what the desk's outbox says with what the service stored and was asked."""
    stored = rig.stored()
    rows = rig.outbox("desk")
    outcome.states = Counter(row["state"] for row in rows)
    for row in rows:
        wanted = "failed" if row["number"] in BAD_NUMBERS else "sent"
        if row["state"] != wanted:
            outcome.wrong_ends.append(f"…{row['number'][-4:]} ended {row['state']} ({row['detail']})")
    outcome.stored_wrong = {r["number"]: stored[r["number"]] for r in rows if stored[r["number"]] != 1}
    if len(rows) != outcome.faxes:
        outcome.wrong_ends.append(f"{len(rows)} rows for {outcome.faxes} faxes")
    outcome.requests = sum(rig.simulator.requests_by_group.values())
    outcome.uploads = rig.simulator.heavy_requests
    outcome.bugs = list(desk.bugs)
    outcome.injected = rig.simulator.injected
    outcome.inside_penalty = rig.simulator.requests_in_penalty


def main() -> int:
    """Run the storm and print what it left; 0 when it passed."""
    parser = argparse.ArgumentParser(description="Faxes through a service of which a fifth goes wrong.")
    parser.add_argument("--faxes", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcome = run(options.faxes, options.seed)
    print(outcome.table())
    findings = outcome.findings()
    for finding in findings:
        print(f"  {finding}")
    print("passed" if not findings else "FAILED")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
