"""Conversations and their texts: listed, opened, searched, and completed by what the service tells.

A text is told of more than once, by the answer to its sending and by syncs; take() makes one row of all, also
of one whose answer was lost (rows.py, adopted). Counts and order of a conversation are kept with it, so that
the list reads an index only. Any thread; one connection per thread. Read next: rows.py, outbox.py,
services/messages/text_sync.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rcdesk.core.messages.conversation import (
    Conversation,
    ConversationQuery,
    KeptFile,
    KeptText,
    OnlyTexts,
    TextCounts,
    TextNews,
    WrittenText,
)
from rcdesk.core.messages.parts import MessageParty
from rcdesk.core.messages.text import TextMessage
from rcdesk.core.messages.text_checks import opt_word
from rcdesk.store.database import Store, transaction
from rcdesk.store.messages.rows import (
    conversation_for,
    conversations_of,
    insert_text,
    like_words,
    recipients_of,
    refresh,
    text_of,
    texts_where,
    to_json,
)
from rcdesk.store.rows import IN_LIST, json_list, moment_key, to_text, update
from rcdesk.store.search_words import match_text, place_of

MOST_FOUND = 500
"""A search shows so many conversations, those with the newest fitting texts."""

STORED_LATE = timedelta(minutes=3)
CLOCKS_DIFFER = timedelta(seconds=10)
_MATCHES_AT_ONCE = 1000


class Conversations(Store):
    """The texts of everybody who used this archive; callers ask by owner_id."""

    def page(
        self, query: ConversationQuery, limit: int = 200, *, numbers: Sequence[str] = ()
    ) -> tuple[Conversation, ...]:
        """The first conversations of a list, newest first; a search brings MOST_FOUND at most.

        numbers: further numbers whose conversations a search finds, those of people whose name fits.
        """
        with self._db.reading() as connection:
            if query.text.strip():
                wanted = _found(connection, query, numbers)[: min(limit, MOST_FOUND)]
            else:
                rows = connection.execute(
                    f"""SELECT id FROM conversation WHERE owner_id = ? AND {_filter(query.only)}
                        ORDER BY newest_key DESC, id DESC LIMIT ?""",
                    (query.owner_id, limit),
                )
                wanted = [(row["id"], None) for row in rows]
            return conversations_of(connection, wanted)

    def get(self, conversation_id: int) -> Conversation | None:
        """One conversation with its newest text."""
        with self._db.reading() as connection:
            return next(iter(conversations_of(connection, [(conversation_id, None)])), None)

    def with_people(self, owner_id: str, people: Sequence[MessageParty]) -> Conversation:
        """The conversation with these people; it is not listed before there is a text or a draft."""
        with transaction(self._db.get()) as connection:
            conversation_id = conversation_for(connection, owner_id, people)
            return conversations_of(connection, [(conversation_id, None)])[0]

    def thread(
        self, conversation_id: int, before: int | None = None, limit: int = 100
    ) -> tuple[KeptText, ...]:
        """The last texts of a conversation, oldest first; before: the id of the first one there is."""
        with self._db.reading() as connection:
            found = texts_where(
                connection,
                """WHERE t.conversation_id = ? AND t.deleted_at IS NULL AND t.moment_key < ?
                   ORDER BY t.moment_key DESC LIMIT ?""",
                conversation_id,
                before if before is not None else 2**62,
                limit,
            )
        return found[::-1]

    def text(self, text_id: int) -> KeptText | None:
        with self._db.reading() as connection:
            return text_of(connection, text_id)

    def counts(self, owner_id: str) -> TextCounts:
        """What the side bar and the filters count."""
        row = self._db.rows(
            """SELECT (SELECT coalesce(sum(unread), 0) FROM conversation
                       WHERE owner_id = :owner AND unread > 0 AND newest_key > 0),
                      (SELECT count(*) FROM conversation
                       WHERE owner_id = :owner AND unread > 0 AND newest_key > 0),
                      (SELECT count(*) FROM conversation
                       WHERE owner_id = :owner AND not_sent > 0 AND newest_key > 0)""",
            owner=owner_id,
        )[0]
        return TextCounts(unread=row[0], unread_conversations=row[1], not_sent=row[2])

    def unread(self, owner_id: str, limit: int = 500) -> tuple[KeptText, ...]:
        """The texts nobody has read, newest first."""
        with self._db.reading() as connection:
            return texts_where(
                connection,
                """WHERE t.owner_id = ? AND t.is_read = 0 AND t.deleted_at IS NULL AND t.conversation_id IN (
                       SELECT id FROM conversation WHERE owner_id = ? AND unread > 0)
                   ORDER BY t.moment_key DESC LIMIT ?""",
                owner_id,
                owner_id,
                limit,
            )

    # -- what the user does -------------------------------------------------------------------------------

    def keep_draft(self, conversation_id: int, written: WrittenText, now: datetime) -> None:
        """Keep what is in the composer; an empty one takes the draft away."""
        draft = "" if written.is_empty else to_json(written)
        with transaction(self._db.get()) as connection:
            connection.execute(
                """UPDATE conversation SET draft_key = CASE WHEN draft = ? THEN draft_key ELSE ? END,
                   draft = ? WHERE id = ?""",
                (draft, moment_key(now), draft, conversation_id),
            )
            refresh(connection, (conversation_id,))

    def choose_number(self, conversation_id: int, own_number: str) -> None:
        """Remember which of the user's numbers texts go out from here."""
        self._db.change("UPDATE conversation SET own_number = ? WHERE id = ?", own_number, conversation_id)

    def set_read(self, conversation_id: int, is_read: bool) -> bool:
        """Everything that came in is read, or the newest of it is not; True when that was news."""
        which = "is_read = 0" if is_read else "is_read = 1 AND is_inbound = 1"
        last = "" if is_read else "ORDER BY moment_key DESC LIMIT 1"
        with transaction(self._db.get()) as connection:
            changed = connection.execute(
                f"""UPDATE text SET is_read = ?, is_read_told = 0 WHERE moment_key IN (
                    SELECT moment_key FROM text WHERE conversation_id = ? AND deleted_at IS NULL
                    AND {which} {last})""",
                (int(is_read), conversation_id),
            ).rowcount
            refresh(connection, (conversation_id,))
        return changed > 0

    def untold(self, owner_id: str) -> dict[bool, tuple[str, ...]]:
        """Messages the service does not know yet to be read (True) or unread (False)."""
        rows = self._db.rows(
            """SELECT message_id, is_read FROM text
               WHERE owner_id = ? AND is_read_told = 0 AND message_id <> ''""",
            owner_id,
        )
        found: dict[bool, tuple[str, ...]] = {}
        for row in rows:
            found[bool(row["is_read"])] = (*found.get(bool(row["is_read"]), ()), row["message_id"])
        return found

    def told(self, owner_id: str, message_ids: Iterable[str], is_read: bool) -> None:
        """The service knows these now, unless they were marked otherwise meanwhile."""
        self._db.change(
            f"""UPDATE text SET is_read_told = 1
                WHERE owner_id = ? AND is_read = ? AND message_id {IN_LIST}""",
            owner_id,
            int(is_read),
            json_list(message_ids),
        )

    def delete(self, text_ids: Iterable[int], now: datetime) -> tuple[int, ...]:
        """Take texts out of sight until purge(); brings those that were there. What is on its way stays."""
        return self._put_away(
            f"""moment_key {IN_LIST} AND deleted_at IS NULL
                AND (message_id <> '' OR state NOT IN ('sending', 'checking'))""",
            json_list(text_ids),
            now,
        )

    def delete_conversation(self, conversation_id: int, now: datetime) -> tuple[int, ...]:
        """The same with all texts of a conversation, and its draft."""
        self.keep_draft(conversation_id, WrittenText(), now)
        return self._put_away(
            """conversation_id = ? AND deleted_at IS NULL
               AND (message_id <> '' OR state NOT IN ('sending', 'checking'))""",
            conversation_id,
            now,
        )

    def _put_away(self, condition: str, value: object, now: datetime) -> tuple[int, ...]:
        with transaction(self._db.get()) as connection:
            rows = connection.execute(
                f"UPDATE text SET deleted_at = ? WHERE {condition} RETURNING moment_key, conversation_id",
                (to_text(now), value),
            ).fetchall()
            refresh(connection, [row["conversation_id"] for row in rows])
        return tuple(row["moment_key"] for row in rows)

    def undelete(self, text_ids: Iterable[int]) -> None:
        """Bring back what was deleted and not purged."""
        with transaction(self._db.get()) as connection:
            rows = connection.execute(
                f"UPDATE text SET deleted_at = NULL WHERE moment_key {IN_LIST} RETURNING conversation_id",
                (json_list(text_ids),),
            ).fetchall()
            refresh(connection, [row[0] for row in rows])

    def to_purge(self, owner_id: str, before: datetime) -> tuple[tuple[int, str], ...]:
        """Key and message of what was deleted before then: the service is told, then purge() is called."""
        rows = self._db.rows(
            """SELECT moment_key, message_id FROM text
               WHERE owner_id = ? AND deleted_at IS NOT NULL AND deleted_at < ?""",
            owner_id,
            to_text(before),
        )
        return tuple((row["moment_key"], row["message_id"]) for row in rows)

    def purge(self, text_ids: Iterable[int]) -> None:
        """Delete for good what is still deleted."""
        self._db.change(
            f"DELETE FROM text WHERE deleted_at IS NOT NULL AND moment_key {IN_LIST}", json_list(text_ids)
        )

    def put_digest(self, text_id: int, position: int, digest: str, size_bytes: int) -> None:
        """A file of a text was downloaded."""
        self._db.change(
            "UPDATE text_file SET digest = ?, size_bytes = ? WHERE text_id = ? AND position = ?",
            digest,
            size_bytes,
            text_id,
            position,
        )

    def digests(self) -> frozenset[str]:
        """All copies that texts and drafts need."""
        with self._db.reading() as connection:
            found = {row[0] for row in connection.execute("SELECT digest FROM text_file WHERE digest <> ''")}
            rows = connection.execute(
                """SELECT json_extract(f.value, '$.digest')
                   FROM conversation c, json_each(c.draft, '$.files') f
                   WHERE c.draft <> ''"""
            )
            found.update(row[0] for row in rows if row[0])
        return frozenset(found)

    # -- what the service tells ---------------------------------------------------------------------------

    def take(self, owner_id: str, texts: Iterable[TextMessage], now: datetime) -> TextNews:
        """Add what is new and complete what is known, all or nothing."""
        touched: dict[int, None] = {}
        new: list[int] = []
        with transaction(self._db.get()) as connection:
            for text in sorted(texts, key=lambda text: text.created_at or now):
                row = _known(connection, owner_id, text.id) or _adopted(connection, owner_id, text)
                if row is not None:
                    if update_text(connection, row, text):
                        touched[row["conversation_id"]] = None
                    continue
                key, conversation_id = _add(connection, owner_id, text, now)
                touched[conversation_id] = None
                if text.is_inbound and not text.is_read:
                    new.append(key)
            refresh(connection, touched)
            came_in = texts_where(
                connection, f"WHERE t.moment_key {IN_LIST} ORDER BY t.moment_key", json_list(new)
            )
        return TextNews(conversation_ids=tuple(touched), came_in=came_in)

    def gone(self, owner_id: str, message_ids: Iterable[str]) -> tuple[int, ...]:
        """Messages were deleted at the service; brings the conversations that changed."""
        with transaction(self._db.get()) as connection:
            rows = connection.execute(
                f"DELETE FROM text WHERE owner_id = ? AND message_id {IN_LIST} RETURNING conversation_id",
                (owner_id, json_list(filter(None, message_ids))),
            ).fetchall()
            changed = tuple(dict.fromkeys(row[0] for row in rows))
            refresh(connection, changed)
        return changed

    def message_ids_since(self, owner_id: str, since: datetime) -> frozenset[str]:
        """The messages known from that time on: those a full list does not have are gone."""
        rows = self._db.rows(
            "SELECT message_id FROM text WHERE owner_id = ? AND moment_key >= ? AND message_id <> ''",
            owner_id,
            moment_key(since),
        )
        return frozenset(row[0] for row in rows)

    def open_messages(self, owner_id: str, since: datetime, limit: int = 50) -> tuple[str, ...]:
        """Messages of this desk whose last word is not known, newest first."""
        rows = self._db.rows(
            """SELECT t.message_id FROM text t JOIN text_request r ON r.text_id = t.moment_key
               WHERE t.owner_id = ? AND t.message_id <> '' AND t.state IN ('sending', 'sent')
               AND t.moment_key >= ? ORDER BY t.moment_key DESC LIMIT ?""",
            owner_id,
            moment_key(since),
            limit,
        )
        return tuple(row[0] for row in rows)

    def sync_token(self, owner_id: str) -> str | None:
        """Where the last sync ended, None before the first one or when it must be a full one."""
        rows = self._db.rows("SELECT sync_token FROM text_sync WHERE owner_id = ?", owner_id)
        return (rows[0]["sync_token"] or None) if rows else None

    def has_synced(self, owner_id: str) -> bool:
        return bool(self._db.rows("SELECT 1 FROM text_sync WHERE owner_id = ?", owner_id))

    def set_sync_token(self, owner_id: str, sync_token: str, now: datetime) -> None:
        """Keep it; "": the next sync is a full one."""
        sql = "INSERT OR REPLACE INTO text_sync VALUES (?, ?, ?)"
        self._db.change(sql, owner_id, sync_token, to_text(now))


def update_text(connection: sqlite3.Connection, row: sqlite3.Row, text: TextMessage) -> bool:
    """Write what the service says of a text; True when that was news. Marks it does not know yet stay."""
    values: dict[str, object] = {
        "message_id": text.id,
        "state": text.state.value,
        "error_code": text.error_code,
        "recipients": to_json(text.to),
        "detail": "",
    }
    if row["is_read_told"]:
        values["is_read"] = int(text.is_read)
    if text.error_code.endswith("-413") and len(text.to) == 1:
        values["opt"] = "stop"
    changed = {name: value for name, value in values.items() if row[name] != value}
    if changed:
        update(connection, "text", changed, "moment_key", row["moment_key"])
    return bool(changed)


def _known(connection: sqlite3.Connection, owner_id: str, message_id: str) -> sqlite3.Row | None:
    rows = connection.execute(
        "SELECT * FROM text WHERE owner_id = ? AND message_id = ? AND message_id <> ''",
        (owner_id, message_id),
    ).fetchall()
    return rows[0] if rows else None


def _adopted(connection: sqlite3.Connection, owner_id: str, text: TextMessage) -> sqlite3.Row | None:
    """The row of this desk whose answer is due or was lost, and that became this message; the oldest one.

    Its last byte has left, its people, words and number of files are the same, and so is its time.
    """
    if text.is_inbound or text.created_at is None:
        return None
    rows = connection.execute(
        """SELECT t.*, r.started_at, r.last_byte_at, r.service_offset_s,
               (SELECT count(*) FROM text_file WHERE text_id = t.moment_key) AS file_count
           FROM text t INDEXED BY text_open JOIN text_request r ON r.text_id = t.moment_key
           WHERE t.owner_id = ? AND t.message_id = '' AND t.state IN ('sending', 'checking', 'unsure')
               AND r.last_byte_at IS NOT NULL AND t.own_number = ? AND t.is_inbound = 0
           ORDER BY r.started_at""",
        (owner_id, text.sender.number),
    ).fetchall()
    for row in rows:
        offset = timedelta(seconds=row["service_offset_s"])
        started = datetime.fromisoformat(row["started_at"]) + offset - CLOCKS_DIFFER
        ended = datetime.fromisoformat(row["last_byte_at"]) + offset + STORED_LATE
        if (
            started <= text.created_at <= ended
            and row["text"].strip() == text.text.strip()
            and row["file_count"] == len(text.attachments)
            and {to.number for to in recipients_of(row["recipients"])} == {to.number for to in text.to}
        ):
            return row  # type: ignore[no-any-return]
    return None


def _add(connection: sqlite3.Connection, owner_id: str, text: TextMessage, now: datetime) -> tuple[int, int]:
    """A text nobody here knew; its key and its conversation."""
    conversation_id = conversation_for(connection, owner_id, text.people)
    word = opt_word(text.text) if text.is_inbound else None
    values = {
        "owner_id": owner_id,
        "conversation_id": conversation_id,
        "message_id": text.id,
        "is_inbound": text.is_inbound,
        "sender_number": text.sender.number,
        "sender_name": text.sender.name,
        "own_number": text.own_number,
        "recipients": to_json(text.to),
        "text": text.text,
        "state": text.state.value,
        "error_code": text.error_code,
        "is_read": text.is_read,
        "opt": word.name.lower() if word is not None else "",
    }
    files = [
        KeptFile(
            name=file.file_name or _file_name(file.content_type),
            media_type=file.content_type,
            size_bytes=file.size_bytes,
            uri=file.uri,
            attachment_id=file.id,
        )
        for file in text.attachments
    ]
    return insert_text(connection, text.created_at or now, values, files), conversation_id


def _file_name(content_type: str) -> str:
    """For a file the service gives no name: what it is."""
    kind, _, ending = content_type.partition(";")[0].partition("/")
    return f"{'picture' if kind == 'image' else kind or 'file'}.{ending}" if ending.isalnum() else "file"


def _filter(only: OnlyTexts) -> str:
    return {
        OnlyTexts.ALL: "newest_key > 0",
        OnlyTexts.UNREAD: "unread > 0 AND newest_key > 0",
        OnlyTexts.NOT_SENT: "not_sent > 0 AND newest_key > 0",
    }[only]


def _found(
    connection: sqlite3.Connection, query: ConversationQuery, numbers: Sequence[str]
) -> list[tuple[int, int | None]]:
    """Conversations whose texts or people fit, each with its newest fitting text (None: by its people)."""
    order = dict(_by_texts(connection, query))
    wanted: dict[int, int | None] = dict(order)
    for number, newest_key in _by_people(connection, query, numbers):
        if number not in wanted:
            wanted[number] = None
            order[number] = newest_key
    return sorted(wanted.items(), key=lambda item: order[item[0]], reverse=True)


def _by_texts(connection: sqlite3.Connection, query: ConversationQuery) -> list[tuple[int, int]]:
    match = match_text(place_of(query.owner_id), query.text)
    found: dict[int, int] = {}
    bound = 2**62
    while match and len(found) < MOST_FOUND:
        rows = connection.execute(
            f"""SELECT f.rowid AS moment_key, t.conversation_id FROM text_fts f
                CROSS JOIN text t ON t.moment_key = f.rowid
                CROSS JOIN conversation c ON c.id = t.conversation_id
                WHERE text_fts MATCH ? AND f.rowid < ? AND {_filter(query.only)}
                ORDER BY f.rowid DESC LIMIT ?""",
            (match, bound, _MATCHES_AT_ONCE),
        ).fetchall()
        for row in rows:
            found.setdefault(row["conversation_id"], row["moment_key"])
        if len(rows) < _MATCHES_AT_ONCE:
            break
        bound = rows[-1]["moment_key"]
    return list(found.items())[:MOST_FOUND]


def _by_people(
    connection: sqlite3.Connection, query: ConversationQuery, numbers: Sequence[str]
) -> list[tuple[int, int]]:
    patterns = like_words(query.text)
    by_words = " AND ".join("words LIKE ?" for _ in patterns) or "0"
    rows = connection.execute(
        f"""SELECT id, newest_key FROM conversation WHERE owner_id = ? AND {_filter(query.only)}
            AND (({by_words}) OR people_key {IN_LIST} OR (people_key LIKE '% %' AND EXISTS (
                SELECT 1 FROM json_each(?) WHERE instr(people_key, value))))
            ORDER BY newest_key DESC LIMIT ?""",
        (query.owner_id, *patterns, json_list(numbers), json_list(numbers), MOST_FOUND),
    )
    return [(row["id"], row["newest_key"]) for row in rows]
