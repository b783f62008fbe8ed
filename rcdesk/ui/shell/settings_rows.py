"""SettingsPage: one page of the settings, rows of words, a hint and a control that changes a preference.

A switch names the preference it changes; there is nothing to save. GUI thread. Read next: settings_dialog.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.ui.kit.boxes import Switch
from rcdesk.ui.kit.look import down, label, named


class SettingsPage(QWidget):
    """Built row by row; the first row stands at the top."""

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__()
        self.title = title
        self._desk = desk
        self._rows = 0
        self.setAccessibleName(title)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._column = down(self._grid, ..., of=self, margins=0, spacing=14)

    def section(self, words: str) -> None:
        """A title above the next rows."""
        if self._rows:
            self._grid.setRowMinimumHeight(self._rows, 10)
            self._rows += 1
        self._grid.addWidget(label(words, "section"), self._rows, 0, 1, 2)
        self._rows += 1

    def row(self, words: str, hint: str, control: QWidget) -> None:
        """Words and a hint at the left, the control at the right."""
        control.setAccessibleName(words)
        control.setAccessibleDescription(hint)
        text = down(label(words, "rowTitle", wraps=True), margins=(0, 6, 0, 6), spacing=2)
        if hint:
            text.addWidget(label(hint, "small", wraps=True))
        self._grid.addLayout(text, self._rows, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(control, self._rows, 1, right)
        self._rows += 1

    def switch(self, name: str, preference: str, words: str, hint: str = "") -> Switch:
        made = named(Switch(name), name)
        made.setChecked(bool(getattr(self._desk.preferences.value, preference)))
        made.toggled.connect(partial(self._switched, preference))
        self.row(words, hint, made)
        return made

    def wide(self, words: str, hint: str, control: QWidget) -> None:
        """Words and a hint with the control below them, as wide as the page."""
        self._grid.setRowMinimumHeight(self._rows, 8)
        self._grid.addWidget(label(words, "rowTitle"), self._rows + 1, 0, 1, 2)
        self._grid.addWidget(label(hint, "small", wraps=True), self._rows + 2, 0, 1, 2)
        self._grid.setRowMinimumHeight(self._rows + 3, 4)
        self._grid.addWidget(control, self._rows + 4, 0, 1, 2)
        self._rows += 5

    def _switched(self, preference: str, is_on: bool) -> None:
        self._desk.preferences.update(**{preference: is_on})
