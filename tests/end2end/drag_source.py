"""A small window of another program, full of files that can be dragged out of it with the mouse.

Run by the end2end tests as its own process: `python drag_source.py FILE…`. It starts a real QDrag with file
URLs, exactly as a file manager does, prints when it is shown, when something would take the files and what
became of the drag. GUI thread only.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel


class DragSource(QLabel):
    """Drags its files as soon as the pressed mouse moves far enough."""

    def __init__(self, files: list[str]) -> None:
        super().__init__("Drag me\n" + "\n".join(name.rsplit("/", 1)[-1] for name in files))
        self._files = files
        self._pressed_at: QPoint | None = None
        self._is_announced = False
        self.setWindowTitle("Files")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell the test once that there is something to see."""
        super().paintEvent(event)
        if not self._is_announced:
            self._is_announced = True
            QTimer.singleShot(0, lambda: print("drag source: shown", flush=True))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin the drag; exec() returns after the drop."""
        if self._pressed_at is None:
            return
        if (
            event.position().toPoint() - self._pressed_at
        ).manhattanLength() < QApplication.startDragDistance():
            return
        self._pressed_at = None
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(name) for name in self._files])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.actionChanged.connect(lambda action: print(f"drag source: over {action.name}", flush=True))
        result = drag.exec(Qt.DropAction.CopyAction)
        print(f"drag source: {result.name}", flush=True)


def main() -> int:
    """Show the window until the process is ended."""
    application = QApplication(sys.argv[:1])
    source = DragSource(sys.argv[1:])
    source.setGeometry(1130, 120, 120, 120)
    source.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
