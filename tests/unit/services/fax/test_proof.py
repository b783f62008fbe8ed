"""Proof packs against the simulator over HTTP: pages fetched once, missing ones said, one PDF at the end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PIL import Image

from rcdesk.api.rest import message_store
from rcdesk.api.rest.fax import RestFax
from rcdesk.core.account.account import Account, Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, StoreError, StoreUnavailable, UserError
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient, Resolution, SpooledFile
from rcdesk.core.service import FaxContents
from rcdesk.services.account.connection import Connection
from rcdesk.services.fax.proof import CACHE, ProofService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

GOOD = Recipient(number="+16505550142", name="Ann")
FILE = SpooledFile(digest="a" * 64, name="a.txt", media_type="text/plain", size_bytes=7, pages=1)


@dataclass
class Rig:
    """A proof service that is signed in to a simulator, unless signed_out."""

    simulator: RunningSimulator
    connection: Connection
    account: Account
    outbox: Outbox
    proofs: ProofService
    folder: Path
    signed_out: bool = False

    def queued(self) -> FaxJob:
        """A fax that has not left."""
        draft = FaxDraft(recipients=(GOOD,), documents=())
        (job,) = self.outbox.add(draft, (FILE,), self.account.owner_id, "None", datetime.now(UTC))
        return job

    def sent(self) -> FaxJob:
        """A fax that the service has sent."""
        text = "A line of text\n" * 100
        contents = FaxContents(recipients=(GOOD,), resolution=Resolution.FINE, text=text)
        created = RestFax(self.connection.session).send(contents, (), CancelToken())
        now = datetime.now(UTC)
        request = self.outbox.begin([self.queued()], now, service_offset_s=0.0)
        (job,) = self.outbox.hand_over(request.id, created.message_id, now, "Handed to RingCentral")
        self.simulator.advance(600)
        return self.outbox.move([job.id], Transition(FaxState.SENT), now)[0]

    def facts_of(self, job: FaxJob) -> str:
        """Why there are no pages, "" when there are."""
        facts = self.proofs.facts(job.id, self.account, CancelToken())
        assert facts.has_pages is not bool(facts.why_no_pages)
        return facts.why_no_pages

    def downloads(self) -> int:
        """How often the service was asked for content."""
        return sum("/content/" in request.path for request in self.simulator.requests)


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

    def current() -> Connection | None:
        return None if made.signed_out else connection

    proofs = ProofService(current, outbox, tmp_path / "proofs")
    made = Rig(simulator, connection, account, outbox, proofs, tmp_path)
    yield made
    outbox.close()
    connection.close()


def report_pdf() -> bytes:
    written = io.BytesIO()
    Image.new("L", (850, 1100), 200).save(written, "PDF", resolution=100)
    return written.getvalue()


def page_total(path: Path) -> int:
    document = pypdfium2.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


def test_the_pages_are_fetched_once_and_bound_behind_the_report(rig: Rig) -> None:
    job = rig.sent()
    facts = rig.proofs.facts(job.id, rig.account, CancelToken())
    assert facts.has_pages
    assert facts.job.server_pages
    assert rig.outbox.get(job.id).server_pages == facts.job.server_pages
    assert facts.from_number == rig.account.fax_caller_id
    assert rig.account.name in facts.from_name
    assert [event.state for event in facts.events][-1] is FaxState.SENT
    target = rig.folder / "saved" / "proof.pdf"
    assert rig.proofs.bind(facts, report_pdf(), target) == target
    assert page_total(target) == 1 + facts.job.server_pages
    assert rig.downloads() == 1
    again = rig.proofs.facts(job.id, rig.account, CancelToken())
    assert (again.has_pages, again.job.server_pages) == (True, facts.job.server_pages)
    assert rig.downloads() == 1
    pages = rig.proofs.pages(job)
    assert pages is not None
    assert pages.media_type in ("application/pdf", "image/tiff")
    assert [p.name for p in (rig.folder / "proofs").iterdir()] == [CACHE]


def test_a_fax_that_never_left_still_has_its_report(rig: Rig) -> None:
    job = rig.queued()
    assert "never had this fax" in rig.facts_of(job)
    facts = rig.proofs.facts(job.id, None, CancelToken())
    assert (facts.from_name, facts.from_number) == ("", "")
    rig.proofs.bind(facts, report_pdf(), rig.folder / "proof.pdf")
    assert page_total(rig.folder / "proof.pdf") == 1
    assert not rig.downloads()
    with pytest.raises(StoreError, match="not in the archive"):
        rig.proofs.facts(4711, rig.account, CancelToken())


def test_a_fax_of_unknown_outcome_is_not_called_never_sent(rig: Rig) -> None:
    job = rig.queued()
    rig.outbox.begin([job], datetime.now(UTC), service_offset_s=0.0)
    for state, words in (
        (FaxState.INTERRUPTED, "not certain"),
        (FaxState.NEEDS_YOU, "not certain"),
        (FaxState.SENT, "only counts as sent here"),
    ):
        rig.outbox.move([job.id], Transition(state), datetime.now(UTC))
        assert words in rig.facts_of(job)


def test_kept_pages_that_were_damaged_are_fetched_again(rig: Rig) -> None:
    job = rig.sent()
    assert rig.facts_of(job) == ""
    pages = rig.proofs.pages(job)
    assert pages is not None
    pages.path.write_bytes(pages.path.read_bytes()[:50])
    assert rig.proofs.pages(job) is None
    assert rig.facts_of(job) == ""
    assert rig.downloads() == 2


def test_why_there_are_no_pages_is_said_and_they_are_asked_for_again(rig: Rig) -> None:
    job, purged = rig.sent(), rig.sent()
    rig.signed_out = True
    assert "nobody is signed in" in rig.facts_of(job)
    rig.signed_out = False
    rig.simulator.fault("status", path="/content", method="GET", status=500)
    assert "trouble of its own" in rig.facts_of(job)
    assert rig.facts_of(job) == ""
    for _ in range(2):
        message_store.delete(rig.connection.session, purged.message_id, CancelToken())
    assert "does not keep" in rig.facts_of(purged)
    other = rig.sent()
    rig.simulator.stop()
    assert "could not be reached" in rig.facts_of(other)
    assert rig.facts_of(job) == ""


def test_what_is_no_page_is_not_kept(rig: Rig) -> None:
    job = rig.sent()
    rig.simulator.fault("garbage", path="/content", method="GET")
    assert "no fax page" in rig.facts_of(job)
    assert list((rig.folder / "proofs" / CACHE).iterdir()) == []
    assert rig.facts_of(job) == ""


def test_pages_that_went_missing_or_cannot_be_kept(rig: Rig) -> None:
    job = rig.sent()
    facts = rig.proofs.facts(job.id, rig.account, CancelToken())
    pages = rig.proofs.pages(job)
    assert pages is not None
    pages.path.unlink()
    with pytest.raises(UserError, match="not here any more"):
        rig.proofs.bind(facts, report_pdf(), rig.folder / "proof.pdf")
    pages.path.parent.rmdir()
    pages.path.parent.write_text("a file in the way", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        rig.proofs.facts(job.id, rig.account, CancelToken())
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        rig.proofs.facts(job.id, rig.account, token)
