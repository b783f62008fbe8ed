"""Lost answers and what becomes of handed-over faxes, against the simulator over HTTP."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from rcdesk.api.rest import message_store
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown
from rcdesk.core.fax.fax import FaxState, SendBy, WaitReason
from tests.unit.services.fax_rig import GOOD, Rig, magic

S = FaxState
HOUR = timedelta(hours=1)


# -- lost answers -----------------------------------------------------------------------------------------


def test_a_crash_before_the_last_byte_sends_it_again(rig: Rig) -> None:
    job = rig.queue_one()
    (job,) = rig.crash_in(job, has_last_byte=False)
    assert (job.state, job.detail) == (S.QUEUED, "Stopped before it had left; it goes out again")
    assert rig.send()[0].state is S.HANDED_OVER
    assert rig.stored() == 1


def test_a_crash_after_the_last_byte_asks_the_user_when_nothing_arrived(rig: Rig) -> None:
    job = rig.queue_one()
    (job,) = rig.crash_in(job, has_last_byte=True)
    assert job.state is S.INTERRUPTED
    rig.look_for(700)
    assert rig.get(job).state is S.INTERRUPTED
    assert rig.send() == ()
    rig.look_for(60)
    job = rig.get(job)
    assert job.state is S.NEEDS_YOU
    assert job.detail.startswith("Needs you: it may have been sent.")
    assert rig.faxes.resolve(job.id, was_sent=False).state is S.QUEUED
    assert rig.send()[0].state is S.HANDED_OVER
    assert rig.stored() == 1


def test_many_quick_looks_are_not_long_enough_and_one_late_look_is_not_many(rig: Rig) -> None:
    job = rig.queue_one()
    rig.crash_in(job, has_last_byte=True)
    for _ in range(8):
        rig.refresh()
    assert rig.get(job).state is S.INTERRUPTED
    other = rig.queue_one("+16505550143")
    rig.crash_in(other, has_last_byte=True)
    rig.pass_time(750)
    rig.refresh()
    assert rig.get(job).state is S.NEEDS_YOU
    assert rig.get(other).state is S.INTERRUPTED


def test_found_after_a_restart_for_every_recipient(rig: Rig) -> None:
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    jobs = rig.queue(GOOD, "+16505550143", "+16505550144")
    rig.send()
    rig.restart()
    found = rig.refresh()
    assert [j.state for j in found] == [S.HANDED_OVER] * 3
    assert {j.id for j in found} == {j.id for j in jobs}
    assert rig.stored() == 1


def test_a_message_of_another_request_is_not_taken(rig: Rig) -> None:
    rig.queue_one()
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    lost = rig.queue_one()
    rig.crash_in(lost, has_last_byte=True)
    rig.look_for(800)
    assert rig.get(lost).state is S.NEEDS_YOU


@pytest.mark.parametrize("change", ["note", "recipients", "earlier", "later"])
def test_what_does_not_fit_is_not_taken(rig: Rig, change: str) -> None:
    """A fax of somebody else on this account, nearly like ours."""
    numbers = (GOOD, "+16505550143") if change == "recipients" else (GOOD,)
    note = "Good day" if change == "note" else "Hello"

    def theirs() -> None:
        sent_elsewhere(rig, *numbers, note=note)

    if change == "earlier":
        theirs()
        rig.pass_time(90)
    job = rig.queue_one()
    rig.crash_in(job, has_last_byte=True)
    if change == "later":
        rig.pass_time(2000)
    if change != "earlier":
        theirs()
    rig.look_for(800)
    assert rig.get(job).state is S.NEEDS_YOU


def test_one_that_was_cancelled_meanwhile_stays_cancelled(rig: Rig) -> None:
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    first, second = rig.queue(GOOD, "+16505550143")
    rig.send()
    (cancelled,) = rig.faxes.cancel([first.id]).cancelled
    assert "It may have been sent before" in cancelled.detail
    rig.refresh()
    assert rig.get(first).state is S.CANCELLED
    assert rig.get(second).state is S.HANDED_OVER


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_a_clock_that_jumps_neither_loses_nor_doubles(rig: Rig, jump: timedelta, moment: str) -> None:
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    job = rig.queue_one()

    def set_clock(progress: tuple[tuple[int, ...], int, int]) -> None:
        if moment == "during" and not progress[1]:
            rig.clock.jump(jump)

    if moment == "before":
        rig.clock.jump(jump)
    (job,) = rig.send(report=set_clock)
    assert job.state is S.INTERRUPTED
    if moment == "after":
        rig.clock.jump(jump)
    rig.look_for(180)
    assert rig.states(job)[-2:] == [S.HANDED_OVER, S.SENT]
    rig.send_all()
    assert rig.stored() == 1


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_does_not_shorten_the_wait_for_what_did_not_arrive(rig: Rig, jump: timedelta) -> None:
    job = rig.queue_one()
    rig.crash_in(job, has_last_byte=True)
    rig.clock.jump(jump)
    rig.look_for(400)
    assert rig.get(job).state is S.INTERRUPTED
    rig.look_for(400)
    assert rig.get(job).state is S.NEEDS_YOU


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_while_it_waits_for_its_retry_sends_it_once(rig: Rig, jump: timedelta) -> None:
    job = rig.queue_one(magic("busy once"))
    rig.send()
    rig.pass_time(20)
    rig.refresh()
    rig.clock.jump(jump)
    rig.send_all()
    rig.pass_time(30)
    rig.refresh()
    rig.send_all()
    assert rig.get(job).state is S.SENT
    assert rig.stored() == 2


def test_a_machine_whose_clock_is_wrong_finds_its_fax(rig: Rig) -> None:
    rig.clock.jump(timedelta(hours=-7))
    rig.faxes.check((), CancelToken())
    message_store.list_messages(rig.connection.session, token=CancelToken())
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    rig.queue_one()
    rig.send()
    assert rig.refresh()[0].state is S.HANDED_OVER


# -- following --------------------------------------------------------------------------------------------


def test_one_message_of_fifty_is_read_once_and_every_recipient_has_its_result(rig: Rig) -> None:
    codes = ["LineBusy", "NoFaxMachine", "SentPartially", "InternalError", "WrongNumber"]
    numbers = [magic(code) for code in codes] + [f"+1650555{n:04d}" for n in range(1000, 1045)]
    jobs = rig.queue(*numbers)
    rig.send()
    rig.pass_time(120)
    before = len(rig.simulator.requests)
    changed = rig.refresh()
    assert len(rig.simulator.requests) == before + 1
    assert len(changed) == 50
    states = [rig.get(job).state for job in jobs]
    assert states[:5] == [S.WAITING, S.FAILED, S.FAILED, S.WAITING, S.FAILED]
    assert set(states[5:]) == {S.SENT}
    assert rig.get(jobs[2]).detail.startswith("Failed: Only a part of the pages got through.")
    rig.pass_time(121)
    again = rig.send()
    assert {j.id for j in again} == {jobs[0].id, jobs[3].id}
    assert [fax.original_id for fax in rig.simulator.stored_faxes()] == [0, int(jobs_message(rig, jobs[9]))]


def test_many_messages_are_read_as_one_list(rig: Rig) -> None:
    rig.simulator.set_limits(Heavy=100)
    jobs = [rig.queue_one(f"+1650555{n:04d}") for n in range(1000, 1008)]
    rig.send_all()
    rig.pass_time(120)
    before = len(rig.simulator.requests)
    rig.refresh()
    assert len(rig.simulator.requests) == before + 1
    assert {rig.get(job).state for job in jobs} == {S.SENT}


def test_a_busy_number_is_tried_five_times(rig: Rig) -> None:
    job = rig.queue_one(magic("LineBusy"))
    for _ in range(40):
        rig.send()
        rig.pass_time(120)
        rig.refresh()
    job = rig.get(job)
    assert (job.state, job.tries, job.error_code) == (S.FAILED, 5, "LineBusy")
    assert job.detail == "Failed: Their line was busy. Try again in a few minutes."
    assert rig.stored() == 5


def test_with_a_time_of_the_user_it_is_tried_until_then(rig: Rig) -> None:
    until = rig.clock.now() + timedelta(minutes=10)
    job = rig.queue_one(magic("LineBusy"), keep_trying_until=until)
    rig.send()
    rig.pass_time(20)
    rig.refresh()
    # Past midnight the day is named too.
    assert re.search(rf"try 2, at most until (\w+ )?{until.astimezone():%H:%M}", rig.get(job).detail)
    for _ in range(12):
        rig.pass_time(60)
        rig.send()
        rig.refresh()
    job = rig.get(job)
    assert (job.state, job.tries) == (S.FAILED, 3)
    until_text = f"{until.astimezone():%H:%M}"
    assert job.detail.startswith(f"Failed: not sent before {until_text}, as you asked: their line was busy.")


def test_a_failure_without_a_reason_is_looked_up_in_the_call_log_once(rig: Rig) -> None:
    rig.queue(magic("failed without a reason"), magic("NoFaxMachine"))
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    assert len(rig.asked("GET", "/call-log")) == 1
    other = rig.queue_one("+16505550143")
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    assert rig.get(other).state is S.SENT
    assert len(rig.asked("GET", "/call-log")) == 1


def test_a_second_riddle_waits_until_the_call_log_may_be_asked_again(rig: Rig) -> None:
    first = rig.queue_one(magic("failed without a reason"))
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    assert rig.get(first).state is S.WAITING
    rig.pass_time(121)
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    assert rig.get(first).state is S.HANDED_OVER
    rig.pass_time(600)
    rig.refresh()
    assert rig.get(first).state is S.WAITING
    assert len(rig.asked("GET", "/call-log")) == 2


@pytest.mark.parametrize("had_ended", [True, False])
def test_a_message_that_is_gone_is_looked_up_when_its_trace_does_not_say_enough(
    rig: Rig, had_ended: bool
) -> None:
    job = rig.queue_one("+16505550143" if had_ended else magic("never leaves"))
    (job,) = rig.send()
    rig.pass_time(180)
    for _ in range(2):
        message_store.delete(rig.connection.session, job.message_id, CancelToken())
    rig.refresh()
    job = rig.get(job)
    if had_ended:
        assert job.state is S.SENT
    else:
        assert job.state is S.FAILED
        assert job.detail == "Failed: RingCentral no longer knows this fax. Ask them whether it arrived."
    # The trace of a purged message still says how it ended.
    assert len(rig.asked("GET", "/call-log")) == (0 if had_ended else 1)


def test_a_fax_that_stays_in_the_services_queue_stays_as_it_is(rig: Rig) -> None:
    job = rig.queue_one(magic("never leaves"))
    rig.send()
    rig.look_for(400, every_s=50)
    assert rig.get(job).state is S.HANDED_OVER
    assert rig.stored() == 1


def test_nothing_to_follow_asks_nothing(rig: Rig) -> None:
    before = len(rig.simulator.requests)
    rig.queue_one()
    assert rig.refresh() == ()
    assert len(rig.simulator.requests) == before


# -- taking back ------------------------------------------------------------------------------------------


def test_a_scheduled_fax_is_taken_back_and_the_others_of_its_request_go_again(rig: Rig) -> None:
    at = rig.clock.now() + timedelta(hours=2)
    first, second = rig.queue(GOOD, "+16505550143", send_at=at, send_by=SendBy.SERVICE)
    rig.send()
    back = rig.faxes.take_back([first.id], CancelToken())
    assert back.sentence == "Taken back from RingCentral."
    assert rig.get(first).state is S.CANCELLED
    assert rig.get(second).state is S.QUEUED
    (job,) = rig.send()
    assert (job.id, job.state) == (second.id, S.HANDED_OVER)
    alive = [fax for fax in rig.simulator.stored_faxes() if not fax.is_deleted]
    assert [fax.numbers for fax in alive] == [("+16505550143",)]
    rig.pass_time(7300)
    rig.refresh()
    assert rig.get(second).state is S.SENT


@pytest.mark.parametrize("fault", ["answer-lost", "cut-after"])
def test_a_lost_answer_to_the_deletion_is_looked_up(rig: Rig, fault: str) -> None:
    job = rig.queue_one(send_at=rig.clock.now() + timedelta(hours=2), send_by=SendBy.SERVICE)
    rig.send()
    rig.simulator.fault(fault, path="/message-store", method="DELETE")
    if fault == "cut-after":
        with pytest.raises(OutcomeUnknown):
            rig.faxes.take_back([job.id], CancelToken())
        assert rig.get(job).state is S.HANDED_OVER
    rig.faxes.take_back([job.id], CancelToken())
    assert rig.get(job).state is S.CANCELLED
    assert rig.simulator.stored_faxes()[0].is_deleted


def test_what_was_sent_cannot_be_taken_back(rig: Rig) -> None:
    job = rig.queue_one()
    rig.send()
    rig.pass_time(60)
    back = rig.faxes.take_back([job.id], CancelToken())
    assert back.jobs == ()
    assert "too late" in back.sentence
    assert rig.refresh()[0].state is S.SENT


def test_one_of_several_that_are_being_sent_cannot_be_taken_back_alone(rig: Rig) -> None:
    first, _ = rig.queue(GOOD, "+16505550143")
    rig.send()
    back = rig.faxes.take_back([first.id], CancelToken())
    assert (back.jobs, "together with others" in back.sentence) == ((), True)
    assert rig.get(first).state is S.HANDED_OVER


def test_what_somebody_has_got_already_is_not_deleted_for_the_rest(rig: Rig) -> None:
    first, second = rig.queue("+16505550143", magic("slow"))
    rig.send()
    rig.pass_time(30)
    back = rig.faxes.take_back([first.id, second.id], CancelToken())
    assert back.jobs == ()
    assert back.sentence.startswith("For 2 it was too late")
    assert not rig.simulator.stored_faxes()[0].is_deleted
    rig.pass_time(90)
    assert {job.state for job in rig.refresh()} == {S.SENT}


def test_one_that_waits_in_the_services_queue_is_deleted_there(rig: Rig) -> None:
    job = rig.queue_one(magic("never leaves"))
    rig.send()
    back = rig.faxes.take_back([job.id], CancelToken())
    assert back.jobs[0].state is S.CANCELLED
    assert "some pages may have arrived" in back.jobs[0].detail
    assert rig.simulator.stored_faxes()[0].is_deleted
    assert rig.faxes.take_back([job.id], CancelToken()).sentence == ""


def test_a_time_with_the_service_can_be_changed(rig: Rig) -> None:
    job = rig.queue_one(send_at=rig.clock.now() + timedelta(hours=2), send_by=SendBy.SERVICE)
    rig.send()
    rig.faxes.take_back([job.id], CancelToken())
    at = rig.clock.now() + timedelta(hours=5)
    (job,) = rig.faxes.reschedule([job.id], at, SendBy.DESK)
    assert (job.state, job.wait_reason, job.retry_at) == (S.WAITING, WaitReason.SCHEDULED, at)


def sent_elsewhere(rig: Rig, *numbers: str, note: str) -> None:
    """The same person faxes from another program."""
    from rcdesk.api.rest import fax
    from rcdesk.core.fax.fax import Recipient, Resolution
    from rcdesk.core.service import FaxContents

    fax.RestFax(rig.connection.session).send(
        FaxContents(
            recipients=tuple(Recipient(number=n) for n in numbers),
            resolution=Resolution.FINE,
            note=note,
            text="Something",
        ),
        [],
        CancelToken(),
    )


def jobs_message(rig: Rig, job: object) -> str:
    """The message id a job has now."""
    from rcdesk.core.fax.fax import FaxJob

    assert isinstance(job, FaxJob)
    return rig.get(job).message_id
