"""`rcdesk fax` from a shell: sent by the running rcdesk, or by this program alone.

With a window open the fax goes through its door and the window sends it. Without one this program queues it
in the same outbox and sends it from there, in short turns under the archive's lock. What cannot go now stays
in the outbox, where the next window or the next command finds it. Main thread of a program without a window.
Read next: archive_lock.py, services/commands/send.py, core/orders/fax_report.py, fax_output.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from rcdesk.cli.archive_lock import ArchiveLock, Output, SignInWay, refusal, refused
from rcdesk.core.account.capability import Capability
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import Cancelled, OutcomeUnknown, RcdeskError
from rcdesk.core.fax.fax import FaxJob, FaxState, WaitReason
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.core.orders.fax_report import exit_status, fax_json, is_settled, progress_json
from rcdesk.core.orders.order import ExitStatus, FollowFaxesOrder, SendOrder
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.services.commands.send import CommandFaxes, UntilLastByte

Tell: TypeAlias = Callable[[Output], None]
Ask: TypeAlias = Callable[[str], bool]

PATIENCE_S = 60.0
"""How long a command without --wait stays for what may be over soon: a limit, another fax to the number."""

ADOPT_TRIES = 10
ADOPT_PAUSE_S = 1.0
"""A window that was opened meanwhile knows the fax once it has signed in."""

_STAYS = (
    "stays safe in the outbox. It goes out when the window of rcdesk is opened, or with the next rcdesk fax"
)
INTERRUPTED = "Interrupted. Nothing was queued."
INTERRUPTED_ASKING = (
    "Interrupted before the window of rcdesk said what became of the fax. Look at its Queue before you ask "
    "again."
)
INTERRUPTED_WINDOW = "The fax goes on in the window of rcdesk. Cancel it there if it is not to go."
KEPT = f"What has not gone {_STAYS}."
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
        self._lock = ArchiveLock(command.way, paths, stop)
        self._stop = stop
        self._tell = tell
        self._ask = ask
        self._clock = clock
        self._instance = self._lock.instance
        self._faxes: CommandFaxes | None = None
        self._is_wait = command.is_wait
        self._said: tuple[object, ...] = ()
        self._job_ids: tuple[int, ...] = ()

    def close(self) -> None:
        """Give everything back; what is queued stays queued."""
        if self._faxes is not None:
            self._faxes.close()
        self._lock.close()

    def run(self) -> None:
        """Send it."""
        try:
            if self._instance.begin_turn():
                self._alone()
            else:
                self._through_window()
        except RcdeskError as exc:
            self._tell(self._refused(exc))

    def _refused(self, error: RcdeskError) -> Output:
        """The last line after an error: with the fax, once it is queued."""
        jobs = self._faxes.jobs(self._job_ids) if self._faxes is not None and self._job_ids else ()
        if not jobs and self._job_ids:
            # A window had queued it, and the archive is not open here.
            line = refused(error, "Interrupted.")
            return {**line, "error": f"{line['error']} {KEPT}"}
        if not jobs:
            return refused(error, INTERRUPTED)
        if isinstance(error, Cancelled):
            return self._interrupted(jobs)
        line = refused(error, "")
        return {"fax": fax_json(jobs), **line, "error": f"{line['error']} {_kept_words(jobs)}".strip()}

    # With a window

    def _through_window(self) -> None:
        order = SendOrder(asked_fax=self._command.asked_fax, is_wait=self._command.is_wait)
        has_fax = False
        try:
            with closing(self._instance.ask(order, self._stop)) as lines:
                for output in lines:
                    if "fax" in output:
                        has_fax = True
                        self._job_ids = tuple(one["id"] for one in output["fax"]["recipients"])
                    self._tell(output)
                    if "status" in output:
                        return
        except Cancelled:
            words = INTERRUPTED_WINDOW if has_fax else INTERRUPTED_ASKING
            self._tell(refusal(words, ExitStatus.INTERRUPTED))
            return
        except OutcomeUnknown as exc:
            if not has_fax:
                raise OutcomeUnknown(WINDOW_GONE) from exc
        if has_fax:
            self._go_on_alone()
        else:
            self._lock.take()
            self._alone()

    def _follow_in_window(self) -> None:
        """A window was opened while this program waited: it goes on with the fax as soon as it knows it."""
        for _ in range(ADOPT_TRIES):
            try:
                with closing(
                    self._instance.ask(FollowFaxesOrder(job_ids=self._job_ids), self._stop)
                ) as lines:
                    for output in lines:
                        if output.get("status") == ExitStatus.UNKNOWN and "fax" not in output:
                            break
                        self._tell(output)
                        if "status" in output:
                            return
                    else:
                        self._go_on_alone()
                        return
                self._stop.sleep(ADOPT_PAUSE_S)
            except Cancelled:
                self._tell(refusal(INTERRUPTED_WINDOW, ExitStatus.INTERRUPTED))
                return
            except OutcomeUnknown:
                self._lock.take()
                self._go_on_alone()
                return
        self._tell(refusal(OTHER_WINDOW, ExitStatus.UNKNOWN))

    # Without one

    def _alone(self) -> None:
        faxes = self._open()
        asked_fax = self._command.asked_fax
        account = faxes.account(asked_fax, self._stop)
        why_not = account.why_not(Capability.FAX_SEND)
        if why_not:
            self._tell(refusal(f"{why_not} Nothing is queued.", ExitStatus.FAILED))
            return
        self._is_wait = self._command.is_wait and account.can(Capability.FAX_FOLLOW)
        faxes.recover()
        draft = faxes.draft(asked_fax, account, self._stop)
        odd = "" if self._command.is_sure else faxes.odd(draft, account)
        if odd and not self._is_wanted(odd):
            give = "" if self._ask is not None else " Give --yes to send it all the same."
            self._tell(refusal(f"{odd} Nothing is queued.{give}", ExitStatus.NEEDS_YOU))
        elif odd and not self._instance.begin_turn():
            # A window was opened while the question stood there; it has one of its own.
            self._through_window()
        else:
            self._job_ids = tuple(job.id for job in faxes.queue(draft, account, self._stop))
            self._send()

    def _is_wanted(self, odd: str) -> bool:
        """Ask whoever sits there; meanwhile a window may be opened."""
        if self._ask is None:
            return False
        self._instance.end_turn()
        return self._ask(f"{odd} Send it all the same?")

    def _go_on_alone(self) -> None:
        """The window that had the fax was closed."""
        self._lock.take()
        faxes = self._open()
        faxes.recover()
        faxes.new_turn()
        self._send()

    def _send(self) -> None:
        """Step by step until there is nothing more to wait for. The lock is ours on entry."""
        faxes = self._open()
        until_s = faxes.clock.monotonic() + PATIENCE_S
        while True:
            self._news()
            is_moved = False
            if not self._is_over():
                is_moved = self._step()
                self._news()
            if self._is_over() or (not is_moved and self._is_enough(until_s)):
                self._tell(self._end())
                return
            if is_moved and not self._stop.is_cancelled:
                continue
            if not self._lock.pause(faxes.pause_s()):
                self._tell(self._interrupted(faxes.jobs(self._job_ids)))
                return
            if not self._instance.begin_turn():
                self._follow_in_window()
                return
            faxes.new_turn()

    def _step(self) -> bool:
        """One request, with its progress told and its turn kept; see CommandFaxes.step."""
        from rcdesk.services.commands.send import UntilLastByte

        token: UntilLastByte = UntilLastByte(self._stop)
        percent = -1
        deaf: OSError | None = None

        def report(progress: tuple[tuple[int, ...], int, int]) -> None:
            nonlocal percent, deaf
            ids, sent, total = progress
            token.is_complete = sent >= total > 0
            now_percent = sent * 100 // total if total else 0
            if now_percent == percent or not set(ids) & set(self._job_ids):
                return
            percent = now_percent
            self._instance.keep_turn()
            try:
                self._tell({"progress": progress_json(ids, sent, total)})
            except OSError as exc:
                # Whoever listened has gone; the request is finished first.
                deaf = exc

        is_moved = self._open().step(self._job_ids, token, report)
        if deaf is not None:
            raise deaf
        return is_moved

    def _news(self) -> None:
        """Tell how the fax stands when that has changed."""
        jobs = self._open().jobs(self._job_ids)
        said = tuple((job.state, job.detail, job.server_pages) for job in jobs)
        if jobs and said != self._said:
            self._said = said
            self._tell({"fax": fax_json(jobs)})

    def _is_over(self) -> bool:
        faxes = self._open()
        jobs = faxes.jobs(self._job_ids)
        if all(is_settled(job, is_wait=self._is_wait) for job in jobs):
            return True
        waiting = [job for job in jobs if not is_settled(job, is_wait=self._is_wait)]
        is_here = all(job.state in (FaxState.QUEUED, FaxState.WAITING) for job in waiting)
        return is_here and faxes.is_paused(jobs)

    def _is_enough(self, until_s: float) -> bool:
        """Without --wait: what is left needs more than a little patience."""
        faxes = self._open()
        if self._is_wait:
            return False
        left_s = until_s - faxes.clock.monotonic()
        jobs = [j for j in faxes.jobs(self._job_ids) if not is_settled(j, is_wait=False)]
        hopeless = (WaitReason.NO_CONNECTION, WaitReason.TROUBLE, WaitReason.RETRY, WaitReason.SCHEDULED)
        if all(job.wait_reason in hopeless for job in jobs):
            return True
        return left_s <= 0 or (faxes.pause_s() > left_s and all(j.state is FaxState.WAITING for j in jobs))

    def _end(self) -> Output:
        """The last line of a fax that was sent here."""
        faxes = self._open()
        jobs = faxes.jobs(self._job_ids)
        status = exit_status(jobs)
        output: Output = {"fax": fax_json(jobs), "status": int(status)}
        match status:
            case ExitStatus.UNKNOWN:
                output["error"] = UNKNOWN
            case ExitStatus.FAILED:
                failed = sum(job.state is FaxState.FAILED for job in jobs)
                of = f" of {len(jobs)} recipients" if len(jobs) > 1 else ""
                output["error"] = f"{failed}{of} failed." if of else "The fax failed."
                output["error"] = f"{output['error']} {_kept_words(jobs)}".strip()
            case ExitStatus.KEPT:
                output["error"] = PAUSED if faxes.is_paused(jobs) else KEPT
            case ExitStatus.SIGNED_OUT:
                output["error"] = f"The sign-in is not valid any more. {KEPT} Sign in again first."
            case ExitStatus.DONE if self._command.is_wait and not self._is_wait:
                output["note"] = NO_NEWS
            case _:
                pass
        return output

    def _interrupted(self, jobs: Sequence[FaxJob]) -> Output:
        """What Ctrl+C leaves behind, said plainly."""
        there = [job for job in jobs if job.state is FaxState.HANDED_OVER]
        here = [job for job in jobs if job.state in (FaxState.QUEUED, FaxState.WAITING)]
        words = ["RingCentral has the fax and goes on with it; the window of rcdesk shows how it ends."]
        if not there:
            words = []
        if any(job.is_in_doubt for job in jobs):
            words.append(UNKNOWN)
        if here:
            words.append(f"{'The rest' if len(here) < len(jobs) else 'The fax has not gone and'} {_STAYS}.")
        if not words:
            return {"fax": fax_json(jobs), "status": int(exit_status(jobs))}
        return {"fax": fax_json(jobs), **refusal(" ".join(words), ExitStatus.INTERRUPTED)}

    def _open(self) -> CommandFaxes:
        """The way to the service and the outbox, made when it is needed first."""
        if self._faxes is None:
            from rcdesk.services.commands.send import CommandFaxes

            profile, credentials = self._lock.server()
            kept, paths = self._lock.preferences(), self._lock.paths
            make_secrets, clock = self._lock.secrets, self._clock
            self._faxes = CommandFaxes(
                profile, credentials, kept, paths, make_secrets=make_secrets, clock=clock
            )
        return self._faxes


def _kept_words(jobs: Sequence[FaxJob]) -> str:
    """What is left in the outbox, "" when nothing is."""
    is_left = any(job.state in (FaxState.QUEUED, FaxState.WAITING) for job in jobs)
    return KEPT if is_left else ""
