"""Who the fax goes to: chips for numbers that were read, a line to type or paste the next ones.

Every entry is read by core.phone_number in the account's home country. A number that cannot be faxed stays a
red chip with its reason below the field, so nothing typed is ever lost. GUI thread. Read next: fax_page.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QLineEdit, QVBoxLayout, QWidget

from rcdesk.core.errors import UserError
from rcdesk.core.fax import Recipient
from rcdesk.ui.flow import FlowLayout
from rcdesk.ui.look import color, dress, glyph, label

_SEPARATORS = re.compile(r"[,;\n\r\t]+")
_NAMED = re.compile(r"^\s*(?P<name>[^<\d+(]*?[^\W\d][^<\d+(]*?)\s*[<:]?\s*(?P<number>\+?[\d(][^<>]*)>?\s*$")
_CHIP_HEIGHT = 28
_FRAME = """#chipFrame { background: $surface; border: 1px solid $border; border-radius: 8px; }
#chipFrame[isActive="true"] { border: 2px solid $accent; }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One chip: text as typed; recipient when it can be faxed, else problem says why not. shown its words."""

    text: str
    shown: str
    recipient: Recipient | None = None
    problem: str = ""


def read_entry(text: str, region: str, already: frozenset[str] = frozenset()) -> Entry:
    """Read one typed entry, "Name <number>", "Name: number" or a number. already holds E.164 numbers."""
    from rcdesk.core.phone_number import parse

    typed = text.strip()
    match = _NAMED.match(typed)
    name, digits = (match["name"].strip(" <:-"), match["number"]) if match else ("", typed)
    try:
        number = parse(digits, region)
    except UserError as exc:
        try:
            number = parse(typed, region)
        except UserError:
            return Entry(
                text=typed,
                shown=typed,
                problem=str(exc).replace("RingOut cannot call", "rcdesk cannot reach"),
            )
        name = ""
    shown = f"{name}  {number.national}" if name else number.national
    if number.e164 in already:
        return Entry(text=typed, shown=shown, problem="It is already in the list.")
    return Entry(text=typed, shown=shown, recipient=Recipient(number=number.e164, name=name))


class Chip(QAbstractButton):
    """One entry as a round chip. Clicking it, Delete or Backspace removes it; the tooltip says why."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.setObjectName("recipientChip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        state = entry.problem or self.tr("fine")
        self.setAccessibleName(self.tr("{0}: {1} Press Delete to remove.").format(entry.shown, state))
        self.setToolTip(entry.problem or self.tr("Remove"))

    @property
    def _family(self) -> str:
        return "bad" if self.entry.problem else "accent"

    def sizeHint(self) -> QSize:
        """As wide as its text and the cross."""
        metrics = self.fontMetrics()
        return QSize(
            min(420, metrics.horizontalAdvance(self.entry.shown) + 44),
            max(_CHIP_HEIGHT, metrics.height() + 10),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Backspace remove."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: object) -> None:
        """A tinted pill with a cross."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self.rect().toRectF().adjusted(1, 1, -1, -1)
        family = self._family
        painter.setPen(
            QPen(color("accent" if self.hasFocus() else f"{family}_line"), 2 if self.hasFocus() else 1)
        )
        painter.setBrush(color(f"{family}_tint"))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setPen(color(f"{family}_ink"))
        text = self.rect().adjusted(12, 0, -30, 0)
        shown = self.fontMetrics().elidedText(self.entry.shown, Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        cross = glyph("x", f"{family}_ink", 14, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - 26, (self.height() - 14) // 2, cross)
        painter.end()


class _Line(QLineEdit):
    """The typing part: a paste with several lines becomes several entries."""

    committed = Signal(str)
    emptied = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
            return
        is_plain_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        )
        if is_plain_enter or event.text() in (",", ";"):
            if self.text().strip():
                self.committed.emit(self.text())
            return
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
            return
        super().keyPressEvent(event)

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        if len([part for part in _SEPARATORS.split(text) if part.strip()]) > 1:
            self.committed.emit(text)
        else:
            self.insert(text.strip())


class RecipientField(QWidget):
    """The field with its chips and the reasons below. changed() follows every change of the list."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._region = "US"
        self._chips: list[Chip] = []
        self._frame = QFrame()
        self._frame.setObjectName("chipFrame")
        self.line = _Line()
        self.line.setObjectName("recipientField")
        self.line.setFrame(False)
        self.line.setMinimumHeight(_CHIP_HEIGHT)
        self.line.setPlaceholderText(self.tr("Number, or paste a list"))
        self.line.setAccessibleName(self.tr("To: fax number"))
        self.line.setAccessibleDescription(
            self.tr("Enter or comma adds the number. Backspace removes the last one.")
        )
        self.line.setProperty("kind", "bare")
        dress(self._frame, _FRAME)
        self._flow = FlowLayout(self._frame, margin=9, gap=8)
        self._flow.addWidget(self.line)
        self._problem = label("", "bad", wraps=True)
        self._problem.setObjectName("recipientProblem")
        self._problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._frame)
        layout.addWidget(self._problem)
        self.setFocusProxy(self.line)
        self.line.committed.connect(self.add_text)
        self.line.emptied.connect(self._remove_last)
        self.line.textEdited.connect(self._typed)
        self.line.installEventFilter(self)

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Those that can be faxed, in the order they were added."""
        return tuple(c.entry.recipient for c in self._chips if c.entry.recipient is not None)

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each bad chip."""
        return tuple(f"{c.entry.shown}: {c.entry.problem}" for c in self._chips if c.entry.problem)

    def set_region(self, region: str) -> None:
        """The home country national numbers are read in (ISO 3166)."""
        self._region = region

    @Slot(str)
    def add_text(self, text: str) -> None:
        """Add every number of a typed or pasted text; commas, semicolons, tabs and new lines separate."""
        for part in _SEPARATORS.split(text):
            if part.strip():
                already = frozenset(r.number for r in self.recipients)
                self._add(read_entry(part, self._region, already))
        self.line.clear()
        self._show_problems()
        self.changed.emit()

    def commit_typed(self) -> None:
        """Take what is still in the line as an entry: called before sending and when the focus leaves."""
        if self.line.text().strip():
            self.add_text(self.line.text())

    def clear(self) -> None:
        """Forget everyone."""
        for chip in tuple(self._chips):
            self._drop(chip)
        self.line.clear()
        self._show_problems()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The frame shows the focus of the line, and leaving the line commits it."""
        if watched is self.line and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._frame.setProperty("isActive", event.type() == QEvent.Type.FocusIn)
            self._frame.style().unpolish(self._frame)
            self._frame.style().polish(self._frame)
            if event.type() == QEvent.Type.FocusOut and any(c.isdigit() for c in self.line.text()):
                self.commit_typed()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere in the field types."""
        self.line.setFocus(Qt.FocusReason.MouseFocusReason)

    def _add(self, entry: Entry) -> None:
        chip = Chip(entry, self._frame)
        chip.clicked.connect(self._chip_clicked)
        self._flow.insert(len(self._chips), chip)
        self._chips.append(chip)
        QWidget.setTabOrder(chip, self.line)
        chip.show()
        self._frame.updateGeometry()

    @Slot()
    def _chip_clicked(self) -> None:
        chip = self.sender()
        if isinstance(chip, Chip):
            self._remove(chip)

    @Slot()
    def _remove_last(self) -> None:
        if self._chips:
            self._remove(self._chips[-1])

    def _remove(self, chip: Chip) -> None:
        self._drop(chip)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_problems()
        self.changed.emit()

    def _drop(self, chip: Chip) -> None:
        self._chips.remove(chip)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self._frame.updateGeometry()

    @Slot()
    def _typed(self) -> None:
        self.changed.emit()

    def _show_problems(self) -> None:
        text = "  ".join(self.problems)
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
