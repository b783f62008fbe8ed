"""Ten calls at once and a fax of 50 MB within the service's usual limits, in the whole program.

Time runs faster, so a second of the world is a third of a real one; how smooth the window stays is measured
at its own pace by tests/benchmarks/ten_calls.py. Read next: ten_calls.py.
"""

from __future__ import annotations

import pytest

from rcdesk.simulator.limits import DEFAULT_LIMITS
from tests.endurance import ten_calls

SPEED = 3.0
OLDEST_S = 4.0


@pytest.mark.timeout(300)
def test_no_lamp_gets_old_and_the_service_is_never_asked_too_often() -> None:
    figures = ten_calls.run(SPEED)
    assert figures.refused == 0, figures.table()
    assert figures.in_penalty == 0, figures.table()
    assert figures.oldest_s <= OLDEST_S, figures.table()
    assert figures.states == {"talking": 5, "ended": 5}, figures.table()
    assert figures.fax == "sent", figures.table()
    assert figures.problems == [], figures.table()
    assert figures.busiest["ring-outs and faxes"] <= DEFAULT_LIMITS["Heavy"], figures.table()
    assert figures.busiest["status of calls"] < DEFAULT_LIMITS["Light"], figures.table()
    assert len(figures.late_s) == len(ten_calls.NUMBERS)
