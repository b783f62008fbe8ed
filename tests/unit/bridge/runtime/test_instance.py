"""One program for each archive: the second start hands over, and a crash locks nobody out.

Other programs are real processes; they are waited for by what they print.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from rcdesk.bridge.runtime.instance import Instance
from rcdesk.bridge.runtime.socket_place import LONGEST_SOCKET_PATH, SOCKET_NAME
from tests.patience import PATIENCE_S
from tests.patient_bot import QtBot
from tests.places import REPOSITORY

pytestmark = pytest.mark.usefixtures("qapp")

HOLDER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from rcdesk.bridge.runtime.instance import Instance
application = QCoreApplication([])
instance = Instance(Path(sys.argv[1]))
if sys.argv[2] == "listen":
    instance.listen()
    instance.asked.connect(lambda files: print(*files, flush=True))
print("first" if instance.is_first else "second", flush=True)
if sys.argv[2] == "listen":
    application.exec()
else:
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A short path, so that the socket lies in it."""
    found = tmp_path / "d"
    found.mkdir()
    return found


@pytest.fixture
def holders() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are ended with the test."""
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        process.kill()
        process.communicate()


def _hold(folder: Path, how: str, holders: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    holders.append(process)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "first"
    return process


def test_the_first_is_first_and_the_lock_is_given_back(folder: Path) -> None:
    one = Instance(folder)
    assert one.is_first
    assert not Instance(folder).is_first
    one.close()
    two = Instance(folder)
    assert two.is_first
    two.close()


def test_another_folder_is_another_archive(folder: Path, tmp_path: Path) -> None:
    one, demo = Instance(folder), Instance(tmp_path)
    assert one.is_first
    assert demo.is_first
    one.close()
    demo.close()


def test_a_second_start_hands_its_files_over(
    folder: Path, holders: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    holder = _hold(folder, "listen", holders)
    second = Instance(folder)
    assert not second.is_first
    assert second.send([tmp_path / "a letter.pdf", Path("relative.pdf")])
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == f"{tmp_path / 'a letter.pdf'} {Path.cwd() / 'relative.pdf'}"


def test_a_second_start_without_files_asks_to_be_seen(qtbot: QtBot, folder: Path) -> None:
    first = Instance(folder)
    first.listen()
    heard: list[object] = []
    first.asked.connect(heard.append)
    program = HOLDER.replace("if sys.argv[2]", "print(instance.send([]), flush=True)\nif sys.argv[2]", 1)
    answers: list[str] = []

    def run() -> None:
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder), "hold"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            cwd=REPOSITORY,
            check=True,
        )
        answers.append(done.stdout)

    thread = threading.Thread(target=run)
    thread.start()
    qtbot.waitUntil(lambda: bool(answers), timeout=30_000)
    thread.join()
    assert answers == ["True\nsecond\n"]
    assert heard == [()]
    first.close()


def test_a_holder_that_does_not_answer_is_said_so(folder: Path, holders: list[subprocess.Popen[str]]) -> None:
    _hold(folder, "hold", holders)
    second = Instance(folder)
    assert not second.is_first
    assert not second.send([])
    assert "already running" in second.why_not


def test_a_killed_holder_is_taken_over_with_its_socket(
    qtbot: QtBot, folder: Path, holders: list[subprocess.Popen[str]]
) -> None:
    holder = _hold(folder, "listen", holders)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait(timeout=PATIENCE_S)
    assert (folder / "rcdesk.lock").exists()
    mine = Instance(folder)
    assert mine.is_first
    mine.listen()
    socket = QLocalSocket()
    socket.connectToServer(str(folder / SOCKET_NAME))
    with qtbot.waitSignal(mine.asked, timeout=10_000) as caught:
        socket.write(b'["/a/b.pdf"]\n')
    assert caught.args == [(Path("/a/b.pdf"),)]
    socket.abort()
    mine.close()


def test_nonsense_from_the_socket_is_thrown_away(
    qtbot: QtBot, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = Instance(folder)
    first.listen()
    heard: list[object] = []
    first.asked.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(str(folder / SOCKET_NAME))
    assert socket.waitForConnected(5_000)
    with qtbot.waitSignal(socket.disconnected, timeout=10_000):
        socket.write(b"GET / HTTP/1.1\n")
    assert heard == []
    assert "makes no sense" in caplog.text
    first.close()


@pytest.mark.skipif(os.name != "posix", reason="modes of Unix sockets")
def test_only_this_user_can_knock(folder: Path) -> None:
    first = Instance(folder)
    first.listen()
    assert (folder / "rcdesk.sock").stat().st_mode & 0o077 == 0
    first.close()


def _ask_from_elsewhere(folder: Path, user: int) -> subprocess.CompletedProcess[str]:
    """Another program of that user, which asks for the window of this folder."""
    code = (
        "import os, sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication\n"
        "from rcdesk.bridge.runtime import instance\n"
        "application = QCoreApplication([]); os.setuid(int(sys.argv[2])); instance.ANSWER_MS = 2000\n"
        "mine = instance.Instance(Path(sys.argv[1])); print(mine.is_first, mine.send([Path('/a/b.pdf')]))"
    )
    command = [sys.executable, "-c", code, str(folder), str(user)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.skipif(os.name != "posix", reason="local sockets with a path")
def test_a_long_path_still_leads_into_the_folder(qtbot: QtBot, tmp_path: Path) -> None:
    deep = tmp_path / ("x" * LONGEST_SOCKET_PATH) / ("y" * LONGEST_SOCKET_PATH)
    deep.mkdir(parents=True)
    first = Instance(deep)
    assert first.listen()
    assert stat.S_ISSOCK((deep / SOCKET_NAME).stat().st_mode)
    told: list[subprocess.CompletedProcess[str]] = []
    other = threading.Thread(target=lambda: told.append(_ask_from_elsewhere(deep, os.getuid())))
    with qtbot.waitSignal(first.asked, timeout=60_000) as caught:
        other.start()
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    other.join()
    assert caught.args == [(Path("/a/b.pdf"),)] and told[0].stdout.split() == ["False", "True"]
    first.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_is_neither_heard_nor_handed_anything(
    qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """The system says who is at the other end; the folder is open to all here, as it never is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        nobody = 65534
        first = Instance(folder)
        assert first.listen()
        (folder / SOCKET_NAME).chmod(0o777)
        heard: list[object] = []
        first.asked.connect(heard.append)
        socket = QLocalSocket()
        os.seteuid(nobody)
        try:
            socket.connectToServer(str(folder / SOCKET_NAME))
            assert socket.waitForConnected(5_000)
        finally:
            os.seteuid(0)
        with qtbot.waitSignal(socket.disconnected, timeout=10_000):
            socket.write(b'["/a/b.pdf"]\n')
        assert heard == [] and "another user asked" in caplog.text
        first.close()
        # And the other way round: the lock is held, and somebody else has bound the socket.
        mine = Instance(folder)
        assert mine.is_first
        os.seteuid(nobody)
        try:
            trap = QLocalServer()
            assert trap.listen(str(folder / SOCKET_NAME))
        finally:
            os.seteuid(0)
        second = Instance(folder)
        assert not second.is_first and not second.send([Path("/a/b.pdf")])
        assert "Another user" in second.why_not
        trap.close()
        mine.close()


def test_without_a_place_for_the_door_it_says_so(folder: Path) -> None:
    first = Instance(folder)
    (folder / SOCKET_NAME / "in the way").mkdir(parents=True)
    assert not first.listen()
    first.close()


@pytest.mark.parametrize(
    "garbage", [b"\xff\xfe\n", b"[" * 20_000 + b"\n", b"{}\n", b"null\n", b'{"send": 5}\n']
)
def test_garbage_is_one_line_in_the_log(
    qtbot: QtBot, folder: Path, caplog: pytest.LogCaptureFixture, garbage: bytes
) -> None:
    first = Instance(folder)
    assert first.listen()
    socket = QLocalSocket()
    socket.connectToServer(str(folder / SOCKET_NAME))
    assert socket.waitForConnected(5_000)
    with qtbot.waitSignal(socket.disconnected, timeout=10_000):
        socket.write(garbage)
    assert (
        [record.message for record in caplog.records].count(
            "another start asked for something that makes no sense"
        )
        == 1
        == len(caplog.records)
    )
    first.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written_is_said_so(folder: Path) -> None:
    folder.chmod(0o500)
    try:
        instance = Instance(folder)
        assert not instance.is_first
        assert "cannot be written" in instance.why_not
    finally:
        folder.chmod(0o700)
