"""How a fax request ended, written down: what each outcome means for the jobs of the request.

What happens after an error is decided by core/fax/retry.py alone; here it becomes steps and sentences. A
refusal of several recipients because of one leaves that one out instead of failing all. What cannot be
recorded (a full disk) is kept and recorded before anything else is sent. Faxes lane only. Read next:
dispatch.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from msgspec import Struct

from rcdesk.core.clock import Clock
from rcdesk.core.errors import (
    ApiError,
    Cancelled,
    NotAllowed,
    RateLimited,
    RcdeskError,
    Rejected,
    StoreError,
)
from rcdesk.core.fax.causes import api_cause
from rcdesk.core.fax.fax import FaxJob, FaxRequest, FaxState, WaitReason
from rcdesk.core.fax.retry import Again, Check, Decision, GiveUp, decide
from rcdesk.core.service import FaxTaken
from rcdesk.services.fax import sentences as say
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition

RESEND_PAUSE = timedelta(seconds=60)
"""How long to wait when the service cannot resend pages right now (MSG-343)."""

_RESEND_NOT_NOW = "MSG-343"
_BAD_PARAMETER = "CMN-101"
_MOST_RESENDS = 2
_WHOLE_REQUEST = frozenset(
    (
        *("CMN-102", "CMN-304", "CMN-401", "CMN-408"),
        *("MSG-337", "MSG-338", "MSG-340", "MSG-341", "MSG-343"),
        *("MSG-347", "MSG-348", "MSG-349", "MSG-350", "MSG-351"),
    )
)
"""Refusals that no other choice of recipients would change."""

_WHY = {
    WaitReason.RATE_LIMIT: "RingCentral asks us to wait",
    WaitReason.SIGN_IN: "sign in again",
    WaitReason.TROUBLE: "RingCentral has trouble of its own",
}


class Flight(Struct):
    """A request under way, and how it ended: outcome is its answer or its error.

    is_complete: the last byte was marked, so it may have left. can_follow: as of the FaxService that took it.
    is_open: written down as not known.
    """

    request: FaxRequest
    jobs: tuple[FaxJob, ...]
    can_follow: bool = True
    outcome: FaxTaken | RcdeskError | None = None
    is_complete: bool = False
    is_open: bool = False


class Outcomes:
    """Writes outcomes into the outbox; remembers what refusals have taught in this run."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._unrecorded: list[Flight] = []
        self._apart: dict[int, frozenset[int]] = {}
        self._refused_sources: dict[str, int] = {}

    @property
    def has_unrecorded(self) -> bool:
        """True while an outcome is known that the archive could not take."""
        return bool(self._unrecorded)

    def together(self, job_id: int) -> frozenset[int]:
        """The jobs this one may share a request with after a refusal; empty for any of its batch."""
        return self._apart.get(job_id, frozenset())

    def is_source_usable(self, message_id: str) -> bool:
        """True unless the service has said in this run that it cannot resend this message."""
        return self._refused_sources.get(message_id, 0) < _MOST_RESENDS

    def refuse_source(self, message_id: str) -> None:
        """The service's message with this id is not, or no longer, the one whose pages are meant."""
        self._refused_sources[message_id] = _MOST_RESENDS

    def hold(self, jobs: Sequence[FaxJob], error: RcdeskError) -> tuple[FaxJob, ...]:
        """The service could not be asked before sending: these wait, or their time is over."""
        now, changed = self._clock.now(), list[FaxJob]()
        for job in jobs:
            stumbles = job.stumbles + 1
            decision = decide(error, now=now, stumbles=stumbles, deadline=job.keep_trying_until)
            match decision:
                case Again():
                    changed += self._wait((job,), decision, error, now)
                case GiveUp():
                    changed += self._fail((job,), error, now, is_out_of_time=decision.is_out_of_time)
                case Check():
                    # The question has no answer; it did nothing.
                    pause = Again(at=now + RESEND_PAUSE, reason=WaitReason.NO_CONNECTION)
                    changed += self._wait((job,), pause, error, now)
                case _:
                    assert_never(decision)
        return tuple(changed)

    def record(self, flight: Flight) -> tuple[FaxJob, ...]:
        """Write the outcome down, or keep it until that is possible."""
        try:
            return self._write(flight)
        except StoreError:
            self._unrecorded.append(flight)
            raise

    def record_late(self) -> tuple[FaxJob, ...]:
        """Record what a failing disk refused before: nothing is sent until that is done."""
        changed: list[FaxJob] = []
        while self._unrecorded:
            flight = self._unrecorded[0]
            now = self._outbox.many(ids_of(flight.jobs))
            flight.jobs = tuple(job for job in now if job.state is FaxState.SENDING)
            if flight.jobs:
                changed += self._write(flight)
            del self._unrecorded[0]
        return tuple(changed)

    def _write(self, flight: Flight) -> tuple[FaxJob, ...]:
        now = self._clock.now()
        outcome = flight.outcome
        if outcome is None:
            raise AssertionError("a request is recorded when it is over")
        if not isinstance(outcome, RcdeskError):
            for job in flight.jobs:
                self._apart.pop(job.id, None)
            told = say.handed_over if flight.can_follow else say.accepted
            detail = told(flight.jobs[0], now)
            return self._outbox.hand_over(flight.request.id, outcome.message_id, now, detail)
        changed = self._not_taken(flight, outcome, now)
        if not flight.is_open:
            self._outbox.end_request(flight.request.id, now)
        return changed

    def _not_taken(self, flight: Flight, error: RcdeskError, now: datetime) -> tuple[FaxJob, ...]:
        """The service did not take it, or nobody knows whether it did."""
        if isinstance(error, Cancelled):
            return self._requeue(flight.jobs, say.NOT_LEFT, now)
        if isinstance(error, Rejected | NotAllowed):
            changed = self._after_refusal(flight, error, now)
            if changed:
                return changed
        return self._after_error(flight, error, now)

    def _after_error(self, flight: Flight, error: RcdeskError, now: datetime) -> tuple[FaxJob, ...]:
        """Each job takes the step that retry.decide() says; equal steps are taken together."""
        steps: dict[tuple[Decision, int, datetime | None], list[FaxJob]] = {}
        for job in flight.jobs:
            decision = decide(
                error,
                now=now,
                tries=job.tries,
                stumbles=job.stumbles + 1,
                deadline=job.keep_trying_until,
                is_complete=flight.is_complete,
            )
            steps.setdefault((decision, job.stumbles, job.keep_trying_until), []).append(job)
        changed: list[FaxJob] = []
        for (decision, _, _), jobs in steps.items():
            match decision:
                case Check():
                    changed += self._interrupt(flight, jobs, now, is_denied=decision.is_denied)
                case Again():
                    changed += self._wait(jobs, decision, error, now)
                case GiveUp():
                    changed += self._fail(jobs, error, now, is_out_of_time=decision.is_out_of_time)
                case _:
                    assert_never(decision)
        return tuple(changed)

    def _interrupt(
        self, flight: Flight, jobs: Sequence[FaxJob], now: datetime, *, is_denied: bool
    ) -> tuple[FaxJob, ...]:
        """It may have been sent: the service is asked, or where that is not possible the user decides."""
        flight.is_open = True
        if is_denied:
            self._outbox.deny(flight.request.id)
        ids = ids_of(jobs)
        if flight.can_follow:
            return self._outbox.move(ids, Transition(FaxState.INTERRUPTED, say.CHECKING), now)
        self._outbox.move(ids, Transition(FaxState.INTERRUPTED, say.CANNOT_ASK, note_event=False), now)
        return self._outbox.move(ids, Transition(FaxState.NEEDS_YOU, say.CANNOT_ASK), now)

    def _wait(
        self, jobs: Sequence[FaxJob], again: Again, error: RcdeskError, now: datetime
    ) -> tuple[FaxJob, ...]:
        is_stumble = again.reason in (WaitReason.NO_CONNECTION, WaitReason.TROUBLE)
        stumbles = jobs[0].stumbles + 1 if is_stumble else jobs[0].stumbles
        why = _WHY.get(again.reason, f"no connection, try {stumbles + 1}")
        if isinstance(error, StoreError):
            why = "the archive of this desk could not be written"
        detail = say.waiting(why, again.at, now)
        step = Transition(FaxState.WAITING, detail, again.reason, again.at, stumbles=stumbles)
        return self._outbox.move(ids_of(jobs), step, now)

    def _fail(
        self, jobs: Sequence[FaxJob], error: RcdeskError, now: datetime, *, is_out_of_time: bool
    ) -> tuple[FaxJob, ...]:
        for job in jobs:
            self._apart.pop(job.id, None)
        code = error.code if isinstance(error, ApiError) else ""
        if is_out_of_time:
            detail = say.out_of_time(jobs[0], str(error).rstrip("."), now)
        elif code in _WHOLE_REQUEST or code == _BAD_PARAMETER:
            detail = say.failed(api_cause(code).words)
        else:
            detail = say.failed(str(error))
        return self._outbox.move(ids_of(jobs), Transition(FaxState.FAILED, detail, error_code=code), now)

    def _after_refusal(
        self, flight: Flight, error: Rejected | NotAllowed, now: datetime
    ) -> tuple[FaxJob, ...]:
        """What to do instead of failing: upload after all, or leave one recipient out; () to let it fail."""
        source = flight.request.source_message_id
        if source and (error.status == 404 or error.code in ("CMN-102", _RESEND_NOT_NOW)):
            return self._without_source(flight, source, error, now)
        if len(flight.jobs) < 2 or not _may_be_one_recipient(error):
            return ()
        bad = _named(error, flight.jobs)
        if bad is not None:
            # Should the disk fail in between, the refusal is still about the one that is left.
            others = self._requeue([j for j in flight.jobs if j.id != bad.id], say.SMALLER_GROUP, now)
            return self._fail((bad,), error, now, is_out_of_time=False) + others
        half = len(flight.jobs) // 2
        for part in (flight.jobs[:half], flight.jobs[half:]):
            ids = frozenset(ids_of(part))
            self._apart.update(dict.fromkeys(ids, ids))
        return self._requeue(flight.jobs, say.SMALLER_GROUP, now)

    def _without_source(
        self, flight: Flight, source: str, error: ApiError, now: datetime
    ) -> tuple[FaxJob, ...]:
        if error.code != _RESEND_NOT_NOW:
            self._refused_sources[source] = _MOST_RESENDS
            return self._requeue(flight.jobs, say.UPLOAD_AGAIN, now)
        self._refused_sources[source] = self._refused_sources.get(source, 0) + 1
        step = resend_later("RingCentral cannot resend these pages right now", now)
        return self._outbox.move(ids_of(flight.jobs), step, now)

    def _requeue(self, jobs: Sequence[FaxJob], detail: str, now: datetime) -> tuple[FaxJob, ...]:
        return self._outbox.move(ids_of(jobs), Transition(FaxState.QUEUED, detail), now)


def resend_later(why: str, now: datetime) -> Transition:
    """Waiting until the service can send these pages once more."""
    again = now + RESEND_PAUSE
    return Transition(FaxState.WAITING, say.waiting(why, again, now), WaitReason.RETRY, again)


def _may_be_one_recipient(error: ApiError) -> bool:
    """True when the refusal is about the recipients: it names them, or a bad parameter without saying which.

    Any other would be the same for every part of the group, at a request each.
    """
    if isinstance(error, RateLimited) or error.code in _WHOLE_REQUEST or error.status in (413, 415):
        return False
    if error.parameter:
        return error.parameter.startswith(("to", "phoneNumber"))
    return error.code == _BAD_PARAMETER


def _named(error: ApiError, jobs: Sequence[FaxJob]) -> FaxJob | None:
    """The one job whose number the refusal names, None when it names none or several."""
    value = re.sub(r"[^0-9A-Za-z]", "", error.parameter_value)
    numbers = [(job, re.sub(r"\D", "", job.recipient.number)) for job in jobs]
    exact = [job for job, number in numbers if number == value]
    named = exact or [job for job, number in numbers if number and number in value]
    return named[0] if len(named) == 1 else None


def ids_of(jobs: Sequence[FaxJob]) -> tuple[int, ...]:
    return tuple(job.id for job in jobs)
