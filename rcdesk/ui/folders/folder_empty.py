"""What a folder shows when it lists nothing: one line and one action.

An empty folder offers what fills it, a search without a hit offers everything. GUI thread. Read next:
folder_words.py, fax_pages.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.core.account.capability import Capability
from rcdesk.core.fax.folder import Folder
from rcdesk.ui.kit.lacks import Lacking, why_not
from rcdesk.ui.kit.look import Button, fill, label
from rcdesk.ui.words.folder_words import empty_words, nothing_found_words

RECEIVING = (Capability.FAX_RECEIVE, Capability.FAX_READ)


class FolderEmpty(QWidget):
    """fill_asked() and everything_asked() on its buttons."""

    fill_asked = Signal()
    everything_asked = Signal()

    def __init__(self, folder: Folder, session: SessionDesk) -> None:
        super().__init__()
        self._folder = folder
        self._session = session
        self._is_narrowed = False
        self._text = ""
        self._words = label("", "muted", wraps=True, name="emptyWords")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        is_received = folder is Folder.RECEIVED
        words = self.tr("Look for new faxes now") if is_received else self.tr("Write a new fax")
        sign = "retry" if is_received else "compose"
        self._fill = Button(words, kind="link", icon_name=sign, act=self.fill_asked)
        self._all = Button(self.tr("Show everything"), kind="link", icon_name="x", name="showEverything")
        self._all.clicked.connect(self.everything_asked)
        layout = QVBoxLayout(self)
        fill(layout, ..., self._words, spacing=12)
        for action in (self._fill, self._all):
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)
        self.show_why(is_narrowed=False, text="")
        if is_received:
            Lacking(session, self._fill, *RECEIVING)
            session.account_changed.connect(self._look)

    @Slot()
    def _look(self) -> None:
        self.show_why(is_narrowed=self._is_narrowed, text=self._text)

    def show_why(self, *, is_narrowed: bool, text: str) -> None:
        """Nothing there, or nothing found for this text or filter, or none can come."""
        self._is_narrowed, self._text = is_narrowed, text
        lack = why_not(self._session, *RECEIVING) if self._folder is Folder.RECEIVED else ""
        self._words.setText(nothing_found_words(text) if is_narrowed else lack or empty_words(self._folder))
        self._fill.setVisible(not is_narrowed)
        self._all.setVisible(is_narrowed)


class ListOrEmpty(QStackedWidget):
    """The list, or what stands in its place while nothing is listed."""

    def __init__(self, rows: QWidget, empty: QWidget) -> None:
        super().__init__()
        self._rows = rows
        self._empty = empty
        self._is_wanted = False
        self.addWidget(rows)
        self.addWidget(empty)
        self.setCurrentWidget(empty)

    def want_list(self) -> None:
        """The next list that comes back is where the keyboard shall work."""
        self._is_wanted = True

    def show_list(self, *, has_rows: bool) -> None:
        """Show the list when it has rows; the keyboard stays here when it comes back."""
        focus = self.window().focusWidget()
        was_here = focus is not None and self._empty.isAncestorOf(focus)
        self.setCurrentWidget(self._rows if has_rows else self._empty)
        if has_rows and (self._is_wanted or was_here) and self.isVisible():
            self._is_wanted = False
            self._rows.setFocus(Qt.FocusReason.OtherFocusReason)
