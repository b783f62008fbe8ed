"""A short run of the hostile files, and every bomb.

The long run is `python tests/endurance/hostile_files.py`, or RCDESK_HOSTILE_INPUTS=2000 for this one.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.endurance.hostile_files import Run, Tally, bomb_files, try_files

BOMB_TIMEOUT_S = 4.0
INPUTS = int(os.environ.get("RCDESK_HOSTILE_INPUTS", "120"))


def _assert_calm(tally: Tally) -> None:
    assert not tally.faults, tally.report()


@pytest.mark.timeout(600)
def test_broken_files_end_in_a_page_or_a_sentence() -> None:
    tally = try_files(INPUTS, seed=20, bombs=False)
    print(tally.report())
    _assert_calm(tally)
    assert tally.inputs == INPUTS
    # A run in which nothing was refused, or nothing drawn, would prove nothing.
    assert len(tally.sentences) >= 3
    assert tally.ended["done"] > INPUTS


@pytest.mark.timeout(600)
def test_bombs_take_neither_the_time_nor_the_memory() -> None:
    with tempfile.TemporaryDirectory(prefix="rcdesk-bombs-") as name:
        # Some never end by themselves, so that each of their jobs takes all the time it is given.
        run = Run(Path(name), page_timeout_s=BOMB_TIMEOUT_S)
        try:
            tally = run.all(bomb_files(Path(name)))
        finally:
            run.worker.close()
    print(tally.report())
    _assert_calm(tally)
    assert any("more memory" in sentence or "too large" in sentence for sentence in tally.sentences)
    assert any("too long" in sentence for sentence in tally.sentences)
