"""Orders through the door: asked from here, answered by another process that holds the lock, or nobody.

The other process is real; it says on its standard output what it has done. Read next: test_instance.py.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket

from rcdesk.bridge.runtime import instance as instance_module
from rcdesk.bridge.runtime.instance import TURN_NAME, Instance
from rcdesk.cli import hand_over
from rcdesk.cli.main import Options
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, NotSent, OutcomeUnknown
from rcdesk.core.orders.order import CallOrder, StatusOrder
from tests.patient_bot import QtBot
from tests.places import REPOSITORY

pytestmark = pytest.mark.usefixtures("qapp")

HOLDER = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from rcdesk.bridge.runtime.instance import Instance
application = QCoreApplication([])
instance = Instance(Path(sys.argv[1]))
how = sys.argv[2]

def take(heard):
    print(type(heard.order).__name__, flush=True)
    heard.tell({"call": {"id": "ab"}})
    if how == "die":
        os._exit(0)
    if how == "answer":
        heard.tell({"status": 5, "text": "é"})

instance.ordered.connect(take)
if how == "turn":
    instance.begin_turn()
    print("ready", flush=True)
    sys.stdin.readline()
    instance.end_turn()
    sys.exit()
if how != "silent":
    instance.listen()
print("ready", flush=True)
application.exec()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A short path, so that the socket lies in it."""
    found = tmp_path / "d"
    found.mkdir()
    return found


class Holder:
    """The other process."""

    def __init__(self, folder: Path, how: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder), how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        assert self.line() == "ready"

    def line(self) -> str:
        """The next thing it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        """It may end its turn."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@pytest.fixture
def hold(folder: Path) -> Iterator[type[Holder]]:
    """Starts holders that end with the test."""
    running: list[Holder] = []

    class Kept(Holder):
        def __init__(self, folder: Path, how: str) -> None:
            super().__init__(folder, how)
            running.append(self)

    yield Kept
    for holder in running:
        holder.process.kill()
        holder.process.communicate()


def test_an_order_is_answered_line_by_line(folder: Path, hold: type[Holder]) -> None:
    holder = hold(folder, "answer")
    mine = Instance(folder)
    assert list(mine.ask(StatusOrder())) == [{"call": {"id": "ab"}}, {"status": 5, "text": "é"}]
    assert holder.line() == "StatusOrder" and not mine.is_first


def test_a_holder_that_goes_away_leaves_the_outcome_unknown(folder: Path, hold: type[Holder]) -> None:
    hold(folder, "die")
    lines = Instance(folder).ask(CallOrder(number="1"))
    assert next(lines) == {"call": {"id": "ab"}}
    with pytest.raises(OutcomeUnknown, match="ended before it answered"):
        next(lines)


def test_a_holder_without_a_door_has_taken_nothing(
    folder: Path, hold: type[Holder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_module, "ANSWER_MS", 300)
    hold(folder, "silent")
    with pytest.raises(NotSent, match="nothing was done"):
        next(Instance(folder).ask(CallOrder(number="1")))


def test_an_impatient_asker_stops(folder: Path, hold: type[Holder]) -> None:
    hold(folder, "slow")
    patience = CancelToken()
    lines = Instance(folder).ask(CallOrder(number="1"), patience)
    assert next(lines) == {"call": {"id": "ab"}}
    patience.cancel()
    with pytest.raises(Cancelled):
        next(lines)


def test_the_turn_of_a_command_is_waited_for(
    folder: Path, hold: type[Holder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_module, "ANSWER_MS", 100)
    holder = hold(folder, "turn")
    assert (folder / TURN_NAME).exists()
    mine = Instance(folder)
    threading.Timer(1.0, holder.go_on).start()
    assert list(mine.ask(StatusOrder())) == [], "nobody has taken it"
    assert mine.is_first and not (folder / TURN_NAME).exists()
    mine.close()


@pytest.mark.parametrize("options", [Options(), Options(link="tel:1")])
def test_a_window_started_meanwhile_opens_after_the_turn(
    folder: Path, hold: type[Holder], options: Options
) -> None:
    holder = hold(folder, "turn")
    mine = Instance(folder)
    threading.Timer(0.5, holder.go_on).start()
    assert hand_over.hand_over(mine, options) is None, "this program is the first one now"
    assert mine.is_first
    mine.close()


def test_a_link_is_handed_to_the_window(folder: Path, hold: type[Holder]) -> None:
    holder = hold(folder, "answer")
    assert hand_over.hand_over(Instance(folder), Options(link="tel:1")) == 5
    assert holder.line() == "LinkOrder"


def test_a_turn_leaves_nothing_behind(folder: Path) -> None:
    mine = Instance(folder)
    assert mine.begin_turn() and mine.begin_turn()
    other = Instance(folder)
    assert not other.begin_turn()
    mine.end_turn()
    mine.end_turn()
    assert other.begin_turn() and not mine.take()
    other.end_turn()
    assert not (folder / TURN_NAME).exists()


def test_the_mark_of_a_turn_that_crashed_is_removed_by_the_window(folder: Path) -> None:
    (folder / TURN_NAME).touch()
    window = Instance(folder)
    window.listen()
    assert not (folder / TURN_NAME).exists()
    window.close()


@pytest.mark.parametrize(
    "line",
    [b"[" * 200_000, b'["/tmp/a\\u0000b"]', b'["\\ud800"]', b"[7]", b'{"version": 1}', b"\xff\xfe", b"5"],
)
def test_what_makes_no_sense_is_hung_up_on_and_nothing_else(folder: Path, qtbot: QtBot, line: bytes) -> None:
    first = Instance(folder)
    heard: list[object] = []
    for signal in (first.asked, first.fax_asked, first.ordered):
        signal.connect(heard.append)
    first.listen()
    socket = QLocalSocket()
    socket.connectToServer(first._name)
    qtbot.waitUntil(lambda: bool(first._visitors), timeout=5000)
    socket.write(line + b"\n")
    qtbot.waitUntil(lambda: not first._visitors, timeout=5000)
    assert heard == []
    socket.abort()
    first.close()
