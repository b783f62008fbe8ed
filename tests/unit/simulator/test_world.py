"""The world without HTTP: calls and faxes live through their states by a manual clock alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rcdesk.simulator.calls.calls import KEPT_S, RingOut
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.limits import RateLimits
from rcdesk.simulator.magic import FAX_ERROR_CODES, MAGIC_NUMBERS, call_plan
from rcdesk.simulator.messages import StoredDocument, StoredMessage
from rcdesk.simulator.refusal import ErrorAnswer
from rcdesk.simulator.world import World

DOCUMENT = StoredDocument(path=Path("none"), name="a.txt", media_type="txt", size_bytes=1)


def start(world: World, to: str, *, has_prompt: bool = False) -> RingOut:
    return world.calls.start(
        world.subscribers[0],
        from_number="+16505550101",
        to_number=to,
        shown_number="+18885550100",
        has_prompt=has_prompt,
    )


def life(world: World, call: RingOut) -> list[tuple[str, str, str]]:
    """Every different state of a call, in order."""
    seen: list[tuple[str, str, str]] = []
    for _ in range(800):
        state = (call.call, call.caller, call.callee)
        if not seen or seen[-1] != state:
            seen.append(state)
        world.clock.advance(1)
    return seen


def number(outcome: str) -> str:
    return next(m.number for m in MAGIC_NUMBERS if m.outcome == outcome)


RINGING = ("InProgress", "InProgress", "InProgress")
ANSWERED = ("InProgress", "Success", "InProgress")


@pytest.mark.parametrize(
    ("outcome", "states"),
    [
        (
            "answers",
            [RINGING, ANSWERED, ("Success", "Success", "Success"), ("Success", "Finished", "Finished")],
        ),
        (
            "busy",
            [RINGING, ANSWERED, ("CannotReach", "Success", "Busy"), ("CannotReach", "Finished", "Busy")],
        ),
        (
            "no answer",
            [
                RINGING,
                ANSWERED,
                ("CannotReach", "Success", "NoAnswer"),
                ("CannotReach", "Finished", "NoAnswer"),
            ],
        ),
        (
            "rejected",
            [
                RINGING,
                ANSWERED,
                ("CannotReach", "Success", "Rejected"),
                ("CannotReach", "Finished", "Rejected"),
            ],
        ),
        ("caller busy", [RINGING, ("CannotReach", "Busy", "Rejected")]),
        ("caller no answer", [RINGING, ("CannotReach", "NoAnswer", "InProgress")]),
        ("caller rejected", [RINGING, ("CannotReach", "Rejected", "GenericError")]),
        ("international disabled", [RINGING, ("InternationalDisabled", "Finished", "InternationalDisabled")]),
        (
            "finished as unreachable",
            [RINGING, ANSWERED, ("Success", "Success", "Success"), ("CannotReach", "Finished", "Finished")],
        ),
        ("session lost", [RINGING, ("NoSessionFound", "NoSessionFound", "NoSessionFound")]),
    ],
)
def test_a_call_goes_through_the_states_of_the_contract(
    world: World, outcome: str, states: list[tuple[str, str, str]]
) -> None:
    assert life(world, start(world, number(outcome))) == states


def test_press_1_keeps_the_callee_waiting(world: World) -> None:
    plain, asked = start(world, number("answers")), start(world, number("answers"), has_prompt=True)
    world.clock.advance(7)
    assert (plain.call, asked.call) == ("Success", "InProgress")
    world.clock.advance(1)
    assert asked.call == "Success"


def test_an_ended_call_is_remembered_a_while_then_gone(world: World) -> None:
    call = start(world, number("caller busy"))
    world.clock.advance(3 + KEPT_S - 0.1)
    assert world.calls.get(call.owner, call.id) is call
    world.clock.advance(0.2)
    with pytest.raises(ErrorAnswer, match="CMN-102"):
        world.calls.get(call.owner, call.id)
    assert [record.result for record in world.log] == ["Busy"]


def test_cancel_works_until_they_talk(world: World) -> None:
    early, late = start(world, number("answers")), start(world, number("answers"))
    world.clock.advance(4)
    world.calls.cancel(early.owner, early.id)
    assert early.status() == {
        "callStatus": "CannotReach",
        "callerStatus": "Rejected",
        "calleeStatus": "Rejected",
    }
    world.clock.advance(4)
    world.calls.cancel(late.owner, late.id)
    assert late.call == late.caller == late.callee == "Success"


def test_a_call_belongs_to_its_user(world: World) -> None:
    call = start(world, number("answers"))
    with pytest.raises(ErrorAnswer, match="CMN-102"):
        world.calls.get(world.subscribers[1], call.id)


def fax(world: World, *numbers: str) -> StoredMessage:
    envelope = {"to": [{"phoneNumber": n} for n in numbers]}
    return world.faxes.accept(world.subscribers[0], envelope, (DOCUMENT,))


@pytest.mark.parametrize("code", FAX_ERROR_CODES)
def test_every_error_code_has_its_number(world: World, code: str) -> None:
    message = fax(world, next(m.number for m in MAGIC_NUMBERS if m.kind == "fax" and m.outcome == code))
    world.faxes.rendered(message, page_count=2, error=None)
    assert message.json("")["faxPageCount"] == 0
    world.clock.advance(6)
    assert message.status == "SendingFailed"
    assert message.json("")["to"][0]["faxErrorCode"] == code


def test_a_fax_waits_for_its_pages(world: World) -> None:
    message = fax(world, "+16505554000")
    world.clock.advance(60)
    assert message.status == "Queued"
    world.faxes.rendered(message, page_count=3, error=None)
    assert (message.status, message.json("")["faxPageCount"]) == ("Sent", 3)
    assert message.modified_at > message.created_at


def test_a_fax_that_cannot_be_drawn_fails(world: World) -> None:
    message = fax(world, "+16505554000")
    world.faxes.rendered(message, page_count=None, error="TooManyPages")
    world.clock.advance(6)
    assert message.recipients[0].error_code == "TooManyPages"
    assert "faxPageCount" not in message.json("")


def test_every_recipient_has_an_outcome_of_its_own(world: World) -> None:
    message = fax(world, "+16505554000", "+16505554007")
    world.faxes.rendered(message, page_count=1, error=None)
    world.clock.advance(6)
    assert [p.status for p in message.recipients] == ["Sent", "SendingFailed"]
    assert message.status == "SendingFailed"
    assert {r.result for r in world.log} == {"Sent", "Busy"}


def test_deleting_a_scheduled_fax_cancels_it(world: World) -> None:
    send_at = (world.clock.now() + timedelta(hours=1)).isoformat()
    envelope = {"to": [{"phoneNumber": "+16505554000"}], "sendTime": send_at}
    message = world.faxes.accept(world.subscribers[0], envelope, (DOCUMENT,))
    world.faxes.rendered(message, page_count=1, error=None)
    world.clock.advance(600)
    assert message.status == "Queued"
    world.messages.delete(message, is_purge=False)
    world.clock.advance(7200)
    assert message.status == "Queued"


def test_the_magic_numbers_are_documented_once_each() -> None:
    numbers = [m.number for m in MAGIC_NUMBERS]
    assert len(numbers) == len(set(numbers))
    assert all(len(n) == 12 and n.startswith("+1") and n[2] in "23456789" for n in numbers)
    assert all(m.description.endswith(".") for m in MAGIC_NUMBERS)
    assert call_plan("+442079460199") == call_plan(number("answers"))


def test_limits_slide_and_a_penalty_restarts(world: World) -> None:
    limits: RateLimits = world.limits
    for remaining in reversed(range(10)):
        assert limits.take("me", "Heavy")["X-Rate-Limit-Remaining"] == str(remaining)
    assert limits.take("someone else", "Heavy")["X-Rate-Limit-Remaining"] == "9"
    with pytest.raises(ErrorAnswer) as refused:
        limits.take("me", "Heavy")
    assert refused.value.headers["Retry-After"] == "60"
    world.clock.advance(59)
    with pytest.raises(ErrorAnswer):
        limits.take("me", "Heavy")
    world.clock.advance(59)
    with pytest.raises(ErrorAnswer):
        limits.take("me", "Heavy")
    world.clock.advance(60)
    assert limits.take("me", "Heavy")["X-Rate-Limit-Remaining"] == "9"


def test_agenda_actions_run_in_order_each_at_its_moment() -> None:
    clock = WorldClock(is_manual=True)
    begin, seen = clock.now(), []
    clock.at(5, lambda: seen.append(("b", (clock.now() - begin).total_seconds())))
    clock.at(2, lambda: clock.at(1, lambda: seen.append(("a", (clock.now() - begin).total_seconds()))))
    clock.advance(100)
    assert seen == [("a", 3.0), ("b", 5.0)]
    with pytest.raises(ValueError):
        clock.advance(-1)


@pytest.mark.parametrize(
    ("dialled", "expected"),
    [
        ("(650) 555-0142", "+16505550142"),
        ("+44 20 7946 0100", "+442079460100"),
        ("16505550142", "+16505550142"),
    ],
)
def test_numbers_become_e164(world: World, dialled: str, expected: str) -> None:
    assert world.subscribers[0].e164(dialled, "to") == expected


@pytest.mark.parametrize("dialled", ["", "hello", "650-CALL-NOW", "12", "+1" * 12])
def test_what_is_no_number_is_refused(world: World, dialled: str) -> None:
    with pytest.raises(ErrorAnswer, match="CMN-101"):
        world.subscribers[0].e164(dialled, "to")
