"""The window: side bar, desk-wide bar, pages. It arranges and routes, the pages do the rest.

Files dropped anywhere go to the fax composer; the sign-in page takes the place of everything while nobody is
signed in. GUI thread. Read next: phone_page.py, fax_page.py, tray.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.session_desk import SessionState
from rcdesk.core.fax import FaxJob
from rcdesk.ui.fax_page import FaxPage
from rcdesk.ui.fax_pages import FaxFolder, FaxFolderPage
from rcdesk.ui.fax_words import is_failed, is_in_queue
from rcdesk.ui.notice_bar import NoticeBar
from rcdesk.ui.phone_page import PhonePage
from rcdesk.ui.side_bar import SideBar
from rcdesk.ui.sign_in_page import SignInPage
from rcdesk.ui.theme import theme

PAGES = ("phone", "fax", "queue", "sent", "failed")
NARROW_BELOW_PX = 1000
SAVE_DELAY_MS = 500


class MainWindow(QMainWindow):
    """try_demo() and quit_requested() are for app.py; closing() is emitted when the window was closed."""

    try_demo = Signal()
    quit_requested = Signal()
    hidden_to_tray = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.has_tray = False
        self._page = desk.preferences.value.page if desk.preferences.value.page in PAGES else "phone"
        self.setObjectName("mainWindow")
        self.setWindowTitle("rcdesk")
        self.setMinimumSize(900, 600)
        self.resize(1280, 800)
        self.setAcceptDrops(True)
        self.side_bar = SideBar()
        self.notice_bar = NoticeBar(desk)
        self.phone_page = PhonePage(desk)
        self.fax_page = FaxPage(desk)
        self.folders = {folder.value: FaxFolderPage(desk, folder) for folder in FaxFolder}
        self.sign_in_page = SignInPage(desk)
        self._pages: dict[str, QWidget] = {"phone": self.phone_page, "fax": self.fax_page, **self.folders}
        self._inner = QStackedWidget()
        for page in self._pages.values():
            self._inner.addWidget(page)
        self._outer = QStackedWidget()
        self._build()
        self._geometry_timer = QTimer(self)
        self._geometry_timer.setSingleShot(True)
        self._geometry_timer.setInterval(SAVE_DELAY_MS)
        self._geometry_timer.timeout.connect(self._save_geometry)
        self._connect()
        self._add_keys()
        self._let_files_through()
        self._restore_geometry()
        self.show_page(self._page)
        self._session_changed()
        self._count(desk.faxes.jobs)

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Open a page: phone, fax, queue, sent or failed."""
        if name not in self._pages:
            return
        self._page = name
        self._inner.setCurrentWidget(self._pages[name])
        self.side_bar.mark(name)
        self._desk.preferences.update(page=name)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Open the composer with these files."""
        self.show_page("fax")
        self.fax_page.add_files(paths)

    @Slot()
    def bring_up(self) -> None:
        """Show the window, in front and not minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def dial(self, number: str) -> None:
        """Open the phone with this number in its field, ready for Enter."""
        self.bring_up()
        self.show_page("phone")
        field = self.phone_page.findChild(QLineEdit, "numberField")
        if field is not None:
            field.setText(number)
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    def new_fax(self, number: str = "") -> None:
        """Open the composer, with a recipient when number is not empty."""
        self.bring_up()
        self.show_page("fax")
        if number:
            self.fax_page.add_recipient(number)
        self.fax_page.start_new()

    def _build(self) -> None:
        desk_side = QWidget()
        row = QHBoxLayout(desk_side)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side_bar)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.notice_bar)
        column.addWidget(self._inner, 1)
        row.addLayout(column, 1)
        self._outer.addWidget(desk_side)
        self._outer.addWidget(self.sign_in_page)
        self.setCentralWidget(self._outer)

    def _connect(self) -> None:
        desk = self._desk
        self.side_bar.page_asked.connect(self.show_page)
        self.side_bar.sign_out_asked.connect(desk.session.sign_out)
        self.side_bar.quit_asked.connect(self.quit_requested)
        self.side_bar.scheme_asked.connect(self._set_scheme)
        self.notice_bar.sign_in_asked.connect(self._ask_sign_in)
        self.sign_in_page.try_demo.connect(self.try_demo)
        self.fax_page.queue_asked.connect(self._show_queue)
        self.fax_page.opened.connect(self._open_job)
        for page in self.folders.values():
            page.new_fax_asked.connect(self._new_fax_asked)
        desk.session.state_changed.connect(self._session_changed)
        desk.session.account_changed.connect(self._session_changed)
        desk.faxes.jobs_changed.connect(self._count)

    def _add_keys(self) -> None:
        for number, name in enumerate(PAGES, start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(partial(self.show_page, name))
        for keys, act in (
            ("Ctrl+L", self._focus_number),
            ("Ctrl+N", self._new_fax_asked),
            ("Ctrl+O", self._choose_files),
            ("Ctrl+Q", self.quit_requested.emit),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(act)

    @Slot()
    def _focus_number(self) -> None:
        self.show_page("phone")
        field = self.phone_page.findChild(QLineEdit, "numberField")
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    @Slot()
    def _choose_files(self) -> None:
        self.show_page("fax")
        self.fax_page.choose_files()

    @Slot()
    def _new_fax_asked(self) -> None:
        self.new_fax()

    @Slot()
    def _show_queue(self) -> None:
        self.show_page("queue")

    @Slot(object)
    def _open_job(self, job: FaxJob) -> None:
        for name, page in self.folders.items():
            if FaxFolder(name).belongs(job):
                self.show_page(name)
                page.select(job.id)

    @Slot(str)
    def _set_scheme(self, scheme: str) -> None:
        self._desk.preferences.update(color_scheme=scheme)
        theme().set_scheme(scheme)

    @Slot()
    def _ask_sign_in(self) -> None:
        self._outer.setCurrentWidget(self.sign_in_page)

    @Slot()
    def _session_changed(self) -> None:
        session = self._desk.session
        self.side_bar.show_person(session.account, session.state)
        is_out = session.account is None and session.state in (
            SessionState.SIGNED_OUT,
            SessionState.SIGNING_IN,
            SessionState.NEEDS_SIGN_IN,
        )
        is_asked = (
            self._outer.currentWidget() is self.sign_in_page and session.state is not SessionState.SIGNED_IN
        )
        self._outer.setCurrentIndex(1 if is_out or (is_asked and session.account is None) else 0)

    @Slot(object)
    def _count(self, jobs: tuple[FaxJob, ...]) -> None:
        self.side_bar.set_counts(
            queue=sum(1 for j in jobs if is_in_queue(j)),
            failed=sum(1 for j in jobs if is_failed(j)),
        )

    # Files over the window

    def _let_files_through(self) -> None:
        """Text fields would take a dropped file as its address in letters; the window takes it as a file."""
        for field in (*self.findChildren(QLineEdit), *self.findChildren(QPlainTextEdit)):
            field.setAcceptDrops(False)
            if isinstance(field, QPlainTextEdit):
                field.viewport().setAcceptDrops(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files light up the drop zone of the composer."""
        if event.mimeData().hasUrls() and any(u.isLocalFile() for u in event.mimeData().urls()):
            event.acceptProposedAction()
            if self._outer.currentIndex() == 0:
                self.show_page("fax")
                self.fax_page.set_hot(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went away."""
        self.fax_page.set_hot(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Files are looked at and added to the fax."""
        self.fax_page.set_hot(False)
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.add_files(paths)

    # Size and closing

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the side bar in a narrow window."""
        super().resizeEvent(event)
        self.side_bar.set_narrow(self.width() < NARROW_BELOW_PX)
        if self.isVisible():
            self._geometry_timer.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """With a tray the window hides and the desk goes on; without one closing quits."""
        self._save_geometry()
        if self.has_tray and self._desk.preferences.value.close_to_tray:
            event.ignore()
            self.hide()
            self.hidden_to_tray.emit()
            return
        event.accept()
        self.quit_requested.emit()

    def _restore_geometry(self) -> None:
        kept = self._desk.preferences.value.geometry
        if kept:
            self.restoreGeometry(QByteArray.fromBase64(QByteArray(kept.encode("ascii", "ignore"))))

    @Slot()
    def _save_geometry(self) -> None:
        geometry = self.saveGeometry().toBase64().data()
        self._desk.preferences.update(geometry=bytes(geometry).decode("ascii"))
