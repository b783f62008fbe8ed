"""Recordings: what the call log said about each, and the marks and the note made here.

RingCentral keeps them about 90 days and lets nobody delete one by one; what was fetched stays here. Any
thread; one connection per thread. Read next: sounds.py, core/messages/kept.py,
services/messages/recordings.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import to_builtins

from rcdesk.core.messages.kept import KeptRecording, Mark, OnlyKept
from rcdesk.core.messages.recording import Recording
from rcdesk.store.database import ThreadConnections, transaction
from rcdesk.store.messages.sounds import KeptSounds
from rcdesk.store.rows import free_key, insert, sound_rows, to_text, update, value_of
from rcdesk.store.search_words import indexed_words


class Recordings(KeptSounds[KeptRecording]):
    """The recordings of everybody who used this archive."""

    table = "recording"
    id_column = "recording_id"
    only = {OnlyKept.ALL: "1", OnlyKept.NEW: "1", OnlyKept.HERE: "digest <> ''"}
    gone = "This recording is not in the archive any more."

    def __init__(self, database: Path | ThreadConnections) -> None:
        super().__init__(database, _recording)

    def upsert(
        self, owner_id: str, recordings: Iterable[Recording], now: datetime
    ) -> tuple[KeptRecording, ...]:
        """Record what the call log has, all or nothing; returns those that are new or changed."""
        changed: list[str] = []
        with transaction(self._db.get()) as connection:
            for one in recordings:
                changed += [one.id] if _put(connection, owner_id, one, now) else []
            return self._many(connection, owner_id, changed)

    def set_waiting(self, one: KeptRecording, is_waiting: bool) -> KeptRecording:
        """Note whether RingCentral still works on it."""
        return self._change(one, {"is_waiting": int(is_waiting)})

    def annotate(self, one: KeptRecording, note: str, marks: Sequence[Mark]) -> KeptRecording:
        """Keep the note and the marks, these sorted by their moment."""
        texts = (one.name, note, *(mark.text for mark in marks))
        return self._change(
            one,
            {
                "note": note,
                "marks": json.dumps(to_builtins(sorted(marks))),
                "words": indexed_words(one.number, texts),
            },
        )

    def _change(self, one: KeptRecording, values: dict[str, object]) -> KeptRecording:
        with transaction(self._db.get()) as connection:
            sql = "SELECT moment_key FROM recording WHERE owner_id = ? AND recording_id = ?"
            for row in connection.execute(sql, (one.owner_id, one.id)).fetchall():
                update(connection, "recording", values, "moment_key", row["moment_key"])
            return self._one(connection, one.owner_id, one.id)


def _recording(row: sqlite3.Row) -> KeptRecording:
    with sound_rows():
        marks = json.loads(row["marks"])
    return value_of(KeptRecording, row, marks=marks)


def _put(connection: sqlite3.Connection, owner_id: str, one: Recording, now: datetime) -> bool:
    """A new row, or an old one brought up to date; False when it says nothing new."""
    sql = "SELECT * FROM recording WHERE owner_id = ? AND recording_id = ?"
    old = connection.execute(sql, (owner_id, one.id)).fetchone()
    at = one.at or now
    values: dict[str, object] = {
        "kind": one.kind.value,
        "uri": one.uri,
        "call_id": one.call_id,
        "session_id": one.telephony_session_id,
        "is_inbound": int(one.is_inbound),
        "number": one.number,
        "name": one.name,
        "length_s": one.length_s,
    }
    if old is None:
        values |= {"owner_id": owner_id, "recording_id": one.id, "at": to_text(at)}
        values |= {"moment_key": free_key(connection, "recording", at)}
        values["words"] = indexed_words(one.number, (one.name,))
        insert(connection, "recording", values)
        return True
    if all(old[column] == value for column, value in values.items()):
        return False
    texts = (one.name, old["note"], *(mark.text for mark in _recording(old).marks))
    values["words"] = indexed_words(one.number, texts)
    update(connection, "recording", values, "moment_key", old["moment_key"])
    return True
