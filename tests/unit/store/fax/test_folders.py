"""Folders on a real file: what is listed, in which order, and what a search finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient, SendBy, SpooledFile
from rcdesk.core.fax.folder import Folder, FolderQuery, Only
from rcdesk.store.database import open_database
from rcdesk.store.fax.folders import Folders
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition
from rcdesk.store.search_words import fold, match_text, place_of

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """An empty outbox."""
    box = Outbox(tmp_path / "a.sqlite3")
    yield box
    box.close()


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    """Its folders."""
    found = Folders(tmp_path / "a.sqlite3")
    yield found
    found.close()


def add(
    box: Outbox,
    number: str = "+16505550142",
    name: str = "",
    note: str = "",
    file: str = "a.pdf",
    *,
    now: datetime = NOW,
    owner_id: str = "me",
    draft: FaxDraft | None = None,
) -> FaxJob:
    """Queue one fax."""
    files = (SpooledFile(digest="a" * 64, name=file, media_type="application/pdf", size_bytes=1, pages=1),)
    draft = draft or FaxDraft(recipients=(Recipient(number=number, name=name),), documents=(), note=note)
    return box.add(draft, files, owner_id, "None", now)[0]


def query(folder: Folder = Folder.QUEUE, text: str = "", only: Only = Only.ALL) -> FolderQuery:
    """What I ask."""
    return FolderQuery(folder=folder, owner_id="me", text=text, only=only)


def test_a_fax_moves_from_folder_to_folder(outbox: Outbox, folders: Folders) -> None:
    job = add(outbox, name="Ann")
    add(outbox, name="Ann", owner_id="other")
    steps = (
        (FaxState.FAILED, Folder.FAILED),
        (FaxState.QUEUED, Folder.QUEUE),
        (FaxState.CANCELLED, Folder.FAILED),
    )
    assert folders.count(query(text="ann")) == folders.count(query()) == 1
    for state, place in steps:
        moved = outbox.move([job.id], Transition(state), NOW)[0]
        for folder in Folder:
            for text in ("", "ann"):
                expected = (moved,) if folder is place else ()
                assert folders.page(query(folder, text), 0, 100) == expected
                assert folders.count(query(folder, text)) == len(expected)
                assert folders.position(query(folder, text), job.id) == (0 if expected else None)
    assert folders.row(Folder.FAILED, job.id) == outbox.get(job.id)
    assert folders.row(Folder.FAILED, 4711) is None


def test_pages_are_newest_first_and_positions_agree(outbox: Outbox, folders: Folders) -> None:
    ids = [add(outbox, name="Ann" if n % 2 else "Bob", now=NOW - n * DAY).id for n in range(25)]
    newest = ids[::-1]
    for text, expected in (("", newest), ("bob", newest[::2]), ("ann bob", [])):
        asked = query(text=text)
        assert folders.all_ids(asked) == tuple(expected)
        pages = [row.id for at in range(0, 30, 10) for row in folders.page(asked, at, 10)]
        assert pages == expected
        assert [folders.position(asked, i) for i in expected] == list(range(len(expected)))
        assert folders.count(asked) == len(expected)


@pytest.mark.parametrize(
    "text",
    [
        "zoe",
        "ZOË",
        "zoë o'br",
        "brien",
        "0142",
        "(650) 555-01",
        "+1 650 555 0142",
        "650",
        "5550142",
        "second opin",
        "lab",
        "report",
        "report_2026",
        "2026-03",
        "größe",
        "GROSSE",
        "東京",
        "  zoe   0142 ",
        '"zoe"',
        "zoe*",
        "-zoe",
        "***",
        "",
    ],
)
def test_a_search_finds_what_begins_a_word(outbox: Outbox, folders: Folders, text: str) -> None:
    wanted = add(
        outbox, "+16505550142", "Zoë O'Brien", "Second opinion, Größe 東京", "lab-report_2026-03.pdf"
    )
    if text.strip('*-" '):
        add(outbox, "+442079460000", "Bob", "Nothing of it", "b.tif")
    assert [row.id for row in folders.page(query(text=text), 0, 10)] == [wanted.id]


@pytest.mark.parametrize(
    "text", ["oe", "zoe OR bob", "NOT", "zoe bob", "words: zoe", "9999", "(NEAR", "§6D65"]
)
def test_what_is_not_there_is_not_found(outbox: Outbox, folders: Folders, text: str) -> None:
    add(outbox, "+16505550142", "Zoë O'Brien", "Second opinion")
    assert folders.page(query(text=text), 0, 10) == ()


def test_no_text_can_break_the_search(outbox: Outbox, folders: Folders) -> None:
    add(outbox, name="Ann")
    chance = random.Random(7)
    alphabet = "ann\"'*^-+():{}.\\%_ \t\n\0é東😀\u0301\u202eNOT AND OR NEAR §\ud7ff"
    for _ in range(300):
        text = "".join(chance.choice(alphabet) for _ in range(chance.randrange(12)))
        assert 0 <= folders.count(query(text=text)) <= 1
        assert folders.count(query(text=text)) == len(folders.page(query(text=text), 0, 9))


def test_the_parts_of_a_search() -> None:
    assert fold("Ærø, Éa-1\tB") == "ærø  ea 1 b"
    assert fold("ｆｕｌｌ ﬁt") == "full fit"
    assert match_text("p", "?!") == ""
    assert match_text("p", "a a b") == '"p" AND "a"* AND "b"*'
    assert place_of("me", "sent") == "§6D65§sent"


def test_filters(outbox: Outbox, folders: Folders) -> None:
    timed = FaxDraft(
        recipients=(Recipient(number="1", name="Ann"),),
        documents=(),
        send_at=NOW + DAY,
        send_by=SendBy.DESK,
    )
    scheduled = add(outbox, draft=timed)
    failed, cancelled = add(outbox, name="Ann"), add(outbox, name="Ann", now=NOW + DAY)
    seen = add(outbox, name="Ann")
    for job, state in ((failed, FaxState.FAILED), (seen, FaxState.FAILED), (cancelled, FaxState.CANCELLED)):
        outbox.move([job.id], Transition(state), NOW)
    outbox.mark_seen([seen.id])
    for text in ("", "ann"):
        assert folders.all_ids(query(Folder.QUEUE, text, Only.SCHEDULED)) == (scheduled.id,)
        assert folders.all_ids(query(Folder.QUEUE, text, Only.NEEDS_YOU)) == ()
        assert folders.all_ids(query(Folder.FAILED, text, Only.UNSEEN)) == (failed.id,)
        assert folders.all_ids(query(Folder.FAILED, text, Only.CANCELLED)) == (cancelled.id,)
        assert folders.all_ids(query(Folder.FAILED, text, Only.FAILED)) == (seen.id, failed.id)
        dated = FolderQuery(
            folder=Folder.FAILED, owner_id="me", text=text, since=NOW + DAY, until=NOW + 2 * DAY
        )
        assert folders.all_ids(dated) == (cancelled.id,)
        assert folders.position(dated, failed.id) is None
        for only in Only:
            assert folders.count(query(Folder.RECEIVED, text, only)) == 0


@pytest.mark.parametrize("folder", list(Folder))
@pytest.mark.parametrize("only", [Only.ALL, Only.UNSEEN])
def test_no_folder_reads_the_whole_table(
    folders: Folders, outbox: Outbox, tmp_path: Path, folder: Folder, only: Only
) -> None:
    add(outbox)
    seen: list[str] = []
    connection = folders._db.get()
    connection.set_trace_callback(seen.append)
    for text in ("", "a"):
        folders.count(query(folder, text, only))
        folders.page(query(folder, text, only), 0, 100)
        folders.position(query(folder, text, only), 1)
    outbox._db.get().set_trace_callback(seen.append)
    outbox.counts("me")
    outbox.next_request_jobs("me", NOW)
    outbox.next_due_at("me")
    outbox.unresolved("me")
    outbox.interrupted_after_crash(NOW)
    outbox.facts("me", ["+16505550142", "+16505550143"], "x", NOW)
    outbox._db.get().set_trace_callback(None)
    connection.set_trace_callback(None)
    plans = open_database(tmp_path / "a.sqlite3")
    for sql in {s for s in seen if s.startswith(("SELECT", "UPDATE"))}:
        steps = [row["detail"] for row in plans.execute(f"EXPLAIN QUERY PLAN {sql}")]
        scanned = {step.split()[1] for step in steps if step.startswith("SCAN")}
        assert not scanned & {"fax", "received_fax", "fax_file", "fax_request", "person"}, (sql, steps)
    plans.close()
