"""Another program that has copied something: it owns the clipboard until it is ended.

Run by the end2end tests as its own process: `python clipboard_owner.py image`, `… text TEXT` or `… files
FILE…`. It prints a line when the clipboard is its own. GUI thread only.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLabel


def copy() -> None:
    """Take the clipboard."""
    if sys.argv[1] == "image":
        image = QImage(850, 1100, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        QGuiApplication.clipboard().setImage(image)
    elif sys.argv[1] == "text":
        QGuiApplication.clipboard().setText(sys.argv[2])
    else:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(name) for name in sys.argv[2:]])
        QGuiApplication.clipboard().setMimeData(data)
    print("clipboard: owned", flush=True)


def main() -> int:
    """Own the clipboard until the process is ended. X gives it only to a program with a window."""
    application = QApplication(sys.argv[:1])
    window = QLabel("copied")
    window.setWindowFlag(Qt.WindowType.WindowDoesNotAcceptFocus)
    window.setGeometry(1160, 300, 100, 60)
    window.show()
    QTimer.singleShot(0, copy)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
