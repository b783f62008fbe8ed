"""The stack of live calls between two of its turns: what comes, ends or goes while cards are on their way.

The panel fills one card, or puts one in its place, in a turn of the event loop. Here the turns are taken by
hand, so that something can happen between any two of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from rcdesk.core.calls.call import Call, CallState, Leg
from rcdesk.ui.phone.call_card import CallCard
from rcdesk.ui.phone.call_panel import CallPanel
from rcdesk.ui.phone.phone_page import PhonePage
from tests.patient_bot import QtBot
from tests.unit.ui.desk_stand_in import NOW_S, CallsStandIn, DeskStandIn
from tests.unit.ui.phone.test_phone_page import dressed, open_page, part, settle

__all__ = ["dressed"]

MOST_TURNS = 20
LENA, PINE = "+16505550142", "+14155550160"


def take_turn(panel: CallPanel) -> None:
    """One turn, if there is something left to do."""
    if not panel.is_settled:
        panel._soon.stop()
        panel._changed()


def take_all_turns(panel: CallPanel) -> None:
    """Until the panel has nothing left to do; after each turn what must always be true is."""
    for _ in range(MOST_TURNS):
        take_turn(panel)
        check_always(panel)
        if panel.is_settled:
            return
    raise AssertionError("the panel does not come to rest")


def cards_of(panel: CallPanel) -> list[CallCard]:
    """The cards in the column that are not hidden, from the top."""
    items = (panel._column.itemAt(at) for at in range(panel._column.count()))
    column = (item.widget() for item in items if item is not None)
    return [card for card in column if isinstance(card, CallCard) and not card.isHidden()]


def says_no_call(panel: CallPanel) -> bool:
    """True while the quiet card stands there."""
    return not panel._empty.isHidden()


def check_always(panel: CallPanel) -> None:
    """After every turn: cards or the quiet card, never both, never neither; Tab stops only at cards seen."""
    cards = cards_of(panel)
    assert says_no_call(panel) != bool(cards)
    assert panel.stops == tuple(stop for card in cards for stop in card.stops)
    assert all(card in cards or card.isHidden() for card in panel.findChildren(CallCard))


def check_settled(page: PhonePage, calls: CallsStandIn) -> None:
    """After the last turn: the live calls, or the one that ended last, with the first one open."""
    panel = page.call_panel
    shown: list[Call] = [call for call in calls.calls if not call.state.is_final]
    if not shown and calls.calls:
        shown = [max(calls.calls, key=lambda call: call.ended_s or 0.0)]
    cards = cards_of(panel)
    assert [card.call for card in cards] == shown
    assert [card.is_open for card in cards] == [at == 0 for at in range(len(cards))]
    stop: QWidget | None = page.dialer.call_button
    for expected in panel.stops:
        stop = stop and stop.nextInFocusChain()
        assert stop is expected, "Tab goes from the dialer over the cards, from the top"
    has_live = any(not call.state.is_final for call in shown)
    assert panel.is_ticking is (has_live and panel.isVisible())


def end(calls: CallsStandIn, call_id: str) -> None:
    """The call is over."""
    calls.move(call_id, state=CallState.ENDED, your_phone=Leg.HUNG_UP, them=Leg.HUNG_UP, ended_s=NOW_S)


@pytest.mark.parametrize("turns", range(4))
def test_a_call_that_comes_ends_and_is_dismissed_leaves_nothing(
    qtbot: QtBot, dressed: None, turns: int
) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    panel = page.call_panel
    page.call_number(LENA)
    for _ in range(turns):
        take_turn(panel)
    end(desk.calls, "c1")
    check_always(panel)
    desk.calls.dismiss("c1")
    take_all_turns(panel)
    assert says_no_call(panel)
    assert not panel._cards
    check_settled(page, desk.calls)


@pytest.mark.parametrize(("first", "second", "third"), [*product((0, 1, 3), repeat=3)])
def test_whatever_happens_between_two_turns_the_cards_come_right(
    qtbot: QtBot, dressed: None, first: int, second: int, third: int
) -> None:
    """Two calls beside one that ended; the newer one ends at once and is dismissed, then the other one."""
    desk = DeskStandIn()
    calls = desk.calls
    page = open_page(qtbot, desk)
    panel = page.call_panel
    page.call_number(LENA)
    end(calls, "c1")
    take_all_turns(panel)

    def two_come() -> None:
        page.call_number(PINE)
        page.call_number("+15105550188")

    def one_ends_and_one_goes() -> None:
        end(calls, "c2")
        calls.dismiss("c1")

    steps: tuple[Callable[[], None], ...] = (
        two_come,
        partial(end, calls, "c3"),
        partial(calls.dismiss, "c3"),
        one_ends_and_one_goes,
    )
    for step, turns in zip(steps, (first, second, third, 0), strict=True):
        step()
        for _ in range(turns):
            take_turn(panel)
            check_always(panel)
    take_all_turns(panel)
    check_settled(page, calls)


@pytest.mark.parametrize("turns", range(5))
def test_a_call_that_gives_way_and_comes_back_is_a_stop_again(
    qtbot: QtBot, dressed: None, turns: int
) -> None:
    """The last call's card goes when another call begins; that one is gone before its card was told of."""
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    panel = page.call_panel
    page.call_number(LENA)
    end(desk.calls, "c1")
    take_all_turns(panel)
    page.call_number(PINE)
    for _ in range(turns):
        take_turn(panel)
        check_always(panel)
    end(desk.calls, "c2")
    desk.calls.dismiss("c2")
    take_all_turns(panel)
    check_settled(page, desk.calls)


def test_two_calls_in_one_turn_stand_in_their_order(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number(LENA)
    page.call_number(PINE)
    take_all_turns(page.call_panel)
    assert [card.call.id for card in cards_of(page.call_panel)] == ["c2", "c1"]
    check_settled(page, desk.calls)


def test_calls_that_come_while_nobody_looks_are_there_afterwards(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    panel = page.call_panel
    page.call_number(LENA)
    take_turn(panel)
    page.hide()
    page.call_number(PINE)
    take_all_turns(panel)
    check_settled(page, desk.calls)
    page.show()
    check_settled(page, desk.calls)
    assert all(card.isVisible() for card in cards_of(panel))
    assert panel.is_ticking


def test_the_card_that_stands_ready_is_nothing_to_be_found(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    panel = page.call_panel
    qtbot.waitUntil(lambda: panel._spare is not None)
    spare = panel._spare
    assert spare is not None
    check_always(panel)
    assert panel.stops == ()
    for widget in (spare, *spare.findChildren(QWidget)):
        state = QAccessible.queryAccessibleInterface(widget).state()
        assert state.invisible, widget.objectName()
    page.hide()
    page.show()
    assert not spare.isVisible()
    page.call_number(LENA)
    take_all_turns(panel)
    assert cards_of(panel) == [spare]
    assert panel._spare is None
    check_settled(page, desk.calls)


def test_what_the_card_will_say_in_a_moment_is_not_said_twice(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number(LENA)
    settle(qtbot, page)
    reason = "RingCentral does not answer."
    desk.calls.move("c1", state=CallState.FAILED, reason=reason)
    desk.calls.problem.emit(reason)
    settle(qtbot, page)
    assert part(page, QLabel, "coachSentence").text() == reason
    assert not part(page.call_panel, QLabel, "footWords").isVisible()


def test_a_double_click_on_call_again_is_one_call(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number(LENA)
    end(desk.calls, "c1")
    settle(qtbot, page)
    (card,) = cards_of(page.call_panel)
    qtbot.mouseClick(card.again, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.again, Qt.MouseButton.LeftButton)
    assert [request.to_number for request in desk.calls.placed] == [LENA, LENA]
    settle(qtbot, page)
    check_settled(page, desk.calls)


def test_the_call_that_ended_last_stays_and_dismissing_it_brings_no_earlier_one(
    qtbot: QtBot, dressed: None
) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    panel = page.call_panel
    page.call_number(LENA)
    page.call_number(PINE)
    desk.calls.move("c2", state=CallState.ENDED, your_phone=Leg.HUNG_UP, them=Leg.HUNG_UP, ended_s=NOW_S)
    take_all_turns(panel)
    desk.calls.move("c1", state=CallState.ENDED, your_phone=Leg.HUNG_UP, them=Leg.HUNG_UP, ended_s=NOW_S + 5)
    take_all_turns(panel)
    (card,) = cards_of(panel)
    assert card.call.id == "c1"
    qtbot.mouseClick(card.dismiss, Qt.MouseButton.LeftButton)
    take_all_turns(panel)
    assert says_no_call(panel)


def test_a_double_click_on_call_again_does_not_cancel_the_new_call(qtbot: QtBot, dressed: None) -> None:
    """Cancel takes the place of Call again before the second click comes."""
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number(LENA)
    take_all_turns(page.call_panel)
    (card,) = cards_of(page.call_panel)
    asked: list[Call] = []
    card.cancel_asked.connect(asked.append)
    second_click = QMouseEvent(
        QEvent.Type.MouseButtonDblClick,
        QPointF(5, 5),
        card.cancel.mapToGlobal(QPointF(5, 5)),
        Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(card.cancel, second_click)
    qtbot.mouseRelease(card.cancel, Qt.MouseButton.LeftButton)
    assert not asked
    qtbot.mouseClick(card.cancel, Qt.MouseButton.LeftButton)
    assert [call.id for call in asked] == ["c1"]
