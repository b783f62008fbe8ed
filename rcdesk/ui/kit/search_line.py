"""SearchLine: the search field of the recents, Calls and People; it asks when typing has paused.

GUI thread. Read next: phone_page.py, calls_page.py, people_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import named
from rcdesk.ui.kit.theme import theme

PAUSE_MS = 150


class SearchLine(QLineEdit):
    """asked() some time after the last change; name is what a screen reader says."""

    asked = Signal()

    def __init__(self, object_name: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, object_name, name)
        self.setProperty("kind", "search")
        self.setPlaceholderText(self.tr("Search people, numbers"))
        self.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = single_shot(self, self.asked, PAUSE_MS)
        self.textChanged.connect(self._pause.start)
        theme().changed.connect(self._relook)
        self._relook()

    @property
    def words(self) -> str:
        """What is looked for; "" for everything."""
        return self.text().strip()

    def take_focus(self) -> None:
        """Put the cursor into the field, its text selected."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    @Slot()
    def _relook(self) -> None:
        self._glass.setIcon(icon("search", "ink2"))
