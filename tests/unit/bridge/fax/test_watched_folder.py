"""The watched folder on a real folder: complete files are offered once, nothing else, and nothing is touched.

A file must be the same in two looks; the pause between them is short here. What grows, grows in the look
itself, so that no test depends on how fast it runs.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.fax.watched_folder import WatchedFolder
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.watched import FileMark
from rcdesk.services.fax import watched as service
from rcdesk.services.fax.watched import WatchedFiles
from rcdesk.store.account import preferences as preferences_file
from tests.patient_bot import QtBot

SETTLE_MS = 40


class Looking(WatchedFiles):
    """The real thing, counting its looks; `meanwhile` happens just before a look."""

    def __init__(self, memory: Path) -> None:
        super().__init__(memory)
        self.looks = 0
        self.meanwhile: Callable[[int], None] | None = None

    def look(self, folder: Path, token: CancelToken) -> tuple[FileMark, ...]:
        """Count, let things happen, look."""
        self.looks += 1
        if self.meanwhile is not None:
            self.meanwhile(self.looks)
        return super().look(folder, token)


@dataclass
class Bench:
    """One run of the program: what it watches with, and every sentence it said."""

    watched: WatchedFolder
    files: Looking
    preferences: PreferencesDesk
    lost: list[str]
    problems: list[str]

    @property
    def names(self) -> list[str]:
        """What is offered."""
        return [path.name for path in self.watched.offer]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder a scanner writes to."""
    made = tmp_path / "Scans"
    made.mkdir()
    return made


@pytest.fixture
def start(
    make_lane: Callable[[str], Lane], qtbot: QtBot, tmp_path: Path, folder: Path
) -> Iterator[Callable[[], Bench]]:
    """Starts a run on the folder; a later one finds what an earlier one remembered."""
    benches: list[Bench] = []

    def run() -> Bench:
        lane = make_lane(f"disk {len(benches)}")
        preferences = PreferencesDesk(
            tmp_path / "preferences.json", lane, preferences_file.load, preferences_file.save
        )
        preferences.update(watched_folder=str(folder))
        files = Looking(tmp_path / "watched-folder.json")
        watched = WatchedFolder(lane, preferences, files, settle_ms=SETTLE_MS)
        bench = Bench(watched=watched, files=files, preferences=preferences, lost=[], problems=[])
        benches.append(bench)
        watched.lost.connect(bench.lost.append)
        watched.problem.connect(bench.problems.append)
        watched.start()
        qtbot.waitUntil(lambda: files.looks > 0 and not watched.is_waiting)
        return bench

    yield run
    for bench in benches:
        bench.watched.stop()


def _arrive(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"%PDF-1.4 a page")


def test_files_that_arrive_are_offered_together_and_stay_where_they_are(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot
) -> None:
    bench = start()
    _arrive(folder, "b.pdf", "a.tif", "c.txt")
    qtbot.waitUntil(lambda: bench.names == ["a.tif", "b.pdf", "c.txt"])
    qtbot.waitUntil(lambda: not bench.watched.is_waiting)
    assert bench.watched.take(2) == (folder / "a.tif", folder / "b.pdf")
    assert bench.names == ["c.txt"]
    bench.watched.ignore()
    assert bench.names == []
    assert sorted(path.name for path in folder.iterdir()) == ["a.tif", "b.pdf", "c.txt"]


def test_no_look_is_due_while_nothing_changes(start: Callable[[], Bench], folder: Path, qtbot: QtBot) -> None:
    bench = start()
    _arrive(folder, "a.pdf")
    qtbot.waitUntil(lambda: bench.names == ["a.pdf"] and not bench.watched.is_waiting)
    looks: list[int] = []
    for _ in range(3):  # on a busy machine the system's word of the arrival may come late, and be looked into
        with qtbot.assertNotEmitted(bench.watched.offer_changed, wait=SETTLE_MS * 5):
            pass
        looks.append(bench.files.looks)
    assert looks[-1] == looks[-2]


def test_what_lies_there_already_is_not_offered(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot
) -> None:
    _arrive(folder, "old.pdf")
    bench = start()
    _arrive(folder, "new.pdf")
    qtbot.waitUntil(lambda: bench.names == ["new.pdf"])


def test_answered_files_are_not_offered_after_a_restart_waiting_ones_are(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    first = start()
    _arrive(folder, "a.pdf", "b.pdf", "c.pdf")
    qtbot.waitUntil(lambda: first.names == ["a.pdf", "b.pdf", "c.pdf"])
    assert len(first.watched.take(1)) == 1
    memory = tmp_path / "watched-folder.json"
    qtbot.waitUntil(lambda: len(json.loads(memory.read_text())["answered"]) == 1)
    first.watched.stop()
    _arrive(folder, "while away.pdf")
    second = start()
    qtbot.waitUntil(lambda: second.names == ["b.pdf", "c.pdf", "while away.pdf"])
    second.watched.ignore()
    qtbot.waitUntil(lambda: len(json.loads(memory.read_text())["answered"]) == 4)
    second.watched.stop()
    assert start().names == []


def test_a_file_that_came_back_changed_is_another_file(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot
) -> None:
    bench = start()
    _arrive(folder, "scan.pdf")
    qtbot.waitUntil(lambda: bench.names == ["scan.pdf"])
    bench.watched.ignore()
    (folder / "scan.pdf").unlink()
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4 another page")
    qtbot.waitUntil(lambda: bench.names == ["scan.pdf"])


def test_a_file_that_still_grows_waits_until_it_is_complete(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot
) -> None:
    bench = start()
    sizes: list[int] = []

    def grow(look: int) -> None:
        if len(sizes) < 4 and (folder / "scan.pdf").exists():
            with (folder / "scan.pdf").open("ab") as file:
                file.write(b"another strip")
            sizes.append((folder / "scan.pdf").stat().st_size)

    bench.files.meanwhile = grow
    offered: list[int] = []
    bench.watched.offer_changed.connect(lambda: offered.append((folder / "scan.pdf").stat().st_size))
    _arrive(folder, "scan.pdf")
    qtbot.waitUntil(lambda: bench.names == ["scan.pdf"])
    assert len(sizes) == 4 and offered == [sizes[-1]]


@pytest.mark.parametrize(
    "name",
    [".hidden.pdf", "letter.pdf.part", "a.crdownload", "a.TMP", "~$letter.docx", "b.pdf~", ".~lock.a#"],
)
def test_unfinished_and_hidden_names_are_not_offered(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot, name: str
) -> None:
    bench = start()
    _arrive(folder, name, "good.pdf")
    qtbot.waitUntil(lambda: bool(bench.names))
    assert bench.names == ["good.pdf"]
    (folder / name).rename(folder / "finished.pdf")
    qtbot.waitUntil(lambda: bench.names == ["finished.pdf", "good.pdf"])


def test_folders_links_and_empty_files_are_not_offered(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    bench = start()
    (folder / "more").mkdir()
    (tmp_path / "private.txt").write_text("not meant for anybody")
    (folder / "link.txt").symlink_to(tmp_path / "private.txt")
    (folder / "empty.pdf").touch()
    _arrive(folder, "good.pdf")
    qtbot.waitUntil(lambda: bench.names == ["good.pdf"])
    qtbot.waitUntil(lambda: not bench.watched.is_waiting)
    assert bench.names == ["good.pdf"]


def test_a_file_taken_away_is_offered_no_more(start: Callable[[], Bench], folder: Path, qtbot: QtBot) -> None:
    bench = start()
    _arrive(folder, "a.pdf", "b.pdf")
    qtbot.waitUntil(lambda: bench.names == ["a.pdf", "b.pdf"])
    (folder / "a.pdf").unlink()
    qtbot.waitUntil(lambda: bench.names == ["b.pdf"])


def test_a_folder_that_vanishes_is_told_once_and_found_again(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    bench = start()
    _arrive(folder, "a.pdf")
    qtbot.waitUntil(lambda: bench.names == ["a.pdf"])
    shutil.move(folder, tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: bool(bench.lost))
    assert bench.names == []
    (tmp_path / "something else").mkdir()
    bench.watched.look()
    qtbot.waitUntil(lambda: not bench.watched.is_waiting)
    assert len(bench.lost) == 1 and "Scans cannot be read any more" in bench.lost[0]
    with qtbot.waitSignal(bench.watched.found):
        shutil.move(tmp_path / "elsewhere", folder)
    _arrive(folder, "b.pdf")
    qtbot.waitUntil(lambda: bench.names == ["a.pdf", "b.pdf"])
    assert len(bench.lost) == 1


def test_another_folder_and_none(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    bench = start()
    _arrive(folder, "a.pdf")
    qtbot.waitUntil(lambda: bench.names == ["a.pdf"])
    other = tmp_path / "Other"
    other.mkdir()
    _arrive(other, "there before.pdf")
    looks = bench.files.looks
    bench.preferences.update(watched_folder=str(other))
    assert bench.names == []
    qtbot.waitUntil(lambda: bench.files.looks > looks and not bench.watched.is_waiting)
    _arrive(other, "new.pdf")
    _arrive(folder, "not watched any more.pdf")
    qtbot.waitUntil(lambda: bench.names == ["new.pdf"])
    bench.preferences.update(watched_folder="")
    assert bench.watched.folder is None and bench.names == []
    qtbot.waitUntil(lambda: not bench.watched.is_waiting)


def test_an_answer_that_cannot_be_kept_is_said_and_not_asked_again_now(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    bench = start()
    _arrive(folder, "a.pdf")
    qtbot.waitUntil(lambda: bench.names == ["a.pdf"])
    # A folder where the new file would be written: fails for root too.
    (tmp_path / "watched-folder.json.new").mkdir()
    bench.watched.ignore()
    qtbot.waitUntil(lambda: bool(bench.problems))
    assert "could not be kept" in bench.problems[0]
    _arrive(folder, "b.pdf")
    qtbot.waitUntil(lambda: bench.names == ["b.pdf"])


def test_a_memory_that_makes_no_sense_is_kept_aside(
    start: Callable[[], Bench], folder: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "watched-folder.json").write_text('{"folder": 3')
    _arrive(folder, "old.pdf")
    bench = start()
    assert bench.names == [] and (tmp_path / "watched-folder.json.bad").exists()
    _arrive(folder, "new.pdf")
    qtbot.waitUntil(lambda: bench.names == ["new.pdf"])


def test_a_folder_of_everything_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_ENTRIES", 3)
    _arrive(folder, "a", "b", "c", "d")
    with pytest.raises(UserError, match="more than 3 things"):
        WatchedFiles(tmp_path / "memory.json").look(folder, CancelToken())


def test_the_memory_forgets_what_is_gone_before_it_grows_without_end(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_ANSWERED", 2)
    files = WatchedFiles(tmp_path / "memory.json")
    assert files.look(folder, CancelToken()) == ()
    for name in ("a", "b", "c"):
        _arrive(folder, name)
        files.answer(folder, files.look(folder, CancelToken()))
        if name != "c":
            os.unlink(folder / name)
    kept = json.loads((tmp_path / "memory.json").read_text())["answered"]
    assert [name for name, _, _ in kept] == ["c"]
    assert WatchedFiles(tmp_path / "memory.json").look(folder, CancelToken()) == ()
