"""The Messages page: conversations at the left, the open one at the right, and a new message in its place.

It shows what TextsDesk says and asks it for what is pressed. A conversation that is looked at is read. Del
deletes with an undo, U marks as unread, Ctrl+F searches, Enter writes, Esc goes back. GUI thread. Read next:
conversation_list.py, thread_card.py, bridge/messages/texts_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.messages.texts_desk import THREAD_TEXTS, UNDO_S, ThreadPage
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import AccountNumber
from rcdesk.core.account.capability import Capability
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import RcdeskError
from rcdesk.core.messages.conversation import (
    Conversation,
    ConversationQuery,
    KeptText,
    OnlyTexts,
    TextCounts,
    WrittenText,
)
from rcdesk.core.messages.text import TextState
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.lacks import Lacking, LackLine, why_not
from rcdesk.ui.kit.list_and_detail import FolderBody
from rcdesk.ui.kit.look import Button, across, down, fill, label, named, scaled
from rcdesk.ui.kit.search_line import SearchLine
from rcdesk.ui.messages.conversation_list import ConversationDelegate, ConversationList
from rcdesk.ui.messages.thread_card import ThreadCard
from rcdesk.ui.people.list_page import FilterRow
from rcdesk.ui.phone.placing import region_of
from rcdesk.ui.words import text_words
from rcdesk.ui.words.text_words import Act

LIST_PX = 320
FOLD_PX = 880
"""A window below 1000 px shows the list or the thread."""

READ_AFTER_MS = 700


class MessagesPage(QWidget):
    """call_asked(number, name), fax_asked(number), contact_asked(number), fax_chosen(FaxRow)."""

    call_asked = Signal(str, str)
    fax_asked = Signal(str)
    contact_asked = Signal(str)
    fax_chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        named(self, "messagesPage", self.tr("Messages"))
        self._desk = desk
        self._texts = desk.texts
        self._clock = SystemClock()
        self._only = OnlyTexts.ALL
        self._open: Conversation | None = None
        self._is_new = False
        self._limit = THREAD_TEXTS
        self._deleted: tuple[int, ...] = ()
        self._wanted = 0
        self.model = desk.new_conversations_model(self._sentence, self)
        self.list = ConversationList()
        self.list.setModel(self.model)
        self.list.follow_model()
        self.list.setItemDelegate(ConversationDelegate(self._clock, self._region, self.list))
        self.empty = label("", "muted", wraps=True, name="messagesEmpty")
        self.foot = FootLine(self)
        self.card = ThreadCard(desk)
        self._read = single_shot(self, self._mark_read, READ_AFTER_MS)
        self._build()
        self._connect()
        self._show_counts(self._texts.counts)
        self._look_at_session()
        self._ask()
        self._counted()

    # -- layout -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.search = SearchLine("messagesSearch", self.tr("Search texts"))
        self.search.setPlaceholderText(self.tr("Name, number or words"))
        self.search.setProperty("place", "canvas")
        self.search.setMinimumHeight(36)
        self.search.setMaximumWidth(300)
        self.new_button = Button(
            self.tr("New message"), icon_name="compose", name="newMessage", act=self.write_new
        )
        self.new_button.setToolTip(self.tr("New message (Ctrl+Shift+N)"))
        Lacking(self._desk.session, self.new_button, Capability.TEXT)
        self._filters = FilterRow(
            (f"messages_{only.name.lower()}", self._filter_words(only, 0), only) for only in OnlyTexts
        )
        head = across(
            label(self.tr("Messages"), "pageTitle"), ..., (self.search, 2), self.new_button, spacing=12
        )
        lack = LackLine("messagesLack", self._desk.session, Capability.MESSAGES)
        self._list_card = Card()
        fill(
            self._list_card.body,
            self._filters,
            lack,
            self.empty,
            (self.list, 1),
            margins=(12, 12, 12, 12),
        )
        self._list_card.body.addStretch(0)
        self.body = FolderBody(self._list_card, self.card, first=self.card.first_step, fold_px=FOLD_PX)
        under = across(..., self.body.details, margins=0)
        self._list_card.body.addLayout(under)
        down(head, (self.body, 1), self.foot, of=self, margins=(24, 20, 24, 20), spacing=16)

    def _connect(self) -> None:
        card, composer = self.card, self.card.composer
        self.search.asked.connect(self._ask)
        self.search.returnPressed.connect(self.focus_list)
        self._filters.pressed.connect(self.show_only)
        self.list.chosen_changed.connect(self._chosen)
        self.list.open_asked.connect(self.body.show_story)
        self.list.delete_asked.connect(self._delete_conversation)
        self.list.unread_asked.connect(self._mark_unread)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.body.list_asked.connect(self.focus_list)
        self.model.loaded.connect(self._counted)
        self._texts.changed.connect(self._reread)
        self._texts.counts_changed.connect(self._show_counts)
        self._texts.problem.connect(self.foot.say_problem)
        self.foot.undo_asked.connect(self.undo)
        card.head.call_asked.connect(self._call)
        card.head.fax_asked.connect(self._fax)
        card.head.person_asked.connect(self._ask_contact)
        card.head.unread_asked.connect(self._mark_unread)
        card.head.delete_asked.connect(self._delete_conversation)
        card.new.left_asked.connect(self._leave_new)
        card.new.changed.connect(self._new_changed)
        card.view.acted.connect(self._act)
        card.view.file_asked.connect(self._open_file)
        card.view.older_asked.connect(self._show_older)
        card.view.fax_chosen.connect(self.fax_chosen)
        composer.send_asked.connect(self._send)
        composer.written.connect(self._keep_draft)
        composer.number_chosen.connect(self._choose_number)
        composer.last_asked.connect(self._edit_last)
        composer.left_asked.connect(self._leave_composer)
        self._desk.session.state_changed.connect(self._look_at_session)
        self._desk.session.account_changed.connect(self._look_at_session)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest = 16_777_215 if self.body.is_folded else scaled(LIST_PX) + 24
        self._list_card.setMaximumWidth(widest)

    def showEvent(self, event: QShowEvent) -> None:
        """What is open is looked at again."""
        super().showEvent(event)
        self._read.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._is_new:
            self._leave_new()
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self._ask()
            self.focus_list()
        else:
            super().keyPressEvent(event)

    def focus_list(self) -> None:
        """Put the keyboard into the list; into the composer while a new message is written."""
        if self._is_new:
            self.card.first_step().setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.list.choose_first()

    def focus_search(self) -> None:
        self.search.take_focus()

    # -- the list -----------------------------------------------------------------------------------------

    @Slot(object)
    def show_only(self, only: OnlyTexts) -> None:
        self._only = only
        self._filters.choose(only)
        self._ask()

    @Slot()
    def _ask(self) -> None:
        query = ConversationQuery(owner_id=self._texts.owner_id, only=self._only, text=self.search.words)
        self.model.set_query(query)

    @Slot()
    def _counted(self) -> None:
        """One line in the place of an empty list; the wanted conversation chosen."""
        is_empty = not self.model.is_reading and self.model.rowCount() == 0
        text = self.search.words
        nothing = {
            OnlyTexts.ALL: self.tr("No texts yet. Write the first one."),
            OnlyTexts.UNREAD: self.tr("Everything is read."),
            OnlyTexts.NOT_SENT: self.tr("Every text went out."),
        }[self._only]
        if why_not(self._desk.session, Capability.MESSAGES):
            nothing = ""
        not_found = self.tr("No text matches “{0}”.").replace("{0}", text)
        self.empty.setText(not_found if text else nothing)
        self.empty.setVisible(is_empty and bool(self.empty.text()))
        self.list.setVisible(not is_empty)
        row = self.model.row_of(self._wanted) if self._wanted else None
        if row is not None:
            self._wanted = 0
            self.list.setCurrentIndex(self.model.index(row, 0))
        elif not self.model.is_reading and not self._is_new and not self._wanted:
            self.list.choose_first()
        if is_empty and not self._is_new and self._open is None:
            self.card.show_nobody(self._nobody())

    @Slot(object)
    def _show_counts(self, counts: TextCounts) -> None:
        for only, count in (
            (OnlyTexts.UNREAD, counts.unread_conversations),
            (OnlyTexts.NOT_SENT, counts.not_sent),
        ):
            self._filters.rename(only, self._filter_words(only, count))

    def _filter_words(self, only: OnlyTexts, count: int) -> str:
        words = {
            OnlyTexts.ALL: self.tr("All"),
            OnlyTexts.UNREAD: self.tr("Unread"),
            OnlyTexts.NOT_SENT: self.tr("Not sent"),
        }[only]
        return f"{words} {count}" if count else words

    @Slot()
    def _chosen(self) -> None:
        """Another conversation is current, or the same one has changed."""
        conversation = self.list.chosen()
        if conversation is None or self._is_new:
            return
        self._show(conversation)

    # -- the open conversation ----------------------------------------------------------------------------

    def open_conversation(self, conversation: Conversation) -> None:
        """Show this one, and write there."""
        self._is_new = False
        self._wanted = conversation.id
        if self._only is not OnlyTexts.ALL or self.search.text():
            self.search.clear()
            self.show_only(OnlyTexts.ALL)
        self._show(conversation)
        self._counted()
        self.body.show_story()

    def open_number(self, number: str) -> None:
        """Show the conversation with this person."""
        self._texts.open_with((number,), self.open_conversation)

    def _show(self, conversation: Conversation) -> None:
        is_other = self._open is None or self._open.id != conversation.id
        if is_other:
            self.card.composer.flush()
            self._limit = THREAD_TEXTS
            self.card.view.clear()
        self._open = conversation
        self.card.head.show_conversation(conversation, self._region())
        self.card.show_thread()
        if is_other:
            self.card.composer.load(conversation.draft)
            self._offer_numbers(conversation)
        self._close_composer(conversation)
        self._read_thread()

    def _offer_numbers(self, conversation: Conversation | None) -> None:
        numbers = self._numbers()
        chosen = conversation.own_number if conversation is not None else ""
        if conversation is not None and not chosen and conversation.newest is not None:
            chosen = conversation.newest.own_number
        self.card.composer.set_numbers(numbers, chosen)
        name = text_words.title(conversation, self._region()) if conversation is not None else ""
        words = self.tr("Message to {0}").replace("{0}", name) if name else self.tr("Message")
        if conversation is not None and conversation.is_group:
            words = self.tr("Message to {0} people").format(len(conversation.people))
        self.card.composer.set_placeholder(words)

    def _close_composer(self, conversation: Conversation | None) -> None:
        """Why nothing can be written here, if so."""
        reason = why_not(self._desk.session, Capability.TEXT)
        composer = self.card.composer
        if not reason and not self._numbers():
            reason = self.tr("None of your numbers can send texts. Ask your administrator for one that can.")
        if not reason and conversation is not None and composer.from_number in conversation.opted_out:
            reason = self.tr("They asked for no more texts. They must text START to {0} first.").replace(
                "{0}", pretty(composer.from_number, self._region())
            )
        if not reason and conversation is not None and not conversation.numbers:
            reason = self.tr("They withheld their number: nobody can answer.")
        composer.close_with(reason)

    @Slot()
    def _reread(self) -> None:
        """Something changed: the thread and what is known of its conversation."""
        if self._open is not None and not self._is_new:
            self._read_thread()

    def _read_thread(self) -> None:
        conversation = self._open
        if conversation is None:
            return

        def done(page: ThreadPage | None) -> None:
            if page is None or self._open is None or self._is_new or page.conversation.id != self._open.id:
                return
            is_gone = not page.texts and page.conversation.draft.is_empty and bool(self._deleted)
            self._open = page.conversation
            self.card.view.show_page(page)
            self._close_composer(page.conversation)
            if page.conversation.unread and self.isVisible():
                self._read.start()
            if is_gone and self.model.row_of(page.conversation.id) is None:
                self._open = None
                self.card.show_nobody(self._nobody())

        self._texts.read_thread(conversation.id, done, limit=self._limit)

    @Slot()
    def _show_older(self) -> None:
        self._limit += THREAD_TEXTS
        self._read_thread()

    @Slot()
    def _mark_read(self) -> None:
        """Somebody looks at it."""
        is_looked_at = self.isVisible() and self.window().isActiveWindow()
        if self._open is not None and is_looked_at and self._open.unread and not self._is_new:
            self._texts.set_read(self._open.id)

    @Slot()
    def _mark_unread(self) -> None:
        if self._open is not None:
            self._read.stop()
            self._texts.set_read(self._open.id, is_read=False)

    # -- writing ------------------------------------------------------------------------------------------

    @Slot()
    def write_new(self) -> None:
        """Begin a new message."""
        if why_not(self._desk.session, Capability.TEXT):
            return
        self.card.composer.flush()
        self._is_new = True
        self.card.new.to.clear()
        self.card.new.to.set_region(self._region())
        self.card.show_new()
        self.card.composer.load(WrittenText())
        self._offer_numbers(None)
        self._close_composer(None)
        self.body.show_story()
        self.card.new.to.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _leave_new(self) -> None:
        self._is_new = False
        open_now, self._open = self._open, None
        if open_now is not None:
            self._show(open_now)
        else:
            self.card.show_nobody(self._nobody())
        self.body.show_list()
        self._counted()

    @Slot()
    def _new_changed(self) -> None:
        self.card.composer.say_problem("")

    @Slot(str, object)
    def _send(self, from_number: str, written: WrittenText) -> None:
        if self._is_new:
            self._send_new(from_number, written)
        elif self._open is not None:
            self._send_to((self._open.numbers,), from_number, written)

    def _send_new(self, from_number: str, written: WrittenText) -> None:
        new = self.card.new
        new.to.commit_typed()
        numbers = new.numbers
        if not numbers:
            self.card.composer.say_problem(self.tr("Type a name or number it goes to."))
            new.to.line.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        groups = (numbers,) if new.is_group or len(numbers) == 1 else tuple((n,) for n in numbers)
        self._send_to(groups, from_number, written)

    def _send_to(self, groups: tuple[tuple[str, ...], ...], from_number: str, written: WrittenText) -> None:
        """One text to each of these groups of people; what cannot be sent stays written."""
        composer, was_new = self.card.composer, self._is_new
        first, *rest = groups
        composer._keep.stop()

        def done(text: KeptText) -> None:
            if rest:
                self._send_to(tuple(rest), from_number, written)
                return
            if composer.content == written:
                composer.load(WrittenText())
            if was_new:
                self._texts.open_with([to.number for to in text.to], self.open_conversation)

        def failed(error: RcdeskError) -> None:
            composer.say_problem(str(error))

        undo_s = min(UNDO_S, float(self._desk.preferences.value.undo_s))
        self._texts.send(first, from_number, written, done, failed, undo_s=undo_s)

    @Slot(object)
    def _keep_draft(self, written: WrittenText) -> None:
        if self._open is not None and not self._is_new:
            self._texts.keep_draft(self._open.id, written)

    @Slot(str)
    def _choose_number(self, number: str) -> None:
        if self._open is not None and not self._is_new:
            self._texts.choose_number(self._open.id, number)
            self._open = replace(self._open, own_number=number)
            self._close_composer(self._open)

    @Slot()
    def _edit_last(self) -> None:
        """Up in an empty field: take the last one back that has not gone."""
        for bubble in reversed(self.card.view.bubbles):
            if bubble.text.state.can_be_taken_back:
                self._take_back(bubble.text)
                return

    @Slot()
    def _leave_composer(self) -> None:
        if self._is_new:
            self._leave_new()
        else:
            self.body.show_list()

    def _take_back(self, text: KeptText) -> None:
        def done(written: WrittenText) -> None:
            composer = self.card.composer
            is_here = self._open is not None and self._open.id == text.conversation_id and not self._is_new
            if is_here and composer.content.is_empty:
                composer.load(written)
                self._texts.keep_draft(text.conversation_id, written)
                composer.field.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self._texts.keep_draft(text.conversation_id, written)
            self.foot.say_good(self.tr("Taken back. It was not sent."))

        self._texts.take_back(text.id, done)

    # -- what is pressed below a text ---------------------------------------------------------------------

    @Slot(object, object, str)
    def _act(self, text: KeptText, act: Act, whom: str) -> None:
        acts: dict[Act, Callable[[], object]] = {
            Act.TAKE_BACK: partial(self._take_back, text),
            Act.AGAIN: partial(self._texts.send_again, text.id),
            Act.AGAIN_TO: partial(self._texts.send_again, text.id, only=(whom,)),
            Act.CALL: self._call,
            Act.FAX: self._fax,
            Act.EDIT: partial(self._edit, text),
            Act.COPY: partial(QGuiApplication.clipboard().setText, text_words.why(text)),
            Act.DELETE: partial(self._delete, text),
        }
        acts[act]()

    def _edit(self, text: KeptText) -> None:
        """Its words and files come back into the composer; the failed text goes."""
        written = WrittenText(text=text.text, files=text.files)
        self.card.composer.load(written)
        self._texts.keep_draft(text.conversation_id, written)
        self._texts.delete((text.id,), self._was_deleted)
        self.card.composer.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _delete(self, text: KeptText) -> None:
        self._texts.delete((text.id,), self._was_deleted)

    @Slot()
    def _delete_conversation(self) -> None:
        conversation = self.list.chosen() if self.list.hasFocus() else self._open
        if conversation is not None:
            self.card.composer.load(WrittenText())
            self._texts.delete_conversation(conversation.id, self._was_deleted)

    def _was_deleted(self, ids: tuple[int, ...]) -> None:
        self._deleted = ids
        words = self.tr("Deleted.") if len(ids) == 1 else self.tr("{0} texts deleted.").format(len(ids))
        self.foot.say_done(words, bool(ids))

    @Slot()
    def undo(self) -> bool:
        """Take back what was done last: bring back what was deleted, or what has not gone."""
        if (self._deleted and self.foot.can_undo) or (self._deleted and self.sender() is self.foot):
            self._texts.undelete(self._deleted)
            self._deleted = ()
            return True
        held = [b.text for b in self.card.view.bubbles if b.text.state is TextState.HELD]
        if held:
            self._take_back(held[-1])
        return bool(held)

    @Slot(object, int)
    def _open_file(self, text: KeptText, position: int) -> None:
        """A file opens with what the desktop has for it."""
        file = text.files[position]
        if not file.digest:
            self._texts.picture(text, position, 64, lambda _: None)
            self.foot.say_good(self.tr("Downloading {0}…").replace("{0}", file.name))
            return
        self._texts.file_path(file, _open_path)

    @Slot()
    def _call(self) -> None:
        if self._open is not None and self._open.numbers:
            self.call_asked.emit(self._open.numbers[0], self._open.people[0].name)

    @Slot()
    def _fax(self) -> None:
        if self._open is not None and self._open.numbers:
            self.fax_asked.emit(self._open.numbers[0])

    @Slot()
    def _ask_contact(self) -> None:
        if self._open is not None and self._open.numbers:
            self.contact_asked.emit(self._open.numbers[0])

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        if self.list.chosen() is None:
            return
        menu = named(QMenu(self), "conversationMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("phone"), self.tr("Call")).triggered.connect(self._call)
        menu.addAction(icon("compose"), self.tr("Fax")).triggered.connect(self._fax)
        menu.addAction(icon("mail"), self.tr("Mark as unread")).triggered.connect(self._mark_unread)
        delete = menu.addAction(icon("trash"), self.tr("Delete conversation"))
        delete.triggered.connect(self._delete_conversation)
        menu.popup(self.list.viewport().mapToGlobal(at))

    # -- account ------------------------------------------------------------------------------------------

    @Slot()
    def _look_at_session(self) -> None:
        self.card.composer.set_offline(self._desk.session.state is SessionState.OFFLINE)
        self._offer_numbers(None if self._is_new else self._open)
        self._close_composer(None if self._is_new else self._open)
        if self.model.query is not None and self.model.query.owner_id != self._texts.owner_id:
            self._open = None
            self.card.show_nobody(self._nobody())
            self._ask()

    def _numbers(self) -> tuple[AccountNumber, ...]:
        account = self._desk.session.account
        return account.textable if account is not None else ()

    def _nobody(self) -> str:
        reason = why_not(self._desk.session, Capability.MESSAGES)
        return reason or self.tr("Choose a conversation, or write a new message.")

    def _sentence(self, conversation: Conversation) -> str:
        return text_words.row_sentence(conversation, self._region(), self._clock.now())

    def _region(self) -> str:
        return region_of(self._desk)


def _open_path(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
