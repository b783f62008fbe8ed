"""New fax: recipients, documents, cover page, note, when it goes; at the right, how it will arrive.

The page collects a FaxDraft; made_fax.py makes what is uploaded when that is not the user's own files;
sending.py asks the one question, hands it to FaxDesk and offers Undo. What is entered is kept as a draft at
once. A fax that comes (new, opened, undone, forwarded) never mixes with another: the one that gives way stays
in Drafts. GUI thread. Read next: composed.py, kept_composed.py, sending.py, composer_preview.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.fax.drafts_desk import UNDO_S
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.fax.fax import FaxDraft, FaxOptions, Resolution
from rcdesk.ui.compose.attachments import CheckedFile
from rcdesk.ui.compose.composed import Composed, composed_of, facts, headline, missing, obstacle, time_problem
from rcdesk.ui.compose.composer_card import ComposerCard
from rcdesk.ui.compose.composer_preview import ComposerPreview, PreviewFold
from rcdesk.ui.compose.file_looks import FileLooks
from rcdesk.ui.compose.incoming import FileChoice
from rcdesk.ui.compose.kept_composed import OpenDraft, composed_from, lost_words
from rcdesk.ui.compose.made_fax import MadeFax
from rcdesk.ui.compose.send_later import AT_ONCE, SendLaterDialog, SendTime, time_words
from rcdesk.ui.compose.sending import ComposerFace, Sending
from rcdesk.ui.kit.lacks import why_no_fax
from rcdesk.ui.kit.look import Button, across, down, fill, label
from rcdesk.ui.preview.preview_pane import PreviewPane
from rcdesk.ui.preview.send_bar import SendBar

FACTS_PAUSE_MS = 250


class FaxPage(ComposerFace):
    """The composer. queue_asked(), drafts_asked() and fax_asked() ask for these pages; filled(bool) when
    something stands in it now, or nothing any more."""

    queue_asked = Signal()
    drafts_asked = Signal()
    fax_asked = Signal()
    filled = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._time = AT_ONCE
        self._is_filled = False
        self._sent_key = ""
        self._take_back: Callable[[], None] | None = None
        self._back: FaxDraft | None = None
        self._told = ""
        self.card = ComposerCard(desk)
        self.recipients, self.attachments = self.card.recipients, self.card.attachments
        self.covers, self.note = self.card.covers, self.card.note
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
        self.draft = OpenDraft(desk.drafts, lambda: self.composed, self)
        self._forget_done = single_shot(self, self._done_is_over, UNDO_S * 1000)
        self._facts_pause = single_shot(self, self._ask_facts, FACTS_PAUSE_MS)
        self._build()
        self._connect()
        kept = desk.preferences.value.resolution
        self.resolution.choose(FaxOptions(resolution=Resolution(kept)))
        self._account_changed()
        self._drafts_changed()

    def load(self, draft: FaxDraft) -> None:
        """Fill the composer with an earlier fax; what stood in it stays in Drafts."""
        if draft is self._back:  # it was taken back and stands here already
            self._back = None
            return
        made = composed_of(draft, self._region)
        if self._is_busy:
            self.draft.put_aside(made)
            self.bar.show_news(self.tr("The fax you asked for is kept in Drafts."), has_queue=False)
        else:
            self._exchange(made)
        self._refresh()

    def begin(self) -> None:
        """A clean fax; what stood here stays in Drafts."""
        self._exchange(self._clean)

    def open_draft(self, key: str) -> None:
        kept = self._desk.drafts.get(key)
        if kept is not None and key != self.draft.key and not self._is_busy:
            made = composed_from(kept, self._region)
            self._exchange(made, key)
            self.attachments.show_problem(lost_words(kept))
        self.start_new()

    @Slot()
    def discard(self) -> None:
        """Throw away what stands here; it can be brought back for a while."""
        thrown = self.composed
        if self._is_busy or thrown.is_blank:
            return
        key = self.draft.forget()
        self.looks.stop()
        self._fill(self._clean)
        self._say_done(self.tr("The draft was discarded."), partial(self._bring_back, key, thrown))
        self.start_new()

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

    def offer_recipient(self) -> None:
        """Put the cursor into To while it is empty, unless it stands in another part of the fax."""
        focused = QApplication.focusWidget()
        if self.recipients.is_blank and not (focused is not None and self.isAncestorOf(focused)):
            self.start_new()

    @Slot()
    def undo(self) -> None:
        """Take back what was done last, while that is possible: a discarded draft, a cancelling, a Send."""
        take_back = self._take_back
        if take_back is None:
            self.sending.undo()
            return
        self._done_is_over()
        take_back()

    @property
    def can_undo(self) -> bool:
        """True while undo() takes something back."""
        return self._take_back is not None or self.sending.can_undo

    def set_hot(self, is_hot: bool, *, is_new: bool = False) -> None:
        """Files hover over the window; is_new: letting go begins another fax than the one here."""
        self.attachments.drop_zone.set_hot(is_hot, is_new=is_new and not self.composed.is_blank)

    @Slot()
    def choose_files(self) -> None:
        """Ask for files with the system's dialog."""
        self._choice.ask()

    @property
    def composed(self) -> Composed:
        return replace(
            self.resolution.chosen(self.card.composed),
            time=self._time,
            pages=self.preview.pages,
            is_exact=self.preview.wants_exact,
            unseen=self.looks.paths,
        )

    def current_draft(self) -> FaxDraft:
        """What Send would hand over now."""
        composed = self.composed
        return self._made.draft_of(composed, composed.draft(self._desk.preferences.value.undo_s))

    # How it is put together

    def _build(self) -> None:
        cards = across((self.card, 56), (self.preview, 44), spacing=24)
        head = QHBoxLayout()
        fill(head, (label(self.tr("New fax"), "pageTitle"), 1), spacing=12)
        self._add = Button(self.tr("Add files…"), icon_name="plus", name="addFilesButton")
        self._add.setToolTip(self.tr("Add files (Ctrl+O)"))
        self._drafts = Button("", kind="link", icon_name="draft", name="draftsButton", act=self.drafts_asked)
        self._discard = Button(self.tr("Discard"), icon_name="trash", name="discardButton", act=self.discard)
        self._discard.setToolTip(self.tr("Throw this fax away"))
        for button in (self._folded.button, self._drafts, self._discard, self._add):
            head.addWidget(button)
        down(head, (cards, 1), self.bar, of=self, margins=(24, 20, 24, 20), spacing=16)
        QWidget.setTabOrder(self._drafts, self._discard)
        QWidget.setTabOrder(self._discard, self._add)
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
        self.bar.take_back_asked.connect(self.undo)
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
        self.sending.cancelled.connect(self._cancelled)
        self._desk.drafts.changed.connect(self._drafts_changed)
        self._desk.drafts.leaving.connect(self._leave)
        self._desk.drafts.problem.connect(self._problem)
        faxes.checked.connect(self._checked)
        self.looks.ended.connect(self._edited)
        faxes.undone.connect(self.take_back)
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
            if is_undo and not text and self.can_undo:
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
        self.sending.show_undo()
        self.draft.touch()
        self._discard.setEnabled(not composed.is_blank and not self._is_busy)
        if composed.is_blank is self._is_filled:
            self._is_filled = not composed.is_blank
            self.filled.emit(self._is_filled)

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
        self._sent_key = self.draft.key
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
            self.draft.forget()
            self._fill(self._clean)
            self.start_new()
        elif draft is not None and self.draft.key != self._sent_key:
            self._desk.drafts.delete((self._sent_key,))  # put away meanwhile
        self._refresh()

    @property
    def _clean(self) -> Composed:
        """An empty fax, with the cover and the quality chosen last."""
        own = self.card.composed.own_cover
        return Composed(cover_index=self.covers.index, own_cover=own, resolution=self.resolution.value)

    @Slot(object)
    def take_back(self, draft: FaxDraft) -> None:
        """A fax was taken back: into the empty composer, or into Drafts when something new stands there."""
        self._back = draft
        made = self._made.composed_of(draft) or composed_of(draft, self._region)
        if self.composed.is_blank and not self._is_busy:
            self._fill(made)
            self.start_new()
        else:
            self.draft.put_aside(made)
            self.bar.show_news(
                self.tr("Taken back. Nothing was sent. It is kept in Drafts."), has_queue=False
            )
        self._refresh()

    # Drafts

    def _exchange(self, composed: Composed, key: str = "") -> None:
        """Show another fax; the one here stays in Drafts, with the files that are still being looked at."""
        was_something = self.draft.put_away()
        self.looks.stop()
        self._fill(replace(composed, unseen=()))
        if key:
            self.draft.open(key, composed)
        self.looks.look(composed.unseen)
        self.start_new()
        if was_something:
            self.bar.show_news(self.tr("The fax before is kept in Drafts."), role="label", has_queue=False)

    def _bring_back(self, key: str, thrown: Composed) -> None:
        self._desk.drafts.bring_back((key,))
        self.fax_asked.emit()
        if self.composed.is_blank and not self._is_busy:
            self._exchange(thrown, key)

    def _say_done(self, words: str, take_back: Callable[[], None]) -> None:
        self._take_back = take_back
        self.bar.show_done(words)
        self._forget_done.start()

    @Slot()
    def _done_is_over(self) -> None:
        self._take_back = None
        self._forget_done.stop()
        self.bar.show_done("")

    @Slot(str, bool)
    def _cancelled(self, words: str, can_undo: bool) -> None:
        if can_undo:
            self._say_done(words, self.sending.uncancel)
        else:
            self.bar.show_news(words)

    @Slot()
    def _drafts_changed(self) -> None:
        count = len(self._desk.drafts.all)
        self._drafts.setVisible(count > 0)
        self._drafts.setText(self.tr("Drafts ({0})").format(count))
        self._drafts.setAccessibleName(self._drafts.text())

    @Slot()
    def _leave(self) -> None:
        """Somebody else comes, or the end: what stands here is theirs who wrote it."""
        was_something = self.draft.put_away()
        self.looks.stop()
        self._done_is_over()
        if was_something:
            self._fill(self._clean)
        self.bar.show_news("")

    def _fill(self, composed: Composed) -> None:
        self._time = composed.time
        self.resolution.choose(composed)
        self.card.fill(composed)
        self._side.fill(composed)
        self._people_changed()

    @Slot()
    def choose_time(self) -> None:
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
