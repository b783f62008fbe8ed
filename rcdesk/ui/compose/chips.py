"""One recipient as a chip: how an entry is read, what is odd about it, and the round button that shows it.

accent = fine, wait = look again (first fax, one digit off, failed lately), bad = cannot be faxed; the colour
always comes with words below the field. GUI thread. Read next: recipient_field.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container
from functools import partial

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.fax.send_checks import Oddity, RecipientFacts
from rcdesk.ui.kit.look import color, glyph, smooth

_tr = partial(QCoreApplication.translate, "RecipientField")

SEPARATORS = re.compile(r"[,;\n\r\t]+")
CHIP_HEIGHT = 28
_CROSS_PX = 30
_MANY = 2


class RecipientEntry(Struct, frozen=True, kw_only=True):
    """One chip: text as typed; recipient when it can be faxed, else problem says why not. shown its words."""

    text: str
    shown: str
    recipient: Recipient | None = None
    problem: str = ""


def read_entry(text: str, region: str, already: Container[str] = frozenset()) -> RecipientEntry:
    """Read one typed entry, "Name <number>", "Name: number" or a number. already holds E.164 numbers."""
    from rcdesk.core.fax.recipient_text import recipient_in
    from rcdesk.core.numbers.phone_number import pretty

    typed = text.strip()
    try:
        recipient = recipient_in(typed, region)
    except UserError as exc:
        return RecipientEntry(text=typed, shown=typed, problem=str(exc))
    national = pretty(recipient.number, region)
    shown = f"{recipient.name}  {national}" if recipient.name else national
    if recipient.number in already:
        return RecipientEntry(text=typed, shown=shown, problem=_tr("It is already in the list."))
    return RecipientEntry(text=typed, shown=shown, recipient=recipient)


def read_entries(text: str, region: str, already: Collection[str] = ()) -> list[RecipientEntry]:
    """Every recipient of a typed or pasted text; commas, semicolons, tabs and new lines separate.

    A card with a telephone and a fax is one recipient, and a telephone beside a fax none.
    """
    from rcdesk.core.fax.recipient_text import has_telephone, is_card

    is_one_card = is_card(text)
    if is_one_card:
        whole = read_entry(text, region, already)
        if whole.recipient is not None:
            return [whole]
    found: list[RecipientEntry] = []
    taken = set(already)
    for line in text.splitlines():
        for part in [line] if is_card(line) else _parts(line):
            entry = read_entry(part, region, taken)
            if entry.recipient is not None and is_one_card and has_telephone(part) and not is_card(part):
                problem = _tr("This is a telephone; the fax number is listed beside it.")
                entry = RecipientEntry(text=entry.text, shown=entry.shown, problem=problem)
            elif entry.recipient is not None:
                taken.add(entry.recipient.number)
            found.append(entry)
    return found


def _parts(line: str) -> list[str]:
    """The entries of one pasted line: commas, semicolons and tabs separate, but a name and its number, as a
    table's row has them ("Valley Imaging, 650 555 0110"), stay together."""
    parts = [part.strip() for part in SEPARATORS.split(line) if part.strip()]
    if len(parts) == 2:
        is_number = [not any(c.isalpha() for c in part) for part in parts]
        if is_number == [False, True] and "<" not in line:
            return [f"{parts[0]} <{parts[1]}>"]
        if is_number == [True, False] and "<" not in line:
            return [f"{parts[1]} <{parts[0]}>"]
        if "<" in parts[1] and not any(c.isdigit() for c in parts[0]):
            return [f"{parts[0]}, {parts[1]}"]
    return parts


def entry_of(recipient: Recipient, region: str) -> RecipientEntry:
    """The entry of somebody whose number is known to be good."""
    from rcdesk.core.numbers.phone_number import pretty

    national = pretty(recipient.number, region)
    shown = f"{recipient.name}  {national}" if recipient.name else national
    text = f"{recipient.name} <{recipient.number}>" if recipient.name else recipient.number
    return RecipientEntry(text=text, shown=shown, recipient=recipient)


def odd_words(facts: RecipientFacts, pretty: Callable[[str], str]) -> str:
    """What is odd about one recipient as a sentence, "" when nothing is. pretty shows a number."""
    number = pretty(facts.recipient.number)
    oddity = facts.oddity
    near, why = facts.near, facts.failed_why.strip().rstrip(".")
    known = (near.name or pretty(near.number)) if near is not None else ""
    failed = _tr("The last fax to {0} failed").format(number)
    return {
        None: "",
        Oddity.SAME_PAGES_TODAY: _tr("These pages went to {0} within the last day.").format(number),
        Oddity.ONE_DIGIT_OFF: _tr("First fax to {0} — one digit from {1}.").format(number, known),
        Oddity.VOICE_NUMBER: _tr("{0} is a telephone ({1}), not a fax.").format(number, facts.voice_label),
        Oddity.MAY_NOT_EXIST: _tr("{0} may not exist.").format(number),
        Oddity.FAILED_LATELY: f"{failed}: {why}." if why else f"{failed}.",
        Oddity.FIRST_TIME: _tr("First fax to {0}.").format(number),
    }[oddity]


def odd_summary(facts: list[RecipientFacts], pretty: Callable[[str], str]) -> str:
    """The words below the field: each of a few, or how many of each kind, the most serious first."""
    if len(facts) <= _MANY:
        return " ".join(odd_words(fact, pretty) for fact in facts)
    said: list[str] = []
    for oddity in Oddity:
        these = [fact for fact in facts if fact.oddity is oddity]
        if len(these) == 1:
            said.append(odd_words(these[0], pretty))
        elif these:
            said.append(_count_words(oddity).format(len(these)))
    return " ".join(said)


def _count_words(oddity: Oddity) -> str:
    return {
        Oddity.SAME_PAGES_TODAY: _tr("These pages went to {0} of them within the last day."),
        Oddity.ONE_DIGIT_OFF: _tr("{0} numbers are one digit from a known one."),
        Oddity.VOICE_NUMBER: _tr("{0} of them are telephones, not faxes."),
        Oddity.MAY_NOT_EXIST: _tr("{0} of these numbers may not exist."),
        Oddity.FAILED_LATELY: _tr("The last fax to {0} of them failed."),
        Oddity.FIRST_TIME: _tr("First fax to {0} of these numbers."),
    }[oddity]


class Chip(QAbstractButton):
    """One entry as a round chip. The cross, Delete and Backspace remove it; F2 or a double click edits it.

    removed() and edited() ask the field for it; the tooltip says why it is not fine.
    """

    removed = Signal()
    edited = Signal()

    def __init__(self, entry: RecipientEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self._warning = ""
        self.setObjectName("recipientChip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name_it()

    @property
    def family(self) -> str:
        """The colours: bad, wait or accent."""
        return "bad" if self.entry.problem else "wait" if self._warning else "accent"

    def set_warning(self, sentence: str) -> None:
        """Show that it should be looked at again, "" that it is fine."""
        if sentence != self._warning:
            self._warning = sentence
            self._name_it()
            self.update()

    def _name_it(self) -> None:
        state = self.entry.problem or self._warning or self.tr("fine")
        words = self.tr("{0}: {1} Press Delete to remove, F2 to edit.")
        self.setAccessibleName(words.format(self.entry.shown, state))
        self.setToolTip(self.entry.problem or self._warning or self.entry.shown)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.entry.shown) + 44
        return QSize(min(420, width), max(CHIP_HEIGHT, metrics.height() + 10))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Backspace remove, F2 and Return edit."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
                return
            self.edited.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        is_on_cross = self.rect().contains(at) and at.x() >= self.width() - _CROSS_PX
        if event.button() == Qt.MouseButton.LeftButton and is_on_cross:
            self.removed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.position().x() < self.width() - _CROSS_PX:
            self.edited.emit()

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
        rect = self.rect().toRectF().adjusted(1, 1, -1, -1)
        family = self.family
        edge = "accent" if self.hasFocus() else f"{family}_line"
        painter.setPen(QPen(color(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(color(f"{family}_tint"))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setPen(color(f"{family}_ink"))
        text = self.rect().adjusted(12, 0, -30, 0)
        shown = self.fontMetrics().elidedText(self.entry.shown, Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        cross = glyph("x", f"{family}_ink", 14, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - 26, (self.height() - 14) // 2, cross)


class MoreChip(QAbstractButton):
    """ "+ 260 more": stands for the recipients that have no chip; a click looks at all of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("moreRecipients")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_count(self, hidden: int, total: int) -> None:
        """How many are not shown, of how many."""
        self.setText(self.tr("+ {0} more").format(hidden))
        self.setToolTip(self.tr("Look at all {0} recipients").format(total))
        self.setAccessibleName(self.tr("{0} more recipients. Look at all {1}.").format(hidden, total))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + 26
        return QSize(width, max(CHIP_HEIGHT, metrics.height() + 10))

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
        rect = self.rect().toRectF().adjusted(1, 1, -1, -1)
        painter.setPen(QPen(color("accent" if self.hasFocus() else "hairline"), 2 if self.hasFocus() else 1))
        painter.setBrush(color("hover" if self.underMouse() else "well"))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setPen(color("accent_ink"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
