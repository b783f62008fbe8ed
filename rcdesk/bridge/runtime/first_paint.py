"""The moment the user sees the window: everything slow begins after it.

GUI thread. Install it as an event filter on the window. Read next: app.py.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal


class FirstPaint(QObject):
    """Emits happened once, after the window's first paint event was handled."""

    happened = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for the paint event, then look no more."""
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self.happened.emit)
        return False
