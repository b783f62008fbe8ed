"""History and people desks signed in to a simulator: recents, missed calls, call log news, favourites."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.calls.history_desk import AFTER_CALL_S, SLOWEST_S, SYNC_S, HistoryDesk
from rcdesk.bridge.people.people_desk import PeopleDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall, PastCallQuery
from rcdesk.core.people.people import (
    Caller,
    DialChoice,
    Favourite,
    ImportTable,
    Person,
    PersonForm,
    PersonNumber,
    PersonSource,
    Suggestion,
    TimelineItem,
)
from rcdesk.services.account.connection import Connection
from rcdesk.services.calls.history import CallHistory
from rcdesk.services.people.people import PeopleService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.people.people import People
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import LANES, credentials_of, profile_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

STRANGER = "+14155550177"
WAIT_MS = PATIENCE_MS


@dataclass
class Bench:
    """One run of the program: session, history and people on the test's archive."""

    session: SessionDesk
    history: HistoryDesk
    people: PeopleDesk
    lanes: dict[str, Lane]
    calls: PastCalls
    missed: list[PastCall] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def owner_id(self) -> str:
        """Whose calls they are."""
        return self.history.owner_id

    @property
    def ids(self) -> list[str]:
        """The recent calls."""
        return [call.id for call in self.history.recents]

    def sign_in(self, simulator: RunningSimulator, qtbot: QtBot) -> None:
        """Sign in and wait for the first look into the call log."""
        self.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
        qtbot.waitUntil(lambda: self.session.state is SessionState.SIGNED_IN, timeout=WAIT_MS)
        self.settle(qtbot)

    def settle(self, qtbot: QtBot) -> None:
        """Wait until every lane has answered."""
        qtbot.waitUntil(lambda: all(lane.is_idle for lane in self.lanes.values()), timeout=WAIT_MS)


@pytest.fixture
def bench(make_lane: Callable[[str], Lane], tmp_path: Path) -> Iterator[Bench]:
    """Signed out, with an empty archive."""
    lanes = {name: make_lane(name) for name in LANES}
    secrets = Secrets(use_keyring=False)
    session = SessionDesk(lanes["calls"], lambda profile: Connection(profile, secrets))
    calls, people = PastCalls(tmp_path / "a.sqlite3"), People(tmp_path / "a.sqlite3")
    history = HistoryDesk(lanes, session, CallHistory(lambda: session.connection, calls, people))
    people_desk = PeopleDesk(lanes, session, PeopleService(lambda: session.connection, people))
    people_desk.people_changed.connect(history.reread)
    made = Bench(session, history, people_desk, lanes, calls)
    history.missed.connect(made.missed.extend)
    history.problem.connect(made.problems.append)
    people_desk.problem.connect(made.problems.append)
    for lane in lanes.values():
        lane.bug.connect(made.problems.append)
    history.start()
    people_desk.start()
    yield made
    session.stop()
    history.stop()
    people_desk.stop()
    for lane in lanes.values():
        assert lane.stop(PATIENCE_S)
    calls.close()
    people.close()
    assert made.problems == []
    calls.close()
    people.close()


def past_call(call_id: str = "d1", number: str = "+16505550201") -> PastCall:
    """A call of this desk that just ended."""
    return PastCall(
        id=call_id,
        direction=Direction.OUT,
        number=number,
        name="",
        at=datetime.now(UTC),
        outcome=CallOutcome.BUSY,
    )


def test_the_call_log_is_read_at_sign_in_and_asked_again_later(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    simulator.inbound_call(STRANGER)
    assert bench.history.next_sync_s is None
    bench.sign_in(simulator, qtbot)
    assert STRANGER in [call.number for call in bench.history.recents]
    assert bench.history.missed_count >= 1
    assert bench.missed == []
    assert bench.history.next_sync_s == pytest.approx(SYNC_S, abs=30)


def test_a_missed_call_is_told_counted_and_seen(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    before = bench.history.missed_count
    simulator.inbound_call(STRANGER)
    with qtbot.waitSignals([bench.history.missed, bench.history.missed_count_changed], timeout=WAIT_MS):
        bench.history.refresh()
    assert [(call.number, call.is_seen) for call in bench.missed] == [(STRANGER, False)]
    assert bench.history.missed_count == before + 1
    with qtbot.waitSignals([bench.history.changed, bench.history.missed_count_changed], timeout=WAIT_MS):
        bench.history.mark_seen()
    assert bench.history.missed_count == 0


def test_a_second_refresh_waits_for_the_first_and_is_not_lost(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    before = sum("/call-log-sync" in request.path for request in simulator.requests)
    for _ in range(5):
        bench.history.refresh()
    assert bench.history.is_syncing
    bench.settle(qtbot)
    assert sum("/call-log-sync" in request.path for request in simulator.requests) == before + 2


def test_errors_slow_it_down_up_to_a_quarter_of_an_hour(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.fault("status", path="/call-log-sync", status=404, times=20)
    pauses = []
    for _ in range(3):
        bench.history.refresh()
        bench.settle(qtbot)
        pauses.append(bench.history.next_sync_s)
    wanted = [2 * SYNC_S, 4 * SYNC_S, SLOWEST_S]
    assert pauses == [pytest.approx(pause, abs=30) for pause in wanted]
    simulator.clear_faults()
    bench.history.refresh()
    bench.settle(qtbot)
    assert bench.history.next_sync_s == pytest.approx(SYNC_S, abs=30)


def test_calls_of_this_desk_are_listed_and_searched(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    simulator.inbound_call(STRANGER)
    bench.sign_in(simulator, qtbot)
    with qtbot.waitSignal(bench.history.recents_changed, timeout=WAIT_MS):
        bench.history.remember(past_call())
    assert bench.history.recents[0].id == "d1"
    bench.history.search_recents("nobody of this name")
    bench.history.search_recents("0201")
    bench.settle(qtbot)
    assert {call.number for call in bench.history.recents} == {"+16505550201"}
    bench.history.search_recents("")
    bench.settle(qtbot)
    assert len(bench.history.recents) > 1


def test_after_a_call_the_log_is_looked_into_soon(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert AFTER_CALL_S == 5
    bench.sign_in(simulator, qtbot)
    simulator.inbound_call(STRANGER)
    monkeypatch.setattr("rcdesk.bridge.calls.history_desk.AFTER_CALL_S", 0.01)
    with qtbot.waitSignal(bench.history.missed, timeout=WAIT_MS):
        bench.history.touch()


def test_calls_that_are_on_are_read_back_after_what_was_written(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    found: list[tuple[Call, ...]] = []
    for call_id in ("a", "b"):
        bench.history.put_live(
            Call(
                id=call_id,
                request=CallRequest(to_number="101", from_number=STRANGER),
                started_at=datetime.now(UTC),
                started_s=0.0,
            )
        )
    bench.history.drop_live("a")
    bench.history.live_calls(found.append)
    bench.settle(qtbot)
    assert [[call.id for call in calls] for calls in found] == [["b"]]


def test_the_result_of_a_call_is_brought_and_nothing_when_there_is_none(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    session_id = simulator.inbound_call(STRANGER, outcome="answered", talk_s=9)
    found: list[PastCall | None] = []
    bench.history.result_of(session_id, found.append)
    bench.history.result_of("s-never", found.append)
    bench.settle(qtbot)
    simulator.fault("status", path="/call-log", status=400)
    bench.history.result_of(session_id, found.append)
    bench.settle(qtbot)
    assert found[0] is not None
    assert [found[0].outcome, *found[1:]] == [CallOutcome.TALKED, None, None]


def test_calls_of_an_old_archive_are_shown_to_who_signs_in(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.calls.remember("", past_call("old"))
    assert bench.ids == []
    bench.sign_in(simulator, qtbot)
    assert "old" in bench.ids
    bench.session.sign_out()
    bench.settle(qtbot)
    assert (bench.ids, bench.history.missed_count) == ([], 0)
    assert bench.history.next_sync_s is None


def test_favourites_and_choices_are_there_at_once_and_after_a_restart(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    people = bench.people
    with qtbot.waitSignal(people.favourites_changed, timeout=WAIT_MS):
        people.toggle_favourite(STRANGER, "Zoë")
    people.toggle_favourite("101", "Reception")
    people.toggle_favourite(STRANGER, "Zoë's fax", is_fax=True)
    people.set_choice(STRANGER, DialChoice(ring_me_on="7"))
    liked = (
        Favourite(number=STRANGER, name="Zoë"),
        Favourite(number="101", name="Reception"),
        Favourite(number=STRANGER, name="Zoë's fax", is_fax=True),
    )
    assert list(people.favourites) == list(liked)
    assert (people.is_favourite("101"), people.is_favourite("102")) == (True, False)
    assert (people.choice_of(STRANGER).ring_me_on, people.choice_of("101")) == ("7", DialChoice())
    people.toggle_favourite("101", "")
    bench.settle(qtbot)
    bench.session.sign_out()
    bench.settle(qtbot)
    assert (len(people.favourites), len(people.choices)) == (0, 0)
    bench.sign_in(simulator, qtbot)
    assert list(people.favourites) == [liked[0], liked[2]]
    assert dict(people.choices) == {STRANGER: DialChoice(ring_me_on="7")}
    people.set_choice(STRANGER, DialChoice())
    assert people.choice_of(STRANGER) == DialChoice()


def test_people_callers_suggestions_and_timelines_are_brought(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    listed: list[tuple[Person, ...]] = []
    bench.people.list_people("raman", listed.append)
    bench.settle(qtbot)
    ((raman,),) = listed
    number = raman.numbers[0].number
    bench.history.remember(past_call("d2", number))
    callers: list[Caller] = []
    suggested: list[tuple[Suggestion, ...]] = []
    items: list[tuple[TimelineItem, ...]] = []
    both: list[object] = []
    bench.settle(qtbot)
    bench.people.caller(number, callers.append)
    bench.people.callers((number, "+1999"), both.append)
    bench.people.suggest_calls("no", suggested.append)
    bench.people.suggest_calls("raman", suggested.append)
    bench.people.timeline((number,), items.append)
    bench.settle(qtbot)
    assert (callers[0].name, callers[0].last_call is not None) == ("Priya Raman", True)
    assert both == [{number: callers[0], "+1999": Caller(number="+1999")}]
    assert [[line.name for line in lines][:1] for lines in suggested] == [["Priya Raman"]]
    assert "d2" in [item.what.id for item in items[0] if isinstance(item.what, PastCall)]
    assert bench.history.recents[0].name == "Priya Raman"


def test_a_new_contact_and_an_import_change_who_is_known(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.inbound_call(STRANGER)
    bench.history.refresh()
    bench.settle(qtbot)
    done: list[str] = []
    said: list[str] = []
    counted: list[int] = []
    bench.people.said.connect(said.append)
    numbers = (PersonNumber(number=STRANGER, label="Mobile"),)
    form = PersonForm(source=PersonSource.CONTACT, name=" Zoë  Ann", numbers=numbers)
    bench.people.save_person(form, None, lambda: done.append("contact"), lambda e: done.append(str(e)))
    bench.settle(qtbot)
    qtbot.waitUntil(lambda: bench.history.recents[0].name == "Zoë Ann", timeout=WAIT_MS)
    nameless = replace(form, name=" ")
    bench.people.save_person(nameless, None, lambda: done.append("no"), lambda e: done.append(str(e)))
    table = ImportTable(
        columns=("Name", "Number"), rows=(("Cid", "650 555 0188"),), name_column=0, number_column=1
    )
    bench.people.contacts_of(table, 0, 1, lambda lines: bench.people.import_people(lines, counted.append))
    bench.settle(qtbot)
    assert (sorted(done), counted) == (["Type a name first.", "contact"], [1])
    assert said == ["Zoë Ann was added."]


def test_who_is_signed_out_is_told_nothing(bench: Bench, qtbot: QtBot) -> None:
    answers: list[object] = []
    bench.people.list_people("", answers.append)
    bench.people.timeline((STRANGER,), answers.append)
    bench.people.suggest_calls("a", answers.append)
    bench.people.caller(STRANGER, answers.append)
    bench.settle(qtbot)
    assert answers == [(), (), (), Caller(number=STRANGER)]
    bench.history.refresh()
    assert not bench.history.is_syncing


def hold(lane: Lane, go_on: threading.Event) -> None:
    """Keep a lane busy until the event is set."""

    def over(_: object) -> None:
        """Nothing is to be done with it."""

    lane.submit(lambda token, report: go_on.wait(PATIENCE_S), done=over, failed=over)


def second_sign_in(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    """Sign in as somebody else of the same server, and wait for the account."""
    second = str(simulator.second_credentials["jwt"])
    bench.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator, second))
    qtbot.waitUntil(lambda: bench.session.state is SessionState.SIGNED_IN, timeout=WAIT_MS)


def test_what_waits_on_a_lane_is_not_asked_in_the_name_of_the_next_one(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    first = bench.owner_id
    before, token = bench.calls.page(PastCallQuery(owner_id=first)), bench.calls.sync_token(first)
    simulator.inbound_call(STRANGER)
    go_on = threading.Event()
    hold(bench.lanes["downloads"], go_on)
    bench.history.refresh()
    assert bench.history.is_syncing
    bench.session.sign_out()
    second_sign_in(bench, simulator, qtbot)
    second = bench.owner_id
    assert second and second != first
    go_on.set()
    bench.settle(qtbot)
    assert bench.calls.page(PastCallQuery(owner_id=first)) == before
    assert bench.calls.sync_token(first) == token
    assert bench.calls.sync_token(second) is not None, "the second one's own calls were waited for"
    assert bench.session.state is SessionState.SIGNED_IN


def test_a_favourite_is_not_set_before_the_others_are_known(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    bench.people.toggle_favourite(STRANGER, "Zoë")
    bench.session.sign_out()
    bench.settle(qtbot)
    go_on = threading.Event()
    hold(bench.lanes["disk"], go_on)
    bench.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
    qtbot.waitUntil(lambda: bench.session.state is SessionState.SIGNED_IN, timeout=WAIT_MS)
    bench.people.toggle_favourite("101", "Reception")
    go_on.set()
    bench.settle(qtbot)
    assert bench.problems == ["Your favourites are still being read. Try again in a moment."]
    bench.problems.clear()
    bench.people.toggle_favourite("101", "Reception")
    assert [one.number for one in bench.people.favourites] == [STRANGER, "101"]


def test_a_form_that_is_saved_after_signing_out_is_answered(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    form = PersonForm(
        source=PersonSource.CONTACT, name="Zoë", numbers=(PersonNumber(number=STRANGER, label="Mobile"),)
    )
    problems: list[str] = []
    bench.session.sign_out()
    bench.people.save_person(form, None, lambda: problems.append("saved"), lambda e: problems.append(str(e)))
    qtbot.waitUntil(lambda: bool(problems), timeout=WAIT_MS)
    assert "signed" in problems[0]
