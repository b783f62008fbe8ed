"""Voicemails and recordings as the archive has them: what the service said, and what was added here.

The sound is fetched once and then lies here (digest); marks and notes are the user's own and leave this
computer never. Pure; frozen values cross threads. Read next: voicemail.py, recording.py,
store/messages/voicemails.py.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

from rcdesk.core.messages.recording import RecordingKind
from rcdesk.core.messages.voicemail import TranscriptState

MP3, WAV = "audio/mpeg", "audio/wav"
ENDINGS = {MP3: "mp3", WAV: "wav"}
"""What sounds are kept as: the services' two forms."""


class KeptVoicemail(Struct, frozen=True, kw_only=True):
    """One voicemail. transcript is None until it was fetched; is_gone: RingCentral has deleted it.

    length_s is 0 where the service does not say; digest and size_bytes are of the sound here, "" and 0
    before.
    """

    owner_id: str
    message_id: str
    created_at: datetime
    number: str = ""
    name: str = ""
    extension: str = ""
    to_number: str = ""
    length_s: int = 0
    transcript: str | None = None
    transcript_state: TranscriptState = TranscriptState.NOT_AVAILABLE
    is_private: bool = False
    is_read: bool = False
    is_gone: bool = False
    digest: str = ""
    size_bytes: int = 0
    media_type: str = ""

    @property
    def id(self) -> str:
        """What tells it apart from the others of its owner."""
        return self.message_id

    @property
    def at(self) -> datetime:
        """When it was left."""
        return self.created_at

    @property
    def is_here(self) -> bool:
        """True when its sound was downloaded."""
        return bool(self.digest)

    @property
    def lacks_words(self) -> bool:
        """True when there is a text that was not fetched yet."""
        return self.transcript is None and self.transcript_state.has_words


class Mark(Struct, frozen=True, kw_only=True, order=True):
    """A moment of a recording, in seconds from its start, and what is said there."""

    at_s: float
    text: str = ""


class KeptRecording(Struct, frozen=True, kw_only=True):
    """One recording. is_waiting: RingCentral had not finished it when it was asked for last."""

    owner_id: str
    recording_id: str
    kind: RecordingKind
    at: datetime
    uri: str = ""
    call_id: str = ""
    session_id: str = ""
    is_inbound: bool = False
    number: str = ""
    name: str = ""
    length_s: float = 0.0
    is_waiting: bool = False
    note: str = ""
    marks: tuple[Mark, ...] = ()
    digest: str = ""
    size_bytes: int = 0
    media_type: str = ""

    @property
    def id(self) -> str:
        """What tells it apart from the others of its owner."""
        return self.recording_id

    @property
    def is_here(self) -> bool:
        """True when its sound was downloaded."""
        return bool(self.digest)


Kept = KeptVoicemail | KeptRecording


class OnlyKept(Enum):
    """Which of them a list shows."""

    ALL = "all"
    NEW = "new"
    HERE = "kept here"


class KeptQuery(Struct, frozen=True, kw_only=True):
    """What to list, newest first: of whom, and with all of these words begun somewhere."""

    owner_id: str
    text: str = ""
    only: OnlyKept = OnlyKept.ALL
