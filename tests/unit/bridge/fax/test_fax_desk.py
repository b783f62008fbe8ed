"""Faxes through the desk against the simulator: sent, failed, cancelled, held, waited for, taken up again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.bridge.fax import watch as fax_watch
from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.fax.fax import Document, FaxDraft, FaxEvent, FaxJob, FaxState, Recipient, SendBy, WaitReason
from rcdesk.core.fax.folder import FolderCounts
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.services.fax.dispatch import Dispatcher
from tests.patience import PATIENCE_MS
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import Bench

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

SENT, AT_ONCE, NEVER_LEAVES = "+16505554000", "+16505554042", "+16505554041"
LINE_BUSY, NO_FAX_MACHINE = "+16505554007", "+16505554005"
OTHERS = ("+16505550142", "+16505550143", "+16505550144")
WAIT_MS = PATIENCE_MS


@pytest.fixture(autouse=True)
def _looks_follow_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """How often is a rule of core/fax/polling.py, with tests of its own; here it only takes time."""
    monkeypatch.setattr(fax_watch, "LONGEST_NAP_S", 0.2)


def _document(folder: Path) -> Document:
    path = folder / "letter.txt"
    size_bytes = path.write_bytes(b"All work and no play. " * 90)
    return Document(path=path, name=path.name, size_bytes=size_bytes, media_type="text/plain", pages=1)


def _heavy_page(folder: Path, size_bytes: int = 10_000_000) -> Document:
    """One page that takes a while to upload: it carries so many bytes that nobody sees."""
    import pypdfium2

    path = folder / "heavy.pdf"
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(612, 792)
    pdf.new_attachment("noise").set_data(random.Random(1).randbytes(size_bytes))
    pdf.save(path)
    pdf.close()
    size_bytes = path.stat().st_size
    return Document(path=path, name=path.name, size_bytes=size_bytes, media_type="application/pdf", pages=1)


def _draft(document: Document, *numbers: str, undo_s: int = 0) -> FaxDraft:
    return FaxDraft(
        recipients=tuple(Recipient(number=n) for n in numbers or (SENT,)),
        documents=(document,),
        undo_s=undo_s,
    )


def _states(bench: Bench) -> list[FaxState]:
    return [job.state for job in bench.faxes.jobs]


def _wait(bench: Bench, qtbot: QtBot, state: FaxState) -> FaxJob:
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs) and bench.faxes.jobs[0].state is state, timeout=WAIT_MS)
    return bench.faxes.jobs[0]


def _wait_all(bench: Bench, qtbot: QtBot, state: FaxState, count: int) -> None:
    qtbot.waitUntil(lambda: _states(bench) == [state] * count, timeout=WAIT_MS)


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
    assert [ended.id for ended in bench.ended] == [job.id]
    assert not bench.faxes.is_polling
    assert not bench.problems
    history: list[tuple[FaxEvent, ...]] = []
    bench.faxes.load_history(job.id, history.append)
    qtbot.waitUntil(lambda: bool(history), timeout=WAIT_MS)
    assert history[0][-1].state is FaxState.SENT


def test_a_busy_line_waits_with_its_cause_and_the_queue_goes_on(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), LINE_BUSY))
    job = _wait(bench, qtbot, FaxState.WAITING)
    assert job.wait_reason is WaitReason.RETRY
    assert job.error_code == "LineBusy"
    assert job.retry_at is not None
    assert f"{job.retry_at.astimezone():%H:%M}" in job.detail
    qtbot.waitUntil(lambda: bench.faxes.next_try_in_ms > 30_000, timeout=WAIT_MS)
    bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE))
    qtbot.waitUntil(lambda: bench.faxes.jobs[0].state is FaxState.SENT, timeout=WAIT_MS)
    assert bench.faxes.jobs[1].state is FaxState.WAITING


def test_a_number_that_is_no_fax_machine_fails_and_is_told_once(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), NO_FAX_MACHINE))
    job = _wait(bench, qtbot, FaxState.FAILED)
    assert job.detail
    assert [ended.id for ended in bench.ended] == [job.id]
    qtbot.waitUntil(lambda: bench.faxes.counts.failed_unseen == 1, timeout=WAIT_MS)
    bench.faxes.mark_seen(job.id)
    qtbot.waitUntil(lambda: bench.faxes.counts == FolderCounts(), timeout=WAIT_MS)
    assert bench.faxes.jobs[0].is_seen
    assert len(bench.ended) == 1


def test_several_recipients_go_in_one_request(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), SENT, AT_ONCE, *OTHERS))
    _wait_all(bench, qtbot, FaxState.SENT, 5)
    assert _posts(live_simulator) == 1
    assert len({job.message_id for job in bench.faxes.jobs}) == 1


def test_a_second_fax_to_a_number_waits_and_says_so(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), SENT))
    _wait(bench, qtbot, FaxState.HANDED_OVER)
    other = tmp_path / "other.txt"
    other.write_text("Other pages", encoding="utf-8")
    bench.faxes.queue(_draft(replace(_document(tmp_path), path=other, name=other.name), SENT))
    job = _wait(bench, qtbot, FaxState.WAITING)
    assert job.wait_reason is WaitReason.SAME_NUMBER
    assert _posts(simulator) == 1
    simulator.advance(30)
    qtbot.waitUntil(lambda: _posts(simulator) == 2, timeout=WAIT_MS)


def test_folders_are_told_once_after_a_burst(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    qtbot.waitUntil(lambda: bench.lanes["archive"].is_started and bench.lanes["archive"].is_idle)
    told: list[bool] = []
    bench.faxes.folders_changed.connect(lambda: told.append(True))
    bench.faxes.queue(_draft(_document(tmp_path), *(f"+1650555{n:04d}" for n in range(5000, 5040))))
    _wait_all(bench, qtbot, FaxState.SENT, 40)
    qtbot.waitUntil(lambda: bench.faxes.counts == FolderCounts(), timeout=WAIT_MS)
    assert 1 <= len(told) < 20


def test_files_are_checked_off_the_gui_thread(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    letter, missing = _document(tmp_path).path, tmp_path / "gone.pdf"
    with qtbot.waitSignal(bench.faxes.checked, timeout=WAIT_MS) as caught:
        bench.faxes.check_files([letter, missing, tmp_path])
    checks = caught.args[0]
    assert [check.path for check in checks] == [letter, missing, tmp_path]
    assert checks[0].document is not None
    assert all(check.document is None and check.problem for check in checks[1:])


def test_signed_out_nothing_is_queued(bench: Bench, tmp_path: Path) -> None:
    bench.faxes.queue(_draft(_document(tmp_path)))
    assert len(bench.problems) == 1
    assert "Sign in" in bench.problems[0]
    heard: list[str] = []
    bench.faxes.queue(_draft(_document(tmp_path)), heard.append)
    assert heard == bench.problems


def test_who_asks_hears_why_it_cannot_be_queued(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    gone = replace(_document(tmp_path), path=tmp_path / "gone.txt")
    heard: list[str] = []
    bench.faxes.queue(_draft(gone), heard.append)
    qtbot.waitUntil(lambda: len(heard) == 1, timeout=WAIT_MS)
    assert bench.problems == []


def test_an_end_that_could_not_be_written_down_is_written_later(
    bench: Bench,
    live_simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk is full just when the answer comes: it is recorded after the pause, and sent once."""
    from rcdesk.bridge.fax import pump as fax_pump
    from rcdesk.store.fax.outbox import Outbox

    monkeypatch.setattr(fax_pump, "HOLD_S", (0.3,))
    real = Outbox.hand_over
    errors = [StoreUnavailable("The disk is full. Make room; the fax waits.")]

    def hand_over(self: Outbox, *arguments: Any) -> tuple[FaxJob, ...]:
        if errors:
            raise errors.pop()
        return real(self, *arguments)

    monkeypatch.setattr(Outbox, "hand_over", hand_over)
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE))
    _wait(bench, qtbot, FaxState.SENT)
    assert _posts(live_simulator) == 1


def test_a_fax_is_held_and_then_released_by_itself(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    with qtbot.waitSignal(bench.faxes.queued, timeout=WAIT_MS):
        bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE, undo_s=4))
    job = bench.faxes.jobs[0]
    assert job.state is FaxState.HELD
    assert 0 < bench.faxes.undo_left_s(job.id) <= 4
    assert _posts(live_simulator) == 0
    _wait(bench, qtbot, FaxState.SENT)
    assert bench.faxes.undo_left_s(job.id) == 0.0


def test_a_held_fax_is_taken_back_as_it_was(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    with qtbot.waitSignal(bench.faxes.queued, timeout=WAIT_MS):
        bench.faxes.queue(replace(_draft(_document(tmp_path), SENT, *OTHERS, undo_s=60), note="Hello"))
    ids = [job.id for job in bench.faxes.jobs]
    with qtbot.waitSignal(bench.faxes.undone, timeout=WAIT_MS) as caught:
        bench.faxes.undo(ids)
    draft = caught.args[0]
    assert sorted(r.number for r in draft.recipients) == sorted((SENT, *OTHERS))
    assert draft.note == "Hello"
    assert draft.documents[0].digest
    assert _states(bench) == [FaxState.CANCELLED] * 4
    assert bench.faxes.undo_left_s(ids) == 0.0
    bench.faxes.undo(ids)
    qtbot.waitUntil(lambda: len(bench.problems) == 1, timeout=WAIT_MS)
    assert "too late" in bench.problems[0]
    assert _posts(simulator) == 0


def test_a_held_fax_of_the_last_run_goes_out_after_what_is_left_of_its_time(
    make_bench: Callable[[], Bench], live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    first = make_bench()
    first.sign_in(live_simulator, qtbot)
    with qtbot.waitSignal(first.faxes.queued, timeout=WAIT_MS):
        first.faxes.queue(_draft(_document(tmp_path), AT_ONCE, undo_s=2))
    assert first.stop()
    second = make_bench()
    second.sign_in(live_simulator, qtbot)
    _wait(second, qtbot, FaxState.SENT)
    assert _posts(live_simulator) == 1


def test_an_upload_is_cancelled_at_once(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.fault("slow", path="/fax", method="POST", bytes_per_second=1_000_000)
    bench.faxes.queue(_draft(_heavy_page(tmp_path, 20_000_000)))
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs) and bench.faxes.jobs[0].bytes_sent > 0, timeout=WAIT_MS)
    job = bench.faxes.jobs[0]
    assert list(bench.faxes.sending_ids) == [job.id]
    assert job.bytes_total > 19_000_000
    bench.faxes.cancel(job.id)
    _wait(bench, qtbot, FaxState.CANCELLED)
    assert not bench.faxes.sending_ids
    assert simulator.stored_faxes() == []


def test_cancelling_one_of_a_request_lets_the_others_go(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    live_simulator.fault("slow", path="/fax", method="POST", bytes_per_second=500_000)
    bench.faxes.queue(_draft(_heavy_page(tmp_path), SENT, *OTHERS))
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs) and bench.faxes.jobs[0].bytes_sent > 0, timeout=WAIT_MS)
    unwanted = bench.faxes.jobs[0]
    bench.faxes.cancel([unwanted.id])
    live_simulator.clear_faults()
    qtbot.waitUntil(
        lambda: sorted(s.value for s in _states(bench)) == ["cancelled", "sent", "sent", "sent"],
        timeout=WAIT_MS,
    )
    assert bench.faxes.jobs[0].state is FaxState.CANCELLED


def test_cancelling_half_way_says_what_has_gone(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), NEVER_LEAVES))
    _wait(bench, qtbot, FaxState.HANDED_OVER)
    bench.faxes.set_paused(True)
    with qtbot.waitSignal(bench.faxes.queued, timeout=WAIT_MS):
        bench.faxes.queue(_draft(_document(tmp_path), *OTHERS))
    bench.faxes.cancel([job.id for job in bench.faxes.jobs])
    qtbot.waitUntil(lambda: len(bench.said) == 2, timeout=WAIT_MS)
    assert "Stopped: 3" in bench.said[0]
    assert "gone to RingCentral: 1" in bench.said[0]
    assert bench.said[1]
    _wait_all(bench, qtbot, FaxState.CANCELLED, 4)


def test_a_lost_network_waits_and_goes_on_by_itself(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    live_simulator.fault("cut-during", path="/fax", method="POST", after_bytes=10_000)
    seen: list[FaxState] = []
    bench.faxes.job_changed.connect(lambda job: seen.append(job.state))
    bench.faxes.queue(_draft(_heavy_page(tmp_path, 5_000_000)))
    qtbot.waitUntil(lambda: FaxState.HANDED_OVER in seen, timeout=WAIT_MS)
    assert FaxState.WAITING in seen
    assert _posts(live_simulator) == 2
    assert len(bench.problems) == 1


def test_a_fax_waits_as_long_as_it_says(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    """A penalty of a minute is waited out: the sentence names the time, and nothing is tried before it."""
    bench.sign_in(live_simulator, qtbot)
    live_simulator.fault("429", path="/fax", method="POST")
    limits: list[float] = []
    bench.session.rate_limited.connect(limits.append)
    bench.faxes.queue(_draft(_document(tmp_path)))
    job = _wait(bench, qtbot, FaxState.WAITING)
    assert job.retry_at is not None
    assert f"{job.retry_at.astimezone():%H:%M}" in job.detail
    qtbot.waitUntil(lambda: bench.faxes.next_try_in_ms > 0, timeout=WAIT_MS)
    left_s = (job.retry_at - datetime.now(UTC)).total_seconds()
    assert left_s > 20
    assert left_s * 1000 - 5000 < bench.faxes.next_try_in_ms < left_s * 1100
    assert _posts(live_simulator) == 1
    assert limits
    assert limits[0] > 20


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


def test_the_users_answer_about_a_lost_answer_is_taken(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(simulator, qtbot)
    simulator.fault("answer-lost", path="/fax", method="POST")
    bench.faxes.queue(_draft(_document(tmp_path)))
    job = _wait(bench, qtbot, FaxState.INTERRUPTED)
    bench.faxes.resolve(job.id, was_sent=True)
    _wait(bench, qtbot, FaxState.SENT)
    assert _posts(simulator) == 1


def test_a_shutdown_during_an_upload_loses_nothing(
    make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    first = make_bench()
    first.sign_in(simulator, qtbot)
    simulator.fault("slow", path="/fax", method="POST", bytes_per_second=1_000_000)
    first.faxes.queue(_draft(_heavy_page(tmp_path, 20_000_000)))
    qtbot.waitUntil(lambda: bool(first.faxes.jobs) and first.faxes.jobs[0].bytes_sent > 0, timeout=WAIT_MS)
    assert first.stop()
    simulator.clear_faults()
    second = make_bench()
    second.sign_in(simulator, qtbot)
    _wait(second, qtbot, FaxState.HANDED_OVER)


def test_a_fax_that_is_over_can_be_sent_after_all(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), NO_FAX_MACHINE))
    job = _wait(bench, qtbot, FaxState.FAILED)
    bench.faxes.retry(job.id)
    qtbot.waitUntil(lambda: _posts(live_simulator) == 2, timeout=WAIT_MS)
    _wait(bench, qtbot, FaxState.FAILED)
    assert len(bench.ended) == 2


def test_a_sent_fax_is_sent_once_more_as_a_new_one(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE))
    _wait(bench, qtbot, FaxState.SENT)
    bench.faxes.send_again(bench.faxes.jobs[0].id)
    _wait_all(bench, qtbot, FaxState.SENT, 2)


def test_a_paused_queue_stands_still_also_after_a_restart(
    make_bench: Callable[[], Bench], live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    first = make_bench()
    first.sign_in(live_simulator, qtbot)
    with qtbot.waitSignal(first.faxes.paused_changed, timeout=WAIT_MS) as caught:
        first.faxes.set_paused(True)
    assert caught.args == [True]
    with qtbot.waitSignal(first.faxes.queued, timeout=WAIT_MS):
        first.faxes.queue(_draft(_document(tmp_path), AT_ONCE))
    assert first.stop()
    second = make_bench()
    with qtbot.waitSignal(second.faxes.paused_changed, timeout=WAIT_MS):
        second.sign_in(live_simulator, qtbot)
    assert second.faxes.is_paused
    assert _states(second) == [FaxState.QUEUED]
    assert not second.faxes.is_polling
    assert _posts(live_simulator) == 0
    second.faxes.set_paused(False)
    _wait(second, qtbot, FaxState.SENT)


def test_one_fax_is_paused_and_resumed(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    with qtbot.waitSignal(bench.faxes.queued, timeout=WAIT_MS):
        bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE, undo_s=60))
    job_id = bench.faxes.jobs[0].id
    bench.faxes.pause(job_id)
    job = _wait(bench, qtbot, FaxState.WAITING)
    assert job.wait_reason is WaitReason.PAUSED
    assert bench.faxes.undo_left_s(job_id) == 0.0
    bench.faxes.resume(job_id)
    _wait(bench, qtbot, FaxState.SENT)


def test_a_scheduled_fax_waits_here_until_its_time_is_changed(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with qtbot.waitSignal(bench.faxes.queued, timeout=WAIT_MS):
        bench.faxes.queue(replace(_draft(_document(tmp_path), AT_ONCE), send_at=tomorrow))
    job = bench.faxes.jobs[0]
    assert job.is_scheduled
    assert _posts(live_simulator) == 0
    bench.faxes.reschedule(job.id, None)
    _wait(bench, qtbot, FaxState.SENT)


def test_a_fax_the_service_keeps_is_taken_back_to_be_sent_now(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    next_week = datetime.now(UTC) + timedelta(days=7)
    draft = replace(_draft(_document(tmp_path), AT_ONCE), send_at=next_week, send_by=SendBy.SERVICE)
    bench.faxes.queue(draft)
    job = _wait(bench, qtbot, FaxState.HANDED_OVER)
    assert job.is_scheduled
    bench.faxes.reschedule(job.id, None)
    qtbot.waitUntil(lambda: _posts(live_simulator) == 2, timeout=WAIT_MS)
    assert bench.said == ["Changed: the new time counts."]
    assert not bench.faxes.jobs[0].is_scheduled
    assert bench.faxes.jobs[0].send_at is None


def test_what_the_archive_knows_is_asked_before_a_fax_goes(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    draft = _draft(_document(tmp_path), AT_ONCE)
    facts: list[tuple[RecipientFacts, ...]] = []
    bench.faxes.ask_facts(draft, facts.append)
    qtbot.waitUntil(lambda: len(facts) == 1, timeout=WAIT_MS)
    assert not facts[0][0].is_known
    bench.faxes.queue(draft)
    _wait(bench, qtbot, FaxState.SENT)
    bench.faxes.ask_facts(draft, facts.append)
    qtbot.waitUntil(lambda: len(facts) == 2, timeout=WAIT_MS)
    assert facts[1][0].is_known
    assert facts[1][0].duplicate_at is not None


def test_an_earlier_fax_comes_back_as_a_draft(
    bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE))
    job = _wait(bench, qtbot, FaxState.SENT)
    drafts: list[FaxDraft] = []
    bench.faxes.edit_again(job.id, drafts.append)
    bench.faxes.forward(job, drafts.append)
    qtbot.waitUntil(lambda: len(drafts) == 2, timeout=WAIT_MS)
    assert drafts[0].recipients == (job.recipient,)
    assert drafts[1].recipients == ()
    assert drafts[1].original_message_id == job.message_id


def test_a_disk_that_fails_holds_the_queue_and_lets_it_go_on(
    bench: Bench,
    live_simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first turn meets a full disk; the second, after a pause, sends."""
    from rcdesk.bridge.fax import pump as fax_pump

    monkeypatch.setattr(fax_pump, "HOLD_S", (0.3,))
    real = Dispatcher.send_next
    errors = [StoreUnavailable("The disk is full. Make room; the fax waits.")]

    def send_next(self: Dispatcher, *arguments: object) -> object:
        if errors:
            raise errors.pop()
        return real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Dispatcher, "send_next", send_next)
    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE))
    _wait(bench, qtbot, FaxState.SENT)
    assert bench.problems == ["The disk is full. Make room; the fax waits."]


def test_nothing_is_sent_before_the_last_run_is_put_in_order(
    make_bench: Callable[[], Bench],
    live_simulator: RunningSimulator,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rcdesk.bridge.fax import pump as fax_pump
    from rcdesk.services.fax.faxes import FaxService

    first = make_bench()
    first.sign_in(live_simulator, qtbot)
    with qtbot.waitSignal(first.faxes.queued, timeout=WAIT_MS):
        first.faxes.queue(_draft(_document(tmp_path), AT_ONCE, undo_s=1))
    assert first.stop()
    monkeypatch.setattr(fax_pump, "HOLD_S", (0.3,))
    real = FaxService.recover
    errors = [StoreUnavailable("The archive is used by another program.")]

    def recover(self: FaxService, keep_files_days: int = 30) -> tuple[FaxJob, ...]:
        if errors:
            raise errors.pop()
        return real(self, keep_files_days)

    monkeypatch.setattr(FaxService, "recover", recover)
    second = make_bench()
    second.sign_in(live_simulator, qtbot)
    _wait(second, qtbot, FaxState.SENT)
    assert second.problems == ["The archive is used by another program."]
    assert _posts(live_simulator) == 1
