"""What a screen reader finds: the accessibility tree of a window as text, and hands that only use keys.

Offscreen there is no bridge to AT-SPI, but Qt builds the same tree: what is read here is what a reader gets.
GUI thread. Read next: test_call_flows.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

MOST_STEPS = 120
_NO_KEYS = Qt.KeyboardModifier.NoModifier


def spoken(window: QWidget) -> str:
    """Every name and description in the visible part of the tree, one a line."""
    return "\n".join(_words(QAccessible.queryAccessibleInterface(window)))


def role_of(widget: QObject) -> QAccessible.Role:
    """What a screen reader takes this widget for."""
    return QAccessible.queryAccessibleInterface(widget).role()


def _words(found: QAccessibleInterface | None) -> Iterator[str]:
    if found is None or not found.isValid() or found.state().invisible:
        return
    for kind in (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value):
        text = found.text(kind)
        if text:
            yield text
    for number in range(found.childCount()):
        yield from _words(found.child(number))


def press(key: Qt.Key, keys: Qt.KeyboardModifier = _NO_KEYS) -> None:
    """Press a key where the focus is."""
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None, "no window has the keyboard"
    QTest.keyClick(target, key, keys)


def write(text: str) -> None:
    """Type where the focus is."""
    target = QApplication.focusWidget()
    assert target is not None, "nothing has the keyboard"
    QTest.keyClicks(target, text)


def tab_to(name: str) -> QWidget:
    """Go with Tab to the widget of this name, or of a name that begins so."""
    for _ in range(MOST_STEPS):
        focused = QApplication.focusWidget()
        if focused is not None and focused.objectName().startswith(name):
            return focused
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {name}")
