"""What the message store is asked before anything goes out a second time.

Two questions. A fax with an earlier request of which nobody knows the end: did that one arrive after all? And
pages that are to be sent again by the id of a message: is that message still the fax that is meant? Ids are
the service's: after a restore there, or on a demo that began anew, an id may be another fax's. Blocking, on
the faxes lane. Read next: dispatch.py, reconcile.py.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from rcdesk.api.rest import message_store
from rcdesk.api.rest.message_store import Message
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import NotAllowed, Rejected
from rcdesk.core.fax.fax import FaxJob, FaxRequest
from rcdesk.services.fax.reconcile import Reconciler, digits, is_that_request
from rcdesk.store.fax.outbox import Outbox

_SAME_MOMENT = timedelta(seconds=2)
_log = logging.getLogger(__name__)


class Recheck:
    """Asks both questions. Raises what the requests raise, but not that they may not be asked."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._reconciler = Reconciler(outbox, clock)

    def earlier(self, session: ApiSession, jobs: Sequence[FaxJob], token: CancelToken) -> tuple[FaxJob, ...]:
        """The jobs of which an earlier request was found, or may have been: they must not be sent now."""
        requests = self._outbox.open_requests([job.id for job in jobs])
        changed: tuple[FaxJob, ...] = ()
        for request in requests:
            try:
                listing = self._reconciler.list_for(session, (request,), token)
            except (NotAllowed, Rejected) as exc:
                # It cannot be asked here: the user's word, or the service's refusal, has to do.
                _log.info("an earlier request could not be looked for: %s", type(exc).__name__)
                continue
            offset_s = session.service_offset_s
            changed += self._reconciler.look_once_more(jobs[0].owner_id, (request,), listing, offset_s)
        return changed

    def is_meant(
        self, session: ApiSession, jobs: Sequence[FaxJob], message_id: str, token: CancelToken
    ) -> bool:
        """True when the service's message with this id is the one whose pages these jobs are to carry."""
        try:
            message = message_store.get(session, message_id, token)
        except (NotAllowed, Rejected):
            return False
        if message.is_gone:
            return False
        owner_id = jobs[0].owner_id
        request = self._outbox.request_of_message(owner_id, message_id)
        if request is not None:
            return self._is_sent_one(request, message)
        known = self._outbox.received_facts(owner_id, message_id)
        if known is None:
            return False
        number, created_at, pages = known
        return (
            message.direction == "Inbound"
            and digits(message.from_number) == digits(number)
            and message.created_at is not None
            and abs(message.created_at - created_at) <= _SAME_MOMENT
            and pages in (None, message.page_count)
        )

    def _is_sent_one(self, request: FaxRequest, message: Message) -> bool:
        jobs = self._outbox.many(request.job_ids)
        if not jobs or message.direction != "Outbound":
            return False
        server_pages = {job.server_pages for job in jobs if job.message_id == message.id} - {None}
        if server_pages and message.page_count is not None and message.page_count not in server_pages:
            return False
        return is_that_request(request, jobs, message)
