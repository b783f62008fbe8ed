"""The log of all faxes: every fax once, times with their zone, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import Cancelled, StoreUnavailable
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient, SpooledFile
from rcdesk.core.fax.folder import FaxRow, Folder, FolderQuery
from rcdesk.services.fax.csv_log import COLUMNS, PAGE_ROWS, plain_cell, write_csv, write_log
from rcdesk.store.fax.folders import Folders
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.received import InboundMessage, ReceivedFaxes
from rcdesk.store.fax.transitions import Transition

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ZONE = timezone(timedelta(hours=-8))
FILE = SpooledFile(digest="a" * 64, name="scan.pdf", media_type="application/pdf", size_bytes=7, pages=2)


@dataclass
class Archive:
    """The stores of one archive and a place to write to."""

    outbox: Outbox
    received: ReceivedFaxes
    folders: Folders
    target: Path

    def add(
        self, recipient: Recipient, files: tuple[SpooledFile, ...] = (FILE,), at: datetime = NOW
    ) -> FaxJob:
        """One fax in the queue."""
        draft = FaxDraft(recipients=(recipient,), documents=(), note="Hi")
        return self.outbox.add(draft, files, "me", "None", at)[0]

    def log(self, now: datetime = NOW + timedelta(days=1)) -> list[dict[str, str]]:
        """The log as a spreadsheet reads it."""
        count = write_csv(self.folders, "me", self.target, now=now, zone=ZONE)
        with self.target.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert count == len(rows)
        return rows


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive."""
    database = tmp_path / "a.sqlite3"
    outbox, folders = Outbox(database), Folders(database)
    received = ReceivedFaxes(database, tmp_path / "received")
    yield Archive(outbox, received, folders, tmp_path / "log.csv")
    for store in (outbox, folders, received):
        store.close()


def incoming(message_id: str, at: datetime) -> InboundMessage:
    return InboundMessage(
        message_id=message_id,
        number="+16505550199",
        name="Dr. Café",
        to_number="+16505550100",
        created_at=at,
        pages=3,
        is_read=False,
        attachment_id="1",
        media_type="application/pdf",
        is_gone=False,
    )


def test_every_column_of_a_fax_that_was_sent_failed_or_came_in(archive: Archive) -> None:
    sent = archive.add(Recipient(number="+16505550142", name="Ann"))
    failed = archive.add(Recipient(number="+16505550143"), (FILE, FILE), NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=2)
    for job in (sent, failed):
        request = archive.outbox.begin([job], later, service_offset_s=0.0)
        archive.outbox.hand_over(request.id, f"m{job.id}", later, "Handed to RingCentral")
    archive.outbox.move([sent.id], Transition(FaxState.SENT, server_pages=3, detail="Accepted"), later)
    archive.outbox.move(
        [failed.id], Transition(FaxState.FAILED, error_code="LineBusy", detail="Failed: busy"), later
    )
    archive.received.upsert("me", [incoming("in1", NOW + timedelta(minutes=3))], NOW)
    inbound, second, first = archive.log()
    assert first == dict(
        zip(
            COLUMNS,
            (
                *("2026-03-01 01:30:00-08:00", "Outgoing", "Ann", "+16505550142", "scan.pdf", "2", "3", "1"),
                *("Accepted by their machine", "", "2026-03-01 01:32:00-08:00", f"m{sent.id}"),
            ),
            strict=True,
        )
    )
    assert second["Cause"] == "Their line was busy. Try again in a few minutes."
    assert (second["State"], second["Documents"], second["Pages by RingCentral"]) == (
        "Failed",
        "scan.pdf; scan.pdf",
        "",
    )
    assert (inbound["Direction"], inbound["Name"], inbound["Message ID"]) == ("Incoming", "Dr. Café", "in1")
    assert inbound["Pages by RingCentral"] == "3"
    assert not [v for row in (inbound, second, first) for v in row.values() if "delivered" in v.lower()]


def test_many_pages_of_rows_each_fax_once_newest_first_and_only_mine(archive: Archive) -> None:
    count = PAGE_ROWS * 2 + 70
    draft = FaxDraft(
        recipients=tuple(Recipient(number=f"+1650{n:07}") for n in range(count)), documents=(), note="Hi"
    )
    jobs = archive.outbox.add(draft, (), "me", "None", NOW)
    archive.outbox.add(draft, (), "somebody else", "None", NOW)
    archive.outbox.move([job.id for job in jobs[::3]], Transition(FaxState.CANCELLED, "Cancelled"), NOW)
    archive.received.upsert("me", [incoming(f"in{n}", NOW - timedelta(minutes=n)) for n in range(40)], NOW)
    rows = archive.log()
    outgoing = [row["Number"] for row in rows if row["Direction"] == "Outgoing"]
    assert sorted(outgoing) == sorted(r.number for r in draft.recipients)
    assert [row["Time"] for row in rows] == sorted((row["Time"] for row in rows), reverse=True)
    assert len(rows) == count + 40
    assert rows[0]["Documents"] == "Cover page only"


def test_a_row_that_moves_while_the_log_is_written_is_in_it_once(archive: Archive) -> None:
    draft = FaxDraft(
        recipients=tuple(Recipient(number=f"+1650{n:07}") for n in range(PAGE_ROWS + 60)), documents=()
    )
    jobs = archive.outbox.add(draft, (), "me", "None", NOW)

    class Busy(Folders):
        """Some faxes end between two pages of the queue."""

        def page(self, query: FolderQuery, offset: int, limit: int) -> tuple[FaxRow, ...]:
            if query.folder is Folder.QUEUE and offset:
                ended = [j.id for j in jobs[-20:] if archive.outbox.get(j.id).state is FaxState.QUEUED]
                if ended:
                    archive.outbox.move(ended, Transition(FaxState.CANCELLED), NOW)
            return super().page(query, offset, limit)

    busy = Busy(archive.target.parent / "a.sqlite3")
    write_csv(busy, "me", archive.target, now=NOW + timedelta(days=1))
    busy.close()
    with archive.target.open(encoding="utf-8-sig", newline="") as file:
        numbers = [row["Number"] for row in csv.DictReader(file)]
    assert sorted(numbers) == sorted(r.number for r in draft.recipients)


@pytest.mark.parametrize(
    "evil",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "  =1+1", "\r=1", "＝1+1", "\u00a0=1", "\n=1"],
)
def test_nothing_becomes_a_formula(archive: Archive, evil: str) -> None:
    archive.add(
        Recipient(number="+16505550142", name=evil),
        (SpooledFile(digest="b" * 64, name=evil, media_type="text/plain", size_bytes=1, pages=1),),
    )
    (row,) = archive.log()
    for cell in (row["Name"], row["Documents"], plain_cell(evil)):
        assert cell.startswith("'")
    assert row["Number"] == "+16505550142"


def test_harmless_cells_stay_as_they_are() -> None:
    for text in ("", "Ann", "+16505550142", "3", "a=b", "Smith - Jones", "2026-03-01 01:30:00-08:00"):
        assert plain_cell(text) == text
    assert plain_cell("+1650555/0142") == "'+1650555/0142"


def test_the_desk_writes_all_faxes_until_now_or_nothing(archive: Archive, tmp_path: Path) -> None:
    archive.add(Recipient(number="+16505550142"))
    write = partial(write_log, archive.folders, SystemClock())
    assert write("me", archive.target) == 1
    before = archive.target.read_bytes()
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write("me", archive.target, token)
    assert archive.target.read_bytes() == before
    with pytest.raises(StoreUnavailable, match="this folder is not there"):
        write("me", tmp_path / "gone" / "gone" / "log.csv")
    assert write("me", tmp_path / "saved" / "log.csv") == 1
    assert archive.log(NOW) == []
