"""Windows no larger than the screen they open on, whatever its size, scale and panels.

GUI thread. Read next: main_window.py, page_viewer.py.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QWidget

TITLE_PX, EDGE_PX = 36, 4
"""What a title bar and the edges of a frame take; how much is not known before the window is shown."""


def fitting(wanted: QRect, room: QRect) -> QRect:
    """The rectangle moved, and where it must be made smaller, so that it lies in the room."""
    size = wanted.size().boundedTo(room.size())
    x = min(max(wanted.x(), room.x()), room.x() + room.width() - size.width())
    y = min(max(wanted.y(), room.y()), room.y() + room.height() - size.height())
    return QRect(x, y, size.width(), size.height())


def fit_to_screen(window: QWidget, *, least: QSize | None = None) -> None:
    """Before it is shown: within its screen's free area; least: its smallest size where there is room."""
    room = window.screen().availableGeometry().adjusted(EDGE_PX, TITLE_PX, -EDGE_PX, -EDGE_PX)
    if least is not None:
        window.setMinimumSize(least.boundedTo(room.size()))
    if not window.isMaximized() and not window.isFullScreen():
        if window.width() > room.width() or window.height() > room.height():
            window.resize(window.size().boundedTo(room.size()))
        if window.testAttribute(Qt.WidgetAttribute.WA_Moved):
            window.move(fitting(window.geometry(), room).topLeft())
