"""What became of the faxes that the service has: asked message by message, learnt recipient by recipient.

A message shared by many jobs is read once; three or fewer messages are read one by one, more of them as one
list. A failure without a reason, or a message that is gone, is looked up in the call log, a Heavy request
that is made at most once in CALL_LOG_EVERY_S. Whether a failed fax is tried again is said by
core/fax/retry.py. Blocking, on the calls lane. Read next: reconcile.py, core/fax/causes.py.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rcdesk.api.rest import call_log, message_store
from rcdesk.api.rest.call_log import FaxResult
from rcdesk.api.rest.message_store import Message
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import Cancelled, NotAllowed, RcdeskError, Rejected
from rcdesk.core.fax.causes import call_result_cause, fax_cause, fax_code_for
from rcdesk.core.fax.fax import FaxJob, FaxReport, FaxState, SendBy, state_for
from rcdesk.core.fax.polling import FEW_MESSAGES, LISTED_FOR
from rcdesk.core.fax.retry import Again, GiveUp, decide
from rcdesk.services.fax import sentences as say
from rcdesk.services.fax.reconcile import CLOCKS_DIFFER, Listing, by_message, digits
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition

SINGLE_LOOKS = FEW_MESSAGES
"""Older messages are read one by one, in turns, so that the list stays short."""

UNSEEN_FOR = timedelta(minutes=2)
"""So long a message that was just handed over may be unknown to the message store."""

CALL_LOG_EVERY_S = 600.0

_LOG_SUCCESS = frozenset({"Sent", "Accepted", "Received"})
_log = logging.getLogger(__name__)


class _Unresolved(Struct, frozen=True, kw_only=True):
    """A fax that ended, though the message store does not say how: is_gone, or failed without a reason.

    is_shared: the message says only that not all of its recipients got it.
    """

    job: FaxJob
    is_gone: bool = False
    is_shared: bool = False
    server_pages: int | None = None


class Follower:
    """Follows handed-over faxes to their end."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._turn = 0
        self._log_asked_s: float | None = None
        self._results: tuple[FaxResult, ...] = ()

    def due(self, jobs: Sequence[FaxJob], offset_s: float) -> tuple[FaxJob, ...]:
        """Those whose end may be known: not the ones the service keeps until their time."""
        there = self._clock.now() + timedelta(seconds=offset_s)
        return tuple(
            job
            for job in jobs
            if job.send_by is not SendBy.SERVICE or job.send_at is None or job.send_at <= there
        )

    def date_from(self, jobs: Sequence[FaxJob], offset_s: float) -> datetime | None:
        """From when the message store should be listed for these, None when single looks are cheaper."""
        if len(by_message(jobs)) <= SINGLE_LOOKS:
            return None
        oldest = self._clock.now() + timedelta(seconds=offset_s) - LISTED_FOR
        starts: list[datetime] = []
        for group in by_message(jobs).values():
            if group[0].request_id is not None:
                request = self._outbox.request(group[0].request_id)
                starts.append(request.started_at + timedelta(seconds=request.service_offset_s))
        return max(min(starts, default=oldest), oldest) - CLOCKS_DIFFER

    def follow(
        self, session: ApiSession, jobs: Sequence[FaxJob], listing: Listing, token: CancelToken
    ) -> tuple[FaxJob, ...]:
        """Learn what the message store knows about these; the jobs that changed."""
        listed = {message.id: message for message in listing.messages}
        now = self._clock.now()
        changed: list[FaxJob] = []
        steps: list[tuple[FaxJob, Transition]] = []
        unresolved: list[_Unresolved] = []
        groups = by_message(jobs)
        for message_id in self._single_looks([m for m in groups if m not in listed]):
            message = message_store.find(session, message_id, token)
            if message is not None:
                listed[message_id] = message
            else:
                seen_since = now - UNSEEN_FOR
                unresolved += [
                    _Unresolved(job=job, is_gone=True)
                    for job in groups[message_id]
                    # A list of messages may be behind what the service has just taken.
                    if not seen_since < job.changed_at <= now
                ]
        for message_id, group in groups.items():
            for job in group if message_id in listed else ():
                match self._learn(job, listed[message_id], now):
                    case Transition() as step:
                        steps.append((job, step))
                    case _Unresolved() as one:
                        unresolved.append(one)
                    case FaxJob() as newer:
                        changed.append(newer)
                    case None:
                        pass
        return (*changed, *self._take(steps), *self._take(self._solve(session, unresolved, now, token)))

    def _take(self, steps: Sequence[tuple[FaxJob, Transition]]) -> tuple[FaxJob, ...]:
        together: dict[Transition, list[int]] = {}
        for job, step in steps:
            together.setdefault(step, []).append(job.id)
        changed: list[FaxJob] = []
        for step, job_ids in together.items():
            changed += self._outbox.move_those_in({FaxState.HANDED_OVER}, job_ids, step, self._clock.now())
        return tuple(changed)

    def _single_looks(self, message_ids: Sequence[str]) -> list[str]:
        """At most SINGLE_LOOKS of them, all in turn."""
        if len(message_ids) <= SINGLE_LOOKS:
            return list(message_ids)
        start = self._turn % len(message_ids)
        self._turn += SINGLE_LOOKS
        return [*message_ids[start:], *message_ids[:start]][:SINGLE_LOOKS]

    def _learn(
        self, job: FaxJob, message: Message, now: datetime
    ) -> Transition | _Unresolved | FaxJob | None:
        """What the message's status means: a step, one unresolved, a page count to know, or nothing new."""
        report = _report(message, job)
        match state_for(report):
            case FaxState.SENT:
                return _sent(report.page_count)
            case FaxState.FAILED:
                if report.error_code:
                    cause = fax_cause(report.error_code)
                    return self._failed(job, report.error_code, cause, report.page_count, now)
                is_shared = len(message.to) > 1 and not _has_own_word(message, job)
                return _Unresolved(job=job, is_shared=is_shared, server_pages=report.page_count)
            case _ if message.is_gone:
                return _Unresolved(job=job, is_gone=True)
            case _ if report.page_count not in (None, job.server_pages):
                return self._outbox.set_server_pages(job.id, report.page_count or 0)
            case _:
                return None

    def _failed(
        self, job: FaxJob, code: str, cause: str, server_pages: int | None, now: datetime
    ) -> Transition:
        """Failed there: another try when that may help, else failed here."""
        decision = decide(code, now=now, tries=job.tries, deadline=job.keep_trying_until)
        if isinstance(decision, Again):
            return Transition(
                FaxState.WAITING,
                detail=say.waiting_for_line(job, code, decision.at, now),
                error_code=code,
                server_pages=server_pages,
                wait_reason=decision.reason,
                retry_at=decision.at,
            )
        is_late = isinstance(decision, GiveUp) and decision.is_out_of_time
        detail = say.out_of_time(job, say.why(code), now) if is_late else say.failed(cause)
        return Transition(FaxState.FAILED, detail, error_code=code, server_pages=server_pages)

    def _solve(
        self, session: ApiSession, unresolved: Sequence[_Unresolved], now: datetime, token: CancelToken
    ) -> list[tuple[FaxJob, Transition]]:
        """Look up in the call log what the message store does not say; what is not known stays for later."""
        if not unresolved:
            return []
        is_fresh = self._ask_call_log(session, unresolved, token)
        steps: list[tuple[FaxJob, Transition]] = []
        for one in unresolved:
            found = self._result_for(one.job)
            if found is not None:
                steps.append((one.job, self._solved(one, found, now)))
            elif is_fresh:
                steps.append((one.job, self._unsolved(one, now)))
        return steps

    def _solved(self, one: _Unresolved, found: FaxResult, now: datetime) -> Transition:
        is_open = one.is_gone or one.is_shared
        if found.result in _LOG_SUCCESS and is_open:
            return _sent(one.server_pages)
        code = fax_code_for(found.result, found.reason)
        words = call_result_cause(found.result, found.reason).words
        return self._failed(one.job, code, words, one.server_pages, now)

    def _unsolved(self, one: _Unresolved, now: datetime) -> Transition:
        if not one.is_gone and not one.is_shared:
            return self._failed(one.job, "", fax_cause(""), one.server_pages, now)
        detail = say.GONE if one.is_gone else say.UNKNOWN_WHO
        return Transition(FaxState.FAILED, detail, error_code="")

    def _ask_call_log(
        self, session: ApiSession, unresolved: Sequence[_Unresolved], token: CancelToken
    ) -> bool:
        """Bring the call log up to date when it may be asked; False to leave these for later.

        An account that may not read its call log has no answer there: what is known then has to do.
        """
        now_s = self._clock.monotonic()
        if all(self._result_for(one.job) is not None for one in unresolved):
            return True
        if self._log_asked_s is not None and now_s - self._log_asked_s < CALL_LOG_EVERY_S:
            return False
        since = min(one.job.created_at for one in unresolved)
        since += timedelta(seconds=session.service_offset_s) - CLOCKS_DIFFER
        try:
            self._results = call_log.fax_results(session, since, token)
        except Cancelled:
            raise
        except (NotAllowed, Rejected):
            self._results = ()
        except RcdeskError as exc:
            _log.info("the call log could not be read: %s", type(exc).__name__)
            return False
        self._log_asked_s = now_s
        return True

    def _result_for(self, job: FaxJob) -> FaxResult | None:
        """The call log's line of this very message to this number."""
        number = digits(job.recipient.number)
        return next(
            (r for r in self._results if r.message_id == job.message_id and digits(r.number) == number), None
        )


def _sent(server_pages: int | None) -> Transition:
    return Transition(FaxState.SENT, say.ACCEPTED, error_code="", server_pages=server_pages)


def _has_own_word(message: Message, job: FaxJob) -> bool:
    """True when the message says of this job's recipient what became of it."""
    number = digits(job.recipient.number)
    return any(digits(to.number) == number and to.status for to in message.to)


def _report(message: Message, job: FaxJob) -> FaxReport:
    """What the message says about this job: its recipient's word, else that of the whole message."""
    number = digits(job.recipient.number)
    mine = next((to for to in message.to if digits(to.number) == number), None)
    if mine is None and len(message.to) == 1:
        mine = message.to[0]
    return FaxReport(
        message_id=message.id,
        status=(mine.status if mine is not None else "") or message.status,
        error_code=mine.error_code if mine is not None else "",
        page_count=message.page_count,
    )
