"""CallPanel: the calls going on now, each a card with two lamps, a sentence what to do, and its button.

The newest call is open, the others stack below it as short cards. The last ended call stays until it is
dismissed or another begins. A 1 s timer moves the talking time, only while a live call is on the screen.
GUI thread. Read next: lamp.py, words.py, bridge/call_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.call import Call, CallState
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.people import Caller
from rcdesk.core.phone_number import pretty
from rcdesk.ui import words
from rcdesk.ui.badge import Badge
from rcdesk.ui.card import Card
from rcdesk.ui.icons import icon
from rcdesk.ui.lamp import LampPair
from rcdesk.ui.line import Line
from rcdesk.ui.theme import set_role, theme


class CallCard(Card):
    """One call. Its buttons ask for something: with the Call, or with the number for what may come after."""

    cancel_asked = Signal(object)
    again_asked = Signal(object)
    dismiss_asked = Signal(object)
    fax_asked = Signal(str)
    contact_asked = Signal(str)

    def __init__(self, call: Call, region: str, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._call = call
        self._region = region
        self._clock = clock
        self._name = call.request.to_name
        self._build_head()
        self._build_lamps()
        self._build_coach()
        self._build_next()
        theme().changed.connect(self._relook)
        self._relook()
        self.show_call(call, is_open=True)

    @property
    def call(self) -> Call:
        """The value shown."""
        return self._call

    @property
    def is_open(self) -> bool:
        """True while the lamps are shown."""
        return not self.lamps_box.isHidden()

    def show_call(self, call: Call, *, is_open: bool) -> None:
        """Show this state; a card that is not open has no lamps."""
        self._call = call
        mark = "" if is_open else f"_{call.id}"
        for widget, name in (
            (self.coach, "coachSentence"),
            (self.your_state, "yourPhoneState"),
            (self.their_state, "theirState"),
            (self.cancel, "cancelCallButton"),
            (self.again, "callAgainButton"),
            (self.dismiss, "dismissCallButton"),
            (self.hang_up, "hangUpNote"),
            (self.fax_instead, "faxInsteadButton"),
            (self.add_contact, "addContactButton"),
            (self.copy_number, "copyNumberButton"),
        ):
            widget.setObjectName(name + mark)
        shown = pretty(call.request.to_number, self._region)
        if call.request.extension:
            shown = self.tr("{0} ext. {1}").format(shown, call.request.extension)
        self.who.setText(self._name or shown)
        self.number.setText(shown if self._name else "")
        self.badge.set(*words.badge(call))
        is_over = call.state.is_final
        title = self.tr("Last call") if is_over else self.tr("Live call")
        self.heading.setText(title if is_open else self.who.text())
        set_role(self.heading, "cardTitle" if is_open else "section")
        self.who.setVisible(is_open)
        self.number.setVisible(is_open)
        self.lamps_box.setVisible(is_open)
        icon_name = words.phone_icon(call.request.from_kind)
        self.lamps.set_legs(call.your_phone, call.them, icon_name, is_over=is_over)
        set_role(self.your_state, words.leg_kind(call.your_phone))
        set_role(self.their_state, words.leg_kind(call.them))
        self.your_state.setText(words.your_leg(call))
        self.cancel.setVisible(call.state.can_cancel)
        self.cancel.setEnabled(not call.is_cancelling)
        self.hang_up.setVisible(call.state is CallState.TALKING)
        self.hang_up.setText(words.hang_up_note(call))
        self.again.setVisible(is_over)
        self.next_steps.setVisible(is_over and is_open)
        can_fax = call.request.to_number.startswith("+") and not call.request.extension
        self.fax_instead.setVisible(can_fax)
        self.add_contact.setVisible(can_fax and not self._name)
        self.dismiss.setVisible(is_over)
        self._set_coach(words.coach(call))
        self.refresh()

    def take(self, call: Call) -> None:
        """News of this call: often only that it is as it was, which moves nothing but the small line."""
        before, self._call = self._call, call
        if replace(call, checked_s=before.checked_s, is_unreachable=before.is_unreachable) == before:
            self.refresh()
        else:
            self.show_call(call, is_open=self.is_open)

    @Slot(object)
    def show_caller(self, caller: Caller) -> None:
        """The name of whom was called, once it is known."""
        if caller.name and not self._name and caller.number == self._call.request.to_number:
            self._name = caller.name
            self.show_call(self._call, is_open=self.is_open)

    def refresh(self) -> None:
        """Move what depends on the time alone."""
        call, now_s = self._call, self._clock.monotonic()
        self.their_state.setText(words.their_leg(call, now_s))
        parts = (
            [] if call.state.is_final else [words.duration(now_s - (call.talking_since_s or call.started_s))]
        )
        if call.request.show_as_label:
            parts.append(self.tr("shown as {0}").replace("{0}", call.request.show_as_label))
        if not call.state.is_final:
            parts.append(words.freshness(call, now_s))
        self.small.setText(" · ".join(parts))
        self.small.setVisible(bool(parts))
        your_state, their_state = self.your_state.text(), self.their_state.text()
        told = self.tr("Your phone: {0}. Them: {1}.").replace("{0}", your_state).replace("{1}", their_state)
        if "," not in their_state and self.lamps.accessibleName() != told:
            self.lamps.setAccessibleName(told)

    def _set_coach(self, sentence: str) -> None:
        if self.coach.text() != sentence:
            self.coach.setText(sentence)
            self.coach.setAccessibleName(sentence)

    def _build_head(self) -> None:
        self.heading = Line("cardTitle", self)
        self.badge = Badge("", "wait", self)
        self.dismiss = QToolButton(self)
        self.dismiss.setAccessibleName(self.tr("Dismiss this call"))
        self.dismiss.setToolTip(self.tr("Dismiss"))
        self.dismiss.setFixedSize(32, 32)
        self.dismiss.clicked.connect(self._dismiss)
        self.who = Line("section", self)
        self.number = Line("body", self)
        head = QGridLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setVerticalSpacing(4)
        head.setRowMinimumHeight(0, 32)
        head.addWidget(self.heading, 0, 0)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.who)
        row.addWidget(self.number)
        row.addStretch(1)
        head.addLayout(row, 1, 0, 1, 2)
        side = QHBoxLayout()
        side.setSpacing(6)
        side.addWidget(self.badge)
        side.addWidget(self.dismiss)
        head.addLayout(side, 0, 1, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        head.setColumnStretch(0, 1)
        self.body.addLayout(head)

    def _build_lamps(self) -> None:
        self.lamps_box = QWidget(self)
        grid = QGridLayout(self.lamps_box)
        grid.setContentsMargins(0, 6, 0, 6)
        grid.setVerticalSpacing(2)
        self.lamps = LampPair(self.lamps_box)
        grid.addWidget(self.lamps, 0, 0, 1, 2)
        self.your_state = _label(self.lamps_box, "muted", is_centred=True)
        self.their_state = _label(self.lamps_box, "muted", is_centred=True)
        for column, (name, state) in enumerate(
            ((self.tr("Your phone"), self.your_state), (self.tr("Them"), self.their_state))
        ):
            title = _label(self.lamps_box, "rowTitle", is_centred=True)
            title.setText(name)
            state.setWordWrap(True)
            grid.addWidget(title, 1, column)
            grid.addWidget(state, 2, column)
            grid.setColumnStretch(column, 1)
        self.body.addWidget(self.lamps_box)

    def _build_coach(self) -> None:
        well = QFrame(self)
        well.setProperty("surface", "well")
        row = QHBoxLayout(well)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(12)
        said = QVBoxLayout()
        said.setSpacing(3)
        self.coach = _label(well, "rowTitle")
        self.coach.setTextFormat(Qt.TextFormat.PlainText)
        self.coach.setWordWrap(True)
        self.small = Line("small", well)
        self.small.setObjectName("callFreshness")
        said.addWidget(self.coach)
        said.addWidget(self.small)
        row.addLayout(said, 1)
        self.cancel = QPushButton(self.tr("Cancel call"), well)
        self.cancel.setAccessibleName(self.tr("Cancel call"))
        self.cancel.clicked.connect(self._cancel)
        self.again = QPushButton(self.tr("Call again"), well)
        self.again.setAccessibleName(self.tr("Call again"))
        self.again.clicked.connect(self._again)
        self.hang_up = _label(well, "label")
        row.addWidget(self.hang_up)
        row.addWidget(self.cancel)
        row.addWidget(self.again)
        self.body.addWidget(well)

    def _build_next(self) -> None:
        """What may be wanted after a call, beside calling again."""
        self.next_steps = QWidget(self)
        row = QHBoxLayout(self.next_steps)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.fax_instead = self._step(self.tr("Fax instead"), self._fax_instead)
        self.add_contact = self._step(self.tr("Add to contacts…"), self._add_contact)
        self.copy_number = self._step(self.tr("Copy number"), self._copy_number)
        for button in (self.fax_instead, self.add_contact, self.copy_number):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addWidget(self.next_steps)

    def _step(self, words: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self.next_steps)
        button.setProperty("kind", "link")
        button.setAccessibleName(words)
        button.clicked.connect(act)
        return button

    @Slot()
    def _fax_instead(self) -> None:
        self.fax_asked.emit(self._call.request.to_number)

    @Slot()
    def _add_contact(self) -> None:
        self.contact_asked.emit(self._call.request.to_number)

    @Slot()
    def _copy_number(self) -> None:
        QGuiApplication.clipboard().setText(self._call.request.to_number)
        self.copy_number.setText(self.tr("Copied"))

    @Slot()
    def _cancel(self) -> None:
        self.cancel_asked.emit(self._call)

    @Slot()
    def _again(self) -> None:
        self.again_asked.emit(self._call)

    @Slot()
    def _dismiss(self) -> None:
        self.dismiss_asked.emit(self._call)

    @Slot()
    def _relook(self) -> None:
        self.dismiss.setIcon(icon("x", "ink2"))


class CallPanel(QWidget):
    """The stack of cards, or one quiet card when there is no call. fax_asked and contact_asked: a number."""

    fax_asked = Signal(str)
    contact_asked = Signal(str)

    def __init__(self, desk: Desk, clock: Clock | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._clock: Clock = clock or SystemClock()
        self._cards: dict[str, CallCard] = {}
        self.setObjectName("callPanel")
        self.setAccessibleName(self.tr("Live calls"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self._empty = Card(self.tr("Live call"), self)
        line = _label(self._empty, "muted")
        line.setObjectName("noCallSentence")
        line.setText(self.tr("No call right now. Type a number and press Enter: your own phone rings first."))
        line.setWordWrap(True)
        self._empty.body.addWidget(line)
        self._column.addWidget(self._empty)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        desk.calls.call_changed.connect(self._call_changed)
        desk.calls.calls_changed.connect(self._changed)
        self._changed()

    @property
    def is_ticking(self) -> bool:
        """True while the 1 s timer runs."""
        return self._second.isActive()

    def showEvent(self, event: QShowEvent) -> None:
        """Times move again."""
        super().showEvent(event)
        self._tick()
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no timer."""
        super().hideEvent(event)
        self._second.stop()

    @Slot(object)
    def _call_changed(self, call: Call) -> None:
        """Only its own card changes, unless the order of the cards does."""
        card = self._cards.get(call.id)
        if card is None or call.state.is_final != card.call.state.is_final:
            self._changed()
        else:
            card.take(call)

    @Slot()
    def _changed(self) -> None:
        """Show the live calls, newest first, or the one that ended last."""
        calls = self._desk.calls.calls
        shown = [call for call in calls if not call.state.is_final] or list(calls[:1])
        for call_id in set(self._cards) - {call.id for call in shown}:
            card = self._cards.pop(call_id)
            self._column.removeWidget(card)
            card.setParent(None)
            card.deleteLater()
        for index, call in enumerate(shown):
            self._show(call, index)
        self._empty.setVisible(not shown)
        self._follow()

    def _show(self, call: Call, index: int) -> None:
        card = self._cards.get(call.id)
        if card is None:
            account = self._desk.session.account
            card = CallCard(call, account.home_country if account else "US", self._clock, self)
            card.cancel_asked.connect(self._cancel)
            card.again_asked.connect(self._again)
            card.dismiss_asked.connect(self._dismiss)
            card.fax_asked.connect(self.fax_asked)
            card.contact_asked.connect(self.contact_asked)
            self._desk.people.caller(call.request.to_number, card.show_caller)
            self._cards[call.id] = card
        if card.call != call or card.is_open != (index == 0):
            card.show_call(call, is_open=index == 0)
        if self._column.indexOf(card) != index:
            self._column.insertWidget(index, card)
            card.show()

    @Slot(object)
    def _cancel(self, call: Call) -> None:
        self._desk.calls.cancel(call.id)

    @Slot(object)
    def _again(self, call: Call) -> None:
        self._desk.calls.place(call.request)

    @Slot(object)
    def _dismiss(self, call: Call) -> None:
        self._desk.calls.dismiss(call.id)

    @Slot()
    def _tick(self) -> None:
        for card in self._cards.values():
            card.refresh()

    def _follow(self) -> None:
        has_live = any(not card.call.state.is_final for card in self._cards.values())
        if has_live and self.isVisible():
            if not self._second.isActive():
                self._second.start()
        else:
            self._second.stop()


def _label(parent: QWidget, role: str, *, is_centred: bool = False) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", role)
    if is_centred:
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
