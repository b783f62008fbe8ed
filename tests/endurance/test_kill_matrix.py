"""Two runs of the kill matrix per point; all of it is `python -m tests.endurance.kill_matrix --runs 25`.

Real processes and real kills against one simulator per worker. Read next: kill_matrix.py.
"""

from __future__ import annotations

import pytest

from tests.endurance.kill_matrix import POINTS, Matrix, plan_for
from tests.endurance.stop_points import StopPoint


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name.lower())
def test_a_desk_killed_here_neither_loses_nor_doubles(point: StopPoint) -> None:
    matrix = Matrix(say=False)
    matrix.run([plan_for(point, seed) for seed in range(2)])
    row = matrix.rows[point]
    assert row.findings == []
    assert (row.runs, row.lost, row.doubled) == (2, 0, 0)
    assert row.needs_you == row.justified
