"""The story of one received fax: from whom, when, its first page, and what can be done with it.

The picture is asked for when the fax has been chosen for a moment, so that running through the list with the
arrow keys draws nothing. Looking here does not mark the fax as read; opening it does. GUI thread. Read next:
fax_pages.py, page_viewer.py.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.folders.fax_steps import FaxStep, steps
from rcdesk.ui.folders.step_buttons import StepButtons
from rcdesk.ui.kit.badge import Badge
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.look import color, label
from rcdesk.ui.kit.moments import clock_time
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.words.fax_words import badge_of, joined, pages_words, sentence, who

PAUSE_MS = 120
PICTURE_PX = 560
KEPT = 12
SHORT_PX = 620


class ReceivedFirstPage(QWidget):
    """A page on a table, as large as there is room; clicked() opens it."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._picture = QPixmap()
        self._words = ""
        self.setObjectName("receivedFirstPage")
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self.update)

    @property
    def has_picture(self) -> bool:
        return not self._picture.isNull()

    def sizeHint(self) -> QSize:
        return QSize(240, 320)

    def show_picture(self, picture: QPixmap, words: str = "") -> None:
        """Show this page, or the words while there is none."""
        self._picture, self._words = picture, words
        self.setAccessibleName(self.tr("First page") if self.has_picture else words)
        self.setCursor(Qt.CursorShape.PointingHandCursor if self.has_picture else Qt.CursorShape.ArrowCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.has_picture and event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("table"))
        painter.drawRoundedRect(QRectF(self.rect()), 10, 10)
        if self.has_picture:
            room = QSize(self.width() - 32, self.height() - 24)
            size = self._picture.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
            sheet = QRectF((self.width() - size.width()) / 2, 12, size.width(), size.height())
            ratio = self.devicePixelRatioF()
            fine = self._picture.scaled(
                size * ratio,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            painter.drawPixmap(sheet, fine, QRectF(fine.rect()))
            painter.setPen(QPen(color("hairline"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(sheet)
        elif self._words:
            painter.setPen(color("ink2"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(20, 20, -20, -20), flags, self._words)


class ReceivedStory(Card):
    """show_fax() shows one; step_taken(FaxStep, rows) when a step was pressed."""

    step_taken = Signal(object, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._fax: ReceivedFax | None = None
        self._pictures: dict[str, QPixmap] = {}
        self.setObjectName("receivedStory")
        self._badge = Badge()
        self._who = label("", "section", wraps=True)
        self._what = label("", "small", wraps=True)
        self._sentence = label("", "muted", wraps=True)
        self.first_page = ReceivedFirstPage()
        self.buttons = StepButtons()
        self._pause = single_shot(self, self._ask_picture, PAUSE_MS)
        self.first_page.clicked.connect(self._open)
        self.buttons.taken.connect(self._taken)
        self._build(self.body)

    def _build(self, layout: QVBoxLayout) -> None:
        layout.setContentsMargins(24, 22, 24, 26)
        layout.setSpacing(10)
        layout.addWidget(self._who)
        layout.addWidget(self._what)
        layout.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._sentence)
        layout.addWidget(self.first_page, 1)
        layout.addWidget(self.buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the steps take less room, the page more."""
        super().resizeEvent(event)
        self.buttons.set_short(event.size().height() < SHORT_PX * theme().scale)

    @property
    def fax_id(self) -> int | None:
        return self._fax.id if self._fax is not None else None

    def show_fax(self, fax: ReceivedFax) -> None:
        """Show this fax; its first page follows in a moment."""
        before, self._fax = self._fax, fax
        number = pretty(fax.number) if fax.name and fax.number else ""
        to = self.tr("to {0}").format(pretty(fax.to_number)) if fax.to_number else ""
        self._who.setText(who(fax))
        self._what.setText(joined(number, clock_time(fax.created_at), pages_words(fax.pages), to))
        self._badge.set(*badge_of(fax))
        self._sentence.setText(sentence(fax))
        self.buttons.set_steps(steps(fax), 1, fax)
        if before is not None and (before.id, before.digest) == (fax.id, fax.digest):
            return
        if fax.digest in self._pictures:
            self.first_page.show_picture(self._pictures[fax.digest])
            return
        waiting = "" if fax.is_here else self.tr("The first page appears here when the fax has been fetched.")
        self.first_page.show_picture(QPixmap(), waiting)
        if fax.is_here:
            self._pause.start()

    @Slot()
    def _ask_picture(self) -> None:
        fax = self._fax
        if fax is not None and fax.is_here:
            self._desk.received.open_pages(fax, partial(self._found, fax))

    def _found(self, fax: ReceivedFax, path: Path) -> None:
        width_px = round(PICTURE_PX * self.devicePixelRatioF())
        self._desk.proofs.page_image(path, fax.media_type, 0, width_px, partial(self._drawn, fax.digest))

    def _drawn(self, digest: str, png: bytes) -> None:
        picture = QPixmap.fromImage(QImage.fromData(png))
        self._pictures[digest] = picture
        while len(self._pictures) > KEPT:
            del self._pictures[next(iter(self._pictures))]
        if self._fax is not None and self._fax.digest == digest:
            self.first_page.show_picture(picture)

    @Slot()
    def _open(self) -> None:
        self._taken(FaxStep.OPEN)

    @Slot(object)
    def _taken(self, step: FaxStep) -> None:
        if self._fax is not None:
            self.step_taken.emit(step, (self._fax,))
