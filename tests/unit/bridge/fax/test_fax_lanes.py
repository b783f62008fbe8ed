"""Between the lanes of the fax desk: nothing the user said is lost, and nothing is shown that is not so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.fax.fax import FaxJob, FaxState, SendBy, WaitReason
from rcdesk.services.fax.faxes import CancelOutcome, FaxService
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import Bench
from tests.unit.bridge.fax.test_fax_desk import AT_ONCE, OTHERS, WAIT_MS, _document, _draft, _heavy_page

if TYPE_CHECKING:
    from rcdesk.services.fax.take_back import TakeBack
    from rcdesk.simulator import RunningSimulator


def test_a_fax_that_was_sent_just_before_the_end_is_kept(
    make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    """Send, and at once quit: it is on disk, and the next run has it."""
    first = make_bench()
    first.sign_in(simulator, qtbot)
    first.faxes.queue(_draft(_document(tmp_path), undo_s=60))
    assert first.stop()
    second = make_bench()
    second.sign_in(simulator, qtbot)
    qtbot.waitUntil(lambda: [j.state for j in second.faxes.jobs] == [FaxState.HELD], timeout=WAIT_MS)


def test_a_cancel_is_kept_when_the_end_of_the_request_could_not_be_written_down(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rcdesk.bridge.fax import pump as fax_pump

    monkeypatch.setattr(fax_pump, "HOLD_S", (0.3,))
    real = Outbox.move
    errors = [StoreUnavailable("The disk is full. Make room; the fax waits.")]

    def move(self: Outbox, *arguments: Any, **options: Any) -> tuple[FaxJob, ...]:
        if errors:
            raise errors.pop()
        return real(self, *arguments, **options)

    monkeypatch.setattr(Outbox, "move", move)
    bench.sign_in(simulator, qtbot)
    simulator.fault("slow", path="/fax", method="POST", bytes_per_second=500_000)
    bench.faxes.queue(_draft(_heavy_page(tmp_path)))
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs) and bench.faxes.jobs[0].bytes_sent > 0, timeout=WAIT_MS)
    bench.faxes.cancel(bench.faxes.jobs[0].id)
    simulator.clear_faults()
    qtbot.waitUntil(
        lambda: bench.faxes.jobs[0].state in (FaxState.CANCELLED, FaxState.HANDED_OVER), timeout=WAIT_MS
    )
    assert not errors
    assert bench.faxes.jobs[0].state is FaxState.CANCELLED
    assert simulator.stored_faxes() == []


def test_a_cancel_that_came_while_a_request_ended_is_not_forgotten(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk lane saw it being sent; by the time that is heard the request has failed and it waits."""
    bench.sign_in(simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), undo_s=60))
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs), timeout=WAIT_MS)
    job = bench.faxes.jobs[0]
    real, answers = FaxService.cancel, [CancelOutcome(gone=(replace(job, state=FaxState.SENDING),))]

    def cancel(self: FaxService, job_ids: Any) -> CancelOutcome:
        return answers.pop() if answers else real(self, job_ids)

    monkeypatch.setattr(FaxService, "cancel", cancel)
    bench.faxes.cancel(job.id)
    qtbot.waitUntil(lambda: bench.faxes.jobs[0].state is FaxState.CANCELLED, timeout=WAIT_MS)


def test_what_a_failed_command_did_move_is_shown_and_goes(
    bench: Bench,
    live_simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two paused faxes one could be resumed before the disk failed: it is sent, not forgotten."""
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE, OTHERS[0], undo_s=60))
    qtbot.waitUntil(lambda: len(bench.faxes.jobs) == 2, timeout=WAIT_MS)
    ids = sorted(job.id for job in bench.faxes.jobs)
    bench.faxes.pause(ids)
    qtbot.waitUntil(lambda: {j.wait_reason for j in bench.faxes.jobs} == {WaitReason.PAUSED}, timeout=WAIT_MS)
    real = FaxService.resume

    def resume(self: FaxService, job_ids: Any) -> tuple[FaxJob, ...]:
        real(self, job_ids[:1])
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(FaxService, "resume", resume)
    bench.faxes.resume(ids)
    qtbot.waitUntil(lambda: bench.faxes.jobs[-1].state is FaxState.SENT, timeout=WAIT_MS)
    assert bench.faxes.jobs[0].wait_reason is WaitReason.PAUSED


def test_of_two_that_get_another_time_the_one_that_came_back_gets_it(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For the other one it is too late; the first is not left cancelled because of that."""
    bench.sign_in(simulator, qtbot)
    now = datetime.now(UTC)
    document = _document(tmp_path)
    for number in OTHERS[:2]:
        draft = _draft(document, number)
        bench.faxes.queue(replace(draft, send_at=now + timedelta(hours=2), send_by=SendBy.SERVICE))
    states = [FaxState.HANDED_OVER] * 2
    qtbot.waitUntil(lambda: [job.state for job in bench.faxes.jobs] == states, timeout=WAIT_MS)
    late, first = bench.faxes.jobs
    real = FaxService.take_back

    def take_back(self: FaxService, job_ids: Any, token: Any) -> TakeBack:
        return real(self, [job_id for job_id in job_ids if job_id != late.id], token)

    monkeypatch.setattr(FaxService, "take_back", take_back)
    bench.faxes.reschedule([first.id, late.id], now + timedelta(hours=5))
    qtbot.waitUntil(lambda: bench.faxes.jobs[1].wait_reason is WaitReason.SCHEDULED, timeout=WAIT_MS)
    assert bench.faxes.jobs[0].state is FaxState.HANDED_OVER


def test_a_fax_that_ended_unheard_is_told_with_the_next_reading(
    bench: Bench,
    simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It failed on disk, and what was to say so failed itself: the next reading shows and tells it."""
    bench.sign_in(simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), undo_s=60))
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs), timeout=WAIT_MS)
    job = bench.faxes.jobs[0]

    def retry(self: FaxService, job_ids: Any) -> tuple[FaxJob, ...]:
        now = self._clock.now()
        self._outbox.move([job.id], Transition(FaxState.WAITING), now)
        self._outbox.move([job.id], Transition(FaxState.FAILED), now)
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(FaxService, "retry", retry)
    bench.faxes.retry(job.id)
    qtbot.waitUntil(lambda: bench.faxes.jobs[0].state is FaxState.FAILED, timeout=WAIT_MS)
    assert [ended.id for ended in bench.ended] == [job.id]
