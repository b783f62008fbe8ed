"""Two lanes at one fax: whoever is first wins, and the other one sees it. Nothing is doubled or mis-told.

The second lane acts at the worst moment: just after the first has read the job and before it writes. Where
the first does both in one transaction, the second has to wait, which is what these tests want.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rcdesk.core.errors import RcdeskError, UserError
from rcdesk.core.fax import FaxJob, FaxState, SendBy, WaitReason
from rcdesk.store import fax_rows
from rcdesk.store import outbox as outbox_module
from tests.unit.services.fax_rig import GOOD, Rig

S = FaxState
OTHER = "+16505550143"


class OtherLane:
    """Acts once, on a thread of its own, as soon as jobs were read; is_done: it got what it wanted."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action = action
        self.thread = threading.Thread(target=self._run)
        self.is_done = False
        self.problem = ""

    def act(self) -> None:
        if not self.thread.ident:
            self.thread.start()
            self.thread.join(0.5)

    def _run(self) -> None:
        try:
            self._action()
            self.is_done = True
        except RcdeskError as exc:
            self.problem = str(exc)


def meanwhile(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> OtherLane:
    """Let another lane act once when the next jobs were read."""
    lane, read = OtherLane(action), fax_rows.jobs_with
    here = threading.current_thread()

    def jobs_with(*args: Any) -> tuple[FaxJob, ...]:
        jobs = read(*args)
        if threading.current_thread() is here:
            lane.act()
        return jobs

    monkeypatch.setattr(outbox_module, "jobs_with", jobs_with)
    return lane


def begin(rig: Rig, job: FaxJob) -> Callable[[], object]:
    """What the faxes lane does first."""
    return lambda: rig.outbox.begin([job], rig.clock.now(), service_offset_s=0.0)


@pytest.mark.parametrize("command", ["pause", "retry", "cancel", "go_on"])
def test_a_command_never_moves_a_fax_that_is_being_sent(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    job = rig.queue_one()
    if command in ("retry", "go_on"):
        now = rig.clock.now()
        job = rig.outbox.move(job.id, S.WAITING, now=now, wait_reason=WaitReason.NO_CONNECTION, retry_at=now)
    lane = meanwhile(monkeypatch, begin(rig, job))
    getattr(rig.faxes, command)([job.id])
    lane.thread.join()
    assert (rig.get(job).state is S.SENDING) == lane.is_done


@pytest.mark.parametrize("was_sent", [True, False])
def test_an_answer_of_the_user_never_overrules_a_fax_that_was_found(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, was_sent: bool
) -> None:
    job = rig.queue_one()
    (job,) = rig.crash_in(job, has_last_byte=True)
    request_id = job.request_id
    assert request_id is not None
    lane = meanwhile(monkeypatch, lambda: rig.outbox.hand_over(request_id, "77", rig.clock.now(), "found"))
    answers = []
    try:
        answers.append(rig.faxes.resolve(job.id, was_sent=was_sent))
    except UserError:
        pass
    lane.thread.join()
    was_found = rig.get(job).message_id == "77"
    assert was_found == (not answers)
    assert not was_found or rig.get(job).state is S.HANDED_OVER


def test_what_the_message_store_lacks_never_moves_a_fax_that_goes_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user said "send again" and the faxes lane took it at once."""
    job = rig.queue_one()
    rig.crash_in(job, has_last_byte=True)
    rig.look_for(119)

    def again() -> None:
        begin(rig, rig.faxes.resolve(job.id, was_sent=False))()

    rig.outbox.deny(rig.get(job).request_id or 0)
    lane = meanwhile(monkeypatch, again)
    rig.pass_time(60)
    rig.refresh()
    lane.thread.join()
    assert (rig.get(job).state is S.SENDING) == lane.is_done


def test_an_earlier_request_does_not_judge_a_fax_that_is_in_a_later_one(rig: Rig) -> None:
    first, second = rig.queue(GOOD, OTHER)
    request = rig.outbox.begin([first, second], rig.clock.now(), service_offset_s=0.0)
    rig.outbox.mark_last_byte(request.id, rig.clock.now())
    rig.outbox.deny(request.id)
    rig.restart()
    rig.look_for(100)
    rig.faxes.resolve(first.id, was_sent=False)
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    rig.simulator.fault("status", path="/message-store", method="GET", status=503, times=1)
    assert rig.send()[0].state is S.INTERRUPTED
    later = rig.get(first).request_id
    assert later != request.id
    rig.outbox.count_look(request.id)
    rig.pass_time(60)
    rig.outbox.interrupted(rig.owner)
    from rcdesk.services.reconcile import Listing, Reconciler

    reconciler = Reconciler(rig.outbox, rig.clock)
    reconciler.reconcile(rig.owner, [rig.outbox.request(request.id)], Listing(messages=()), 0.0)
    assert rig.get(second).state is S.WAITING
    assert rig.get(first).state is S.INTERRUPTED


@pytest.mark.parametrize("command", ["pause", "later", "pause all"])
def test_what_was_put_off_while_the_lane_chose_it_does_not_go(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    job = rig.queue_one()
    verify = rig.spool.verify
    at = rig.clock.now() + timedelta(hours=3)

    def slow(*args: Any) -> bool:
        if command == "pause":
            rig.faxes.pause([job.id])
        elif command == "later":
            rig.faxes.reschedule([job.id], at)
        else:
            rig.faxes.pause_all(rig.owner)
        return verify(*args)

    monkeypatch.setattr(rig.spool, "verify", slow)
    rig.send()
    assert rig.stored() == 0
    assert rig.get(job).state in (S.WAITING, S.QUEUED)


def test_a_fax_taken_back_to_go_later_is_not_sent_in_between(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = rig.queue_one(send_at=rig.clock.now() + timedelta(hours=2), send_by=SendBy.SERVICE)
    rig.send()
    from rcdesk.core.cancel import CancelToken

    rig.faxes.take_back([job.id], CancelToken())
    assert rig.get(job).state is S.CANCELLED
    reschedule = rig.outbox.reschedule

    def late(*args: Any, **options: Any) -> FaxJob:
        rig.send_all()
        return reschedule(*args, **options)

    monkeypatch.setattr(rig.outbox, "reschedule", late)
    (later,) = rig.faxes.reschedule([job.id], rig.clock.now() + timedelta(hours=5))
    assert (later.state, later.wait_reason) == (S.WAITING, WaitReason.SCHEDULED)


def test_back_online_the_tries_at_a_busy_line_still_count(rig: Rig) -> None:
    job = rig.queue_one()
    now = rig.clock.now()
    at = now + timedelta(seconds=300)
    rig.outbox.move(job.id, S.WAITING, now=now, wait_reason=WaitReason.NO_CONNECTION, retry_at=at, tries=4)
    other = rig.queue_one(OTHER)
    rig.faxes.pause([other.id])
    assert [j.id for j in rig.faxes.go_on([job.id, other.id])] == [job.id]
    assert (rig.get(job).state, rig.get(job).tries) == (S.QUEUED, 4)


def test_a_number_that_is_named_twice_gets_one_fax(rig: Rig) -> None:
    draft = rig.draft(GOOD)
    twice = (*draft.recipients, replace(draft.recipients[0], name="Annabel"))
    from rcdesk.core.cancel import CancelToken

    jobs = rig.faxes.queue(replace(draft, recipients=twice), rig.account, CancelToken())
    assert [j.recipient.name for j in jobs] == ["Ann"]
