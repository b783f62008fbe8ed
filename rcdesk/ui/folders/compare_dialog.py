"""Was it that one? Your fax and the one RingCentral has, side by side, so that the user can say.

Asked when an answer was lost and the service has a fax to the same number that may be ours. answered(bool):
True when it is the same fax, False when it is another one and yours is to be sent again. The first pages are
drawn on the lanes of ProofDesk. GUI thread. Read next: actions.py, services/fax/reconcile.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from rcdesk.core.fax.fax import FaxJob
from rcdesk.ui.kit.look import Button, across, down, dress, label
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.words.fax_words import pages_words, sentence, who

if TYPE_CHECKING:
    from rcdesk.bridge.fax.proof_desk import ProofDesk

PAGE_WIDTH_PX = 300
PAGE_HEIGHT_PX = 390


class CompareDialog(QDialog):
    """Shows both first pages and their numbers of pages; open() it."""

    answered = Signal(bool)

    def __init__(self, proofs: ProofDesk, job: FaxJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareDialog")
        self.setWindowTitle(self.tr("Was it that one?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._is_open = True
        self.finished.connect(self._closed)
        self.ours = _Page(self.tr("Your fax to {0}").format(who(job)), pages_words(job.pages))
        self.theirs = _Page(self.tr("What RingCentral has"), "")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(label(self.tr("Was it that one?"), "section"))
        layout.addWidget(label(sentence(job), "muted", wraps=True))
        layout.addLayout(across(self.ours, self.theirs, spacing=20), 1)
        layout.addLayout(self._make_buttons())
        self._ask(proofs, job)

    def _ask(self, proofs: ProofDesk, job: FaxJob) -> None:
        width_px = round(PAGE_WIDTH_PX * self.devicePixelRatioF())

        def ours(png: bytes) -> None:
            if self._is_open:
                self.ours.show_page(png, self.tr("There is no picture of your pages."))

        def theirs(png: bytes) -> None:
            if self._is_open:
                self.theirs.show_page(png, self.tr("RingCentral has no picture of these pages yet."))

        def counted(count: int) -> None:
            if self._is_open:
                self.theirs.show_count(pages_words(count))

        def fetched(found: tuple[Path, str]) -> None:
            path, media_type = found
            proofs.page_count(path, media_type, counted)
            proofs.page_image(path, media_type, 0, width_px, theirs)

        def failed(sentence: str) -> None:
            if self._is_open:
                self.theirs.show_page(b"", sentence)

        proofs.first_page(job, width_px, ours)
        proofs.ask_other(job.id, fetched, failed)

    def _make_buttons(self) -> QHBoxLayout:
        back = Button(self.tr("Decide later"), act=self.reject)
        other = Button(self.tr("No, send mine again"), name="compareNo", act=self._say_no)
        same = Button(self.tr("Yes, it was that one"), kind="primary", name="compareYes", act=self._say_yes)
        return across(back, ..., other, same, spacing=8)

    @Slot()
    def _say_yes(self) -> None:
        self.answered.emit(True)
        self.accept()

    @Slot()
    def _say_no(self) -> None:
        self.answered.emit(False)
        self.accept()

    @Slot()
    def _closed(self) -> None:
        """Pictures that come later are nobody's."""
        self._is_open = False


class _Page(QWidget):
    """A heading, a first page and how many there are."""

    def __init__(self, heading: str, count: str) -> None:
        super().__init__()
        self.picture = PlainLabel()
        self.picture.setTextFormat(Qt.TextFormat.PlainText)
        self.picture.setWordWrap(True)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(PAGE_WIDTH_PX, PAGE_HEIGHT_PX)
        self.picture.setAccessibleName(heading)
        dress(self.picture, "QLabel { border: 1px solid $hairline; border-radius: 6px; padding: 4px; }")
        self.count = label(count, "small")
        self.show_page(b"", self.tr("Fetching…"))
        down(label(heading, "rowTitle"), self.picture, self.count, of=self, margins=0, spacing=6)

    def show_count(self, words: str) -> None:
        self.count.setText(words)

    def show_page(self, png: bytes, words: str) -> None:
        """The picture, or the words where there is none."""
        found = QPixmap()
        if png and found.loadFromData(png):
            room = self.picture.contentsRect().size() * self.devicePixelRatioF()
            fitted = found.scaled(
                room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            fitted.setDevicePixelRatio(self.devicePixelRatioF())
            self.picture.setPixmap(fitted)
        else:
            self.picture.setText(words)
