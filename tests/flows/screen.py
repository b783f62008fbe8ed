"""Hands and eyes inside the process: widgets found by their object names, words read off the window.

Only what is visible counts, so a test fails when a sentence exists but is not shown. GUI thread; waiting is
done by qtbot.waitUntil on what the window shows. Read next: conftest.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QLibraryInfo, QMimeData, QPointF, Qt, QUrl, QVersionNumber
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from tests.patient_bot import QtBot

W = TypeVar("W", bound=QWidget)


class Screen:
    """One window to look at and to work with."""

    def __init__(self, window: QWidget, qtbot: QtBot) -> None:
        self.window = window
        self._qtbot = qtbot

    def find(self, name: str) -> QWidget:
        """The visible widget of that name, or the first one when none is visible."""
        return self.find_as(QWidget, name)

    def find_as(self, kind: type[W], name: str) -> W:
        """The same for one kind of widget."""
        found = self.window.findChildren(kind, name)
        assert found, f"the window has no {kind.__name__} named {name}"
        return next((w for w in found if w.isVisible()), found[0])

    def has(self, name: str) -> bool:
        """True when a widget of that name can be seen."""
        return any(w.isVisible() for w in self.window.findChildren(QWidget, name))

    def named(self, prefix: str) -> list[QWidget]:
        """The visible widgets whose names begin like this."""
        found = self.window.findChildren(QWidget)
        return [w for w in found if w.objectName().startswith(prefix) and w.isVisible()]

    def words(self) -> str:
        """Everything the window says now, one piece a line."""
        said: list[str] = []
        for widget in self.window.findChildren(QWidget):
            if not widget.isVisible():
                continue
            if isinstance(widget, QLabel | QAbstractButton):
                said.append(widget.text())
            if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
                rows = (model.index(row, 0) for row in range(model.rowCount()))
                roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
                said.extend(str(index.data(role) or "") for index in rows for role in roles)
            said.append(widget.accessibleName())
            said.append(widget.accessibleDescription())
        return "\n".join(piece for piece in said if piece)

    def shows(self, *pieces: str) -> bool:
        """True when every piece can be read in the window, capitals or not."""
        words = self.words().lower()
        return all(piece.lower() in words for piece in pieces)

    def wait(self, condition: Callable[[], object], timeout_s: float = 0) -> None:
        """Run the event loop until the condition holds; the failure shows what the window says.

        timeout_s: only where it may take longer than the patience of all the tests.
        """
        try:
            self._qtbot.waitUntil(lambda: bool(condition()), timeout=int(timeout_s * 1000))
        except Exception as exc:
            raise AssertionError(f"waited in vain; the window says:\n{self.words()}") from exc

    def wait_for(self, *pieces: str, timeout_s: float = 0) -> None:
        """Run the event loop until the window shows all of these words."""
        self.wait(lambda: self.shows(*pieces), timeout_s)

    def press(self, name: str) -> None:
        """Click a button or row with the mouse."""
        button = self.find_as(QAbstractButton, name)
        assert button.isEnabled(), f"{name} cannot be pressed; the window says:\n{self.words()}"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, name: str, text: str, *, enter: bool = False) -> None:
        """Put text into a field as typed, replacing what was there; then Return when asked."""
        widget = self.find(name)
        target = widget.focusProxy() or widget
        if isinstance(target, QLineEdit | QPlainTextEdit):
            target.selectAll()
        QTest.keyClicks(target, text)
        if enter:
            QTest.keyClick(target, Qt.Key.Key_Return)

    def drop(self, paths: Sequence[Path]) -> bool:
        """Drop files on the middle of the window; True when it took them."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        middle = QPointF(self.window.rect().center())
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.window, _drag_enter(middle, data))
        dropped = QDropEvent(middle, Qt.DropAction.CopyAction, data, buttons, keys)
        QApplication.sendEvent(self.window, dropped)
        return dropped.isAccepted()


def _drag_enter(at: QPointF, data: QMimeData) -> QDragEnterEvent:
    """Qt delivers a drop only where a drag has entered. Before Qt 6.12 the event takes a QPoint."""
    make: Any = QDragEnterEvent
    position = at if QLibraryInfo.version() >= QVersionNumber(6, 12) else at.toPoint()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event: QDragEnterEvent = make(position, Qt.DropAction.CopyAction, data, buttons, keys)
    return event
