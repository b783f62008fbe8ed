"""Asking for files with the system's dialog, which opens where files were taken from last.

GUI thread. Read next: fax_page.py.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from rcdesk.bridge.account.preferences import PreferencesDesk


class FileChoice(QObject):
    """chosen(tuple[Path, ...]) brings what was picked."""

    chosen = Signal(object)

    def __init__(self, preferences: PreferencesDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._parent = parent

    @Slot()
    def ask(self) -> None:
        """Open the dialog; nothing waits for it."""
        dialog = QFileDialog(self._parent, self.tr("Add files to the fax"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        folder = self._preferences.value.last_folder
        if folder and Path(folder).is_dir():
            dialog.setDirectory(folder)
        dialog.filesSelected.connect(self._picked)
        dialog.open()

    @Slot(list)
    def _picked(self, names: list[str]) -> None:
        paths = tuple(Path(name) for name in names)
        if paths:
            self._preferences.update(last_folder=str(paths[0].parent))
        self.chosen.emit(paths)
