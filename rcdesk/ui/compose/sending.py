"""From Send to "it has left": the checks, the safe copy, Undo, Cancel, and how the last fax fares.

The composer hands over a draft; facts are asked, at most one question is put, then FaxDesk queues it. Undo
stays for the newest fax that is still held. GUI thread. Read next: fax_page.py, review_dialog.py,
core/fax/send_checks.py.
"""

from __future__ import annotations

from collections import Counter
from functools import partial

from msgspec import Struct
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot, ticking
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState
from rcdesk.core.fax.send_checks import RecipientFacts, SendQuestion, question
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.compose.cancel_undo import CancelUndo
from rcdesk.ui.compose.composed import Composed, page_words
from rcdesk.ui.compose.review_dialog import PAGE_WIDTH_PX, ReviewDialog
from rcdesk.ui.preview.send_bar import SendBar
from rcdesk.ui.words.fax_words import percent, sentence

_STATE = FaxState
STOPPABLE = frozenset({_STATE.PREPARING, _STATE.HELD, _STATE.QUEUED, _STATE.WAITING, _STATE.SENDING})
"""What the bar's Cancel stops; what RingCentral has already is told, not taken back."""

_LOOK_AGAIN = frozenset({_STATE.FAILED, _STATE.WAITING, _STATE.INTERRUPTED, _STATE.NEEDS_YOU})
_GONE = frozenset({_STATE.HANDED_OVER, _STATE.SENT, _STATE.FAILED, _STATE.INTERRUPTED, _STATE.NEEDS_YOU})
_DRAWABLE = ("application/pdf", "image/")
_TICK_MS = 100
_SAY_AFTER_MS = 150
_FEW = 20
_CATCH_UP_MS = 60


class _Held(Struct, frozen=True, kw_only=True):
    """A fax that can be taken back: its jobs and how many seconds there were at first."""

    job_ids: tuple[int, ...]
    of_s: float


class ComposerFace(QWidget):
    """What Sending needs of the page it works for."""

    @property
    def composed(self) -> Composed:
        raise NotImplementedError

    def current_draft(self) -> FaxDraft:
        raise NotImplementedError


class Sending(QObject):
    """Signals: changed() when is_busy or can_undo may have changed; queued(FaxDraft) when it is safe on disk;
    correct_asked(number) to go back to one recipient; refused(str), why it did not go; cancelled(sentence,
    can it be undone) with uncancel() to undo it."""

    changed = Signal()
    queued = Signal(object)
    correct_asked = Signal(str)
    refused = Signal(str)
    cancelled = Signal(str, bool)

    def __init__(self, desk: Desk, bar: SendBar, page: ComposerFace) -> None:
        super().__init__(page)
        self._desk, self._bar, self._page = desk, bar, page
        self._asked: FaxDraft | None = None
        self._reviewed: FaxDraft | None = None
        self._queueing: FaxDraft | None = None
        self._unsure: FaxDraft | None = None
        self._dialog: ReviewDialog | None = None
        self._last: dict[int, FaxJob] = {}
        self._held: list[_Held] = []
        self._is_cancelling = False
        self._is_told_apart = False
        self._cancels = CancelUndo(desk.faxes, self)
        self._cancels.cancelled.connect(self.cancelled)
        self._others: list[frozenset[str]] = []
        self._tick = ticking(self, self._count_down, _TICK_MS)
        self._slow = single_shot(self, self._say_looking, _SAY_AFTER_MS)
        self._catch_up = single_shot(self, self._show_last, _CATCH_UP_MS)
        bar.undo_asked.connect(self.undo)
        bar.cancel_asked.connect(self.cancel)
        faxes = desk.faxes
        faxes.queued.connect(self._queued)
        faxes.job_changed.connect(self._job_changed)
        faxes.jobs_changed.connect(self._track)
        faxes.undone.connect(self._undone)
        self._track(faxes.jobs)

    @property
    def is_busy(self) -> bool:
        """True from Send until the fax is safe on disk or refused."""
        return self._asked is not None or self._queueing is not None or self._dialog is not None

    @property
    def can_undo(self) -> bool:
        """True while a fax can be taken back."""
        return bool(self._held)

    def send(self, draft: FaxDraft) -> None:
        """Look whether anything is odd, ask at most once, then queue it."""
        if self.is_busy:
            return
        self._asked = draft
        self._slow.start()
        self.changed.emit()
        self._desk.faxes.ask_facts(draft, partial(self._facts_here, draft))

    def expect_other(self, draft: FaxDraft, *, is_coming: bool = True) -> None:
        """A fax that is queued without the composer: only its Undo is shown here. False: it failed."""
        numbers = frozenset(r.number for r in draft.recipients)
        if is_coming:
            self._others.append(numbers)
        elif numbers in self._others:
            self._others.remove(numbers)

    def tells(self, sentence_of_job: str) -> bool:
        """True when the bar says this about a fax sent from here already, and keeps it up to date."""
        jobs = (job for job in self._desk.faxes.jobs if job.id in self._last)
        return any(job.detail == sentence_of_job for job in jobs)

    def stop_waiting(self) -> bool:
        """Something went wrong: let go of what was under way; True when there was something."""
        was_busy = self._asked is not None or self._queueing is not None
        if self._queueing is not None:
            self._unsure = self._queueing  # the trouble may have been another fax's
        self._asked = self._queueing = None
        if was_busy:
            self._slow.stop()
            self._bar.show_news("")
            self.changed.emit()
        return was_busy

    @Slot()
    def undo(self) -> None:
        """Take the newest fax back that is still held here."""
        if not self._held:
            return
        held = self._held.pop()
        if self._last.keys() & set(held.job_ids):
            self._last = {}
        self._bar.show_news(self.tr("Taking it back…"), role="label", is_busy=True)
        self._desk.faxes.undo(held.job_ids)
        self._count_down()
        self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        """Stop what has not gone of the last fax."""
        jobs = tuple(job for job in self._last.values() if job.state in STOPPABLE)
        if jobs:
            self._is_cancelling = True
            self._is_told_apart = self._cancels.watch(jobs)
            self._desk.faxes.cancel(tuple(job.id for job in jobs))

    def uncancel(self) -> None:
        """Queue again what cancel() stopped, as it was."""
        self._cancels.undo()

    # Before it goes

    def _facts_here(self, draft: FaxDraft, facts: tuple[RecipientFacts, ...]) -> None:
        if draft is not self._asked:
            return
        self._asked = None
        if self._slow.isActive():
            self._slow.stop()
        else:
            self._bar.show_news("")
        if draft != self._page.current_draft():
            self.changed.emit()
            self.refused.emit(self.tr("The fax was changed while it was looked at. Press Send again."))
            return
        asked = question(facts)
        if asked is None:
            self._queue(draft)
        else:
            self._ask(asked, draft)

    def _ask(self, asked: SendQuestion, draft: FaxDraft) -> None:
        account = self._desk.session.account
        region = account.home_country if account is not None else "US"
        dialog = ReviewDialog(
            asked,
            draft,
            pretty=lambda number: pretty(number, region),
            pages_words=page_words(draft.documents) if draft.documents else self.tr("1 page"),
            parent=self._page,
        )
        self._dialog = dialog
        dialog.confirmed.connect(self._confirmed)
        dialog.correct_asked.connect(self.correct_asked)
        dialog.finished.connect(self._dialog_over)
        self._reviewed = draft
        dialog.open()
        self.changed.emit()
        first = draft.documents[0] if draft.documents else None
        if first is not None and first.media_type.startswith(_DRAWABLE):
            width_px = round(PAGE_WIDTH_PX * 2 * self._page.devicePixelRatioF())
            done = partial(self._page_here, dialog)
            self._desk.proofs.page_image(first.path, first.media_type, 0, width_px, done)

    def _page_here(self, dialog: ReviewDialog, png: bytes) -> None:
        if dialog is self._dialog:
            dialog.page.show_picture(png)

    @Slot()
    def _confirmed(self) -> None:
        draft, self._reviewed, self._dialog = self._reviewed, None, None
        if draft is not None:
            self._queue(draft)

    @Slot()
    def _dialog_over(self) -> None:
        self._dialog = None
        self.changed.emit()

    def _queue(self, draft: FaxDraft) -> None:
        self._queueing, self._unsure = draft, None
        self._is_cancelling = False
        self._last = {}
        self.changed.emit()
        self._bar.show_news(self.tr("Putting a safe copy on disk…"), role="label", is_busy=True)
        self._desk.faxes.queue(draft)

    @Slot()
    def _say_looking(self) -> None:
        self._bar.show_news(self.tr("Looking at the numbers once more…"), role="label", is_busy=True)

    # After it is safe

    @Slot(object)
    def _queued(self, jobs: tuple[FaxJob, ...]) -> None:
        numbers = frozenset(job.recipient.number for job in jobs)
        if numbers in self._others:
            self._others.remove(numbers)
            self._track(jobs)
            return
        draft = self._queueing or self._unsure
        self._queueing = self._unsure = None
        self._last = {job.id: job for job in jobs}
        self._track(jobs)
        self.queued.emit(draft)
        self._show_last()
        self._count_down()
        self.changed.emit()

    @Slot(object)
    def _track(self, jobs: tuple[FaxJob, ...]) -> None:
        """Offer Undo for every Send among these that is still held, also for one from before a restart."""
        known = {job_id for held in self._held for job_id in held.job_ids}
        batches: dict[int, list[int]] = {}
        for job in jobs:
            if job.state is FaxState.HELD and job.id not in known:
                batches.setdefault(job.batch_id, []).append(job.id)
        for batch_id in sorted(batches):
            ids = tuple(batches[batch_id])
            left_s = self._desk.faxes.undo_left_s(ids)
            if left_s > 0:
                self._held.append(_Held(job_ids=ids, of_s=left_s))
        if batches:
            self._count_down()

    @Slot(object)
    def _job_changed(self, job: FaxJob) -> None:
        if job.state is not FaxState.HELD and any(job.id in held.job_ids for held in self._held):
            self._held = [held for held in self._held if job.id not in held.job_ids]
            self._count_down()
            self.changed.emit()
        if job.id in self._last:
            self._last[job.id] = job
            if len(self._last) <= _FEW:
                self._show_last()
            elif not self._catch_up.isActive():
                self._catch_up.start()

    @Slot(object)
    def _undone(self, _draft: FaxDraft) -> None:
        self._bar.show_news(self.tr("Taken back. Nothing was sent."))

    @Slot()
    def _count_down(self) -> None:
        """Show what is left of the newest one's time; forget those whose time is over."""
        left_s = of_s = 0.0
        while self._held:
            left_s, of_s = self._desk.faxes.undo_left_s(self._held[-1].job_ids), self._held[-1].of_s
            if left_s > 0:
                break
            self._held.pop()
        if not self._held:
            left_s = 0.0
        if bool(self._held) is not self._tick.isActive():
            self._tick.start() if self._held else self._tick.stop()
            self.changed.emit()
        self._bar.show_undo(left_s, of_s, is_alone=self._page.composed.is_blank)

    def show_undo(self) -> None:
        """The composer changed: Undo takes the place of Send only while nothing new is written."""
        self._count_down()

    @Slot()
    def _show_last(self) -> None:
        """How the faxes queued last fare: progress while they are uploaded, then one sentence."""
        self._catch_up.stop()
        jobs = tuple(self._last.values())
        if not jobs:
            return
        can_cancel = any(job.state in STOPPABLE and job.state is not FaxState.HELD for job in jobs)
        if self._is_cancelling and not can_cancel:
            self._say_cancelled(jobs)
        elif all(job.state is FaxState.HELD for job in jobs):
            self._bar.show_news(self.tr("Safe on this computer. It leaves when the time to undo is over."))
        elif len(jobs) == 1:
            self._show_one(jobs[0], self._cancel_words(jobs) if can_cancel else "")
        else:
            self._show_many(jobs, self._cancel_words(jobs) if can_cancel else "")

    def _cancel_words(self, jobs: tuple[FaxJob, ...]) -> str:
        """What the link says that stops them: never just Cancel, for another fax may stand above it."""
        are_scheduled = all(job.is_scheduled for job in jobs)
        if len(jobs) == 1:
            return self.tr("Cancel the scheduled fax") if are_scheduled else self.tr("Cancel the last fax")
        return self.tr("Cancel the scheduled faxes") if are_scheduled else self.tr("Cancel these faxes")

    def _show_one(self, job: FaxJob, cancel: str) -> None:
        if job.state is FaxState.SENDING:
            done = percent(job) or 0
            self._bar.show_news(sentence(job), role="label", percent=done, cancel=cancel)
        elif job.state is FaxState.QUEUED:
            self._bar.show_news(self.tr("Your fax is in the queue"), cancel=cancel)
        else:
            is_bad = job.state in _LOOK_AGAIN and not job.is_scheduled
            self._bar.show_news(sentence(job), role="wait" if is_bad else "good", cancel=cancel)

    def _show_many(self, jobs: tuple[FaxJob, ...], cancel: str) -> None:
        counts = Counter(job.state for job in jobs)
        waiting = sum(counts[s] for s in STOPPABLE if s is not FaxState.SENDING)
        accepted = sum(job.is_accepted for job in jobs)
        followed = counts[_STATE.HANDED_OVER] - accepted
        parts = [
            self.tr("{0} waiting").format(waiting) if waiting else "",
            self.tr("{0} going to RingCentral").format(counts[_STATE.SENDING])
            if counts[_STATE.SENDING]
            else "",
            self.tr("{0} accepted").format(accepted) if accepted else "",
            self.tr("{0} being sent").format(followed) if followed else "",
            self.tr("{0} sent").format(counts[_STATE.SENT]) if counts[_STATE.SENT] else "",
            self.tr("{0} failed").format(counts[_STATE.FAILED]) if counts[_STATE.FAILED] else "",
            self.tr("{0} need you").format(counts[_STATE.NEEDS_YOU]) if counts[_STATE.NEEDS_YOU] else "",
            self.tr("{0} cancelled").format(counts[_STATE.CANCELLED]) if counts[_STATE.CANCELLED] else "",
        ]
        words = self.tr("{0} faxes: {1}").format(len(jobs), ", ".join(p for p in parts if p))
        sending = next((job for job in jobs if job.state is FaxState.SENDING), None)
        done = percent(sending) if sending is not None else None
        is_bad = bool(counts[_STATE.FAILED] or counts[_STATE.NEEDS_YOU])
        self._bar.show_news(words, role="wait" if is_bad else "label", percent=done, cancel=cancel)

    def _say_cancelled(self, jobs: tuple[FaxJob, ...]) -> None:
        """What could be stopped, and what had gone."""
        self._is_cancelling = False
        stopped = sum(1 for job in jobs if job.state is FaxState.CANCELLED)
        gone = sum(1 for job in jobs if job.state in _GONE)
        if not gone and self._is_told_apart:
            words = ""
        elif not gone:
            words = self.tr("Cancelled. Nothing was sent.") if stopped == 1 else ""
            words = words or self.tr("{0} cancelled. Nothing was sent.").format(stopped)
        elif not stopped:
            words = self.tr("It had already gone to RingCentral. Nothing could be stopped here.")
        else:
            words = self.tr("{0} cancelled; {1} had already gone to RingCentral.").format(stopped, gone)
        self._bar.show_news(words, role="wait" if gone else "good")
        self._last = {}
