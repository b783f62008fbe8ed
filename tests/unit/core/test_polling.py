"""How often running calls are asked about."""

from __future__ import annotations

from dataclasses import replace

from rcdesk.core.call import CallState, session_gone
from rcdesk.core.polling import call_interval_s, fax_interval_s
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


def test_faxes_are_asked_about_less_often_the_older_they_are() -> None:
    assert [fax_interval_s(age) for age in (None, 1, 100, 5000)] == [None, 3.0, 10.0, 30.0]
