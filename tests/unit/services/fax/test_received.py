"""Received faxes over HTTP and on real files: synced, downloaded once, read, exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from rcdesk.api.rest import message_store
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import Cancelled, NotSent, RateLimited, ServerTrouble, StoreUnavailable, UserError
from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.services.account.connection import Connection
from rcdesk.services.fax import received as received_service
from rcdesk.services.fax.received import ReceivedService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.fax.received import ReceivedFaxes

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


class MovableClock(SystemClock):
    """The machine's clocks, moved ahead as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead.total_seconds()


@dataclass
class Rig:
    """A service for received faxes that is signed in to a simulator."""

    simulator: RunningSimulator
    connection: Connection
    owner_id: str
    archive: ReceivedFaxes
    folder: Path
    clock: MovableClock
    service: ReceivedService
    token: CancelToken = field(default_factory=CancelToken)

    def sync(self) -> tuple[ReceivedFax, ...]:
        return self.service.sync(self.owner_id, self.token)

    def download(self) -> ReceivedFax | None:
        return self.service.download_next(self.owner_id, self.token)

    def downloaded(self) -> ReceivedFax:
        fax = self.download()
        assert fax is not None and fax.is_here
        return fax

    def received(self, **options: object) -> ReceivedFax:
        """A fax that has come in and was synced."""
        message_id = str(self.simulator.inbound_fax(**options))  # type: ignore[arg-type]
        return next(fax for fax in self.sync() if fax.message_id == message_id)

    def asked(self, part: str, method: str = "GET") -> int:
        return sum(r.method == method and part in r.path for r in self.simulator.requests)

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def rig(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    """Signed in, with an empty archive."""
    yield from signed_in(simulator, tmp_path)


def signed_in(simulator: RunningSimulator, tmp_path: Path, credentials: object = None) -> Iterator[Rig]:
    profile = ServerProfile(name="test", base_url=simulator.base_url, client_id=simulator.client_id)
    clock = MovableClock()
    connection = Connection(profile, Secrets(use_keyring=False), clock)
    who = credentials if isinstance(credentials, dict) else simulator.credentials
    account = connection.sign_in_jwt(
        Credentials(client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=who["jwt"]),
        CancelToken(),
    )
    folder = tmp_path / "received"
    archive = ReceivedFaxes(tmp_path / "a.sqlite3", folder)
    service = ReceivedService(lambda: connection, archive, clock)
    yield Rig(simulator, connection, account.owner_id, archive, folder, clock, service)
    archive.close()
    connection.close()


def test_what_is_there_comes_with_the_first_sync(rig: Rig) -> None:
    message_id = str(rig.simulator.inbound_fax(pages=2))
    (fax,) = rig.sync()
    assert (fax.message_id, fax.number, fax.to_number) == (message_id, "+16505550142", "+18885550109")
    assert (fax.name, fax.pages, fax.is_read, fax.is_here) == ("Harbour Street Laboratory", 2, False, False)
    assert abs(fax.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert rig.sync() == ()
    second = rig.received()
    assert second.id != fax.id
    kinds = [r.query["syncType"] for r in rig.simulator.requests if r.path.endswith("/message-sync")]
    assert kinds == ["FSync", "ISync", "ISync"]


def test_the_first_sync_reads_every_page(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received_service, "PAGE", 2)
    ids = []
    for _ in range(5):
        ids.append(str(rig.simulator.inbound_fax()))
        rig.simulator.advance(60)
    assert sorted(fax.message_id for fax in rig.sync()) == sorted(ids)
    assert rig.asked("/message-sync") > 2
    assert rig.sync() == ()


def test_faxes_of_the_last_thirty_days_only(rig: Rig) -> None:
    rig.simulator.inbound_fax()
    rig.clock.ahead = timedelta(days=31)
    rig.simulator.advance(31 * 86400)
    rig.connection.sign_in_jwt(
        Credentials(
            client_id=rig.simulator.client_id,
            client_secret=rig.simulator.client_secret,
            jwt=rig.simulator.jwt,
        ),
        rig.token,
    )
    new = str(rig.simulator.inbound_fax())
    assert [fax.message_id for fax in rig.sync()] == [new]


def test_a_forgotten_token_means_everything_again(rig: Rig) -> None:
    first, second = rig.received(), rig.received()
    session = rig.connection.session
    message_store.delete(session, first.message_id, rig.token)
    rig.simulator.forget_sync_tokens()
    third = str(rig.simulator.inbound_fax())
    changed = {fax.message_id: fax for fax in rig.sync()}
    assert set(changed) == {first.message_id, third}
    assert changed[first.message_id].is_gone and not changed[third].is_gone
    assert rig.archive.get(second.id) == second
    assert rig.sync() == ()


def test_a_fax_deleted_elsewhere_stays_here(rig: Rig) -> None:
    rig.received()
    here = rig.downloaded()
    message_store.delete(rig.connection.session, here.message_id, rig.token)
    (gone,) = rig.sync()
    assert gone.is_gone and gone.is_here and rig.service.path(gone).is_file()
    unseen = str(rig.simulator.inbound_fax())
    message_store.delete(rig.connection.session, unseen, rig.token)
    assert rig.sync() == ()


def test_pages_are_downloaded_once(rig: Rig) -> None:
    fax = rig.received(pages=3)
    here = rig.downloaded()
    assert here.id == fax.id and here.media_type == "application/pdf" and here.size_bytes > 100
    path = rig.service.path(here)
    assert path.read_bytes().startswith(b"%PDF") and path.stat().st_size == here.size_bytes
    assert rig.files() == [path]
    assert rig.download() is None and rig.asked("/content/") == 1
    rig.simulator.forget_sync_tokens()
    rig.sync()
    assert rig.download() is None and rig.asked("/content/") == 1


@pytest.mark.parametrize("kind", ["cut-before", "answer-lost", "answer-cut"])
def test_a_download_that_breaks_leaves_nothing_half(rig: Rig, kind: str) -> None:
    rig.received()
    rig.simulator.fault(kind, path="/content/")
    with pytest.raises(NotSent):
        rig.download()
    assert rig.files() == []
    assert rig.downloaded().is_here


def test_what_is_no_fax_is_not_kept_and_holds_nothing_up(rig: Rig) -> None:
    rig.received()
    rig.simulator.fault("garbage", path="/content/")
    rig.received()
    with pytest.raises(ServerTrouble, match="not a fax"):
        rig.download()
    assert rig.files() == []
    other = rig.downloaded()
    assert rig.download() is None
    rig.clock.ahead += timedelta(seconds=61)
    assert rig.downloaded().id != other.id
    assert rig.download() is None


def test_a_fax_that_vanished_before_its_download_is_gone(rig: Rig) -> None:
    fax = rig.received()
    for _ in range(2):
        message_store.delete(rig.connection.session, fax.message_id, rig.token)
    gone = rig.download()
    assert gone is not None and (gone.id, gone.is_gone, gone.is_here) == (fax.id, True, False)
    assert rig.download() is None
    with pytest.raises(UserError, match="not here"):
        rig.service.path(gone)


def test_a_cancelled_download_leaves_nothing(rig: Rig) -> None:
    rig.received()
    rig.token.cancel()
    with pytest.raises(Cancelled):
        rig.download()
    assert rig.files() == []


def test_what_a_killed_run_left_half_is_removed(rig: Rig) -> None:
    rig.folder.mkdir()
    (rig.folder / "unfinished-x").write_bytes(b"%PDF- half")
    rig.sync()
    assert rig.files() == []


def test_limits_are_kept(rig: Rig) -> None:
    rig.simulator.set_limits(Medium=2)
    for _ in range(3):
        rig.simulator.inbound_fax()
    rig.sync()
    assert rig.downloaded().id != rig.downloaded().id
    with pytest.raises(RateLimited):
        rig.download()
    assert rig.asked("/content/") == 2 and rig.simulator.requests_in_penalty == 0


def test_a_folder_that_cannot_be_written_is_told(rig: Rig) -> None:
    rig.received()
    rig.folder.write_text("in the way")
    with pytest.raises(StoreUnavailable):
        rig.download()
    rig.folder.unlink()
    assert rig.downloaded().is_here


def test_reading_is_told_to_the_service(rig: Rig) -> None:
    fax = rig.received()
    rig.service.mark_read([fax.id, fax.id], True, rig.token)
    assert rig.archive.get(fax.id).is_read
    assert message_store.get(rig.connection.session, fax.message_id, rig.token).read_status == "Read"
    assert rig.asked("/message-store/", "PUT") == 1
    rig.service.mark_read([fax.id], True, rig.token)
    assert rig.asked("/message-store/", "PUT") == 1
    rig.service.mark_read([fax.id], False, rig.token)
    assert message_store.get(rig.connection.session, fax.message_id, rig.token).read_status == "Unread"


@pytest.mark.parametrize(("kind", "status"), [("cut-before", 0), ("status", 503), ("429", 0)])
def test_what_could_not_be_told_is_told_later(rig: Rig, kind: str, status: int) -> None:
    fax = rig.received()
    rig.simulator.fault(kind, path="/message-store/", method="PUT", status=status, seconds=0)
    rig.service.mark_read([fax.id], True, rig.token)
    rig.simulator.forget_sync_tokens()
    rig.sync()
    assert rig.archive.get(fax.id).is_read
    assert message_store.get(rig.connection.session, fax.message_id, rig.token).read_status == "Read"


def test_a_fax_read_elsewhere_is_read_here(rig: Rig) -> None:
    fax = rig.received()
    message_store.set_read(rig.connection.session, [fax.message_id], True, rig.token)
    (changed,) = rig.sync()
    assert changed.id == fax.id and changed.is_read


def test_pages_are_saved_as_pdf_and_tiff(rig: Rig, tmp_path: Path) -> None:
    rig.received(pages=2)
    fax = rig.downloaded()
    rig.service.export(fax, tmp_path / "out.pdf", "pdf")
    assert (tmp_path / "out.pdf").read_bytes() == rig.service.path(fax).read_bytes()
    rig.service.export(fax, tmp_path / "out.tif", "tiff")
    with Image.open(tmp_path / "out.tif") as picture:
        assert (picture.format, getattr(picture, "n_frames", 1)) == ("TIFF", 2)


def test_an_account_that_keeps_tiff(simulator: RunningSimulator, tmp_path: Path) -> None:
    for rig in signed_in(simulator, tmp_path, simulator.second_credentials):
        simulator.inbound_fax(to="+442079460109")
        rig.sync()
        fax = rig.downloaded()
        assert fax.media_type == "image/tiff"
        rig.service.export(fax, tmp_path / "out.pdf", "pdf")
        assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


def test_a_file_taken_out_of_the_archive_is_told(rig: Rig) -> None:
    rig.received()
    fax = rig.downloaded()
    path = rig.service.path(fax)
    path.unlink()
    with pytest.raises(UserError, match=r"not there any more\. The fax is downloaded again"):
        rig.service.path(fax)
    fax = rig.downloaded()
    path.write_bytes(b"%PDF- altered")
    with pytest.raises(UserError, match=r"was altered\. The fax is downloaded again"):
        rig.service.path(fax)
    fax = rig.downloaded()
    assert rig.service.path(fax) == path
    message_store.delete(rig.connection.session, fax.message_id, rig.token)
    rig.sync()
    path.unlink()
    with pytest.raises(UserError, match="RingCentral has deleted this fax"):
        rig.service.path(fax)


def test_what_another_persons_account_says_is_not_filed_here(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    fax = rig.received()
    second = rig.simulator.second_credentials

    def sign_in() -> None:
        rig.connection.sign_in_jwt(
            Credentials(
                client_id=second["client_id"], client_secret=second["client_secret"], jwt=second["jwt"]
            ),
            CancelToken(),
        )

    sync = message_store.sync

    def slow(*args: object, **options: object) -> object:
        sign_in()
        return sync(*args, **options)  # type: ignore[arg-type]

    before = rig.archive.sync_token(rig.owner_id)
    with monkeypatch.context() as patch:
        patch.setattr(message_store, "sync", slow)
        with pytest.raises(Cancelled):
            rig.sync()
    assert rig.archive.sync_token(rig.owner_id) == before
    with pytest.raises(Cancelled):
        rig.download()
    assert not rig.archive.get(fax.id).is_gone
