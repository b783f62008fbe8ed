"""100,000 texts in 2,000 conversations: lists, threads and searches, against plain sqlite3 in the same run.

Run as `python tests/benchmarks/texts.py [--texts 100000] [--rounds 15]`. One archive is filled in a temporary
folder, then store.messages.conversations is timed beside the very statements it runs, traced and fetched as
rows. Medians are printed; the exit status is 1 when a case takes 50 ms or more, or more than twice as long as
plain sqlite3 where that takes 1 ms. A measurement, not a test: it needs a quiet machine. Read next:
rcdesk/store/messages/conversations.py.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rcdesk.core.messages.conversation import ConversationQuery, OnlyTexts
from rcdesk.core.messages.parts import MessageParty
from rcdesk.core.messages.text import TextMessage, TextRecipient, TextState
from rcdesk.store.messages.conversations import Conversations

OWNER, ME = "62264425008", "+16505550190"
START = datetime(2024, 1, 1, tzinfo=UTC)
THREADS = 2000
TARGET_MS, RATIO_TARGET, COMPARED_FROM_MS = 50.0, 2.0, 1.0
SEARCHES = ("the", "referral", "referral 77", "caller", "caller 17", "0001", "nobody at all")


def texts(amount: int) -> Iterator[TextMessage]:
    """Every second came in, every hundredth of them is unread, every two hundredth of mine failed."""
    for n in range(amount):
        is_inbound = n % 2 == 0
        number, name = f"+1650{n % THREADS:07}", f"Caller {n % THREADS}"
        them, me = MessageParty(number=number, name=name), MessageParty(number=ME)
        state = TextState.RECEIVED if is_inbound else TextState.SENT
        if n % 400 == 1:
            state = TextState.NOT_DELIVERED
        yield TextMessage(
            id=str(n),
            conversation_id=str(n % THREADS),
            is_inbound=is_inbound,
            sender=them if is_inbound else me,
            to=(TextRecipient(number=ME if is_inbound else number, is_me=is_inbound),),
            text=f"The referral {n % 977} is signed and the lab says noon on day {n % 31}",
            created_at=START + timedelta(seconds=300 * n),
            state=state,
            is_read=n % 200 != 0,
        )


def cases(store: Conversations) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is timed, by name."""
    yield "first page", partial(store.page, ConversationQuery(owner_id=OWNER))
    for only in (OnlyTexts.UNREAD, OnlyTexts.NOT_SENT):
        yield only.value, partial(store.page, ConversationQuery(owner_id=OWNER, only=only))
    newest = store.page(ConversationQuery(owner_id=OWNER), 1)[0]
    yield "a thread", partial(store.thread, newest.id)
    yield "counts", partial(store.counts, OWNER)
    for text in SEARCHES:
        yield f'search "{text}"', partial(store.page, ConversationQuery(owner_id=OWNER, text=text))


def statements_of(store: Conversations, work: Callable[[], object]) -> list[str]:
    """The statements of a case with their values in them, as sqlite3 itself reports them."""
    seen: list[str] = []
    connection = store._db.get()
    connection.set_trace_callback(seen.append)
    work()
    connection.set_trace_callback(None)
    return [sql for sql in seen if not sql.startswith("--")]


def elapsed_ms(work: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def main() -> int:
    """Fill, measure and print; 0: kept, 1: missed."""
    parser = argparse.ArgumentParser(description="Lists, threads and searches of many texts.")
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    is_kept = True
    with tempfile.TemporaryDirectory(prefix="rcdesk-texts-") as folder:
        path = Path(folder) / "rcdesk.sqlite3"
        store = Conversations(path)
        took_ms = elapsed_ms(lambda: store.take(OWNER, texts(options.texts), START))
        plain = sqlite3.connect(path)
        print(f"{options.texts} texts: {path.stat().st_size / 1e6:.0f} MB, {took_ms / 1000:.0f} s")
        for name, work in cases(store):
            statements = statements_of(store, work)

            def run_plain(statements: list[str] = statements) -> None:
                for sql in statements:
                    plain.execute(sql).fetchall()

            pairs = [(elapsed_ms(work), elapsed_ms(run_plain)) for _ in range(options.rounds + 1)][1:]
            ours = statistics.median(pair[0] for pair in pairs)
            theirs = statistics.median(pair[1] for pair in pairs)
            is_quick = ours < TARGET_MS and (theirs < COMPARED_FROM_MS or ours <= RATIO_TARGET * theirs)
            is_kept = is_kept and is_quick
            mark = "" if is_quick else "  MISSED"
            print(f"{name:<26}{ours:>7.2f} ms{theirs:>8.2f} ms{ours / theirs:>7.2f}x{mark}")
        plain.close()
        store.close()
    print(f"target: {'kept' if is_kept else 'MISSED'}")
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
