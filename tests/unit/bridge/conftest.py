"""Lanes for the tests of the bridge: real threads, all stopped when the test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from rcdesk.bridge.lane import Lane


@pytest.fixture
def make_lane(qapp: object) -> Iterator[Callable[[str], Lane]]:
    """Makes lanes and stops them, last first, as app.py does."""
    lanes: list[Lane] = []

    def make(name: str) -> Lane:
        lanes.append(Lane(name))
        return lanes[-1]

    yield make
    for lane in reversed(lanes):
        assert lane.stop(10.0), f"lane {lane.objectName()} did not stop"


@pytest.fixture
def lane(make_lane: Callable[[str], Lane]) -> Lane:
    """One lane."""
    return make_lane("test")
