"""The short form of the fuzzing: a seed, a few tries of every operation, with and without a token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rcdesk.simulator import RunningSimulator
from rcdesk.simulator.server import ALL_ROUTES
from tests.contract.fuzz import Fuzz
from tests.unit.simulator.client import Client

pytestmark = [pytest.mark.contract, pytest.mark.timeout(600)]


@pytest.fixture
def running() -> Iterator[RunningSimulator]:
    with RunningSimulator.start(samples=True) as simulator:
        yield simulator


@pytest.mark.slow
@pytest.mark.parametrize("has_token", [True, False])
def test_no_answer_is_against_the_contract(
    running: RunningSimulator, openapi: dict[str, Any], has_token: bool
) -> None:
    with Client(running) as client:
        fuzz = Fuzz(openapi, running, str(client.token["access_token"]) if has_token else "")
        fuzz.run(7, tries=1)
        fuzz.close()
    assert not fuzz.problems, "\n\n".join(fuzz.problems.values())
    assert fuzz.asked == {f"{route.method} {route.path}" for route in ALL_ROUTES}
    assert (200 in fuzz.statuses) and (401 in fuzz.statuses) != has_token


def test_the_judge_is_not_asleep(running: RunningSimulator, openapi: dict[str, Any]) -> None:
    with Client(running) as client:
        fuzz = Fuzz(openapi, running, str(client.token["access_token"]))
        del fuzz.operations[1:]
        running.fault("status", status=500)
        fuzz.run(7, tries=1)
        fuzz.close()
    assert len(fuzz.problems) == 1 and "500" in next(iter(fuzz.problems))
