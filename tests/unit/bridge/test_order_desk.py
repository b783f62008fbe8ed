"""Orders of other starts, answered with a window open: real desks on real lanes, the clock by hand.

The door itself is in test_instance_orders.py; here an order is taken as the door hands it over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.fax_orders import FaxOrders
from rcdesk.bridge.order_desk import OrderDesk
from rcdesk.bridge.runtime.instance import FaxOrder, OrderHeard
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import FaxDraft, Recipient
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.core.orders.order import (
    CallOrder,
    CancelOrder,
    FollowOrder,
    LinkOrder,
    NumbersOrder,
    Order,
    ProfileOrder,
    SendOrder,
    StatusOrder,
    WhoOrder,
)
from rcdesk.core.people.people import DialChoice
from rcdesk.store.account import profiles as profiles_file
from tests.now import now
from tests.patience import PATIENCE_MS
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import ANSWERS, BUSY, SLOW, Bench, credentials_of, profile_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator
    from rcdesk.store.account.secrets import Secrets

WAIT_MS = PATIENCE_MS
LONG_TALK = "+16505550208"


@dataclass
class Kept:
    """Preferences and choices a test may set."""

    value: Preferences = field(default_factory=Preferences)
    choices: dict[str, DialChoice] = field(default_factory=dict)

    def choice_of(self, number: str) -> DialChoice:
        """How this number was called last."""
        return self.choices.get(number, DialChoice())


class Asker:
    """Another start: lines are what it was told; it may go away."""

    def __init__(self, desk: OrderDesk) -> None:
        self._desk = desk
        self.lines: list[dict[str, Any]] = []
        self.is_there = True

    def ask(self, order: Order) -> Asker:
        """Hand an order over."""
        self._desk.take(OrderHeard(order, self._hear, lambda: self.is_there))
        return self

    def _hear(self, told: dict[str, Any]) -> bool:
        if self.is_there:
            self.lines.append(told)
        return self.is_there

    @property
    def is_answered(self) -> bool:
        """True once the last line came."""
        return bool(self.lines) and "status" in self.lines[-1]

    @property
    def states(self) -> list[str]:
        """The states of the call it was told."""
        return [line["call"]["state"] for line in self.lines if "call" in line]


@dataclass
class Rig:
    """A signed-in bench with an OrderDesk on it."""

    bench: Bench
    kept: Kept
    desk: OrderDesk
    simulator: RunningSimulator
    qtbot: QtBot

    def ask(self, order: Order) -> Asker:
        """Another start asks."""
        return Asker(self.desk).ask(order)

    def answered(self, asker: Asker) -> dict[str, Any]:
        """Wait for its last line."""
        self.live_until(lambda: asker.is_answered)
        return asker.lines[-1]

    def live_until(self, is_so: Callable[[], bool]) -> None:
        """Let the world go on three seconds each time the desk has looked at its newest call."""
        seen: list[float | None] = [None]

        def is_it_now() -> bool:
            if is_so():
                return True
            checked_s = self.bench.calls.calls[0].checked_s
            if checked_s != seen[0]:
                seen[0] = checked_s
                self.simulator.advance(3)
            return False

        self.qtbot.waitUntil(is_it_now, timeout=WAIT_MS)


@pytest.fixture
def rig(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> Iterator[Rig]:
    """Signed in as the first user."""
    kept = Kept()
    desk = OrderDesk(bench.session, bench.calls, kept, kept)
    bench.sign_in(simulator, qtbot)
    yield Rig(bench, kept, desk, simulator, qtbot)


def test_a_call_is_placed_and_its_id_is_told(rig: Rig) -> None:
    asker = rig.ask(CallOrder(number="(650) 555-0207", ring_me_on="mob", ask_to_press_1=False))
    assert rig.bench.calls.calls[0].request.from_label == "Mobile"
    told = rig.answered(asker)
    assert told["status"] == 0 and told["call"]["id"] == rig.bench.calls.calls[0].id
    assert told["call"]["state"] == "ringing you" and len(asker.lines) == 1
    (made,) = rig.simulator.state()["calls"]
    assert (made["from"], made["to"]) == ("+14155550123", SLOW)


def test_who_waits_is_told_every_change_until_the_end(rig: Rig) -> None:
    asker = rig.ask(CallOrder(number=ANSWERS, is_wait=True))
    told = rig.answered(asker)
    assert told["status"] == 0 and told["call"]["result"] == "talked"
    assert asker.states == ["dialling", "ringing you", "ringing them", "talking", "ended"]


def test_a_busy_line_has_its_own_status(rig: Rig) -> None:
    told = rig.answered(rig.ask(CallOrder(number=BUSY, is_wait=True)))
    assert (told["status"], told["call"]["result"]) == (5, "busy")


def test_the_remembered_way_of_a_number_is_taken(rig: Rig) -> None:
    rig.kept.choices[SLOW] = DialChoice(ring_me_on="4003", ask_to_press_1=False)
    told = rig.answered(rig.ask(CallOrder(number=SLOW)))
    assert told["call"]["from_label"] == "Home" and told["call"]["press_1"] is False


def test_a_number_that_nobody_can_have_needs_a_yes(rig: Rig) -> None:
    (told,) = rig.ask(CallOrder(number="+44 1632 960001")).lines
    assert told["status"] == 3 and "nobody has the number +441632960001" in told["error"]
    assert not now(rig.bench.calls.calls)
    rig.answered(rig.ask(CallOrder(number="+44 1632 960001", is_sure=True)))
    assert [call.request.to_number for call in rig.bench.calls.calls] == ["+441632960001"]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (CallOrder(number="112"), "emergency"),
        (CallOrder(number=ANSWERS, ring_me_on="attic"), "Desk (+16505550101), Mobile"),
        (CallOrder(number=ANSWERS, show_as="attic"), "cannot be shown"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(rig: Rig, order: CallOrder, words: str) -> None:
    (told,) = rig.ask(order).lines
    assert told["status"] == 2 and words in told["error"]
    assert not now(rig.bench.calls.calls)


def test_somebody_else_may_follow_cancel_and_list(rig: Rig) -> None:
    placed = rig.answered(rig.ask(CallOrder(number=SLOW)))["call"]
    follower = rig.ask(FollowOrder(call_id=placed["id"]))
    (listed,) = rig.ask(StatusOrder()).lines
    assert [call["id"] for call in listed["calls"]] == [placed["id"]] and listed["status"] == 0
    told = rig.answered(rig.ask(CancelOrder(call_id=placed["id"][:6])))
    assert told["status"] == 0 and told["call"]["state"] == "cancelled"
    assert rig.answered(follower)["status"] == 11 and follower.states[-1] == "cancelled"
    assert rig.ask(StatusOrder()).lines == [{"calls": [], "status": 0}]
    assert rig.ask(CancelOrder()).lines == [{"error": "No call is going on.", "status": 12}]
    assert rig.ask(FollowOrder(call_id="77")).lines[0]["status"] == 10


def test_a_conversation_cannot_be_cancelled(rig: Rig) -> None:
    follower = rig.ask(CallOrder(number=LONG_TALK, is_wait=True))

    rig.live_until(lambda: "talking" in follower.states)
    (told,) = rig.ask(CancelOrder()).lines
    assert told["status"] == 12 and "Hang up your phone" in told["error"]
    assert told["call"]["state"] == "talking"


def test_several_calls_are_told_apart(rig: Rig) -> None:
    ids = [rig.answered(rig.ask(CallOrder(number=SLOW)))["call"]["id"] for _ in range(2)]
    (told,) = rig.ask(CancelOrder()).lines
    assert told["status"] == 2 and all(call_id[:8] in told["error"] for call_id in ids)


def test_who_went_away_does_not_stop_the_call(rig: Rig) -> None:
    asker = rig.ask(CallOrder(number=ANSWERS, is_wait=True))
    asker.is_there = False

    rig.live_until(lambda: rig.bench.calls.calls[0].state.is_final)
    assert asker.states == ["dialling"] and rig.bench.calls.calls[0].outcome.value == "talked"


def test_numbers_are_those_of_the_account(rig: Rig) -> None:
    rig.kept.value = Preferences(ring_me_on="4002")
    (told,) = rig.ask(NumbersOrder()).lines
    assert [(one["label"], one["is_usual"]) for one in told["ring"]] == [
        ("Desk", False),
        ("Mobile", True),
        ("Home", False),
    ]
    assert told["status"] == 0 and [one["label"] for one in told["show"]] == ["Main line", "Direct"]


def test_nobody_signed_in_is_said(bench: Bench) -> None:
    kept = Kept()
    desk = OrderDesk(bench.session, bench.calls, kept, kept)
    for order in (CallOrder(number=ANSWERS), StatusOrder(), NumbersOrder()):
        (told,) = Asker(desk).ask(order).lines
        assert told["status"] == 4 and told["error"].startswith("Nobody is signed in.")


def test_an_order_waits_for_a_sign_in_that_is_on_its_way(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    kept = Kept()
    desk = OrderDesk(bench.session, bench.calls, kept, kept)
    bench.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
    asker = Asker(desk).ask(NumbersOrder())
    assert asker.lines == []
    qtbot.waitUntil(lambda: asker.is_answered, timeout=WAIT_MS)
    assert asker.lines[0]["status"] == 0 and asker.lines[0]["ring"]


def test_a_refused_sign_in_answers_too(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    kept = Kept()
    desk = OrderDesk(bench.session, bench.calls, kept, kept)
    bench.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator, jwt="wrong"))
    asker = Asker(desk).ask(StatusOrder())
    qtbot.waitUntil(lambda: asker.is_answered, timeout=WAIT_MS)
    assert asker.lines[0]["status"] == 4


# Links


@pytest.fixture
def shown(rig: Rig) -> list[str]:
    """What was put into the number field."""
    texts: list[str] = []
    rig.desk.dial_asked.connect(texts.append)
    return texts


def test_a_link_is_shown_and_nobody_is_called(rig: Rig, shown: list[str]) -> None:
    assert rig.ask(LinkOrder(text="tel:+1-650-555-0207")).lines == [{"status": 0}]
    assert shown == ["+1-650-555-0207"] and rig.bench.calls.calls == ()


def test_a_link_is_called_when_the_user_has_chosen_so(rig: Rig, shown: list[str]) -> None:
    rig.kept.value = Preferences(dials_links_at_once=True)
    with rig.qtbot.waitSignal(rig.desk.called, timeout=WAIT_MS):
        rig.ask(LinkOrder(text="callto:+16505550207"))
    assert rig.bench.calls.calls[0].request.to_number == SLOW and shown == []


@pytest.mark.parametrize("text", ["tel:911", "tel:hello"])
def test_a_link_that_cannot_be_called_is_shown_with_its_reason(rig: Rig, shown: list[str], text: str) -> None:
    rig.kept.value = Preferences(dials_links_at_once=True)
    rig.ask(LinkOrder(text=text))
    assert shown == [text.removeprefix("tel:")] and rig.bench.calls.calls == ()


def test_signed_out_a_link_is_shown(bench: Bench) -> None:
    kept = Kept(value=Preferences(dials_links_at_once=True))
    desk = OrderDesk(bench.session, bench.calls, kept, kept)
    texts: list[str] = []
    desk.dial_asked.connect(texts.append)
    desk.open_link("tel:+16505550207")
    assert texts == ["+16505550207"]


def test_who_gave_up_before_the_sign_in_calls_nobody(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    kept = Kept()
    desk = OrderDesk(bench.session, bench.calls, kept, kept)
    bench.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
    asker = Asker(desk).ask(CallOrder(number=ANSWERS))
    asker.is_there = False
    qtbot.waitUntil(lambda: bench.session.account is not None, timeout=WAIT_MS)
    assert bench.calls.calls == ()


def test_who_follows_a_call_is_told_that_the_window_signed_out(rig: Rig) -> None:
    asker = rig.ask(CallOrder(number=SLOW, is_wait=True))
    rig.live_until(lambda: "ringing you" in asker.states)
    rig.bench.session.sign_out()
    assert asker.is_answered and asker.lines[-1]["status"] == 10
    assert asker.lines[-1]["error"].startswith("The window has signed out")


def test_a_link_clicked_twice_is_one_call(rig: Rig) -> None:
    rig.kept.value = Preferences(dials_links_at_once=True)
    rig.ask(LinkOrder(text="tel:+16505550201"))
    rig.ask(LinkOrder(text="tel:+1-650-555-0201"))
    rig.ask(LinkOrder(text="tel:+16505550202"))
    assert [call.request.to_number for call in rig.bench.calls.calls] == ["+16505550202", "+16505550201"]


# Who is signed in, profiles, faxes


@pytest.fixture
def whole(bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path) -> Iterator[Rig]:
    """The same with profiles and faxes, as app.py builds it."""
    kept = Kept()
    profiles = ProfilesDesk(
        tmp_path / "servers.json", bench.lanes["disk"], profiles_file.load, profiles_file.save
    )
    faxes = FaxOrders(bench.faxes)
    desk = OrderDesk(bench.session, bench.calls, kept, kept, faxes=faxes, profiles=profiles)
    bench.sign_in(simulator, qtbot)
    yield Rig(bench, kept, desk, simulator, qtbot)


def _answer(rig: Rig, order: Order) -> dict[str, Any]:
    """The last line, when it has come."""
    asker = rig.ask(order)
    rig.qtbot.waitUntil(lambda: asker.is_answered, timeout=WAIT_MS)
    return asker.lines[-1]


def test_who_is_signed_in(whole: Rig) -> None:
    told = _answer(whole, WhoOrder())
    assert told["status"] == 0 and told["who"]["server"] == whole.simulator.base_url
    assert told["who"]["name"] and told["who"]["profile"] == "Test"


def test_signing_out_from_a_shell(whole: Rig) -> None:
    profile = profile_of(whole.simulator)
    other = replace(profile, client_id="another")
    assert _answer(whole, ProfileOrder(profile=other, is_out=True)) == {"status": 4}
    assert _answer(whole, WhoOrder())["status"] == 0
    assert _answer(whole, ProfileOrder(profile=profile, is_out=True)) == {"status": 0}
    assert _answer(whole, WhoOrder())["status"] == 4
    draft = FaxDraft(recipients=(Recipient(number=SLOW),), documents=(), note="Hello")
    assert _answer(whole, SendOrder(asked_fax=AskedFax(draft=draft)))["status"] == 4


def test_another_profile_is_used_and_kept(whole: Rig, tmp_path: Path) -> None:
    profile = replace(profile_of(whole.simulator), id="second", name="Second")
    told = _answer(whole, ProfileOrder(profile=profile))
    assert told["status"] == 4, "nothing is kept of a sign-in there"
    saved = tmp_path / "servers.json"
    whole.qtbot.waitUntil(lambda: profiles_file.load(saved).active_id == "second", timeout=WAIT_MS)


def test_the_same_profile_stays_signed_in(whole: Rig) -> None:
    told = _answer(whole, ProfileOrder(profile=profile_of(whole.simulator)))
    assert told["status"] == 0 and told["who"]["name"]


def test_a_fax_is_handed_to_the_window_with_the_sign_in(whole: Rig) -> None:
    draft = FaxDraft(recipients=(Recipient(number=SLOW),), documents=(), note="Hello")
    handed: list[FaxOrder] = []
    faxes = FaxOrders(whole.bench.faxes)
    faxes.asked.connect(handed.append)
    desk = OrderDesk(whole.bench.session, whole.bench.calls, whole.kept, whole.kept, faxes=faxes)
    asker = Asker(desk).ask(SendOrder(asked_fax=AskedFax(draft=draft), is_wait=True))
    assert handed[0].asked_fax.draft == draft and handed[0].asked_fax.is_yes and asker.lines == []


def test_another_person_signed_in_from_a_shell(whole: Rig, secrets: Secrets) -> None:
    """The same server, app and profile, but the keyring has somebody else's sign-in by now."""
    from rcdesk.services.account.connection import Connection

    profile = profile_of(whole.simulator)
    shell = Connection(profile, secrets)
    other = credentials_of(whole.simulator, whole.simulator.second_credentials["jwt"])
    account = shell.sign_in(other, CancelToken())
    shell.close()
    told = _answer(whole, ProfileOrder(profile=profile))
    assert told["status"] == 0 and told["who"]["owner_id"] == account.owner_id
    session = whole.bench.session
    assert session.account is not None and session.account.owner_id == account.owner_id
    assert session.connection is not None and session.connection.owner_id == account.owner_id
