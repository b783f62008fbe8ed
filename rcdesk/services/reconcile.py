"""Requests whose answer was lost: looked for in the message store, never repeated blindly.

The service has no idempotency key. A request is recognised by its set of recipients, the time it was created
(by the service's clock), note and page count, among the messages that no other request of ours became. Found:
it was handed over. Certainly never complete: it is queued again. Not found for FIND_WITHIN and over several
looks: queued again only when the service itself had said that it failed, else the user decides. Blocking, on
the calls lane. Read next: follow.py, dispatch.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rcdesk.api.rest import message_store
from rcdesk.api.rest.message_store import Message
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.fax import FaxJob, FaxRequest, FaxState, WaitReason
from rcdesk.core.polling import MESSAGES_A_PAGE
from rcdesk.core.retry import STUMBLE_DELAYS_S
from rcdesk.services import fax_sentences as say
from rcdesk.store.fax_steps import Step
from rcdesk.store.outbox import Outbox

FIND_WITHIN = timedelta(minutes=2)
FIND_LOOKS = 4
CLOCKS_DIFFER = timedelta(seconds=60)
"""How far two clocks may disagree before it is called a jump, and how early a message may seem to be."""

STORED_LATE = timedelta(minutes=10)
"""How long after its last byte left the service may say that a message was created."""

_MOST_PAGES = 10
_PER_PAGE = MESSAGES_A_PAGE
_COUNTED_HERE = frozenset({"application/pdf", "image/tiff", "image/jpeg", "image/png"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Outbound faxes of the message store since a moment. is_whole: False when older ones were left out."""

    messages: tuple[Message, ...]
    is_whole: bool = True


def list_since(
    session: ApiSession, date_from: datetime, token: CancelToken, date_to: datetime | None = None
) -> Listing:
    """Every outbound fax created since date_from (the service's time) and before date_to, newest first."""
    messages: list[Message] = []
    for page in range(1, _MOST_PAGES + 1):
        found = message_store.list_messages(
            session, token=token, date_from=date_from, date_to=date_to, page=page, per_page=_PER_PAGE
        )
        messages += found
        if len(found) < _PER_PAGE:
            return Listing(messages=tuple(messages))
    return Listing(messages=tuple(messages), is_whole=False)


class Reconciler:
    """Looks for interrupted requests; remembers since when, on a clock that nobody sets."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._first_look_s: dict[int, float] = {}

    def date_from(self, requests: Sequence[FaxRequest], offset_s: float) -> datetime | None:
        """From when the message store must be listed to find these, None when none needs it."""
        starts = [start for r in requests if r.last_byte_at for start, _ in _windows(r, offset_s)]
        return min(starts, default=None)

    def date_to(self, requests: Sequence[FaxRequest], offset_s: float) -> datetime | None:
        """Before when these must have been created, None when that is not over yet."""
        ends = [end for r in requests if r.last_byte_at for _, end in _windows(r, offset_s)]
        there = self._clock.now() + timedelta(seconds=offset_s)
        latest = max(ends, default=there)
        return latest if latest < there else None

    def reconcile(
        self, owner_id: str, requests: Sequence[FaxRequest], listing: Listing, offset_s: float
    ) -> tuple[FaxJob, ...]:
        """Judge interrupted requests, oldest first; the jobs that changed.

        listing must reach back to date_from(). offset_s: the service's time minus ours as just heard.
        """
        changed: list[FaxJob] = []
        taken = set(self._outbox.message_ids(owner_id)) if requests else set()
        for request in requests:
            jobs = self._outbox.many(request.job_ids)
            open_ids = tuple(
                job.id
                for job in jobs
                # One that the user sent again is in a later request by now.
                if job.state is FaxState.INTERRUPTED and job.request_id == request.id
            )
            if not open_ids:
                continue
            if request.last_byte_at is None:
                changed += self._requeue(open_ids)
                continue
            found, is_doubtful = _match(request, jobs, listing.messages, taken, offset_s)
            if found is not None:
                taken.add(found.id)
                self._first_look_s.pop(request.id, None)
                changed += self._outbox.hand_over(request.id, found.id, self._clock.now(), say.FOUND)
            else:
                detail = say.DOUBTFUL if is_doubtful else say.NEEDS_YOU if listing.is_whole else say.TOO_MANY
                changed += self._not_found(request, open_ids, offset_s, detail)
        changed += self._without_record(owner_id, requests)
        return tuple(changed)

    def give_up(self, owner_id: str, requests: Sequence[FaxRequest]) -> tuple[FaxJob, ...]:
        """The service cannot be asked: what certainly did not leave goes again, the user decides the rest."""
        changed: list[FaxJob] = []
        for request in requests:
            if request.last_byte_at is None:
                changed += self._requeue(request.job_ids)
            else:
                step = Step(new=FaxState.NEEDS_YOU, detail=say.CANNOT_ASK)
                changed += self._move(request.job_ids, step)
        return (*changed, *self._without_record(owner_id, requests))

    def _not_found(
        self, request: FaxRequest, job_ids: tuple[int, ...], offset_s: float, doubt: str
    ) -> tuple[FaxJob, ...]:
        """doubt: the sentence for the user when it is not certain that the service does not have it."""
        request = self._outbox.count_look(request.id)
        if self._waited(request, offset_s) < FIND_WITHIN or request.looks < FIND_LOOKS:
            return ()
        self._first_look_s.pop(request.id, None)
        now = self._clock.now()
        if request.is_denied and doubt == say.NEEDS_YOU:
            again = now + timedelta(seconds=STUMBLE_DELAYS_S[2])
            why = "RingCentral had trouble and does not have the fax"
            return self._move(
                job_ids,
                Step(
                    new=FaxState.WAITING,
                    detail=say.waiting(why, again, now),
                    wait_reason=WaitReason.TROUBLE,
                    retry_at=again,
                ),
            )
        return self._move(job_ids, Step(new=FaxState.NEEDS_YOU, detail=doubt))

    def _waited(self, request: FaxRequest, offset_s: float) -> timedelta:
        """How long the service has had to show the request, whatever was done to this machine's clock."""
        seen_s = self._clock.monotonic()
        here = timedelta(seconds=seen_s - self._first_look_s.setdefault(request.id, seen_s))
        if abs(offset_s - request.service_offset_s) > CLOCKS_DIFFER.total_seconds():
            return here
        left_at = request.last_byte_at or request.started_at
        there = self._clock.now() + timedelta(seconds=offset_s - request.service_offset_s) - left_at
        return max(here, there)

    def _requeue(self, job_ids: tuple[int, ...]) -> tuple[FaxJob, ...]:
        return self._move(job_ids, Step(new=FaxState.QUEUED, detail=say.NOT_LEFT))

    def _move(self, job_ids: Sequence[int], step: Step) -> tuple[FaxJob, ...]:
        """Only what is interrupted still: the user may have answered meanwhile, and it may be going again."""
        return self._outbox.move_those_in({FaxState.INTERRUPTED}, job_ids, step, self._clock.now())

    def _without_record(self, owner_id: str, requests: Sequence[FaxRequest]) -> tuple[FaxJob, ...]:
        """Interrupted jobs of which no request is known cannot be looked for: the user decides."""
        known = {job_id for request in requests for job_id in request.job_ids}
        lost = [j.id for j in self._outbox.in_states(owner_id, FaxState.INTERRUPTED) if j.request_id is None]
        lost = [job_id for job_id in lost if job_id not in known]
        if not lost:
            return ()
        return self._move(lost, Step(new=FaxState.NEEDS_YOU, detail=say.OLD_INTERRUPTION))


def digits(number: str) -> str:
    """The digits of a number, which is how the service's spelling and ours are compared."""
    return "".join(c for c in number if c.isdigit())


def _windows(request: FaxRequest, offset_s: float) -> tuple[tuple[datetime, datetime], ...]:
    """When the message may have been created, by the service's clock.

    One window when the clocks agree with what was noted then. After a jump the note may have been taken
    just before or after it, so the time is read both ways.
    """
    offsets = [request.service_offset_s]
    if abs(offset_s - request.service_offset_s) > CLOCKS_DIFFER.total_seconds():
        offsets.append(offset_s)
    end = request.last_byte_at or request.started_at
    return tuple(
        (
            min(request.started_at, end) + timedelta(seconds=offset) - CLOCKS_DIFFER,
            max(request.started_at, end) + timedelta(seconds=offset) + STORED_LATE,
        )
        for offset in offsets
    )


def _match(
    request: FaxRequest,
    jobs: Sequence[FaxJob],
    messages: Sequence[Message],
    taken: set[str],
    offset_s: float,
) -> tuple[Message | None, bool]:
    """The free message that this request became, and whether one was passed over that may be it."""
    wanted = {digits(job.recipient.number) for job in jobs}
    windows = _windows(request, offset_s)
    note = " ".join(jobs[0].note.split())
    fitting: list[tuple[tuple[bool, datetime], Message]] = []
    is_doubtful = False
    for message in messages:
        created = message.created_at
        if message.id in taken or created is None or not any(a <= created <= b for a, b in windows):
            continue
        its_note = " ".join(message.note.split())
        theirs = {digits(to.number) for to in message.to}
        if "" in theirs and theirs - {""} <= wanted and len(message.to) == len(jobs):
            # The service does not say all the numbers: it may be ours, so it is never sent again blindly.
            is_doubtful = True
        if theirs != wanted or its_note not in ("", note):
            continue
        if _pages_differ(jobs[0], message.page_count):
            is_doubtful = True
            continue
        fitting.append(((its_note != note, created), message))
    return (min(fitting, key=lambda pair: pair[0])[1] if fitting else None), is_doubtful


def _pages_differ(job: FaxJob, server_pages: int | None) -> bool:
    """True when both counts are sure and cannot be the same fax; a cover page makes one more."""
    is_sure = bool(job.files) and all(file.media_type in _COUNTED_HERE for file in job.files)
    if not is_sure or server_pages is None or job.pages is None:
        return False
    if job.cover_index == 0:
        return server_pages != job.pages
    return server_pages not in (job.pages, job.pages + 1)


def by_message(jobs: Sequence[FaxJob]) -> Mapping[str, tuple[FaxJob, ...]]:
    """Jobs grouped by the message they became, oldest first."""
    groups: dict[str, tuple[FaxJob, ...]] = {}
    for job in jobs:
        groups[job.message_id] = (*groups.get(job.message_id, ()), job)
    return groups
