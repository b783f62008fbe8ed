"""Archiving and deleting faxes that are over: here, and at RingCentral where the user said so.

Deleting can be undone for some seconds; then purge() takes the faxes away with the copies of their pages that
nothing else needs. What RingCentral is to delete too is remembered on disk until it was told. put() and
purge() belong on the disk lane, delete_there() on the calls lane. Read next: store/fax/shelves.py,
bridge/fax/shelf_desk.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import NotAllowed, Rejected
from rcdesk.core.fax.folder import Shelf
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.received import ReceivedFaxes
from rcdesk.store.fax.shelves import Shelves
from rcdesk.store.fax.spool import Spool

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection

_log = logging.getLogger(__name__)


class ShelfService:
    def __init__(
        self,
        connection: Callable[[], Connection | None],
        shelves: Shelves,
        outbox: Outbox,
        spool: Spool,
        received: ReceivedFaxes,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._shelves = shelves
        self._outbox = outbox
        self._spool = spool
        self._received = received
        self._clock = clock

    def put(self, shelf: Shelf, jobs: Sequence[int], received: Sequence[int], *, is_there: bool) -> None:
        """Put these on the shelf, or back with Shelf.NONE; is_there: to be deleted at RingCentral too."""
        self._shelves.put(shelf, jobs, received, self._clock.now(), is_there=is_there)

    def purge(self, after: timedelta = timedelta()) -> int:
        """Take away for good what was deleted so long ago; how many faxes RingCentral has to keep.

        It keeps the message of a fax that went out together with one that is still here.
        """
        purged = self._shelves.purge(self._clock.now() - after)
        for digest in purged.digests:
            self._spool.remove(digest)
        for fax in purged.received:
            try:
                self._received.path(fax).unlink(missing_ok=True)
            except OSError as exc:
                _log.warning("the pages of a deleted fax stay on the disk: %s", exc.strerror)
        return purged.shared

    def delete_there(self, owner_id: str, token: CancelToken) -> str:
        """Have RingCentral delete what it is to delete; a sentence about what it refused, "" for nothing.

        Raises what asking raises: the rest is asked for the next time.
        """
        from rcdesk.api.rest import message_store
        from rcdesk.services.account.connection import session_for

        due = self._shelves.due_at_service(owner_id)
        refused, why = 0, ""
        for message_id in due:
            session = session_for(self._connection(), owner_id)
            try:
                message_store.delete(session, message_id, token)
            except (Rejected, NotAllowed) as exc:
                if not exc.is_gone:
                    refused, why = refused + 1, str(exc)
            self._outbox.forget_source(owner_id, message_id)
            self._shelves.done_at_service(owner_id, message_id)
        if not refused:
            return ""
        what = "it" if refused == 1 else f"{refused} messages"
        return f"RingCentral did not delete {what}, here it is done. {why}"
