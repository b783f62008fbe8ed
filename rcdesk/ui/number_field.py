"""NumberField: where a number to call is typed or pasted, and NumberHint, the line below it.

The field groups digits while they are typed at the end, and leaves everything else as the person wrote
it. Reading is core.phone_number's work, at the first keystroke and not before (phonenumbers is slow to
import). The hint shows E.164 and country at once; why a number cannot be called only after typing stops
or on Enter. GUI thread.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QWidget

from rcdesk.core.errors import UserError
from rcdesk.core.phone_number import PhoneNumber, as_typed, parse
from rcdesk.ui.icons import icon
from rcdesk.ui.theme import repolish, set_role, theme

PAUSE_MS = 700
_PLAIN = re.compile(r"^[+\d][\d\s().\-]*$")


class NumberField(QLineEdit):
    """A line edit that groups digits. cleared() follows the clear button and Esc."""

    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.region = "US"
        self._before = ""
        self.setObjectName("numberField")
        self.setProperty("kind", "number")
        self.setPlaceholderText(self.tr("Number to call"))
        self.setAccessibleName(self.tr("Number to call"))
        self.setMaxLength(80)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDialableCharactersOnly)
        self._clear = QToolButton(self)
        self._clear.setObjectName("clearNumberButton")
        self._clear.setAccessibleName(self.tr("Clear the number"))
        self._clear.setToolTip(self.tr("Clear (Esc)"))
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.clicked.connect(self.clear_number)
        place = QHBoxLayout(self)
        place.setContentsMargins(0, 0, 10, 0)
        place.addStretch(1)
        place.addWidget(self._clear)
        self.setTextMargins(2, 0, 36, 0)
        self.textEdited.connect(self._group)
        self.textChanged.connect(self._changed)
        theme().changed.connect(self._relook)
        self._relook()
        self._changed(self.text())

    def insert_text(self, text: str) -> None:
        """Type for the person: the keypad's keys."""
        self.insert(text)
        self._group(self.text())

    @Slot()
    def clear_number(self) -> None:
        """Empty the field and stay in it."""
        self.clear()
        self._before = ""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.cleared.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears what is there."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear_number()
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _group(self, text: str) -> None:
        """Group the digits as the home country writes them, only when they were added at the end."""
        is_growing = len(text) > len(self._before)
        if is_growing and self.cursorPosition() == len(text) and _PLAIN.match(text):
            grouped = as_typed(text, self.region)
            if grouped != text:
                self.setText(grouped)
        self._before = self.text()

    @Slot(str)
    def _changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._before = text if not text else self._before
        if bool(self.property("blank")) == bool(text):
            self.setProperty("blank", not text)
            repolish(self)

    @Slot()
    def _relook(self) -> None:
        self._clear.setIcon(icon("x", "ink2"))


class NumberHint(QWidget):
    """The line below the field: who or why not at the left, E.164 and country at the right.

    number() is the parsed number or None; checked() follows every reading.
    """

    checked = Signal()

    def __init__(self, field: NumberField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._number: PhoneNumber | None = None
        self._reason = ""
        self.left = QLabel(self)
        self.left.setObjectName("numberReason")
        self.left.setWordWrap(True)
        self.left.setProperty("role", "label")
        self.left.setMinimumHeight(18)
        self.right = QLabel(self)
        self.right.setObjectName("numberDetail")
        self.right.setProperty("role", "small")
        self.right.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.addWidget(self.left, 1)
        row.addWidget(self.right)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._show_reason)
        field.textChanged.connect(self._read)

    def number(self) -> PhoneNumber | None:
        """The number in the field when it can be called."""
        return self._number

    def insist(self) -> PhoneNumber | None:
        """Enter was pressed: read now and show the reason at once when it cannot be called."""
        self._read(self._field.text())
        if self._number is None:
            if not self._reason:
                self._reason = self.tr("Type a number to call.")
            self._show_reason()
        return self._number

    def say(self, sentence: str, role: str = "bad") -> None:
        """Show this sentence in the place of the hint until the number changes."""
        self._pause.stop()
        self.right.clear()
        self._set_left(sentence, role)

    @Slot(str)
    def _read(self, text: str) -> None:
        self._pause.stop()
        self._number, self._reason = None, ""
        self.right.clear()
        if not text.strip():
            self._set_left("", "label")
        else:
            try:
                self._number = parse(text, self._field.region)
            except UserError as reason:
                self._reason = str(reason)
                self._set_left("", "label")
                self._pause.start()
            else:
                self._show_number(self._number)
        self.checked.emit()

    def _show_number(self, number: PhoneNumber) -> None:
        country = country_name(number.place)
        self.right.setText(f"{number.e164} · {country}" if country else number.e164)
        if number.extension:
            sentence = self.tr("Enter extension {0} on your phone.").replace("{0}", number.extension)
            self._set_left(sentence, "label")
        else:
            self._set_left("", "label")

    @Slot()
    def _show_reason(self) -> None:
        self._pause.stop()
        if self._reason:
            self._set_left(self._reason, "bad")

    def _set_left(self, text: str, role: str) -> None:
        set_role(self.left, role)
        if self.left.text() != text:
            self.left.setText(text)
            self.left.setAccessibleName(text)
        is_problem = role == "bad" and bool(text)
        if bool(self._field.property("problem")) != is_problem:
            self._field.setProperty("problem", is_problem)
            repolish(self._field)


def country_name(region: str) -> str:
    """ "US" as "United States"; "" when unknown."""
    territory = QLocale.codeToTerritory(region) if region else QLocale.Country.AnyTerritory
    return "" if territory == QLocale.Country.AnyTerritory else QLocale.territoryToString(territory)
