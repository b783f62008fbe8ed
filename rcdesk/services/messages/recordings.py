"""Recordings of calls: found in the call log, fetched when somebody wants to hear one, kept from then on.

All requests are in the group Heavy and leave room for calls and faxes, so nothing is fetched ahead. Blocking;
sync() and fetch() on the downloads lane. Read next: sounds.py, api/rest/recordings.py,
store/messages/recordings.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.messages.kept import KeptRecording, Mark
from rcdesk.core.messages.recording import Recording
from rcdesk.services.messages.sounds import SoundService
from rcdesk.store.messages.recordings import Recordings
from rcdesk.store.messages.sounds import SoundFiles
from rcdesk.store.people.people import People
from rcdesk.store.rows import from_text, to_text

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection

FIRST_SYNC = timedelta(days=90)
LOOK_BACK = timedelta(days=1)
"""A recording appears in the log of a call that is over for a while, and a long call begins long before."""

MOST_NOTE = 2_000
MOST_MARKS = 200


class RecordingService(SoundService[KeptRecording]):
    """Recordings of whoever is signed in when they are asked for."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        recordings: Recordings,
        files: SoundFiles,
        people: People,
        clock: Clock,
    ) -> None:
        super().__init__("recording", connection, recordings, files, people, clock)
        self._recordings = recordings

    def sync(self, owner_id: str, token: CancelToken) -> tuple[KeptRecording, ...]:
        """Take over what the call log has that is new, and return it. Raises what asking raises."""
        from rcdesk.api.rest import recordings
        from rcdesk.services.account.connection import check_is_theirs

        session = self._session(owner_id)
        now = self._clock.now()
        there = now + timedelta(seconds=session.service_offset_s)
        last = self._recordings.sync_token(owner_id)
        since = max(from_text(last) - LOOK_BACK, there - FIRST_SYNC) if last else there - FIRST_SYNC
        changed: list[KeptRecording] = []
        for page in recordings.pages(session, token=token, date_from=since):
            check_is_theirs(session, owner_id)
            changed += self._recordings.upsert(owner_id, page, now)
        self._recordings.set_sync_token(owner_id, to_text(there), now)
        return self._named(owner_id, tuple(changed))

    def fetch(self, one: KeptRecording, token: CancelToken) -> KeptRecording:
        """The recording with its sound here; one RingCentral has not finished comes back as waiting.

        Raises RateLimited when calls and faxes need the requests of this minute, and what asking raises.
        """
        from rcdesk.api.rest import recordings

        known = self.get(one.owner_id, one.id)
        if known.is_here:
            return known
        session = self._session(one.owner_id)
        try:
            fetched = self._fetch(
                known, lambda coming: recordings.content(session, _there(known), coming.write, token)
            )
        except recordings.NotReady:
            self._recordings.set_waiting(known, True)
            return self.get(one.owner_id, one.id)
        return self._recordings.set_waiting(fetched, False) if fetched.is_waiting else fetched

    def annotate(self, one: KeptRecording, note: str, marks: Sequence[Mark]) -> KeptRecording:
        """Keep a note and marks, here only; what is longer than may be is cut."""
        return self._recordings.annotate(one, note.strip()[:MOST_NOTE], tuple(marks)[:MOST_MARKS])


def _there(one: KeptRecording) -> Recording:
    return Recording(
        id=one.recording_id,
        kind=one.kind,
        uri=one.uri,
        call_id=one.call_id,
        telephony_session_id=one.session_id,
        is_inbound=one.is_inbound,
        number=one.number,
        name=one.name,
        at=one.at,
        length_s=one.length_s,
    )
