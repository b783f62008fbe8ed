"""New fax: recipients, documents, cover page, note, when it goes; at the right, how it will arrive.

The page collects a FaxDraft; made_fax.py makes what is uploaded when that is not the user's own files;
sending.py asks the one question, hands it to FaxDesk and offers Undo. What is entered stays until it is safe
on disk, and a fax that comes back (undone, to be edited, forwarded) never wipes out another: the one that
gives way is offered in the bar. GUI thread. Read next: composed.py, sending.py, composer_preview.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.account import ServerProfile
from rcdesk.core.fax import FaxDraft, Resolution
from rcdesk.ui.attachments import AttachmentsList, CheckedFile
from rcdesk.ui.composed import Composed, composed_of, facts, headline, missing, obstacle, time_problem
from rcdesk.ui.composer_card import ComposerCard
from rcdesk.ui.composer_preview import ComposerPreview
from rcdesk.ui.cover_picker import CoverPicker
from rcdesk.ui.file_choice import FileChoice
from rcdesk.ui.file_looks import FileLooks
from rcdesk.ui.lacks import why_no_fax
from rcdesk.ui.look import Button, label
from rcdesk.ui.made_fax import MadeFax
from rcdesk.ui.preview_fold import PreviewFold
from rcdesk.ui.preview_pane import PreviewPane
from rcdesk.ui.recipient_field import RecipientField
from rcdesk.ui.send_bar import SendBar
from rcdesk.ui.send_later import AT_ONCE, SendLaterDialog, SendTime, time_words
from rcdesk.ui.sending import ComposerFace, Sending
from rcdesk.ui.set_aside import SetAside

FACTS_PAUSE_MS = 250


class FaxPage(ComposerFace):
    """The composer. queue_asked() asks for the Queue page."""

    queue_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._time = AT_ONCE
        self._set_aside = SetAside()
        self._back: FaxDraft | None = None
        self._told = ""
        self.card = ComposerCard(desk)
        self.preview = PreviewPane(desk.pages)
        self.resolution = self.preview.resolution_choice
        self.bar = SendBar()
        self._made = MadeFax(desk.pages, self)
        self._side = ComposerPreview(desk, self.card, self.preview)
        self._folded = PreviewFold(self, self.card, self.preview)
        self.looks = FileLooks(desk.faxes)
        self._choice = FileChoice(desk.preferences, self)
        self._choice.chosen.connect(self.add_files)
        self.sending = Sending(desk, self.bar, self)
        self._facts_pause = QTimer(self)
        self._facts_pause.setSingleShot(True)
        self._facts_pause.setInterval(FACTS_PAUSE_MS)
        self._facts_pause.timeout.connect(self._ask_facts)
        self._build()
        self._connect()
        kept = desk.preferences.value.resolution
        self.resolution.choose({r.value: r for r in Resolution}.get(kept, Resolution.FINE))
        self._account_changed()

    def load(self, draft: FaxDraft) -> None:
        """Fill the composer with an earlier fax; what stood in it is offered in the bar."""
        if draft is self._back:  # it was taken back and stands here already
            self._back = None
            return
        made = composed_of(draft, self._region)
        if self._is_busy:
            self._set_aside.put(made)
        else:
            self._set_aside.put(self.composed)
            self._fill(made)
            self.start_new()
        self._refresh()

    @Slot(object)
    def add_files(self, paths: Sequence[Path]) -> None:
        """Look at these files and add those that can be faxed; the others say why not, in place."""
        self.looks.look(paths)

    def add_recipient(self, text: str) -> None:
        """Add a number as if it had been typed."""
        self.recipients.add_text(text)

    def start_new(self) -> None:
        """Put the cursor where a new fax begins."""
        self._folded.show_composer()
        self.recipients.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def undo_send(self) -> None:
        """Take the newest fax back while that is possible."""
        self.sending.undo()

    def set_hot(self, is_hot: bool) -> None:
        """Files hover over the window."""
        self.attachments.drop_zone.set_hot(is_hot)

    @Slot()
    def choose_files(self) -> None:
        """Ask for files with the system's dialog."""
        self._choice.ask()

    @property
    def recipients(self) -> RecipientField:
        """Who it goes to."""
        return self.card.recipients

    @property
    def attachments(self) -> AttachmentsList:
        """The documents."""
        return self.card.attachments

    @property
    def covers(self) -> CoverPicker:
        """The cover pages."""
        return self.card.covers

    @property
    def note(self) -> QPlainTextEdit:
        """The note on the cover."""
        return self.card.note

    @property
    def composed(self) -> Composed:
        """Everything that stands in the composer now."""
        return replace(
            self.card.composed,
            resolution=self.resolution.value,
            time=self._time,
            pages=self.preview.pages,
            is_exact=self.preview.wants_exact,
        )

    def current_draft(self) -> FaxDraft:
        """What Send would hand over now."""
        composed = self.composed
        return self._made.draft_of(composed, composed.draft(self._desk.preferences.value.undo_s))

    # How it is put together

    def _build(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(24)
        cards.addWidget(self.card, 56)
        cards.addWidget(self.preview, 44)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(16)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(label(self.tr("New fax"), "pageTitle"), 1)
        self._add = Button(self.tr("Add files…"), icon_name="plus")
        self._add.setObjectName("addFilesButton")
        self._add.setToolTip(self.tr("Add files (Ctrl+O)"))
        head.addWidget(self._folded.button)
        head.addWidget(self._add)
        layout.addLayout(head)
        layout.addLayout(cards, 1)
        layout.addWidget(self.bar)
        QWidget.setTabOrder(self._add, self.card.groups.button)

    def _connect(self) -> None:
        faxes = self._desk.faxes
        self._add.clicked.connect(self.choose_files)
        self.attachments.show_below(self.looks)
        self.attachments.choose_asked.connect(self.choose_files)
        self.recipients.changed.connect(self._people_changed)
        self.card.changed.connect(self._edited)
        self.bar.send_asked.connect(self.send)
        self.bar.later_asked.connect(self.choose_time)
        self.bar.now_asked.connect(self._forget_time)
        self.bar.restore_asked.connect(self.restore)
        self.bar.queue_asked.connect(self.queue_asked)
        self.preview.resolution_changed.connect(self._refresh)
        self._side.changed.connect(self._edited)
        self._made.ready.connect(self._send_made)
        self._made.refused.connect(self._refused)
        self._made.changed.connect(self._making_changed)
        self.sending.changed.connect(self._refresh)
        self.sending.queued.connect(self._queued)
        self.sending.refused.connect(self._tell)
        self.sending.correct_asked.connect(self.recipients.edit)
        faxes.checked.connect(self._checked)
        self.looks.ended.connect(self._edited)
        faxes.undone.connect(self._undone)
        faxes.problem.connect(self._problem)
        faxes.said.connect(self._said)
        self._desk.people.problem.connect(self._problem)
        self._desk.session.account_changed.connect(self._account_changed)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self.send)
        for field in (self.recipients.line, self.note):
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Z in an empty field takes the fax back; a field with text undoes its own typing."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_undo = event.matches(QKeySequence.StandardKey.Undo)
            text = self.note.toPlainText() if watched is self.note else self.recipients.line.text()
            if is_undo and not text and self.sending.can_undo:
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    # What it says

    @property
    def _region(self) -> str:
        account = self._desk.session.account
        return account.home_country if account is not None else "US"

    def _obstacle(self, composed: Composed) -> str:
        profile = self._desk.session.profile or ServerProfile(name="")
        return why_no_fax(self._desk.session) or obstacle(composed, profile) or self._side.obstacle

    @Slot()
    def _refresh(self) -> None:
        self._side.show(self.card.composed)
        composed = self.composed
        reason = self._obstacle(composed)
        can_send = not self._is_busy and not reason
        small = facts(composed, self._desk.session.account, self.covers.name)
        self.bar.show_summary(headline(composed, self.preview.transmission_s), small, can_send=can_send)
        self.bar.show_problem(reason or self._told)
        self.bar.show_time(time_words(self._time), is_set=self._time.is_set)
        self.bar.show_offer(self._set_aside.words)
        self.sending.show_undo()

    # What happens

    @Slot()
    def send(self) -> None:
        """Send the fax when it can go, after at most one question; otherwise say what is missing."""
        if self._is_busy:
            return
        self.recipients.commit_typed()
        composed = self.composed
        reason = self.looks.words or self._obstacle(composed) or missing(composed)
        if self._desk.session.account is None:
            reason = self.tr("Sign in to RingCentral first, then send the fax.")
        draft = self.current_draft()
        if not reason:
            reason = time_problem(draft)
        self._tell(reason)
        if reason:
            return
        self._desk.preferences.update(
            cover_index=self.covers.index, own_cover=composed.own_cover, resolution=draft.resolution.value
        )
        profile = self._desk.session.profile or ServerProfile(name="")
        self._made.make(composed, draft, self.preview.outgoing, profile)

    @Slot(object)
    def _send_made(self, draft: FaxDraft) -> None:
        self.bar.show_news("")
        self.sending.send(draft)

    @Slot(str)
    def _refused(self, problem: str) -> None:
        self.bar.show_news("")
        self._tell(problem)

    @Slot()
    def _making_changed(self) -> None:
        if self._made.is_busy:
            self.bar.show_news(self.tr("Making the pages that are sent…"), role="label", is_busy=True)
        self._refresh()

    @property
    def _is_busy(self) -> bool:
        return self.sending.is_busy or self._made.is_busy

    @Slot(object)
    def _queued(self, draft: FaxDraft | None) -> None:
        """It is safe on disk: make room, unless something else was written meanwhile."""
        self.recipients.forget_facts()
        if draft is not None and draft == self.current_draft():
            own = self.card.composed.own_cover
            self._fill(
                Composed(cover_index=self.covers.index, own_cover=own, resolution=self.resolution.value)
            )
            self.start_new()
        self._refresh()

    @Slot(object)
    def _undone(self, draft: FaxDraft) -> None:
        """A fax was taken back: into the empty composer, or aside when something new stands there."""
        self._back = draft
        made = self._made.composed_of(draft) or composed_of(draft, self._region)
        if self.composed.is_blank and not self._is_busy:
            self._fill(made)
            self.start_new()
        else:
            self._set_aside.put(made)
        self._refresh()

    @Slot()
    def restore(self) -> None:
        """Exchange the fax set aside last with what stands in the composer."""
        if self._set_aside and not (self._is_busy or self.looks.is_busy):
            back = self._set_aside.take()
            self._set_aside.put(self.composed)
            self._fill(back)
            self._refresh()
            self.start_new()

    def _fill(self, composed: Composed) -> None:
        """Show exactly this."""
        self._time = composed.time
        self.resolution.choose(composed.resolution)
        self.card.fill(composed)
        self._side.fill(composed)
        self._people_changed()

    @Slot()
    def choose_time(self) -> None:
        """Ask when it goes out."""
        dialog = SendLaterDialog(self._time, self, account=self._desk.session.account)
        dialog.decided.connect(self._time_decided)
        dialog.open()

    @Slot(object)
    def _time_decided(self, time: SendTime) -> None:
        self._time = time
        self._refresh()

    @Slot()
    def _forget_time(self) -> None:
        self._time = AT_ONCE
        self._refresh()
        self.bar.later.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _tell(self, problem: str) -> None:
        """Show what went wrong until something is changed."""
        self._told = problem
        self._refresh()

    @Slot()
    def _edited(self) -> None:
        self._told = ""
        self._refresh()

    @Slot()
    def _people_changed(self) -> None:
        self._edited()
        if self.recipients.unknown and self._desk.session.account is not None:
            self._facts_pause.start()

    @Slot()
    def _ask_facts(self) -> None:
        """Look early who is odd; whether these very pages went there is asked when it is sent."""
        unknown = self.recipients.unknown
        if unknown and self._desk.session.account is not None:
            self._desk.faxes.ask_facts(FaxDraft(recipients=unknown, documents=()), self.recipients.set_facts)

    @Slot(str)
    def _problem(self, text: str) -> None:
        """A sentence of bad news is shown where the work is done; other pages show theirs."""
        was_busy = self.sending.stop_waiting()
        if (was_busy or self.isVisible()) and not self.sending.tells(text):
            self._tell(text)

    @Slot(str)
    def _said(self, text: str) -> None:
        if self.isVisible():
            self.bar.show_news(text)

    @Slot(object)
    def _checked(self, files: Sequence[CheckedFile]) -> None:
        self.attachments.add(files)

    @Slot()
    def _account_changed(self) -> None:
        account = self._desk.session.account
        if account is not None:
            self.recipients.set_region(account.home_country)
            if account.cover_pages != self.covers.covers:
                kept = self._desk.preferences.value
                self.covers.set_covers(account.cover_pages, kept.cover_index)
        self._refresh()
