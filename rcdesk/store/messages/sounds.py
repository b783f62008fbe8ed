"""Sounds kept by their content, and what the tables of voicemails and recordings have in common.

A sound lies in sounds_dir/<first two of the digest>/<SHA-256>.mp3 or .wav; it is written aside and then
renamed, and goes when no row names it any more. Any thread; one connection per thread. Read next:
voicemails.py, recordings.py, services/messages/sounds.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import StoreError, StoreUnavailable
from rcdesk.core.messages.kept import ENDINGS, MP3, WAV, Kept, KeptQuery, OnlyKept
from rcdesk.core.regular_file import remove_files
from rcdesk.store.database import Store, ThreadConnections, transaction
from rcdesk.store.fax.content import UNFINISHED, Spooled, Unreadable, copy_in, is_content, why
from rcdesk.store.rows import IN_LIST, json_list, to_text
from rcdesk.store.search_words import match_text, place_of

K = TypeVar("K", bound=Kept)


def media_type_of(head: bytes) -> str:
    """What a file is by its first twelve bytes, "" when it is no sound that is kept here."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return WAV
    # An ID3 tag, or the sync word of a frame of MPEG layer III.
    is_frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 == 0x02
    return MP3 if head[:3] == b"ID3" or is_frame else ""


class SoundFiles:
    """The folder of the sounds; a download may be written there under a name that begins with UNFINISHED."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def remove_unfinished(self) -> None:
        """Delete what a run that was ended left half done. Call at start, never during a keep()."""
        remove_files(self.folder, UNFINISHED + "*")

    def keep(self, source: Path, media_type: str, token: CancelToken) -> Spooled:
        """Copy a sound in; the source stays. Raises StoreUnavailable, Cancelled."""
        try:
            with source.open("rb") as file:
                return copy_in(file, self.folder, lambda digest: self.path(digest, media_type), token)
        except (Unreadable, OSError) as exc:
            text = why(exc) if isinstance(exc, OSError) else "its download cannot be read"
            raise StoreUnavailable(
                f"A sound could not be kept in {self.folder}: {text}. RingCentral still has it, and rcdesk "
                "will try again."
            ) from exc

    def path(self, digest: str, media_type: str) -> Path:
        """Where a sound lies, whether or not it is there."""
        return self.folder / digest[:2] / f"{digest}.{ENDINGS.get(media_type, 'wav')}"

    def is_whole(self, one: Kept, token: CancelToken) -> bool:
        """True when its sound is here and unaltered; reads all of it. Raises Cancelled."""
        path = self.path(one.digest, one.media_type)
        return one.is_here and is_content(path, one.digest, one.size_bytes, token)


class KeptSounds(Store, Generic[K]):
    """A table of what has a sound. Callers ask by owner_id and id."""

    table: ClassVar[str]
    id_column: ClassVar[str]
    only: ClassVar[dict[OnlyKept, str]]
    """Conditions of what a list may leave out."""
    visible: ClassVar[str] = "1"
    gone: ClassVar[str]
    """What is said of one that is not there."""

    def __init__(self, database: Path | ThreadConnections, read: Callable[[sqlite3.Row], K]) -> None:
        super().__init__(database)
        self._read = read

    def page(self, query: KeptQuery, limit: int = 200, *, numbers: Sequence[str] = ()) -> tuple[K, ...]:
        """The newest that the query finds; numbers: a search finds what is from these too."""
        found, values = "1", []
        if match := match_text(place_of(query.owner_id), query.text):
            found = f"""(moment_key IN (SELECT rowid FROM {self.table}_fts WHERE {self.table}_fts MATCH ?)
                         OR number {IN_LIST})"""
            values = [match, json_list(filter(None, numbers))]
        rows = self._db.rows(
            f"""SELECT * FROM {self.table} WHERE owner_id = ? AND {self.visible}
                AND {self.only[query.only]} AND {found} ORDER BY moment_key DESC LIMIT ?""",
            query.owner_id,
            *values,
            limit,
        )
        return tuple(map(self._read, rows))

    def get(self, owner_id: str, one_id: str) -> K:
        """One of them. Raises StoreError when there is none."""
        with self._db.reading() as connection:
            return self._one(connection, owner_id, one_id)

    def put_sound(self, one: K, sound: Spooled, media_type: str) -> K:
        """Note where its sound lies now; returns it as it is then. Raises StoreError when it is gone."""
        return self._note_sound(one, sound.digest, sound.size_bytes, media_type)

    def forget_sound(self, one: K) -> K:
        """Its sound was lost or altered here: it is to be fetched again."""
        return self._note_sound(one, "", 0, "")

    def is_used(self, digest: str) -> bool:
        """True while any voicemail or recording of anybody has this sound."""
        sql = """SELECT 1 FROM voicemail WHERE digest = ? UNION ALL
                 SELECT 1 FROM recording WHERE digest = ? LIMIT 1"""
        return bool(self._db.rows(sql, digest, digest))

    def sync_token(self, owner_id: str) -> str | None:
        """Where the last sync ended, None before the first one."""
        sql = "SELECT sync_token FROM voice_sync WHERE owner_id = ? AND kind = ?"
        rows = self._db.rows(sql, owner_id, self.table)
        return rows[0]["sync_token"] if rows else None

    def set_sync_token(self, owner_id: str, sync_token: str, now: datetime) -> None:
        """Keep it; "": the next sync is a full one."""
        sql = "INSERT OR REPLACE INTO voice_sync VALUES (?, ?, ?, ?)"
        self._db.change(sql, owner_id, self.table, sync_token, to_text(now))

    def _note_sound(self, one: K, digest: str, size_bytes: int, media_type: str) -> K:
        with transaction(self._db.get()) as connection:
            connection.execute(
                f"""UPDATE {self.table} SET digest = ?, size_bytes = ?, media_type = ?
                    WHERE owner_id = ? AND {self.id_column} = ?""",
                (digest, size_bytes, media_type, one.owner_id, one.id),
            )
            return self._one(connection, one.owner_id, one.id)

    def _one(self, connection: sqlite3.Connection, owner_id: str, one_id: str) -> K:
        found = self._many(connection, owner_id, [one_id])
        if not found:
            raise StoreError(self.gone)
        return found[0]

    def _many(self, connection: sqlite3.Connection, owner_id: str, ids: Sequence[str]) -> tuple[K, ...]:
        sql = f"""SELECT * FROM {self.table} WHERE owner_id = ? AND {self.id_column} {IN_LIST}
                  ORDER BY moment_key DESC"""
        return tuple(map(self._read, connection.execute(sql, (owner_id, json_list(ids)))))
