"""Faxes and calls of a desk whose server speaks the API of 2010, through the same services as REST.

Against the simulator, whose world both APIs share. What the service cannot do must not be asked of it: the
requests are counted. Read next: tests/flows/test_legacy_flow.py for the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.core.account.account import Credentials, ServerKind, ServerProfile
from rcdesk.core.calls.call import Call, CallRequest, CallState, next_state
from rcdesk.core.calls.past_call import HistoryNews
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotAllowed
from rcdesk.core.fax.fax import YOU_SAID_FAILED, FaxJob, SendBy, WaitReason
from rcdesk.core.fax.fax import FaxState as S
from rcdesk.services.account.connection import Connection
from rcdesk.services.account.sign_in import KeptSignIn
from rcdesk.services.calls.calls import CallService
from rcdesk.services.calls.history import CallHistory
from rcdesk.services.fax import sentences as say
from rcdesk.services.fax.csv_log import write_log
from rcdesk.services.fax.take_back import CANNOT
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.fax.folders import Folders
from rcdesk.store.people.people import People
from tests.unit.services.fax_rig import GOOD, Rig, SetClock, at_first_progress, magic, signed_in

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

OTHER = "+16505550143"
BY_MAIL = "Accepted; the result comes by e-mail"
ANSWERS, SESSION_LOST = "+16505550200", "+16505550210"


def _credentials(simulator: RunningSimulator, password: str | None = None) -> Credentials:
    return Credentials(
        client_id="",
        username=simulator.username,
        extension=simulator.extension,
        password=simulator.password if password is None else password,
    )


@contextmanager
def _legacy(simulator: RunningSimulator, folder: Path, credentials: Credentials) -> Iterator[Rig]:
    clock = SetClock()
    profile = ServerProfile(name="old", base_url=simulator.base_url, kind=ServerKind.LEGACY)
    connection = Connection(profile, Secrets(use_keyring=False), clock)
    account = connection.sign_in(credentials, CancelToken())
    rig = Rig(simulator, connection, account, folder, clock)
    yield rig
    rig.outbox.close()
    connection.close()


@pytest.fixture
def old(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    """Signed in to the pages of 2010, with an empty archive."""
    with _legacy(simulator, tmp_path, _credentials(simulator)) as rig:
        yield rig


def _uploads(rig: Rig) -> int:
    return len(rig.asked("POST", "/faxapi.asp"))


def _accepted(rig: Rig, *numbers: str) -> tuple[FaxJob, ...]:
    jobs = rig.queue(*numbers)
    rig.send_all()
    return tuple(rig.get(job) for job in jobs)


def test_several_people_get_one_request_and_the_result_comes_by_e_mail(old: Rig) -> None:
    jobs = _accepted(old, GOOD, OTHER)
    assert [(job.state, job.detail, job.tries) for job in jobs] == [(S.HANDED_OVER, BY_MAIL, 1)] * 2
    assert all(job.is_accepted for job in jobs)
    assert (_uploads(old), old.stored()) == (1, 1)


def test_what_was_accepted_is_never_asked_about(old: Rig) -> None:
    (job,) = _accepted(old)
    before = len(old.simulator.requests)
    old.pass_time(600)
    assert old.refresh() == ()
    assert len(old.simulator.requests) == before
    assert old.get(job).state is S.HANDED_OVER


def test_what_nobody_marks_leaves_the_queue_after_a_day(old: Rig, tmp_path: Path) -> None:
    """As accepted, no more: nobody is told that it was sent, and it proves nothing about the number."""
    job, marked = _accepted(old, GOOD, OTHER)
    went_out = old.get(job).changed_at
    old.faxes.mark([marked.id], was_sent=True)
    at = old.clock.now() + timedelta(days=1)
    later = old.queue_one("+16505550144", send_at=at, send_by=SendBy.SERVICE)
    old.send_all()
    before = len(old.simulator.requests)
    old.pass_time(86_340)
    assert old.refresh() == ()
    old.pass_time(120)
    (left,) = old.refresh()
    assert (left.id, left.state, left.detail, left.is_seen) == (job.id, S.SENT, say.ARRIVAL_UNKNOWN, True)
    assert left.is_arrival_unknown and "only its e-mail tells" in left.detail
    assert old.get(later).is_accepted, "its day begins when it goes out"
    (fact,) = old.faxes.facts(old.draft(GOOD), old.owner)
    assert fact.last_good_at is None and not fact.is_known
    with closing(Folders(tmp_path / "a.sqlite3")) as folders:
        write_log(folders, old.clock, old.owner, tmp_path / "log.csv")
    assert "Accepted by RingCentral, arrival not known" in (tmp_path / "log.csv").read_text("utf-8-sig")
    assert len(old.simulator.requests) == before, "nothing was asked"
    assert left.changed_at == went_out, "it counts as sent since it went out, not since today"
    (sent,) = old.faxes.mark([job.id], was_sent=True)
    assert (sent.state, sent.detail, sent.is_arrival_unknown) == (S.SENT, say.YOU_SAID_SENT, False)
    (fact,) = old.faxes.facts(old.draft(GOOD), old.owner)
    assert fact.last_good_at is not None
    (failed,) = old.faxes.mark([job.id], was_sent=False)
    assert failed.state is S.FAILED
    old.pass_time(86_400)
    assert [one.id for one in old.refresh()] == [later.id]


def test_the_user_says_how_it_ended_and_may_say_otherwise(old: Rig) -> None:
    first, second = _accepted(old, GOOD, OTHER)
    sent = old.faxes.mark([first.id, second.id], was_sent=True)
    assert [(job.state, job.detail, job.is_seen) for job in sent] == [(S.SENT, say.YOU_SAID_SENT, True)] * 2
    (failed,) = old.faxes.mark([first.id], was_sent=False)
    assert (failed.state, failed.detail, failed.is_seen) == (S.FAILED, say.YOU_SAID_NOT_SENT, True)
    assert failed.error_code == YOU_SAID_FAILED
    assert old.faxes.mark([first.id], was_sent=False) == ()
    (back,) = old.faxes.mark([first.id], was_sent=True)
    assert (back.state, back.error_code) == (S.SENT, "")
    assert old.get(second).state is S.SENT


def test_one_marked_as_failed_is_sent_again_when_asked(old: Rig) -> None:
    (job,) = _accepted(old)
    old.faxes.mark([job.id], was_sent=False)
    old.faxes.retry([job.id])
    old.send_all()
    assert (old.get(job).state, old.get(job).error_code) == (S.HANDED_OVER, "")
    assert (_uploads(old), old.stored()) == (2, 2)


def test_one_marked_as_sent_goes_once_more_as_an_upload(old: Rig) -> None:
    (job,) = _accepted(old)
    old.faxes.mark([job.id], was_sent=True)
    (again,) = old.faxes.send_again([job.id])
    old.send_all()
    assert again.id != job.id
    assert old.get(again).is_accepted
    forwarded = old.faxes.forward(old.get(job))
    assert forwarded.documents and not forwarded.original_message_id
    assert _uploads(old) == 2


def test_a_fax_the_service_reported_is_not_for_the_user_to_mark(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    with signed_in(simulator, tmp_path) as rig:
        job = rig.queue_one()
        rig.send()
        assert rig.faxes.mark([job.id], was_sent=False) == ()
        rig.pass_time(10)
        rig.refresh()
        assert rig.get(job).state is S.SENT
        assert rig.faxes.mark([job.id], was_sent=False) == ()
        assert rig.get(job).state is S.SENT


@pytest.mark.parametrize("kind", ["answer-lost", "cut-after", "garbage"])
def test_without_a_clear_answer_the_user_decides_at_once(old: Rig, kind: str) -> None:
    first, second = old.queue(GOOD, OTHER)
    old.simulator.fault(kind, path="faxapi.asp")
    assert {(job.state, job.detail) for job in old.send()} == {(S.NEEDS_YOU, say.CANNOT_ASK)}
    assert old.states(first)[-2:] == [S.SENDING, S.NEEDS_YOU]
    old.pass_time(3600)
    before = len(old.simulator.requests)
    assert old.refresh() == () and old.send() == ()
    assert len(old.simulator.requests) == before, "it is never sent again by itself"
    assert old.faxes.resolve(first.id, was_sent=True).state is S.SENT
    assert old.faxes.resolve(second.id, was_sent=False).state is S.QUEUED
    old.send_all()
    assert old.get(second).is_accepted


def test_trouble_of_the_service_is_no_proof_that_nothing_was_sent(old: Rig) -> None:
    job = old.queue_one()
    old.simulator.fault("status", path="faxapi.asp", status=500)
    old.send_all()
    assert old.get(job).state is S.NEEDS_YOU


@pytest.mark.parametrize(("has_last_byte", "state"), [(True, S.NEEDS_YOU), (False, S.QUEUED)])
def test_a_crash_leaves_it_to_the_user_only_when_it_may_have_left(
    old: Rig, has_last_byte: bool, state: S
) -> None:
    job = old.queue_one()
    old.crash_in(job, has_last_byte=has_last_byte)
    before = len(old.simulator.requests)
    old.refresh()
    assert old.get(job).state is state
    assert len(old.simulator.requests) == before


def test_cut_on_its_way_it_is_tried_again(old: Rig) -> None:
    job = old.queue_one(size=3_000_000)
    old.simulator.fault("cut-during", path="faxapi.asp")
    old.send()
    assert (old.get(job).state, old.get(job).wait_reason) == (S.WAITING, WaitReason.NO_CONNECTION)
    old.pass_time(10)
    old.send_all()
    assert old.get(job).is_accepted and old.stored() == 1


def test_cancelled_before_its_last_byte_nothing_is_sent(old: Rig) -> None:
    job = old.queue_one(size=3_000_000)
    token = CancelToken()
    old.send(token, at_first_progress(token.cancel))
    assert old.get(job).state is S.QUEUED
    assert old.faxes.cancel([job.id]).cancelled[0].state is S.CANCELLED
    old.send_all()
    assert old.stored() == 0


def test_what_was_accepted_cannot_be_taken_back_and_that_is_said(old: Rig) -> None:
    (job,) = _accepted(old)
    outcome = old.faxes.cancel([job.id])
    assert [gone.id for gone in outcome.gone] == [job.id] and not outcome.cancelled
    before = len(old.simulator.requests)
    back = old.faxes.take_back([job.id], CancelToken())
    assert (back.jobs, back.sentence) == ((), CANNOT)
    assert len(old.simulator.requests) == before
    assert old.get(job).is_accepted


def test_scheduled_by_the_service_or_by_the_desk(old: Rig) -> None:
    at = old.clock.now() + timedelta(hours=2)
    there = old.queue_one(GOOD, send_at=at, send_by=SendBy.SERVICE)
    here = old.queue_one(OTHER, send_at=at)
    old.send_all()
    told = old.get(there)
    assert told.is_accepted and told.is_scheduled
    assert told.detail.startswith("Accepted, to be sent at") and told.detail.endswith("by e-mail")
    assert (old.get(here).state, old.get(here).wait_reason) == (S.WAITING, WaitReason.SCHEDULED)
    assert _uploads(old) == 1
    old.pass_time(7260)
    old.send_all()
    assert old.get(here).detail == BY_MAIL and _uploads(old) == 2


def test_a_second_fax_to_a_number_waits_only_as_long_as_a_few_pages_take(old: Rig) -> None:
    _accepted(old)
    second = old.queue_one()
    old.send_all()
    assert (old.get(second).state, old.get(second).wait_reason) == (S.WAITING, WaitReason.SAME_NUMBER)
    old.pass_time(301)
    old.send_all()
    assert old.get(second).is_accepted


def test_a_refusal_says_why(old: Rig) -> None:
    job = old.queue_one(magic("NoFaxSendPermission"))
    old.send_all()
    assert old.get(job).state is S.FAILED
    assert "prohibited" in old.get(job).detail


def test_a_refused_sign_in_keeps_the_faxes_until_the_next(old: Rig, simulator: RunningSimulator) -> None:
    job, good = old.queue_one(), old.connection
    secrets = Secrets(use_keyring=False)
    KeptSignIn(secrets, good.profile).keep_credentials(_credentials(simulator, "changed since"))
    old.connection = Connection(good.profile, secrets, old.clock)
    old.send()
    assert (old.get(job).state, old.get(job).wait_reason) == (S.WAITING, WaitReason.SIGN_IN)
    assert old.send() == ()
    old.connection.sign_in(_credentials(simulator), CancelToken())
    old.send_all()
    assert old.get(job).is_accepted and old.stored() == 1
    old.connection.close()
    old.connection = good


def test_a_fax_goes_out_only_from_the_account_it_was_written_for(
    old: Rig, simulator: RunningSimulator, tmp_path: Path
) -> None:
    """Three profiles on one archive: the old pages for two people, and REST."""
    second = simulator.second_credentials
    other = Credentials(client_id="", username=second["username"], password=second["password"])
    mine, former = old.queue_one(), old.connection
    (tmp_path / "b").mkdir()
    with (
        _legacy(simulator, tmp_path / "b", other) as theirs,
        signed_in(simulator, tmp_path / "b") as modern,
    ):
        owners = {old.owner, theirs.owner, modern.owner}
        assert len(owners) == 3
        for connection in (theirs.connection, modern.connection):
            old.connection = connection
            assert old.send() == () and old.refresh() == ()
        assert old.get(mine).state is S.QUEUED
        assert old.stored() == 0
    old.connection = former
    old.send_all()
    assert old.get(mine).is_accepted
    assert old.stored() == 1


def test_switched_while_a_fax_is_on_its_way_it_stays_with_its_account(
    old: Rig, simulator: RunningSimulator, tmp_path: Path
) -> None:
    second = simulator.second_credentials
    other = Credentials(client_id="", username=second["username"], password=second["password"])
    (tmp_path / "b").mkdir()
    with _legacy(simulator, tmp_path / "b", other) as theirs:
        job, former = old.queue_one(size=3_000_000), old.connection

        def switch() -> None:
            old.connection = theirs.connection

        old.send(report=at_first_progress(switch))
        assert old.get(job).is_accepted
        assert old.get(job).owner_id == old.owner
        old.connection = former


# -- calls --------------------------------------------------------------------------------------------------


def _placed(service: CallService, rig: Rig, number: str) -> Call:
    request = CallRequest(to_number=number, from_number=rig.account.ringable[0].phone_number)
    call = Call(id="1", request=request, started_at=rig.clock.now(), started_s=0.0)
    return next_state(call, service.phone().place(call.request, CancelToken()), 0.0)


def _played(service: CallService, rig: Rig, call: Call, step_s: float = 1.0) -> list[Call]:
    seen = [call]
    for second in range(200):
        report = service.phone().status(call.session_id, CancelToken())
        call = next_state(call, report, second * step_s)
        seen.append(call)
        if call.state.is_final:
            return seen
        rig.simulator.advance(step_s)
    raise AssertionError("the call never ends")


def test_a_call_is_followed_by_its_codes(old: Rig) -> None:
    service = CallService(lambda: old.connection)
    call = _placed(service, old, ANSWERS)
    assert call.state is CallState.DIALLING and call.session_id
    states = list(dict.fromkeys(one.state for one in _played(service, old, call)))
    assert states[1:] == [CallState.RINGING_YOU, CallState.RINGING_THEM, CallState.TALKING, CallState.ENDED]


def test_completed_without_having_been_seen_in_progress_is_unknown(old: Rig) -> None:
    service = CallService(lambda: old.connection)
    call = _placed(service, old, ANSWERS)
    old.simulator.advance(3600)
    last = _played(service, old, call)[-1]
    assert last.state is CallState.ENDED_UNKNOWN and last.reason


def test_a_ringing_call_is_cancelled_and_only_its_status_says_so(old: Rig) -> None:
    service = CallService(lambda: old.connection)
    call = _played_until(service, old, _placed(service, old, ANSWERS), CallState.RINGING_YOU)
    service.phone().cancel(call.session_id, CancelToken())
    old.simulator.advance(5)
    assert service.phone().status(call.session_id, CancelToken()).call_status == "NoSessionFound"


def _played_until(service: CallService, rig: Rig, call: Call, state: CallState) -> Call:
    for second in range(60):
        call = next_state(call, service.phone().status(call.session_id, CancelToken()), float(second))
        if call.state is state:
            return call
        rig.simulator.advance(1)
    raise AssertionError(f"never {state}")


def test_what_this_service_cannot_tell_is_not_asked(old: Rig, tmp_path: Path) -> None:
    calls, past, people = (
        CallService(lambda: old.connection),
        PastCalls(tmp_path / "a.sqlite3"),
        People(tmp_path / "a.sqlite3"),
    )
    history = CallHistory(lambda: old.connection, past, people, old.clock)
    before = len(old.simulator.requests)
    with pytest.raises(NotAllowed):
        calls.active(CancelToken())
    assert history.result_of(old.owner, "20 .62", CancelToken()) is None
    assert history.sync(old.owner, CancelToken()) == HistoryNews()
    assert len(old.simulator.requests) == before
    past.close()
    people.close()
