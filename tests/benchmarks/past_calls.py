"""A history of 100,000 calls: first pages, searches and filters, people and callers, against 40 ms.

Run as `python tests/benchmarks/past_calls.py [--rows 100000] [--rounds 15]`. One archive is filled in a
temporary folder: calls of this desk and of the call log with 5,000 numbers, 3,000 of them of contacts. Then
services.call_history (names joined) and services.people are timed as the window asks them. Medians are
printed; the exit status is 1 when a case takes longer than the target. A measurement, not a test: it needs a
quiet machine. Read next: rcdesk/store/calls/past_calls.py.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rcdesk.core.calls.past_call import CallOutcome, Direction, OnlyCalls, PastCall, PastCallQuery
from rcdesk.core.people.people import PersonSource
from rcdesk.services.calls.history import CallHistory
from rcdesk.services.people.people import PeopleService
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.people.people import People, PersonRecord

TARGET_MS = 40.0
OWNER = "62264425008"
START = datetime(2024, 1, 1, tzinfo=UTC)
NUMBERS, CONTACTS = 5000, 3000
TEXTS = (
    "a",
    "caller",
    "caller 17",
    "known",
    "known 12 bell",
    "acme",
    "650 555",
    "0001",
    "16500",
    "nobody at all",
)


def calls(rows: int) -> Iterator[PastCall]:
    """Every third came in, every thirtieth was missed; each second one has a name of its own."""
    for n in range(rows):
        is_in = n % 3 == 0
        outcome = CallOutcome.MISSED if n % 30 == 0 else CallOutcome.TALKED if is_in else CallOutcome.BUSY
        yield PastCall(
            id=f"log-{n}" if is_in else f"{n:032x}",
            direction=Direction.IN if is_in else Direction.OUT,
            number=f"+1650{n % NUMBERS:07}",
            name=f"Caller {n % NUMBERS} Alpha" if n % 2 else "",
            at=START + timedelta(seconds=600 * n),
            outcome=outcome,
            session_id=f"s-{n:020}",
            log_id=str(n) if is_in else "",
        )


def contacts() -> list[PersonRecord]:
    """The address book."""
    return [
        PersonRecord(
            source_id=str(n),
            name=f"Known {n} Bell",
            company="Acme",
            number=f"+1650{n:07}",
            label="Mobile",
            is_fax=False,
        )
        for n in range(CONTACTS)
    ]


def cases(
    history: CallHistory, people: PeopleService, rows: int
) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is timed, by name."""
    deep = START + timedelta(seconds=600 * (rows // 20))
    yield "first page", lambda: history.page(PastCallQuery(owner_id=OWNER))
    yield "a page far down", lambda: history.page(PastCallQuery(owner_id=OWNER), (deep, "none"))
    yield "recents", lambda: history.recents(OWNER)
    yield "missed count", lambda: history.missed_count(OWNER)
    for only in OnlyCalls:
        for text in ("", *TEXTS) if only is OnlyCalls.ALL else ("", "a", "acme"):
            query = PastCallQuery(owner_id=OWNER, text=text, only=only)
            yield f'{only.value}: "{text}"', partial(history.page, query)
    for text in ("", "a", "known 12"):
        yield f'suggested calls: "{text}"', partial(people.suggest, OWNER, text, 8, for_calls=True)
    numbers = [f"+1650{n:07}" for n in range(200)]
    yield "200 callers", lambda: people.callers(OWNER, numbers)
    yield "timeline", lambda: people.timeline(OWNER, numbers[:3], 200)


def elapsed_ms(work: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def main() -> int:
    """Fill, measure and print; 0: target kept, 1: missed."""
    parser = argparse.ArgumentParser(description="Lists and searches of a long history of calls.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    is_kept = True
    with tempfile.TemporaryDirectory(prefix="rcdesk-calls-") as folder:
        path = Path(folder) / "rcdesk.sqlite3"
        store, known = PastCalls(path), People(path)
        took_ms = elapsed_ms(lambda: store.remember_all(OWNER, calls(options.rows)))
        known.replace(OWNER, PersonSource.CONTACT, contacts(), START)
        size_mb = path.stat().st_size / 1_000_000
        print(f"{options.rows} calls: {size_mb:.0f} MB, {took_ms / 1000:.0f} s")
        history, people = CallHistory(lambda: None, store, known), PeopleService(lambda: None, known)
        for name, work in cases(history, people, options.rows):
            took = statistics.median([elapsed_ms(work) for _ in range(options.rounds + 1)][1:])
            is_kept = is_kept and took < TARGET_MS
            print(f"{name:<34}{took:>8.2f} ms{'' if took < TARGET_MS else '  MISSED'}")
        store.close()
        known.close()
    print(f"target (< {TARGET_MS:.0f} ms): {'kept' if is_kept else 'MISSED'}")
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
