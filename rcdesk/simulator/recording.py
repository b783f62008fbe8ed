"""What was asked of the simulator, and the faxes and texts it was given: values for tests and the demo.

Bearer tokens and client secrets are struck out before a request is kept; sign-in forms are not kept at all.
Of faxes, deleted ones included, there is what the client meant by each, to count how often it was stored.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.mail.texts import StoredText
from rcdesk.simulator.messages import StoredMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """One request, recorded when it was over.

    `json` is the JSON body, for a fax upload its envelope; `query` keeps the last value of a repeated name
    and `query_string` all of them. `body_size` is in bytes; `status` is 0 when no answer was given (a fault,
    or the client hung up). `fault` is the kind it met, "" for none.
    """

    method: str
    path: str
    query: dict[str, str]
    query_string: str
    headers: dict[str, str]
    media_type: str
    json: Any
    body_size: int
    status: int
    received_at: datetime
    file_names: tuple[str, ...] = ()
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        """For `GET /simulator/requests`."""
        fields = {**asdict(self), "received_at": self.received_at.isoformat()}
        return {re.sub("_(.)", lambda part: part[1].upper(), name): value for name, value in fields.items()}


def safe_headers(headers: dict[str, str]) -> dict[str, str]:
    """Header names in lower case; of Authorization only the scheme."""
    kept = {name.lower(): value for name, value in headers.items()}
    if "authorization" in kept:
        kept["authorization"] = f"{kept['authorization'].split(' ')[0]} …"
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFax:
    """One outbound message. digests: SHA-256 in hex of the documents as they came; times are the world's.

    outcomes: number → messageStatus of each recipient. original_id is the message a resend took its pages
    from, 0 for an upload.
    """

    message_id: int
    numbers: tuple[str, ...]
    digests: tuple[str, ...]
    cover_text: str
    created_at: datetime
    send_at: datetime | None
    status: str
    outcomes: dict[str, str]
    is_deleted: bool
    original_id: int

    def as_json(self) -> dict[str, Any]:
        """For `GET /simulator/stored-faxes`."""
        send_at = wire_time(self.send_at) if self.send_at else None
        return {**asdict(self), "created_at": wire_time(self.created_at), "send_at": send_at}


def stored_fax(message: StoredMessage) -> StoredFax:
    return StoredFax(
        message_id=message.id,
        numbers=tuple(party.number for party in message.recipients),
        digests=tuple(document.digest for document in message.documents),
        cover_text=message.cover_text,
        created_at=message.created_at,
        send_at=message.send_at,
        status=message.status,
        outcomes={party.number: party.status or "" for party in message.recipients},
        is_deleted=message.availability != "Alive",
        original_id=message.original_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SentText:
    """One text that went out; outcomes: number → messageStatus; digests: SHA-256 in hex of its files."""

    message_id: int
    from_number: str
    numbers: tuple[str, ...]
    text: str
    digests: tuple[str, ...]
    created_at: datetime
    status: str
    outcomes: dict[str, str]
    is_deleted: bool

    def as_json(self) -> dict[str, Any]:
        """For `GET /simulator/stored-texts`."""
        return {**asdict(self), "created_at": wire_time(self.created_at)}


def sent_text(message: StoredText) -> SentText:
    """The value of an outbound text."""
    return SentText(
        message_id=message.id,
        from_number=message.sender.number,
        numbers=tuple(party.number for party in message.recipients),
        text=message.text,
        digests=tuple(
            hashlib.sha256(file.content).hexdigest()
            for file in message.files
            if isinstance(file.content, bytes)
        ),
        created_at=message.created_at,
        status=message.status,
        outcomes={party.number: party.status or "" for party in message.recipients},
        is_deleted=message.availability != "Alive",
    )
