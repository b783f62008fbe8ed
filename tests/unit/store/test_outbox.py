"""The outbox on a real SQLite file: what is recorded survives, what is not allowed is refused twice."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rcdesk.core.errors import StoreError, StoreTooNew, StoreUnavailable
from rcdesk.core.fax import ALLOWED, FaxDraft, FaxJob, FaxState, Recipient, SpooledFile, can_move
from rcdesk.store.database import VERSION, open_database
from rcdesk.store.outbox import Outbox

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FILE = SpooledFile(digest="a" * 64, name="a.pdf", media_type="application/pdf", size_bytes=7, pages=2)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """An empty outbox."""
    box = Outbox(tmp_path / "rcdesk.sqlite3")
    yield box
    box.close()


def add(box: Outbox, *numbers: str, files: tuple[SpooledFile, ...] = (FILE,)) -> tuple[FaxJob, ...]:
    """Queue one fax to each number."""
    recipients = tuple(Recipient(number=n) for n in numbers or ("+16505550142",))
    return box.add(FaxDraft(recipients=recipients, documents=(), note="Hi"), files, "me", "None", NOW)


def test_one_job_per_recipient_with_files_and_history(outbox: Outbox) -> None:
    first, second = add(outbox, "+16505550142", "+16505550143")
    assert (first.state, first.files, first.note, first.pages) == (FaxState.QUEUED, (FILE,), "Hi", 2)
    assert outbox.list("me") == (second, first)
    assert outbox.list("other") == ()
    assert [e.detail for e in outbox.events(first.id)] == ["Waiting for its turn"]
    assert outbox.digests() == {FILE.digest}
    assert outbox.counts("me") == {FaxState.QUEUED: 2}


def test_a_fax_survives_the_process(outbox: Outbox, tmp_path: Path) -> None:
    (job,) = add(outbox)
    outbox.move(job.id, FaxState.SENDING, now=NOW)
    outbox.close()
    again = Outbox(tmp_path / "rcdesk.sqlite3")
    (interrupted,) = again.interrupted_after_crash(NOW)
    assert (interrupted.id, interrupted.state) == (job.id, FaxState.INTERRUPTED)
    assert again.next_to_send("me", NOW + timedelta(days=1)) is None
    assert again.interrupted_after_crash(NOW) == ()
    again.close()


def test_each_try_counts_and_forgets_the_marks_of_the_one_before(outbox: Outbox) -> None:
    (job,) = add(outbox)
    outbox.move(job.id, FaxState.SENDING, now=NOW)
    outbox.mark_last_byte(job.id, NOW + timedelta(seconds=1))
    assert outbox.attempt(job.id).last_byte_at == NOW + timedelta(seconds=1)
    later = NOW + timedelta(seconds=30)
    outbox.move(job.id, FaxState.WAITING, now=NOW, retry_at=later)
    assert outbox.next_retry_at("me") == later
    assert outbox.next_to_send("me", NOW) is None
    waiting = outbox.next_to_send("me", later)
    assert waiting is not None and waiting.id == job.id
    outbox.move(job.id, FaxState.SENDING, now=later)
    attempt = outbox.attempt(job.id)
    assert (attempt.count, attempt.first_byte_at, attempt.last_byte_at) == (2, later, None)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(FaxState, FaxState)))
def test_the_database_refuses_what_the_state_machine_refuses(
    tmp_path: Path, old: FaxState, new: FaxState
) -> None:
    connection = open_database(tmp_path / "a.sqlite3")
    connection.execute(
        "INSERT INTO fax (owner_id, number, resolution, state, created_at, changed_at)"
        " VALUES ('me', '1', 'High', 'queued', '', '')"
    )
    connection.execute("DROP TRIGGER fax_moves_as_allowed")
    connection.execute("UPDATE fax SET state = ?", (old.value,))
    connection.close()
    from rcdesk.store.database import MIGRATIONS, _statements

    connection = open_database(tmp_path / "a.sqlite3")
    (statement,) = [s for s in _statements(MIGRATIONS[0]) if "fax_moves_as_allowed" in s]
    connection.execute(statement)
    try:
        if can_move(old, new):
            connection.execute("UPDATE fax SET state = ?", (new.value,))
        else:
            with pytest.raises(sqlite3.IntegrityError, match="illegal fax transition"):
                connection.execute("UPDATE fax SET state = ?", (new.value,))
    finally:
        connection.close()


def test_an_illegal_step_is_a_store_error_and_leaves_no_event(outbox: Outbox) -> None:
    (job,) = add(outbox)
    with pytest.raises(StoreError, match="queued cannot become sent"):
        outbox.move(job.id, FaxState.SENT, now=NOW)
    assert len(outbox.events(job.id)) == 1
    with pytest.raises(StoreError):
        outbox.get(4711)


def test_all_recipients_or_none(outbox: Outbox) -> None:
    with pytest.raises(StoreError):
        add(outbox, "+16505550142", "")
    assert outbox.list("me") == ()


def test_a_newer_archive_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    connection = open_database(path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(StoreTooNew, match="newer"):
        open_database(path)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreUnavailable):
        open_database(path)


def test_new_rules_reach_an_old_archive(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "a.sqlite3")
    connection.execute("DELETE FROM fax_transition")
    connection.close()
    connection = open_database(tmp_path / "a.sqlite3")
    (amount,) = connection.execute("SELECT count(*) FROM fax_transition").fetchone()
    connection.close()
    assert amount == sum(len(news) for news in ALLOWED.values())
