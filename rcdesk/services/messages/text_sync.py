"""Texts as the service has them: what is new, what changed, what was read or deleted there and here.

The first sync takes the last 90 days, later ones only what changed; when the service has forgotten where we
were it is the first again, and what is not listed any more is gone there. Marks and deletions are made here
at once and told at the next sync. Blocking, on the downloads lane. Read next: texts.py,
api/rest/mailbox.py, store/messages/conversations.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import ApiError, NetworkError, NotAllowed, Rejected, ServerTrouble
from rcdesk.core.messages.conversation import KeptText, TextNews
from rcdesk.core.messages.parts import Attachment
from rcdesk.services.download import download
from rcdesk.store.messages.conversations import Conversations
from rcdesk.store.messages.files import TextFiles

if TYPE_CHECKING:
    from rcdesk.api.rest.mailbox import Mail
    from rcdesk.api.session import ApiSession
    from rcdesk.services.account.connection import Connection

_log = logging.getLogger(__name__)

FIRST_SYNC = timedelta(days=90)
FOLLOWED_FOR = timedelta(minutes=30)
"""So long a text of this desk is asked about by itself while its last word is not known."""

_LARGEST_BYTES = 20_000_000
_POSTPONED_S = (60.0, 300.0, 1800.0)


class TextSync:
    """Texts of whoever is signed in when they are asked for."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        conversations: Conversations,
        files: TextFiles,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._texts = conversations
        self._files = files
        self._clock = clock
        self._postponed: dict[tuple[int, int], tuple[int, float]] = {}

    def sync(self, owner_id: str, token: CancelToken) -> TextNews:
        """Take over what is new or has changed. Raises what asking the service raises.

        came_in of the answer are the new texts nobody has read; the first sync brings none as news.
        """
        from rcdesk.api.rest import mailbox
        from rcdesk.api.rest.reading import FullSyncNeeded
        from rcdesk.services.account.connection import check_is_theirs, session_for

        session = session_for(self._connection(), owner_id)
        self.tell(owner_id, token)
        sync_token = self._texts.sync_token(owner_id)
        if sync_token:
            try:
                mail = mailbox.sync(
                    session, sync_token=sync_token, token=token, kinds=(mailbox.MailKind.TEXT,)
                )
            except FullSyncNeeded:
                _log.info("the service wants a full sync of the texts")
                self._texts.set_sync_token(owner_id, "", self._clock.now())
            else:
                check_is_theirs(session, owner_id)
                return self._take(owner_id, mail)
        return self._take_all(session, owner_id, token)

    def tell(self, owner_id: str, token: CancelToken, *, after: timedelta = timedelta(seconds=15)) -> None:
        """Tell the service what was read here, and what was deleted so long ago; the rest later."""
        from rcdesk.api.rest import message_store
        from rcdesk.services.account.connection import session_for

        session = session_for(self._connection(), owner_id)
        for is_read, ids in self._texts.untold(owner_id).items():
            if _was_told(lambda: message_store.set_read(session, ids, is_read, token)):  # noqa: B023
                self._texts.told(owner_id, ids, is_read)
        due = self._texts.to_purge(owner_id, self._clock.now() - after)
        messages = [message_id for _, message_id in due if message_id]
        if not messages or _was_told(lambda: message_store.delete_many(session, messages, token)):
            self._texts.purge([text_id for text_id, _ in due])

    def fetch_file(self, text: KeptText, position: int, token: CancelToken) -> bool:
        """Download a file of a text that came in; False when it cannot be had now.

        Raises NetworkError, StoreUnavailable, Cancelled.
        """
        from rcdesk.api.rest import message_store
        from rcdesk.services.account.connection import session_of

        file, key = text.files[position], (text.id, position)
        if file.digest or not file.uri:
            return bool(file.digest)
        if self._postponed.get(key, (0, 0.0))[1] > self._clock.monotonic():
            return False
        session = session_of(self._connection())
        where = Attachment(
            id=file.attachment_id, type="MmsAttachment", uri=file.uri, content_type=file.media_type
        )
        try:
            with download(
                self._files.folder, most_bytes=_LARGEST_BYTES, sent="a file", kept="A file of a text"
            ) as coming:
                message_store.content(session, where, coming.write, token)
                coming.close()
                kept = self._files.add(coming.path, token)
        except (ServerTrouble, Rejected, NotAllowed) as exc:
            _log.info("a file of a text could not be fetched (status %s)", exc.status)
            failures = self._postponed.get(key, (0, 0.0))[0]
            pause_s = _POSTPONED_S[min(failures, len(_POSTPONED_S) - 1)]
            self._postponed[key] = failures + 1, self._clock.monotonic() + pause_s
            return False
        self._texts.put_digest(text.id, position, kept.digest, kept.size_bytes)
        return True

    def _take(self, owner_id: str, mail: Mail) -> TextNews:
        now = self._clock.now()
        news = self._texts.take(owner_id, mail.texts, now)
        gone = self._texts.gone(owner_id, mail.gone) if mail.gone else ()
        self._texts.set_sync_token(owner_id, mail.sync_token, now)
        changed = dict.fromkeys((*news.conversation_ids, *gone))
        return TextNews(conversation_ids=tuple(changed), came_in=news.came_in)

    def _take_all(self, session: ApiSession, owner_id: str, token: CancelToken) -> TextNews:
        """Everything of the last 90 days; the first page's token counts, for it is older than the rest."""
        from rcdesk.api.rest import mailbox
        from rcdesk.services.account.connection import check_is_theirs

        is_first = not self._texts.has_synced(owner_id)
        kinds = (mailbox.MailKind.TEXT,)
        since = self._clock.now() + timedelta(seconds=session.service_offset_s) - FIRST_SYNC
        # The margin: what is as old as the list's end may be left out of it.
        known = self._texts.message_ids_since(owner_id, since + timedelta(hours=1))
        mail = mailbox.sync(session, sync_token=None, token=token, kinds=kinds, date_from=since)
        found = {text.id: text for text in mail.texts}
        if mail.has_older:
            for page in mailbox.pages(session, token=token, kinds=kinds, date_from=since, per_page=1000):
                for text in page.texts:
                    found.setdefault(text.id, text)
        check_is_theirs(session, owner_id)
        news = self._texts.take(owner_id, found.values(), self._clock.now())
        gone = self._texts.gone(owner_id, known - set(found))
        self._texts.set_sync_token(owner_id, mail.sync_token, self._clock.now())
        changed = tuple(dict.fromkeys((*news.conversation_ids, *gone)))
        return TextNews(conversation_ids=changed, came_in=() if is_first else news.came_in)


def _was_told(tell: Callable[[], object]) -> bool:
    """Whether the service knows now; a refusal is its last word, all else is said again later."""
    try:
        tell()
    except (Rejected, NotAllowed):
        return True
    except (NetworkError, ApiError):
        return False
    return True
