"""A fax from the command line without a window: queued in the real outbox, sent and followed from there.

The same services as behind the window do the work, one step at a time under the archive's lock, so that a
window can be opened between two steps and goes on with the fax. The outbox goes out in its order: what waited
there for longer goes first. Without Qt; blocking, in the thread of the command. Read next: draft.py,
dispatch.py, faxes.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rcdesk.core.account.account import Account, Credentials, ServerProfile
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import Cancelled, NetworkError, RateLimited, ServerTrouble, SignInNeeded
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, WaitReason
from rcdesk.core.fax.paper import NotDrawnHere, PageRef
from rcdesk.core.fax.polling import fax_interval_s, is_followed
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.documents.office.office import is_office
from rcdesk.documents.worker.worker import PageWorker
from rcdesk.services.commands.connection import CommandConnection
from rcdesk.services.commands.draft import CommandDrafts, must_have_account, odd_words
from rcdesk.services.fax.dispatch import Dispatcher, Report
from rcdesk.services.fax.faxes import FaxService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.fax.covers import Covers
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.spool import Spool
from rcdesk.store.paths import Paths

_log = logging.getLogger(__name__)

AFTER_ERROR_S = 5.0
LONGEST_PAUSE_S = 60.0
SHORTEST_PAUSE_S = 0.2
SOMEBODY_ELSE = (
    "Another person is signed in by now; a fax goes out, and is asked about, by its own account only."
)
_TO_SEND = frozenset({FaxState.QUEUED, FaxState.WAITING, FaxState.SENDING})


class UntilLastByte(CancelToken):
    """Another token's wish to stop, until a request has left: stopping then would only lose its answer."""

    def __init__(self, stop: CancelToken) -> None:
        super().__init__()
        self._stop = stop
        self.is_complete = False

    @property
    def is_cancelled(self) -> bool:
        """True when the other one is cancelled and there is something to stop."""
        return self._stop.is_cancelled and not self.is_complete

    def check(self) -> None:
        """Raise Cancelled when that is so."""
        if self.is_cancelled:
            raise Cancelled()

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds; raise Cancelled when asked to stop meanwhile."""
        if self.is_complete:
            CancelToken().sleep(seconds)
        else:
            self._stop.sleep(seconds)


class CommandFaxes:
    """One command's way to the service, the outbox and the spool; every method is called under the lock."""

    def __init__(
        self,
        profile: ServerProfile,
        credentials: Credentials | None,
        preferences: Preferences,
        paths: Paths,
        *,
        make_secrets: Callable[[], Secrets] = Secrets,
        clock: Clock | None = None,
    ) -> None:
        """Nothing is opened before it is needed, but the archive. Raises StoreError."""
        self.clock: Clock = clock or SystemClock()
        self._preferences = preferences
        self._covers = Covers(paths.covers_dir)
        self._way = CommandConnection(profile, credentials, make_secrets=make_secrets, clock=self.clock)
        self._cache = TemporaryDirectory(prefix="rcdesk-")
        self._worker = PageWorker(Path(self._cache.name) / "work")
        self._outbox, spool = Outbox(paths.database), Spool(paths.spool_dir)
        self._faxes = FaxService(
            lambda: self._way.current, self._outbox, spool, self.clock, count=self._count
        )
        self._dispatcher = Dispatcher(lambda: self._way.current, self._outbox, spool, self.clock)
        self._due_at: datetime | None = None
        self._look_s = 0.0

    def close(self) -> None:
        """Close everything; what is queued stays in the outbox."""
        self._way.close()
        self._worker.close()
        self._outbox.close()
        self._cache.cleanup()

    def new_turn(self) -> None:
        """The lock was given away and is back."""
        self._way.new_turn()

    def recover(self) -> None:
        """What the last run left half done is put in order: before anything is sent."""
        self._faxes.recover(self._preferences.keep_files_days)

    def account(self, asked_fax: AskedFax, token: CancelToken) -> Account:
        """Who is signed in. Without a connection, what the saved sign-in knows: enough to queue a fax.

        Raises SignInNeeded, Cancelled, and what the network raises when nobody is known.
        """
        try:
            return self._way.account(token)
        except (NetworkError, RateLimited, ServerTrouble) as exc:
            owner_id = self._way.current.owner_id if self._way.current is not None else ""
            if not owner_id:
                raise
            must_have_account(asked_fax, self._covers.list(), exc)
            return Account(
                owner_id=owner_id,
                name="",
                company="",
                extension_number="",
                home_country=self._preferences.home_country,
            )

    def draft(self, asked_fax: AskedFax, account: Account, token: CancelToken) -> FaxDraft:
        """What will be queued. Raises UserError, Cancelled."""
        folder = Path(self._cache.name)
        drafts = CommandDrafts(self._worker, folder, self._covers.list(), self._preferences, token)
        return drafts.draft(asked_fax, account)

    def odd(self, draft: FaxDraft, account: Account) -> str:
        """What is odd about it, "" when nothing is."""
        return odd_words(self._faxes.facts(draft, account.owner_id))

    def queue(self, draft: FaxDraft, account: Account, token: CancelToken) -> tuple[FaxJob, ...]:
        """Put a safe copy into the outbox. Raises UserError, StoreError, Cancelled."""
        return self._faxes.queue(draft, account, token)

    def jobs(self, job_ids: Sequence[int]) -> tuple[FaxJob, ...]:
        """These as they stand now."""
        return self._outbox.many(job_ids)

    def is_paused(self, jobs: Sequence[FaxJob]) -> bool:
        """True when the user holds the whole queue."""
        return bool(jobs) and self._faxes.is_paused(jobs[0].owner_id)

    def step(self, job_ids: Sequence[int], token: CancelToken, report: Report) -> bool:
        """At most one request for a fax and one look; True when something changed, so that more may be due.

        Raises SignInNeeded when the service does not know the user any more, StoreError, Cancelled before
        anything was begun.
        """
        jobs = self.jobs(job_ids)
        if not jobs:
            return False
        owner_id = jobs[0].owner_id
        self._way.connected(token)
        if self._way.owner_id not in ("", owner_id):
            raise SignInNeeded(SOMEBODY_ELSE, status=0)
        self._due_at = None
        if any(job.state in _TO_SEND for job in jobs):
            sent = self._dispatcher.send_next(owner_id, token, report)
            self._due_at = sent.next_due_at
            if sent.jobs:
                return True
        return self._look(owner_id, self.jobs(job_ids), token)

    def pause_s(self) -> float:
        """Seconds until the next step."""
        waits = [LONGEST_PAUSE_S]
        if self._look_s:
            waits.append(self._look_s - self.clock.monotonic())
        if self._due_at is not None:
            waits.append((self._due_at - self.clock.now()).total_seconds())
        return max(SHORTEST_PAUSE_S, min(waits))

    def _look(self, owner_id: str, jobs: Sequence[FaxJob], token: CancelToken) -> bool:
        """Ask how those fare that the service has, as often as core/fax/polling.py says."""
        now, now_s = self.clock.now(), self.clock.monotonic()
        is_blocked = any(job.wait_reason is WaitReason.SAME_NUMBER for job in jobs)
        if not is_blocked and not any(is_followed(job, now) for job in jobs):
            self._look_s = 0.0
            return False
        if now_s < self._look_s:
            return False
        interval_s = fax_interval_s(self._outbox.live(owner_id), now) or LONGEST_PAUSE_S
        is_first = self._look_s == 0.0
        self._look_s = now_s + interval_s
        if is_first:
            return False
        try:
            return bool(self._faxes.refresh(owner_id, token))
        except RateLimited as exc:
            self._look_s = now_s + max(AFTER_ERROR_S, exc.retry_after_s)
        except (NetworkError, ServerTrouble) as exc:
            _log.info("no news of the faxes: %s", type(exc).__name__)
            self._look_s = now_s + max(AFTER_ERROR_S, interval_s)
        return False

    def _count(self, ref: PageRef, token: CancelToken | None) -> int:
        if is_office(ref.media_type):
            raise NotDrawnHere()  # counting those takes an office suite: the service counts them
        return self._worker.count(ref, token)
