"""The inside of the window once there is somebody to work for: side bar, desk-wide bar and the pages.

Built by the main window after the first paint, which shows the sign-in page: building all this takes a tenth
of a second; People and Calls are built when they are first opened. It routes between the pages and shows the
counts. GUI thread. Read next: phone_page.py, fax_page.py, fax_pages.py, calls_page.py.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax.fax import FaxDraft
from rcdesk.core.fax.folder import FaxRow, Folder
from rcdesk.ui.account.account_menu import AccountMenu
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.compose.watched_bar import WatchedBar
from rcdesk.ui.folders.drafts_page import DraftsPage
from rcdesk.ui.folders.fax_pages import FaxFolderPage
from rcdesk.ui.people.calls_page import CallsPage
from rcdesk.ui.people.people_page import PeoplePage
from rcdesk.ui.phone.phone_page import PhonePage
from rcdesk.ui.shell.notice_bar import NoticeBar
from rcdesk.ui.shell.side_bar import SideBar
from rcdesk.ui.words.fax_words import folder_of


class DeskSide(QWidget):
    """page_asked(name) wants another page, new_fax_asked() an empty composer."""

    page_asked = Signal(str)
    new_fax_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.side_bar = SideBar()
        self.accounts = AccountMenu(desk.session, desk.profiles, self)
        self.side_bar.offer_accounts(self.accounts)
        self.notice_bar = NoticeBar(desk)
        self.watched_bar = WatchedBar(desk)
        self.phone_page = PhonePage(desk)
        self.fax_page = FaxPage(desk)
        self.folders = {folder.value: FaxFolderPage(desk, folder) for folder in Folder}
        self._pages: dict[str, QWidget] = {"phone": self.phone_page, "fax": self.fax_page, **self.folders}
        self._makers: dict[str, Callable[[], QWidget]] = {
            "drafts": self._make_drafts,
            "people": self._make_people,
            "calls": self._make_calls,
        }
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._build()
        self._connect()
        self._let_files_through()
        self.side_bar.set_counts(desk.faxes.counts)
        self.side_bar.set_missed(desk.history.missed_count)
        self._count_drafts()
        self.side_bar.follow(desk.presence)

    def show_page(self, name: str) -> None:
        """Open a page by its name."""
        if name in self._makers:
            page = self._makers.pop(name)()
            self._pages[name] = page
            self._stack.addWidget(page)
            self._let_files_through()
        page = self._pages[name]
        self._stack.setCurrentWidget(page)
        self.side_bar.mark(name)
        if page is self.fax_page:
            self._desk.pages.warm_up_soon()
        if isinstance(page, FaxFolderPage | PeoplePage | CallsPage | DraftsPage):
            page.focus_list()
        elif not page.isAncestorOf(QApplication.focusWidget() or self):
            self.fax_page.start_new() if page is self.fax_page else self.focus_number()

    def focus_number(self, number: str | None = None) -> None:
        """Put the cursor into the number field, with this number in it unless it is None."""
        field = self.phone_page.findChild(QLineEdit, "numberField")
        if field is None:
            return
        if number is not None:
            field.setText(number)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if number is None:
            field.selectAll()

    @Slot()
    def search(self) -> None:
        """Put the cursor into the search field: of the open page, or of Sent when it has none."""
        page = self._stack.currentWidget()
        if not isinstance(page, PhonePage | FaxFolderPage | PeoplePage | CallsPage):
            self.page_asked.emit(Folder.SENT.value)
            page = self.folders[Folder.SENT.value]
        page.focus_search()

    @Slot(object)
    def open_fax(self, row: FaxRow) -> None:
        """Show a fax where it lies now, with its story."""
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
    def open_draft(self, key: str) -> None:
        """Go on with a draft."""
        self.page_asked.emit("fax")
        self.fax_page.open_draft(key)

    def undo(self) -> None:
        """Take back what was done last, on the open page first."""
        page = self._stack.currentWidget()
        if not (isinstance(page, DraftsPage | FaxFolderPage) and page.undo()):
            self.fax_page.undo()

    def _make_drafts(self) -> QWidget:
        page = DraftsPage(self._desk)
        page.open_asked.connect(self.open_draft)
        page.new_fax_asked.connect(self.new_fax_asked)
        return page

    def _make_people(self) -> QWidget:
        return self._connect_people(PeoplePage(self._desk))

    def _make_calls(self) -> QWidget:
        return self._connect_people(CallsPage(self._desk))

    def _connect_people(self, page: PeoplePage | CallsPage) -> QWidget:
        page.call_asked.connect(self.call_now)
        page.fax_asked.connect(self.write_fax)
        page.contact_asked.connect(self.phone_page.add_contact)
        page.fax_chosen.connect(self.open_fax)
        return page

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side_bar)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.notice_bar)
        column.addWidget(self.watched_bar)
        column.addWidget(self._stack, 1)
        row.addLayout(column, 1)

    def _connect(self) -> None:
        self.side_bar.page_asked.connect(self.page_asked)
        self.fax_page.queue_asked.connect(self._show_queue)
        self.fax_page.drafts_asked.connect(self._show_drafts)
        self.fax_page.fax_asked.connect(self._show_composer)
        self.fax_page.filled.connect(self.side_bar.set_fax_open)
        for page in self.folders.values():
            page.new_fax_asked.connect(self.new_fax_asked)
            page.edit_asked.connect(self.edit)
            page.call_asked.connect(self.call)
        self.phone_page.fax_asked.connect(self.write_fax)
        self._desk.faxes.counts_changed.connect(self.side_bar.set_counts)
        self._desk.drafts.changed.connect(self._count_drafts)
        self._desk.history.missed_count_changed.connect(self.side_bar.set_missed)

    def _let_files_through(self) -> None:
        """Text fields would take a dropped file as its address in letters; the window takes it as a file."""
        for field in (*self.findChildren(QLineEdit), *self.findChildren(QPlainTextEdit)):
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
