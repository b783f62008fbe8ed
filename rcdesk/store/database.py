"""The SQLite file: its schema, how it grows from version to version, and one connection per thread.

The schema refuses what the state machine in core/fax.py refuses: a trigger compares every change of state
with the table fax_transition, which is filled from core.fax.ALLOWED. WAL lets the disk lane read while the
fax lane writes; synchronous=FULL because a fax is promised to be on disk before its first byte leaves.
Any thread. Read next: outbox.py, recents.py.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rcdesk.core.errors import StoreError, StoreTooNew, StoreUnavailable
from rcdesk.core.fax import ALLOWED

BUSY_TIMEOUT_MS = 5_000

_VERSION_1 = """
CREATE TABLE fax_transition (
    old_state TEXT NOT NULL,
    new_state TEXT NOT NULL,
    PRIMARY KEY (old_state, new_state)
) WITHOUT ROWID;

CREATE TABLE fax (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id      INTEGER,                       -- the first job of the same Send
    owner_id      TEXT NOT NULL,
    number        TEXT NOT NULL CHECK (number <> ''),
    name          TEXT NOT NULL DEFAULT '',
    cover_index   INTEGER,                       -- NULL: the account's default
    cover_name    TEXT NOT NULL DEFAULT '',
    note          TEXT NOT NULL DEFAULT '',
    resolution    TEXT NOT NULL,
    state         TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    changed_at    TEXT NOT NULL,
    message_id    TEXT NOT NULL DEFAULT '',
    detail        TEXT NOT NULL DEFAULT '',
    error_code    TEXT NOT NULL DEFAULT '',
    server_pages  INTEGER,
    attempts      INTEGER NOT NULL DEFAULT 0,    -- how often it entered "sending"
    first_byte_at TEXT,                          -- written before the first byte of the last attempt leaves
    last_byte_at  TEXT,                          -- written before the last byte of the last attempt leaves
    retry_at      TEXT                           -- not before this, while waiting
);
CREATE INDEX fax_by_owner ON fax (owner_id, id);
CREATE INDEX fax_by_state ON fax (state, id);
CREATE INDEX fax_by_message ON fax (message_id) WHERE message_id <> '';

CREATE TABLE fax_file (
    fax_id     INTEGER NOT NULL REFERENCES fax (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    digest     TEXT NOT NULL CHECK (length(digest) = 64),
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    pages      INTEGER,
    PRIMARY KEY (fax_id, position)
) WITHOUT ROWID;
CREATE INDEX fax_file_by_digest ON fax_file (digest);

CREATE TABLE fax_event (
    id     INTEGER PRIMARY KEY,
    fax_id INTEGER NOT NULL REFERENCES fax (id) ON DELETE CASCADE,
    at     TEXT NOT NULL,
    state  TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX fax_event_by_fax ON fax_event (fax_id, id);

CREATE TRIGGER fax_starts_at_the_beginning BEFORE INSERT ON fax
WHEN NEW.state NOT IN ('preparing', 'queued')
BEGIN
    SELECT RAISE(ABORT, 'a fax starts as preparing or queued');
END;

CREATE TRIGGER fax_moves_as_allowed BEFORE UPDATE OF state ON fax
WHEN NOT EXISTS (
    SELECT 1 FROM fax_transition WHERE old_state = OLD.state AND new_state = NEW.state
)
BEGIN
    SELECT RAISE(ABORT, 'illegal fax transition');
END;

CREATE TABLE recent_call (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL,
    name       TEXT NOT NULL DEFAULT '',
    at         TEXT NOT NULL,
    state      TEXT NOT NULL,
    them       TEXT NOT NULL,
    your_phone TEXT NOT NULL,
    talked_s   REAL NOT NULL DEFAULT 0
);
CREATE INDEX recent_call_by_time ON recent_call (at);
"""

MIGRATIONS = (_VERSION_1,)
VERSION = len(MIGRATIONS)


def open_database(path: Path) -> sqlite3.Connection:
    """Open (and create or upgrade) the database; rows come as sqlite3.Row, transactions are explicit.

    Raises StoreTooNew when a newer rcdesk wrote it, StoreUnavailable when it cannot be used at all.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (sqlite3.Error, OSError) as exc:
        raise StoreUnavailable(f"The archive of rcdesk cannot be opened: {exc}.") from exc
    try:
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection)
    except sqlite3.Error as exc:
        connection.close()
        raise translate(exc) from exc
    except StoreError:
        connection.close()
        raise
    return connection


def translate(exc: sqlite3.Error) -> StoreError:
    """The same failure as a sentence for the user."""
    match exc:
        case sqlite3.IntegrityError():
            return StoreError(f"The archive refused this step: {exc}.")
        case _:
            return StoreUnavailable(
                f"The archive of rcdesk cannot be used ({exc}). Check that the disk is not full or read-only."
            )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing, write lock taken at once. sqlite3 errors leave as StoreError."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as exc:
        raise translate(exc) from exc
    try:
        yield connection
        connection.execute("COMMIT")
    except sqlite3.Error as exc:
        _roll_back(connection)
        raise translate(exc) from exc
    except BaseException:
        _roll_back(connection)
        raise


class ThreadConnections:
    """One connection per thread to the same file, opened at first use and closed together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[sqlite3.Connection] = []

    def get(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = open_database(self._path)
            self._local.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query. Raises StoreUnavailable."""
        try:
            return list(self.get().execute(sql, values))
        except sqlite3.Error as exc:
            raise translate(exc) from exc

    def close(self) -> None:
        """Close every thread's connection: call it when the threads have stopped."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()


def _migrate(connection: sqlite3.Connection) -> None:
    if _version(connection) > VERSION:
        raise StoreTooNew("The archive was written by a newer rcdesk. Update rcdesk to open it.")
    if _version(connection) == VERSION and _transitions(connection) == _allowed():
        return
    with transaction(connection):
        for number in range(_version(connection), VERSION):
            for statement in _statements(MIGRATIONS[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("DELETE FROM fax_transition")
        connection.executemany("INSERT INTO fax_transition VALUES (?, ?)", sorted(_allowed()))


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _transitions(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return {(r[0], r[1]) for r in connection.execute("SELECT old_state, new_state FROM fax_transition")}


def _allowed() -> set[tuple[str, str]]:
    return {(old.value, new.value) for old, news in ALLOWED.items() for new in news}


def _statements(script: str) -> Iterator[str]:
    """Split a script into whole statements: executescript() would end the transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass
