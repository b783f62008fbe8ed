"""The door itself: long answers to slow readers, who says too much, who leaves. Beside test_instance.py."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rcdesk.bridge.runtime.door import MOST_BYTES, Door, Visitor, knock
from tests.patience import PATIENCE_S
from tests.patient_bot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def name(tmp_path: Path) -> str:
    return str(tmp_path / "s")


@pytest.fixture
def door(name: str) -> Iterator[Door]:
    door = Door(name)
    yield door
    door.close()


@pytest.fixture
def pair(qtbot: QtBot, door: Door, name: str) -> Iterator[tuple[Visitor, socket.socket]]:
    """Who is in, and its other end."""
    with qtbot.waitSignal(door.came) as came:
        other = knock(name, PATIENCE_S)
    assert other is not None
    visitor = came.args[0]
    yield visitor, other
    visitor.hang_up()
    other.close()


def test_a_long_answer_reaches_a_reader_who_takes_time(
    qtbot: QtBot, pair: tuple[Visitor, socket.socket]
) -> None:
    visitor, other = pair
    line = "x" * 3_000_000
    visitor.say(line)
    visitor.say("and more")
    heard = bytearray()

    def read() -> None:
        while not heard.endswith(b"more\n"):
            heard.extend(other.recv(10_000))

    reader = threading.Thread(target=read)
    reader.start()
    qtbot.waitUntil(lambda: not reader.is_alive())
    assert heard.decode() == f"{line}\nand more\n"


def test_who_never_ends_the_line_is_sent_away(
    qtbot: QtBot, pair: tuple[Visitor, socket.socket], caplog: pytest.LogCaptureFixture
) -> None:
    visitor, other = pair

    def shout() -> None:
        try:
            other.sendall(b"x" * (2 * MOST_BYTES))
        except OSError:
            return

    speaker = threading.Thread(target=shout)
    with qtbot.waitSignal(visitor.gone):
        speaker.start()
    speaker.join()
    assert "more than makes sense" in caplog.text


def test_a_line_may_come_in_pieces(qtbot: QtBot, pair: tuple[Visitor, socket.socket]) -> None:
    visitor, other = pair
    said: list[bytes] = []
    visitor.said.connect(lambda _visitor, line: said.append(line))
    for piece in (b"one ", b"and ", b"two\n"):
        other.sendall(piece)
    qtbot.waitUntil(lambda: bool(said))
    assert said == [b"one and two\n"]


def test_who_leaves_is_gone_once(qtbot: QtBot, pair: tuple[Visitor, socket.socket]) -> None:
    visitor, other = pair
    gone: list[object] = []
    visitor.gone.connect(gone.append)
    other.close()
    visitor.say("too late")
    qtbot.waitUntil(lambda: bool(gone))
    visitor.hang_up()
    assert gone == [visitor]


def test_nobody_opens_a_closed_door(door: Door, name: str) -> None:
    door.close()
    assert knock(name, PATIENCE_S) is None
