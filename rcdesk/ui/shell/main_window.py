"""The window: the sign-in page while nobody is signed in or known, the desk's side with its pages otherwise.

It owns keys, size, closing and what is dropped or pasted; files dropped anywhere go to the fax composer. Who
signed in before meets the desk's side at once; for others it is built after the first paint. GUI thread. Read
next: desk_side.py, incoming.py, tray.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.ui.account.sign_in_door import SignInDoor
from rcdesk.ui.kit.fit import fit_to_screen
from rcdesk.ui.kit.plain_text import one_line
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.shell.places import KEYS

if TYPE_CHECKING:
    from rcdesk.bridge.desk import Desk
    from rcdesk.core.fax.fax import Document, FaxDraft
    from rcdesk.core.orders.asked_fax import AskedFax
    from rcdesk.ui.account.server_dialog import ServerDialog
    from rcdesk.ui.account.sign_in_page import SignInPage
    from rcdesk.ui.compose.asked_fax import AskedFaxes, Tell
    from rcdesk.ui.compose.fax_page import FaxPage
    from rcdesk.ui.shell.desk_side import DeskSide
    from rcdesk.ui.shell.notice_bar import NoticeBar
    from rcdesk.ui.shell.settings_dialog import SettingsDialog
    from rcdesk.ui.shell.side_bar import SideBar
from PySide6.QtCore import QCoreApplication

from rcdesk.core.account.account import Account, ServerProfile
from rcdesk.ui.words.server_words import place_words

_tr = partial(QCoreApplication.translate, "window")

SAVE_DELAY_MS = 500
LONGEST_NUMBER = 40


class MainWindow(QMainWindow):
    """try_demo() and quit_requested() are for app.py; closing() is emitted when the window was closed."""

    try_demo = Signal()
    quit_requested = Signal()
    hidden_to_tray = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.has_tray = False
        self._page = desk.preferences.value.page if desk.preferences.value.page in KEYS else "phone"
        self.setObjectName("mainWindow")
        self.setWindowTitle("rcdesk")
        self.resize(1280, 800)
        self.setAcceptDrops(True)
        self._outer = QStackedWidget()
        self.setCentralWidget(self._outer)
        self._furnish_timer = single_shot(self, self._furnish)
        self._is_furnished = self._is_painted = self._drop_begins = False
        self._geometry_timer = single_shot(self, self._save_geometry, SAVE_DELAY_MS)
        self._door = SignInDoor(desk.session, self)
        self._door.asked.connect(self._begin_sign_in)
        self._door.changed.connect(self._session_changed)
        self._add_keys()
        self._restore_geometry()
        self._session_changed()

    @cached_property
    def sign_in_page(self) -> SignInPage:
        """The card to sign in on, built when first asked for."""
        from rcdesk.ui.account.sign_in_page import SignInPage

        page = SignInPage(self._desk)
        self._outer.addWidget(page)
        page.try_demo.connect(self.try_demo)
        page.servers_asked.connect(self.open_servers)
        page.left.connect(self._door.leave)
        return page

    @cached_property
    def desk_side(self) -> DeskSide:
        """Side bar and pages, built when first asked for."""
        from rcdesk.ui.shell.desk_side import DeskSide

        side = DeskSide(self._desk, self._outer)
        self._outer.addWidget(side)
        side.page_asked.connect(self.show_page)
        side.new_fax_asked.connect(self._new_fax_asked)
        side.notice_bar.sign_in_asked.connect(self._door.ask_again)
        side.side_bar.sign_out_asked.connect(self._desk.session.sign_out)
        side.side_bar.quit_asked.connect(self.quit_requested)
        side.side_bar.settings_asked.connect(self.open_settings)
        side.side_bar.scheme_asked.connect(self._set_scheme)
        side.accounts.another_asked.connect(self._door.ask_another)
        side.accounts.servers_asked.connect(self.open_servers)
        side.side_bar.fit(self.size())
        side.side_bar.show_person(self._desk.session.account, self._desk.session.state)
        side.watched_bar.files_asked.connect(self.fax_files)
        side.composer_made.connect(self._composer_made)
        self._desk.faxes.undone.connect(self._undone)
        self._desk.pasted.problem.connect(self._show_intake_problem)
        side.show_page(self._page)
        self._is_furnished = True
        return side

    @Slot(object)
    def _composer_made(self, composer: FaxPage) -> None:
        composer.attachments.paste_asked.connect(self.paste)
        composer.attachments.taken_out.connect(self._taken_out)
        composer.sending.queued.connect(self._fax_is_safe)
        for field in (composer.recipients.line, composer.note):
            field.installEventFilter(self)

    @property
    def side_bar(self) -> SideBar:
        return self.desk_side.side_bar

    @property
    def composer(self) -> FaxPage:
        return self.desk_side.fax_page

    @property
    def notice_bar(self) -> NoticeBar:
        return self.desk_side.notice_bar

    def _furnish_soon(self) -> None:
        """Build the desk's side once there is somebody to work for: signing in takes longer than building."""
        is_wanted = self._is_painted and self._desk.session.state is not SessionState.SIGNED_OUT
        if is_wanted and not self._is_furnished and not self._furnish_timer.isActive():
            self._furnish_timer.start(0)

    @Slot()
    def _furnish(self) -> None:
        self.desk_side.ensurePolished()
        if self._door.is_closed:
            self.sign_in_page.take_keyboard()

    @Slot(bool)
    def _begin_sign_in(self, is_another: bool) -> None:
        self.sign_in_page.begin(is_another=is_another)

    @Slot(str)
    def show_page(self, name: str) -> None:
        if name not in KEYS:
            return
        self._page = name
        self.desk_side.show_page(name)
        self._desk.preferences.update(page=name)

    @Slot(object)
    def add_files(self, paths: Sequence[Path]) -> None:
        """Open the composer with these files."""
        self.show_page("fax")
        self.composer.attachments.show_problem("")
        self.composer.add_files(paths)
        self.composer.offer_recipient()

    @Slot(object)
    def fax_files(self, paths: Sequence[Path]) -> None:
        """Begin a clean fax with these files."""
        self.show_page("fax")
        self.composer.begin()
        self.composer.add_files(paths)
        self.composer.offer_recipient()

    def show_composer(self) -> None:
        self.bring_up()
        self.show_page("fax")

    @cached_property
    def _asked(self) -> AskedFaxes:
        from rcdesk.ui.compose.asked_fax import AskedFaxes

        return AskedFaxes(self._desk, self, self)

    def take_fax(self, asked_fax: AskedFax, tell: Tell | None = None) -> None:
        """A fax asked for on the command line; tell is called once with what became of it."""
        self._asked.take(asked_fax, tell)

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
        self.desk_side.focus_number(number)

    def new_fax(self, number: str = "") -> None:
        """Begin a clean fax, with a recipient when number is not empty."""
        self.bring_up()
        self.desk_side.write_fax(number)

    def _add_keys(self) -> None:
        for name, keys in KEYS.items():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(partial(self.show_page, name))
        for other, act in (
            ("Ctrl+L", self._focus_number),
            ("Ctrl+N", self._new_fax_asked),
            ("Ctrl+Shift+N", self._new_message_asked),
            ("Ctrl+O", self._choose_files),
            ("Ctrl+Z", self.undo),
            ("Ctrl+F", self.focus_search),
            ("Ctrl+,", self.open_settings),
            ("Ctrl+Q", self.quit_requested.emit),
            (QKeySequence.StandardKey.Paste, self.paste),
        ):
            shortcut = QShortcut(QKeySequence(other), self)
            shortcut.activated.connect(act)

    @Slot()
    def _focus_number(self) -> None:
        self.show_page("phone")
        self.desk_side.focus_number()

    @Slot()
    def undo(self) -> None:
        """Take back what was done last while that is possible: on the open page, else in the composer."""
        if self._is_furnished:
            self.desk_side.undo()

    @Slot()
    def focus_search(self) -> None:
        """Search the page that is open; from a page without a search, the faxes sent."""
        self.desk_side.search()

    @Slot()
    def open_settings(self) -> None:
        from rcdesk.ui.shell.settings_dialog import SettingsDialog

        self._open_once(SettingsDialog)

    @Slot()
    def open_servers(self) -> None:
        from rcdesk.ui.account.server_dialog import ServerDialog

        self._open_once(ServerDialog)

    def _open_once(self, kind: type[SettingsDialog] | type[ServerDialog]) -> None:
        if (shown := self.findChild(kind)) is not None:
            shown.activateWindow()
        else:
            kind(self._desk, self).open()

    @Slot(object)
    def _undone(self, draft: FaxDraft) -> None:
        """A composer that is only made now has not heard of it."""
        had_composer = self.desk_side.has_composer
        self.show_page("fax")
        if not had_composer:
            self.composer.take_back(draft)

    @Slot()
    def _choose_files(self) -> None:
        self.show_page("fax")
        self.desk_side.fax_page.choose_files()

    @Slot()
    def _new_fax_asked(self) -> None:
        self.new_fax()

    @Slot()
    def _new_message_asked(self) -> None:
        self.show_page("messages")
        self.desk_side.messages_page.write_new()

    @Slot(str)
    def _set_scheme(self, scheme: str) -> None:
        self._desk.preferences.update(color_scheme=scheme)
        theme().set_scheme(scheme)

    @Slot()
    def _session_changed(self) -> None:
        session = self._desk.session
        if session.account is not None:
            self._desk.preferences.update(home_country=session.account.home_country)
        if self._door.is_closed:
            self._outer.setCurrentWidget(self.sign_in_page)
            self._furnish_soon()
        elif self._outer.currentWidget() is not self.desk_side:
            self._outer.setCurrentWidget(self.desk_side)
            self.desk_side.show_page(self._page)
        self.setWindowTitle(one_line(window_title(session.profile, session.account, session.state)))
        if self._is_furnished:
            self.side_bar.show_person(session.account, session.state)

    # What is dropped or pasted

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """What another program brings lights up the drop zone of the composer."""
        from rcdesk.ui.compose.incoming import can_take, take_a_copy

        if event.source() is None and can_take(event.mimeData()):
            take_a_copy(event)
            if not self._door.is_closed:
                self._drop_begins = self._page != "fax"
                self.show_page("fax")
                self.composer.set_hot(True, is_new=self._drop_begins)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        if self._is_furnished and self.desk_side.has_composer:
            self.composer.set_hot(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """What is dropped is added to the open fax; what was brought over another page begins one."""
        from rcdesk.ui.compose.incoming import can_take, take_a_copy

        self.composer.set_hot(False)
        if can_take(event.mimeData()):
            take_a_copy(event)
            self._take_in(event.mimeData(), is_new=self._drop_begins)

    @Slot()
    def paste(self) -> None:
        """Add what the clipboard holds to the open fax, or from another page begin one with it.

        On the phone's page short text is a number to call.
        """
        from rcdesk.ui.compose.incoming import clipboard_data, holds_files_or_picture

        if self._door.is_closed:
            return
        mime = clipboard_data()
        text = mime.text().strip()
        is_number = 0 < len(text) <= LONGEST_NUMBER and any(c.isdigit() for c in text)
        if self._page == "phone" and is_number and not holds_files_or_picture(mime):
            self.desk_side.focus_number(text)
        else:
            self._take_in(mime, is_new=self._page != "fax")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pasting files or a picture means the fax, also while a text field has the focus."""
        is_paste = (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Paste)
        )
        if is_paste:
            from rcdesk.ui.compose.incoming import clipboard_data, holds_files_or_picture

            if holds_files_or_picture(clipboard_data()):
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def _take_in(self, mime: QMimeData, *, is_new: bool) -> None:
        from rcdesk.ui.compose.incoming import incoming

        found = incoming(mime)
        if is_new and (found.files or found.clips):
            self.composer.begin()
        if found.files:
            self.add_files(found.files)
        if found.clips:
            self.add_files(())
            self._desk.pasted.keep(found.clips, partial(self._clips_kept, self.composer.draft.key))
        if found.problem:
            self._show_intake_problem(found.problem)

    def _clips_kept(self, key: str, paths: tuple[Path, ...]) -> None:
        """What was pasted goes to the fax it was pasted into, also when another stands here by now."""
        if self.composer.draft.key == key:
            self.add_files(paths)
        elif (draft := self._desk.drafts.get(key)) is not None:
            self._desk.drafts.keep(replace(draft, unseen=(*draft.unseen, *paths)))
        else:
            self.fax_files(paths)

    @Slot(str)
    def _show_intake_problem(self, sentence: str) -> None:
        self.show_page("fax")
        self.composer.attachments.show_problem(sentence)

    @Slot(object)
    def _taken_out(self, document: Document) -> None:
        self._desk.pasted.let_go((document.path,))

    @Slot(object)
    def _fax_is_safe(self, draft: FaxDraft | None) -> None:
        """The spool has its own copies now; what went as drawn pages is kept for Undo, till the end."""
        if draft is not None:
            self._desk.pasted.let_go(tuple(document.path for document in draft.documents))

    # Size and closing

    def changeEvent(self, event: QEvent) -> None:
        """Coming to the front looks into the watched folder: shares of other machines tell nothing."""
        super().changeEvent(event)
        is_in_front = event.type() == QEvent.Type.ActivationChange and self.isActiveWindow()
        if is_in_front and self._is_furnished:
            self._desk.watched.look()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first paint is what the user waits for; the rest of the window is built after it."""
        super().paintEvent(event)
        self._is_painted = True
        self._furnish_soon()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_furnished:
            self.side_bar.fit(self.size())
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
        fit_to_screen(self, least=QSize(900, 600))

    @Slot()
    def _save_geometry(self) -> None:
        geometry = self.saveGeometry().toBase64().data()
        self._desk.preferences.update(geometry=bytes(geometry).decode("ascii"))


NAME = "rcdesk"


def window_title(profile: ServerProfile | None, account: Account | None, state: SessionState) -> str:
    """ "rcdesk — Mara Okafor · RingCentral (offline)"; only the name while nobody is signed in."""
    if profile is None or (account is None and state is not SessionState.OFFLINE):
        return NAME
    where = "" if profile.is_demo else place_words(profile)
    who = " · ".join(part for part in (account.name if account is not None else "", where) if part)
    notes = [_tr("demo")] if profile.is_demo else []
    if state is SessionState.OFFLINE:
        notes.append(_tr("offline"))
    elif state is SessionState.NEEDS_SIGN_IN:
        notes.append(_tr("sign in again"))
    return " ".join([f"{NAME} — {who}" if who else NAME, *(f"({note})" for note in notes)])
