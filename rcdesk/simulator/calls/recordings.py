"""Recordings of calls: the call log names them, their sound can be fetched when the service has finished it.

Lives on the simulator's event loop thread. Read next: `calls/call_log`, `routes/recordings`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.mail.sound import mp3_sound, wav_sound
from rcdesk.simulator.messages import StoredFile
from rcdesk.simulator.refusal import not_found

RECORDING_KINDS = ("Automatic", "OnDemand")
_FIRST = 710_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecording:
    """One recording; ready_at: from then on its sound can be fetched."""

    id: str
    owner: Subscriber
    kind: str
    length_s: float
    ready_at: datetime
    sound: StoredFile

    def json(self, extension_uri: str) -> dict[str, Any]:
        """CallLogRecordingInfo."""
        uri = f"{extension_uri.partition('/extension/')[0]}/recording/{self.id}"
        content_uri = f"{uri.replace('://platform.', '://media.', 1)}/content"
        return {"id": self.id, "uri": uri, "type": self.kind, "contentUri": content_uri}


class RecordingBackend:
    """Every recording of the world."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._ids = itertools.count(_FIRST)
        self._recordings: dict[str, StoredRecording] = {}

    def add(
        self,
        owner: Subscriber,
        *,
        kind: str,
        length_s: float,
        ready_after_s: float = 0.0,
        is_mp3: bool = False,
    ) -> StoredRecording:
        """Record so many seconds of a call that is over."""
        number = next(self._ids)
        sound = StoredFile(
            content=mp3_sound(length_s) if is_mp3 else wav_sound(length_s, number),
            media_type="audio/mpeg" if is_mp3 else "audio/wav",
            name=f"recording-{number}.{'mp3' if is_mp3 else 'wav'}",
        )
        ready_at = self._clock.now() + timedelta(seconds=ready_after_s)
        recording = StoredRecording(
            id=str(number), owner=owner, kind=kind, length_s=length_s, ready_at=ready_at, sound=sound
        )
        self._recordings[recording.id] = recording
        return recording

    def get(self, owner: Subscriber, recording_id: str) -> StoredRecording:
        """A recording of the user's account; CMN-102 while it is not ready, and for any other."""
        found = self._recordings.get(recording_id)
        if found is None or found.owner.account_id != owner.account_id or self._clock.now() < found.ready_at:
            raise not_found("recordingId", recording_id)
        return found
