"""The one dialog for what should not happen: a fault in rcdesk itself, shown once per kind.

Expected failures never come here, they are sentences where they happened. GUI thread. Read next: app.py.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from rcdesk.ui.kit.look import named


class BugReports(QObject):
    """Shows a fault the first time its kind is heard; heard(text) may be emitted from any thread."""

    heard = Signal(str)

    def __init__(self, window: QWidget, log_file: str) -> None:
        super().__init__(window)
        self._window = window
        self._log_file = log_file
        self._kinds: set[str] = set()
        self.heard.connect(self.show_once, Qt.ConnectionType.QueuedConnection)

    @Slot(str)
    def show_once(self, text: str) -> None:
        """text is "Kind: message"; a kind that was shown before stays silent."""
        kind = text.partition(":")[0]
        if kind in self._kinds:
            return
        self._kinds.add(kind)
        box = named(QMessageBox(self._window), "bugReport")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("rcdesk"))
        box.setText(self.tr("Something went wrong inside rcdesk. Your faxes are safe on disk."))
        box.setInformativeText(
            self.tr(
                "You can go on working. If it happens again, report it with the file {log} ({kind})."
            ).format(log=self._log_file, kind=kind)
        )
        box.open()
