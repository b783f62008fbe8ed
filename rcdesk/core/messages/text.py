"""A text message (SMS, or MMS when it has files or several recipients) and one that is yet to be sent.

    outgoing:  Held ──► Waiting ──► Sending ──► Sent ──► Delivered    few carriers say Delivered
                 ▲        │ ▲          │ │         └────► Not delivered  the carrier gave it back
                 │        │ └──────────┤ └──────────────► Not sent       RingCentral or its gateway refused it
             take back ◄──┘            └──► Checking ──► Unsure          no answer: it may have been sent

Held, Waiting, Checking and Unsure are of this desk alone. Each recipient has a state of their own; that of
the whole is the service's. Pure; frozen values cross threads. Read next: conversation.py (texts as they are
kept), causes.py (why it did not go), text_checks.py (what may be sent).
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from pathlib import Path

from msgspec import Struct

from rcdesk.core.messages.parts import Attachment, Availability, MessageParty


class TextState(Enum):
    """How it stands; UNKNOWN is a word of the service that nobody here knows."""

    HELD = "held"
    """It goes in a few seconds, and can be taken back until then."""
    WAITING = "waiting"
    """For its turn, for the connection, or for a better time."""
    CHECKING = "checking"
    """Its answer was lost: RingCentral is asked whether it went."""
    UNSURE = "unsure"
    """Nobody can say whether it went: the user decides."""
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    NOT_SENT = "not sent"
    NOT_DELIVERED = "not delivered"
    RECEIVED = "received"
    UNKNOWN = "unknown"

    @property
    def is_failed(self) -> bool:
        """True when it did not arrive."""
        return self in (TextState.NOT_SENT, TextState.NOT_DELIVERED)

    @property
    def is_open(self) -> bool:
        """True when more will be heard soon; Sent may become Delivered, or not."""
        return self in (TextState.HELD, TextState.WAITING, TextState.CHECKING, TextState.SENDING)

    @property
    def can_be_taken_back(self) -> bool:
        """True while nothing of it has left."""
        return self in (TextState.HELD, TextState.WAITING)

    @property
    def needs_you(self) -> bool:
        """True when somebody should look at it: it did not arrive, or nobody knows."""
        return self.is_failed or self is TextState.UNSURE


_STATES = {
    "Queued": TextState.SENDING,
    "Sent": TextState.SENT,
    "Delivered": TextState.DELIVERED,
    "SendingFailed": TextState.NOT_SENT,
    "DeliveryFailed": TextState.NOT_DELIVERED,
    "Received": TextState.RECEIVED,
}
"""messageStatus (spec: MessageStatusEnum)."""


def text_state(word: str) -> TextState:
    """The state behind a messageStatus."""
    return _STATES.get(word, TextState.UNKNOWN)


class TextRecipient(Struct, frozen=True, kw_only=True):
    """One recipient of a text and what became of it there; error_code "" when none was given (causes.py).

    is_me: of a text that came in, the number it came to; the others are the rest of a group.
    """

    number: str
    name: str = ""
    state: TextState = TextState.UNKNOWN
    error_code: str = ""
    is_me: bool = False


class TextMessage(Struct, frozen=True, kw_only=True):
    """A text as the service keeps it. conversation_id is "" when it does not say; times are aware.

    attachments are its files, without the one that repeats the words.
    """

    id: str
    conversation_id: str
    is_inbound: bool
    sender: MessageParty
    to: tuple[TextRecipient, ...]
    text: str
    created_at: datetime | None
    modified_at: datetime | None = None
    state: TextState = TextState.UNKNOWN
    error_code: str = ""
    attachments: tuple[Attachment, ...] = ()
    is_read: bool = True
    availability: Availability = Availability.ALIVE

    @property
    def people(self) -> tuple[MessageParty, ...]:
        """Everybody in the conversation but the user; several make a group."""
        others = tuple(MessageParty(number=to.number, name=to.name) for to in self.to if not to.is_me)
        return (self.sender, *others) if self.is_inbound else others

    @property
    def own_number(self) -> str:
        """The user's number it went out from or came in to, "" when the service does not say."""
        if not self.is_inbound:
            return self.sender.number
        return next((to.number for to in self.to if to.is_me), "")

    @property
    def failed(self) -> tuple[TextRecipient, ...]:
        """Those whom it did not reach."""
        return tuple(to for to in self.to if to.state.is_failed)


class TextFile(Struct, frozen=True, kw_only=True):
    """A file to send along: where it lies, what it is called, its media type and size."""

    path: Path
    name: str
    media_type: str
    size_bytes: int


class TextDraft(Struct, frozen=True, kw_only=True):
    """What is to be sent: from one of the user's numbers to one person, or to several as one group; E.164."""

    from_number: str
    to: tuple[str, ...]
    text: str
    files: tuple[TextFile, ...] = ()

    @property
    def is_mms(self) -> bool:
        """True for what goes out as MMS: with files, or to a group."""
        return bool(self.files) or len(self.to) > 1

    def may_be(self, text: TextMessage) -> bool:
        """Whether a text in the message store is what this became: the same people, words, number of files.

        Two equal drafts look alike there: whoever asks compares times, and takes each text once.
        """
        return (
            not text.is_inbound
            and text.sender.number == self.from_number
            and {to.number for to in text.to} == set(self.to)
            and text.text.strip() == self.text.strip()
            and len(text.attachments) == len(self.files)
        )
