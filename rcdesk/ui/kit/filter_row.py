"""FilterRow: the buttons above a list of which one is on: all calls, or only the missed ones.

GUI thread. Read next: list_page.py, calls_page.py, people_page.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton

from rcdesk.ui.kit.look import fill, named


class FilterRow(QHBoxLayout):
    """Choices are (object name, words, value), the first one is on; pressed(value) even when that one is."""

    pressed = Signal(object)

    def __init__(self, choices: Iterable[tuple[str, str, object]]) -> None:
        super().__init__()
        fill(self, margins=(4, 0, 4, 0), spacing=6)
        self._group = QButtonGroup(self)
        self._buttons: dict[object, QPushButton] = {}
        for name, words, value in choices:
            button = named(QPushButton(words), name, self.tr("Show: {0}").replace("{0}", words))
            button.setProperty("kind", "filter")
            button.setCheckable(True)
            button.setChecked(not self._buttons)
            button.clicked.connect(partial(self._press, value))
            self._group.addButton(button)
            self._buttons[value] = button
            self.addWidget(button)
        self.addStretch(1)

    def choose(self, value: object) -> None:
        """Turn the button of this value on, and with it the others off."""
        self._buttons[value].setChecked(True)

    def _press(self, value: object, _is_checked: bool = True) -> None:
        self.pressed.emit(value)
