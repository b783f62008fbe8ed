"""The next text: chosen, recorded, sent, its outcome written down; and texts whose answer was lost.

The order is what makes it safe: the archive holds the text before the first byte leaves and is told again
before the last one. A lost answer is looked for in the message store (mailbox.sent_like) and never repeated
blindly: found, it went; not found after several looks, it goes again only when the service itself had said
that it failed, else the user decides. What could not be recorded (a full disk) is kept here and recorded
before anything else is sent. Texts lane only. Read next: core/fax/retry.py, store/messages/outbox.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import (
    ApiError,
    Cancelled,
    NotSent,
    RateLimited,
    RcdeskError,
    SignInNeeded,
    StoreError,
)
from rcdesk.core.fax.retry import Again, Check, decide
from rcdesk.core.messages.conversation import KeptText
from rcdesk.core.messages.text import TextDraft, TextFile, TextMessage
from rcdesk.store.messages.conversations import CLOCKS_DIFFER, STORED_LATE
from rcdesk.store.messages.files import TextFiles
from rcdesk.store.messages.outbox import TextOutbox, TextRequest

if TYPE_CHECKING:
    from rcdesk.api.session import ApiSession
    from rcdesk.services.account.connection import Connection

_log = logging.getLogger(__name__)

FIND_WITHIN = timedelta(minutes=2)
FIND_LOOKS = 4
LOOK_EVERY = timedelta(seconds=20)
GATE_PATIENCE_S = 1.0
"""A longer wait for a place among the requests is not waited out on the lane."""

MOST_TRIES = 5
"""After so many answers of trouble a text fails; without a connection it waits on."""

WAITING_FOR_CONNECTION = "Waiting for the connection."


class SendStep(Struct, frozen=True, kw_only=True):
    """What one call did: the text it changed, None for none; when to call again, None: when one is added."""

    text: KeptText | None = None
    next_at: datetime | None = None


class TextSender:
    """Sends the texts of whoever is signed in, one after the other."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        outbox: TextOutbox,
        files: TextFiles,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._files = files
        self._clock = clock
        self._unrecorded: Callable[[], KeptText] | None = None
        self._looked_at: dict[int, datetime] = {}
        self._recovered: set[str] = set()

    def send_next(self, owner_id: str, token: CancelToken) -> SendStep:
        """Send what is due next, at most one text, or look for one whose answer was lost.

        Raises SignInNeeded and NetworkError with nothing changed when nobody can be asked, Cancelled,
        StoreError: what is not recorded yet is then recorded by the next call.
        """
        from rcdesk.services.account.connection import session_for

        if self._unrecorded is not None:
            return self._record(self._unrecorded)
        if owner_id not in self._recovered:
            self._outbox.recover(owner_id)
            self._recovered.add(owner_id)
        text, due_at = self._outbox.next(owner_id, self._clock.now())
        lost, look_at = self._next_to_look_for(owner_id)
        if text is None and lost is None:
            return SendStep(next_at=min(filter(None, (due_at, look_at)), default=None))
        session = session_for(self._connection(), owner_id)
        if text is None:
            return self._look_for(session, owner_id, lost, token) if lost is not None else SendStep()
        wait_s = session.gate.wait_s("Medium")
        if wait_s > GATE_PATIENCE_S:
            return SendStep(next_at=self._clock.now() + timedelta(seconds=wait_s))
        return self._send(session, owner_id, text, token)

    def hurry(self, owner_id: str) -> None:
        """There is a connection again: what waits need not wait for its time."""
        self._outbox.hurry(owner_id)

    # -- sending ------------------------------------------------------------------------------------------

    def _send(self, session: ApiSession, owner_id: str, text: KeptText, token: CancelToken) -> SendStep:
        from rcdesk.api.rest.texts import RestTexts
        from rcdesk.services.account.connection import check_is_theirs

        for file in text.files:
            if not self._files.verify(file.digest, file.size_bytes, token):
                gone = f"The copy of {file.name} is missing or was changed. Add it again."
                return SendStep(text=self._outbox.fail(text.id, detail=gone), next_at=self._clock.now())
        if not self._outbox.begin(text.id, self._clock.now(), session.service_offset_s):
            return SendStep(next_at=self._clock.now())
        has_left = False

        def on_last_byte() -> None:
            nonlocal has_left
            check_is_theirs(session, owner_id)
            self._outbox.mark_last_byte(text.id, self._clock.now())
            has_left = True

        try:
            message = RestTexts(session).send(self._draft(text), token, on_last_byte=on_last_byte)
        except RcdeskError as exc:
            error = exc
        except BaseException as exc:
            # A bug: what left decides, as after a crash.
            mistake = RcdeskError(f"rcdesk made a mistake ({type(exc).__name__}).")
            self._record(self._failure(text, mistake, has_left))
            raise
        else:
            return self._record(lambda: self._outbox.taken(owner_id, text.id, message))
        return self._record(self._failure(text, error, has_left))

    def _failure(self, text: KeptText, error: RcdeskError, has_left: bool) -> Callable[[], KeptText]:
        """What is written down after a failed try."""
        outbox, now = self._outbox, self._clock.now()
        if isinstance(error, Cancelled):
            return lambda: outbox.check(text.id) if has_left else outbox.wait(text.id, None, "")
        if isinstance(error, StoreError):
            return lambda: outbox.check(text.id) if has_left else outbox.wait(text.id, now, "")
        request = outbox.request(text.id)
        stumbles = (request.stumbles if request is not None else 0) + 1
        decision = decide(error, now=now, stumbles=stumbles, is_complete=has_left)
        if isinstance(decision, Check):
            is_denied = decision.is_denied
            return lambda: outbox.check(text.id, is_denied=is_denied)
        waits_on = isinstance(error, NotSent | SignInNeeded | RateLimited)
        if isinstance(decision, Again) and (waits_on or stumbles < MOST_TRIES):
            again_at = decision.at
            words = WAITING_FOR_CONNECTION if isinstance(error, NotSent) else str(error)
            return lambda: outbox.wait(text.id, again_at, words)
        code = error.code if isinstance(error, ApiError) else ""
        return lambda: outbox.fail(text.id, code=code, detail=str(error))

    def _record(self, write: Callable[[], KeptText]) -> SendStep:
        """Write the outcome down; when that fails, the next call does it first."""
        self._unrecorded = write
        text = write()
        self._unrecorded = None
        return SendStep(text=text, next_at=self._clock.now())

    def _draft(self, text: KeptText) -> TextDraft:
        return TextDraft(
            from_number=text.own_number,
            to=tuple(to.number for to in text.to),
            text=text.text,
            files=tuple(
                TextFile(
                    path=self._files.path(file.digest),
                    name=file.name,
                    media_type=file.media_type,
                    size_bytes=file.size_bytes,
                )
                for file in text.files
            ),
        )

    # -- looking for -------------------------------------------------------------------------------------

    def _next_to_look_for(self, owner_id: str) -> tuple[KeptText | None, datetime | None]:
        """The text whose answer was lost that was not looked for just now; when the next one is due."""
        now = self._clock.now()
        due_at: datetime | None = None
        for text in self._outbox.checking(owner_id):
            at = self._looked_at.get(text.id)
            if at is None or at + LOOK_EVERY <= now:
                return text, None
            due_at = min(due_at or at + LOOK_EVERY, at + LOOK_EVERY)
        return None, due_at

    def _look_for(self, session: ApiSession, owner_id: str, text: KeptText, token: CancelToken) -> SendStep:
        from rcdesk.api.rest import mailbox

        now = self._clock.now()
        self._looked_at[text.id] = now
        request = self._outbox.request(text.id)
        if request is None or request.started_at is None or request.last_byte_at is None:
            return self._record(lambda: self._outbox.wait(text.id, None, ""))
        offset = timedelta(seconds=request.service_offset_s)
        since = request.started_at + offset - CLOCKS_DIFFER
        found = mailbox.sent_like(session, self._draft(text), since, token)
        known = self._outbox.known_messages(owner_id, [message.id for message in found])
        free = [
            message
            for message in found
            if message.id not in known and _is_in_time(message, request.last_byte_at + offset)
        ]
        if free:
            message = free[0]
            return self._record(lambda: self._outbox.taken(owner_id, text.id, message))
        self._outbox.looked(text.id)
        return self._not_found(text, request, now)

    def _not_found(self, text: KeptText, request: TextRequest, now: datetime) -> SendStep:
        left_at = request.last_byte_at or now
        if now - left_at < FIND_WITHIN or request.looks + 1 < FIND_LOOKS:
            return SendStep(next_at=now + LOOK_EVERY)
        _log.info("a text whose answer was lost is not in the message store")
        if request.is_denied:
            return self._record(lambda: self._outbox.wait(text.id, None, ""))
        return self._record(lambda: self._outbox.unsure(text.id))


def _is_in_time(message: TextMessage, left_at: datetime) -> bool:
    return message.created_at is None or message.created_at <= left_at + STORED_LATE
