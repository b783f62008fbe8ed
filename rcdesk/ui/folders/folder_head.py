"""The head of a folder: its name and how many, search, and the tools that fit it.

Queue can be paused, Sent and Failed save a log, Received can be asked for news. GUI thread. Read next:
folder_search.py, fax_pages.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.core.fax.folder import Folder
from rcdesk.ui.folders.folder_empty import RECEIVING
from rcdesk.ui.folders.folder_search import FolderSearch
from rcdesk.ui.kit.lacks import Lacking
from rcdesk.ui.kit.look import Button, IconButton, label
from rcdesk.ui.words.folder_words import title


class _PauseButton(Button):
    """Says what pressing it does: Pause all, or Resume all."""

    def set_paused(self, is_paused: bool) -> None:
        self.setText(self.tr("Resume all") if is_paused else self.tr("Pause all"))
        self.setAccessibleName(self.text())
        self._icon_name = "play" if is_paused else "stop"
        self._recolor()


class FolderHead(QWidget):
    """new_fax_asked(), log_asked(), sync_asked(), pause_asked() on its buttons."""

    new_fax_asked = Signal()
    log_asked = Signal()
    sync_asked = Signal()
    pause_asked = Signal()

    def __init__(self, folder: Folder, session: SessionDesk) -> None:
        super().__init__()
        self._session = session
        self.search = FolderSearch(folder)
        self._count = label("", "muted", name="folderCount")
        self._pause: _PauseButton | None = None
        head = QHBoxLayout(self)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(12)
        head.addWidget(label(title(folder), "pageTitle"))
        head.addWidget(self._count, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        head.addWidget(self.search, 3)
        self._add_tools(folder, head)
        new_fax = Button(self.tr("New fax"), kind="primary", icon_name="compose", act=self.new_fax_asked)
        head.addWidget(new_fax)

    def set_count(self, count: int) -> None:
        """How many faxes are listed; nothing for 0."""
        self._count.setText(f"{count:,}" if count else "")

    def set_paused(self, is_paused: bool) -> None:
        if self._pause is not None:
            self._pause.set_paused(is_paused)

    def _add_tools(self, folder: Folder, head: QHBoxLayout) -> None:
        if folder is Folder.QUEUE:
            self._pause = _PauseButton(self.tr("Pause all"), icon_name="stop")
            self._pause.setObjectName("pauseAllButton")
            self._pause.clicked.connect(self.pause_asked)
            head.addWidget(self._pause)
        elif folder is Folder.RECEIVED:
            look_now = IconButton("retry", self.tr("Look for new faxes now"))
            look_now.setObjectName("syncButton")
            look_now.clicked.connect(self.sync_asked)
            Lacking(self._session, look_now, *RECEIVING)
            head.addWidget(look_now)
        else:
            log = Button(self.tr("Log…"), icon_name="download")
            log.setObjectName("logButton")
            log.setToolTip(self.tr("Save a table of all faxes (CSV)"))
            log.clicked.connect(self.log_asked)
            head.addWidget(log)
