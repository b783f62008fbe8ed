"""Voicemails: learnt by message sync, sound and text fetched once, marked, deleted.

The first sync takes the last 90 days, later ones only what changed; when the service has forgotten where we
were it is the first again, and what is not listed any more is gone there. Marking and deleting are done here
at once; what the service cannot be told now it is told at a later sync. Blocking; sync() and fetch_next() on
the downloads lane. Read next: sounds.py, api/rest/mailbox.py, store/messages/voicemails.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import ApiError, NetworkError, NotAllowed, Rejected, ServerTrouble
from rcdesk.core.messages.kept import KeptVoicemail
from rcdesk.core.messages.voicemail import Voicemail
from rcdesk.services.messages.sounds import SoundService
from rcdesk.store.messages.sounds import SoundFiles
from rcdesk.store.messages.voicemails import Voicemails
from rcdesk.store.people.people import People

if TYPE_CHECKING:
    from rcdesk.api.session import ApiSession
    from rcdesk.services.account.connection import Connection

_log = logging.getLogger(__name__)

FIRST_SYNC = timedelta(days=90)
POSTPONED_S = (60.0, 300.0, 1800.0)
"""Pauses after a download that failed by the service's fault: the last one repeats."""


class VoicemailService(SoundService[KeptVoicemail]):
    """Voicemails of whoever is signed in when they are asked for."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        voicemails: Voicemails,
        files: SoundFiles,
        people: People,
        clock: Clock,
    ) -> None:
        super().__init__("voicemail", connection, voicemails, files, people, clock)
        self._voicemails = voicemails
        self._postponed: dict[str, tuple[int, float]] = {}

    def sync(self, owner_id: str, token: CancelToken) -> tuple[KeptVoicemail, ...]:
        """Take over what is new or has changed, and return it. Raises what asking the service raises."""
        from rcdesk.api.rest import mailbox
        from rcdesk.api.rest.reading import FullSyncNeeded
        from rcdesk.services.account.connection import check_is_theirs

        session = self._session(owner_id)
        self._say_read(session, owner_id, token)
        sync_token = self._voicemails.sync_token(owner_id)
        if sync_token:
            try:
                mail = mailbox.sync(
                    session, sync_token=sync_token, token=token, kinds=(mailbox.MailKind.VOICEMAIL,)
                )
            except FullSyncNeeded:
                _log.info("the service wants a full sync of the voicemails")
            else:
                check_is_theirs(session, owner_id)
                changed = self._take(owner_id, mail.voicemails, mail.gone)
                self._voicemails.set_sync_token(owner_id, mail.sync_token, self._clock.now())
                return changed
        return self._take_all(session, owner_id, token)

    def fetch_next(self, owner_id: str, token: CancelToken) -> KeptVoicemail | None:
        """Fetch the sound and the text of one voicemail that lacks them; None when there is nothing to do.

        One the service has deleted meanwhile comes back as gone. Raises what asking raises.
        """
        now_s = self._clock.monotonic()
        for one in self._voicemails.missing(owner_id):
            if self._postponed.get(one.id, (0, now_s))[1] > now_s:
                continue
            try:
                return self._complete(one, token)
            except ApiError as exc:
                if isinstance(exc, ServerTrouble) or exc.is_gone:
                    self._postpone(one)
                if not exc.is_gone:
                    raise
        return None

    def mark_read(self, owner_id: str, ids: Sequence[str], is_read: bool) -> bool:
        """Mark as heard or as new, here; True when it was news, which tell_read() then tells."""
        return self._voicemails.set_read(owner_id, ids, is_read)

    def tell_read(self, owner_id: str, token: CancelToken) -> None:
        """Tell the service what was marked here."""
        self._say_read(self._session(owner_id), owner_id, token)

    def count_new(self, owner_id: str) -> int:
        """How many nobody has heard."""
        return self._voicemails.count_new(owner_id)

    def delete(self, owner_id: str, ids: Sequence[str]) -> None:
        """Hide them; bring_back() undoes it until purge()."""
        self._voicemails.delete(owner_id, ids, self._clock.now())

    def bring_back(self, owner_id: str, ids: Sequence[str]) -> None:
        """Undo delete()."""
        self._voicemails.delete(owner_id, ids, None)

    def purge(self, after: timedelta = timedelta()) -> int:
        """Take away for good what was deleted so long ago; RingCentral is told with the deleted faxes."""
        purged = self._voicemails.purge(self._clock.now() - after)
        self._remove_unused(purged)
        return len(purged)

    def _take_all(self, session: ApiSession, owner_id: str, token: CancelToken) -> tuple[KeptVoicemail, ...]:
        from rcdesk.api.rest import mailbox
        from rcdesk.services.account.connection import check_is_theirs

        now = self._clock.now()
        since = now + timedelta(seconds=session.service_offset_s) - FIRST_SYNC
        mail = mailbox.sync(
            session, sync_token=None, token=token, kinds=(mailbox.MailKind.VOICEMAIL,), date_from=since
        )
        found = list(mail.voicemails)
        if mail.has_older:
            for page in mailbox.pages(
                session, token=token, kinds=(mailbox.MailKind.VOICEMAIL,), date_from=since
            ):
                found += page.voicemails
        check_is_theirs(session, owner_id)
        # The margin: what was left while the list was read is not in it, nor what is as old as its end.
        known = self._voicemails.ids_since(owner_id, since + timedelta(hours=1))
        gone = known - {one.id for one in found}
        changed = self._take(owner_id, tuple({one.id: one for one in found}.values()), tuple(gone))
        self._voicemails.set_sync_token(owner_id, mail.sync_token, now)
        return changed

    def _take(
        self, owner_id: str, voicemails: Sequence[Voicemail], gone: Sequence[str]
    ) -> tuple[KeptVoicemail, ...]:
        return self._named(owner_id, self._voicemails.upsert(owner_id, voicemails, gone, self._clock.now()))

    def _complete(self, one: KeptVoicemail, token: CancelToken) -> KeptVoicemail:
        """With what it lacks. Raises what asking raises; when it is gone there it comes back as gone."""
        from rcdesk.api.rest import mailbox, message_store

        session = self._session(one.owner_id)
        try:
            there = mailbox.read_voicemail(session, one.message_id, token)
            is_gone = there.availability.is_gone
        except ApiError as exc:
            if not exc.is_gone:
                raise
            is_gone = True
        if is_gone:
            self._take(one.owner_id, (), (one.message_id,))
            return self.get(one.owner_id, one.message_id)
        if one.lacks_words and there.transcript_state.has_words:
            one = self._voicemails.put_text(one, mailbox.transcript(session, there, token))
        if not one.is_here:
            sound = there.sound
            if sound is None:
                raise ServerTrouble(
                    "RingCentral does not say where the sound is. Try again later.", status=200
                )
            one = self._fetch(one, lambda coming: message_store.content(session, sound, coming.write, token))
        self._postponed.pop(one.id, None)
        return self.get(one.owner_id, one.message_id)

    def _say_read(self, session: ApiSession, owner_id: str, token: CancelToken) -> None:
        """Tell the service what was marked here; what cannot be said now stays for the next sync."""
        from rcdesk.api.rest import message_store

        unsaid = self._voicemails.unsaid(owner_id)
        for is_read in (True, False):
            ids = [message_id for message_id, value in unsaid.items() if value is is_read]
            if not ids:
                continue
            try:
                message_store.set_read(session, ids, is_read, token)
            except NetworkError:
                return
            except (Rejected, NotAllowed):
                pass  # A refusal is the last word.
            except ApiError:
                return
            self._voicemails.said(owner_id, ids, is_read)

    def _postpone(self, one: KeptVoicemail) -> None:
        failures = self._postponed.get(one.id, (0, 0.0))[0]
        pause_s = POSTPONED_S[min(failures, len(POSTPONED_S) - 1)]
        self._postponed[one.id] = failures + 1, self._clock.monotonic() + pause_s
