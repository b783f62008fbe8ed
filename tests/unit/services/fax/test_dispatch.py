"""Fax requests against the simulator over HTTP: recorded before they leave, sent once, honest when unsure."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from rcdesk.core.account.account import Credentials
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import SignInNeeded, StoreError, StoreUnavailable
from rcdesk.core.fax.fax import FaxDraft, FaxRequest, FaxState, Recipient, SendBy, WaitReason
from rcdesk.services.fax.dispatch import Dispatcher
from rcdesk.store.fax.transitions import Transition
from tests.unit.services.fax_rig import BAD, GOOD, Rig, at_first_progress, magic

S = FaxState


def test_from_queued_to_accepted(rig: Rig) -> None:
    job = rig.queue_one()
    progress: list[tuple[tuple[int, ...], int, int]] = []
    (job,) = rig.send(report=progress.append)
    assert (job.state, job.detail, job.tries) == (S.HANDED_OVER, "Handed to RingCentral", 1)
    assert progress[0] == ((job.id,), 0, 2000)
    assert progress[-1][1] == progress[-1][2] > 2000
    assert job.request_id is not None
    assert rig.outbox.request(job.request_id).last_byte_at is not None
    assert rig.send() == ()
    rig.pass_time(600)
    (job,) = rig.refresh()
    assert (job.state, job.detail) == (S.SENT, "Accepted by their machine")
    assert job.server_pages
    assert rig.states(job) == [S.QUEUED, S.SENDING, S.HANDED_OVER, S.SENT]


def test_the_marks_are_on_disk_before_the_first_and_before_the_last_byte(rig: Rig) -> None:
    job = rig.queue_one(size=140_000)
    seen: list[tuple[bool, bool]] = []
    other = sqlite3.connect(rig.folder / "a.sqlite3")

    def look(progress: tuple[tuple[int, ...], int, int]) -> None:
        rows = other.execute("SELECT started_at, last_byte_at FROM fax_request").fetchall()
        if progress[1]:
            seen.append((rows[0][0] is not None, rows[0][1] is not None))

    rig.send(report=look)
    other.close()
    assert rig.get(job).state is S.HANDED_OVER
    assert seen[0] == (True, False)
    assert (True, False) in seen
    assert seen[-1] == (True, True)


def test_fifty_recipients_share_one_request_and_the_rest_follow(rig: Rig) -> None:
    rig.queue(*(f"+1650555{n:04d}" for n in range(1000, 1060)))
    jobs = rig.send()
    assert len(jobs) == 50
    assert {j.message_id for j in jobs} == {jobs[0].message_id}
    assert len(rig.send()) == 10
    assert rig.send() == ()
    assert rig.stored() == 2


def test_a_retry_needs_no_upload(rig: Rig) -> None:
    job = rig.queue_one(magic("busy once"))
    rig.send()
    rig.pass_time(20)
    (job,) = rig.refresh()
    assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.RETRY)
    until = f"{(rig.clock.now() + timedelta(seconds=120)).astimezone():%H:%M}"
    assert job.detail == f"Waiting until {until} (their line was busy, try 2 of 5). Nothing is lost."
    assert rig.send() == ()
    rig.pass_time(121)
    (job,) = rig.send()
    assert (job.state, job.tries) == (S.HANDED_OVER, 2)
    first, second = rig.simulator.stored_faxes()
    assert second.original_id == first.message_id
    assert sum(r.body_size > 2000 for r in rig.asked("POST", "/fax")) == 1
    rig.pass_time(60)
    (job,) = rig.refresh()
    assert (job.state, job.error_code) == (S.SENT, "")


def test_pages_the_service_has_deleted_are_uploaded_again(rig: Rig) -> None:
    job = rig.queue_one(magic("busy once"))
    rig.send()
    rig.pass_time(20)
    (job,) = rig.refresh()
    delete_everywhere(rig, job.source_message_id)
    rig.pass_time(121)
    (job,) = rig.send()
    assert job.state is S.HANDED_OVER
    assert rig.simulator.stored_faxes()[-1].original_id == 0
    rig.pass_time(60)
    (job,) = rig.refresh()
    assert job.state is S.SENT


def test_a_resend_that_is_not_possible_now_waits_a_minute_and_is_uploaded_at_last(rig: Rig) -> None:
    blocker = rig.queue_one(magic("never leaves"))
    rig.send()
    source = rig.get(blocker).message_id
    draft = rig.draft("+16505550199", original_message_id=source)
    # For this desk the other fax is over; the service is still at it and says MSG-343.
    rig.outbox.move([blocker.id], Transition(S.FAILED), rig.clock.now())
    (job,) = rig.faxes.queue(draft, rig.account, CancelToken())
    for _ in range(2):
        (job,) = rig.send()
        assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.RETRY)
        assert rig.send() == ()
        rig.pass_time(61)
    (job,) = rig.send()
    assert job.state is S.HANDED_OVER
    assert rig.stored() == 2


def test_while_the_first_is_being_sent_the_others_are_uploaded_not_refused(rig: Rig) -> None:
    rig.queue(*(f"+1650555{n:04d}" for n in range(1000, 1051)))
    rig.send()
    (job,) = rig.send()
    assert job.state is S.HANDED_OVER
    assert [r.status for r in rig.asked("POST", "/fax")] == [200, 200]


def test_a_lost_answer_is_never_repeated_blindly(rig: Rig) -> None:
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    rig.queue_one()
    (job,) = rig.send()
    assert (job.state, job.detail) == (S.INTERRUPTED, "Interrupted: checking with RingCentral")
    assert rig.send() == ()
    (job,) = rig.refresh()
    assert (job.state, bool(job.message_id)) == (S.HANDED_OVER, True)
    assert rig.stored() == 1


def test_an_answer_that_cannot_be_read_is_a_lost_answer(rig: Rig) -> None:
    rig.simulator.fault("garbage", path="/fax", method="POST")
    rig.queue_one()
    assert rig.send()[0].state is S.INTERRUPTED
    assert rig.refresh()[0].state is S.HANDED_OVER


def test_without_a_network_it_waits_longer_each_time_and_goes_once(rig: Rig) -> None:
    job = rig.queue_one(size=20_000_000)
    for try_number, pause_s in ((2, 5), (3, 15), (4, 30)):
        rig.simulator.fault("cut-during", path="/fax", method="POST")
        (job,) = rig.send()
        assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.NO_CONNECTION)
        assert f"no connection, try {try_number}" in job.detail
        assert "Nothing is lost" in job.detail
        assert job.retry_at == rig.clock.now() + timedelta(seconds=pause_s)
        assert rig.send() == ()
        rig.pass_time(pause_s)
    (job,) = rig.send()
    assert (job.state, job.stumbles, job.tries) == (S.HANDED_OVER, 0, 1)
    assert rig.stored() == 1


def test_a_429_is_waited_out_and_nothing_is_sent_inside_the_penalty(rig: Rig) -> None:
    rig.queue_one()
    rig.queue_one("+16505550143")
    rig.simulator.fault("429", path="/fax", method="POST", seconds=40)
    (job,) = rig.send()
    assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.RATE_LIMIT)
    assert "RingCentral asks us to wait" in job.detail
    turn = rig.dispatcher.send_next(rig.owner, CancelToken())
    assert turn.jobs == ()
    assert turn.next_due_at is not None
    assert 30 < (turn.next_due_at - rig.clock.now()).total_seconds() < 45
    assert len(rig.asked("POST", "/fax")) == 1
    rig.pass_time(45)
    rig.send_all()
    assert rig.stored() == 2


def test_a_5xx_after_the_whole_body_is_checked_before_it_goes_again(rig: Rig) -> None:
    rig.simulator.fault("status", path="/fax", method="POST", status=500)
    job = rig.queue_one()
    (job,) = rig.send()
    assert job.state is S.INTERRUPTED
    assert job.request_id is not None
    assert rig.outbox.request(job.request_id).is_denied
    rig.look_for(700)
    assert rig.get(job).state is S.INTERRUPTED
    rig.look_for(60)
    job = rig.get(job)
    assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.TROUBLE)
    rig.pass_time(60)
    rig.send_all()
    assert rig.get(job).state is S.HANDED_OVER
    assert rig.stored() == 1


def test_a_refused_fax_fails_with_its_cause_for_all(rig: Rig) -> None:
    jobs = rig.queue(GOOD, "+16505550143", cover_index=99)
    ended = rig.send()
    assert [j.state for j in ended] == [S.FAILED, S.FAILED]
    assert ended[0].error_code == "CMN-101"
    assert ended[0].detail.startswith("Failed: RingCentral refused what was asked for.")
    assert not ended[0].is_seen
    assert len(rig.asked("POST", "/fax")) == 1
    assert {j.id for j in ended} == {j.id for j in jobs}


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize(("bad_at", "amount"), [(0, 2), (3, 8), (6, 7)])
def test_one_bad_number_does_not_fail_the_others(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, bad_at: int, amount: int, is_named: bool
) -> None:
    if not is_named:
        monkeypatch.setattr("rcdesk.services.fax.outcomes._named", lambda *_: None)
    rig.simulator.set_limits(Heavy=100)
    numbers = [f"+1650555{n:04d}" for n in range(1000, 1000 + amount)]
    numbers[bad_at] = BAD
    jobs = rig.queue(*numbers)
    for _ in range(30):
        rig.pass_time(61)
        rig.send()
    states = [rig.get(job).state for job in jobs]
    assert states == [S.FAILED if at == bad_at else S.HANDED_OVER for at in range(amount)]
    sent_to = [n for fax in rig.simulator.stored_faxes() for n in fax.numbers]
    assert sorted(sent_to) == sorted(n for n in numbers if n != BAD)
    assert len(rig.asked("POST", "/fax")) <= (2 if is_named else 1 + 2 * amount.bit_length())


def test_cancelled_during_the_upload_only_the_unwanted_one_is_lost(rig: Rig) -> None:
    first, second = rig.queue(GOOD, "+16505550143", size=5_000_000)
    token = CancelToken()
    jobs = rig.send(token, at_first_progress(token.cancel))
    assert [j.state for j in jobs] == [S.QUEUED, S.QUEUED]
    assert rig.stored() == 0
    assert rig.faxes.cancel([first.id]).cancelled[0].state is S.CANCELLED
    (job,) = rig.send()
    assert (job.id, job.state) == (second.id, S.HANDED_OVER)
    assert [fax.numbers for fax in rig.simulator.stored_faxes()] == [("+16505550143",)]


def test_a_user_who_is_faster_than_the_lane_wins(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = rig.queue(GOOD, "+16505550143")
    begin = rig.outbox.begin

    def begin_late(*args: Any, **options: Any) -> FaxRequest:
        monkeypatch.undo()
        rig.faxes.cancel([first.id])
        return begin(*args, **options)

    monkeypatch.setattr(rig.outbox, "begin", begin_late)
    assert [(j.id, j.state) for j in rig.send()] == [(first.id, S.CANCELLED)]
    assert [(j.id, j.state) for j in rig.send()] == [(second.id, S.HANDED_OVER)]
    assert [fax.numbers for fax in rig.simulator.stored_faxes()] == [("+16505550143",)]


def test_cancelled_after_the_last_byte_it_is_looked_for(rig: Rig) -> None:
    rig.simulator.fault("slow", path="/fax", method="POST", seconds=30)
    rig.queue_one()
    token = CancelToken()

    def stop_when_complete(progress: tuple[tuple[int, ...], int, int]) -> None:
        if progress[1] == progress[2]:
            token.cancel()

    (job,) = rig.send(token, stop_when_complete)
    assert job.state is S.INTERRUPTED


def test_a_missing_or_altered_copy_fails_before_a_byte_leaves(rig: Rig) -> None:
    job = rig.queue_one(size=2000)
    path = rig.spool.path(job.files[0].digest)
    path.chmod(0o600)
    path.write_bytes(b"y" * 2000)
    (job,) = rig.send()
    assert job.state is S.FAILED
    assert "letter.txt is missing or was changed. Nothing was sent." in job.detail
    job = rig.queue_one(size=3000)
    rig.spool.path(job.files[0].digest).unlink()
    (job,) = rig.send()
    assert job.state is S.FAILED
    assert "letter.txt" in job.detail
    assert rig.asked("POST", "/fax") == []


def test_a_full_disk_after_the_answer_loses_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    job = rig.queue_one()

    def is_full(*_: object) -> None:
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(rig.outbox, "hand_over", is_full)
        with pytest.raises(StoreError):
            rig.send()
        assert rig.get(job).state is S.SENDING
        with pytest.raises(StoreError):
            rig.send()
    (job,) = rig.send()
    assert (job.state, bool(job.message_id)) == (S.HANDED_OVER, True)
    assert rig.stored() == 1


def test_a_full_disk_before_the_last_byte_sends_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    job = rig.queue_one()

    def is_full(*_: object) -> None:
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(rig.outbox, "mark_last_byte", is_full)
        (job,) = rig.send()
    assert (job.state, "archive" in job.detail) == (S.WAITING, True)
    assert rig.stored() == 0
    rig.pass_time(30)
    assert rig.send()[0].state is S.HANDED_OVER


@pytest.mark.parametrize("is_complete", [False, True])
def test_a_bug_during_the_request_takes_the_road_of_a_crash(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, is_complete: bool
) -> None:
    job = rig.queue_one()

    def mistake(progress: tuple[tuple[int, ...], int, int]) -> None:
        if progress[1] and (progress[1] == progress[2]) is is_complete:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rig.send(report=mistake)
    assert rig.get(job).state is (S.INTERRUPTED if is_complete else S.WAITING)


def test_signed_out_nothing_changes(rig: Rig) -> None:
    job = rig.queue_one()
    nobody = Dispatcher(lambda: None, rig.outbox, rig.spool, rig.clock)
    with pytest.raises(SignInNeeded):
        nobody.send_next(rig.owner, CancelToken())
    assert rig.get(job).state is S.QUEUED


def test_a_fax_never_leaves_from_another_persons_account(rig: Rig) -> None:
    sent, waiting = rig.queue_one(), rig.queue_one("+16505550143")
    rig.send()
    second = rig.simulator.second_credentials
    rig.connection.sign_in_jwt(
        Credentials(client_id=second["client_id"], client_secret=second["client_secret"], jwt=second["jwt"]),
        CancelToken(),
    )
    assert rig.send() == ()
    rig.pass_time(60)
    assert rig.refresh() == ()
    assert [rig.get(job).state for job in (sent, waiting)] == [S.HANDED_OVER, S.QUEUED]
    assert rig.stored() == 1


def test_after_a_new_sign_in_the_waiting_ones_go_at_once(rig: Rig) -> None:
    rig.queue_one()
    rig.simulator.fault("status", path="/fax", method="POST", status=401, times=4)
    (job,) = rig.send()
    assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.SIGN_IN)
    assert rig.send() == ()
    rig.connection.sign_in_jwt(
        Credentials(
            client_id=rig.simulator.client_id,
            client_secret=rig.simulator.client_secret,
            jwt=rig.simulator.jwt,
        ),
        CancelToken(),
    )
    assert rig.send()[0].state is S.HANDED_OVER


def test_two_faxes_to_one_number_are_never_under_way_together(rig: Rig) -> None:
    first, second = rig.queue_one(), rig.queue_one(note="Another")
    assert [j.id for j in rig.send()] == [first.id]
    assert rig.send() == ()
    assert rig.get(second).wait_reason is WaitReason.SAME_NUMBER
    rig.pass_time(60)
    rig.refresh()
    assert [j.id for j in rig.send()] == [second.id]


def test_what_the_user_wanted_sent_by_a_time_is_not_sent_after_it(rig: Rig) -> None:
    rig.queue_one(keep_trying_until=rig.clock.now() + timedelta(minutes=5))
    rig.pass_time(301)
    (job,) = rig.send()
    assert job.state is S.FAILED
    assert "as you asked" in job.detail
    assert rig.asked("POST", "/fax") == []


def test_scheduled_here_it_goes_at_its_time(rig: Rig) -> None:
    job = rig.queue_one(send_at=rig.clock.now() + timedelta(hours=2))
    assert job.is_scheduled
    turn = rig.dispatcher.send_next(rig.owner, CancelToken())
    assert turn.jobs == ()
    assert turn.next_due_at == rig.clock.now() + timedelta(minutes=5)
    rig.pass_time(7200)
    assert rig.send()[0].state is S.HANDED_OVER
    assert rig.simulator.stored_faxes()[0].send_at is None


def test_scheduled_there_it_is_handed_over_now_and_followed_from_its_time_on(rig: Rig) -> None:
    at = rig.clock.now() + timedelta(hours=2)
    rig.queue_one(send_at=at, send_by=SendBy.SERVICE)
    (job,) = rig.send()
    assert job.state is S.HANDED_OVER
    assert job.detail.startswith("With RingCentral, which sends it at ")
    send_at = rig.simulator.stored_faxes()[0].send_at
    assert send_at is not None
    assert abs((send_at - at).total_seconds()) < 1
    before = len(rig.simulator.requests)
    assert rig.refresh() == ()
    assert len(rig.simulator.requests) == before
    rig.pass_time(7300)
    assert rig.refresh()[0].state is S.SENT


def test_a_paused_queue_stands_still(rig: Rig) -> None:
    rig.queue_one()
    rig.faxes.pause_all(rig.owner)
    turn = rig.dispatcher.send_next(rig.owner, CancelToken())
    assert (turn.jobs, turn.next_due_at) == ((), None)
    rig.faxes.resume_all(rig.owner)
    assert rig.send()[0].state is S.HANDED_OVER


def test_a_note_alone_is_a_fax_and_nothing_is_none(rig: Rig) -> None:
    to = (Recipient(number=GOOD),)
    rig.faxes.queue(FaxDraft(recipients=to, documents=(), note="Only words"), rig.account, CancelToken())
    assert rig.send()[0].state is S.HANDED_OVER
    gone = FaxDraft(
        recipients=(Recipient(number="+16505550143"),), documents=(), original_message_id="2099999999"
    )
    rig.faxes.queue(gone, rig.account, CancelToken())
    (job,) = rig.send()
    assert job.state is S.FAILED
    assert "no copy here" in job.detail
    assert rig.stored() == 1


def delete_everywhere(rig: Rig, message_id: str) -> None:
    """Somebody purges a message at the service."""
    from rcdesk.api.rest import message_store

    message_store.delete(rig.connection.session, message_id, CancelToken())
    message_store.delete(rig.connection.session, message_id, CancelToken())
