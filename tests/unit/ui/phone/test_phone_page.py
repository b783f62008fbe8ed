"""The phone page on a desk stand-in: dialling, words in place, the live card, recents, remembered choices."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from PySide6.QtCore import QAbstractListModel, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QListView, QPushButton, QWidget

from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import CallState, Leg
from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.people.people import Caller
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.phone.phone_page import PhonePage
from tests.now import now
from tests.patient_bot import ModelTester, QtBot
from tests.unit.ui.desk_stand_in import ACCOUNT, NOW_S, DeskStandIn, FixedClock


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[None]:
    theme().apply(qapp, "light")
    yield
    theme().set_scheme("light")


T = TypeVar("T", bound=QWidget)


def open_page(qtbot: QtBot, desk: DeskStandIn, width: int = 1072, height: int = 740) -> PhonePage:
    page = PhonePage(cast(Any, desk))
    qtbot.addWidget(page)
    page.resize(width, height)
    with qtbot.waitExposed(page):
        page.show()
    page.call_panel._clock = FixedClock()
    return page


def part(page: QWidget, kind: type[T], name: str) -> T:
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def settle(qtbot: QtBot, page: PhonePage) -> None:
    """Until every card stands where it belongs."""
    qtbot.waitUntil(lambda: page.call_panel.is_settled)


def type_number(qtbot: QtBot, page: PhonePage, text: str) -> QLineEdit:
    field = part(page, QLineEdit, "numberField")
    field.setFocus()
    qtbot.keyClicks(field, text)
    return field


def recent(number: str, **changes: Any) -> PastCall:
    values: dict[str, Any] = {
        "id": number,
        "direction": Direction.OUT,
        "number": number,
        "name": "",
        "at": datetime.now(UTC) - timedelta(minutes=5),
        "outcome": CallOutcome.TALKED,
        "talked_s": 133.0,
    }
    return PastCall(**(values | changes))


RECENTS = (
    recent("+16505550142", name="Dr. Lena Ortiz"),
    recent("+16505550119", outcome=CallOutcome.REFUSED, talked_s=0.0),
    recent("+14155550160", outcome=CallOutcome.BUSY, talked_s=0.0),
    recent("+15105550188", at=datetime.now(UTC) - timedelta(days=1)),
    recent("+16505550100", outcome=CallOutcome.NO_ANSWER, at=datetime.now(UTC) - timedelta(days=9)),
)


def test_enter_calls_with_the_shown_choices(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    field = type_number(qtbot, page, "6505550142")
    assert field.text() == "(650) 555-0142"
    assert part(page, QPushButton, "callButton").text() == "Call (650) 555-0142"
    assert part(page, QLabel, "numberDetail").text() == "+16505550142 · United States"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, page)
    (request,) = desk.calls.placed
    assert (request.to_number, request.from_number, request.from_kind) == (
        "+16505550142",
        "+16505550101",
        "PhoneLine",
    )
    assert request.show_as == "+18885550100"
    assert request.ask_to_press_1
    assert field.text() == ""


def test_empty_number_says_so_in_place(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    qtbot.mouseClick(part(page, QPushButton, "callButton"), Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert part(page, QLabel, "numberReason").text() == "Type a number to call."
    assert desk.calls.placed == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("hello", "This is not a phone number: it has no digits."),
        ("555-01", "This number is too short."),
        ("911", "This is an emergency number."),
        ("6505550101", "This is the phone that rings first."),
    ],
)
def test_what_cannot_be_called_says_why(qtbot: QtBot, dressed: None, typed: str, said: str) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    field = type_number(qtbot, page, typed)
    reason = part(page, QLabel, "numberReason")
    assert reason.text() == "", "nobody is scolded while typing"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, page)
    assert reason.text().startswith(said)
    assert reason.property("role") == "bad"
    assert desk.calls.placed == []
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert reason.text() == ""


def test_the_reason_comes_when_typing_stops(qtbot: QtBot, dressed: None) -> None:
    page = open_page(qtbot, DeskStandIn())
    type_number(qtbot, page, "555-01")
    reason = part(page, QLabel, "numberReason")
    qtbot.waitUntil(lambda: reason.text() == "This number is too short.")


def test_editing_in_the_middle_keeps_what_was_written(qtbot: QtBot, dressed: None) -> None:
    page = open_page(qtbot, DeskStandIn())
    field = type_number(qtbot, page, "650555014")
    field.setCursorPosition(1)
    qtbot.keyClicks(field, "9")
    assert field.text()[:2] in ("(9", "69")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert "9" not in field.text()


def test_keypad_types_into_the_field(qtbot: QtBot, dressed: None) -> None:
    page = open_page(qtbot, DeskStandIn())
    for digit in "6505550142":
        qtbot.mouseClick(part(page, QPushButton, f"key_{digit}"), Qt.MouseButton.LeftButton)
        settle(qtbot, page)
    assert part(page, QLineEdit, "numberField").text() == "(650) 555-0142"


def test_choices_are_remembered(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    qtbot.mouseClick(part(page, QWidget, "ringMeOn_12"), Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    qtbot.keyClick(part(page, QComboBox, "showAs"), Qt.Key.Key_Down)
    qtbot.mouseClick(part(page, QWidget, "pressOneSwitch"), Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    value = desk.preferences.value
    assert (value.ring_me_on, value.show_as, value.ask_to_press_1) == ("12", "+16505550101", False)
    again = open_page(qtbot, DeskStandIn(preferences=value))
    phone = again.dialer.ring_me_on.phone()
    assert phone is not None
    assert phone.id == "12"
    assert again.dialer.show_as.number()[0] == "+16505550101"
    assert not again.dialer.press_one.isChecked()


def test_a_remembered_phone_that_is_gone_gives_way_to_the_first(qtbot: QtBot, dressed: None) -> None:
    page = open_page(qtbot, DeskStandIn(preferences=Preferences(ring_me_on="99", show_as="+12")))
    phone = page.dialer.ring_me_on.phone()
    assert phone is not None
    assert phone.id == "11"
    assert page.dialer.show_as.number()[0] == "+18885550100"


def test_before_sign_in_the_page_says_so(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn(account=None)
    page = open_page(qtbot, desk)
    field = type_number(qtbot, page, "6505550142")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, page)
    assert part(page, QLabel, "numberReason").text().startswith("Sign in first")
    assert desk.calls.placed == []
    desk.session.sign_in(ACCOUNT)
    assert page.dialer.ring_me_on.phone() is not None


def test_a_call_from_ringing_to_its_end(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number("+16505550142", "Dr. Lena Ortiz")
    settle(qtbot, page)
    card = page.call_panel
    assert part(card, QLabel, "theirState").text() == "Waiting for you"
    desk.calls.move("c1", state=CallState.RINGING_YOU, your_phone=Leg.RINGING, checked_s=NOW_S)
    settle(qtbot, page)
    assert part(card, QLabel, "coachSentence").text() == "Pick up your desk phone, then press 1."
    assert part(card, QLabel, "yourPhoneState").text() == "Ringing your desk phone"
    qtbot.mouseClick(part(card, QPushButton, "cancelCallButton"), Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert desk.calls.cancelled == ["c1"]
    desk.calls.move(
        "c1", state=CallState.TALKING, your_phone=Leg.ANSWERED, them=Leg.ANSWERED, talking_since_s=NOW_S - 133
    )
    settle(qtbot, page)
    assert part(card, QLabel, "theirState").text() == "Talking, 2:13"
    assert part(card, QPushButton, "cancelCallButton").isHidden()
    assert now(card.is_ticking)
    desk.calls.move("c1", state=CallState.ENDED, your_phone=Leg.HUNG_UP, them=Leg.HUNG_UP, ended_s=NOW_S)
    settle(qtbot, page)
    assert not card.is_ticking
    assert part(card, QLabel, "coachSentence").text() == "The call has ended. You talked for 2:13."
    qtbot.mouseClick(part(card, QWidget, "dismissCallButton"), Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert part(card, QLabel, "noCallSentence").isVisible()


def test_lamps_breathe_only_while_ringing_and_seen(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number("+16505550142")
    settle(qtbot, page)
    desk.calls.move("c1", state=CallState.RINGING_YOU, your_phone=Leg.RINGING)
    settle(qtbot, page)
    lamps = next(iter(page.call_panel._cards.values())).lamps
    assert now(lamps.is_breathing)
    assert now(page.call_panel.is_ticking)
    page.hide()
    assert not now(lamps.is_breathing)
    assert not page.call_panel.is_ticking
    page.show()
    assert now(lamps.is_breathing)
    desk.calls.move("c1", state=CallState.TALKING, your_phone=Leg.ANSWERED, them=Leg.ANSWERED)
    settle(qtbot, page)
    assert not now(lamps.is_breathing)


def test_calls_stack_with_the_newest_open(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number("+16505550142")
    settle(qtbot, page)
    page.call_number("+16505550143")
    settle(qtbot, page)
    cards = page.call_panel._cards
    assert [card.lamps_box.isHidden() for card in (cards["c2"], cards["c1"])] == [False, True]
    assert part(page, QLabel, "coachSentence") is cards["c2"].coach
    assert page.call_panel._column.indexOf(cards["c2"]) == 0


def test_what_no_card_says_is_said_below_them_or_in_passing(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    type_number(qtbot, page, "6505550142")
    page.dialer.dial()
    desk.calls.move("c1", state=CallState.FAILED, reason="RingCentral does not answer.")
    settle(qtbot, page)
    desk.calls.problem.emit("RingCentral does not answer.")
    foot = part(page.call_panel, QLabel, "footWords")
    assert not foot.isVisible(), "the card says it already"
    desk.calls.problem.emit("The call could not be cancelled and goes on.")
    assert foot.isVisible() and foot.text().startswith("The call could not be cancelled")
    page.hide()
    desk.calls.problem.emit("They answered before the call could be cancelled.")
    assert desk.notices.posted == ["They answered before the call could be cancelled."]


def test_the_card_gets_the_name_of_a_new_contact(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    type_number(qtbot, page, "6505550142")
    page.dialer.dial()
    desk.calls.move("c1", state=CallState.TALKING, them=Leg.ANSWERED, talking_since_s=NOW_S)
    settle(qtbot, page)
    (card,) = page.call_panel._cards.values()
    assert card.who.text() == "(650) 555-0142"
    assert card.lamps.accessibleName().endswith("Them: Talking.")
    known = Caller(number="+16505550142", name="Dr. Lena Ortiz")
    desk.people.callers_known["+16505550142"] = known
    desk.people.people_changed.emit()
    assert (card.who.text(), card.number.text()) == ("Dr. Lena Ortiz", "(650) 555-0142")


def test_an_extension_is_called_again_too(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    desk.history.have(recent("+14155550160", extension="204"))
    page.recents.list.choose_first()
    qtbot.keyClick(page.recents.list, Qt.Key.Key_Return)
    settle(qtbot, page)
    assert (desk.calls.placed[0].to_number, desk.calls.placed[0].extension) == ("+14155550160", "204")


def test_enter_held_or_pressed_twice_on_a_recent_call_is_one_call(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    desk.history.have(*RECENTS)
    view = part(page, QListView, "recentsList")
    view.setCurrentIndex(view.model().index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    settle(qtbot, page)
    held = (QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    for _ in range(3):
        QApplication.sendEvent(view, QKeyEvent(*held))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    settle(qtbot, page)
    assert len(desk.calls.placed) == 1


def test_recents_are_searched_and_called_again(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    assert part(page, QLabel, "recentsEmpty").isVisible()
    desk.history.have(*RECENTS)
    view = part(page, QListView, "recentsList")
    assert view.model().rowCount() == len(RECENTS)
    view.setCurrentIndex(view.model().index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    settle(qtbot, page)
    assert (desk.calls.placed[0].to_number, desk.calls.placed[0].to_name) == (
        "+16505550142",
        "Dr. Lena Ortiz",
    )
    place = view.visualRect(view.model().index(2, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, page)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.calls.placed[1].to_number == "+14155550160"
    with qtbot.waitSignal(desk.history.recents_changed):
        qtbot.keyClicks(part(page, QLineEdit, "recentsSearch"), "ortiz")
    assert desk.history.searched == ["ortiz"]


def test_the_recents_model_is_a_good_model(qtbot: QtBot, qtmodeltester: ModelTester, dressed: None) -> None:
    page = open_page(qtbot, DeskStandIn())
    model: QAbstractListModel = page.recents.model
    page.recents.model.show_rows(RECENTS)
    qtmodeltester.check(model)
    assert model.data(model.index(0, 0)).startswith(
        "Dr. Lena Ortiz, (650) 555-0142, you called: talked 2:13, "
    )


def test_the_keypad_folds_away_when_there_is_no_room(qtbot: QtBot, dressed: None) -> None:
    page = open_page(qtbot, DeskStandIn())
    assert page.dialer.keypad.isVisible()
    page.resize(836, 560)
    qtbot.waitUntil(lambda: not page.dialer.keypad.isVisible())
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() == 0)
    qtbot.mouseClick(page.dialer.keypad_button, Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert page.dialer.keypad.isVisible()
    page.resize(1072, 740)
    qtbot.waitUntil(lambda: not page.dialer.keypad_button.isVisible())
    assert page.dialer.keypad.isVisible()


def test_every_control_has_a_name_for_screen_readers(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number("+16505550142")
    settle(qtbot, page)
    nameless = [
        widget.objectName() or type(widget).__name__
        for kind in (QPushButton, QLineEdit, QComboBox, QListView)
        for widget in page.findChildren(kind)
        if widget.isVisible() and not widget.accessibleName()
    ]
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_of_the_page(qtbot: QtBot, dressed: None, scheme: str) -> None:
    theme().set_scheme(scheme)
    desk = DeskStandIn()
    desk.history.recents = RECENTS
    page = open_page(qtbot, desk)
    take(page, f"phone-empty-{scheme}")
    page.call_number("+16505550100", "Valley Imaging Center")
    settle(qtbot, page)
    desk.calls.move("c1", state=CallState.RINGING_YOU, your_phone=Leg.RINGING, checked_s=NOW_S)
    settle(qtbot, page)
    take(page, f"phone-ringing-you-{scheme}")
    type_number(qtbot, page, "6505550142")
    desk.calls.move(
        "c1", state=CallState.RINGING_THEM, your_phone=Leg.ANSWERED, them=Leg.RINGING, checked_s=NOW_S
    )
    settle(qtbot, page)
    take(page, f"phone-ringing-them-{scheme}")
    page.call_number("+16505550143")
    settle(qtbot, page)
    desk.calls.move("c2", state=CallState.RINGING_YOU, your_phone=Leg.RINGING)
    settle(qtbot, page)
    desk.calls.move("c1", state=CallState.TALKING, them=Leg.ANSWERED, talking_since_s=NOW_S - 73)
    settle(qtbot, page)
    take(page, f"phone-two-calls-{scheme}")
    desk.calls.move("c1", state=CallState.ENDED, ended_s=NOW_S)
    settle(qtbot, page)
    desk.calls.move("c2", state=CallState.FAILED, your_phone=Leg.NO_ANSWER, them=Leg.WAITING, ended_s=NOW_S)
    settle(qtbot, page)
    page.dialer.number_field.setText("650")
    page.dialer.dial()
    take(page, f"phone-failed-{scheme}")
    page.resize(836, 560)
    qtbot.waitUntil(lambda: not page.dialer.keypad.isVisible())
    take(page, f"phone-small-{scheme}")


def take(page: PhonePage, name: str) -> None:
    """Write the page as a picture when RCDESK_SCREENSHOTS names a folder; it must paint in any case."""
    for _ in range(4):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    picture = page.grab()
    assert not picture.isNull()
    folder = os.environ.get("RCDESK_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        assert picture.save(str(Path(folder) / f"{name}.png"))


def test_a_number_that_nobody_can_have_is_asked_about_once(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    type_number(qtbot, page, "+441632960001")
    reason = part(page, QLabel, "numberReason")
    assert reason.text() == "As far as is known, nobody has this number."
    page.dialer.dial()
    assert not now(desk.calls.calls) and "Press Call once more" in reason.text()
    part(page, QLineEdit, "numberField").setText("+44 1632 960002")
    page.dialer.dial()
    assert not now(desk.calls.calls), "another number is asked about anew"
    page.dialer.dial()
    assert [call.request.to_number for call in desk.calls.calls] == ["+441632960002"]


def test_a_number_that_has_answered_is_not_asked_about(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    desk.history.have(recent("+441632960001", outcome=CallOutcome.TALKED))
    page = open_page(qtbot, desk)
    page.dialer.call_number("+441632960001")
    assert [call.request.to_number for call in desk.calls.calls] == ["+441632960001"]
