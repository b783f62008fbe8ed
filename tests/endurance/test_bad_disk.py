"""A disk or a database that lets the desk down: a clear sentence, and nothing lost that was promised.

Real desk processes against the simulator. A full and a read-only disk are real ones, mounted in a namespace
of the desk's own; where that is not allowed these tests say so and are skipped. "Promised" is what queued()
has announced. Read next: remote_desk.py, test_clock_jumps.py.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.endurance.remote_desk import RemoteDesk, Rig

SPEED = 60.0
NUMBER, OTHER = "+16505551234", "+16505552345"
DISK_BYTES = 6_000_000

# $1 is the folder that becomes a disk of its own; what follows is the program.
SMALL_DISK = f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "$1" && shift && exec "$@"'
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'


@functools.cache
def may_mount() -> bool:
    """True where this user may have a mount namespace."""
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not may_mount(), reason="needs the right to mount in an own namespace")


def launcher(script: str, folder: Path) -> list[str]:
    """A command that runs the next one with `folder` on another disk."""
    folder.mkdir(parents=True, exist_ok=True)
    return ["unshare", "-rm", "sh", "-c", script, "sh", str(folder)]


@pytest.fixture(scope="module")
def shared_rig() -> Iterator[Rig]:
    with Rig(SPEED) as rig:
        yield rig


@pytest.fixture
def rig(shared_rig: Rig, tmp_path: Path) -> Rig:
    """A new day; homes are folders of this test's own."""
    shared_rig.new_day()
    shared_rig.root = tmp_path
    return shared_rig


@contextlib.contextmanager
def running(desk: RemoteDesk) -> Iterator[RemoteDesk]:
    """A signed-in desk that ends with the block; an unexpected exception inside rcdesk fails the test."""
    try:
        desk.wait_signed_in()
        yield desk
        assert desk.bugs == []
    finally:
        desk.kill()


def letter(folder: Path, size_bytes: int = 3000) -> Path:
    """A text file of about that size."""
    path = folder / f"letter-{size_bytes}.txt"
    path.write_text(("A line of a letter.\n" * (size_bytes // 20 + 1))[:size_bytes], encoding="utf-8")
    return path


def picture(folder: Path, size_bytes: int) -> Path:
    """A BMP of about that size."""
    from PIL import Image

    path = folder / "scan.bmp"
    side = int(size_bytes**0.5)
    Image.new("L", (side, side), 128).save(path)
    return path


def database(home: Path) -> Path:
    return home / "data" / "rcdesk.sqlite3"


def inside(desk: RemoteDesk, path: Path) -> Path:
    """The same path as the desk's own mounts show it."""
    return Path(f"/proc/{desk.process.pid}/root{path}")


# Full disk


def fill(desk: RemoteDesk, data: Path) -> Path:
    """Leave no block free on the desk's disk; the file that does it."""
    filler = inside(desk, data / "filler")
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filler


def last_byte_marks(desk: RemoteDesk, folder: Path) -> list[str | None]:
    """When each request's last byte left, read in a copy: SQLite would leave the desk's mounts by itself."""
    copy = folder / "copy.sqlite3"
    original = database(folder / "desk")
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{inside(desk, original)}{suffix}", f"{copy}{suffix}")
    connection = sqlite3.connect(copy)
    try:
        return [row[0] for row in connection.execute("SELECT last_byte_at FROM fax_request")]
    finally:
        connection.close()


@needs_mounts
def test_a_file_that_does_not_fit_on_the_disk_is_not_promised(rig: Rig, tmp_path: Path) -> None:
    data = tmp_path / "desk" / "data"
    with running(rig.desk("desk", launcher=launcher(SMALL_DISK, data))) as desk:
        desk.do("queue", to=[NUMBER], files=[str(picture(tmp_path, 2 * DISK_BYTES))])
        desk.wait_problem("disk is full")
        assert desk.queued_ids == [] and not rig.stored()
        (fax,) = desk.queue([OTHER], [letter(tmp_path)])
        desk.wait_state(fax, "sent")
    assert rig.stored() == {OTHER: 1}


@needs_mounts
def test_a_fax_waits_out_a_full_disk(rig: Rig, tmp_path: Path) -> None:
    data = tmp_path / "desk" / "data"
    with running(rig.desk("desk", launcher=launcher(SMALL_DISK, data))) as desk:
        desk.do("pause")
        (fax,) = desk.queue([NUMBER], [letter(tmp_path)])
        filler = fill(desk, data)
        desk.do("queue", to=[OTHER], files=[str(letter(tmp_path, 9000))])
        desk.wait_problem("disk is full")
        assert not rig.stored()
        filler.unlink()
        desk.do("resume")
        desk.wait_state(fax, "sent")
    assert rig.stored() == {NUMBER: 1}


@needs_mounts
def test_an_answer_that_cannot_be_written_down_is_found_again(rig: Rig, tmp_path: Path) -> None:
    data = tmp_path / "desk" / "data"
    with running(rig.desk("desk", launcher=launcher(SMALL_DISK, data))) as desk:
        rig.simulator.fault("slow", method="POST", path="/fax", seconds=3)
        (fax,) = desk.queue([NUMBER], [letter(tmp_path)])

        def last_byte_is_marked() -> bool:
            return [mark is not None for mark in last_byte_marks(desk, tmp_path)] == [True]

        desk.wait_state(fax, "sending")
        desk.wait(last_byte_is_marked, "the mark of the last byte")
        filler = fill(desk, data)
        desk.wait_problem("disk is full")
        filler.unlink()
        desk.wait_state(fax, "sent")
    assert rig.stored() == {NUMBER: 1}


# Read-only folder


@needs_mounts
def test_a_read_only_folder_says_so_and_keeps_what_was_promised(rig: Rig, tmp_path: Path) -> None:
    home = tmp_path / "desk"
    with running(rig.desk("desk")) as desk:
        desk.do("pause")
        (fax,) = desk.queue([NUMBER], [letter(tmp_path)])
    with running(rig.desk("desk", launcher=launcher(READ_ONLY, home / "data"))) as desk:
        desk.do("resume")
        desk.do("queue", to=[OTHER], files=[str(letter(tmp_path, 9000))])
        desk.wait_problem("read-only")
        assert desk.queued_ids == [] and not rig.stored()
    with running(rig.desk("desk")) as desk:
        desk.do("resume")
        desk.wait_state(fax, "sent")
    assert rig.stored() == {NUMBER: 1}


# The database


def test_a_locked_database_says_so_and_works_again_afterwards(rig: Rig, tmp_path: Path) -> None:
    with running(rig.desk("desk")) as desk:
        (first,) = desk.queue([NUMBER], [letter(tmp_path)])
        desk.wait_state(first, "sent")
        other = sqlite3.connect(database(tmp_path / "desk"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            desk.do("queue", to=[OTHER], files=[str(letter(tmp_path))])
            desk.wait_problem("used by another program")
            assert len(desk.queued_ids) == 1
        finally:
            other.execute("ROLLBACK")
            other.close()
        (second,) = desk.queue([OTHER], [letter(tmp_path)])
        desk.wait_state(second, "sent")
    assert rig.stored() == {NUMBER: 1, OTHER: 1}


def corrupt(path: Path, kind: str) -> None:
    """Break the file's head, or a page in its middle."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    size_bytes = path.stat().st_size
    with path.open("r+b") as file:
        if kind == "head":
            file.write(b"This was a database once.".ljust(200))
        else:
            file.seek(4096)
            file.write(b"\xa5" * (size_bytes - 4096))


@pytest.mark.parametrize("kind", ["head", "middle"])
def test_a_corrupted_database_is_named_and_left_alone(rig: Rig, tmp_path: Path, kind: str) -> None:
    path = database(tmp_path / "desk")
    with running(rig.desk("desk")) as desk:
        desk.do("pause")
        desk.queue([NUMBER], [letter(tmp_path)])
    corrupt(path, kind)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with running(rig.desk("desk")) as desk:
        sentence = desk.wait_problem("rcdesk.sqlite3")
        assert "damaged" in sentence or "not" in sentence
        desk.do("queue", to=[OTHER], files=[str(letter(tmp_path))])
        desk.wait(lambda: len(desk.problems) > 1, "the second sentence")
        assert desk.queued_ids == []
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert not rig.stored()


# The spool


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_spool_file_that_is_not_what_was_promised_is_not_sent(
    rig: Rig, tmp_path: Path, damage: str
) -> None:
    original = letter(tmp_path)
    with running(rig.desk("desk")) as desk:
        desk.do("pause")
        (fax,) = desk.queue([NUMBER], [original])
        digest = hashlib.sha256(original.read_bytes()).hexdigest()
        (copy,) = (tmp_path / "desk").rglob(digest)
        if damage == "missing":
            copy.unlink()
        else:
            copy.write_bytes(copy.read_bytes()[::-1])
        desk.do("resume")
        job = desk.wait_state(fax, "failed")
        assert original.name in job["detail"] and "missing or" in job["detail"]
    assert not rig.stored()


def test_changing_the_original_after_send_changes_nothing(rig: Rig, tmp_path: Path) -> None:
    original = letter(tmp_path)
    size_bytes = original.stat().st_size
    with running(rig.desk("desk")) as desk:
        desk.do("pause")
        (fax,) = desk.queue([NUMBER], [original])
        original.unlink()
        desk.do("resume")
        desk.wait_state(fax, "sent")
    (upload,) = [r for r in rig.simulator.requests if r.method == "POST" and r.path.endswith("/fax")]
    assert upload.body_size > size_bytes
