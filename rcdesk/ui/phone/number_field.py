"""NumberField: where a number to call is typed or pasted.

It groups digits as the home country writes them and keeps the caret with its digits (core.number_text);
undo, and Up for the numbers called last, go over what it showed. Offered people lie in a list below it that
never takes the focus. Nothing is grouped before phonenumbers was imported on a lane. GUI thread. Read next:
number_hint.py, suggestions.py.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from msgspec import Struct
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.calls.past_call import Direction
from rcdesk.core.errors import UserError
from rcdesk.core.numbers.phone_number import parse, pretty
from rcdesk.core.numbers.text import MOST_CHARACTERS, clean, edit
from rcdesk.core.people.people import PersonSource, Suggestion
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import across, named
from rcdesk.ui.kit.suggestions import Suggestions
from rcdesk.ui.kit.theme import repolish, theme
from rcdesk.ui.phone.number_hint import NumberHint

__all__ = ["NumberField", "NumberHint"]


MOST_STEPS = 100


class Shown(Struct, frozen=True, kw_only=True):
    """A text and where the caret stands in it."""

    text: str
    caret: int


class _EditKind(Enum):
    TYPED = "typed"
    ERASED = "erased"
    REPLACED = "replaced"


class TextHistory:
    """What the line showed before; undo() and redo() give what it shall show, None when there is nothing."""

    def __init__(self) -> None:
        self._now = Shown(text="", caret=0)
        self._past: list[Shown] = []
        self._future: list[Shown] = []
        self._kind = _EditKind.REPLACED

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def show(self, shown: Shown, changed_by: int) -> None:
        """The line shows this now; changed_by: characters more than before, as the user changed it."""
        kind = {1: _EditKind.TYPED, -1: _EditKind.ERASED}.get(changed_by, _EditKind.REPLACED)
        if shown.text != self._now.text and (kind is not self._kind or kind is _EditKind.REPLACED):
            self._past = [*self._past, self._now][-MOST_STEPS:]
        self._kind = kind
        self._now = shown
        self._future.clear()

    def undo(self) -> Shown | None:
        return self._step(self._past, self._future)

    def redo(self) -> Shown | None:
        return self._step(self._future, self._past)

    def _step(self, source: list[Shown], target: list[Shown]) -> Shown | None:
        if not source:
            return None
        target.append(self._now)
        self._now = source.pop()
        self._kind = _EditKind.REPLACED
        return self._now


class NumberField(QLineEdit):
    """A line edit for one number. cleared() follows the clear button and Esc; picked(Suggestion) a choice.

    Without a desk nobody is offered and nothing is recalled.
    """

    cleared = Signal()
    picked = Signal(object)
    region_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, desk: Desk | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._region = "US"
        self._before = ""
        self._history = TextHistory()
        self._recalled = -1
        self._draft = ""
        self._offered: Suggestions | None = None
        named(self, "numberField", self.tr("Number to call"))
        self.setProperty("kind", "number")
        self.setPlaceholderText(self.tr("Number to call"))
        self.setMaxLength(MOST_CHARACTERS)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDialableCharactersOnly)
        self._build_clear()
        if desk is not None:
            self._offered = Suggestions(self, self, self._ask)
            self._offered.accepted.connect(self._take)
            self._offered.missed.connect(self.returnPressed)
        self.textEdited.connect(self._edited)
        self.textChanged.connect(self._changed)
        theme().changed.connect(self._relook)
        self._relook()
        self._changed()

    def _build_clear(self) -> None:
        self._clear = named(QToolButton(self), "clearNumberButton", self.tr("Clear the number"))
        self._clear.setToolTip(self.tr("Clear (Esc)"))
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.clicked.connect(self.clear_number)
        across(..., self._clear, of=self, margins=(0, 0, 10, 0))
        self.setTextMargins(2, 0, 36, 0)

    @property
    def region(self) -> str:
        """The home country numbers are read and grouped in (ISO 3166)."""
        return self._region

    @region.setter
    def region(self, region: str) -> None:
        if self._offered is not None:
            self._offered.model.region = region
        if region != self._region:
            self._region = region
            self.region_changed.emit()

    @property
    def is_offering(self) -> bool:
        """True while the list of people is open: Up, Down, Esc and a choice with Enter belong to it."""
        return self._offered is not None and self._offered.isVisible()

    def insert_text(self, text: str) -> None:
        """Type for the person: the keypad's keys."""
        self.insert(text)
        self._edited(self.text())

    @Slot()
    def clear_number(self) -> None:
        """Empty the field and stay in it."""
        self._close_list()
        self.clear()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.cleared.emit()

    @Slot()
    def undo(self) -> None:
        self._show(self._history.undo())

    @Slot()
    def redo(self) -> None:
        self._show(self._history.redo())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo, the list, recall and Esc; everything else is Qt's."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        elif self._is_for_list(event) or self._is_recall(event):
            return
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear_number()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's menu, whose Undo and Redo are the field's own."""
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._own_undo(menu)
        menu.popup(event.globalPos())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nobody is offered to somebody who is elsewhere."""
        self._close_list()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page: the list goes too."""
        self._close_list()
        super().hideEvent(event)

    def _own_undo(self, menu: QMenu) -> None:
        own: dict[str, tuple[bool, Callable[[], None]]] = {
            "edit-undo": (self._history.can_undo, self.undo),
            "edit-redo": (self._history.can_redo, self.redo),
        }
        for action in menu.actions():
            if action.objectName() in own:
                is_possible, act = own[action.objectName()]
                action.triggered.disconnect()
                action.triggered.connect(act)
                action.setEnabled(is_possible)

    # Typing

    @Slot(str)
    def _edited(self, text: str) -> None:
        """Group what the person changed, keep the caret with its digits, remember it, offer people."""
        before = self._before
        if text == before:
            return
        self._recalled = -1
        caret = self.cursorPosition()
        if self._can_read():
            shown, caret = edit(before, text, caret, self._region)
        else:
            shown = text
        self._before = shown
        self._history.show(Shown(text=shown, caret=caret), len(text) - len(before))
        if shown != text:
            self.setText(shown)
            self.setCursorPosition(caret)
        if self._offered is not None:
            self._offered.typed(shown)

    def _can_read(self) -> bool:
        return self._desk is None or self._desk.numbers.is_ready

    @Slot()
    def _changed(self) -> None:
        """Text that was typed is known by now, textEdited came first; any other is one step for undo.

        The signal's own text may be older than what textEdited made of it.
        """
        text = self.text()
        self._clear.setVisible(bool(text))
        if text != self._before:
            self._before = text
            self._history.show(Shown(text=text, caret=len(text)), 0)
            self._close_list()
        if bool(self.property("blank")) == bool(text):
            self.setProperty("blank", not text)
            repolish(self)

    def _show(self, shown: Shown | None) -> None:
        if shown is None:
            return
        self._close_list()
        self._before = shown.text
        self.setText(shown.text)
        self.setCursorPosition(shown.caret)

    # The list of people

    def _is_for_list(self, event: QKeyEvent) -> bool:
        """True when the key moved, took or closed the suggestions."""
        offered = self._offered
        if offered is None:
            return False
        if offered.isVisible() and offered.take_key(event.key()):
            return True
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        text = self.text()
        if any(c.isalpha() for c in text) and not any(c.isdigit() for c in text):
            offered.take_first()
            return True
        self._close_list()
        return False

    def _ask(self, text: str, done: Callable[[tuple[Suggestion, ...]], None]) -> None:
        """Who may be meant; the number that is complete in the field already is not offered again."""
        assert self._desk is not None
        wanted = text if any(c.isalpha() for c in text) else "".join(filter(str.isdigit, clean(text)))
        complete = self._number()

        def answered(found: tuple[Suggestion, ...]) -> None:
            done(tuple(s for s in found if s.source is not PersonSource.GROUP and s.number != complete))

        self._desk.people.suggest_calls(wanted, answered)

    def _number(self) -> str:
        try:
            return parse(self.text(), self._region).e164
        except UserError:
            return ""

    @Slot(object)
    def _take(self, suggestion: Suggestion) -> None:
        self.setText(pretty(suggestion.number, self._region))
        self.picked.emit(suggestion)

    def _close_list(self) -> None:
        if self._offered is not None:
            self._offered.close_list()

    # The numbers called last

    def _is_recall(self, event: QKeyEvent) -> bool:
        """Up shows the number called before, Down the one after it; Down in an empty field offers people."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or self._desk is None:
            return False
        if event.key() == Qt.Key.Key_Up:
            self._recall(self._recalled + 1)
        elif event.key() == Qt.Key.Key_Down and self._recalled >= 0:
            self._recall(self._recalled - 1)
        elif event.key() == Qt.Key.Key_Down and self._offered is not None and not self.text():
            self._offered.open_all()
        else:
            return False
        return True

    def _recall(self, index: int) -> None:
        numbers = self._dialled()
        if index >= len(numbers):
            return
        if self._recalled < 0:
            self._draft = self.text()
        self.setText(numbers[index] if index >= 0 else self._draft)
        self._recalled = index

    def _dialled(self) -> list[str]:
        """The numbers called last, newest first, each once, as they are written at home."""
        assert self._desk is not None
        calls = (call for call in self._desk.history.recents if call.direction is Direction.OUT)
        shown = (
            pretty(call.number, self._region) + (f" ext. {call.extension}" if call.extension else "")
            for call in calls
            if call.number
        )
        return list(dict.fromkeys(shown))

    @Slot()
    def _relook(self) -> None:
        self._clear.setIcon(icon("x", "ink2"))
