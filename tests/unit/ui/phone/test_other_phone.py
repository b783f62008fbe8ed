"""Another phone of one's own: typed, listed, chosen, taken away; a way kept for one number and forgotten."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton

from rcdesk.core.people.people import DialChoice
from rcdesk.ui.phone.choices import PhoneRow
from rcdesk.ui.phone.dialer import Dialer
from tests.patient_bot import QtBot
from tests.unit.ui.desk_stand_in import DeskStandIn
from tests.unit.ui.people_stage import LENA, open_page, part
from tests.unit.ui.stage import Stage

OWN = "+15105550199"


@pytest.fixture
def desk() -> DeskStandIn:
    return DeskStandIn()


@pytest.fixture
def dialer(qtbot: QtBot, stage: Stage, desk: DeskStandIn) -> Dialer:
    """The dialer's card, dressed."""
    return open_page(qtbot, Dialer(cast(Any, desk)), 408, 740)


def rows(dialer: Dialer) -> dict[str, bool]:
    """Each phone listed, and whether it is the chosen one."""
    return {row.phone.phone_number: row.isChecked() for row in dialer.ring_me_on.findChildren(PhoneRow)}


def type_own(qtbot: QtBot, dialer: Dialer, text: str) -> QLineEdit:
    """Open the line and type into it."""
    part(dialer, QPushButton, "otherPhoneButton").click()
    field = part(dialer, QLineEdit, "otherPhoneField")
    field.clear()
    qtbot.keyClicks(field, text)
    return field


def test_enter_adds_and_chooses_it(qtbot: QtBot, dialer: Dialer, desk: DeskStandIn) -> None:
    field = type_own(qtbot, dialer, "510 555 0199")
    assert field.hasFocus()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert rows(dialer)[OWN]
    kept = desk.preferences.value
    assert (kept.custom_ring_number, kept.ring_me_on) == (OWN, OWN)
    assert not field.isVisible(), "the line is done with"
    dialer.call_number(LENA)
    assert desk.calls.placed[0].from_number == OWN


def test_an_empty_line_takes_it_away(qtbot: QtBot, dialer: Dialer, desk: DeskStandIn) -> None:
    qtbot.keyClick(type_own(qtbot, dialer, OWN), Qt.Key.Key_Return)
    part(dialer, QPushButton, "otherPhoneButton").click()
    field = part(dialer, QLineEdit, "otherPhoneField")
    assert field.text() == "(510) 555-0199"
    field.clear()
    part(dialer, QAbstractButton, "otherPhoneUse").click()
    assert OWN not in rows(dialer)
    assert desk.preferences.value.custom_ring_number == ""
    assert list(rows(dialer).values()) == [True, False, False]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("102", "whole number"),
        ("+1 650 555 0100 ext. 9", "whole number"),
        ("1", "too short"),
        ("911", "phone"),
    ],
)
def test_what_cannot_ring_first_is_said(
    qtbot: QtBot, dialer: Dialer, desk: DeskStandIn, typed: str, said: str
) -> None:
    qtbot.keyClick(type_own(qtbot, dialer, typed), Qt.Key.Key_Return)
    reason = part(dialer, QLabel, "otherPhoneReason")
    assert reason.isVisible() and said in reason.text()
    assert desk.preferences.value.custom_ring_number == ""


def test_esc_and_the_button_close_the_line(qtbot: QtBot, dialer: Dialer) -> None:
    field = type_own(qtbot, dialer, "510")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    button = part(dialer, QPushButton, "otherPhoneButton")
    assert not field.isVisible() and button.hasFocus()
    button.click()
    assert field.isVisible() and field.text() == ""
    button.click()
    assert not field.isVisible() and button.hasFocus()


def test_a_way_is_kept_shown_and_forgotten(qtbot: QtBot, dialer: Dialer, desk: DeskStandIn) -> None:
    keep = part(dialer, QPushButton, "keepWayButton")
    assert not keep.isVisible()
    dialer.number_field.setText(LENA)
    assert not keep.isVisible(), "nothing else than usual was chosen"
    part(dialer, PhoneRow, "ringMeOn_12").click()
    assert keep.text() == "Always call (650) 555-0142 like this"
    keep.click()
    assert desk.people.choices[LENA].ring_me_on == "12"
    assert keep.text() == "Kept for (650) 555-0142. Forget it"
    desk.preferences.update(ring_me_on="11")
    dialer.number_field.setText("+16505550100")
    assert rows(dialer)["+16505550101"] and not keep.isVisible()
    dialer.number_field.setText(LENA)
    assert rows(dialer)["+14155550123"] and keep.isVisible()
    keep.click()
    assert desk.people.choice_of(LENA) == DialChoice()
    assert rows(dialer)["+16505550101"] and not keep.isVisible()


def test_another_choice_for_one_call_does_not_change_what_is_kept(dialer: Dialer, desk: DeskStandIn) -> None:
    desk.people.choices[LENA] = DialChoice(ring_me_on="13")
    dialer.number_field.setText(LENA)
    part(dialer, PhoneRow, "ringMeOn_12").click()
    assert desk.preferences.value.ring_me_on == "", "a choice for this call only"
    assert desk.people.choices[LENA].ring_me_on == "13"
    dialer.dial()
    assert desk.calls.placed[0].from_number == "+14155550123"
    dialer.number_field.setText(LENA)
    assert rows(dialer)["+15105550177"]


def test_a_new_other_phone_is_chosen_also_for_a_number_with_its_own_way(
    qtbot: QtBot, dialer: Dialer, desk: DeskStandIn
) -> None:
    desk.people.choices[LENA] = DialChoice(ring_me_on="13")
    dialer.number_field.setText(LENA)
    qtbot.keyClick(type_own(qtbot, dialer, OWN), Qt.Key.Key_Return)
    assert rows(dialer)[OWN]
    dialer.dial()
    assert desk.calls.placed[0].from_number == OWN
