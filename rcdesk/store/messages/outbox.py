"""Texts written here and what became of them: recorded before the first byte leaves, and never lost.

The request of a text is marked before its first byte and before its last one; after a crash the marks say
what is known: without the last one it cannot have gone, with it RingCentral is asked (services/messages/
sending.py). Each step is one transaction and asks for the state it starts from. Any thread; one connection
per thread. Read next: core/messages/text.py (the states), conversations.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rcdesk.core.messages.conversation import KeptFile, KeptText
from rcdesk.core.messages.parts import MessageParty
from rcdesk.core.messages.text import TextMessage, TextRecipient, TextState
from rcdesk.store.database import Archive, Store, transaction
from rcdesk.store.messages.conversations import update_text
from rcdesk.store.messages.rows import (
    conversation_for,
    insert_text,
    refresh,
    text_of,
    texts_where,
    to_json,
)
from rcdesk.store.rows import from_text, insert, moment_or_none, text_or_none, to_text, update

TOO_LATE = timedelta(hours=12)
"""What waited longer is not sent unasked: it may not fit any more."""

_SENDING, _WAITING, _CHECKING = TextState.SENDING, TextState.WAITING, TextState.CHECKING
_WAITED = "It waited for more than 12 hours. Send it if it still fits."


class TextRequest(Struct, frozen=True, kw_only=True):
    """What is known of the last try to send a text. Times are aware, on this machine's clock.

    service_offset_s: what to add to them for the service's time. last_byte_at None: it cannot have gone.
    """

    text_id: int
    release_at: datetime | None
    retry_at: datetime | None
    tries: int
    looks: int
    stumbles: int
    is_denied: bool
    started_at: datetime | None
    last_byte_at: datetime | None
    service_offset_s: float


class TextOutbox(Store):
    """The texts of everybody who used this archive; callers ask by owner_id."""

    def add(
        self,
        owner_id: str,
        to: Sequence[str],
        from_number: str,
        text: str,
        files: Sequence[KeptFile],
        now: datetime,
        *,
        release_at: datetime | None = None,
        is_of_composer: bool = False,
        offset_s: float = 0.0,
    ) -> KeptText:
        """Record a text to be sent, after release_at when that is given.

        is_of_composer: it was the draft of its conversation, which goes in the same step.
        """
        recipients = tuple(TextRecipient(number=number) for number in to)
        with transaction(self._db.get()) as connection:
            people = [MessageParty(number=number) for number in to]
            conversation_id = conversation_for(connection, owner_id, people)
            values = {
                "owner_id": owner_id,
                "conversation_id": conversation_id,
                "is_inbound": False,
                "sender_number": from_number,
                "own_number": from_number,
                "recipients": to_json(recipients),
                "text": text,
                "state": (TextState.HELD if release_at is not None else _WAITING).value,
            }
            key = insert_text(connection, now + timedelta(seconds=offset_s), values, files)
            request = {"text_id": key, "release_at": text_or_none(release_at)}
            insert(connection, "text_request", request)
            draft = ", draft = ''" if is_of_composer else ""
            connection.execute(
                f"UPDATE conversation SET own_number = ?{draft} WHERE id = ?", (from_number, conversation_id)
            )
            refresh(connection, (conversation_id,))
            return _there(connection, key)

    def request(self, text_id: int) -> TextRequest | None:
        """The last try of a text that was written here."""
        rows = self._db.rows("SELECT * FROM text_request WHERE text_id = ?", text_id)
        return _request(rows[0]) if rows else None

    def take_back(self, text_id: int) -> KeptText | None:
        """Take a text out again of which nothing has left; None when it is too late for that."""
        with transaction(self._db.get()) as connection:
            text = text_of(connection, text_id)
            if text is None or not text.state.can_be_taken_back:
                return None
            connection.execute("DELETE FROM text WHERE moment_key = ?", (text_id,))
            refresh(connection, (text.conversation_id,))
            return text

    def release(self, text_ids: Iterable[int]) -> None:
        """Nobody waits for the time to undo any more."""
        for text_id in text_ids:
            self._db.change(
                "UPDATE text SET state = 'waiting' WHERE moment_key = ? AND state = 'held'", text_id
            )

    def next(self, owner_id: str, now: datetime) -> tuple[KeptText | None, datetime | None]:
        """The text to send now, and when to look again (None: when something is added).

        The texts of one conversation keep their order. What waited too long fails here.
        """
        with transaction(self._db.get()) as connection:
            rows = connection.execute(
                """SELECT t.moment_key, t.conversation_id, t.at, t.state, r.* FROM text t
                   JOIN text_request r ON r.text_id = t.moment_key
                   WHERE t.owner_id = ? AND t.message_id = '' AND t.state IN ('held', 'waiting')
                   AND t.deleted_at IS NULL ORDER BY t.moment_key""",
                (owner_id,),
            ).fetchall()
            due_at: datetime | None = None
            blocked: set[int] = set()
            for row in rows:
                if row["conversation_id"] in blocked:
                    continue
                request = _request(row)
                wait_until = max(filter(None, (request.release_at, request.retry_at)), default=None)
                if from_text(row["at"]) + TOO_LATE + timedelta(seconds=row["service_offset_s"]) < now:
                    _put(connection, row["moment_key"], TextState.NOT_SENT, detail=_WAITED)
                    continue
                if wait_until is not None and wait_until > now:
                    blocked.add(row["conversation_id"])
                    due_at = min(due_at or wait_until, wait_until)
                    continue
                return _there(connection, row["moment_key"]), due_at
        return None, due_at

    def begin(self, text_id: int, now: datetime, service_offset_s: float) -> bool:
        """Record that its first byte leaves next; False when it was taken back meanwhile."""
        with transaction(self._db.get()) as connection:
            if not _put(connection, text_id, _SENDING, since=(TextState.HELD, _WAITING)):
                return False
            connection.execute(
                """UPDATE text_request SET started_at = ?, last_byte_at = NULL, retry_at = NULL, looks = 0,
                   is_denied = 0, tries = tries + 1, service_offset_s = ?, release_at = NULL
                   WHERE text_id = ?""",
                (to_text(now), service_offset_s, text_id),
            )
        return True

    def mark_last_byte(self, text_id: int, now: datetime) -> None:
        """Record that its last byte leaves next."""
        sql = "UPDATE text_request SET last_byte_at = ? WHERE text_id = ?"
        self._db.change(sql, to_text(now), text_id)

    def taken(self, owner_id: str, text_id: int, message: TextMessage) -> KeptText:
        """The service took it. What a sync filed meanwhile as another text of the same message goes."""
        with transaction(self._db.get()) as connection:
            other = connection.execute(
                """SELECT moment_key FROM text WHERE owner_id = ? AND message_id = ? AND moment_key <> ?""",
                (owner_id, message.id, text_id),
            ).fetchone()
            if other is not None:
                connection.execute("DELETE FROM text WHERE moment_key = ?", (other[0],))
            row = connection.execute("SELECT * FROM text WHERE moment_key = ?", (text_id,)).fetchone()
            if row["message_id"] not in ("", message.id):
                _file_the_other(connection, row)
            update_text(connection, row, message)
            refresh(connection, (row["conversation_id"],))
            return _there(connection, text_id)

    def wait(self, text_id: int, retry_at: datetime | None, detail: str) -> KeptText:
        """It certainly did not go and is tried again, at retry_at (None: as soon as possible)."""
        with transaction(self._db.get()) as connection:
            since = (_SENDING, _CHECKING)
            if _put(connection, text_id, _WAITING, detail=detail, since=since):
                connection.execute(
                    """UPDATE text_request SET retry_at = ?, last_byte_at = NULL, stumbles = stumbles + 1
                       WHERE text_id = ?""",
                    (text_or_none(retry_at), text_id),
                )
            return _there(connection, text_id)

    def hurry(self, owner_id: str) -> None:
        """What waits to be tried again is tried now."""
        self._db.change(
            """UPDATE text_request SET retry_at = NULL, stumbles = 0 WHERE retry_at IS NOT NULL
               AND text_id IN (SELECT moment_key FROM text
                   WHERE owner_id = ? AND message_id = '' AND state = 'waiting')""",
            owner_id,
        )

    def fail(self, text_id: int, *, code: str = "", detail: str = "") -> KeptText:
        """It certainly did not go, and is not tried again."""
        with transaction(self._db.get()) as connection:
            since = (_SENDING, _CHECKING, _WAITING, TextState.UNSURE)
            _put(connection, text_id, TextState.NOT_SENT, code=code, detail=detail, since=since)
            return _there(connection, text_id)

    def check(self, text_id: int, *, is_denied: bool = False) -> KeptText:
        """Its answer was lost; is_denied: or says that it failed, which need not be the last word."""
        with transaction(self._db.get()) as connection:
            _put(connection, text_id, _CHECKING, since=(_SENDING,))
            connection.execute(
                "UPDATE text_request SET is_denied = ? WHERE text_id = ?", (int(is_denied), text_id)
            )
            return _there(connection, text_id)

    def unsure(self, text_id: int) -> KeptText:
        """Nobody can say whether it went."""
        with transaction(self._db.get()) as connection:
            _put(connection, text_id, TextState.UNSURE, since=(_CHECKING,))
            return _there(connection, text_id)

    def looked(self, text_id: int) -> None:
        """It was looked for and not found."""
        self._db.change("UPDATE text_request SET looks = looks + 1 WHERE text_id = ?", text_id)

    def checking(self, owner_id: str) -> tuple[KeptText, ...]:
        """The texts whose answer was lost, oldest first."""
        with self._db.reading() as connection:
            return texts_where(
                connection,
                """WHERE t.owner_id = ? AND t.message_id = '' AND t.state = 'checking'
                   ORDER BY t.moment_key""",
                owner_id,
            )

    def known_messages(self, owner_id: str, message_ids: Sequence[str]) -> frozenset[str]:
        """Which of these messages a text is known to be."""
        rows = self._db.rows(
            """SELECT message_id FROM text WHERE owner_id = ? AND message_id <> ''
               AND message_id IN (SELECT value FROM json_each(?))""",
            owner_id,
            to_json(list(message_ids)),
        )
        return frozenset(row[0] for row in rows)

    def recover(self, owner_id: str) -> int:
        """After a crash: what was on its way waits when it cannot have gone, else it is looked for."""
        with transaction(self._db.get()) as connection:
            return sum(
                connection.execute(
                    f"""UPDATE text SET state = ? WHERE owner_id = ? AND message_id = ''
                        AND state = 'sending' AND moment_key IN (
                            SELECT text_id FROM text_request WHERE last_byte_at IS {what})""",
                    (state.value, owner_id),
                ).rowcount
                for state, what in ((_WAITING, "NULL"), (_CHECKING, "NOT NULL"))
            )


def _put(
    connection: Archive,
    text_id: int,
    state: TextState,
    *,
    code: str = "",
    detail: str = "",
    since: Sequence[TextState] = (),
) -> bool:
    """Move a text that the service does not know, from one of these states; False when it is elsewhere."""
    row = connection.execute(
        "SELECT conversation_id, state, message_id FROM text WHERE moment_key = ?", (text_id,)
    ).fetchone()
    if row is None or row["message_id"] or (since and TextState(row["state"]) not in since):
        return False
    values = {"state": state.value, "error_code": code, "detail": detail}
    update(connection, "text", values, "moment_key", text_id)
    refresh(connection, (row["conversation_id"],))
    return True


def _there(connection: sqlite3.Connection, text_id: int) -> KeptText:
    text = text_of(connection, text_id)
    if text is None:
        raise LookupError(f"no text {text_id}")
    return text


def _request(row: sqlite3.Row) -> TextRequest:
    return TextRequest(
        text_id=row["text_id"],
        release_at=moment_or_none(row["release_at"]),
        retry_at=moment_or_none(row["retry_at"]),
        tries=row["tries"],
        looks=row["looks"],
        stumbles=row["stumbles"],
        is_denied=bool(row["is_denied"]),
        started_at=moment_or_none(row["started_at"]),
        last_byte_at=moment_or_none(row["last_byte_at"]),
        service_offset_s=row["service_offset_s"],
    )


def _file_the_other(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    """A sync took another message for this text: the same words, from another device of the user's."""
    names = [name for name in row.keys() if name not in ("moment_key", "at", "words", "place")]  # noqa: SIM118
    values = {name: row[name] for name in names}
    connection.execute("UPDATE text SET message_id = '' WHERE moment_key = ?", (row["moment_key"],))
    insert_text(connection, from_text(row["at"]), values, ())
