"""How values lie in columns: Structs as rows and rows as Structs, moments as text, the keys of time.

A row is made from a Struct whose fields its columns are named after, and a Struct from a row; what is
otherwise is named by whoever asks. Moments are ISO 8601 in UTC with microseconds, so that text order is time
order. Any thread. Read next: fax/rows.py, calls/rows.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from msgspec import Struct, convert

S = TypeVar("S", bound=Struct)

IN_LIST = "IN (SELECT value FROM json_each(?))"
"""A condition for any number of ids or texts: its one value is json_list()."""

_KEYS_A_SECOND = 16
"""Small keys keep the search quick; what is of the same moment takes the next keys that are free."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DamagedRow(sqlite3.DatabaseError):
    """A row that SQLite could read and rcdesk cannot have written: the file was overwritten."""


@contextmanager
def sound_rows() -> Iterator[None]:
    """Inside, a value that cannot be made from what a row holds is a DamagedRow."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as exc:
        raise DamagedRow("a row holds what rcdesk never wrote") from exc


def value_of(kind: type[S], row: sqlite3.Row | Mapping[str, Any], **other: object) -> S:
    """A row as a value, its other fields as given. Raises DamagedRow."""
    return values_of(kind, [{**dict(row), **other}])[0]


def values_of(kind: type[S], rows: Sequence[Mapping[str, Any]]) -> list[S]:
    """Rows as values. Raises DamagedRow."""
    with sound_rows():
        return convert(rows, list[kind], strict=False)  # type: ignore[valid-type]


def columns_of(value: Struct, *names: str) -> dict[str, Any]:
    """The columns of a value: all of its fields, or those named."""
    return {name: _column(getattr(value, name)) for name in names or value.__struct_fields__}


def _column(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    return value.value if isinstance(value, Enum) else value


def insert(
    connection: sqlite3.Connection,
    table: str,
    values: Mapping[str, object],
    *,
    verb: str = "INSERT",
    tail: str = "",
) -> list[sqlite3.Row]:
    """A new row; tail: what comes behind the values, such as RETURNING id, brings what is returned."""
    marks = ", ".join("?" * len(values))
    sql = f"{verb} INTO {table} ({', '.join(values)}) VALUES ({marks}) {tail}"
    return connection.execute(sql, tuple(values.values())).fetchall()


def update(
    connection: sqlite3.Connection, table: str, values: Mapping[str, object], key: str, is_at: int
) -> None:
    """Write these columns of the row whose key is at this value."""
    sets = ", ".join(f"{column} = ?" for column in values)
    connection.execute(f"UPDATE {table} SET {sets} WHERE {key} = ?", (*values.values(), is_at))


def json_list(values: Iterable[int | str]) -> str:
    """The value that goes with IN_LIST."""
    return json.dumps(list(values))


def to_text(moment: datetime) -> str:
    """An aware moment as "2026-03-01T09:30:00.000000+00:00". Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment in the database needs its time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """The moment a column holds, aware, in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def moment_or_none(text: str | None) -> datetime | None:
    """A column that may be empty."""
    return from_text(text) if text else None


def text_or_none(moment: datetime | None) -> str | None:
    """A moment for a column that may be empty."""
    return to_text(moment) if moment else None


def moment_key(moment: datetime) -> int:
    """The key of a moment (aware); keys are in the order of time."""
    return (moment - _EPOCH) * _KEYS_A_SECOND // timedelta(seconds=1)


def free_key(connection: sqlite3.Connection, table: str, moment: datetime) -> int:
    """The key of a moment, or the next one that no row of the table has."""
    key = moment_key(moment)
    sql = f"SELECT moment_key FROM {table} WHERE moment_key >= ? ORDER BY moment_key"
    for (taken,) in connection.execute(sql, (key,)):
        if taken != key:
            break
        key += 1
    return key
