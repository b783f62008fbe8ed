"""The right side of the Messages page: who the conversation is with, the thread, and where to write.

In place of the head a new message has its To field, with the choice between one group and each alone. GUI
thread. Read next: thread_view.py, composer.py, messages_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.messages.conversation import Conversation
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.compose.recipient_field import RecipientField
from rcdesk.ui.kit.boxes import RadioChoice
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import IconButton, across, down, hairline, label, named
from rcdesk.ui.messages.composer import TextComposer
from rcdesk.ui.messages.thread_view import ThreadView
from rcdesk.ui.words import text_words


class ThreadHead(QWidget):
    """call_asked(), fax_asked(), person_asked(), unread_asked(), delete_asked()."""

    call_asked = Signal()
    fax_asked = Signal()
    person_asked = Signal()
    unread_asked = Signal()
    delete_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = label("", "section", name="threadTitle")
        self._title.setMinimumWidth(1)
        self._below = label("", "small", name="threadBelow")
        self._below.setMinimumWidth(1)
        self.call = IconButton("phone", self.tr("Call"), name="threadCall", act=self.call_asked)
        self.fax = IconButton("fax", self.tr("Fax"), name="threadFax", act=self.fax_asked)
        self.person = IconButton("person", self.tr("Person"), name="threadPerson", act=self.person_asked)
        self.more = IconButton("more", self.tr("More"), name="threadMore", act=self._open_menu)
        words = down(self._title, self._below, spacing=2)
        across(
            (words, 1),
            self.call,
            self.fax,
            self.person,
            self.more,
            of=self,
            margins=(24, 12, 20, 12),
            spacing=8,
        )

    def show_conversation(self, conversation: Conversation, region: str) -> None:
        """Who it is with."""
        self._title.setText(text_words.title(conversation, region))
        if conversation.is_group:
            numbers = ", ".join(pretty(number, region) for number in conversation.numbers)
            below = self.tr("{0} and you · one group text, everybody sees the answers")
            self._below.setText(below.replace("{0}", numbers))
        else:
            named_one = conversation.people and conversation.people[0].name
            shown = pretty(conversation.numbers[0], region) if conversation.numbers else ""
            self._below.setText(shown if named_one else "")
        self._below.setVisible(bool(self._below.text()))
        is_one = len(conversation.numbers) == 1
        for button in (self.call, self.fax, self.person):
            button.setVisible(is_one)

    @Slot()
    def _open_menu(self) -> None:
        menu = named(QMenu(self), "threadMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("mail"), self.tr("Mark as unread")).triggered.connect(self.unread_asked)
        menu.addAction(icon("trash"), self.tr("Delete conversation")).triggered.connect(self.delete_asked)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))


class NewHead(QWidget):
    """Where a new message goes: changed() follows every change of it, left_asked() leaves it."""

    changed = Signal()
    left_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.to = RecipientField(desk)
        self.to.line.setAccessibleName(self.tr("To: name or number"))
        self.group = RadioChoice("newGroup", self.tr("One group, everybody sees the answers"), "")
        self.alone = RadioChoice("newAlone", self.tr("To each alone"), "")
        self.group.setChecked(True)
        close = IconButton("x", self.tr("Close (Esc)"), name="newClose", act=self.left_asked)
        self._ways = QWidget()
        across(self.group, self.alone, ..., of=self._ways, margins=0, spacing=16)
        self._ways.hide()
        title = across((label(self.tr("New message"), "section"), 1), close, margins=0)
        down(title, self.to, self._ways, of=self, margins=(24, 12, 20, 12), spacing=8)
        self.to.changed.connect(self._look)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Everybody it goes to."""
        return tuple(recipient.number for recipient in self.to.recipients)

    @property
    def is_group(self) -> bool:
        return len(self.numbers) > 1 and self.group.isChecked()

    @Slot()
    def _look(self) -> None:
        self._ways.setVisible(len(self.numbers) > 1)
        self.changed.emit()


class ThreadCard(Card):
    """Head or To field, thread, composer; or one sentence while no conversation is chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(padding=0)
        named(self, "threadCard")
        self.head = ThreadHead()
        self.new = NewHead(desk)
        self.view = ThreadView(desk.texts)
        self.composer = TextComposer(desk.texts)
        self._nobody = label("", "muted", wraps=True, name="threadNobody")
        self._foot = QWidget()
        down(hairline(), self.composer, of=self._foot, margins=(24, 0, 24, 16), spacing=12)
        self._line = hairline()
        self.body.setSpacing(0)
        for part in (self.head, self.new, self._line):
            self.body.addWidget(part)
        self.body.addWidget(self._nobody, 1)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self._foot)
        self._nobody.setMargin(24)
        self.show_nobody("")

    def show_nobody(self, words: str) -> None:
        """No conversation is open."""
        self._nobody.setText(words)
        self._show(head=False, new=False, thread=False, foot=False)

    def show_thread(self) -> None:
        self._show(head=True, new=False, thread=True, foot=True)

    def show_new(self) -> None:
        self.view.clear()
        self._show(head=False, new=True, thread=True, foot=True)

    def first_step(self) -> QWidget:
        """Where the keyboard goes when it comes here."""
        return self.new.to.line if self.new.isVisible() else self.composer.field

    def _show(self, *, head: bool, new: bool, thread: bool, foot: bool) -> None:
        self.head.setVisible(head)
        self.new.setVisible(new)
        self.view.setVisible(thread)
        self._line.setVisible(head or new)
        self._nobody.setVisible(not thread)
        self._foot.setVisible(foot)
