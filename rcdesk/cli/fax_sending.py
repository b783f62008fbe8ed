"""A fax without a window: made, asked about, queued, and told of until there is nothing more to wait for.

The desks send it and follow it as those of a window do; here is what the window asks its user: the pages that
are drawn, the question when something is odd, and how long a command waits. Main thread of a program without
a window. Read next: engine.py, services/fax/asked_draft.py, bridge/fax_orders.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Slot

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.fax.fax_desk import FaxDesk
from rcdesk.bridge.fax_orders import FaxOrders
from rcdesk.bridge.runtime.lane import Lane, Task
from rcdesk.bridge.runtime.turns import Turns
from rcdesk.cli.archive_lock import Output, refusal, refused
from rcdesk.core.account.account import Account
from rcdesk.core.account.capability import Capability
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, WaitReason
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.core.orders.fax_report import exit_status, fax_json, is_settled
from rcdesk.core.orders.order import ExitStatus

if TYPE_CHECKING:
    from rcdesk.services.fax.faxes import FaxService

T = TypeVar("T")
Tell: TypeAlias = Callable[[Output], bool]
Ask: TypeAlias = Callable[[str], bool]
MakeDraft: TypeAlias = Callable[[AskedFax, Account, CancelToken], FaxDraft]
ReadJobs: TypeAlias = Callable[[Sequence[int]], tuple[FaxJob, ...]]

PATIENCE_S = 60.0
"""How long a command without --wait stays for what may be over soon: a limit, another fax to the number."""

LOOK_MS = 200
_HOPELESS = (WaitReason.NO_CONNECTION, WaitReason.TROUBLE, WaitReason.RETRY, WaitReason.SCHEDULED)

STAYS = (
    "stays safe in the outbox. It goes out when the window of rcdesk is opened, or with the next rcdesk fax"
)
KEPT = f"What has not gone {STAYS}."
PAUSED = (
    "The queue is paused in rcdesk. What has not gone stays safe in the outbox until you let the queue go on "
    "in the window."
)
UNKNOWN = (
    "It is not known whether all of it was sent: RingCentral's answer was lost. The window of rcdesk looks "
    "for it when it is opened. Do not send it again before that."
)
NO_NEWS = (
    "This account or service does not tell what becomes of a fax, so there is nothing to wait for: "
    "the result comes by e-mail."
)


class FaxTerms(Struct, frozen=True, kw_only=True):
    """How a fax is sent without a window. is_sure (--yes): nothing is asked. ask: puts a question to whoever
    sits there, None when nobody does."""

    is_wait: bool = False
    is_sure: bool = False
    ask: Ask | None = None


class FaxSending(QObject):
    """send() one fax, or follow() one that was queued; halt() when there was a Ctrl+C."""

    def __init__(
        self,
        terms: FaxTerms,
        turns: Turns,
        session: SessionDesk,
        faxes: FaxDesk,
        lane: Lane,
        service: FaxService,
        make_draft: MakeDraft,
        read_jobs: ReadJobs,
        clock: Clock,
    ) -> None:
        """lane: for files; make_draft is called there. read_jobs: as the outbox has them."""
        super().__init__(turns)
        self._terms = terms
        self._turns = turns
        self._session = session
        self._faxes = faxes
        self._orders = FaxOrders(faxes, self)
        self._lane = lane
        self._service = service
        self._make_draft = make_draft
        self._read_jobs = read_jobs
        self._clock = clock
        self._task: Task[Any] | None = None
        self._tell: Tell | None = None
        self._job_ids: tuple[int, ...] = ()
        self._is_wait = terms.is_wait
        self._until_s = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def send(self, asked_fax: AskedFax, tell: Tell) -> None:
        """Queue it when nothing is odd or that was answered, and tell what becomes of it."""
        account, service, make_draft = self._session.account, self._service, self._make_draft
        assert account is not None
        self._tell = tell
        why_not = account.why_not(Capability.FAX_SEND)
        if why_not:
            tell(refusal(f"{why_not} Nothing is queued.", ExitStatus.FAILED))
            return
        self._is_wait = self._terms.is_wait and account.can(Capability.FAX_FOLLOW)

        def work(token: CancelToken) -> tuple[FaxDraft, str]:
            from rcdesk.services.fax.asked_draft import odd_words

            draft = make_draft(asked_fax, account, token)
            return draft, "" if self._terms.is_sure else odd_words(service.facts(draft, account.owner_id))

        self._begin(work, lambda made: self._made(*made, account))

    def follow(self, job_ids: Sequence[int], tell: Tell) -> None:
        """Tell what becomes of these, which the outbox has."""
        self._tell, self._job_ids = tell, tuple(job_ids)
        self._until_s = self._clock.monotonic() + PATIENCE_S
        self._faxes.look_up(self._job_ids, self._found)

    def tell_nobody(self) -> None:
        """Whoever asked has gone; the outbox is not looked at any more."""
        self._timer.stop()
        self._tell = None

    def halt(self) -> bool:
        """Begin nothing more; True once nothing is under way whose end must be known."""
        if self._task is not None:
            self._task.cancel()
        return self._faxes.halt() and (self._task is None or not self._task.is_running)

    def _begin(self, work: Callable[[CancelToken], T], done: Callable[[T], None]) -> None:
        self._task = self._lane.submit(lambda token, report: work(token), done=done, failed=self._failed)

    def _failed(self, error: RcdeskError) -> None:
        if self._tell is not None and not isinstance(error, Cancelled):
            self._tell(refused(error, ""))

    def _made(self, draft: FaxDraft, odd: str, account: Account) -> None:
        service = self._service
        if not odd or self._is_wanted(odd):
            self._begin(lambda token: service.queue(draft, account, token), self._queued)

    def _is_wanted(self, odd: str) -> bool:
        """Ask whoever sits there; meanwhile a window may be opened, which has a question of its own."""
        ask, tell = self._terms.ask, self._tell
        if tell is None:
            return False
        is_wanted = False
        if ask is not None:
            self._turns.let_go()
            is_wanted = ask(f"{odd} Send it all the same?")
            self._turns.hold()
        if not is_wanted:
            give = "" if ask is not None else " Give --yes to send it all the same."
            tell(refusal(f"{odd} Nothing is queued.{give}", ExitStatus.NEEDS_YOU))
        return is_wanted

    def _queued(self, jobs: tuple[FaxJob, ...]) -> None:
        if self._tell is not None:
            self.follow([job.id for job in jobs], self._tell)

    def _found(self, jobs: tuple[FaxJob, ...]) -> None:
        if not self._is_wait:
            self._timer.start(LOOK_MS)
        self._orders.watch(jobs, self._heard, can_follow=self._is_wait)

    def _heard(self, output: Output) -> bool:
        """One line of the desk; False when there is nothing more to wait for."""
        if self._tell is None:
            return False
        if "status" in output:
            self._end()
            return False
        states = {one["state"] for one in output.get("fax", {}).get("recipients", ())}
        if FaxState.SENDING.value not in states:
            # How much has left says so.
            self._tell(output)
        self._look()
        return self._tell is not None

    @Slot()
    def _look(self) -> None:
        """End when what is left needs the user, or without --wait more than a little patience."""
        jobs = self._read_jobs(self._job_ids)
        left = [job for job in jobs if not is_settled(job, is_wait=self._is_wait)]
        if not left:
            # The desk says so.
            return
        is_here = all(job.state in (FaxState.QUEUED, FaxState.WAITING) for job in left)
        if (is_here and self._faxes.is_paused) or (not self._is_wait and self._is_enough(left)):
            self._end()

    def _is_enough(self, left: Sequence[FaxJob]) -> bool:
        if all(job.wait_reason in _HOPELESS for job in left):
            return True
        left_s = self._until_s - self._clock.monotonic()
        is_late = self._faxes.next_try_in_ms > left_s * 1000
        return left_s <= 0 or (is_late and all(job.state is FaxState.WAITING for job in left))

    def _end(self) -> None:
        """The last line."""
        self._timer.stop()
        tell, self._tell = self._tell, None
        if tell is not None:
            jobs = self._read_jobs(self._job_ids)
            tell({**last_line(jobs, is_paused=self._faxes.is_paused), **self._note(jobs)})

    def _note(self, jobs: Sequence[FaxJob]) -> Output:
        is_untold = self._terms.is_wait and not self._is_wait and exit_status(jobs) is ExitStatus.DONE
        return {"note": NO_NEWS} if is_untold else {}


def last_line(jobs: Sequence[FaxJob], *, is_paused: bool = False) -> Output:
    """How a fax that was sent here stands when nothing more is waited for."""
    status = exit_status(jobs)
    output: Output = {"fax": fax_json(jobs), "status": int(status)}
    match status:
        case ExitStatus.UNKNOWN:
            output["error"] = UNKNOWN
        case ExitStatus.FAILED:
            failed = sum(job.state is FaxState.FAILED for job in jobs)
            words = f"{failed} of {len(jobs)} recipients failed." if len(jobs) > 1 else "The fax failed."
            output["error"] = f"{words} {kept_words(jobs)}".strip()
        case ExitStatus.KEPT:
            output["error"] = PAUSED if is_paused else KEPT
        case ExitStatus.SIGNED_OUT:
            output["error"] = f"The sign-in is not valid any more. {KEPT} Sign in again first."
        case _:
            pass
    return output


def kept_words(jobs: Sequence[FaxJob]) -> str:
    """What is left in the outbox, "" when nothing is."""
    is_left = any(job.state in (FaxState.QUEUED, FaxState.WAITING) for job in jobs)
    return KEPT if is_left else ""
