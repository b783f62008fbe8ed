"""How often faxes are asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from rcdesk.core.fax.fax import FaxJob, FaxState, Recipient, Resolution, SendBy, WaitReason
from rcdesk.core.fax.polling import fax_interval_s, is_followed

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
        **{"message_id": "m1", **changes},
    )


def test_faxes_are_asked_about_less_often_the_older_they_are() -> None:
    assert fax_interval_s([], NOW) is None
    there = FaxState.HANDED_OVER
    assert [fax_interval_s([_fax(there, age_s)], NOW) for age_s in (1, 100, 5000)] == [3.0, 10.0, 30.0]
    assert fax_interval_s([_fax(there, 5000), _fax(there, 1)], NOW) == 3.0


def test_only_what_the_service_alone_knows_is_asked_about() -> None:
    quiet = [s for s in FaxState if s not in (FaxState.HANDED_OVER, FaxState.INTERRUPTED, FaxState.NEEDS_YOU)]
    assert fax_interval_s([_fax(state, 1) for state in quiet], NOW) is None
    assert fax_interval_s([_fax(FaxState.INTERRUPTED, 1)], NOW) == 3.0


def test_what_needs_the_user_is_asked_about_for_a_day_and_ever_less_often() -> None:
    paces = [fax_interval_s([_fax(FaxState.NEEDS_YOU, age_s)], NOW) for age_s in (60, 1500, 7200, 90_000)]
    assert paces == [30.0, 60.0, 600.0, None]
    late = replace(_fax(FaxState.NEEDS_YOU, 60), wait_reason=WaitReason.LATE)
    assert fax_interval_s([late], NOW) is None


def test_where_the_result_comes_by_e_mail_nothing_is_asked_before_it_leaves_the_queue() -> None:
    day_s = 86_400.0
    accepted = _fax(FaxState.HANDED_OVER, 1, message_id="")
    kept = replace(accepted, send_by=SendBy.SERVICE, send_at=NOW + timedelta(seconds=90))
    assert not is_followed(accepted, NOW) and not is_followed(kept, NOW + timedelta(seconds=day_s))
    assert fax_interval_s([accepted, kept], NOW) == day_s - 1
    assert fax_interval_s([kept], NOW) == day_s + 90
    assert is_followed(accepted, NOW + timedelta(seconds=day_s - 1))
    assert is_followed(kept, NOW + timedelta(seconds=day_s + 90))


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
