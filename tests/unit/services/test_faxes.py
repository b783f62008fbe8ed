"""Faxes against the simulator over HTTP: sent once, never lost, honest about what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.api.rest import message_store
from rcdesk.core.account import Account, Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import SignInNeeded, UserError
from rcdesk.core.fax import FaxDraft, FaxJob, FaxState, Recipient
from rcdesk.services.causes import fax_cause
from rcdesk.services.connection import Connection
from rcdesk.services.faxes import FaxService
from rcdesk.store.outbox import Outbox
from rcdesk.store.secrets import Secrets
from rcdesk.store.spool import Spool

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

GOOD = "+16505550142"


class MovableClock(SystemClock):
    """The machine's clock, moved ahead as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The moved moment."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Rig:
    """A fax service that is signed in to a simulator."""

    simulator: RunningSimulator
    connection: Connection
    account: Account
    outbox: Outbox
    clock: MovableClock
    faxes: FaxService
    folder: Path

    def queue(self, number: str = GOOD, size: int = 2000, note: str = "Hello") -> FaxJob:
        """One text document to one number, recorded."""
        path = self.folder / "letter.txt"
        path.write_bytes((b"x" * 99_999 + b"\n") * (size // 100_000 + 1))
        (check,) = self.faxes.check((path,), CancelToken())
        assert check.document is not None, check.problem
        draft = FaxDraft(
            recipients=(Recipient(number=number, name="Ann"),), documents=(check.document,), note=note
        )
        (job,) = self.faxes.queue(draft, self.account, CancelToken())
        path.unlink()
        return job

    def stored(self) -> int:
        """How many outbound faxes the service has."""
        since = datetime.now(UTC) - timedelta(hours=1)
        session = self.connection.session
        return len(message_store.list_messages(session, token=CancelToken(), date_from=since))


@pytest.fixture
def rig(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    """Signed in, with an empty archive."""
    profile = ServerProfile(name="test", base_url=simulator.base_url, client_id=simulator.client_id)
    connection = Connection(profile, Secrets(use_keyring=False))
    credentials = Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )
    account = connection.sign_in_jwt(credentials, CancelToken())
    outbox = Outbox(tmp_path / "a.sqlite3")
    clock = MovableClock()
    faxes = FaxService(lambda: connection, outbox, Spool(tmp_path / "spool"), clock)
    yield Rig(simulator, connection, account, outbox, clock, faxes, tmp_path)
    outbox.close()
    connection.close()


def test_from_queued_to_accepted(rig: Rig) -> None:
    job = rig.queue()
    assert rig.faxes.next_queued(rig.account.owner_id) == job
    progress: list[tuple[int, int]] = []
    job = rig.faxes.send(job.id, CancelToken(), lambda sent, total: progress.append((sent, total)))
    assert (job.state, job.detail) == (FaxState.HANDED_OVER, "Handed to RingCentral")
    assert job.message_id
    assert progress[-1][0] == progress[-1][1]
    assert rig.outbox.attempt(job.id).last_byte_at is not None
    rig.simulator.advance(600)
    (job,) = rig.faxes.refresh(rig.account.owner_id, CancelToken())
    assert (job.state, job.detail) == (FaxState.SENT, "Accepted by their machine")
    assert job.server_pages
    states = [e.state for e in rig.faxes.history(job.id)]
    assert states == [FaxState.QUEUED, FaxState.SENDING, FaxState.HANDED_OVER, FaxState.SENT]
    assert rig.faxes.refresh(rig.account.owner_id, CancelToken()) == ()


def test_a_failure_names_its_cause(rig: Rig) -> None:
    from rcdesk.simulator.magic import MAGIC_NUMBERS

    busy = next(m.number for m in MAGIC_NUMBERS if m.kind == "fax" and m.outcome == "LineBusy")
    job = rig.faxes.send(rig.queue(busy).id, CancelToken())
    rig.simulator.advance(600)
    (job,) = rig.faxes.refresh(rig.account.owner_id, CancelToken())
    assert (job.state, job.error_code) == (FaxState.FAILED, "LineBusy")
    assert job.detail == "Failed: Their line was busy. Try again in a few minutes."
    assert rig.faxes.retry(job.id).state is FaxState.QUEUED


def test_a_note_alone_is_a_fax(rig: Rig) -> None:
    draft = FaxDraft(recipients=(Recipient(number=GOOD),), documents=(), note="Only words")
    (job,) = rig.faxes.queue(draft, rig.account, CancelToken())
    assert rig.faxes.send(job.id, CancelToken()).state is FaxState.HANDED_OVER


def test_a_lost_answer_is_found_in_the_message_store_and_never_sent_twice(rig: Rig) -> None:
    rig.simulator.fault("answer-lost", path="/fax", method="POST")
    job = rig.faxes.send(rig.queue().id, CancelToken())
    assert (job.state, job.detail) == (FaxState.INTERRUPTED, "Interrupted: checking with RingCentral")
    assert rig.faxes.next_queued(rig.account.owner_id) is None
    (job,) = rig.faxes.refresh(rig.account.owner_id, CancelToken())
    assert job.state is FaxState.HANDED_OVER
    assert job.message_id
    assert rig.stored() == 1


def test_a_crash_before_anything_arrived_asks_the_user_after_two_minutes(rig: Rig) -> None:
    job = rig.queue()
    rig.outbox.move(job.id, FaxState.SENDING, now=rig.clock.now())
    (job,) = rig.faxes.recover()
    assert job.state is FaxState.INTERRUPTED
    assert rig.faxes.refresh(rig.account.owner_id, CancelToken()) == ()
    rig.clock.ahead = timedelta(seconds=121)
    (job,) = rig.faxes.refresh(rig.account.owner_id, CancelToken())
    assert (job.state, job.detail) == (FaxState.NEEDS_YOU, "Needs you: it may have been sent")
    assert rig.faxes.resolve(job.id, was_sent=False).state is FaxState.QUEUED
    assert rig.faxes.send(job.id, CancelToken()).state is FaxState.HANDED_OVER


def test_a_message_of_another_job_is_not_taken(rig: Rig) -> None:
    rig.faxes.send(rig.queue().id, CancelToken())
    lost = rig.queue()
    rig.outbox.move(lost.id, FaxState.SENDING, now=rig.clock.now())
    rig.faxes.recover()
    rig.faxes.refresh(rig.account.owner_id, CancelToken())
    assert rig.outbox.get(lost.id).state is FaxState.INTERRUPTED


def test_without_a_network_it_waits_and_goes_later(rig: Rig) -> None:
    rig.simulator.fault("cut-during", path="/fax", method="POST")
    job = rig.faxes.send(rig.queue(size=20_000_000).id, CancelToken())
    assert job.state is FaxState.WAITING
    assert "Nothing is lost" in job.detail
    assert rig.faxes.next_queued(rig.account.owner_id) is None
    rig.clock.ahead = timedelta(seconds=6)
    waiting = rig.faxes.next_queued(rig.account.owner_id)
    assert waiting is not None
    assert rig.faxes.send(waiting.id, CancelToken()).state is FaxState.HANDED_OVER
    assert rig.stored() == 1


def test_cancelled_during_the_upload_nothing_arrives(rig: Rig) -> None:
    token = CancelToken()
    job = rig.faxes.send(rig.queue(size=5_000_000).id, token, lambda sent, total: token.cancel())
    assert job.state is FaxState.CANCELLED
    assert rig.stored() == 0


def test_a_queued_fax_can_be_cancelled_and_a_sent_one_not(rig: Rig) -> None:
    job = rig.queue()
    assert rig.faxes.cancel(job.id, rig.clock.now()).state is FaxState.CANCELLED
    job = rig.faxes.send(rig.queue().id, CancelToken())
    with pytest.raises(UserError, match="too late"):
        rig.faxes.cancel(job.id, rig.clock.now())


def test_a_missing_copy_fails_before_a_byte_leaves(rig: Rig) -> None:
    job = rig.queue()
    Spool(rig.folder / "spool").remove_unused(set())
    job = rig.faxes.send(job.id, CancelToken())
    assert job.state is FaxState.FAILED
    assert "letter.txt" in job.detail
    assert rig.stored() == 0


def test_drafts_that_cannot_be_a_fax(rig: Rig) -> None:
    to = (Recipient(number=GOOD),)
    for draft, words in (
        (FaxDraft(recipients=(), documents=(), note="x"), "who gets the fax"),
        (FaxDraft(recipients=to, documents=()), "nothing to fax"),
        (FaxDraft(recipients=to, documents=(), note="x" * 1025), "1025 characters"),
    ):
        with pytest.raises(UserError, match=words):
            rig.faxes.queue(draft, rig.account, CancelToken())


def test_signed_out_nothing_changes(rig: Rig) -> None:
    job = rig.queue()
    faxes = FaxService(lambda: None, rig.outbox, Spool(rig.folder / "spool"))
    with pytest.raises(SignInNeeded):
        faxes.send(job.id, CancelToken())
    assert rig.outbox.get(job.id).state is FaxState.QUEUED


def test_every_code_of_the_contract_has_its_words(
    openapi: dict[str, dict[str, dict[str, dict[str, list[str]]]]],
) -> None:
    codes = openapi["components"]["schemas"]["FaxErrorCodeEnum"]["enum"]
    assert len(codes) == 34
    for code in codes:
        assert code not in fax_cause(code)
        assert "delivered" not in fax_cause(code)
    assert "SomethingNew" in fax_cause("SomethingNew")
