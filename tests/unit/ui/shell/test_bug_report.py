"""One dialog per kind of fault."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from rcdesk.ui.shell.bug_report import BugReports
from tests.patient_bot import QtBot


def test_each_kind_is_shown_once(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    reports = BugReports(window, "rcdesk.log")
    for text in ("KeyError: 'a'", "KeyError: 'b'", "ValueError: c"):
        reports.heard.emit(text)
    qtbot.waitUntil(lambda: len(window.findChildren(QMessageBox)) == 2)
    assert all("rcdesk.log" in box.informativeText() for box in window.findChildren(QMessageBox))
