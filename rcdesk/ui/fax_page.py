"""New fax: recipients, documents, cover page, note, and what happens after Send.

The page collects a FaxDraft and hands it to FaxDesk.queue; then it only shows the jobs. What is typed here
stays until the draft is safe on disk. GUI thread. Read next: recipient_field.py, attachments.py, send_bar.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.account import ServerProfile
from rcdesk.core.fax import MAX_NOTE_CHARACTERS, FaxDraft, FaxJob, FaxState, Resolution
from rcdesk.ui.attachments import AttachmentsList, CheckedFile, size_words
from rcdesk.ui.card import Card
from rcdesk.ui.cover_picker import CoverPicker
from rcdesk.ui.fax_words import percent, sentence
from rcdesk.ui.going_out import GoingOut
from rcdesk.ui.look import Button, label
from rcdesk.ui.recipient_field import RecipientField
from rcdesk.ui.send_bar import SendBar
from rcdesk.ui.theme import set_role

_ON_THE_WAY = (FaxState.PREPARING, FaxState.QUEUED, FaxState.SENDING)


class FaxPage(QWidget):
    """The composer. opened(job) asks for a fax's story, queue_asked() for the Queue page."""

    opened = Signal(object)
    queue_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._is_queueing = False
        self._checks_due = 0
        self._last: dict[int, FaxJob] = {}
        self.recipients = RecipientField()
        self.attachments = AttachmentsList()
        self.covers = CoverPicker()
        self.note = self._make_note()
        self._counter = label("", "small")
        self._counter.setObjectName("noteCounter")
        self._files_facts = label("", "small")
        self.going_out = GoingOut(desk)
        self.bar = SendBar()
        self._build()
        self._connect()
        self._restore_choices()
        self._account_changed()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Look at these files and add those that can be faxed; the others say why not, in place."""
        if paths:
            self._checks_due += 1
            self._desk.faxes.check_files(tuple(paths))

    def add_recipient(self, text: str) -> None:
        """Add a number as if it had been typed."""
        self.recipients.add_text(text)

    def start_new(self) -> None:
        """Put the cursor where a new fax begins."""
        self.recipients.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_hot(self, is_hot: bool) -> None:
        """Files hover over the window."""
        self.attachments.drop_zone.set_hot(is_hot)

    @Slot()
    def choose_files(self) -> None:
        """Ask for files with the system's dialog."""
        dialog = QFileDialog(self, self.tr("Add files to the fax"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        folder = self._desk.preferences.value.last_folder
        if folder and Path(folder).is_dir():
            dialog.setDirectory(folder)
        dialog.filesSelected.connect(self._files_chosen)
        dialog.open()

    # How it is put together

    def _make_note(self) -> QPlainTextEdit:
        note = QPlainTextEdit()
        note.setObjectName("noteEdit")
        note.setAccessibleName(self.tr("Note on the cover"))
        note.setPlaceholderText(self.tr("A few words for the cover page"))
        note.setTabChangesFocus(True)
        note.setFixedHeight(64)
        return note

    def _build(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(24)
        cards.addWidget(self._make_composer(), 56)
        cards.addWidget(self.going_out, 44)
        self.going_out.setMinimumWidth(260)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(16)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("New fax"), "pageTitle"), 1)
        self._add = Button(self.tr("Add files…"), icon_name="plus")
        self._add.setObjectName("addFilesButton")
        self._add.setToolTip(self.tr("Add files (Ctrl+O)"))
        head.addWidget(self._add)
        layout.addLayout(head)
        layout.addLayout(cards, 1)
        layout.addWidget(self.bar)
        order = (self._add, self.recipients.line, self.attachments.drop_zone, self.covers, self.note)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _make_composer(self) -> Card:
        inner = QWidget()
        inner.setObjectName("composer")
        inner.setProperty("surface", "clear")
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(8)
        column.addWidget(label(self.tr("To"), "label"))
        column.addWidget(self.recipients)
        column.addSpacing(6)
        column.addLayout(_headed(label(self.tr("Documents"), "label"), self._files_facts))
        column.addWidget(self.attachments)
        column.addSpacing(6)
        column.addWidget(label(self.tr("Cover page"), "label"))
        column.addWidget(self.covers)
        column.addLayout(_headed(label(self.tr("Note on the cover"), "label"), self._counter))
        column.addWidget(self.note)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        card = Card()
        outer = card.body
        outer.setContentsMargins(1, 6, 1, 10)
        outer.addWidget(area)
        return card

    def _connect(self) -> None:
        faxes = self._desk.faxes
        self._add.clicked.connect(self.choose_files)
        self.attachments.choose_asked.connect(self.choose_files)
        self.recipients.changed.connect(self._refresh)
        self.attachments.changed.connect(self._refresh)
        self.covers.chosen.connect(self._refresh)
        self.note.textChanged.connect(self._refresh)
        self.bar.resolution.changed.connect(self._refresh)
        self.bar.send_asked.connect(self.send)
        self.bar.cancel_asked.connect(self._cancel)
        self.bar.queue_asked.connect(self.queue_asked)
        self.going_out.queue_asked.connect(self.queue_asked)
        self.going_out.opened.connect(self.opened)
        faxes.checked.connect(self._checked)
        faxes.queued.connect(self._queued)
        faxes.job_changed.connect(self._job_changed)
        faxes.problem.connect(self._problem)
        self._desk.session.account_changed.connect(self._account_changed)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.send)

    def _restore_choices(self) -> None:
        kept = self._desk.preferences.value
        known = {r.value: r for r in Resolution}
        self.bar.resolution.choose(known.get(kept.resolution, Resolution.FINE))

    # What it says

    @property
    def _profile(self) -> ServerProfile:
        return self._desk.session.profile or ServerProfile(name="")

    def _obstacle(self) -> str:
        """Why this fax cannot go as it is, in one sentence; "" when it can or nothing was entered yet."""
        documents = self.attachments.documents
        profile = self._profile
        if len(self.note.toPlainText()) > MAX_NOTE_CHARACTERS:
            return self.tr("The note is longer than 1,024 characters. Shorten it, then send.")
        if self.recipients.problems:
            return self.tr("Correct or remove the red number, then send.")
        pages = sum(d.pages or 0 for d in documents)
        if pages > profile.max_fax_pages:
            words = self.tr("{0} pages are too many: one fax takes at most {1}. Split it into several.")
            return words.format(pages, profile.max_fax_pages)
        size = sum(d.size_bytes for d in documents)
        if size > profile.max_fax_bytes:
            words = self.tr("{0} is too large: one fax takes at most {1}. Split it into several.")
            return words.format(size_words(size), size_words(profile.max_fax_bytes))
        return ""

    def _missing(self) -> str:
        """What must still be entered, "" when nothing."""
        has_text = bool(self.note.toPlainText().strip())
        if not self.recipients.recipients and not self.recipients.line.text().strip():
            return self.tr("Add a recipient.")
        if not self.attachments.documents and not has_text:
            return self.tr("Add a document, or write a note to send only a cover page.")
        return ""

    @Slot()
    def _refresh(self) -> None:
        documents = self.attachments.documents
        length = len(self.note.toPlainText())
        self._counter.setText(f"{length:,} / {MAX_NOTE_CHARACTERS:,}")
        is_over = length > MAX_NOTE_CHARACTERS
        set_role(self._counter, "bad" if is_over else "small")
        pages = sum(d.pages or 0 for d in documents)
        size = size_words(sum(d.size_bytes for d in documents))
        self._files_facts.setText(f"{self._count_pages(pages)} · {size}" if documents else "")
        obstacle = self._obstacle()
        can_send = not self._is_queueing and not obstacle
        self.bar.show_summary(self._headline(), self._facts(), can_send=can_send)
        self.bar.show_problem(obstacle)

    def _count_pages(self, pages: int) -> str:
        is_open = any(d.pages is None for d in self.attachments.documents)
        if is_open and not pages:
            return self.tr("pages counted by RingCentral")
        words = self.tr("1 page") if pages == 1 else self.tr("{0} pages").format(pages)
        return self.tr("{0} or more").format(words) if is_open else words

    def _headline(self) -> str:
        missing = self._missing()
        people = len(self.recipients.recipients)
        if missing or not people:
            return missing or self.tr("Ready when you are")
        pages = sum(d.pages or 0 for d in self.attachments.documents)
        pages += 1 if self.covers.index or not self.attachments.documents else 0
        to = self.tr("1 person") if people == 1 else self.tr("{0} people").format(people)
        minutes = self.tr("about 1 minute") if pages <= 1 else self.tr("about {0} minutes").format(pages)
        each = self.tr(" each") if people > 1 else ""
        return self.tr("{0} to {1} · {2}").format(self._count_pages(pages), to, minutes) + each

    def _facts(self) -> str:
        from rcdesk.core.phone_number import pretty

        account = self._desk.session.account
        if account is None:
            return self.tr("Sign in to send. What you enter here stays.")
        shown = pretty(account.fax_caller_id, account.home_country) if account.fax_caller_id else ""
        cover = (
            self.tr("cover {0}").format(self.covers.name) if self.covers.name else self.tr("no cover page")
        )
        parts = [self.tr("Goes out as {0}").format(shown) if shown else "", cover]
        return " · ".join(p for p in parts if p)

    # What happens

    @Slot()
    def send(self) -> None:
        """Queue the fax when it can go; otherwise say what is missing."""
        if self._is_queueing:
            return
        self.recipients.commit_typed()
        reason = self._obstacle() or self._missing()
        if self._desk.session.account is None:
            reason = self.tr("Sign in to RingCentral first, then send the fax.")
        if reason:
            self.bar.show_problem(reason)
            return
        draft = FaxDraft(
            recipients=self.recipients.recipients,
            documents=self.attachments.documents,
            cover_index=self.covers.index,
            note=self.note.toPlainText().strip(),
            resolution=self.bar.resolution.value,
        )
        self._is_queueing = True
        self._last = {}
        self._refresh()
        self.bar.show_news(self.tr("Putting a safe copy on disk…"), role="label", is_busy=True)
        self._desk.preferences.update(cover_index=self.covers.index, resolution=draft.resolution.value)
        self._desk.faxes.queue(draft)

    @Slot(object)
    def _queued(self, jobs: tuple[FaxJob, ...]) -> None:
        self._is_queueing = False
        self._last = {job.id: job for job in jobs}
        self.recipients.clear()
        self.attachments.clear()
        self.note.clear()
        self._show_last()
        self._refresh()
        self.start_new()

    @Slot(object)
    def _job_changed(self, job: FaxJob) -> None:
        if job.id in self._last:
            self._last[job.id] = job
            self._show_last()

    def _show_last(self) -> None:
        """How the faxes queued last fare: progress while they are uploaded, then one sentence."""
        jobs = tuple(self._last.values())
        sending = next((j for j in jobs if j.state is FaxState.SENDING), None)
        can_cancel = any(j.state in _ON_THE_WAY for j in jobs)
        if sending is not None:
            self.bar.show_news(
                sentence(sending), role="label", percent=percent(sending) or 0, can_cancel=True
            )
        elif can_cancel:
            words = (
                self.tr("Your fax is in the queue")
                if len(jobs) == 1
                else self.tr("Your faxes are in the queue")
            )
            self.bar.show_news(words, can_cancel=True)
        elif len(jobs) == 1:
            failed = jobs[0].state in (
                FaxState.FAILED,
                FaxState.WAITING,
                FaxState.INTERRUPTED,
                FaxState.NEEDS_YOU,
            )
            self.bar.show_news(sentence(jobs[0]), role="wait" if failed else "good")
        else:
            self.bar.show_news(self.tr("All of them have left this computer."))

    @Slot()
    def _cancel(self) -> None:
        for job in self._last.values():
            if job.state in _ON_THE_WAY:
                self._desk.faxes.cancel(job.id)

    @Slot(str)
    def _problem(self, text: str) -> None:
        self._checks_due = 0
        if self._is_queueing:
            self._is_queueing = False
            self.bar.show_news("")
            self._refresh()
        self.bar.show_problem(text)

    @Slot(object)
    def _checked(self, files: Sequence[CheckedFile]) -> None:
        self._checks_due = max(0, self._checks_due - 1)
        self.attachments.add(files)

    @Slot(list)
    def _files_chosen(self, names: list[str]) -> None:
        paths = [Path(name) for name in names]
        if paths:
            self._desk.preferences.update(last_folder=str(paths[0].parent))
        self.add_files(paths)

    @Slot()
    def _account_changed(self) -> None:
        account = self._desk.session.account
        if account is not None:
            self.recipients.set_region(account.home_country)
            self.covers.set_covers(account.cover_pages, self._desk.preferences.value.cover_index)
        self._refresh()


def _headed(title: QWidget, right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(title, 1)
    row.addWidget(right)
    return row
