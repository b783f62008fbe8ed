"""The database file: version 1 grows with its data kept, and files that cannot be used are left alone."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rcdesk.core.errors import StoreTooNew, StoreUnavailable
from rcdesk.core.fax.fax import ALLOWED, FaxState, WaitReason
from rcdesk.core.fax.folder import Folder, FolderQuery
from rcdesk.store.database import VERSION, open_database, statements
from rcdesk.store.fax.drafts import Drafts
from rcdesk.store.fax.folders import Folders
from rcdesk.store.fax.outbox import Outbox, pages_key
from rcdesk.store.fax.transitions import Transition
from rcdesk.store.schema import MIGRATIONS, VERSION_1
from tests.patience import PATIENCE_S

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
AT = "2026-03-01T09:30:00.000000+00:00"


def version_1(path: Path) -> None:
    """A file as the first release wrote it: a waiting, an interrupted and a sent fax, and a call."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements(VERSION_1):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO fax_transition VALUES (?, ?)",
        [(old.value, new.value) for old, news in ALLOWED.items() for new in news],
    )
    sql = """INSERT INTO fax (batch_id, owner_id, number, name, note, resolution, state, created_at,
             changed_at,
             message_id, attempts, first_byte_at,
             last_byte_at) VALUES (1, 'me', ?, ?, 'Hi', 'High', 'queued',
             ?, ?, ?, ?, ?, ?)"""
    connection.execute(sql, ("+16505550142", "Zoë Ann", AT, AT, "", 1, AT, None))
    connection.execute(sql, ("+16505550143", "Bob", AT, AT, "", 1, AT, AT))
    connection.execute(sql, ("+16505550144", "Cid", AT, AT, "m3", 2, AT, AT))
    for fax_id in (1, 2, 3):
        connection.execute(
            "INSERT INTO fax_file VALUES (?, 0, ?, 'a.pdf', 'application/pdf', 7, 2)", (fax_id, "a" * 64)
        )
        connection.execute(
            "INSERT INTO fax_event (fax_id, at, state, detail) VALUES (?, ?, 'queued', 'Turn')", (fax_id, AT)
        )
    connection.execute("UPDATE fax SET state = 'waiting' WHERE id = 1")
    for state in ("sending", "interrupted"):
        connection.execute("UPDATE fax SET state = ? WHERE id = 2", (state,))
    for state in ("sending", "handed over", "sent"):
        connection.execute("UPDATE fax SET state = ? WHERE id = 3", (state,))
    connection.execute(
        "INSERT INTO recent_call VALUES ('1', '+16505550142', 'Ann', ?, 'ended', 'hung up', 'hung up', 1)",
        (AT,),
    )
    connection.execute("PRAGMA user_version = 1")
    connection.close()


def test_an_archive_of_version_1_grows_with_everything_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    version_1(path)
    outbox = Outbox(path)
    waiting, interrupted, sent = outbox.many([1, 2, 3])
    assert (waiting.state, waiting.wait_reason, waiting.retry_at) == (
        FaxState.WAITING,
        WaitReason.RETRY,
        NOW,
    )
    assert (waiting.recipient.name, waiting.files[0].name, waiting.pages) == ("Zoë Ann", "a.pdf", 2)
    assert [job.id for job in outbox.next_request_jobs("me", NOW)] == [1]
    (request,) = outbox.unresolved("me")
    assert (request.job_ids, request.started_at, request.last_byte_at) == ((2,), NOW, NOW)
    assert interrupted.request_id == request.id
    assert (sent.message_id, sent.source_message_id, sent.tries) == ("m3", "m3", 2)
    assert outbox.message_ids("me") == {"m3"}
    assert [e.detail for e in outbox.events(3)] == ["Turn"]
    key = pages_key(sent.files, sent.note)
    (fact,) = outbox.facts("me", ["+16505550144"], key, NOW + timedelta(hours=1))
    assert fact.duplicate_at == NOW
    outbox.move([1], Transition(FaxState.QUEUED), NOW)
    fresh = outbox.begin(outbox.many([1]), NOW, service_offset_s=0.0)
    assert fresh.id > 3
    outbox.close()
    connection = open_database(path)
    found = connection.execute("SELECT rowid FROM fax_fts WHERE fax_fts MATCH 'zoe AND 0142'").fetchall()
    assert [row[0] for row in found] == [1]
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'recent_call'").fetchall()
    connection.execute("INSERT INTO fax_fts (fax_fts) VALUES ('integrity-check')")
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()


def test_the_folders_of_the_file_are_the_folders_of_the_core(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "a.sqlite3")
    connection.execute(
        "INSERT INTO fax (owner_id, number, resolution, state, created_at, changed_at)"
        " VALUES ('me', '1', 'High', 'queued', '', '')"
    )
    connection.execute("DROP TRIGGER fax_moves_as_allowed")
    for state in FaxState:
        connection.execute("UPDATE fax SET state = ?", (state.value,))
        (folder,) = connection.execute("SELECT folder FROM fax").fetchone()
        assert state in Folder(folder).states
    connection.close()


def test_threads_that_open_a_new_archive_at_once_all_get_it(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def open_one(path: Path, start: threading.Barrier) -> None:
        start.wait(PATIENCE_S)
        try:
            open_database(path).close()
        except StoreUnavailable as exc:
            failures.append(exc)

    for turn in range(30):
        start = threading.Barrier(6)
        path = tmp_path / f"{turn}.sqlite3"
        threads = [threading.Thread(target=open_one, args=(path, start)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert failures == []


def test_a_newer_archive_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    connection = open_database(path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(StoreTooNew, match="newer"):
        open_database(path)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreUnavailable, match=r"a\.sqlite3 is damaged.*leaves the file as it is"):
        open_database(path)
    assert path.read_bytes() == b"not a database at all" * 100
    assert [p.name for p in tmp_path.iterdir()] == ["a.sqlite3"]


def test_new_rules_reach_an_old_archive(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "a.sqlite3")
    connection.execute("DELETE FROM fax_transition")
    connection.close()
    connection = open_database(tmp_path / "a.sqlite3")
    (amount,) = connection.execute("SELECT count(*) FROM fax_transition").fetchone()
    connection.close()
    assert amount == sum(len(news) for news in ALLOWED.values())


@pytest.mark.parametrize("version", range(2, VERSION))
def test_an_archive_of_each_later_version_keeps_its_faxes_in_their_folders(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "a.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    for script in MIGRATIONS[:version]:
        for statement in statements(script):
            connection.execute(statement)
    connection.executemany(
        "INSERT INTO fax_transition VALUES (?, ?)",
        [(old.value, new.value) for old, news in ALLOWED.items() for new in news],
    )
    for number, states in enumerate(((), ("sending", "handed over", "sent"), ("cancelled",))):
        sql = """INSERT INTO fax (owner_id, number, name, resolution, state, created_at, changed_at, words)
                 VALUES ('me', ?, 'Ann', 'High', 'queued', ?, ?, 'ann')"""
        cursor = connection.execute(sql, (f"+1650555014{number}", AT, AT))
        for state in states:
            connection.execute("UPDATE fax SET state = ? WHERE id = ?", (state, cursor.lastrowid))
    connection.execute(
        """INSERT INTO received_fax (owner_id, message_id, number, created_at, changed_at, moment_key, words)
           VALUES ('me', 'm1', '+16505550199', ?, ?, 7, 'bea')""",
        (AT, AT),
    )
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    folders, drafts = Folders(path), Drafts(path)
    for text in ("", "ann", "bea"):
        counts = [
            folders.count(FolderQuery(folder=folder, owner_id="me", text=text))
            for folder in (Folder.QUEUE, Folder.SENT, Folder.FAILED, Folder.RECEIVED)
        ]
        assert counts == {"": [1, 1, 1, 1], "ann": [1, 1, 1, 0], "bea": [0, 0, 0, 1]}[text]
    assert drafts.all("me") == ()
    folders.close()
    drafts.close()
    grown = open_database(path)
    for index in ("fax_fts", "received_fax_fts"):
        grown.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
    assert grown.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    grown.close()
