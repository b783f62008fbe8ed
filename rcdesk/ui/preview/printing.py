"""Printing the pages of a fax: the system's dialog, then one page after the other.

Every page is drawn on ProofDesk's lane at the printer's own resolution (at most 300 dots an inch, more than a
fax holds) and only put onto the paper here. QtPrintSupport is imported when somebody prints. GUI thread. Read
next: page_viewer.py.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from rcdesk.bridge.fax.proof_desk import ProofDesk

_tr = partial(QCoreApplication.translate, "Printing")

WIDEST_PX = 2550


class PrintRun(QObject):
    """Prints a file; ended(bool) says whether every page went to the printer."""

    ended = Signal(bool)

    def __init__(
        self, proofs: ProofDesk, path: Path, media_type: str, printer: QPrinter, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._proofs = proofs
        self._path = path
        self._media_type = media_type
        self._printer = printer
        self._painter = QPainter()
        self._pages: list[int] = []
        self._is_first = True

    @Slot()
    def start(self) -> None:
        """Count the pages, then print those the user asked for."""
        self._proofs.problem.connect(self._stop)
        self._proofs.page_count(self._path, self._media_type, self._counted)

    def _counted(self, count: int) -> None:
        first, last = self._printer.fromPage() or 1, self._printer.toPage() or count
        self._pages = list(range(first - 1, min(last, count)))
        if not self._pages or not self._painter.begin(self._printer):
            self._finish(False)
            return
        self._ask()

    def _ask(self) -> None:
        width_px = min(self._painter.viewport().width(), WIDEST_PX)
        self._proofs.page_image(self._path, self._media_type, self._pages[0], width_px, self._drawn)

    def _drawn(self, png: bytes) -> None:
        if not self._painter.isActive():
            return
        if not self._is_first and not self._printer.newPage():
            self._finish(False)
            return
        self._is_first = False
        image = QImage.fromData(png)
        room = self._painter.viewport()
        size: QSize = image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        self._painter.drawImage(
            QRect((room.width() - size.width()) // 2, 0, size.width(), size.height()), image
        )
        del self._pages[0]
        if self._pages:
            self._ask()
        else:
            self._finish(True)

    @Slot(str)
    def _stop(self, _sentence: str) -> None:
        """A page could not be drawn; what was printed so far stays."""
        self._finish(False)

    def _finish(self, is_whole: bool) -> None:
        self._proofs.problem.disconnect(self._stop)
        if self._painter.isActive():
            self._painter.end()
        self.ended.emit(is_whole)
        self.deleteLater()


def _say(proofs: ProofDesk, title: str, is_whole: bool) -> None:
    if is_whole:
        proofs.said.emit(_tr("Handed to the printer: {0}").replace("{0}", title))
    else:
        proofs.problem.emit(
            _tr("Not every page could be printed: {0}. Look at the printer, then print it again.").replace(
                "{0}", title
            )
        )


def ask_and_print(proofs: ProofDesk, path: Path, media_type: str, title: str, parent: QWidget) -> None:
    """Open the system's printing dialog for these pages."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    run = PrintRun(proofs, path, media_type, printer, parent)
    dialog = QPrintDialog(printer, parent)
    dialog.setObjectName("printDialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    run.ended.connect(partial(_say, proofs, title))
    dialog.accepted.connect(run.start)
    dialog.rejected.connect(run.deleteLater)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()
