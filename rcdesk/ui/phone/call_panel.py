"""CallPanel: the calls going on now, each a card with two lamps, a sentence what to do, and its button.

The newest call is open, the others stack below it as short cards. The last ended call stays until it is
dismissed or another begins. A 1 s timer moves the talking time, only while a live call is on the screen.
GUI thread. Read next: call_card.py, bridge/calls/call_desk.py.
"""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from rcdesk.bridge.account.notices import NoticeKind
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot, ticking
from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.people.people import Caller
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.look import down, label, named
from rcdesk.ui.phone.call_card import CallCard
from rcdesk.ui.phone.placing import region_of
from rcdesk.ui.words import call_words

SPARE_AFTER_MS = 230
NOBODY = Call(
    id="spare",
    request=CallRequest(to_number="", from_number=""),
    started_at=datetime.fromtimestamp(0, UTC),
    started_s=0.0,
)
"""What the card shows that stands ready."""


class CallPanel(QWidget):
    """The stack of cards, or one quiet card when there is no call. fax_asked and contact_asked: a number.

    stacked(): cards came, went or stand elsewhere, and the last of them is in its place.
    """

    fax_asked = Signal(str)
    contact_asked = Signal(str)
    stacked = Signal()

    def __init__(self, desk: Desk, clock: Clock | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._clock: Clock = clock or SystemClock()
        self._cards: dict[str, CallCard] = {}
        self._has_moved = False
        named(self, "callPanel", self.tr("Live calls"))
        self._column = down(of=self, margins=0, spacing=12)
        self._empty = Card(self.tr("Live call"), self)
        nothing = self.tr("No call right now. Type a number and press Enter: your own phone rings first.")
        self._empty.body.addWidget(label(nothing, "muted", wraps=True, name="noCallSentence"))
        self._column.addWidget(self._empty)
        self.foot = FootLine(self)
        self._column.addWidget(self.foot)
        self._dismissed_s = float("-inf")
        self._second = ticking(self, self._tick, 1000)
        # Making the first card takes longest, so one stands ready before it is needed.
        self._spare: CallCard | None = None
        self._spare_timer = single_shot(self, self._make_spare, SPARE_AFTER_MS)
        # A new card is shown in a turn of its own: whoever presses Call must not wait for it.
        self._soon = single_shot(self, self._changed)
        desk.calls.call_changed.connect(self._call_changed)
        desk.calls.calls_changed.connect(self._soon.start)
        desk.calls.problem.connect(self._tell)
        desk.people.said.connect(self.foot.say_good)
        desk.people.people_changed.connect(self._ask_names)
        self._changed()

    @property
    def is_settled(self) -> bool:
        """False while a card is to be made, put elsewhere or taken away."""
        return not self._soon.isActive()

    @property
    def is_ticking(self) -> bool:
        """True while the 1 s timer runs."""
        return self._second.isActive()

    def showEvent(self, event: QShowEvent) -> None:
        """Times move again."""
        super().showEvent(event)
        self._tick()
        self._follow()
        if self._spare is None:
            self._spare_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no timer."""
        super().hideEvent(event)
        self._second.stop()

    @Slot(object)
    def _call_changed(self, call: Call) -> None:
        """Only its own card changes, unless the order of the cards does."""
        card = self._cards.get(call.id)
        if card is None or call.state.is_final != card.call.state.is_final:
            self._soon.start()
        else:
            card.take(call)

    @Slot()
    def _changed(self) -> None:
        """Fill one card, or put one in its place: one in a turn, so that no turn is long."""
        shown = self._shown()
        if not any(self._fill(call, is_open=index == 0) for index, call in enumerate(shown)):
            self._drop(set(self._cards) - {call.id for call in shown})
            self._empty.setVisible(not shown)
            if not any(self._put(self._cards[call.id], index) for index, call in enumerate(shown)):
                self._finish()
                return
        self._soon.start()

    def _shown(self) -> tuple[Call, ...]:
        """The calls to be shown: the live ones, newest first, or the one that ended last.

        Once that is dismissed, no earlier one comes up in its place: they are among the recents.
        """
        calls = self._desk.calls.calls
        live = tuple(call for call in calls if not call.state.is_final)
        ended = [call for call in calls if call.state.is_final and _ended_s(call) > self._dismissed_s]
        return live or ((max(ended, key=_ended_s),) if ended else ())

    def _finish(self) -> None:
        self._follow()
        if self._has_moved:
            self._has_moved = False
            self.stacked.emit()

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where Tab stops on the cards that stand here now, in reading order."""
        placed = [card for card in self._cards.values() if self._column.indexOf(card) >= 0]
        placed.sort(key=self._column.indexOf)
        return tuple(stop for card in placed for stop in card.stops)

    def _fill(self, call: Call, *, is_open: bool) -> bool:
        """True when the card of this call had to be made or to show something else."""
        card = self._cards.get(call.id)
        if card is None:
            self._begin(call)
        elif card.call != call or card.is_open != is_open:
            card.show_call(call, is_open=is_open)
        else:
            return False
        return True

    def _begin(self, call: Call) -> None:
        """Give the call a card, hidden until it is put in its place."""
        card = self._spare or self._make_card(call)
        self._spare = None
        self._spare_timer.start()
        card.begin(call, region_of(self._desk))
        card.cancel_asked.connect(self._cancel)
        card.again_asked.connect(self._again)
        card.dismiss_asked.connect(self._dismiss)
        card.fax_asked.connect(self.fax_asked)
        card.contact_asked.connect(self.contact_asked)
        self._cards[call.id] = card
        self._ask_name(call)

    def _put(self, card: CallCard, index: int) -> bool:
        """True when the card was elsewhere."""
        if self._column.indexOf(card) == index:
            return False
        self._column.insertWidget(index, card)
        card.show()
        self._has_moved = True
        return True

    def _drop(self, call_ids: set[str]) -> None:
        for call_id in call_ids:
            card = self._cards.pop(call_id)
            self._column.removeWidget(card)
            card.hide()  # without a parent a shown widget would be a window
            card.setParent(None)
            card.deleteLater()
            self._has_moved = True

    def _make_card(self, call: Call) -> CallCard:
        card = CallCard(call, region_of(self._desk), self._clock, self)
        card.hide()
        return card

    @Slot()
    def _make_spare(self) -> None:
        if self._spare is None:
            card = self._spare = self._make_card(NOBODY)
            card.show_call(NOBODY, is_open=False)
            for part in (card, *card.findChildren(QWidget)):
                part.ensurePolished()

    def _ask_name(self, call: Call) -> None:
        def heard(caller: Caller) -> None:
            if card := self._cards.get(call.id):
                card.show_caller(caller)

        self._desk.people.caller(call.request.to_number, heard)

    @Slot()
    def _ask_names(self) -> None:
        """Somebody may have got a name."""
        for card in self._cards.values():
            if not card.has_name:
                self._ask_name(card.call)

    @Slot(object)
    def _cancel(self, call: Call) -> None:
        self._desk.calls.cancel(call.id)

    @Slot(object)
    def _again(self, call: Call) -> None:
        # An ended call is shown while none is live, so this is a second click on a card about to go.
        if any(not other.state.is_final for other in self._desk.calls.calls):
            return
        self._desk.calls.place(call.request)

    @Slot(object)
    def _dismiss(self, call: Call) -> None:
        self._dismissed_s = max(self._dismissed_s, _ended_s(call))
        self._desk.calls.dismiss(call.id)

    @Slot(str)
    def _tell(self, sentence: str) -> None:
        """What went wrong with a call and no card says or is about to; in passing when nobody looks there."""
        if any(call_words.coach(call) == sentence for call in self._shown()):
            return
        if self.isVisible():
            self.foot.say_problem(sentence)
        else:
            self._desk.notices.post(NoticeKind.WARNING, sentence)

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


def _ended_s(call: Call) -> float:
    """When it ended, by the monotonic clock."""
    return call.started_s if call.ended_s is None else call.ended_s
