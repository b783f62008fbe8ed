"""Dialer: the card a call starts from: number, keypad, your phone, shown number, press 1, Call.

It reads the account from the session desk, remembers choices in the preferences desk and hands a finished
CallRequest to the call desk. Enter dials. What is missing is said in place. GUI thread. Read next:
number_field.py, choices.py.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.session_desk import SessionState
from rcdesk.core.account import Account
from rcdesk.core.call import CallRequest
from rcdesk.core.phone_number import PhoneNumber
from rcdesk.ui.card import Card
from rcdesk.ui.choices import RingMeOn, ShowAs
from rcdesk.ui.icons import icon
from rcdesk.ui.keypad import Keypad
from rcdesk.ui.number_field import NumberField, NumberHint
from rcdesk.ui.switch import Switch
from rcdesk.ui.theme import theme


class CallButton(QPushButton):
    """A push button that Enter presses as well as Space."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does the obvious thing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)


class Dialer(Card):
    """The card; dial() places the call in the number field, call_number() one from elsewhere."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(self.tr("Call"))
        self._desk = desk
        self._can_fold = False
        self._is_unfolded = False
        self._build_number()
        self._build_choices()
        self._build_button()
        desk.session.account_changed.connect(self._show_account)
        desk.session.state_changed.connect(self._show_account)
        theme().changed.connect(self._relook)
        self.call_button.setIconSize(QSize(28, 20))
        self._show_account()
        self._relook()

    def focus_number(self) -> None:
        """Put the cursor into the number field, its text selected."""
        self.number_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.number_field.selectAll()

    def unfolded_height(self) -> int:
        """Pixels the card wants with its keypad."""
        extra = 0 if not self.keypad.isHidden() else self.keypad.sizeHint().height() + self.body.spacing()
        return self.sizeHint().height() + extra

    def set_foldable(self, can_fold: bool) -> None:
        """Fold the keypad away while there is no room for it; a button beside the title brings it back."""
        if can_fold != self._can_fold:
            self._can_fold = can_fold
            self._is_unfolded = False
        self.keypad.setVisible(not can_fold or self._is_unfolded)
        self.keypad_button.setVisible(can_fold)

    @Slot()
    def dial(self) -> None:
        """Place the call that is typed, or say in place why not."""
        number = self.hint.insist()
        if number is None:
            self.number_field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._place(number, ""):
            self.number_field.clear()
            self.number_field.setFocus(Qt.FocusReason.OtherFocusReason)

    def call_number(self, text: str, name: str = "") -> None:
        """Call a number from the recents or the tray: shown in the field, then dialled."""
        self.number_field.setText(text)
        number = self.hint.insist()
        if number is not None and self._place(number, name):
            self.number_field.clear()

    def _place(self, number: PhoneNumber, name: str) -> bool:
        phone = self.ring_me_on.phone()
        if not self._desk.session.is_signed_in:
            self.hint.say(self.tr("Sign in first: then your numbers are known and this call can be made."))
            return False
        if phone is None:
            self.hint.say(
                self.tr("None of your phones can ring first. Add one in your RingCentral settings.")
            )
            return False
        if phone.phone_number == number.e164:
            sentence = self.tr(
                "This is the phone that rings first. Choose another below or call another number."
            )
            self.hint.say(sentence)
            return False
        show_as, show_as_label = self.show_as.number()
        self._desk.calls.place(
            CallRequest(
                to_number=number.e164,
                from_number=phone.phone_number,
                from_label=phone.label,
                from_kind=phone.kind,
                show_as=show_as,
                show_as_label=show_as_label,
                ask_to_press_1=self.press_one.isChecked(),
                to_name=name,
            )
        )
        return True

    def _build_number(self) -> None:
        title = QLabel(self.tr("Call"), self)
        title.setProperty("role", "cardTitle")
        self.keypad_button = QToolButton(self)
        self.keypad_button.setObjectName("keypadButton")
        self.keypad_button.setAccessibleName(self.tr("Show or hide the keypad"))
        self.keypad_button.setToolTip(self.tr("Show or hide the keypad"))
        self.keypad_button.setFixedSize(36, 32)
        self.keypad_button.hide()
        self.keypad_button.clicked.connect(self._toggle_keypad)
        row = QHBoxLayout()
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(self.keypad_button)
        self.body.addLayout(row)
        self.number_field = NumberField(self)
        self.number_field.setAccessibleDescription(self.tr("Type or paste a number, Enter calls it."))
        self.body.addWidget(self.number_field)
        self.hint = NumberHint(self.number_field, self)
        self.body.addWidget(self.hint)
        self.keypad = Keypad(self)
        self.body.addWidget(self.keypad, 100)
        self.number_field.returnPressed.connect(self.dial)
        self.hint.checked.connect(self._name_button)
        self.keypad.typed.connect(self.number_field.insert_text)

    def _build_choices(self) -> None:
        ring_label = self._label(self.tr("Ring me on"))
        self.body.addWidget(ring_label)
        self.ring_me_on = RingMeOn(self)
        self.body.addWidget(self.ring_me_on)
        self.show_as = ShowAs(self)
        show_label = self._label(self.tr("Show as"))
        show_label.setBuddy(self.show_as)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(14)
        row.addWidget(show_label)
        row.addWidget(self.show_as, 1)
        self.body.addLayout(row)
        name = self.tr("Ask me to press 1 first")
        self.press_one = Switch(name, self)
        self.press_one.setObjectName("pressOneSwitch")
        self.press_one.setChecked(self._desk.preferences.value.ask_to_press_1)
        press_row = QHBoxLayout()
        press_row.addWidget(self._label(name))
        press_row.addStretch(1)
        press_row.addWidget(self.press_one)
        self.body.addLayout(press_row)
        self.ring_me_on.chosen.connect(self._remember_phone)
        self.show_as.chosen.connect(self._remember_show_as)
        self.press_one.toggled.connect(self._remember_press_one)

    def _build_button(self) -> None:
        self.body.addSpacing(4)
        self.call_button = CallButton(self)
        self.call_button.setObjectName("callButton")
        self.call_button.setProperty("kind", "call")
        self.call_button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.call_button.clicked.connect(self.dial)
        self.body.addWidget(self.call_button)
        self.body.addStretch(1)
        self._name_button()

    def _label(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "label")
        return label

    @Slot()
    def _show_account(self) -> None:
        account: Account | None = self._desk.session.account
        if account is None:
            self.ring_me_on.show_phones((), "US", "")
            self.ring_me_on.say(self._why_no_account())
            self.show_as.clear()
            self.show_as.setEnabled(False)
            return
        choices = self._desk.preferences.value
        self.number_field.region = account.home_country or "US"
        current = self.ring_me_on.phone()
        wanted = choices.ring_me_on or (current.id if current else "")
        self.ring_me_on.show_phones(account.ringable, account.home_country, wanted)
        nothing = self.tr("None of your phones can ring first. Add one in your RingCentral settings.")
        self.ring_me_on.say("" if account.ringable else nothing)
        self.show_as.setEnabled(bool(account.showable))
        self.show_as.show_numbers(account, choices.show_as)

    def _why_no_account(self) -> str:
        if self._desk.session.state is SessionState.SIGNING_IN:
            return self.tr("Reading your numbers…")
        if self._desk.session.state is SessionState.OFFLINE:
            return self.tr("No connection: your numbers are shown when it is back.")
        return self.tr("Your phones are listed here once you have signed in.")

    @Slot()
    def _name_button(self) -> None:
        number = self.hint.number()
        text = self.tr("Call {0}").replace("{0}", number.national) if number else self.tr("Call")
        self.call_button.setText(text)
        self.call_button.setAccessibleName(text)

    @Slot()
    def _toggle_keypad(self) -> None:
        self._is_unfolded = not self._is_unfolded
        self.keypad.setVisible(self._is_unfolded)

    @Slot(str)
    def _remember_phone(self, phone_id: str) -> None:
        self._desk.preferences.update(ring_me_on=phone_id)

    @Slot(str)
    def _remember_show_as(self, number: str) -> None:
        self._desk.preferences.update(show_as=number)

    @Slot(bool)
    def _remember_press_one(self, is_on: bool) -> None:
        self._desk.preferences.update(ask_to_press_1=is_on)

    @Slot()
    def _relook(self) -> None:
        self.call_button.setIcon(icon("phone", "ongood", gap=8))
        self.keypad_button.setIcon(icon("keypad", "ink2"))
