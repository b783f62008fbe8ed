"""Faxes taken back from the service: deleted in the message store, and looked at afterwards.

The service cancels a scheduled fax when its message is deleted (guide). Deleting says nothing by itself, so
the message is read before and after. A message is shared by the jobs of its request: it is taken back only
when it is scheduled, and the others are queued again. Blocking, on the calls lane. Read next: faxes.py,
api/rest/message_store.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from rcdesk.api.rest import message_store
from rcdesk.api.rest.message_store import Message
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import OutcomeUnknown, Rejected, ServerTrouble
from rcdesk.core.fax.fax import FaxJob, FaxState, SendBy
from rcdesk.services.fax.reconcile import by_message
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition

IN_TIME = "Taken back: RingCentral deleted it before its time. Nothing was sent"
DELETED = "Taken back: RingCentral deleted it. If it was already being sent, some pages may have arrived"
CANNOT = (
    "RingCentral has accepted it, and this older service cannot take a fax back. The result comes by e-mail."
)
QUEUED_AGAIN = "Taken back with another fax of the same request; it goes to RingCentral again"


class TakeBack(Struct, frozen=True, kw_only=True):
    """jobs: those that changed. sentence: what came of it, for the user."""

    jobs: tuple[FaxJob, ...]
    sentence: str


def take_back(
    session: ApiSession, outbox: Outbox, job_ids: Sequence[int], clock: Clock, token: CancelToken
) -> TakeBack:
    """Delete what the service has of these and has not sent. Asking again is safe.

    Raises NetworkError and ApiError; what is too late is left to the next look (follow.py).
    """
    wanted = [job for job in outbox.many(job_ids) if job.state is FaxState.HANDED_OVER]
    changed: list[FaxJob] = []
    back = late = shared = 0
    under_way = by_message(outbox.in_states(wanted[0].owner_id, FaxState.HANDED_OVER)) if wanted else {}
    for message_id, jobs in by_message(wanted).items():
        others = [job.id for job in under_way.get(message_id, ()) if job not in jobs]
        is_scheduled = all(_is_before_its_time(job, session, clock) for job in jobs)
        if others and not is_scheduled:
            shared += len(jobs)
            continue
        if not _is_deleted(session, message_id, token, is_scheduled=is_scheduled):
            late += len(jobs)
            continue
        outbox.forget_source(jobs[0].owner_id, message_id)
        back += len(jobs)
        detail = IN_TIME if is_scheduled else DELETED
        ids = [job.id for job in jobs]
        if others:
            again = Transition(FaxState.QUEUED, QUEUED_AGAIN)
            changed += outbox.move_those_in({FaxState.HANDED_OVER}, others, again, clock.now())
        over = Transition(FaxState.CANCELLED, detail)
        changed += outbox.move_those_in({FaxState.HANDED_OVER}, ids, over, clock.now())
    return TakeBack(jobs=tuple(changed), sentence=_sentence(back, late, shared))


def _is_deleted(session: ApiSession, message_id: str, token: CancelToken, *, is_scheduled: bool) -> bool:
    """Delete a message that the service has not sent to anybody; False when it is too late.

    A scheduled one that is gone before its time was deleted earlier, perhaps by a request whose answer was
    lost. Any other that is gone may have been sent: following it says what became of it.
    """
    before = _read(session, message_id, token)
    if before is None:
        return is_scheduled
    if not _is_untouched(before):
        return False
    try:
        message_store.delete(session, message_id, token)
    except (OutcomeUnknown, ServerTrouble):
        if _read(session, message_id, token) is not None:
            raise
        return True
    except Rejected as exc:
        if not exc.is_gone:
            raise
    return _read(session, message_id, token) is None


def _is_before_its_time(job: FaxJob, session: ApiSession, clock: Clock) -> bool:
    there = clock.now() + timedelta(seconds=session.service_offset_s)
    return job.send_by is SendBy.SERVICE and job.send_at is not None and job.send_at > there


def _is_untouched(message: Message) -> bool:
    """True while the service has not sent it to anybody."""
    return message.status == "Queued" and all(to.status in ("", "Queued") for to in message.to)


def _read(session: ApiSession, message_id: str, token: CancelToken) -> Message | None:
    """The message, None when the service has deleted it."""
    message = message_store.find(session, message_id, token)
    return None if message is None or message.is_gone else message


def _sentence(back: int, late: int, shared: int) -> str:
    """What came of it, in at most three short sentences; "" when there was nothing to take back."""
    parts: list[str] = []
    if back:
        parts.append("Taken back from RingCentral." if back == 1 else f"{back} taken back from RingCentral.")
    if late:
        parts.append(
            "It was too late: RingCentral no longer keeps it for later."
            if late == 1
            else f"For {late} it was too late: RingCentral no longer keeps them for later."
        )
    if shared:
        parts.append(
            "It goes out together with others and cannot be taken back alone."
            if shared == 1
            else f"{shared} go out together with others and cannot be taken back alone."
        )
    return " ".join(parts)
