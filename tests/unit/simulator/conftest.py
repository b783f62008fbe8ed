"""Fixtures of the simulator's own tests: a world with a manual clock, and a signed-in plain client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rcdesk.simulator import RunningSimulator
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.world import World
from tests.unit.simulator.client import Client


@pytest.fixture
def world() -> World:
    """A world without HTTP that stands still until advanced."""
    return World(WorldClock(is_manual=True))


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[Client]:
    """Signed in as the first user."""
    with Client(simulator) as signed_in:
        yield signed_in
