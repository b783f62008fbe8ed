"""The folders of faxes: what the user asks to see, and what one row of it is.

A row is a FaxJob (Queue, Sent, Failed) or a ReceivedFax. Pure; frozen values cross threads. Read next:
store/fax/folders.py, bridge/fax/folder_model.py.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

from rcdesk.core.fax.fax import FaxJob, FaxState


class Folder(Enum):
    """A place where faxes are listed; the value is the page's name."""

    QUEUE = "queue"
    SENT = "sent"
    FAILED = "failed"
    RECEIVED = "received"

    @property
    def states(self) -> frozenset[FaxState]:
        """The states of the jobs shown here; none for RECEIVED. Cancelled faxes lie in Failed."""
        return _STATES[self]


_STATES = {
    Folder.QUEUE: frozenset(s for s in FaxState if not s.is_final),
    Folder.SENT: frozenset({FaxState.SENT}),
    Folder.FAILED: frozenset({FaxState.FAILED, FaxState.CANCELLED}),
    Folder.RECEIVED: frozenset[FaxState](),
}


class Shelf(Enum):
    """Where a fax that is over was put; the value is what the database holds."""

    NONE = ""
    ARCHIVED = "archived"
    """Out of its folder, and found by its filter and by searching."""
    DELETED = "deleted"
    """Nowhere, and taken away for good when the time to undo is over."""


class Only(Enum):
    ALL = "all"
    UNSEEN = "unseen"
    """Not looked at yet: unread received faxes, failures not seen."""
    NEEDS_YOU = "needs you"
    SCHEDULED = "scheduled"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class FolderQuery(Struct, frozen=True, kw_only=True):
    """What to list, newest first. text: words that must all begin a word of name, number, note, file name.

    since (inclusive) and until (exclusive) bound the time a fax was created, aware.
    """

    folder: Folder
    owner_id: str
    text: str = ""
    only: Only = Only.ALL
    since: datetime | None = None
    until: datetime | None = None


class FolderCounts(Struct, frozen=True, kw_only=True):
    """The pills of the side bar: jobs in the queue, failures not seen, unread received faxes."""

    queue: int = 0
    failed_unseen: int = 0
    received_unread: int = 0
    needs_you: int = 0


class ReceivedFax(Struct, frozen=True, kw_only=True):
    """An inbound fax of the message store (spec: GetMessageInfoResponse, direction Inbound).

    id is ours. digest, media_type and size_bytes describe the file in the local archive, "" and 0 until it
    was downloaded. is_gone: the service has deleted it, the local copy stays.
    """

    id: int
    owner_id: str
    message_id: str
    number: str
    name: str
    to_number: str
    created_at: datetime
    pages: int | None
    is_read: bool
    attachment_id: str = ""
    digest: str = ""
    media_type: str = ""
    size_bytes: int = 0
    is_gone: bool = False
    is_archived: bool = False

    @property
    def is_here(self) -> bool:
        """True when its pages lie in the local archive."""
        return bool(self.digest)


FaxRow = FaxJob | ReceivedFax
