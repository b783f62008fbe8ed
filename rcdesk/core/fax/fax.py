"""One fax as a durable job: its draft, its states and the transitions that are allowed.

One job per recipient; jobs with the same pages (a batch) go out together in one request. A job exists on disk
before the first byte leaves, and every step is a transition recorded with its time and cause. Pure; frozen
values cross threads. Read next: retry.py (what is repeated), store/fax/outbox.py, services/fax/dispatch.py.

    preparing --> held --> queued <--> waiting         held: the undo window
                             |            |
                             +-----+------+
                                   v    no answer
                                sending ---------> interrupted --> needs you --> sent | queued
                                   |                  |   |
                                   v                  |   +--> queued     certainly not sent
          waiting <---------- handed over <-----------+
    worth another try              |
                                   +--> sent
                                   +--> failed

    cancelled is reached from every state before sent; failed and cancelled --> queued when the user says so.
    A service that tells the result by e-mail leaves a fax handed over, without an id: the user says sent or
    failed, and may say otherwise later. When they say nothing it becomes sent after a day, with an error_code
    that says that nobody knows whether it arrived.
    What needs the user is looked for all the same, and once more before it is sent again: it is handed over
    as soon as the service shows it. A fax whose time is long past needs the user too (WaitReason.LATE).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

YOU_SAID_FAILED = "YouSaidFailed"
"""The error_code of a fax that the user, not the service, says has failed."""

ARRIVAL_UNKNOWN = "ArrivalUnknown"
"""The error_code of a fax that was accepted, and whose end neither the service nor the user has told."""

ACCEPTED_FOR = timedelta(days=1)
"""How long an accepted fax waits in the queue for the user's word on how it ended."""

LATE_AFTER = timedelta(hours=3)
"""A fax that should have gone so long ago, while nobody was at work, goes only when the user says so."""

MAX_NOTE_CHARACTERS = 1024
MAX_RECIPIENTS_A_REQUEST = 50
"""How many recipients one fax request may name (guide: fax broadcast)."""


class FaxState(Enum):
    """Where a fax stands; the value is what the database holds."""

    PREPARING = "preparing"
    HELD = "held"
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


class WaitReason(Enum):
    """Why a fax is WAITING; the value is what the database holds, "" for every other state.

    LATE goes with NEEDS_YOU: its time is long past, and the user says whether it still goes.
    """

    NONE = ""
    SCHEDULED = "scheduled"
    RATE_LIMIT = "rate limit"
    RETRY = "retry"
    SAME_NUMBER = "same number"
    NO_CONNECTION = "no connection"
    TROUBLE = "trouble"
    SIGN_IN = "sign in"
    PAUSED = "paused"
    LATE = "late"


_S = FaxState

ALLOWED: dict[FaxState, frozenset[FaxState]] = {
    _S.PREPARING: frozenset({_S.HELD, _S.QUEUED, _S.WAITING, _S.CANCELLED, _S.FAILED}),
    _S.HELD: frozenset({_S.QUEUED, _S.WAITING, _S.CANCELLED, _S.NEEDS_YOU}),
    # queued, waiting -> handed over: an earlier request of it was found at the service after all
    _S.QUEUED: frozenset({_S.SENDING, _S.CANCELLED, _S.WAITING, _S.FAILED, _S.HANDED_OVER, _S.NEEDS_YOU}),
    # waiting -> waiting: another reason or another time
    _S.WAITING: frozenset(
        {_S.WAITING, _S.QUEUED, _S.CANCELLED, _S.SENDING, _S.FAILED, _S.HANDED_OVER, _S.NEEDS_YOU}
    ),
    # sending -> queued: stopped before the last byte, so certainly not sent
    _S.SENDING: frozenset({_S.HANDED_OVER, _S.FAILED, _S.WAITING, _S.CANCELLED, _S.INTERRUPTED, _S.QUEUED}),
    # handed over -> queued: a scheduled fax taken back from the service to be changed
    _S.HANDED_OVER: frozenset({_S.SENT, _S.FAILED, _S.CANCELLED, _S.WAITING, _S.QUEUED}),
    _S.INTERRUPTED: frozenset({_S.HANDED_OVER, _S.QUEUED, _S.WAITING, _S.NEEDS_YOU, _S.CANCELLED}),
    # needs you -> needs you: another question; -> waiting: a late one is given another time
    _S.NEEDS_YOU: frozenset({_S.SENT, _S.QUEUED, _S.CANCELLED, _S.HANDED_OVER, _S.NEEDS_YOU, _S.WAITING}),
    # failed <-> sent: only the user's own word, taken back. sent -> sent: their word on what only counted so
    _S.FAILED: frozenset({_S.QUEUED, _S.WAITING, _S.SENT}),
    _S.SENT: frozenset({_S.FAILED, _S.SENT}),
    _S.CANCELLED: frozenset({_S.QUEUED}),
}

CANCELLABLE = frozenset({_S.PREPARING, _S.HELD, _S.QUEUED, _S.WAITING, _S.NEEDS_YOU, _S.INTERRUPTED})
"""States in which cancelling is ours alone to do; SENDING and HANDED_OVER need the lane or the service."""


def can_move(old: FaxState, new: FaxState) -> bool:
    return new in ALLOWED[old]


class Resolution(Enum):
    """Fine is High on the wire, Standard is Low (spec: FaxResolutionEnum)."""

    FINE = "High"
    STANDARD = "Low"


class SendBy(Enum):
    """Who keeps a scheduled fax until its time: this desk (must run then) or the service (sendTime)."""

    DESK = "desk"
    SERVICE = "service"


class Recipient(Struct, frozen=True, kw_only=True):
    """Who gets the fax: number in E.164, name as the cover page shows it, "" for none."""

    number: str
    name: str = ""


class Document(Struct, frozen=True, kw_only=True):
    """A file that was looked at and may be faxed. pages is None when only the service can count them.

    digest is "" for a file of the user; for pages taken from an earlier fax it is the SHA-256 under which
    the spool holds them, and path is where they lie there. seen: what the file was when it was looked at, ""
    for one that this program made (documents/same_file.py).
    """

    path: Path
    name: str
    size_bytes: int
    media_type: str
    pages: int | None
    digest: str = ""
    seen: str = ""


class FaxOptions(Struct, frozen=True, kw_only=True):
    """What the sender chose about a fax, the same from the composer to the request and on disk.

    Every value that carries a fax on that way extends this and takes the choices over as a whole, with
    with_options(). A new choice is a field here, a column of its name (store/schema.py), a control, and what
    the service is told (api/). cover_index 0 is none, None the account's default.
    """

    cover_index: int | None = 0
    note: str = ""
    resolution: Resolution = Resolution.FINE

    @property
    def options(self) -> FaxOptions:
        return FaxOptions().with_options(self)

    def with_options(self, options: FaxOptions) -> Self:
        """The same with the choices of another."""
        return replace(self, **{name: getattr(options, name) for name in FaxOptions.__struct_fields__})


class FaxDraft(FaxOptions, frozen=True, kw_only=True):
    """What the composer hands over on Send.

    undo_s: seconds it can be taken back (0 to 60). send_at (aware) schedules it, send_by says who keeps it
    until then. keep_trying_until bounds the retries, None leaves the usual number of tries.
    original_message_id: the service has these very pages already, they need no upload (spec: resend and
    forward); documents and note are then only what the desk shows, and what is uploaded if it has not.
    """

    recipients: tuple[Recipient, ...]
    documents: tuple[Document, ...]
    undo_s: int = 0
    send_at: datetime | None = None
    send_by: SendBy = SendBy.DESK
    keep_trying_until: datetime | None = None
    original_message_id: str = ""


class SpooledFile(Struct, frozen=True, kw_only=True):
    """A copy in the spool: digest is the SHA-256 hex of the bytes; name is the original file name."""

    digest: str
    name: str
    media_type: str
    size_bytes: int
    pages: int | None


class FaxJob(FaxOptions, frozen=True, kw_only=True):
    """A fax as recorded on disk. One job per recipient.

    batch_id is shared by the jobs of one Send. message_id is the service's, "" before it has one (shared by
    the jobs of one request); detail is a plain sentence for the current state; error_code the service's
    faxErrorCode or "". server_pages is the service's own count, None when unknown. retry_at: when a waiting
    job may go, or a held one is released; None when at once. tries counts how often the service was handed
    the fax, stumbles the tries since then that never reached it. source_message_id: a message of the service
    with these very pages, "" when there is none. maybe_message_id: one that may be this fax, which only the
    user can say, "" for none. is_seen: the user has seen how it ended.
    """

    id: int
    owner_id: str
    recipient: Recipient
    files: tuple[SpooledFile, ...]
    cover_name: str
    state: FaxState
    created_at: datetime
    changed_at: datetime
    batch_id: int = 0
    request_id: int | None = None
    message_id: str = ""
    source_message_id: str = ""
    detail: str = ""
    error_code: str = ""
    server_pages: int | None = None
    bytes_sent: int = 0
    bytes_total: int = 0
    wait_reason: WaitReason = WaitReason.NONE
    retry_at: datetime | None = None
    send_at: datetime | None = None
    send_by: SendBy = SendBy.DESK
    keep_trying_until: datetime | None = None
    tries: int = 0
    stumbles: int = 0
    is_seen: bool = True
    maybe_message_id: str = ""
    is_archived: bool = False

    @property
    def is_late(self) -> bool:
        """True when its time is long past and the user is asked whether it still goes."""
        return self.state is FaxState.NEEDS_YOU and self.wait_reason is WaitReason.LATE

    @property
    def is_in_doubt(self) -> bool:
        """True while nobody knows whether the service has it."""
        return self.state is FaxState.INTERRUPTED or (self.state is FaxState.NEEDS_YOU and not self.is_late)

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

    @property
    def is_accepted(self) -> bool:
        """True when the service took it and gave no id to ask by: the result comes by e-mail."""
        return self.state is FaxState.HANDED_OVER and not self.message_id

    @property
    def went_out_at(self) -> datetime:
        """Of an accepted fax: when the service began with it, as far as that is known."""
        if self.send_by is SendBy.SERVICE and self.send_at is not None:
            return max(self.changed_at, self.send_at)
        return self.changed_at

    @property
    def leaves_queue_at(self) -> datetime | None:
        """When an accepted fax that nobody marks becomes sent, its arrival unknown; None for any other."""
        return self.went_out_at + ACCEPTED_FOR if self.is_accepted else None

    @property
    def is_arrival_unknown(self) -> bool:
        """True when it counts as sent although nobody told how it ended."""
        return self.state is FaxState.SENT and self.error_code == ARRIVAL_UNKNOWN

    @property
    def is_marked(self) -> bool:
        """True when the service did not say how it ended: the user has, or may, and may say otherwise."""
        was_sent = self.state is FaxState.SENT and not self.message_id
        return was_sent or (self.state is FaxState.FAILED and self.error_code == YOU_SAID_FAILED)

    @property
    def is_scheduled(self) -> bool:
        """True while it waits for the time the user chose, here or at the service."""
        is_here = self.state is FaxState.WAITING and self.wait_reason is WaitReason.SCHEDULED
        is_there = self.state is FaxState.HANDED_OVER and self.send_by is SendBy.SERVICE
        return self.send_at is not None and (is_here or is_there)


class FaxRequest(Struct, frozen=True, kw_only=True):
    """One request to the service, for one or several jobs of a batch: what reconciling needs to know.

    started_at was written before the first byte left, last_byte_at before the last one (None: it certainly
    did not). Both are this machine's time; service_offset_s added to them gives the service's (0.0 while its
    clock is not known). is_denied: the service said in its own words that it failed (5xx). looks: how often
    the message store was asked without finding it. source_message_id: "" for an upload, else whose pages are
    sent again. mark: what the file names of the upload carry, by which its message is known (of a resend: of
    the upload it repeats), "" when they carry none. not_these: messages that the user said are not this one.
    is_over: it is known how it ended.
    """

    id: int
    owner_id: str
    job_ids: tuple[int, ...]
    started_at: datetime
    last_byte_at: datetime | None = None
    service_offset_s: float = 0.0
    message_id: str = ""
    source_message_id: str = ""
    is_denied: bool = False
    looks: int = 0
    mark: str = ""
    not_these: tuple[str, ...] = ()
    is_over: bool = False


class FaxEvent(Struct, frozen=True, kw_only=True):
    """One line of a fax's history."""

    at: datetime
    state: FaxState
    detail: str


class FaxReport(Struct, frozen=True, kw_only=True):
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
