"""How often running calls and faxes are asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rcdesk.core.call import CallState, session_gone
from rcdesk.core.fax import FaxJob, FaxState, Recipient, Resolution, SendBy
from rcdesk.core.polling import call_interval_s, fax_interval_s, is_followed
from tests.unit.core.test_call import NEW, RINGING_YOU, TALKING


def test_nothing_live_nothing_asked() -> None:
    assert call_interval_s([], 0.0) is None
    assert call_interval_s([replace(NEW, state=CallState.ENDED)], 0.0) is None


def test_a_ringing_call_every_second_a_conversation_less_often() -> None:
    assert call_interval_s([NEW], 5.0) == 1.5
    talking = replace(NEW, state=CallState.TALKING, talking_since_s=0.0)
    assert call_interval_s([talking], 60.0) == 3.0


def test_ten_calls_stay_within_the_limit() -> None:
    interval_s = call_interval_s([NEW] * 10, 0.0)
    assert interval_s is not None
    assert 10 * 60 / interval_s <= 40


def test_polling_is_quick_while_it_rings_and_keeps_to_the_budget() -> None:
    assert call_interval_s([], 0.0) is None
    assert call_interval_s([session_gone(RINGING_YOU, 1.0)], 0.0) is None
    assert call_interval_s([RINGING_YOU], 1.0) == 1.5
    assert call_interval_s([RINGING_YOU], 1.0, budget_per_minute=60) == 1.0
    assert call_interval_s([RINGING_YOU], 90.0) == 2.0
    assert call_interval_s([TALKING], 30.0) == 3.0
    assert call_interval_s([RINGING_YOU] * 4, 1.0) == 6.0


NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def _fax(state: FaxState, age_s: float, **changes: Any) -> FaxJob:
    at = NOW - timedelta(seconds=age_s)
    return FaxJob(
        id=1,
        owner_id="1",
        recipient=Recipient(number="+16505550100"),
        files=(),
        cover_index=0,
        cover_name="",
        note="",
        resolution=Resolution.FINE,
        state=state,
        created_at=at,
        changed_at=at,
        **changes,
    )


def test_faxes_are_asked_about_less_often_the_older_they_are() -> None:
    assert fax_interval_s([], NOW) is None
    there = FaxState.HANDED_OVER
    assert [fax_interval_s([_fax(there, age_s)], NOW) for age_s in (1, 100, 5000)] == [3.0, 10.0, 30.0]
    assert fax_interval_s([_fax(there, 5000), _fax(there, 1)], NOW) == 3.0


def test_only_what_the_service_alone_knows_is_asked_about() -> None:
    quiet = [s for s in FaxState if s not in (FaxState.HANDED_OVER, FaxState.INTERRUPTED)]
    assert fax_interval_s([_fax(state, 1) for state in quiet], NOW) is None
    assert fax_interval_s([_fax(FaxState.INTERRUPTED, 1)], NOW) == 3.0


def test_a_fax_the_service_keeps_is_asked_about_at_its_time() -> None:
    kept = _fax(FaxState.HANDED_OVER, 5000, send_by=SendBy.SERVICE, send_at=NOW + timedelta(seconds=90))
    assert fax_interval_s([kept], NOW) == 90.0
    assert not is_followed(kept, NOW)
    later = NOW + timedelta(seconds=95)
    assert is_followed(kept, later)
    assert fax_interval_s([kept], later) == 3.0
    other = _fax(FaxState.HANDED_OVER, 5000)
    assert fax_interval_s([kept, other], NOW) == 30.0


def test_a_clock_that_went_back_does_not_stop_the_asking() -> None:
    assert fax_interval_s([_fax(FaxState.HANDED_OVER, -3600)], NOW) == 3.0


def test_following_faxes_keeps_to_its_share_of_the_requests() -> None:
    there = FaxState.HANDED_OVER
    young = [_fax(there, 1, message_id=str(n)) for n in range(500)]
    assert fax_interval_s(young[:3], NOW) == 6.0
    assert fax_interval_s(young[:20], NOW) == 3.0
    assert fax_interval_s(young[:350], NOW) == 8.0
    old = [_fax(there, 5000, message_id=f"old {n}") for n in range(3)]
    assert fax_interval_s([*young[:1], *old], NOW) == 8.0
    broadcast = [_fax(there, 1, message_id=str(n // 50)) for n in range(300)]
    assert fax_interval_s(broadcast, NOW) == 3.0
