"""The phone page as a clerk uses it: hurried Enter, a reason of three lines, Tab to a card that came later.

Each was found with the real window. GUI tests on the desk stand-in. Read next: test_phone_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from rcdesk.core.calls.call import CallState, Leg
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.phone.keypad import Keypad
from rcdesk.ui.phone.phone_page import PhonePage
from tests.patient_bot import QtBot
from tests.unit.ui.desk_stand_in import DeskStandIn
from tests.unit.ui.phone.test_phone_page import dressed, open_page, part, settle, type_number

__all__ = ["dressed"]

STAR_CODE = "*67 6505550142"


def test_enter_twice_in_a_hurry_calls_once_and_scolds_nobody(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    field = type_number(qtbot, page, "6505550142")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert len(desk.calls.placed) == 1
    assert part(page, QLabel, "numberReason").text() == ""
    page.dialer._placed.invalidate()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, page)
    assert part(page, QLabel, "numberReason").text() == "Type a number to call.", "later it is a question"


def test_a_long_reason_leaves_the_keypad_where_it_is(qtbot: QtBot, dressed: None) -> None:
    page = open_page(qtbot, DeskStandIn())
    field = type_number(qtbot, page, STAR_CODE)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, page)
    reason = part(page, QLabel, "numberReason")
    assert reason.wordWrap() and "*67" in reason.text()
    assert reason.heightForWidth(reason.width()) > 2 * reason.fontMetrics().height(), "three lines"
    page.resize(page.width() - 1, page.height())
    assert page.findChild(Keypad, "keypad").isVisible()  # type: ignore[union-attr]
    assert not page.dialer.keypad_button.isVisible()


def test_the_extension_to_enter_is_said_whole(qtbot: QtBot, dressed: None) -> None:
    page = open_page(qtbot, DeskStandIn())
    type_number(qtbot, page, "650 555 0119 ext. 204")
    said = part(page, QLabel, "numberReason")
    assert "204" in said.text() and said.wordWrap(), "what is to be done on the phone wraps, it is not cut"


def stops_after(page: PhonePage, first: QWidget, count: int) -> list[str]:
    first.setFocus()
    seen = []
    for _ in range(count):
        QTest.keyClick(page.focusWidget() or page, Qt.Key.Key_Tab)
        widget = page.focusWidget()
        seen.append(widget.objectName() if widget is not None else "")
    return seen


def test_tab_goes_over_the_page_as_one_reads(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk)
    page.call_number("+16505550142")
    settle(qtbot, page)
    page.call_number("+16505550143")
    settle(qtbot, page)
    seen = stops_after(page, page.dialer.number_field, 9)
    assert seen == [
        *("key_1", "otherPhoneButton", "ringMeOn_11", "showAs", "pressOneSwitch", "callButton"),
        *("cancelCallButton", "cancelCallButton_c1", "recentsSearch"),
    ]


def test_a_conversation_fits_beside_the_dialer_of_a_narrow_window(qtbot: QtBot, dressed: None) -> None:
    desk = DeskStandIn()
    page = open_page(qtbot, desk, 836, 560)
    page.call_number("+16505550142")
    settle(qtbot, page)
    desk.calls.move("c1", state=CallState.TALKING, your_phone=Leg.ANSWERED, them=Leg.ANSWERED)
    settle(qtbot, page)
    (card,) = page.call_panel._cards.values()
    qtbot.waitUntil(card.hang_up.isVisible)
    inside = page.widget()
    assert inside is not None
    assert inside.minimumSizeHint().width() <= page.viewport().width(), "nothing is cut off at the right"
    assert part(page, QPushButton, "callButton").isVisible()


def test_with_a_large_font_numbers_and_phones_are_read_whole(
    qtbot: QtBot, qapp: QApplication, dressed: None
) -> None:
    before = qapp.font()
    large = QFont(before)
    large.setPointSizeF(15)
    try:
        qapp.setFont(large)
        theme().apply(qapp, "light")
        page = open_page(qtbot, DeskStandIn(), 836, 560)
        shown = page.dialer.show_as
        label = page.dialer._show_label
        qtbot.waitUntil(lambda: shown.y() >= label.geometry().bottom())
        assert shown.width() >= shown.fitting_width(), "the number they see stands below, in one piece"
        for row in page.dialer.ring_me_on.rows:
            assert row._label_width >= row.label_width()
            room = row.width() - (44 + row._label_width + 14) - 40
            assert QFontMetrics(row._number_font(room)).horizontalAdvance(row._shown) <= room
    finally:
        qapp.setFont(before)
        theme().apply(qapp, "light")
