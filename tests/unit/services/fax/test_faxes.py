"""The commands about faxes on a real archive and spool; the service is the simulator over HTTP."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from rcdesk.api.rest import message_store
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import FaxDraft, FaxState, Recipient, SendBy, WaitReason
from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.core.fax.send_checks import Oddity
from rcdesk.core.people.people import PersonSource
from rcdesk.core.spoken_time import near_moment
from rcdesk.store.fax.received import InboundMessage, ReceivedFaxes
from rcdesk.store.people.people import People, PersonRecord
from tests.unit.services.fax_rig import GOOD, Rig, magic

S = FaxState


def test_drafts_that_cannot_be_a_fax(rig: Rig) -> None:
    to = (Recipient(number=GOOD),)
    for draft, words in (
        (FaxDraft(recipients=(), documents=(), note="x"), "who gets the fax"),
        (FaxDraft(recipients=to, documents=()), "nothing to fax"),
        (FaxDraft(recipients=to, documents=(), note="x" * 1025), "1025 characters"),
    ):
        with pytest.raises(UserError, match=words):
            rig.faxes.queue(draft, rig.account, CancelToken())
    assert rig.faxes.live(rig.owner) == ()


def test_files_are_checked_one_by_one(rig: Rig) -> None:
    good = rig.folder / "a.txt"
    good.write_text("words")
    checks = rig.faxes.check((good, rig.folder / "gone.txt"), CancelToken())
    assert checks[0].document is not None
    assert checks[1].document is None
    assert "not there any more" in checks[1].problem


def test_the_copy_is_what_was_there_at_send(rig: Rig) -> None:
    draft = rig.draft()
    path = draft.documents[0].path
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rig.faxes.queue(draft, rig.account, CancelToken())
    path.write_text("something else")
    rig.send()
    assert rig.simulator.stored_faxes()[0].digests == (digest,)


def test_within_the_undo_time_nothing_leaves_and_it_can_be_taken_back(rig: Rig) -> None:
    job = rig.queue_one(undo_s=10)
    assert job.state is S.HELD
    assert rig.send() == ()
    (job,) = rig.faxes.undo([job.id])
    assert (job.state, job.detail) == (S.CANCELLED, "Taken back by you. Nothing was sent")
    assert rig.faxes.undo([job.id]) == ()
    draft = rig.faxes.draft_of(job.id)
    assert draft.documents[0].name == "letter.txt"
    assert draft.note == "Hello"


def test_after_the_undo_time_it_goes(rig: Rig) -> None:
    job = rig.queue_one(undo_s=10)
    (job,) = rig.faxes.release([job.id])
    assert job.state is S.QUEUED
    assert rig.faxes.undo([job.id]) == ()
    assert rig.send()[0].state is S.HANDED_OVER


def test_held_and_scheduled_survive_a_restart(rig: Rig) -> None:
    held = rig.queue_one(undo_s=60)
    later = rig.queue_one("+16505550143", send_at=rig.clock.now() + timedelta(hours=1))
    rig.restart()
    assert rig.get(held).state is S.HELD
    assert rig.get(later).is_scheduled
    rig.faxes.release([held.id])
    rig.pass_time(3600)
    rig.send_all()
    assert rig.stored() == 2


def test_cancelling_half_way_says_what_has_gone(rig: Rig) -> None:
    jobs = rig.queue(*(f"+1650555{n:04d}" for n in range(1000, 1060)))
    rig.send()
    outcome = rig.faxes.cancel([job.id for job in jobs])
    assert (len(outcome.cancelled), len(outcome.gone)) == (10, 50)
    assert rig.send() == ()
    assert rig.stored() == 1


def test_a_failed_fax_is_retried_with_fresh_tries_and_without_its_old_deadline(rig: Rig) -> None:
    job = rig.queue_one(magic("NoFaxMachine"), keep_trying_until=rig.clock.now() + timedelta(minutes=1))
    rig.send()
    rig.pass_time(90)
    rig.refresh()
    assert rig.get(job).state is S.FAILED
    (job,) = rig.faxes.retry([job.id])
    assert (job.state, job.tries, job.keep_trying_until) == (S.QUEUED, 0, None)
    assert rig.send()[0].state is S.HANDED_OVER


def test_sending_again_makes_a_new_fax_of_a_sent_one_and_needs_no_upload(rig: Rig) -> None:
    jobs = rig.queue(GOOD, magic("NoFaxMachine"))
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    again, new = rig.faxes.send_again([job.id for job in jobs])
    assert (again.id, again.state) == (jobs[1].id, S.QUEUED)
    assert new.id not in {job.id for job in jobs}
    assert new.files == jobs[0].files
    rig.send_all()
    assert rig.get(jobs[0]).state is S.SENT
    first = rig.simulator.stored_faxes()[0].message_id
    assert [fax.original_id for fax in rig.simulator.stored_faxes()] == [0, first, first]


def test_one_fax_or_all_can_be_paused(rig: Rig) -> None:
    first, second = rig.queue_one(), rig.queue_one("+16505550143")
    (job,) = rig.faxes.pause([first.id])
    assert (job.state, job.wait_reason) == (S.WAITING, WaitReason.PAUSED)
    assert [j.id for j in rig.send()] == [second.id]
    assert rig.send() == ()
    (job,) = rig.faxes.resume([first.id])
    assert job.state is S.QUEUED
    rig.faxes.pause_all(rig.owner)
    assert rig.faxes.is_paused(rig.owner)
    assert rig.send() == ()
    rig.faxes.resume_all(rig.owner)
    assert rig.send()[0].id == first.id


def test_a_paused_scheduled_fax_goes_back_to_its_time(rig: Rig) -> None:
    at = rig.clock.now() + timedelta(hours=1)
    job = rig.queue_one(send_at=at)
    rig.faxes.pause([job.id])
    (job,) = rig.faxes.resume([job.id])
    assert (job.wait_reason, job.retry_at) == (WaitReason.SCHEDULED, at)


def test_a_time_can_be_changed_until_it_has_gone(rig: Rig) -> None:
    job = rig.queue_one()
    at = rig.clock.now() + timedelta(hours=1)
    (job,) = rig.faxes.reschedule([job.id], at, SendBy.DESK)
    assert job.is_scheduled
    (job,) = rig.faxes.reschedule([job.id], None)
    assert job.state is S.QUEUED
    rig.send()
    with pytest.raises(UserError, match="has gone already"):
        rig.faxes.reschedule([job.id], at)


def test_a_deadline_can_be_set_and_lifted(rig: Rig) -> None:
    job = rig.queue_one()
    until = rig.clock.now() + timedelta(hours=1)
    assert rig.faxes.set_deadline([job.id], until)[0].keep_trying_until == until
    assert rig.faxes.set_deadline([job.id], None)[0].keep_trying_until is None


def test_the_users_answer_ends_the_doubt(rig: Rig) -> None:
    job = rig.queue_one()
    rig.crash_in(job, has_last_byte=True)
    job = rig.faxes.resolve(job.id, was_sent=True)
    assert (job.state, job.detail) == (S.SENT, "You said that it was sent")
    with pytest.raises(UserError, match="no answer any more"):
        rig.faxes.resolve(job.id, was_sent=False)
    assert rig.send() == ()


def test_failures_count_until_they_are_seen(rig: Rig) -> None:
    job = rig.queue_one(magic("NoFaxMachine"))
    assert rig.faxes.counts(rig.owner).queue == 1
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    assert rig.faxes.counts(rig.owner).failed_unseen == 1
    rig.faxes.mark_seen([job.id])
    assert rig.faxes.counts(rig.owner).failed_unseen == 0


def test_edit_and_resend_takes_the_pages_from_the_spool(rig: Rig) -> None:
    job = rig.queue_one(magic("NoFaxMachine"), note="Please read")
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    draft = rig.faxes.draft_of(job.id)
    assert draft.recipients == (job.recipient,)
    assert draft.note == "Please read"
    assert draft.documents[0].digest == job.files[0].digest
    (new,) = rig.faxes.queue(
        FaxDraft(recipients=(Recipient(number=GOOD),), documents=draft.documents, note="Other"),
        rig.account,
        CancelToken(),
    )
    assert new.files == job.files
    rig.send()
    assert rig.simulator.stored_faxes()[-1].digests == (job.files[0].digest,)


def test_a_copy_that_is_gone_or_altered_is_said_before_anything_is_queued(rig: Rig) -> None:
    job = rig.queue_one()
    draft = rig.faxes.draft_of(job.id)
    path = rig.spool.path(job.files[0].digest)
    path.chmod(0o600)
    path.write_bytes(b"z" * job.files[0].size_bytes)
    with pytest.raises(UserError, match=r"letter.txt is missing or was changed"):
        rig.faxes.queue(draft, rig.account, CancelToken())
    path.unlink()
    with pytest.raises(UserError, match="not there any more"):
        rig.faxes.draft_of(job.id)


def test_a_sent_fax_is_forwarded_by_its_message_even_without_a_copy(rig: Rig) -> None:
    rig.queue_one()
    (job,) = rig.send()
    rig.pass_time(60)
    rig.refresh()
    draft = rig.faxes.forward(rig.get(job), [Recipient(number="+16505550199")])
    assert draft.original_message_id == job.message_id
    assert draft.documents[0].name == "letter.txt"
    rig.spool.path(job.files[0].digest).unlink()
    draft = rig.faxes.forward(rig.get(job), [Recipient(number="+16505550199")])
    assert (draft.documents, draft.note) == ((), "")
    rig.faxes.queue(draft, rig.account, CancelToken())
    assert rig.send()[0].state is S.HANDED_OVER
    assert rig.simulator.stored_faxes()[-1].original_id == int(job.message_id)


def test_a_received_fax_is_forwarded_by_its_message(rig: Rig) -> None:
    message_id = rig.simulator.inbound_fax(pages=2)
    row = known_received(rig, message_id)
    draft = rig.faxes.forward(row, [Recipient(number=GOOD)])
    rig.faxes.queue(draft, rig.account, CancelToken())
    assert rig.send()[0].state is S.HANDED_OVER
    assert rig.simulator.stored_faxes()[-1].original_id == message_id


def known_received(rig: Rig, message_id: int) -> ReceivedFax:
    """A received fax as the archive notes it."""
    received = ReceivedFaxes(rig.folder / "a.sqlite3", rig.folder / "received")
    message = message_store.get(rig.connection.session, str(message_id), CancelToken())
    assert message.created_at is not None
    incoming = InboundMessage(
        message_id=message.id,
        number=message.from_number,
        name="",
        to_number="",
        created_at=message.created_at,
        pages=message.page_count,
        is_read=False,
    )
    (row,) = received.upsert(rig.owner, [incoming], rig.clock.now())
    received.close()
    return row


def test_the_brake_knows_duplicates_neighbours_and_first_times(rig: Rig) -> None:
    rig.queue_one()
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    draft = rig.draft(GOOD, "+16505550143", "+16505559999")
    facts = rig.faxes.facts(draft, rig.owner)
    assert [f.recipient for f in facts] == list(draft.recipients)
    assert [f.oddity for f in facts] == [Oddity.SAME_PAGES_TODAY, Oddity.ONE_DIGIT_OFF, Oddity.FIRST_TIME]
    other = rig.draft(GOOD, size=2001)
    assert rig.faxes.facts(other, rig.owner)[0].oddity is None


def test_the_brake_knows_telephones_and_numbers_nobody_can_have(rig: Rig) -> None:
    mobile, both, no_word, nobody = "+16505550150", "+16505550151", "+16505550152", "+441632960001"
    people = People(rig.folder / "a.sqlite3")
    for source, number, label, is_fax in (
        (PersonSource.CONTACT, mobile, "Mobile", False),
        (PersonSource.DIRECTORY, both, "Business", False),
        (PersonSource.IMPORT, both, "Work Fax", True),
        (PersonSource.IMPORT, no_word, "Other", False),
        (PersonSource.CONTACT, GOOD, "Home", False),
    ):
        record = PersonRecord(
            source_id=f"{number}{label}", name="Ann", company="", number=number, label=label, is_fax=is_fax
        )
        people.add(rig.owner, source, [record])
    draft = rig.draft(mobile, both, no_word, nobody, GOOD)
    facts = rig.faxes.facts(draft, rig.owner)
    voice = Oddity.VOICE_NUMBER
    assert [f.oddity for f in facts] == [voice, None, None, Oddity.MAY_NOT_EXIST, voice]
    assert facts[0].voice_label == "Mobile"
    rig.queue_one()
    rig.send()
    rig.pass_time(60)
    rig.refresh()
    (fact,) = rig.faxes.facts(rig.draft(GOOD, size=2001), rig.owner)
    assert fact.oddity is None, "a fax has arrived there"
    people.close()


def test_the_start_tidies_the_spool_but_keeps_what_may_be_resent(rig: Rig) -> None:
    job = rig.queue_one()
    stray = rig.folder / "spool" / "ab" / ("ab" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"nobody's")
    rig.restart()
    assert not stray.exists()
    assert rig.spool.path(job.files[0].digest).exists()
    rig.faxes.cancel([job.id])
    rig.clock.advance(31 * 86_400)
    rig.faxes.recover(keep_files_days=30)
    assert not rig.spool.path(job.files[0].digest).exists()


def test_times_are_shown_as_the_wall_clock_shows_them(rig: Rig) -> None:
    now = rig.clock.now().astimezone().replace(hour=12, minute=0)
    assert near_moment(now + timedelta(minutes=70), now) == "13:10"
    tomorrow = now + timedelta(days=1)
    assert near_moment(tomorrow, now) == f"{tomorrow:%a} 12:00"
    later = now + timedelta(days=20)
    assert near_moment(later, now) == f"{later.day} {later:%b} {later.astimezone():%H:%M}"
