"""Faxes through the desk against the simulator: sent, failed, cancelled, waited for, taken up again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from rcdesk.bridge.fax_desk import SIGN_IN_FIRST
from rcdesk.core.fax import Document, FaxDraft, FaxEvent, FaxJob, FaxState, Recipient
from rcdesk.services import faxes as faxes_service
from tests.unit.bridge.conftest import Bench

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

SENT, LINE_BUSY = "+16505554000", "+16505554007"
WAIT_MS = 20_000


def _document(folder: Path, size_bytes: int = 2_000) -> Document:
    path = folder / "letter.txt"
    path.write_bytes((b"All work and no play. " * (size_bytes // 22 + 1))[:size_bytes])
    return Document(path=path, name=path.name, size_bytes=size_bytes, media_type="text/plain", pages=1)


def _draft(document: Document, *numbers: str) -> FaxDraft:
    return FaxDraft(recipients=tuple(Recipient(number=n) for n in numbers or (SENT,)), documents=(document,))


def _wait(bench: Bench, qtbot: QtBot, state: FaxState) -> FaxJob:
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs) and bench.faxes.jobs[0].state is state, timeout=WAIT_MS)
    return bench.faxes.jobs[0]


def _posts(simulator: RunningSimulator) -> int:
    return sum(1 for r in simulator.requests if r.method == "POST" and r.path.endswith("/fax"))


def test_a_fax_goes_from_queued_to_sent(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    seen: list[FaxState] = []
    bench.faxes.job_changed.connect(lambda job: seen.append(job.state))
    with qtbot.waitSignal(bench.faxes.queued, timeout=WAIT_MS):
        bench.faxes.queue(_draft(_document(tmp_path)))
    job = _wait(bench, qtbot, FaxState.SENT)
    assert list(dict.fromkeys(seen)) == [
        FaxState.QUEUED,
        FaxState.SENDING,
        FaxState.HANDED_OVER,
        FaxState.SENT,
    ]
    assert job.message_id
    assert not bench.faxes.is_polling
    assert not bench.problems
    history: list[tuple[FaxEvent, ...]] = []
    bench.faxes.load_history(job.id, history.append)
    qtbot.waitUntil(lambda: bool(history), timeout=WAIT_MS)
    assert history[0][-1].state is FaxState.SENT


def test_a_fax_the_service_could_not_deliver_fails_with_its_cause(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), LINE_BUSY))
    job = _wait(bench, qtbot, FaxState.FAILED)
    assert job.error_code == "LineBusy"
    assert job.detail
    assert not bench.faxes.is_polling


def test_several_recipients_are_sent_one_after_the_other(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), SENT, "+16505554042", "+16505550142"))
    qtbot.waitUntil(lambda: [j.state for j in bench.faxes.jobs] == [FaxState.SENT] * 3, timeout=WAIT_MS)
    assert _posts(live_simulator) == 3


def test_files_are_checked_off_the_gui_thread(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    letter, missing = _document(tmp_path).path, tmp_path / "gone.pdf"
    with qtbot.waitSignal(bench.faxes.checked, timeout=WAIT_MS) as caught:
        bench.faxes.check_files([letter, missing, tmp_path])
    checks = caught.args[0]
    assert [check.path for check in checks] == [letter, missing, tmp_path]
    assert checks[0].document is not None
    assert all(check.document is None and check.problem for check in checks[1:])


def test_signed_out_nothing_is_queued(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    bench.faxes.queue(_draft(_document(tmp_path)))
    assert bench.problems == [SIGN_IN_FIRST]


def test_an_upload_is_cancelled_at_once(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.fault("slow", path="/fax", method="POST", bytes_per_second=1_000_000)
    bench.faxes.queue(_draft(_document(tmp_path, 20_000_000)))
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs) and bench.faxes.jobs[0].bytes_sent > 0, timeout=WAIT_MS)
    job = bench.faxes.jobs[0]
    assert bench.faxes.sending_id == job.id
    assert job.bytes_total > 20_000_000
    bench.faxes.cancel(job.id)
    _wait(bench, qtbot, FaxState.CANCELLED)
    assert bench.faxes.sending_id is None


def test_a_lost_network_waits_and_tries_again(
    bench: Bench,
    live_simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faxes_service, "RETRY_S", (0.2,) * 6)
    bench.sign_in(live_simulator, qtbot)
    live_simulator.fault("cut-during", path="/fax", method="POST", after_bytes=10_000)
    seen: list[FaxState] = []
    bench.faxes.job_changed.connect(lambda job: seen.append(job.state))
    bench.faxes.queue(_draft(_document(tmp_path, 5_000_000)))
    qtbot.waitUntil(lambda: FaxState.HANDED_OVER in seen, timeout=WAIT_MS)
    assert FaxState.WAITING in seen
    assert _posts(live_simulator) == 2
    assert len(bench.problems) >= 1


def test_a_fax_waits_as_long_as_it_says(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    """A penalty of a minute is waited out: the sentence names the time, and nothing is tried before it."""
    bench.sign_in(live_simulator, qtbot)
    live_simulator.fault("429", path="/fax", method="POST")
    bench.faxes.queue(_draft(_document(tmp_path, 1_000)))
    job = _wait(bench, qtbot, FaxState.WAITING)
    assert job.retry_at is not None
    assert f"{job.retry_at.astimezone():%H:%M}" in job.detail
    remaining_ms = bench.faxes.next_try_in_ms
    left_s = (job.retry_at - job.changed_at).total_seconds()
    assert left_s > 20
    assert left_s * 1000 - 5000 < remaining_ms < left_s * 1100
    assert _posts(live_simulator) == 1


def test_a_lost_answer_is_never_repeated(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.fault("answer-lost", path="/fax", method="POST")
    bench.faxes.queue(_draft(_document(tmp_path)))
    job = _wait(bench, qtbot, FaxState.INTERRUPTED)
    assert _posts(simulator) == 1
    bench.faxes.resolve(job.id, was_sent=True)
    qtbot.waitUntil(lambda: bench.faxes.jobs[0].state is not FaxState.INTERRUPTED, timeout=WAIT_MS)
    assert _posts(simulator) == 1


def test_a_lost_answer_is_looked_for_at_the_service(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.fault("answer-lost", path="/fax", method="POST")
    bench.faxes.queue(_draft(_document(tmp_path)))
    _wait(bench, qtbot, FaxState.INTERRUPTED)
    assert bench.faxes.is_polling
    _wait(bench, qtbot, FaxState.HANDED_OVER)
    simulator.advance(30)
    _wait(bench, qtbot, FaxState.SENT)
    assert _posts(simulator) == 1


def test_a_shutdown_during_an_upload_loses_nothing(
    make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    first = make_bench()
    first.sign_in(simulator, qtbot)
    simulator.fault("slow", path="/fax", method="POST", bytes_per_second=1_000_000)
    first.faxes.queue(_draft(_document(tmp_path, 20_000_000)))
    qtbot.waitUntil(lambda: bool(first.faxes.jobs) and first.faxes.jobs[0].bytes_sent > 0, timeout=WAIT_MS)
    assert first.stop()
    second = make_bench()
    second.sign_in(simulator, qtbot)
    qtbot.waitUntil(lambda: bool(second.faxes.jobs), timeout=WAIT_MS)
    assert second.faxes.jobs[0].state is not FaxState.CANCELLED
    qtbot.waitUntil(
        lambda: second.faxes.jobs[0].state in (FaxState.HANDED_OVER, FaxState.INTERRUPTED), timeout=WAIT_MS
    )


def test_a_cancelled_fax_can_be_sent_after_all(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), LINE_BUSY))
    job = _wait(bench, qtbot, FaxState.FAILED)
    bench.faxes.retry(job.id)
    qtbot.waitUntil(lambda: _posts(live_simulator) == 2, timeout=WAIT_MS)
    _wait(bench, qtbot, FaxState.FAILED)
