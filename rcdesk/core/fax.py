"""One fax as a durable job: its draft, its states and the transitions that are allowed.

A job exists on disk before the first byte leaves, and every step is a transition recorded with its time
and cause. Pure; frozen values cross threads. Read next: store/outbox.py, services/faxes.py.

    preparing -> queued -> sending -> handed over -> sent
                   ^  |       |  \\         \\-> failed
                   |  |       |   \\-> interrupted -> handed over | queued | needs you
                   |  |       \\-> failed | waiting | cancelled
                   |  \\-> cancelled
                   waiting
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

MAX_NOTE_CHARACTERS = 1024


class FaxState(Enum):
    """Where a fax stands; the value is what the database holds."""

    PREPARING = "preparing"
    QUEUED = "queued"
    WAITING = "waiting"
    SENDING = "sending"
    HANDED_OVER = "handed over"
    SENT = "sent"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NEEDS_YOU = "needs you"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True when nothing more happens by itself or at the service."""
        return self in (FaxState.SENT, FaxState.FAILED, FaxState.CANCELLED)


ALLOWED: dict[FaxState, frozenset[FaxState]] = {
    FaxState.PREPARING: frozenset({FaxState.QUEUED, FaxState.CANCELLED, FaxState.FAILED}),
    FaxState.QUEUED: frozenset({FaxState.SENDING, FaxState.CANCELLED, FaxState.WAITING, FaxState.FAILED}),
    FaxState.WAITING: frozenset({FaxState.QUEUED, FaxState.CANCELLED, FaxState.SENDING}),
    FaxState.SENDING: frozenset(
        {
            FaxState.HANDED_OVER,
            FaxState.FAILED,
            FaxState.WAITING,
            FaxState.CANCELLED,
            FaxState.INTERRUPTED,
        }
    ),
    FaxState.HANDED_OVER: frozenset({FaxState.SENT, FaxState.FAILED, FaxState.CANCELLED}),
    FaxState.INTERRUPTED: frozenset(
        {FaxState.HANDED_OVER, FaxState.QUEUED, FaxState.NEEDS_YOU, FaxState.CANCELLED}
    ),
    FaxState.NEEDS_YOU: frozenset({FaxState.SENT, FaxState.QUEUED, FaxState.CANCELLED, FaxState.HANDED_OVER}),
    FaxState.FAILED: frozenset({FaxState.QUEUED}),
    FaxState.SENT: frozenset(),
    FaxState.CANCELLED: frozenset({FaxState.QUEUED}),
}


def can_move(old: FaxState, new: FaxState) -> bool:
    """True when a fax may go from old to new."""
    return new in ALLOWED[old]


class Resolution(Enum):
    """Fine is High on the wire, Standard is Low (spec: FaxResolutionEnum)."""

    FINE = "High"
    STANDARD = "Low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who gets the fax: number in E.164, name as the cover page shows it, "" for none."""

    number: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was looked at and may be faxed. pages is None when only the service can count them."""

    path: Path
    name: str
    size_bytes: int
    media_type: str
    pages: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxDraft:
    """What the composer hands over on Send. cover_index 0 is none, None the account's default."""

    recipients: tuple[Recipient, ...]
    documents: tuple[Document, ...]
    cover_index: int | None = 0
    note: str = ""
    resolution: Resolution = Resolution.FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledFile:
    """A copy in the spool: digest is the SHA-256 hex of the bytes; name is the original file name."""

    digest: str
    name: str
    media_type: str
    size_bytes: int
    pages: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxJob:
    """A fax as recorded on disk. One job per recipient.

    message_id is the service's, "" before it has one; detail is a plain sentence for the current state;
    error_code the service's faxErrorCode or "". server_pages is the service's own count, None when unknown.
    retry_at is when a waiting job may be tried again, None when at once.
    """

    id: int
    owner_id: str
    recipient: Recipient
    files: tuple[SpooledFile, ...]
    cover_index: int | None
    cover_name: str
    note: str
    resolution: Resolution
    state: FaxState
    created_at: datetime
    changed_at: datetime
    message_id: str = ""
    detail: str = ""
    error_code: str = ""
    server_pages: int | None = None
    bytes_sent: int = 0
    bytes_total: int = 0
    retry_at: datetime | None = None

    @property
    def pages(self) -> int | None:
        """Pages counted here (without the cover), None when a file could not be counted."""
        counts = [f.pages for f in self.files]
        return None if None in counts else sum(c for c in counts if c is not None)

    @property
    def title(self) -> str:
        """The first file's name and how many more there are, or the note for a text-only fax."""
        if not self.files:
            return "Cover page only"
        more = len(self.files) - 1
        return self.files[0].name + (f" + {more}" if more else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxEvent:
    """One line of a fax's history."""

    at: datetime
    state: FaxState
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxReport:
    """What the service says about one message (spec: FaxResponse, one recipient of it)."""

    message_id: str
    status: str
    error_code: str = ""
    page_count: int | None = None


def state_for(report: FaxReport) -> FaxState | None:
    """The state a service status means, None for one that says nothing new (Queued or unknown words)."""
    match report.status:
        case "Sent" | "Delivered":
            return FaxState.SENT
        case "SendingFailed" | "DeliveryFailed":
            return FaxState.FAILED
        case _:
            return None
