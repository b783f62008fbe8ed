"""The calls that are over, and those that are on: of this desk, and of the service's call log.

The same call is told twice, by the desk that placed it and later by the call log; remember() makes one row of
both. Listing and searching are answered from an index, newest first, a page after the other. Any thread; one
connection per thread. Read next: core/calls/past_call.py, rows.py, services/calls/history.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from msgspec.structs import replace

from rcdesk.core.calls.call import Call
from rcdesk.core.calls.past_call import CallOutcome, OnlyCalls, PastCall, PastCallQuery
from rcdesk.store.calls.rows import call_columns, insert_call, live_call, live_columns, past_call
from rcdesk.store.database import Store, transaction
from rcdesk.store.rows import IN_LIST, columns_of, insert, json_list, moment_key, to_text, update
from rcdesk.store.search_words import match_text, place_of

SAME_CALL_WITHIN = timedelta(seconds=60)
"""Desk and call log speak of one call when they begin no further apart, to the same number."""


class PastCalls(Store):
    """The calls of everybody who used this archive; callers ask by owner_id."""

    def remember(self, owner_id: str, call: PastCall) -> PastCall | None:
        """Keep a call, or complete what is known of it; brings the row, None when nothing was news.

        What the desk knows (its id, when it began, which phone did not answer) stays; the call log adds its
        id and decides where the desk does not know the result.
        """
        found = self.remember_all(owner_id, (call,))
        return found[0][0] if found else None

    def remember_all(self, owner_id: str, calls: Iterable[PastCall]) -> tuple[tuple[PastCall, bool], ...]:
        """All of them or none; brings each that was news, and whether it is a new row."""
        changed: list[tuple[PastCall, bool]] = []
        with transaction(self._db.get()) as connection:
            # Calls of a known session first: a time-out of 60 s must not take their row away.
            for call in sorted(calls, key=lambda c: _same_id_or_session(connection, owner_id, c) is None):
                old = _same_id_or_session(connection, owner_id, call) or _same_moment(
                    connection, owner_id, call
                )
                if old is None:
                    insert_call(connection, owner_id, call)
                    changed.append((call, True))
                elif (joined := _joined(past_call(old), call)) != past_call(old):
                    _update(connection, old["moment_key"], joined)
                    changed.append((joined, False))
        return tuple(changed)

    def page(
        self,
        query: PastCallQuery,
        before: tuple[datetime, str] | None = None,
        limit: int = 200,
        *,
        numbers: Sequence[str] = (),
    ) -> tuple[PastCall, ...]:
        """The next calls of a list, newest first; before: at and id of the last one there is.

        numbers: further numbers whose calls a search finds, those of people whose name fits.
        """
        with self._db.reading() as connection:
            return page_of(connection, query, before, limit, numbers)

    def of_session(self, owner_id: str, session_id: str) -> PastCall | None:
        """The call of this session of the service, None when it is not known."""
        rows = self._db.rows(
            """SELECT * FROM past_call WHERE owner_id = ? AND session_id = ? AND session_id <> ''
               ORDER BY direction DESC, moment_key DESC LIMIT 1""",
            owner_id,
            session_id,
        )
        return past_call(rows[0]) if rows else None

    def count_missed(self, owner_id: str) -> int:
        """How many missed calls nobody has looked at."""
        rows = self._db.rows("SELECT count(*) FROM past_call WHERE owner_id = ? AND is_seen = 0", owner_id)
        return int(rows[0][0])

    def mark_seen(self, owner_id: str) -> bool:
        """Somebody looked at the missed calls; True when that was news."""
        sql = "UPDATE past_call SET is_seen = 1 WHERE owner_id = ? AND is_seen = 0"
        return self._db.change(sql, owner_id) > 0

    def take_over(self, owner_id: str) -> bool:
        """Give the calls of an archive that did not say whose they are to this owner; True if any."""
        if not self._db.rows("SELECT 1 FROM past_call WHERE owner_id = '' LIMIT 1"):
            return False
        self._db.change("UPDATE OR REPLACE past_call SET owner_id = ? WHERE owner_id = ''", owner_id)
        return True

    def put_live(self, owner_id: str, call: Call) -> None:
        """Keep what a call that is on needs to be followed by another run of the program."""
        values = {"owner_id": owner_id, **live_columns(call)}
        with transaction(self._db.get()) as connection:
            insert(connection, "live_call", values, verb="INSERT OR REPLACE")

    def drop_live(self, owner_id: str, call_id: str) -> None:
        self._db.change("DELETE FROM live_call WHERE owner_id = ? AND id = ?", owner_id, call_id)

    def live(self, owner_id: str) -> tuple[Call, ...]:
        """The calls that were on when they were last heard of, oldest first.

        started_s is 0 and talking_since_s counts from it: seconds of another run mean nothing here.
        """
        rows = self._db.rows("SELECT * FROM live_call WHERE owner_id = ? ORDER BY started_at, id", owner_id)
        return tuple(live_call(row) for row in rows)

    def sync_token(self, owner_id: str) -> str | None:
        """Where the last sync of the call log ended, None before the first one."""
        rows = self._db.rows("SELECT sync_token FROM call_log_state WHERE owner_id = ?", owner_id)
        return rows[0]["sync_token"] if rows else None

    def set_sync_token(self, owner_id: str, sync_token: str, now: datetime) -> None:
        """Keep it; "": the next sync is a full one."""
        sql = "INSERT OR REPLACE INTO call_log_state VALUES (?, ?, ?)"
        self._db.change(sql, owner_id, sync_token, to_text(now))


def page_of(
    connection: sqlite3.Connection,
    query: PastCallQuery,
    before: tuple[datetime, str] | None,
    limit: int,
    numbers: Sequence[str] = (),
) -> tuple[PastCall, ...]:
    bound = _bound(connection, query.owner_id, before)
    keys = set(_keys(connection, query, bound, limit))
    if numbers and query.text.strip():
        keys.update(_keys_of(connection, query, numbers, bound, limit))
    newest = sorted(keys, reverse=True)[:limit]
    sql = f"SELECT * FROM past_call WHERE moment_key {IN_LIST} ORDER BY moment_key DESC"
    return tuple(past_call(row) for row in connection.execute(sql, (json_list(newest),)))


def last_calls(connection: sqlite3.Connection, owner_id: str, numbers: Sequence[str]) -> dict[str, PastCall]:
    """The newest call with each of these numbers, of those there is one with."""
    rows = connection.execute(
        """SELECT p.* FROM json_each(:numbers) wanted CROSS JOIN past_call p ON p.moment_key = (
               SELECT max(moment_key) FROM past_call WHERE owner_id = :owner_id AND number = wanted.value)""",
        {"owner_id": owner_id, "numbers": json_list(filter(None, numbers))},
    )
    return {row["number"]: past_call(row) for row in rows}


def calls_with(
    connection: sqlite3.Connection, owner_id: str, numbers: Sequence[str], limit: int
) -> tuple[PastCall, ...]:
    """The newest calls with any of these numbers, for the timeline of a person as well."""
    rows = connection.execute(
        """SELECT * FROM past_call INDEXED BY past_call_by_number WHERE owner_id = ?
           AND number IN (SELECT value FROM json_each(?)) ORDER BY moment_key DESC LIMIT ?""",
        (owner_id, json_list(filter(None, numbers)), limit),
    )
    return tuple(past_call(row) for row in rows)


def _same_id_or_session(connection: sqlite3.Connection, owner_id: str, call: PastCall) -> sqlite3.Row | None:
    """The row that certainly is this call."""
    rows = connection.execute(
        """SELECT *, 0 AS rank FROM past_call WHERE owner_id = :owner_id AND id = :id
           UNION ALL
           SELECT *, 1 FROM past_call WHERE owner_id = :owner_id AND log_id = :log_id AND log_id <> ''
           UNION ALL
           SELECT *, 2 FROM past_call WHERE owner_id = :owner_id AND session_id = :session_id
               AND session_id <> '' AND direction = :direction
               AND (log_id = '' OR :log_id = '' OR log_id = :log_id)
           ORDER BY rank LIMIT 1""",
        _identity(owner_id, call),
    ).fetchall()
    return rows[0] if rows else None


def _identity(owner_id: str, call: PastCall) -> dict[str, str]:
    """What a call is found again by."""
    return {**columns_of(call), "owner_id": owner_id}


def _same_moment(connection: sqlite3.Connection, owner_id: str, call: PastCall) -> sqlite3.Row | None:
    """The row of the other source with the same number, begun at about the same time, the nearest one.

    Two sessions of one form are two calls, and so are two calls of this desk: somebody redialled. What the
    desk could not place is in no call log.
    """
    if _was_never_placed(call):
        return None
    key = moment_key(call.at)
    span = moment_key(call.at + SAME_CALL_WITHIN) - key
    rows = connection.execute(
        """SELECT * FROM past_call WHERE owner_id = :owner_id AND direction = :direction AND number = :number
           AND moment_key BETWEEN :key - :span AND :key + :span
           AND (log_id = '') <> (:log_id = '') AND (id LIKE 'log-%') <> :is_of_log
           AND (session_id = '' OR :session_id = '' OR length(session_id) <> length(:session_id))
           ORDER BY abs(moment_key - :key)""",
        {**_identity(owner_id, call), "key": key, "span": span, "is_of_log": _is_of_log(call)},
    )
    return next((row for row in rows if not _was_never_placed(past_call(row))), None)


def _was_never_placed(call: PastCall) -> bool:
    """True for a call of this desk that the service refused, or that was taken back before it was asked."""
    is_known = call.outcome in (CallOutcome.UNREACHABLE, CallOutcome.CANCELLED)
    return is_known and not call.session_id and not _is_of_log(call)


def _joined(old: PastCall, new: PastCall) -> PastCall:
    """One call out of what is known and what was told now; of one source the later word counts."""
    if _is_of_log(old) == _is_of_log(new):
        is_better = new.outcome is not CallOutcome.UNKNOWN or old.outcome is CallOutcome.UNKNOWN
        first, second = (new, old) if is_better else (old, new)
    else:
        first, second = (old, new) if _is_of_log(new) else (new, old)
    outcome = first.outcome
    have_talked = second.outcome is CallOutcome.TALKED and outcome is CallOutcome.CANCELLED
    if outcome is CallOutcome.UNKNOWN or have_talked:
        outcome = second.outcome
    is_now_missed = outcome.is_missed and not old.outcome.is_missed
    return replace(
        old,
        id=old.id if _is_of_log(new) else new.id,
        number=first.number or second.number,
        name=first.name or second.name,
        outcome=outcome,
        talked_s=(first.talked_s or second.talked_s) if outcome is CallOutcome.TALKED else 0.0,
        extension=first.extension or second.extension,
        session_id=first.session_id or second.session_id,
        log_id=old.log_id or new.log_id,
        reason=first.reason or second.reason,
        is_seen=new.is_seen if is_now_missed else old.is_seen or not outcome.is_missed,
    )


def _is_of_log(call: PastCall) -> bool:
    """True when only the call log told of it: the desk gives its calls ids of its own."""
    return call.id.startswith("log-")


def _update(connection: sqlite3.Connection, key: int, call: PastCall) -> None:
    """Write a row again; its moment stays, for the search finds it by that. No other row is the same call."""
    if call.log_id:
        connection.execute(
            """DELETE FROM past_call WHERE log_id = :log_id AND moment_key <> :key
               AND owner_id = (SELECT owner_id FROM past_call WHERE moment_key = :key)""",
            {"log_id": call.log_id, "key": key},
        )
    values = call_columns(call)
    del values["at"]
    update(connection, "past_call", values, "moment_key", key)


def _bound(connection: sqlite3.Connection, owner_id: str, before: tuple[datetime, str] | None) -> int:
    """The key below which the next page begins."""
    if before is None:
        return 2**62
    at, call_id = before
    rows = connection.execute(
        "SELECT moment_key FROM past_call WHERE owner_id = ? AND id = ?", (owner_id, call_id)
    ).fetchall()
    return int(rows[0][0]) if rows else moment_key(at)


def _keys(connection: sqlite3.Connection, query: PastCallQuery, bound: int, limit: int) -> list[int]:
    match = match_text(_place(query), query.text)
    if match:
        sql = """SELECT rowid FROM past_call_fts WHERE past_call_fts MATCH ? AND rowid < ?
                 ORDER BY rowid DESC LIMIT ?"""
        return [row[0] for row in connection.execute(sql, (match, bound, limit))]
    sql = f"""SELECT moment_key FROM past_call WHERE owner_id = ? AND moment_key < ? {_filter(query.only)}
              ORDER BY moment_key DESC LIMIT ?"""
    return [row[0] for row in connection.execute(sql, (query.owner_id, bound, limit))]


def _keys_of(
    connection: sqlite3.Connection, query: PastCallQuery, numbers: Sequence[str], bound: int, limit: int
) -> list[int]:
    # One number after the other: together SQLite would rather walk through all calls.
    sql = f"""SELECT moment_key FROM past_call INDEXED BY past_call_by_number
              WHERE owner_id = ? AND number = ? AND moment_key < ? {_filter(query.only)}
              ORDER BY moment_key DESC LIMIT ?"""
    return [
        row[0]
        for number in dict.fromkeys(filter(None, numbers))
        for row in connection.execute(sql, (query.owner_id, number, bound, limit))
    ]


def _place(query: PastCallQuery) -> str:
    """The word of the search that stands for owner and filter."""
    return place_of(query.owner_id, "" if query.only is OnlyCalls.ALL else query.only.value)


def _filter(only: OnlyCalls) -> str:
    match only:
        case OnlyCalls.ALL:
            return ""
        case OnlyCalls.MISSED:
            return "AND outcome IN ('missed', 'voicemail')"
        case OnlyCalls.OUT | OnlyCalls.IN:
            return f"AND direction = '{only.value}'"
        case _:
            assert_never(only)
