"""The row that says that files are being looked at, when that takes longer than a moment.

An office file is turned into pages by LibreOffice for that, which takes seconds, a large one a minute. Until
it is over the fax cannot go: it would go without the file. It can be stopped. GUI thread. Read next:
fax_page.py, attachments.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QProgressBar, QWidget

from rcdesk.bridge.fax.fax_desk import FaxDesk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.file_name import readable
from rcdesk.ui.kit.look import Button, across, named
from rcdesk.ui.kit.plain_text import Line

SHOWN_AFTER_MS = 400


class FileLooks(QWidget):
    """Has FaxDesk look at files. ended() when none is being looked at any more."""

    ended = Signal()

    def __init__(self, faxes: FaxDesk) -> None:
        super().__init__()
        self.setObjectName("fileLooks")
        self._faxes = faxes
        self._due: list[tuple[Path, ...]] = []
        self._words = Line("label")
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedWidth(120)
        bar.setAccessibleName(self.tr("Files are being looked at"))
        self.stop_button = Button(self.tr("Stop"), kind="link", act=self.stop)
        named(self.stop_button, "stopLooksButton", self.tr("Stop looking at the files; they are not added"))
        across((self._words, 1), bar, self.stop_button, of=self, margins=0, spacing=12)
        self._moment = single_shot(self, self.show, SHOWN_AFTER_MS)
        faxes.checked.connect(self._checked)
        faxes.problem.connect(self._over)
        self.hide()

    @property
    def is_busy(self) -> bool:
        return bool(self._due)

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(path for paths in self._due for path in paths)

    @property
    def words(self) -> str:
        """Why the fax cannot go now, "" when it can."""
        return self.tr("Files are still being looked at. Send it when they stand here.") if self._due else ""

    def look(self, paths: Sequence[Path]) -> None:
        """Look at these files; FaxDesk.checked() brings what was found."""
        if not paths:
            return
        self._due.append(tuple(paths))
        self._say()
        if not self.isVisible():
            self._moment.start()
        self._faxes.check_files(tuple(paths))

    @Slot()
    def stop(self) -> None:
        """Look no further; what was not looked at is not added."""
        self._faxes.stop_checks()
        self._over()

    @Slot(object)
    def _checked(self, _files: object) -> None:
        if len(self._due) > 1:
            del self._due[0]
            self._say()
        elif self._due:
            self._over()

    @Slot()
    def _over(self) -> None:
        was_busy = bool(self._due)
        self._due.clear()
        self._moment.stop()
        self.hide()
        if was_busy:
            self.ended.emit()

    def _say(self) -> None:
        paths = self.paths
        if len(paths) == 1:
            self._words.setText(self.tr("Looking at {0}…").format(readable(paths[0].name)))
        else:
            self._words.setText(self.tr("Looking at {0} files…").format(len(paths)))
