"""A voicemail: its sound is there at once, what was understood of it comes later as a change.

Lives on the simulator's event loop thread. Read next: `mail/sound`, `control` (how one is left).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from rcdesk.simulator.messages import StoredFile, StoredMail

TRANSCRIPTS = (
    *("NotAvailable", "InProgress", "TimedOut", "Completed", "CompletedPartially", "Failed", "Unknown"),
)
"""vmTranscriptionStatus."""


@dataclass(slots=True, kw_only=True)
class StoredVoicemail(StoredMail):
    """One voicemail; transcript is "" until transcript_status says that there are words."""

    kind: ClassVar[str] = "VoiceMail"

    sound: StoredFile
    length_s: int
    transcript: str = ""
    transcript_status: str = "NotAvailable"
    is_private: bool = False

    def json(self, extension_uri: str) -> dict[str, Any]:
        """GetMessageInfoResponse with what only voicemails have."""
        own = {"vmTranscriptionStatus": self.transcript_status, "private": self.is_private}
        return {**StoredMail.json(self, extension_uri), **own}

    def attachments(self, content_uri: str) -> list[dict[str, Any]]:
        """The sound and, once there are any, the words."""
        found = []
        for number, (kind, file) in enumerate(self._files()):
            found.append(
                {
                    "id": self.id * 100 + number,
                    "uri": f"{content_uri}/{self.id * 100 + number}",
                    "type": kind,
                    "contentType": file.media_type,
                    "fileName": file.name,
                    "size": file.size_bytes,
                    **({"vmDuration": self.length_s} if kind == "AudioRecording" else {}),
                }
            )
        return found

    def file(self, attachment_id: str) -> StoredFile | None:
        """The sound or the words."""
        known = {str(self.id * 100 + number): file for number, (_, file) in enumerate(self._files())}
        return known.get(attachment_id)

    def _files(self) -> list[tuple[str, StoredFile]]:
        files = [("AudioRecording", self.sound)]
        if self.transcript_status in ("Completed", "CompletedPartially"):
            words = StoredFile(
                content=self.transcript.encode(), media_type="text/plain", name="transcript.txt"
            )
            files.append(("AudioTranscription", words))
        return files
