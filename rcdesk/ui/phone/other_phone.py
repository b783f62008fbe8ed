"""OtherPhone: a phone of the user's own that the account does not know, to ring first.

A button beside the list opens one line for its number; Enter or Use adds it, an empty line takes it away.
chosen(E.164, or "" for none). GUI thread. Read next: dialer.py, placing.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.errors import UserError
from rcdesk.core.numbers.phone_number import parse, pretty
from rcdesk.ui.kit.look import Button, across, down, label, named
from rcdesk.ui.phone.placing import region_of


class OtherPhone(QWidget):
    """The line, hidden until its button is pressed; button belongs beside the list's title."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._doubted = ""
        self.button = QPushButton(self.tr("Other…"), parent)
        named(self.button, "otherPhoneButton", self.tr("Ring another phone of yours"))
        self.button.setProperty("kind", "link")
        self.button.setAutoDefault(False)
        self.button.setToolTip(self.button.accessibleName())
        self.button.clicked.connect(self._toggle)
        self.field = named(QLineEdit(self), "otherPhoneField", self.tr("Number of another phone of yours"))
        self.field.setPlaceholderText(self.tr("Number of that phone"))
        self.field.setMaxLength(60)
        self._use = Button(self.tr("Use"), name="otherPhoneUse")
        self._reason = label("", "bad", wraps=True, name="otherPhoneReason")
        self._reason.hide()
        down(across((self.field, 1), self._use, spacing=8), self._reason, of=self, margins=0, spacing=4)
        self.field.returnPressed.connect(self._take)
        self._use.clicked.connect(self._take)
        self.hide()

    @property
    def stops(self) -> tuple[QWidget, ...]:
        return self.field, self._use

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the line; what was chosen before stays."""
        if event.key() == Qt.Key.Key_Escape:
            self._close()
            return
        super().keyPressEvent(event)

    def _close(self) -> None:
        self.hide()
        self.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, number: str) -> None:
        self._close()
        self.chosen.emit(number)

    @Slot()
    def _toggle(self) -> None:
        if not self.isHidden():
            self._close()
            return
        self.show()
        self._say("")
        kept = self._desk.preferences.value.custom_ring_number
        self.field.setText(pretty(kept, self._region()) if kept else "")
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    @Slot()
    def _take(self) -> None:
        text = self.field.text().strip()
        if not text:
            self._choose("")
            return
        try:
            number = parse(text, self._region())
        except UserError as reason:
            self._say(str(reason))
            return
        if number.extension or not number.e164.startswith("+"):
            self._say(self.tr("RingCentral can only ring a whole number first, without an extension."))
            return
        if not number.is_valid and self._doubted != number.e164:
            self._doubted = number.e164
            self._say(self.tr("As far as is known, nobody has this number. Press Use once more to keep it."))
            return
        self._choose(number.e164)

    def _say(self, sentence: str) -> None:
        self._reason.setText(sentence)
        self._reason.setAccessibleName(sentence)
        self._reason.setVisible(bool(sentence))

    def _region(self) -> str:
        return region_of(self._desk)
