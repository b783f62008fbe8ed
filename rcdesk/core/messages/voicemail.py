"""A voicemail: who called, the sound, and what RingCentral understood of it.

The words come after the message: it is listed with a transcript in progress and changes once more. Listening
marks nothing as heard at the service. Pure; frozen values cross threads. Read next: api/rest/mailbox.py.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

from rcdesk.core.messages.parts import Attachment, Availability, MessageParty


class TranscriptState(Enum):
    """How far the words are (spec: vmTranscriptionStatus); UNKNOWN for a word nobody here knows."""

    NOT_AVAILABLE = "NotAvailable"
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    PARTIAL = "CompletedPartially"
    FAILED = "Failed"
    TIMED_OUT = "TimedOut"
    UNKNOWN = "Unknown"

    @property
    def has_words(self) -> bool:
        """True when there is something to read."""
        return self in (TranscriptState.COMPLETED, TranscriptState.PARTIAL)


def transcript_state(word: str) -> TranscriptState:
    """The state by the service's word; "" means that there are no transcripts here."""
    if not word:
        return TranscriptState.NOT_AVAILABLE
    return next((known for known in TranscriptState if known.value == word), TranscriptState.UNKNOWN)


class Voicemail(Struct, frozen=True, kw_only=True):
    """One voicemail. length_s is 0 when the service does not say; times are aware.

    sound and words are fetched by their uri (None when there is none); transcript is what the words say once
    somebody has fetched them. is_private: it may not be forwarded. owner_id: whose mailbox it lies in, "" for
    the user's own.
    """

    id: str
    caller: MessageParty
    created_at: datetime | None
    length_s: int
    modified_at: datetime | None = None
    to_number: str = ""
    sound: Attachment | None = None
    words: Attachment | None = None
    transcript: str = ""
    transcript_state: TranscriptState = TranscriptState.NOT_AVAILABLE
    is_private: bool = False
    is_read: bool = False
    availability: Availability = Availability.ALIVE
    owner_id: str = ""
