"""Voicemails: what the message store said about each, what was said, and whether the service knows it.

One that RingCentral deletes stays here, with its sound; one deleted here is hidden, can come back for some
seconds, and is then deleted there too (store/fax/shelves.py tells it with the faxes). Any thread; one
connection per thread. Read next: sounds.py, core/messages/kept.py, services/messages/voicemails.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from rcdesk.core.messages.kept import KeptVoicemail, OnlyKept
from rcdesk.core.messages.voicemail import TranscriptState, Voicemail
from rcdesk.store.database import ThreadConnections, transaction
from rcdesk.store.fax.received import was_deleted
from rcdesk.store.messages.sounds import KeptSounds
from rcdesk.store.rows import IN_LIST, free_key, insert, json_list, to_text, update, value_of
from rcdesk.store.search_words import indexed_words

_THERE = "is_gone = 0 AND deleted_at IS NULL"


class Voicemails(KeptSounds[KeptVoicemail]):
    """The voicemails of everybody who used this archive."""

    table = "voicemail"
    id_column = "message_id"
    visible = "deleted_at IS NULL"
    only = {OnlyKept.ALL: "1", OnlyKept.NEW: "is_read = 0", OnlyKept.HERE: "digest <> ''"}
    gone = "This voicemail is not in the archive any more."

    def __init__(self, database: Path | ThreadConnections) -> None:
        super().__init__(database, _voicemail)

    def upsert(
        self, owner_id: str, voicemails: Iterable[Voicemail], gone: Iterable[str], now: datetime
    ) -> tuple[KeptVoicemail, ...]:
        """Record what a sync brought, all or nothing; returns those that are new or changed.

        gone: ids of messages of whatever kind that the service has deleted. What was deleted here stays so.
        """
        changed: list[str] = []
        with transaction(self._db.get()) as connection:
            for one in voicemails:
                if not was_deleted(connection, owner_id, one.id):
                    changed += [one.id] if _put(connection, owner_id, one, now) else []
            sql = f"""UPDATE voicemail SET is_gone = 1 WHERE owner_id = ? AND is_gone = 0
                      AND message_id {IN_LIST} RETURNING message_id"""
            changed += [row[0] for row in connection.execute(sql, (owner_id, json_list(gone))).fetchall()]
            return self._many(connection, owner_id, changed)

    def ids_since(self, owner_id: str, since: datetime) -> frozenset[str]:
        """The voicemails of that time the service had when it was asked last."""
        sql = "SELECT message_id FROM voicemail WHERE owner_id = ? AND is_gone = 0 AND created_at >= ?"
        return frozenset(row[0] for row in self._db.rows(sql, owner_id, to_text(since)))

    def missing(self, owner_id: str, limit: int = 20) -> tuple[KeptVoicemail, ...]:
        """Those whose sound or text is not here and can still be had, newest first."""
        worded = json_list(state.value for state in TranscriptState if state.has_words)
        rows = self._db.rows(
            f"""SELECT * FROM voicemail WHERE owner_id = ? AND {_THERE}
                AND (digest = '' OR (transcript IS NULL AND transcript_state {IN_LIST}))
                ORDER BY moment_key DESC LIMIT ?""",
            owner_id,
            worded,
            limit,
        )
        return tuple(map(_voicemail, rows))

    def put_text(self, one: KeptVoicemail, transcript: str) -> KeptVoicemail:
        """Keep what was said, "" for nothing."""
        with transaction(self._db.get()) as connection:
            connection.execute(
                "UPDATE voicemail SET transcript = ?, words = ? WHERE owner_id = ? AND message_id = ?",
                (transcript, _words(one.number, one.name, transcript), one.owner_id, one.message_id),
            )
            return self._one(connection, one.owner_id, one.message_id)

    def set_read(self, owner_id: str, ids: Sequence[str], is_read: bool) -> bool:
        """Mark them here, to be told to the service; True when it was news."""
        sql = f"""UPDATE voicemail SET is_read = ?, is_unsaid = 1
                  WHERE owner_id = ? AND is_read <> ? AND message_id {IN_LIST}"""
        return self._db.change(sql, is_read, owner_id, is_read, json_list(ids)) > 0

    def unsaid(self, owner_id: str) -> dict[str, bool]:
        """What was marked here and not told yet: whether it was heard, by message."""
        sql = f"SELECT message_id, is_read FROM voicemail WHERE owner_id = ? AND is_unsaid = 1 AND {_THERE}"
        return {row["message_id"]: bool(row["is_read"]) for row in self._db.rows(sql, owner_id)}

    def said(self, owner_id: str, ids: Iterable[str], is_read: bool) -> None:
        """The service was told so."""
        sql = f"""UPDATE voicemail SET is_unsaid = 0
                  WHERE owner_id = ? AND is_read = ? AND message_id {IN_LIST}"""
        self._db.change(sql, owner_id, is_read, json_list(ids))

    def count_new(self, owner_id: str) -> int:
        """How many nobody has heard."""
        sql = "SELECT count(*) FROM voicemail WHERE owner_id = ? AND deleted_at IS NULL AND is_read = 0"
        return int(self._db.rows(sql, owner_id)[0][0])

    def delete(self, owner_id: str, ids: Sequence[str], now: datetime | None) -> None:
        """Hide them from now on, or bring them back with None, while purge() has not taken them."""
        sql = f"UPDATE voicemail SET deleted_at = ? WHERE owner_id = ? AND message_id {IN_LIST}"
        self._db.change(sql, to_text(now) if now else None, owner_id, json_list(ids))

    def purge(self, until: datetime) -> tuple[KeptVoicemail, ...]:
        """Take away what was deleted until then; the service is to delete it too, and no sync brings it."""
        with transaction(self._db.get()) as connection:
            rows = connection.execute(
                "SELECT * FROM voicemail WHERE deleted_at <= ?", (to_text(until),)
            ).fetchall()
            for row in rows:
                key = (row["owner_id"], row["message_id"])
                connection.execute("INSERT OR IGNORE INTO message_deleted VALUES (?, ?)", key)
                if not row["is_gone"]:
                    connection.execute("INSERT OR IGNORE INTO message_to_delete VALUES (?, ?)", key)
            keys = json_list(row["moment_key"] for row in rows)
            connection.execute(f"DELETE FROM voicemail WHERE moment_key {IN_LIST}", (keys,))
        return tuple(map(_voicemail, rows))


def _voicemail(row: sqlite3.Row) -> KeptVoicemail:
    return value_of(KeptVoicemail, row)


def _words(number: str, name: str, transcript: str | None) -> str:
    return indexed_words(number, (name, transcript or ""))


def _put(connection: sqlite3.Connection, owner_id: str, one: Voicemail, now: datetime) -> bool:
    """A new row, or an old one brought up to date; False when it says nothing new."""
    sql = "SELECT * FROM voicemail WHERE owner_id = ? AND message_id = ?"
    old = connection.execute(sql, (owner_id, one.id)).fetchone()
    at = one.created_at or now
    values: dict[str, object] = {
        "number": one.caller.number,
        "name": one.caller.name,
        "extension": one.caller.extension,
        "to_number": one.to_number,
        "length_s": one.length_s,
        "transcript_state": one.transcript_state.value,
        "is_private": int(one.is_private),
        "is_read": int(one.is_read),
        "is_gone": 0,
    }
    if old is None:
        values |= {"owner_id": owner_id, "message_id": one.id, "created_at": to_text(at)}
        values |= {"moment_key": free_key(connection, "voicemail", at)}
        values["words"] = _words(one.caller.number, one.caller.name, None)
        insert(connection, "voicemail", values)
        return True
    if old["is_unsaid"]:
        values["is_read"] = old["is_read"]
    if all(old[column] == value for column, value in values.items()):
        return False
    values["words"] = _words(one.caller.number, one.caller.name, old["transcript"])
    update(connection, "voicemail", values, "moment_key", old["moment_key"])
    return True
