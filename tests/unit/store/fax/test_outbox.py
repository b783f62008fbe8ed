"""The outbox on a real SQLite file: what is recorded survives, what is not allowed is refused twice."""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.errors import StoreError
from rcdesk.core.fax.fax import (
    YOU_SAID_FAILED,
    FaxDraft,
    FaxJob,
    FaxState,
    Recipient,
    SendBy,
    SpooledFile,
    WaitReason,
    can_move,
)
from rcdesk.core.fax.folder import FolderCounts
from rcdesk.store.database import open_database
from rcdesk.store.fax.outbox import Outbox, pages_key
from rcdesk.store.fax.transitions import Transition

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FILE = SpooledFile(digest="a" * 64, name="a.pdf", media_type="application/pdf", size_bytes=7, pages=2)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
DRAFT = FaxDraft(recipients=(), documents=(), note="Hi")

ROADS: dict[FaxState, tuple[FaxState, ...]] = {
    FaxState.PREPARING: (FaxState.PREPARING,),
    FaxState.HELD: (FaxState.HELD,),
    FaxState.QUEUED: (FaxState.QUEUED,),
    FaxState.WAITING: (FaxState.WAITING,),
    FaxState.SENDING: (FaxState.QUEUED, FaxState.SENDING),
    FaxState.HANDED_OVER: (FaxState.QUEUED, FaxState.SENDING, FaxState.HANDED_OVER),
    FaxState.SENT: (FaxState.QUEUED, FaxState.SENDING, FaxState.HANDED_OVER, FaxState.SENT),
    FaxState.FAILED: (FaxState.QUEUED, FaxState.FAILED),
    FaxState.INTERRUPTED: (FaxState.QUEUED, FaxState.SENDING, FaxState.INTERRUPTED),
    FaxState.NEEDS_YOU: (FaxState.QUEUED, FaxState.SENDING, FaxState.INTERRUPTED, FaxState.NEEDS_YOU),
    FaxState.CANCELLED: (FaxState.QUEUED, FaxState.CANCELLED),
}


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """An empty outbox."""
    box = Outbox(tmp_path / "rcdesk.sqlite3")
    yield box
    box.close()


def add(
    box: Outbox,
    *numbers: str,
    draft: FaxDraft = DRAFT,
    files: tuple[SpooledFile, ...] = (FILE,),
    now: datetime = NOW,
) -> tuple[FaxJob, ...]:
    """Add one fax to each number."""
    recipients = tuple(Recipient(number=n) for n in numbers or ("+16505550142",))
    return box.add(replace(draft, recipients=recipients), files, "me", "None", now)


def numbers(amount: int) -> list[str]:
    """That many different numbers."""
    return [f"+1650{n:07}" for n in range(amount)]


def hand_over(box: Outbox, *jobs: FaxJob, message_id: str = "m1", now: datetime = NOW) -> tuple[FaxJob, ...]:
    """Send jobs to the end of their request."""
    request = box.begin(jobs, now, service_offset_s=0.0)
    box.mark_last_byte(request.id, now)
    return box.hand_over(request.id, message_id, now, "Handed over")


def test_one_job_per_recipient_with_files_and_history(outbox: Outbox) -> None:
    first, second = add(outbox, "+16505550142", "+16505550143")
    assert (first.state, first.files, first.note, first.pages) == (FaxState.QUEUED, (FILE,), "Hi", 2)
    assert outbox.live("me") == (first, second)
    assert outbox.live("other") == ()
    assert outbox.many([second.id, 4711, first.id]) == (second, first)
    assert first.batch_id == second.batch_id == first.id
    assert [e.detail for e in outbox.events(first.id)] == ["Waiting for its turn"]
    assert outbox.digests_needed(NOW, 30) == {FILE.digest}
    assert outbox.counts("me") == FolderCounts(queue=2)


def test_a_fax_starts_where_its_draft_says(outbox: Outbox) -> None:
    later = NOW + HOUR
    (held,) = add(outbox, draft=replace(DRAFT, undo_s=10, send_at=later))
    (timed,) = add(outbox, draft=replace(DRAFT, send_at=later))
    (remote,) = add(outbox, draft=replace(DRAFT, send_at=later, send_by=SendBy.SERVICE))
    (past,) = add(outbox, draft=replace(DRAFT, send_at=NOW - HOUR))
    assert (held.state, held.retry_at) == (FaxState.HELD, NOW + 10 * SECOND)
    assert (timed.state, timed.wait_reason, timed.retry_at) == (
        FaxState.WAITING,
        WaitReason.SCHEDULED,
        later,
    )
    assert timed.is_scheduled and remote.state is past.state is FaxState.QUEUED
    assert (remote.send_at, remote.send_by) == (later, SendBy.SERVICE)
    (released,) = outbox.release([held.id, timed.id], NOW)
    assert (released.id, released.state, released.retry_at) == (held.id, FaxState.WAITING, later)
    assert outbox.release([held.id], NOW) == ()


def test_after_a_crash_only_what_certainly_did_not_leave_goes_again(outbox: Outbox, tmp_path: Path) -> None:
    one, two, three = add(outbox, *numbers(3))
    (held,) = add(outbox, draft=replace(DRAFT, undo_s=600))
    outbox.begin([one], NOW, service_offset_s=0.0)
    left = outbox.begin([two, three], NOW, service_offset_s=1.5)
    outbox.mark_last_byte(left.id, NOW + SECOND)
    outbox.close()
    again = Outbox(tmp_path / "rcdesk.sqlite3")
    found = {job.id: job for job in again.interrupted_after_crash(NOW)}
    assert found[one.id].state is FaxState.QUEUED and "goes out again" in found[one.id].detail
    assert found[two.id].state is found[three.id].state is FaxState.INTERRUPTED
    assert (found[held.id].state, found[held.id].retry_at) == (FaxState.HELD, NOW + 60 * SECOND)
    (request,) = again.unresolved("me")
    assert (request.id, request.job_ids) == (left.id, (two.id, three.id))
    assert (request.last_byte_at, request.service_offset_s) == (NOW + SECOND, 1.5)
    assert [job.id for job in again.next_request_jobs("me", NOW + 24 * HOUR)] == [one.id]
    assert [job.state for job in again.interrupted_after_crash(NOW)] == [FaxState.HELD]
    again.close()


def test_a_request_keeps_its_recipients_and_gives_its_message_to_the_batch(outbox: Outbox) -> None:
    jobs = add(outbox, *numbers(3))
    request = outbox.begin(jobs[:2], NOW, service_offset_s=0.0)
    outbox.mark_last_byte(request.id, NOW)
    outbox.move([jobs[0].id], Transition(FaxState.INTERRUPTED), NOW)
    outbox.move([jobs[0].id], Transition(FaxState.CANCELLED), NOW)
    outbox.move([jobs[0].id], Transition(FaxState.QUEUED), NOW)
    again, handed = outbox.hand_over(request.id, "m1", NOW + SECOND, "Handed over")
    assert (handed.id, handed.state, handed.message_id) == (jobs[1].id, FaxState.HANDED_OVER, "m1")
    # One that was to go again has arrived after all: it does not.
    assert (again.id, again.state, again.message_id) == (jobs[0].id, FaxState.HANDED_OVER, "m1")
    assert (handed.tries, handed.stumbles, handed.request_id) == (1, 0, request.id)
    assert [job.source_message_id for job in outbox.many([j.id for j in jobs])] == ["m1"] * 3
    assert outbox.request(request.id).job_ids == (jobs[0].id, jobs[1].id)
    assert outbox.message_ids("me") == {"m1"}
    assert outbox.message_ids("other") == frozenset()


def test_looks_and_denials_are_counted(outbox: Outbox) -> None:
    (job,) = add(outbox)
    request = outbox.begin([job], NOW, service_offset_s=0.0)
    assert (request.looks, request.is_denied, request.last_byte_at) == (0, False, None)
    outbox.deny(request.id)
    outbox.count_look(request.id)
    assert outbox.count_look(request.id).looks == 2
    assert outbox.request(request.id).is_denied
    with pytest.raises(StoreError):
        outbox.request(4711)


def test_a_new_request_forgets_what_the_one_before_said(outbox: Outbox) -> None:
    (job,) = add(outbox)
    hand_over(outbox, job)
    outbox.set_server_pages(job.id, 3)
    failed = outbox.move([job.id], Transition(FaxState.FAILED, error_code="LineBusy", detail="Busy"), NOW)[0]
    assert (failed.error_code, failed.server_pages, failed.message_id) == ("LineBusy", 3, "m1")
    outbox.move([job.id], Transition(FaxState.QUEUED), NOW)
    outbox.begin([job], NOW, service_offset_s=0.0)
    sending = outbox.get(job.id)
    assert (sending.error_code, sending.server_pages, sending.message_id) == ("", None, "")
    assert (sending.source_message_id, sending.tries) == ("m1", 1)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(FaxState, FaxState)))
def test_the_database_refuses_what_the_state_machine_refuses(
    tmp_path: Path, old: FaxState, new: FaxState
) -> None:
    connection = open_database(tmp_path / "a.sqlite3")
    start, *rest = ROADS[old]
    connection.execute(
        "INSERT INTO fax (owner_id, number, resolution, state, created_at, changed_at)"
        " VALUES ('me', '1', 'High', ?, '', '')",
        (start.value,),
    )
    for state in rest:
        connection.execute("UPDATE fax SET state = ?", (state.value,))
    try:
        if can_move(old, new):
            connection.execute("UPDATE fax SET state = ?", (new.value,))
        else:
            with pytest.raises(sqlite3.IntegrityError, match="illegal fax transition"):
                connection.execute("UPDATE fax SET state = ?", (new.value,))
    finally:
        connection.close()


@pytest.mark.parametrize("state", list(FaxState))
def test_only_a_beginning_may_be_inserted(tmp_path: Path, state: FaxState) -> None:
    connection = open_database(tmp_path / "a.sqlite3")
    sql = (
        "INSERT INTO fax (owner_id, number, resolution, state, created_at, changed_at)"
        f" VALUES ('me', '1', 'High', '{state.value}', '', '')"
    )
    try:
        if state in (FaxState.PREPARING, FaxState.HELD, FaxState.QUEUED, FaxState.WAITING):
            connection.execute(sql)
        else:
            with pytest.raises(sqlite3.IntegrityError, match="a fax starts as"):
                connection.execute(sql)
    finally:
        connection.close()


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_asked_a_fax_only_goes_where_it_may(outbox: Outbox, seed: int) -> None:
    chance = random.Random(seed)
    (job,) = add(outbox)
    state, events = job.state, 1
    for _ in range(40):
        new = chance.choice(list(FaxState))
        try:
            if new is FaxState.SENDING:
                outbox.begin([outbox.get(job.id)], NOW, service_offset_s=0.0)
            else:
                outbox.move([job.id], Transition(new, error_code=YOU_SAID_FAILED), NOW)
        except StoreError:
            assert not can_move(state, new)
        else:
            assert can_move(state, new)
            state, events = new, events + 1
        assert outbox.get(job.id).state is state
        assert len(outbox.events(job.id)) == events
        assert outbox.events(job.id)[-1].state is state


@pytest.mark.parametrize("message_id", ["", "m1"])
def test_only_the_users_own_word_is_taken_back(outbox: Outbox, message_id: str) -> None:
    (job,) = add(outbox)
    request = outbox.begin([job], NOW, service_offset_s=0.0)
    outbox.hand_over(request.id, message_id, NOW, "there")
    outbox.move([job.id], Transition(FaxState.SENT), NOW)
    if message_id:
        with pytest.raises(StoreError, match="sent cannot become failed"):
            outbox.move([job.id], Transition(FaxState.FAILED), NOW)
        return
    outbox.move([job.id], Transition(FaxState.FAILED, error_code=YOU_SAID_FAILED), NOW)
    outbox.move([job.id], Transition(FaxState.SENT, error_code=""), NOW)
    outbox.move([job.id], Transition(FaxState.FAILED, error_code="NoAnswer"), NOW)
    with pytest.raises(StoreError, match="failed cannot become sent"):
        outbox.move([job.id], Transition(FaxState.SENT), NOW)


def test_all_take_the_step_or_none(outbox: Outbox) -> None:
    jobs = add(outbox, *numbers(3))
    outbox.move([jobs[2].id], Transition(FaxState.CANCELLED), NOW)
    with pytest.raises(StoreError, match="cancelled cannot become waiting"):
        outbox.move([j.id for j in jobs], Transition(FaxState.WAITING), NOW)
    assert [j.state for j in outbox.live("me")] == [FaxState.QUEUED] * 2
    assert len(outbox.events(jobs[0].id)) == 1
    with pytest.raises(StoreError, match="with a request only"):
        outbox.move([jobs[0].id], Transition(FaxState.SENDING), NOW)
    with pytest.raises(StoreError, match="not in the archive"):
        outbox.move([4711], Transition(FaxState.CANCELLED), NOW)
    with pytest.raises(StoreError):
        add(outbox, "+16505550142", "")
    assert len(outbox.live("me")) == 2
    with pytest.raises(StoreError):
        outbox.get(4711)


def test_ends_that_need_the_user_are_unseen_until_seen(outbox: Outbox) -> None:
    one, two, three = add(outbox, *numbers(3))
    assert outbox.move([one.id], Transition(FaxState.FAILED), NOW)[0].is_seen is False
    assert outbox.move([two.id], Transition(FaxState.CANCELLED), NOW)[0].is_seen is True
    request = outbox.begin([three], NOW, service_offset_s=0.0)
    assert request.job_ids == (three.id,)
    outbox.move([three.id], Transition(FaxState.INTERRUPTED), NOW)
    assert outbox.move([three.id], Transition(FaxState.NEEDS_YOU), NOW)[0].is_seen is False
    assert outbox.counts("me") == FolderCounts(queue=1, failed_unseen=1, needs_you=1)
    outbox.mark_seen([one.id, three.id])
    assert outbox.get(one.id).is_seen
    assert outbox.counts("me") == FolderCounts(queue=1, needs_you=1)


def test_a_batch_goes_together_but_never_twice_to_one_number(outbox: Outbox) -> None:
    batch = add(outbox, *numbers(3), numbers(1)[0])
    other = add(outbox, *numbers(4)[2:])
    first = outbox.next_request_jobs("me", NOW)
    assert [j.id for j in first] == [j.id for j in batch[:3]]
    assert len(outbox.next_request_jobs("me", NOW, most=2)) == 2
    hand_over(outbox, *first)
    second = outbox.next_request_jobs("me", NOW)
    assert [j.id for j in second] == [other[1].id]
    held_back = outbox.many([batch[3].id, other[0].id])
    assert {(j.state, j.wait_reason) for j in held_back} == {(FaxState.WAITING, WaitReason.SAME_NUMBER)}
    assert "Another fax to this number" in held_back[0].detail
    outbox.begin(second, NOW, service_offset_s=0.0)
    assert outbox.next_request_jobs("me", NOW) == ()
    outbox.move([first[0].id], Transition(FaxState.SENT), NOW)
    assert [j.id for j in outbox.next_request_jobs("me", NOW)] == [batch[3].id]
    later = outbox.next_request_jobs("me", NOW + HOUR)
    assert [j.id for j in later] == [batch[3].id]
    hand_over(outbox, *later, now=NOW + HOUR)
    assert [j.id for j in outbox.next_request_jobs("me", NOW + HOUR)] == [other[0].id]


def test_a_fax_the_service_keeps_until_its_time_does_not_block_its_number(outbox: Outbox) -> None:
    send_at = NOW + 5 * HOUR
    (timed,) = add(outbox, draft=replace(DRAFT, send_at=send_at, send_by=SendBy.SERVICE))
    hand_over(outbox, timed)
    (plain,) = add(outbox)
    assert [j.id for j in outbox.next_request_jobs("me", NOW)] == [plain.id]
    assert outbox.next_request_jobs("me", send_at + SECOND) == ()
    assert outbox.get(timed.id).is_scheduled


def test_waiting_jobs_join_when_they_fall_due_soon(outbox: Outbox) -> None:
    jobs = add(outbox, *numbers(5))
    for job, seconds, reason in zip(
        jobs[1:],
        (50, 70, 30, 30),
        (WaitReason.RETRY, WaitReason.RETRY, WaitReason.SCHEDULED, WaitReason.PAUSED),
        strict=True,
    ):
        at = NOW + seconds * SECOND
        outbox.move([job.id], Transition(FaxState.WAITING, wait_reason=reason, retry_at=at), NOW)
    assert [j.id for j in outbox.next_request_jobs("me", NOW)] == [jobs[0].id, jobs[1].id]
    outbox.move([jobs[0].id], Transition(FaxState.CANCELLED), NOW)
    assert outbox.next_request_jobs("me", NOW) == ()
    assert outbox.next_due_at("me") == NOW + 30 * SECOND
    assert jobs[4].id not in {j.id for j in outbox.next_request_jobs("me", NOW + HOUR)}


def test_a_clock_that_goes_back_freezes_nothing(outbox: Outbox) -> None:
    retry, timed, paused = add(outbox, *numbers(3))
    for job, reason in (
        (retry, WaitReason.RETRY),
        (timed, WaitReason.SCHEDULED),
        (paused, WaitReason.PAUSED),
    ):
        outbox.move(
            [job.id], Transition(FaxState.WAITING, wait_reason=reason, retry_at=NOW + 60 * SECOND), NOW
        )
    assert outbox.next_request_jobs("me", NOW) == ()
    assert [j.id for j in outbox.next_request_jobs("me", NOW - HOUR)] == [retry.id]
    outbox.move([retry.id], Transition(FaxState.WAITING, wait_reason=WaitReason.SIGN_IN), NOW)
    assert [j.id for j in outbox.next_request_jobs("me", NOW)] == [retry.id]


def test_a_paused_queue_sends_nothing(outbox: Outbox) -> None:
    add(outbox)
    assert not outbox.is_paused("me")
    outbox.set_paused("me", True, NOW)
    outbox.set_paused("me", True, NOW)
    assert outbox.is_paused("me") and not outbox.is_paused("other")
    assert outbox.next_request_jobs("me", NOW) == ()
    outbox.set_paused("me", False, NOW)
    assert len(outbox.next_request_jobs("me", NOW)) == 1


def test_a_fax_gets_another_time(outbox: Outbox) -> None:
    (job,) = add(outbox)
    later = NOW + HOUR
    assert outbox.reschedule(job.id, later, SendBy.DESK, NOW).wait_reason is WaitReason.SCHEDULED
    assert outbox.next_due_at("me") == later
    moved = outbox.reschedule(job.id, later, SendBy.SERVICE, NOW)
    assert (moved.state, moved.send_at, moved.send_by) == (FaxState.QUEUED, later, SendBy.SERVICE)
    now_again = outbox.reschedule(job.id, None, SendBy.DESK, NOW)
    assert (now_again.state, now_again.send_at) == (FaxState.QUEUED, None)
    (held,) = add(outbox, draft=replace(DRAFT, undo_s=10))
    kept = outbox.reschedule(held.id, later, SendBy.DESK, NOW)
    assert (kept.state, kept.send_at, kept.retry_at) == (FaxState.HELD, later, held.retry_at)
    outbox.set_deadline(job.id, later, NOW)
    assert outbox.get(job.id).keep_trying_until == later
    outbox.move([job.id], Transition(FaxState.CANCELLED), NOW)
    with pytest.raises(StoreError, match="cannot be changed"):
        outbox.reschedule(job.id, later, SendBy.DESK, NOW)


def test_files_are_needed_while_a_fax_is_not_over_and_some_days_more(outbox: Outbox) -> None:
    (job,) = add(outbox)
    assert outbox.digests_needed(NOW + timedelta(days=400), 30) == {FILE.digest}
    outbox.move([job.id], Transition(FaxState.CANCELLED), NOW)
    assert outbox.digests_needed(NOW + timedelta(days=29), 30) == {FILE.digest}
    assert outbox.digests_needed(NOW + timedelta(days=31), 30) == frozenset()


def test_what_the_archive_knows_about_recipients(outbox: Outbox) -> None:
    known, near, failed, stranger = "+16505550142", "+16505550143", "+14155550100", "+442079460000"
    (job,) = add(outbox, known)
    hand_over(outbox, job)
    outbox.move([job.id], Transition(FaxState.SENT), NOW)
    (bad,) = add(outbox, failed, files=(), now=NOW)
    outbox.move([bad.id], Transition(FaxState.FAILED, "Nobody answered"), NOW)
    key = pages_key([FILE], "Hi")
    facts = {
        f.recipient.number: f for f in outbox.facts("me", [known, near, failed, stranger], key, NOW + HOUR)
    }
    assert (facts[known].is_known, facts[known].duplicate_at, facts[known].last_good_at) == (True, NOW, NOW)
    assert facts[near].near == Recipient(number=known) and not facts[near].is_known
    assert (facts[failed].failed_at, facts[failed].failed_why) == (NOW, "Nobody answered")
    assert facts[failed].duplicate_at is None
    assert facts[stranger].near is None and facts[stranger].failed_at is None
    (tomorrow,) = outbox.facts("me", [known], key, NOW + 25 * HOUR)
    assert tomorrow.duplicate_at is None
    assert outbox.facts("other", [known], key, NOW)[0].is_known is False
    assert pages_key([], "Hi") != pages_key([], "Ho") != pages_key([], "Ho", "m1")
    assert pages_key([FILE], "Hi") == pages_key([FILE], "Ho")
