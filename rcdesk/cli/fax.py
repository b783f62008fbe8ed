"""`rcdesk fax` from a shell: sent by the running rcdesk, or by this program alone.

With a window open the fax goes through its door and the window sends it. Without one this program queues it
in the same outbox and sends it from there by the same desks. What cannot go now stays in the outbox, where
the next window or the next command finds it. Main thread of a program without a window. Read next:
executor.py, fax_sending.py, core/orders/fax_report.py, fax_output.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeAlias

from msgspec import Struct, field

from rcdesk.cli.archive_lock import Output, SignInWay, refusal, refused
from rcdesk.cli.executor import Executor
from rcdesk.cli.fax_sending import KEPT, STAYS, UNKNOWN, Ask, FaxTerms, kept_words
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import Cancelled, OutcomeUnknown, RcdeskError
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.core.orders.fax_report import exit_status, fax_json
from rcdesk.core.orders.order import ExitStatus, FollowFaxesOrder, Order, SendOrder
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.paths import Paths

Tell: TypeAlias = Callable[[Output], None]

INTERRUPTED = "Interrupted. Nothing was queued."
INTERRUPTED_ASKING = (
    "Interrupted before the window of rcdesk said what became of the fax. Look at its Queue before you ask "
    "again."
)
INTERRUPTED_WINDOW = "The fax goes on in the window of rcdesk. Cancel it there if it is not to go."
OTHER_WINDOW = (
    "A window of rcdesk was opened and has the fax now, but does not say how it fares. Look at its Queue."
)
WINDOW_GONE = (
    "The running rcdesk ended before it said what became of the fax. Look at its Queue before you ask again."
)


class FaxCommand(Struct, frozen=True, kw_only=True):
    """What was typed: the fax, and how this program signs in when no window is open.

    is_sure (--yes): nothing is asked in the shell; a window asks all the same.
    """

    asked_fax: AskedFax
    is_wait: bool = False
    is_json: bool = False
    is_sure: bool = False
    way: SignInWay = field(default_factory=SignInWay)


class FaxRun:
    """One fax. run() sends it and tells what becomes of it; the last line has "status"."""

    def __init__(
        self,
        command: FaxCommand,
        paths: Paths,
        stop: CancelToken,
        tell: Tell,
        *,
        ask: Ask | None = None,
        clock: Clock | None = None,
    ) -> None:
        """stop: cancelled by Ctrl+C. ask: puts a question to whoever sits there, None when nobody does."""
        self._command = command
        self._database = paths.database
        self._tell = tell
        terms = FaxTerms(is_wait=command.is_wait, is_sure=command.is_sure, ask=ask)
        self._executor = Executor(command.way, paths, stop, terms=terms, clock=clock)
        self._job_ids: tuple[int, ...] = ()

    def close(self) -> None:
        """Give everything back; what is queued stays queued."""
        self._executor.close()

    def run(self) -> None:
        order = SendOrder(asked_fax=self._command.asked_fax, is_wait=self._command.is_wait)
        try:
            with closing(self._executor.follow(order, self._next_order, lost=OTHER_WINDOW)) as lines:
                for output in lines:
                    self._tell(output)
        except RcdeskError as exc:
            self._tell(self._refused(exc))

    def _next_order(self, output: Output) -> Order | None:
        if "fax" in output:
            self._job_ids = tuple(one["id"] for one in output["fax"]["recipients"])
        return FollowFaxesOrder(job_ids=self._job_ids) if self._job_ids else None

    def _refused(self, error: RcdeskError) -> Output:
        """The last line after an error: with the fax, once it is queued."""
        if self._executor.is_window and isinstance(error, Cancelled):
            words = INTERRUPTED_WINDOW if self._job_ids else INTERRUPTED_ASKING
            return refusal(words, ExitStatus.INTERRUPTED)
        if not self._job_ids:
            is_gone = isinstance(error, OutcomeUnknown)
            return refusal(WINDOW_GONE, ExitStatus.UNKNOWN) if is_gone else refused(error, INTERRUPTED)
        with closing(Outbox(self._database)) as outbox:
            jobs = outbox.many(self._job_ids)
        if jobs and isinstance(error, Cancelled):
            return _interrupted(jobs)
        line = refused(error, "Interrupted.")
        fax: Output = {"fax": fax_json(jobs)} if jobs else {}
        return {**fax, **line, "error": f"{line['error']} {kept_words(jobs) if jobs else KEPT}".strip()}


def _interrupted(jobs: Sequence[FaxJob]) -> Output:
    """What Ctrl+C leaves behind, said plainly."""
    there = [job for job in jobs if job.state is FaxState.HANDED_OVER]
    here = [job for job in jobs if job.state in (FaxState.QUEUED, FaxState.WAITING)]
    words = ["RingCentral has the fax and goes on with it; the window of rcdesk shows how it ends."]
    if not there:
        words = []
    if any(job.is_in_doubt for job in jobs):
        words.append(UNKNOWN)
    if here:
        words.append(f"{'The rest' if len(here) < len(jobs) else 'The fax has not gone and'} {STAYS}.")
    if not words:
        return {"fax": fax_json(jobs), "status": int(exit_status(jobs))}
    return {"fax": fax_json(jobs), **refusal(" ".join(words), ExitStatus.INTERRUPTED)}
