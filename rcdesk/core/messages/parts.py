"""What every message has: files, the people on both sides, and whether the service still keeps it.

Pure; frozen values cross threads. Read next: text.py, voicemail.py.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Attachment(Struct, frozen=True, kw_only=True):
    """One file of a message; type is a word of the spec: RenderedDocument, SourceDocument, MmsAttachment,
    Text, AudioRecording, AudioTranscription.

    file_name is "" and the numbers are 0 where the service does not say. length_s: of a sound.
    """

    id: str
    type: str
    uri: str
    content_type: str
    file_name: str = ""
    size_bytes: int = 0
    width: int = 0
    height: int = 0
    length_s: int = 0


class MessageParty(Struct, frozen=True, kw_only=True):
    """Who sent a message: number (E.164, "" when withheld), name and extension as the service has them."""

    number: str
    name: str = ""
    extension: str = ""


class Availability(Enum):
    """Whether a message is there, in the bin (it can be restored for some days), or gone for good."""

    ALIVE = "Alive"
    DELETED = "Deleted"
    PURGED = "Purged"

    @property
    def is_gone(self) -> bool:
        """True when it is not to be shown among the others."""
        return self is not Availability.ALIVE


def availability_of(word: str) -> Availability:
    """The service's word; one that nobody knows means that the message is there."""
    return next((known for known in Availability if known.value == word), Availability.ALIVE)
