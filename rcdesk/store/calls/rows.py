"""Rows of the tables past_call and live_call as values, and the calls of version 1 as past calls.

Functions over an open connection: past_calls.py and database.py bring theirs, and the transaction. Any
thread. Read next: past_calls.py, core/calls/past_call.py.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from rcdesk.core.calls.call import Call, CallRequest, CallState, Leg
from rcdesk.core.calls.call import past_call as ended_call
from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.store.fax.received_rows import moment_key
from rcdesk.store.fax.rows import sound_rows
from rcdesk.store.search_words import indexed_words
from rcdesk.store.timestamps import from_text, to_text

_DIRECTIONS = {direction.value: direction for direction in Direction}
_OUTCOMES = {outcome.value: outcome for outcome in CallOutcome}
_STATES = {state.value: state for state in CallState}
_LEGS = {leg.value: leg for leg in Leg}


def past_call(row: sqlite3.Row) -> PastCall:
    """A whole row as a value. Raises DamagedRow."""
    with sound_rows():
        return PastCall(
            id=row["id"],
            direction=_DIRECTIONS[row["direction"]],
            number=row["number"],
            name=row["name"],
            at=from_text(row["at"]),
            outcome=_OUTCOMES[row["outcome"]],
            talked_s=row["talked_s"],
            extension=row["extension"],
            session_id=row["session_id"],
            log_id=row["log_id"],
            reason=row["reason"],
            is_seen=bool(row["is_seen"]),
        )


def call_columns(call: PastCall) -> dict[str, object]:
    """What a call says of its columns, without owner and key."""
    return {
        "id": call.id,
        "direction": call.direction.value,
        "number": call.number,
        "name": call.name,
        "at": to_text(call.at),
        "outcome": call.outcome.value,
        "talked_s": call.talked_s,
        "extension": call.extension,
        "session_id": call.session_id,
        "log_id": call.log_id,
        "reason": call.reason,
        "is_seen": int(call.is_seen),
        "words": indexed_words(call.number, (call.name,)),
    }


def insert_call(connection: sqlite3.Connection, owner_id: str, call: PastCall) -> None:
    """A new row; of calls of the same moment each gets the next key that is free."""
    key = moment_key(call.at)
    for (taken,) in connection.execute(
        "SELECT moment_key FROM past_call WHERE moment_key >= ? ORDER BY moment_key", (key,)
    ):
        if taken != key:
            break
        key += 1
    values = {"moment_key": key, "owner_id": owner_id, **call_columns(call)}
    connection.execute(
        f"INSERT INTO past_call ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        tuple(values.values()),
    )


def live_columns(call: Call) -> dict[str, object]:
    """The columns of a call that is on, without its owner."""
    talking = None
    if call.talking_since_s is not None:
        talking = to_text(call.started_at + timedelta(seconds=call.talking_since_s - call.started_s))
    request = call.request
    return {
        "id": call.id,
        "session_id": call.session_id,
        "to_number": request.to_number,
        "to_name": request.to_name,
        "extension": request.extension,
        "from_number": request.from_number,
        "from_label": request.from_label,
        "from_kind": request.from_kind,
        "show_as": request.show_as,
        "show_as_label": request.show_as_label,
        "ask_to_press_1": int(request.ask_to_press_1),
        "started_at": to_text(call.started_at),
        "talking_since": talking,
        "state": call.state.value,
        "your_phone": call.your_phone.value,
        "them": call.them.value,
        "is_cancelling": int(call.is_cancelling),
    }


def live_call(row: sqlite3.Row) -> Call:
    """A call as it was when it was last written; its seconds count from its start. Raises DamagedRow."""
    with sound_rows():
        started_at = from_text(row["started_at"])
        talking = row["talking_since"]
        return Call(
            id=row["id"],
            request=CallRequest(
                to_number=row["to_number"],
                to_name=row["to_name"],
                extension=row["extension"],
                from_number=row["from_number"],
                from_label=row["from_label"],
                from_kind=row["from_kind"],
                show_as=row["show_as"],
                show_as_label=row["show_as_label"],
                ask_to_press_1=bool(row["ask_to_press_1"]),
            ),
            started_at=started_at,
            started_s=0.0,
            state=_STATES[row["state"]],
            your_phone=_LEGS[row["your_phone"]],
            them=_LEGS[row["them"]],
            session_id=row["session_id"],
            talking_since_s=None if talking is None else (from_text(talking) - started_at).total_seconds(),
            is_cancelling=bool(row["is_cancelling"]),
        )


def copy_recent_calls(connection: sqlite3.Connection) -> None:
    """The calls of version 1 as past calls of nobody yet: those archives did not say whose they are."""
    for row in connection.execute("SELECT * FROM recent_call ORDER BY at, rowid").fetchall():
        with sound_rows():
            call = Call(
                id=row["id"],
                request=CallRequest(to_number=row["number"], to_name=row["name"], from_number=""),
                started_at=from_text(row["at"]),
                started_s=0.0,
                state=_STATES[row["state"]],
                your_phone=_LEGS[row["your_phone"]],
                them=_LEGS[row["them"]],
                talking_since_s=0.0 if row["talked_s"] else None,
                ended_s=row["talked_s"],
            )
        insert_call(connection, "", ended_call(call))
    connection.execute("DROP TABLE recent_call")
