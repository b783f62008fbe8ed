"""Where a text is written: its words, its files, the number it goes out from, how long it is.

Enter sends, Shift+Enter begins a line, Ctrl+O adds files, Up in an empty field edits what has not gone yet.
The field grows from one line to six. What cannot be sent is said here, and stays written. GUI thread. Read
next: messages_page.py, core/messages/segments.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QFileDialog, QFrame, QPlainTextEdit, QWidget

from rcdesk.bridge.messages.texts_desk import TextsDesk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import AccountNumber
from rcdesk.core.errors import RcdeskError
from rcdesk.core.messages.conversation import KeptFile, WrittenText
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.kit.boxes import ChoiceBox
from rcdesk.ui.kit.look import Button, IconButton, across, down, dress, glyph, label, named, scaled
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.words import text_words

MOST_LINES = 6
KEEP_MS = 700
THUMB_PX = 44


class TextField(QPlainTextEdit):
    """send_asked() on Enter, files_asked() on Ctrl+O, last_asked() on Up while it is empty."""

    send_asked = Signal()
    files_asked = Signal()
    last_asked = Signal()
    left_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("textField")
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        dress(self, "QPlainTextEdit { background: transparent; border: none; padding: 0; }")
        self.document().setDocumentMargin(0)
        self.textChanged.connect(self._fit)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Ctrl+O is this field's while it has the keyboard."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Open)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter sends; with Shift it begins a line."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if not event.isAutoRepeat():
                self.send_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Open):
            self.files_asked.emit()
        elif event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.last_asked.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left_asked.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """As high as the text, up to six lines."""
        lines = max(1, min(MOST_LINES, int(self.document().size().height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 4)


class FileChip(QFrame):
    """A file that goes along: thumbnail, name, size; removed(self) when it is taken out."""

    removed = Signal(object)

    def __init__(self, file: KeptFile) -> None:
        super().__init__()
        self.file = file
        self.setObjectName("textFile")
        dress(self, "#textFile { border: 1px solid $hairline; border-radius: 8px; background: $surface; }")
        self._sign = PlainLabel()
        self._sign.setFixedSize(THUMB_PX, 32)
        sign = glyph("picture" if file.is_picture else "file", "ink2", 20, self.devicePixelRatioF())
        self._sign.setPixmap(sign)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = text_words.made_smaller(file)
        name = label(file.name, "label")
        name.setMaximumWidth(scaled(180))
        said = down(name, label(words, "small"), spacing=0)
        take_out = IconButton("x", self.tr("Take out {0}").replace("{0}", file.name), size=14)
        take_out.setObjectName("textFileRemove")
        take_out.setFixedSize(28, 28)
        take_out.clicked.connect(self._remove)
        across(self._sign, said, take_out, of=self, margins=(6, 4, 4, 4), spacing=8)
        self.setAccessibleName(f"{file.name}, {words}")

    def show_picture(self, content: bytes) -> None:
        """Its thumbnail was drawn."""
        picture = QPixmap()
        if picture.loadFromData(content, "JPEG"):
            size = self._sign.size()
            fitted = picture.scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
            self._sign.setPixmap(fitted)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self)


class TextComposer(QFrame):
    """send_asked(from number, WrittenText); written(WrittenText) some time after each change.

    number_chosen(number) when another From is chosen; last_asked() to edit what has not gone; left_asked().
    """

    send_asked = Signal(str, object)
    written = Signal(object)
    number_chosen = Signal(str)
    last_asked = Signal()
    left_asked = Signal()

    def __init__(self, texts: TextsDesk) -> None:
        super().__init__()
        self.setObjectName("textComposer")
        dress(
            self,
            "#textComposer { border: 2px solid $border; border-radius: 10px; background: $surface; }"
            '#textComposer[isActive="true"] { border: 2px solid $accent; }',
        )
        self._texts = texts
        self._numbers: tuple[AccountNumber, ...] = ()
        self._is_adding = 0
        self._is_offline = False
        self.field = TextField()
        self._files = across(..., margins=0, spacing=8)
        self._chips: list[FileChip] = []
        self._problem = label("", "bad", wraps=True, name="textProblem")
        self._problem.hide()
        self._closed = label("", "muted", wraps=True, name="textClosed")
        self._closed.hide()
        self.attach = IconButton("clip", self.tr("Add a file (Ctrl+O)"), name="textAttach")
        self.picture = IconButton("picture", self.tr("Add a picture"), name="textPicture")
        self.number = ChoiceBox("textFrom", self.tr("Text from"))
        self.number.setMaximumWidth(scaled(230))
        self._counter = label("", "small", name="textCounter")
        self.send = Button(self.tr("Send"), kind="primary", icon_name="send", name="textSend", act=self._send)
        self._parts = QWidget()
        self._build()
        self._keep = single_shot(self, self._say_written, KEEP_MS)
        self._connect()
        self._count()

    def _build(self) -> None:
        tools = across(
            self.attach,
            self.picture,
            6,
            label(self.tr("From"), "small"),
            self.number,
            ...,
            self._counter,
            6,
            self.send,
            margins=0,
            spacing=6,
        )
        down(self.field, tools, of=self._parts, margins=0, spacing=8)
        self._file_row = QWidget()
        self._file_row.setLayout(self._files)
        self._file_row.hide()
        down(
            self._closed,
            self._file_row,
            self._problem,
            self._parts,
            of=self,
            margins=(14, 12, 12, 10),
            spacing=8,
        )

    def _connect(self) -> None:
        self.field.textChanged.connect(self._changed)
        self.field.send_asked.connect(self._send)
        self.field.files_asked.connect(self.choose_files)
        self.field.last_asked.connect(self.last_asked)
        self.field.left_asked.connect(self.left_asked)
        self.field.installEventFilter(self)
        self.attach.clicked.connect(self.choose_files)
        self.picture.clicked.connect(self.choose_pictures)
        self.number.activated.connect(self._number_chosen)

    # -- what it holds ------------------------------------------------------------------------------------

    @property
    def content(self) -> WrittenText:
        """What is written."""
        return WrittenText(text=self.field.toPlainText(), files=tuple(chip.file for chip in self._chips))

    @property
    def from_number(self) -> str:
        """The number it goes out from, "" when there is none."""
        return str(self.number.currentData() or "")

    def load(self, content: WrittenText) -> None:
        """Show this instead of what is there; nobody is told."""
        self._keep.stop()
        self.field.blockSignals(True)
        self.field.setPlainText(content.text)
        self.field.blockSignals(False)
        self.field._fit()
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        for chip in tuple(self._chips):
            self._take_out(chip)
        for file in content.files:
            self._put(file)
        self.say_problem("")
        self._count()

    def flush(self) -> None:
        """Tell at once what was written."""
        if self._keep.isActive():
            self._keep.stop()
            self._say_written()

    def set_numbers(self, numbers: Sequence[AccountNumber], chosen: str) -> None:
        """Offer these numbers to text from."""
        self._numbers = tuple(numbers)
        self.number.clear()
        for number in numbers:
            shown = pretty(number.phone_number, self._texts.region)
            words = f"{number.label} {shown}" if number.label and number.label != shown else shown
            self.number.addItem(words, number.phone_number)
        wanted = self.number.findData(chosen)
        self.number.setCurrentIndex(max(0, wanted) if numbers else -1)

    def set_placeholder(self, words: str) -> None:
        self.field.setPlaceholderText(words)
        self.field.setAccessibleName(words)

    def close_with(self, reason: str) -> None:
        """Nothing can be written here, for this reason; "" opens it again."""
        self._closed.setText(reason)
        self._closed.setVisible(bool(reason))
        self._parts.setVisible(not reason)
        self._file_row.setVisible(not reason and bool(self._chips))

    def set_offline(self, is_offline: bool) -> None:
        """What is sent waits for the connection."""
        self._is_offline = is_offline
        self._count()

    @Slot(str)
    def say_problem(self, words: str) -> None:
        """Why it was not sent, or a file not added."""
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    # -- files --------------------------------------------------------------------------------------------

    @Slot()
    def choose_files(self) -> None:
        self._open_dialog(self.tr("Add files to the text"), "")

    @Slot()
    def choose_pictures(self) -> None:
        kinds = "*.jpg *.jpeg *.png *.gif *.heic *.heif *.webp *.bmp *.tif *.tiff *.avif"
        self._open_dialog(self.tr("Add pictures to the text"), self.tr("Pictures ({0})").format(kinds))

    def _open_dialog(self, title: str, kinds: str) -> None:
        dialog = named(QFileDialog(self, title), "textFiles")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        if kinds:
            dialog.setNameFilters([kinds, self.tr("All files (*)")])
        dialog.filesSelected.connect(self._files_chosen)
        dialog.open()

    @Slot(list)
    def _files_chosen(self, names: list[str]) -> None:
        self.add_files([Path(name) for name in names])

    def add_files(self, paths: Sequence[Path]) -> None:
        """Copy files in, one after the other; what cannot go along says why."""
        if not paths:
            return
        self.say_problem("")
        self._is_adding += 1
        first, *rest = paths

        def done(file: KeptFile) -> None:
            self._is_adding -= 1
            self._put(file)
            self._changed()
            self.add_files(rest)

        def failed(error: RcdeskError) -> None:
            self._is_adding -= 1
            self._count()
            self.add_files(rest)
            self.say_problem(str(error))

        self._texts.add_file(first, self.content.files, done, failed)
        self._count()

    def _put(self, file: KeptFile) -> None:
        chip = FileChip(file)
        chip.removed.connect(self._remove)
        self._chips.append(chip)
        self._files.insertWidget(self._files.count() - 1, chip)
        self._file_row.show()
        if file.is_picture:
            self._texts.small(file, 2 * THUMB_PX, partial(self._drawn, chip))

    def _drawn(self, chip: FileChip, content: bytes) -> None:
        if chip in self._chips:
            chip.show_picture(content)

    @Slot(object)
    def _remove(self, chip: FileChip) -> None:
        self._take_out(chip)
        self._changed()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_out(self, chip: FileChip) -> None:
        self._chips.remove(chip)
        self._files.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self._file_row.setVisible(bool(self._chips))

    # -- sending ------------------------------------------------------------------------------------------

    @Slot()
    def _send(self) -> None:
        if self.send.isEnabled():
            self.say_problem("")
            self.send_asked.emit(self.from_number, self.content)

    @Slot()
    def _changed(self) -> None:
        self._count()
        self._keep.start()

    @Slot()
    def _say_written(self) -> None:
        self.written.emit(self.content)

    @Slot(int)
    def _number_chosen(self, _index: int) -> None:
        self.number_chosen.emit(self.from_number)

    def _count(self) -> None:
        content = self.content
        words, is_too_long = text_words.counter(content.text, is_picture_message=bool(content.files))
        if self._is_adding:
            words = self.tr("Adding…")
        elif words and self._is_offline and not is_too_long:
            words = self.tr("{0}, will wait").replace("{0}", words)
        self._counter.setText(words)
        dress(self._counter, "color: $bad_ink;" if is_too_long else "color: $ink2;")
        self.send.setEnabled(not content.is_empty and not is_too_long and not self._is_adding)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The frame shows where the keyboard is."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("isActive", event.type() is QEvent.Type.FocusIn)
            self.style().unpolish(self)
            self.style().polish(self)
        return super().eventFilter(watched, event)  # type: ignore[arg-type]
