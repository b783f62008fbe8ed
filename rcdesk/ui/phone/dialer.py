"""Dialer: the card a call starts from: number, keypad, your phone, shown number, press 1, Call.

Enter dials. A number that is always called in a way of its own shows that way while it stands in the field;
a choice made then is for this call, unless it is kept for the number. Otherwise a choice is for all calls to
come. What is missing is said in place. GUI thread. Read next: number_field.py, choices.py, placing.py.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QToolButton, QWidget

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.desk import Desk
from rcdesk.core.account.capability import Capability
from rcdesk.core.errors import UserError
from rcdesk.core.numbers.phone_number import PhoneNumber, parse, pretty
from rcdesk.core.people.people import DialChoice
from rcdesk.ui.kit.boxes import Switch
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.lacks import Lacking, LackLine
from rcdesk.ui.kit.look import Button, across, down, fill, label, named
from rcdesk.ui.kit.plain_text import PlainLabel, menu_words
from rcdesk.ui.kit.reading_order import in_reading_order
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.phone.choices import RingMeOn, ShowAs
from rcdesk.ui.phone.keypad import Keypad
from rcdesk.ui.phone.number_field import NumberField, NumberHint
from rcdesk.ui.phone.placing import Way, doubt_words, phones_of, place, region_of, way_for

LINK_PADDING_PX = 24
TWICE_MS = 1500
"""Within this time after a call was placed, Enter in the empty field is taken for the same wish."""


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
        self._use = Button(self.tr("Use"), name="otherPhoneUse", act=self._take)
        self._reason = label("", "bad", wraps=True, name="otherPhoneReason")
        self._reason.hide()
        down(across((self.field, 1), self._use, spacing=8), self._reason, of=self, margins=0, spacing=4)
        self.field.returnPressed.connect(self._take)
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


class CallButton(QPushButton):
    """A push button that Enter presses as well as Space."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
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
        self._shown_for: str | None = None
        self._is_for_this_call = False
        self._placed = QElapsedTimer()
        self._listed = ""
        self._doubted = ""
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
        self.number_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.number_field.selectAll()

    def unfolded_height(self) -> int:
        """Pixels the card wants with its keypad, whatever comes and goes while a number is typed."""
        width, gap = self.width(), self.body.spacing()
        margins = self.body.contentsMargins()
        height = self.body.totalHeightForWidth(width) if self.body.hasHeightForWidth() else -1
        if height < 0:
            height = self.sizeHint().height()
        inner = width - margins.left() - margins.right()
        height -= max(0, self.hint.heightForWidth(inner) - self.hint.line_height())
        for passing in (self.keep_way, self.other_phone):
            if not passing.isHidden():
                height -= passing.sizeHint().height() + gap
        return height if not self.keypad.isHidden() else height + self.keypad.sizeHint().height() + gap

    def set_foldable(self, can_fold: bool) -> None:
        """Fold the keypad away while there is no room for it; a button beside the title brings it back."""
        if can_fold != self._can_fold:
            self._can_fold = can_fold
            self._is_unfolded = False
        self.keypad.setVisible(not can_fold or self._is_unfolded)
        self.keypad_button.setVisible(can_fold)

    @Slot()
    def dial(self) -> None:
        """Place the call that is typed, or say in place why not. A second Enter in a hurry means nothing."""
        if not self.number_field.text() and self._placed.isValid() and self._placed.elapsed() < TWICE_MS:
            return
        number = self.hint.insist()
        if number is None:
            self.number_field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._place(number, self.hint.name()):
            self.number_field.clear()
            self.number_field.setFocus(Qt.FocusReason.OtherFocusReason)

    def call_number(self, text: str, name: str = "") -> None:
        """Call a number from a list: shown in the field, then dialled; twice in a hurry is one call."""
        is_again = self._placed.isValid() and self._placed.elapsed() < TWICE_MS
        if is_again and text == self._listed:
            return
        self._listed = text
        self.number_field.setText(text)
        number = self.hint.insist()
        if number is not None and self._place(number, name):
            self.number_field.clear()

    def _place(self, number: PhoneNumber, name: str) -> bool:
        problem = place(self._desk, number, name, self._way(), is_sure=self._doubted == number.e164)
        self._doubted = number.e164 if problem == doubt_words(number) else ""
        if problem:
            self.hint.say(problem)
        else:
            self._placed.start()
        return not problem

    def _way(self) -> Way:
        """What is chosen on the card now."""
        show_as, show_as_label = self.show_as.number()
        return Way(
            phone=self.ring_me_on.phone(),
            show_as=show_as,
            show_as_label=show_as_label,
            ask_to_press_1=self.press_one.isChecked(),
        )

    def _build_number(self) -> None:
        title = PlainLabel(self.tr("Call"), self, role="cardTitle")
        self.keypad_button = named(QToolButton(self), "keypadButton", self.tr("Show or hide the keypad"))
        self.keypad_button.setToolTip(self.tr("Show or hide the keypad"))
        self.keypad_button.setFixedSize(36, 32)
        self.keypad_button.hide()
        self.keypad_button.clicked.connect(self._toggle_keypad)
        self.body.addLayout(across(title, ..., self.keypad_button))
        self.number_field = NumberField(self, desk=self._desk)
        self.number_field.setAccessibleDescription(self.tr("Type or paste a number, Enter calls it."))
        self.body.addWidget(self.number_field)
        self.hint = NumberHint(self.number_field, self, desk=self._desk)
        self.body.addWidget(self.hint)
        self.keypad = Keypad(self)
        self.body.addWidget(self.keypad, 100)
        self.number_field.returnPressed.connect(self.dial)
        self.hint.checked.connect(self._number_checked)
        self.keypad.typed.connect(self.number_field.insert_text)

    def _build_choices(self) -> None:
        ring_row = across((self._label(self.tr("Ring me on")), 1))
        self.other_phone = OtherPhone(self._desk, self)
        ring_row.addWidget(self.other_phone.button)
        fill(self.body, ring_row, self.other_phone)
        self.ring_me_on = RingMeOn(self)
        self.body.addWidget(self.ring_me_on)
        self.show_as = ShowAs(self)
        show_label = self._label(self.tr("Show as"))
        show_label.setBuddy(self.show_as)
        row = self._show_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._show_label = show_label
        fill(row, show_label, (self.show_as, 1), margins=(0, 4, 0, 0), spacing=14)
        self.body.addLayout(row)
        name = self.tr("Ask me to press 1 first")
        self.press_one = named(Switch(name, self), "pressOneSwitch")
        self.press_one.setChecked(self._desk.preferences.value.ask_to_press_1)
        press_label = self._label(name)
        press_label.setWordWrap(True)
        self.body.addLayout(across((press_label, 1), self.press_one))
        self.keep_way = named(QPushButton(self), "keepWayButton")
        self.keep_way.setProperty("kind", "link")
        self.keep_way.hide()
        self.keep_way.clicked.connect(self._keep_or_forget)
        self.body.addWidget(self.keep_way, 0, Qt.AlignmentFlag.AlignLeft)
        self.ring_me_on.chosen.connect(self._chosen)
        self.show_as.chosen.connect(self._chosen)
        self.press_one.clicked.connect(self._chosen)
        self.other_phone.chosen.connect(self._other_phone_chosen)

    def _build_button(self) -> None:
        self.body.addSpacing(4)
        self.call_button = named(CallButton(self), "callButton")
        self.call_button.setProperty("kind", "call")
        self.call_button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.call_button.clicked.connect(self.dial)
        Lacking(self._desk.session, self.call_button, Capability.CALL)
        fill(self.body, LackLine("callLack", self._desk.session, Capability.CALL), self.call_button, ...)
        self._number_checked()

    def _label(self, text: str) -> QLabel:
        return PlainLabel(text, self, role="label")

    @Slot()
    def _show_account(self) -> None:
        account = self._desk.session.account
        self.other_phone.setVisible(False)
        self.other_phone.button.setVisible(account is not None)
        if account is None:
            self.ring_me_on.show_phones((), "US", "")
            self.ring_me_on.say(self._why_no_account())
            self.show_as.clear()
            self.show_as.setEnabled(False)
            return
        self.number_field.region = account.home_country or "US"
        phones = phones_of(self._desk)
        self.ring_me_on.show_phones(phones, account.home_country, "")
        in_reading_order(
            self.other_phone.button, *self.other_phone.stops, *self.ring_me_on.rows, self.show_as
        )
        nothing = self.tr("None of your phones can ring first. Add one in your RingCentral settings.")
        self.ring_me_on.say("" if phones else nothing)
        self.show_as.setEnabled(bool(account.showable))
        self.show_as.show_numbers(account, "")
        self._place_show_as()
        self._shown_for = None
        self._show_way()

    def _why_no_account(self) -> str:
        if self._desk.session.state is SessionState.SIGNING_IN:
            return self.tr("Reading your numbers…")
        if self._desk.session.state is SessionState.OFFLINE:
            return self.tr("No connection: your numbers are shown when it is back.")
        return self.tr("Your phones are listed here once you have signed in.")

    @Slot()
    def _number_checked(self) -> None:
        number = self.hint.number()
        if number is None or number.e164 != self._doubted:
            self._doubted = ""
        who = (self.hint.name() or number.national) if number else ""
        text = self.tr("Call {0}").replace("{0}", who) if number else self.tr("Call")
        self.call_button.setText(text)
        self.call_button.setAccessibleName(text)
        self._show_way()

    @Slot()
    def _show_way(self) -> None:
        """Choose what is remembered for the number in the field, or for all calls, when that changed."""
        number = self._number()
        if self._shown_for != number:
            self._choose(way_for(self._desk, number))
            self._shown_for, self._is_for_this_call = number, False
        self._name_keeping()

    def _choose(self, way: Way) -> None:
        self.ring_me_on.choose(way.phone.id if way.phone else "")
        self.show_as.choose(way.show_as)
        self.press_one.setChecked(way.ask_to_press_1)

    def _number(self) -> str:
        number = self.hint.number()
        return number.e164 if number else ""

    def _name_keeping(self) -> None:
        """The line that keeps a way for this number, or forgets it; there only where it says something."""
        number = self.hint.number()
        kept = self._desk.people.choice_of(number.e164) if number else DialChoice()
        is_kept = kept != DialChoice()
        self.keep_way.setVisible(number is not None and (is_kept or self._is_for_this_call))
        if number is None:
            return
        who = self.hint.name() or number.national
        words = (
            self.tr("Kept for {0}. Forget it")
            if is_kept and not self._is_for_this_call
            else self.tr("Always call {0} like this")
        )
        whole = words.replace("{0}", who)
        metrics = self.keep_way.fontMetrics()
        margins = self.body.contentsMargins()
        room = self.width() - margins.left() - margins.right() - LINK_PADDING_PX
        room -= metrics.horizontalAdvance(words.replace("{0}", ""))
        shown = metrics.elidedText(who, Qt.TextElideMode.ElideRight, room)
        self.keep_way.setText(words.replace("{0}", menu_words(shown)))
        self.keep_way.setAccessibleName(whole)
        self.keep_way.setToolTip("" if shown == who else whole)

    @Slot()
    def _toggle_keypad(self) -> None:
        self._is_unfolded = not self._is_unfolded
        self.keypad.setVisible(self._is_unfolded)

    @Slot()
    def _chosen(self) -> None:
        """Another choice: for this call when its number has a way of its own, else for all calls to come."""
        number = self._number()
        way = self._way()
        if not (number and way_for(self._desk, number).is_remembered):
            self._desk.preferences.update(
                ring_me_on=way.phone.id if way.phone else "",
                show_as=way.show_as,
                ask_to_press_1=way.ask_to_press_1,
            )
        self._is_for_this_call = bool(number)
        self._name_keeping()

    @Slot()
    def _keep_or_forget(self) -> None:
        """Keep what is chosen for this number; when it is kept already, forget it."""
        number, way = self._number(), self._way()
        if not number:
            return
        is_kept = self._desk.people.choice_of(number) != DialChoice()
        if is_kept and not self._is_for_this_call:
            self._desk.people.set_choice(number, DialChoice())
            self._choose(way_for(self._desk, ""))
        else:
            kept = DialChoice(
                ring_me_on=way.phone.id if way.phone else "",
                show_as=way.show_as,
                ask_to_press_1=way.ask_to_press_1,
            )
            self._desk.people.set_choice(number, kept)
        self._is_for_this_call = False
        self._name_keeping()

    @Slot(str)
    def _other_phone_chosen(self, number: str) -> None:
        """Another phone of the user's own: listed with the others, and chosen; "" takes it away."""
        self._desk.preferences.update(custom_ring_number=number)
        self._show_account()
        if number:
            self.ring_me_on.choose(number)
            self._chosen()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: the shown number beside its label, or below it."""
        super().resizeEvent(event)
        self._place_show_as()

    def _place_show_as(self) -> None:
        margins = self.body.contentsMargins()
        room = self.width() - margins.left() - margins.right() - self._show_label.sizeHint().width() - 14
        is_wide = self.show_as.fitting_width() <= room
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._show_row.setDirection(beside if is_wide else below)
        self._show_row.setSpacing(14 if is_wide else 4)

    @Slot()
    def _relook(self) -> None:
        self._place_show_as()
        self.call_button.setIcon(icon("phone", "ongood", gap=8))
        self.keypad_button.setIcon(icon("keypad", "ink2"))
