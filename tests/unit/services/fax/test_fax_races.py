"""Two lanes at one fax: whoever is first wins, and the other one sees it. Nothing is doubled or mis-told.

The second lane acts at the worst moment: just after the first has read the job and before it writes. Where
the first does both in one transaction, the second has to wait, which is what these tests want.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from rcdesk.api.rest.message_store import Message, MessageRecipient
from rcdesk.core.account.account import Credentials
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError, StoreUnavailable, UserError
from rcdesk.core.fax.fax import FaxJob, FaxState, Recipient, SendBy, WaitReason
from rcdesk.services.fax import reconcile
from rcdesk.services.fax.reconcile import Listing, Reconciler
from rcdesk.store.fax import outbox as outbox_module
from rcdesk.store.fax import rows as fax_rows
from rcdesk.store.fax.transitions import Transition
from tests.unit.services.fax.test_reconcile import sent_elsewhere
from tests.unit.services.fax_rig import BAD, GOOD, Rig

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
        job = rig.outbox.move(
            [job.id], Transition(S.WAITING, wait_reason=WaitReason.NO_CONNECTION, retry_at=now), now
        )[0]
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
    # What was to go again, and is found before it went, does not go.
    assert was_found == (not answers) or (was_found and not was_sent)
    assert not was_found or rig.get(job).state is S.HANDED_OVER


def test_what_the_message_store_lacks_never_moves_a_fax_that_goes_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user said "send again" and the faxes lane took it at once."""
    job = rig.queue_one()
    rig.crash_in(job, has_last_byte=True)
    rig.look_for(700)

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
    rig.look_for(700)
    rig.faxes.resolve(first.id, was_sent=False)
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    assert rig.send()[0].state is S.INTERRUPTED
    later = rig.get(first).request_id
    assert later != request.id
    rig.outbox.count_look(request.id)
    rig.pass_time(60)
    rig.outbox.unresolved(rig.owner)
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
    rig.outbox.move(
        [job.id], Transition(S.WAITING, wait_reason=WaitReason.NO_CONNECTION, retry_at=at, tries=4), now
    )
    other = rig.queue_one(OTHER)
    rig.faxes.pause([other.id])
    assert [j.id for j in rig.faxes.go_on([job.id, other.id])] == [job.id]
    assert (rig.get(job).state, rig.get(job).tries) == (S.QUEUED, 4)


def test_a_number_that_is_named_twice_gets_one_fax(rig: Rig) -> None:
    draft = rig.draft(GOOD)
    twice = (*draft.recipients, replace(draft.recipients[0], name="Annabel"))
    jobs = rig.faxes.queue(replace(draft, recipients=twice), rig.account, CancelToken())
    assert [j.recipient.name for j in jobs] == ["Ann"]


# -- another person signs in meanwhile --------------------------------------------------------------------


def sign_in(rig: Rig, *, second: bool) -> None:
    """Somebody else, or the first person again, on the same connection."""
    who = rig.simulator.second_credentials
    credentials = Credentials(
        client_id=who["client_id"] if second else rig.simulator.client_id,
        client_secret=who["client_secret"] if second else rig.simulator.client_secret,
        jwt=who["jwt"] if second else rig.simulator.jwt,
    )
    rig.connection.sign_in_jwt(credentials, CancelToken())


@pytest.mark.parametrize("is_resend", [False, True])
def test_whoever_signs_in_while_it_is_begun_does_not_send_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, is_resend: bool
) -> None:
    job = rig.queue_one()
    if is_resend:
        rig.send()
        rig.pass_time(60)
        rig.refresh()
        (job,) = rig.faxes.send_again([job.id])
    before = rig.stored()
    start = rig.outbox.begin

    def slow(*args: Any, **options: Any) -> Any:
        sign_in(rig, second=True)
        return start(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(rig.outbox, "begin", slow)
        (job,) = rig.send()
    assert rig.stored() == before
    assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.SIGN_IN)
    assert rig.send() == ()
    sign_in(rig, second=False)
    assert rig.send()[0].state is S.HANDED_OVER


def test_what_another_person_cannot_see_is_not_called_taken_back(rig: Rig) -> None:
    job = rig.queue_one(send_at=rig.clock.now() + timedelta(hours=2), send_by=SendBy.SERVICE)
    rig.send()
    sign_in(rig, second=True)
    with pytest.raises(UserError, match="signed in"):
        rig.faxes.take_back([job.id], CancelToken())
    assert rig.get(job).state is S.HANDED_OVER


def test_a_sign_in_that_cannot_be_renewed_leaves_no_doubt_about_the_fax(rig: Rig) -> None:
    """The service refused the token, so it did not act; the lost answer is that of the token request."""
    job = rig.queue_one()
    rig.simulator.fault("status", path="/fax", method="POST", status=401, times=1)
    rig.simulator.fault("answer-lost", path="/oauth/token", method="POST", times=3)
    (job,) = rig.send(token=NoPauses())
    assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.NO_CONNECTION)
    assert rig.stored() == 0


class NoPauses(CancelToken):
    """Waiting takes no time."""

    def sleep(self, seconds: float) -> None:
        self.check()


# -- what the service says late, or not at all ------------------------------------------------------------


def test_a_message_that_cannot_be_seen_yet_has_not_failed(rig: Rig) -> None:
    rig.queue_one()
    (job,) = rig.send()
    rig.simulator.fault("status", path=f"/message-store/{job.message_id}", method="GET", status=404, times=2)
    rig.pass_time(3)
    assert rig.refresh() == ()
    rig.pass_time(3)
    assert rig.refresh() == ()
    rig.pass_time(60)
    rig.refresh()
    assert rig.get(job).state is S.SENT


def test_a_message_without_a_number_is_a_doubt_and_never_a_reason_to_repeat(rig: Rig) -> None:
    job = rig.queue_one()
    (job,) = rig.crash_in(job, has_last_byte=True)
    request = rig.outbox.request(job.request_id or 0)
    rig.outbox.deny(request.id)
    message = Message(
        id="77",
        status="Queued",
        direction="Outbound",
        created_at=rig.clock.now(),
        page_count=None,
        to=(MessageRecipient(number=""),),
        attachments=(),
    )
    reconciler = Reconciler(rig.outbox, rig.clock)
    for _ in range(5):
        rig.pass_time(200)
        reconciler.reconcile(rig.owner, [request], Listing(messages=(message,)), 0.0)
    assert rig.get(job).state is S.NEEDS_YOU


def test_one_of_which_no_request_is_known_becomes_a_question_also_when_it_is_alone(rig: Rig) -> None:
    job = rig.queue_one()
    rig.crash_in(job, has_last_byte=True)
    with sqlite3.connect(rig.folder / "a.sqlite3") as archive:
        archive.execute("UPDATE fax SET request_id = NULL")
    archive.close()
    rig.refresh()
    assert rig.get(job).state is S.NEEDS_YOU


def test_a_disk_that_fails_between_two_steps_fails_nobody_for_anothers_number(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = rig.queue(GOOD, BAD)
    move, calls = rig.outbox.move, 0

    def fails_second(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StoreUnavailable("The disk is full.")
        return move(*args, **options)

    monkeypatch.setattr(rig.outbox, "move", fails_second)
    with pytest.raises(StoreUnavailable):
        rig.send()
    rig.send_all()
    assert [rig.get(job).state for job in (good, bad)] == [S.HANDED_OVER, S.FAILED]


def test_a_forwarded_fax_that_is_taken_back_keeps_its_pages(rig: Rig) -> None:
    sent = rig.queue_one()
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    sent = rig.get(sent)
    rig.spool.remove_unused(frozenset())
    draft = replace(rig.faxes.forward(sent, sent_to(OTHER)), undo_s=10)
    assert draft.documents == () and draft.original_message_id
    (job,) = rig.faxes.queue(draft, rig.account, CancelToken())
    rig.faxes.undo([job.id])
    assert rig.faxes.draft_of(job.id).original_message_id == draft.original_message_id


def test_a_note_that_was_sent_is_edited_as_a_note(rig: Rig) -> None:
    draft = replace(rig.draft(), documents=())
    (job,) = rig.faxes.queue(draft, rig.account, CancelToken())
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    again = rig.faxes.draft_of(job.id)
    assert (again.note, again.original_message_id) == ("Hello", "")


def sent_to(*numbers: str) -> tuple[Recipient, ...]:
    return tuple(Recipient(number=number) for number in numbers)


def test_a_long_queue_waits_for_its_places_without_being_moved_about(rig: Rig) -> None:
    """Two places a minute are left for calls; what finds none stays as it is, on disk and for the eye."""
    jobs = [rig.queue_one(f"+1650555{n:04d}") for n in range(1000, 1020)]
    rig.send_all()
    now = [rig.get(job) for job in jobs]
    assert rig.stored() == 8
    assert [job.state for job in now[8:]] == [S.QUEUED] * 12
    assert all(len(rig.faxes.history(job.id)) == 1 for job in now[8:])
    sent = rig.dispatcher.send_next(rig.owner, CancelToken())
    assert sent.next_due_at is not None
    rig.pass_time((sent.next_due_at - rig.clock.now()).total_seconds())
    rig.send_all()
    assert rig.stored() == 16


def test_an_old_lost_answer_is_looked_for_in_its_own_time(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since then more was sent from elsewhere than can be listed."""
    monkeypatch.setattr(reconcile, "_PER_PAGE", 2)
    monkeypatch.setattr(reconcile, "_MOST_PAGES", 2)
    job = rig.queue_one()
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    rig.send()
    rig.pass_time(3 * 3600)
    for _ in range(6):
        sent_elsewhere(rig, OTHER, note="Hello")
    rig.refresh()
    assert rig.get(job).state is S.HANDED_OVER


def test_what_cannot_be_looked_through_becomes_a_question(rig: Rig) -> None:
    job = rig.queue_one()
    (job,) = rig.crash_in(job, has_last_byte=True)
    request = rig.outbox.request(job.request_id or 0)
    rig.outbox.deny(request.id)
    reconciler = Reconciler(rig.outbox, rig.clock)
    for _ in range(5):
        rig.pass_time(200)
        reconciler.reconcile(rig.owner, [request], Listing(messages=(), is_whole=False), 0.0)
    assert rig.get(job).state is S.NEEDS_YOU
    assert "too many faxes" in rig.get(job).detail
