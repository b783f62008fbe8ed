"""A history of 100,000 faxes: first page and search of rcdesk against plain sqlite3 doing the same queries.

Run as `python tests/benchmarks/history.py [--rows 100000] [--rounds 15]`. One archive is filled in a
temporary folder; then every case is timed in turn with store.folders (count and first page, as FaxJob and
ReceivedFax values) and with the sqlite3 module alone (the very statements rcdesk runs, traced, fetched as
rows) in the same process, each on its own connection. Medians and the ratio are printed; the exit status is 1
when a case takes 50 ms or more, or more than twice as long as plain sqlite3. A measurement, not a test: it
needs a quiet machine. Read next: rcdesk/store/fax/folders.py.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rcdesk.core.fax.folder import Folder, FolderQuery, Only
from rcdesk.store.database import open_database
from rcdesk.store.fax.folders import Folders
from rcdesk.store.rows import moment_key, to_text
from rcdesk.store.search_words import indexed_words

TARGET_MS, RATIO_TARGET = 50.0, 2.0
COMPARED_FROM_MS = 1.0
"""Where sqlite3 takes less (a small folder, a rare word) the time is that of making a hundred values."""

OWNER = "62264425008"
PAGE_ROWS = 100
START = datetime(2024, 1, 1, tzinfo=UTC)
FIRST = (
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eva",
    "Finn",
    "Gina",
    "Hugo",
    "Ina",
    "Jon",
    "Kim",
    "Lea",
    "Max",
    "Nora",
    "Otto",
    "Pia",
    "Quin",
    "Rosa",
    "Sam",
    "Tea",
)
LAST = (
    "Abbott",
    "Brown",
    "Clark",
    "Davis",
    "Evans",
    "Frank",
    "Green",
    "Hill",
    "Irwin",
    "Jones",
    "King",
    "Lopez",
    "Moore",
    "Nash",
    "Owens",
)
TOPICS = (
    "referral",
    "lab",
    "result",
    "invoice",
    "contract",
    "discharge",
    "summary",
    "consent",
    "order",
    "prescription",
)


def fill(path: Path, rows: int) -> None:
    """An archive of that many sent and as many received faxes, and some that failed or wait."""
    chance = random.Random(3)
    connection = open_database(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    connection.execute("DROP TRIGGER fax_starts_at_the_beginning")
    for n in range(rows + rows // 20):
        state = "sent" if n < rows else chance.choice(("failed", "cancelled", "queued", "waiting"))
        number = f"+1{chance.randrange(2_010_000_000, 9_899_999_999)}"
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        note = f"Everybody {n} {chance.choice(TOPICS)} {chance.choice(TOPICS)}"
        file = f"{chance.choice(TOPICS)}-{n}.pdf"
        at = START + timedelta(minutes=7 * n)
        words = indexed_words(
            number, (name, note, file)
        )  # received ones too, to have a word all of them have
        connection.execute(
            f"""INSERT INTO fax (batch_id, owner_id, number, name, note, resolution, state, created_at,
               changed_at, detail, words) VALUES (1, '{OWNER}', ?, ?, ?, 'High', ?, ?, ?, 'Sent', ?)""",
            (number, name, note, state, to_text(at), to_text(at), words),
        )
        connection.execute(
            "INSERT INTO fax_file VALUES (?, 0, ?, ?, 'application/pdf', 52000, 3)",
            (n + 1, f"{n:064x}", file),
        )
        if n < rows:
            connection.execute(
                f"""INSERT INTO received_fax (owner_id, message_id, number, name, created_at, pages, is_read,
                   changed_at, moment_key, words) VALUES ('{OWNER}', ?, ?, ?, ?, 2, ?, ?, ?, ?)""",
                (str(n), number, name, to_text(at), n % 50 > 0, to_text(at), moment_key(at), words),
            )
    connection.execute("COMMIT")
    connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is timed: count and first page (or another offset) of a query."""

    name: str
    query: FolderQuery
    offset: int = 0

    def run(self, folders: Folders) -> None:
        """With rcdesk."""
        folders.count(self.query)
        folders.page(self.query, self.offset, PAGE_ROWS)


def cases(rows: int) -> list[Case]:
    """First pages of every folder, and searches for rare and common words, numbers and nothing."""
    found = [
        Case(name=f"{folder.value}: first page", query=FolderQuery(folder=folder, owner_id=OWNER))
        for folder in Folder
    ]
    for folder in (Folder.SENT, Folder.RECEIVED):
        found.append(
            Case(
                name=f"{folder.value}: last page",
                query=FolderQuery(folder=folder, owner_id=OWNER),
                offset=rows - PAGE_ROWS,
            )
        )
        for text in ("ada brown", "everybody", "every", "e", "650 555", "01", "nobody at all"):
            asked = FolderQuery(folder=folder, owner_id=OWNER, text=text)
            found.append(Case(name=f'{folder.value}: "{text}"', query=asked))
    unseen = FolderQuery(folder=Folder.RECEIVED, owner_id=OWNER, only=Only.UNSEEN, text="every")
    found.append(Case(name='received, unread: "every"', query=unseen))
    return found


def statements_of(folders: Folders, case: Case) -> list[str]:
    """The statements of a case with their values in them, as sqlite3 itself reports them."""
    seen: list[str] = []
    connection = folders._db.get()
    connection.set_trace_callback(seen.append)
    case.run(folders)
    connection.set_trace_callback(None)
    return [sql for sql in seen if not sql.startswith("--")]


def elapsed_ms(work: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def measure(path: Path, rows: int, rounds: int) -> bool:
    """Time every case, print it, and say whether all keep the targets."""
    folders = Folders(path)
    plain = sqlite3.connect(path)
    is_kept = True
    print(f"{'':<32}{'rcdesk':>10}{'sqlite3':>11}{'ratio':>8}")
    for case in cases(rows):
        statements = statements_of(folders, case)

        def run_plain(statements: list[str] = statements) -> None:
            for sql in statements:
                plain.execute(sql).fetchall()

        def run_rcdesk(case: Case = case) -> None:
            case.run(folders)

        pairs = [(elapsed_ms(run_rcdesk), elapsed_ms(run_plain)) for _ in range(rounds + 1)][1:]
        ours = statistics.median(pair[0] for pair in pairs)
        theirs = statistics.median(pair[1] for pair in pairs)
        is_quick = ours < TARGET_MS and (theirs < COMPARED_FROM_MS or ours <= RATIO_TARGET * theirs)
        is_kept = is_kept and is_quick
        mark = "" if is_quick else "  MISSED"
        print(f"{case.name:<32}{ours:>7.2f} ms{theirs:>8.2f} ms{ours / theirs:>7.2f}x{mark}")
    folders.close()
    plain.close()
    verdict = "kept" if is_kept else "MISSED"
    print(f"targets (< {TARGET_MS:.0f} ms; <= {RATIO_TARGET:.0f}x sqlite3 where that takes 1 ms): {verdict}")
    return is_kept


def main() -> int:
    """Fill, measure and print; 0: targets kept, 1: missed."""
    parser = argparse.ArgumentParser(description="First page and search of a long history.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rcdesk-history-") as folder:
        path = Path(folder) / "rcdesk.sqlite3"
        took_ms = elapsed_ms(lambda: fill(path, options.rows))
        size_mb = path.stat().st_size / 1_000_000
        print(
            f"{options.rows} sent and {options.rows} received faxes: {size_mb:.0f} MB, {took_ms / 1000:.0f} s"
        )
        return 0 if measure(path, options.rows, options.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
