"""Rows of the tables conversation, text and text_file as values, and what keeps them true to each other.

Functions over an open connection: conversations.py and outbox.py bring theirs, and the transaction. Any
thread. Read next: core/messages/conversation.py, schema.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from rcdesk.core.messages.conversation import Conversation, KeptFile, KeptText, WrittenText, people_key
from rcdesk.core.messages.parts import MessageParty
from rcdesk.core.messages.text import TextRecipient
from rcdesk.store.rows import (
    IN_LIST,
    columns_of,
    free_key,
    insert,
    json_list,
    sound_rows,
    to_text,
    values_of,
)
from rcdesk.store.search_words import fold, indexed_words

_RECIPIENTS = msgspec.json.Decoder(tuple[TextRecipient, ...])
_PEOPLE = msgspec.json.Decoder(tuple[MessageParty, ...])
_WRITTEN = msgspec.json.Decoder(WrittenText)
_NOTHING_WRITTEN = WrittenText()
UNSEEN_STATES = ("not sent", "not delivered", "unsure")
_TEXT = """SELECT t.moment_key AS id, t.conversation_id, t.message_id, t.is_inbound, t.sender_number,
               t.sender_name, t.own_number, t.recipients, t.text, t.at, t.state, t.error_code, t.detail,
               t.is_read, r.retry_at, r.text_id IS NOT NULL AS can_repeat
           FROM text t LEFT JOIN text_request r ON r.text_id = t.moment_key"""


def to_json(value: object) -> str:
    """A value for a column that holds JSON."""
    return msgspec.json.encode(value).decode()


def recipients_of(text: str) -> tuple[TextRecipient, ...]:
    """The value of the column recipients. Raises DamagedRow."""
    with sound_rows():
        return _RECIPIENTS.decode(text)


def texts_where(connection: sqlite3.Connection, where: str, *values: object) -> tuple[KeptText, ...]:
    """Texts with their files, as the condition (about t, with its order) finds them."""
    rows = connection.execute(f"{_TEXT} {where}", values).fetchall()
    files = _files_of(connection, [row["id"] for row in rows])
    with sound_rows():
        found = [
            {
                **dict(row),
                "sender": {"number": row["sender_number"], "name": row["sender_name"]},
                "to": _RECIPIENTS.decode(row["recipients"]),
                "files": files.get(row["id"], ()),
            }
            for row in rows
        ]
    return tuple(values_of(KeptText, found))


def text_of(connection: sqlite3.Connection, text_id: int) -> KeptText | None:
    """One text, None when it is not there (any more)."""
    return next(iter(texts_where(connection, "WHERE t.moment_key = ?", text_id)), None)


def _files_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, tuple[KeptFile, ...]]:
    rows = connection.execute(
        f"SELECT * FROM text_file WHERE text_id {IN_LIST} ORDER BY text_id, position", (json_list(ids),)
    ).fetchall()
    found: dict[int, tuple[KeptFile, ...]] = {}
    for row, file in zip(rows, values_of(KeptFile, [dict(row) for row in rows]), strict=True):
        found[row["text_id"]] = (*found.get(row["text_id"], ()), file)
    return found


def insert_text(
    connection: sqlite3.Connection, at: datetime, values: Mapping[str, Any], files: Sequence[KeptFile]
) -> int:
    """A new row; of texts of the same moment each gets the next key that is free."""
    key = free_key(connection, "text", at)
    words = indexed_words("", (values["text"], *(file.name for file in files)))
    insert(connection, "text", {"moment_key": key, "at": to_text(at), "words": words, **values})
    put_files(connection, key, files)
    return key


def put_files(connection: sqlite3.Connection, key: int, files: Sequence[KeptFile]) -> None:
    """The files of a text, in their order, in place of those it had."""
    connection.execute("DELETE FROM text_file WHERE text_id = ?", (key,))
    for position, file in enumerate(files):
        insert(connection, "text_file", {"text_id": key, "position": position, **columns_of(file)})


def conversation_for(connection: sqlite3.Connection, owner_id: str, people: Sequence[MessageParty]) -> int:
    """The id of the conversation with these people, which is made when it is new; names may be news."""
    key = people_key(party.number for party in people)
    row = connection.execute(
        "SELECT id, people FROM conversation WHERE owner_id = ? AND people_key = ?", (owner_id, key)
    ).fetchone()
    if row is None:
        values = {"owner_id": owner_id, "people_key": key, **_people_columns(people)}
        return int(insert(connection, "conversation", values, tail="RETURNING id")[0][0])
    with sound_rows():
        known = _PEOPLE.decode(row["people"])
    names = {party.number: party.name for party in people if party.name}
    if any(party.number in names and names[party.number] != party.name for party in known):
        named = [MessageParty(number=p.number, name=names.get(p.number, p.name)) for p in known]
        columns = _people_columns(named)
        connection.execute(
            "UPDATE conversation SET people = ?, words = ? WHERE id = ?",
            (columns["people"], columns["words"], row["id"]),
        )
    return int(row["id"])


def _people_columns(people: Sequence[MessageParty]) -> dict[str, str]:
    once = {party.number: party for party in people}.values()
    words = " ".join(indexed_words(party.number, (party.name,)) for party in once)
    plain = [MessageParty(number=party.number, name=party.name) for party in once]
    return {"people": to_json(plain), "words": f" {words}"}


def refresh(connection: sqlite3.Connection, conversation_ids: Iterable[int]) -> None:
    """Bring order and counts of these conversations to what their texts say."""
    connection.execute(
        f"""UPDATE conversation SET
            newest_key = max(CASE WHEN draft <> '' THEN draft_key ELSE 0 END, coalesce((
                SELECT max(moment_key) FROM text
                WHERE conversation_id = conversation.id AND deleted_at IS NULL), 0)),
            unread = (SELECT count(*) FROM text WHERE conversation_id = conversation.id
                AND is_read = 0 AND deleted_at IS NULL),
            not_sent = (SELECT count(*) FROM text WHERE conversation_id = conversation.id
                AND state IN {UNSEEN_STATES} AND deleted_at IS NULL)
            WHERE id {IN_LIST}""",
        (json_list(sorted(set(conversation_ids))),),
    )


def conversations_of(
    connection: sqlite3.Connection, wanted: Sequence[tuple[int, int | None]]
) -> tuple[Conversation, ...]:
    """Conversations by id in this order, each with the text of this key or, where it is None, its newest."""
    ids = json_list(number for number, _ in wanted)
    rows = {
        row["id"]: row
        for row in connection.execute(
            f"""SELECT c.*, (SELECT max(moment_key) FROM text
                    WHERE conversation_id = c.id AND deleted_at IS NULL) AS newest_id
                FROM conversation c WHERE c.id {IN_LIST}""",
            (ids,),
        )
    }
    keys = {number: key or rows[number]["newest_id"] for number, key in wanted if number in rows}
    texts = {
        text.id: text
        for text in texts_where(
            connection, f"WHERE t.moment_key {IN_LIST}", json_list(key for key in keys.values() if key)
        )
    }
    opted_out = _opted_out(connection, ids)
    with sound_rows():
        return tuple(
            Conversation(
                id=number,
                people=_PEOPLE.decode(row["people"]),
                newest=texts.get(keys[number] or 0),
                unread=row["unread"],
                not_sent=row["not_sent"],
                draft=_WRITTEN.decode(row["draft"]) if row["draft"] else _NOTHING_WRITTEN,
                own_number=row["own_number"],
                opted_out=opted_out.get(number, ()),
            )
            for number, _ in wanted
            if (row := rows.get(number)) is not None
        )


def _opted_out(connection: sqlite3.Connection, ids: str) -> dict[int, tuple[str, ...]]:
    """For each conversation the user's numbers whose last word from them was STOP."""
    rows = connection.execute(
        f"""SELECT conversation_id, own_number, opt, max(moment_key) FROM text
            WHERE opt <> '' AND conversation_id {IN_LIST} GROUP BY conversation_id, own_number""",
        (ids,),
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        if row["opt"] == "stop":
            found[row["conversation_id"]] = (*found.get(row["conversation_id"], ()), row["own_number"])
    return found


def like_words(text: str) -> list[str]:
    """Patterns for conversation.words: each word that is typed must begin one of them."""
    return [f"% {word}%" for word in fold(text).split()]
