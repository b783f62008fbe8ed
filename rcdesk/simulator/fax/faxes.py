"""How a fax lives: accepted, rendered, queued, then sent or failed for each recipient.

Rendering takes real time and happens elsewhere; a fax leaves the queue only when its pages exist and its
plan's time has come. The FaxBackend checks what the service checks (MSG- and CMN- codes) and knows the cover
pages. Lives on the simulator's event loop thread; `render` does the drawing in another.

Read next: `multipart` (how the upload is read), `routes_faxes` (the HTTP side).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.checks import moment_from, number_from
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.magic import fax_plan
from rcdesk.simulator.messages import MessageStore, Party, StoredDocument, StoredMessage
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter

COVER_PAGES: tuple[str, ...] = (
    *("None", "Ancient", "Birthday", "Blank", "Clasmod", "Classic", "Confidential", "Contempo"),
    *("Elegant", "Express", "Formal", "Jazzy", "Modern", "Urgent"),
)
"""US English cover pages; the position is the index on the wire."""

DEFAULT_COVER = 7
MAX_COVER_TEXT = 1024
MAX_RECIPIENTS = 50


class FaxBackend:
    """Takes faxes in and sees them through."""

    def __init__(
        self,
        clock: WorldClock,
        store: MessageStore,
        *,
        on_finished: Callable[[StoredMessage, Party], None],
        fax_number_of: Callable[[Subscriber], str],
        name_of: Callable[[Subscriber, str], str],
    ) -> None:
        self._clock = clock
        self._store = store
        self._on_finished = on_finished
        self._fax_number_of = fax_number_of
        self._name_of = name_of
        self._tries: Counter[str] = Counter()

    def accept(
        self,
        owner: Subscriber,
        envelope: dict[str, Any],
        documents: tuple[StoredDocument, ...],
        *,
        original_id: int = 0,
    ) -> StoredMessage:
        """A new fax from a checked upload. Raises ErrorAnswer; the caller has it rendered."""
        recipients = self._recipients(owner, envelope.get("to"))
        resolution = envelope.get("faxResolution", "High")
        if resolution not in ("High", "Low"):
            raise bad_parameter("faxResolution", resolution)
        cover_text = str(envelope.get("coverPageText") or "")
        if len(cover_text) > MAX_COVER_TEXT:
            raise bad_parameter("coverPageText", f"{len(cover_text)} characters")
        if not documents:
            raise ErrorAnswer(400, "MSG-347", "Attachment is empty", parameter="attachment")
        now = self._clock.now()
        message = StoredMessage(
            id=self._store.next_id(),
            owner=owner,
            direction="Outbound",
            sender=Party(number=self._fax_number_of(owner), name=owner.name),
            recipients=recipients,
            created_at=now,
            modified_at=now,
            status="Queued",
            resolution=resolution,
            cover_index=self._cover_index(envelope.get("coverIndex")),
            cover_text=cover_text,
            documents=documents,
            read_status="Read",
            send_at=self._send_time(envelope.get("sendTime")),
            original_id=original_id,
        )
        self._store.add(message)
        wait_s = max(0.0, (message.send_at - now).total_seconds()) if message.send_at else 0.0
        for party in recipients:
            queued_s = fax_plan(party.number).queued_s
            if queued_s is not None:
                self._clock.at(wait_s + queued_s, partial(self._due, message, party))
        return message

    def resend(self, owner: Subscriber, envelope: dict[str, Any]) -> StoredMessage:
        """A new fax from the pages of an older one: `{originalMessageId, to?, sendTime?}`."""
        original = self._store.fax(owner, str(envelope.get("originalMessageId", "")))
        if original.status == "Queued":
            raise ErrorAnswer(406, "MSG-343", "The message cannot be resent at the moment")
        as_before = {
            "to": envelope.get("to")
            or [{"phoneNumber": p.number, "name": p.name} for p in original.recipients],
            "faxResolution": original.resolution,
            "coverIndex": original.cover_index,
            "coverPageText": original.cover_text,
            "sendTime": envelope.get("sendTime"),
        }
        return self.accept(owner, as_before, original.documents, original_id=original.id)

    def receive(
        self,
        owner: Subscriber,
        *,
        from_number: str,
        to_number: str,
        documents: tuple[StoredDocument, ...],
        received_at: datetime | None = None,
        message_id: int = 0,
    ) -> StoredMessage:
        """An inbound fax, Received at once (or earlier); the caller must have it rendered.

        message_id: 0 for one never used before.
        """
        message = StoredMessage(
            id=message_id or self._store.next_id(),
            owner=owner,
            direction="Inbound",
            sender=Party(number=from_number, name=self._name_of(owner, from_number)),
            recipients=[Party(number=to_number, name=owner.name)],
            created_at=received_at or self._clock.now(),
            modified_at=self._clock.now(),
            status="Received",
            documents=documents,
        )
        self._store.add(message)
        self._on_finished(message, message.recipients[0])
        return message

    def rendered(self, message: StoredMessage, *, page_count: int | None, error: str | None) -> None:
        """Tell that drawing is over: a page count, or why there is none (a FaxErrorCodeEnum value)."""
        message.page_count = page_count
        message.render_error = error
        if message.direction == "Inbound":
            self._store.touched(message)
        self._conclude(message)

    def _due(self, message: StoredMessage, party: Party) -> None:
        party.is_due = True
        self._conclude(message)

    def _conclude(self, message: StoredMessage) -> None:
        """Move every recipient whose time has come, once the pages exist."""
        if message.status != "Queued" or message.availability != "Alive":
            return
        if message.page_count is None and message.render_error is None:
            return
        for party in message.recipients:
            if party.is_due and party.status == "Queued":
                self._call(message, party)
                self._on_finished(message, party)
                self._store.touched(message)
        outcomes = {party.status for party in message.recipients}
        if "Queued" not in outcomes:
            message.status = "Sent" if outcomes == {"Sent"} else "SendingFailed"
            self._store.touched(message)

    def _call(self, message: StoredMessage, party: Party) -> None:
        """What the number does with the fax; pages that could not be drawn never get there."""
        plan = fax_plan(party.number)
        error_code, is_sent = plan.error_code, plan.is_sent
        if message.render_error:
            error_code, is_sent = message.render_error, False
        elif self._tries[party.number] < plan.busy_times:
            self._tries[party.number] += 1
            error_code, is_sent = "LineBusy", False
        party.error_code = error_code
        party.status = "Sent" if is_sent else "SendingFailed"

    def _recipients(self, owner: Subscriber, wanted: object) -> list[Party]:
        items = wanted if isinstance(wanted, list) else [wanted]
        parties = []
        for item in items:
            entry = {"phoneNumber": item} if isinstance(item, str) else item
            if not isinstance(entry, dict) or not isinstance(entry.get("phoneNumber"), str):
                raise bad_parameter("to", item if item is not None else "")
            number = owner.e164(entry["phoneNumber"], "to")
            parties.append(Party(number=number, name=str(entry.get("name") or ""), status="Queued"))
        if not parties or len(parties) > MAX_RECIPIENTS:
            raise bad_parameter("to", len(parties))
        return parties

    @staticmethod
    def _cover_index(value: object) -> int:
        if value is None or value == "":
            return DEFAULT_COVER
        try:
            return number_from(str(value), 0, len(COVER_PAGES) - 1)
        except ValueError as exc:
            raise bad_parameter("coverIndex", value) from exc

    @staticmethod
    def _send_time(value: object) -> datetime | None:
        if value is None or value == "":
            return None
        try:
            return moment_from(str(value))
        except ValueError as exc:
            raise bad_parameter("sendTime", value) from exc
