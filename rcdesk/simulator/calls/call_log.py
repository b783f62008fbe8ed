"""The call log: one record for every ended call and every fax that went out, failed or came in.

A ring-out's record carries its id as telephonySessionId and two legs, the user's own phone and the other
side; fax records carry the reason in the service's words ("Fax Not Sent", "Busy") and link the message.
`CallLog` keeps them with sync tokens. Lives on the simulator's event loop thread; read `routes_calllog` next
for the HTTP side.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.calls.calls import Phase, RingOut
from rcdesk.simulator.calls.recordings import StoredRecording
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.messages import Party, StoredMessage, location_of
from rcdesk.simulator.refusal import ErrorAnswer

LOG_LENGTH = 5000
_FAX_RESULTS = {
    "LineBusy": ("Busy", "Line Busy"),
    "NoAnswer": ("No Answer", "No Answer"),
    "SentPartially": ("Fax Partially Sent", "Fax Partially Sent"),
    "CallerHungUp": ("Fax Poor Line", "Fax Poor Line"),
    "WrongNumber": ("Wrong Number", "Wrong Number"),
    "InvalidNumber": ("Wrong Number", "Bad Number"),
    "NotEnoughCredits": ("No Calling Credit", "No Credit"),
    "InternationalDisabled": ("International Disabled", "International Disabled"),
    "InternationalCallingDisabled": ("International Disabled", "International Disabled"),
    "RenderingFailed": ("Send Error", "Fax Prepare Error"),
    "ConvertError": ("Send Error", "Fax Prepare Error"),
    "AccountSuspended": ("Suspended account", "Number Disabled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogParty:
    """One side of a call; "" where nothing is known."""

    number: str = ""
    extension: str = ""
    name: str = ""

    def json(self) -> dict[str, Any]:
        """CallLogFromParty or CallLogToParty."""
        place = location_of(self.number) if self.number else ""
        fields = {
            "phoneNumber": self.number,
            "extensionNumber": self.extension,
            "name": self.name,
            "location": place,
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """One line of the call log. own_result: of a ring-out, how the leg to the user's own phone went."""

    id: str
    owner: Subscriber
    type: str
    direction: str
    action: str
    result: str
    reason: str | None
    sender: LogParty
    recipient: LogParty
    started_at: datetime
    duration_s: float
    message_id: int | None = None
    message_type: str = "Fax"
    recording: StoredRecording | None = None
    session_id: str = ""
    telephony_session_id: str = ""
    own_number: str = ""
    own_result: str = ""

    @property
    def is_missed(self) -> bool:
        """True for what `statusGroup=Missed` lists."""
        return self.type == "Voice" and self.direction == "Inbound" and self.result in ("Missed", "Voicemail")

    @property
    def numbers(self) -> tuple[str, str]:
        return self.sender.number, self.recipient.number

    @property
    def extensions(self) -> tuple[str, str]:
        return self.sender.extension, self.recipient.extension

    def json(self, extension_uri: str, *, is_detailed: bool = False) -> dict[str, Any]:
        """CallLogRecord."""
        record: dict[str, Any] = {
            "id": self.id,
            "uri": f"{extension_uri}/call-log/{self.id}?view={'Detailed' if is_detailed else 'Simple'}",
            "sessionId": self.session_id or self.id,
            **self._common(extension_uri),
            "lastModifiedTime": wire_time(self.started_at),
        }
        if self.message_id is not None:
            record["message"] = {
                "id": str(self.message_id),
                "type": self.message_type,
                "uri": f"{extension_uri}/message-store/{self.message_id}",
            }
        if is_detailed:
            record["legs"] = self._legs(extension_uri)
        return record

    def _common(self, extension_uri: str) -> dict[str, Any]:
        """What a record and its main leg both say."""
        fields: dict[str, Any] = {
            "startTime": wire_time(self.started_at),
            "duration": round(self.duration_s),
            "durationMs": round(self.duration_s * 1000),
            "type": self.type,
            "internalType": "LongDistance" if all(self.numbers) else "Usual",
            "direction": self.direction,
            "action": self.action,
            "result": self.result,
            "to": self.recipient.json(),
            "from": self.sender.json(),
            "extension": {"id": self.owner.extension_id, "uri": extension_uri},
        }
        if self.telephony_session_id:
            fields["telephonySessionId"] = self.telephony_session_id
        if self.reason is not None:
            fields["reason"] = self.reason
        if self.recording is not None:
            fields["recording"] = self.recording.json(extension_uri)
        return fields

    def _legs(self, extension_uri: str) -> list[dict[str, Any]]:
        whole = self._common(extension_uri)
        if not self.own_result:
            kind = "FaxSent" if self.type == "Fax" else "Accept"
            return [{**whole, "legType": kind, "master": True}]
        own = {**whole, "to": {"phoneNumber": self.own_number, "name": self.owner.name}}
        own |= {"result": self.own_result, "legType": "RingOutWebToSubscriber", "master": True}
        if self.own_result != "Call connected":
            return [own]
        own.pop("reason", None)
        return [own, {**whole, "legType": "RingOutWebToCaller"}]


class CallLog:
    """Every record of the world, and what the sync tokens stand for."""

    def __init__(self) -> None:
        self._records: deque[tuple[int, LogRecord]] = deque(maxlen=LOG_LENGTH)
        self._revision = 0
        self._tokens: dict[str, tuple[int, int]] = {}

    def __iter__(self) -> Iterator[LogRecord]:
        """All records, the latest written first."""
        return (record for _, record in reversed(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: LogRecord) -> None:
        """Write a record; the next ISync brings it."""
        self._revision += 1
        self._records.append((self._revision, record))

    def change(self, is_meant: Callable[[LogRecord], bool], **fields: Any) -> None:
        """Write the first record that is meant once more, with other fields; the next ISync brings it."""
        for number, (_, record) in enumerate(list(self._records)):
            if is_meant(record):
                del self._records[number]
                self.add(replace(record, **fields))
                return

    @property
    def revision(self) -> int:
        """How often something was written."""
        return self._revision

    def written_since(self, revision: int) -> list[LogRecord]:
        """What was written after that, the earliest first."""
        if revision == self._revision:
            return []
        return [record for at, record in self._records if at > revision]

    def of(self, owner: Subscriber) -> list[LogRecord]:
        """The user's records, the latest begun first."""
        return _newest_first([record for record in self if record.owner is owner])

    def changes(self, owner: Subscriber, token: str, limit: int) -> tuple[list[LogRecord], str]:
        """At most `limit` records written since the token, and the token for the rest; CLG-104 when void."""
        extension_id, since = self._tokens.get(token, (0, 0))
        if extension_id != owner.extension_id:
            message = "Parameter [syncToken] is invalid [Sync token expired, call log was reset]"
            raise ErrorAnswer(400, "CLG-104", message, parameter="syncToken", value=token)
        news = [(at, record) for at, record in self._records if at > since and record.owner is owner]
        reached = news[limit - 1][0] if len(news) > limit else self._revision
        return _newest_first([record for _, record in news[:limit]]), self.new_token(owner, reached)

    def new_token(self, owner: Subscriber, revision: int | None = None) -> str:
        """A sync token for everything up to now (or to a revision)."""
        token = secrets.token_urlsafe(24)
        self._tokens[token] = (owner.extension_id, self._revision if revision is None else revision)
        return token

    def forget_tokens(self) -> None:
        """Know no sync token any more: every ISync is CLG-104."""
        self._tokens.clear()


def _newest_first(records: list[LogRecord]) -> list[LogRecord]:
    return sorted(records, key=lambda record: record.started_at, reverse=True)


def call_record(call: RingOut, now: datetime | None = None) -> LogRecord:
    """What a ring-out leaves behind; of one still going on, with `now`, what `active-calls` lists."""
    end = call.ended_at or now
    talked_s = (end - call.talked_at).total_seconds() if end and call.talked_at else 0.0
    is_over = call.phase is Phase.ENDED
    return LogRecord(
        id=secrets.token_hex(8) if is_over else call.id,
        owner=call.owner,
        type="Voice",
        direction="Outbound",
        action="RingOut Web",
        result=call.log_result if is_over else "In Progress",
        reason=call.log_reason if is_over else None,
        sender=LogParty(number=call.shown_number, name=call.owner.name, extension=call.owner.extension),
        recipient=LogParty(number=call.to_number, extension=call.to_extension, name=call.to_name),
        started_at=call.started_at,
        duration_s=talked_s,
        session_id=call.session_id,
        telephony_session_id=call.id,
        own_number=call.from_number,
        own_result=call.own_result if is_over else "In Progress",
    )


def fax_record(message: StoredMessage, party: Party, now: datetime) -> LogRecord:
    """What a fax to (or from) one party leaves behind."""
    is_inbound = message.direction == "Inbound"
    if is_inbound:
        result, reason = "Received", None
    elif party.status == "Sent":
        result, reason = "Sent", None
    else:
        result, reason = _FAX_RESULTS.get(party.error_code or "", ("Fax Not Sent", "Fax Not Sent"))
    return LogRecord(
        id=secrets.token_hex(8),
        owner=message.owner,
        type="Fax",
        direction=message.direction,
        action="Incoming Fax" if is_inbound else "Outgoing Fax",
        result=result,
        reason=reason,
        sender=LogParty(number=message.sender.number, name=message.sender.name),
        recipient=LogParty(number=party.number, name=party.name),
        started_at=now,
        duration_s=30 * (message.page_count or 1),
        message_id=message.id,
    )
