"""The inside of the window once there is somebody to work for: side bar, desk-wide bar and the pages.

A page is built when it is first shown or asked to do something, so that the window is there as soon as its
one page is; what a page nobody has opened would have said is said in the bar. It routes between the pages and
shows the counts. GUI thread. Read next: phone_page.py, fax_page.py, fax_pages.py, calls_page.py.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QWidget,
)

from rcdesk.bridge.account.notices import NoticeKind
from rcdesk.bridge.desk import Desk
from rcdesk.core.fax.fax import FaxDraft
from rcdesk.core.fax.folder import FaxRow, Folder
from rcdesk.ui.account.account_menu import AccountMenu
from rcdesk.ui.compose.watched_bar import WatchedBar
from rcdesk.ui.kit.look import across, down
from rcdesk.ui.shell.notice_bar import NoticeBar
from rcdesk.ui.shell.side_bar import SideBar

if TYPE_CHECKING:
    from rcdesk.ui.compose.fax_page import FaxPage
    from rcdesk.ui.folders.drafts_page import DraftsPage
    from rcdesk.ui.folders.fax_pages import FaxFolderPage
    from rcdesk.ui.messages.messages_page import MessagesPage
    from rcdesk.ui.people.calls_page import CallsPage
    from rcdesk.ui.people.people_page import PeoplePage
    from rcdesk.ui.phone.phone_page import PhonePage
    from rcdesk.ui.voicemail.voicemail_page import VoicemailPage

ListedPage: TypeAlias = "FaxFolderPage | DraftsPage | PeoplePage | CallsPage | MessagesPage | VoicemailPage"
_P = TypeVar("_P", bound=QWidget)


class MadeFolders(dict[str, "FaxFolderPage"]):
    """The page of each folder by the folder's value, made when it is first looked up."""

    def __init__(self, side: DeskSide) -> None:
        super().__init__()
        self._side = side

    def __missing__(self, name: str) -> FaxFolderPage:
        self[name] = self._side.make_folder(Folder(name))
        return self[name]


class DeskSide(QWidget):
    """page_asked(name) wants another page, new_fax_asked() an empty composer; composer_made(FaxPage) once."""

    page_asked = Signal(str)
    new_fax_asked = Signal()
    composer_made = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.side_bar = SideBar()
        self.accounts = AccountMenu(desk.session, desk.profiles, self)
        self.side_bar.offer_accounts(self.accounts)
        self.notice_bar = NoticeBar(desk)
        self.watched_bar = WatchedBar(desk)
        self.folders = MadeFolders(self)
        self._open = ""
        self._pages: dict[str, QWidget] = {}
        self._stack = QStackedWidget()
        self._build()
        self._connect()
        self.side_bar.set_counts(desk.faxes.counts)
        self.side_bar.set_missed(desk.history.missed_count)
        if desk.is_started:
            self._follow_news()
        else:
            desk.started.connect(self._follow_news)
        self._count_drafts()
        self.side_bar.follow(desk.presence)

    # The pages

    @cached_property
    def phone_page(self) -> PhonePage:
        from rcdesk.ui.phone.phone_page import PhonePage

        page = PhonePage(self._desk)
        page.fax_asked.connect(self.write_fax)
        return self._add("phone", page)

    @cached_property
    def fax_page(self) -> FaxPage:
        from rcdesk.ui.compose.fax_page import FaxPage

        page = FaxPage(self._desk)
        page.queue_asked.connect(self._show_queue)
        page.drafts_asked.connect(self._show_drafts)
        page.fax_asked.connect(self._show_composer)
        page.filled.connect(self.side_bar.set_fax_open)
        self._add("fax", page)
        self.composer_made.emit(page)
        return page

    @property
    def has_composer(self) -> bool:
        """True once the composer was needed."""
        return "fax" in self._pages

    def make_folder(self, folder: Folder) -> FaxFolderPage:
        """The page of a folder; ask `folders` for it instead."""
        from rcdesk.ui.folders.fax_pages import FaxFolderPage

        page = FaxFolderPage(self._desk, folder)
        page.new_fax_asked.connect(self.new_fax_asked)
        page.edit_asked.connect(self.edit)
        page.call_asked.connect(self.call)
        return self._add(folder.value, page)

    @cached_property
    def drafts_page(self) -> DraftsPage:
        from rcdesk.ui.folders.drafts_page import DraftsPage

        page = DraftsPage(self._desk)
        page.open_asked.connect(self.open_draft)
        page.new_fax_asked.connect(self.new_fax_asked)
        return self._add("drafts", page)

    @cached_property
    def people_page(self) -> PeoplePage:
        from rcdesk.ui.people.people_page import PeoplePage

        page = PeoplePage(self._desk)
        self._connect_people(page)
        return self._add("people", page)

    @cached_property
    def calls_page(self) -> CallsPage:
        from rcdesk.ui.people.calls_page import CallsPage

        page = CallsPage(self._desk)
        self._connect_people(page)
        return self._add("calls", page)

    @cached_property
    def voicemail_page(self) -> VoicemailPage:
        from rcdesk.ui.voicemail.voicemail_page import VoicemailPage

        page = VoicemailPage(self._desk)
        page.call_asked.connect(self.call_now)
        page.fax_asked.connect(self.write_fax)
        page.fax_chosen.connect(self.open_fax)
        page.note_asked.connect(self._fax_note)
        return self._add("voicemail", page)

    @cached_property
    def messages_page(self) -> MessagesPage:
        from rcdesk.ui.messages.messages_page import MessagesPage

        page = MessagesPage(self._desk)
        page.call_asked.connect(self.call_now)
        page.fax_asked.connect(self.write_fax)
        page.contact_asked.connect(self._add_contact)
        page.fax_chosen.connect(self.open_fax)
        return self._add("messages", page)

    def show_page(self, name: str) -> None:
        page, is_list = self._page(name)
        self._open = name
        self._stack.setCurrentWidget(page)
        self.side_bar.mark(name)
        if name == "fax":
            self._desk.pages.warm_up_soon()
        if is_list is not None:
            is_list.focus_list()
        elif not page.isAncestorOf(QApplication.focusWidget() or self):
            self.fax_page.start_new() if name == "fax" else self.focus_number()

    def _page(self, name: str) -> tuple[QWidget, ListedPage | None]:
        """The page, and once more as a page of one list when it is one."""
        match name:
            case "phone":
                return self.phone_page, None
            case "fax":
                return self.fax_page, None
            case "drafts":
                return self.drafts_page, self.drafts_page
            case "people":
                return self.people_page, self.people_page
            case "calls":
                return self.calls_page, self.calls_page
            case "messages":
                return self.messages_page, self.messages_page
            case "voicemail":
                return self.voicemail_page, self.voicemail_page
            case _:
                return self.folders[name], self.folders[name]

    def _add(self, name: str, page: _P) -> _P:
        self._pages[name] = page
        self._stack.addWidget(page)
        self._let_files_through(page)
        return page

    def focus_number(self, number: str | None = None) -> None:
        """Put the cursor into the number field, with this number in it unless it is None."""
        field = self.phone_page.dialer.number_field
        if number is not None:
            field.setText(number)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if number is None:
            field.selectAll()

    @Slot()
    def search(self) -> None:
        """Put the cursor into the search field: of the open page, or of Sent when it has none."""
        match self._open:
            case "phone":
                self.phone_page.focus_search()
            case "people":
                self.people_page.focus_search()
            case "calls":
                self.calls_page.focus_search()
            case "messages":
                self.messages_page.focus_search()
            case "voicemail":
                self.voicemail_page.focus_search()
            case name if name in self.folders:
                self.folders[name].focus_search()
            case _:
                self.page_asked.emit(Folder.SENT.value)
                self.folders[Folder.SENT.value].focus_search()

    @Slot(object)
    def open_fax(self, row: FaxRow) -> None:
        """Show a fax where it lies now, with its story."""
        from rcdesk.ui.words.fax_words import folder_of

        name = folder_of(row).value
        self.page_asked.emit(name)
        self.folders[name].select(row.id)

    @Slot(object)
    def edit(self, draft: FaxDraft) -> None:
        """Fill the composer with this and open it."""
        self.page_asked.emit("fax")
        self.fax_page.load(draft)

    @Slot(str)
    def call(self, number: str) -> None:
        """Open the phone with this number, ready for Enter."""
        self.page_asked.emit("phone")
        self.focus_number(number)

    @Slot(str, str)
    def call_now(self, number: str, name: str) -> None:
        """Call somebody of a list: the phone opens, and the call or what is missing is seen there."""
        self.page_asked.emit("phone")
        self.phone_page.call_number(number, name)

    @Slot(str)
    def write_fax(self, number: str) -> None:
        """Begin a clean fax, with this recipient unless it is ""."""
        self.page_asked.emit("fax")
        self.fax_page.begin()
        if number:
            self.fax_page.add_recipient(number)
        self.fax_page.start_new()

    @Slot(str)
    def _fax_note(self, note: str) -> None:
        """A fax whose cover page says this."""
        self.edit(FaxDraft(recipients=(), documents=(), note=note))

    @Slot(str)
    def open_draft(self, key: str) -> None:
        self.page_asked.emit("fax")
        self.fax_page.open_draft(key)

    def undo(self) -> None:
        """Take back what was done last, on the open page first."""
        if self._open == "drafts":
            is_undone = self.drafts_page.undo()
        elif self._open == "messages":
            is_undone = self.messages_page.undo()
        elif self._open == "voicemail":
            is_undone = self.voicemail_page.undo()
        else:
            is_undone = self._open in self.folders and self.folders[self._open].undo()
        if not is_undone and self.has_composer:
            self.fax_page.undo()

    def _connect_people(self, page: PeoplePage | CallsPage) -> None:
        page.call_asked.connect(self.call_now)
        page.fax_asked.connect(self.write_fax)
        page.contact_asked.connect(self._add_contact)
        page.fax_chosen.connect(self.open_fax)

    def _build(self) -> None:
        column = down(self.notice_bar, self.watched_bar, (self._stack, 1), spacing=0)
        across(self.side_bar, (column, 1), of=self, margins=0, spacing=0)

    def _connect(self) -> None:
        self.side_bar.page_asked.connect(self.page_asked)
        desk = self._desk
        desk.faxes.counts_changed.connect(self.side_bar.set_counts)
        desk.drafts.changed.connect(self._count_drafts)
        desk.history.missed_count_changed.connect(self.side_bar.set_missed)
        desk.calls.problem.connect(self._call_problem)
        for voice in (desk.faxes, desk.received, desk.shelves):
            voice.problem.connect(self._fax_problem)

    @Slot()
    def _follow_news(self) -> None:
        """What the first window does without."""
        desk = self._desk
        desk.news.late_changed.connect(self._news_late)
        desk.voicemails.new_count_changed.connect(self.side_bar.set_voicemails)
        self.side_bar.set_voicemails(desk.voicemails.new_count)
        desk.texts.counts_changed.connect(self.side_bar.set_texts)
        self.side_bar.set_texts(desk.texts.counts)
        self._news_late()

    @Slot()
    def _news_late(self) -> None:
        self.side_bar.show_late(self._desk.news.is_late)

    @Slot(str)
    def _call_problem(self, sentence: str) -> None:
        """The phone's page says it, once there is one."""
        if "phone" not in self._pages:
            self._desk.notices.post(NoticeKind.WARNING, sentence)

    @Slot(str)
    def _fax_problem(self, sentence: str) -> None:
        """Folders and composer say it, once there is one. Why a fax waits stands in its row."""
        is_in_row = any(job.detail == sentence for job in self._desk.faxes.jobs)
        if not (self.folders or self.has_composer or is_in_row):
            self._desk.notices.post(NoticeKind.WARNING, sentence)

    @Slot(str)
    def _add_contact(self, number: str) -> None:
        self.phone_page.add_contact(number)

    def _let_files_through(self, page: QWidget) -> None:
        """Text fields would take a dropped file as its address in letters; the window takes it as a file."""
        for field in (*page.findChildren(QLineEdit), *page.findChildren(QPlainTextEdit)):
            field.setAcceptDrops(False)
            if isinstance(field, QPlainTextEdit):
                field.viewport().setAcceptDrops(False)

    @Slot()
    def _show_queue(self) -> None:
        self.page_asked.emit("queue")

    @Slot()
    def _show_composer(self) -> None:
        self.page_asked.emit("fax")

    @Slot()
    def _show_drafts(self) -> None:
        self.page_asked.emit("drafts")

    @Slot()
    def _count_drafts(self) -> None:
        self.side_bar.set_drafts(len(self._desk.drafts.all))
