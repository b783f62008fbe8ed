"""Received faxes on a real file and folder: what a sync says, what is downloaded, what stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, StoreError, StoreUnavailable
from rcdesk.core.fax.folder import Folder, FolderQuery, Only
from rcdesk.store.fax.folders import Folders
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.received import InboundMessage, ReceivedFaxes

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FAX = InboundMessage(
    message_id="m1",
    number="+16505550142",
    name="Zoë Ann",
    to_number="+16505550100",
    created_at=NOW,
    pages=2,
    is_read=False,
    attachment_id="a1",
    media_type="application/pdf",
)


@pytest.fixture
def received(tmp_path: Path) -> Iterator[ReceivedFaxes]:
    """No faxes yet."""
    faxes = ReceivedFaxes(tmp_path / "a.sqlite3", tmp_path / "received")
    yield faxes
    faxes.close()


def test_a_sync_brings_only_news(received: ReceivedFaxes) -> None:
    (fax,) = received.upsert("me", [FAX], NOW)
    assert (fax.message_id, fax.name, fax.pages, fax.is_read, fax.is_here) == (
        "m1",
        "Zoë Ann",
        2,
        False,
        False,
    )
    assert received.upsert("me", [FAX], NOW) == ()
    (read,) = received.upsert("me", [replace(FAX, is_read=True, name="")], NOW)
    assert (read.id, read.is_read, read.name) == (fax.id, True, "Zoë Ann")
    assert received.get(fax.id) == read
    assert received.upsert("other", [FAX], NOW)[0].id != fax.id
    with pytest.raises(StoreError, match="not in the archive"):
        received.get(4711)


def test_what_the_service_deletes_stays_here(received: ReceivedFaxes) -> None:
    (fax,) = received.upsert("me", [FAX], NOW)
    blank = replace(FAX, number="", name="", attachment_id="", pages=None, is_gone=True)
    (gone,) = received.upsert("me", [blank, replace(blank, message_id="never seen")], NOW)
    assert gone == replace(fax, is_gone=True)
    assert received.missing("me") == ()
    assert received.upsert("me", [FAX], NOW) == (fax,)


def test_pages_are_kept_by_their_content(received: ReceivedFaxes, tmp_path: Path) -> None:
    older = replace(FAX, message_id="m0", created_at=NOW - timedelta(days=1))
    newer, old = received.upsert("me", [older, FAX], NOW)
    assert received.missing("me") == (newer, old)
    assert received.missing("me", limit=1) == (newer,)
    with pytest.raises(StoreError, match="not here yet"):
        received.path(newer)
    data = b"II*\0" + bytes(range(256)) * 10
    download = tmp_path / "download"
    download.write_bytes(data)
    fax = received.put(newer.id, download, CancelToken())
    assert (fax.digest, fax.size_bytes, fax.media_type) == (
        hashlib.sha256(data).hexdigest(),
        len(data),
        "image/tiff",
    )
    assert received.path(fax) == tmp_path / "received" / fax.digest[:2] / f"{fax.digest}.tif"
    assert received.path(fax).read_bytes() == download.read_bytes() == data
    assert received.missing("me") == (old,)
    assert received.verify(fax, CancelToken()) and not received.verify(old, CancelToken())
    received.path(fax).write_bytes(data[:-1] + b"x")
    assert not received.verify(fax, CancelToken())
    assert received.missing("me", 9) == (old,)
    lost = received.forget_pages(fax.id)
    assert received.missing("me") == (lost, old)
    download.write_bytes(b"%PDF-1.7")
    assert received.path(received.put(fax.id, download)).suffix == ".pdf"


def test_pages_that_cannot_be_kept_are_asked_for_again(received: ReceivedFaxes, tmp_path: Path) -> None:
    (fax,) = received.upsert("me", [FAX], NOW)
    token = CancelToken()
    token.cancel()
    download = tmp_path / "download"
    download.write_bytes(b"%PDF")
    with pytest.raises(Cancelled):
        received.put(fax.id, download, token)
    assert [p for p in (tmp_path / "received").rglob("*") if p.is_file()] == []
    blocked = ReceivedFaxes(tmp_path / "a.sqlite3", download)
    with pytest.raises(StoreUnavailable, match="RingCentral still has it"):
        blocked.put(fax.id, download)
    blocked.close()
    assert received.missing("me") == (fax,)


def test_what_a_run_left_half_done_is_removed(received: ReceivedFaxes, tmp_path: Path) -> None:
    received.remove_unfinished()
    (fax,) = received.upsert("me", [FAX], NOW)
    half = tmp_path / "received" / "unfinished-1"
    half.parent.mkdir()
    half.write_bytes(b"%PDF")
    kept = received.path(received.put(fax.id, half))
    received.remove_unfinished()
    assert kept.exists() and not half.exists() and received.archive_dir == half.parent


def test_a_folder_that_cannot_be_read_holds_nothing_to_remove(tmp_path: Path) -> None:
    """A name that is too long stands for all that the system refuses, also to root."""
    received = ReceivedFaxes(tmp_path / "outbox.sqlite3", tmp_path / ("x" * 300))
    received.remove_unfinished()
    received.close()


def test_read_marks_and_sync_tokens(received: ReceivedFaxes) -> None:
    one, two = received.upsert("me", [FAX, replace(FAX, message_id="m2", is_read=True)], NOW)
    changed = received.set_read([one.id, two.id], True)
    assert [(f.message_id, f.is_read) for f in changed] == [("m1", True)]
    assert len(received.set_read([one.id, two.id], False)) == 2
    assert received.sync_token("me") is None
    received.set_sync_token("me", "t1", NOW)
    received.set_sync_token("me", "t2", NOW)
    assert (received.sync_token("me"), received.sync_token("other")) == ("t2", None)
    received.set_sync_token("me", None, NOW)
    assert received.sync_token("me") is None


def test_received_faxes_are_listed_by_their_own_time(received: ReceivedFaxes, tmp_path: Path) -> None:
    order = [3, 0, 2, 1, 1, 1, 4]
    received.upsert(
        "me",
        [
            replace(FAX, message_id=f"m{n}", created_at=NOW - timedelta(days=days), is_read=n % 2 == 0)
            for n, days in enumerate(order)
        ],
        NOW,
    )
    folders = Folders(tmp_path / "a.sqlite3")
    for text in ("", "zoe 0142"):
        asked = FolderQuery(folder=Folder.RECEIVED, owner_id="me", text=text)
        rows = folders.page(asked, 0, 100)
        assert [row.created_at for row in rows] == [NOW - timedelta(days=d) for d in sorted(order)]
        assert folders.all_ids(asked) == tuple(row.id for row in rows)
        assert [folders.position(asked, row.id) for row in rows] == list(range(7))
        assert folders.row(Folder.RECEIVED, rows[0].id) == rows[0]
        assert folders.count(replace(asked, only=Only.UNSEEN)) == 3
        assert folders.count(replace(asked, since=NOW - timedelta(days=1))) == 4
        assert folders.count(replace(asked, until=NOW - timedelta(days=1))) == 3
        assert folders.position(asked, 4711) is None
    received.upsert("me", [replace(FAX, message_id="m0", name="Renamed", created_at=NOW)], NOW)
    renamed = FolderQuery(folder=Folder.RECEIVED, owner_id="me", text="renamed")
    assert folders.count(renamed) == 1 and folders.count(replace(renamed, text="zoe")) == 6
    folders.close()
    outbox = Outbox(tmp_path / "a.sqlite3")
    assert outbox.counts("me").received_unread == 4
    outbox.close()
