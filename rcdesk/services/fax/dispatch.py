"""The next fax request: chosen, recorded, sent, and its outcome written down. One at a time.

The order is what makes it safe. The outbox holds the request before the first byte leaves and is told again
before the last one; what could not be recorded afterwards (a full disk) is kept here and recorded before
anything else is sent. What happens after a failure is decided by core/fax/retry.py alone. Jobs of a batch go
out together, by the id of a message with the same pages where the service has one. What is different from one
service to another are properties of its FaxApi. Faxes lane only. Read next: core/service.py, reconcile.py
(outcomes that are not known), store/fax/outbox.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import (
    Cancelled,
    RcdeskError,
    SignInNeeded,
    StoreError,
    StoreUnavailable,
)
from rcdesk.core.fax.fax import FaxJob, FaxState, SendBy, WaitReason
from rcdesk.core.service import FaxApi, FaxContents, FaxFile, FaxTaken
from rcdesk.services.fax import sentences as say
from rcdesk.services.fax.outcomes import Flight, Outcomes, ids_of, resend_later
from rcdesk.services.fax.recheck import Recheck
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.spool import Spool
from rcdesk.store.fax.transitions import Transition

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection

Report = Callable[[tuple[tuple[int, ...], int, int]], None]

GATE_PATIENCE_S = 1.0
"""A longer wait for a place among the Heavy requests is not waited out on the lane."""

_SOMEBODY_ELSE = "Another person is signed in by now. This fax goes out from its own account only."
SOONEST_LOOK = timedelta(seconds=1)
LATEST_LOOK = timedelta(minutes=5)


class Sent(Struct, frozen=True, kw_only=True):
    """What one call of send_next did: the jobs it changed; when the next one is due, None when nothing is.

    With jobs, more may be due at once: call again.
    """

    jobs: tuple[FaxJob, ...] = ()
    next_due_at: datetime | None = None


class Dispatcher:
    """Sends the faxes of whoever is signed in, one request at a time."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        outbox: Outbox,
        spool: Spool,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._spool = spool
        self._clock: Clock = clock or SystemClock()
        self._outcomes = Outcomes(outbox, self._clock)
        self._recheck = Recheck(outbox, self._clock)
        self._other_faxes: set[str] = set()
        self._refused: object = None

    def send_next(self, owner_id: str, token: CancelToken, report: Report | None = None) -> Sent:
        """Send what is due next, at most one request. report((job ids, bytes sent, bytes in all)).

        The returned jobs say how it ended; a request that was cancelled leaves its jobs queued. Raises
        SignInNeeded with nothing changed when nobody is signed in, Cancelled before anything was begun,
        StoreError when the archive fails: what is not recorded yet is then recorded by the next call.
        """
        token.check()
        if self._outcomes.has_unrecorded:
            return self._sent(owner_id, self._outcomes.record_late())
        connection = self._connection()
        service = fax_of(connection)
        if not sends_for(service, owner_id):
            return Sent()
        now = self._clock.now()
        late = self._outbox.put_off_late(owner_id, now, lambda due: say.late(due, now))
        if late:
            return self._sent(owner_id, late)
        self._signed_in_again(owner_id, service)
        wait_s = service.wait_s()
        if wait_s > GATE_PATIENCE_S:
            return Sent(next_due_at=self._clock.now() + timedelta(seconds=wait_s))
        jobs = self._choose(owner_id)
        if not jobs:
            return self._sent(owner_id, ())
        try:
            refused = self._ask_first(connection, service, jobs, token) or self._refuse(service, jobs, token)
        except StoreUnavailable:
            raise
        except StoreError:
            refused = self._outbox.changed_since(jobs)
            if not refused:
                raise
        if refused:
            return self._sent(owner_id, refused)
        offset_s = connection.session.service_offset_s if connection is not None else 0.0
        return self._sent(owner_id, self._send(service, offset_s, jobs, token, report or _silent))

    def _sent(self, owner_id: str, jobs: tuple[FaxJob, ...]) -> Sent:
        """With the time of the next look: never far away, because a clock may be set in between."""
        due_at = None if self._outbox.is_paused(owner_id) else self._outbox.next_due_at(owner_id)
        if due_at is None:
            return Sent(jobs=jobs)
        now = self._clock.now()
        soonest = now if jobs else now + SOONEST_LOOK
        return Sent(jobs=jobs, next_due_at=min(max(due_at, soonest), now + LATEST_LOOK))

    # -- choosing -----------------------------------------------------------------------------------------

    def _choose(self, owner_id: str) -> tuple[FaxJob, ...]:
        """The jobs of the next request, oldest first."""
        jobs = self._outbox.next_request_jobs(owner_id, self._clock.now())
        if not jobs:
            return ()
        first = jobs[0]
        together = self._outcomes.together(first.id)
        return tuple(
            job
            for job in jobs
            if job.source_message_id == first.source_message_id
            and self._outcomes.together(job.id) == together
        )

    def _ask_first(
        self, connection: Connection | None, service: FaxApi, jobs: tuple[FaxJob, ...], token: CancelToken
    ) -> tuple[FaxJob, ...]:
        """Before anything goes out a second time the message store is asked. The jobs that changed by it."""
        if connection is None or not service.can_follow:
            return ()
        session = connection.session
        try:
            changed = self._recheck.earlier(session, jobs, token)
            source = "" if changed else self._source_of(service, jobs)
            if source and not self._recheck.is_meant(session, jobs, source, token):
                self._outcomes.refuse_source(source)
                self._outbox.forget_source(jobs[0].owner_id, source)
                self._other_faxes.add(source)
        except (Cancelled, StoreError):
            raise
        except RcdeskError as exc:
            if isinstance(exc, SignInNeeded):
                self._refused = service.sign_in
            return self._outcomes.hold(jobs, exc)
        return changed

    def _refuse(self, service: FaxApi, jobs: tuple[FaxJob, ...], token: CancelToken) -> tuple[FaxJob, ...]:
        """Fail what must not be sent: past the user's time, or without its pages. The jobs that changed."""
        now = self._clock.now()
        late = [j for j in jobs if j.keep_trying_until is not None and j.keep_trying_until < now]
        if late:
            return tuple(
                self._outbox.move([j.id], Transition(FaxState.FAILED, say.out_of_time(j, "", now)), now)[0]
                for j in late
            )
        if self._source_of(service, jobs):
            return ()
        first = jobs[0]
        if not first.files and not first.note.strip():
            is_other = first.source_message_id in self._other_faxes
            return self._lost_pages(service, jobs, say.OTHER_FAX if is_other else say.NO_COPY)
        for file in first.files:
            if not self._spool.verify(file.digest, file.size_bytes, token):
                problem = f"the kept copy of {file.name} is missing or was changed. Nothing was sent. "
                return self._lost_pages(service, jobs, say.failed(f"{problem}Add the file again."))
        return ()

    def _lost_pages(self, service: FaxApi, jobs: tuple[FaxJob, ...], detail: str) -> tuple[FaxJob, ...]:
        """Without a copy here only the service's pages can help: wait for them, or give up."""
        now = self._clock.now()
        source = jobs[0].source_message_id if service.can_resend else ""
        if source and self._outcomes.is_source_usable(source):
            step = resend_later("RingCentral is still sending these pages to somebody else", now)
        else:
            step = Transition(FaxState.FAILED, detail)
        return self._outbox.move(ids_of(jobs), step, now)

    def _source_of(self, service: FaxApi, jobs: Sequence[FaxJob]) -> str:
        """The message whose pages can be sent again instead of an upload, "" when there is none."""
        source = jobs[0].source_message_id if service.can_resend else ""
        if not source or not self._outcomes.is_source_usable(source):
            return ""
        if any(j.message_id == source and j.send_by is SendBy.SERVICE and not j.error_code for j in jobs):
            # Taken back before its time: the service has deleted it.
            return ""
        under_way = self._outbox.in_states(jobs[0].owner_id, FaxState.HANDED_OVER)
        return "" if any(job.message_id == source for job in under_way) else source

    # -- sending ------------------------------------------------------------------------------------------

    def _send(
        self,
        service: FaxApi,
        service_offset_s: float,
        jobs: tuple[FaxJob, ...],
        token: CancelToken,
        report: Report,
    ) -> tuple[FaxJob, ...]:
        source = self._source_of(service, jobs)
        try:
            request = self._outbox.begin(
                jobs,
                self._clock.now(),
                service_offset_s=service_offset_s,
                source_message_id=source,
            )
        except StoreUnavailable:
            raise
        except StoreError:
            changed = self._outbox.changed_since(jobs)
            if changed or self._outbox.is_paused(jobs[0].owner_id):
                return changed
            raise
        flight = Flight(request, jobs, can_follow=service.can_follow)
        report((ids_of(jobs), 0, sum(f.size_bytes for f in jobs[0].files)))
        try:
            flight.outcome = self._ask(service, flight, token, report)
        except RcdeskError as exc:
            flight.outcome = exc
        except BaseException as exc:
            # A bug: what left decides, as after a crash.
            flight.outcome = RcdeskError(f"rcdesk made a mistake ({type(exc).__name__})")
            self._outcomes.record(flight)
            raise
        if isinstance(flight.outcome, SignInNeeded):
            self._refused = service.sign_in
        return self._outcomes.record(flight)

    def _ask(self, service: FaxApi, flight: Flight, token: CancelToken, report: Report) -> FaxTaken:
        """The request itself. Raises what FaxApi.send raises, StoreError when a mark fails."""
        job, ids = flight.jobs[0], ids_of(flight.jobs)
        is_later = job.send_by is SendBy.SERVICE and job.send_at is not None
        send_time = job.send_at if is_later and job.send_at and job.send_at > self._clock.now() else None

        def on_last_byte() -> None:
            if not sends_for(service, job.owner_id):
                raise SignInNeeded(_SOMEBODY_ELSE, status=0)
            self._outbox.mark_last_byte(flight.request.id, self._clock.now())
            flight.is_complete = True

        contents = FaxContents(
            recipients=tuple(j.recipient for j in flight.jobs),
            send_time=send_time,
            mark=flight.request.mark,
            source_message_id=flight.request.source_message_id,
        ).with_options(job)
        if not job.files:
            # Without a cover page the service has nowhere to put a note: it is sent as text.
            contents = replace(contents, note="", text=job.note)
        return service.send(
            contents,
            self._files(job),
            token,
            progress=lambda sent, total: report((ids, sent, total)),
            on_last_byte=on_last_byte,
        )

    def _files(self, job: FaxJob) -> tuple[FaxFile, ...]:
        return tuple(
            FaxFile(path=self._spool.path(f.digest), name=f.name, media_type=f.media_type) for f in job.files
        )

    def _signed_in_again(self, owner_id: str, service: FaxApi) -> None:
        """Faxes that waited for a sign-in go as soon as there is another than the refused one."""
        if self._refused is None or service.sign_in in (None, self._refused):
            return
        waiting = self._outbox.in_states(owner_id, FaxState.WAITING)
        if waiting:
            step, reason = Transition(FaxState.QUEUED, say.TURN), WaitReason.SIGN_IN
            now = self._clock.now()
            self._outbox.move_those_in({FaxState.WAITING}, ids_of(waiting), step, now, reason=reason)
        self._refused = None


def fax_of(connection: Connection | None) -> FaxApi:
    """What faxes go out through. Raises SignInNeeded when nobody is signed in."""
    if connection is None:
        raise SignInNeeded("You are signed out. Sign in to go on.", status=401)
    return connection.fax


def sends_for(service: FaxApi, owner_id: str) -> bool:
    """False when the faxes would go out from another person's account."""
    return service.owner_id in ("", owner_id)


def _silent(progress: tuple[tuple[int, ...], int, int]) -> None:
    """Nobody wants to know."""
