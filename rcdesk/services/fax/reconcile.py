"""Requests whose answer was lost: looked for in the message store, never repeated blindly.

The service has no idempotency key. A request is known by the mark that the file names of its upload carry
(core.fax.FaxRequest.mark), which nothing else of the account has: number, time, note and pages prove nothing,
because another desk may fax to the same number in the same minute. A message that fits without showing its
file names is only a question to the user. Found: it was handed over. Certainly never complete: it is queued
again. Not found for FIND_WITHIN and over several looks: queued again only when the service itself had said
that it failed, else the user decides; it is looked for all the same, and once more before it is sent again.
Blocking, on the calls lane and the faxes lane. Read next: follow.py, dispatch.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rcdesk.api.rest import message_store
from rcdesk.api.rest.message_store import Message
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.fax.fax import FaxJob, FaxRequest, FaxState, WaitReason
from rcdesk.core.fax.polling import FEW_MESSAGES, MESSAGES_A_PAGE, asked_pause_s
from rcdesk.core.fax.retry import STUMBLE_DELAYS_S
from rcdesk.services.fax import sentences as say
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition

FIND_WITHIN = timedelta(minutes=12)
"""So long the service may take to show what it was given: ten minutes have been seen."""

FIND_LOOKS = 4
CLOCKS_DIFFER = timedelta(seconds=60)
"""How far two clocks may disagree before it is called a jump, and how early a message may seem to be."""

STORED_LATE = timedelta(minutes=30)
"""How long after its last byte left the service may say that a message was created."""

_PATIENCE_S = 0.5
_MOST_PAGES = 10
_PER_PAGE = MESSAGES_A_PAGE
_ANY_MARK = re.compile(r"\brc-[2-9a-z]{8}\b")


class Listing(Struct, frozen=True, kw_only=True):
    """Outbound faxes of the message store since a moment. is_whole: False when older ones were left out."""

    messages: tuple[Message, ...]
    is_whole: bool = True


def list_since(
    session: ApiSession, date_from: datetime, token: CancelToken, date_to: datetime | None = None
) -> Listing:
    """Every outbound fax created since date_from (the service's time) and before date_to, newest first."""
    messages: list[Message] = []
    pages = message_store.pages(
        session, token=token, date_from=date_from, date_to=date_to, per_page=_PER_PAGE
    )
    for number, page in enumerate(pages):
        if number == _MOST_PAGES:
            return Listing(messages=tuple(messages), is_whole=False)
        messages += page
    return Listing(messages=tuple(messages))


class Reconciler:
    """Looks for unresolved requests; remembers since when, on a clock that nobody sets."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._first_look_s: dict[int, float] = {}
        self._asked_s: dict[int, float] = {}

    def look(
        self, session: ApiSession, owner_id: str, requests: Sequence[FaxRequest], token: CancelToken
    ) -> tuple[FaxJob, ...]:
        """List the message store for these and judge them; the jobs that changed.

        One list shows all whose end is open. Those that need the user's word have waited already: a few of
        them in turns, each in a list of its own time.
        """
        pressing, asked = self._due(requests)
        lists = [tuple(pressing), *((request,) for request in asked)]
        changed: tuple[FaxJob, ...] = ()
        for together in lists:
            listing = self.list_for(session, together, token)
            changed += self.reconcile(owner_id, together, listing, session.service_offset_s)
        return changed

    def list_for(self, session: ApiSession, requests: Sequence[FaxRequest], token: CancelToken) -> Listing:
        """What the message store shows of the time when these may have been stored."""
        offset_s = session.service_offset_s
        since = self._date_from(requests, offset_s)
        if since is None:
            return Listing(messages=(), is_whole=False)
        return list_since(session, since, token, self._date_to(requests, offset_s))

    def _due(self, requests: Sequence[FaxRequest]) -> tuple[list[FaxRequest], list[FaxRequest]]:
        """Those whose end is open, and of those that need the user's word the ones to look for now."""
        seen_s, now = self._clock.monotonic(), self._clock.now()
        pressing: list[FaxRequest] = []
        asked: list[FaxRequest] = []
        for request in requests:
            jobs = [j for j in self._outbox.many(request.job_ids) if j.request_id == request.id]
            if any(job.state is FaxState.INTERRUPTED for job in jobs):
                pressing.append(request)
                continue
            pause_s = min((asked_pause_s(job, now) for job in jobs if job.is_in_doubt), default=math.inf)
            last_s = self._asked_s.get(request.id, -math.inf)
            if seen_s - last_s >= pause_s - _PATIENCE_S and len(asked) < FEW_MESSAGES:
                self._asked_s[request.id] = seen_s
                asked.append(request)
        return pressing, asked

    def _date_from(self, requests: Sequence[FaxRequest], offset_s: float) -> datetime | None:
        """From when the message store must be listed to find these, None when none needs it."""
        starts = [start for r in requests if r.last_byte_at for start, _ in _windows(r, offset_s)]
        return min(starts, default=None)

    def _date_to(self, requests: Sequence[FaxRequest], offset_s: float) -> datetime | None:
        """Before when these must have been created, None when that is not over yet."""
        ends = [end for r in requests if r.last_byte_at for _, end in _windows(r, offset_s)]
        there = self._clock.now() + timedelta(seconds=offset_s)
        latest = max(ends, default=there)
        return latest if latest < there else None

    def reconcile(
        self, owner_id: str, requests: Sequence[FaxRequest], listing: Listing, offset_s: float
    ) -> tuple[FaxJob, ...]:
        """Judge unresolved requests, oldest first; the jobs that changed.

        listing must reach back to the first of them. offset_s: the service's time minus ours as just heard.
        """
        changed: list[FaxJob] = []
        taken = set(self._outbox.message_ids(owner_id)) if requests else set()
        for request in requests:
            jobs = self._outbox.many(request.job_ids)
            # One that the user sent again is in a later request by now.
            open_jobs = tuple(job for job in jobs if job.is_in_doubt and job.request_id == request.id)
            if not open_jobs:
                continue
            if request.last_byte_at is None:
                changed += self._requeue([job.id for job in open_jobs])
                continue
            found, maybe = _match(request, jobs, listing.messages, taken, offset_s)
            if found is not None:
                changed += self._found(request, found, taken)
            else:
                changed += self._not_found(request, open_jobs, offset_s, maybe, is_whole=listing.is_whole)
        changed += self._without_record(owner_id, requests)
        return tuple(changed)

    def look_once_more(
        self, owner_id: str, requests: Sequence[FaxRequest], listing: Listing, offset_s: float
    ) -> tuple[FaxJob, ...]:
        """Before a fax of these is sent again: the jobs found after all, or asked about, () for none."""
        changed: list[FaxJob] = []
        taken = set(self._outbox.message_ids(owner_id))
        for request in requests:
            jobs = self._outbox.many(request.job_ids)
            found, maybe = _match(request, jobs, listing.messages, taken, offset_s)
            if found is not None:
                changed += self._found(request, found, taken)
            elif maybe is not None:
                waiting = {FaxState.QUEUED, FaxState.WAITING}
                changed += self._ask(waiting, [j.id for j in jobs if j.request_id == request.id], maybe)
        return tuple(changed)

    def _found(self, request: FaxRequest, message: Message, taken: set[str]) -> tuple[FaxJob, ...]:
        taken.add(message.id)
        self._first_look_s.pop(request.id, None)
        return self._outbox.hand_over(request.id, message.id, self._clock.now(), say.FOUND)

    def _ask(self, states: set[FaxState], job_ids: Sequence[int], maybe: Message) -> tuple[FaxJob, ...]:
        """Only the user can say whether this message is the fax."""
        now = self._clock.now()
        detail = say.is_it_that_one(maybe.created_at, maybe.page_count, now)
        step = Transition(FaxState.NEEDS_YOU, detail, maybe_message_id=maybe.id)
        return self._outbox.move_those_in(states, job_ids, step, now)

    def give_up(self, owner_id: str, requests: Sequence[FaxRequest]) -> tuple[FaxJob, ...]:
        """The service cannot be asked: what certainly did not leave goes again, the user decides the rest."""
        changed: list[FaxJob] = []
        for request in requests:
            if request.last_byte_at is None:
                changed += self._requeue(request.job_ids)
            else:
                step = Transition(FaxState.NEEDS_YOU, say.CANNOT_ASK)
                changed += self._move(request.job_ids, step)
        return (*changed, *self._without_record(owner_id, requests))

    def _not_found(
        self,
        request: FaxRequest,
        jobs: Sequence[FaxJob],
        offset_s: float,
        maybe: Message | None,
        *,
        is_whole: bool,
    ) -> tuple[FaxJob, ...]:
        """maybe: a message that may be the request. is_whole: the list showed all there is."""
        asked = [job for job in jobs if job.state is FaxState.NEEDS_YOU]
        if maybe is not None:
            changed = self._ask(
                {FaxState.NEEDS_YOU}, [j.id for j in asked if j.maybe_message_id != maybe.id], maybe
            )
        else:
            changed = ()
        job_ids = [job.id for job in jobs if job.state is FaxState.INTERRUPTED]
        if not job_ids:
            return changed
        request = self._outbox.count_look(request.id)
        if self._waited(request, offset_s) < FIND_WITHIN or request.looks < FIND_LOOKS:
            return changed
        self._first_look_s.pop(request.id, None)
        if maybe is not None:
            return changed + self._ask({FaxState.INTERRUPTED}, job_ids, maybe)
        if request.is_denied and is_whole:
            return changed + self._try_again(job_ids)
        detail = say.NEEDS_YOU if is_whole else say.TOO_MANY
        return changed + self._move(job_ids, Transition(FaxState.NEEDS_YOU, detail))

    def _try_again(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """The service had said that it failed, and does not have it; it is asked once more when it goes."""
        now = self._clock.now()
        again = now + timedelta(seconds=STUMBLE_DELAYS_S[2])
        detail = say.waiting("RingCentral had trouble and does not have the fax", again, now)
        step = Transition(FaxState.WAITING, detail, wait_reason=WaitReason.TROUBLE, retry_at=again)
        return self._move(job_ids, step)

    def _waited(self, request: FaxRequest, offset_s: float) -> timedelta:
        """How long the service has had to show the request, whatever was done to this machine's clock."""
        seen_s = self._clock.monotonic()
        here = timedelta(seconds=seen_s - self._first_look_s.setdefault(request.id, seen_s))
        if abs(offset_s - request.service_offset_s) > CLOCKS_DIFFER.total_seconds():
            return here
        left_at = request.last_byte_at or request.started_at
        there = self._clock.now() + timedelta(seconds=offset_s - request.service_offset_s) - left_at
        return max(here, there)

    def _requeue(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        return self._move(job_ids, Transition(FaxState.QUEUED, say.NOT_LEFT))

    def _move(self, job_ids: Sequence[int], step: Transition) -> tuple[FaxJob, ...]:
        """Only what is interrupted still: the user may have answered meanwhile, and it may be going again."""
        return self._outbox.move_those_in({FaxState.INTERRUPTED}, job_ids, step, self._clock.now())

    def _without_record(self, owner_id: str, requests: Sequence[FaxRequest]) -> tuple[FaxJob, ...]:
        """Interrupted jobs of which no request is known cannot be looked for: the user decides."""
        known = {job_id for request in requests for job_id in request.job_ids}
        lost = [j.id for j in self._outbox.in_states(owner_id, FaxState.INTERRUPTED) if j.request_id is None]
        lost = [job_id for job_id in lost if job_id not in known]
        if not lost:
            return ()
        return self._move(lost, Transition(FaxState.NEEDS_YOU, say.OLD_INTERRUPTION))


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
) -> tuple[Message | None, Message | None]:
    """The message that this request became, or else one that may be it: only the user can say."""
    free = [m for m in messages if m.id not in taken and m.id not in request.not_these]
    ours = [m for m in free if request.mark and request.mark in _marks(m)]
    if request.source_message_id:
        # The pages carry the mark of the upload they came with: its recipients and its time must fit too.
        ours = [m for m in ours if _fits(request, jobs, m, offset_s)]
    if ours:
        return min(ours, key=_created), None
    maybe = [m for m in free if not _marks(m) and _fits(request, jobs, m, offset_s)]
    return None, min(maybe, key=lambda m: (_pages_differ(jobs[0], m.page_count), _created(m)), default=None)


def is_that_request(request: FaxRequest, jobs: Sequence[FaxJob], message: Message) -> bool:
    """True when a message is, by all that can be seen of it, what this request became."""
    marks = _marks(message)
    if marks and request.mark and request.mark not in marks:
        return False
    return _fits(request, jobs, message, request.service_offset_s) and not _pages_differ(
        jobs[0], message.page_count
    )


def _fits(request: FaxRequest, jobs: Sequence[FaxJob], message: Message, offset_s: float) -> bool:
    """True when recipients, time and note are those of the request, as far as the service shows them."""
    created = message.created_at
    if created is None or not any(a <= created <= b for a, b in _windows(request, offset_s)):
        return False
    its_note, note = (" ".join(text.split()) for text in (message.note, jobs[0].note))
    wanted = {digits(job.recipient.number) for job in jobs}
    theirs = {digits(to.number) for to in message.to}
    if "" in theirs:
        # It does not say all the numbers.
        has_them = theirs - {""} <= wanted and len(message.to) == len(jobs)
    else:
        has_them = theirs == wanted
    return has_them and its_note in ("", note)


def _marks(message: Message) -> set[str]:
    """The marks in the file names of a message, of this desk or of another."""
    return {mark for file in message.attachments for mark in _ANY_MARK.findall(file.file_name)}


def _created(message: Message) -> float:
    return message.created_at.timestamp() if message.created_at is not None else 0.0


def _pages_differ(job: FaxJob, server_pages: int | None) -> bool:
    """True when the two counts cannot be the same fax; a cover page makes one more."""
    if server_pages is None or job.pages is None:
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
