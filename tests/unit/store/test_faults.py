"""When the disk or the file fails: a clear sentence every time, and nothing that was promised is lost.

Real files and, where a right or a limit must be taken away, a real process of its own.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rcdesk.core.errors import StoreError, StoreUnavailable
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient, SpooledFile
from rcdesk.core.fax.folder import Folder, FolderQuery
from rcdesk.store import database
from rcdesk.store.fax.folders import Folders
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition
from tests.patience import PATIENCE_S

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FILE = SpooledFile(digest="a" * 64, name="a.pdf", media_type="application/pdf", size_bytes=7, pages=2)

NOBODY = 65534
PREPARED = """
import json, os, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax.fax import FaxDraft, Recipient
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.paths import Paths
from rcdesk.store.fax.received import ReceivedFaxes
from rcdesk.store.fax.spool import Spool
folder = Path(sys.argv[1])
now = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
said = {}

def attempt(name, work):
    try:
        said[name] = repr(work())
    except RcdeskError as exc:
        said[name] = f"{type(exc).__name__}: {exc}"

def add(amount=1):
    box = Outbox(folder / "a.sqlite3")
    try:
        recipients = tuple(Recipient(number=f"+1650555{n:04}") for n in range(amount))
        return len(box.add(FaxDraft(recipients=recipients, documents=(), note="n" * 900), (), "me", "", now))
    finally:
        box.close()

def live():
    box = Outbox(folder / "a.sqlite3")
    try:
        return len(box.live("me"))
    finally:
        box.close()
"""
FINISH = "\nprint(json.dumps(said))\n"
DROP = f"\nif os.geteuid() == 0:\n    os.setuid({NOBODY})\n"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """An empty outbox."""
    box = Outbox(tmp_path / "a.sqlite3")
    yield box
    box.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, so that a process without rights reaches it."""
    folder = Path(tempfile.mkdtemp(prefix="rcdesk-faults-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def add(box: Outbox, amount: int = 1, note: str = "") -> tuple[FaxJob, ...]:
    """Queue a fax to that many."""
    recipients = tuple(Recipient(number=f"+1650{n:07}", name="Ann") for n in range(amount))
    return box.add(FaxDraft(recipients=recipients, documents=(), note=note), (FILE,), "me", "", NOW)


def in_a_process(folder: Path, program: str) -> dict[str, str]:
    """Run it with the parts of PREPARED; what each attempt() said."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PREPARED + program + FINISH, str(folder)],
        cwd=Path(database.__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, str] = json.loads(done.stdout)
    return said


def test_a_locked_file_is_waited_for_and_then_said(
    outbox: Outbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    (job,) = add(outbox)
    other = sqlite3.connect(tmp_path / "a.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    attempts: list[Callable[[], Any]] = [
        lambda: add(outbox),
        lambda: outbox.move([job.id], Transition(FaxState.CANCELLED), NOW),
        lambda: outbox.begin([job], NOW, service_offset_s=0.0),
        lambda: outbox.next_request_jobs("me", NOW),
    ]
    for attempt in attempts:
        with pytest.raises(StoreUnavailable, match=r"is being used by another program.*Nothing was changed"):
            attempt()
    assert outbox.live("me") == (job,)
    other.execute("ROLLBACK")
    other.close()
    assert len(add(outbox)) == 1
    assert len(outbox.live("me")) == 2


def test_a_file_locked_as_a_whole_cannot_be_opened_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    path = tmp_path / "a.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable, match="is being used by another program"):
        database.open_database(path)
    other.execute("ROLLBACK")
    other.close()
    database.open_database(path).close()


def test_a_full_disk_keeps_what_was_promised_and_takes_nothing_half(outbox: Outbox) -> None:
    kept = add(outbox, 3)
    connection = outbox._db.get()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreUnavailable, match=r"The disk is full: .*a\.sqlite3.*Nothing was changed: free"):
        add(outbox, 300, "x" * 500)
    assert outbox.live("me") == kept
    connection.execute("PRAGMA max_page_count = 1073741823")
    assert len(add(outbox, 300, "x" * 500)) == 300
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_disk_that_takes_no_more_bytes(open_folder: Path) -> None:
    said = in_a_process(
        open_folder,
        """
attempt("first", add)
(folder / "big").write_bytes(b"x" * 5_000_000)
size = (folder / "a.sqlite3").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, resource.RLIM_INFINITY))
attempt("full", lambda: add(300))
attempt("spool", lambda: Spool(folder / "spool").add(folder / "big", CancelToken()))
attempt("left", lambda: [p.name for p in (folder / "spool").rglob("*")])
attempt("read", live)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt("again", lambda: add(300))
attempt("all", live)
""",
    )
    assert said["first"] == "1" and said["read"] == "1"
    assert "StoreUnavailable" in said["full"] and "not full" in said["full"], said["full"]
    assert said["spool"].startswith("StoreUnavailable: The fax could not be kept here: the disk is full")
    assert said["left"] == "[]"
    assert (said["again"], said["all"]) == ("300", "301")


def test_a_read_only_folder_is_named(open_folder: Path) -> None:
    assert in_a_process(open_folder, 'attempt("first", add)')["first"] == "1"
    (open_folder / "file").write_bytes(b"x")
    for path in open_folder.iterdir():
        path.chmod(0o444)
    before = (open_folder / "a.sqlite3").read_bytes()
    open_folder.chmod(0o555)
    said = in_a_process(
        open_folder,
        DROP
        + """
attempt("add", add)
attempt("spool", lambda: Spool(folder / "spool").add(folder / "file", CancelToken()))
attempt("paths", lambda: Paths.under(folder / "new").create())
attempt("new", lambda: Outbox(folder / "new" / "b.sqlite3").live("me"))
""",
    )
    for sentence in said.values():
        assert (
            sentence.startswith("StoreUnavailable: ") and "writable" in sentence
        ) or "read-only" in sentence
        assert str(open_folder) in sentence
    assert (open_folder / "a.sqlite3").read_bytes() == before
    open_folder.chmod(0o755)
    (open_folder / "a.sqlite3").chmod(0o644)
    assert in_a_process(open_folder, 'attempt("live", live)')["live"] == "1"


def test_a_read_only_file_in_a_folder_that_is_not(open_folder: Path) -> None:
    assert in_a_process(open_folder, 'attempt("first", add)')["first"] == "1"
    (open_folder / "a.sqlite3").chmod(0o444)
    open_folder.chmod(0o777)
    said = in_a_process(open_folder, DROP + 'attempt("add", add)\nattempt("live", live)')
    assert "a.sqlite3 is read-only" in said["add"] and "Nothing was changed" in said["add"]
    assert said["live"] == "1" or "is read-only" in said["live"]


def test_a_head_that_was_overwritten(outbox: Outbox, tmp_path: Path) -> None:
    add(outbox, 50)
    outbox.close()
    path = tmp_path / "a.sqlite3"
    with path.open("r+b") as file:
        file.write(random.Random(1).randbytes(2000))
    before = path.read_bytes()
    with pytest.raises(StoreUnavailable, match=r"a\.sqlite3 is damaged.*leaves the file as it is.*backup"):
        outbox.live("me")
    assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(12))
def test_a_middle_that_was_overwritten(outbox: Outbox, tmp_path: Path, seed: int) -> None:
    jobs = add(outbox, 200)
    outbox.move([j.id for j in jobs[100:]], Transition(FaxState.FAILED), NOW)
    outbox.close()
    path = tmp_path / "a.sqlite3"
    chance = random.Random(seed)
    size = path.stat().st_size
    with path.open("r+b") as file:
        for _ in range(1 + 5 * seed):
            file.seek(chance.randrange(4096, size - 3000))
            file.write(chance.randbytes(chance.choice((8, 100, 3000))))
    before = path.read_bytes()
    folders = Folders(path)
    reads: list[Callable[[], Any]] = [
        lambda: outbox.live("me"),
        lambda: outbox.counts("me"),
        lambda: [outbox.events(job.id) for job in jobs],
        lambda: outbox.facts("me", [job.recipient.number for job in jobs], "x", NOW),
        *(
            lambda folder=folder, text=text: folders.page(
                FolderQuery(folder=folder, owner_id="me", text=text), 0, 200
            )
            for folder in Folder
            for text in ("", "ann", "0012")
        ),
    ]
    sentences = [sentence for sentence in map(said_by, reads) if sentence]
    assert path.read_bytes() == before
    for sentence in sentences:
        assert "is damaged" in sentence and "leaves the file as it is" in sentence, sentence
    assert sentences or seed < 3
    folders.close()
    for write in (lambda: add(outbox), lambda: outbox.interrupted_after_crash(NOW)):
        said_by(write)


def said_by(work: Callable[[], Any]) -> str:
    """The sentence of its StoreError, "" when it went well; anything else is a failure of the test."""
    try:
        work()
    except StoreError as exc:
        return str(exc)
    return ""


def test_what_was_added_survives_a_kill(open_folder: Path) -> None:
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            PREPARED + "\nwhile True:\n    print(add(3), flush=True)\n",
            str(open_folder),
        ],
        cwd=Path(database.__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    added = sum(int(child.stdout.readline()) for _ in range(5))
    child.kill()
    added += sum(int(line) for line in child.stdout.read().split())
    child.stdout.close()
    child.wait()
    box = Outbox(open_folder / "a.sqlite3")
    jobs = box.live("me")
    assert len(jobs) in (added, added + 3)
    assert len(jobs) % 3 == 0
    assert all(len(box.events(job.id)) == 1 for job in jobs)
    box.close()
