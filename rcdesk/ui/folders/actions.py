"""Doing the next steps: what a pressed button, a menu entry or a key means for the chosen faxes.

Everything is asked of the desks, which answer through their signals; only proofs, pages and times need
windows of their own, opened here and never waited for. edit_asked(FaxDraft) and call_asked(number) lead to
other pages; what cancelled(sentence, can be undone) tells, undo_cancel() takes
back. GUI thread. Read next: fax_steps.py, cancel_undo.py, page_viewer.py, proof_page.py, printing.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient, SendBy, WaitReason
from rcdesk.core.fax.folder import FaxRow, ReceivedFax
from rcdesk.core.fax.proof import ProofFacts
from rcdesk.ui.compose.cancel_undo import CancelUndo
from rcdesk.ui.folders.compare_dialog import CompareDialog
from rcdesk.ui.folders.fax_steps import FaxStep
from rcdesk.ui.folders.time_dialog import TimeDialog
from rcdesk.ui.kit.look import named
from rcdesk.ui.preview.page_viewer import PageViewer
from rcdesk.ui.words.fax_words import number_of, who

PDF = "application/pdf"


class FaxActs(QObject):
    """take() does a step for the rows of a selection; window is the parent of what opens."""

    edit_asked = Signal(object)
    call_asked = Signal(str)
    cancelled = Signal(str, bool)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._undo = CancelUndo(desk.faxes, self)
        self._undo.cancelled.connect(self.cancelled)

    def take(self, step: FaxStep, rows: Sequence[FaxRow]) -> None:
        """Do what the person asked for these faxes."""
        jobs = [row for row in rows if isinstance(row, FaxJob)]
        received = [row for row in rows if isinstance(row, ReceivedFax)]
        if step is FaxStep.CALL and rows:
            self.call_asked.emit(number_of(rows[0]))
        elif step is FaxStep.FORWARD and rows:
            self._desk.faxes.forward(rows[0], self.edit_asked.emit)
        elif jobs:
            self._take_jobs(step, jobs)
        elif received:
            self._take_received(step, received)

    def _take_jobs(self, step: FaxStep, jobs: list[FaxJob]) -> None:
        faxes, ids = self._desk.faxes, [job.id for job in jobs]
        first = jobs[0]
        match step:
            case FaxStep.UNDO:
                faxes.undo(ids)
            case FaxStep.CANCEL:
                self._undo.watch(jobs)
                faxes.cancel(ids)
            case FaxStep.PAUSE:
                faxes.pause(ids)
            case FaxStep.RESUME:
                faxes.resume(ids)
            case FaxStep.RETRY:
                faxes.retry(ids)
            case FaxStep.SEND_NOW:
                self._send_now(jobs)
            case FaxStep.COMPARE:
                self._compare(first)
            case FaxStep.SEND_AGAIN | FaxStep.IT_WAS_SENT:
                self._decide(step, jobs)
            case FaxStep.MARK_SENT | FaxStep.MARK_FAILED:
                faxes.mark(ids, step is FaxStep.MARK_SENT)
            case FaxStep.EDIT:
                faxes.edit_again(first.id, self.edit_asked.emit)
            case FaxStep.CHANGE_TIME:
                self._ask_time(jobs)
            case FaxStep.KEEP_TRYING:
                self._ask_deadline(jobs)
            case FaxStep.PROOF:
                self._desk.proofs.ask(first.id, self._prove)
            case _:
                return

    @Slot()
    def undo_cancel(self) -> None:
        """Queue again what was cancelled last."""
        self._undo.undo()

    def take_ids(self, step: FaxStep, ids: Sequence[int]) -> None:
        """Do a step for a whole folder, whose rows need not be in memory."""
        match step:
            case FaxStep.CANCEL:
                self._desk.faxes.cancel(ids)
            case FaxStep.RETRY:
                self._desk.faxes.retry(ids)
            case FaxStep.MARK_READ | FaxStep.MARK_UNREAD:
                self._desk.received.mark_read(ids, step is FaxStep.MARK_READ)
            case _:
                return

    def _send_now(self, jobs: list[FaxJob]) -> None:
        timed = (WaitReason.SCHEDULED, WaitReason.LATE)
        scheduled = [job.id for job in jobs if job.wait_reason in timed]
        others = [job.id for job in jobs if job.wait_reason not in timed]
        if scheduled:
            self._desk.faxes.reschedule(scheduled, None, SendBy.DESK)
        if others:
            self._desk.faxes.retry(others)

    def _decide(self, step: FaxStep, jobs: list[FaxJob]) -> None:
        """The user's answer for those that need one; the others are simply sent again."""
        for job in jobs:
            if job.state is FaxState.NEEDS_YOU:
                self._desk.faxes.resolve(job.id, step is FaxStep.IT_WAS_SENT)
        over = [job.id for job in jobs if job.state.is_final]
        if over and step is FaxStep.SEND_AGAIN:
            self._desk.faxes.send_again(over)

    def _compare(self, job: FaxJob) -> None:
        dialog = CompareDialog(self._desk.proofs, job, self._window)
        dialog.answered.connect(partial(self._desk.faxes.resolve, job.id))
        dialog.open()

    def _take_received(self, step: FaxStep, faxes: list[ReceivedFax]) -> None:
        desk, ids, first = self._desk.received, [fax.id for fax in faxes], faxes[0]
        match step:
            case FaxStep.OPEN:
                self._read(first)
                desk.open_pages(first, partial(self._show_received, first))
            case FaxStep.PRINT:
                self._read(first)
                desk.open_pages(first, partial(self._print, who(first), first.media_type))
            case FaxStep.SAVE:
                self._ask_export(first)
            case FaxStep.MARK_READ:
                desk.mark_read(ids, True)
            case FaxStep.MARK_UNREAD:
                desk.mark_read(ids, False)
            case FaxStep.REPLY:
                self.edit_asked.emit(
                    FaxDraft(recipients=(Recipient(number=first.number, name=first.name),), documents=())
                )
            case _:
                return

    def _read(self, fax: ReceivedFax) -> None:
        if not fax.is_read:
            self._desk.received.mark_read([fax.id], True)

    # Times

    def _ask_time(self, jobs: list[FaxJob]) -> None:
        dialog = TimeDialog(
            self.tr("When should it go out?"),
            self.tr("Until then it can be changed or cancelled."),
            at=jobs[0].send_at,
            without_words=self.tr("Send it now"),
            send_by=jobs[0].send_by,
            parent=self._window,
        )
        dialog.chosen.connect(partial(self._reschedule, [job.id for job in jobs]))
        dialog.open()

    def _reschedule(self, ids: list[int], at: datetime | None, send_by: SendBy) -> None:
        self._desk.faxes.reschedule(ids, at, send_by)

    def _ask_deadline(self, jobs: list[FaxJob]) -> None:
        dialog = TimeDialog(
            self.tr("Keep trying until when?"),
            self.tr(
                "As long as trying can help, it is tried again until then; after that it counts as failed."
            )
            if not jobs[0].state.is_final
            else self.tr("It is tried again now and, as long as that can help, until then."),
            at=jobs[0].keep_trying_until,
            without_words=self.tr("The usual five tries"),
            parent=self._window,
        )
        dialog.chosen.connect(partial(self._set_deadline, jobs))
        dialog.open()

    def _set_deadline(self, jobs: list[FaxJob], until: datetime | None, _send_by: SendBy) -> None:
        """A fax that has failed is tried again at once: that is what was asked for."""
        self._desk.faxes.set_deadline([job.id for job in jobs], until)
        over = [job.id for job in jobs if job.state.is_final]
        if over:
            self._desk.faxes.retry(over)

    # Pages

    def _show_received(self, fax: ReceivedFax, path: Path) -> None:
        viewer = PageViewer(
            self._desk.proofs,
            path,
            fax.media_type,
            title=self.tr("Fax from {0}").format(who(fax)),
            parent=self._window,
        )
        viewer.setObjectName("receivedViewer")
        viewer.save_asked.connect(partial(self._ask_export, fax))
        viewer.print_asked.connect(partial(self._print, who(fax), fax.media_type, path))
        viewer.forward_asked.connect(partial(self.take, FaxStep.FORWARD, (fax,)))
        viewer.show()

    def _print(self, title: str, media_type: str, path: Path) -> None:
        from rcdesk.ui.preview.printing import ask_and_print

        ask_and_print(self._desk.proofs, path, media_type, title, self._window)

    def _ask_export(self, fax: ReceivedFax) -> None:
        stem = f"{fax.created_at.astimezone():%Y-%m-%d} {who(fax)}".replace("/", "-")
        dialog = self._save_dialog(self.tr("Save the fax"), stem + ".pdf")
        dialog.setNameFilters([self.tr("PDF (*.pdf)"), self.tr("TIFF (*.tif *.tiff)")])
        dialog.fileSelected.connect(partial(self._export, fax, dialog))
        dialog.open()

    def _export(self, fax: ReceivedFax, dialog: QFileDialog, chosen: str) -> None:
        target = Path(chosen)
        is_tiff = target.suffix.lower() in (".tif", ".tiff")
        if target.suffix.lower() not in (".pdf", ".tif", ".tiff"):
            is_tiff = "tif" in dialog.selectedNameFilter().lower()
            target = target.with_name(target.name + (".tif" if is_tiff else ".pdf"))
        self._read(fax)
        self._desk.received.export(fax, target, "tiff" if is_tiff else "pdf", self._saved)

    def _saved(self, _path: Path) -> None:
        """The desk says so itself."""

    # Proofs

    def _prove(self, facts: ProofFacts) -> None:
        from rcdesk.ui.folders.proof_page import report_pdf

        report = report_pdf(facts)
        target = self._desk.proofs.default_target(facts.job)
        self._desk.proofs.bind(facts, report, target, partial(self._show_proof, facts, report))

    def _show_proof(self, facts: ProofFacts, report: bytes, path: Path) -> None:
        title = self.tr("Proof of the fax to {0}").format(who(facts.job))
        viewer = PageViewer(self._desk.proofs, path, PDF, title=title, can_forward=False, parent=self._window)
        viewer.setObjectName("proofViewer")
        viewer.save_asked.connect(partial(self._ask_proof_target, facts, report, path.name))
        viewer.print_asked.connect(partial(self._print, title, PDF, path))
        viewer.show()

    def _ask_proof_target(self, facts: ProofFacts, report: bytes, name: str) -> None:
        dialog = self._save_dialog(self.tr("Save the proof"), name)
        dialog.setNameFilters([self.tr("PDF (*.pdf)")])
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(partial(self._bind_to, facts, report))
        dialog.open()

    def _bind_to(self, facts: ProofFacts, report: bytes, chosen: str) -> None:
        self._desk.proofs.bind(facts, report, Path(chosen), self._saved)

    # The log

    def ask_log(self) -> None:
        """Ask where the CSV log of all faxes shall be written."""
        proposed = str(self._desk.proofs.default_log_target())
        dialog = self._save_dialog(self.tr("Save the log of all faxes"), proposed)
        dialog.setNameFilters([self.tr("CSV (*.csv)")])
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self._write_log)
        dialog.open()

    def _write_log(self, chosen: str) -> None:
        self._desk.proofs.write_log(Path(chosen), self._saved)

    def _save_dialog(self, title: str, name: str) -> QFileDialog:
        dialog = named(QFileDialog(self._window, title), "saveDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.selectFile(name)
        return dialog
