"""Faxes whose time came while nobody was at work: late with a word, or asked about; never silently."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient, SendBy, WaitReason
from rcdesk.store.fax.transitions import Transition
from tests.unit.services.fax_rig import Rig

S = FaxState
HOUR_S = 3600.0


def scheduled(rig: Rig, in_s: float = HOUR_S, **options: Any) -> FaxJob:
    """A fax for later, kept by this desk, which has been at work until now."""
    rig.send()
    return rig.queue_one(send_at=rig.clock.now() + timedelta(seconds=in_s), **options)


def away(rig: Rig, seconds: float, *, has_restarted: bool) -> None:
    """The machine sleeps that long, or is off."""
    rig.pass_time(seconds)
    if has_restarted:
        rig.restart()


@pytest.mark.parametrize("has_restarted", [False, True])
def test_a_fax_that_is_hours_late_is_asked_about(rig: Rig, has_restarted: bool) -> None:
    job = scheduled(rig)
    away(rig, 20 * HOUR_S, has_restarted=has_restarted)
    rig.send_all()
    job = rig.get(job)
    assert (job.state, job.wait_reason, rig.stored()) == (S.NEEDS_YOU, WaitReason.LATE, 0)
    assert "it was due" in job.detail and "Send it now?" in job.detail
    rig.look_for(600)
    assert rig.get(job).detail == job.detail
    assert rig.faxes.resolve(job.id, was_sent=False).state is S.QUEUED
    assert rig.send()[0].state is S.HANDED_OVER
    assert rig.stored() == 1


@pytest.mark.parametrize("has_restarted", [False, True])
def test_a_fax_that_is_a_little_late_goes_and_says_so(rig: Rig, has_restarted: bool) -> None:
    scheduled(rig)
    away(rig, 2 * HOUR_S, has_restarted=has_restarted)
    (job,) = rig.send()
    assert job.state is S.HANDED_OVER
    assert "late: it was due" in job.detail


def test_one_in_time_says_nothing_of_it(rig: Rig) -> None:
    scheduled(rig)
    for _ in range(13):
        rig.send()
        rig.pass_time(300)
    (job,) = rig.faxes.live(rig.owner)
    assert (job.state, "late" in job.detail) == (S.HANDED_OVER, False)


def test_a_late_one_can_have_another_time_or_be_cancelled_but_was_never_sent(rig: Rig) -> None:
    first, second = scheduled(rig), scheduled(rig)
    away(rig, 20 * HOUR_S, has_restarted=True)
    rig.send_all()
    with pytest.raises(UserError, match="has not been sent"):
        rig.faxes.resolve(first.id, was_sent=True)
    (later,) = rig.faxes.reschedule([first.id], rig.clock.now() + timedelta(hours=1))
    assert (later.state, later.wait_reason) == (S.WAITING, WaitReason.SCHEDULED)
    assert [job.id for job in rig.faxes.cancel([second.id]).cancelled] == [second.id]
    rig.pass_time(HOUR_S + 1)
    rig.send_all()
    assert rig.stored() == 1


@pytest.mark.parametrize("kind", ["retry", "queued", "service", "half sent", "held"])
def test_whatever_waited_when_the_machine_went_off_is_asked_about_days_later(rig: Rig, kind: str) -> None:
    rig.send()
    now = rig.clock.now()
    if kind == "service":
        job = rig.queue_one(send_at=now + timedelta(hours=1), send_by=SendBy.SERVICE)
    else:
        job = rig.queue_one(undo_s=10 if kind == "held" else 0)
    if kind == "retry":
        at = now + timedelta(minutes=5)
        rig.outbox.move(
            [job.id], Transition(S.WAITING, wait_reason=WaitReason.NO_CONNECTION, retry_at=at), now
        )
    if kind == "half sent":
        rig.outbox.begin([job], now, service_offset_s=0.0)
    away(rig, 60 * HOUR_S, has_restarted=True)
    rig.faxes.release([job.id])
    rig.send_all()
    assert (rig.get(job).is_late, rig.stored()) == (True, 0)


def test_a_long_queue_makes_nothing_late(rig: Rig) -> None:
    """Nobody was away: the service takes so many a minute only."""
    job = scheduled(rig)
    other = rig.queue_one("+16505550177")
    rig.simulator.fault("429", path="/fax", method="POST", seconds=200, times=1000)
    for _ in range(60):
        rig.dispatcher.send_next(rig.owner, CancelToken())
        rig.pass_time(290)
    assert not rig.get(job).is_late and not rig.get(other).is_late
    rig.simulator.clear_faults()
    rig.pass_time(290)
    rig.send_all()
    assert rig.stored() == 2


def test_what_came_due_while_the_user_held_the_queue_goes_when_they_let_it_go_on(rig: Rig) -> None:
    job = scheduled(rig)
    rig.faxes.pause_all(rig.owner)
    rig.pass_time(20 * HOUR_S)
    rig.faxes.resume_all(rig.owner)
    (job,) = rig.send()
    assert (job.state, "late: it was due" in job.detail) == (S.HANDED_OVER, True)


def test_a_time_of_the_users_decides_alone(rig: Rig) -> None:
    now = rig.clock.now()
    gone = scheduled(rig, keep_trying_until=now + timedelta(hours=10))
    away(rig, 20 * HOUR_S, has_restarted=True)
    rig.send_all()
    assert (rig.get(gone).state, rig.stored()) == (S.FAILED, 0)
    assert "not sent before" in rig.get(gone).detail


@pytest.mark.slow
def test_thousands_that_fall_due_at_once_go_at_the_services_pace(rig: Rig) -> None:
    """Each once, nothing within a penalty, and none is late: nobody was away."""
    due = rig.clock.now() + timedelta(hours=1)
    for start in range(0, 5000, 50):
        people = tuple(Recipient(number=f"+1650{2_000_000 + n}") for n in range(start, start + 50))
        draft = FaxDraft(recipients=people, documents=(), note=f"Word {start}", send_at=due)
        rig.outbox.add(draft, (), rig.owner, "", rig.clock.now())
    rig.send_all()
    rig.pass_time(HOUR_S)
    for _ in range(1000):
        turn = rig.dispatcher.send_next(rig.owner, CancelToken())
        if turn.next_due_at is None and not turn.jobs:
            break
        if turn.next_due_at is not None:
            rig.pass_time(max(0.0, (turn.next_due_at - rig.clock.now()).total_seconds()))
    stored = [number for fax in rig.simulator.stored_faxes() for number in fax.numbers]
    assert len(stored) == len(set(stored)) == 5000
    assert rig.simulator.requests_in_penalty == 0


@pytest.fixture
def zone() -> Iterator[None]:
    """The zone of this machine is put back."""
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("here", "there"), [("America/New_York", "Asia/Tokyo"), ("Asia/Tokyo", "Etc/GMT+12")]
)
def test_in_another_time_zone_it_goes_at_the_same_moment(rig: Rig, zone: None, here: str, there: str) -> None:
    os.environ["TZ"] = here
    time.tzset()
    job = scheduled(rig)
    os.environ["TZ"] = there
    time.tzset()
    rig.restart()
    rig.pass_time(HOUR_S - 60)
    assert rig.send() == ()
    rig.pass_time(120)
    (sent,) = rig.send()
    assert (sent.id, sent.state, "late" in sent.detail) == (job.id, S.HANDED_OVER, False)
    rig.send_all()
    assert rig.stored() == 1
