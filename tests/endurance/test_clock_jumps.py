"""The machine's clock is set an hour ahead or back while faxes wait, can be undone, or are looked for.

Real desk processes; "set" changes what SystemClock.now() says, not how fast time passes, as a person or a
time server would. Nothing may be lost, doubled, or sent before its time. Read next: remote_desk.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.endurance.remote_desk import Rig
from tests.endurance.test_bad_disk import running

HOUR_S = 3600.0
NUMBER, BUSY_ONCE = "+16505551234", "+16505554050"
NOTE = "Please call back."

both_ways = pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S], ids=["ahead", "back"])


@pytest.fixture(scope="module")
def shared_rig() -> Iterator[Rig]:
    with Rig(60.0) as rig:
        yield rig


@pytest.fixture
def rig(shared_rig: Rig, tmp_path: Path) -> Rig:
    """A new day; homes are folders of this test's own."""
    shared_rig.new_day()
    shared_rig.root = tmp_path
    return shared_rig


@both_ways
def test_the_undo_window_is_as_long_as_promised(rig: Rig, jump_s: float) -> None:
    with running(rig.desk("desk")) as desk:
        asked_at = rig.world.now()
        (fax,) = desk.queue([NUMBER], note=NOTE, undo_s=60)
        desk.jump(jump_s)
        desk.wait_state(fax, "sent")
    (message,) = rig.simulator.stored_faxes()
    waited_s = (message.created_at - asked_at).total_seconds()
    assert 60 <= waited_s < 600


@both_ways
def test_a_retry_comes_soon_all_the_same(rig: Rig, jump_s: float) -> None:
    with running(rig.desk("desk")) as desk:
        (fax,) = desk.queue([BUSY_ONCE], note=NOTE)
        desk.wait_state(fax, "waiting")
        desk.jump(jump_s)
        job = desk.wait_state(fax, "sent")
        assert job["tries"] == 2
    assert rig.stored() == {BUSY_ONCE: 2}


def test_a_scheduled_fax_goes_when_the_clock_says_so(rig: Rig) -> None:
    with running(rig.desk("desk")) as desk:
        (fax,) = desk.queue([NUMBER], note=NOTE, send_in_s=1800)
        desk.wait_state(fax, "waiting")
        desk.jump(HOUR_S)
        desk.wait_state(fax, "sent")
    assert rig.stored() == {NUMBER: 1}


def test_a_scheduled_fax_is_not_early_when_the_clock_goes_back(rig: Rig) -> None:
    with running(rig.desk("desk")) as desk:
        asked_at = rig.world.now()
        (fax,) = desk.queue([NUMBER], note=NOTE, send_in_s=60)
        desk.jump(-600)
        desk.wait_state(fax, "sent")
    (message,) = rig.simulator.stored_faxes()
    assert message.created_at >= asked_at + timedelta(seconds=60 + 600)


@both_ways
@pytest.mark.parametrize("fault", ["answer-lost", "cut-after"])
def test_a_lost_answer_is_neither_doubled_nor_forgotten(rig: Rig, jump_s: float, fault: str) -> None:
    rig.simulator.fault(fault, method="POST", path="/fax")
    rig.simulator.fault("status", method="GET", path="/message-store", times=2)
    with running(rig.desk("desk")) as desk:
        (fax,) = desk.queue([NUMBER], note=NOTE)
        desk.wait_state(fax, "interrupted")
        desk.jump(jump_s)
        desk.wait_state(fax, "sent" if fault == "answer-lost" else "needs you")
    assert rig.stored() == ({NUMBER: 1} if fault == "answer-lost" else {})


@both_ways
def test_a_lost_answer_is_found_by_a_desk_started_with_another_clock(rig: Rig, jump_s: float) -> None:
    rig.simulator.fault("answer-lost", method="POST", path="/fax")
    rig.simulator.fault("status", method="GET", path="/message-store", times=1000)
    with running(rig.desk("desk")) as desk:
        (fax,) = desk.queue([NUMBER], note=NOTE)
        desk.wait_state(fax, "interrupted")
    rig.simulator.clear_faults()
    with running(rig.desk("desk")) as desk:
        desk.jump(jump_s)
        desk.wait_state(fax, "sent")
    assert rig.stored() == {NUMBER: 1}
