"""Rows of the tables past_call and live_call as values, and the calls of version 1 as past calls.

Functions over an open connection: past_calls.py and database.py bring theirs, and the transaction. Any
thread. Read next: past_calls.py, core/calls/past_call.py.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.calls.call import past_call as ended_call
from rcdesk.core.calls.past_call import PastCall
from rcdesk.store.rows import columns_of, free_key, from_text, insert, sound_rows, to_text, value_of
from rcdesk.store.search_words import indexed_words


def past_call(row: sqlite3.Row) -> PastCall:
    """A whole row as a value. Raises DamagedRow."""
    return value_of(PastCall, row)


def call_columns(call: PastCall) -> dict[str, object]:
    """What a call says of its columns, without owner and key."""
    return {**columns_of(call), "words": indexed_words(call.number, (call.name,))}


def insert_call(connection: sqlite3.Connection, owner_id: str, call: PastCall) -> None:
    """A new row; of calls of the same moment each gets the next key that is free."""
    key = free_key(connection, "past_call", call.at)
    insert(connection, "past_call", {"moment_key": key, "owner_id": owner_id, **call_columns(call)})


def live_columns(call: Call) -> dict[str, object]:
    """The columns of a call that is on, without its owner."""
    talking = None
    if call.talking_since_s is not None:
        talking = to_text(call.started_at + timedelta(seconds=call.talking_since_s - call.started_s))
    return {
        **columns_of(call.request),
        "id": call.id,
        "session_id": call.session_id,
        "started_at": to_text(call.started_at),
        "talking_since": talking,
        "state": call.state.value,
        "your_phone": call.your_phone.value,
        "them": call.them.value,
        "is_cancelling": call.is_cancelling,
    }


def live_call(row: sqlite3.Row) -> Call:
    """A call as it was when it was last written; its seconds count from its start. Raises DamagedRow."""
    talking_since_s = None
    if row["talking_since"] is not None:
        with sound_rows():
            started_at, talking_since = from_text(row["started_at"]), from_text(row["talking_since"])
        talking_since_s = (talking_since - started_at).total_seconds()
    request = value_of(CallRequest, row)
    return value_of(Call, row, request=request, started_s=0.0, talking_since_s=talking_since_s)


def copy_recent_calls(connection: sqlite3.Connection) -> None:
    """The calls of version 1 as past calls of nobody yet: those archives did not say whose they are."""
    for row in connection.execute("SELECT * FROM recent_call ORDER BY at, rowid").fetchall():
        request = CallRequest(to_number=row["number"], to_name=row["name"], from_number="")
        call = value_of(
            Call,
            row,
            request=request,
            started_at=row["at"],
            started_s=0.0,
            talking_since_s=0.0 if row["talked_s"] else None,
            ended_s=row["talked_s"],
        )
        insert_call(connection, "", ended_call(call))
    connection.execute("DROP TABLE recent_call")
