"""The line of the recipient field: typing, pasting, and the keys that belong to the suggestions below it.

Enter, comma and semicolon commit; Up, Down, Enter and Esc go to the suggestions while they are open. GUI
thread. Read next: recipient_field.py, suggestions.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from rcdesk.ui.compose.chips import SEPARATORS
from rcdesk.ui.kit.suggestions import Suggestions


class RecipientLine(QLineEdit):
    """committed(str) when entries are complete, emptied() on Backspace in an empty line.

    A paste with several entries is committed at once.
    """

    committed = Signal(str)
    emptied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.offered: Suggestions | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif self._is_for_list(event):
            return
        elif self._is_end(event):
            if self.text().strip():
                self.committed.emit(self.text())
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
        else:
            super().keyPressEvent(event)

    def _is_end(self, event: QKeyEvent) -> bool:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        return (is_enter and is_plain) or event.text() in (",", ";")

    def _is_for_list(self, event: QKeyEvent) -> bool:
        """True when the key moved, took or closed the suggestions."""
        offered = self.offered
        if offered is None:
            return False
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up | Qt.Key.Key_Escape if offered.isVisible():
                return offered.take_key(event.key())
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                if event.key() == Qt.Key.Key_Down:
                    offered.open_all()
                return True
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._is_end(event):
                if offered.take_chosen():
                    return True
                if self.text().strip() and not any(c.isdigit() for c in self.text()):
                    offered.take_first()
                    return True
        return False

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        if len([part for part in SEPARATORS.split(text) if part.strip()]) > 1:
            self.committed.emit(text)
        else:
            self.insert(text.strip())
            self.textEdited.emit(self.text())
