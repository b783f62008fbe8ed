"""A broadcast: five pages to three hundred recipients, thirty of whom fail in various ways.

A real desk process sends them under the service's usual limits. In the end there are three hundred rows, each
right; the pages went up in as few fax requests as the rules allow, and retries named only those who needed
one. The other half of it cancels half-way: what has not gone stays here, and the desk says what has. Run it
alone with `python -m tests.endurance.broadcast`; it prints the figures. Read next: remote_desk.py.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rcdesk.core.fax.fax import MAX_RECIPIENTS_A_REQUEST
from rcdesk.core.fax.retry import USUAL_TRIES, Help, help_for
from rcdesk.simulator.magic import FAX_ERROR_CODES
from tests.endurance.remote_desk import SETTLED, RemoteDesk, Rig

SPEED = 60.0
"""World seconds per real second: a higher one would stretch the uploads until retries fall apart."""

END_TIMEOUT_S = 120.0
SERVICE_TRIES = 3
MANY = 100_000
LEFT_FOR_CALLS = 2
"""Places among the Heavy requests that faxes leave free for a person who calls."""

BUSY_ONCE, BUSY_TWICE, SLOW = "+16505554050", "+16505554051", "+16505554040"
CODES = FAX_ERROR_CODES[:28]
FAILING = {f"+1650555{4001 + index}": code for index, code in enumerate(CODES)}


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a broadcast. used and fewest count fax requests (group Heavy)."""

    recipients: int
    states: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    used: int = 0
    uploads: int = 0
    sizes: list[int] = field(default_factory=list)
    fewest: int = 0
    gone: int = 0
    said: list[str] = field(default_factory=list)
    took_s: float = 0.0

    def table(self) -> str:
        """The figures, one a line."""
        figures = {
            "recipients": self.recipients,
            "rows by state": dict(self.states),
            "wrong rows": len(self.wrong),
            "fax requests used": f"{self.used}, of which uploads {self.uploads}",
            "recipients of each": self.sizes,
            "fewest the rules allow": self.fewest,
            "gone before the cancel" if self.said else "stored by the service": self.gone,
            "said": " | ".join(self.said),
            "took (s)": f"{self.took_s:.0f}",
        }
        return "\n".join(f"{name:26}{value}" for name, value in figures.items())


def recipients(count: int, failing: Sequence[str]) -> list[str]:
    """So many different numbers, the failing ones spread among them."""
    numbers = [f"+1650555{6000 + index}" for index in range(count - len(failing))]
    step = max(1, count // max(1, len(failing)))
    for index, number in enumerate(failing):
        numbers.insert(min(index * step, len(numbers)), number)
    return numbers


def tries_for(number: str) -> int:
    """How often the rules hand a fax to this number over: once, or until the usual tries are used up."""
    if number in (BUSY_ONCE, BUSY_TWICE):
        return 2 if number == BUSY_ONCE else 3
    if number not in FAILING:
        return 1
    match help_for(FAILING[number]):
        case Help.LINE:
            return USUAL_TRIES
        case Help.SERVICE:
            return SERVICE_TRIES
        case Help.NO:
            return 1


def fewest_requests(numbers: Sequence[str]) -> int:
    """One request for every fifty who still need one, round by round."""
    rounds = max(tries_for(number) for number in numbers)
    waiting = [sum(tries_for(number) > done for number in numbers) for done in range(rounds)]
    return sum(-(-count // MAX_RECIPIENTS_A_REQUEST) for count in waiting)


def five_pages(path: Path) -> Path:
    """A PDF of five pages."""
    from PIL import Image, ImageDraw

    pages = []
    for number in range(1, 6):
        page = Image.new("L", (850, 1100), 255)
        ImageDraw.Draw(page).text((100, 100), f"Practice closed at Easter, page {number} of 5", fill=0)
        pages.append(page)
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def run(count: int = 300) -> Outcome:
    """Send to all and wait for the end of every one."""
    numbers = recipients(count, [*FAILING, BUSY_ONCE, BUSY_TWICE])
    outcome = Outcome(recipients=count, fewest=fewest_requests(numbers))
    started_s = time.monotonic()
    with Rig(SPEED) as rig:
        desk = rig.desk("desk")
        try:
            desk.wait_signed_in()
            desk.do("queue", to=numbers, files=[str(five_pages(rig.root / "Letter.pdf"))])
            desk.wait(lambda: len(desk.queued_ids) == count, "the broadcast's place in the queue")
            desk.wait(
                lambda: sum(desk.jobs[i]["state"] in SETTLED for i in desk.queued_ids) == count,
                "the end of all",
                END_TIMEOUT_S,
            )
        finally:
            desk.kill()
        _judge(rig, outcome, numbers)
    outcome.took_s = time.monotonic() - started_s
    return outcome


def cancel_half_way(count: int = 300) -> Outcome:
    """Send to all under a limit that stops the broadcast on its way, then cancel everything.

    All but one of those that have gone are sent by then; the slow one can no longer be taken back, because it
    shares its request with others.
    """
    numbers = recipients(count, [SLOW])
    outcome = Outcome(recipients=count)
    started_s = time.monotonic()
    half = max(1, count // 2 // MAX_RECIPIENTS_A_REQUEST)
    with Rig(60.0) as rig:
        limits = {"Light": MANY, "Medium": MANY, "Auth": MANY, "window_s": 3600}
        rig.simulator.set_limits(Heavy=half + LEFT_FOR_CALLS, **limits)
        desk = rig.desk("desk")
        try:
            desk.wait_signed_in()
            desk.do("queue", to=numbers, files=[str(five_pages(rig.root / "Letter.pdf"))])
            desk.wait(lambda: is_half_way(desk, rig, half), "the broadcast to come to a stop on its way")
            outcome.gone = sum(rig.stored().values())
            desk.do("cancel", ids=list(desk.queued_ids))
            desk.wait(lambda: desk.said, "the sentence that says what has gone")
            rig.simulator.set_limits(Heavy=MANY, **limits)
            desk.wait(lambda: all(j["state"] in SETTLED for j in desk.jobs.values()), "the end of all")
            outcome.said = list(desk.said)
            outcome.states = desk.states()
        finally:
            desk.kill()
        _judge_cancelled(rig, outcome)
    outcome.took_s = time.monotonic() - started_s
    return outcome


def is_half_way(desk: RemoteDesk, rig: Rig, limit: int) -> bool:
    """The faxes' part of the limit is used up, nothing is being sent, the ends of all but one are known."""
    states = desk.states()
    gone = states["handed over"] + states["sent"]
    is_stopped = rig.simulator.heavy_requests >= limit and not states["sending"]
    return is_stopped and states["sent"] >= gone - 1 > 0 and gone == sum(rig.stored().values())


def _judge_cancelled(rig: Rig, outcome: Outcome) -> None:
    """Sent is what the service kept; everything else is cancelled and not with the service.

    Rows of what never left may be gone: they can be brought back for some seconds of the fast world only.
    """
    kept = {number for fax in rig.simulator.stored_faxes() if not fax.is_deleted for number in fax.numbers}
    rows = rig.outbox("desk")
    outcome.used = fax_requests(rig)
    for row in rows:
        wanted = "sent" if row["number"] in kept else "cancelled"
        if row["state"] != wanted:
            outcome.wrong.append(f"…{row['number'][-4:]} is {row['state']}, should be {wanted}")
    later = sum(rig.stored().values()) - outcome.gone
    if later:
        outcome.wrong.append(f"{later} went after they were cancelled")


def _judge(rig: Rig, outcome: Outcome, numbers: Sequence[str]) -> None:
    """Every row against what its number does at the service."""
    stored, rows = rig.stored(), {row["number"]: row for row in rig.outbox("desk")}
    outcome.states = Counter(row["state"] for row in rows.values())
    outcome.gone = sum(stored.values())
    for number in numbers:
        row, code = rows.get(number), FAILING.get(number, "")
        wanted = ("failed" if code else "sent", code, tries_for(number), tries_for(number))
        found = (row["state"], row["error_code"], row["tries"], stored[number]) if row else None
        if found != wanted:
            outcome.wrong.append(f"…{number[-4:]} is {found}, should be {wanted}")
    outcome.used = fax_requests(rig)
    outcome.sizes = [len(fax.numbers) for fax in rig.simulator.stored_faxes()]
    outcome.uploads = sum(fax.original_id == 0 for fax in rig.simulator.stored_faxes())
    if len(rows) != len(numbers):
        outcome.wrong.append(f"{len(rows)} rows for {len(numbers)} recipients")


def fax_requests(rig: Rig) -> int:
    """How many times the service was asked to send something."""
    return sum(r.method == "POST" and r.path.endswith("/fax") for r in rig.simulator.requests)


def main() -> int:
    """Run both halves and print their figures; 0 when they passed."""
    parser = argparse.ArgumentParser(description="Five pages to very many recipients.")
    parser.add_argument("--recipients", type=int, default=300)
    options = parser.parse_args()
    whole = run(options.recipients)
    print(whole.table())
    for finding in whole.wrong:
        print(f"  {finding}")
    cut = cancel_half_way(options.recipients)
    print(f"\ncancelled half-way\n{cut.table()}")
    for finding in cut.wrong:
        print(f"  {finding}")
    is_passed = not whole.wrong and not cut.wrong and whole.used <= whole.fewest
    print("passed" if is_passed else "FAILED")
    return 0 if is_passed else 1


if __name__ == "__main__":
    sys.exit(main())
