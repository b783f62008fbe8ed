"""A small storm; all of it is `python -m tests.endurance.storm --faxes 500`.

One real desk process against a simulator of which one request in five goes wrong. Read next: storm.py.
"""

from __future__ import annotations

import pytest

from tests.endurance import storm


@pytest.mark.timeout(300)
def test_sixty_faxes_get_through_a_storm_exactly_once_each() -> None:
    outcome = storm.run(faxes=60, seed=3, waves=3)
    assert outcome.findings() == [], outcome.table()
    assert outcome.states == {"sent": 58, "failed": 2}
    assert sum(outcome.injected.values()) >= 5, outcome.table()
