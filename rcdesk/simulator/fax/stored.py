"""What the service holds of the faxes it was given: for tests that count how often each one was stored.

One value for each outbound message, deleted ones included, with what the client meant by it: recipients, the
SHA-256 of each document, the note. Values only. Read next: `running`, whose `stored_faxes()` gives them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.messages import StoredMessage


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
    """The value of an outbound message."""
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
