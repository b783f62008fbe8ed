"""Recordings of calls, found in the call log (docs/wire.md 1.8).

Everything here is in the group Heavy, ten requests a minute, which calls and faxes need too: what is fetched
once is kept by whoever asked. Spec: readUserCallLog, readCallRecordingContent. Blocking, on a lane's thread.
Read next: core/messages/recording.py, call_log.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from rcdesk.api.rest import call_log, message_store, reading
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Rejected
from rcdesk.core.messages.parts import Attachment
from rcdesk.core.messages.recording import Recording

_PER_PAGE = 250
LEFT_FREE = 4
"""Heavy requests a minute that recordings leave for calls and faxes."""


class NotReady(Rejected):
    """The recording cannot be fetched yet (404), which is so for minutes after a call: try again later."""


def pages(
    session: ApiSession,
    *,
    token: CancelToken,
    date_from: datetime | None = None,
    date_to: datetime | None = None,
    keep_free: int = LEFT_FREE,
) -> Iterator[tuple[Recording, ...]]:
    """The recordings of calls, the latest call first; without date_from those of the last 24 hours."""
    params: dict[str, Any] = {"recordingType": "All", "type": "Voice", "view": "Detailed"}
    if date_from is not None:
        params["dateFrom"] = reading.stamp(date_from)
    if date_to is not None:
        params["dateTo"] = reading.stamp(date_to)
    for page in reading.pages(
        session,
        call_log.PATH,
        token,
        group="Heavy",
        per_page=_PER_PAGE,
        params=params,
        keep_free=keep_free,
    ):
        yield tuple(recording for record in page for recording in call_log.recordings_of(record))


def content(
    session: ApiSession,
    recording: Recording,
    write: Callable[[bytes], None],
    token: CancelToken,
    *,
    keep_free: int = LEFT_FREE,
) -> str:
    """Download the sound, calling write for each chunk; returns its media type. Raises NotReady.

    Raises NotSent when the download breaks off: what was written is incomplete, and asking again is safe.
    """
    where = Attachment(id=recording.id, type="AudioRecording", uri=recording.uri, content_type="")
    try:
        return message_store.content(session, where, write, token, group="Heavy", keep_free=keep_free)
    except Rejected as exc:
        if not exc.is_gone:
            raise
        words = "RingCentral has not finished this recording yet. Try again in a few minutes."
        raise NotReady(words, status=404, code=exc.code, request_id=exc.request_id) from exc
