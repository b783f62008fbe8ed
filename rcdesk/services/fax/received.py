"""Received faxes: learnt by message sync, downloaded once into the archive, read, exported.

The first sync lists the last 30 days (FSync, page by page), later ones only what changed (ISync); when the
service has forgotten where we were (MSG-333) it is the first again. Blocking; sync, download_next and
mark_read belong on a lane for requests, path and export on the disk lane; safe from several at once. The api
room is imported at the first request. Read next: api/rest/message_store.py, store/fax/received.py.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import (
    ApiError,
    NetworkError,
    NotAllowed,
    Rejected,
    ServerTrouble,
    UserError,
)
from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.core.messages.parts import Attachment
from rcdesk.services.download import download
from rcdesk.store.fax.received import InboundMessage, ReceivedFaxes

if TYPE_CHECKING:
    from rcdesk.api.rest.message_store import Message, SyncPage
    from rcdesk.api.session import ApiSession
    from rcdesk.services.account.connection import Connection

_log = logging.getLogger(__name__)

FIRST_SYNC = timedelta(days=30)
PAGE = 250
_MOST_PAGES = 40
POSTPONED_S = (60.0, 300.0, 1800.0)
"""Pauses after a download that failed by the service's fault: the last one repeats."""
_HEADS = (b"%PDF-", b"II*\x00", b"MM\x00*")
_LARGEST_BYTES = 200_000_000
_KEPT = "A received fax"


class ReceivedService:
    """Received faxes of whoever is signed in when they are asked for."""

    def __init__(
        self, connection: Callable[[], Connection | None], received: ReceivedFaxes, clock: Clock
    ) -> None:
        self._connection = connection
        self._received = received
        self._clock = clock
        self._lock = threading.Lock()
        self._filing = threading.Lock()
        self._is_tidy = False
        self._unsaid: dict[tuple[str, str], bool] = {}
        self._postponed: dict[int, tuple[int, float]] = {}

    def sync(self, owner_id: str, token: CancelToken) -> tuple[ReceivedFax, ...]:
        """Take over what is new or has changed, and return it. Raises what asking the service raises.

        What was marked as read here while the service could not be told is told first.
        """
        from rcdesk.api.rest.reading import FullSyncNeeded

        self._tidy()
        session = self._session(owner_id)
        self._say_read(session, owner_id, token)
        sync_token = self._received.sync_token(owner_id)
        if sync_token:
            try:
                return self._take_changes(session, owner_id, sync_token, token)
            except FullSyncNeeded:
                _log.info("the service wants a full sync of the received faxes")
        return self._take_all(session, owner_id, token, is_first=not sync_token)

    def download_next(self, owner_id: str, token: CancelToken) -> ReceivedFax | None:
        """Download the pages of one fax that are not here yet; None when there is nothing (more) to do now.

        A fax the service has deleted meanwhile comes back as gone. A download that fails leaves nothing
        behind; when that is the fax's own fault the next call takes another one. Raises what asking raises.
        """
        now_s = self._clock.monotonic()
        for fax in self._received.missing(owner_id):
            if self._postponed.get(fax.id, (0, now_s))[1] > now_s:
                continue
            if (downloaded := self._download(fax, token)) is not None:
                return downloaded
        return None

    def mark_read(self, ids: Sequence[int], is_read: bool, token: CancelToken) -> None:
        """Mark as read or unread, here first.

        What the service cannot be told now, it is told at a later sync.
        """
        faxes = self._received.set_read(ids, is_read)
        with self._lock:
            for fax in faxes:
                if not fax.is_gone:
                    self._unsaid[fax.owner_id, fax.message_id] = is_read
        connection = self._connection()
        for owner_id in {fax.owner_id for fax in faxes} if connection is not None else ():
            self._say_read(self._session(owner_id), owner_id, token)

    def path(self, fax: ReceivedFax, token: CancelToken | None = None) -> Path:
        """The file with the pages in the archive, checked against what was downloaded.

        A file that was lost or altered here is downloaded again if RingCentral still has the fax. Raises
        UserError, which says so.
        """
        known = self._received.get(fax.id)
        if not known.is_here:
            raise UserError(
                "The pages of this fax are not here yet. They are downloaded as soon as possible."
            )
        path = self._received.path(known)
        if self._received.verify(known, token or CancelToken()):
            return path
        what = "was altered" if path.is_file() else "is not there any more"
        if known.is_gone:
            raise UserError(
                f"The file {path} {what}, and RingCentral has deleted this fax. Ask for it again."
            )
        self._received.forget_pages(known.id)
        raise UserError(f"The file {path} {what}. The fax is downloaded again; open it in a moment.")

    def export(
        self,
        fax: ReceivedFax,
        target: Path,
        kind: Literal["pdf", "tiff"],
        token: CancelToken | None = None,
    ) -> None:
        """Save the pages at target as PDF or TIFF. Raises UserError, StoreUnavailable, Cancelled."""
        from rcdesk.documents.convert import save_as

        path = self.path(fax, token)
        save_as(path, self._received.get(fax.id).media_type, target, kind, token)

    def _session(self, owner_id: str) -> ApiSession:
        """Raises Cancelled when somebody else is signed in by now: nobody waits for this answer any more."""
        from rcdesk.services.account.connection import session_for

        return session_for(self._connection(), owner_id)

    def _take_changes(
        self, session: ApiSession, owner_id: str, sync_token: str, token: CancelToken
    ) -> tuple[ReceivedFax, ...]:
        from rcdesk.api.rest import message_store

        page = message_store.sync(session, sync_token=sync_token, token=token)
        _check_is_theirs(session, owner_id)
        return self._take(owner_id, page, page.sync_token)

    def _take_all(
        self, session: ApiSession, owner_id: str, token: CancelToken, *, is_first: bool
    ) -> tuple[ReceivedFax, ...]:
        """Everything of the last 30 days; the first page's token counts, for it is older than the rest."""
        from rcdesk.api.rest import message_store

        since = self._clock.now() + timedelta(seconds=session.service_offset_s) - FIRST_SYNC
        gone = () if is_first else self._deleted(session, since, token)
        _check_is_theirs(session, owner_id)
        changed = list(self._received.upsert(owner_id, gone, self._clock.now()))
        sync_token = ""
        until: datetime | None = None
        for _ in range(_MOST_PAGES):
            page = message_store.sync(
                session, sync_token=None, token=token, record_count=PAGE, date_from=since, date_to=until
            )
            _check_is_theirs(session, owner_id)
            sync_token = sync_token or page.sync_token
            changed += self._take(owner_id, page, "")
            oldest = min((m.created_at for m in page.messages if m.created_at), default=None)
            if not page.has_older or oldest is None or oldest <= since or oldest == until:
                break
            until = oldest
        self._received.set_sync_token(owner_id, sync_token or None, self._clock.now())
        return tuple({fax.id: fax for fax in changed}.values())

    def _deleted(
        self, session: ApiSession, since: datetime, token: CancelToken
    ) -> tuple[InboundMessage, ...]:
        """What was deleted while nobody looked: a full sync does not list it."""
        from rcdesk.api.rest import message_store

        messages = message_store.list_messages(
            session,
            token=token,
            direction="Inbound",
            date_from=since,
            availability=("Deleted", "Purged"),
            per_page=1000,
        )
        return tuple(self._incoming(message, is_read=None) for message in messages)

    def _take(self, owner_id: str, page: SyncPage, sync_token: str) -> tuple[ReceivedFax, ...]:
        with self._lock:
            unsaid = dict(self._unsaid)
        incoming = [self._incoming(m, is_read=unsaid.get((owner_id, m.id))) for m in page.messages]
        changed = self._received.upsert(owner_id, incoming, self._clock.now())
        if sync_token:
            self._received.set_sync_token(owner_id, sync_token, self._clock.now())
        return changed

    def _incoming(self, message: Message, *, is_read: bool | None) -> InboundMessage:
        """A message as the archive takes it; is_read overrules what the service says."""
        pages = message.pages
        return InboundMessage(
            message_id=message.id,
            number=message.from_number,
            name=message.from_name,
            to_number=message.to[0].number if message.to else "",
            created_at=message.created_at or self._clock.now(),
            pages=message.page_count,
            is_read=message.read_status == "Read" if is_read is None else is_read,
            attachment_id=pages.id if pages else "",
            media_type=pages.content_type if pages else "",
            is_gone=message.is_gone,
        )

    def _say_read(self, session: ApiSession, owner_id: str, token: CancelToken) -> None:
        """Tell the service what was marked here; what cannot be said now stays for the next sync."""
        from rcdesk.api.rest import message_store

        with self._lock:
            unsaid = {key: is_read for key, is_read in self._unsaid.items() if key[0] == owner_id}
        for key, is_read in unsaid.items():
            try:
                message_store.set_read(session, (key[1],), is_read, token)
            except NetworkError:
                return
            except ApiError as exc:
                # A refusal is the last word; anything else may pass.
                if not isinstance(exc, Rejected | NotAllowed):
                    return
            with self._lock:
                if self._unsaid.get(key) is is_read:
                    del self._unsaid[key]

    def _download(self, fax: ReceivedFax, token: CancelToken) -> ReceivedFax | None:
        """The fax with its pages, or known as gone; None when the service has no pages of it now."""
        session = self._session(fax.owner_id)
        try:
            pages = self._where(session, fax, token)
        except ApiError as exc:
            if not exc.is_gone:
                raise
            _check_is_theirs(session, fax.owner_id)
            return self._gone(fax)
        try:
            return self._fetch(session, fax, pages, token)
        except ApiError as exc:
            if isinstance(exc, ServerTrouble) or exc.is_gone:
                self._postpone(fax)
            if not exc.is_gone:
                raise
            return None

    def _where(self, session: ApiSession, fax: ReceivedFax, token: CancelToken) -> Attachment:
        """Where the service says the pages lie now. Raises Rejected (404) when the fax is gone."""
        from rcdesk.api.rest import message_store

        message = message_store.get(session, fax.message_id, token)
        if message.is_gone:
            raise Rejected("RingCentral has deleted this fax.", status=404)
        return message.pages or Attachment(id="", type="", uri="", content_type="")

    def _fetch(
        self, session: ApiSession, fax: ReceivedFax, pages: Attachment, token: CancelToken
    ) -> ReceivedFax:
        """Download to a file of its own beside the archive, check that it is a fax, then file it."""
        from rcdesk.api.rest import message_store

        folder = self._received.archive_dir
        with self._filing, download(folder, most_bytes=_LARGEST_BYTES, sent="a fax", kept=_KEPT) as coming:
            message_store.content(session, pages, coming.write, token)
            if not coming.close().startswith(_HEADS):
                # Such as the page of a hotel's network.
                raise ServerTrouble(
                    "RingCentral sent something that is not a fax. It is tried again later.", status=200
                )
            stored = self._received.put(fax.id, coming.path, token)
        self._postponed.pop(fax.id, None)
        return stored

    def _tidy(self) -> None:
        """Once: remove what a run that was ended left half done."""
        with self._filing:
            if not self._is_tidy:
                self._received.remove_unfinished()
                self._is_tidy = True

    def _gone(self, fax: ReceivedFax) -> ReceivedFax:
        """The fax as one that the service has no more."""
        gone = InboundMessage(message_id=fax.message_id, created_at=fax.created_at, is_gone=True)
        self._received.upsert(fax.owner_id, (gone,), self._clock.now())
        return self._received.get(fax.id)

    def _postpone(self, fax: ReceivedFax) -> None:
        failures = self._postponed.get(fax.id, (0, 0.0))[0]
        pause_s = POSTPONED_S[min(failures, len(POSTPONED_S) - 1)]
        self._postponed[fax.id] = failures + 1, self._clock.monotonic() + pause_s


def _check_is_theirs(session: ApiSession, owner_id: str) -> None:
    from rcdesk.services.account.connection import check_is_theirs

    check_is_theirs(session, owner_id)
