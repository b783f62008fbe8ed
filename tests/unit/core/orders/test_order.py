"""Orders about calls: their JSON, what is refused, which phone is meant, what is told of a call."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from rcdesk.core.account.account import (
    Account,
    AccountNumber,
    AppSecret,
    ForwardingNumber,
    GrantKind,
    ServerKind,
    ServerProfile,
)
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import Call, CallRequest, CallState, Leg
from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.errors import UserError
from rcdesk.core.orders.asked_call import call_request, pick_call, pick_phone
from rcdesk.core.orders.call_report import call_json, exit_status, numbers_json, sentence, status_line
from rcdesk.core.orders.order import (
    CallOrder,
    CancelOrder,
    ExitStatus,
    FollowOrder,
    LinkOrder,
    NumbersOrder,
    Order,
    ProfileOrder,
    StatusOrder,
    is_link,
    is_order,
    number_of,
    order_json,
    read_order,
)
from rcdesk.core.people.people import DialChoice

DESK = ForwardingNumber(id="1", phone_number="+16505550101", label="Desk", kind="PhoneLine")
MOBILE = ForwardingNumber(id="2", phone_number="+14155550123", label="My cell", kind="Mobile")
MOTHER = ForwardingNumber(id="3", phone_number="+15105550177", label="Mother's", kind="Home")
APP = ForwardingNumber(id="4", phone_number="+16505550199", label="App", kind="Other", can_ring=False)
MAIN = AccountNumber(id="5", phone_number="+18885550100", label="Main line", can_show=True)
DIRECT = AccountNumber(id="6", phone_number="+16505550190", label="Direct", can_show=True)
FAX = AccountNumber(id="7", phone_number="+18885550109", label="Fax")
ACCOUNT = Account(
    owner_id="9",
    name="Mara Okafor",
    company="",
    extension_number="101",
    forwarding_numbers=(DESK, MOBILE, MOTHER, APP),
    numbers=(MAIN, DIRECT, FAX),
    ring_out_caller_id=DIRECT.phone_number,
)
PROFILE = ServerProfile(
    name="Kanzlei Müller",
    base_url="https://pbx.example",
    client_id="app",
    max_fax_bytes=20_000_000,
    max_fax_pages=50,
    id="work",
    kind=ServerKind.LEGACY,
    redirect_port=8301,
    ca_file="/etc/ca.pem",
    grant=GrantKind.PASSWORD,
    app_secret=AppSecret.KEPT,
)
NEVER = Preferences()
THEM = "(650) 555-0200"


# The JSON


@pytest.mark.parametrize(
    "order",
    [
        CallOrder(number="tel:+1 650"),
        CallOrder(number="é", ring_me_on="mob", show_as="1", ask_to_press_1=False, is_wait=True),
        CallOrder(number="1", ask_to_press_1=True),
        CallOrder(number="1", is_sure=True),
        StatusOrder(),
        FollowOrder(call_id="ab"),
        CancelOrder(),
        CancelOrder(call_id="ab"),
        NumbersOrder(),
        LinkOrder(text="tel:1"),
        ProfileOrder(profile=PROFILE, is_out=True),
    ],
)
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    text = order_json(order)
    assert "\n" not in text and text.isascii()
    assert is_order(json.loads(text)) and read_order(json.loads(text)) == order


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"version": 1},
        {"version": 2, "status": {}},
        {"status": {}},
        {"version": 1, "status": []},
        {"version": 1, "status": {}, "numbers": {}},
        {"version": 1, "cancel": {}},
        {"version": 1, "cancel": {"id": 5}},
        {"version": 1, "link": {"text": "1" * 201}},
        {"version": 1, "call": {"number": "1"}},
        {"version": 1, "call": {"number": "1", "from": "", "show_as": "", "press_1": 1, "wait": False}},
        {"version": 1, "call": {"number": "1", "from": "", "show_as": "", "press_1": None, "wait": 0}},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(data: object) -> None:
    with pytest.raises(ValueError):
        read_order(data)


def test_a_wish_for_a_fax_is_no_order() -> None:
    assert not is_order({"version": 1, "yes": True, "fax": {}}) and not is_order(["/a.pdf"])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("tel:+1-650-555-0142", "+1-650-555-0142"),
        ("TEL:%2B16505550142;ext=9", "+16505550142;ext=9"),
        ("callto://+16505550142", "+16505550142"),
        ("650 555 0142", "650 555 0142"),
    ],
)
def test_the_number_in_a_link(text: str, number: str) -> None:
    assert number_of(text) == number
    assert is_link(text) is (text != number)


# Which phone, which number


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("Desk", DESK),
        ("desk", DESK),
        ("d", DESK),
        ("my c", MOBILE),
        ("mobile", MOBILE),
        ("MOB", MOBILE),
        ("home", MOTHER),
        ("(415) 555-0123", MOBILE),
        ("+14155550123", MOBILE),
    ],
)
def test_a_phone_is_picked_by_label_kind_or_number(text: str, phone: ForwardingNumber) -> None:
    assert pick_phone(text, ACCOUNT, NEVER) == phone


def test_a_number_of_ones_own_rings_too() -> None:
    picked = pick_phone("650 555 0155", ACCOUNT, NEVER)
    assert (picked.phone_number, picked.label) == ("+16505550155", "")


def test_the_other_phone_of_the_settings_has_a_label() -> None:
    kept = Preferences(custom_ring_number="+16505550155")
    assert pick_phone("other", ACCOUNT, kept).phone_number == "+16505550155"


@pytest.mark.parametrize("text", ["m", "Fax machine", "app"])
def test_what_is_no_phone_or_may_be_two_lists_them_all(text: str) -> None:
    with pytest.raises(UserError) as caught:
        pick_phone(text, ACCOUNT, NEVER)
    said = str(caught.value)
    assert "Desk (+16505550101), My cell (+14155550123), Mother's (+15105550177)" in said
    assert ("more than one" in said) is (text == "m")


def test_without_words_it_is_called_as_last_time() -> None:
    request = call_request(CallOrder(number=THEM), ACCOUNT, NEVER)
    assert request == CallRequest(
        to_number="+16505550200",
        from_number=DESK.phone_number,
        from_label="Desk",
        from_kind="PhoneLine",
        show_as=DIRECT.phone_number,
        show_as_label="Direct (650) 555-0190",
    )
    kept = Preferences(ring_me_on="2", show_as=MAIN.phone_number, ask_to_press_1=False)
    request = call_request(CallOrder(number=THEM), ACCOUNT, kept)
    found = (request.from_number, request.show_as, request.ask_to_press_1)
    assert found == (MOBILE.phone_number, MAIN.phone_number, False)


def test_what_is_remembered_for_the_number_counts_more_and_what_is_typed_most() -> None:
    kept = Preferences(ring_me_on="1", show_as=MAIN.phone_number, ask_to_press_1=False)
    choice = DialChoice(ring_me_on="3", show_as=DIRECT.phone_number, ask_to_press_1=True)
    request = call_request(CallOrder(number=THEM), ACCOUNT, kept, choice)
    found = (request.from_label, request.show_as, request.ask_to_press_1)
    assert found == ("Mother's", DIRECT.phone_number, True)
    order = CallOrder(number=THEM, ring_me_on="desk", show_as="main", ask_to_press_1=False)
    request = call_request(order, ACCOUNT, kept, choice)
    assert (request.from_label, request.show_as, request.ask_to_press_1) == ("Desk", MAIN.phone_number, False)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (CallOrder(number="911"), "emergency"),
        (CallOrder(number="hello"), "not a phone number"),
        (CallOrder(number=THEM, ring_me_on="attic"), 'called "attic"'),
        (CallOrder(number=THEM, show_as="fax"), '"fax" cannot be shown to others. Those that can be shown'),
        (CallOrder(number=THEM, show_as="650 555 0000"), "cannot be shown to others"),
        (CallOrder(number="650 555 0101"), "This is the phone that rings first"),
    ],
)
def test_what_cannot_be_called_rung_or_shown(order: CallOrder, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        call_request(order, ACCOUNT, NEVER)


def test_an_account_without_phones_says_so() -> None:
    with pytest.raises(UserError, match="None of your phones can ring first"):
        call_request(CallOrder(number=THEM), replace(ACCOUNT, forwarding_numbers=(APP,)), NEVER)


def test_the_numbers_say_which_are_taken_as_usual() -> None:
    told = numbers_json(ACCOUNT, Preferences(ring_me_on="2"))
    assert [(one["label"], one["is_usual"]) for one in told["ring"]] == [
        ("Desk", False),
        ("My cell", True),
        ("Mother's", False),
    ]
    assert [(one["number"], one["is_usual"]) for one in told["show"]] == [
        (MAIN.phone_number, False),
        (DIRECT.phone_number, True),
    ]


# What is told


CALL = Call(
    id="0123456789abcdef",
    request=CallRequest(
        to_number="+16505550200", from_number="+16505550101", from_label="Desk", from_kind="PhoneLine"
    ),
    started_at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
    started_s=100.0,
    session_id="s-1",
)


def test_one_of_several_calls_is_picked_by_the_beginning_of_its_id() -> None:
    other = replace(CALL, id="99ff")
    assert pick_call([CALL], "") is CALL and pick_call([CALL, other], "99F") is other
    with pytest.raises(UserError, match=r"There are 2 such calls.*01234567 to .*, 99ff to "):
        pick_call([CALL, other], "")
    with pytest.raises(UserError, match='has the id "77"'):
        pick_call([CALL], "77")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Asking RingCentral to ring your desk phone"),
        ({"state": CallState.RINGING_YOU}, "Ringing your desk phone — pick up, then press 1"),
        ({"state": CallState.RINGING_THEM}, "Ringing them"),
        ({"state": CallState.RINGING_THEM, "is_cancelling": True}, "Cancelling the call"),
        ({"state": CallState.TALKING, "is_unreachable": True}, "No connection to RingCentral: asking again"),
        ({"state": CallState.TALKING}, "Talking"),
    ],
)
def test_a_call_that_goes_on_in_one_calm_line(changes: dict[str, object], words: str) -> None:
    call = replace(CALL, **changes)
    assert sentence(call_json(call, 110.0)) == words
    assert exit_status(call) is ExitStatus.DONE and call_json(call, 110.0)["result"] is None


FAILED = {"state": CallState.FAILED, "ended_s": 120.0}


@pytest.mark.parametrize(
    ("changes", "words", "status", "result"),
    [
        (
            {"state": CallState.ENDED, "them": Leg.HUNG_UP, "talking_since_s": 110.0, "ended_s": 118.4},
            "Ended after 0:08",
            ExitStatus.DONE,
            "talked",
        ),
        ({**FAILED, "them": Leg.BUSY}, "They are busy", ExitStatus.BUSY, "busy"),
        ({**FAILED, "them": Leg.NO_ANSWER}, "They did not answer", ExitStatus.NO_ANSWER, "no answer"),
        ({**FAILED, "them": Leg.REFUSED}, "They refused the call", ExitStatus.REFUSED, "refused"),
        (
            {**FAILED, "your_phone": Leg.NO_ANSWER},
            "You did not pick up your desk phone, so they were not called",
            ExitStatus.NOT_YOU,
            "you did not answer",
        ),
        (
            {**FAILED, "your_phone": Leg.BUSY},
            "Busy: your desk phone, so they were not called",
            ExitStatus.NOT_YOU,
            "you were busy",
        ),
        (
            {**FAILED, "your_phone": Leg.REFUSED},
            "Your phone refused the call, so they were not called",
            ExitStatus.NOT_YOU,
            "you refused",
        ),
        (
            {**FAILED, "them": Leg.UNREACHABLE, "reason": "Not abroad."},
            "Not abroad.",
            ExitStatus.FAILED,
            "unreachable",
        ),
        (
            {"state": CallState.CANCELLED},
            "Cancelled before it was connected",
            ExitStatus.CANCELLED,
            "cancelled",
        ),
        ({"state": CallState.ENDED_UNKNOWN, "reason": "Gone."}, "Gone.", ExitStatus.UNKNOWN, "unknown"),
        ({**FAILED, "session_id": "", "reason": "No."}, "No.", ExitStatus.TROUBLE, "unreachable"),
    ],
)
def test_an_end_in_one_line_with_its_own_status(
    changes: dict[str, object], words: str, status: ExitStatus, result: str
) -> None:
    call = replace(CALL, **changes)
    told = call_json(call, 200.0)
    assert (sentence(told), exit_status(call), told["result"]) == (words, status, result)


def test_the_result_of_the_call_log_counts_when_nobody_saw_the_end() -> None:
    result = PastCall(
        id="log-1",
        direction=Direction.OUT,
        number="+16505550200",
        name="",
        at=CALL.started_at,
        outcome=CallOutcome.TALKED,
        talked_s=61.0,
    )
    call = replace(CALL, state=CallState.ENDED_UNKNOWN, reason="Gone.", result=result)
    assert sentence(call_json(call, 0.0)) == "Ended after 1:01"
    assert exit_status(call) is ExitStatus.DONE


def test_both_legs_of_a_live_call_in_a_line() -> None:
    call = replace(
        CALL, state=CallState.TALKING, your_phone=Leg.ANSWERED, them=Leg.ANSWERED, talking_since_s=110.0
    )
    line = status_line(call_json(call, 173.0))
    assert line == "01234567  +16505550200  your phone (Desk): answered  them: talking 1:03"
