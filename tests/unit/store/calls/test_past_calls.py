"""Past calls on a real file: one row for each call however often it is told, pages, search, missed ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.calls.call import Call, CallRequest, CallState, Leg
from rcdesk.core.calls.past_call import CallOutcome, Direction, OnlyCalls, PastCall, PastCallQuery
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.database import VERSION, open_database, statements
from rcdesk.store.people.people import People
from rcdesk.store.schema import VERSION_1, VERSION_2

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
NUMBER = "+16505550142"


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[PastCalls]:
    """No calls yet."""
    found = PastCalls(tmp_path / "a.sqlite3")
    yield found
    found.close()


def desk_call(
    call_id: str = "d1",
    outcome: CallOutcome = CallOutcome.TALKED,
    *,
    at: datetime = NOW,
    number: str = NUMBER,
    session_id: str = "",
    talked_s: float = 0.0,
) -> PastCall:
    """A call this desk placed."""
    return PastCall(
        id=call_id,
        direction=Direction.OUT,
        number=number,
        name="Ann Lee",
        at=at,
        outcome=outcome,
        talked_s=talked_s,
        session_id=session_id,
    )


def log_call(
    log_id: str = "L1",
    outcome: CallOutcome = CallOutcome.TALKED,
    *,
    at: datetime = NOW,
    number: str = NUMBER,
    session_id: str = "",
    talked_s: float = 0.0,
    direction: Direction = Direction.OUT,
) -> PastCall:
    """A record of the call log."""
    return PastCall(
        id=f"log-{log_id}",
        direction=direction,
        number=number,
        name="LEE, ANN",
        at=at,
        outcome=outcome,
        talked_s=talked_s,
        session_id=session_id,
        log_id=log_id,
        is_seen=not outcome.is_missed,
    )


def missed(log_id: str, at: datetime = NOW, number: str = "+442079460000") -> PastCall:
    """Somebody called in vain."""
    return log_call(log_id, CallOutcome.MISSED, at=at, number=number, direction=Direction.IN)


def listed(calls: PastCalls, text: str = "", only: OnlyCalls = OnlyCalls.ALL) -> list[PastCall]:
    """What a query finds."""
    return list(calls.page(PastCallQuery(owner_id="me", text=text, only=only)))


def test_the_log_completes_the_desks_call_of_the_same_session(calls: PastCalls) -> None:
    calls.remember("me", desk_call(outcome=CallOutcome.UNKNOWN, session_id="s-1"))
    joined = calls.remember(
        "me", log_call(session_id="s-1", at=NOW + timedelta(minutes=9), number="+1650", talked_s=42)
    )
    (call,) = listed(calls)
    assert call == joined
    assert (call.id, call.log_id, call.number, call.name, call.at) == ("d1", "L1", NUMBER, "Ann Lee", NOW)
    assert (call.outcome, call.talked_s) == (CallOutcome.TALKED, 42)
    assert calls.remember("me", log_call(session_id="s-1", number="+1650", talked_s=42)) is None


def test_a_desks_call_that_comes_after_the_log_takes_the_row_over(calls: PastCalls) -> None:
    calls.remember("me", log_call(outcome=CallOutcome.NO_ANSWER, session_id="s-1"))
    calls.remember("me", desk_call(outcome=CallOutcome.YOU_DID_NOT_ANSWER, session_id="s-1"))
    (call,) = listed(calls)
    assert (call.id, call.log_id, call.outcome) == ("d1", "L1", CallOutcome.YOU_DID_NOT_ANSWER)
    calls.remember("me", log_call(outcome=CallOutcome.NO_ANSWER, session_id="s-1"))
    assert listed(calls) == [call]
    assert calls.of_session("me", "s-1") == call
    assert calls.of_session("me", "") is None


@pytest.mark.parametrize("apart_s", [-59, 0, 59])
def test_without_a_session_number_and_moment_decide(calls: PastCalls, apart_s: int) -> None:
    calls.remember("me", desk_call(outcome=CallOutcome.BUSY))
    calls.remember("me", log_call(at=NOW + timedelta(seconds=apart_s), outcome=CallOutcome.BUSY))
    assert [(c.id, c.log_id, c.at) for c in listed(calls)] == [("d1", "L1", NOW)]


def test_what_is_another_call_stays_one(calls: PastCalls) -> None:
    calls.remember("me", desk_call())
    others = (
        log_call("far", at=NOW + timedelta(seconds=62)),
        log_call("number", number="+16505550143"),
        log_call("in", direction=Direction.IN),
    )
    assert len(calls.remember_all("me", others)) == 3
    calls.remember("other", log_call("theirs"))
    assert len(listed(calls)) == 4


def test_two_calls_to_one_number_within_a_minute_stay_two(calls: PastCalls) -> None:
    later = NOW + timedelta(seconds=20)
    calls.remember("me", desk_call("a", CallOutcome.BUSY, session_id="s-1"))
    calls.remember("me", desk_call("b", CallOutcome.BUSY, at=later, session_id="s-2"))
    # The second is told first, and a third, made on another phone, has no row to take.
    logs = (
        log_call("L3", at=later + timedelta(seconds=5), session_id="s-3"),
        log_call("L2", at=later, session_id="s-2"),
        log_call("L1", session_id="s-1"),
    )
    calls.remember_all("me", logs)
    assert [(c.id, c.log_id) for c in listed(calls)] == [("log-L3", "L3"), ("b", "L2"), ("a", "L1")]


def test_a_call_that_was_never_placed_leaves_the_others_to_its_number_alone(calls: PastCalls) -> None:
    calls.remember("me", desk_call("a", CallOutcome.BUSY, session_id="s-1"))
    calls.remember("me", log_call("L1", CallOutcome.BUSY, session_id="s-1"))
    refused = desk_call("b", CallOutcome.UNREACHABLE, at=NOW + timedelta(seconds=20))
    calls.remember("me", refused)
    assert [(c.id, c.log_id, c.outcome) for c in listed(calls)] == [
        ("b", "", CallOutcome.UNREACHABLE),
        ("a", "L1", CallOutcome.BUSY),
    ]
    # Then the user took the telephone on the desk.
    calls.remember("me", log_call("L2", at=NOW + timedelta(seconds=40), session_id="s-2", talked_s=9))
    assert [(c.id, c.talked_s) for c in listed(calls)] == [("log-L2", 9), ("b", 0), ("a", 0)]


def test_a_second_call_without_an_answer_does_not_take_the_first_ones_row(calls: PastCalls) -> None:
    calls.remember("me", desk_call("a", CallOutcome.BUSY, session_id="s-1"))
    calls.remember("me", log_call("L1", CallOutcome.BUSY, session_id="s-1"))
    calls.remember("me", desk_call("b", CallOutcome.UNKNOWN, at=NOW + timedelta(seconds=20)))
    assert [(c.id, c.log_id) for c in listed(calls)] == [("b", ""), ("a", "L1")]


def test_ids_of_another_form_fall_back_to_the_nearest_moment(calls: PastCalls) -> None:
    later = NOW + timedelta(seconds=20)
    calls.remember("me", desk_call("a", CallOutcome.BUSY, session_id="ringout-1"))
    calls.remember("me", desk_call("b", CallOutcome.BUSY, at=later, session_id="ringout-2"))
    calls.remember_all("me", (log_call("L2", at=later, session_id="s-2"), log_call("L1", session_id="s-1")))
    assert [(c.id, c.log_id) for c in listed(calls)] == [("b", "L2"), ("a", "L1")]


def test_two_rows_that_turn_out_to_be_one_call_become_one(calls: PastCalls) -> None:
    calls.remember("me", desk_call(outcome=CallOutcome.UNKNOWN, session_id="s-1"))
    calls.remember("me", log_call(number="+16505559999", session_id="s-9"))
    assert len(listed(calls)) == 2
    calls.remember("me", replace(desk_call(session_id="s-1"), log_id="L1"))
    assert [(c.id, c.log_id, c.outcome) for c in listed(calls)] == [("d1", "L1", CallOutcome.TALKED)]


def test_the_log_knows_better_that_they_talked_after_a_cancel(calls: PastCalls) -> None:
    calls.remember("me", desk_call(outcome=CallOutcome.CANCELLED, session_id="s-1"))
    calls.remember("me", log_call(session_id="s-1", talked_s=7))
    (call,) = listed(calls)
    assert (call.outcome, call.talked_s) == (CallOutcome.TALKED, 7)


def test_pages_go_on_where_the_last_one_ended_also_within_one_moment(calls: PastCalls) -> None:
    same = [missed(f"s{n}") for n in range(40)]
    older = [missed(f"o{n}", NOW - timedelta(minutes=n + 1)) for n in range(25)]
    calls.remember_all("me", [*same, *older])
    query = PastCallQuery(owner_id="me")
    seen: list[PastCall] = []
    while page := calls.page(query, (seen[-1].at, seen[-1].id) if seen else None, 7):
        seen.extend(page)
    assert len(seen) == 65
    assert len({call.id for call in seen}) == 65
    assert [call.at for call in seen] == sorted((call.at for call in seen), reverse=True)
    after_a_gone_one = calls.page(query, (NOW - timedelta(minutes=3), "gone"), 2)
    assert [call.log_id for call in after_a_gone_one] == ["o3", "o4"]


def test_search_finds_names_numbers_and_people_and_keeps_to_its_filter(calls: PastCalls) -> None:
    calls.remember("me", desk_call("zoe", at=NOW - timedelta(hours=3)))
    calls.remember("me", replace(desk_call("plain", number="+16505550199", at=NOW), name=""))
    calls.remember("me", missed("m1", NOW - timedelta(hours=1)))
    calls.remember("me", log_call("v1", CallOutcome.VOICEMAIL, direction=Direction.IN, number=""))
    calls.remember("other", desk_call("other"))
    assert [c.id for c in listed(calls, "lee an")] == ["log-v1", "log-m1", "zoe"]
    assert [c.id for c in listed(calls, "(650) 555-0142")] == ["zoe"]
    assert [c.id for c in listed(calls, "0199")] == ["plain"]
    assert [c.id for c in listed(calls, "nobody")] == []
    assert [c.id for c in listed(calls, "lee", OnlyCalls.MISSED)] == ["log-v1", "log-m1"]
    assert [c.id for c in listed(calls, "", OnlyCalls.MISSED)] == ["log-v1", "log-m1"]
    assert [c.id for c in listed(calls, "lee", OnlyCalls.OUT)] == ["zoe"]
    assert {c.direction for c in listed(calls, "", OnlyCalls.IN)} == {Direction.IN}
    query = PastCallQuery(owner_id="me", text="dr. plain", only=OnlyCalls.OUT)
    numbers = ["+16505550199", "+442079460000"]
    assert [c.id for c in calls.page(query, None, 9, numbers=numbers)] == ["plain"]


def test_a_call_that_changes_is_found_by_what_it_is_now(calls: PastCalls, tmp_path: Path) -> None:
    calls.remember("me", replace(log_call("x", CallOutcome.UNKNOWN, direction=Direction.IN), name=""))
    calls.remember("me", replace(log_call("x", CallOutcome.MISSED, direction=Direction.IN), name="Zoë Ann"))
    assert [c.is_seen for c in listed(calls, "zoe", OnlyCalls.MISSED)] == [False]
    connection = open_database(tmp_path / "a.sqlite3")
    connection.execute("INSERT INTO past_call_fts (past_call_fts) VALUES ('integrity-check')")
    connection.close()


def test_missed_calls_are_counted_until_somebody_looks(calls: PastCalls) -> None:
    calls.remember_all("me", [missed("1"), missed("2", NOW - timedelta(hours=1))])
    calls.remember("other", missed("3"))
    assert calls.count_missed("me") == 2
    assert calls.mark_seen("me")
    assert not calls.mark_seen("me")
    calls.remember("me", missed("2", NOW - timedelta(hours=1)))
    assert (calls.count_missed("me"), calls.count_missed("other")) == (0, 1)


def test_the_last_calls_and_all_calls_of_numbers(calls: PastCalls, tmp_path: Path) -> None:
    people = People(tmp_path / "a.sqlite3")
    calls.remember("me", desk_call("old", at=NOW - timedelta(days=1)))
    calls.remember("me", desk_call("new"))
    calls.remember("me", missed("m"))
    last = people.last_calls("me", [NUMBER, "+1", ""])
    assert {n: c.id for n, c in last.items()} == {NUMBER: "new"}
    assert [getattr(c.what, "id", "") for c in people.timeline("me", [NUMBER], 9)] == ["new", "old"]
    assert len(people.timeline("me", [NUMBER, "+442079460000"], 2)) == 2
    assert people.timeline("other", [NUMBER], 9) == ()
    people.close()


def live(call_id: str = "c1") -> Call:
    """A call they talk on since the fifth second."""
    request = CallRequest(
        to_number=NUMBER,
        from_number="+16505550100",
        from_label="My mobile",
        from_kind="Mobile",
        show_as="+16505550111",
        show_as_label="Main",
        ask_to_press_1=False,
        to_name="Ann",
        extension="9",
    )
    return Call(
        id=call_id,
        request=request,
        started_at=NOW,
        started_s=1000.0,
        session_id="s-1",
        state=CallState.TALKING,
        your_phone=Leg.ANSWERED,
        them=Leg.ANSWERED,
        talking_since_s=1005.0,
    )


def test_a_call_that_is_on_is_kept_for_the_next_run(calls: PastCalls) -> None:
    calls.put_live("me", replace(live(), state=CallState.DIALLING, session_id=""))
    calls.put_live("me", live())
    calls.put_live("me", replace(live("c0"), started_at=NOW - timedelta(seconds=5), talking_since_s=None))
    calls.put_live("other", live())
    first, second = calls.live("me")
    assert (first.id, first.talking_since_s) == ("c0", None)
    assert second == replace(live(), started_s=0.0, talking_since_s=5.0)
    calls.drop_live("me", "c1")
    assert [call.id for call in calls.live("me")] == ["c0"]
    assert len(calls.live("other")) == 1


def test_the_sync_token_is_kept_for_each_owner(calls: PastCalls) -> None:
    assert calls.sync_token("me") is None
    calls.set_sync_token("me", "t1", NOW)
    calls.set_sync_token("me", "t2", NOW)
    assert (calls.sync_token("me"), calls.sync_token("other")) == ("t2", None)


def version_2(path: Path) -> None:
    """A file as the second release wrote it, with calls that ended in every way, two in one moment."""
    connection = sqlite3.connect(path, isolation_level=None)
    for script in (VERSION_1, VERSION_2):
        for statement in statements(script):
            connection.execute(statement)
    at = "2026-03-01T09:30:00.000000+00:00"
    rows = [
        ("talked", "Zoë", "ended", "hung up", "hung up", 61.5),
        ("busy", "", "failed", "busy", "answered", 0),
        ("you", "", "failed", "waiting", "no answer", 0),
        ("cancelled", "", "cancelled", "waiting", "hung up", 0),
        ("unknown", "", "ended, result unknown", "waiting", "answered", 0),
    ]
    connection.executemany(f"INSERT INTO recent_call VALUES (?, '{NUMBER}', ?, '{at}', ?, ?, ?, ?)", rows)
    connection.execute(
        """INSERT INTO person (owner_id, source, source_id, name, number, words)
           VALUES ('me', 'contact', '1', 'Zoë', ?, 'zoe')""",
        (NUMBER,),
    )
    connection.execute("INSERT INTO recipient_group (owner_id, name) VALUES ('me', 'Lab')")
    connection.execute("PRAGMA user_version = 2")
    connection.close()


def test_an_archive_of_version_2_keeps_its_calls_for_who_signs_in_first(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    version_2(path)
    calls = PastCalls(path)
    assert listed(calls) == []
    assert calls.take_over("me")
    assert not calls.take_over("somebody later")
    found = {call.id: call for call in listed(calls)}
    assert {call_id: call.outcome for call_id, call in found.items()} == {
        "talked": CallOutcome.TALKED,
        "busy": CallOutcome.BUSY,
        "you": CallOutcome.YOU_DID_NOT_ANSWER,
        "cancelled": CallOutcome.CANCELLED,
        "unknown": CallOutcome.UNKNOWN,
    }
    assert {(c.direction, c.number, c.at, c.is_seen) for c in found.values()} == {
        (Direction.OUT, NUMBER, NOW, True)
    }
    assert (found["talked"].talked_s, found["talked"].name) == (61.5, "Zoë")
    assert [call.id for call in listed(calls, "zoe")] == ["talked"]
    calls.close()
    connection = open_database(path)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION
    assert connection.execute("SELECT count(*) FROM person").fetchone()[0] == 1
    assert connection.execute("SELECT count(*) FROM recipient_group").fetchone()[0] == 1
    connection.execute("INSERT INTO past_call_fts (past_call_fts) VALUES ('integrity-check')")
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()


def test_pages_and_counts_never_sort_or_scan_the_table(tmp_path: Path) -> None:
    """What keeps 100,000 calls quick: each list is read off an index, in its order."""
    connection = open_database(tmp_path / "a.sqlite3")
    queries = (
        "SELECT moment_key FROM past_call WHERE owner_id = 'me' AND moment_key < 9 {} "
        "ORDER BY moment_key DESC LIMIT 9",
        "SELECT count(*) FROM past_call WHERE owner_id = 'me' AND is_seen = 0",
    )
    filters = ("", "AND direction = 'in'", "AND outcome IN ('missed', 'voicemail')")
    for sql in [queries[0].format(f) for f in filters] + [queries[1]]:
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert all("USING" in step and "INDEX" in step and "SCAN" not in step for step in plan), plan
    connection.close()
