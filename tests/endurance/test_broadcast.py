"""The broadcast to three hundred: every row right, the fewest requests, and a cancel half-way.

One real desk process per test against the simulator's usual limits. Read next: broadcast.py.
"""

from __future__ import annotations

import pytest

from tests.endurance import broadcast

ROUNDS = 4

pytestmark = pytest.mark.timeout(300)


def test_three_hundred_rows_are_right_and_cost_the_fewest_requests() -> None:
    outcome = broadcast.run(300)
    assert outcome.wrong == [], outcome.table()
    assert sum(outcome.states.values()) == 300
    # On a busy machine the uploads stretch (a second is a minute there), and a round may go out in two parts.
    assert outcome.used <= outcome.fewest + ROUNDS, outcome.table()
    assert outcome.uploads == 6, outcome.table()


def test_cancelling_half_way_stops_what_has_not_gone_and_says_what_has() -> None:
    outcome = broadcast.cancel_half_way(300)
    assert outcome.wrong == [], outcome.table()
    assert outcome.gone in (50, 100, 150)
    assert outcome.states == {"sent": outcome.gone, "cancelled": 300 - outcome.gone}, outcome.table()
    assert f"Stopped: {300 - outcome.gone}. Already gone to RingCentral: {outcome.gone}." in outcome.said
