"""The SQLite file: how it is opened, how it grows from version to version, and one connection per thread.

The schema refuses what the state machine in core/fax/fax.py refuses: a trigger compares every change of state
with the table fax_transition, which is filled from core.fax.ALLOWED. WAL lets the disk lane read while the
fax lane writes; synchronous=FULL because a fax is promised to be on disk before its first byte leaves.
A file that cannot be used is never changed, moved or replaced. Any thread. Read next: schema.py, outbox.py.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rcdesk.core.errors import StoreError, StoreTooNew, StoreUnavailable
from rcdesk.core.fax.fax import ALLOWED, Recipient
from rcdesk.store.calls.rows import copy_recent_calls
from rcdesk.store.fax.rows import key_of_pages, remember_recipients
from rcdesk.store.paths import tighten
from rcdesk.store.rows import DamagedRow
from rcdesk.store.schema import MIGRATIONS
from rcdesk.store.search_words import indexed_words

BUSY_TIMEOUT_MS = 5_000

_OPENING = threading.Lock()
"""Threads open the file one after the other: SQLite does not wait while another one makes it a WAL file."""

VERSION = len(MIGRATIONS)


_KEPT = "Nothing was changed"
_SENTENCES = {
    **dict.fromkeys(
        (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
        "The archive {file} is being used by another program. " + _KEPT + ": close it and try again.",
    ),
    **dict.fromkeys(
        (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
        "The archive {file} is read-only. " + _KEPT + ": make it and its folder writable and try again.",
    ),
    **dict.fromkeys(
        (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
        "The archive {file} is damaged. rcdesk leaves the file as it is: put a copy from a backup in its "
        "place, or move it away to start with an empty archive.",
    ),
    sqlite3.SQLITE_FULL: (
        "The disk is full: the archive {file} cannot grow. " + _KEPT + ": free some space and try again."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The archive {file} cannot be opened. " + _KEPT + ": check that it and its folder are there and "
        "writable, and try again."
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk refused to read or write the archive {file}. " + _KEPT + ": check that the disk is in "
        "order and not full, and try again."
    ),
}
"""What to say for the primary result codes of SQLite (https://sqlite.org/rescode.html)."""


class Archive(sqlite3.Connection):
    """A connection that knows its file, to name it when something is wrong with it."""

    file = Path()


def open_database(path: Path) -> Archive:
    """Open (and create or upgrade) the database; rows come as sqlite3.Row, transactions are explicit.

    Raises StoreTooNew when a newer rcdesk wrote it, StoreUnavailable when it cannot be used at all.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Archive)
    except OSError as exc:
        raise StoreUnavailable(
            f"The folder {path.parent} cannot be used ({exc.strerror}). rcdesk keeps your faxes there: "
            "make it writable and start rcdesk again."
        ) from exc
    except sqlite3.Error as exc:
        raise translate(exc, path) from exc
    connection.file = path
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
        tighten(file, 0o600)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        with _OPENING:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection)
    except sqlite3.Error as exc:
        connection.close()
        raise translate(exc, path) from exc
    except UnicodeDecodeError as exc:
        # SQLite quotes the damaged schema in its message, which is then no text.
        connection.close()
        raise translate(DamagedRow("the schema cannot be read"), path) from exc
    except StoreError:
        connection.close()
        raise
    return connection


def translate(exc: sqlite3.Error, file: Path) -> StoreError:
    """The same failure as a sentence for the user: what is wrong, that nothing was changed, what to do."""
    if isinstance(exc, sqlite3.IntegrityError):
        return StoreError(f"The archive refused this step: {exc}.")
    is_unreadable = isinstance(exc, DamagedRow) or "Could not decode" in str(exc)
    code = sqlite3.SQLITE_CORRUPT if is_unreadable else getattr(exc, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    text = _SENTENCES.get(code & 0xFF)
    if text is None:
        return StoreUnavailable(f"The archive {file} cannot be used ({exc}). {_KEPT}.")
    return StoreUnavailable(text.replace("{file}", str(file)))


@contextmanager
def transaction(connection: Archive) -> Iterator[Archive]:
    """All or nothing, write lock taken at once. sqlite3 errors leave as StoreError."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as exc:
        raise translate(exc, connection.file) from exc
    try:
        yield connection
        connection.execute("COMMIT")
    except sqlite3.Error as exc:
        _roll_back(connection)
        raise translate(exc, connection.file) from exc
    except BaseException:
        _roll_back(connection)
        raise


class ThreadConnections:
    """One connection per thread to the same file, opened at first use and closed together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[Archive] = []

    def get(self) -> Archive:
        connection: Archive | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = open_database(self._path)
            self._local.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    @contextmanager
    def reading(self) -> Iterator[Archive]:
        """This thread's connection for queries without a transaction; sqlite3 errors leave as StoreError."""
        try:
            yield self.get()
        except sqlite3.Error as exc:
            raise translate(exc, self._path) from exc

    def rows(self, sql: str, *values: object, **named: object) -> list[sqlite3.Row]:
        """All rows of a query with values for each ?, or for each :name. Raises StoreUnavailable."""
        with self.reading() as connection:
            return connection.execute(sql, named or values).fetchall()

    def change(self, sql: str, *values: object) -> int:
        """One statement in a transaction of its own; how many rows it changed."""
        with transaction(self.get()) as connection:
            return connection.execute(sql, values).rowcount

    def close(self) -> None:
        """Close every thread's connection: call it when the threads have stopped."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()


class Store:
    """Tables of one archive. Any thread; every method raises StoreUnavailable when the file cannot be used,
    and nothing has changed then.

    Stores of one program share their connections, for each takes a quarter of a megabyte.
    """

    def __init__(self, database: Path | ThreadConnections) -> None:
        self._db = ThreadConnections(database) if isinstance(database, Path) else database

    def close(self) -> None:
        """Close every thread's connection: call it when the threads have stopped."""
        self._db.close()


def _migrate(connection: Archive) -> None:
    if _version(connection) > VERSION:
        raise StoreTooNew("The archive was written by a newer rcdesk. Update rcdesk to open it.")
    if _version(connection) == VERSION and _transitions(connection) == _allowed():
        return
    with transaction(connection):
        old = _version(connection)
        for number in range(old, VERSION):
            for statement in statements(MIGRATIONS[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        if old == 1:
            _describe_faxes(connection)
        if old < 3:
            copy_recent_calls(connection)
        connection.execute("DELETE FROM fax_transition")
        connection.executemany("INSERT INTO fax_transition VALUES (?, ?)", sorted(_allowed()))


def _describe_faxes(connection: Archive) -> None:
    """Give the faxes of version 1 what is computed when a fax is added: words, pages_key, recent people."""
    files: dict[int, list[sqlite3.Row]] = {}
    for row in connection.execute("SELECT fax_id, digest, name FROM fax_file ORDER BY fax_id, position"):
        files.setdefault(row["fax_id"], []).append(row)
    for row in connection.execute("SELECT * FROM fax ORDER BY id").fetchall():
        recipient = Recipient(number=row["number"], name=row["name"])
        remember_recipients(connection, row["owner_id"], [recipient], row["created_at"])
        own = files.get(row["id"], [])
        words = indexed_words(row["number"], (row["name"], row["note"], *(f["name"] for f in own)))
        key = key_of_pages([f["digest"] for f in own], row["note"])
        # The trigger of the UPDATE below takes the old words out of the search: they must be in it.
        connection.execute(
            "INSERT INTO fax_fts (rowid, place, words) SELECT id, place, words FROM fax WHERE id = ?",
            (row["id"],),
        )
        connection.execute("UPDATE fax SET words = ?, pages_key = ? WHERE id = ?", (words, key, row["id"]))


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _transitions(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return {(r[0], r[1]) for r in connection.execute("SELECT old_state, new_state FROM fax_transition")}


def _allowed() -> set[tuple[str, str]]:
    return {(old.value, new.value) for old, news in ALLOWED.items() for new in news}


def statements(script: str) -> Iterator[str]:
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
