"""The inside of the window once there is somebody to work for: side bar, desk-wide bar and the pages.

Built by the main window after the first paint, which shows the sign-in page: building all this takes a tenth
of a second. It routes between the pages and counts what waits. GUI thread. Read next: phone_page.py,
fax_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax import FaxJob
from rcdesk.ui.fax_page import FaxPage
from rcdesk.ui.fax_pages import FaxFolder, FaxFolderPage
from rcdesk.ui.fax_words import is_failed, is_in_queue
from rcdesk.ui.notice_bar import NoticeBar
from rcdesk.ui.phone_page import PhonePage
from rcdesk.ui.side_bar import SideBar


class DeskSide(QWidget):
    """page_asked(name) wants another page, new_fax_asked() an empty composer."""

    page_asked = Signal(str)
    new_fax_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.side_bar = SideBar()
        self.notice_bar = NoticeBar(desk)
        self.phone_page = PhonePage(desk)
        self.fax_page = FaxPage(desk)
        self.folders = {folder.value: FaxFolderPage(desk, folder) for folder in FaxFolder}
        self._pages: dict[str, QWidget] = {"phone": self.phone_page, "fax": self.fax_page, **self.folders}
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._build()
        self._connect()
        self._let_files_through()
        self._count(desk.faxes.jobs)

    def show_page(self, name: str) -> None:
        """Open a page by its name."""
        self._stack.setCurrentWidget(self._pages[name])
        self.side_bar.mark(name)

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

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side_bar)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.notice_bar)
        column.addWidget(self._stack, 1)
        row.addLayout(column, 1)

    def _connect(self) -> None:
        self.side_bar.page_asked.connect(self.page_asked)
        self.fax_page.queue_asked.connect(self._show_queue)
        self.fax_page.opened.connect(self._open_job)
        for page in self.folders.values():
            page.new_fax_asked.connect(self.new_fax_asked)
        self._desk.faxes.jobs_changed.connect(self._count)

    def _let_files_through(self) -> None:
        """Text fields would take a dropped file as its address in letters; the window takes it as a file."""
        for field in (*self.findChildren(QLineEdit), *self.findChildren(QPlainTextEdit)):
            field.setAcceptDrops(False)
            if isinstance(field, QPlainTextEdit):
                field.viewport().setAcceptDrops(False)

    @Slot()
    def _show_queue(self) -> None:
        self.page_asked.emit("queue")

    @Slot(object)
    def _open_job(self, job: FaxJob) -> None:
        for name, page in self.folders.items():
            if FaxFolder(name).belongs(job):
                self.page_asked.emit(name)
                page.select(job.id)

    @Slot(object)
    def _count(self, jobs: tuple[FaxJob, ...]) -> None:
        self.side_bar.set_counts(
            queue=sum(1 for j in jobs if is_in_queue(j)),
            failed=sum(1 for j in jobs if is_failed(j)),
        )
