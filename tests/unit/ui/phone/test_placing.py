"""How a number is called from anywhere: which phone, what is shown, press 1, and why it cannot be called."""

from __future__ import annotations

from typing import Any, cast

import pytest
from msgspec.structs import replace

from rcdesk.core.account.account import Account
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.numbers.phone_number import parse
from rcdesk.core.people.people import DialChoice
from rcdesk.ui.phone.placing import Way, phones_of, place, region_of, way_for
from tests.unit.ui.desk_stand_in import ACCOUNT, DeskStandIn

LENA = "+16505550142"
OWN = "+15105550199"


def desk_of(account: Account | None = ACCOUNT, **preferences: Any) -> Any:
    """A stand-in with these preferences."""
    return cast(Any, DeskStandIn(account, Preferences(**preferences)))


def ways(desk: Any, number: str = LENA) -> tuple[str, str, bool, bool]:
    """(phone, shown, press 1, remembered) for a number."""
    way = way_for(desk, number)
    return (way.phone.phone_number if way.phone else "", way.show_as, way.ask_to_press_1, way.is_remembered)


def test_the_phones_that_may_ring(qapp: object) -> None:
    assert [p.label for p in phones_of(desk_of())] == ["Desk", "Mobile", "Home"]
    assert [p.phone_number for p in phones_of(desk_of(custom_ring_number=OWN))][-1] == OWN
    mobile = ACCOUNT.forwarding_numbers[1].phone_number
    assert len(phones_of(desk_of(custom_ring_number=mobile))) == 3, "known to the account: not twice"
    assert phones_of(desk_of(None)) == ()
    assert (region_of(desk_of(None)), region_of(desk_of(replace(ACCOUNT, home_country="GB")))) == ("US", "GB")


def test_without_choices_the_first_phone_and_the_caller_id(qapp: object) -> None:
    assert ways(desk_of()) == ("+16505550101", "+18885550100", True, False)
    assert way_for(desk_of(), "").show_as_label == "Main line (888) 555-0100"
    first = replace(ACCOUNT, ring_out_caller_id="+19995550100")
    assert ways(desk_of(first))[1] == "+18885550100", "a caller ID that may not be shown is not"
    nothing = replace(ACCOUNT, numbers=())
    assert ways(desk_of(nothing))[1] == ""


def test_the_general_choice_then_the_one_of_the_number(qapp: object) -> None:
    desk = desk_of(ring_me_on="12", show_as="+16505550101", ask_to_press_1=False)
    assert ways(desk) == ("+14155550123", "+16505550101", False, False)
    desk.people.choices[LENA] = DialChoice(ring_me_on="13", ask_to_press_1=True)
    assert ways(desk) == ("+15105550177", "+16505550101", True, True)
    assert ways(desk, "+16505550100") == ("+14155550123", "+16505550101", False, False)
    desk.people.choices[LENA] = DialChoice(ring_me_on=OWN, show_as="+10000000000")
    assert ways(desk)[:2] == ("+14155550123", "+16505550101"), "what is no longer there is passed over"


def test_a_call_is_placed_as_remembered(qapp: object) -> None:
    desk = desk_of(custom_ring_number=OWN, ring_me_on=OWN)
    assert place(desk, parse(LENA, "US"), "Dr. Lena Ortiz") == ""
    (request,) = desk.calls.placed
    assert (request.to_number, request.to_name, request.from_number) == (LENA, "Dr. Lena Ortiz", OWN)
    assert (request.from_label, request.extension) == ("Other phone", "")
    assert place(desk, parse("+1 650 555 0100 ext. 9", "US")) == ""
    assert (desk.calls.placed[1].to_number, desk.calls.placed[1].extension) == ("+16505550100", "9")
    assert place(desk, parse("102", "US")) == ""
    assert desk.calls.placed[2].to_number == "102"


@pytest.mark.parametrize(
    ("account", "number", "words"),
    [
        (None, LENA, "Sign in first"),
        (replace(ACCOUNT, forwarding_numbers=()), LENA, "None of your phones"),
        (ACCOUNT, "+16505550101", "This is the phone that rings first"),
    ],
)
def test_why_not(qapp: object, account: Account | None, number: str, words: str) -> None:
    desk = desk_of(account)
    assert place(desk, parse(number, "US")).startswith(words)
    assert desk.calls.placed == []


def test_the_way_chosen_on_the_card_counts(qapp: object) -> None:
    desk = desk_of()
    desk.people.choices[LENA] = DialChoice(ring_me_on="13")
    mobile = phones_of(desk)[1]
    way = Way(phone=mobile, show_as="", show_as_label="", ask_to_press_1=False)
    assert place(desk, parse(LENA, "US"), way=way) == ""
    assert desk.calls.placed[0].from_number == mobile.phone_number
