"""One program for each archive: the second start hands over, and a crash locks nobody out.

Other programs are real processes; they are waited for by what they print.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from rcdesk.bridge.instance import LONGEST_SOCKET_PATH, Instance, _socket_name

pytestmark = pytest.mark.usefixtures("qapp")

HOLDER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from rcdesk.bridge.instance import Instance
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
        cwd=Path(__file__).resolve().parents[3],
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
            timeout=60,
            cwd=Path(__file__).resolve().parents[3],
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
    holder.wait(timeout=30)
    assert (folder / "rcdesk.lock").exists()
    mine = Instance(folder)
    assert mine.is_first
    mine.listen()
    socket = QLocalSocket()
    socket.connectToServer(_socket_name(folder))
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
    socket.connectToServer(_socket_name(folder))
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


def test_a_long_path_gets_a_short_name(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * LONGEST_SOCKET_PATH)
    assert len(_socket_name(deep)) < 30
    assert _socket_name(deep) != _socket_name(deep / "y")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written_is_said_so(folder: Path) -> None:
    folder.chmod(0o500)
    try:
        instance = Instance(folder)
        assert not instance.is_first
        assert "cannot be written" in instance.why_not
    finally:
        folder.chmod(0o700)
