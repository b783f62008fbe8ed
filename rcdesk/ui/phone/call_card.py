"""CallCard: one call with its two lamps, a sentence what to do, and the button that says what is possible.

An open card shows all of it, the others are short. After the end it says how it went and offers what may come
next. It only shows and asks; CallPanel acts. GUI thread. Read next: lamp.py, words/call_words.py,
call_panel.py.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from rcdesk.core.calls.call import Call, CallState, Leg
from rcdesk.core.clock import Clock
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.people.people import Caller
from rcdesk.core.spoken_time import duration
from rcdesk.ui.kit.badge import Badge
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.flow import FlowFrame
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import across, down, fill
from rcdesk.ui.kit.plain_text import Line, PlainLabel
from rcdesk.ui.kit.theme import set_role, theme
from rcdesk.ui.phone.lamp import LampPair
from rcdesk.ui.words import call_words

QWIDGETSIZE_MAX = 16777215
STACK_PX = 430
"""Narrower than this at 100 %, the button stands below the sentence."""


class CallCard(Card):
    """One call. Its buttons ask for something: with the Call, or with the number for what may come after."""

    cancel_asked = Signal(object)
    again_asked = Signal(object)
    dismiss_asked = Signal(object)
    fax_asked = Signal(str)
    contact_asked = Signal(str)

    def __init__(self, call: Call, region: str, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.call = call
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
    def stops(self) -> tuple[QWidget, ...]:
        """Where Tab stops, in reading order."""
        return self.dismiss, self.cancel, self.again, *self._steps

    def begin(self, call: Call, region: str) -> None:
        self._region, self._name = region, call.request.to_name
        self.show_call(call, is_open=True)

    @property
    def is_open(self) -> bool:
        """True while the lamps are shown."""
        return not self.lamps_box.isHidden()

    def show_call(self, call: Call, *, is_open: bool) -> None:
        """Show this state; a card that is not open has no lamps."""
        self.call = call
        self._name_parts("" if is_open else f"_{call.id}")
        self._show_head(is_open=is_open)
        self.lamps_box.setVisible(is_open)
        self._show_legs()
        self._show_steps(is_open=is_open)
        self._set_coach(call_words.coach(call, self.who.text()))
        self.refresh()

    def _name_parts(self, mark: str) -> None:
        """The parts of the open card have plain names, those of another one end in a mark of their own."""
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

    def _show_head(self, *, is_open: bool) -> None:
        call = self.call
        shown = pretty(call.request.to_number, self._region)
        if call.request.extension:
            shown = self.tr("{0} ext. {1}").format(shown, call.request.extension)
        self.who.setText(self._name or shown)
        self.number.setText(shown if self._name else "")
        self.badge.set(*call_words.badge(call))
        title = self.tr("Last call") if call.state.is_final else self.tr("Live call")
        self.heading.setText(title if is_open else self.who.text())
        set_role(self.heading, "cardTitle" if is_open else "section")
        self.who.setVisible(is_open)
        self.number.setVisible(is_open)

    def _show_legs(self) -> None:
        """The lamps and the words below them; the words of their side depend on the time: refresh()."""
        call = self.call
        is_over = call.state.is_final
        icon_name = call_words.phone_icon(call.request.from_kind)
        # Of a call that only the call log saw end, a leg may still be as it was when it was last heard of.
        yours, theirs = (
            Leg.WAITING if is_over and leg is Leg.RINGING else leg for leg in (call.your_phone, call.them)
        )
        self.lamps.set_legs(yours, theirs, icon_name, is_over=is_over)
        set_role(self.your_state, call_words.leg_kind(call.your_phone))
        set_role(self.their_state, call_words.leg_kind(call.them))
        self.your_state.setText(call_words.your_leg(call))

    def _show_steps(self, *, is_open: bool) -> None:
        """The buttons that say what is possible now."""
        call = self.call
        is_over = call.state.is_final
        self.cancel.setVisible(call.state.can_cancel)
        self.cancel.setEnabled(not call.is_cancelling)
        self.hang_up.setVisible(call.state is CallState.TALKING)
        self.hang_up.setText(call_words.hang_up_note(call))
        self._share_well()
        self.again.setVisible(is_over)
        self.next_steps.setVisible(is_over and is_open)
        can_fax = call.request.to_number.startswith("+") and not call.request.extension
        self.fax_instead.setVisible(can_fax)
        self.add_contact.setVisible(can_fax and not self._name)
        self.next_steps.set_widgets([*(step for step in self._steps if not step.isHidden()), self._rest])
        self.dismiss.setVisible(is_over)

    def take(self, call: Call) -> None:
        """News of this call: often only that it is as it was, which moves nothing but the small line."""
        before, self.call = self.call, call
        if replace(call, checked_s=before.checked_s, is_unreachable=before.is_unreachable) == before:
            self.refresh()
        else:
            self.show_call(call, is_open=self.is_open)

    @property
    def has_name(self) -> bool:
        return bool(self._name)

    def show_caller(self, caller: Caller) -> None:
        """The name of whom was called, once it is known."""
        if caller.name and not self._name:
            self._name = caller.name
            self.show_call(self.call, is_open=self.is_open)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button beside the sentence, or below it."""
        super().resizeEvent(event)
        is_narrow = self.width() < STACK_PX * theme().scale
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._well_row.setDirection(below if is_narrow else beside)
        self._share_well()

    def _share_well(self) -> None:
        """Beside the sentence the note about hanging up takes two lines, to leave room for it."""
        is_below = self._well_row.direction() is QBoxLayout.Direction.TopToBottom
        whole = self.hang_up.fontMetrics().horizontalAdvance(self.hang_up.text())
        self.hang_up.setMinimumWidth(0 if is_below else whole * 2 // 3)
        self.hang_up.setMaximumWidth(QWIDGETSIZE_MAX if is_below else whole * 2 // 3)
        side = Qt.AlignmentFlag.AlignLeft if is_below else Qt.AlignmentFlag.AlignRight
        self.hang_up.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)

    def refresh(self) -> None:
        """Move what depends on the time alone."""
        call, now_s = self.call, self._clock.monotonic()
        self.their_state.setText(call_words.their_leg(call, now_s))
        parts = [] if call.state.is_final else [duration(now_s - (call.talking_since_s or call.started_s))]
        if call.request.show_as_label:
            words_for = self.tr("Shown as {0}") if call.state.is_final else self.tr("shown as {0}")
            parts.append(words_for.replace("{0}", call.request.show_as_label))
        if not call.state.is_final:
            parts.append(call_words.freshness(call, now_s))
        self.small.setText(" · ".join(parts))
        self.small.setVisible(bool(parts))
        yours, theirs = self.your_state.text(), call_words.their_leg(call, None)
        told = self.tr("Your phone: {0}. Them: {1}.").replace("{0}", yours).replace("{1}", theirs)
        if self.lamps.accessibleName() != told:
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
        # Where there is little room the name gives way, and the number stays whole.
        self.number.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        head = QGridLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setVerticalSpacing(4)
        head.setRowMinimumHeight(0, 32)
        head.addWidget(self.heading, 0, 0)
        head.addLayout(across(self.who, self.number, ..., spacing=14), 1, 0, 1, 2)
        side = across(self.badge, self.dismiss, spacing=6)
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
            state.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(title, 1, column)
            grid.addWidget(state, 2, column)
            grid.setColumnStretch(column, 1)
        self.body.addWidget(self.lamps_box)

    def _build_coach(self) -> None:
        well = QFrame(self)
        well.setProperty("surface", "well")
        row = self._well_row = QBoxLayout(QBoxLayout.Direction.LeftToRight, well)
        fill(row, margins=(16, 12, 16, 12), spacing=12)
        self.coach = _label(well, "rowTitle")
        self.coach.setWordWrap(True)
        self.small = _label(well, "small")
        self.small.setObjectName("callFreshness")
        self.small.setWordWrap(True)
        row.addLayout(down(self.coach, self.small, spacing=3), 1)
        self.cancel = _CancelButton(self.tr("Cancel call"), well)
        self.cancel.setAccessibleName(self.tr("Cancel call"))
        self.cancel.clicked.connect(self._cancel)
        self.again = QPushButton(self.tr("Call again"), well)
        self.again.setAccessibleName(self.tr("Call again"))
        self.again.clicked.connect(self._again)
        self.hang_up = _label(well, "label")
        self.hang_up.setWordWrap(True)
        fill(row, self.hang_up, self.cancel, self.again)
        self.body.addWidget(well)

    def _build_next(self) -> None:
        """What may be wanted after a call, beside calling again."""
        self.next_steps = FlowFrame(self, margin=0, gap=4, last_min_width=0)
        self.fax_instead = self._step(self.tr("Fax instead"), self._fax_instead)
        self.add_contact = self._step(self.tr("Add to contacts…"), self._add_contact)
        self.copy_number = self._step(self.tr("Copy number"), self._copy_number)
        self._rest = QWidget(self.next_steps)
        self._steps = (self.fax_instead, self.add_contact, self.copy_number)
        self.body.addWidget(self.next_steps)

    def _step(self, words: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self.next_steps)
        button.setProperty("kind", "link")
        button.setAccessibleName(words)
        button.clicked.connect(act)
        return button

    @Slot()
    def _fax_instead(self) -> None:
        self.fax_asked.emit(self.call.request.to_number)

    @Slot()
    def _add_contact(self) -> None:
        self.contact_asked.emit(self.call.request.to_number)

    @Slot()
    def _copy_number(self) -> None:
        QGuiApplication.clipboard().setText(self.call.request.to_number)
        self.copy_number.setText(self.tr("Copied"))

    @Slot()
    def _cancel(self) -> None:
        self.cancel_asked.emit(self.call)

    @Slot()
    def _again(self) -> None:
        self.again_asked.emit(self.call)

    @Slot()
    def _dismiss(self) -> None:
        self.dismiss_asked.emit(self.call)

    @Slot()
    def _relook(self) -> None:
        self.dismiss.setIcon(icon("x", "ink2"))


class _CancelButton(QPushButton):
    """It comes to stand where Call again stood: the second half of a double click is not meant for it."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Not a press."""
        event.accept()


def _label(parent: QWidget, role: str, *, is_centred: bool = False) -> QLabel:
    label = PlainLabel("", parent, role=role)
    if is_centred:
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
