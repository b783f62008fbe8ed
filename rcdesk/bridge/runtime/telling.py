"""What desks have in common that say what went wrong. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from rcdesk.core.errors import Cancelled, RcdeskError


class Telling(QObject):
    """problem(str): one sentence on what went wrong. What was called off is no problem."""

    problem = Signal(str)

    def _tell(self, error: RcdeskError) -> None:
        if not isinstance(error, Cancelled):
            self.problem.emit(str(error))
