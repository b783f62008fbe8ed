"""Faxes archived and deleted, here and at the service: they can come back for a while, and then never."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NetworkError
from rcdesk.core.fax.fax import FaxState
from rcdesk.core.fax.folder import Folder, FolderQuery, Only, ReceivedFax, Shelf
from rcdesk.services.fax.faxes import FaxService
from rcdesk.services.fax.received import ReceivedService
from rcdesk.services.fax.shelves import ShelfService
from rcdesk.store.database import open_database
from rcdesk.store.fax.folders import Folders
from rcdesk.store.fax.received import ReceivedFaxes
from rcdesk.store.fax.shelves import Shelves
from tests.unit.services.fax_rig import GOOD, Rig

UNDO = timedelta(seconds=15)


@dataclass
class Desk:
    """A fax desk with its folders, its shelves and what comes in."""

    rig: Rig
    folders: Folders
    shelves: ShelfService
    received: ReceivedService
    faxes: FaxService
    token: CancelToken

    def ids(self, folder: Folder, text: str = "", only: Only = Only.ALL) -> list[int]:
        query = FolderQuery(folder=folder, owner_id=self.rig.owner, text=text, only=only)
        rows = self.folders.page(query, 0, 100)
        assert len(rows) == self.folders.count(query)
        return [row.id for row in rows]

    def sync(self) -> tuple[ReceivedFax, ...]:
        return self.received.sync(self.rig.owner, self.token)

    def delete(self, *jobs: int, is_there: bool = False) -> None:
        self.shelves.put(Shelf.DELETED, jobs, (), is_there=is_there)

    def spooled(self) -> int:
        return sum(path.is_file() for path in self.rig.spool._folder.rglob("*"))


@pytest.fixture
def desk(rig: Rig) -> Iterator[Desk]:
    path = rig.folder / "a.sqlite3"
    shelves, folders = Shelves(path), Folders(path)
    archive = ReceivedFaxes(path, rig.folder / "received")
    connection = lambda: rig.connection  # noqa: E731
    yield Desk(
        rig=rig,
        folders=folders,
        shelves=ShelfService(connection, shelves, rig.outbox, rig.spool, archive, rig.clock),
        received=ReceivedService(connection, archive, rig.clock),
        faxes=FaxService(connection, rig.outbox, rig.spool, rig.clock, archive, shelves=shelves),
        token=CancelToken(),
    )
    for store in (shelves, folders, archive):
        store.close()


def _sent(desk: Desk, *numbers: str, note: str = "Hello") -> list[int]:
    jobs = desk.rig.queue(*(numbers or (GOOD,)), note=note)
    desk.rig.send_all()
    desk.rig.look_for(60)
    assert {desk.rig.get(job).state for job in jobs} == {FaxState.SENT}
    return [job.id for job in jobs]


def test_a_deleted_fax_comes_back_until_it_is_purged_with_its_pages(desk: Desk) -> None:
    first, second = _sent(desk)[0], _sent(desk, note="Another with the same file")[0]
    desk.delete(first)
    assert desk.ids(Folder.SENT) == [second] and desk.ids(Folder.SENT, "ann") == [second]
    desk.shelves.put(Shelf.NONE, [first], (), is_there=False)
    assert desk.ids(Folder.SENT, "ann") == [second, first]
    desk.delete(first)
    desk.shelves.purge(UNDO)
    desk.shelves.put(Shelf.NONE, [first], (), is_there=False)
    assert desk.ids(Folder.SENT) == [second, first]
    desk.delete(first)
    desk.rig.clock.advance(20)
    assert desk.shelves.purge(UNDO) == 0
    assert desk.rig.outbox.many([first]) == ()
    assert desk.spooled() == 1, "the other fax needs the same pages"
    desk.delete(second)
    desk.shelves.purge()
    assert desk.spooled() == 0
    assert desk.rig.asked("DELETE", "") == []


def test_an_archived_fax_is_found_by_its_filter_and_by_searching(desk: Desk) -> None:
    (job,) = _sent(desk)
    desk.shelves.put(Shelf.ARCHIVED, [job], (), is_there=False)
    assert desk.ids(Folder.SENT) == []
    assert desk.ids(Folder.SENT, "ann") == desk.ids(Folder.SENT, only=Only.ARCHIVED) == [job]
    assert desk.ids(Folder.SENT, "nobody", Only.ARCHIVED) == desk.ids(Folder.FAILED, "ann") == []
    row = desk.folders.row(Folder.SENT, job)
    assert row is not None and row.is_archived
    connection = open_database(desk.rig.folder / "a.sqlite3")
    connection.execute("INSERT INTO fax_fts (fax_fts) VALUES ('integrity-check')")
    connection.close()


def test_a_received_fax_that_was_deleted_here_stays_away(desk: Desk) -> None:
    message_id = str(desk.rig.simulator.inbound_fax(pages=2))
    (fax,) = desk.sync()
    fax = desk.received.download_next(desk.rig.owner, desk.token) or fax
    pages = desk.received.path(fax)
    desk.shelves.put(Shelf.DELETED, (), [fax.id], is_there=False)
    assert desk.ids(Folder.RECEIVED) == [] and desk.rig.faxes.counts(desk.rig.owner).received_unread == 0
    desk.shelves.purge()
    assert not pages.exists()
    archive = desk.received._received
    archive.set_sync_token(desk.rig.owner, None, desk.rig.clock.now())
    assert desk.sync() == () and desk.ids(Folder.RECEIVED) == []
    desk.shelves.delete_there(desk.rig.owner, desk.token)
    assert desk.rig.asked("DELETE", message_id) == []


def test_deleting_at_the_service_is_done_once_the_time_to_undo_is_over(desk: Desk) -> None:
    (job,) = _sent(desk)
    message_id = desk.rig.outbox.get(job).message_id
    incoming = str(desk.rig.simulator.inbound_fax())
    (fax,) = desk.sync()
    desk.delete(job, is_there=True)
    desk.shelves.put(Shelf.DELETED, (), [fax.id], is_there=True)
    assert desk.shelves.delete_there(desk.rig.owner, desk.token) == ""
    assert desk.rig.asked("DELETE", message_id) == []
    desk.shelves.purge()
    assert desk.shelves.delete_there(desk.rig.owner, desk.token) == ""
    assert len(desk.rig.asked("DELETE", message_id)) == len(desk.rig.asked("DELETE", incoming)) == 1
    desk.shelves.delete_there(desk.rig.owner, desk.token)
    assert len(desk.rig.asked("DELETE", message_id)) == 1
    assert desk.sync() == ()


def test_a_message_shared_with_a_fax_that_stays_is_kept_at_the_service(desk: Desk) -> None:
    first, second = _sent(desk, GOOD, "+16505554000")
    message_id = desk.rig.outbox.get(first).message_id
    assert message_id and desk.rig.outbox.get(second).message_id == message_id
    desk.delete(first, is_there=True)
    assert desk.shelves.purge() == 1
    desk.shelves.delete_there(desk.rig.owner, desk.token)
    assert desk.rig.asked("DELETE", message_id) == []
    desk.delete(second, is_there=True)
    assert desk.shelves.purge() == 0
    desk.shelves.delete_there(desk.rig.owner, desk.token)
    assert len(desk.rig.asked("DELETE", message_id)) == 1


def test_what_was_undone_or_cancelled_before_it_left_is_in_no_folder(desk: Desk) -> None:
    held = desk.rig.queue_one(undo_s=10)
    assert desk.faxes.undo([held.id])[0].state is FaxState.CANCELLED
    queued = desk.rig.queue_one()
    desk.faxes.cancel([queued.id])
    paused = desk.rig.queue_one()
    (as_paused,) = desk.faxes.pause([paused.id])
    desk.faxes.cancel([paused.id])
    assert [desk.ids(folder) for folder in Folder] == [[], [], [], []]
    desk.faxes.retry([queued.id])
    desk.faxes.hold_again([as_paused])
    assert desk.ids(Folder.QUEUE) == [paused.id, queued.id]
    assert desk.rig.send() and desk.rig.get(paused).state is FaxState.WAITING
    desk.shelves.purge()
    assert desk.rig.outbox.many([held.id]) == ()


@pytest.mark.parametrize("has_begun", [False, True])
def test_a_late_one_that_is_cancelled_is_in_no_folder_and_asks_again_when_that_is_undone(
    desk: Desk, has_begun: bool
) -> None:
    """Also when an upload of it had begun and broke before its last byte: nothing of it has left."""
    rig = desk.rig
    rig.send()
    job = rig.queue_one()
    if has_begun:
        rig.outbox.begin([job], rig.clock.now(), service_offset_s=0.0)
    rig.pass_time(40 * 3600)
    rig.outbox.interrupted_after_crash(rig.clock.now())
    rig.send_all()
    late = rig.get(job)
    assert late.is_late
    desk.faxes.cancel([job.id])
    assert [desk.ids(folder) for folder in Folder] == [[], [], [], []]
    (back,) = desk.faxes.hold_again([late])
    assert back.is_late and back.detail == late.detail
    assert desk.ids(Folder.QUEUE) == [job.id]
    rig.send_all()
    assert (rig.get(job).is_late, rig.stored()) == (True, 0)
    desk.faxes.cancel([job.id])
    desk.shelves.purge()
    assert rig.outbox.many([job.id]) == ()


def test_one_that_may_have_left_is_shown_as_cancelled(desk: Desk) -> None:
    job = desk.rig.queue_one()
    desk.rig.crash_in(job, has_last_byte=True)
    rig, shelves = desk.rig, desk.shelves._shelves
    faxes = FaxService(lambda: rig.connection, rig.outbox, rig.spool, rig.clock, shelves=shelves)
    faxes.cancel([job.id])
    assert desk.ids(Folder.FAILED) == desk.ids(Folder.FAILED, only=Only.CANCELLED) == [job.id]
    assert desk.ids(Folder.FAILED, only=Only.FAILED) == []


def test_only_faxes_that_are_over_can_be_deleted(desk: Desk) -> None:
    job = desk.rig.queue_one()
    desk.delete(job.id)
    assert desk.ids(Folder.QUEUE) == [job.id]


def test_what_the_service_was_not_told_is_told_later(desk: Desk) -> None:
    (job,) = _sent(desk)
    message_id = desk.rig.outbox.get(job).message_id
    desk.delete(job, is_there=True)
    desk.shelves.purge()
    desk.rig.simulator.fault("cut-before", method="DELETE", path="message-store")
    with pytest.raises(NetworkError):
        desk.shelves.delete_there(desk.rig.owner, desk.token)
    before = len(desk.rig.asked("DELETE", message_id))
    desk.shelves.delete_there(desk.rig.owner, desk.token)
    assert len(desk.rig.asked("DELETE", message_id)) == before + 1
