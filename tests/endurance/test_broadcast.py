"""The broadcast to three hundred: every row right, the fewest requests, and a cancel half-way.

One real desk process per test against the simulator's usual limits. Read next: broadcast.py.
"""

from __future__ import annotations

from tests.endurance import broadcast


def test_three_hundred_rows_are_right_and_cost_the_fewest_requests() -> None:
    outcome = broadcast.run(300)
    assert outcome.wrong == [], outcome.table()
    assert sum(outcome.states.values()) == 300
    assert outcome.used == outcome.fewest, outcome.table()
    assert outcome.uploads == 6, outcome.table()


def test_cancelling_half_way_stops_what_has_not_gone_and_says_what_has() -> None:
    outcome = broadcast.cancel_half_way(300)
    assert outcome.states == {"sent": 150, "cancelled": 150}, outcome.table()
    assert outcome.gone == 150
    assert any("150" in sentence for sentence in outcome.said), outcome.said
