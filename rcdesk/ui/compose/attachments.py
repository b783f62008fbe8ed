"""The documents of a fax: a card for each, refused files with the reason, the place to drop more.

Files are only shown here; looking at them is done by FaxDesk.check_files. GUI thread. Read next: fax_page.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QFrame, QMenu, QWidget

from rcdesk.core.fax.fax import Document
from rcdesk.core.file_name import readable
from rcdesk.ui.kit.badge import Badge
from rcdesk.ui.kit.look import Button, IconButton, across, color, down, dress, glyph, label, named, smooth
from rcdesk.ui.kit.paper import PageGlyph
from rcdesk.ui.kit.plain_text import Line, PlainLabel

_CARD = """#attachmentCard { background: $surface; border: 1px solid $hairline; border-radius: 10px; }
#attachmentCard:focus { border: 2px solid $accent; }"""
_REFUSED = """#attachmentCard { background: $bad_tint; border: 1px solid $bad_line; border-radius: 10px; }
#attachmentCard:focus { border: 2px solid $accent; }"""


class CheckedFile(Protocol):
    """What FaxDesk.checked brings for one file: a document, or the problem that keeps it out."""

    @property
    def path(self) -> Path: ...

    @property
    def document(self) -> Document | None: ...

    @property
    def problem(self) -> str: ...


def size_words(size_bytes: int) -> str:
    """Bytes as people say them: "96 KB", "1.2 MB"."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.0f} KB"
    return f"{size_bytes / 1_000_000:.1f} MB"


class AttachmentCard(QFrame):
    """One document or one refused file. removed(self) when the person takes it away, fix_asked(Document)."""

    removed = Signal(object)
    fix_asked = Signal(object)

    def __init__(self, *, name: str, document: Document | None, problem: str = "") -> None:
        super().__init__()
        self.document = document
        self.problem = problem
        self.setObjectName("attachmentCard")
        self.setProperty("isRefused", document is None)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        dress(self, _CARD if document is not None else _REFUSED)
        sentence = problem if document is None else self._facts(document)
        self.setAccessibleName(f"{name}. {sentence}")
        self._sheet = self._sign(document)
        title = Line("rowTitle")
        title.setText(name)
        self._below = label(sentence, "small" if document is not None else "bad", wraps=document is None)
        words = down(..., title, self._below, ..., spacing=2)
        layout = across(self._sheet, (words, 1), of=self, margins=(14, 8, 10, 8), spacing=12)
        self._spoken = self.accessibleName()
        self._trouble = Badge()
        self._fix = Button(self.tr("Fix"), kind="link", act=self._ask_fix)
        named(self._fix, "fixAttachment", self.tr("Mend the pages of {0}").format(name))
        for part in (self._trouble, self._fix):
            part.hide()
            layout.addWidget(part)
        remove = self._remove_button = IconButton("x", self.tr("Remove {0}").format(name))
        remove.setObjectName("removeAttachment")
        remove.clicked.connect(self._remove)
        layout.addWidget(remove)

    @property
    def tab_stops(self) -> tuple[QWidget, ...]:
        return (self, self._fix, self._remove_button)

    @property
    def has_picture(self) -> bool:
        return isinstance(self._sheet, PageGlyph) and self._sheet.has_picture

    def show_picture(self, picture: QPixmap) -> None:
        if isinstance(self._sheet, PageGlyph):
            self._sheet.show_picture(picture)

    def show_count(self, pages: int) -> None:
        """How many pages it has as it is drawn here, learnt later."""
        if self.document is not None:
            counted = replace(self.document, pages=pages)
            self._below.setText(self._facts(counted))
            self._spoken = f"{self.document.name}. {self._below.text()}"
            self.setAccessibleName(self._spoken)

    def show_locked(self) -> None:
        """Nobody can count its pages before its password is given, RingCentral neither."""
        if self.document is not None:
            self._below.setText(size_words(self.document.size_bytes))

    def show_trouble(self, words: str, sentences: str, *, can_fix: bool) -> None:
        """A badge of a few words when pages of it will not arrive well, "" for none."""
        self._fix.setVisible(bool(words) and can_fix)
        self._trouble.set(words, "wait")
        self._trouble.setToolTip(sentences)
        self.setAccessibleName(f"{self._spoken}. {words}" if words else self._spoken)

    @Slot()
    def _ask_fix(self) -> None:
        self.fix_asked.emit(self.document)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove()
            return
        super().keyPressEvent(event)

    def _facts(self, document: Document) -> str:
        size = size_words(document.size_bytes)
        if document.pages is None:
            return self.tr("RingCentral counts the pages · {0}").format(size)
        if document.pages == 1:
            return self.tr("1 page · {0}").format(size)
        return self.tr("{0} pages · {1}").format(document.pages, size)

    def _sign(self, document: Document | None) -> QWidget:
        if document is not None:
            return PageGlyph(is_form=document.media_type.startswith("image/"))
        sign = PlainLabel()
        sign.setPixmap(glyph("alert", "bad_ink", 20, self.devicePixelRatioF()))
        sign.setFixedWidth(36)
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return sign

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self)


class DropZone(QAbstractButton):
    """The dashed place: files may be dropped on the whole window, a click chooses them from a dialog, the
    menu of the right button and Ctrl+V paste. paste_asked() from the menu."""

    paste_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_hot = False
        named(self, "dropZone", self.tr("Drop files here, paste them, or choose files to fax"))
        self.setText(self._calm_words)
        self.setToolTip(self.tr("Paste with Ctrl+V: files, pictures or text"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(60)

    def sizeHint(self) -> QSize:
        return QSize(300, 60)

    def set_hot(self, is_hot: bool, *, is_new: bool = False) -> None:
        """Light up while files hover over the window; is_new: they begin a fax of their own."""
        self._is_hot = is_hot
        hot_words = self.tr("Let go for a new fax") if is_new else self.tr("Let go to add it to the fax")
        self.setText(hot_words if is_hot else self._calm_words)
        self.update()

    @property
    def _calm_words(self) -> str:
        return self.tr("Drop files here, paste, or choose…")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = named(QMenu(self), "dropZoneMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Choose files…"), self.click)
        menu.addAction(self.tr("Paste") + "\tCtrl+V", self.paste_asked.emit)
        menu.popup(event.globalPos())

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
        is_strong = self._is_hot or self.hasFocus() or self.underMouse()
        pen = QPen(color("accent" if is_strong else "accent_line"), 2 if is_strong else 1.5)
        pen.setStyle(Qt.PenStyle.SolidLine if self._is_hot or self.hasFocus() else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(color("accent_tint"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        font = self.font()
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(self.text()) + 30
        x = (self.width() - width) // 2
        painter.drawPixmap(
            x, (self.height() - 20) // 2, glyph("files", "accent_ink", 20, self.devicePixelRatioF())
        )
        painter.setPen(color("accent_ink"))
        painter.drawText(self.rect().adjusted(x + 30, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())


class AttachmentsList(QWidget):
    """All cards and the drop zone. changed() when a document came or went; choose_asked() and paste_asked()
    on the zone; taken_out(Document) when the person took one away."""

    changed = Signal()
    choose_asked = Signal()
    paste_asked = Signal()
    taken_out = Signal(object)
    fix_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "attachmentsList", self.tr("Documents of this fax"))
        self._cards: list[AttachmentCard] = []
        self.drop_zone = DropZone()
        self._problem = label("", "bad", wraps=True, name="intakeProblem")
        self._problem.hide()
        self._layout = down(self.drop_zone, self._problem, of=self, margins=0, spacing=8)
        self.drop_zone.clicked.connect(self.choose_asked)
        self.drop_zone.paste_asked.connect(self.paste_asked)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents that will be faxed, in their order."""
        return tuple(c.document for c in self._cards if c.document is not None)

    @property
    def cards(self) -> tuple[AttachmentCard, ...]:
        """Everything that is shown, refused files too."""
        return tuple(self._cards)

    @property
    def refusals(self) -> tuple[str, ...]:
        """The reasons of the files that were refused and are still shown."""
        return tuple(c.problem for c in self._cards if c.document is None)

    def show_below(self, row: QWidget) -> None:
        self._layout.addWidget(row)

    def show_problem(self, sentence: str) -> None:
        """Say what could not be taken in, "" for nothing; it stays until the next files or fax."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def add(self, files: Sequence[CheckedFile]) -> None:
        """Show the outcome of a check; refusals of an earlier one give way."""
        for card in [c for c in self._cards if c.document is None]:
            self._drop(card)
        for file in files:
            document = file.document
            name = document.name if document is not None else readable(file.path.name or str(file.path))
            self._add(AttachmentCard(name=name, document=document, problem=file.problem))
        self.changed.emit()

    def set_documents(self, documents: Sequence[Document]) -> None:
        """Replace everything by documents that were looked at before."""
        for card in tuple(self._cards):
            self._drop(card)
        self.show_problem("")
        for document in documents:
            self._add(AttachmentCard(name=document.name, document=document))
        self.changed.emit()

    def _add(self, card: AttachmentCard) -> None:
        card.removed.connect(self._removed)
        card.fix_asked.connect(self.fix_asked)
        self._layout.insertWidget(len(self._cards), card)
        self._cards.append(card)

    @property
    def tab_stops(self) -> tuple[QWidget, ...]:
        return (*(part for card in self._cards for part in card.tab_stops), self.drop_zone)

    def clear(self) -> None:
        for card in tuple(self._cards):
            self._drop(card)
        self.show_problem("")
        self.changed.emit()

    @Slot(object)
    def _removed(self, card: AttachmentCard) -> None:
        position = self._cards.index(card)
        self._drop(card)
        following = self._cards[min(position, len(self._cards) - 1)] if self._cards else self.drop_zone
        following.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()
        if card.document is not None:
            self.taken_out.emit(card.document)

    def _drop(self, card: AttachmentCard) -> None:
        self._cards.remove(card)
        self._layout.removeWidget(card)
        card.hide()
        card.deleteLater()
