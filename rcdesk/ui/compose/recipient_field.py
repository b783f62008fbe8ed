"""Who the fax goes to: chips for the entries that were read, a line to type or paste the next ones.

Every entry is read by core.phone_number in the account's home country. A number that cannot be faxed stays a
red chip with its reason below the field, so nothing typed is ever lost. Beyond FOLD_ABOVE entries only some
have a chip; the others are behind "+ 260 more". GUI thread. Read next: chips.py, suggestions.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.core.people.people import Suggestion
from rcdesk.ui.compose.chips import (
    CHIP_HEIGHT,
    SEPARATORS,
    Chip,
    MoreChip,
    RecipientEntry,
    entry_of,
    odd_summary,
    odd_words,
    read_entries,
)
from rcdesk.ui.compose.recipient_list import RecipientList
from rcdesk.ui.kit.flow import FlowFrame
from rcdesk.ui.kit.look import down, dress, label, named
from rcdesk.ui.kit.suggestions import Suggestions

FOLD_ABOVE = 12
_SHOWN_FOLDED = 6
_PROBLEMS_SAID = 2
_FRAME = """#chipFrame { background: $surface; border: 1px solid $border; border-radius: 8px; }
#chipFrame[isActive="true"] { border: 2px solid $accent; }"""


class RecipientLine(QLineEdit):
    """committed(str) when entries are complete, emptied() on Backspace in an empty line.

    A paste with several entries is committed at once.
    """

    committed = Signal(str)
    emptied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.offered: Suggestions | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif self._is_for_list(event):
            return
        elif self._is_end(event):
            if self.text().strip():
                self.committed.emit(self.text())
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
        else:
            super().keyPressEvent(event)

    def _is_end(self, event: QKeyEvent) -> bool:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        return (is_enter and is_plain) or event.text() in (",", ";")

    def _is_for_list(self, event: QKeyEvent) -> bool:
        """True when the key moved, took or closed the suggestions."""
        offered = self.offered
        if offered is None:
            return False
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up | Qt.Key.Key_Escape if offered.isVisible():
                return offered.take_key(event.key())
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                if event.key() == Qt.Key.Key_Down:
                    offered.open_all()
                return True
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._is_end(event):
                if offered.take_chosen():
                    return True
                if self.text().strip() and not any(c.isdigit() for c in self.text()):
                    offered.take_first()
                    return True
        return False

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        if len([part for part in SEPARATORS.split(text) if part.strip()]) > 1:
            self.committed.emit(text)
        else:
            self.insert(text.strip())
            self.textEdited.emit(self.text())


class RecipientField(QWidget):
    """The field with its chips and the reasons below. changed() follows every change of the list."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._region = "US"
        self._entries: list[RecipientEntry] = []
        self._facts: dict[str, RecipientFacts] = {}
        self._chips: list[Chip] = []
        self._frame = named(FlowFrame(margin=9, gap=8), "chipFrame")
        dress(self._frame, _FRAME)
        self.line = self._make_line()
        self._more = MoreChip(self._frame)
        self._more.hide()
        self.line.setParent(self._frame)
        self._frame.set_widgets([self.line])
        self._notice = label("", "wait", wraps=True, name="recipientNotice")
        self._problem = label("", "bad", wraps=True, name="recipientProblem")
        layout = down(self._frame, of=self, margins=0, spacing=6)
        for below in (self._notice, self._problem):
            layout.addWidget(below)
            below.hide()
        self.offered = Suggestions(self.line, self._frame, desk.people.suggest)
        self.line.offered = self.offered
        self.line.committed.connect(self.add_text)
        self.line.emptied.connect(self._remove_last)
        self.line.textEdited.connect(self._typed)
        self.line.installEventFilter(self)
        self.offered.accepted.connect(self._suggested)
        self.offered.missed.connect(self.commit_typed)
        self._more.clicked.connect(self.show_all)

    def _make_line(self) -> RecipientLine:
        line = named(RecipientLine(), "recipientField", self.tr("To: name or fax number"))
        line.setFrame(False)
        line.setMinimumHeight(CHIP_HEIGHT)
        line.setPlaceholderText(self.tr("Name, number, or paste a list"))
        line.setAccessibleDescription(
            self.tr(
                "Enter or comma adds the number, Down shows who was faxed. Backspace removes the last one."
            )
        )
        line.setProperty("kind", "bare")
        return line

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Those that can be faxed, in the order they were added."""
        return tuple(e.recipient for e in self._entries if e.recipient is not None)

    @property
    def entries(self) -> tuple[RecipientEntry, ...]:
        return tuple(self._entries)

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each bad entry."""
        return tuple(f"{e.shown}: {e.problem}" for e in self._entries if e.problem)

    @property
    def unknown(self) -> tuple[Recipient, ...]:
        """Those of whom no facts were brought yet."""
        return tuple(r for r in self.recipients if r.number not in self._facts)

    @property
    def is_blank(self) -> bool:
        return not self._entries and not self.line.text().strip()

    def set_region(self, region: str) -> None:
        """The home country national numbers are read in (ISO 3166)."""
        self._region = region
        self.offered.model.region = region

    def set_facts(self, facts: Sequence[RecipientFacts]) -> None:
        """What the archive knows of some of them: odd ones are shown in the colour of waiting, with words."""
        self._facts |= {fact.recipient.number: fact for fact in facts}
        self._lay_out()

    def forget_facts(self) -> None:
        """A fax went out: what was known may have changed."""
        self._facts.clear()

    @Slot(str)
    def add_text(self, text: str) -> None:
        """Add every recipient of a typed or pasted text."""
        already = {r.number for r in self.recipients}
        self._entries += read_entries(text, self._region, already)
        self.line.clear()
        self._entries_changed()

    def add_recipients(self, recipients: Sequence[Recipient]) -> None:
        """Add people whose numbers are good; those already there are not added twice."""
        already = {r.number for r in self.recipients}
        for recipient in recipients:
            if recipient.number not in already:
                already.add(recipient.number)
                self._entries.append(entry_of(recipient, self._region))
        self._entries_changed()

    def set_entries(self, entries: Sequence[RecipientEntry]) -> None:
        self._entries = list(entries)
        self.line.clear()
        self._entries_changed()

    @Slot()
    def commit_typed(self) -> None:
        """Take what is still in the line as an entry: called before sending and when the focus leaves."""
        if self.line.text().strip():
            self.add_text(self.line.text())

    def clear(self) -> None:
        self.set_entries(())

    def edit(self, number: str) -> None:
        """Put the entry with this E.164 number back into the line to be corrected."""
        for entry in self._entries:
            if entry.recipient is not None and entry.recipient.number == number:
                self._edit(entry)
                return
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def show_all(self) -> None:
        """Open the list of all recipients."""
        dialog = RecipientList(self.entries, self._facts, self)
        dialog.removed.connect(self._remove_many)
        dialog.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The frame shows the focus of the line, and leaving the line commits it."""
        if watched is self.line and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._frame.setProperty("isActive", event.type() == QEvent.Type.FocusIn)
            self._frame.style().unpolish(self._frame)
            self._frame.style().polish(self._frame)
            if event.type() == QEvent.Type.FocusOut:
                self.offered.close_list()
                if any(c.isdigit() for c in self.line.text()):
                    self.commit_typed()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere in the field types."""
        self.line.setFocus(Qt.FocusReason.MouseFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page: the list goes too."""
        self.offered.close_list()
        super().hideEvent(event)

    # The chips

    def _entries_changed(self) -> None:
        self.offered.close_list()
        self._lay_out()
        self.changed.emit()

    def _shown(self) -> list[RecipientEntry]:
        """Those with a chip: all of a few; of many the bad and odd ones first, then the newest."""
        if len(self._entries) <= FOLD_ABOVE:
            return list(self._entries)
        ranked = sorted(
            range(len(self._entries)),
            key=lambda i: (not self._entries[i].problem, not self._warning(self._entries[i]), -i),
        )
        chosen = sorted({*ranked[: _SHOWN_FOLDED - 1], len(self._entries) - 1})
        return [self._entries[i] for i in chosen]

    def _lay_out(self) -> None:
        """Make the chips those of _shown(), keeping the ones that stay."""
        shown = self._shown()
        kept = {id(chip.entry): chip for chip in self._chips}
        wanted = {id(entry) for entry in shown}
        for chip in [c for c in self._chips if id(c.entry) not in wanted]:
            self._drop(chip)
        self._chips = []
        for entry in shown:
            chip = kept.get(id(entry)) or self._new_chip(entry)
            chip.set_warning(self._warning(entry))
            chip.show()
            self._chips.append(chip)
        hidden = len(self._entries) - len(shown)
        if hidden:
            self._more.set_count(hidden, len(self._entries))
        self._more.setVisible(hidden > 0)
        self._frame.set_widgets([*self._chips, *([self._more] if hidden else []), self.line])
        self._show_words()

    @property
    def tab_stops(self) -> tuple[QWidget, ...]:
        return (*self._chips, self._more, self.line)

    def _new_chip(self, entry: RecipientEntry) -> Chip:
        chip = Chip(entry, self._frame)
        chip.removed.connect(self._chip_removed)
        chip.edited.connect(self._chip_edited)
        return chip

    def _drop(self, chip: Chip) -> None:
        chip.hide()
        chip.deleteLater()

    def _warning(self, entry: RecipientEntry) -> str:
        fact = self._facts.get(entry.recipient.number) if entry.recipient is not None else None
        return odd_words(fact, self._pretty) if fact is not None else ""

    def _pretty(self, number: str) -> str:
        from rcdesk.core.numbers.phone_number import pretty

        return pretty(number, self._region)

    def _show_words(self) -> None:
        facts = [self._facts[r.number] for r in self.recipients if r.number in self._facts]
        notice = odd_summary([f for f in facts if f.oddity is not None], self._pretty)
        problems = self.problems
        text = "  ".join(problems[:_PROBLEMS_SAID])
        if len(problems) > _PROBLEMS_SAID:
            text += "  " + self.tr("{0} more cannot be faxed.").format(len(problems) - _PROBLEMS_SAID)
        for below, words in ((self._notice, notice), (self._problem, text)):
            below.setText(words)
            below.setVisible(bool(words))

    @Slot()
    def _chip_removed(self) -> None:
        chip = self.sender()
        if isinstance(chip, Chip):
            self._remove_many((chip.entry,))
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _chip_edited(self) -> None:
        chip = self.sender()
        if isinstance(chip, Chip):
            self._edit(chip.entry)

    def _edit(self, entry: RecipientEntry) -> None:
        self.commit_typed()
        self._entries = [e for e in self._entries if e is not entry]
        self._entries_changed()
        self.line.setText(entry.text)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.selectAll()
        self.changed.emit()

    @Slot()
    def _remove_last(self) -> None:
        if self._entries:
            self._remove_many((self._entries[-1],))

    @Slot(object)
    def _remove_many(self, entries: Sequence[RecipientEntry]) -> None:
        gone = {id(entry) for entry in entries}
        self._entries = [entry for entry in self._entries if id(entry) not in gone]
        self._entries_changed()

    @Slot(object)
    def _suggested(self, suggestion: Suggestion) -> None:
        self.line.clear()
        self.add_recipients(suggestion.recipients)

    @Slot(str)
    def _typed(self, text: str) -> None:
        self.offered.typed(text)
        self.changed.emit()
